//! Accounts and sessions in their tables: truth of its own, made by nobody's log.

use std::fmt;
use std::str::FromStr;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::PersonId;
use rusqlite::{Connection, OptionalExtension};

use super::password::OneTime;
use super::session::{self, SESSION_AGE_MS_MAX, SessionDigest};
use crate::database::DatabaseError;

/// Letters of a login.
pub const LOGIN_CHARS_MAX: usize = 64;
/// How old the recorded last use of a session may get. Without it every page would be a write.
const TOUCH_AFTER_MS: i64 = 5 * 60 * 1000;

/// What somebody is to type to sign in: one line of 1 to [`LOGIN_CHARS_MAX`] letters, with no space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login(String);

/// The text cannot be a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a login is one line of 1 to {LOGIN_CHARS_MAX} letters")]
pub struct NoLogin;

impl FromStr for Login {
    type Err = NoLogin;

    fn from_str(text: &str) -> Result<Self, NoLogin> {
        let text = text.trim();
        let fits = (1..=LOGIN_CHARS_MAX).contains(&text.chars().count());
        if fits && !text.chars().any(char::is_control) { Ok(Self(text.to_owned())) } else { Err(NoLogin) }
    }
}

impl Login {
    /// Its spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What they type.
    pub login: String,
    /// Who they are.
    pub person: PersonId,
    /// The hash of their password, as a PHC string.
    pub password: String,
    /// Whether the password was handed to them and must be changed.
    pub one_time: bool,
}

/// A session that counts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// Whose it is.
    pub account: Account,
    /// Whether its last use should be recorded again.
    pub stale: bool,
}

/// The account of a login. Upper and lower case are one.
///
/// # Errors
/// If the database fails.
pub fn find(db: &Connection, login: &str) -> Result<Option<Account>, DatabaseError> {
    Ok(db
        .prepare_cached("SELECT login, person, password, one_time FROM accounts WHERE login = ?1")?
        .query_row([login], |row| {
            Ok(Account {
                login: row.get(0)?,
                person: PersonId::from_bytes(row.get(1)?),
                password: row.get(2)?,
                one_time: row.get(3)?,
            })
        })
        .optional()?)
}

/// Lets a person sign in with a one-time password, in place of the one they had. Whoever is signed in with that
/// is not any more. That the login is free or theirs was looked at.
///
/// # Errors
/// If the database fails.
pub fn open(
    db: &Connection,
    person: PersonId,
    login: &Login,
    password: &OneTime,
) -> Result<(), DatabaseError> {
    db.execute(
        "INSERT INTO accounts (login, person, password, one_time) VALUES (?1, ?2, ?3, 1)
         ON CONFLICT DO UPDATE SET password = excluded.password, one_time = 1",
        (login.as_str(), person.as_bytes(), password.hash()),
    )?;
    db.execute("DELETE FROM sessions WHERE login = ?1 COLLATE NOCASE", [login.as_str()])?;
    Ok(())
}

/// Replaces a password that was checked a moment ago, and ends every session of the account. Tells
/// whether it was still the password that was checked.
///
/// # Errors
/// If the database fails.
pub fn change_password(db: &Connection, checked: &Account, new_hash: &str) -> Result<bool, DatabaseError> {
    let changed = db.execute(
        "UPDATE accounts SET password = ?3, one_time = 0 WHERE login = ?1 AND password = ?2",
        (&checked.login, &checked.password, new_hash),
    )?;
    db.execute("DELETE FROM sessions WHERE login = ?1 COLLATE NOCASE", [&checked.login])?;
    Ok(changed == 1)
}

/// Starts a session, and clears away those that age has ended.
///
/// # Errors
/// If the database fails.
pub fn start_session(
    db: &Connection,
    token: &SessionDigest,
    login: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    db.execute("DELETE FROM sessions WHERE created < ?1", [now.plus_millis(-SESSION_AGE_MS_MAX).millis()])?;
    db.execute(
        "INSERT INTO sessions (token, login, created, last_used) VALUES (?1, ?2, ?3, ?3)",
        (token.as_bytes(), login, now.millis()),
    )?;
    Ok(())
}

