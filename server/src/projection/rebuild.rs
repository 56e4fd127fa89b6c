//! Making the tables anew from the log, and proving that they are what the log makes.

use rusqlite::Connection;

use super::difference::{self, Difference};
use super::{DERIVED_TABLES, DocumentCache, Projection};
use crate::database::{self, DatabaseError};
use crate::log;

/// Documents are written to their rows after so many entries, which bounds memory.
const FLUSH_ENTRIES: u64 = 10_000;

/// Empties every derived table and makes it anew. The caller holds the write transaction. Tells how
/// many entries were read.
///
/// # Errors
/// If the log cannot be read or the database fails; the caller's transaction then undoes everything.
pub fn rebuild(db: &Connection, progress: &mut dyn FnMut(u64)) -> Result<u64, DatabaseError> {
    for table in DERIVED_TABLES {
        db.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let mut documents = DocumentCache::default();
    let (mut entries, mut flushed) = (0, 0);
    log::walk(db, |pos, at, entry| {
        let mut projection = Projection { db, documents: &mut documents };
        // Between two groups only: a group that is cut here would have other rows than when it came.
        if entries >= flushed + FLUSH_ENTRIES && projection.ends_group(&entry) {
            flushed = entries;
            projection.write_rows()?;
            projection.documents.flush(db)?;
            progress(entries);
        }
        entries += 1;
        projection.apply(pos, at, &entry)
    })?;
    Projection { db, documents: &mut documents }.write_rows()?;
    documents.flush(db)?;
    Ok(entries)
}

/// Compares every derived table with what the log makes of it, in a scratch database in memory.
///
/// # Errors
/// If the log cannot be read or a database fails.
pub fn compare(db: &Connection) -> Result<Vec<Difference>, DatabaseError> {
    let scratch = database::prepare_writer(Connection::open_in_memory()?)?;
    let mut documents = DocumentCache::default();
    log::walk(db, |pos, at, entry| {
        // A settled change is read again from the log, so the scratch database needs the log too.
        let written = log::append(&scratch, at, &entry)?;
        debug_assert_eq!(written, pos);
        Projection { db: &scratch, documents: &mut documents }.apply(pos, at, &entry)
    })?;
    Projection { db: &scratch, documents: &mut documents }.write_rows()?;
    documents.flush(&scratch)?;
    let mut differences = Vec::new();
    for table in DERIVED_TABLES {
        differences.extend(difference::between(db, &scratch, table)?);
    }
    Ok(differences)
}
