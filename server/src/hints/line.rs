//! One stream's mailbox: it holds one position, whatever happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::protocol::messages::Pos;

use super::Hints;
use super::streams::Told;

/// What waits to be sent on a stream.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<Inbox>);

#[derive(Debug, Default)]
struct Inbox {
    hint: Option<Pos>,
    ended: bool,
    reader: Option<Waker>,
}

impl Line {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Inbox)) {
        let mut inbox = self.inbox();
        change(&mut inbox);
        let reader = inbox.reader.take();
        drop(inbox);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

impl Told for Arc<Line> {
    fn hint(&self, pos: Pos) {
        self.change(|inbox| inbox.hint = Some(pos));
    }

    fn take_back(&self) {
        self.inbox().hint = None;
    }

    fn end(&self) {
        self.change(|inbox| inbox.ended = true);
    }
}

/// The reading end of a stream. Dropping it closes the stream.
#[derive(Debug)]
pub struct Stream {
    hints: Arc<Hints>,
    device: DeviceId,
    number: u64,
    line: Arc<Line>,
}

impl Stream {
    pub(super) fn new(hints: Arc<Hints>, device: DeviceId, number: u64, line: Arc<Line>) -> Self {
        Self { hints, device, number, line }
    }

    /// The next hint: the position up to which the server has looked. `None` when the stream has ended. A
    /// hint that was given before the end still comes.
    pub fn poll_hint(&self, context: &mut Context<'_>) -> Poll<Option<Pos>> {
        let mut inbox = self.line.inbox();
        if let Some(pos) = inbox.hint.take() {
            return Poll::Ready(Some(pos));
        }
        if inbox.ended {
            return Poll::Ready(None);
        }
        inbox.reader = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.hints.leave(self.device, self.number);
    }
}
