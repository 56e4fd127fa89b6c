//! The object that apps hold, and how its calls reach the core.

mod cases;
pub mod hints;
mod network;
mod reads;
mod rounds;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use roundsman_sync_core::clock::Clock as CoreClock;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::protocol::key::Signer as CoreSigner;
use roundsman_sync_core::replica::{self as core, Backoff, Changes, Environment, SqliteStore};

use crate::error::RoundsmanError;
use crate::exchange::Cancel;
use crate::host::{Change, Clock, HostClock, HostSigner, Listener, LogLevel, Logger, Signer, Transport};
use crate::system_clock::SystemClock;
use crate::uploads::HandedOver;

/// Bytes of a key that encrypts the file.
const KEY_BYTES: usize = 32;

/// How a replica is opened. Everything has a good default.
#[derive(uniffi::Record)]
pub struct OpenOptions {
    /// A raw key of 32 bytes from the phone's key store, to encrypt the file with. Needs the build of the library that
    /// encrypts. Whoever loses the key loses what was not synced.
    #[uniffi(default = None)]
    pub key: Option<Vec<u8>>,
    /// Who signs; by default a key in the file.
    #[uniffi(default = None)]
    pub signer: Option<Arc<dyn Signer>>,
    /// Where the time is read; by default from the system.
    #[uniffi(default = None)]
    pub clock: Option<Arc<dyn Clock>>,
    /// Who speaks HTTP; by default the library itself, if it was built to.
    #[uniffi(default = None)]
    pub transport: Option<Arc<dyn Transport>>,
    /// Where the log goes; by default nowhere.
    #[uniffi(default = None)]
    pub logger: Option<Arc<dyn Logger>>,
    /// The folder for files that are handed over to the phone's upload service; by default beside the file, with
    /// `.uploads` after its name. These files are not encrypted.
    #[uniffi(default = None)]
    pub uploads_folder: Option<String>,
}

/// One person's enrolment on one phone, in one file. All calls may be made from any thread. Calls that write return
/// when what they did is on disk; calls that fail have changed nothing. Only `enrol`, `sync` and `fetch_…` use the
/// network; while they wait for it, every other call goes on.
#[derive(uniffi::Object)]
pub struct Replica {
    inner: Mutex<Inner>,
    /// Held by the one call that uses the network.
    network: Mutex<Backoff>,
    cancel: Cancel,
    listeners: Mutex<Listeners>,
    transport: Option<Arc<dyn Transport>>,
    logger: Option<Arc<dyn Logger>>,
    clock: Option<Arc<dyn Clock>>,
    uploads: HandedOver,
}

enum Inner {
    Open(Box<core::Replica>),
    Closed,
    /// A call stopped in the middle. What is on disk is whole; what is in memory may not be.
    Broken,
}

#[derive(Default)]
struct Listeners {
    last: u64,
    known: BTreeMap<u64, Arc<dyn Listener>>,
}

#[uniffi::export]
impl Replica {
    /// Opens a file, making it if it is not there. One program at a time.
    ///
    /// # Errors
    /// `store_newer` for a file of a newer version, `store_key_wrong`, `store_corrupt`, `store_failed` with what to do;
    /// `bad_request` for a key of another length or a signer whose key is none.
    #[uniffi::constructor]
    pub fn open(path: String, options: OpenOptions) -> Result<Arc<Self>, RoundsmanError> {
        guarded(|| {
            let store = match &options.key {
                Some(key) => {
                    let key: &[u8; KEY_BYTES] = key.as_slice().try_into().map_err(|_| {
                        let message = format!("a key has {KEY_BYTES} bytes, this one has {}", key.len());
                        Refusal::new(ErrorCode::BadRequest, message)
                    })?;
                    SqliteStore::open_encrypted(&path, key)
                }
                None => SqliteStore::open(&path),
            };
            let clock: Box<dyn CoreClock> = match options.clock.clone() {
                Some(clock) => Box::new(HostClock(clock)),
                None => Box::new(SystemClock),
            };
            let signer = match options.signer {
                Some(signer) => Some(Box::new(HostSigner::new(signer)?) as Box<dyn CoreSigner>),
                None => None,
            };
            let env = Environment { clock, rng: chance()? };
            let replica = core::Replica::open(Box::new(store?), env, signer)?;
            let folder = options.uploads_folder.unwrap_or_else(|| format!("{path}.uploads"));
            Ok(Arc::new(Self {
                inner: Mutex::new(Inner::Open(Box::new(replica))),
                network: Mutex::default(),
                cancel: Cancel::default(),
                listeners: Mutex::default(),
                transport: options.transport.or_else(built_in),
                logger: options.logger,
                clock: options.clock,
                uploads: HandedOver::new(PathBuf::from(folder)),
            }))
        })
    }

