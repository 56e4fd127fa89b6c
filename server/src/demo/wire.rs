//! HTTP as a phone speaks it, and the one fault that no proxy can make: the same signed bytes twice.

use std::net::SocketAddr;
use std::time::Duration;

use http::{Method, Request, Response};
use rand::RngExt;
use rand::rngs::StdRng;

/// How long one request may take. Longer than any delay of the link, short enough for a demonstration.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A reply longer than this is not read; pages and photos stay far below.
const REPLY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// At least one in so many sync requests arrives twice.
const REPEAT_AFTER_MAX: u32 = 4;

/// A client that takes every status as an answer, follows nothing and opens a connection a request, so
/// that each request meets the link's faults anew.
pub(super) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .max_idle_connections(0)
        .timeout_global(Some(TIMEOUT))
        .user_agent("roundsman-demo")
        .build()
        .new_agent()
}

/// A phone's HTTP.
pub(super) struct Wire {
    agent: ureq::Agent,
    server: SocketAddr,
    rng: StdRng,
    /// Whether requests are repeated.
    pub(super) repeats: bool,
    /// Sync requests until one arrives twice.
    repeat_after: u32,
    /// Exchanges that ended with an answer.
    pub(super) round_trips: u32,
    /// Sync requests that were sent twice as they were.
    pub(super) repeated: u32,
    /// Of those, how often the server did not take the second for a new one.
    pub(super) repeats_noticed: u32,
}

impl Wire {
    /// HTTP with the server behind this address.
    pub(super) fn new(server: SocketAddr, rng: StdRng) -> Self {
        let agent = agent();
        let repeats = false;
        Self { agent, server, rng, repeats, repeat_after: 0, round_trips: 0, repeated: 0, repeats_noticed: 0 }
    }

    /// Sends a request, and now and then a sync twice: then the first answer is lost and the phone gets
    /// the second.
    ///
    /// # Errors
    /// If no whole answer came back.
    pub(super) fn send(&mut self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
        let mut reply = self.exchange(request)?;
        let is_sync = request.uri().path() == "/v1/sync";
        if !self.repeats || !is_sync || !reply.status().is_success() {
            return Ok(reply);
        }
        if self.repeat_after > 0 {
            self.repeat_after -= 1;
        } else {
            self.repeat_after = self.rng.random_range(1..REPEAT_AFTER_MAX);
            reply = self.exchange(request)?;
            self.repeated += 1;
            // A server that was started again in between asks for a fresh token instead.
            self.repeats_noticed += u32::from(reply.status().is_client_error());
        }
        Ok(reply)
    }

    fn exchange(&mut self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, ureq::Error> {
        let mut parts = request.clone().into_parts().0;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        parts.uri = format!("http://{}{path}", self.server).parse().map_err(ureq::http::Error::from)?;
        let reply = if parts.method == Method::HEAD {
            self.agent.run(Request::from_parts(parts, ()))?
        } else {
            self.agent.run(Request::from_parts(parts, request.body()))?
        };
        let (parts, mut body) = reply.into_parts();
        let body = body.with_config().limit(REPLY_BYTES_MAX).read_to_vec()?;
        self.round_trips += 1;
        Ok(Response::from_parts(parts, body))
    }
}
