//! `roundsman bench`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::bench;

/// Measure what sync and photos cost, each beside the best that could be
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman bench
  roundsman bench sync
  roundsman bench sync --json > sync.json
  roundsman bench link --traces net --real-time Verizon-LTE-short

It makes its own data in a folder below the system's temporary files (below --data, if given) and removes
it at the end. Every row has a limit that was measured in the same run; the ratio of the two is what
compares between machines. The exit code is 1 if a row misses its target. Use a release build on a machine
that does nothing else.")]
pub(super) struct Bench {
    /// Which; all of them if none is named
    name: Option<String>,
    /// Folder with recorded mobile links, for `link`; otherwise `net` in the folder that ROUNDSMAN_SHARED names
    #[arg(long, value_name = "DIR")]
    traces: Option<PathBuf>,
    /// With `link`: lives through this one pair of its files in real time instead, as many minutes as that takes
    #[arg(long, value_name = "PAIR")]
    real_time: Option<String>,
}

impl Bench {
    pub(super) fn run(self, context: &Context, data_given: bool) -> Result<Report, Failure> {
        let output = context.output;
        let parent = if data_given { context.data.clone() } else { std::env::temp_dir() };
        let (name, real_time) = (self.name.as_deref(), self.real_time.as_deref());
        if real_time.is_some() && name != Some("link") {
            return Err(Failure::Usage("--real-time goes with `link` only".to_owned()));
        }
        let outcome =
            bench::run(name, &parent, self.traces.as_deref(), real_time, &|text| output.note(text))?;
        let machine = &outcome.machine;
        let mut text = format!(
            "{}, {} cores, {} MiB, {}, {} build\n\n",
            machine.cpu, machine.cores, machine.memory_mib, machine.os, machine.build
        );
        text.push_str(&bench::table(&outcome.rows));
        let missed = outcome.rows.iter().filter(|row| !row.ok).count();
        text.push_str(&match missed {
            0 => "\n\nevery target is reached".to_owned(),
            missed => format!("\n\n{missed} rows miss their target"),
        });
        Ok(Report { json: Some(json!(outcome)), text, ok: outcome.is_ok() })
    }
}
