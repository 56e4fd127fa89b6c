//! A round (巡查) as it reads from its document: what was to be visited, and what was found.

use minicbor::{Decode, Encode};

use super::case::{Photo, read_all, read_photo};
use super::route::Checkpoint;
use super::words::{RoundEntryKind, RoundKind, SkipReason};
use crate::clock::{Stamp, Timestamp};
use crate::document::{Document, Fields};
use crate::ids::{CheckId, CheckpointId, DocumentId, EntryId, PersonId, PhotoHash, RouteId, SiteId};
use crate::limits::PACE_MS_MIN_DEFAULT;

/// When a round was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Due {
    /// Its time on the schedule.
    #[n(0)]
    pub at: Timestamp,
    /// The earliest that a point may be visited.
    #[n(1)]
    pub from: Timestamp,
    /// The latest that a point may be visited.
    #[n(2)]
    pub to: Timestamp,
}

/// A point as it was when the round began.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PlannedCheckpoint {
    /// Which point.
    #[n(0)]
    pub id: CheckpointId,
    /// What it was then.
    #[n(1)]
    pub checkpoint: Checkpoint,
}

/// What a round sets out to do. Copied when it begins, so that it means the same for ever and offline.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoundPlan {
    /// What the round is called: the name of its route.
    #[n(0)]
    pub name: String,
    /// The points to visit, in order.
    #[n(1)]
    pub checkpoints: Vec<PlannedCheckpoint>,
    /// When it was due, if by a schedule.
    #[n(2)]
    pub due: Option<Due>,
    /// Two printed codes read sooner after each other were not walked to.
    #[n(3)]
    pub pace_ms_min: u32,
}

impl Default for RoundPlan {
    fn default() -> Self {
        Self { name: String::new(), checkpoints: Vec::new(), due: None, pace_ms_min: PACE_MS_MIN_DEFAULT }
    }
}

impl RoundPlan {
    /// The point of this id, if it is on the way.
    pub fn checkpoint(&self, id: CheckpointId) -> Option<&Checkpoint> {
        self.checkpoints.iter().find(|planned| planned.id == id).map(|planned| &planned.checkpoint)
    }
}

/// How it was shown that somebody stood at the point, or that nobody did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Reading {
    /// The tag was touched.
    #[n(0)]
    Nfc {
        /// What it said.
        #[n(0)]
        code: String,
    },
    /// The printed code was read. Printed codes get photographed, so a picture of the place goes with it.
    #[n(1)]
    Qr {
        /// What it said.
        #[n(0)]
        code: String,
        /// The picture that was taken while reading.
        #[n(1)]
        photo: PhotoHash,
    },
    /// The code could not be read; a picture shows it.
    #[n(2)]
    Unreadable {
        /// The picture.
        #[n(0)]
        photo: PhotoHash,
    },
    /// Nobody went there.
    #[n(3)]
    Skipped {
        /// Why.
        #[n(0)]
        reason: SkipReason,
    },
}

