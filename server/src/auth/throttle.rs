//! Wrong passwords: after a few, the next try is not even heard for a while.
//!
//! Kept in memory. A restart forgives everybody, which costs an attacker more time than it gives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use roundsman_sync_core::clock::Timestamp;

use super::accounts::LOGIN_CHARS_MAX;
use super::subscriber::Subscriber;

/// Wrong tries of one login from one address before a pause.
const FAILURES_MAX: u32 = 5;
/// Wrong tries from one address, whatever the login, before a pause: an office behind one address has
/// many people who mistype, a list of stolen passwords has more.
const FAILURES_PER_ADDRESS_MAX: u32 = 50;
/// The pause, counted from the last wrong try.
const PAUSE_MS: i64 = 5 * 60 * 1000;
/// Pairs remembered at most: some 10 MB. When full, those whose pause is over go first.
const REMEMBERED_MAX: usize = 50_000;

/// Who tried: a login from a subscriber, or a subscriber with any login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    from: Option<Subscriber>,
    login: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// Remembers wrong tries.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<HashMap<Key, Failures>>,
}

/// One try to sign in: the login as typed, and the address it came from if that is known.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// As typed.
    pub login: &'a str,
    /// From where.
    pub address: Option<IpAddr>,
}

impl Try<'_> {
    fn keys(&self) -> [(Key, u32); 2] {
        let login: String = self.login.chars().flat_map(char::to_lowercase).take(LOGIN_CHARS_MAX).collect();
        let from = self.address.map(Subscriber::from);
        [
            (Key { from, login: Some(login) }, FAILURES_MAX),
            (Key { from, login: None }, FAILURES_PER_ADDRESS_MAX),
        ]
    }
}

impl Throttle {
    /// Counts a try before its password is looked at. Counting first bounds tries made at the same time.
    ///
    /// # Errors
    /// The milliseconds it must wait instead.
    pub fn admit(&self, one: &Try<'_>, now: Timestamp) -> Result<(), i64> {
        let mut failures = self.lock();
        let fresh = |found: &Failures| now.millis_since(found.last) < PAUSE_MS;
        for (key, max) in one.keys() {
            if let Some(found) = failures.get(&key).filter(|found| fresh(found) && found.count >= max) {
                return Err(PAUSE_MS - now.millis_since(found.last));
            }
        }
        if failures.len() >= REMEMBERED_MAX {
            failures.retain(|_, found| fresh(found));
        }
        for (key, _) in one.keys() {
            if failures.len() >= REMEMBERED_MAX && !failures.contains_key(&key) {
                continue;
            }
            let found = failures.entry(key).or_insert(Failures { count: 0, last: now });
            if !fresh(found) {
                found.count = 0;
            }
            *found = Failures { count: found.count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// The password of an admitted try was right: it does not count.
    pub fn succeeded(&self, one: &Try<'_>) {
        let mut failures = self.lock();
        let [(pair, _), (address, _)] = one.keys();
        failures.remove(&pair);
        if let Some(found) = failures.get_mut(&address) {
            found.count = found.count.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        // A count half done is still a count.
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_220_463_000);

    fn from(login: &str, last: u8) -> Try<'_> {
        Try { login, address: Some(IpAddr::from([192, 0, 2, last])) }
    }

    #[test]
    fn after_five_wrong_tries_the_sixth_waits_and_is_then_heard() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.admit(&from("lin", 1), NOW), Ok(()));
        }
        assert_eq!(throttle.admit(&from("LIN", 1), NOW.plus_millis(1_000)), Err(PAUSE_MS - 1_000));
        // Neither another person nor the same from elsewhere has to wait.
        assert_eq!(throttle.admit(&from("zhou", 1), NOW), Ok(()));
        assert_eq!(throttle.admit(&from("lin", 2), NOW), Ok(()));
        assert_eq!(throttle.admit(&from("lin", 1), NOW.plus_millis(PAUSE_MS)), Ok(()));
    }

    #[test]
    fn a_right_password_forgives_the_wrong_ones() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            assert_eq!(throttle.admit(&from("lin", 1), NOW), Ok(()));
            throttle.succeeded(&from("lin", 1));
        }
    }

    #[test]
    fn one_address_cannot_try_every_login() {
        let throttle = Throttle::default();
        for n in 0..FAILURES_PER_ADDRESS_MAX {
            assert_eq!(throttle.admit(&from(&n.to_string(), 1), NOW), Ok(()));
        }
        assert_eq!(throttle.admit(&from("next", 1), NOW), Err(PAUSE_MS));
    }

    #[test]
    fn memory_is_bounded_however_many_logins_are_tried() {
        let throttle = Throttle::default();
        for n in 0..u32::try_from(REMEMBERED_MAX).unwrap_or(0) + 10 {
            let address = Some(IpAddr::from(n.to_be_bytes()));
            let _ = throttle.admit(&Try { login: "x", address }, NOW);
        }
        assert!(throttle.lock().len() <= REMEMBERED_MAX);
    }
}
