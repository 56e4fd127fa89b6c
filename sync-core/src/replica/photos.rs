//! The photo queue: which pictures the server still has to get.

use std::collections::BTreeSet;

use super::outbox::EditState;
use super::store::{Store, UploadState};
use crate::error::Refusal;
use crate::ids::{CommandId, DocumentId, PhotoHash};
use crate::limits::REQUEST_PHOTOS_MAX;

/// What is known of a photo or drawn signature beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoRow {
    /// SHA-256 of the bytes.
    pub hash: PhotoHash,
    /// The place of the edit that named it first; photos are sent in this order.
    pub seq: u64,
    /// Length of the bytes.
    pub size: u64,
    /// The case it belongs to.
    pub case: DocumentId,
    /// The edit that names it.
    pub command: CommandId,
    /// How far the server has it.
    pub upload: UploadState,
}

/// The photos to ask about in a request that carries the edits `sending`: owed, not yet asked about, and
/// named by an edit that the server has heard of or is about to. It grants nothing for one it has not.
pub(super) fn to_ask_about(
    store: &dyn Store,
    asked: &BTreeSet<PhotoHash>,
    sending: &[u64],
) -> Result<Vec<PhotoHash>, Refusal> {
    let mut found = Vec::new();
    for row in store.photos_owed()? {
        if found.len() == REQUEST_PHOTOS_MAX {
            break;
        }
        if asked.contains(&row.hash) {
            continue;
        }
        let heard_of = match store.edit_of(row.command)? {
            Some(edit) => edit.state != EditState::OnThisPhone || sending.contains(&edit.seq),
            // Accepted so long ago that the edit is in a backup.
            None => true,
        };
        if heard_of {
            found.push(row.hash);
        }
    }
    Ok(found)
}
