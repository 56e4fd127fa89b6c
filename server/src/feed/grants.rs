//! Which feeds a device has: by the rights of its person.

use std::collections::BTreeMap;

use roundsman_sync_core::ids::{DeviceId, PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};
use roundsman_sync_core::protocol::messages::{FeedGrant, FeedNumber, Pos, RoleGrant};
use rusqlite::{Connection, OptionalExtension};

use super::key::{self, FeedKey};
use crate::database::DatabaseError;

/// A feed in force for a device, with what tells at once whether anything in it is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The feed, and since when the device has it.
    pub grant: FeedGrant,
    /// The position of what last happened in it.
    pub newest: Pos,
    /// What its documents add to the checksum.
    pub checksum: u64,
}

/// The rights of a device's person, each with the position at which it was given. None, if it is revoked.
///
/// # Errors
/// If the database fails.
pub fn roles_of(read: &Connection, device: DeviceId) -> Result<Vec<(Pos, RoleGrant)>, DatabaseError> {
    let mut statement = read.prepare_cached(
        "SELECT r.pos, r.site, r.role, r.department FROM roles r JOIN devices d ON d.person = r.person
         WHERE d.device = ?1 AND d.revoked IS NULL ORDER BY r.site, r.role",
    )?;
    let rows = statement.query_map([device.as_bytes()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    rows.map(|row| {
        let (pos, site, role, department): (_, _, _, Option<String>) = row?;
        let role = Role::from_text(&role).ok_or_else(|| DatabaseError::corrupt("roles", role))?;
        let department = department.as_deref().and_then(Department::from_text);
        Ok((pos.unsigned_abs(), RoleGrant { site: SiteId::from_bytes(site), role, department }))
    })
    .collect()
}

/// The feeds of a device with these roles, those to be sent first standing first.
///
/// # Errors
/// If the database fails.
pub fn grants_of(
    read: &Connection,
    device: DeviceId,
    roles: &[(Pos, RoleGrant)],
) -> Result<Vec<Granted>, DatabaseError> {
    let found: Option<([u8; 16], i64)> = read
        .prepare_cached("SELECT person, pos FROM devices WHERE device = ?1")?
        .query_row([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((person, enrolled)) = found else { return Ok(Vec::new()) };
    let mut grants = grants_of_person(read, PersonId::from_bytes(person), roles)?;
    for one in &mut grants {
        one.grant.since = one.grant.since.max(enrolled.unsigned_abs());
    }
    Ok(grants)
}

/// The feeds of a person with these roles, those to be sent first standing first.
///
/// # Errors
/// If the database fails.
pub fn grants_of_person(
    read: &Connection,
    person: PersonId,
    roles: &[(Pos, RoleGrant)],
) -> Result<Vec<Granted>, DatabaseError> {
    // Two roles may bring the same feed; it is there since the earlier of them.
    let mut since: BTreeMap<FeedKey, Pos> = BTreeMap::new();
    for (pos, role) in roles {
        for key in key::of_role(person, role.site, role.role, role.department) {
            let entry = since.entry(key).or_insert(*pos);
            *entry = (*entry).min(*pos);
        }
    }
    let mut grants: Vec<Granted> = Vec::new();
    // The order of keys is that of sending: what is one's own first, then what is urgent, then the rest.
    for (key, pos) in since {
        let found: Option<Row> = read
            .prepare_cached("SELECT number, newest, checksum FROM feeds WHERE key = ?1")?
            .query_row([key.to_string()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        grants.extend(found.map(|row| granted(row, pos)));
    }
    for (pos, role) in roles.iter().filter(|(_, role)| key::handles_restricted(role.role)) {
        for row in about_others(read, person, role.site)? {
            match grants.iter_mut().find(|one| one.grant.feed.0 == row.0) {
                Some(known) => known.grant.since = known.grant.since.min(*pos),
                None => grants.push(granted(row, *pos)),
            }
        }
    }
    Ok(grants)
}

type Row = (u32, i64, i64);

fn granted((number, newest, checksum): Row, since: Pos) -> Granted {
    Granted {
        grant: FeedGrant { feed: FeedNumber(number), since },
        newest: newest.unsigned_abs(),
        checksum: checksum.cast_unsigned(),
    }
}

/// The feeds of complaints about members of staff of an estate that are not about this person. A feed
/// without any document is left out: else every complaint there ever was would cost every reply some bytes.
fn about_others(read: &Connection, person: PersonId, site: SiteId) -> Result<Vec<Row>, DatabaseError> {
    let mut statement = read.prepare_cached(
        "SELECT number, newest, checksum FROM feeds
         WHERE key > ?1 AND key < ?2 AND members > 0 AND instr(key, ?3) = 0 ORDER BY number",
    )?;
    let mut found = Vec::new();
    for kind in ["about", "about-contacts"] {
        // The character after the slash: every key that begins so lies in between.
        let (from, to) = (format!("{kind}/{site}/"), format!("{kind}/{site}0"));
        let rows = statement
            .query_map((from, to, person.to_string()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}
