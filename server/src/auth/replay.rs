//! Each signed request is good once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use roundsman_sync_core::ids::DeviceId;

/// The highest counter seen of each device since the server started.
///
/// It is asked only after the signature was verified, so it holds one number per enrolled device and no
/// stranger can make it grow. It lives in memory alone: after a restart the run's epoch differs, every
/// token of before is stale, and so is every request that could be replayed.
#[derive(Debug, Default)]
pub struct ReplayGuard {
    // std Mutex: never held across an await.
    highest: Mutex<HashMap<DeviceId, u64>>,
}

impl ReplayGuard {
    /// A guard that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a request with this counter, if it is greater than every one taken before.
    ///
    /// Of two equal requests at once exactly one is taken.
    ///
    /// # Errors
    /// The lowest counter that would be taken, so that a device whose storage went back can go on.
    /// A device that used up [`u64::MAX`] is taken again only after a restart.
    pub fn admit(&self, device: DeviceId, counter: u64) -> Result<(), u64> {
        // A panic elsewhere cannot leave a number half written, so a poisoned lock is as good as any.
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        match highest.get_mut(&device) {
            Some(seen) if counter <= *seen => Err(seen.saturating_add(1)),
            Some(seen) => {
                *seen = counter;
                Ok(())
            }
            None => {
                highest.insert(device, counter);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: DeviceId = DeviceId::from_bytes([1; 16]);
    const OTHER: DeviceId = DeviceId::from_bytes([2; 16]);

    #[test]
    fn a_counter_is_taken_once_and_gaps_do_no_harm() {
        let guard = ReplayGuard::new();
        assert_eq!(guard.admit(PHONE, 0), Ok(()));
        assert_eq!(guard.admit(PHONE, 0), Err(1));
        assert_eq!(guard.admit(PHONE, 9), Ok(()));
        assert_eq!(guard.admit(PHONE, 9), Err(10));
        assert_eq!(guard.admit(PHONE, 3), Err(10));
        assert_eq!(guard.admit(PHONE, 10), Ok(()));
    }

    #[test]
    fn devices_do_not_disturb_each_other() {
        let guard = ReplayGuard::new();
        assert_eq!(guard.admit(PHONE, 500), Ok(()));
        assert_eq!(guard.admit(OTHER, 1), Ok(()));
        assert_eq!(guard.admit(OTHER, 1), Err(2));
    }

    #[test]
    fn the_last_counter_there_is_ends_the_row_without_overflow() {
        let guard = ReplayGuard::new();
        assert_eq!(guard.admit(PHONE, u64::MAX), Ok(()));
        assert_eq!(guard.admit(PHONE, u64::MAX), Err(u64::MAX));
        assert_eq!(guard.admit(PHONE, 0), Err(u64::MAX));
    }

    #[test]
    fn of_many_equal_requests_at_once_exactly_one_is_taken() {
        let guard = ReplayGuard::new();
        let taken: usize = std::thread::scope(|scope| {
            let runners: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..200).filter(|&n| guard.admit(PHONE, n).is_ok()).count()))
                .collect();
            runners.into_iter().map(|runner| runner.join().unwrap_or(usize::MAX)).sum()
        });
        // No counter twice; and whoever came first with the last one was taken.
        assert!((1..=200).contains(&taken), "{taken}");
        assert_eq!(guard.admit(PHONE, 199), Err(200));
    }
}
