//! `roundsman case`

use clap::{Args, Subcommand};
use serde_json::json;

use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::projection::queries::case_show::{CaseShown, Event, case_shown};

/// Cases
#[derive(Subcommand)]
pub(super) enum CaseCommand {
    Show(Show),
}

impl CaseCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Show(show) => show.run(context),
        }
    }
}

/// Show a case and its timeline: what people claimed, and what the server witnessed
#[derive(Args)]
#[command(after_help = "Example:
  roundsman case show R000012

Times are in UTC. Who the owner is, their phone number and their words are not shown.")]
pub(super) struct Show {
    /// Its number, such as R000012, or its id
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let db = context.reader()?;
        let id = find::case(&db, &self.id)?;
        let case = case_shown(&db, id)?
            .ok_or_else(|| Failure::NotFound(format!("there is no case '{}'", self.id)))?;
        let mut fields: serde_json::Map<_, _> =
            case.fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        fields.insert("number".to_owned(), json!(case.number));
        fields.insert("id".to_owned(), json!(id.to_string()));
        fields.insert("reported_at".to_owned(), json!(case.reported_at.map(|at| at.to_string())));
        fields.insert("timeline".to_owned(), json!(case.timeline.iter().map(event_json).collect::<Vec<_>>()));
        let parallel: serde_json::Map<_, _> =
            case.parallel.iter().map(|(field, values)| (field.clone(), json!(values))).collect();
        fields.insert("parallel_edits".to_owned(), parallel.into());
        Ok(Report::new(fields.into(), text(&id.to_string(), &case)))
    }
}

fn event_json(event: &Event) -> serde_json::Value {
    json!({
        "kind": event.kind,
        "person": event.person,
        "device": event.device,
        "order": event.order.map(|order| order.to_string()),
        "note": event.note,
        "claimed_at": event.claimed_at.to_string(),
        "not_before": event.not_before.map(|at| at.to_string()),
        "received_at": event.received_at.to_string(),
    })
}

fn text(id: &str, case: &CaseShown) -> String {
    let mut lines = vec![format!("{}  {id}", case.number)];
    lines.extend(case.fields.iter().map(|(name, value)| format!("  {name:<16} {}", indented(value, 19))));
    lines.extend(case.reported_at.map(|at| format!("  {:<16} {at}", "reported")));
    for (field, values) in &case.parallel {
        lines.push(format!("  {field} was set at the same time to: {}", values.join(" | ")));
    }
    lines.push(format!("{:<24}  {:<24}  what", "claimed", "received here"));
    for event in &case.timeline {
        lines.push(format!(
            "{}  {}  {} by {} on {}",
            event.claimed_at, event.received_at, event.kind, event.person, event.device
        ));
        lines.extend(event.not_before.map(|at| format!("{:>24}  not before {at}", "")));
        if !event.note.is_empty() {
            lines.push(format!("{:52}{}", "", indented(&event.note, 52)));
        }
    }
    lines.join("\n")
}

/// A text of several lines, those after the first one moved to the right.
fn indented(text: &str, spaces: usize) -> String {
    text.lines().collect::<Vec<_>>().join(&format!("\n{:spaces$}", ""))
}
