//! What reading a CSV file comes to: cases, and for every other row the reason.

use std::sync::Arc;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::model::{CaseKind, Department, Urgency};

use super::table::{FILE_BYTES_MAX, RECORD_BYTES_MAX};

/// Rows of one file. The whole file is held as cases, because only its end tells which row of a key wins;
/// a million of New York's have 1.1 GB.
pub const ROWS_MAX: u64 = 1_000_000;

/// Why a file as a whole cannot be read. Nothing of it is imported then.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be opened.
    #[error("{file}: cannot be opened: {source}")]
    Open {
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Reading failed, or what is packed with zstd is damaged.
    #[error("reading failed in or after line {line}: {source}")]
    Read {
        /// The last line that is known.
        line: u64,
        /// What the system or the unpacking said.
        source: std::io::Error,
    },
    /// There is no line at all.
    #[error("the file is empty: a first line with column names is needed")]
    HeaderMissing,
    /// The map reads a column that the header does not have.
    #[error("the map reads column '{column}', which the header does not have; it has {header}")]
    ColumnMissing {
        /// The column.
        column: String,
        /// The columns there are; cut off when there are many.
        header: String,
    },
    /// The map reads a column that the header has more than once.
    #[error("the map reads column '{column}', which the header has more than once")]
    ColumnTwice {
        /// The column.
        column: String,
    },
    /// One record is longer than [`RECORD_BYTES_MAX`].
    #[error(
        "the record on line {line} is longer than {RECORD_BYTES_MAX} bytes; a quote is probably never closed"
    )]
    RecordTooLong {
        /// The line it starts on.
        line: u64,
    },
    /// The file is longer than [`FILE_BYTES_MAX`] after unpacking.
    #[error("the file is longer than {FILE_BYTES_MAX} bytes; split it")]
    FileTooLong,
    /// The file has more than [`ROWS_MAX`] rows.
    #[error("the file has more than {ROWS_MAX} rows; split it")]
    TooManyRows,
}

/// What a file comes to. `read` is always the sum of cases, rejected and superseded rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// The name of the source, from the map.
    pub source: String,
    /// Rows read, without the header and empty lines.
    pub read: u64,
    /// One case per key, in the order of their rows.
    pub cases: Vec<ImportedCase>,
    /// Rows that give no case, in order.
    pub rejected: Vec<Reject>,
    /// Sound rows whose key comes again in a later sound row, in order.
    pub superseded: Vec<Superseded>,
    /// What was odd about rows that were taken all the same, in order.
    pub warnings: Vec<Warning>,
    /// Categories that no rule of the map speaks of, and how many rows took the default for each; sorted.
    pub unmapped: Vec<(String, u64)>,
}

/// One case as the source tells it. Texts are within the bounds of the case document's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCase {
    /// The line it came from.
    pub row: u64,
    /// The source's own key; with the source's name it identifies the case over all imports.
    pub key: String,
    /// What sort of matter.
    pub kind: CaseKind,
    /// A path of the subject tree, such as `equipment/lift`.
    pub subject: Arc<str>,
    /// How soon.
    pub urgency: Urgency,
    /// Who is to deal with it.
    pub department: Department,
    /// Where.
    pub place: ImportedPlace,
    /// What it is about; never empty, at most `DESCRIPTION_CHARS_MAX` letters.
    pub description: String,
    /// What the source says came of it, at most `NOTE_CHARS_MAX` letters. Also there while a case is open.
    pub outcome: Option<String>,
    /// The number by which the source's own staff know it.
    pub external_number: Option<String>,
    /// When it was reported.
    pub reported_at: Timestamp,
    /// When the source closed it. May lie before `reported_at`: sources do say so, and then a warning does.
    pub closed_at: Option<Timestamp>,
    /// The source's own word for its status.
    pub status: Option<String>,
    /// Whether the source regards it as closed: by its status or, without a status column, by `closed_at`.
    pub closed: bool,
}

