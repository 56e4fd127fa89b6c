//! The synchronous heart: a request, the time and chance go in, a reply comes out.
//!
//! axum, tokio and threads only wrap it. A simulation drives it directly, in virtual time, so that
//! everything a phone can do to a server can be tried ten thousand times and replayed from a seed.

mod commit;
mod counts;
mod enrol;
mod signed;
mod sync;
mod uploads;

use std::sync::{Arc, Mutex};

use http::{Method, Request, Response};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::DeviceId;
use rusqlite::Connection;

use crate::auth::rates::Rates;
use crate::auth::replay::ReplayGuard;
use crate::auth::token::Epoch;
use crate::blobs::{BlobStore, Uploads};
use crate::data_folder::Identity;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::feed;
use crate::hints::Hints;
use crate::ingest::{Batch, Office, Writer};
use crate::projection;

use commit::GroupCommit;

pub(crate) use signed::too_fast;

pub use counts::VerdictCounts;
pub use uploads::UploadStep;

/// Where a service's read connections come from.
pub type Connect = Box<dyn Fn() -> Result<Connection, DatabaseError> + Send + Sync>;

/// Requests of one phone at once, and then one every so often: a catch-up after a month takes some hundreds. At
/// this pace requests that bring nothing take a twentieth of a core.
const DEVICE_AT_ONCE: i64 = 3_000;
const DEVICE_EVERY_MS: i64 = 20;

/// One running server.
pub struct Service {
    identity: Identity,
    commit: GroupCommit,
    connect: Connect,
    /// Idle read connections. At most as many as ever read at once.
    readers: Mutex<Vec<Connection>>,
    blobs: BlobStore,
    uploads: Uploads,
    /// Drawn at each start: a token of an earlier run proves a time, but is not fresh.
    epoch: Epoch,
    replay: ReplayGuard,
    /// How fast each phone may ask.
    rates: Rates<DeviceId>,
    counts: VerdictCounts,
    hints: Arc<Hints>,
}

impl Service {
    /// A service over a writer, its readers and the photo store.
    ///
    /// # Errors
    /// If the database holds no organisation, or fails.
    pub fn new(
        writer: Writer,
        connect: Connect,
        uploads: Uploads,
        blobs: BlobStore,
        rng: &mut dyn Rng,
    ) -> Result<Self, DatabaseError> {
        let reader = connect()?;
        let identity = Identity::load(&reader)?;
        let mut epoch = Epoch::default();
        rng.fill_bytes(&mut epoch);
        let hints = Arc::<Hints>::default();
        Ok(Self {
            identity,
            commit: GroupCommit::new(writer, Arc::clone(&hints)),
            connect,
            readers: Mutex::new(vec![reader]),
            blobs,
            uploads,
            epoch,
            replay: ReplayGuard::new(),
            rates: Rates::new(DEVICE_AT_ONCE, DEVICE_EVERY_MS),
            counts: VerdictCounts::default(),
            hints,
        })
    }

    /// Answers a request of a device. Whatever happens, there is a reply.
    pub fn handle(&self, now: Timestamp, rng: &mut dyn Rng, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let answer = match (request.method(), request.uri().path()) {
            (&Method::POST, "/v1/enrol") => self.enrol(now, rng, request),
            (&Method::POST, "/v1/sync") => self.sync(now, request),
            (_, "/v1/enrol" | "/v1/sync") => {
                Err(Problem::new(ErrorCode::MethodNotAllowed, "this path takes POST")
                    .with_header(http::header::ALLOW, "POST"))
            }
            (_, path) if path == uploads::BASE || path.starts_with("/v1/uploads/") => {
                self.upload(now, rng, request)
            }
            (_, path) => Err(Problem::new(ErrorCode::NotFound, format!("there is nothing at {path}"))),
        };
        let request_id = request_id(request);
        answer.unwrap_or_else(|problem| problem.reply(request_id))
    }

    /// Reads from one consistent state of the tables.
    ///
    /// # Errors
    /// Whatever `read` returns, or that the database failed.
    pub fn read<T, E: From<DatabaseError>>(
        &self,
        read: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let wrap = |error: rusqlite::Error| E::from(DatabaseError::from(error));
        let idle = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => (self.connect)().map_err(E::from)?,
        };
        let value = read(&reader.transaction().map_err(wrap)?)?;
        self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(reader);
        Ok(value)
    }

    /// Writes for the office, in a transaction that is on disk when this returns.
    ///
    /// # Errors
    /// Whatever `write` returns, or that the database failed; nothing of it then happened.
    pub fn write<T, E: From<DatabaseError>>(
        &self,
        write: impl FnOnce(&mut Batch<'_>, &Office) -> Result<T, E>,
    ) -> Result<T, E> {
        self.commit.alone(|batch| write(batch, &self.identity.office))
    }

    /// What time alone brings about: documents leave feeds; and a look at whether what was stored meanwhile reads
    /// back as it was. To be called every minute or so.
    ///
    /// # Errors
    /// If the database fails.
    pub fn tick(&self, now: Timestamp) -> Result<(), DatabaseError> {
        // Looked for by a reader first: most of the time there is nothing, and the writer is not disturbed.
        while !self.read::<_, DatabaseError>(|read| feed::overdue(read, now, 1))?.is_empty() {
            self.write::<_, DatabaseError>(|batch, _| batch.end_overdue(now))?;
        }
        for number in self.commit.take_stored() {
            if !self.read(|read| projection::reads_back(read, number))? {
                tracing::error!(
                    number,
                    "a stored document does not read back as it was: see `roundsman verify`"
                );
            }
        }
        Ok(())
    }

    /// A further read connection, which is the caller's own.
    ///
    /// # Errors
    /// If the database cannot be opened.
    pub fn connect(&self) -> Result<Connection, DatabaseError> {
        (self.connect)()
    }

    /// The streams of hints.
    pub fn hints(&self) -> &Arc<Hints> {
        &self.hints
    }

    /// How many changes became what since the server was started.
    pub fn verdict_counts(&self) -> &VerdictCounts {
        &self.counts
    }

    /// Who this server is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The photos.
    pub fn blobs(&self) -> &BlobStore {
        &self.blobs
    }

    /// The uploads under way.
    pub fn uploads(&self) -> &Uploads {
        &self.uploads
    }
}

/// Names the request in logs and problems. Given by the layer around; empty without one.
fn request_id(request: &Request<Vec<u8>>) -> &str {
    request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default()
}
