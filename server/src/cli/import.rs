//! `roundsman import`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk, find};
use crate::app::App;
use crate::import::{Destination, ImportMap, ImportPlan, read_file, rejects, write};

/// Rejected rows and odd ones that are shown; `--rejects` and `--json` have the rest.
const SHOWN_MAX: usize = 20;

/// Make cases of the rows of a CSV file
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman import --map nyc311 311.csv --site 'Green Garden'
  roundsman import --map our-old-system.toml export.csv --site 'Green Garden' --rejects rejects.csv

A row is known by its key: importing a file again changes nothing, and a newer file changes just the
cases whose rows have changed. Of several rows with one key the last one counts. The file may be packed
with zstd. Built-in maps: nyc311, nyc-council.")]
pub(super) struct Import {
    /// Which column means what: a map file, or the name of a built-in map
    #[arg(long, value_name = "MAP.toml")]
    map: PathBuf,
    /// The file
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// The estate, by name or id
    #[arg(long, value_name = "SITE")]
    site: String,
    /// Write the rows that gave no case, with their reasons
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

impl Import {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let built_in = self.map.to_str().and_then(ImportMap::built_in);
        let map = match built_in {
            Some(map) => map?,
            None => ImportMap::load(&self.map)?,
        };
        let desk = context.office()?;
        let (site, _) = find::site(&desk.folder.reader()?, &self.site)?;
        let mut progress = context.output.progress();
        let mut plan = read_file(&self.file, &map)
            .map_err(|source| Failure::Import { file: self.file.display().to_string(), source })?;
        let rows = plan.cases.len();
        let Desk { mut writer, identity, .. } = desk;
        let destination = Destination { site, identity: &identity, clock: &App::now };
        let started = progress.seconds();
        let shown =
            |done: u64, seconds: f64| format!("{done} of {rows} rows, {:.0} rows/s", rate(done, seconds));
        let written = write(&mut writer, &mut rand::rng(), &destination, &mut plan, &mut |done| {
            let seconds = progress.seconds() - started;
            progress.show(|| shown(done, seconds));
        })?;
        if let Some(path) = &self.rejects {
            rejects::write_file(path, &plan)?;
        }
        let seconds = progress.seconds();
        drop(progress);
        let counts = [
            ("read", plan.read),
            ("created", written.created),
            ("changed", written.changed),
            ("unchanged", written.unchanged),
            ("rejected", u64::try_from(plan.rejected.len()).unwrap_or(u64::MAX)),
            ("superseded", u64::try_from(plan.superseded.len()).unwrap_or(u64::MAX)),
        ];
        let rows_per_s = rate(plan.read, seconds);
        let mut text: Vec<_> = counts.iter().map(|(name, count)| format!("{name:<11}{count:>9}")).collect();
        text.push(format!("{:<11}{seconds:>9.1} s, {rows_per_s:.0} rows/s", "time"));
        text.extend(remarks(&plan, self.rejects.as_deref()));
        Ok(Report::new(as_json(&plan, &counts, seconds, rows_per_s), text.join("\n")))
    }
}

fn rate(rows: u64, seconds: f64) -> f64 {
    // Row counts are far below 2^53, where a float stops being exact.
    #[allow(clippy::cast_precision_loss, reason = "see above")]
    let rows = rows as f64;
    rows / seconds.max(0.001)
}

fn remarks(plan: &ImportPlan, rejects: Option<&Path>) -> Vec<String> {
    let mut text = Vec::new();
    for reject in plan.rejected.iter().take(SHOWN_MAX) {
        text.push(format!("row {} rejected: {}", reject.row, reject.reason));
    }
    if plan.rejected.len() > SHOWN_MAX {
        let more = plan.rejected.len() - SHOWN_MAX;
        match rejects {
            Some(path) => text.push(format!("and {more} more; all are in {}", path.display())),
            None => text.push(format!("and {more} more; --rejects FILE keeps them all")),
        }
    }
    for lost in plan.superseded.iter().take(SHOWN_MAX) {
        text.push(format!("row {} superseded by row {}, which has the same key", lost.row, lost.by_row));
    }
    if !plan.warnings.is_empty() {
        text.push(format!(
            "{} remarks on rows that were taken all the same, among them:",
            plan.warnings.len()
        ));
        let shown = plan.warnings.iter().take(3);
        text.extend(shown.map(|warning| format!("  row {}: {}", warning.row, warning.oddity)));
    }
    if !plan.unmapped.is_empty() {
        let named: Vec<_> = plan
            .unmapped
            .iter()
            .take(5)
            .map(|(category, rows)| format!("'{category}' ({rows} rows)"))
            .collect();
        text.push(format!(
            "{} categories are not in the map and took its default: {}{}",
            plan.unmapped.len(),
            named.join(", "),
            if plan.unmapped.len() > named.len() { ", …" } else { "" }
        ));
    }
    text
}

fn as_json(plan: &ImportPlan, counts: &[(&str, u64)], seconds: f64, rows_per_s: f64) -> serde_json::Value {
    let mut object: serde_json::Map<_, _> =
        counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    object.insert("seconds".to_owned(), json!((seconds * 1_000.0).round() / 1_000.0));
    object.insert("rows_per_s".to_owned(), json!(rows_per_s.round()));
    object.insert("warnings".to_owned(), json!(plan.warnings.len()));
    let rejects: Vec<_> = plan
        .rejected
        .iter()
        .map(|reject| json!({ "row": reject.row, "key": reject.key, "reason": reject.reason.to_string() }))
        .collect();
    object.insert("rejects".to_owned(), json!(rejects));
    let unmapped: Vec<_> =
        plan.unmapped.iter().map(|(category, rows)| json!({ "category": category, "rows": rows })).collect();
    object.insert("unmapped".to_owned(), json!(unmapped));
    object.into()
}
