//! Which stream is told what. No I/O, no time.

use std::collections::{HashMap, HashSet};

use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::protocol::messages::{FeedNumber, Pos};

use super::look::Seen;

#[cfg(test)]
mod tests;

/// Who is at the other end of a stream.
pub(super) trait Told {
    /// There is something. The server has looked up to here.
    fn hint(&self, pos: Pos);
    /// What was said is no longer so; it need not be sent if it was not yet.
    fn take_back(&self);
    /// Nothing more will come.
    fn end(&self);
}

/// Why a stream was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// The tables were read before the watch last looked.
    Stale,
    /// There are as many as there may be.
    Full,
    /// The server is about to stop.
    Closing,
}

/// What a look at the tables found.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The end of the log in that look.
    pub(super) head: Pos,
    /// Feeds in which something happened, and where.
    pub(super) feeds: Vec<(FeedNumber, Pos)>,
    /// Devices with a stream whose rights changed.
    pub(super) devices: Vec<(DeviceId, Seen)>,
}

#[derive(Debug)]
struct Held<T> {
    number: u64,
    feeds: Vec<FeedNumber>,
    /// The last position at which something happened that concerns the device.
    newest: Pos,
    /// The device has been told, or has seen for itself, that there is something up to here.
    told: Pos,
    /// A hint is out that no sync has answered.
    is_hinted: bool,
    line: T,
}

impl<T: Told> Held<T> {
    /// Sends a hint if there is something and none is out.
    fn hint(&mut self, head: Pos) {
        if self.newest > self.told && !self.is_hinted {
            self.is_hinted = true;
            self.line.hint(head.max(self.newest));
        }
    }
}

/// The open streams.
#[derive(Debug)]
pub(super) struct Streams<T> {
    by_device: HashMap<DeviceId, Held<T>>,
    by_feed: HashMap<FeedNumber, HashSet<DeviceId>>,
    /// Up to where in the log everything has been told.
    looked: Pos,
    opened: u64,
    is_closed: bool,
    streams_max: usize,
}

impl<T: Told> Streams<T> {
    pub(super) fn new(streams_max: usize) -> Self {
        Self {
            by_device: HashMap::new(),
            by_feed: HashMap::new(),
            looked: 0,
            opened: 0,
            is_closed: false,
            streams_max,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_device.len()
    }

    pub(super) fn looked(&self) -> Pos {
        self.looked
    }

    pub(super) fn is_open(&self, device: DeviceId) -> bool {
        self.by_device.contains_key(&device)
    }

    /// Opens a stream and tells its number, which no other has.
    pub(super) fn open(
        &mut self,
        device: DeviceId,
        seen: &Seen,
        from: Option<Pos>,
        line: T,
    ) -> Result<u64, NotOpened> {
        if self.is_closed {
            return Err(NotOpened::Closing);
        }
        // What happened between `seen` and the last look would be told to nobody.
        if seen.head < self.looked {
            return Err(NotOpened::Stale);
        }
        if self.by_device.len() >= self.streams_max && !self.by_device.contains_key(&device) {
            return Err(NotOpened::Full);
        }
        if let Some(older) = self.remove(device) {
            older.line.end();
        }
        self.opened += 1;
        let (told, newest) = match from {
            None => (seen.head, seen.newest),
            Some(from) if from <= seen.head => (from, seen.newest),
            // A position that this log has not reached is one of another log: the device has to find that out.
            Some(_) => (0, seen.head),
        };
        let number = self.opened;
        let mut held = Held { number, feeds: Vec::new(), newest, told, is_hinted: false, line };
        held.hint(seen.head);
        self.by_device.insert(device, held);
        self.subscribe(device, seen);
        Ok(self.opened)
    }

    /// Gives a stream exactly the feeds that its device now has.
    fn subscribe(&mut self, device: DeviceId, seen: &Seen) {
        let Some(held) = self.by_device.get_mut(&device) else { return };
        let before = std::mem::replace(&mut held.feeds, seen.feeds.clone());
        for feed in before {
            Self::unsubscribe(&mut self.by_feed, feed, device);
        }
        for &feed in &seen.feeds {
            self.by_feed.entry(feed).or_default().insert(device);
        }
    }

    fn unsubscribe(by_feed: &mut HashMap<FeedNumber, HashSet<DeviceId>>, feed: FeedNumber, device: DeviceId) {
        if let Some(devices) = by_feed.get_mut(&feed) {
            devices.remove(&device);
            if devices.is_empty() {
                by_feed.remove(&feed);
            }
        }
    }

    fn remove(&mut self, device: DeviceId) -> Option<Held<T>> {
        let held = self.by_device.remove(&device)?;
        for &feed in &held.feeds {
            Self::unsubscribe(&mut self.by_feed, feed, device);
        }
        Some(held)
    }

    /// The other end has gone, unless a newer stream took the place of this one.
    pub(super) fn leave(&mut self, device: DeviceId, number: u64) {
        if self.by_device.get(&device).is_some_and(|held| held.number == number) {
            self.remove(device);
        }
    }

    /// A sync has told the device everything up to `base`.
    pub(super) fn synced(&mut self, device: DeviceId, base: Pos) {
        let looked = self.looked;
        if let Some(held) = self.by_device.get_mut(&device) {
            held.told = held.told.max(base);
            held.is_hinted = false;
            held.line.take_back();
            held.hint(looked);
        }
    }

    /// Wakes whoever has one of these feeds or rights.
    pub(super) fn tell(&mut self, news: &News) {
        self.looked = self.looked.max(news.head);
        for &(feed, pos) in &news.feeds {
            for device in self.by_feed.get(&feed).into_iter().flatten() {
                if let Some(held) = self.by_device.get_mut(device) {
                    held.newest = held.newest.max(pos);
                    held.hint(news.head);
                }
            }
        }
        for (device, seen) in &news.devices {
            if seen.is_revoked {
                // Asked once more, the server tells the device what happened to it.
                if let Some(held) = self.remove(*device) {
                    held.line.hint(news.head);
                    held.line.end();
                }
                continue;
            }
            self.subscribe(*device, seen);
            if let Some(held) = self.by_device.get_mut(device) {
                held.newest = held.newest.max(seen.newest);
                held.hint(news.head);
            }
        }
    }

    /// Ends every stream; none is opened any more.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
        self.by_feed.clear();
        for (_, held) in self.by_device.drain() {
            held.line.end();
        }
    }
}
