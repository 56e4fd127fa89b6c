//! Who may read and write a file: SQLite's five file locks, the eight slots of a WAL index, and the
//! memory that connections of one process share for it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicU64;

use super::HandleId;

/// SQLite's lock levels, in rising order. `Pending` is only ever reached on the way to `Exclusive`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// Somebody else is in the way; SQLite's busy handler decides what then.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Busy;

/// The file locks that the open handles of one file hold.
#[derive(Debug, Default)]
pub(super) struct FileLocks(BTreeMap<HandleId, Level>);

impl FileLocks {
    pub(super) fn raise(&mut self, handle: HandleId, to: Level) -> Result<(), Busy> {
        let own = self.0.get(&handle).copied().unwrap_or_default();
        if own >= to {
            return Ok(());
        }
        let highest_of_others = self.highest(|other| other != handle);
        let allowed_beside = match to {
            Level::None | Level::Shared => Level::Reserved,
            Level::Reserved | Level::Pending | Level::Exclusive => Level::Shared,
        };
        if highest_of_others > allowed_beside {
            return Err(Busy);
        }
        if to == Level::Exclusive && highest_of_others != Level::None {
            // Readers finish, no new ones come in: the next attempt may succeed.
            self.0.insert(handle, Level::Pending);
            return Err(Busy);
        }
        self.0.insert(handle, to);
        Ok(())
    }

    pub(super) fn lower(&mut self, handle: HandleId, to: Level) {
        self.0.insert(handle, to);
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.highest(|_| true) > Level::Shared
    }

    pub(super) fn forget(&mut self, handle: HandleId) {
        self.0.remove(&handle);
    }

    fn highest(&self, counts: impl Fn(HandleId) -> bool) -> Level {
        let held = self.0.iter().filter(|(handle, _)| counts(**handle));
        held.map(|(_, level)| *level).max().unwrap_or_default()
    }
}

/// How a slot of the WAL index is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Shared,
    Exclusive,
}

/// Number of lock slots of a WAL index (`SQLITE_SHM_NLOCK`).
const SLOTS: usize = 8;

/// The WAL index of one database: memory that is lost with the process, as it may be.
#[derive(Debug, Default)]
pub(super) struct SharedMemory {
    /// `u64`, because SQLite wants its memory aligned; atomic, because SQLite writes through a shared
    /// reference. A region never moves while anybody has it mapped.
    regions: Vec<Box<[AtomicU64]>>,
    holders: BTreeMap<HandleId, [Option<Hold>; SLOTS]>,
}

impl SharedMemory {
    /// The address of a region, made of zeros when it is new and `extend` says so.
    pub(super) fn map(
        &mut self,
        handle: HandleId,
        region: usize,
        size_bytes: usize,
        extend: bool,
    ) -> Option<*const AtomicU64> {
        self.holders.entry(handle).or_default();
        while extend && self.regions.len() <= region {
            let words = size_bytes.div_ceil(size_of::<AtomicU64>());
            self.regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        Some(self.regions.get(region)?.as_ptr())
    }

    pub(super) fn lock(&mut self, handle: HandleId, slots: Range<usize>, how: Hold) -> Result<(), Busy> {
        let in_the_way = |held: Option<Hold>| match how {
            Hold::Shared => held == Some(Hold::Exclusive),
            Hold::Exclusive => held.is_some(),
        };
        let mut others = self.holders.iter().filter(|(other, _)| **other != handle);
        if others.any(|(_, held)| held[slots.clone()].iter().copied().any(in_the_way)) {
            return Err(Busy);
        }
        self.holders.entry(handle).or_default()[slots].fill(Some(how));
        Ok(())
    }

    pub(super) fn unlock(&mut self, handle: HandleId, slots: Range<usize>) {
        self.holders.entry(handle).or_default()[slots].fill(None);
    }

    /// Takes the handle's view away; the last one takes the memory with it.
    pub(super) fn unmap(&mut self, handle: HandleId) {
        self.holders.remove(&handle);
        if self.holders.is_empty() {
            self.regions.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: HandleId = HandleId(1);
    const TWO: HandleId = HandleId(2);

    #[test]
    fn one_writer_and_readers_share_until_the_writer_wants_all() {
        let mut locks = FileLocks::default();
        assert_eq!(locks.raise(ONE, Level::Shared), Ok(()));
        assert_eq!(locks.raise(TWO, Level::Shared), Ok(()));
        assert_eq!(locks.raise(ONE, Level::Reserved), Ok(()));
        assert_eq!(locks.raise(TWO, Level::Reserved), Err(Busy));
        assert_eq!(locks.raise(ONE, Level::Exclusive), Err(Busy));
        locks.lower(TWO, Level::None);
        assert_eq!(locks.raise(TWO, Level::Shared), Err(Busy), "pending");
        assert_eq!(locks.raise(ONE, Level::Exclusive), Ok(()));
    }

    #[test]
    fn an_exclusive_slot_shuts_out_every_other_handle() {
        let mut index = SharedMemory::default();
        assert_eq!(index.lock(ONE, 3..8, Hold::Exclusive), Ok(()));
        assert_eq!(index.lock(TWO, 4..5, Hold::Shared), Err(Busy));
        assert_eq!(index.lock(TWO, 0..1, Hold::Exclusive), Ok(()));
        index.unlock(ONE, 3..8);
        assert_eq!(index.lock(TWO, 4..5, Hold::Shared), Ok(()));
        assert_eq!(index.lock(ONE, 4..5, Hold::Exclusive), Err(Busy));
    }
}
