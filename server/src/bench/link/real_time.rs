//! A shift in real time: the server as a process of its own, real HTTP, and a proxy on loopback that lets a packet
//! through whenever the traces do.
//!
//! The link is that of `wire.rs`: a packet there and one back before a connection stands, [`DELAY_MS`] each way on
//! top, and a connection is cut when bytes wait and none cross for [`STALL_MS_MAX`]. What had crossed is still
//! delivered; what had not is gone. The proxy cuts, as only it sees what crosses: what a phone has sent
//! lies in the buffers of this machine long before.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use http::{Request, Response};

use super::shift::{Lived, Shift, Way, Work, hire};
use super::trace::{Direction, Trace};
use super::wire::{CONNECT_MS_MAX, DELAY_MS, PACKET_BYTES, STALL_MS_MAX};
use crate::app::App;
use crate::bench::clock::RealClock;
use crate::bench::http::Connection;
use crate::bench::{BenchError, Server};
use crate::data_folder::{DataFolder, Identity};

/// What is read at once: a whole number of packets, so that a full link has full packets.
const PACKETS_READ: usize = 32;

/// One direction of the link, and what it carried.
struct Lane {
    way: Mutex<Direction>,
    bytes: AtomicU64,
}

impl Lane {
    fn new(trace: Trace) -> Self {
        Self { way: Mutex::new(Direction::new(trace)), bytes: AtomicU64::new(0) }
    }
}

/// The link. The threads behind it end with the process.
struct Line {
    begun: Instant,
    server: SocketAddr,
    up: Lane,
    down: Lane,
    cuts: AtomicU32,
}

/// How a direction of a connection ended.
#[derive(PartialEq, Eq)]
enum End {
    /// Nothing more came.
    Closed,
    /// Nothing crossed for too long.
    Cut,
}

impl Line {
    /// Begins the traces. Gives where the phone finds the server.
    fn open(server: SocketAddr, up: Trace, down: Trace) -> io::Result<(Arc<Self>, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (up, down) = (Lane::new(up), Lane::new(down));
        let line = Arc::new(Self { begun: Instant::now(), server, up, down, cuts: AtomicU32::new(0) });
        let behind = Arc::clone(&line);
        thread::Builder::new().name("link".to_owned()).spawn(move || {
            for phone in listener.incoming().flatten() {
                let line = Arc::clone(&behind);
                let carry = move || {
                    // A failure here is one more broken connection; the phone comes again.
                    let _ = line.carry(&phone);
                };
                let _ = thread::Builder::new().name("connection".to_owned()).spawn(carry);
            }
        })?;
        Ok((line, address))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep_until(&self, at_ms: u64) {
        thread::sleep(Duration::from_millis(at_ms).saturating_sub(self.begun.elapsed()));
    }

    /// Lets a packet that is ready at `from_ms` cross, if it can within `wait_ms`; waits for as long as that takes.
    fn cross(&self, lane: &Lane, from_ms: u64, wait_ms: u64) -> Option<u64> {
        let at_ms = {
            let mut way = lane.way.lock().unwrap_or_else(PoisonError::into_inner);
            way.cross(from_ms, from_ms + wait_ms)
        };
        self.sleep_until(at_ms.unwrap_or(from_ms + wait_ms));
        at_ms
    }

    fn carry(&self, phone: &TcpStream) -> io::Result<()> {
        let there = self.cross(&self.up, self.now_ms(), CONNECT_MS_MAX);
        let back = there.and_then(|at_ms| self.cross(&self.down, at_ms + DELAY_MS, CONNECT_MS_MAX));
        let Some(at_ms) = back else {
            self.cuts.fetch_add(1, Ordering::Relaxed);
            return phone.shutdown(Shutdown::Both);
        };
        self.sleep_until(at_ms + DELAY_MS);
        let server = &TcpStream::connect(self.server)?;
        phone.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let one_way = |from: &TcpStream, to: &TcpStream, lane: &Lane| {
            let end = self.pump(from, to, lane);
            if end == End::Cut {
                self.cuts.fetch_add(1, Ordering::Relaxed);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            } else {
                let _ = to.shutdown(Shutdown::Write);
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| one_way(phone, server, &self.up));
            one_way(server, phone, &self.down);
        });
        Ok(())
    }

    /// Carries bytes one way until they end or the link stalls. Returns when all that crossed is delivered.
    fn pump(&self, mut from: &TcpStream, mut to: &TcpStream, lane: &Lane) -> End {
        let (crossed, delivery) = mpsc::channel::<(u64, Vec<u8>)>();
        // The end of `crossed` lets the delivery come to its end, so it has to lie within.
        thread::scope(move |scope| {
            scope.spawn(move || {
                for (at_ms, packet) in delivery {
                    self.sleep_until(at_ms + DELAY_MS);
                    if to.write_all(&packet).is_err() {
                        let _ = from.shutdown(Shutdown::Both);
                        break;
                    }
                }
            });
            let mut read = vec![0; PACKETS_READ * PACKET_BYTES];
            loop {
                let length = match from.read(&mut read) {
                    Ok(0) | Err(_) => return End::Closed,
                    Ok(length) => length,
                };
                let mut at_ms = self.now_ms();
                for packet in read[..length].chunks(PACKET_BYTES) {
                    // From when the last one crossed, not from when this thread woke up after it.
                    match self.cross(lane, at_ms, STALL_MS_MAX) {
                        Some(next_ms) => at_ms = next_ms,
                        None => return End::Cut,
                    }
                    lane.bytes.fetch_add(packet.len() as u64, Ordering::Relaxed);
                    if crossed.send((at_ms, packet.to_vec())).is_err() {
                        return End::Closed;
                    }
                }
            }
        })
    }
}

