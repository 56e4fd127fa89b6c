//! Entries: what somebody stated, beside what the server witnessed.

use super::photo::Photo;
use super::text::Text;
use super::time::{Moment, Stated, Witness};

/// One entry of a case.
#[derive(Clone, Debug)]
pub struct Entry {
    /// A code of [`super::Vocabulary::Entry`].
    pub kind: String,
    /// The order it belongs to, by the name the page gives the order.
    pub order: Option<Text>,
    /// Who stated it, and when they say it was.
    pub stated: Stated,
    /// The device it was written on. None: in the office.
    pub device: Option<Text>,
    /// What they stated with it, as a sentence. None where the kind says it all.
    pub told: Option<Text>,
    /// What they wrote.
    pub note: Option<Text>,
    /// When it happened and why it was entered only later, if it was.
    pub declared: Option<(Moment, Text)>,
    /// The name of the refused change that the office took over with it.
    pub taken_over: Option<String>,
    /// What the server can vouch for.
    pub witness: Witness,
    /// Codes of [`super::Vocabulary::TimeFlag`].
    pub time_flags: Vec<String>,
    /// Photos taken with it.
    pub photos: Vec<Photo>,
}

impl Entry {
    pub(super) fn claimed(&self) -> &Moment {
        &self.stated.at
    }
}
