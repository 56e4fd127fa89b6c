//! The log: everything that was accepted, refused or decided, in one order without gaps.
//!
//! **Invariant.** Entries are only ever added. Every table of `projection` follows from them alone, and
//! no entry is judged again when it is read: verdicts are part of what is written.

mod entry;

pub use entry::{ChangeName, LogEntry, LoggedEnvelope, LoggedVerdict};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::Connection;

use crate::database::DatabaseError;

/// The position of the last entry; 0 if there is none.
///
/// # Errors
/// If the database fails.
pub fn head(db: &Connection) -> Result<Pos, DatabaseError> {
    let head: i64 =
        db.prepare_cached("SELECT coalesce(max(pos), 0) FROM log")?.query_row([], |row| row.get(0))?;
    Ok(head.unsigned_abs())
}

/// Adds an entry and tells its position. The caller holds the one write transaction.
///
/// # Errors
/// If the database fails.
pub fn append(db: &Connection, at: Timestamp, entry: &LogEntry) -> Result<Pos, DatabaseError> {
    let body = minicbor::to_vec(entry).map_err(|error| DatabaseError::corrupt("log", error))?;
    // Without a position of its own a row gets the one after the last.
    let pos = db.prepare_cached("INSERT INTO log (at, body) VALUES (?1, ?2)")?.insert((at.millis(), body))?;
    Ok(pos.unsigned_abs())
}

/// The entry at a position, with the time of its receipt.
///
/// # Errors
/// If there is none, or the database fails.
pub fn read(db: &Connection, pos: Pos) -> Result<(Timestamp, LogEntry), DatabaseError> {
    let (at, body): (i64, Vec<u8>) = db
        .prepare_cached("SELECT at, body FROM log WHERE pos = ?1")?
        .query_row([pos.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok((Timestamp::from_millis(at), decode(&body)?))
}

/// Walks the log from its beginning.
///
/// # Errors
/// If an entry cannot be read, the database fails, or `visit` does.
pub fn walk(
    db: &Connection,
    mut visit: impl FnMut(Pos, Timestamp, LogEntry) -> Result<(), DatabaseError>,
) -> Result<(), DatabaseError> {
    let mut statement = db.prepare("SELECT pos, at, body FROM log ORDER BY pos")?;
    let mut rows = statement.query([])?;
    let mut expected: Pos = 1;
    while let Some(row) = rows.next()? {
        let pos = row.get::<_, i64>(0)?.unsigned_abs();
        if pos != expected {
            return Err(DatabaseError::corrupt("log", format!("position {expected} is missing")));
        }
        expected += 1;
        let body = row.get_ref(2)?.as_blob().map_err(|error| DatabaseError::corrupt("log", error))?;
        visit(pos, Timestamp::from_millis(row.get(1)?), decode(body)?)?;
    }
    Ok(())
}

fn decode(body: &[u8]) -> Result<LogEntry, DatabaseError> {
    minicbor::decode(body).map_err(|error| DatabaseError::corrupt("log", error))
}
