//! `GET /v1/cases/{case}/standing`: who answers for a case, its colour, its clocks, what contradicts.

use axum::extract::Path;
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::rules::clocks::ClockState;
use roundsman_sync_core::rules::{Because, Contradiction, Reason, Source};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::body;
use super::super::visit::Program;
use super::cases::nothing;
use crate::app::App;
use crate::error::Problem;
use crate::projection::queries::standing::{CaseNumber, ClockLine, Standing, standing as standing_of};
use crate::projection::queries::{self, CaseKey};

/// How the case stands now.
pub(in super::super) async fn standing(
    program: Program,
    asked: HeaderMap,
    Path(case): Path<String>,
) -> Result<Response, Problem> {
    let reach = program.reach;
    let key: CaseKey = case.parse().unwrap_or_else(|never| match never {});
    let now = App::now();
    let found = program.app.read(move |db| match queries::case_head(db, &reach, &key)? {
        Some(head) => standing_of(db, head.id, now),
        None => Ok(None),
    });
    body::answer(&asked, &Wire::from(found.await?.ok_or_else(nothing)?))
}

/// The JSON of it. Fields are added and never renamed.
#[derive(Serialize)]
struct Wire {
    responsible: Option<Value>,
    rating: &'static str,
    reasons: Vec<Value>,
    clocks: Vec<Value>,
    contradictions: Vec<Value>,
    promised_until: Option<String>,
    promise_changes: u32,
    sheets: Vec<Value>,
    settlements: Vec<Value>,
    obstacles: Vec<Value>,
    rework_of: Option<Value>,
    duplicates: Vec<Value>,
}

impl From<Standing> for Wire {
    fn from(standing: Standing) -> Self {
        let name =
            |id| standing.people.iter().find(|person| person.id == id).map(|person| person.name.clone());
        Self {
            responsible: standing.answering.as_ref().map(|answering| {
                let because = match answering.because {
                    Because::ByArea(_) => "area",
                    Because::FirstReceiver(_) => "first_receiver",
                    Because::Handover(_) => "handover",
                };
                json!({
                    "id": answering.person.id.to_string(), "name": answering.person.name, "because": because,
                })
            }),
            rating: standing.rating.colour.as_str(),
            reasons: standing.rating.reasons.iter().map(reason).collect(),
            clocks: standing.clocks.iter().map(clock).collect(),
            contradictions: standing.contradictions.iter().map(|one| contradiction(one, name)).collect(),
            promised_until: standing.promises.current.map(time),
            promise_changes: standing.promises.changes,
            sheets: standing
                .sheets
                .iter()
                .map(|sheet| {
                    json!({
                        "id": sheet.id.to_string(),
                        "party": { "kind": sheet.party.kind, "name": sheet.party.name },
                        "stage": sheet.stage.as_str(),
                        "missing": sheet.missing,
                        "reply_by": sheet.reply_by.map(time),
                        "answered_at": sheet.answered_at.map(time),
                    })
                })
                .collect(),
            settlements: standing
                .settlements
                .iter()
                .map(|settlement| {
                    json!({
                        "id": settlement.id.to_string(),
                        "sum": settlement.sum,
                        "stage": settlement.stage.as_str(),
                        "consent_needed": settlement.consent_needed,
                    })
                })
                .collect(),
            obstacles: standing
                .obstacles
                .iter()
                .map(|one| json!({ "code": one.code.as_str(), "detail": one.sentence }))
                .collect(),
            rework_of: standing.rework.as_ref().map(|(case, _)| numbered(case)),
            duplicates: standing
                .duplicates
                .iter()
                .map(|(case, likeness)| {
                    json!({ "id": case.id.to_string(), "number": case.number, "likeness": likeness })
                })
                .collect(),
        }
    }
}

fn time(at: Timestamp) -> String {
    at.to_string()
}

fn numbered(case: &CaseNumber) -> Value {
    json!({ "id": case.id.to_string(), "number": case.number })
}

fn clock(line: &ClockLine) -> Value {
    let state = match line.state {
        ClockState::Running { .. } => "running",
        ClockState::Paused => "paused",
        ClockState::Met => "met",
        ClockState::Broken { .. } => "broken",
    };
    json!({
        "id": line.clock.id,
        "title": { "zh": line.title.0, "en": line.title.1 },
        "order": line.clock.order.map(|order| order.to_string()),
        "state": state,
        "started": time(line.clock.started),
        "aim": line.clock.aim.map(time),
        "due": line.clock.due.map(time),
        "stopped": line.clock.stopped.map(|stop| time(stop.at)),
        "provisional": line.clock.provisional,
    })
}

fn reason(reason: &Reason) -> Value {
    match reason {
        Reason::Broken { clock, .. } => json!({ "code": "limit_broken", "clock": clock }),
        Reason::SecondComplaint => json!({ "code": "second_complaint" }),
        Reason::PromiseChangedTooOften { changes } => {
            json!({ "code": "promise_changed_too_often", "times": changes })
        }
        Reason::NearlyUsed { clock, .. } => json!({ "code": "limit_nearly_used", "clock": clock }),
        Reason::Escalated { times } => json!({ "code": "escalated", "times": times }),
        Reason::PromiseChanged { changes } => json!({ "code": "promise_changed", "times": changes }),
    }
}

fn contradiction(
    one: &Contradiction,
    name: impl Fn(roundsman_sync_core::ids::PersonId) -> Option<String>,
) -> Value {
    let sides: Vec<_> = one
        .sides
        .iter()
        .map(|side| {
            let (kind, id) = match side.source {
                Source::Entry(id) => ("entry", id.to_string()),
                Source::SignOff(id) => ("sign_off", id.to_string()),
            };
            json!({
                "kind": kind, "id": id, "at": time(side.at),
                "by": { "id": side.by.to_string(), "name": name(side.by) },
            })
        })
        .collect();
    json!({
        "id": one.id.to_string(),
        "code": one.code.as_str(),
        "order": one.order.map(|order| order.to_string()),
        "sides": sides,
        "settled_by": one.code.settled_by(),
        "settled": one.settled.map(|entry| entry.to_string()),
    })
}
