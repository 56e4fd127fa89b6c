//! Keeping feeds up to date, inside the transaction that changes a document.
//!
//! **Invariant.** Within a feed no two rows have the same `newest`, because a log position changes one
//! document, and its contact document is in other feeds. So a walk can stop after any row.

use roundsman_sync_core::document::Heads;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension};

use super::FeedKey;
use crate::database::DatabaseError;

/// The number of a feed, given to it when it is first spoken of.
///
/// # Errors
/// If the database fails.
pub fn number_of(db: &Connection, key: &FeedKey) -> Result<i64, DatabaseError> {
    let key = key.to_string();
    let known = db
        .prepare_cached("SELECT number FROM feeds WHERE key = ?1")?
        .query_row([&key], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(number);
    }
    Ok(db
        .prepare_cached(
            "INSERT INTO feeds (number, key, checksum)
             VALUES ((SELECT coalesce(max(number), 0) + 1 FROM feeds), ?1, 0) RETURNING number",
        )?
        .query_row([&key], |row| row.get(0))?)
}

/// A change was added to a document at `pos`: it is now the newest of every feed it is in, and counts
/// with other heads. `before` is `None` for the first change of a document, which is in no feed yet.
///
/// # Errors
/// If the database fails.
pub fn changed(
    db: &Connection,
    document: i64,
    pos: Pos,
    before: Option<u64>,
    after: u64,
) -> Result<(), DatabaseError> {
    let Some(before) = before else { return Ok(()) };
    let feeds: Vec<i64> = db
        .prepare_cached("SELECT feed FROM feed_rows WHERE document = ?1 AND gone = 0")?
        .query_map([document], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for feed in feeds {
        db.prepare_cached("UPDATE feed_rows SET newest = ?3 WHERE feed = ?1 AND document = ?2")?
            .execute((feed, document, pos.cast_signed()))?;
        add_checksum(db, feed, after.wrapping_sub(before))?;
    }
    Ok(())
}

/// Puts a document into exactly these feeds, at `pos`.
///
/// # Errors
/// If the database fails.
pub fn set_feeds(db: &Connection, document: i64, pos: Pos, keys: &[FeedKey]) -> Result<(), DatabaseError> {
    let mut wanted = keys.iter().map(|key| number_of(db, key)).collect::<Result<Vec<_>, _>>()?;
    wanted.sort_unstable();
    wanted.dedup();
    let now: Vec<i64> = db
        .prepare_cached("SELECT feed FROM feed_rows WHERE document = ?1 AND gone = 0 ORDER BY feed")?
        .query_map([document], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if wanted == now {
        return Ok(());
    }
    let checksum = checksum_of(db, document)?;
    for &feed in wanted.iter().filter(|feed| !now.contains(feed)) {
        db.prepare_cached(
            "INSERT INTO feed_rows (feed, document, entered, newest, gone) VALUES (?1, ?2, ?3, ?3, 0)
             ON CONFLICT DO UPDATE SET entered = excluded.entered, newest = excluded.newest, gone = 0",
        )?
        .execute((feed, document, pos.cast_signed()))?;
        add_checksum(db, feed, checksum)?;
    }
    for &feed in now.iter().filter(|feed| !wanted.contains(feed)) {
        db.prepare_cached("UPDATE feed_rows SET newest = ?3, gone = 1 WHERE feed = ?1 AND document = ?2")?
            .execute((feed, document, pos.cast_signed()))?;
        add_checksum(db, feed, 0u64.wrapping_sub(checksum))?;
    }
    Ok(())
}

fn add_checksum(db: &Connection, feed: i64, difference: u64) -> Result<(), DatabaseError> {
    let now: i64 = db
        .prepare_cached("SELECT checksum FROM feeds WHERE number = ?1")?
        .query_row([feed], |row| row.get(0))?;
    let then = now.cast_unsigned().wrapping_add(difference);
    db.prepare_cached("UPDATE feeds SET checksum = ?2 WHERE number = ?1")?
        .execute((feed, then.cast_signed()))?;
    Ok(())
}

/// What a document adds to the checksum of a feed. Heads in the row are always right.
fn checksum_of(db: &Connection, document: i64) -> Result<u64, DatabaseError> {
    let (id, heads): ([u8; 16], Vec<u8>) = db
        .prepare_cached("SELECT id, heads FROM documents WHERE number = ?1")?
        .query_row([document], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let heads = Heads::from_bytes(&heads).ok_or_else(|| DatabaseError::corrupt("documents", document))?;
    Ok(heads.checksum(DocumentId::from_bytes(id)))
}
