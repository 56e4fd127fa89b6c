//! What requests with an `Idempotency-Key` were answered.
//!
//! An answer is kept in the transaction of what was done, so either both are there or neither. What was
//! refused is not kept: it changed nothing, and may be asked again. After
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::PersonId;
use rusqlite::{Connection, OptionalExtension};

use crate::database::DatabaseError;

/// For so long the same request gets the same answer: a program that was down over a long weekend.
pub const ANSWER_AGE_MS_MAX: i64 = 7 * 24 * 3600 * 1000;
/// Letters of a key.
pub const ONCE_KEY_CHARS_MAX: usize = 255;

/// A request that is to be done once, however often it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What its sender calls it.
    pub key: String,
    /// SHA-256 of what it asks.
    pub request: [u8; 32],
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Its body, JSON.
    pub body: Vec<u8>,
}

/// What is known of a request that is to be done once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is to be done.
    New,
    /// It was done, and answered so.
    Done(Kept),
    /// The key was used for something else.
    Another,
}

/// Looks up what a person's request was answered.
///
/// # Errors
/// If the database fails.
pub fn known(db: &Connection, person: PersonId, once: &Once, now: Timestamp) -> Result<Known, DatabaseError> {
    let found: Option<([u8; 32], Kept)> = db
        .prepare_cached(
            "SELECT request, status, body FROM answers WHERE person = ?1 AND key = ?2 AND at >= ?3",
        )?
        .query_row((person.as_bytes(), &once.key, now.plus_millis(-ANSWER_AGE_MS_MAX).millis()), |row| {
            Ok((row.get(0)?, Kept { status: row.get(1)?, body: row.get(2)? }))
        })
        .optional()?;
    Ok(match found {
        None => Known::New,
        Some((request, kept)) if request == once.request => Known::Done(kept),
        Some(_) => Known::Another,
    })
}

/// Keeps an answer, and clears away those whose time is over.
///
/// # Errors
/// If the database fails.
pub fn keep(
    db: &Connection,
    person: PersonId,
    once: &Once,
    kept: &Kept,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    db.execute("DELETE FROM answers WHERE at < ?1", [now.plus_millis(-ANSWER_AGE_MS_MAX).millis()])?;
    db.execute(
        "INSERT INTO answers (person, key, request, at, status, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (person.as_bytes(), &once.key, once.request, now.millis(), kept.status, &kept.body),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::database;

    #[test]
    fn an_answer_is_known_to_its_person_for_its_request_and_time() {
        let db = database::prepare_writer(Connection::open_in_memory().unwrap()).unwrap();
        let (lin, zhou) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let now = Timestamp::from_millis(1_795_220_463_000);
        let once = Once { key: "a".to_owned(), request: [1; 32] };
        let kept = Kept { status: 201, body: b"{}".to_vec() };
        assert_eq!(known(&db, lin, &once, now).unwrap(), Known::New);
        keep(&db, lin, &once, &kept, now).unwrap();
        assert_eq!(known(&db, lin, &once, now).unwrap(), Known::Done(kept.clone()));
        assert_eq!(known(&db, zhou, &once, now).unwrap(), Known::New);
        let other = Once { request: [2; 32], ..once.clone() };
        assert_eq!(known(&db, lin, &other, now).unwrap(), Known::Another);
        let late = now.plus_millis(ANSWER_AGE_MS_MAX + 1);
        assert_eq!(known(&db, lin, &once, late).unwrap(), Known::New);
        keep(&db, lin, &other, &kept, late).unwrap();
        assert_eq!(known(&db, lin, &other, late).unwrap(), Known::Done(kept));
    }
}
