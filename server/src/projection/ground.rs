//! What a refused change stood on: its document with those refused changes that it builds on.

use std::collections::BTreeMap;

use roundsman_sync_core::document::{Document, DocumentKind, Heads, scan};
use roundsman_sync_core::ids::{ChangeHash, DocumentId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension};

use crate::database::DatabaseError;
use crate::log::{self, LogEntry};

/// Refused changes below one another at most: what builds on more of them is told as unreadable.
const ANCESTORS_MAX: usize = 200;

/// The bytes of a change as they travelled, and the kind its document was said to be.
///
/// # Errors
/// If the entry is no change, or the database fails.
pub fn change_at(db: &Connection, source: Pos) -> Result<(DocumentKind, Vec<u8>), DatabaseError> {
    let (LogEntry::Change { kind, change, .. } | LogEntry::Recovered { kind, change, .. }) =
        log::read(db, source)?.1
    else {
        return Err(DatabaseError::corrupt("changes", format!("entry {source} is no change")));
    };
    Ok((kind, change.into()))
}

/// The document that the author of a change saw, as far as it is here: of `document`, which has everything
/// that was accepted, what the change builds on, and the refused changes among that.
///
/// # Errors
/// If the database fails.
pub fn ground(
    db: &Connection,
    id: DocumentId,
    document: &Document,
    change: &[u8],
) -> Result<Document, DatabaseError> {
    let (mut accepted, mut refused): (Vec<ChangeHash>, BTreeMap<ChangeHash, Vec<u8>>) = Default::default();
    let mut wanted = scan(change).map(|scanned| scanned.deps).unwrap_or_default();
    while let Some(hash) = wanted.pop() {
        if document.has(hash) {
            accepted.push(hash);
        } else if !refused.contains_key(&hash)
            && refused.len() < ANCESTORS_MAX
            && let Some(bytes) = bytes_of(db, id, hash)?
        {
            wanted.extend(scan(&bytes).map(|scanned| scanned.deps).unwrap_or_default());
            refused.insert(hash, bytes);
        }
    }
    let corrupt = |error| DatabaseError::corrupt("documents", error);
    let mut ground = match accepted.as_slice() {
        [] => Document::new(document.kind()).map_err(corrupt)?,
        // Not all of the document: a fork cannot join what it forks from.
        _ => document.at(&Heads::new(accepted)).map_err(corrupt)?,
    };
    // Each turn adds those whose own ground is there. What stands on nothing stays away.
    let mut left = usize::MAX;
    while refused.len() < left {
        left = refused.len();
        refused.retain(|_, bytes| ground.apply(bytes).is_err());
    }
    Ok(ground)
}

fn bytes_of(db: &Connection, id: DocumentId, hash: ChangeHash) -> Result<Option<Vec<u8>>, DatabaseError> {
    let source: Option<i64> = db
        .prepare_cached("SELECT source FROM changes WHERE document = ?1 AND hash = ?2")?
        .query_row((id.as_bytes(), hash.as_bytes()), |row| row.get(0))
        .optional()?;
    source.map(|source| Ok(change_at(db, source.unsigned_abs())?.1)).transpose()
}
