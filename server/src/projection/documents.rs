//! Documents in memory while they are written.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use roundsman_sync_core::document::{Document, DocumentError, DocumentKind, Heads, ParsedChange};
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::rules::Policy;
use rusqlite::{Connection, OptionalExtension};

use super::change_rows::Delivery;
use super::group::Group;
use crate::database::DatabaseError;
use crate::log::{self, LogEntry};

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
    /// Bytes of its snapshot, and of the changes that came since.
    pub size: usize,
    /// The estate that a case or round says it is at. It is said once, so it is read once.
    site: Option<SiteId>,
}

impl LiveDocument {
    fn new(number: Option<i64>, document: Document, heads: Heads, size: usize) -> Self {
        Self { number, document, heads, dirty: false, size, site: None }
    }

    /// The estate that a case or round says it is at; none before it has begun.
    pub fn site(&mut self) -> Option<SiteId> {
        if self.site.is_none() {
            self.site = self
                .document
                .fields()
                .map("fields")
                .and_then(|fields| fields.bytes("site", SiteId::from_slice));
        }
        self.site
    }
}

/// The documents that were loaded or written. Owned by the one writer.
#[derive(Default)]
pub struct DocumentCache {
    live: HashMap<DocumentId, LiveDocument>,
    /// Policies as estates' documents now say them; reading one for every change of a case would cost more
    /// than the change.
    pub(super) policies: HashMap<SiteId, Arc<Policy>>,
    /// Rows whose snapshots were stored and have not been looked at since.
    stored: BTreeSet<i64>,
    /// What was last looked up of an envelope.
    pub(super) delivery: Option<Delivery>,
    /// Changes whose rows are not written yet.
    pub(super) group: Option<Group>,
}

impl DocumentCache {
    /// Forgets everything: after a rollback, or when another process has written.
    pub fn clear(&mut self) {
        self.live.clear();
        self.policies.clear();
        self.delivery = None;
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

    /// Adds a change to a document. If it does not fit, the document is as it was: loaded again, because nobody
    /// can say what a failed attempt leaves in memory.
    ///
    /// # Errors
    /// If the database fails. That the change does not fit is the inner error.
    pub fn advance(
        &mut self,
        db: &Connection,
        id: DocumentId,
        kind: DocumentKind,
        change: ParsedChange,
    ) -> Result<Result<(), DocumentError>, DatabaseError> {
        self.open(db, id, kind)?;
        let Some(mut live) = self.live.remove(&id) else {
            return Err(DatabaseError::corrupt("documents", id));
        };
        let (document, outcome) = match live.document.with(change) {
            Ok(document) => (document, Ok(())),
            Err(error) => (as_logged(db, id, kind)?, Err(error)),
        };
        live.document = document;
        self.live.insert(id, live);
        Ok(outcome)
    }

    /// Rows of documents that were stored since this was last asked, for [`reads_back`].
    pub fn take_stored(&mut self) -> BTreeSet<i64> {
        std::mem::take(&mut self.stored)
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
            let snapshot = live.document.save();
            live.size = snapshot.len();
            update.execute((live.number, snapshot))?;
            live.dirty = false;
            self.stored.extend(live.number);
        }
        if self.live.len() > KEPT_MAX {
            self.live.clear();
        }
        Ok(())
    }
}

fn fresh(kind: DocumentKind) -> Result<LiveDocument, DatabaseError> {
    let document = blank(kind)?;
    let heads = document.heads();
    Ok(LiveDocument::new(None, document, heads, 0))
}

fn blank(kind: DocumentKind) -> Result<Document, DatabaseError> {
    Document::new(kind).map_err(|error| DatabaseError::corrupt("seeds", error))
}

/// Whether the snapshot in a row reads back as the document whose heads the row has. Automerge is trusted with
/// what it writes only after that, and it is asked off the writer: it costs as much as adding two changes.
///
/// # Errors
/// If the database fails.
pub fn reads_back(db: &Connection, number: i64) -> Result<bool, DatabaseError> {
    let row: Option<(u8, Vec<u8>, Vec<u8>)> = db
        .prepare_cached("SELECT kind, snapshot, heads FROM documents WHERE number = ?1")?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((kind, snapshot, heads)) = row else { return Ok(true) };
    let read = DocumentKind::from_number(kind).and_then(|kind| Document::load(kind, &snapshot).ok());
    Ok(read.is_some_and(|document| Some(document.heads()) == Heads::from_bytes(&heads)))
}

/// A document made from the accepted changes in the log, also those of this transaction.
fn as_logged(db: &Connection, id: DocumentId, kind: DocumentKind) -> Result<Document, DatabaseError> {
    let mut document = blank(kind)?;
    let mut statement = db.prepare_cached(
        "SELECT source FROM changes WHERE document = ?1 AND accepted IS NOT NULL ORDER BY accepted",
    )?;
    let sources = statement.query_map([id.as_bytes()], |row| row.get::<_, i64>(0))?;
    for source in sources {
        if let (_, LogEntry::Change { change, .. }) = log::read(db, source?.unsigned_abs())? {
            document.apply(&change).map_err(|error| DatabaseError::corrupt("log", error))?;
        }
    }
    Ok(document)
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
    let heads = Heads::from_bytes(&heads).ok_or_else(bad)?;
    let document = match Document::load(kind, &snapshot) {
        Ok(document) => document,
        Err(error) => {
            tracing::error!(document = %id, %error, "a stored document cannot be read; it is made again from the log");
            as_logged(db, id, kind)?
        }
    };
    Ok(Some(LiveDocument::new(Some(number), document, heads, snapshot.len())))
}
