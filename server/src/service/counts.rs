//! How many changes became what.

use std::sync::atomic::{AtomicU64, Ordering};

use roundsman_sync_core::protocol::messages::Verdict;

/// Counts since the server was started. The same change sent twice counts twice: they tell of traffic.
#[derive(Debug, Default)]
pub struct VerdictCounts {
    accepted: AtomicU64,
    pending: AtomicU64,
    quarantined: AtomicU64,
    superseded: AtomicU64,
    fork: AtomicU64,
}

impl VerdictCounts {
    pub(super) fn count(&self, verdicts: &[Vec<Verdict>]) {
        for verdict in verdicts.iter().flatten() {
            let count = match verdict {
                Verdict::Accepted { .. } => &self.accepted,
                Verdict::Pending { .. } => &self.pending,
                Verdict::Quarantined { .. } => &self.quarantined,
                Verdict::Superseded { .. } => &self.superseded,
                Verdict::Fork => &self.fork,
            };
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Each count with the name of its verdict.
    pub fn all(&self) -> [(&'static str, u64); 5] {
        [
            ("accepted", &self.accepted),
            ("pending", &self.pending),
            ("quarantined", &self.quarantined),
            ("superseded", &self.superseded),
            ("fork", &self.fork),
        ]
        .map(|(name, count)| (name, count.load(Ordering::Relaxed)))
    }
}
