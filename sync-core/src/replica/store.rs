//! What a replica asks of whoever keeps its bytes.
//!
//! Reads are plain look-ups. There is one way to write, [`Store::commit`]: all of a list or nothing of
//! it, and on disk before it returns. So no half of a command and no half of a reply can ever be seen.

use minicbor::{Decode, Encode};

use super::outbox::{EditState, OutboxRow};
use super::photos::PhotoRow;
use crate::clock::Stamp;
use crate::document::{ActorBytes, DocumentKind, Heads, seed_hash};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CommandId, DocumentId, PersonId, PhotoHash, SiteId};
use crate::model::{CaseKind, CaseSummary, Department, Urgency};
use crate::protocol::messages::{DocumentNumber, FeedNumber, Pos, RecoveredChange};

/// Why a store did not do what was asked. Nothing was written then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk, the file system or the database said no.
    #[error("{0}")]
    Failed(String),
    /// The file was written by a newer program, which may mean something else by the same bytes.
    #[error("the file has schema {found}, this program knows {known}")]
    Newer {
        /// The schema of the file.
        found: u32,
        /// The newest schema of this program.
        known: u32,
    },
    /// The file cannot be read with the key that was handed in, or needs one.
    #[error("{0}")]
    KeyWrong(&'static str),
    /// The file does not hold what this program wrote.
    #[error("{place} holds something unreadable: {what}")]
    Corrupt {
        /// Which table or value.
        place: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

impl StoreError {
    /// Something unreadable in `place`.
    pub fn corrupt(place: &'static str, what: impl ToString) -> Self {
        Self::Corrupt { place, what: what.to_string() }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Failed(_) => ErrorCode::StoreFailed,
            StoreError::Newer { .. } => ErrorCode::StoreNewer,
            StoreError::KeyWrong(_) => ErrorCode::StoreKeyWrong,
            StoreError::Corrupt { .. } => ErrorCode::StoreCorrupt,
        };
        Self::new(code, error.to_string())
    }
}

/// The few single values of a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Enrolment, cursors, token, counter, clock: rewritten by every round trip.
    State,
    /// The private key, if the host keeps none in an enclave. Written once.
    Signer,
}

impl Key {
    /// The spelling in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Signer => "signer",
        }
    }
}

/// What is known of a document without loading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentHead {
    /// Its kind.
    pub kind: DocumentKind,
    /// The number by which the server's pages call it, once it entered a feed.
    pub number: Option<DocumentNumber>,
    /// Who writes in it on this device. Chosen at the first edit, and anew after each rebase and re-entry.
    pub actor: Option<ActorBytes>,
    /// The heads of what the server has accepted, as far as this device knows.
    pub accepted: Heads,
    /// Changes stored beside the snapshot.
    pub appended: u32,
    /// The last feed that gave it is gone; it stays, unseen, only until its unsettled edits settle.
    pub left: bool,
}

impl DocumentHead {
    /// The head of a document that was just started here.
    pub fn new(kind: DocumentKind) -> Self {
        Self {
            kind,
            number: None,
            actor: None,
            accepted: Heads::new([seed_hash(kind)]),
            appended: 0,
            left: false,
        }
    }
}

/// A stored document: a whole, and changes made since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentContent {
    /// What `Document::save` gave.
    pub snapshot: Vec<u8>,
    /// Changes after it, in the order in which they were added.
    pub changes: Vec<Vec<u8>>,
}

/// Which cases a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Only of this estate.
    pub site: Option<SiteId>,
    /// Only of this sort.
    pub kind: Option<CaseKind>,
    /// Only this urgent.
    pub urgency: Option<Urgency>,
    /// Only with an order for this department.
    pub department: Option<Department>,
    /// Only with an order given to this person.
    pub assignee: Option<PersonId>,
    /// Only with each of these words, divided by spaces, in what the list shows: place, subject, first line.
    pub text: Option<String>,
}

