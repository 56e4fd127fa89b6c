//! A shift in virtual time: the server's heart in this process, and a clock that jumps.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::{Request, Response};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::BootId;

use super::shift::{Lived, Shift, Way, Work, hire};
use super::trace::Trace;
use super::wire::Link;
use crate::bench::BenchError;
use crate::data_folder::{DataFolder, FolderError, Identity};
use crate::service::Service;

/// When every shift begins. Any will do.
const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// The clock of a phone in virtual time.
#[derive(Clone)]
struct VirtualClock(Arc<AtomicI64>);

impl Clock for VirtualClock {
    fn read(&mut self) -> ClockReading {
        let boot_ms = self.0.load(Ordering::Relaxed);
        ClockReading { wall: START.plus_millis(boot_ms), boot_ms, boot: BootId::from_bytes([1; 16]) }
    }
}

struct VirtualWay {
    service: Service,
    link: Link,
    clock: VirtualClock,
    /// What the server draws.
    rng: ChaCha8Rng,
}

impl VirtualWay {
    fn show_time(&self) {
        self.clock.0.store(i64::try_from(self.link.now_ms).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

impl Way for VirtualWay {
    fn now_ms(&self) -> u64 {
        self.link.now_ms
    }

    fn wait_until(&mut self, at_ms: u64) {
        self.link.now_ms = self.link.now_ms.max(at_ms);
        self.show_time();
    }

    fn exchange(&mut self, request: &Request<Vec<u8>>) -> Result<Option<Response<Vec<u8>>>, BenchError> {
        let (service, rng) = (&self.service, &mut self.rng);
        let reply = self.link.exchange(request, &mut |at_ms, arrived| {
            service.handle(START.plus_millis(i64::try_from(at_ms).unwrap_or(i64::MAX)), rng, arrived)
        });
        self.show_time();
        Ok(reply)
    }

    fn counts(&self) -> (u64, u64, u32) {
        (self.link.bytes_up, self.link.bytes_down, self.link.cuts)
    }
}

/// Does the work over a link, in a folder that is made for it. A visit begins at its moment in `begin_ms`, in
/// milliseconds from the beginning of the traces, or at once if there is none or it has passed.
///
/// # Errors
/// If it does not arrive whole within a day, or anything but the link fails.
pub fn live(
    folder: &Path,
    (up, down): (Trace, Trace),
    work: Work,
    begin_ms: &[u64],
    seed: u64,
) -> Result<Lived, BenchError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let data = DataFolder::init(&folder.join("server"), "Bench", START, &mut rng)?;
    let readers = data.clone();
    // As `serve` does it, but that chance comes from the seed: a token of other bytes packs otherwise.
    let mut writer = data.writer(&mut rng)?;
    let hired = hire(&Identity::load(&data.reader()?)?, &mut writer, START, &mut rng)?;
    let connect = Box::new(move || readers.reader());
    let (uploads, blobs) =
        (data.uploads().map_err(FolderError::from)?, data.blobs().map_err(FolderError::from)?);
    let service = Service::new(writer, connect, uploads, blobs, &mut rng)?;
    let clock = VirtualClock(Arc::new(AtomicI64::new(0)));
    let way = VirtualWay { service, link: Link::new(up, down), clock: clock.clone(), rng };
    let at_office = |way: &mut VirtualWay, request: &Request<Vec<u8>>| {
        Ok(way.service.handle(START, &mut way.rng, request))
    };
    Shift::begin(folder, data, hired, (way, clock), at_office, seed)?.live(work, begin_ms)
}
