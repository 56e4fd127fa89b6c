//! Telling phones that there is something: the streams behind `GET /v1/events`.
//!
//! A hint has no content. It says that a feed of the phone, or its rights, changed after the position the
//! phone has seen; the phone then syncs.
//!
//! Made for thousands of streams that say nothing for hours:
//! - No stream asks the database anything after it has been opened. One task (`watch`) looks once after a
//!   commit, at the feeds that were touched since its last look, and wakes the streams that have one of them.
//! - A stream holds one position and no queue. After a hint nothing more is sent until its phone has
//!   synced: further hints would say the same. So a phone that does not read costs no memory.
//! - What was sent to a phone is not hinted to it: a sync that ends level says up to where.
//!
//! Where to look: `streams` (which stream is told what; pure), `line` (one stream's mailbox), `look` (what
//! is asked of the tables), `watch` (the task).

mod line;
mod look;
mod streams;
mod watch;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::limits::EVENT_STREAMS_MAX;
use roundsman_sync_core::protocol::messages::Pos;
use tokio::sync::Notify;

pub use line::Stream;
pub use look::{Seen, seen};
pub use streams::NotOpened;
pub use watch::watch;

use line::Line;
use streams::{News, Streams};

/// The streams of one server.
#[derive(Debug)]
pub struct Hints {
    // std Mutex: held for a few map operations, never across an await.
    streams: Mutex<Streams<Arc<Line>>>,
    /// Somebody in this process has written something.
    committed: Notify,
    closed: Notify,
    is_watched: AtomicBool,
}

impl Default for Hints {
    fn default() -> Self {
        Self::with_room_for(EVENT_STREAMS_MAX)
    }
}

impl Hints {
    /// With room for so many streams.
    pub fn with_room_for(streams_max: usize) -> Self {
        Self {
            streams: Mutex::new(Streams::new(streams_max)),
            committed: Notify::new(),
            closed: Notify::new(),
            is_watched: AtomicBool::new(false),
        }
    }

    fn streams(&self) -> MutexGuard<'_, Streams<Arc<Line>>> {
        // Whoever panicked while holding it left whole entries: each is changed by single assignments.
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens the stream of a device that has seen everything up to `from`; without it, everything up to now.
    /// An older stream of the device ends. `seen` is what the tables say of the device.
    ///
    /// # Errors
    /// [`NotOpened::Stale`] if the watch has looked further than `seen`: look again. The others say that there
    /// is no room, or that the server is about to end.
    pub fn open(
        self: &Arc<Self>,
        device: DeviceId,
        seen: &Seen,
        from: Option<Pos>,
    ) -> Result<Stream, NotOpened> {
        let line = Arc::new(Line::default());
        let number = self.streams().open(device, seen, from, Arc::clone(&line))?;
        Ok(Stream::new(Arc::clone(self), device, number, line))
    }

    /// A sync of this device has told it everything up to `base`.
    pub fn synced(&self, device: DeviceId, base: Pos) {
        self.streams().synced(device, base);
    }

    /// Something was written to the database by this process.
    pub fn committed(&self) {
        self.committed.notify_one();
    }

    /// Ends every stream and opens no more: the server is about to stop.
    pub fn close(&self) {
        self.streams().close();
        self.closed.notify_one();
    }

    /// How many streams are open.
    pub fn open_streams(&self) -> usize {
        self.streams().len()
    }

    /// True for the first who asks, who then has to run [`watch`].
    pub fn must_be_watched(&self) -> bool {
        !self.is_watched.swap(true, Ordering::Relaxed)
    }

    fn leave(&self, device: DeviceId, number: u64) {
        self.streams().leave(device, number);
    }

    fn looked(&self) -> Pos {
        self.streams().looked()
    }

    fn is_open(&self, device: DeviceId) -> bool {
        self.streams().is_open(device)
    }

    fn tell(&self, news: &News) {
        self.streams().tell(news);
    }
}
