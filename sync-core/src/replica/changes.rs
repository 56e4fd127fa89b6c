//! What an app that shows something has to read anew.

use std::collections::BTreeSet;

use super::Replica;
use super::store::{StoreError, Write};
use crate::ids::DocumentId;

/// What was written to the store since the last look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Documents that read differently, came or went. A case's contact data are a document of their own.
    pub documents: BTreeSet<DocumentId>,
    /// Edits or photos stand elsewhere than before, or there are others.
    pub outbox: bool,
}

impl Changes {
    /// Whether nothing was written that anybody can see.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && !self.outbox
    }

    fn note(&mut self, write: &Write) {
        match write {
            Write::PutSnapshot(id, _)
            | Write::AppendChange(id, _)
            | Write::PutSummary(id, _)
            | Write::DropSummary(id)
            | Write::DropDocument(id) => {
                self.documents.insert(*id);
            }
            Write::PutEdit(_) | Write::SetEditState(..) | Write::SetUpload(..) => self.outbox = true,
            Write::PutPhoto(row, _) => {
                self.documents.insert(row.case);
                self.outbox = true;
            }
            Write::PutValue(..)
            | Write::PutHead(..)
            | Write::Join(..)
            | Write::Part(..)
            | Write::ForgetWalk
            | Write::ForgetBackedUp(_)
            | Write::PutPart(..)
            | Write::DropParts(_)
            | Write::ForgetReceipts
            | Write::DropPhoto(_)
            | Write::PutRecovered(_)
            | Write::ForgetRecovered(_) => {}
        }
    }
}

impl Replica {
    /// What was written since the last call. Holds at most one id for each document.
    pub fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    /// Has all of this on disk, and remembers what it was about.
    pub(super) fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut written = Changes::default();
        writes.iter().for_each(|write| written.note(write));
        self.store.commit(writes)?;
        self.changes.documents.append(&mut written.documents);
        self.changes.outbox |= written.outbox;
        Ok(())
    }
}
