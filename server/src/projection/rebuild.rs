//! Making the tables anew from the log, and proving that they are what the log makes.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use super::{DERIVED_TABLES, DocumentCache, Projection};
use crate::database::{self, DatabaseError};
use crate::log;

/// Documents are written to their rows after so many entries, which bounds memory.
const FLUSH_ENTRIES: u64 = 10_000;

/// A table whose rows are not those that the log makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which table.
    pub table: &'static str,
    /// Rows now, and rows as the log makes them.
    pub rows: (u64, u64),
}

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
    let mut entries = 0;
    log::walk(db, |pos, at, entry| {
        Projection { db, documents: &mut documents }.apply(pos, at, &entry)?;
        entries += 1;
        if entries % FLUSH_ENTRIES == 0 {
            documents.flush(db)?;
            progress(entries);
        }
        Ok(())
    })?;
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
    documents.flush(&scratch)?;
    let mut differences = Vec::new();
    for table in DERIVED_TABLES {
        let (now, made) = (fingerprint(db, table)?, fingerprint(&scratch, table)?);
        if now != made {
            differences.push(Difference { table, rows: (now.0, made.0) });
        }
    }
    Ok(differences)
}

/// The number of rows of a table and a digest over all of them, in the order of their columns.
fn fingerprint(db: &Connection, table: &'static str) -> Result<(u64, [u8; 32]), DatabaseError> {
    let columns: Vec<String> = db
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let list = columns.join(", ");
    let key = if table == "case_text" { "rowid" } else { list.as_str() };
    let mut statement = db.prepare(&format!("SELECT {list} FROM {table} ORDER BY {key}"))?;
    let mut rows = statement.query([])?;
    let (mut count, mut digest) = (0, Sha256::new());
    while let Some(row) = rows.next()? {
        count += 1;
        for column in 0..columns.len() {
            match row.get_ref(column)? {
                ValueRef::Null => digest.update([0]),
                ValueRef::Integer(number) => digest.update([&[1][..], &number.to_be_bytes()].concat()),
                ValueRef::Real(number) => digest.update([&[2][..], &number.to_be_bytes()].concat()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    digest.update([&[3][..], &(bytes.len() as u64).to_be_bytes(), bytes].concat());
                }
            }
        }
    }
    Ok((count, digest.finalize().into()))
}
