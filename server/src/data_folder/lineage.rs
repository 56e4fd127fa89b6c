//! Up to where the log is in a backup, and which logs it continues.

use roundsman_sync_core::ids::LogId;
use roundsman_sync_core::protocol::messages::{LogParent, Pos};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{DataFolder, Identity};
use crate::database::{self, DatabaseError};
use crate::log;

/// Up to where the log is in a backup that is on disk; 0 if there is none.
///
/// # Errors
/// If the database fails.
pub fn backed_up(db: &Connection) -> Result<Pos, DatabaseError> {
    let known: Option<Vec<u8>> = db
        .prepare_cached("SELECT value FROM meta WHERE key = 'backed_up'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(bytes) = known else { return Ok(0) };
    minicbor::decode(&bytes).map_err(|error| DatabaseError::corrupt("meta", error))
}

impl DataFolder {
    /// Notes that a backup up to here is on disk. An older backup that is finished later takes nothing back.
    ///
    /// # Errors
    /// If the database fails.
    pub fn note_backed_up(&self, pos: Pos) -> Result<(), DatabaseError> {
        let mut db = database::open_writer(&database::path_in(&self.path))?;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if backed_up(&transaction)? < pos {
            put(&transaction, "backed_up", &pos)?;
        }
        Ok(transaction.commit()?)
    }

    /// Gives a restored log an id of its own. It continues the one it was restored from, up to its present
    /// end, which is in a backup. Nobody is signed in any more.
    ///
    /// # Errors
    /// If the database fails.
    pub fn begin_log(&self, log: LogId) -> Result<LogParent, DatabaseError> {
        let mut db = database::open_writer(&database::path_in(&self.path))?;
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Identity { log: before, mut parents, .. } = Identity::load(&transaction)?;
        let parent = LogParent { log: before, pos: log::head(&transaction)? };
        parents.push(parent);
        put(&transaction, "log_parents", &parents)?;
        put(&transaction, "backed_up", &parent.pos)?;
        transaction.execute("UPDATE meta SET value = ?1 WHERE key = 'log'", [log.as_bytes()])?;
        transaction.execute("DELETE FROM sessions", [])?;
        transaction.commit()?;
        // Into the one file, so that whoever moves the folder need not think of the log beside it.
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(parent)
    }
}

fn put(db: &Connection, key: &str, value: &impl minicbor::Encode<()>) -> Result<(), DatabaseError> {
    let value = minicbor::to_vec(value).map_err(|error| DatabaseError::corrupt("meta", error))?;
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        (key, value),
    )?;
    Ok(())
}
