//! Group commit: whoever gets the writer first writes down everybody's envelopes in one transaction.
//!
//! A transaction costs one fsync, about 4 ms, however many changes are in it. While one is under way,
//! those who arrive queue up; the next takes all of them. No thread of its own is needed, so a
//! simulation on one thread goes the same way with a queue of one.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::protocol::messages::Verdict;

use crate::auth::token::ServerSecret;
use crate::database::DatabaseError;
use crate::hints::Hints;
use crate::ingest::{Batch, Opened, Writer};

/// What became of each change of each envelope.
type Verdicts = Vec<Vec<Verdict>>;
/// The failure of a shared transaction, told to each who shared it.
type Outcome = Result<Verdicts, String>;

struct Waiting {
    now: Timestamp,
    envelopes: Vec<Opened>,
    answer: mpsc::Sender<Outcome>,
}

/// The writer and the queue before it.
pub(super) struct GroupCommit {
    writer: Mutex<Writer>,
    queue: Mutex<Vec<Waiting>>,
    /// Told of every commit.
    hints: Arc<Hints>,
}

/// A thread that panicked while it held the lock has left no half transaction: SQLite rolled it back
/// when the guard was dropped, and the writer forgets its documents on every error.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GroupCommit {
    pub(super) fn new(writer: Writer, hints: Arc<Hints>) -> Self {
        Self { writer: Mutex::new(writer), queue: Mutex::default(), hints }
    }

    /// Rows of documents that were stored since this was last asked.
    pub(super) fn take_stored(&self) -> BTreeSet<i64> {
        lock(&self.writer).take_stored()
    }

    /// Writes alone, in a transaction of its own.
    pub(super) fn alone<T, E: From<DatabaseError>>(
        &self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = lock(&self.writer).transaction(write);
        if outcome.is_ok() {
            self.hints.committed();
        }
        outcome
    }

    /// Judges the envelopes of one device and writes them down, together with whatever else waits. They are on disk
    /// when this returns.
    pub(super) fn push(
        &self,
        now: Timestamp,
        secret: &ServerSecret,
        envelopes: Vec<Opened>,
    ) -> Result<Verdicts, DatabaseError> {
        let failed = |why: String| DatabaseError::corrupt("log", why);
        let (answer, mine) = mpsc::channel();
        lock(&self.queue).push(Waiting { now, envelopes, answer });
        let mut writer = lock(&self.writer);
        // Somebody who held the writer before may have taken this along.
        if let Ok(outcome) = mine.try_recv() {
            return outcome.map_err(failed);
        }
        let batch = std::mem::take(&mut *lock(&self.queue));
        let outcome = writer.transaction::<Vec<Verdicts>, DatabaseError>(|write| {
            batch.iter().map(|one| write.push_opened(one.now, secret, &one.envelopes)).collect()
        });
        match outcome {
            Ok(all) => {
                self.hints.committed();
                for (one, verdicts) in batch.iter().zip(all) {
                    // Whoever no longer listens asks again and gets the same answer from the log.
                    let _ = one.answer.send(Ok(verdicts));
                }
            }
            Err(error) => {
                for one in &batch {
                    let _ = one.answer.send(Err(error.to_string()));
                }
            }
        }
        // Only now: whoever gets the writer next looks whether their answer is there, and takes the queue if not.
        drop(writer);
        mine.try_recv()
            .unwrap_or_else(|_| Err("the shared transaction gave no answer".to_owned()))
            .map_err(failed)
    }
}
