//! `roundsman policy`

use std::path::PathBuf;

use chrono::Datelike as _;
use clap::{Args, Subcommand};
use roundsman_sync_core::rules;
use roundsman_sync_core::rules::policy::DEFAULT_TEXT;
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::app::App;
use crate::policy_file::{self, PolicyFileError};
use crate::projection::queries::{lookup, policy as queries};

/// What the company has decided: clocks, ladder, limits, working hours, subjects
#[derive(Subcommand)]
pub(super) enum Policy {
    Check(Check),
    Show(Show),
    Set(Set),
}

impl Policy {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Check(check) => check.run(),
            Self::Show(show) => show.run(context),
            Self::Set(set) => set.run(context),
        }
    }
}

/// Check a policy: every mistake with file, line and reason
#[derive(Args)]
#[command(after_help = "Example:
  roundsman policy check policy.toml

Every mistake is a line FILE:line:column: reason, and the exit code is 1. A sound policy is summed up: what
differs from the built-in one. No data folder is needed.")]
pub(super) struct Check {
    /// A policy as TOML
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Check {
    fn run(self) -> Result<Report, Failure> {
        let policy = match policy_file::read(&self.file) {
            Ok(file) => file.policy,
            Err(PolicyFileError::Wrong { path, mistakes }) => {
                let listed: Vec<_> = mistakes
                    .iter()
                    .map(|one| json!({ "line": one.line, "column": one.column, "reason": one.reason }))
                    .collect();
                let json = json!({ "ok": false, "file": path.display().to_string(), "mistakes": listed });
                let text = policy_file::lines(&path, &mistakes);
                return Ok(Report { json: Some(json), text, ok: false });
            }
            Err(error) => return Err(error.into()),
        };
        let differences = differences(&policy);
        let warnings = warnings(&policy);
        let mut lines = vec![format!(
            "{} is sound: {} clocks, {} subjects, {} estates with their own figures",
            self.file.display(),
            policy.clocks.len(),
            policy.subjects.len(),
            policy.sites.len()
        )];
        lines.extend(differences.iter().map(|one| format!("differs: {one}")));
        lines.extend(warnings.iter().map(|one| format!("warning: {one}")));
        let json = json!({
            "ok": true,
            "file": self.file.display().to_string(),
            "clocks": policy.clocks.len(),
            "subjects": policy.subjects.len(),
            "estates": policy.sites.keys().collect::<Vec<_>>(),
            "differences": differences,
            "warnings": warnings,
            "mistakes": [],
        });
        Ok(Report::new(json, lines.join("\n")))
    }
}

/// What a policy has different from the built-in one, a line each.
fn differences(policy: &rules::Policy) -> Vec<String> {
    let built_in = rules::Policy::built_in();
    let mut found: Vec<String> = Vec::new();
    for rule in &policy.clocks {
        match built_in.clock(&rule.id) {
            None => found.push(format!("clock {} is new: {}", rule.id, rule.limit)),
            Some(standing) if standing.limit != rule.limit => {
                found.push(format!("clock {}: {} instead of {}", rule.id, rule.limit, standing.limit));
            }
            Some(standing) if standing != rule => found.push(format!("clock {} is changed", rule.id)),
            Some(_) => {}
        }
    }
    found.extend(policy.clocks_off.iter().map(|id| format!("clock {id} is off")));
    let added = policy.subjects.iter().filter(|subject| !built_in.subjects.contains(subject));
    found.extend(added.map(|subject| format!("subject {}", subject.path)));
    let gone = built_in.subjects.iter().filter(|subject| policy.subject(&subject.path).is_none());
    found.extend(gone.map(|subject| format!("subject {} is off", subject.path)));
    let figures = [
        ("calendar", policy.time != built_in.time),
        ("ladder", policy.ladder != built_in.ladder),
        ("authority", policy.authority != built_in.authority),
        ("promises", policy.promise_changes_max != built_in.promise_changes_max),
        ("rework", policy.rework_days != built_in.rework_days),
        ("closing", policy.closing_attempts_min != built_in.closing_attempts_min),
        ("rating", rating_of(policy) != rating_of(built_in)),
    ];
    found.extend(figures.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()));
    for (name, site) in &policy.sites {
        let mut own: Vec<&str> = site.clocks.keys().map(String::as_str).collect();
        own.extend(site.time.as_ref().map(|_| "calendar"));
        found.push(format!("estate {name}: {}", own.join(", ")));
    }
    found
}

