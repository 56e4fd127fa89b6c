//! Rows to cases: every row gives a case or a reason, and of several rows with one key the last sound one wins.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use csv::ByteRecord;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::limits::{DESCRIPTION_CHARS_MAX, FIELD_CHARS_MAX, NOTE_CHARS_MAX};

use super::columns::{Bound, Cells};
use super::dates::{ClockChange, TimeFlaw, read_time};
use super::map::{FiledBy, ImportMap, fold};
use super::plan::{
    ImportError, ImportPlan, ImportedCase, ImportedPlace, Oddity, ROWS_MAX, Reject, RejectReason, Superseded,
    Warning,
};
use super::table::Table;

/// Letters of a foreign text that a report repeats.
const QUOTED_CHARS_MAX: usize = 60;

/// Reads a CSV file, packed with zstd or not.
///
/// # Errors
/// [`ImportError`] if the file as a whole cannot be read; single bad rows are in the plan.
pub fn read_file(path: &Path, map: &ImportMap) -> Result<ImportPlan, ImportError> {
    let file = std::fs::File::open(path)
        .map_err(|source| ImportError::Open { file: path.display().to_string(), source })?;
    read(file, map)
}

/// Reads CSV from anywhere, packed with zstd or not. The same bytes and map always give the same plan.
///
/// The cases of up to [`ROWS_MAX`] rows are held in memory: only the end of the file tells which row of a
/// key wins. A rejected row never supersedes a sound one.
///
/// # Errors
/// [`ImportError`] if the source as a whole cannot be read; single bad rows are in the plan.
pub fn read(source: impl Read, map: &ImportMap) -> Result<ImportPlan, ImportError> {
    let mut table = Table::new(source)?;
    let bound = Bound::new(map, table.header())?;
    let mut gathered = Gathered::default();
    let mut plan = ImportPlan { source: map.source.clone(), ..ImportPlan::default() };
    while let Some(row) = table.next_row()? {
        if plan.read == ROWS_MAX {
            return Err(ImportError::TooManyRows);
        }
        plan.read += 1;
        let mut reading =
            Reading { map, bound: &bound, row: row.line, key: None, oddities: Vec::new(), unmapped: None };
        match reading.case(row.record) {
            Ok(case) => {
                let oddities = reading.oddities.into_iter();
                plan.warnings.extend(oddities.map(|oddity| Warning { row: row.line, oddity }));
                gathered.add(case, reading.unmapped);
            }
            Err(reason) => plan.rejected.push(Reject { row: row.line, key: reading.key, reason }),
        }
    }
    gathered.finish(&mut plan);
    Ok(plan)
}

/// Cases so far, the last of each key.
#[derive(Default)]
struct Gathered {
    cases: Vec<Option<Taken>>,
    by_key: BTreeMap<String, usize>,
    superseded: Vec<(u64, String)>,
}

struct Taken {
    case: ImportedCase,
    unmapped: Option<String>,
}

impl Gathered {
    fn add(&mut self, case: ImportedCase, unmapped: Option<String>) {
        let before = self.by_key.insert(case.key.clone(), self.cases.len());
        if let Some(earlier) = before.and_then(|at| self.cases[at].take()) {
            self.superseded.push((earlier.case.row, earlier.case.key));
        }
        self.cases.push(Some(Taken { case, unmapped }));
    }

    fn finish(self, plan: &mut ImportPlan) {
        let rows: Vec<_> = self.cases.iter().map(|c| c.as_ref().map(|c| c.case.row)).collect();
        for (row, key) in self.superseded {
            let winner = self.by_key.get(&key).and_then(|&at| rows[at]);
            let by_row = winner.unwrap_or(row);
            plan.superseded.push(Superseded { row, key, by_row });
        }
        plan.superseded.sort_by_key(|s| s.row);
        let mut unmapped = BTreeMap::new();
        for taken in self.cases.into_iter().flatten() {
            if let Some(category) = taken.unmapped {
                *unmapped.entry(category).or_default() += 1;
            }
            plan.cases.push(taken.case);
        }
        plan.unmapped = unmapped.into_iter().collect();
    }
}

/// One row on its way to a case.
struct Reading<'a> {
    map: &'a ImportMap,
    bound: &'a Bound,
    row: u64,
    key: Option<String>,
    oddities: Vec<Oddity>,
    unmapped: Option<String>,
}

