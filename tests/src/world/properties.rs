//! What must hold, one word a promise. Each is checked in a file of its own.

mod converged;
mod nothing_lost;
mod parallel;
mod photos;
mod privacy;
mod quiet;
mod rebuild;
mod tables;
mod witnessed;

use std::fmt;

use super::World;

pub(super) use nothing_lost::check_nothing_forgotten;
pub(super) use privacy::check_received;

/// A promise that Roundsman gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// Every command whose call returned well outlives any crash of the phone, and in the end is either
    /// in the server's documents, once in each that it was to change, or listed on its phone as refused
    /// for the very reason that the server has written down, so that the office can read it too; but for the
    /// last words of a phone that was shut out, which nobody may hear.
    NothingLost,
    /// Every phone holds exactly the documents of its feeds, with the server's heads and the same
    /// reading, and no other.
    Converged,
    /// No byte of contact data is ever sent to a phone whose person had no right to it when it was sent: who
    /// sits at the desk of the estate, unless the case is about them or kept among few, or has an order of it.
    /// It stands in no file of a phone that does not hold it now, neither in the database nor in its
    /// write-ahead log, neither in rows nor in free pages. Only what was typed on a phone itself stays in its outbox.
    Private,
    /// The tables are what the log makes of itself.
    Rebuildable,
    /// The bytes of every photo that an accepted edit names are at the server, with the right hash, and
    /// no phone that may still speak owes any.
    PhotosArrive,
    /// What the server says it witnessed is what it witnessed: the first moment at which a command was
    /// in its hands. What people claimed stands as they claimed it.
    TimesWitnessed,
    /// Values that were set without knowledge of each other all stand until somebody who saw them
    /// settles it; nothing else stands.
    ParallelValuesStand,
    /// Honest phones are never refused for their form, never have to begin anew because sums differ, and
    /// fall silent after a bounded number of requests.
    HonestRunsAreQuiet,
    /// A seed tells the same story each time.
    Deterministic,
}

/// A broken promise.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which.
    pub property: Property,
    /// How it shows.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.property, self.what)
    }
}

impl Property {
    /// The promise as broken in this way.
    pub(super) fn broken(self, what: impl Into<String>) -> Violation {
        Violation { property: self, what: what.into() }
    }
}

/// Checks a healed world.
pub fn check_all(world: &mut World) -> Result<(), Violation> {
    nothing_lost::check(world)?;
    converged::check(world)?;
    parallel::check(world)?;
    photos::check(world)?;
    witnessed::check(world)?;
    rebuild::check(world)?;
    quiet::check(world)?;
    // Last, because it ends the phones' programs.
    privacy::check(world)
}
