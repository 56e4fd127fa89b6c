//! Names of people.

use roundsman_sync_core::ids::PersonId;
use rusqlite::{Connection, OptionalExtension};

use crate::database::DatabaseError;

/// A person with the name that colleagues know them by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName {
    /// Who.
    pub id: PersonId,
    /// Their name; the beginning of the id for somebody whom nobody has introduced.
    pub name: String,
}

impl PersonName {
    pub(super) fn new(id: PersonId, name: Option<String>) -> Self {
        let name = name.unwrap_or_else(|| id.to_string().chars().take(8).collect());
        Self { id, name }
    }
}

/// The name of a person.
///
/// # Errors
/// If the database fails.
pub fn person(db: &Connection, id: PersonId) -> Result<PersonName, DatabaseError> {
    let name = db
        .prepare_cached("SELECT name FROM people WHERE person = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(PersonName::new(id, name))
}
