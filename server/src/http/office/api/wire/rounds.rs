//! Rounds as JSON.

use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model;
use roundsman_sync_core::rules::rounds::{Coverage, Punctuality};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Named, Photo, Refused, TimeFlag, Witnessed, all, time};
use crate::http::openapi::words;
use crate::projection::queries::{
    self, AnswerDetails, DueLine, HurryDetails, PointCounts, PointDetails, ResultDetails, RoundLine,
    RoundPage,
};

#[derive(Serialize, ToSchema)]
pub(in super::super) struct RoundList {
    rounds: Vec<Round>,
    /// Goes as `after` for the next page; `null` on the last.
    next: Option<String>,
}

impl From<RoundPage> for RoundList {
    fn from(page: RoundPage) -> Self {
        Self { rounds: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
    }
}

/// A case by id, and by number once it is here.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkedCase)]
struct Linked {
    #[schema(format = "uuid")]
    id: String,
    number: Option<String>,
}

impl From<(DocumentId, Option<String>)> for Linked {
    fn from((id, number): (DocumentId, Option<String>)) -> Self {
        Self { id: id.to_string(), number }
    }
}

#[derive(Serialize, ToSchema)]
struct Due {
    #[schema(format = "date-time")]
    at: String,
    #[schema(format = "date-time")]
    from: String,
    #[schema(format = "date-time")]
    to: String,
}

impl From<model::Due> for Due {
    fn from(due: model::Due) -> Self {
        Self { at: time(due.at), from: time(due.from), to: time(due.to) }
    }
}

#[derive(Serialize, ToSchema)]
pub(in super::super) struct DueList {
    due: Vec<DueRound>,
}

#[derive(Serialize, ToSchema)]
struct DueRound {
    route: Named,
    #[schema(value_type = words::RoundKind)]
    kind: &'static str,
    due: Due,
    /// `walked`, `open` or `missed`.
    #[schema(value_type = words::DueState)]
    state: &'static str,
    #[schema(value_type = Vec<uuid::Uuid>)]
    rounds: Vec<String>,
}

impl From<Vec<DueLine>> for DueList {
    fn from(lines: Vec<DueLine>) -> Self {
        Self { due: all(lines) }
    }
}

impl From<DueLine> for DueRound {
    fn from(line: DueLine) -> Self {
        Self {
            route: Named { id: line.route.to_string(), name: line.name },
            kind: line.kind.as_str(),
            due: line.due.into(),
            state: line.state.as_str(),
            rounds: line.rounds.iter().map(ToString::to_string).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PointCounts)]
struct Counts {
    all: u32,
    visited: u32,
    skipped: u32,
    missed: u32,
    late: u32,
    unreadable: u32,
    abnormal: u32,
}

impl From<PointCounts> for Counts {
    fn from(counts: PointCounts) -> Self {
        let PointCounts { all, visited, skipped, missed, late, unreadable, abnormal } = counts;
        Self { all, visited, skipped, missed, late, unreadable, abnormal }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RoundLine)]
struct Round {
    #[schema(format = "uuid")]
    id: String,
    site: Named,
    #[schema(value_type = Option<words::RoundKind>)]
    kind: Option<String>,
    #[schema(format = "uuid")]
    route: Option<String>,
    name: String,
    case: Option<Linked>,
    by: Option<Named>,
    #[schema(format = "date-time")]
    started_at: Option<String>,
    #[schema(format = "date-time")]
    finished_at: Option<String>,
    due: Option<Due>,
    points: Counts,
    hurried: u32,
    photos_owed: u32,
    #[schema(format = "date-time")]
    changed_at: String,
}

impl From<RoundLine> for Round {
    fn from(line: RoundLine) -> Self {
        Self {
            id: line.id.to_string(),
            site: Named { id: line.site.to_string(), name: line.site_name },
            kind: line.kind,
            route: line.route.map(|route| route.to_string()),
            name: line.name,
            case: line.case.map(Linked::from),
            by: line.person.map(Named::from),
            started_at: line.started.map(time),
            finished_at: line.finished.map(time),
            due: line.due.map(Due::from),
            points: line.points.into(),
            hurried: line.hurried,
            photos_owed: line.photos_owed,
            changed_at: time(line.changed_at),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(in super::super) struct RoundDetails {
    #[serde(flatten)]
    round: Round,
    note: String,
    coverage: Vec<Point>,
    hurries: Vec<Hurry>,
    photos: Vec<Photo>,
    refused: Vec<Refused>,
}

impl From<queries::RoundDetails> for RoundDetails {
    fn from(details: queries::RoundDetails) -> Self {
        Self {
            round: details.line.into(),
            note: details.note,
            coverage: all(details.points),
            hurries: all(details.hurries),
            photos: all(details.photos),
            refused: all(details.refused),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RoundPoint)]
struct Point {
    checkpoint: Named,
    place: String,
    /// `visited`, `skipped`, `missed` or `open`.
    state: &'static str,
    /// When somebody was there, by the corrected claim.
    #[schema(format = "date-time")]
    visited_at: Option<String>,
    /// `not_scheduled`, `in_time`, `early` or `late`; `null` where nobody was.
    punctuality: Option<&'static str>,
    /// How far outside the tolerance.
    off_ms: Option<i64>,
    #[schema(value_type = Option<words::SkipReason>)]
    reason: Option<&'static str>,
    unreadable: bool,
    abnormal: bool,
    results: Vec<Result>,
}

impl From<PointDetails> for Point {
    fn from(point: PointDetails) -> Self {
        let (visited_at, punctuality, reason) = match point.coverage {
            Coverage::Visited { at, punctuality, .. } => (Some(time(at)), Some(punctuality), None),
            Coverage::Skipped { reason, .. } => (None, None, Some(reason.as_str())),
            Coverage::Missed | Coverage::Open => (None, None, None),
        };
        Self {
            checkpoint: Named { id: point.checkpoint.to_string(), name: point.name },
            place: point.place,
            state: point.coverage.as_str(),
            visited_at,
            punctuality: punctuality.map(Punctuality::as_str),
            off_ms: punctuality.and_then(|punctuality| match punctuality {
                Punctuality::Early(ms) | Punctuality::Late(ms) => Some(ms),
                Punctuality::NotScheduled | Punctuality::InTime => None,
            }),
            reason,
            unreadable: point.unreadable,
            abnormal: point.abnormal,
            results: all(point.results),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PointResult)]
struct Result {
    #[schema(format = "uuid")]
    id: String,
    /// `nfc`, `qr`, `unreadable` or `skipped`.
    reading: &'static str,
    #[schema(value_type = Option<words::SkipReason>)]
    reason: Option<&'static str>,
    /// The picture that shows that somebody was there.
    proof: Option<String>,
    answers: Vec<Answer>,
    note: String,
    case: Option<Linked>,
    by: Named,
    /// `null`: written in the office.
    device: Option<String>,
    #[schema(format = "date-time")]
    claimed_at: String,
    #[schema(format = "date-time")]
    happened_at: String,
    witnessed: Witnessed,
    #[schema(value_type = Vec<words::TimeFlag>)]
    time_flags: Vec<&'static str>,
}

impl From<ResultDetails> for Result {
    fn from(result: ResultDetails) -> Self {
        Self {
            id: result.id.to_string(),
            reading: result.reading,
            reason: result.reason.map(|reason| reason.as_str()),
            proof: result.proof.map(|hash| hash.to_string()),
            answers: all(result.answers),
            note: result.note,
            case: result.case.map(Linked::from),
            by: result.by.into(),
            device: result.device,
            claimed_at: time(result.claimed_at),
            happened_at: time(result.happened),
            witnessed: Witnessed { not_before: result.not_before.map(time), received: time(result.received) },
            time_flags: result.time_flags.into_iter().map(TimeFlag::as_str).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ItemAnswer)]
struct Answer {
    item: String,
    title: String,
    value: String,
    unit: Option<String>,
    impossible: bool,
    out_of_order: bool,
}

impl From<AnswerDetails> for Answer {
    fn from(answer: AnswerDetails) -> Self {
        let AnswerDetails { item, title, value, unit, impossible, out_of_order } = answer;
        Self { item, title, value, unit, impossible, out_of_order }
    }
}

#[derive(Serialize, ToSchema)]
struct Hurry {
    by: Named,
    #[schema(format = "uuid")]
    earlier: String,
    #[schema(format = "uuid")]
    later: String,
    apart_ms: i64,
}

impl From<HurryDetails> for Hurry {
    fn from(hurry: HurryDetails) -> Self {
        Self {
            by: hurry.by.into(),
            earlier: hurry.earlier.to_string(),
            later: hurry.later.to_string(),
            apart_ms: hurry.apart_ms,
        }
    }
}
