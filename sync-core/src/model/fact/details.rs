//! Details of what happens on the spot and between the company and the owner.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::json::{moment, moment_or_null};
use crate::clock::Timestamp;
use crate::ids::{CheckpointId, DocumentId, EntryId, PersonId, RouteId};
use crate::model::money::Fen;
use crate::model::order::Window;
use crate::model::words::{Level, LinkRelation, PartyKind, Verifier, WaitFor, Way};

/// How an order began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispatch {
    /// An emergency that began by phone (急修); it is written up afterwards.
    #[n(0)]
    pub by_phone: Option<bool>,
    /// The outside party it went to, if not a department.
    #[n(1)]
    pub party: Option<PartyKind>,
}

impl Dispatch {
    /// Whether the work began by phone.
    pub fn is_by_phone(&self) -> bool {
        self.by_phone == Some(true)
    }
}

/// How a point was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ScanMeans {
    /// A tag that was touched.
    #[n(0)]
    Nfc,
    /// A printed code that was photographed.
    #[n(1)]
    Qr,
}

/// A point that was read on the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// Which point.
    #[n(0)]
    pub checkpoint: CheckpointId,
    /// How.
    #[n(1)]
    pub means: ScanMeans,
}

/// Where a phone believed to be. A claim like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Degrees north, times ten million.
    #[n(0)]
    pub latitude_e7: i32,
    /// Degrees east, times ten million.
    #[n(1)]
    pub longitude_e7: i32,
    /// Radius within which the phone believed to be, in metres.
    #[n(2)]
    pub accuracy_m: u32,
}

/// Proof of having been there, if there is any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// A point that was read there.
    #[n(0)]
    pub scan: Option<Scan>,
    /// Where the phone believed to be.
    #[n(1)]
    pub position: Option<Position>,
}

/// The window that was agreed with the owner (预约时段). It stands here as well as on the order: the order
/// knows only the latest, and whether somebody came in time is judged by the one that held then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Not before.
    #[n(0)]
    #[serde(default, with = "moment_or_null")]
    pub from: Option<Timestamp>,
    /// Not after.
    #[n(1)]
    #[serde(default, with = "moment_or_null")]
    pub to: Option<Timestamp>,
}

impl Appointment {
    /// The window, if the entry says it.
    pub fn window(&self) -> Option<Window> {
        Some(Window { from: self.from?, to: self.to? })
    }
}

impl From<Window> for Appointment {
    fn from(window: Window) -> Self {
        Self { from: Some(window.from), to: Some(window.to) }
    }
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// For what.
    #[n(0)]
    pub reason: WaitFor,
    /// Until when, as far as is known.
    #[n(1)]
    #[serde(default, with = "moment_or_null")]
    pub expected: Option<Timestamp>,
    /// The logged attempt to reach the owner. Waiting for the owner needs one.
    #[n(2)]
    pub attempt: Option<EntryId>,
}

/// A part that was used (用料).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What.
    #[n(0)]
    pub name: String,
    /// How much, in thousandths of the unit: 1.5 m is 1,500.
    #[n(1)]
    pub quantity_milli: u32,
    /// Piece, metre, bag.
    #[n(2)]
    pub unit: String,
    /// What one unit costs.
    #[n(3)]
    pub price: Option<Fen>,
}

/// A plan for work beyond three days (质保期维修计划). The steps stand in the note.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// When it is to be done.
    #[n(0)]
    #[serde(with = "moment")]
    pub finish_by: Timestamp,
}

/// The day's entry of planned work (完成进程表).
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyProgress {
    /// Nothing changed since yesterday.
    #[n(0)]
    pub unchanged: Option<bool>,
    /// When it is now expected to be done.
    #[n(1)]
    #[serde(default, with = "moment_or_null")]
    pub expected: Option<Timestamp>,
}

/// Who checked that it works.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// In which capacity.
    #[n(0)]
    pub by: Verifier,
}

/// What the service costs (收费标准), told before work begins.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The price of one unit.
    #[n(0)]
    pub price: Fen,
    /// Of what: visit, hour, metre.
    #[n(1)]
    pub unit: String,
}

/// A sum for a service.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// How much.
    #[n(0)]
    pub sum: Fen,
    /// For what.
    #[n(1)]
    pub what: String,
}

/// Something told to the owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// How.
    #[n(0)]
    pub way: Option<Way>,
    /// The owner was told that the company is not at fault. Needs the manager's confirmation first.
    #[n(1)]
    pub denies_fault: Option<bool>,
}

impl Report {
    /// Whether the owner was told that the company is not at fault.
    pub fn is_denial(&self) -> bool {
        self.denies_fault == Some(true)
    }
}

/// How it stands, as told to the owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// How.
    #[n(0)]
    pub way: Option<Way>,
    /// When it is expected to be done.
    #[n(1)]
    #[serde(default, with = "moment_or_null")]
    pub expected: Option<Timestamp>,
    /// When the owner will hear next.
    #[n(2)]
    #[serde(default, with = "moment_or_null")]
    pub next: Option<Timestamp>,
}

/// A promised day. The first is a promise, each later one a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Until when.
    #[n(0)]
    #[serde(with = "moment")]
    pub until: Timestamp,
    /// How the owner agreed to it. A change without it is a fault.
    #[n(1)]
    pub consent: Option<Way>,
}

/// A try to reach the owner that failed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// How it was tried.
    #[n(0)]
    pub way: Way,
}

/// A date that somebody outside set: 12345, a court, an authority.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// Who set it.
    #[n(0)]
    pub authority: String,
    /// Until when.
    #[n(1)]
    #[serde(with = "moment")]
    pub until: Timestamp,
}

/// A step up the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// To which level.
    #[n(0)]
    pub to: Level,
}

/// Whose the case is from now on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Who takes it over.
    #[n(0)]
    pub to: PersonId,
}

/// Another case.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Which.
    #[n(0)]
    pub case: DocumentId,
    /// What this case is to it.
    #[n(1)]
    pub relation: LinkRelation,
}

/// Where a round found this.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// On which round.
    #[n(0)]
    pub round: DocumentId,
    /// At which point.
    #[n(1)]
    pub checkpoint: CheckpointId,
}

/// A route that is to be walked every day for this case, until the device is verified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkOrder {
    /// Which route; none if the place of the case says enough.
    #[n(0)]
    pub route: Option<RouteId>,
}

/// The walk that was done.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walk {
    /// As which round.
    #[n(0)]
    pub round: DocumentId,
}

/// When something residents rely on will change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedChange {
    /// From when.
    #[n(0)]
    #[serde(with = "moment")]
    pub from: Timestamp,
}

/// The return visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// How.
    #[n(0)]
    pub way: Option<Way>,
    /// From 1, not at all satisfied, to 5, fully satisfied; absent if it was not said.
    #[n(1)]
    pub satisfaction: Option<u8>,
    /// Whether the owner accepts the outcome.
    #[n(2)]
    pub accepts: Option<bool>,
}

/// What was learned (总结): keep, problem, try.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// What went well and stays.
    #[n(0)]
    pub keep: Option<String>,
    /// What went wrong.
    #[n(1)]
    pub problem: Option<String>,
    /// What to try next time.
    #[n(2)]
    pub attempt: Option<String>,
}
