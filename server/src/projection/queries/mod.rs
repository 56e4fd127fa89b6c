//! What is asked of the tables. Reads only.
//!
//! **Invariant.** What a person asks over HTTP takes their [`Reach`] and answers only with what lies in it,
//! so no handler can forget to. [`case_show`], [`export`], [`lookup`] and what ends in
//! `_for_operator` serve the command line, whose user
//! owns the data folder and sees everything.

mod case;
pub mod case_show;
mod cases;
mod conflicts;
mod contact;
mod counters;
mod devices;
pub mod export;
mod fields;
pub mod lookup;
pub mod measures;
mod mentions;
mod names;
mod people;
mod photos;
pub mod policy;
mod quarantine;
mod reach;
mod refused;
mod rounds;
mod sign_offs;
pub mod standing;
mod timeline;
mod tried;

pub use case::{CaseDetails, CaseKey, OrderDetails, case, case_head, case_timeline};
pub use cases::{CASES_PER_PAGE_MAX, CaseLine, CasePage, CaseQuery, FOUND_MAX, Found, cases};
pub use conflicts::{Choice, Conflict, ConflictPage, conflicts};
pub use contact::{ContactValues, contact_words};
pub use counters::{Counter, counters};
pub use devices::{DeviceLine, DevicePage, device_person, devices};
pub use fields::{FieldValue, FieldValues, StatedValue};
pub use mentions::Mentions;
pub use names::{PersonName, person};
pub use people::{PeoplePage, PeopleQuery, PersonLine, RoleHeld, people, works_at, works_where};
pub use photos::{FoundPhoto, PhotoDetails, PhotoStanding, StoredPhoto, photo, signature};
pub use quarantine::{
    Dependent, OPEN_COUNTED_MAX, QuarantinePage, QuarantineQuery, QuarantinedChange, RefusedDetails,
    RefusedPhoto, RefusedState, Settlement, WaitingChange, WaitingPage, WaitsFor, quarantine,
    quarantine_open, refused_change, takes_over, waiting,
};
pub use reach::Reach;
pub use refused::{RefusedChange, Unreadable};
pub use rounds::{
    AnswerDetails, DueLine, DueState, HurryDetails, PointCounts, PointDetails, ResultDetails, RoundDetails,
    RoundLine, RoundPage, RoundQuery, due_rounds, due_rounds_for_operator, round, round_for_operator, rounds,
    rounds_for_operator,
};
pub use sign_offs::{Drawing, Fitness, SignOffDetails};
pub use timeline::{TimeFlag, TimelineEntry, time_flags};
pub use tried::{TriedKind, TriedLine};

use roundsman_sync_core::document::{Document, DocumentKind};
use roundsman_sync_core::ids::DocumentId;
use rusqlite::{Connection, OptionalExtension, Row};

pub use crate::log::ChangeName;

use crate::database::DatabaseError;

/// What is read from, for whoever passes it on without asking it anything.
pub type Tables = Connection;

/// The document as it now stands, if there is one.
fn load(db: &Connection, id: DocumentId, kind: DocumentKind) -> Result<Option<Document>, DatabaseError> {
    let row: Option<Vec<u8>> = db
        .prepare_cached("SELECT snapshot FROM documents WHERE id = ?1 AND kind = ?2")?
        .query_row((id.as_bytes(), kind.number()), |row| row.get(0))
        .optional()?;
    let loaded = row.map(|snapshot| Document::load(kind, &snapshot)).transpose();
    loaded.map_err(|error| DatabaseError::corrupt("documents", error))
}

/// An id or hash from a column that may be null.
fn id<const N: usize, T>(
    row: &Row<'_>,
    column: usize,
    make: impl Fn([u8; N]) -> T,
) -> rusqlite::Result<Option<T>>
where
    [u8; N]: rusqlite::types::FromSql,
{
    Ok(row.get::<_, Option<[u8; N]>>(column)?.map(make))
}
