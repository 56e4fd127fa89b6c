//! Checking passwords and opening sessions, the same for pages and programs.

use std::net::IpAddr;
use std::sync::Arc;

use http::header;
use roundsman_sync_core::error::ErrorCode;
use zeroize::Zeroizing;

use crate::app::App;
use crate::audit::{self, Origin, WRONG_PASSWORD};
use crate::auth::accounts::{self, Account};
use crate::auth::password::{self, OneTime, PASSWORD_CHARS_MIN, PasswordError};
use crate::auth::session::SessionToken;
use crate::auth::throttle::Try;
use crate::error::Problem;

/// What came of trying a password.
pub(super) enum Tried {
    /// It is right.
    Right(Account),
    /// Login or password are wrong.
    Wrong,
    /// Not looked at: too many were wrong. Tells for how many seconds.
    Paused(i64),
}

/// The answer while no password is heard.
pub(super) fn paused(wait_s: i64) -> Problem {
    let problem =
        Problem::new(ErrorCode::LoginPaused, format!("too many wrong passwords; try again in {wait_s} s"));
    problem.with_header(header::RETRY_AFTER, &wait_s.to_string())
}

/// Tries a password. That it was wrong is on the audit trail; that it was not looked at is not, so that nobody
/// fills the disk by asking.
pub(super) async fn try_password(
    app: &App,
    login: &str,
    password: Zeroizing<String>,
    origin: &Origin,
    address: Option<IpAddr>,
) -> Result<Tried, Problem> {
    let one = Try { login, address };
    if let Err(wait_ms) = app.throttle.admit(&one, App::now()) {
        return Ok(Tried::Paused(wait_ms / 1_000 + 1));
    }
    let wanted = login.to_owned();
    let account = app.read(move |db| accounts::find(db, &wanted)).await?;
    let stored = account.as_ref().map(|account| account.password.clone());
    let right = hashing(app, move || password::matches(&password, stored.as_deref())).await?;
    let right = right.map_err(|error| failed(&error))?;
    match account {
        Some(account) if right => {
            app.throttle.succeeded(&one);
            Ok(Tried::Right(account))
        }
        account => {
            let origin = origin.clone();
            // What is no login may be a password that was typed into the wrong field.
            let login = account.map(|account| account.login).unwrap_or_default();
            app.write(move |batch, _| {
                Ok(audit::record(batch.db, &origin, App::now(), WRONG_PASSWORD, &login)?)
            })
            .await?;
            Ok(Tried::Wrong)
        }
    }
}

/// What came of replacing a password.
pub(super) enum Replaced {
    /// It is replaced, and every session of the account has ended. Whose it is.
    Done(Account),
    /// The old one is wrong.
    OldWrong,
    /// Not looked at: too many were wrong. Tells for how many seconds.
    Paused(i64),
    /// The new one has too few letters.
    TooShort,
    /// The new one is the old one.
    Same,
}

/// Replaces a password by somebody who knows it.
pub(super) async fn replace(
    app: &App,
    login: &str,
    old: Zeroizing<String>,
    new: Zeroizing<String>,
    origin: Origin,
    address: Option<IpAddr>,
) -> Result<Replaced, Problem> {
    if new.chars().count() < PASSWORD_CHARS_MIN {
        return Ok(Replaced::TooShort);
    }
    if new == old {
        return Ok(Replaced::Same);
    }
    let account = match try_password(app, login, old, &origin, address).await? {
        Tried::Right(account) => account,
        Tried::Wrong => return Ok(Replaced::OldWrong),
        Tried::Paused(wait_s) => return Ok(Replaced::Paused(wait_s)),
    };
    let hash = match hash(app, new).await? {
        Ok(hash) => hash,
        Err(PasswordError::TooShort) => return Ok(Replaced::TooShort),
        Err(error @ PasswordError::TooLong) => {
            return Err(Problem::new(ErrorCode::TextTooLong, error.to_string()));
        }
        Err(error) => return Err(failed(&error)),
    };
    let replaced = app
        .write(move |batch, _| {
            let replaced = accounts::change_password(batch.db, &account, &hash)?;
            if replaced {
                audit::record(batch.db, &origin, App::now(), "password replaced", &account.login)?;
            }
            Ok(replaced.then_some(account))
        })
        .await?;
    // Somebody else may have replaced it meanwhile.
    Ok(replaced.map_or(Replaced::OldWrong, Replaced::Done))
}

/// A one-time password for somebody.
pub(super) async fn one_time(app: &App) -> Result<OneTime, Problem> {
    Ok(hashing(app, || OneTime::draw(&mut rand::rng())).await??)
}

/// The hash of a new password.
async fn hash(app: &App, password: Zeroizing<String>) -> Result<Result<String, PasswordError>, Problem> {
    hashing(app, move || password::hash(&password, &mut rand::rng())).await
}

/// Opens a session with a token made for it, and ends the one that the browser had.
pub(super) async fn open(
    app: &App,
    account: &Account,
    before: &SessionToken,
    origin: Origin,
) -> Result<SessionToken, Problem> {
    let token = SessionToken::generate(&mut rand::rng());
    let (digest, old, login) = (token.digest(), before.digest(), account.login.clone());
    let origin = Origin { person: Some(account.person), ..origin };
    app.write(move |batch, _| {
        let now = App::now();
        accounts::end_session(batch.db, &old)?;
        audit::record(batch.db, &origin, now, "signed in", &login)?;
        Ok(accounts::start_session(batch.db, &digest, &login, now)?)
    })
    .await?;
    Ok(token)
}

fn failed(error: &PasswordError) -> Problem {
    tracing::error!(%error, "a password could not be checked");
    Problem::new(ErrorCode::Internal, "the password could not be checked")
}

/// Hashing takes memory and a core, so few are done at once, whoever asks.
async fn hashing<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = Arc::clone(&app.hashing).acquire_owned().await;
    let permit = permit.map_err(|_| Problem::new(ErrorCode::Busy, "the server is shutting down"))?;
    App::blocking(move || {
        let _held = permit;
        work()
    })
    .await
}
