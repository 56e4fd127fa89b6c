//! `roundsman backup`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::app::App;
use crate::backup::{Step, backup};

/// Write everything of the data folder into one file, also while the server runs
#[derive(Args)]
#[command(after_help = "Example:
  roundsman backup /backup/roundsman-$(date +%F).rmb

The file is there whole or not at all, and replaces one of the same name. It holds the server's keys and
everybody's data: only its owner may read it, and it belongs on another machine. Phones are told up to where
there is a backup and then keep older edits no longer, so keep at least the newest one.")]
pub(super) struct BackupCommand {
    /// The file to write
    file: PathBuf,
}

impl BackupCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let folder = context.folder()?;
        let mut progress = context.output.progress();
        let made = backup(&folder, &self.file, App::now(), &mut rand::rng(), &mut |step| {
            progress.show(|| told(step));
        })?;
        let seconds = (progress.seconds() * 1_000.0).round() / 1_000.0;
        drop(progress);
        let json = json!({
            "file": self.file.display().to_string(),
            "log": made.log.to_string(),
            "position": made.position,
            "photos": made.photos,
            "database_bytes": made.database_bytes,
            "bytes": made.bytes,
            "seconds": seconds,
        });
        let text = format!(
            "backed up up to position {}, with {} photos, as {} ({} bytes, {seconds} s)",
            made.position,
            made.photos,
            self.file.display(),
            made.bytes
        );
        Ok(Report::new(json, text))
    }
}

/// A step as a line of progress.
pub(super) fn told(step: Step) -> String {
    match step {
        Step::Database => "copying the database".to_owned(),
        Step::Photos { done, of } => format!("photo {done} of {of}"),
        Step::Checking(stage, 0) => format!("checking {}", stage.as_str()),
        Step::Checking(stage, done) => format!("checking {}: {done}", stage.as_str()),
    }
}
