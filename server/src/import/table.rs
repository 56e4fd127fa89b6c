//! A CSV file as records with line numbers, within bounds, whatever the bytes are.
//!
//! Any line ending is taken (LF, CRLF, lone CR) and becomes LF inside texts too, so that line numbers are
//! right for all of them and a text reads the same wherever its file was saved. A byte order mark is dropped,
//! a zstd frame is unpacked. Records with too many or too few fields are handed on as they are.

use std::cell::Cell;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::plan::ImportError;

/// One record. A quote that is never closed swallows what follows, and this is where it ends.
pub const RECORD_BYTES_MAX: u64 = 1024 * 1024;
/// A whole file after unpacking. A million rows of a city's complaints have 600 MB.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
/// What the CSV reader may take in beyond the record it is in.
const READ_AHEAD_BYTES: usize = 64 * 1024;

/// The records of one CSV file after its header.
pub struct Table<'a> {
    reader: Reader<Lines<'a>>,
    meter: Rc<Meter>,
    header: Vec<String>,
    record: ByteRecord,
}

/// One record.
pub struct Row<'t> {
    /// The line its first field starts on; the header of an ordinary file is line 1.
    pub line: u64,
    /// The fields.
    pub record: &'t ByteRecord,
}

impl<'a> Table<'a> {
    /// Reads the header. The first bytes tell whether the source is packed with zstd, not a file name.
    ///
    /// # Errors
    /// [`ImportError`] if the source cannot be read or has no header.
    pub fn new(source: impl Read + 'a) -> Result<Self, ImportError> {
        let unreadable = |source| ImportError::Read { line: 1, source };
        let (packed, source) = starts_with(source, &ZSTD_MAGIC).map_err(unreadable)?;
        let plain: Box<dyn Read + 'a> = if packed {
            // The decoder refuses windows above 128 MiB of its own accord.
            Box::new(zstd::stream::read::Decoder::new(source).map_err(unreadable)?)
        } else {
            Box::new(source)
        };
        let (marked, mut plain) = starts_with(plain, &BYTE_ORDER_MARK).map_err(unreadable)?;
        if marked {
            plain.read_exact(&mut [0; 3]).map_err(unreadable)?;
        }
        let meter = Rc::new(Meter::default());
        let lines =
            Lines { source: Box::new(plain), meter: Rc::clone(&meter), after_cr: false, unfinished: false };
        let mut table = Self {
            reader: ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .buffer_capacity(READ_AHEAD_BYTES)
                .from_reader(lines),
            meter,
            header: Vec::new(),
            record: ByteRecord::new(),
        };
        let names = table.next_row()?.map(|row| {
            let names = row.record.iter();
            names.map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect()
        });
        table.header = names.ok_or(ImportError::HeaderMissing)?;
        Ok(table)
    }

    /// The column names, without blanks around them.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next record, or nothing at the end of the file. Empty lines are no records.
    ///
    /// # Errors
    /// [`ImportError`] if the source fails or a bound is met.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, ImportError> {
        self.meter.record_bytes.set(0);
        let more = self.reader.read_byte_record(&mut self.record);
        let start = self.record.position().map_or(1, csv::Position::line);
        match more {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => {
                let line = self.reader.position().line().min(start.max(1));
                return Err(match (self.meter.overrun.get(), error.into_kind()) {
                    (Some(Overrun::Record), _) => ImportError::RecordTooLong { line },
                    (Some(Overrun::File), _) => ImportError::FileTooLong,
                    (None, csv::ErrorKind::Io(source)) => ImportError::Read { line, source },
                    (None, other) => {
                        ImportError::Read { line, source: io::Error::other(format!("{other:?}")) }
                    }
                });
            }
        }
        // The reader notes the position before it skips empty lines. Every record ends with one LF.
        let inside = self.record.as_slice().iter().filter(|&&b| b == b'\n').count();
        let inside = u64::try_from(inside).unwrap_or(0);
        let end = self.reader.position().line();
        Ok(Some(Row { line: end.saturating_sub(inside + 1).max(start), record: &self.record }))
    }
}

/// Whether the source starts with these bytes, and the source with nothing taken from it.
fn starts_with<R: Read>(mut source: R, bytes: &[u8]) -> io::Result<(bool, impl Read + use<R>)> {
    let mut start = Vec::with_capacity(bytes.len());
    let wanted = u64::try_from(bytes.len()).unwrap_or(0);
    source.by_ref().take(wanted).read_to_end(&mut start)?;
    Ok((start == bytes, Cursor::new(start).chain(source)))
}

