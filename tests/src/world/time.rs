//! Virtual time, and the clocks of phones that tell it badly.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::BootId;

/// The true time of a world. It stands still until the world moves it.
#[derive(Clone, Debug)]
pub struct WorldTime(Arc<AtomicI64>);

impl WorldTime {
    /// A world that begins then.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.millis())))
    }

    /// The true time, which is also the server's.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// Lets time pass.
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Dial {
    offset_ms: i64,
    /// Milliseconds gained in a million; phones stay below 100.
    drift_ppm: i64,
    since: Timestamp,
    booted: Timestamp,
    boot: BootId,
}

/// The clocks of one phone: the wall clock is off, drifts and can be set; the boot clock begins anew
/// with each boot.
#[derive(Clone, Debug)]
pub struct PhoneClock {
    time: WorldTime,
    dial: Arc<Mutex<Dial>>,
}

impl PhoneClock {
    /// A phone that was booted just now, its wall clock off by so much.
    pub fn new(time: WorldTime, offset_ms: i64, drift_ppm: i64, boot: BootId) -> Self {
        let now = time.now();
        let dial = Dial { offset_ms, drift_ppm, since: now, booted: now, boot };
        Self { time, dial: Arc::new(Mutex::new(dial)) }
    }

    /// Somebody sets the wall clock.
    pub fn jump(&self, by_ms: i64) {
        self.dial().offset_ms += by_ms;
    }

    /// The phone is switched off and on.
    pub fn reboot(&self, boot: BootId) {
        let now = self.time.now();
        let mut dial = self.dial();
        dial.booted = now;
        dial.boot = boot;
    }

    /// What the phone would say now.
    pub fn reading(&self) -> ClockReading {
        let now = self.time.now();
        let dial = self.dial();
        let gained = |since: Timestamp| now.millis_since(since) * dial.drift_ppm / 1_000_000;
        ClockReading {
            wall: now.plus_millis(dial.offset_ms + gained(dial.since)),
            boot_ms: now.millis_since(dial.booted) + gained(dial.booted),
            boot: dial.boot,
        }
    }

    fn dial(&self) -> MutexGuard<'_, Dial> {
        self.dial.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for PhoneClock {
    fn read(&mut self) -> ClockReading {
        self.reading()
    }
}