fn rating_of(policy: &rules::Policy) -> (u32, u32, u32) {
    (policy.yellow_share_permille, policy.yellow_escalations, policy.yellow_promise_changes)
}

/// What is no mistake, but may not be meant. The notice on the holidays of a year comes in the November before.
fn warnings(policy: &rules::Policy) -> Vec<String> {
    let Some(today) = policy.calendar().date(App::now()) else { return Vec::new() };
    let next = (today.month() >= 11).then(|| today.year() + 1);
    let years = std::iter::once(today.year()).chain(next);
    let unknown = policy.years_without_holidays(years);
    unknown
        .into_iter()
        .map(|year| format!("no holidays of {year} are known: its weeks count as ordinary"))
        .collect()
}

/// Show the policy in force, as TOML that `policy set` takes
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman policy show
  roundsman policy show --site 'Green Garden'
  roundsman policy show --built-in > policy.toml")]
pub(super) struct Show {
    /// At this estate only, by name or id: its own figures are then among the others
    #[arg(long, value_name = "SITE")]
    site: Option<String>,
    /// The policy that is built in, with its comments; no data folder is needed
    #[arg(long, conflicts_with = "site")]
    built_in: bool,
}

impl Show {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let text = match (&self.site, self.built_in) {
            (_, true) => DEFAULT_TEXT.to_owned(),
            (Some(site), false) => {
                let db = context.reader()?;
                queries::policy_at(&db, find::site(&db, site)?.0)?.to_toml()
            }
            (None, false) => company_policy(context)?.to_toml(),
        };
        let text = text.trim_end().to_owned();
        Ok(Report::new(json!({ "site": self.site, "policy": text }), text))
    }
}

/// The policy that all estates have in common.
fn company_policy(context: &Context) -> Result<rules::Policy, Failure> {
    let db = context.reader()?;
    let mut texts = Vec::new();
    for (site, _) in lookup::sites(&db)? {
        let text = queries::policy_text(&db, site)?;
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    match texts.as_slice() {
        [] | [None] => Ok(rules::Policy::built_in().clone()),
        [Some(text)] => Ok(rules::Policy::parse(text).unwrap_or_else(|_| rules::Policy::built_in().clone())),
        [_, _, ..] => Err(Failure::Usage("the estates have different policies: say --site".to_owned())),
    }
}

/// Put a policy in force at every estate
#[derive(Args)]
#[command(after_help = "Example:
  roundsman policy set policy.toml

A policy with mistakes is refused and changes nothing. The file is kept as policy.toml in the data folder;
phones get the policy with their next sync.")]
pub(super) struct Set {
    /// A policy as TOML
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Set {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let file = policy_file::read(&self.file)?;
        let folder = context.folder()?;
        let changed = policy_file::set(&folder, App::now(), &mut rand::rng(), &file)?;
        let warnings = warnings(&file.policy);
        let mut lines: Vec<String> = match changed.as_slice() {
            [] => vec!["the policy was already in force everywhere".to_owned()],
            several => several.iter().map(|(_, name)| format!("in force at {name}")).collect(),
        };
        lines.extend(warnings.iter().map(|one| format!("warning: {one}")));
        let names: Vec<_> =
            changed.iter().map(|(site, name)| json!({ "id": site.to_string(), "name": name })).collect();
        Ok(Report::new(json!({ "changed": names, "warnings": warnings }), lines.join("\n")))
    }
}