    /// Closes the file now, instead of when the last reference goes. A running sync is cancelled. Every later call
    /// fails with `store_failed`.
    ///
    /// # Errors
    /// None.
    pub fn shut(&self) -> Result<(), RoundsmanError> {
        self.cancel.cancel();
        *self.lock() = Inner::Closed;
        Ok(())
    }

    /// Tells `listener` of every change from now on, until `unsubscribe`. Gives what that takes.
    pub fn subscribe(&self, listener: Arc<dyn Listener>) -> u64 {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.last += 1;
        let id = listeners.last;
        listeners.known.insert(id, listener);
        id
    }

    /// Tells that listener of nothing more.
    pub fn unsubscribe(&self, subscription: u64) {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).known.remove(&subscription);
    }
}

impl Replica {
    /// Makes one call of the core. No lock is held and nothing of the core is open when listeners hear of it.
    pub(crate) fn call<T>(
        &self,
        call: impl FnOnce(&mut core::Replica) -> Result<T, Refusal>,
    ) -> Result<T, RoundsmanError> {
        let (outcome, changes) = {
            let mut inner = self.lock();
            let replica = match &mut *inner {
                Inner::Open(replica) => replica,
                Inner::Closed => {
                    return Err(RoundsmanError::new(
                        ErrorCode::StoreFailed,
                        "the replica was shut; open it again",
                    ));
                }
                Inner::Broken => return Err(broken()),
            };
            match catch_unwind(AssertUnwindSafe(|| call(replica))) {
                Ok(outcome) => (outcome, replica.take_changes()),
                Err(_) => {
                    *inner = Inner::Broken;
                    return Err(broken());
                }
            }
        };
        self.tell(changes);
        outcome.map_err(RoundsmanError::from)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Whatever panicked while it held the lock was caught, and said so in the state.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, changes: Changes) {
        if changes.is_empty() {
            return;
        }
        let listeners: Vec<_> =
            self.listeners.lock().unwrap_or_else(PoisonError::into_inner).known.values().cloned().collect();
        let change = Change { documents: changes.documents.into_iter().collect(), outbox: changes.outbox };
        for listener in listeners {
            if let Err(error) = listener.changed(change.clone()) {
                self.log(LogLevel::Warn, || format!("a listener failed: {error}"));
            }
        }
    }

    pub(crate) fn log(&self, level: LogLevel, line: impl FnOnce() -> String) {
        if let Some(logger) = &self.logger {
            // A log that cannot be written is no reason not to work.
            let _ = logger.log(level, line());
        }
    }
}

fn broken() -> RoundsmanError {
    let message =
        "the library stopped in the middle of a call; nothing on disk is damaged: open the file again";
    RoundsmanError::new(ErrorCode::Internal, message)
}

/// Makes a panic an error.
fn guarded<T>(make: impl FnOnce() -> Result<T, RoundsmanError>) -> Result<T, RoundsmanError> {
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|_| Err(broken()))
}

/// Chance fit for secrets, seeded by the system.
pub(crate) fn chance() -> Result<Box<StdRng>, RoundsmanError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| RoundsmanError::new(ErrorCode::Internal, error.to_string()))?;
    Ok(Box::new(StdRng::from_seed(seed)))
}

#[cfg(feature = "http")]
fn built_in() -> Option<Arc<dyn Transport>> {
    Some(Arc::new(crate::http::BuiltIn::new()))
}

#[cfg(not(feature = "http"))]
fn built_in() -> Option<Arc<dyn Transport>> {
    None
}

#[cfg(test)]
mod tests;
