//! `roundsman restore`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use super::backup::told;
use super::failure::Failure;
use super::output::Report;
use crate::app::App;
use crate::backup::restore;

/// Make the data folder from a backup
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman restore /backup/roundsman-2026-11-21.rmb --data /srv/roundsman
  roundsman restore /backup/roundsman-2026-11-21.rmb --data /srv/roundsman --replace

Everything is checked in a folder beside, as `roundsman verify` checks it, before anything is moved. With
--replace the folder that stands there is kept under another name, which is told. Phones notice that the
server was restored and send again what it has lost. What the office decided after the backup has to be
decided again: phones shut out, rights given or taken.")]
pub(super) struct RestoreCommand {
    /// The backup
    file: PathBuf,
    /// Keep the data folder that is there under another name, and put the restored one in its place
    #[arg(long)]
    replace: bool,
}

impl RestoreCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let mut progress = context.output.progress();
        let data = &context.data;
        let made = restore(&self.file, data, self.replace, App::now(), &mut rand::rng(), &mut |step| {
            progress.show(|| told(step));
        })?;
        let seconds = (progress.seconds() * 1_000.0).round() / 1_000.0;
        drop(progress);
        let kept = made.kept_aside.as_ref().map(|kept| kept.display().to_string());
        let json = json!({
            "data": data.display().to_string(),
            "log": made.log.to_string(),
            "parent": { "log": made.parent.log.to_string(), "position": made.parent.pos },
            "made_at": made.made_at.to_string(),
            "program": made.program,
            "checked": made.checked,
            "kept_aside": kept,
            "seconds": seconds,
        });
        let mut text = format!(
            "restored {} from the backup of {}, up to position {}; everything agrees",
            data.display(),
            made.made_at,
            made.parent.pos
        );
        if let Some(kept) = kept {
            text.push_str(&format!("\nwhat stood there before is kept as {kept}"));
        }
        Ok(Report::new(json, text))
    }
}
