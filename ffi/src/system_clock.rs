//! The system's clocks.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::BootId;

/// Reads the system's clocks.
pub(crate) struct SystemClock;

impl SystemClock {
    /// The wall clock.
    pub(crate) fn wall() -> Timestamp {
        let millis = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }

    /// All clocks.
    pub(crate) fn reading() -> ClockReading {
        ClockReading { wall: Self::wall(), boot_ms: boot_ms(), boot: *BOOT }
    }
}

impl Clock for SystemClock {
    fn read(&mut self) -> ClockReading {
        Self::reading()
    }
}

/// Milliseconds since boot, counting sleep.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn boot_ms() -> i64 {
    millis(rustix::time::clock_gettime(rustix::time::ClockId::Boottime))
}

/// Milliseconds since boot, counting sleep: Apple's monotonic clock does.
#[cfg(target_vendor = "apple")]
fn boot_ms() -> i64 {
    millis(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic))
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn millis(at: rustix::time::Timespec) -> i64 {
    at.tv_sec.saturating_mul(1_000).saturating_add(at.tv_nsec / 1_000_000)
}

/// Milliseconds since the library was first asked: what there is without a system's clock that counts sleep.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn boot_ms() -> i64 {
    static STARTED: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    i64::try_from(STARTED.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// The boot. Where the system does not tell it, each process counts as a boot of its own: less is known of the
/// server's clock then, and nothing untrue.
static BOOT: LazyLock<BootId> = LazyLock::new(|| boot_of_linux().unwrap_or_else(drawn));

fn boot_of_linux() -> Option<BootId> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().parse().ok()
}

fn drawn() -> BootId {
    let mut name = [0; 16];
    // Without chance all processes share a boot whose clock starts anew: the wall clock is believed then.
    let _ = getrandom::fill(&mut name);
    BootId::from_bytes(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_looks_are_of_one_boot_and_in_order() {
        let (first, second) = (SystemClock::reading(), SystemClock::reading());
        assert_eq!(first.boot, second.boot);
        assert!(first.boot_ms > 0 && first.boot_ms <= second.boot_ms);
        assert!(first.wall > Timestamp::from_rfc3339("2025-01-01T00:00:00Z").unwrap_or_default());
    }
}
