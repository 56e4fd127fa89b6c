//! Documents against their changes, sign-offs against what was shown, feeds against what is in them.

use roundsman_sync_core::document::{Document, DocumentKind, Heads};
use roundsman_sync_core::ids::{ChangeHash, DocumentId, PhotoHash, SignOffId};
use rusqlite::Connection;

use super::{Check, Stage};
use crate::database::DatabaseError;

/// How often progress is told, in documents.
const PROGRESS_DOCUMENTS: u64 = 100;

pub(super) fn check(check: &mut Check<'_>, db: &Connection) -> Result<(), DatabaseError> {
    let mut statement = db.prepare("SELECT id, kind, snapshot, heads FROM documents ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, kind, snapshot, heads): (Vec<u8>, i64, Vec<u8>, Vec<u8>) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        check.checked.documents += 1;
        if check.checked.documents.is_multiple_of(PROGRESS_DOCUMENTS) {
            (check.progress)(Stage::Documents, check.checked.documents);
        }
        if let Err(flaw) = document(db, &id, kind, &snapshot, &heads)? {
            check.problem(format!("document {}: {flaw}", id_shown(&id)));
        }
    }
    (check.progress)(Stage::Documents, check.checked.documents);
    sign_offs(check, db)?;
    feeds(check, db)
}

fn id_shown(id: &[u8]) -> String {
    DocumentId::from_slice(id).map_or_else(|| "with a broken id".to_owned(), |id| id.to_string())
}

fn document(
    db: &Connection,
    id: &[u8],
    kind: i64,
    snapshot: &[u8],
    heads: &[u8],
) -> Result<Result<(), String>, DatabaseError> {
    let Some(kind) = u8::try_from(kind).ok().and_then(DocumentKind::from_number) else {
        return Ok(Err(format!("unknown kind {kind}")));
    };
    let document = match Document::load(kind, snapshot) {
        Ok(document) => document,
        Err(error) => return Ok(Err(format!("its snapshot cannot be loaded: {error}"))),
    };
    if Heads::from_bytes(heads) != Some(document.heads()) {
        return Ok(Err("its heads are not those of its snapshot".to_owned()));
    }
    let mut statement =
        db.prepare_cached("SELECT hash FROM changes WHERE document = ?1 AND verdict = 0 ORDER BY hash")?;
    let mut rows = statement.query([id])?;
    let mut accepted = 0;
    while let Some(row) = rows.next()? {
        accepted += 1;
        let hash: Vec<u8> = row.get(0)?;
        match ChangeHash::from_slice(&hash) {
            Some(hash) if document.has(hash) => {}
            Some(hash) => return Ok(Err(format!("the accepted change {hash} is not in it"))),
            None => return Ok(Err("a change has a broken hash".to_owned())),
        }
    }
    let held = document.changes().len();
    if held == accepted {
        Ok(Ok(()))
    } else {
        Ok(Err(format!("it has {held} changes, {accepted} were accepted")))
    }
}

fn sign_offs(check: &mut Check<'_>, db: &Connection) -> Result<(), DatabaseError> {
    let mut statement = db.prepare("SELECT sign_off, shown, digest FROM sign_offs")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (id, shown, digest): (Vec<u8>, String, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if PhotoHash::of(shown.as_bytes()).as_bytes().as_slice() != digest {
            let id = SignOffId::from_slice(&id).map(|id| id.to_string()).unwrap_or_default();
            check.problem(format!("sign-off {id}: the digest is not that of the text that was shown"));
        }
    }
    Ok(())
}

fn feeds(check: &mut Check<'_>, db: &Connection) -> Result<(), DatabaseError> {
    let mut feeds = db.prepare("SELECT number, key, checksum FROM feeds ORDER BY number")?;
    let mut members = db.prepare(
        "SELECT d.id, d.heads FROM feed_rows f JOIN documents d ON d.number = f.document
         WHERE f.feed = ?1 AND f.gone = 0",
    )?;
    let mut rows = feeds.query([])?;
    while let Some(row) = rows.next()? {
        let (number, key, checksum): (i64, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let mut sum = 0u64;
        let mut inside = members.query([number])?;
        while let Some(row) = inside.next()? {
            let (id, heads): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
            // Broken ones were named above; here they make the sum wrong, which is said as well.
            if let (Some(id), Some(heads)) = (DocumentId::from_slice(&id), Heads::from_bytes(&heads)) {
                sum = sum.wrapping_add(heads.checksum(id));
            }
        }
        if sum != checksum.cast_unsigned() {
            check.problem(format!("feed {key}: its checksum is not the sum over its documents"));
        }
    }
    Ok(())
}
