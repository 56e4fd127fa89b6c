//! What the hints ask of the tables.

use std::collections::BTreeSet;

use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::model::Role;
use roundsman_sync_core::protocol::messages::{FeedNumber, Pos};
use rusqlite::{Connection, OptionalExtension};

use super::Hints;
use super::streams::News;
use crate::database::DatabaseError;
use crate::{feed, log};

/// What the tables say of a device, in one consistent state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The end of the log.
    pub head: Pos,
    /// The feeds the device has.
    pub feeds: Vec<FeedNumber>,
    /// The last position at which something happened in one of them, or to the device's rights.
    pub newest: Pos,
    /// Whether it was shut out.
    pub is_revoked: bool,
}

/// Reads what concerns a device. One that is not enrolled has no feeds.
///
/// # Errors
/// If the database fails.
pub fn seen(read: &Connection, device: DeviceId) -> Result<Seen, DatabaseError> {
    let head = log::head(read)?;
    let row: Option<(i64, bool)> = read
        .prepare_cached("SELECT changed, revoked IS NOT NULL FROM devices WHERE device = ?1")?
        .query_row([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((changed, is_revoked)) = row else { return Ok(Seen { head, ..Seen::default() }) };
    let roles = feed::roles_of(read, device)?;
    let mut seen = Seen { head, feeds: Vec::new(), newest: changed.unsigned_abs(), is_revoked };
    for granted in feed::grants_of(read, device, &roles)? {
        seen.feeds.push(granted.grant.feed);
        seen.newest = seen.newest.max(granted.newest);
    }
    Ok(seen)
}

/// What happened after the last look: a walk over two indexes, as long as what was touched.
pub(super) fn news(read: &Connection, hints: &Hints) -> Result<News, DatabaseError> {
    let after = hints.looked().cast_signed();
    let mut news = News { head: log::head(read)?, ..News::default() };
    let mut about_staff = false;
    let mut feeds = read.prepare_cached("SELECT number, newest, key FROM feeds WHERE newest > ?1")?;
    let mut rows = feeds.query([after])?;
    while let Some(row) = rows.next()? {
        news.feeds.push((FeedNumber(row.get(0)?), row.get::<_, i64>(1)?.unsigned_abs()));
        about_staff |= feed::is_about_staff(&row.get::<_, String>(2)?);
    }
    let mut changed = devices(read, "SELECT device FROM devices WHERE changed > ?1", [after])?;
    if about_staff {
        // Such a feed comes to be with its first complaint, without anybody's rights changing. It is
        // rare enough that all who may have it look anew.
        for role in Role::ALL.iter().filter(|role| feed::handles_restricted(**role)) {
            let sql = "SELECT device FROM devices WHERE person IN (SELECT person FROM roles WHERE role = ?1)";
            changed.extend(devices(read, sql, [role.as_str()])?);
        }
    }
    for device in changed {
        if hints.is_open(device) {
            news.devices.push((device, seen(read, device)?));
        }
    }
    Ok(news)
}

fn devices(
    read: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<BTreeSet<DeviceId>, DatabaseError> {
    let mut statement = read.prepare_cached(sql)?;
    let rows = statement.query_map(parameters, |row| Ok(DeviceId::from_bytes(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
