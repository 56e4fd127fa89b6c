//! HTTP/1.1 with the fewest headers a client sends, counted to the byte: everything above TCP, both ways.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use http::{Request, Response, StatusCode};

use super::BenchError;

/// A connection that stays open, as a phone's does while it syncs.
pub struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    /// Bytes of requests: line, headers and body.
    pub sent: u64,
    /// Bytes of replies.
    pub received: u64,
    /// Requests that were answered.
    pub round_trips: u64,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens there.
    pub fn open(address: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(address).map_err(BenchError::io("connecting to the server"))?;
        stream.set_nodelay(true).map_err(BenchError::io("setting up a connection"))?;
        Ok(Self { address, stream: BufReader::new(stream), sent: 0, received: 0, round_trips: 0 })
    }

    /// The bytes of a request as they travel.
    pub fn written(&self, request: &Request<Vec<u8>>) -> Vec<u8> {
        let mut bytes = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: roundsman\r\naccept: */*\r\ncontent-length: {}\r\n",
            request.method(),
            request.uri().path(),
            self.address,
            request.body().len()
        )
        .into_bytes();
        for (name, value) in request.headers() {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(request.body());
        bytes
    }

    /// Sends a request and waits for its reply.
    ///
    /// # Errors
    /// If the connection breaks, or the reply has no length.
    pub fn exchange(&mut self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, BenchError> {
        let bytes = self.written(request);
        self.exchange_written(&bytes)
    }

    /// Sends what [`Connection::written`] gave and waits for the reply.
    ///
    /// # Errors
    /// If the connection breaks, or the reply has no length.
    pub fn exchange_written(&mut self, request: &[u8]) -> Result<Response<Vec<u8>>, BenchError> {
        let broken = || BenchError::io("exchanging bytes with the server");
        self.stream.get_mut().write_all(request).map_err(broken())?;
        self.sent += request.len() as u64;
        let mut reply = Response::builder();
        let (mut length, mut bodiless) = (None, false);
        let mut line = Vec::new();
        for at in 0.. {
            line.clear();
            self.received += self.stream.read_until(b'\n', &mut line).map_err(broken())? as u64;
            if line.is_empty() {
                return Err(broken()(std::io::ErrorKind::UnexpectedEof.into()));
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            match (at, text.split_once(": ")) {
                (0, _) => {
                    let status = text.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
                    let status = status.ok_or_else(|| unreadable(text))?;
                    // A reply without a body does not tell its length, or tells that of another.
                    bodiless = request.starts_with(b"HEAD ") || status == StatusCode::NO_CONTENT.as_u16();
                    reply = reply.status(status);
                }
                (_, Some((name, value))) => {
                    if name.eq_ignore_ascii_case("content-length") {
                        length = value.parse::<usize>().ok();
                    }
                    reply = reply.header(name, value);
                }
                (_, None) if text.is_empty() => break,
                (_, None) => return Err(unreadable(text)),
            }
        }
        let length = if bodiless { Some(0) } else { length };
        let mut body = vec![0; length.ok_or_else(|| unreadable("no content-length"))?];
        self.stream.read_exact(&mut body).map_err(broken())?;
        self.received += body.len() as u64;
        self.round_trips += 1;
        reply.body(body).map_err(|error| unreadable(&error.to_string()))
    }
}

fn unreadable(what: &str) -> BenchError {
    BenchError::Server(format!("the server's reply cannot be read: {what}"))
}
