//! Everything that arrived and was not accepted.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{ChangeHash, DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, named_params};

use super::Reach;
use super::cases::{CASES_PER_PAGE_MAX, head_of};
use super::names::PersonName;
use super::reach::{SITES, case_is_seen};
use super::refused::reason;
use super::timeline::phone;
use crate::database::DatabaseError;

/// One change that was not accepted. What it says is shown with its case.
#[derive(Clone, Debug)]
pub struct QuarantinedChange {
    /// What it is called.
    pub hash: ChangeHash,
    /// For which document.
    pub document: DocumentId,
    /// The case it is about, if that case is here: id and number.
    pub case: Option<(DocumentId, String)>,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub why: String,
    /// Who made it.
    pub by: PersonName,
    /// On which phone; `None` for the office.
    pub device: Option<String>,
    /// When the server received it.
    pub received: Timestamp,
    /// Whether the same command got through since in another change.
    pub made_again: bool,
}

/// One page of the quarantine.
#[derive(Clone, Debug)]
pub struct QuarantinePage {
    /// The changes, the last received first.
    pub rows: Vec<QuarantinedChange>,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// Lists what was not accepted. A change of a document that no estate has taken in is shown where its
/// author works.
///
/// # Errors
/// If the database fails.
pub fn quarantine(
    db: &Connection,
    reach: &Reach,
    after: Option<Pos>,
    limit: u16,
) -> Result<QuarantinePage, DatabaseError> {
    let limit = usize::from(limit.clamp(1, CASES_PER_PAGE_MAX));
    let me = reach.person();
    // `verdict <> 0` is what the index of refused changes holds.
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.source, r.hash, r.document, r.verdict, r.code, r.why, r.person, p.name, d.name, d.person,
                e.received,
                EXISTS (SELECT 1 FROM changes a
                        WHERE a.document = r.document AND a.command = r.command AND a.verdict = 0)
         FROM changes r JOIN envelopes e ON e.pos = r.envelope LEFT JOIN documents t ON t.id = r.document
             LEFT JOIN people p ON p.person = r.person LEFT JOIN devices d ON d.device = r.device
         WHERE r.verdict <> 0 AND r.verdict IN (2, 4) AND r.source < :after
             AND (t.site IN {SITES} OR t.site IS NULL
                  AND EXISTS (SELECT 1 FROM roles o WHERE o.person = r.person AND o.site IN {SITES}))
             AND NOT EXISTS (SELECT 1 FROM cases c LEFT JOIN contacts k ON k.case_id = c.id
                 WHERE (c.document = t.number OR k.document = t.number) AND NOT ({}))
         ORDER BY r.source DESC LIMIT :fetched",
        case_is_seen()
    ))?;
    let found = statement.query_map(
        named_params! {
            ":me": me.as_bytes(),
            ":after": after.map_or(i64::MAX, Pos::cast_signed),
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        |row| {
            let (code, why) = reason(row.get(3)?, row.get(4)?, row.get(5)?);
            let change = QuarantinedChange {
                hash: ChangeHash::from_bytes(row.get(1)?),
                document: DocumentId::from_bytes(row.get(2)?),
                case: None,
                code,
                why,
                by: PersonName::new(PersonId::from_bytes(row.get(6)?), row.get(7)?),
                device: phone(row.get(8)?, row.get(9)?),
                received: Timestamp::from_millis(row.get(10)?),
                made_again: row.get(11)?,
            };
            Ok((row.get::<_, i64>(0)?.unsigned_abs(), change))
        },
    )?;
    let mut found: Vec<(Pos, QuarantinedChange)> = found.collect::<Result<_, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(source, _)| *source);
    let mut rows = Vec::with_capacity(found.len());
    for (_, mut change) in found {
        change.case = head_of(db, change.document)?;
        rows.push(change);
    }
    Ok(QuarantinePage { rows, next })
}
