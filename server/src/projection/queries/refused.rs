//! Edits that were not accepted, readable, because what somebody wrote is never lost.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{Document, DocumentKind, Heads, ParsedChange, scan};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{ChangeHash, DocumentId, PersonId, PhotoHash};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::Connection;

use super::load;
use super::names::PersonName;
use super::timeline::phone;
use super::tried::{TriedLine, lines};
use crate::database::DatabaseError;
use crate::log::ChangeName;
use crate::projection::{change_at, ground};

/// Refused edits shown with one case at most; the list of all of them has the rest.
const SHOWN_MAX: u32 = 50;

/// What was refused and nobody has dealt with yet, as SQL over `changes r`.
pub(super) const OPEN: &str = "r.verdict IN (2, 4) AND r.settled IS NULL";

/// One edit that was not accepted.
#[derive(Clone, Debug)]
pub struct RefusedChange {
    /// By which it is asked about.
    pub id: ChangeName,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub why: String,
    /// Who tried.
    pub by: PersonName,
    /// On which phone; `None` for the office.
    pub device: Option<String>,
    /// When, as the phone claims.
    pub claimed_at: Option<Timestamp>,
    /// When the server received it.
    pub received: Timestamp,
    /// What they wanted to write. Empty if the bytes cannot be read.
    pub tried: Vec<TriedLine>,
}

/// What a change says that was not accepted.
pub(super) enum Content {
    /// It can be read.
    Readable(Box<Read>),
    /// It cannot.
    Unreadable(Unreadable),
}

/// A change that can be read.
pub(super) struct Read {
    /// What its author saw.
    pub(super) before: Document,
    /// What they made of it.
    pub(super) after: Document,
}

/// A change that cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Why not.
    pub why: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// SHA-256 of them.
    pub sha256: PhotoHash,
}

/// Code and reason as they are shown. A fork has neither in the tables: its verdict says it all.
pub(super) fn reason(verdict: i64, code: Option<String>, why: Option<String>) -> (String, String) {
    const FORK: i64 = 4;
    if verdict == FORK {
        (ErrorCode::Fork.as_str().to_owned(), ErrorCode::Fork.meaning().to_owned())
    } else {
        (code.unwrap_or_default(), why.unwrap_or_default())
    }
}

/// The refused edits of a case and of its contact data, the first received first.
pub(super) fn refused(
    db: &Connection,
    case: DocumentId,
    document: &Document,
    sees_contacts: bool,
) -> Result<Vec<RefusedChange>, DatabaseError> {
    let mut found = of_document(db, case, document)?;
    if sees_contacts {
        let contact = DocumentId::contact_of(case);
        found.extend(of_document(db, contact, &standing(db, contact, DocumentKind::Contact)?)?);
        found.sort_by_key(|(source, _)| *source);
    }
    Ok(found.into_iter().map(|(_, change)| change).collect())
}

/// The refused edits of a round, the first received first.
pub(super) fn refused_of_round(
    db: &Connection,
    round: DocumentId,
    document: &Document,
) -> Result<Vec<RefusedChange>, DatabaseError> {
    Ok(of_document(db, round, document)?.into_iter().map(|(_, change)| change).collect())
}

/// The document as it stands; of one that is not here, its seed.
pub(super) fn standing(
    db: &Connection,
    id: DocumentId,
    kind: DocumentKind,
) -> Result<Document, DatabaseError> {
    match load(db, id, kind)? {
        Some(document) => Ok(document),
        None => Document::new(kind).map_err(|error| DatabaseError::corrupt("seeds", error)),
    }
}

fn of_document(
    db: &Connection,
    id: DocumentId,
    document: &Document,
) -> Result<Vec<(Pos, RefusedChange)>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.source, r.verdict, r.code, r.why, r.person, p.name, d.name, d.person, e.received, r.hash
         FROM changes r JOIN envelopes e ON e.pos = r.envelope
             LEFT JOIN people p ON p.person = r.person LEFT JOIN devices d ON d.device = r.device
         WHERE r.document = ?1 AND {OPEN} ORDER BY r.source LIMIT {SHOWN_MAX}"
    ))?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        let (code, why) = reason(row.get(1)?, row.get(2)?, row.get(3)?);
        let change = RefusedChange {
            id: ChangeName { document: id, hash: ChangeHash::from_bytes(row.get(9)?) },
            code,
            why,
            by: PersonName::new(PersonId::from_bytes(row.get(4)?), row.get(5)?),
            device: phone(row.get(6)?, row.get(7)?),
            claimed_at: None,
            received: Timestamp::from_millis(row.get(8)?),
            tried: Vec::new(),
        };
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), change))
    })?;
    let rows: Vec<(Pos, RefusedChange)> = rows.collect::<Result<_, _>>()?;
    let mut found = Vec::with_capacity(rows.len());
    for (source, mut change) in rows {
        let (_, bytes) = change_at(db, source)?;
        change.claimed_at = scan(&bytes).ok().and_then(|scanned| scanned.note).map(|note| note.claimed_at);
        if let Content::Readable(read) = content(db, id, document, &bytes)? {
            change.tried = lines(db, &read.before, &read.after)?;
        }
        found.push((source, change));
    }
    Ok(found)
}

/// What a change would have done to the document its author saw.
pub(super) fn content(
    db: &Connection,
    id: DocumentId,
    document: &Document,
    bytes: &[u8],
) -> Result<Content, DatabaseError> {
    let ground = ground(db, id, document, bytes)?;
    let read = || {
        let scanned = scan(bytes).map_err(|error| error.to_string())?;
        let before = ground.at(&Heads::new(scanned.deps.clone())).map_err(|error| error.to_string())?;
        let change = ParsedChange::of(bytes, scanned).map_err(|error| error.to_string())?;
        let after = before.clone().with(change).map_err(|error| error.to_string())?;
        Ok(Box::new(Read { before, after }))
    };
    Ok(match read() {
        Ok(read) => Content::Readable(read),
        Err(why) => Content::Unreadable(Unreadable { why, bytes: bytes.len(), sha256: PhotoHash::of(bytes) }),
    })
}
