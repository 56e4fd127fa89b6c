//! Documents in memory while they are written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use roundsman_sync_core::document::{Document, DocumentKind, Heads};
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::Case;
use roundsman_sync_core::rules::Policy;
use rusqlite::{Connection, OptionalExtension};

use super::group::Group;
use crate::database::DatabaseError;

/// How many documents stay in memory between transactions: 22 KB each, so about 50 MB.
const KEPT_MAX: usize = 2_048;

/// A document with what the tables know of it.
pub struct LiveDocument {
    /// Its row; `None` until its first change is accepted.
    pub number: Option<i64>,
    /// The document itself.
    pub document: Document,
    /// Heads over everything accepted.
    pub heads: Heads,
    /// Whether the snapshot in its row is older than this. Heads in the row are right once the rows of a
    /// group are written.
    pub dirty: bool,
    /// What it reads as, if somebody has read it since it last changed. Reading a case costs more than adding
    /// a change to it.
    case: Option<Arc<Case>>,
}

impl LiveDocument {
    /// The document as a case.
    pub fn as_case(&mut self) -> Arc<Case> {
        Arc::clone(self.case.get_or_insert_with(|| Arc::new(Case::read(&self.document))))
    }

    /// Puts a later state of the document in its place; `case` is what that reads as, if it is one and is known.
    pub fn advance(&mut self, document: Document, case: Option<Arc<Case>>) {
        self.document = document;
        self.case = case;
    }
}

/// The documents that were loaded or written. Owned by the one writer.
#[derive(Default)]
pub struct DocumentCache {
    live: HashMap<DocumentId, LiveDocument>,
    /// Policies as estates' documents now say them; reading one for every change of a case would cost more
    /// than the change.
    pub(super) policies: HashMap<SiteId, Arc<Policy>>,
    /// Changes whose rows are not written yet.
    pub(super) group: Option<Group>,
}

impl DocumentCache {
    /// Forgets everything: after a rollback, or when another process has written.
    pub fn clear(&mut self) {
        self.live.clear();
        self.policies.clear();
        self.group = None;
    }

    /// What `read` makes of a document that is already in the tables, without keeping it in memory.
    ///
    /// # Errors
    /// If the row cannot be read.
    pub(super) fn look<T>(
        &self,
        db: &Connection,
        id: DocumentId,
        kind: DocumentKind,
        read: impl FnOnce(&Document) -> T,
    ) -> Result<Option<T>, DatabaseError> {
        let of_kind = |live: &LiveDocument| live.number.is_some() && live.document.kind() == kind;
        match self.live.get(&id) {
            Some(live) => Ok(of_kind(live).then(|| read(&live.document))),
            None => Ok(load(db, id)?.filter(of_kind).map(|live| read(&live.document))),
        }
    }

    /// The document of this id; one that is in no table yet starts from the seed of `kind`.
    ///
    /// # Errors
    /// If the row cannot be read, or is of another kind.
    pub fn open(
        &mut self,
        db: &Connection,
        id: DocumentId,
        kind: DocumentKind,
    ) -> Result<&mut LiveDocument, DatabaseError> {
        let live = match self.live.entry(id) {
            Entry::Occupied(live) => live.into_mut(),
            Entry::Vacant(place) => place.insert(load(db, id)?.map_or_else(|| fresh(kind), Ok)?),
        };
        // Somebody asked to start it as another kind, and was refused: it has no kind yet.
        if live.number.is_none() && live.document.kind() != kind {
            *live = fresh(kind)?;
        }
        if live.document.kind() == kind {
            Ok(live)
        } else {
            Err(DatabaseError::corrupt("documents", format!("{id} is not of kind {kind:?}")))
        }
    }

    /// Forgets a document that was started and refused.
    pub fn forget_unstarted(&mut self, id: DocumentId) {
        if self.live.get(&id).is_some_and(|live| live.number.is_none()) {
            self.live.remove(&id);
        }
    }

    /// Writes every changed document to its row. Called once a transaction, however many changes came, and
    /// never between the changes of a group.
    ///
    /// # Errors
    /// If the database fails.
    pub fn flush(&mut self, db: &Connection) -> Result<(), DatabaseError> {
        let mut update = db.prepare_cached("UPDATE documents SET snapshot = ?2 WHERE number = ?1")?;
        for live in self.live.values_mut().filter(|live| live.dirty) {
            update.execute((live.number, live.document.save()))?;
            live.dirty = false;
        }
        if self.live.len() > KEPT_MAX {
            self.live.clear();
        }
        Ok(())
    }
}

fn fresh(kind: DocumentKind) -> Result<LiveDocument, DatabaseError> {
    let document = Document::new(kind).map_err(|error| DatabaseError::corrupt("seeds", error))?;
    Ok(LiveDocument { number: None, heads: document.heads(), document, dirty: false, case: None })
}

fn load(db: &Connection, id: DocumentId) -> Result<Option<LiveDocument>, DatabaseError> {
    type Row = (i64, u8, Vec<u8>, Vec<u8>);
    let row: Option<Row> = db
        .prepare_cached("SELECT number, kind, snapshot, heads FROM documents WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((number, kind, snapshot, heads)) = row else { return Ok(None) };
    let bad = || DatabaseError::corrupt("documents", id);
    let kind = DocumentKind::from_number(kind).ok_or_else(bad)?;
    let document =
        Document::load(kind, &snapshot).map_err(|error| DatabaseError::corrupt("documents", error))?;
    let heads = Heads::from_bytes(&heads).ok_or_else(bad)?;
    Ok(Some(LiveDocument { number: Some(number), document, heads, dirty: false, case: None }))
}
