//! What is in a document: cases with their orders, entries, photos and sign-offs; contacts; estates.
//!
//! Reading never fails: what a newer or broken program wrote reads as absent or unknown. Writing goes
//! through [`Command`] only, the same on the phone and in the office.

mod case;
mod checks;
mod command;
mod contact;
mod execute;
mod site;
mod statement;
mod summary;
mod words;

pub use case::{Case, Entry, Order, ParallelEdit, Photo, Place, SignOff};
pub use command::{
    Classification, Command, ContactDetails, NewCase, NewEntry, NewPhoto, NewSignOff, SitePerson,
};
pub use contact::{Contact, Signature};
pub use execute::{Author, Documents, Written};
pub use site::Site;
pub use statement::{RENDERER, Statement};
pub use summary::CaseSummary;
pub use words::{
    CaseKind, Channel, Department, EntryKind, Nature, PhotoRole, Role, SignOffOutcome, SignOffSubject,
    Urgency,
};

/// The newest version of documents this program writes and understands.
pub const SCHEMA: u32 = 1;

#[cfg(test)]
mod tests;
