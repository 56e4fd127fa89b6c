//! One JSON object a line, for programs.

use std::io::Write;

use roundsman_sync_core::error::Refusal;
use serde_json::{Map, Value};

use super::columns::{COLUMNS, Cell, cells};
use super::{CaseRow, ExportError, ExportOptions, at_stream};

/// Writes every row; every object has every member, `null` where there is nothing.
pub(super) fn write(
    rows: impl Iterator<Item = Result<CaseRow, Refusal>>,
    options: &ExportOptions,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    let mut written = 0;
    for row in rows {
        let row = row?;
        let members = COLUMNS.iter().zip(cells(&row, options.zone));
        let object: Map<_, _> = members.map(|(column, cell)| (column.name.to_owned(), value(cell))).collect();
        let mut line = Value::Object(object).to_string();
        line.push('\n');
        out.write_all(line.as_bytes()).map_err(at_stream)?;
        written += 1;
    }
    out.flush().map_err(at_stream)?;
    Ok(written)
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Text(text) => Value::String(text.into_owned()),
        Cell::Number(number) => Value::from(number),
        Cell::Empty => Value::Null,
    }
}
