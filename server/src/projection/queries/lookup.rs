//! Finding things by what people call them.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DeviceId, DocumentId, PersonId, SiteId};
use rusqlite::{Connection, OptionalExtension};

use super::devices::{DEBTS, PhotoDebt, debt};
use crate::database::DatabaseError;

/// A phone and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// Its id.
    pub device: DeviceId,
    /// What its person calls it.
    pub name: String,
    /// Whose it is.
    pub person: PersonId,
    /// Their name.
    pub person_name: String,
    /// Since when, by the server's clock.
    pub enrolled: Timestamp,
    /// When it was shut out, if it was.
    pub revoked: Option<Timestamp>,
    /// Since when nothing is taken from it, because it kept using names of changes that were taken.
    pub frozen: Option<Timestamp>,
    /// Photos it has named and not brought yet.
    pub owed: PhotoDebt,
}

/// Every estate, by name.
///
/// # Errors
/// If the database fails.
pub fn sites(db: &Connection) -> Result<Vec<(SiteId, String)>, DatabaseError> {
    let mut statement = db.prepare_cached("SELECT site, name FROM sites ORDER BY name, site")?;
    let sites = statement.query_map([], |row| Ok((SiteId::from_bytes(row.get(0)?), row.get(1)?)))?;
    Ok(sites.collect::<Result<_, _>>()?)
}

/// The people of this name.
///
/// # Errors
/// If the database fails.
pub fn people_named(db: &Connection, name: &str) -> Result<Vec<PersonId>, DatabaseError> {
    let mut statement = db.prepare_cached("SELECT person FROM people WHERE name = ?1 ORDER BY person")?;
    let people = statement.query_map([name], |row| Ok(PersonId::from_bytes(row.get(0)?)))?;
    Ok(people.collect::<Result<_, _>>()?)
}

/// A person's name, if there is such a person.
///
/// # Errors
/// If the database fails.
pub fn person_name(db: &Connection, person: PersonId) -> Result<Option<String>, DatabaseError> {
    let mut statement = db.prepare_cached("SELECT name FROM people WHERE person = ?1")?;
    Ok(statement.query_row([person.as_bytes()], |row| row.get(0)).optional()?)
}

/// Every phone that was ever enrolled, the oldest first. The device that stands for the office is none.
///
/// # Errors
/// If the database fails.
pub fn devices(db: &Connection) -> Result<Vec<DeviceRow>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT d.device, d.name, d.person, p.name, d.enrolled, d.revoked, d.frozen, o.photos, o.bytes, o.since
         FROM devices d JOIN people p ON p.person = d.person
             LEFT JOIN ({DEBTS}) o ON o.device = d.device ORDER BY d.pos"
    ))?;
    let devices = statement.query_map([], |row| {
        Ok(DeviceRow {
            device: DeviceId::from_bytes(row.get(0)?),
            name: row.get(1)?,
            person: PersonId::from_bytes(row.get(2)?),
            person_name: row.get(3)?,
            enrolled: Timestamp::from_millis(row.get(4)?),
            revoked: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_millis),
            frozen: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_millis),
            owed: debt(row, 7)?,
        })
    })?;
    Ok(devices.collect::<Result<_, _>>()?)
}

/// The case of this number, such as `R000012`.
///
/// # Errors
/// If the database fails.
pub fn case_numbered(db: &Connection, number: &str) -> Result<Option<DocumentId>, DatabaseError> {
    let mut statement = db.prepare_cached("SELECT id FROM cases WHERE number = ?1")?;
    Ok(statement.query_row([number], |row| Ok(DocumentId::from_bytes(row.get(0)?))).optional()?)
}