impl Reading {
    /// The word for it in tables and JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Nfc { .. } => "nfc",
            Self::Qr { .. } => "qr",
            Self::Unreadable { .. } => "unreadable",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Whether somebody was there.
    pub const fn is_visit(&self) -> bool {
        !matches!(self, Self::Skipped { .. })
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// Nothing wrong.
    #[n(0)]
    Normal,
    /// Something is wrong; the note says what.
    #[n(1)]
    Abnormal,
    /// A figure, in thousandths of the unit of its item.
    #[n(2)]
    Number(#[n(0)] i64),
    /// One of the item's options.
    #[n(3)]
    Choice(#[n(0)] String),
    /// A few words.
    #[n(4)]
    Text(#[n(0)] String),
    /// The picture that was asked for.
    #[n(5)]
    Photo(#[n(0)] PhotoHash),
    /// It could not be told: the gauge is broken, the cover stuck. With the reason.
    #[n(6)]
    Impossible(#[n(0)] String),
}

/// The answer to one item.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ItemAnswer {
    /// Which item of the point.
    #[n(0)]
    pub item: String,
    /// What was found.
    #[n(1)]
    pub answer: Answer,
}

/// What somebody found at one point. Never changed once written; a second one stands beside the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its key in the document.
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
    /// The same moment, corrected by what their phone knew of the server's clock. Limits are judged by it.
    pub corrected_at: Timestamp,
    /// Its place among what was added to the round.
    pub stamp: Stamp,
}

/// A statement about the round as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundEntry {
    /// Its key in the document.
    pub id: EntryId,
    /// What it states.
    pub kind: RoundEntryKind,
    /// Who states it.
    pub by: PersonId,
    /// When, by the clock of their phone. A claim.
    pub claimed_at: Timestamp,
    /// The same moment, corrected.
    pub corrected_at: Timestamp,
    /// Its place among what was added to the round.
    pub stamp: Stamp,
    /// In their words.
    pub note: String,
}

/// One mention of a photo in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundPhoto {
    /// The photo.
    pub photo: Photo,
    /// The result it belongs to, if to one.
    pub check: Option<CheckId>,
}

/// One walk, as its document now reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// The estate.
    pub site: Option<SiteId>,
    /// What it is walked for.
    pub kind: Option<RoundKind>,
    /// The route, if it follows one.
    pub route: Option<RouteId>,
    /// The case for which it is walked, if for one (临时巡查).
    pub case: Option<DocumentId>,
    /// What it sets out to do.
    pub plan: RoundPlan,
    /// Its beginning and end, in stamp order.
    pub entries: Vec<RoundEntry>,
    /// What was found, in stamp order.
    pub checks: Vec<Check>,
    /// Photo mentions in stamp order.
    pub photos: Vec<RoundPhoto>,
}

impl Round {
    /// Reads a round document.
    pub fn read(document: &Document) -> Self {
        let root = document.fields();
        let mut round = Self::default();
        if let Some(fields) = root.map("fields") {
            round.site = fields.bytes("site", SiteId::from_slice);
            round.kind = fields.text("kind").as_deref().and_then(RoundKind::from_text);
            round.route = fields.bytes("route", RouteId::from_slice);
            round.case = fields.bytes("case", DocumentId::from_slice);
            round.plan = fields.bytes("plan", |plan| minicbor::decode(plan).ok()).unwrap_or_default();
        }
        round.entries = read_all(&root, "entries", read_entry);
        round.checks = read_all(&root, "checks", read_check);
        round.photos = read_all(&root, "photos", |id, fields| {
            Some(RoundPhoto {
                photo: read_photo(id, fields)?,
                check: fields.bytes("check", CheckId::from_slice),
            })
        });
        // Ids break ties, so that every replica lists the same order.
        round.entries.sort_by_key(|entry| (entry.stamp, entry.id));
        round.checks.sort_by_key(|check| (check.stamp, check.id));
        round.photos.sort_by_key(|photo| (photo.photo.stamp, photo.photo.id));
        round
    }

    /// The latest stamp of anything in the round. The next one must be greater.
    pub fn latest_stamp(&self) -> Stamp {
        let entries = self.entries.iter().map(|entry| entry.stamp);
        let checks = self.checks.iter().map(|check| check.stamp);
        let photos = self.photos.iter().map(|photo| photo.photo.stamp);
        entries.chain(checks).chain(photos).max().unwrap_or_default()
    }

    /// The first statement that the walk began.
    pub fn started(&self) -> Option<&RoundEntry> {
        self.first(RoundEntryKind::Started)
    }

    /// The first statement that the walk is over.
    pub fn finished(&self) -> Option<&RoundEntry> {
        self.first(RoundEntryKind::Finished)
    }

    fn first(&self, kind: RoundEntryKind) -> Option<&RoundEntry> {
        let of_kind = self.entries.iter().filter(|entry| entry.kind == kind);
        of_kind.min_by_key(|entry| (entry.corrected_at, entry.stamp, entry.id))
    }
}

fn read_entry(id: EntryId, fields: &Fields<'_>) -> Option<RoundEntry> {
    let claimed_at = fields.time("claimed_at")?;
    Some(RoundEntry {
        id,
        kind: RoundEntryKind::from_text(&fields.text("kind")?)?,
        by: fields.bytes("by", PersonId::from_slice)?,
        claimed_at,
        corrected_at: fields.time("corrected_at").unwrap_or(claimed_at),
        stamp: fields.stamp("stamp")?,
        note: fields.text("note").unwrap_or_default(),
    })
}

fn read_check(id: CheckId, fields: &Fields<'_>) -> Option<Check> {
    let claimed_at = fields.time("claimed_at")?;
    Some(Check {
        id,
        checkpoint: fields.bytes("checkpoint", CheckpointId::from_slice)?,
        reading: fields.bytes("reading", |reading| minicbor::decode(reading).ok())?,
        answers: fields.bytes("answers", |answers| minicbor::decode(answers).ok()).unwrap_or_default(),
        note: fields.text("note").unwrap_or_default(),
        case: fields.bytes("case", DocumentId::from_slice),
        by: fields.bytes("by", PersonId::from_slice)?,
        claimed_at,
        corrected_at: fields.time("corrected_at").unwrap_or(claimed_at),
        stamp: fields.stamp("stamp")?,
    })
}
