//! Photos: every row has its bytes, and all bytes have their row.

use std::collections::BTreeSet;

use roundsman_sync_core::ids::PhotoHash;
use rusqlite::Connection;

use super::{Check, Stage};
use crate::blobs::BlobStore;
use crate::database::DatabaseError;

/// How often progress is told, in photos.
const PROGRESS_PHOTOS: u64 = 20;

/// The photos that have a file now. Files that are no photos are problems at once.
pub(super) fn listed(check: &mut Check<'_>, blobs: &BlobStore) -> BTreeSet<PhotoHash> {
    let mut found = BTreeSet::new();
    for hash in blobs.hashes() {
        match hash {
            Ok(hash) => {
                found.insert(hash);
            }
            Err(error) => check.problem(error.to_string()),
        }
    }
    found
}

/// Reads every photo that has a row, and tells which of the listed files have none.
pub(super) fn check(
    check: &mut Check<'_>,
    db: &Connection,
    blobs: &BlobStore,
    listed: &BTreeSet<PhotoHash>,
) -> Result<BTreeSet<PhotoHash>, DatabaseError> {
    let mut unknown = listed.clone();
    let mut statement = db.prepare("SELECT hash, size FROM blobs ORDER BY hash")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (hash, size): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
        check.checked.photos += 1;
        if check.checked.photos.is_multiple_of(PROGRESS_PHOTOS) {
            (check.progress)(Stage::Photos, check.checked.photos);
        }
        let Some(hash) = PhotoHash::from_slice(&hash) else {
            check.problem("a photo's row has a broken hash");
            continue;
        };
        unknown.remove(&hash);
        match blobs.check(hash) {
            Ok(facts) if facts.size == size.unsigned_abs() => {}
            Ok(facts) => {
                check.problem(format!("photo {hash}: {} bytes where the log says {size}", facts.size))
            }
            Err(error) => check.problem(format!("photo {hash}: {error}")),
        }
    }
    (check.progress)(Stage::Photos, check.checked.photos);
    Ok(unknown)
}

/// A photo gets its file before its row, so a file without one is looked up again, after the
/// transaction, before it is called a problem.
pub(super) fn without_row(
    check: &mut Check<'_>,
    db: &Connection,
    unknown: &BTreeSet<PhotoHash>,
) -> Result<(), DatabaseError> {
    for hash in unknown {
        let has_row = db.prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1")?.exists([hash.as_bytes()])?;
        if !has_row {
            check.problem(format!("photo {hash}: a file that the log does not know"));
        }
    }
    Ok(())
}
