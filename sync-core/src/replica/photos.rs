//! The photo queue: which pictures the server still has to get.

use std::collections::BTreeSet;

use super::budget::SyncBudget;
use super::outbox::EditState;
use super::store::{Store, UploadState};
use crate::error::Refusal;
use crate::ids::{CommandId, DocumentId, PhotoHash};
use crate::limits::REQUEST_PHOTOS_MAX;

/// What bytes are, in the order in which they are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhotoKind {
    /// A drawn signature: the proof of a record.
    Strokes,
    /// The small copy of a photo.
    Preview,
    /// A photo that has no preview and is no larger than one may be; it travels among them.
    Small,
    /// A photo.
    Original,
    /// A photo or preview of somebody else, fetched to be looked at. The server has it.
    Fetched,
}

impl PhotoKind {
    /// Every kind, by its number in files.
    const ALL: [Self; 5] = [Self::Strokes, Self::Preview, Self::Small, Self::Original, Self::Fetched];

    /// Its number in files, which never changes.
    pub const fn number(self) -> u8 {
        match self {
            Self::Strokes => 0,
            Self::Preview => 1,
            Self::Small => 2,
            Self::Original => 3,
            Self::Fetched => 4,
        }
    }

    /// The kind with this number.
    pub fn from_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| u64::from(kind.number()) == number)
    }
}

/// What is known of a photo, preview or drawn signature beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// SHA-256 of the bytes.
    pub hash: PhotoHash,
    /// The place of the edit that named it first; those of one kind are sent in this order.
    pub seq: u64,
    /// Length of the bytes.
    pub size: u64,
    /// The case it belongs to.
    pub case: DocumentId,
    /// The edit that names it.
    pub command: CommandId,
    /// How far the server has it.
    pub upload: UploadState,
    /// What the bytes are.
    pub kind: PhotoKind,
}

/// The photos to ask about in a request that carries the edits `sending`: owed, sent by this budget, not yet
/// asked about, and named by an edit that the server has heard of or is about to. It grants nothing for one
/// it has not. In the order in which they are to go.
pub(super) fn to_ask_about(
    store: &dyn Store,
    budget: &SyncBudget,
    asked: &BTreeSet<PhotoHash>,
    sending: &[u64],
) -> Result<Vec<PhotoRow>, Refusal> {
    let mut found = Vec::new();
    for row in store.photos_owed()? {
        if found.len() == REQUEST_PHOTOS_MAX {
            break;
        }
        if asked.contains(&row.hash) || !budget.sends(row.kind) {
            continue;
        }
        let heard_of = match store.edit_of(row.command)? {
            Some(edit) => edit.state != EditState::OnThisPhone || sending.contains(&edit.seq),
            // Accepted so long ago that the edit is in a backup.
            None => true,
        };
        if heard_of {
            found.push(row);
        }
    }
    Ok(found)
}
