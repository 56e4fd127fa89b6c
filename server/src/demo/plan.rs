//! What the seed decides: how much is done, where the link breaks, whose clock is wrong, when the server
//! is killed. The same seed makes the same shift; what threads and the network make of it may differ.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::model::{Department, Role};
use sha2::{Digest, Sha256};

/// Somebody with a phone.
#[derive(Debug)]
pub(super) struct Staff {
    /// Names the phone's file.
    pub(super) file: &'static str,
    /// Their name.
    pub(super) name: &'static str,
    /// What they are.
    pub(super) role: Role,
    /// Where they work, for roles that belong to a department.
    pub(super) department: Option<Department>,
}

/// The people whose phones are simulated.
pub(super) static STAFF: [Staff; 4] = [
    Staff { file: "guard", name: "王强", role: Role::Guard, department: Some(Department::Security) },
    Staff {
        file: "technician-1",
        name: "李明",
        role: Role::Technician,
        department: Some(Department::Engineering),
    },
    Staff {
        file: "technician-2",
        name: "赵磊",
        role: Role::Technician,
        department: Some(Department::Engineering),
    },
    Staff { file: "reception", name: "陈静", role: Role::Reception, department: None },
];
/// Their places in [`STAFF`].
pub(super) const GUARD: usize = 0;
/// See [`GUARD`].
pub(super) const TECHNICIANS: [usize; 2] = [1, 2];
/// See [`GUARD`].
pub(super) const RECEPTION: usize = 3;

/// When the phones are offline, by everybody's watch.
pub(super) const SHIFT_MS: i64 = 8 * 3600 * 1000;
/// By how much a clock is wrong after the jump.
pub(super) const JUMP_MS: i64 = 3 * 3600 * 1000;
/// How long before the end of the shift it jumps. A quarter of an hour less than the jump, because only
/// stamps that are ahead are refused; and no less than that, so that every phone has work left to do.
pub(super) const JUMP_BEFORE_END_MS: i64 = JUMP_MS - 15 * 60 * 1000;

/// When the server is killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedKill {
    /// While it serves this phone.
    pub(super) phone: usize,
    /// On which of its connections of the evening, counted from 0.
    pub(super) connection: u32,
}

/// What happens in one run.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where all of it comes from.
    pub(super) seed: u64,
    /// What the guard finds.
    pub(super) findings: usize,
    /// Orders that each technician works through.
    pub(super) orders_each: usize,
    /// Cases that come in at the reception desk.
    pub(super) calls: usize,
    /// Photos that are taken in all.
    pub(super) pictures: usize,
    /// Whose clock jumps.
    pub(super) jumps: usize,
    /// When the server is killed.
    pub(super) kill: PlannedKill,
}

impl Plan {
    /// The plan of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut rng = rng(seed, "plan");
        Self {
            seed,
            findings: rng.random_range(3..=6),
            orders_each: rng.random_range(5..=7),
            calls: rng.random_range(4..=6),
            pictures: rng.random_range(12..=16),
            jumps: rng.random_range(0..STAFF.len()),
            kill: PlannedKill {
                phone: rng.random_range(0..STAFF.len()),
                connection: rng.random_range(1..=5),
            },
        }
    }

    /// A stream of chance of its own for everything that has a name, so that more of one thing does not
    /// shift all others.
    pub(super) fn rng(&self, name: &str) -> StdRng {
        rng(self.seed, name)
    }
}

fn rng(seed: u64, name: &str) -> StdRng {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(name.as_bytes());
    StdRng::from_seed(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_plan_and_its_streams_differ() {
        assert_eq!(format!("{:?}", Plan::of(7)), format!("{:?}", Plan::of(7)));
        assert_ne!(format!("{:?}", Plan::of(7)), format!("{:?}", Plan::of(8)));
        let plan = Plan::of(7);
        let (mut a, mut b) = (plan.rng("a"), plan.rng("b"));
        assert_ne!(a.random::<u64>(), b.random::<u64>());
    }
}
