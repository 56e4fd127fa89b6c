//! Keeping feeds up to date, inside the transaction that changes a document.
//!
//! **Invariant.** Within a feed no two rows have the same `newest`, because a log position changes one
//! document, and its contact document is in other feeds. So a walk can stop after any row.

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::Heads;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension};

use super::{Audience, FeedKey};
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
        touch(db, feed, pos, after.wrapping_sub(before), 0)?;
    }
    Ok(())
}

/// Puts a document into exactly these feeds, at `pos`, except those that time has ended by `at`.
///
/// # Errors
/// If the database fails.
pub fn set_feeds(
    db: &Connection,
    document: i64,
    pos: Pos,
    at: Timestamp,
    audience: &Audience,
) -> Result<(), DatabaseError> {
    let mut wanted: BTreeMap<i64, Option<i64>> = BTreeMap::new();
    for (key, until) in audience.iter().filter(|(_, until)| until.is_none_or(|until| until > at)) {
        wanted.insert(number_of(db, key)?, until.map(Timestamp::millis));
    }
    let now: BTreeMap<i64, Option<i64>> = db
        .prepare_cached("SELECT feed, until FROM feed_rows WHERE document = ?1 AND gone = 0")?
        .query_map([document], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if wanted == now {
        return Ok(());
    }
    let checksum = checksum_of(db, document)?;
    for (&feed, &until) in &wanted {
        match now.get(&feed) {
            Some(known) if *known == until => {}
            // A later or earlier end is nothing that a phone has to hear of.
            Some(_) => {
                db.prepare_cached("UPDATE feed_rows SET until = ?3 WHERE feed = ?1 AND document = ?2")?
                    .execute((feed, document, until))?;
            }
            None => {
                db.prepare_cached(
                    "INSERT INTO feed_rows (feed, document, entered, newest, gone, until)
                     VALUES (?1, ?2, ?3, ?3, 0, ?4)
                     ON CONFLICT DO UPDATE SET entered = excluded.entered, newest = excluded.newest, gone = 0,
                         until = excluded.until",
                )?
                .execute((feed, document, pos.cast_signed(), until))?;
                touch(db, feed, pos, checksum, 1)?;
            }
        }
    }
    for &feed in now.keys().filter(|feed| !wanted.contains_key(feed)) {
        db.prepare_cached(
            "UPDATE feed_rows SET newest = ?3, gone = 1, until = NULL WHERE feed = ?1 AND document = ?2",
        )?
        .execute((feed, document, pos.cast_signed()))?;
        touch(db, feed, pos, 0u64.wrapping_sub(checksum), -1)?;
    }
    Ok(())
}

/// Documents that time has taken out of a feed by `now`, and that are still in it: at most `limit`.
///
/// # Errors
/// If the database fails.
pub fn overdue(db: &Connection, now: Timestamp, limit: u32) -> Result<Vec<DocumentId>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT DISTINCT d.id FROM feed_rows r JOIN documents d ON d.number = r.document
         WHERE r.until IS NOT NULL AND r.gone = 0 AND r.until <= ?1 LIMIT ?2",
    )?;
    let found = statement.query_map((now.millis(), limit), |row| Ok(DocumentId::from_bytes(row.get(0)?)))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Something happened in a feed at `pos`.
fn touch(db: &Connection, feed: i64, pos: Pos, difference: u64, joined: i64) -> Result<(), DatabaseError> {
    let now: i64 = db
        .prepare_cached("SELECT checksum FROM feeds WHERE number = ?1")?
        .query_row([feed], |row| row.get(0))?;
    let then = now.cast_unsigned().wrapping_add(difference);
    db.prepare_cached(
        "UPDATE feeds SET checksum = ?2, newest = ?3, members = members + ?4 WHERE number = ?1",
    )?
    .execute((feed, then.cast_signed(), pos.cast_signed(), joined))?;
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
