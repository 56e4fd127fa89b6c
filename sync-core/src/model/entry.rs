//! Entries: what somebody stated about a case.

use minicbor::{Decode, Encode};

use super::fact::Fact;
use super::words::EntryKind;
use crate::clock::{Stamp, Timestamp};
use crate::document::Fields;
use crate::ids::{EntryId, OrderId, PersonId};

/// A time that was not written down when it passed, but later: an arrival that was forgotten in the rush.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Declared {
    /// When it happened.
    #[n(0)]
    pub at: Timestamp,
    /// Why it was not entered then.
    #[n(1)]
    pub why: String,
}

/// One statement that something happened. Never changed once written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key in the document.
    pub id: EntryId,
    /// What it states.
    pub fact: Fact,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// Who states it.
    pub by: PersonId,
    /// When it was written, by the clock of their phone. A claim.
    pub claimed_at: Timestamp,
    /// The same moment, corrected by what their phone knew of the server's clock. Still a claim.
    pub corrected_at: Timestamp,
    /// When it happened, if that was not when it was written.
    pub declared: Option<Declared>,
    /// Its place among the entries of the case.
    pub stamp: Stamp,
    /// In their words.
    pub note: String,
}

impl Entry {
    /// The word for what it states.
    pub const fn kind(&self) -> EntryKind {
        self.fact.kind()
    }

    /// When it happened, as far as people say. Limits are judged by this; what the server witnessed
    /// flags it and never replaces it.
    pub fn happened_at(&self) -> Timestamp {
        self.declared.as_ref().map_or(self.corrected_at, |declared| declared.at)
    }
}

pub(super) fn read_entry(id: EntryId, fields: &Fields<'_>) -> Option<Entry> {
    let claimed_at = fields.time("claimed_at")?;
    let details = fields.bytes("details", |bytes| Some(bytes.to_vec()));
    let fact =
        EntryKind::from_text(&fields.text("kind")?).and_then(|kind| Fact::read(kind, details.as_deref()));
    let declared = fields
        .time("declared_at")
        .map(|at| Declared { at, why: fields.text("declared_why").unwrap_or_default() });
    Some(Entry {
        id,
        fact: fact.unwrap_or(Fact::Unknown),
        order: fields.bytes("order", OrderId::from_slice),
        by: fields.bytes("by", PersonId::from_slice)?,
        claimed_at,
        corrected_at: fields.time("corrected_at").unwrap_or(claimed_at),
        declared,
        stamp: fields.stamp("stamp")?,
        note: fields.text("note").unwrap_or_default(),
    })
}