impl CaseFilter {
    /// Whether the list shows this case.
    pub fn takes(&self, summary: &CaseSummary) -> bool {
        self.site.is_none_or(|site| summary.site == Some(site))
            && self.kind.is_none_or(|kind| summary.kind == Some(kind))
            && self.urgency.is_none_or(|urgency| summary.urgency == Some(urgency))
            && self.department.is_none_or(|department| summary.departments.contains(&department))
            && self.assignee.is_none_or(|person| summary.assignees.contains(&person))
            && self.text.as_deref().is_none_or(|text| shows(summary, text))
    }
}

/// Whether each word stands somewhere in what a list shows of the case. Chinese has no spaces, so a word counts
/// wherever it stands.
fn shows(summary: &CaseSummary, text: &str) -> bool {
    let shown = format!("{}\n{}\n{}", summary.title, summary.place, summary.subject).to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}

/// One line of a list of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseListItem {
    /// Which case.
    pub id: DocumentId,
    /// What the list shows of it.
    pub summary: CaseSummary,
}

/// A summary as it is stored: the bytes, and what lists sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The latest stamp in the case.
    pub latest: Stamp,
    /// The [`CaseSummary`] as CBOR.
    pub bytes: Vec<u8>,
}

impl SummaryRow {
    /// The row of a summary.
    pub fn of(summary: &CaseSummary) -> Self {
        // Writing to a vector cannot fail.
        Self { latest: summary.latest, bytes: minicbor::to_vec(summary).unwrap_or_default() }
    }

    /// Reads the summary.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the bytes are no summary.
    pub fn read(bytes: &[u8]) -> Result<CaseSummary, StoreError> {
        minicbor::decode(bytes).map_err(|error| StoreError::corrupt("summaries", error))
    }
}

/// An outbox row that has no final answer yet, as far as choosing what to send needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Its place in the outbox.
    pub seq: u64,
    /// Length of its envelope.
    pub envelope_bytes: usize,
    /// Whether it ever left the phone.
    pub sent: bool,
}

/// What the server has of a photo, as the device knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct UploadState {
    /// The server has all of it and said so.
    #[n(0)]
    pub stored: bool,
    /// The path of the upload that is under way.
    #[n(1)]
    pub path: Option<String>,
    /// Why the last try failed.
    #[n(2)]
    pub error: Option<String>,
}

/// One step of a transaction. What is written of a document comes after its head was put.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Sets a single value.
    PutValue(Key, Vec<u8>),
    /// Makes or changes what is known of a document; leaves its content.
    PutHead(DocumentId, DocumentHead),
    /// Replaces the content of a document, appended changes included.
    PutSnapshot(DocumentId, Vec<u8>),
    /// Adds a change to the content of a document.
    AppendChange(DocumentId, Vec<u8>),
    /// Sets the summary of a case.
    PutSummary(DocumentId, SummaryRow),
    /// Takes a case out of the lists.
    DropSummary(DocumentId),
    /// Deletes a document with content, summary, memberships, and those of its photos that the server has, be
    /// they of others, of which the server has all, or this device's own. Beginnings of photos go too.
    DropDocument(DocumentId),
    /// The document is in the feed.
    Join(FeedNumber, DocumentId),
    /// The document is not in the feed.
    Part(FeedNumber, DocumentId),
    /// Forgets all memberships, numbers and actors: the server speaks of another log.
    ForgetWalk,
    /// Makes or replaces an outbox row.
    PutEdit(OutboxRow),
    /// Sets the state of an outbox row alone.
    SetEditState(u64, EditState),
    /// Deletes the accepted outbox rows at or below this position.
    ForgetBackedUp(Pos),
    /// Keeps a photo. Its bytes never change; keeping it again changes nothing, except that one which was only
    /// fetched becomes this device's own if it is named here.
    PutPhoto(PhotoRow, Vec<u8>),
    /// Keeps the beginning of somebody else's photo up to here: the photo, the document for which it is
    /// fetched, where the bytes belong, the bytes.
    PutPart(PhotoHash, DocumentId, u64, Vec<u8>),
    /// Forgets what is kept of somebody else's photo that has not arrived in full.
    DropParts(PhotoHash),
    /// Sets how far the server has a photo.
    SetUpload(PhotoHash, UploadState),
    /// Takes back every receipt for a photo of this device: the server speaks of another log.
    ForgetReceipts,
    /// Deletes a photo.
    DropPhoto(PhotoHash),
    /// Keeps a change of somebody else that a restored server may have lost.
    PutRecovered(RecoveredChange),
    /// Deletes so many of these, the oldest: the server has written them down.
    ForgetRecovered(u32),
}

