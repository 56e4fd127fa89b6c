//! The clocks of this machine, as a phone reads them.

use std::time::Instant;

use roundsman_sync_core::clock::{Clock, ClockReading};
use roundsman_sync_core::ids::BootId;

use crate::app::App;

/// The clocks of a phone that was just switched on.
#[derive(Clone, Copy)]
pub(super) struct RealClock {
    boot: BootId,
    booted: Instant,
}

impl RealClock {
    pub(super) fn start() -> Self {
        Self { boot: BootId::mint(App::now(), &mut rand::rng()), booted: Instant::now() }
    }
}

impl Clock for RealClock {
    fn read(&mut self) -> ClockReading {
        let since = i64::try_from(self.booted.elapsed().as_millis()).unwrap_or(i64::MAX);
        ClockReading { wall: App::now(), boot_ms: since, boot: self.boot }
    }
}