struct RealWay {
    line: Arc<Line>,
    address: SocketAddr,
    connection: Option<Connection>,
    /// Ends with this.
    _server: Server,
}

impl Way for RealWay {
    fn now_ms(&self) -> u64 {
        self.line.now_ms()
    }

    fn wait_until(&mut self, at_ms: u64) {
        if at_ms > self.now_ms() {
            // Nobody keeps a connection that is not used.
            self.connection = None;
            self.line.sleep_until(at_ms);
        }
    }

    fn exchange(&mut self, request: &Request<Vec<u8>>) -> Result<Option<Response<Vec<u8>>>, BenchError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address)?,
        };
        match connection.exchange(request) {
            Ok(reply) => {
                self.connection = Some(connection);
                Ok(Some(reply))
            }
            Err(BenchError::Io { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn counts(&self) -> (u64, u64, u32) {
        let Line { up, down, cuts, .. } = &*self.line;
        (up.bytes.load(Ordering::Relaxed), down.bytes.load(Ordering::Relaxed), cuts.load(Ordering::Relaxed))
    }
}

/// Does the work as `live` of `virtual_time.rs` does it, while as much time passes as it takes.
///
/// # Errors
/// If it does not arrive whole within a day, or anything but the link fails.
pub(super) fn live(
    folder: &Path,
    (up, down): (Trace, Trace),
    work: Work,
    begin_ms: &[u64],
    seed: u64,
) -> Result<Lived, BenchError> {
    let data = DataFolder::init(&folder.join("server"), "Bench", App::now(), &mut rand::rng())?;
    let mut writer = data.writer(&mut rand::rng())?;
    let hired = hire(&Identity::load(&data.reader()?)?, &mut writer, App::now(), &mut rand::rng())?;
    drop(writer);
    let server = Server::start(data.path())?;
    let office = server.address();
    let (line, address) = Line::open(office, up, down).map_err(BenchError::io("opening the link"))?;
    let way = RealWay { line, address, connection: None, _server: server };
    let at_office = |_: &mut RealWay, request: &Request<Vec<u8>>| Connection::open(office)?.exchange(request);
    Shift::begin(folder, data, hired, (way, RealClock::start()), at_office, seed)?.live(work, begin_ms)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    /// A server that says what it was sent, when the phone has nothing more to say or the link broke.
    fn listening() -> (SocketAddr, mpsc::Receiver<Vec<u8>>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut heard = Vec::new();
                let _ = stream.read_to_end(&mut heard);
                let _ = stream.write_all(&heard);
                tell.send(heard).unwrap();
            }
        });
        (address, told)
    }

    fn say(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
        let mut phone = TcpStream::connect(address).unwrap();
        let _ = phone.write_all(bytes);
        let _ = phone.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = phone.read_to_end(&mut answer);
        answer
    }

    #[test]
    fn everything_crosses_a_perfect_link_both_ways_and_is_counted() {
        let (server, told) = listening();
        let (line, address) = Line::open(server, Trace::perfect(), Trace::perfect()).unwrap();
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!((say(address, &bytes), told.recv().unwrap()), (bytes.clone(), bytes.clone()));
        let count = |lane: &Lane| lane.bytes.load(Ordering::Relaxed);
        let whole = bytes.len() as u64;
        assert_eq!(
            (count(&line.up), count(&line.down), line.cuts.load(Ordering::Relaxed)),
            (whole, whole, 0)
        );
    }

    #[test]
    fn what_crossed_before_a_gap_arrives_and_the_rest_is_gone() {
        let (server, told) = listening();
        // A hundred packets at most, the first of them to connect, and then nothing for a quarter of an hour.
        let lines: Vec<String> = (1..=100).map(|n| (n * 10).to_string()).collect();
        let up = Trace::parse(&format!("{}\n900000\n", lines.join("\n"))).unwrap();
        let (line, address) = Line::open(server, up, Trace::perfect()).unwrap();
        let sent: Vec<u8> = (0..200 * PACKET_BYTES / 4).flat_map(usize::to_be_bytes).collect();
        assert!(say(address, &sent).is_empty());
        let heard = told.recv().unwrap();
        assert_eq!(heard.len() as u64, line.up.bytes.load(Ordering::Relaxed));
        assert!(!heard.is_empty() && heard.len() < 100 * PACKET_BYTES && sent.starts_with(&heard));
        assert_eq!(line.cuts.load(Ordering::Relaxed), 1);
    }
}
