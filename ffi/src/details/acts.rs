//! Details of what happens on the spot and between the company and the owner.

use roundsman_sync_core::ids::{CheckpointId, DocumentId, EntryId, PersonId, RouteId};
use roundsman_sync_core::model::fact as core;

use crate::convert::{records, renamed};
use crate::words::{Level, LinkRelation, PartyKind, ScanMeans, Verifier, WaitFor, Way};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::model::Fen;

records! {
    /// How an order began.
    Dispatch = core::Dispatch {
        /// An emergency that began by phone (急修); it is written up afterwards.
        #[uniffi(default = None)]
        by_phone: Option<bool>,
        /// The outside party it went to, if not a department.
        #[uniffi(default = None)]
        party: Option<PartyKind>,
    }
    /// A point that was read on the spot.
    Scan = core::Scan {
        /// Which point.
        checkpoint: CheckpointId,
        /// How.
        means: ScanMeans,
    }
    /// Where a phone believed to be. A claim like any other.
    Position = core::Position {
        /// Degrees north, times ten million.
        latitude_e7: i32,
        /// Degrees east, times ten million.
        longitude_e7: i32,
        /// Radius within which the phone believed to be, in metres.
        accuracy_m: u32,
    }
    /// Proof of having been there, if there is any.
    Arrival = core::Arrival {
        /// A point that was read there.
        #[uniffi(default = None)]
        scan: Option<Scan>,
        /// Where the phone believed to be.
        #[uniffi(default = None)]
        position: Option<Position>,
    }
    /// What is waited for.
    Wait = core::Wait {
        /// For what.
        reason: WaitFor,
        /// Until when, as far as is known.
        #[uniffi(default = None)]
        expected: Option<Timestamp>,
        /// The logged attempt to reach the owner. Waiting for the owner needs one.
        #[uniffi(default = None)]
        attempt: Option<EntryId>,
    }
    /// A part that was used (用料).
    Part = core::Part {
        /// What.
        name: String,
        /// How much, in thousandths of the unit: 1.5 m is 1,500.
        quantity_milli: u32,
        /// Piece, metre, bag.
        unit: String,
        /// What one unit costs.
        #[uniffi(default = None)]
        price: Option<Fen>,
    }
    /// A plan for work beyond three days (质保期维修计划). The steps stand in the note.
    Plan = core::Plan {
        /// When it is to be done.
        finish_by: Timestamp,
    }
    /// The day's entry of planned work (完成进程表).
    DailyProgress = core::DailyProgress {
        /// Nothing changed since yesterday.
        #[uniffi(default = None)]
        unchanged: Option<bool>,
        /// When it is now expected to be done.
        #[uniffi(default = None)]
        expected: Option<Timestamp>,
    }
    /// Who checked that it works.
    Verification = core::Verification {
        /// In which capacity.
        by: Verifier,
    }
    /// What the service costs (收费标准), told before work begins.
    Rate = core::Rate {
        /// The price of one unit.
        price: Fen,
        /// Of what: visit, hour, metre.
        unit: String,
    }
    /// A sum for a service.
    Charge = core::Charge {
        /// How much.
        sum: Fen,
        /// For what.
        what: String,
    }
    /// Something told to the owner.
    Report = core::Report {
        /// How.
        #[uniffi(default = None)]
        way: Option<Way>,
        /// The owner was told that the company is not at fault. Needs the manager's confirmation first.
        #[uniffi(default = None)]
        denies_fault: Option<bool>,
    }
    /// How it stands, as told to the owner.
    Progress = core::Progress {
        /// How.
        #[uniffi(default = None)]
        way: Option<Way>,
        /// When it is expected to be done.
        #[uniffi(default = None)]
        expected: Option<Timestamp>,
        /// When the owner will hear next.
        #[uniffi(default = None)]
        next: Option<Timestamp>,
    }
    /// A promised day. The first is a promise, each later one a change of it.
    Promise = core::Promise {
        /// Until when.
        until: Timestamp,
        /// How the owner agreed to it. A change without it is a fault.
        #[uniffi(default = None)]
        consent: Option<Way>,
    }
    /// A try to reach the owner that failed.
    Attempt = core::Attempt {
        /// How it was tried.
        way: Way,
    }
    /// A date that somebody outside set: 12345, a court, an authority.
    Deadline = core::Deadline {
        /// Who set it.
        authority: String,
        /// Until when.
        until: Timestamp,
    }
    /// A step up the ladder.
    Escalation = core::Escalation {
        /// To which level.
        to: Level,
    }
    /// Whose the case is from now on.
    Handover = core::Handover {
        /// Who takes it over.
        to: PersonId,
    }
    /// Another case.
    Link = core::Link {
        /// Which.
        case: DocumentId,
        /// What this case is to it.
        relation: LinkRelation,
    }
    /// Where a round found this.
    Finding = core::Found {
        /// On which round.
        round: DocumentId,
        /// At which point.
        checkpoint: CheckpointId,
    }
    /// A route that is to be walked every day for this case, until the device is verified.
    WalkOrder = core::WalkOrder {
        /// Which route; none if the place of the case says enough.
        #[uniffi(default = None)]
        route: Option<RouteId>,
    }
    /// The walk that was done.
    Walk = core::Walk {
        /// As which round.
        round: DocumentId,
    }
    /// The return visit.
    Visit = core::Visit {
        /// How.
        #[uniffi(default = None)]
        way: Option<Way>,
        /// From 1, not at all satisfied, to 5, fully satisfied; absent if it was not said.
        #[uniffi(default = None)]
        satisfaction: Option<u8>,
        /// Whether the owner accepts the outcome.
        #[uniffi(default = None)]
        accepts: Option<bool>,
    }
    /// What was learned (总结): keep, problem, try.
    Review = core::Review {
        /// What went well and stays.
        #[uniffi(default = None)]
        keep: Option<String>,
        /// What went wrong.
        #[uniffi(default = None)]
        problem: Option<String>,
        /// What to try next time.
        #[uniffi(default = None)]
        attempt: Option<String>,
    }
}

renamed! {
    /// The window that was agreed with the owner (预约时段). It stands here as well as on the order: the order
    /// knows only the latest, and whether somebody came in time is judged by the one that held then.
    Appointment = core::Appointment {
        /// Not before.
        #[uniffi(default = None)]
        since = from: Option<Timestamp>,
        /// Not after.
        #[uniffi(default = None)]
        until = to: Option<Timestamp>,
    }
    /// When something residents rely on will change.
    PlannedChange = core::PlannedChange {
        /// From when.
        since = from: Timestamp,
    }
}
