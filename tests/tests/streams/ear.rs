//! The other end of a stream of hints: HTTP/1.1 by hand, so that nothing stands between.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use http::Request;
use roundsman_sync_core::replica::{Hint, HintReader};

use super::town::Phone;

/// Longer than any hint takes, so that a hint that never comes fails a test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Ear {
    stream: TcpStream,
    reader: HintReader,
    /// The reply's status line and headers.
    pub(crate) head: String,
}

impl Ear {
    /// Sends a request and reads the head of its reply.
    pub(crate) fn open(to: SocketAddr, request: &Request<Vec<u8>>) -> Self {
        let mut stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = format!("GET {} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n", request.uri());
        for (name, value) in request.headers() {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&read));
            read.push(byte[0]);
        }
        Self { stream, reader: HintReader::new(), head: String::from_utf8(read).unwrap() }
    }

    /// The phone's stream, from where its last sync stood.
    pub(crate) fn of(phone: &mut Phone<'_>) -> Self {
        let request = phone.replica.ask_for_hints().unwrap();
        let ear = Self::open(phone.town.address, &request);
        assert!(ear.head.starts_with("HTTP/1.1 200 "), "{}", ear.head);
        assert!(ear.head.contains("content-type: text/event-stream\r\n"), "{}", ear.head);
        ear
    }

    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The next hint; `None` when the stream has ended. The lines that frame pieces of the body are no
    /// fields of events, so the reader passes over them.
    pub(crate) fn next(&mut self) -> Option<Hint> {
        let mut byte = [0];
        loop {
            match self.stream.read(&mut byte).unwrap() {
                0 => return None,
                _ => {
                    if let Some(hint) = self.reader.take(&byte) {
                        return Some(hint);
                    }
                }
            }
        }
    }

    /// The rest of the reply as text.
    pub(crate) fn rest(mut self) -> String {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).unwrap();
        rest
    }
}
