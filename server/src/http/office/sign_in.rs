//! Checking passwords and opening sessions, the same for pages and programs.

use std::net::IpAddr;
use std::sync::Arc;

use roundsman_sync_core::error::ErrorCode;
use zeroize::Zeroizing;

use crate::app::App;
use crate::auth::accounts::{self, Account};
use crate::auth::password::{self, PasswordError};
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

/// Tries a password.
pub(super) async fn try_password(
    app: &App,
    login: &str,
    password: Zeroizing<String>,
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
    Ok(match account {
        Some(account) if right => {
            app.throttle.succeeded(&one);
            Tried::Right(account)
        }
        Some(_) | None => Tried::Wrong,
    })
}

/// The hash of a new password.
pub(super) async fn hash(
    app: &App,
    password: Zeroizing<String>,
) -> Result<Result<String, PasswordError>, Problem> {
    hashing(app, move || password::hash(&password, &mut rand::rng())).await
}

/// Opens a session with a token made for it, and ends the one that the browser had.
pub(super) async fn open(app: &App, login: &str, before: &SessionToken) -> Result<SessionToken, Problem> {
    let token = SessionToken::generate(&mut rand::rng());
    let (digest, old, login) = (token.digest(), before.digest(), login.to_owned());
    app.write(move |batch, _| {
        accounts::end_session(batch.db, &old)?;
        Ok(accounts::start_session(batch.db, &digest, &login, App::now())?)
    })
    .await?;
    Ok(token)
}

pub(super) fn failed(error: &PasswordError) -> Problem {
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
