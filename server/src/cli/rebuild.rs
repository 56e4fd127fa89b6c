//! `roundsman rebuild`

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk};
use crate::log;
use crate::projection::DERIVED_TABLES;

/// Make tables, feeds and caches anew from the log
#[derive(Args)]
#[command(after_help = "Example:
  roundsman rebuild

All of it is one transaction: if it fails or is killed, everything stays as it was.")]
pub(super) struct Rebuild {}

impl Rebuild {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let Desk { mut writer, folder, .. } = context.office()?;
        let of = log::head(&folder.reader()?)?;
        let mut progress = context.output.progress();
        let (entries, rows) = writer.transaction::<_, Failure>(|batch| {
            let entries =
                batch.rebuild(&mut |done| progress.show(|| format!("{done} of {of} log entries")))?;
            let mut rows = Vec::new();
            for table in DERIVED_TABLES {
                let count: i64 =
                    batch.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
                rows.push((table, count.unsigned_abs()));
            }
            Ok((entries, rows))
        })?;
        let seconds = progress.seconds();
        drop(progress);
        let mut lines = vec![format!("{entries} log entries read in {seconds:.1} s")];
        lines.extend(rows.iter().map(|(table, count)| format!("{table:<16}{count:>9}")));
        let tables: serde_json::Map<_, _> =
            rows.iter().map(|(table, count)| ((*table).to_owned(), json!(count))).collect();
        let seconds = (seconds * 1_000.0).round() / 1_000.0;
        let json = json!({ "log_entries": entries, "rows": tables, "seconds": seconds });
        Ok(Report::new(json, lines.join("\n")))
    }
}
