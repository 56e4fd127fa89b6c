//! `GET /v1/events`: the server says that there is something, and the device asks with an ordinary sync.
//!
//! A hint carries no content and can be lost without harm. The device keeps nothing of the stream: when it
//! breaks, it asks for a new one from where its last sync stood, and what came in between is hinted at once.

use http::{HeaderValue, Request};

use super::Replica;
use crate::error::Refusal;
use crate::limits::EVENT_LINE_BYTES_MAX;
use crate::protocol::EVENTS_PATH;
use crate::protocol::messages::Pos;

impl Replica {
    /// The request that opens the stream of hints, from where the last sync stood. Whatever the reply brings
    /// goes to a [`HintReader`], an error to [`Replica::signed_get_refused`].
    ///
    /// If nothing arrives for two heartbeats ([`crate::limits::EVENT_HEARTBEAT_MS`]) the link is dead: open
    /// it anew, with the same pauses as after a failed sync.
    ///
    /// # Errors
    /// As [`Replica::signed_get`].
    pub fn ask_for_hints(&mut self) -> Result<Request<Vec<u8>>, Refusal> {
        let mut request = self.signed_get(EVENTS_PATH)?;
        // Without it the server would count from now, and what came since the last sync would be told
        // only with the next change.
        request.headers_mut().insert("last-event-id", HeaderValue::from(self.meta.base));
        Ok(request)
    }
}

/// There is something at the server: sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Up to where in its log the server has looked.
    pub pos: Pos,
}

/// Reads the stream of hints as it arrives, in pieces of any size: the lines of server-sent events
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), of which it knows `event`, `id` and
/// `data` and passes over the rest. Holds at most one line, and of a line too long nothing.
#[derive(Debug, Default)]
pub struct HintReader {
    line: Vec<u8>,
    too_long: bool,
    /// The last byte was a carriage return, so a line feed that follows ends no line of its own.
    after_return: bool,
    is_hint: bool,
    has_data: bool,
    id: Pos,
}

impl HintReader {
    /// A reader at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what arrived. Of several hints only the last is told: one sync answers all of them.
    pub fn take(&mut self, bytes: &[u8]) -> Option<Hint> {
        let mut latest = None;
        for &byte in bytes {
            let ends = match byte {
                b'\n' => !self.after_return,
                b'\r' => true,
                _ => {
                    self.add(byte);
                    false
                }
            };
            self.after_return = byte == b'\r';
            if ends {
                latest = self.end_line().or(latest);
            }
        }
        latest
    }

    fn add(&mut self, byte: u8) {
        if self.line.len() < EVENT_LINE_BYTES_MAX {
            self.line.push(byte);
        } else {
            self.too_long = true;
        }
    }

    fn end_line(&mut self) -> Option<Hint> {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) {
            return None;
        }
        if line.is_empty() {
            let complete = self.is_hint && self.has_data;
            (self.is_hint, self.has_data) = (false, false);
            return complete.then_some(Hint { pos: self.id });
        }
        let (field, value) = match line.iter().position(|&byte| byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (&line[..], &[][..]),
        };
        match field {
            b"event" => self.is_hint = value == b"hint",
            b"data" => self.has_data = true,
            b"id" => {
                let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                self.id = number.unwrap_or(self.id);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<Pos> {
        HintReader::new().take(text.as_bytes()).map(|hint| hint.pos)
    }

    #[test]
    fn a_hint_is_an_event_of_that_name_with_data() {
        for (text, told) in [
            ("event: hint\nid: 12\ndata: 12\n\n", Some(12)),
            ("event:hint\r\nid:12\r\ndata\r\n\r\n", Some(12)),
            ("event: hint\rid: 12\rdata: x\r\r", Some(12)),
            (": beat\n\nevent: hint\nid: 12\ndata: 12\nretry: 9\nfuture: 1\n\n", Some(12)),
            ("event: hint\nid: 12\ndata: 12\n\nevent: hint\nid: 13\ndata: 13\n\n: beat\n\n", Some(13)),
            ("id: 7\n\nevent: hint\ndata: 1\n\n", Some(7)),
            ("event: hint\nid: 12\ndata: 12\n", None),
            ("event: hint\nid: 12\n\n", None),
            ("event: hunt\nid: 12\ndata: 12\n\n", None),
            ("id: 12\n\n", None),
            (": event: hint\n\n", None),
            ("", None),
        ] {
            assert_eq!(read(text), told, "{text:?}");
        }
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_holds_no_memory() {
        let mut reader = HintReader::new();
        for _ in 0..1_000 {
            assert_eq!(reader.take(&[b'x'; 1_000]), None);
        }
        assert!(reader.line.len() <= EVENT_LINE_BYTES_MAX);
        assert_eq!(reader.take(b"\nevent: hint\nid: 4\ndata: 4\n\n").unwrap().pos, 4);
        let long = "9".repeat(EVENT_LINE_BYTES_MAX);
        assert_eq!(read(&format!("event: hint\nid: 4\nid: {long}\ndata: 4\n\n")), Some(4));
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_say_the_same(cuts in proptest::collection::vec(0usize..60, 0..6)) {
            let text = b": beat\r\n\r\nevent: hint\r\nid: 41\r\ndata: 41\r\n\r\n: beat\n\n";
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.sort_unstable();
            let mut reader = HintReader::new();
            let (mut told, mut from) = (Vec::new(), 0);
            for cut in cuts.into_iter().chain([text.len()]) {
                told.extend(reader.take(&text[from..cut]));
                from = cut;
            }
            prop_assert_eq!(told, vec![Hint { pos: 41 }]);
        }

        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            HintReader::new().take(&bytes);
        }
    }
}
