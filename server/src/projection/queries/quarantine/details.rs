//! One refused change with everything that belongs to it.

use std::collections::BTreeSet;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{Document, DocumentKind, scan};
use roundsman_sync_core::ids::{ChangeHash, DocumentId, EntryId, PersonId, PhotoHash};
use roundsman_sync_core::model::Case;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::super::case::{CaseKey, case_head};
use super::super::cases::head_of;
use super::super::mentions::{Mentions, mentions};
use super::super::names::PersonName;
use super::super::refused::{Content, Unreadable, content, reason, standing};
use super::super::tried::{TriedLine, lines};
use super::{COLUMNS, QuarantinedChange, Reach, RefusedState, TABLES, is_seen, line};
use crate::database::DatabaseError;
use crate::feed;
use crate::log::ChangeName;
use crate::projection::change_at;

/// Other refused or waiting changes of a document that are looked at for what depends on one.
const OTHERS_MAX: u32 = 500;
/// Refused changes looked at for whether one that the person may see names a photo.
const NAMING_MAX: u32 = 20;

/// One refused change with all that belongs to it.
#[derive(Clone, Debug)]
pub struct RefusedDetails {
    /// What the list says of it.
    pub line: QuarantinedChange,
    /// Of which kind its document was said to be.
    pub kind: DocumentKind,
    /// When, as the phone claims.
    pub claimed_at: Option<Timestamp>,
    /// What they wanted to write.
    pub tried: Vec<TriedLine>,
    /// What the ids inside of that are called.
    pub mentions: Mentions,
    /// Why nothing of it can be read, if so.
    pub unreadable: Option<Unreadable>,
    /// What was refused because of it, or waits for it, the first received first.
    pub dependents: Vec<Dependent>,
    /// Open refused changes of the same command in other documents: they are dealt with together.
    pub together: Vec<ChangeName>,
    /// The photos that it names.
    pub photos: Vec<RefusedPhoto>,
    /// Who dealt with it, and when.
    pub settled: Option<Settlement>,
}

/// A change that builds on a refused one.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// By which it is asked about.
    pub id: ChangeName,
    /// Why it was refused; nothing while it waits.
    pub code: Option<String>,
    /// What has become of it; nothing while it waits.
    pub state: Option<RefusedState>,
    /// Who made it.
    pub by: PersonName,
    /// When the server received it.
    pub received: Timestamp,
}

/// A photo that a refused change names.
#[derive(Clone, Copy, Debug)]
pub struct RefusedPhoto {
    /// SHA-256 of its bytes.
    pub hash: PhotoHash,
    /// Their number, as the phone says.
    pub size: u64,
    /// Whether they are here.
    pub is_here: bool,
}

/// Who dealt with a refused change.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Who.
    pub by: PersonName,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Why it was closed, in their words.
    pub note: Option<String>,
}

/// One refused change, if it is in reach.
///
/// # Errors
/// If the database fails or holds a document that cannot be read.
pub fn refused_change(
    db: &Connection,
    reach: &Reach,
    id: ChangeName,
) -> Result<Option<RefusedDetails>, DatabaseError> {
    let Some((source, mut line)) = seen(db, reach, id)? else { return Ok(None) };
    let (kind, bytes) = change_at(db, source)?;
    let read = content(db, id.document, &standing(db, id.document, kind)?, &bytes)?;
    if let Content::Readable(read) = &read
        && !may_read(db, reach, &read.after, line.by.id)?
    {
        return Ok(None);
    }
    line.case = head_of(db, id.document)?;
    let (tried, unreadable) = match read {
        Content::Readable(read) => (lines(db, &read.before, &read.after)?, None),
        Content::Unreadable(unreadable) => (Vec::new(), Some(unreadable)),
    };
    // A playbook's steps are found by the entry that brought it, which nothing here refers to.
    let entry = EntryId::from_bytes([0; 16]);
    let facts = tried.iter().filter_map(|line| Some((entry, line.fact.as_ref()?)));
    Ok(Some(RefusedDetails {
        kind,
        claimed_at: scan(&bytes).ok().and_then(|scanned| scanned.note).map(|note| note.claimed_at),
        mentions: mentions(db, facts)?,
        tried,
        unreadable,
        dependents: dependents(db, id)?,
        together: together(db, reach, id)?,
        photos: photos(db, id)?,
        settled: settled(db, id)?,
        line,
    }))
}

