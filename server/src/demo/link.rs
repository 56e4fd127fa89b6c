//! A bad link on loopback: a proxy that refuses, delays and cuts, and counts every byte that crosses.
//!
//! Faults are dealt from a shuffled deck, one card a connection, so that even a short run meets each of
//! them and none comes so often that nothing gets through.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// A connection on which nothing moves for so long is given up.
const IDLE: Duration = Duration::from_secs(10);
/// How long the server may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(2);
/// The longest wait before a connection goes through.
const DELAY_MS_MAX: u64 = 40;
/// A cut comes after at most so many bytes upward: a good part of a photo.
const CUT_UP_BYTES_MAX: u64 = 96 * 1024;
/// A cut comes after at most so many bytes downward.
const CUT_DOWN_BYTES_MAX: u64 = 4 * 1024;
/// So much of a request has crossed when the server is killed: its head and some of its body.
const KILL_AFTER_BYTES: u64 = 512;

/// What happens to one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// Nobody answers.
    Refuse,
    /// The request is lost, or ends half way.
    CutUp,
    /// The reply is lost, or ends half way. The server has done what was asked.
    CutDown,
}

const DECK: [Fault; 10] = [
    Fault::Refuse,
    Fault::CutUp,
    Fault::CutUp,
    Fault::CutDown,
    Fault::CutDown,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
    Fault::None,
];

/// What a link did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LinkCounts {
    /// Bytes that the phone sent and that crossed.
    pub(super) bytes_up: u64,
    /// Bytes that reached the phone.
    pub(super) bytes_down: u64,
    /// Connections that were refused.
    pub(super) refused: u32,
    /// Requests that were lost or cut.
    pub(super) cut_up: u32,
    /// Replies that were lost or cut.
    pub(super) cut_down: u32,
}

#[derive(Default)]
struct Counters {
    up: AtomicU64,
    down: AtomicU64,
    refused: AtomicU32,
    cut_up: AtomicU32,
    cut_down: AtomicU32,
}

/// Kills the server.
pub(super) type Kill = Box<dyn Fn() + Send + Sync>;

struct Line {
    upstream: Mutex<SocketAddr>,
    bad: AtomicBool,
    counters: Counters,
    /// Connections since the weather turned bad.
    connections: AtomicU32,
    kill: Mutex<Option<(u32, Kill)>>,
    dice: Mutex<(StdRng, Vec<Fault>)>,
}

/// One phone's way to the server. The thread behind it ends with the process.
pub(super) struct Link {
    address: SocketAddr,
    line: Arc<Line>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Link {
    /// A link in good weather.
    ///
    /// # Errors
    /// If no port can be had.
    pub(super) fn open(upstream: SocketAddr, rng: StdRng) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let line = Arc::new(Line {
            upstream: Mutex::new(upstream),
            bad: AtomicBool::new(false),
            counters: Counters::default(),
            connections: AtomicU32::new(0),
            kill: Mutex::new(None),
            dice: Mutex::new((rng, Vec::new())),
        });
        let behind = Arc::clone(&line);
        thread::Builder::new().name("link".to_owned()).spawn(move || {
            for phone in listener.incoming().flatten() {
                let line = Arc::clone(&behind);
                // A connection that cannot have a thread is closed, as on any bad link.
                let _ = thread::Builder::new().name("connection".to_owned()).spawn(move || line.carry(phone));
            }
        })?;
        Ok(Self { address, line })
    }

    /// Where the phone finds the server.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads to another server from now on.
    pub(super) fn lead_to(&self, upstream: SocketAddr) {
        *lock(&self.line.upstream) = upstream;
    }

    /// Bad weather begins, or ends.
    pub(super) fn set_bad(&self, bad: bool) {
        self.line.bad.store(bad, Ordering::Relaxed);
    }

    /// Kills the server in the middle of a connection, counted from 0 in bad weather.
    pub(super) fn kill_at(&self, connection: u32, kill: Kill) {
        *lock(&self.line.kill) = Some((connection, kill));
    }

    /// Whether a planned kill has not come about.
    pub(super) fn kill_is_pending(&self) -> bool {
        lock(&self.line.kill).is_some()
    }

    /// What it did so far.
    pub(super) fn counts(&self) -> LinkCounts {
        let counters = &self.line.counters;
        LinkCounts {
            bytes_up: counters.up.load(Ordering::Relaxed),
            bytes_down: counters.down.load(Ordering::Relaxed),
            refused: counters.refused.load(Ordering::Relaxed),
            cut_up: counters.cut_up.load(Ordering::Relaxed),
            cut_down: counters.cut_down.load(Ordering::Relaxed),
        }
    }
}

