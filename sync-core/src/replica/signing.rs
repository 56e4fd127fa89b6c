//! Requests that this device signs, and what it learns when the server wants one signed again.
//!
//! **What holds.** A counter is on disk before the request that carries it is handed out, so that after a
//! crash no counter goes out twice. Whoever writes the state after a reply counts one ahead, so that the next request
//! has nothing to write first.

use http::request::Builder;
use http::{HeaderMap, Request, Response};

use super::Replica;
use super::http_reply::{header, number, refusal_in};
use super::store::Write;
use crate::error::{ErrorCode, Refusal};
use crate::protocol::http_signature::sign_request;
use crate::protocol::version::{self, VERSIONS, VERSIONS_HEADER};
use crate::protocol::{COUNTER_HEADER, TOKEN_HEADER};

/// Past this a counter is not taken from a reply: counting on would meet its end.
const COUNTER_MAX: u64 = 1 << 62;

impl Replica {
    /// A request to read what is at `path`, signed by this device: photos and the stream of hints. To be
    /// sent as it is, once; a second try is a request of its own.
    ///
    /// # Errors
    /// [`ErrorCode::NotEnrolled`], [`ErrorCode::DeviceRevoked`], [`ErrorCode::BadRequest`] for a path that no
    /// request can carry, or `store_…` codes.
    pub fn signed_get(&mut self, path: &str) -> Result<Request<Vec<u8>>, Refusal> {
        self.enrolment()?;
        let request = self.sign(Request::get(path), "GET", path, Vec::new())?;
        self.hand_out(Vec::new())?;
        Ok(request)
    }

    /// Takes in a reply to [`Replica::signed_get`] that is an error. `Ok` says that the same may be asked
    /// again at once with a new signed request; do so at most twice.
    ///
    /// # Errors
    /// What the server refused with. After [`ErrorCode::DeviceRevoked`] the documents of others are gone.
    pub fn signed_get_refused(&mut self, reply: &Response<Vec<u8>>) -> Result<(), Refusal> {
        let refusal = refusal_in(reply);
        if refusal.code == ErrorCode::DeviceRevoked {
            self.wipe(&refusal.message)?;
        }
        if self.learn_to_sign(&refusal, reply.headers())? { Ok(()) } else { Err(refusal) }
    }

    /// Uses up the counter with which a request was signed. It is on disk before the request leaves, and so are
    /// these writes: after a crash, the same counter must not go out again.
    pub(super) fn hand_out(&mut self, mut writes: Vec<Write>) -> Result<(), Refusal> {
        let counter = self.counter + 1;
        let mut meta = self.meta.clone();
        if counter > meta.counter {
            meta.counter = counter;
            writes.push(meta.write());
        }
        if !writes.is_empty() {
            self.commit(writes)?;
        }
        (self.meta, self.counter) = (meta, counter);
        Ok(())
    }

    /// Signs with the next counter, which [`Replica::hand_out`] uses up before the request leaves.
    pub(super) fn sign(
        &self,
        mut request: Builder,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Request<Vec<u8>>, Refusal> {
        let device = self.enrolment()?.device;
        let token = self.meta.token.as_ref().map_or("", |seen| seen.token.as_str());
        let lines = sign_request(method, path, &body, token, self.counter + 1, device, &*self.signer)
            .map_err(|error| Refusal::new(ErrorCode::StoreFailed, error.to_string()))?;
        for (name, value) in lines {
            request = request.header(name, value);
        }
        request.body(body).map_err(|error| Refusal::new(ErrorCode::BadRequest, error.to_string()))
    }

    /// Keeps the token or counter that a refusal brings. Tells whether signing again may help.
    pub(super) fn learn_to_sign(&mut self, refusal: &Refusal, headers: &HeaderMap) -> Result<bool, Refusal> {
        let token = header(headers, TOKEN_HEADER);
        let counter = number(headers, COUNTER_HEADER).filter(|counter| *counter < COUNTER_MAX);
        let (mut meta, mut used) = (self.meta.clone(), self.counter);
        match (refusal.code, token, counter) {
            (ErrorCode::TokenStale, Some(token), _) => {
                meta.see_token(token.to_owned(), self.env.clock.read());
            }
            (ErrorCode::RequestReplayed, _, Some(counter)) => {
                used = used.max(counter.saturating_sub(1));
                meta.counter = meta.counter.max(used);
            }
            (ErrorCode::ProtocolUnsupported, ..) => {
                let theirs = header(headers, VERSIONS_HEADER).unwrap_or_default();
                let Some(common) = version::common(&VERSIONS, theirs).filter(|one| *one != self.version)
                else {
                    return Ok(false);
                };
                self.version = common;
                return Ok(true);
            }
            _ => return Ok(false),
        }
        self.commit(vec![meta.write()])?;
        (self.meta, self.counter) = (meta, used);
        Ok(true)
    }
}
