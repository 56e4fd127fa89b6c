//! One column, row by row, without ever writing its rows out.
//!
//! Runs are written as a count and a value, so a few bytes can claim billions of rows; a library that
//! believes them spends hours or all memory. What a run claims is added up before its first row is read.

use super::ScanError;
use super::reader::{Reader, is_text};
use crate::limits::{CHANGE_KEY_BYTES_MAX, CHANGE_OPERATIONS_MAX};

/// What a column holds.
pub(super) trait Value<'a>: Copy + PartialEq {
    /// The next one.
    fn read(reader: &mut Reader<'a>) -> Result<Self, ScanError>;
}

impl Value<'_> for u64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ScanError> {
        reader.number("value")
    }
}

impl Value<'_> for i64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ScanError> {
        reader.signed("value")
    }
}

/// A key of a map. Each row gets a copy of its own when it is expanded.
impl<'a> Value<'a> for &'a [u8] {
    fn read(reader: &mut Reader<'a>) -> Result<Self, ScanError> {
        let bytes = reader.prefixed("key")?;
        if bytes.is_empty() || bytes.len() > CHANGE_KEY_BYTES_MAX {
            return Err(reader.malformed("a key of 1 to 256 bytes"));
        }
        if is_text(bytes) { Ok(bytes) } else { Err(reader.malformed("a key in UTF-8")) }
    }
}

/// What a run says of its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Run {
    /// Nothing has been read yet.
    Start,
    /// All have one value.
    Same,
    /// Each has its own, none the one before it.
    Each,
    /// None has one.
    Absent,
}

/// A run-length column. One that is not there has no value in any row.
pub(super) struct Runs<'a, V> {
    /// `None` if the column is not there.
    reader: Option<Reader<'a>>,
    run: Run,
    /// Rows of the run that are still to come.
    left: u64,
    /// The last value that was said.
    value: Option<V>,
    /// Rows that runs claimed so far.
    claimed: u64,
    says_something: bool,
}

impl<'a, V: Value<'a>> Runs<'a, V> {
    pub(super) fn new(reader: Option<Reader<'a>>) -> Self {
        Self { reader, run: Run::Start, left: 0, value: None, claimed: 0, says_something: false }
    }

    /// Whether there are further rows.
    pub(super) fn is_more(&self) -> bool {
        self.left > 0 || self.reader.as_ref().is_some_and(|reader| reader.left() > 0)
    }

    /// The value in the next row, if it has one.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<V>, ScanError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        if self.left == 0 {
            let (run, left) = begin(reader, self.run, &mut self.claimed)?;
            if run == Run::Same {
                let value = V::read(reader)?;
                if self.value == Some(value) {
                    return Err(reader.malformed("runs as long as they can be"));
                }
                self.value = Some(value);
            } else if run == Run::Absent {
                self.value = None;
            }
            self.says_something |= run != Run::Absent;
            (self.run, self.left) = (run, left);
        }
        self.left -= 1;
        if self.run == Run::Each {
            let value = V::read(reader)?;
            if self.value == Some(value) {
                return Err(reader.malformed("runs as long as they can be"));
            }
            self.value = Some(value);
        }
        Ok(self.value)
    }

    /// The value in the next row, which must have one.
    #[inline]
    pub(super) fn must(&mut self, what: &'static str) -> Result<V, ScanError> {
        self.next()?.ok_or_else(|| self.malformed(what))
    }

    /// That no row is left over.
    pub(super) fn finish(&self) -> Result<(), ScanError> {
        if self.is_more() {
            Err(self.malformed("as many rows in each column"))
        } else if self.reader.is_some() && !self.says_something {
            Err(self.malformed("no column that says nothing"))
        } else {
            Ok(())
        }
    }

    pub(super) fn malformed(&self, what: &'static str) -> ScanError {
        match &self.reader {
            Some(reader) => reader.malformed(what),
            None => ScanError::Malformed { what, at: 0 },
        }
    }
}

/// The head of a run: a positive count and one value; a negative count and so many values; or 0 and a count
/// of absent ones.
fn begin(reader: &mut Reader<'_>, before: Run, claimed: &mut u64) -> Result<(Run, u64), ScanError> {
    if reader.left() == 0 {
        return Err(reader.malformed("as many rows in each column"));
    }
    let count = reader.signed("run length")?;
    let (run, rows) = match count {
        0 => (Run::Absent, reader.number("run of absent values")?),
        1.. => (Run::Same, count.unsigned_abs()),
        _ => (Run::Each, count.unsigned_abs()),
    };
    // A single value is written as a list of one.
    let fits = match run {
        Run::Same => rows > 1,
        Run::Each | Run::Absent | Run::Start => rows > 0 && run != before,
    };
    *claimed = claimed.saturating_add(rows);
    if !fits {
        Err(reader.malformed("runs as long as they can be"))
    } else if *claimed > CHANGE_OPERATIONS_MAX {
        Err(reader.malformed("at most 50,000 operations"))
    } else {
        Ok((run, rows))
    }
}

/// A column of differences from value to value.
pub(super) struct Differences<'a> {
    runs: Runs<'a, i64>,
    value: i64,
}

impl<'a> Differences<'a> {
    pub(super) fn new(reader: Option<Reader<'a>>) -> Self {
        Self { runs: Runs::new(reader), value: 0 }
    }

    /// The number in the next row, if it has one.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<u64>, ScanError> {
        let Some(difference) = self.runs.next()? else { return Ok(None) };
        let next = self.value.checked_add(difference).ok_or_else(|| self.runs.malformed("a number"))?;
        self.value = next;
        u64::try_from(next).map(Some).map_err(|_| self.runs.malformed("a number that is not negative"))
    }

    /// That no row is left over.
    pub(super) fn finish(&self) -> Result<(), ScanError> {
        self.runs.finish()
    }
}

/// Runs of false and true in turn.
pub(super) struct Booleans<'a> {
    reader: Reader<'a>,
    value: bool,
    left: u64,
    claimed: u64,
}

impl<'a> Booleans<'a> {
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self { reader, value: true, left: 0, claimed: 0 }
    }

    /// The value in the next row.
    #[inline]
    pub(super) fn next(&mut self) -> Result<bool, ScanError> {
        while self.left == 0 {
            if self.reader.left() == 0 {
                return Err(self.reader.malformed("as many rows in each column"));
            }
            let run = self.reader.number("run of booleans")?;
            // Only what begins with true has a run of nothing, before it.
            if run == 0 && (self.claimed > 0 || !self.value) {
                return Err(self.reader.malformed("runs as long as they can be"));
            }
            self.claimed = self.claimed.saturating_add(run);
            if self.claimed > CHANGE_OPERATIONS_MAX {
                return Err(self.reader.malformed("at most 50,000 operations"));
            }
            (self.value, self.left) = (!self.value, run);
        }
        self.left -= 1;
        Ok(self.value)
    }

    /// That no row is left over.
    pub(super) fn finish(&self) -> Result<(), ScanError> {
        if self.left > 0 || self.reader.left() > 0 {
            Err(self.reader.malformed("as many rows in each column"))
        } else {
            Ok(())
        }
    }
}