/// How one connection goes.
struct Course {
    delay: Duration,
    fault: Fault,
    /// Where a cut comes.
    cut_after: u64,
    kill: Option<Kill>,
}

/// How a direction ended.
#[derive(PartialEq, Eq)]
enum End {
    /// Nothing more came.
    Closed,
    /// The link broke here.
    Cut,
}

impl Line {
    fn course(&self) -> Course {
        let mut dice = lock(&self.dice);
        let (rng, deck) = &mut *dice;
        if !self.bad.load(Ordering::Relaxed) {
            return Course { delay: Duration::ZERO, fault: Fault::None, cut_after: 0, kill: None };
        }
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut kill = lock(&self.kill);
        // Not before the planned connection; one that carries too little leaves it to the next.
        let due = kill.as_ref().is_some_and(|(at, _)| number >= *at);
        let kill = if due { kill.take().map(|(_, kill)| kill) } else { None };
        let delay = Duration::from_millis(rng.random_range(0..=DELAY_MS_MAX));
        if deck.is_empty() {
            deck.extend(DECK);
            deck.shuffle(rng);
        }
        let fault = match deck.pop() {
            Some(fault) if kill.is_none() => fault,
            Some(_) | None => Fault::None,
        };
        let bytes_max = if fault == Fault::CutUp { CUT_UP_BYTES_MAX } else { CUT_DOWN_BYTES_MAX };
        // Each order of magnitude as often as the next: heads, small bodies and photos are all cut.
        let magnitude = rng.random_range(1..=bytes_max.ilog2());
        Course { delay, fault, cut_after: rng.random_range(0..1_u64 << magnitude), kill }
    }

    fn carry(&self, phone: TcpStream) {
        let course = self.course();
        thread::sleep(course.delay);
        if course.fault == Fault::Refuse {
            self.counters.refused.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // A failure here is one more broken connection; the phone comes again.
        let _ = self.connect_and_carry(phone, course);
    }

    fn connect_and_carry(&self, phone: TcpStream, course: Course) -> io::Result<()> {
        let upstream = *lock(&self.upstream);
        let server = TcpStream::connect_timeout(&upstream, CONNECT)?;
        if server.local_addr()? == server.peer_addr()? {
            // TCP lets a socket connect to itself when nobody listens on a port of the ephemeral range.
            return Ok(());
        }
        for stream in [&phone, &server] {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(IDLE))?;
            stream.set_write_timeout(Some(IDLE))?;
        }
        let up_limit = (course.fault == Fault::CutUp).then_some(course.cut_after);
        let down_limit = (course.fault == Fault::CutDown).then_some(course.cut_after);
        let (phone, server) = (&phone, &server);
        let close = || {
            let _ = phone.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut kill = course.kill;
                let mut after = |sent: u64| {
                    if sent >= KILL_AFTER_BYTES
                        && let Some(kill) = kill.take()
                    {
                        kill();
                    }
                };
                let end = pump(phone, server, up_limit, &self.counters.up, &mut after);
                if end == End::Cut {
                    self.counters.cut_up.fetch_add(1, Ordering::Relaxed);
                    close();
                } else {
                    let _ = server.shutdown(Shutdown::Write);
                }
                if let Some(kill) = kill {
                    *lock(&self.kill) = Some((0, kill));
                }
            });
            if pump(server, phone, down_limit, &self.counters.down, &mut |_| {}) == End::Cut {
                self.counters.cut_down.fetch_add(1, Ordering::Relaxed);
            }
            close();
        });
        Ok(())
    }
}

/// Carries bytes one way until they end or `limit` is reached. A limit of 0 waits for the first byte and
/// then lets nothing through: whoever sent it has done its work.
fn pump(
    mut from: &TcpStream,
    mut to: &TcpStream,
    limit: Option<u64>,
    counter: &AtomicU64,
    after: &mut dyn FnMut(u64),
) -> End {
    let mut piece = [0_u8; 16 * 1024];
    let mut sent: u64 = 0;
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) | Err(_) => return End::Closed,
            Ok(read) => read,
        };
        let left = limit.map_or(u64::MAX, |limit| limit - sent);
        let through = usize::try_from(left).map_or(read, |left| left.min(read));
        if to.write_all(&piece[..through]).is_err() {
            return End::Closed;
        }
        let passed = u64::try_from(through).unwrap_or(0);
        counter.fetch_add(passed, Ordering::Relaxed);
        sent += passed;
        if through < read {
            return End::Cut;
        }
        after(sent);
    }
}

#[cfg(test)]
mod tests;
