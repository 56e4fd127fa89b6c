//! Who did what in the office. Truth of its own: it is not made from the log, and nothing is made from it.
//!
//! A line holds ids, numbers and logins, never what was written, so it may be read by people who see no case.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::PersonId;
use rusqlite::{Connection, named_params};
use uuid::Uuid;

use crate::database::DatabaseError;

/// The action of whoever tried to sign in, or to replace a password, with a wrong one. Nobody is known to have asked
/// for a sign-in; its subject is the login, if there is such an account.
pub const WRONG_PASSWORD: &str = "wrong password";

/// Who asked, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The person, if one is known. The terminal is nobody's.
    pub person: Option<PersonId>,
    /// The API key, if it was one.
    pub key: Option<Uuid>,
    /// The address, as far as the server knows.
    pub address: Option<String>,
    /// `X-Request-Id`; empty at the terminal.
    pub request: String,
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number: the later of two lines has the higher one.
    pub id: i64,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who and from where.
    pub origin: Origin,
    /// What was done: a word, or a method with a path.
    pub action: String,
    /// What it was done to.
    pub subject: String,
}

/// Adds a line, in the transaction of what was done.
///
/// # Errors
/// If the database fails.
pub fn record(
    db: &Connection,
    origin: &Origin,
    now: Timestamp,
    action: &str,
    subject: &str,
) -> Result<(), DatabaseError> {
    db.prepare_cached(
        "INSERT INTO audit (at, person, key, address, request, action, subject)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        now.millis(),
        origin.person.map(|person| *person.as_bytes()),
        origin.key.map(Uuid::into_bytes),
        &origin.address,
        &origin.request,
        action,
        subject,
    ))?;
    Ok(())
}

/// Adds a line of what was done at the terminal, where nobody is known.
///
/// # Errors
/// If the database fails.
pub fn at_terminal(
    db: &Connection,
    now: Timestamp,
    action: &str,
    subject: &str,
) -> Result<(), DatabaseError> {
    record(db, &Origin::default(), now, action, subject)
}

/// Lines, the newest first, beginning below the number `after`: of everybody, or of whoever works at an estate
/// that `admin` administers, and of nobody. A wrong password for somebody's login is theirs in this.
///
/// # Errors
/// If the database fails.
pub fn lines(
    db: &Connection,
    admin: Option<PersonId>,
    after: Option<i64>,
    limit: u16,
) -> Result<Vec<Line>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT id, at, person, key, address, request, action, subject FROM (
             SELECT audit.*, coalesce(audit.person, accounts.person) AS whose FROM audit
             LEFT JOIN accounts ON audit.action = :wrong AND accounts.login = audit.subject)
         WHERE id < coalesce(:after, 9223372036854775807)
             AND (:admin IS NULL OR whose IS NULL OR whose = :admin OR whose IN (
                 SELECT theirs.person FROM roles mine JOIN roles theirs USING (site)
                 WHERE mine.person = :admin AND mine.role = 'admin'))
         ORDER BY id DESC LIMIT :limit",
    )?;
    let rows = statement.query_map(
        named_params! {
            ":after": after,
            ":admin": admin.map(|person| *person.as_bytes()),
            ":limit": limit,
            ":wrong": WRONG_PASSWORD,
        },
        |row| {
            let (person, key): (Option<[u8; 16]>, Option<[u8; 16]>) = (row.get(2)?, row.get(3)?);
            Ok(Line {
                id: row.get(0)?,
                at: Timestamp::from_millis(row.get(1)?),
                origin: Origin {
                    person: person.map(PersonId::from_bytes),
                    key: key.map(Uuid::from_bytes),
                    address: row.get(4)?,
                    request: row.get(5)?,
                },
                action: row.get(6)?,
                subject: row.get(7)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}
