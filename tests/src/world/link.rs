//! What a bad network does to one request.

use http::Request;
use rand::{Rng, RngExt};
use roundsman_sync_core::clock::Timestamp;

/// The fate of a request and its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Both arrive.
    Delivered,
    /// The request never arrives.
    RequestLost,
    /// The request arrives, the reply does not.
    ReplyLost,
    /// The request arrives when the phone has long given up on it, after later ones.
    Delayed,
    /// The request arrives twice; the phone hears the first or the second answer.
    Repeated {
        /// Which one it hears.
        hears_second: bool,
    },
    /// Only the beginning of the body arrives, and the link is gone.
    RequestCut,
    /// Only the beginning of the reply's body arrives.
    ReplyCut,
    /// The server dies after it has done what was asked, before it says so.
    ServerDies,
}

/// How bad a world's network is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Of a hundred requests, so many meet a fate other than [`Fate::Delivered`].
    pub faults_percent: u32,
}

impl Weather {
    /// A network on which nothing goes wrong.
    pub const CALM: Self = Self { faults_percent: 0 };

    /// What becomes of the next request.
    pub fn fate(self, rng: &mut dyn Rng) -> Fate {
        if rng.random_range(0..100) >= self.faults_percent {
            return Fate::Delivered;
        }
        match rng.random_range(0..14) {
            0..3 => Fate::RequestLost,
            3..6 => Fate::ReplyLost,
            6..8 => Fate::Delayed,
            8..10 => Fate::Repeated { hears_second: rng.random_bool(0.5) },
            10..12 => Fate::RequestCut,
            12 => Fate::ReplyCut,
            _ => Fate::ServerDies,
        }
    }
}

/// A request that is still somewhere in the network.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// When it arrives.
    pub(super) due: Timestamp,
    /// Which phone sent it: its place in the world's list.
    pub(super) from: usize,
    /// What it says.
    pub(super) request: Request<Vec<u8>>,
}

/// A request of which only the first bytes of the body arrived.
pub(super) fn cut(request: &Request<Vec<u8>>, rng: &mut dyn Rng) -> Request<Vec<u8>> {
    let mut cut = request.clone();
    let length = request.body().len();
    cut.body_mut().truncate(if length == 0 { 0 } else { rng.random_range(0..length) });
    cut
}
