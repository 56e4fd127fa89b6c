//! The store of a real device: one SQLite file.

mod read;
mod write;

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, ErrorCode as SqliteCode, OptionalExtension as _};
use zeroize::Zeroizing;

use super::store::StoreError;

mod embedded {
    refinery::embed_migrations!("src/replica/sqlite/migrations");
}

/// A key of ChaCha20.
const KEY_BYTES: usize = 32;
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

    /// Opens an encrypted file with its key, making it if it is not there. Needs an SQLite that encrypts: SQLite3
    /// Multiple Ciphers. Never writes a plain file in place of an encrypted one.
    ///
    /// # Errors
    /// [`StoreError::KeyWrong`] if it is not the key of the file; [`StoreError::Failed`] if this SQLite does not
    /// encrypt; else as [`SqliteStore::open`].
    pub fn open_encrypted(path: impl AsRef<Path>, key: &[u8; KEY_BYTES]) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(failed)?;
        // Plain SQLite knows no such pragma and answers nothing.
        let cipher: Option<String> =
            connection.query_row("PRAGMA cipher", [], |row| row.get(0)).optional().map_err(failed)?;
        if cipher.is_none() {
            let why =
                "this build of the library cannot encrypt; link the one with encryption, or hand in no key";
            return Err(StoreError::Failed(why.to_owned()));
        }
        // ChaCha20-Poly1305: a page that was changed is noticed, which AES-CBC alone would not.
        connection.pragma_update(None, "cipher", "chacha20").map_err(failed)?;
        let mut spelled = Zeroizing::new(String::from("raw:"));
        for byte in key {
            // Writing to a string cannot fail.
            let _ = write!(spelled, "{byte:02x}");
        }
        connection.pragma_update(None, "key", spelled.as_str()).map_err(failed)?;
        // What SQLite sorts outside memory would be written in the clear.
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
        match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
            Ok(()) => Self::from_connection(connection),
            Err(error) if error.sqlite_error_code() == Some(SqliteCode::NotADatabase) => {
                Err(StoreError::KeyWrong(
                    "the file cannot be read with this key: hand in the one it was made with",
                ))
            }
            Err(error) => Err(failed(error)),
        }
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
            StoreError::Failed("another process has the file open: close it there first".to_owned())
        }
        Some(SqliteCode::NotADatabase) => {
            StoreError::corrupt("the file", "it is no database, or it is encrypted and no key was handed in")
        }
        Some(SqliteCode::DatabaseCorrupt) => StoreError::corrupt("the database file", error),
        Some(SqliteCode::DiskFull) => StoreError::Failed(
            "the disk is full: nothing of this was written; make room and do it again".to_owned(),
        ),
        Some(SqliteCode::SystemIoFailure) => {
            let why = "the disk did not read or write what was asked: it must be writable, and sound";
            StoreError::Failed(format!("{why} ({error})"))
        }
        Some(SqliteCode::ReadOnly | SqliteCode::CannotOpen | SqliteCode::PermissionDenied) => {
            let why = "the file and its folder must exist and be writable, for this program alone";
            StoreError::Failed(format!("{why} ({error})"))
        }
        Some(_) | None => StoreError::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
