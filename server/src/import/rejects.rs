//! The `--rejects FILE`: every row that gave no case of its own, so that somebody can mend and send it again.

use std::path::Path;

use super::plan::ImportPlan;
use crate::export::text::write_cells;
use crate::export::{ExportError, atomic};

/// Writes `row`, `key` and `reason` of every rejected and every superseded row, in the order of the file.
///
/// The form is that of all our CSV: UTF-8 with a byte order mark, CRLF, cells that a spreadsheet would run
/// as a formula made harmless. The file is there whole or not at all.
///
/// # Errors
/// [`ExportError`] if the file cannot be written; what stood there before then still does.
pub fn write_file(path: &Path, plan: &ImportPlan) -> Result<(), ExportError> {
    let mut rows: Vec<(u64, &str, String)> = Vec::new();
    for reject in &plan.rejected {
        let key = reject.key.as_deref().unwrap_or_default();
        rows.push((reject.row, key, reject.reason.to_string()));
    }
    for lost in &plan.superseded {
        let reason = format!("superseded by row {}, the last with this key", lost.by_row);
        rows.push((lost.row, &lost.key, reason));
    }
    rows.sort_by_key(|(row, _, _)| *row);
    atomic::write_file(path, |out| {
        let mut csv = write_cells(out, ["row", "key", "reason"])?;
        for (row, key, reason) in rows {
            csv.row([row.to_string().as_str(), key, &reason])?;
        }
        csv.finish()
    })
}
