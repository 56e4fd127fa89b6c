//! The documents that are loaded just now.

use std::collections::BTreeMap;

use super::store::{Store, StoreError};
use crate::document::{Document, DocumentKind};
use crate::error::Refusal;
use crate::ids::DocumentId;

/// Loaded documents at most: at 22 KB each about 1.5 MB.
const DOCUMENTS_MAX: usize = 64;

/// Loaded documents, each exactly what the store holds. The one used longest ago goes first.
#[derive(Default)]
pub(super) struct Cache {
    documents: BTreeMap<DocumentId, (u64, Document)>,
    clock: u64,
}

impl Cache {
    /// A copy of a stored document, or nothing if there is none.
    pub(super) fn load(
        &mut self,
        store: &dyn Store,
        id: DocumentId,
        kind: DocumentKind,
    ) -> Result<Option<Document>, Refusal> {
        self.look(store, id, kind, Document::clone)
    }

    /// What `read` makes of a stored document, or nothing if there is none.
    pub(super) fn look<T>(
        &mut self,
        store: &dyn Store,
        id: DocumentId,
        kind: DocumentKind,
        read: impl FnOnce(&Document) -> T,
    ) -> Result<Option<T>, Refusal> {
        if let Some((used, document)) = self.documents.get_mut(&id) {
            self.clock += 1;
            *used = self.clock;
            return Ok(Some(read(document)));
        }
        let Some(content) = store.content(id)? else { return Ok(None) };
        let corrupt = |error| StoreError::corrupt("documents", format!("{id}: {error}"));
        let mut document = Document::load(kind, &content.snapshot).map_err(corrupt)?;
        for change in &content.changes {
            document.apply(change).map_err(corrupt)?;
        }
        let found = read(&document);
        self.put(id, document);
        Ok(Some(found))
    }

    /// Keeps a document that was just stored.
    pub(super) fn put(&mut self, id: DocumentId, document: Document) {
        self.clock += 1;
        self.documents.insert(id, (self.clock, document));
        if self.documents.len() > DOCUMENTS_MAX {
            let oldest = self.documents.iter().min_by_key(|(_, (used, _))| *used).map(|(id, _)| *id);
            oldest.and_then(|id| self.documents.remove(&id));
        }
    }

    /// Forgets a document that was replaced or deleted in the store.
    pub(super) fn forget(&mut self, id: DocumentId) {
        self.documents.remove(&id);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.documents.clear();
    }
}