/// What the office takes over together: the change, and of the same command the last open one in each other
/// document that is in reach.
///
/// # Errors
/// If the database fails.
pub fn takes_over(details: &RefusedDetails) -> Vec<ChangeName> {
    let mut all = vec![details.line.id];
    for one in &details.together {
        if all.iter().all(|known| known.document != one.document) {
            all.push(*one);
        }
    }
    all
}

/// The line of a refused change whose document is in reach.
fn seen(
    db: &Connection,
    reach: &Reach,
    id: ChangeName,
) -> Result<Option<(Pos, QuarantinedChange)>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {TABLES}
         WHERE r.document = :document AND r.hash = :hash AND r.verdict IN (2, 4) AND {}",
        is_seen()
    );
    let me = reach.person();
    let named = named_params! {
        ":document": id.document.as_bytes(), ":hash": id.hash.as_bytes(), ":me": me.as_bytes()
    };
    Ok(db.prepare_cached(&sql)?.query_row(named, line).optional()?)
}

/// Whether the person may read what a refused change would have made of its document: it is kept from whom the
/// case would have been kept from.
fn may_read(
    db: &Connection,
    reach: &Reach,
    after: &Document,
    author: PersonId,
) -> Result<bool, DatabaseError> {
    match after.kind() {
        DocumentKind::Case => {
            let case = Case::read(after);
            let about_me = case.about.all().contains(&reach.person());
            let leads = case.site.is_some_and(|site| reach.handles_restricted(site));
            Ok(!about_me && (!feed::is_restricted(&case) || leads || author == reach.person()))
        }
        DocumentKind::Contact => {
            let case =
                after.fields().map("fields").and_then(|fields| fields.bytes("case", DocumentId::from_slice));
            let Some(case) = case else { return Ok(true) };
            let is_here =
                db.prepare_cached("SELECT 1 FROM cases WHERE id = ?1")?.exists([case.as_bytes()])?;
            if is_here {
                return Ok(case_head(db, reach, &CaseKey::Id(case))?.is_some());
            }
            may_read_all(db, reach, case)
        }
        DocumentKind::Round | DocumentKind::Site => Ok(true),
    }
}

/// Whether the person may read everything that was refused of a case that is not here.
fn may_read_all(db: &Connection, reach: &Reach, case: DocumentId) -> Result<bool, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT source, person FROM changes WHERE document = ?1 AND verdict IN (2, 4) LIMIT {OTHERS_MAX}"
    ))?;
    let rows = statement
        .query_map([case.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), PersonId::from_bytes(row.get(1)?)))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    for (source, author) in rows {
        let (kind, bytes) = change_at(db, source)?;
        if kind == DocumentKind::Case
            && let Content::Readable(read) = content(db, case, &standing(db, case, kind)?, &bytes)?
            && !may_read(db, reach, &read.after, author)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What builds on it, directly or not, and was not accepted.
fn dependents(db: &Connection, id: ChangeName) -> Result<Vec<Dependent>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.source, r.hash, r.verdict, r.code, r.person, p.name, e.received, r.settled
         FROM changes r JOIN envelopes e ON e.pos = r.envelope LEFT JOIN people p ON p.person = r.person
         WHERE r.document = ?1 AND r.verdict <> 0 ORDER BY r.source LIMIT {OTHERS_MAX}"
    ))?;
    let rows = statement.query_map([id.document.as_bytes()], |row| {
        let verdict: i64 = row.get(2)?;
        let settled: Option<String> = row.get(7)?;
        let refused = matches!(verdict, 2 | 4);
        let dependent = Dependent {
            id: ChangeName { document: id.document, hash: ChangeHash::from_bytes(row.get(1)?) },
            code: refused.then_some(reason(verdict, row.get(3)?, None).0),
            state: refused.then(|| RefusedState::of(settled.as_deref())),
            by: PersonName::new(PersonId::from_bytes(row.get(4)?), row.get(5)?),
            received: Timestamp::from_millis(row.get(6)?),
        };
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), dependent))
    })?;
    let mut others = Vec::new();
    for row in rows {
        let (source, dependent) = row?;
        let deps = scan(&change_at(db, source)?.1).map(|scanned| scanned.deps).unwrap_or_default();
        others.push((deps, dependent));
    }
    // One may have come before what it builds on: until a turn finds no further.
    let (mut below, mut found) = (BTreeSet::from([id.hash]), usize::MAX);
    while below.len() != found {
        found = below.len();
        let built = others.iter().filter(|(deps, _)| deps.iter().any(|dep| below.contains(dep)));
        let built: Vec<ChangeHash> = built.map(|(_, one)| one.id.hash).collect();
        below.extend(built);
    }
    below.remove(&id.hash);
    let others = others.into_iter().map(|(_, one)| one);
    Ok(others.filter(|one| below.contains(&one.id.hash)).collect())
}

