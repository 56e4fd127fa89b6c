//! What every HTTP handler has at hand.

use std::sync::Arc;

use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::PersonId;
use tokio::sync::Semaphore;

use crate::auth::rates::Rates;
use crate::auth::subscriber::Subscriber;
use crate::auth::throttle::Throttle;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::http::metrics::Traffic;
use crate::ingest::{Batch, Office};
use crate::service::Service;

/// Passwords hashed at the same time. Each takes 19 MiB and a core; more at once would only wait for each other.
const HASHING_AT_ONCE: usize = 2;

/// Small copies drawn at the same time. Each may take the memory of forty megapixels and of a large file,
/// about 200 MB; a photo as phones take them, 40 MB. Each is drawn once in its life.
const DRAWING_AT_ONCE: usize = 1;

/// Requests of one person at once, and then one every so often: an integration that reads everything at night.
const PERSON_AT_ONCE: i64 = 3_000;
const PERSON_EVERY_MS: i64 = 10;
/// Enrolments from one address: an office that hands out phones in the morning. A code has 128 bits, so this
/// bounds work, not luck.
const ENROLMENTS_AT_ONCE: i64 = 60;
const ENROLMENT_EVERY_MS: i64 = 5_000;

/// In which zone the estates lie. All of China keeps one time.
pub const ZONE: Tz = chrono_tz::Asia::Shanghai;

/// The state of the web application.
#[derive(Clone)]
pub struct App {
    /// The heart.
    pub service: Arc<Service>,
    /// In which zone pages show times.
    pub zone: Tz,
    /// Whether browsers reach this server through TLS; decides the form of cookies.
    pub secure: bool,
    /// Whether a proxy in front says where requests come from.
    pub behind_proxy: bool,
    /// How fast each person may ask, by session or key.
    pub people: Arc<Rates<PersonId>>,
    /// How fast one address may try enrolment codes.
    pub enrolments: Arc<Rates<Subscriber>>,
    /// What was asked and how it went.
    pub traffic: Arc<Traffic>,
    /// Remembers wrong passwords.
    pub throttle: Arc<Throttle>,
    /// Held while a password is hashed.
    pub hashing: Arc<Semaphore>,
    /// Held while a photo is drawn small.
    pub drawing: Arc<Semaphore>,
}

impl App {
    /// The application around a service, for browsers that reach it without TLS and without a proxy.
    pub fn new(service: Arc<Service>, zone: Tz) -> Self {
        Self {
            service,
            zone,
            secure: false,
            behind_proxy: false,
            people: Arc::new(Rates::new(PERSON_AT_ONCE, PERSON_EVERY_MS)),
            enrolments: Arc::new(Rates::new(ENROLMENTS_AT_ONCE, ENROLMENT_EVERY_MS)),
            traffic: Arc::default(),
            throttle: Arc::default(),
            hashing: Arc::new(Semaphore::new(HASHING_AT_ONCE)),
            drawing: Arc::new(Semaphore::new(DRAWING_AT_ONCE)),
        }
    }

    /// The server's clock. The one place where the serving process reads it.
    pub fn now() -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }

    /// Runs work that blocks on a thread that may.
    ///
    /// # Errors
    /// If the work panicked.
    pub async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(|error| {
            tracing::error!(%error, "a request was not handled to its end");
            Problem::new(ErrorCode::Internal, "the request could not be handled")
        })
    }

    /// Reads from one consistent state of the tables.
    ///
    /// # Errors
    /// Whatever `read` returns, or that the database failed.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = Arc::clone(&self.service);
        Ok(Self::blocking(move || service.read::<T, DatabaseError>(|tables| read(tables))).await??)
    }

    /// Writes for the office, in a transaction that is on disk when this returns.
    ///
    /// # Errors
    /// Whatever `write` returns, or that the database failed; nothing of it then happened.
    pub async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Batch<'_>, &Office) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let service = Arc::clone(&self.service);
        Self::blocking(move || service.write(write)).await?
    }
}
