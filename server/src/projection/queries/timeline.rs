//! Entries: what somebody stated, and what the server witnessed of it.

use roundsman_sync_core::clock::{Stamp, Timestamp};
use roundsman_sync_core::document::{ChangeNote, scan};
use roundsman_sync_core::ids::{ChangeHash, DocumentId, EntryId, OrderId, PersonId};
use roundsman_sync_core::model::{EntryKind, Fact};
use rusqlite::{Connection, Row};
use serde_json::Value;

use super::id;
use super::names::PersonName;
use crate::database::DatabaseError;
use crate::log::ChangeName;
use crate::projection::change_at;

/// Clocks of phones and servers differ by seconds on any day; only more than this is worth a word.
const CLOCK_SLACK_MS: i64 = 2 * 60 * 1000;
/// Without any word from the server to hold the claim against, a week is the longest that honest work
/// stays offline.
const OFFLINE_MS_MAX: i64 = 7 * 24 * 3600 * 1000;

/// One entry.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// Its key in the document.
    pub id: EntryId,
    /// Word of its kind.
    pub kind: String,
    /// The order it is about.
    pub order: Option<OrderId>,
    /// Who states it.
    pub by: PersonName,
    /// The phone it was written on; `None` for the office.
    pub device: Option<String>,
    /// In their words.
    pub note: String,
    /// What else is said with it, by kind; `null` where the word says it all.
    pub details: Value,
    /// When, as their phone claims.
    pub claimed_at: Timestamp,
    /// When it happened, as far as people say: the declared time, or the claim corrected by what the
    /// phone knew of the server's clock.
    pub happened_at: Timestamp,
    /// Why it was entered later, if the time was declared.
    pub declared_why: Option<String>,
    /// The refused change that the office took over with this.
    pub taken_over: Option<ChangeName>,
    /// When the server had last spoken to the phone before that, as far as it can prove.
    pub not_before: Option<Timestamp>,
    /// When the server first held it.
    pub received: Timestamp,
}

impl TimelineEntry {
    /// What makes its claimed time doubtful.
    ///
    /// The office has no clock of its own to doubt: a time long past that it states is what an imported
    /// file says, and is said to be so by the channel of the case.
    pub fn flags(&self) -> Vec<TimeFlag> {
        let mut flags = match self.device {
            Some(_) => time_flags(self.claimed_at, self.not_before, self.received),
            None => Vec::new(),
        };
        if self.declared_why.is_some() {
            flags.push(TimeFlag::DeclaredLater);
        }
        flags
    }

    /// What it states; `None` if this version does not know the kind.
    pub fn fact(&self) -> Option<Fact> {
        fact(&self.kind, &self.details)
    }
}

/// What makes a claimed time doubtful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFlag {
    /// The claim lies after receipt.
    ClockAhead,
    /// The claim lies before the earliest moment the server can vouch for.
    Backdated,
    /// It was entered some time after it happened, and says so.
    DeclaredLater,
}

impl TimeFlag {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::ClockAhead, Self::Backdated, Self::DeclaredLater];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClockAhead => "clock_ahead",
            Self::Backdated => "backdated",
            Self::DeclaredLater => "declared_later",
        }
    }
}

/// What makes a phone's claim doubtful, given the bounds that the server can vouch for.
pub fn time_flags(claimed: Timestamp, not_before: Option<Timestamp>, received: Timestamp) -> Vec<TimeFlag> {
    let earliest = match not_before {
        Some(bound) => bound.plus_millis(-CLOCK_SLACK_MS),
        None => received.plus_millis(-OFFLINE_MS_MAX),
    };
    let mut flags = Vec::new();
    if claimed > received.plus_millis(CLOCK_SLACK_MS) {
        flags.push(TimeFlag::ClockAhead);
    }
    if claimed < earliest {
        flags.push(TimeFlag::Backdated);
    }
    flags
}

/// A fact from the columns of its row.
pub(super) fn fact(kind: &str, details: &Value) -> Option<Fact> {
    Fact::from_json(EntryKind::from_text(kind)?, details).ok()
}

