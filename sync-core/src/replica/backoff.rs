//! How long to wait after a try that failed: exponential, with full jitter, as a value without a clock.
//!
//! Phones that lose a mast lose it together, and would come back together. So each draws its wait evenly
//! between nothing and a ceiling that doubles with every failure ('full jitter': of the schemes compared in
//! <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/> the one with the fewest calls).

use http::HeaderMap;
use rand_core::Rng;

use super::http_reply::number;
use crate::clock::ClockReading;

/// The first ceiling: about what a phone needs to find the next mast. A shorter one asks the same dead link.
pub const BACKOFF_MS_MIN: u64 = 1_000;
/// The last ceiling: somebody who steps out of a lift shaft waits two and a half minutes on average, and ten
/// thousand phones off the air cost a server that comes back 67 requests a second.
pub const BACKOFF_MS_MAX: u64 = 5 * 60 * 1_000;
/// The longest `Retry-After` that is honoured: a proxy's slip of the pen must not silence a phone for a day.
pub const RETRY_AFTER_MS_MAX: u64 = 60 * 60 * 1_000;

/// See the module. Time and chance are handed in; it holds nothing that has to outlive the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Failures since the last success.
    failures: u32,
    /// When the next try may go out.
    until: Option<Until>,
}

/// A moment by the clock that setting the time does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Until {
    boot_ms: i64,
    at: ClockReading,
}

impl Backoff {
    /// Nothing has failed yet.
    pub const fn new() -> Self {
        Self { failures: 0, until: None }
    }

    /// The server answered and the answer was of use: the next failure is a first one.
    pub const fn succeeded(&mut self) {
        *self = Self::new();
    }

    /// A try failed at `now`. `retry_after_ms` is what the server asked for, if it answered at all; the wait is
    /// then that and the jitter on top, so that those who were sent away together do not come back together.
    /// Gives the wait in milliseconds.
    pub fn failed(&mut self, now: ClockReading, retry_after_ms: Option<u64>, rng: &mut dyn Rng) -> u64 {
        let ceiling_ms =
            BACKOFF_MS_MIN.saturating_mul(1 << self.failures.min(u64::BITS - 2)).min(BACKOFF_MS_MAX);
        self.failures = self.failures.saturating_add(1);
        // The remainder favours small waits by less than one in 10^13.
        let jitter_ms = rng.next_u64() % (ceiling_ms + 1);
        let wait_ms = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MS_MAX) + jitter_ms;
        let boot_ms = now.boot_ms.saturating_add(i64::try_from(wait_ms).unwrap_or(i64::MAX));
        self.until = Some(Until { boot_ms, at: now });
        wait_ms
    }

    /// How long to wait from `now` on, in milliseconds; 0 if a try may go out. After a restart of the phone it
    /// may: whatever kept it from the server, a boot has taken longer than the wait would tell.
    pub fn wait_ms(&self, now: ClockReading) -> u64 {
        match self.until {
            Some(until) if until.at.boot == now.boot => {
                u64::try_from(until.boot_ms.saturating_sub(now.boot_ms)).unwrap_or(0)
            }
            Some(_) | None => 0,
        }
    }

    /// Tries that failed since the last success.
    pub const fn failures(&self) -> u32 {
        self.failures
    }
}

/// What a reply's `Retry-After` asks for, in milliseconds. Only seconds are understood (RFC 9110, 10.2.3); a
/// date would mean nothing on a phone whose clock is off.
pub fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    number(headers, "retry-after")?.checked_mul(1_000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::BootId;

    fn at(boot_ms: i64) -> ClockReading {
        ClockReading { wall: Timestamp::from_millis(boot_ms), boot_ms, boot: BootId::from_bytes([1; 16]) }
    }

    /// Chance that always gives the same.
    struct Always(u64);

    impl rand_core::TryRng for Always {
        type Error = std::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(u32::try_from(self.0 & 0xffff_ffff).unwrap())
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(self.0)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            bytes.fill(0);
            Ok(())
        }
    }

    #[test]
    fn the_ceiling_doubles_up_to_five_minutes() {
        let ceilings =
            [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000];
        let mut backoff = Backoff::new();
        for ceiling in ceilings {
            assert_eq!(backoff.failed(at(0), None, &mut Always(ceiling)), ceiling, "the most is the ceiling");
        }
        let mut again = Backoff::new();
        for ceiling in ceilings {
            assert_eq!(again.failed(at(0), None, &mut Always(ceiling + 1)), 0, "past it chance begins anew");
        }
    }

    #[test]
    fn a_success_forgets_every_failure() {
        let mut backoff = Backoff::new();
        for _ in 0..20 {
            backoff.failed(at(0), None, &mut Always(300_000));
        }
        assert_eq!((backoff.failures(), backoff.wait_ms(at(0))), (20, 300_000));
        backoff.succeeded();
        assert_eq!((backoff.failures(), backoff.wait_ms(at(0))), (0, 0));
        assert_eq!(backoff.failed(at(0), None, &mut Always(1_000)), 1_000);
    }

    #[test]
    fn what_the_server_asks_for_is_waited_with_chance_on_top_and_within_reason() {
        for (asked_ms, chance, waited) in [
            (0, 700, 700),
            (30_000, 0, 30_000),
            (30_000, 700, 30_700),
            (RETRY_AFTER_MS_MAX, 0, RETRY_AFTER_MS_MAX),
            (u64::MAX, 700, RETRY_AFTER_MS_MAX + 700),
        ] {
            assert_eq!(Backoff::new().failed(at(0), Some(asked_ms), &mut Always(chance)), waited);
        }
        let headers = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            headers
        };
        assert_eq!(retry_after_ms(&headers("30")), Some(30_000));
        for unread in ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "", "99999999999999999999"] {
            assert_eq!(retry_after_ms(&headers(unread)), None, "{unread}");
        }
        assert_eq!(retry_after_ms(&HeaderMap::new()), None);
    }

    #[test]
    fn the_wait_runs_by_the_boot_clock_and_ends_with_the_boot() {
        let mut backoff = Backoff::new();
        backoff.failed(at(5_000), None, &mut Always(900));
        for (now, left) in [(5_000, 900), (5_600, 300), (5_900, 0), (77_000, 0)] {
            assert_eq!(backoff.wait_ms(at(now)), left);
        }
        let wall_set = ClockReading { wall: Timestamp::from_millis(0), ..at(5_600) };
        assert_eq!(backoff.wait_ms(wall_set), 300);
        let rebooted = ClockReading { boot: BootId::from_bytes([2; 16]), ..at(0) };
        assert_eq!(backoff.wait_ms(rebooted), 0);
    }

    proptest! {
        /// Whatever happens, nobody waits longer than the bounds, and never longer than was told.
        #[test]
        fn no_wait_goes_past_its_bounds(
            seed: u64, boot_ms in 0_i64..1 << 40, asked in proptest::collection::vec(any::<Option<u64>>(), 1..80),
        ) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut backoff = Backoff::new();
            for (failures, asked_ms) in (1..).zip(asked) {
                let wait_ms = backoff.failed(at(boot_ms), asked_ms, &mut rng);
                let asked_ms = asked_ms.unwrap_or(0).min(RETRY_AFTER_MS_MAX);
                prop_assert!((asked_ms..=asked_ms + BACKOFF_MS_MAX).contains(&wait_ms));
                prop_assert_eq!(backoff.wait_ms(at(boot_ms)), wait_ms);
                prop_assert_eq!(backoff.wait_ms(at(boot_ms + i64::try_from(wait_ms).unwrap())), 0);
                prop_assert_eq!(backoff.failures(), failures);
            }
        }
    }
}
