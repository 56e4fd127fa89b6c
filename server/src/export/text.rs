//! CSV that a spreadsheet opens right and that cannot run anything in it.
//!
//! - UTF-8 with a byte order mark: without it Excel shows Chinese as rubbish.
//! - CRLF and quotes as in RFC 4180.
//! - **Formulas.** A cell that starts with `=`, `+`, `-`, `@`, a tab, CR or LF, or the full-width forms of those
//!   signs (which some Chinese and Japanese settings take as the same), is run by a spreadsheet when the file is opened: a
//!   caller's words could then send the sheet elsewhere. Such a cell gets an apostrophe in front, which
//!   spreadsheets take as 'this is text'. A program that reads the file back sees the apostrophe; programs
//!   should read NDJSON, where every text stands as it is.

use std::borrow::Cow;
use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use super::{ExportError, at_stream};

/// Starts a CSV file: the byte order mark and the header.
///
/// # Errors
/// [`ExportError::Write`] if the stream fails.
pub fn write_cells<'a, const N: usize>(
    out: &'a mut dyn Write,
    header: [&str; N],
) -> Result<CellWriter<'a, N>, ExportError> {
    out.write_all("\u{feff}".as_bytes()).map_err(at_stream)?;
    let csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let mut writer = CellWriter { csv };
    writer.row(header)?;
    Ok(writer)
}

/// Writes rows of `N` cells.
pub struct CellWriter<'a, const N: usize> {
    csv: Writer<&'a mut dyn Write>,
}

impl<const N: usize> CellWriter<'_, N> {
    /// One row.
    ///
    /// # Errors
    /// [`ExportError::Write`] if the stream fails.
    pub fn row<T: AsRef<str>>(&mut self, cells: [T; N]) -> Result<(), ExportError> {
        for cell in &cells {
            self.csv.write_field(harmless(cell.as_ref()).as_bytes()).map_err(stream_failed)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(stream_failed)
    }

    /// Hands everything to the stream.
    ///
    /// # Errors
    /// [`ExportError::Write`] if the stream fails.
    pub fn finish(mut self) -> Result<(), ExportError> {
        self.csv.flush().map_err(at_stream)
    }
}

fn stream_failed(error: csv::Error) -> ExportError {
    at_stream(std::io::Error::from(error))
}

/// The cell as a spreadsheet may have it: what it would run as a formula starts with an apostrophe.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        Some(_) | None => Cow::Borrowed(cell),
    }
}
