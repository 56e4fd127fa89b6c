//! How a case stands, as JSON.

use roundsman_sync_core::ids::PersonId;
use roundsman_sync_core::model::{Fen, Level, Role};
use roundsman_sync_core::rules::clocks::ClockState;
use roundsman_sync_core::rules::{self, Because, Source};
use serde::Serialize;
use utoipa::ToSchema;

use super::{CaseRef, all, time};
use crate::http::openapi::words;
use crate::projection::queries::PersonName;
use crate::projection::queries::standing::{self as found, CaseNumber, ClockLine};

#[derive(Serialize, ToSchema)]
pub(in super::super) struct Standing {
    responsible: Option<Responsible>,
    #[schema(value_type = words::Colour)]
    rating: &'static str,
    reasons: Vec<Reason>,
    clocks: Vec<Clock>,
    contradictions: Vec<Contradiction>,
    #[schema(format = "date-time")]
    promised_until: Option<String>,
    promise_changes: u32,
    sheets: Vec<Sheet>,
    settlements: Vec<Settlement>,
    /// What stands in the way of closing it.
    obstacles: Vec<Obstacle>,
    /// The earlier case whose repair did not hold.
    rework_of: Option<CaseRef>,
    /// Cases that may be about the same matter, the likeliest first.
    duplicates: Vec<Duplicate>,
}

impl From<found::Standing> for Standing {
    fn from(standing: found::Standing) -> Self {
        let people = &standing.people;
        Self {
            contradictions: standing
                .contradictions
                .iter()
                .map(|one| Contradiction::of(one, people))
                .collect(),
            responsible: standing.answering.map(Responsible::from),
            rating: standing.rating.colour.as_str(),
            reasons: all(standing.rating.reasons),
            clocks: all(standing.clocks),
            promised_until: standing.promises.current.map(time),
            promise_changes: standing.promises.changes,
            sheets: all(standing.sheets),
            settlements: all(standing.settlements),
            obstacles: all(standing.obstacles),
            rework_of: standing.rework.map(|(case, _)| case.into()),
            duplicates: all(standing.duplicates),
        }
    }
}

impl From<CaseNumber> for CaseRef {
    fn from(case: CaseNumber) -> Self {
        Self { id: case.id.to_string(), number: case.number }
    }
}

/// Who answers for a case.
#[derive(Serialize, ToSchema)]
struct Responsible {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    because: Why,
}

/// Why they do: by their area, because they took it in first, or because it was handed over to them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Why {
    Area,
    FirstReceiver,
    Handover,
}

impl From<found::Answering> for Responsible {
    fn from(answering: found::Answering) -> Self {
        Self {
            id: answering.person.id.to_string(),
            name: answering.person.name,
            because: match answering.because {
                Because::ByArea(_) => Why::Area,
                Because::FirstReceiver(_) => Why::FirstReceiver,
                Because::Handover(_) => Why::Handover,
            },
        }
    }
}

/// A reason for a colour. `clock` names a limit, `times` how often something happened.
#[derive(Serialize, ToSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Reason {
    LimitBroken { clock: String },
    SecondComplaint,
    PromiseChangedTooOften { times: u32 },
    LimitNearlyUsed { clock: String },
    Escalated { times: u32 },
    PromiseChanged { times: u32 },
}

impl From<rules::Reason> for Reason {
    fn from(reason: rules::Reason) -> Self {
        match reason {
            rules::Reason::Broken { clock, .. } => Self::LimitBroken { clock },
            rules::Reason::SecondComplaint => Self::SecondComplaint,
            rules::Reason::PromiseChangedTooOften { changes } => {
                Self::PromiseChangedTooOften { times: changes }
            }
            rules::Reason::NearlyUsed { clock, .. } => Self::LimitNearlyUsed { clock },
            rules::Reason::Escalated { times } => Self::Escalated { times },
            rules::Reason::PromiseChanged { changes } => Self::PromiseChanged { times: changes },
        }
    }
}

/// What the policy calls a clock.
#[derive(Serialize, ToSchema)]
struct ClockTitle {
    zh: String,
    en: String,
}

/// A limit of the policy and how much of it is used.
#[derive(Serialize, ToSchema)]
struct Clock {
    /// The id of its rule in the policy.
    id: String,
    title: ClockTitle,
    #[schema(format = "uuid")]
    order: Option<String>,
    state: State,
    #[schema(format = "date-time")]
    started: String,
    /// When it should be reached.
    #[schema(format = "date-time")]
    aim: Option<String>,
    /// When it must be reached.
    #[schema(format = "date-time")]
    due: Option<String>,
    #[schema(format = "date-time")]
    stopped: Option<String>,
    /// True while a phone that has not synced could still change it.
    provisional: bool,
}

/// Where a clock stands.
#[derive(Serialize, ToSchema)]
#[schema(as = ClockState)]
#[serde(rename_all = "snake_case")]
enum State {
    Running,
    Paused,
    Met,
    Broken,
}

