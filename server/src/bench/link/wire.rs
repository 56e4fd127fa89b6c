//! HTTP over a link that comes and goes, in virtual time.
//!
//! A message crosses as packets, one at each opportunity of its direction; bytes are counted as HTTP/1.1 writes
//! them, without what TCP and below add. A connection without any packet for [`STALL_MS_MAX`] is given up: what
//! has crossed has arrived, the rest is gone. Simpler than the truth: TCP always fills the link, nothing is
//! reordered, and the queue in front of the link has no end.

use http::{HeaderMap, Method, Request, Response};

use super::trace::{Direction, Trace};

/// How long a connection may take to stand.
pub const CONNECT_MS_MAX: u64 = 10_000;
/// How long a connection may stand without a packet. Apps wait for 10 to 60 s; this is harsher, so that nearly
/// every gap of a trace that is worth the name costs a connection.
pub const STALL_MS_MAX: u64 = 4_000;
/// Each way, on top of the trace: from the mast to the server.
pub const DELAY_MS: u64 = 25;
/// What one packet of 1,500 bytes carries above TCP.
pub(super) const PACKET_BYTES: usize = 1_448;

/// What the server makes of what reaches it, and when.
pub(super) type Serve<'a> = dyn FnMut(u64, &Request<Vec<u8>>) -> Response<Vec<u8>> + 'a;

/// A phone's link to the server.
#[derive(Debug)]
pub(super) struct Link {
    up: Direction,
    down: Direction,
    /// Virtual time since the beginning.
    pub(super) now_ms: u64,
    connected: bool,
    /// Bytes that crossed.
    pub(super) bytes_up: u64,
    pub(super) bytes_down: u64,
    /// Tries that were given up.
    pub(super) cuts: u32,
}

impl Link {
    pub(super) fn new(up: Trace, down: Trace) -> Self {
        let (up, down) = (Direction::new(up), Direction::new(down));
        Self { up, down, now_ms: 0, connected: false, bytes_up: 0, bytes_down: 0, cuts: 0 }
    }

    /// Carries a request there and the reply back. `serve` is given what reaches the server, and when: all of the
    /// request, or the head and the beginning of the body of a piece of a photo. `None` if the try was given up.
    pub(super) fn exchange(
        &mut self,
        request: &Request<Vec<u8>>,
        serve: &mut Serve<'_>,
    ) -> Option<Response<Vec<u8>>> {
        self.connect()?;
        let line = request.method().as_str().len() + request.uri().path().len() + "  HTTP/1.1\r\n".len();
        let head = bytes(line) + head_bytes(request.headers());
        let whole = head + bytes(request.body().len());
        let (crossed, at_ms) = send(&mut self.up, self.now_ms, whole);
        self.bytes_up += crossed;
        if crossed < whole {
            let arrived = usize::try_from(crossed.saturating_sub(head)).unwrap_or(usize::MAX);
            // Of a photo what has come is kept; the beginning of anything else means nothing.
            if request.method() == Method::PATCH && arrived > 0 {
                let mut begun = request.clone();
                begun.body_mut().truncate(arrived);
                serve(at_ms + DELAY_MS, &begun);
            }
            return self.give_up(at_ms);
        }
        let there_ms = at_ms + DELAY_MS;
        let reply = serve(there_ms, request);
        let line = "HTTP/1.1 200 \r\n".len() + reply.status().canonical_reason().unwrap_or("").len();
        let whole = bytes(line) + head_bytes(reply.headers()) + bytes(reply.body().len());
        let (crossed, at_ms) = send(&mut self.down, there_ms, whole);
        self.bytes_down += crossed;
        if crossed < whole {
            return self.give_up(at_ms);
        }
        self.now_ms = at_ms + DELAY_MS;
        Some(reply)
    }

    /// A packet there and one back, which count no bytes: they carry none of HTTP.
    fn connect(&mut self) -> Option<()> {
        if self.connected {
            return Some(());
        }
        let until_ms = self.now_ms + CONNECT_MS_MAX;
        let there = self.up.cross(self.now_ms, until_ms);
        let back = there.and_then(|at_ms| self.down.cross(at_ms + DELAY_MS, until_ms));
        match back {
            Some(at_ms) => {
                self.now_ms = at_ms + DELAY_MS;
                self.connected = true;
                Some(())
            }
            None => {
                self.now_ms = until_ms;
                self.cuts += 1;
                None
            }
        }
    }

    fn give_up<T>(&mut self, last_ms: u64) -> Option<T> {
        self.now_ms = last_ms + STALL_MS_MAX;
        self.connected = false;
        self.cuts += 1;
        None
    }
}

/// Sends so many bytes from `from_ms` on. Gives how many crossed and when the last of them did.
fn send(way: &mut Direction, from_ms: u64, whole: u64) -> (u64, u64) {
    let (mut crossed, mut at_ms) = (0, from_ms);
    while crossed < whole {
        match way.cross(at_ms, at_ms + STALL_MS_MAX) {
            Some(next_ms) => at_ms = next_ms,
            None => break,
        }
        crossed = (crossed + bytes(PACKET_BYTES)).min(whole);
    }
    (crossed, at_ms)
}

/// Headers as HTTP/1.1 writes them, with the empty line after them.
fn head_bytes(headers: &HeaderMap) -> u64 {
    let lines = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    bytes(lines.sum::<usize>() + "\r\n".len())
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn patch(bytes: usize) -> Request<Vec<u8>> {
        Request::patch("/v1/uploads/a").body(vec![7; bytes]).unwrap()
    }

    #[test]
    fn a_request_crosses_packet_by_packet_and_its_reply_back() {
        let mut link = Link::new(Trace::parse("10\n").unwrap(), Trace::perfect());
        let reply = link.exchange(&patch(3 * 1_448), &mut |at_ms, arrived| {
            assert_eq!(arrived.body().len(), 3 * 1_448);
            // Connected at 10 + 25 there and 25 back, then four packets from 60 on: the head needs room too.
            assert_eq!(at_ms, 90 + DELAY_MS);
            Response::new(Vec::new())
        });
        assert!(reply.is_some());
        assert_eq!((link.now_ms, link.cuts), (140, 0));
        assert!((4_344..4_400).contains(&link.bytes_up) && link.bytes_down < 50, "{link:?}");
    }

    #[test]
    fn what_crossed_before_a_gap_arrives_and_the_rest_is_gone() {
        // Two packets, one of them to connect, and then nothing for a minute.
        let mut link = Link::new(Trace::parse("10\n70\n60000\n").unwrap(), Trace::perfect());
        let mut begun = 0;
        let reply = link.exchange(&patch(10_000), &mut |_, arrived| {
            begun = arrived.body().len();
            Response::new(Vec::new())
        });
        assert!(reply.is_none() && (1_000..1_448).contains(&begun), "{begun}");
        assert_eq!((link.bytes_up, link.cuts, link.now_ms), (1_448, 1, 70 + STALL_MS_MAX));
        // The next try does not even connect.
        assert!(link.exchange(&patch(1), &mut |_, _| Response::new(Vec::new())).is_none());
        assert_eq!(link.now_ms, 70 + STALL_MS_MAX + CONNECT_MS_MAX);
    }

    #[test]
    fn the_beginning_of_a_request_that_is_no_photo_never_reaches_the_server() {
        let mut link = Link::new(Trace::parse("10\n20\n60000\n").unwrap(), Trace::perfect());
        let request = Request::post("/v1/sync").body(vec![7; 10_000]).unwrap();
        let reply = link.exchange(&request, &mut |_, _| panic!("nothing arrived"));
        assert!(reply.is_none());
    }
}
