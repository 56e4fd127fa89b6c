//! A change that was scanned and that Automerge has read, once for all that is done with it.

use std::panic::catch_unwind;

use super::{DocumentError, ScannedChange};

/// A scanned change in Automerge's own form.
#[derive(Clone, Debug)]
pub struct ParsedChange {
    pub(super) scanned: ScannedChange,
    pub(super) change: automerge::Change,
}

impl ParsedChange {
    /// Lets Automerge read a change that [`scan`](super::scan) has passed.
    ///
    /// # Errors
    /// If it cannot.
    pub fn of(bytes: &[u8], scanned: ScannedChange) -> Result<Self, DocumentError> {
        // Automerge 0.12 is known to panic on some inputs.
        let read = catch_unwind(|| automerge::Change::try_from(bytes));
        let change = read.map_err(|_| DocumentError::Panicked)?.map_err(automerge::AutomergeError::from)?;
        Ok(Self { scanned, change })
    }

    /// What the scan said.
    pub fn scanned(&self) -> &ScannedChange {
        &self.scanned
    }
}
