//! Phones: whose they are, whether they are in use, and what they owe.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DeviceId, PersonId};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::names::PersonName;
use super::reach::OFFICE_SITES;
use super::{CASES_PER_PAGE_MAX, Reach};
use crate::database::DatabaseError;

/// One page of phones, the newest first.
#[derive(Clone, Debug)]
pub struct DevicePage {
    /// The phones.
    pub rows: Vec<DeviceLine>,
    /// The cursor of the next page, if there is one.
    pub next: Option<DeviceId>,
}

/// One phone.
#[derive(Clone, Debug)]
pub struct DeviceLine {
    /// Its enrolment.
    pub id: DeviceId,
    /// What its person calls it.
    pub name: String,
    /// Whose it is.
    pub person: PersonName,
    /// When it was enrolled.
    pub enrolled: Timestamp,
    /// When it was shut out.
    pub revoked: Option<Timestamp>,
    /// Since when nothing is taken from it, because it kept using names of changes that were taken.
    pub frozen: Option<Timestamp>,
    /// Photos and signatures it named whose bytes are not here.
    pub owed: PhotoDebt,
}

/// What a phone has named and not brought yet. Previews are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoDebt {
    /// How many.
    pub photos: u32,
    /// Their bytes together, as the phone says.
    pub bytes: u64,
    /// When the server first heard of the one that is owed longest.
    pub since: Option<Timestamp>,
}

/// The debt of each phone that has one: `device`, `photos`, `bytes`, `since`.
pub(super) const DEBTS: &str = "
    SELECT w.device, count(*) AS photos, sum(w.size) AS bytes, min(w.since) AS since FROM owed w
    WHERE NOT w.preview AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.hash = w.hash)
    GROUP BY w.device";

/// Reads a debt from a row in which `photos`, `bytes` and `since` begin at column `from`.
pub(super) fn debt(row: &rusqlite::Row<'_>, from: usize) -> rusqlite::Result<PhotoDebt> {
    Ok(PhotoDebt {
        photos: row.get::<_, Option<u32>>(from)?.unwrap_or(0),
        bytes: row.get::<_, Option<i64>>(from + 1)?.unwrap_or(0).unsigned_abs(),
        since: row.get::<_, Option<i64>>(from + 2)?.map(Timestamp::from_millis),
    })
}

/// Lists the phones of the people who work where the asker has an office role, beginning below the phone `after`:
/// at most `limit` of them, bounded by [`CASES_PER_PAGE_MAX`].
///
/// # Errors
/// If the database fails.
pub fn devices(
    db: &Connection,
    reach: &Reach,
    after: Option<DeviceId>,
    limit: u16,
) -> Result<DevicePage, DatabaseError> {
    let limit = usize::from(limit.clamp(1, CASES_PER_PAGE_MAX));
    let mut statement = db.prepare_cached(&format!(
        "SELECT d.device, d.name, d.person, p.name, d.enrolled, d.revoked, d.frozen, o.photos, o.bytes, o.since
         FROM devices d LEFT JOIN people p ON p.person = d.person
             LEFT JOIN ({DEBTS}) o ON o.device = d.device
         WHERE d.person IN (SELECT person FROM roles WHERE site IN {OFFICE_SITES})
             AND (:after IS NULL OR d.pos < (SELECT pos FROM devices WHERE device = :after))
         ORDER BY d.pos DESC LIMIT :fetched"
    ))?;
    let rows = statement.query_map(
        named_params! {
            ":me": reach.person().as_bytes(),
            ":after": after.map(|after| *after.as_bytes()),
            // One more than asked for tells whether there is a next page.
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        |row| {
            Ok(DeviceLine {
                id: DeviceId::from_bytes(row.get(0)?),
                name: row.get(1)?,
                person: PersonName::new(PersonId::from_bytes(row.get(2)?), row.get(3)?),
                enrolled: Timestamp::from_millis(row.get(4)?),
                revoked: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
                frozen: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
                owed: debt(row, 7)?,
            })
        },
    )?;
    let mut found: Vec<DeviceLine> = rows.collect::<Result<_, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|line| line.id);
    Ok(DevicePage { rows: found, next })
}

/// Whose phone it is, if there is such a phone. The device that stands for the office is nobody's.
///
/// # Errors
/// If the database fails.
pub fn device_person(db: &Connection, device: DeviceId) -> Result<Option<PersonId>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT d.person FROM devices d JOIN people p ON p.person = d.person WHERE d.device = ?1",
    )?;
    let person = statement.query_row([device.as_bytes()], |row| row.get(0)).optional()?;
    Ok(person.map(PersonId::from_bytes))
}
