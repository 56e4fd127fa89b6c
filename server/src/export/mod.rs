//! Cases for spreadsheets and programs: the writing half of `roundsman export cases`.
//!
//! [`export_cases`] takes rows from an iterator, so a site of any size goes through in constant memory
//! (except XLSX, which is built whole). A file is written beside its place, flushed to disk and renamed:
//! it is there whole or not at all, and when the rows fail half way, what stood there before still does.
//! It knows nothing of documents or the database.
//!
//! In CSV and XLSX times are RFC 3339 text with the offset of the site's zone: a spreadsheet's own dates know no
//! offset. NDJSON has the same times and the same names.

pub mod atomic;
mod columns;
pub mod figures;
pub mod measures;
mod ndjson;
pub mod text;
mod xlsx;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;

pub use columns::CaseRow;
use columns::{COLUMNS, cells};

/// How cases are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a byte order mark, commas, CRLF; see [`text`].
    Csv,
    /// A workbook with one sheet.
    Xlsx,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The format of this name: `csv`, `xlsx` or `ndjson`.
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// What holds for a whole export.
#[derive(Clone, Copy, Debug)]
pub struct ExportOptions {
    /// Whose offset times are written with; `Tz::UTC` gives `Z`.
    pub zone: Tz,
    /// When the export is made; a workbook says so in its properties.
    pub now: Timestamp,
}

/// Where an export goes.
pub enum Target<'a> {
    /// A file, replaced as a whole.
    File(&'a Path),
    /// A stream such as standard output, for CSV and NDJSON.
    Stream(&'a mut dyn Write),
}

/// Why an export was not made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The rows themselves failed half way.
    #[error(transparent)]
    Rows(#[from] Refusal),
    /// Writing failed.
    #[error("{target}: cannot be written: {source}")]
    Write {
        /// The file, or `-`.
        target: String,
        /// What the system said.
        source: io::Error,
    },
    /// What stands at the path is a folder or a device, which a rename would destroy or fail on.
    #[error("{}: is not a regular file, so it is not replaced", .0.display())]
    NotAFile(PathBuf),
    /// A workbook is no text to be piped.
    #[error("xlsx needs a file: give one with -o, or take csv or ndjson")]
    XlsxNeedsFile,
    /// A sheet has no more rows than this.
    #[error("a sheet holds {} cases; narrow the export with --from and --to, or take csv", xlsx::ROWS_MAX)]
    TooManyRows,
    /// The workbook could not be built.
    #[error("the workbook could not be built: {0}")]
    Workbook(String),
}

/// Writes every row and returns how many there were. The first row that fails ends it.
///
/// # Errors
/// [`ExportError`]; a file that stood at the target is then untouched.
pub fn export_cases(
    rows: impl Iterator<Item = Result<CaseRow, Refusal>>,
    format: Format,
    options: &ExportOptions,
    target: Target<'_>,
) -> Result<u64, ExportError> {
    match (format, target) {
        (Format::Xlsx, Target::Stream(_)) => Err(ExportError::XlsxNeedsFile),
        (Format::Xlsx, Target::File(path)) => {
            let (bytes, written) = xlsx::workbook(rows, options)?;
            atomic::write_file(path, |out| {
                out.write_all(&bytes).map_err(at(path))?;
                Ok(written)
            })
        }
        (Format::Csv, Target::File(path)) => atomic::write_file(path, |out| write_csv(rows, options, out)),
        (Format::Ndjson, Target::File(path)) => {
            atomic::write_file(path, |out| ndjson::write(rows, options, out))
        }
        (Format::Csv, Target::Stream(out)) => write_csv(rows, options, out),
        (Format::Ndjson, Target::Stream(out)) => ndjson::write(rows, options, out),
    }
}

fn write_csv(
    rows: impl Iterator<Item = Result<CaseRow, Refusal>>,
    options: &ExportOptions,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let mut csv = text::write_cells(out, COLUMNS.map(|column| column.name))?;
    let mut written = 0;
    for row in rows {
        let row = row?;
        csv.row(cells(&row, options.zone).map(|cell| cell.to_text()))?;
        written += 1;
    }
    csv.finish()?;
    Ok(written)
}

/// A write error at this file.
fn at(path: &Path) -> impl Fn(io::Error) -> ExportError + '_ {
    move |source| ExportError::Write { target: path.display().to_string(), source }
}

/// A write error at a stream; [`atomic::write_file`] puts the file's name in.
fn at_stream(source: io::Error) -> ExportError {
    ExportError::Write { target: "-".to_owned(), source }
}

#[cfg(test)]
mod tests;
