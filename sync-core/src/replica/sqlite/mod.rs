//! The store of a real device: one SQLite file.

mod read;
mod write;

use std::path::Path;

use rusqlite::{Connection, ErrorCode as SqliteCode};

use super::store::StoreError;

mod embedded {
    refinery::embed_migrations!("src/replica/sqlite/migrations");
}

/// How long to wait for another process that is just closing the file.
const BUSY_MS: u64 = 500;
/// More statements than this module has.
const STATEMENTS: usize = 64;

/// See the module. One process at a time: a second one is told so when it opens the file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    /// A document was deleted, and its bytes may still stand in the write-ahead log.
    wal_holds_deleted: bool,
}

impl SqliteStore {
    /// Opens the file, making it if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Failed`] if another process has it open or SQLite cannot use it;
    /// [`StoreError::Newer`] if a newer program wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::from_connection(Connection::open(path).map_err(failed)?)
    }

    /// Takes over an open connection, whatever file system it stands on.
    ///
    /// # Errors
    /// See [`SqliteStore::open`].
    pub fn from_connection(mut connection: Connection) -> Result<Self, StoreError> {
        connection.busy_timeout(std::time::Duration::from_millis(BUSY_MS)).map_err(failed)?;
        // The replica keeps in memory what it has read; a second writer would make that untrue. It must be
        // set before the first access: then the index of the log lives in memory and no file is shared.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
        // A commit is one append and one fsync.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        // With NORMAL, a power cut can take commits that were already promised to somebody. In WAL mode EXTRA
        // costs the same as FULL; it also covers the rollback journal that SQLite silently falls back to if
        // the change to WAL meets an error.
        connection.pragma_update(None, "synchronous", "EXTRA").map_err(failed)?;
        // What has left the device's feeds must not be readable in free pages.
        connection.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Fails here, not at the first edit, if somebody else has the file.
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT").map_err(failed)?;
        refuse_newer(&connection)?;
        // In one transaction: statements and the note that they were carried out, or neither.
        embedded::migrations::runner().set_grouped(true).run(&mut connection).map_err(|error| {
            StoreError::Failed(format!("the file could not be brought up to date: {error}"))
        })?;
        Ok(Self { connection, wal_holds_deleted: false })
    }
}

/// Refuses a file whose schema this program does not know, before anything is written to it.
fn refuse_newer(connection: &Connection) -> Result<(), StoreError> {
    let known =
        embedded::migrations::runner().get_migrations().iter().map(refinery::Migration::version).max();
    let known = u32::try_from(known.unwrap_or(0)).unwrap_or(u32::MAX);
    let exists: bool = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'refinery_schema_history')",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if !exists {
        return Ok(());
    }
    let found: Option<u32> = connection
        .query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0))
        .map_err(failed)?;
    match found {
        Some(found) if found > known => Err(StoreError::Newer { found, known }),
        Some(_) | None => Ok(()),
    }
}

/// What SQLite said, in the words of a store.
fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked) => {
            StoreError::Failed("another process has the file open".to_owned())
        }
        Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase) => {
            StoreError::corrupt("the database file", error)
        }
        Some(_) | None => StoreError::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