impl From<ClockLine> for Clock {
    fn from(line: ClockLine) -> Self {
        let ClockLine { clock, title: (zh, en), state } = line;
        Self {
            id: clock.id,
            title: ClockTitle { zh, en },
            order: clock.order.map(|order| order.to_string()),
            state: match state {
                ClockState::Running { .. } => State::Running,
                ClockState::Paused => State::Paused,
                ClockState::Met => State::Met,
                ClockState::Broken { .. } => State::Broken,
            },
            started: time(clock.started),
            aim: clock.aim.map(time),
            due: clock.due.map(time),
            stopped: clock.stopped.map(|stop| time(stop.at)),
            provisional: clock.provisional,
        }
    }
}

/// What cannot all hold.
#[derive(Serialize, ToSchema)]
struct Contradiction {
    #[schema(format = "uuid")]
    id: String,
    #[schema(value_type = words::ContradictionCode)]
    code: &'static str,
    #[schema(format = "uuid")]
    order: Option<String>,
    sides: Vec<Side>,
    /// Who can settle it.
    #[schema(value_type = Vec<words::Role>)]
    settled_by: &'static [Role],
    /// The entry that settled it.
    #[schema(format = "uuid")]
    settled: Option<String>,
}

/// One side of it.
#[derive(Serialize, ToSchema)]
struct Side {
    kind: Stated,
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "date-time")]
    at: String,
    by: Speaker,
}

/// By what it was stated.
#[derive(Serialize, ToSchema)]
#[schema(as = SideKind)]
#[serde(rename_all = "snake_case")]
enum Stated {
    Entry,
    SignOff,
}

/// Whoever stated it.
#[derive(Serialize, ToSchema)]
struct Speaker {
    #[schema(format = "uuid")]
    id: String,
    name: Option<String>,
}

impl Contradiction {
    fn of(one: &rules::Contradiction, people: &[PersonName]) -> Self {
        let name =
            |id: PersonId| people.iter().find(|person| person.id == id).map(|person| person.name.clone());
        let sides = one.sides.iter().map(|side| {
            let (kind, id) = match side.source {
                Source::Entry(id) => (Stated::Entry, id.to_string()),
                Source::SignOff(id) => (Stated::SignOff, id.to_string()),
            };
            let by = Speaker { id: side.by.to_string(), name: name(side.by) };
            Side { kind, id, at: time(side.at), by }
        });
        Self {
            id: one.id.to_string(),
            code: one.code.as_str(),
            order: one.order.map(|order| order.to_string()),
            sides: sides.collect(),
            settled_by: one.code.settled_by(),
            settled: one.settled.map(|entry| entry.to_string()),
        }
    }
}

/// A liaison sheet to an outside party.
#[derive(Serialize, ToSchema)]
struct Sheet {
    #[schema(format = "uuid")]
    id: String,
    party: super::Party,
    #[schema(value_type = words::SheetStage)]
    stage: &'static str,
    /// Who has not signed it yet.
    #[schema(value_type = Vec<words::Level>)]
    missing: Vec<Level>,
    #[schema(format = "date-time")]
    reply_by: Option<String>,
    #[schema(format = "date-time")]
    answered_at: Option<String>,
}

impl From<rules::SheetState> for Sheet {
    fn from(sheet: rules::SheetState) -> Self {
        Self {
            id: sheet.id.to_string(),
            party: sheet.party.into(),
            stage: sheet.stage.as_str(),
            missing: sheet.missing,
            reply_by: sheet.reply_by.map(time),
            answered_at: sheet.answered_at.map(time),
        }
    }
}

/// What is paid to an owner.
#[derive(Serialize, ToSchema)]
struct Settlement {
    #[schema(format = "uuid")]
    id: String,
    /// In fen.
    #[schema(value_type = u64)]
    sum: Fen,
    #[schema(value_type = words::SettlementStage)]
    stage: &'static str,
    /// Who has to agree.
    #[schema(value_type = Option<words::Level>)]
    consent_needed: Option<Level>,
}

impl From<rules::SettlementState> for Settlement {
    fn from(settlement: rules::SettlementState) -> Self {
        Self {
            id: settlement.id.to_string(),
            sum: settlement.sum,
            stage: settlement.stage.as_str(),
            consent_needed: settlement.consent_needed,
        }
    }
}

/// What stands in the way of closing a case.
#[derive(Serialize, ToSchema)]
struct Obstacle {
    #[schema(value_type = words::ObstacleCode)]
    code: &'static str,
    detail: String,
}

impl From<rules::Obstacle> for Obstacle {
    fn from(obstacle: rules::Obstacle) -> Self {
        Self { code: obstacle.code.as_str(), detail: obstacle.sentence }
    }
}

/// A case that may be about the same matter.
#[derive(Serialize, ToSchema)]
struct Duplicate {
    #[schema(format = "uuid")]
    id: String,
    number: String,
    /// Out of 1,000.
    likeness: u32,
}

impl From<(CaseNumber, u32)> for Duplicate {
    fn from((case, likeness): (CaseNumber, u32)) -> Self {
        Self { id: case.id.to_string(), number: case.number, likeness }
    }
}
