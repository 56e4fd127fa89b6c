//! A simulated machine whose power fails: a SQLite file layer ("VFS") in memory.
//!
//! Everything that SQLite writes under this VFS goes to a disk that knows which bytes are certain
//! and which a power loss may drop, reorder or tear. Tests take such an [`Image`], start a machine from
//! it and look what is left.
//!
//! ```
//! use rand::{SeedableRng, rngs::ChaCha8Rng};
//! use roundsman_tests::crash_vfs::CrashVfs;
//! use rusqlite::Connection;
//!
//! # fn main() -> rusqlite::Result<()> {
//! let machine = CrashVfs::register("doc-machine");
//! let db = Connection::open("file:guard.db?vfs=doc-machine")?;
//! db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(x); INSERT INTO t VALUES(1)")?;
//!
//! let after_power_loss = machine.image(&mut ChaCha8Rng::seed_from_u64(7));
//! drop(db);
//! machine.load(after_power_loss);
//! let db = Connection::open("file:guard.db?vfs=doc-machine")?;
//! assert_eq!(db.query_row("SELECT x FROM t", [], |row| row.get::<_, i64>(0))?, 1);
//! # Ok(())
//! # }
//! ```
//!
//! Connections of one process share files, locks and WAL index as they would through the real file
//! system; other processes see nothing. Paths are plain names: `a/b.db` needs no folder `a`. A failed
//! sync leaves its writes uncertain until a later one succeeds. Reads never fail.

mod disk;
mod locks;
mod sqlite;
mod state;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::Rng;

use disk::{Disk, Operation};
use state::State;

pub use disk::Image;

/// One open file of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct HandleId(u64);

/// What goes wrong at an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No room: a write gets `SQLITE_FULL`, anything else the I/O error of its kind.
    Full,
    /// The device fails: every operation gets the I/O error of its kind.
    Io,
}

/// A machine with one disk. Lives as long as the process, as SQLite keeps a pointer to it.
#[derive(Clone, Copy, Debug)]
pub struct CrashVfs {
    state: &'static Mutex<State>,
}

impl CrashVfs {
    /// A machine with an empty disk, reached by `file:NAME.db?vfs=name` or
    /// `Connection::open_with_flags_and_vfs`.
    ///
    /// # Panics
    /// If the name is taken or holds a zero byte.
    pub fn register(name: &str) -> Self {
        let state = Box::leak(Box::new(Mutex::new(State::default())));
        sqlite::register(name, state);
        Self { state }
    }

    /// How many operations (creating, writing, truncating, syncing or deleting a file) were tried since
    /// the machine started. Also the number that the next one will have.
    pub fn operation_count(&self) -> usize {
        self.state().operation_count()
    }

    /// What may be on the disk if the power fails at this moment.
    pub fn image(&self, rng: &mut dyn Rng) -> Image {
        self.state().image(rng)
    }

    /// Starts the machine again with this on its disk: operations count from zero, no fault is planned,
    /// nothing is being recorded.
    ///
    /// # Panics
    /// If a connection is still open: its late writes would reach the new disk.
    pub fn load(&self, image: Image) {
        self.state().load(image);
    }

    /// Lets the operation with this number fail, and only that one.
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        self.state().plan_fault(operation, fault, false);
    }

    /// Lets every operation from this number on fail, until [`heal`](Self::heal).
    pub fn fail_from(&self, operation: usize, fault: Fault) {
        self.state().plan_fault(operation, fault, true);
    }

    /// Takes a planned fault back.
    pub fn heal(&self) {
        self.state().heal();
    }

    /// Keeps every operation from now on, so that power can fail at each of them afterwards.
    pub fn start_recording(&self) {
        self.state().start_recording();
    }

    /// What happened since [`start_recording`](Self::start_recording), or `None` without that.
    pub fn take_recording(&self) -> Option<Recording> {
        self.state().take_recording()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(self.state)
    }
}

/// A poisoned lock is taken all the same: the test that panicked has already failed.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stretch of a machine's life, to be lived again with a power loss at any point of it.
#[derive(Debug)]
pub struct Recording {
    start: Disk,
    first: usize,
    /// Each operation with the count of operations once it was done.
    operations: Vec<(usize, Operation)>,
}

impl Recording {
    /// Calls `at` before the first operation and after each, with the operation count of that moment and
    /// a maker of images. The count compares with [`CrashVfs::operation_count`].
    pub fn replay(&self, mut at: impl FnMut(usize, &dyn Fn(&mut dyn Rng) -> Image)) {
        let mut disk = self.start.clone();
        at(self.first, &|rng| disk.image(rng));
        for (count, operation) in &self.operations {
            disk.apply(operation);
            at(*count, &|rng| disk.image(rng));
        }
    }
}
