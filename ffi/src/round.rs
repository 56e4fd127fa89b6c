//! Rounds: what was to be visited, and what was found.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{
    CheckId, CheckpointId, DocumentId, EntryId, PersonId, PhotoHash, RouteId, SiteId,
};
use roundsman_sync_core::rules::rounds as rules;
use roundsman_sync_core::{model as core, replica};

use crate::case::Photo;
use crate::convert::{To, records, renamed};
use crate::site::Checkpoint;
use crate::words::{RoundEntryKind, RoundKind, SkipReason};

records! {
    /// The answer to one item.
    ItemAnswer = core::ItemAnswer {
        /// Which item of the point.
        item: String,
        /// What was found.
        answer: Answer,
    }
    /// A round that the schedule asks for.
    DueRound = rules::DueRound {
        /// Which route.
        route: RouteId,
        /// When.
        due: Due,
    }
}

renamed! {
    /// When a round was due.
    Due = core::Due {
        /// Its time on the schedule.
        at = at: Timestamp,
        /// The earliest that a point may be visited.
        since = from: Timestamp,
        /// The latest that a point may be visited.
        until = to: Timestamp,
    }
}

/// A statement about the round as a whole.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RoundEntry {
    /// Which.
    pub id: EntryId,
    /// What it states.
    pub kind: RoundEntryKind,
    /// Who states it.
    pub by: PersonId,
    /// When, by the clock of their phone. A claim.
    pub claimed_at: Timestamp,
    /// The same moment, corrected.
    pub corrected_at: Timestamp,
    /// In their words.
    pub note: String,
}

/// How it was shown that somebody stood at the point, or that nobody did.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Reading {
    /// The tag was touched.
    Nfc {
        /// What it said.
        code: String,
    },
    /// The printed code was read. Printed codes get photographed, so a picture of the place goes with it.
    Qr {
        /// What it said.
        code: String,
        /// The hash of the picture that was taken while reading: `photo_hash` of one of the pictures.
        photo: PhotoHash,
    },
    /// The code could not be read; a picture shows it.
    Unreadable {
        /// The hash of the picture.
        photo: PhotoHash,
    },
    /// Nobody went there.
    Skipped {
        /// Why.
        reason: SkipReason,
    },
}

impl To<core::Reading> for Reading {
    fn to(self) -> core::Reading {
        match self {
            Self::Nfc { code } => core::Reading::Nfc { code },
            Self::Qr { code, photo } => core::Reading::Qr { code, photo },
            Self::Unreadable { photo } => core::Reading::Unreadable { photo },
            Self::Skipped { reason } => core::Reading::Skipped { reason: reason.to() },
        }
    }
}

