//! Parallel edits of all cases: what people have to settle.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, named_params};

use super::Reach;
use super::cases::CASES_PER_PAGE_MAX;
use super::names::{PersonName, person};
use super::reach::case_is_seen;
use crate::database::DatabaseError;

/// The field that says whom a complaint is about.
const ABOUT: &str = "about";

/// One field that people set at the same time to different values.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Of which case.
    pub case: DocumentId,
    /// The number people call it by.
    pub number: String,
    /// Which field: `urgency`, or `orders/<id>/assignee`.
    pub field: String,
    /// Every value, the shown one first.
    pub values: Vec<Choice>,
}

/// One of several values that a field holds.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value as text; people by name.
    pub shown: String,
    /// The value as its document spells it: what names the choice when somebody settles it.
    pub value: String,
    /// Who wrote it.
    pub by: Option<PersonName>,
    /// When they say they did.
    pub claimed_at: Option<Timestamp>,
}

/// The parallel edits of one page of cases.
#[derive(Clone, Debug)]
pub struct ConflictPage {
    /// The parallel edits, those of the last changed case first.
    pub rows: Vec<Conflict>,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// Lists parallel edits; `limit` bounds the cases whose edits are listed.
///
/// # Errors
/// If the database fails.
pub fn conflicts(
    db: &Connection,
    reach: &Reach,
    after: Option<Pos>,
    limit: u16,
) -> Result<ConflictPage, DatabaseError> {
    let limit = usize::from(limit.clamp(1, CASES_PER_PAGE_MAX));
    let me = reach.person();
    let mut statement = db.prepare_cached(&format!(
        "SELECT c.document, c.id, c.number, c.changed_pos FROM cases c
         WHERE c.parallel = 1 AND {} AND c.changed_pos < :after
         ORDER BY c.changed_pos DESC LIMIT :fetched",
        case_is_seen()
    ))?;
    let found = statement.query_map(
        named_params! {
            ":me": me.as_bytes(),
            ":after": after.map_or(i64::MAX, Pos::cast_signed),
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        |row| Ok((row.get(0)?, DocumentId::from_bytes(row.get(1)?), row.get(2)?, row.get::<_, i64>(3)?)),
    )?;
    let mut found: Vec<(i64, DocumentId, String, i64)> = found.collect::<Result<_, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|case| case.3.unsigned_abs());
    let mut rows: Vec<Conflict> = Vec::new();
    for (document, case, number, _) in found {
        of_case(db, document, case, &number, &mut rows)?;
    }
    Ok(ConflictPage { rows, next })
}

fn of_case(
    db: &Connection,
    document: i64,
    case: DocumentId,
    number: &str,
    rows: &mut Vec<Conflict>,
) -> Result<(), DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT field, value, person, claimed_at FROM parallel_edits WHERE document = ?1 ORDER BY field, place",
    )?;
    let values = statement.query_map([document], |row| {
        let claimed_at = row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis);
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, Option<[u8; 16]>>(2)?,
            claimed_at,
        ))
    })?;
    for value in values {
        let (field, value, by, claimed_at) = value?;
        let by = by.map(|by| person(db, PersonId::from_bytes(by))).transpose()?;
        let shown = match value.parse() {
            Ok(named) if field == ABOUT || field.ends_with("/assignee") => person(db, named)?.name,
            Ok(_) | Err(_) => value.clone(),
        };
        let choice = Choice { shown, value, by, claimed_at };
        match rows.last_mut().filter(|row| row.case == case && row.field == field) {
            Some(row) => row.values.push(choice),
            None => {
                rows.push(Conflict { case, number: number.to_owned(), field, values: vec![choice] });
            }
        }
    }
    Ok(())
}
