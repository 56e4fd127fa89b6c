//! A workbook with one sheet: header bold and frozen, a filter on every column, texts always texts.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use super::columns::{COLUMNS, COLUMNS_COUNT, Cell, cells};
use super::{CaseRow, ExportError, ExportOptions};

/// Cases in one sheet: Excel has 1,048,576 rows, one of them the header.
pub(super) const ROWS_MAX: u32 = 1_048_575;
/// UTF-16 units in one cell, Excel's own bound.
const CELL_UNITS_MAX: usize = 32_767;
/// Ends a text that was longer than a cell.
const CUT: char = '…';
const SHEET_NAME: &str = "cases";

/// The bytes of the workbook and the number of its cases.
pub(super) fn workbook(
    rows: impl Iterator<Item = Result<CaseRow, Refusal>>,
    options: &ExportOptions,
) -> Result<(Vec<u8>, u64), ExportError> {
    let mut workbook = Workbook::new();
    let made_at = excel_time(options.now).map_err(failed)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made_at));
    let sheet = workbook.add_worksheet();
    sheet.set_name(SHEET_NAME).map_err(failed)?;
    let bold = Format::new().set_bold();
    for (at, column) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, at, column.name, &bold).map_err(failed)?;
        sheet.set_column_width(at, column.width).map_err(failed)?;
    }
    let mut last: u32 = 0;
    for row in rows {
        let row = row?;
        if last == ROWS_MAX {
            return Err(ExportError::TooManyRows);
        }
        last += 1;
        for (at, cell) in (0..).zip(cells(&row, options.zone)) {
            match cell {
                // `write_string`, never `write`: a text that looks like a formula or a link stays a text.
                Cell::Text(text) => sheet.write_string(last, at, fitting(&text)),
                Cell::Number(number) => {
                    // Counts of photos; far below 2^53, above which a sheet would round.
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    sheet.write_number(last, at, number)
                }
                Cell::Empty => continue,
            }
            .map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    let right = u16::try_from(COLUMNS_COUNT - 1).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last, right).map_err(failed)?;
    let bytes = workbook.save_to_buffer().map_err(failed)?;
    Ok((bytes, u64::from(last)))
}

/// The text as a cell holds it: cut with a visible mark at Excel's bound, without what XML cannot say.
fn fitting(text: &str) -> String {
    let units: usize = text.chars().map(char::len_utf16).sum();
    let sayable = text.chars().map(|c| if matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c });
    if units <= CELL_UNITS_MAX {
        return sayable.collect();
    }
    let mut left = CELL_UNITS_MAX - CUT.len_utf16();
    let kept = sayable.take_while(|c| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    kept.chain([CUT]).collect()
}

fn excel_time(at: Timestamp) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(at.millis().div_euclid(1000))
}

fn failed(error: XlsxError) -> ExportError {
    ExportError::Workbook(error.to_string())
}
