//! What was refused, and what waits, as JSON.

use roundsman_sync_core::document::DocumentKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CaseRef, Named, all, time};
use crate::http::openapi::words;
use crate::projection::queries::{
    self, Dependent, QuarantinePage, QuarantinedChange, RefusedChange, RefusedPhoto, RefusedState,
    Settlement, TriedLine, Unreadable, WaitingChange, WaitingPage, WaitsFor,
};

/// What somebody tried to write, as text.
fn text(lines: &[TriedLine]) -> String {
    lines.iter().map(TriedLine::text).collect::<Vec<_>>().join("\n")
}

/// A refused edit, with its case or round.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedEdit)]
pub(super) struct Refused {
    id: String,
    #[schema(value_type = words::ErrorCode)]
    code: String,
    why: String,
    by: Named,
    device: Option<String>,
    #[schema(format = "date-time")]
    claimed_at: Option<String>,
    #[schema(format = "date-time")]
    received: String,
    tried: String,
}

impl From<RefusedChange> for Refused {
    fn from(change: RefusedChange) -> Self {
        Self {
            id: change.id.to_string(),
            code: change.code,
            why: change.why,
            by: change.by.into(),
            device: change.device,
            claimed_at: change.claimed_at.map(time),
            received: time(change.received),
            tried: text(&change.tried),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(in super::super) struct QuarantineList {
    changes: Vec<Quarantined>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Quarantined {
    id: String,
    hash: String,
    #[schema(format = "uuid")]
    document: String,
    case: Option<CaseRef>,
    #[schema(value_type = words::ErrorCode)]
    code: String,
    why: String,
    by: Named,
    device: Option<String>,
    #[schema(format = "date-time")]
    received: String,
    /// `open`, `closed`, `salvaged` or `made_again`.
    #[schema(value_type = words::RefusedState)]
    state: &'static str,
    /// Whether the same command got through since.
    made_again: bool,
}

impl From<QuarantinedChange> for Quarantined {
    fn from(change: QuarantinedChange) -> Self {
        Self {
            id: change.id.to_string(),
            hash: change.id.hash.to_string(),
            document: change.id.document.to_string(),
            case: change.case.map(|(id, number)| CaseRef { id: id.to_string(), number }),
            code: change.code,
            why: change.why,
            by: change.by.into(),
            device: change.device,
            received: time(change.received),
            state: change.state.as_str(),
            made_again: change.state == RefusedState::MadeAgain,
        }
    }
}

impl From<QuarantinePage> for QuarantineList {
    fn from(page: QuarantinePage) -> Self {
        Self { changes: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
    }
}

/// One refused change with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct RefusedDetails {
    #[serde(flatten)]
    change: Quarantined,
    /// `case`, `contact`, `round` or `site`.
    kind: &'static str,
    #[schema(format = "date-time")]
    claimed_at: Option<String>,
    /// What they wanted to write, a line for each field.
    tried: String,
    /// `null` if it can be read.
    unreadable: Option<Unread>,
    dependents: Vec<Depends>,
    /// Refused changes of the same command in other documents, which are dealt with together.
    together: Vec<String>,
    photos: Vec<Photo>,
    settled: Option<Settled>,
}

#[derive(Serialize, ToSchema)]
struct Unread {
    why: String,
    bytes: usize,
    sha256: String,
}

impl From<Unreadable> for Unread {
    fn from(unreadable: Unreadable) -> Self {
        let Unreadable { why, bytes, sha256 } = unreadable;
        Self { why, bytes, sha256: sha256.to_string() }
    }
}

#[derive(Serialize, ToSchema)]
struct Depends {
    id: String,
    /// `null` while it waits, and so `state`.
    #[schema(value_type = Option<words::ErrorCode>)]
    code: Option<String>,
    #[schema(value_type = Option<words::RefusedState>)]
    state: Option<&'static str>,
    by: Named,
    #[schema(format = "date-time")]
    received: String,
}

impl From<Dependent> for Depends {
    fn from(dependent: Dependent) -> Self {
        Self {
            id: dependent.id.to_string(),
            code: dependent.code,
            state: dependent.state.map(RefusedState::as_str),
            by: dependent.by.into(),
            received: time(dependent.received),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RefusedPhoto)]
struct Photo {
    sha256: String,
    bytes: u64,
    /// False while the bytes are still on the phone.
    is_here: bool,
}

impl From<RefusedPhoto> for Photo {
    fn from(photo: RefusedPhoto) -> Self {
        Self { sha256: photo.hash.to_string(), bytes: photo.size, is_here: photo.is_here }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RefusedSettled)]
struct Settled {
    by: Named,
    #[schema(format = "date-time")]
    at: String,
    note: Option<String>,
}

impl From<Settlement> for Settled {
    fn from(settlement: Settlement) -> Self {
        Self { by: settlement.by.into(), at: time(settlement.at), note: settlement.note }
    }
}

impl From<queries::RefusedDetails> for RefusedDetails {
    fn from(details: queries::RefusedDetails) -> Self {
        Self {
            change: details.line.into(),
            kind: match details.kind {
                DocumentKind::Case => "case",
                DocumentKind::Contact => "contact",
                DocumentKind::Round => "round",
                DocumentKind::Site => "site",
            },
            claimed_at: details.claimed_at.map(time),
            tried: text(&details.tried),
            unreadable: details.unreadable.map(Unread::from),
            dependents: all(details.dependents),
            together: details.together.iter().map(ToString::to_string).collect(),
            photos: all(details.photos),
            settled: details.settled.map(Settled::from),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(in super::super) struct WaitingList {
    changes: Vec<Waiting>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Waiting {
    id: String,
    case: Option<CaseRef>,
    by: Named,
    device: Option<String>,
    #[schema(format = "date-time")]
    received: String,
    /// `changes`, or `newer_server` if the change is written for a newer version than this one.
    waits_for: &'static str,
    missing: Vec<Missing>,
}

#[derive(Serialize, ToSchema)]
struct Missing {
    hash: String,
    holder: Named,
    phones: Vec<String>,
}

impl From<WaitsFor> for Missing {
    fn from(missing: WaitsFor) -> Self {
        Self { hash: missing.hash.to_string(), holder: missing.holder.into(), phones: missing.phones }
    }
}

impl From<WaitingChange> for Waiting {
    fn from(change: WaitingChange) -> Self {
        Self {
            id: change.id.to_string(),
            case: change.case.map(|(id, number)| CaseRef { id: id.to_string(), number }),
            by: change.by.into(),
            device: change.device,
            received: time(change.received),
            waits_for: if change.waits_for.is_empty() { "newer_server" } else { "changes" },
            missing: all(change.waits_for),
        }
    }
}

impl From<WaitingPage> for WaitingList {
    fn from(page: WaitingPage) -> Self {
        Self { changes: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
    }
}