/// The session of a token, if it counts at `now`.
///
/// # Errors
/// If the database fails.
pub fn session(
    db: &Connection,
    token: &SessionDigest,
    now: Timestamp,
) -> Result<Option<LiveSession>, DatabaseError> {
    let found: Option<(String, i64, i64)> = db
        .prepare_cached("SELECT login, created, last_used FROM sessions WHERE token = ?1")?
        .query_row([token.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((login, created, last_used)) = found else { return Ok(None) };
    let (created, last_used) = (Timestamp::from_millis(created), Timestamp::from_millis(last_used));
    if !session::is_live(created, last_used, now) {
        return Ok(None);
    }
    let stale = now.millis_since(last_used) > TOUCH_AFTER_MS;
    Ok(find(db, &login)?.map(|account| LiveSession { account, stale }))
}

/// Records that a session was used.
///
/// # Errors
/// If the database fails.
pub fn touch_session(db: &Connection, token: &SessionDigest, now: Timestamp) -> Result<(), DatabaseError> {
    db.execute("UPDATE sessions SET last_used = ?2 WHERE token = ?1", (token.as_bytes(), now.millis()))?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// If the database fails.
pub fn end_session(db: &Connection, token: &SessionDigest) -> Result<(), DatabaseError> {
    db.execute("DELETE FROM sessions WHERE token = ?1", [token.as_bytes()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::auth::session::SESSION_IDLE_MS_MAX;
    use crate::database;

    const NOW: Timestamp = Timestamp::from_millis(1_795_220_463_000);

    fn database_with_lin() -> (Connection, Account) {
        let db = database::prepare_writer(Connection::open_in_memory().unwrap()).unwrap();
        db.execute(
            "INSERT INTO accounts (login, person, password, one_time) VALUES ('lin', ?1, 'hash', 1)",
            [[1_u8; 16]],
        )
        .unwrap();
        let lin = find(&db, "LIN").unwrap().unwrap();
        (db, lin)
    }

    #[test]
    fn a_login_is_one_line_of_letters() {
        assert_eq!(" lin ".parse::<Login>().unwrap().as_str(), "lin");
        let most = "林".repeat(LOGIN_CHARS_MAX);
        assert_eq!(most.parse::<Login>().unwrap().as_str(), most);
        for wrong in ["", "  ", "a\nb", "a\u{0}", "\u{85}x\u{85}y", &format!("{most}x")] {
            assert_eq!(wrong.parse::<Login>(), Err(NoLogin), "{wrong:?}");
        }
    }

    #[test]
    fn a_session_is_found_until_it_is_idle_too_long_or_ended() {
        let (db, lin) = database_with_lin();
        let token = SessionDigest::from_bytes([7; 32]);
        start_session(&db, &token, "lin", NOW).unwrap();
        assert_eq!(session(&db, &token, NOW).unwrap().unwrap(), LiveSession { account: lin, stale: false });
        assert_eq!(session(&db, &SessionDigest::from_bytes([8; 32]), NOW).unwrap(), None);

        let late = NOW.plus_millis(SESSION_IDLE_MS_MAX);
        assert!(session(&db, &token, late).unwrap().unwrap().stale);
        touch_session(&db, &token, late).unwrap();
        assert!(session(&db, &token, late.plus_millis(SESSION_IDLE_MS_MAX)).unwrap().is_some());
        assert_eq!(session(&db, &token, late.plus_millis(SESSION_IDLE_MS_MAX + 1)).unwrap(), None);

        end_session(&db, &token).unwrap();
        assert_eq!(session(&db, &token, late).unwrap(), None);
    }

    #[test]
    fn a_new_password_ends_every_session_and_is_one_time_no_longer() {
        let (db, lin) = database_with_lin();
        let token = SessionDigest::from_bytes([7; 32]);
        start_session(&db, &token, "Lin", NOW).unwrap();
        assert!(change_password(&db, &lin, "new hash").unwrap());
        assert_eq!(session(&db, &token, NOW).unwrap(), None);
        assert!(!find(&db, "lin").unwrap().unwrap().one_time);
        // Somebody who checked the old password meanwhile comes too late.
        assert!(!change_password(&db, &lin, "another").unwrap());
        assert_eq!(find(&db, "lin").unwrap().unwrap().password, "new hash");
    }
}