fn together(db: &Connection, reach: &Reach, id: ChangeName) -> Result<Vec<ChangeName>, DatabaseError> {
    let sql = format!(
        "SELECT r.document, r.hash FROM {TABLES}
             JOIN changes me ON me.document = :document AND me.hash = :hash
                 AND me.command = r.command AND me.device = r.device
         WHERE r.verdict IN (2, 4) AND r.settled IS NULL AND r.document <> :document AND {}
         ORDER BY r.source DESC LIMIT {OTHERS_MAX}",
        is_seen()
    );
    let me = reach.person();
    let mut statement = db.prepare_cached(&sql)?;
    let named = named_params! {
        ":document": id.document.as_bytes(), ":hash": id.hash.as_bytes(), ":me": me.as_bytes()
    };
    let rows = statement.query_map(named, |row| {
        Ok(ChangeName {
            document: DocumentId::from_bytes(row.get(0)?),
            hash: ChangeHash::from_bytes(row.get(1)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn photos(db: &Connection, id: ChangeName) -> Result<Vec<RefusedPhoto>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT f.hash, f.size, b.hash IS NOT NULL FROM refused_photos f LEFT JOIN blobs b ON b.hash = f.hash
         WHERE f.document = ?1 AND f.change = ?2 ORDER BY f.hash",
    )?;
    let rows = statement.query_map((id.document.as_bytes(), id.hash.as_bytes()), |row| {
        Ok(RefusedPhoto {
            hash: PhotoHash::from_bytes(row.get(0)?),
            size: row.get::<_, i64>(1)?.unsigned_abs(),
            is_here: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn settled(db: &Connection, id: ChangeName) -> Result<Option<Settlement>, DatabaseError> {
    Ok(db
        .prepare_cached(
            "SELECT w.person, p.name, w.at, w.note FROM (
                 SELECT a.person, e.received AS at, NULL AS note FROM changes r
                     JOIN changes a ON a.document = r.document AND a.accepted = r.settled_pos
                     JOIN envelopes e ON e.pos = a.envelope
                     WHERE r.document = ?1 AND r.hash = ?2 AND r.settled IN ('salvaged', 'made_again')
                 UNION ALL
                 SELECT c.person, c.at, c.note FROM changes r JOIN closings c ON c.pos = r.settled_pos
                     WHERE r.document = ?1 AND r.hash = ?2 AND r.settled = 'closed') w
             LEFT JOIN people p ON p.person = w.person",
        )?
        .query_row((id.document.as_bytes(), id.hash.as_bytes()), |row| {
            Ok(Settlement {
                by: PersonName::new(PersonId::from_bytes(row.get(0)?), row.get(1)?),
                at: Timestamp::from_millis(row.get(2)?),
                note: row.get(3)?,
            })
        })
        .optional()?)
}

/// Whether a refused change that the person may read names this photo or preview. Gives the photo's preview
/// too, if its bytes are here.
pub(in super::super) fn names_photo(
    db: &Connection,
    reach: &Reach,
    hash: PhotoHash,
) -> Result<Option<Option<PhotoHash>>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT f.document, f.change, s.hash FROM refused_photos f
             LEFT JOIN blobs s ON s.hash = f.preview AND f.hash = ?1
         WHERE f.hash = ?1 OR f.preview = ?1 ORDER BY s.hash IS NULL LIMIT {NAMING_MAX}"
    ))?;
    let rows = statement
        .query_map([hash.as_bytes()], |row| {
            let name = ChangeName {
                document: DocumentId::from_bytes(row.get(0)?),
                hash: ChangeHash::from_bytes(row.get(1)?),
            };
            Ok((name, row.get::<_, Option<[u8; 32]>>(2)?.map(PhotoHash::from_bytes)))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    for (name, preview) in rows {
        if refused_change(db, reach, name)?.is_some() {
            return Ok(Some(preview));
        }
    }
    Ok(None)
}
