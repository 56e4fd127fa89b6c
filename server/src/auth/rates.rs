//! How fast one asker may ask: a bound on what one lost phone, broken program or curious neighbour costs all
//! others. It delays and never forgets: whoever pauses is served again.
//!
//! Kept in memory. A restart forgives everybody.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use roundsman_sync_core::clock::Timestamp;

/// Askers remembered at most: some 10 MB. When full, those who owe nothing are forgotten first.
const REMEMBERED_MAX: usize = 100_000;

/// One rate for each of many askers: so many at once, and then one every so often (the generic cell rate
/// algorithm, ITU-T I.371).
#[derive(Debug)]
pub struct Rates<K> {
    at_once: i64,
    every_ms: i64,
    /// When the asker will owe nothing.
    paid: Mutex<HashMap<K, Timestamp>>,
}

impl<K: Eq + Hash> Rates<K> {
    /// So many at once, and then one every so many milliseconds.
    pub fn new(at_once: i64, every_ms: i64) -> Self {
        Self { at_once, every_ms, paid: Mutex::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The milliseconds it must wait instead.
    pub fn admit(&self, asker: K, now: Timestamp) -> Result<(), i64> {
        let credit_ms = self.at_once * self.every_ms;
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.len() >= REMEMBERED_MAX && !paid.contains_key(&asker) {
            paid.retain(|_, paid| now.millis_since(*paid) < 0);
            if paid.len() >= REMEMBERED_MAX {
                return Ok(());
            }
        }
        let owed = paid.entry(asker).or_insert(now);
        let owed_ms = -now.millis_since(*owed);
        // Nobody can owe more than the credit, unless the server's clock was set back: that is nobody's debt.
        if owed_ms <= 0 || owed_ms > credit_ms {
            *owed = now.plus_millis(self.every_ms);
            return Ok(());
        }
        if owed_ms + self.every_ms > credit_ms {
            return Err(owed_ms + self.every_ms - credit_ms);
        }
        *owed = owed.plus_millis(self.every_ms);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_220_463_000);

    #[test]
    fn whoever_asks_too_fast_waits_a_little_and_nobody_else_does() {
        let rates = Rates::new(3, 100);
        for _ in 0..3 {
            assert_eq!(rates.admit("a", NOW), Ok(()));
        }
        assert_eq!(rates.admit("a", NOW), Err(100));
        assert_eq!(rates.admit("a", NOW.plus_millis(40)), Err(60));
        assert_eq!(rates.admit("b", NOW), Ok(()));
        assert_eq!(rates.admit("a", NOW.plus_millis(100)), Ok(()));
        assert_eq!(rates.admit("a", NOW.plus_millis(100)), Err(100));
        // Asking in vain costs nothing.
        assert_eq!(rates.admit("a", NOW.plus_millis(200)), Ok(()));
    }

    #[test]
    fn a_servers_clock_that_is_set_back_shuts_nobody_out() {
        let rates = Rates::new(3, 100);
        for _ in 0..3 {
            assert_eq!(rates.admit("a", NOW), Ok(()));
        }
        assert_eq!(rates.admit("a", NOW.plus_millis(-3_600_000)), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_a_full_memory_shuts_nobody_out() {
        let rates = Rates::new(3, 100_000);
        for n in 0..REMEMBERED_MAX + 10 {
            assert_eq!(rates.admit(n, NOW), Ok(()));
        }
        assert!(rates.paid.lock().is_ok_and(|paid| paid.len() <= REMEMBERED_MAX));
        assert_eq!(rates.admit(usize::MAX, NOW.plus_millis(1_000_000)), Ok(()));
        assert!(rates.paid.lock().is_ok_and(|paid| paid.len() < 3));
    }
}
