//! Points and routes of an estate: what a round is to visit, and what is to be looked at there.

use minicbor::{Decode, Encode};

use super::case::Place;
use super::estate_checks;
use super::words::{RoundKind, Weekday};
use crate::error::Refusal;
use crate::ids::CheckpointId;

/// Before the id of a point, as a key among the fields of the estate.
pub(super) const CHECKPOINT: &str = "checkpoint/";
/// Before the id of a route.
pub(super) const ROUTE: &str = "route/";

/// What kind of answer an item asks for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Ask {
    /// Normal or abnormal.
    #[n(0)]
    Condition,
    /// A figure read off, in thousandths of its unit. Outside its range it is abnormal.
    #[n(1)]
    Number {
        /// The least that is normal, if there is one.
        #[n(0)]
        min_milli: Option<i64>,
        /// The most that is normal, if there is one.
        #[n(1)]
        max_milli: Option<i64>,
        /// MPa, °C, V.
        #[n(2)]
        unit: String,
    },
    /// One of several answers.
    #[n(2)]
    Choice {
        /// The answers to choose from.
        #[n(0)]
        options: Vec<String>,
        /// Those of them that are abnormal.
        #[n(1)]
        abnormal: Vec<String>,
    },
    /// A few words.
    #[n(3)]
    Text,
    /// A photo, taken on the spot.
    #[n(4)]
    Photo,
}

/// One thing to look at (检查项).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Item {
    /// By which its answers name it; the same as long as the item means the same.
    #[n(0)]
    pub id: String,
    /// What to look at.
    #[n(1)]
    pub title: String,
    /// What is to be answered.
    #[n(2)]
    pub ask: Ask,
}

/// One point on the spot (巡更点).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Checkpoint {
    /// Its name.
    #[n(0)]
    pub name: String,
    /// Where it is.
    #[n(1)]
    pub place: Place,
    /// What its tag or printed code says. Of no other point of the estate.
    #[n(2)]
    pub code: String,
    /// What is looked at there.
    #[n(3)]
    pub items: Vec<Item>,
}

impl Checkpoint {
    /// Whether an estate can have such a point.
    ///
    /// # Errors
    /// The bound that is passed, in words.
    pub fn check(&self) -> Result<(), Refusal> {
        estate_checks::checkpoint(self)
    }
}

/// When a route is to be walked, by the clocks on the estate's walls.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Schedule {
    /// On which days.
    #[n(0)]
    pub days: Vec<Weekday>,
    /// When, in minutes after midnight.
    #[n(1)]
    pub minutes: Vec<u16>,
    /// How many minutes before its time a point may be visited.
    #[n(2)]
    pub early_min: u16,
    /// How many minutes after its time a point may be visited.
    #[n(3)]
    pub late_min: u16,
}

/// A way over points (巡查路线).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Route {
    /// Its name.
    #[n(0)]
    pub name: String,
    /// What it is walked for.
    #[n(1)]
    pub kind: RoundKind,
    /// Its points, in the order of the walk.
    #[n(2)]
    pub checkpoints: Vec<CheckpointId>,
    /// When it is due; never by itself, if unset.
    #[n(3)]
    pub schedule: Option<Schedule>,
    /// Two printed codes read sooner after each other were not walked to; the usual time, if unset.
    #[n(4)]
    pub pace_ms_min: Option<u32>,
}

impl Route {
    /// Whether an estate can have such a route, if it has the points.
    ///
    /// # Errors
    /// The bound that is passed, in words.
    pub fn check(&self) -> Result<(), Refusal> {
        estate_checks::route(self)
    }
}
