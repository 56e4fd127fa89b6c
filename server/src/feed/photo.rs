//! Which photos a device may read.

use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use rusqlite::Connection;

use super::{grants_of, roles_of};
use crate::database::DatabaseError;

/// Every document that names these bytes, one line for each column that can. A document names them if any
/// of its concurrent values does.
const NAMED_BY: &str = "SELECT document FROM photos WHERE hash = ?1
     UNION SELECT document FROM photos WHERE preview = ?1
     UNION SELECT document FROM signatures WHERE strokes = ?1";

/// Whether a document that is now in one of the device's feeds names this photo. A revoked device has no
/// feeds. Whether the bytes are here is for the photo store to say.
///
/// # Errors
/// If the database fails.
pub fn may_see_photo(read: &Connection, device: DeviceId, hash: PhotoHash) -> Result<bool, DatabaseError> {
    let sql = format!("SELECT DISTINCT feed FROM feed_rows WHERE gone = 0 AND document IN ({NAMED_BY})");
    let mut statement = read.prepare_cached(&sql)?;
    let feeds = statement.query_map([hash.as_bytes()], |row| row.get(0))?;
    let feeds: Vec<u32> = feeds.collect::<Result<_, _>>()?;
    if feeds.is_empty() {
        return Ok(false);
    }
    let roles = roles_of(read, device)?;
    let granted = grants_of(read, device, &roles)?;
    Ok(granted.iter().any(|granted| feeds.contains(&granted.grant.feed.0)))
}