/// Where a case is. Each part at most `FIELD_CHARS_MAX` letters, on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedPlace {
    /// The building.
    pub building: Option<String>,
    /// The unit (entrance) in it.
    pub unit: Option<String>,
    /// The flat or room.
    pub room: Option<String>,
    /// The spot, where no room says it.
    pub spot: Option<String>,
}

/// A row that gives no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The line it starts on.
    pub row: u64,
    /// Its key, if that much could be read.
    pub key: Option<String>,
    /// Why.
    pub reason: RejectReason,
}

/// Why a row gives no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RejectReason {
    /// It has more or fewer fields than the header.
    #[error("{fields} fields where the header has {header_fields}")]
    Ragged {
        /// Fields of the row.
        fields: usize,
        /// Fields of the header.
        header_fields: usize,
    },
    /// A cell that the map reads is not UTF-8.
    #[error("column '{column}' is not UTF-8")]
    NotUtf8 {
        /// The column.
        column: String,
    },
    /// A cell that the map reads has a character that no text holds.
    #[error("column '{column}' has the control character U+{code:04X}")]
    ControlCharacter {
        /// The column.
        column: String,
        /// The character.
        code: u32,
    },
    /// The key is missing.
    #[error("column '{column}' is empty: a row needs its key")]
    KeyMissing {
        /// The column.
        column: String,
    },
    /// The time of the report is missing.
    #[error("column '{column}' is empty: a case needs the time it was reported")]
    TimeMissing {
        /// The column.
        column: String,
    },
    /// A time fits none of the map's formats.
    #[error("column '{column}': '{text}' fits none of the map's date formats")]
    TimeUnreadable {
        /// The column.
        column: String,
        /// The text, its first letters.
        text: String,
    },
    /// A time can be read, but its year is not between 1900 and 2199.
    #[error("column '{column}': the year of '{text}' is not between 1900 and 2199")]
    TimeOutOfRange {
        /// The column.
        column: String,
        /// The text, its first letters.
        text: String,
    },
    /// All columns of the description are empty.
    #[error("{columns} give no text: a case needs a description")]
    DescriptionMissing {
        /// The columns.
        columns: String,
    },
    /// A field would be longer than its bound.
    #[error("{field} has {chars} letters, at most {chars_max} are taken")]
    TooLong {
        /// The field of the case.
        field: &'static str,
        /// Its letters.
        chars: usize,
        /// The bound.
        chars_max: usize,
    },
    /// The case could not be written as the row says.
    #[error(transparent)]
    Refused(Refusal),
}

/// A row whose key comes again later in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The line it starts on.
    pub row: u64,
    /// The key.
    pub key: String,
    /// The line of the row that won: the last of the key.
    pub by_row: u64,
}

/// Something odd about a row that was taken all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line it starts on.
    pub row: u64,
    /// What is odd, and what was made of it.
    pub oddity: Oddity,
}

/// What is odd about a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Oddity {
    /// A value that stands for 'unknown' or has the wrong form was left out.
    #[error("column '{column}': '{text}' is a place holder or of the wrong form and was left out")]
    ValueDropped {
        /// The column.
        column: String,
        /// The value, its first letters.
        text: String,
    },
    /// It was closed before it was reported. Both times are kept.
    #[error("closed before it was reported; both times are kept")]
    ClosedBeforeReported,
    /// It has a closing time, but its status is not closed. The time is kept, the case is open.
    #[error("has a closing time, but its status is '{status}'; it stays open")]
    ClosingTimeWhileOpen {
        /// The status.
        status: String,
    },
    /// It is closed, but without a time.
    #[error("is closed, but the source does not say when")]
    ClosedWithoutTime,
    /// The clocks skipped that time.
    #[error("column '{column}': the clocks skipped '{text}'; it was moved forward")]
    TimeSkipped {
        /// The column.
        column: String,
        /// The text.
        text: String,
    },
    /// That time came twice.
    #[error("column '{column}': '{text}' came twice that night; the earlier was taken")]
    TimeTwice {
        /// The column.
        column: String,
        /// The text.
        text: String,
    },
}
