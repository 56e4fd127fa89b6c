//! A phone's clocks in a world where a shift takes a second.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rand::Rng;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::BootId;

/// The clocks of one phone. Copies show the same time.
#[derive(Clone)]
pub(super) struct PhoneClock(Arc<Mutex<State>>);

struct State {
    /// What time it really is in the story.
    truth: Timestamp,
    /// From when on the story runs as fast as the real world.
    real_since: Option<Instant>,
    /// How wrong the wall clock is.
    error_ms: i64,
    boot: BootId,
    booted: Timestamp,
}

impl PhoneClock {
    /// A phone that was started an hour ago and whose wall clock is `error_ms` ahead.
    pub(super) fn new(truth: Timestamp, error_ms: i64, rng: &mut dyn Rng) -> Self {
        let booted = truth.plus_millis(-3_600_000);
        let boot = BootId::mint(booted, rng);
        Self(Arc::new(Mutex::new(State { truth, real_since: None, error_ms, boot, booted })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What time it really is.
    pub(super) fn truth(&self) -> Timestamp {
        self.lock().truth()
    }

    /// Lets time pass until this moment. Time never goes back.
    pub(super) fn pass_until(&self, truth: Timestamp) {
        let mut state = self.lock();
        state.truth = state.truth.max(truth);
    }

    /// The phone restarts and believes that it is `ahead_ms` later than it is. Only a restart does it:
    /// within one boot a replica counts by the clock that cannot be set.
    pub(super) fn restart_ahead(&self, ahead_ms: i64, rng: &mut dyn Rng) {
        let mut state = self.lock();
        state.error_ms = ahead_ms;
        state.booted = state.truth;
        state.boot = BootId::mint(state.truth, rng);
    }

    /// From now on the story keeps pace with the real world.
    pub(super) fn run_from(&self, truth: Timestamp) {
        let mut state = self.lock();
        state.truth = state.truth.max(truth);
        state.real_since = Some(Instant::now());
    }
}

impl State {
    fn truth(&self) -> Timestamp {
        let since = self.real_since.map_or(0, |since| since.elapsed().as_millis());
        self.truth.plus_millis(i64::try_from(since).unwrap_or(i64::MAX))
    }
}

impl Clock for PhoneClock {
    fn read(&mut self) -> ClockReading {
        let state = self.lock();
        let truth = state.truth();
        ClockReading {
            wall: truth.plus_millis(state.error_ms),
            boot_ms: truth.millis_since(state.booted),
            boot: state.boot,
        }
    }
}
