//! `POST /v1/cases/{case}/resolve`: settling a parallel edit by saying which of the values holds.

use axum::response::Response;
use roundsman_sync_core::document::Register;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::{Case, Classification, Command, OrderSorting, Place};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::path::Path;
use super::super::sent::Sent;
use super::edit;
use crate::error::Problem;

/// Which field, and which of its values: both as `/v1/conflicts` spells them.
#[derive(Deserialize, ToSchema)]
#[schema(as = Resolution)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Body {
    field: String,
    choice: String,
}

/// The command that sets a field to one of the values it holds now; `None` if it has no such field or value.
fn settling(id: DocumentId, case: &Case, field: &str, choice: &str) -> Option<Command> {
    match field.split('/').collect::<Vec<_>>().as_slice() {
        [field] => Some(Command::Classify { case: id, to: classification(case, field, choice)? }),
        ["orders", order, field] => {
            let order = case.order(order.parse().ok()?)?;
            if *field == "assignee" {
                let assignee = chosen(&order.assignee, choice, ToString::to_string)?;
                return Some(Command::Assign { case: id, order: order.id, assignee });
            }
            let text = choice;
            let mut to = OrderSorting::default();
            match *field {
                "department" => to.department = Some(chosen(&order.department, text, ToString::to_string)?),
                "kind" => to.kind = Some(chosen(&order.kind, text, ToString::to_string)?),
                "liability" => to.liability = Some(chosen(&order.liability, text, ToString::to_string)?),
                "party" => to.party = Some(chosen(&order.party, text, ToString::to_string)?),
                "appointment" => {
                    to.appointment = Some(chosen(&order.appointment, text, ToString::to_string)?)
                }
                _ => return None,
            }
            Some(Command::SortOrder { case: id, order: order.id, to })
        }
        _ => None,
    }
}

fn classification(case: &Case, field: &str, choice: &str) -> Option<Classification> {
    let mut to = Classification::default();
    match field {
        "kind" => to.kind = Some(chosen(&case.kind, choice, ToString::to_string)?),
        "urgency" => to.urgency = Some(chosen(&case.urgency, choice, ToString::to_string)?),
        "nature" => to.nature = Some(chosen(&case.nature, choice, ToString::to_string)?),
        "subject" => to.subject = Some(chosen(&case.subject, choice, Clone::clone)?),
        "place" => to.place = Some(chosen(&case.place, choice, Place::line)?),
        "about" => to.about = Some(chosen(&case.about, choice, ToString::to_string)?),
        "confidential" => to.confidential = Some(chosen(&case.confidential, choice, ToString::to_string)?),
        "anonymous" => to.anonymous = Some(chosen(&case.anonymous, choice, ToString::to_string)?),
        _ => return None,
    }
    Some(to)
}

/// The value that reads like this.
fn chosen<T: Clone>(register: &Register<T>, choice: &str, show: impl Fn(&T) -> String) -> Option<T> {
    register.all().iter().find(|value| show(value) == choice).cloned()
}

/// Settles a parallel edit. A field that already says so alone stays as it is.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/resolve",
    tag = "cases",
    operation_id = "resolveConflict",
    params(("case" = String, Path, description = "The id of a case, or its number")),
    request_body = Body,
    responses((status = 200, description = "It is settled", body = edit::Changed)),
)]
pub(in super::super) async fn resolve(
    Path(case): Path<String>,
    Sent { asker, body }: Sent<Body>,
) -> Result<Response, Problem> {
    let Body { field, choice } = body;
    edit::of_case(asker, &case, move |edit, head| {
        let case = edit.read(head)?;
        if field == "about" && case.about.all().contains(&edit.reach.person()) {
            let why = "whoever a complaint is about does not sort it";
            return Err(Problem::new(ErrorCode::Recused, why));
        }
        let command = settling(head.id, &case, &field, &choice).ok_or_else(|| {
            let why = format!("the case has no field '{field}' that holds '{choice}'; see /v1/conflicts");
            Problem::new(ErrorCode::ValueOutOfRange, why)
        })?;
        edit.give(&command)
    })
    .await
}