/// How much was read, shared by the table (which knows where records end) and the source (which does not).
#[derive(Default)]
struct Meter {
    record_bytes: Cell<u64>,
    file_bytes: Cell<u64>,
    overrun: Cell<Option<Overrun>>,
}

#[derive(Clone, Copy)]
enum Overrun {
    Record,
    File,
}

/// The source with every line ending as LF, also after the last line, and with the bounds enforced.
struct Lines<'a> {
    source: Box<dyn Read + 'a>,
    meter: Rc<Meter>,
    after_cr: bool,
    /// The last byte handed on was not an LF.
    unfinished: bool,
}

impl Lines<'_> {
    fn count(&self, bytes: usize) -> io::Result<()> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let record = self.meter.record_bytes.get().saturating_add(bytes);
        let file = self.meter.file_bytes.get().saturating_add(bytes);
        self.meter.record_bytes.set(record);
        self.meter.file_bytes.set(file);
        let ahead = u64::try_from(READ_AHEAD_BYTES).unwrap_or(0);
        let overrun = if file > FILE_BYTES_MAX {
            Overrun::File
        } else if record > RECORD_BYTES_MAX + ahead {
            Overrun::Record
        } else {
            return Ok(());
        };
        self.meter.overrun.set(Some(overrun));
        Err(io::Error::other("a bound of the import is met"))
    }
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let taken = self.source.read(buffer)?;
            if taken == 0 {
                if !self.unfinished {
                    return Ok(0);
                }
                self.unfinished = false;
                buffer[0] = b'\n';
                return Ok(1);
            }
            self.count(taken)?;
            let mut kept = 0;
            for at in 0..taken {
                let byte = buffer[at];
                let second_half = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if !second_half {
                    buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept > 0 {
                self.unfinished = buffer[kept - 1] != b'\n';
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

    use super::*;

    /// Line and fields of every record after the header, as one text.
    fn rows(bytes: &[u8]) -> Vec<String> {
        let mut table = Table::new(bytes).unwrap();
        let mut found = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            let fields: Vec<_> = row.record.iter().map(String::from_utf8_lossy).collect();
            found.push(format!("{}:{}", row.line, fields.join("|")));
        }
        found
    }

    #[test]
    fn line_numbers_are_right_for_every_line_ending() {
        let expected = ["2:1|2", "3:3|a\nb", "6:5|6", "7:7|8"];
        let text = "x,y\n1,2\n3,\"a\nb\"\n\n5,6\n7,8";
        for ending in ["\n", "\r\n", "\r"] {
            let bytes = text.replace('\n', ending);
            assert_eq!(rows(bytes.as_bytes()), expected, "{ending:?}");
            assert_eq!(rows((bytes + ending).as_bytes()), expected, "{ending:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_name() {
        let plain = "\u{feff}\"Unique Key\",b\n1,2\n";
        let packed = zstd::stream::encode_all(plain.as_bytes(), 3).unwrap();
        for bytes in [plain.as_bytes(), &packed] {
            let table = Table::new(bytes).unwrap();
            assert_eq!(table.header(), ["Unique Key", "b"]);
            assert_eq!(rows(bytes), ["2:1|2"]);
        }
    }

    #[test]
    fn an_empty_file_has_no_header() {
        for bytes in [&b""[..], b"\n\n", b"\xEF\xBB\xBF"] {
            assert!(matches!(Table::new(bytes), Err(ImportError::HeaderMissing)));
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_at_the_bound() {
        let mut bytes = b"a,b\n1,2\n3,\"".to_vec();
        bytes.resize(4 * 1024 * 1024, b'x');
        let mut table = Table::new(&bytes[..]).unwrap();
        assert!(table.next_row().unwrap().is_some());
        let flaw = table.next_row().map(|_| ()).unwrap_err();
        assert!(matches!(flaw, ImportError::RecordTooLong { line: 3 }), "{flaw}");
    }

    #[test]
    fn a_broken_zstd_frame_is_an_error() {
        let mut packed = zstd::stream::encode_all(&b"a,b\n1,2\n"[..], 3).unwrap();
        packed.truncate(packed.len() - 3);
        let outcome = Table::new(&packed[..]).and_then(|mut table| {
            while table.next_row()?.is_some() {}
            Ok(())
        });
        assert!(matches!(outcome, Err(ImportError::Read { .. })));
    }
}