/// Details as they stand in their column.
pub(super) fn details(row: &Row<'_>, column: &str) -> rusqlite::Result<Value> {
    let text: Option<String> = row.get(column)?;
    // The column is written by this program from details that it could read.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// The entries of a case in stamp order.
pub(super) fn timeline(db: &Connection, document: i64) -> Result<Vec<TimelineEntry>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT e.entry, e.kind, e.work_order, e.person, p.name, d.name, d.person, e.note, e.claimed_at,
                e.not_before, e.received, e.details AS details, e.happened, e.declared_why, e.stamp
         FROM entries e LEFT JOIN people p ON p.person = e.person LEFT JOIN devices d ON d.device = e.device
         WHERE e.document = ?1 ORDER BY e.stamp, e.entry, e.person",
    )?;
    let rows = statement.query_map([document], |row| {
        let stamp = Stamp::from_u64(row.get::<_, i64>(14)?.cast_unsigned());
        let entry = TimelineEntry {
            id: EntryId::from_bytes(row.get(0)?),
            kind: row.get(1)?,
            order: id(row, 2, OrderId::from_bytes)?,
            by: PersonName::new(PersonId::from_bytes(row.get(3)?), row.get(4)?),
            device: phone(row.get(5)?, row.get(6)?),
            note: row.get(7)?,
            details: details(row, "details")?,
            claimed_at: Timestamp::from_millis(row.get(8)?),
            happened_at: Timestamp::from_millis(row.get(12)?),
            declared_why: row.get(13)?,
            taken_over: None,
            not_before: row.get::<_, Option<i64>>(9)?.map(Timestamp::from_millis),
            received: Timestamp::from_millis(row.get(10)?),
        };
        Ok((stamp, entry))
    })?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let taken_over = taken_over(db, document)?;
    let named = rows.into_iter().map(|(stamp, mut entry)| {
        let by = taken_over.iter().find(|(note, _)| (note.stamp, note.person) == (stamp, entry.by.id));
        entry.taken_over = by.map(|(_, refused)| *refused);
        entry
    });
    Ok(named.collect())
}

/// The refused changes that the office took over in a document, each with the note of the change that did it.
fn taken_over(db: &Connection, document: i64) -> Result<Vec<(ChangeNote, ChangeName)>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT r.document, r.hash, a.source FROM documents t JOIN changes r ON r.document = t.id
             JOIN changes a ON a.document = r.document AND a.accepted = r.settled_pos
         WHERE t.number = ?1 AND r.verdict IN (2, 4) AND r.settled = 'salvaged' ORDER BY r.source DESC",
    )?;
    let rows = statement.query_map([document], |row| {
        let name = ChangeName {
            document: DocumentId::from_bytes(row.get(0)?),
            hash: ChangeHash::from_bytes(row.get(1)?),
        };
        Ok((name, row.get::<_, i64>(2)?.unsigned_abs()))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (name, source) = row?;
        let note = scan(&change_at(db, source)?.1).ok().and_then(|scanned| scanned.note);
        found.extend(note.map(|note| (note, name)));
    }
    Ok(found)
}

/// The name of a phone. The office is a device of no person, and no phone.
pub(super) fn phone(name: Option<String>, person: Option<[u8; 16]>) -> Option<String> {
    name.filter(|_| person.is_some_and(|person| person != [0; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(claimed_min: i64, not_before_min: Option<i64>) -> Vec<TimeFlag> {
        let at = |minutes: i64| Timestamp::from_millis(1_795_220_463_000 + minutes * 60_000);
        time_flags(at(claimed_min), not_before_min.map(at), at(0))
    }

    #[test]
    fn a_claim_within_its_bounds_is_not_doubted() {
        assert_eq!(flags(-30, Some(-60)), []);
        assert_eq!(flags(2, Some(-60)), []);
        assert_eq!(flags(-62, Some(-60)), []);
        assert_eq!(flags(-7 * 24 * 60, None), []);
    }

    #[test]
    fn a_claim_after_receipt_or_before_the_last_word_is_doubted() {
        assert_eq!(flags(3, None), [TimeFlag::ClockAhead]);
        assert_eq!(flags(-63, Some(-60)), [TimeFlag::Backdated]);
        assert_eq!(flags(-7 * 24 * 60 - 1, None), [TimeFlag::Backdated]);
    }

    #[test]
    fn absurd_times_do_not_overflow() {
        let (least, most) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
        assert_eq!(time_flags(most, None, Timestamp::from_millis(0)), [TimeFlag::ClockAhead]);
        assert_eq!(time_flags(least, Some(most), Timestamp::from_millis(0)), [TimeFlag::Backdated]);
    }
}
