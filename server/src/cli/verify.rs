//! `roundsman verify`

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::verify::verify;

/// Check that log, documents, tables, photos and evidence agree
#[derive(Args)]
#[command(after_help = "Example:
  roundsman verify

It reads everything and changes nothing, also while the server runs. The exit code is 1 if something does
not agree; tables that do not agree with the log are mended by `roundsman rebuild`.")]
pub(super) struct Verify {}

impl Verify {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let folder = context.folder()?;
        let db = folder.reader()?;
        let mut progress = context.output.progress();
        let report = verify(&db, &folder.blobs()?, &mut |stage, done| {
            progress.show(|| match done {
                0 => format!("checking {}", stage.as_str()),
                done => format!("checking {}: {done}", stage.as_str()),
            });
        })?;
        drop(progress);
        let checked = report.checked;
        let mut lines = vec![
            format!("log entries {:>9}", checked.log_entries),
            format!("signatures  {:>9}", checked.signatures),
            format!("documents   {:>9}", checked.documents),
            format!("rows        {:>9}", checked.rows),
            format!("photos      {:>9}", checked.photos),
        ];
        lines.extend(report.problems.iter().map(|problem| format!("problem: {problem}")));
        lines.push(if report.ok {
            "everything agrees".to_owned()
        } else {
            format!("{} problems", report.problems.len())
        });
        Ok(Report { json: Some(json!(report)), text: lines.join("\n"), ok: report.ok })
    }
}