impl Reading<'_> {
    fn case(&mut self, record: &ByteRecord) -> Result<ImportedCase, RejectReason> {
        let bound = self.bound;
        self.key = bound.key_of(record);
        let cells = Cells::new(bound, record, &mut self.oddities)?;
        let key = self.key(&cells)?;
        let reported_at = self
            .time(&cells, bound.reported_at)?
            .ok_or_else(|| RejectReason::TimeMissing { column: bound.name(bound.reported_at).to_owned() })?;
        let closed_at = match bound.closed_at {
            Some(at) => self.time(&cells, at)?,
            None => None,
        };
        let status = cells.line(bound.status, "status")?;
        let closed = self.closed(status.as_deref(), closed_at);
        if closed_at.is_some_and(|closed| closed < reported_at) {
            self.oddities.push(Oddity::ClosedBeforeReported);
        }
        let category = cells.line(bound.category, "category")?;
        let detail = cells.line(bound.category_detail, "category detail")?;
        let (class, filed) = self.map.classify(category.as_deref(), detail.as_deref());
        if filed == FiledBy::Default {
            self.unmapped = Some(category.unwrap_or_default());
        }
        let description = cells
            .text(&bound.description, "description", DESCRIPTION_CHARS_MAX)?
            .ok_or_else(|| RejectReason::DescriptionMissing { columns: bound.description.names(bound) })?;
        let outcome = match &bound.outcome {
            Some(join) => cells.text(join, "outcome", NOTE_CHARS_MAX)?,
            None => None,
        };
        let [building, unit, room, spot] = &bound.place;
        Ok(ImportedCase {
            row: self.row,
            key,
            kind: class.kind,
            subject: class.subject.clone(),
            urgency: class.urgency,
            department: class.department,
            place: ImportedPlace {
                building: cells.joined_line(building.as_ref(), "building")?,
                unit: cells.joined_line(unit.as_ref(), "unit")?,
                room: cells.joined_line(room.as_ref(), "room")?,
                spot: cells.joined_line(spot.as_ref(), "spot")?,
            },
            description,
            outcome,
            external_number: cells.line(bound.external_number, "external number")?,
            reported_at,
            closed_at,
            status,
            closed,
        })
    }

    /// The key as it stands, but for blanks around it: two keys that differ inside are two keys.
    fn key(&self, cells: &Cells<'_>) -> Result<String, RejectReason> {
        let column = self.bound.name(self.bound.key);
        let key = cells
            .get(self.bound.key)
            .ok_or_else(|| RejectReason::KeyMissing { column: column.to_owned() })?;
        if let Some(code) = key.chars().find(|c| c.is_control()) {
            return Err(RejectReason::ControlCharacter { column: column.to_owned(), code: u32::from(code) });
        }
        within(key.to_owned(), "key", FIELD_CHARS_MAX)
    }

    fn time(&mut self, cells: &Cells<'_>, at: usize) -> Result<Option<Timestamp>, RejectReason> {
        let Some(text) = cells.get(at) else {
            return Ok(None);
        };
        let column = || self.bound.name(at).to_owned();
        let moment = read_time(&self.map.dates, self.map.zone, text).map_err(|flaw| match flaw {
            TimeFlaw::Unreadable => RejectReason::TimeUnreadable { column: column(), text: quoted(text) },
            TimeFlaw::OutOfRange => RejectReason::TimeOutOfRange { column: column(), text: quoted(text) },
        })?;
        match moment.note {
            ClockChange::None => {}
            ClockChange::Skipped => {
                self.oddities.push(Oddity::TimeSkipped { column: column(), text: quoted(text) })
            }
            ClockChange::Twice => {
                self.oddities.push(Oddity::TimeTwice { column: column(), text: quoted(text) })
            }
        }
        Ok(Some(moment.at))
    }

    fn closed(&mut self, status: Option<&str>, closed_at: Option<Timestamp>) -> bool {
        if self.map.status.is_none() {
            return closed_at.is_some();
        }
        let folded = status.map(fold).unwrap_or_default();
        let closed = self.map.status_closed.contains(&folded);
        if closed && closed_at.is_none() && self.map.closed_at.is_some() {
            self.oddities.push(Oddity::ClosedWithoutTime);
        }
        if !closed && closed_at.is_some() {
            self.oddities.push(Oddity::ClosingTimeWhileOpen { status: quoted(status.unwrap_or_default()) });
        }
        closed
    }
}

/// The text, if it has at most so many letters.
pub(super) fn within(text: String, field: &'static str, chars_max: usize) -> Result<String, RejectReason> {
    let chars = text.chars().count();
    if chars > chars_max {
        return Err(RejectReason::TooLong { field, chars, chars_max });
    }
    Ok(text)
}

/// The first letters of a foreign text, for a report.
pub(super) fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS_MAX).collect()
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
