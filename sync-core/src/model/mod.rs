//! What is in a document: cases with their orders, entries, photos and sign-offs; contacts; rounds; estates.
//!
//! Reading never fails: what a newer or broken program wrote reads as absent or unknown. Writing goes
//! through [`Command`] only, the same on the phone and in the office; what a refused change meant is written
//! anew by [`Meant`].

mod case;
mod checks;
mod command;
mod contact;
mod entry;
mod estate_checks;
mod execute;
pub mod fact;
mod money;
mod named;
mod order;
mod result_checks;
mod round;
mod route;
mod site;
mod statement;
mod summary;
mod words;

pub use case::{Case, ParallelEdit, Photo, Place, Preview, SignOff};
pub use command::{
    CheckPhoto, Classification, Command, ContactDetails, NewCase, NewCheck, NewEntry, NewOrder, NewPhoto,
    NewRound, NewSignOff, OrderSorting, SitePerson,
};
pub use contact::{Contact, Signature};
pub use entry::{Declared, Entry};
pub use execute::{Author, Documents, Meant, Written};
pub use fact::Fact;
pub use money::{Fen, NotMoney};
pub use named::{NamedBytes, named_bytes};
pub use order::{Order, Party, Window};
pub use round::{
    Answer, Check, Due, ItemAnswer, PlannedCheckpoint, Reading, Round, RoundEntry, RoundPhoto, RoundPlan,
};
pub use route::{Ask, Checkpoint, Item, Route, Schedule};
pub use site::{Area, Site};
pub use statement::{RENDERER, Statement};
pub use summary::CaseSummary;
pub use words::{
    CaseKind, Channel, Department, EntryKind, Level, Liability, LinkRelation, Nature, OrderKind, PartyKind,
    PhotoRole, Role, RoundEntryKind, RoundKind, SignOffOutcome, SignOffSubject, SkipReason, Urgency,
    Verifier, WaitFor, Way, Weekday,
};

/// The newest version of documents this program writes and understands.
pub const SCHEMA: u32 = 2;

#[cfg(test)]
mod tests;