impl To<Reading> for core::Reading {
    fn to(self) -> Reading {
        match self {
            Self::Nfc { code } => Reading::Nfc { code },
            Self::Qr { code, photo } => Reading::Qr { code, photo },
            Self::Unreadable { photo } => Reading::Unreadable { photo },
            Self::Skipped { reason } => Reading::Skipped { reason: reason.to() },
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Answer {
    /// Nothing wrong.
    Normal,
    /// Something is wrong; the note says what.
    Abnormal,
    /// A figure.
    Number {
        /// In thousandths of the unit of its item.
        milli: i64,
    },
    /// One of the item's options.
    Choice {
        /// Which.
        option: String,
    },
    /// A few words.
    Text {
        /// The words.
        text: String,
    },
    /// The picture that was asked for.
    Photo {
        /// The hash of one of the pictures.
        photo: PhotoHash,
    },
    /// It could not be told: the gauge is broken, the cover stuck.
    Impossible {
        /// Why.
        reason: String,
    },
}

impl To<core::Answer> for Answer {
    fn to(self) -> core::Answer {
        match self {
            Self::Normal => core::Answer::Normal,
            Self::Abnormal => core::Answer::Abnormal,
            Self::Number { milli } => core::Answer::Number(milli),
            Self::Choice { option } => core::Answer::Choice(option),
            Self::Text { text } => core::Answer::Text(text),
            Self::Photo { photo } => core::Answer::Photo(photo),
            Self::Impossible { reason } => core::Answer::Impossible(reason),
        }
    }
}

impl To<Answer> for core::Answer {
    fn to(self) -> Answer {
        match self {
            Self::Normal => Answer::Normal,
            Self::Abnormal => Answer::Abnormal,
            Self::Number(milli) => Answer::Number { milli },
            Self::Choice(option) => Answer::Choice { option },
            Self::Text(text) => Answer::Text { text },
            Self::Photo(photo) => Answer::Photo { photo },
            Self::Impossible(reason) => Answer::Impossible { reason },
        }
    }
}

/// A picture taken on the spot.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewPicture {
    /// The photo as it came from the camera.
    pub bytes: Vec<u8>,
    /// In the photographer's words.
    #[uniffi(default = "")]
    pub caption: String,
    /// Its small copy, if the app draws one; see `NewPhoto`.
    #[uniffi(default = None)]
    pub preview: Option<Vec<u8>>,
}

impl NewPicture {
    pub(crate) fn as_core(&self) -> replica::Picture<'_> {
        replica::Picture { bytes: &self.bytes, caption: &self.caption, preview: self.preview.as_deref() }
    }
}

/// What somebody found at one point.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewCheck {
    /// Whether somebody was there, and how that shows.
    pub reading: Reading,
    /// One answer for every item of the point; none if it was passed over.
    #[uniffi(default = [])]
    pub answers: Vec<ItemAnswer>,
    /// In their words.
    #[uniffi(default = "")]
    pub note: String,
    /// The pictures taken there, among them those that reading and answers name.
    #[uniffi(default = [])]
    pub pictures: Vec<NewPicture>,
}

/// What is walked for a case (临时巡查).
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum WalkFor {
    /// A route.
    Route {
        /// Which.
        route: RouteId,
    },
    /// Some points; none, if the place of the case says enough.
    Points {
        /// What it is walked for.
        kind: RoundKind,
        /// Which, in the order of the walk.
        checkpoints: Vec<CheckpointId>,
    },
}

impl To<replica::WalkFor> for WalkFor {
    fn to(self) -> replica::WalkFor {
        match self {
            Self::Route { route } => replica::WalkFor::Route(route),
            Self::Points { kind, checkpoints } => replica::WalkFor::Points(kind.to(), checkpoints),
        }
    }
}

/// What `report_abnormal` made.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct AbnormalReport {
    /// The result.
    pub check: CheckId,
    /// The case about it.
    pub case: DocumentId,
}

/// Which rounds a list shows; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct RoundFilter {
    /// Only of this estate.
    #[uniffi(default = None)]
    pub site: Option<SiteId>,
    /// Only of this kind.
    #[uniffi(default = None)]
    pub kind: Option<RoundKind>,
    /// Only those walked for this case.
    #[uniffi(default = None)]
    pub case: Option<DocumentId>,
    /// Only those that are not finished.
    #[uniffi(default = false)]
    pub unfinished: bool,
}

impl To<replica::RoundFilter> for RoundFilter {
    fn to(self) -> replica::RoundFilter {
        replica::RoundFilter {
            site: self.site,
            kind: self.kind.to(),
            case: self.case,
            unfinished: self.unfinished,
        }
    }
}

/// One walk.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Round {
    /// Which.
    pub id: DocumentId,
    /// The estate.
    pub site: Option<SiteId>,
    /// What it is walked for.
    pub kind: Option<RoundKind>,
    /// The route, if it follows one.
    pub route: Option<RouteId>,
    /// The case for which it is walked, if for one.
    pub case: Option<DocumentId>,
    /// What it is called.
    pub name: String,
    /// When it was due, if by a schedule.
    pub due: Option<Due>,
    /// The points to visit, in order, each with what became of it so far.
    pub points: Vec<RoundPoint>,
    /// Its beginning and end.
    pub entries: Vec<RoundEntry>,
    /// What was found, in order.
    pub checks: Vec<Check>,
    /// Mentions of photos, in order.
    pub photos: Vec<Photo>,
    /// Whether it is over.
    pub finished: bool,
}

