//! The device: a store, commands that are durable before they return, and sync without any I/O of its own.
//!
//! **What holds.** A command is one transaction: change, summary, signed envelope, photo. It is on disk
//! when the command returns, or nothing of it is. A server's reply is one transaction too, so any reply may
//! be lost, repeated or cut, and the program may be killed between any two calls. What somebody asked for
//! stays in the outbox until the server holds it safely or has said no, and then it can still be read.
//!
//! Where to look:
//! - `store`, `memory`, `sqlite`: who keeps the bytes. `draft`: everything one commit will write.
//! - `commands`, `desk`: what a person can ask for, `rounds` of rounds. `read`: what they can look at.
//! - `driver`: one sync, as requests out and replies in. `reply`: one reply taken in, through `verdicts`
//!   (what became of what was sent), `rebase` (edits made again after a refusal) and `pages` (what is new).
//! - `repair`: finding and mending what differs when the sums do.
//! - `signing`: requests signed with a counter. `hints`: the server says that there is something.
//!   `budget`: what it may cost and what goes first. `backoff`: how long to wait after a failure.
//! - `standing`: how a case stands by the rules. `settle`: parallel edits and playbooks. `changes`: what an app
//!   that shows something has to read anew.
//! - `photos`, `upload`: pictures, after the records, to the byte where the last try stopped. `fetch`: those
//!   that others took.

mod backoff;
mod budget;
mod cache;
mod changes;
mod commands;
mod desk;
mod draft;
mod driver;
mod enrol;
mod fetch;
mod hints;
mod http_reply;
mod memory;
mod meta;
mod outbox;
mod pages;
mod photos;
mod read;
mod rebase;
mod repair;
mod reply;
mod rounds;
mod settle;
mod signing;
mod snapshot;
#[cfg(feature = "sqlite")]
mod sqlite;
mod standing;
mod store;
mod upload;
mod verdicts;

use rand_core::Rng;

pub use backoff::{BACKOFF_MS_MAX, BACKOFF_MS_MIN, Backoff, RETRY_AFTER_MS_MAX, retry_after_ms};
pub use budget::{Photos, Stop, SyncBudget, Uploads};
pub use changes::Changes;
pub use commands::SignOffResult;
pub use driver::{HandedOver, SyncCounts, SyncSession};
pub use fetch::{PhotoFetch, WantedPhoto};
pub use hints::{Hint, HintReader};
pub use memory::MemoryStore;
pub use meta::Enrolment;
pub use outbox::{EditInfo, EditState, OutboxItem, OutboxRow};
pub use photos::{PhotoKind, PhotoRow};
pub use read::Status;
pub use rounds::{NewResult, Picture, RoundFilter, RoundListItem, WalkFor};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use standing::{ClockLine, Standing};
pub use store::{
    CaseFilter, CaseListItem, DocumentContent, DocumentHead, Key, Store, StoreError, SummaryRow, Unsettled,
    UploadState, Write,
};

use crate::clock::{Clock, ClockReading};
use crate::error::{ErrorCode, Refusal};
use crate::protocol::PROTOCOL;
use crate::protocol::key::{Algorithm, Signer, SoftwareSigner};
use cache::Cache;
use meta::Meta;

/// Time and chance, handed in, so that a shift can be simulated and replayed.
pub struct Environment {
    /// Where the time is read.
    pub clock: Box<dyn Clock>,
    /// Where ids, actors and keys come from. Must be fit for secrets unless a signer is handed in.
    pub rng: Box<dyn Rng + Send>,
}

/// One person's enrolment on one phone. See the module.
pub struct Replica {
    store: Box<dyn Store>,
    env: Environment,
    signer: Box<dyn Signer>,
    /// Exactly what the store holds.
    meta: Meta,
    /// The counter of the last request that was handed out; at the opening, the last one that may have been.
    counter: u64,
    cache: Cache,
    /// The version of the protocol that the server speaks, as far as this process has learned.
    version: u32,
    next_seq: u64,
    /// Counts the sessions begun; only the newest may go on.
    sessions: u64,
    enrol_asked: Option<ClockReading>,
    /// What was written since somebody asked.
    changes: Changes,
}

impl Replica {
    /// Opens a replica on a store. Without a signer it makes an ES256 key and keeps it in the store.
    ///
    /// # Errors
    /// `store_…` codes if the store cannot be read or holds what this program did not write.
    pub fn open(
        mut store: Box<dyn Store>,
        mut env: Environment,
        signer: Option<Box<dyn Signer>>,
    ) -> Result<Self, Refusal> {
        let signer = match signer {
            Some(signer) => signer,
            None => own_signer(&mut *store, &mut *env.rng)?,
        };
        let meta = Meta::load(&*store)?;
        let next_seq = store.last_seq()? + 1;
        let cache = Cache::default();
        Ok(Self {
            store,
            env,
            signer,
            counter: meta.counter,
            meta,
            cache,
            version: PROTOCOL,
            next_seq,
            sessions: 0,
            enrol_asked: None,
            changes: Changes::default(),
        })
    }
}

/// The key kept in the store, made at the first opening.
fn own_signer(store: &mut dyn Store, rng: &mut dyn Rng) -> Result<Box<dyn Signer>, Refusal> {
    if let Some(secret) = store.value(Key::Signer)? {
        let signer = SoftwareSigner::import(&secret)
            .map_err(|error| Refusal::new(ErrorCode::StoreCorrupt, error.to_string()))?;
        return Ok(Box::new(signer));
    }
    let signer = SoftwareSigner::generate(Algorithm::Es256, rng);
    store.commit(vec![Write::PutValue(Key::Signer, signer.export().to_vec())])?;
    Ok(Box::new(signer))
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
