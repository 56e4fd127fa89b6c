//! The vocabulary: closed lists of words.

mod case;
mod entry;
mod order;
mod people;
mod round;
mod spot;

pub use case::{CaseKind, Channel, LinkRelation, Nature, PhotoRole, Urgency, Way};
pub use entry::EntryKind;
pub use order::{
    Department, Liability, OrderKind, PartyKind, SignOffOutcome, SignOffSubject, Verifier, WaitFor,
};
pub use people::{Level, Role};
pub use round::{RoundEntryKind, RoundKind, SkipReason, Weekday};
pub use spot::ScanMeans;
