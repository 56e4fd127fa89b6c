//! Which columns a change has, and where each lies.

use super::ScanError;
use super::reader::Reader;

/// The columns that changes of our documents have, by their specifications, in the order in which they are
/// written. Columns for marks are not among them: no document has marks.
const KNOWN: [u64; 12] = [
    0x01, // object: whose
    0x02, // object: its number
    0x11, // key among letters: whose
    0x13, // key among letters: its number, as a difference
    0x15, // key of a map
    0x34, // whether it is inserted
    0x42, // action
    0x56, // value: type and length
    0x57, // value: bytes
    0x70, // what is replaced: how many
    0x71, // what is replaced: whose
    0x73, // what is replaced: its number, as a difference
];

/// The columns, in the order of [`KNOWN`].
pub(super) type Columns<'a> = [Option<Reader<'a>>; KNOWN.len()];

/// Reads the list of columns and marks off the bytes of each. After the last there is nothing.
pub(super) fn read<'a>(reader: &mut Reader<'a>, columns: &mut Columns<'a>) -> Result<(), ScanError> {
    let count = reader.number("number of columns")?;
    let mut lengths = [0; KNOWN.len()];
    let mut next = 0;
    for _ in 0..count {
        let specification = reader.number("column")?;
        // Each known one once, in order; past the last of them nothing is found.
        let found = KNOWN.iter().skip(next).position(|known| *known == specification);
        let place = next + found.ok_or_else(|| reader.malformed("a known column in its place"))?;
        let length = reader.number("column length")?;
        if length == 0 {
            return Err(reader.malformed("no empty column"));
        }
        lengths[place] = length;
        next = place + 1;
    }
    for (column, length) in columns.iter_mut().zip(lengths) {
        *column = if length > 0 { Some(reader.part(length, "column")?) } else { None };
    }
    if reader.left() > 0 { Err(reader.malformed("nothing after the columns")) } else { Ok(()) }
}