/// What became of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Coverage {
    /// Somebody was there, in time or without a schedule.
    Visited,
    /// Somebody was there before or after the tolerance of the schedule.
    VisitedOutOfTime,
    /// Nobody was there, and somebody said why.
    Skipped,
    /// Nobody was there or said why, and the round is over or its time is up.
    Missed,
    /// There is still time.
    Open,
}

/// One point of a round.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RoundPoint {
    /// Which.
    pub id: CheckpointId,
    /// What it was when the round began.
    pub checkpoint: Checkpoint,
    /// What became of it.
    pub coverage: Coverage,
    /// Somebody found something out of order there.
    pub abnormal: bool,
    /// Somebody was there and found its code unreadable.
    pub unreadable: bool,
    /// How many results there are.
    pub results: u32,
}

/// What somebody found at one point. Never changed once written.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// At which point.
    pub checkpoint: CheckpointId,
    /// Whether somebody was there, and how that shows.
    pub reading: Reading,
    /// What was found.
    pub answers: Vec<ItemAnswer>,
    /// In their words.
    pub note: String,
    /// The case that was written down with it, if one was.
    pub case: Option<DocumentId>,
    /// Who states it.
    pub by: PersonId,
    /// When, by the clock of their phone. A claim.
    pub claimed_at: Timestamp,
    /// The same moment, corrected.
    pub corrected_at: Timestamp,
}

impl To<Check> for core::Check {
    fn to(self) -> Check {
        Check {
            id: self.id,
            checkpoint: self.checkpoint,
            reading: self.reading.to(),
            answers: self.answers.to(),
            note: self.note,
            case: self.case,
            by: self.by,
            claimed_at: self.claimed_at,
            corrected_at: self.corrected_at,
        }
    }
}

impl To<RoundEntry> for core::RoundEntry {
    fn to(self) -> RoundEntry {
        RoundEntry {
            id: self.id,
            kind: self.kind.to(),
            by: self.by,
            claimed_at: self.claimed_at,
            corrected_at: self.corrected_at,
            note: self.note,
        }
    }
}

impl To<Coverage> for rules::Coverage {
    fn to(self) -> Coverage {
        match self {
            Self::Visited {
                punctuality: rules::Punctuality::Early(_) | rules::Punctuality::Late(_), ..
            } => Coverage::VisitedOutOfTime,
            Self::Visited { .. } => Coverage::Visited,
            Self::Skipped { .. } => Coverage::Skipped,
            Self::Missed => Coverage::Missed,
            Self::Open => Coverage::Open,
        }
    }
}

/// A round as an app reads it. The coverage is of its points, in the order of the plan.
pub(crate) fn round(item: replica::RoundListItem) -> Round {
    let replica::RoundListItem { id, round, coverage } = item;
    let finished = round.finished().is_some();
    let points =
        round.plan.checkpoints.into_iter().zip(coverage.points).map(|(planned, became)| RoundPoint {
            id: planned.id,
            checkpoint: planned.checkpoint.to(),
            coverage: became.coverage.to(),
            abnormal: became.abnormal,
            unreadable: became.unreadable,
            results: u32::try_from(became.results).unwrap_or(u32::MAX),
        });
    Round {
        id,
        site: round.site,
        kind: round.kind.to(),
        route: round.route,
        case: round.case,
        name: round.plan.name,
        due: round.plan.due.to(),
        points: points.collect(),
        entries: round.entries.to(),
        checks: round.checks.to(),
        photos: round.photos.into_iter().map(|mention| mention.photo.to()).collect(),
        finished,
    }
}
