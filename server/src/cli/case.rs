//! `roundsman case`

use clap::{Args, Subcommand};
use serde_json::json;

use super::case_page::CasePage;
use super::failure::Failure;
use super::output::Report;
use super::{Context, find};
use crate::app::App;
use crate::app::ZONE;
use crate::console::Lang;
use crate::projection::queries::PhotoDetails;
use crate::projection::queries::case_show::{Event, OrderShown, case_shown};
use crate::projection::queries::standing::standing;

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
  roundsman case show R000012 --lang en

The timeline is told in the order in which things happened. Where the claim of a device or the receipt by
the server lies more than two minutes from that, both stand below. Times are those of the estate's zone;
with --json they are in UTC, and the timeline is in the order in which it was written. Who the owner is, their phone number and their words are not shown.")]
pub(super) struct Show {
    /// Its number, such as R000012, or its id
    #[arg(value_name = "ID")]
    id: String,
    /// The language: zh or en
    #[arg(long, value_name = "LANG", default_value = "zh", value_parser = lang)]
    lang: Lang,
}

fn lang(text: &str) -> Result<Lang, String> {
    match text {
        "zh" => Ok(Lang::ZhCn),
        "en" => Ok(Lang::En),
        other => Lang::from_tag(other).ok_or_else(|| "say zh or en".to_owned()),
    }
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
        fields.insert("anonymous".to_owned(), json!(case.anonymous));
        fields.insert("about".to_owned(), json!(case.about));
        fields.insert("orders".to_owned(), json!(case.orders.iter().map(order_json).collect::<Vec<_>>()));
        fields.insert("timeline".to_owned(), json!(case.timeline.iter().map(event_json).collect::<Vec<_>>()));
        let parallel: serde_json::Map<_, _> =
            case.parallel.iter().map(|(field, values)| (field.clone(), json!(values))).collect();
        fields.insert("parallel_edits".to_owned(), parallel.into());
        let standing = standing(&db, id, App::now())?
            .ok_or_else(|| Failure::NotFound(format!("there is no case '{}'", self.id)))?;
        fields.insert("rating".to_owned(), json!(standing.rating.colour.as_str()));
        let open = standing.contradictions.iter().filter(|one| one.is_open());
        fields.insert(
            "contradictions".to_owned(),
            json!(open.map(|one| one.code.as_str()).collect::<Vec<_>>()),
        );
        fields.insert("complete".to_owned(), json!(case.photos.is_complete()));
        let owed_by: Vec<_> = case.photos.owed.iter().map(owed_json).collect();
        let photos = json!({ "named": case.photos.named, "here": case.photos.here(), "owed_by": owed_by });
        fields.insert("photos".to_owned(), photos);
        let page = CasePage { lang: self.lang, zone: ZONE, case: &case, standing: &standing };
        Ok(Report::new(fields.into(), page.text(&id.to_string())))
    }
}

fn order_json(order: &OrderShown) -> serde_json::Value {
    json!({
        "id": order.id.to_string(),
        "department": order.department,
        "assignee": order.assignee,
        "kind": order.kind,
        "liability": order.liability,
        "party": order.party.as_ref().map(|(kind, name)| json!({ "kind": kind, "name": name })),
        "appointment": order
            .appointment
            .map(|(from, to)| json!({ "from": from.to_string(), "to": to.to_string() })),
        "rework_of": order.rework_of.map(|earlier| earlier.to_string()),
        "status": order.status,
    })
}

fn owed_json(photo: &PhotoDetails) -> serde_json::Value {
    json!({
        "photo": photo.hash.to_string(),
        "bytes": photo.size,
        "person": photo.holder.name,
        "device": photo.device,
        "since": photo.received.to_string(),
    })
}

fn event_json(event: &Event) -> serde_json::Value {
    json!({
        "kind": event.kind,
        "person": event.person,
        "device": event.device,
        "order": event.order.map(|order| order.to_string()),
        "note": event.note,
        "details": event.details,
        "happened_at": event.happened_at.to_string(),
        "declared_why": event.declared_why,
        "claimed_at": event.claimed_at.to_string(),
        "not_before": event.not_before.map(|at| at.to_string()),
        "received_at": event.received_at.to_string(),
    })
}
