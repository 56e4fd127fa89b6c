//! The columns of operations: how many rows they claim, summed before anybody expands them.
//!
//! Runs are written as a count and a value, so a few bytes can claim billions of operations; a library that
//! believes them spends hours or all memory. Only counts are looked at here, never values.

use super::{Reader, ScanError};
use crate::limits::{CHANGE_KEY_BYTES_MAX, CHANGE_OPERATIONS_MAX};

/// More columns than this no version of the format has.
const COLUMNS_MAX: u64 = 64;

/// What a column holds: the low three bits of its specification.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// How many rows of the columns that belong to it each operation has.
    Group,
    Unsigned,
    Signed,
    Boolean,
    Text,
    Raw,
}

/// Reads the list of columns and the columns themselves.
pub(super) fn check(reader: &mut Reader<'_>) -> Result<(), ScanError> {
    let count = reader.number("number of columns")?;
    if count > COLUMNS_MAX {
        return Err(reader.malformed("at most 64 columns"));
    }
    let mut columns = Vec::new();
    for _ in 0..count {
        let specification = reader.number("column")?;
        if specification & 0b1000 != 0 {
            return Err(reader.malformed("a column that is not compressed"));
        }
        let values = match specification & 0b111 {
            0 => Values::Group,
            1 | 2 | 6 => Values::Unsigned,
            3 => Values::Signed,
            4 => Values::Boolean,
            5 => Values::Text,
            _ => Values::Raw,
        };
        columns.push((values, reader.number("column length")?));
    }
    for (values, length) in columns {
        let length = usize::try_from(length).map_err(|_| reader.malformed("column length"))?;
        let at = reader.at;
        let bytes = reader.take(length, "column")?;
        let mut column = Reader { bytes: &reader.bytes[..at + bytes.len()], at };
        match values {
            Values::Raw => {}
            Values::Boolean => check_booleans(&mut column)?,
            Values::Group | Values::Unsigned | Values::Signed | Values::Text => {
                check_runs(&mut column, values)?;
            }
        }
    }
    Ok(())
}

/// Adds up, and refuses at the bound: no more than so many rows in one column.
struct Rows(u64);

impl Rows {
    fn add(&mut self, reader: &Reader<'_>, count: u64) -> Result<(), ScanError> {
        self.0 = self.0.saturating_add(count);
        if self.0 > CHANGE_OPERATIONS_MAX {
            Err(reader.malformed("at most 100,000 operations"))
        } else {
            Ok(())
        }
    }
}

/// Runs of false and true in turn.
fn check_booleans(column: &mut Reader<'_>) -> Result<(), ScanError> {
    let mut rows = Rows(0);
    while column.left() > 0 {
        let run = column.number("run of booleans")?;
        rows.add(column, run)?;
    }
    Ok(())
}

/// A positive count and one value; a negative count and so many values; or 0 and a count of absent ones.
fn check_runs(column: &mut Reader<'_>, values: Values) -> Result<(), ScanError> {
    let (mut rows, mut members, mut letters) = (Rows(0), Rows(0), 0u64);
    while column.left() > 0 {
        let count = column.signed("run length")?;
        if count == 0 {
            let absent = column.number("run of absent values")?;
            rows.add(column, absent)?;
            continue;
        }
        rows.add(column, count.unsigned_abs())?;
        // A run says its value once for all of its rows.
        let (said, rows_each) = if count > 0 { (1, count.unsigned_abs()) } else { (count.unsigned_abs(), 1) };
        for _ in 0..said {
            let value = match values {
                Values::Signed => column.signed("value")?.unsigned_abs(),
                Values::Text => {
                    // Each row gets a copy of its own when it is expanded.
                    let bytes = u64::try_from(column.prefixed("text")?.len()).unwrap_or(u64::MAX);
                    letters = letters.saturating_add(bytes.saturating_mul(rows_each));
                    if letters > CHANGE_KEY_BYTES_MAX {
                        return Err(column.malformed("at most 4 MiB of keys"));
                    }
                    0
                }
                Values::Group | Values::Unsigned | Values::Boolean | Values::Raw => column.number("value")?,
            };
            if values == Values::Group {
                members.add(column, value.saturating_mul(rows_each))?;
            }
        }
    }
    Ok(())
}
