//! Changes that wait for what they build on, and from which phone that may come.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{ChangeHash, DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::super::cases::{CASES_PER_PAGE_MAX, head_of};
use super::super::names::PersonName;
use super::super::timeline::phone;
use super::{Reach, TABLES, is_seen};
use crate::database::DatabaseError;
use crate::log::ChangeName;

/// Changes of which one waits that are told; the rest are as many again of the same phone.
const MISSING_MAX: usize = 20;

/// One change that waits.
#[derive(Clone, Debug)]
pub struct WaitingChange {
    /// By which it is called.
    pub id: ChangeName,
    /// The case it is about, if that case is here: id and number.
    pub case: Option<(DocumentId, String)>,
    /// Who made it.
    pub by: PersonName,
    /// On which phone.
    pub device: Option<String>,
    /// Since when it waits: when the server received it.
    pub received: Timestamp,
    /// For what. Nothing: for a server that understands it.
    pub waits_for: Vec<WaitsFor>,
}

/// A change that has not arrived, and from where it may come.
#[derive(Clone, Debug)]
pub struct WaitsFor {
    /// What it is called.
    pub hash: ChangeHash,
    /// Whose phones may have it: those of its author if that is known, else the one that brought what waits.
    pub holder: PersonName,
    /// What these phones are called.
    pub phones: Vec<String>,
}

/// One page of what waits.
#[derive(Clone, Debug)]
pub struct WaitingPage {
    /// The changes, the last received first.
    pub rows: Vec<WaitingChange>,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// Lists what waits.
///
/// # Errors
/// If the database fails.
pub fn waiting(
    db: &Connection,
    reach: &Reach,
    after: Option<Pos>,
    limit: u16,
) -> Result<WaitingPage, DatabaseError> {
    let limit = usize::from(limit.clamp(1, CASES_PER_PAGE_MAX));
    let me = reach.person();
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.source, r.document, r.hash, r.person, p.name, d.name, d.person, e.received, r.missing
         FROM {TABLES} WHERE r.verdict <> 0 AND r.verdict = 1 AND r.source < :after AND {}
         ORDER BY r.source DESC LIMIT :fetched",
        is_seen()
    ))?;
    let found = statement.query_map(
        named_params! {
            ":me": me.as_bytes(),
            ":after": after.map_or(i64::MAX, Pos::cast_signed),
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        |row| {
            let change = WaitingChange {
                id: ChangeName {
                    document: DocumentId::from_bytes(row.get(1)?),
                    hash: ChangeHash::from_bytes(row.get(2)?),
                },
                case: None,
                by: PersonName::new(PersonId::from_bytes(row.get(3)?), row.get(4)?),
                device: phone(row.get(5)?, row.get(6)?),
                received: Timestamp::from_millis(row.get(7)?),
                waits_for: Vec::new(),
            };
            let missing: Option<Vec<u8>> = row.get(8)?;
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), change, missing.unwrap_or_default()))
        },
    )?;
    let mut found = found.collect::<Result<Vec<_>, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(source, ..)| *source);
    let mut rows = Vec::with_capacity(found.len());
    for (_, mut change, missing) in found {
        change.case = head_of(db, change.id.document)?;
        for hash in missing.chunks_exact(32).filter_map(ChangeHash::from_slice).take(MISSING_MAX) {
            change.waits_for.push(waits_for(db, &change, hash)?);
        }
        rows.push(change);
    }
    Ok(WaitingPage { rows, next })
}

/// Whoever writes builds on what their phone has: so what a phone has built on, it can bring, unless it is a
/// colleague's work that a restored server has lost; that comes from the colleague.
fn waits_for(db: &Connection, waiting: &WaitingChange, hash: ChangeHash) -> Result<WaitsFor, DatabaseError> {
    let author: Option<([u8; 16], Option<String>)> = db
        .prepare_cached(
            "SELECT c.person, p.name FROM changes c LEFT JOIN people p ON p.person = c.person
             WHERE c.document = ?1 AND c.hash = ?2",
        )?
        .query_row((waiting.id.document.as_bytes(), hash.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((person, name)) = author else {
        let phones = waiting.device.iter().cloned().collect();
        return Ok(WaitsFor { hash, holder: waiting.by.clone(), phones });
    };
    let mut phones =
        db.prepare_cached("SELECT name FROM devices WHERE person = ?1 AND revoked IS NULL ORDER BY pos")?;
    let phones = phones.query_map([person], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(WaitsFor { hash, holder: PersonName::new(PersonId::from_bytes(person), name), phones })
}