/// Whoever keeps the bytes of one replica.
pub trait Store: Send {
    /// A single value.
    ///
    /// # Errors
    /// [`StoreError`] if it cannot be read; so for each read below.
    fn value(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError>;

    /// What is known of a document.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn head(&self, id: DocumentId) -> Result<Option<DocumentHead>, StoreError>;

    /// The content of a document.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn content(&self, id: DocumentId) -> Result<Option<DocumentContent>, StoreError>;

    /// Every document, by id.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn heads(&self) -> Result<Vec<(DocumentId, DocumentHead)>, StoreError>;

    /// The document that the server calls by this number.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn by_number(&self, number: DocumentNumber) -> Result<Option<DocumentId>, StoreError>;

    /// Documents that are in no feed, by id.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn homeless(&self) -> Result<Vec<DocumentId>, StoreError>;

    /// The sum over every (feed, document) of [`Heads::checksum`] of its accepted heads, modulo 2^64.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn checksum(&self) -> Result<u64, StoreError>;

    /// The documents in a feed, by id.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn members(&self, feed: FeedNumber) -> Result<Vec<DocumentId>, StoreError>;

    /// The feeds that a document is in.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn feeds_of(&self, id: DocumentId) -> Result<Vec<FeedNumber>, StoreError>;

    /// The summary of a case.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn summary(&self, id: DocumentId) -> Result<Option<CaseSummary>, StoreError>;

    /// Cases that the filter takes, newest first; the store orders those that are equally new.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn summaries(
        &self,
        filter: &CaseFilter,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<CaseListItem>, StoreError>;

    /// The highest place in the outbox that is taken; 0 if none is.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn last_seq(&self) -> Result<u64, StoreError>;

    /// The outbox row at this place.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn edit(&self, seq: u64) -> Result<Option<OutboxRow>, StoreError>;

    /// The outbox row of this command.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn edit_of(&self, command: CommandId) -> Result<Option<OutboxRow>, StoreError>;

    /// Every outbox row, oldest first.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn edits(&self) -> Result<Vec<OutboxRow>, StoreError>;

    /// Outbox rows that were refused, oldest first.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn refused(&self) -> Result<Vec<OutboxRow>, StoreError>;

    /// Outbox rows without a final answer, oldest first.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn unsettled(&self) -> Result<Vec<Unsettled>, StoreError>;

    /// Which outbox row without a final answer wrote in which document, oldest first.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn unsettled_documents(&self) -> Result<Vec<(DocumentId, u64)>, StoreError>;

    /// What is known of a photo.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn photo(&self, hash: PhotoHash) -> Result<Option<PhotoRow>, StoreError>;

    /// What has arrived so far of somebody else's photo, from its beginning on.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn parts(&self, hash: PhotoHash) -> Result<Vec<u8>, StoreError>;

    /// Photos that the server does not have yet, in the order in which they are sent: by kind, then as taken.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn photos_owed(&self) -> Result<Vec<PhotoRow>, StoreError>;

    /// At most `length` bytes of a photo from `offset` on.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn photo_bytes(&self, hash: PhotoHash, offset: u64, length: usize)
    -> Result<Option<Vec<u8>>, StoreError>;

    /// Changes that a restored server may have lost, oldest first: at most `limit`.
    ///
    /// # Errors
    /// See [`Store::value`].
    fn recovered(&self, limit: usize) -> Result<Vec<RecoveredChange>, StoreError>;

    /// Does all of this, in order, and returns when it is on disk.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreError>;
}
