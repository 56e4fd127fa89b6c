//! HTTP/1.1 by hand, so that a body can be cut anywhere.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use http::Request;
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Asserts that this is a problem of that status and code, complete as RFC 9457 wants it.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{text}");
        let problem: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        for field in ["type", "title", "detail"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {problem}");
        }
    }

    /// The reply as a phone takes it in.
    pub(crate) fn as_response(&self) -> http::Response<Vec<u8>> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.clone()).unwrap()
    }
}

/// Sends a request whole.
pub(crate) fn send(to: SocketAddr, request: &Request<Vec<u8>>) -> Reply {
    exchange(to, request, request.body().len()).expect("a whole request is answered")
}

/// Promises the whole body, sends so much of it and closes the connection. Whether an answer comes is
/// for the server to decide.
pub(crate) fn send_cut(to: SocketAddr, request: &Request<Vec<u8>>, sent: usize) -> Option<Reply> {
    exchange(to, request, sent)
}

fn exchange(to: SocketAddr, request: &Request<Vec<u8>>, sent: usize) -> Option<Reply> {
    let mut stream = TcpStream::connect(to).unwrap();
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body().len()));
    stream.write_all(head.as_bytes()).unwrap();
    // A server may answer and close before it has read everything; its answer is what counts.
    let _ = stream.write_all(&request.body()[..sent]);
    if sent < request.body().len() {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Some(Reply { status, headers, body: bytes[end + 4..].to_vec() })
}
