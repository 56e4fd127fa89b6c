//! Who asks: a device's signature over a request, with the server's token and the device's counter.
//!
//! One form for every path and method (docs/protocol.md, section 5). A `GET` is signed like a `POST` whose
//! body has no bytes.

use http::{HeaderName, Request};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::protocol::http_signature::SignedRequest;
use roundsman_sync_core::protocol::key::PublicKey;
use roundsman_sync_core::protocol::{COUNTER_HEADER, TOKEN_HEADER};
use rusqlite::OptionalExtension;

use super::Service;
use crate::database::DatabaseError;
use crate::error::Problem;

/// How a phone stands with the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may go on.
    InUse,
    /// The office has to look at it first: nothing is taken from it, and it may still read.
    Frozen,
    /// It was shut out.
    Revoked,
}

impl Service {
    /// The device whose key signed this request, if the request is fresh, and how it stands. Its counter is used up
    /// then. A revoked device is told too, because what it brings is still written down.
    ///
    /// # Errors
    /// What docs/protocol.md, section 5, lists; or that the database failed.
    pub fn who_signed(
        &self,
        now: Timestamp,
        request: &Request<impl AsRef<[u8]>>,
    ) -> Result<(DeviceId, Standing), Problem> {
        let signed = SignedRequest::parse(request.headers())?;
        let device = signed.device;
        let known: Option<(Vec<u8>, Standing)> = self.read::<_, DatabaseError>(|read| {
            Ok(read
                .prepare_cached(
                    "SELECT key, revoked IS NOT NULL, frozen IS NOT NULL FROM devices WHERE device = ?1",
                )?
                .query_row([device.as_bytes()], |row| {
                    // One that was shut out has to hear that, frozen or not.
                    let standing = match (row.get(1)?, row.get(2)?) {
                        (true, _) => Standing::Revoked,
                        (false, true) => Standing::Frozen,
                        (false, false) => Standing::InUse,
                    };
                    Ok((row.get(0)?, standing))
                })
                .optional()?)
        })?;
        let (key, standing) =
            known.ok_or_else(|| Problem::new(ErrorCode::DeviceUnknown, "no such device is enrolled here"))?;
        let key: PublicKey =
            minicbor::decode(&key).map_err(|error| DatabaseError::corrupt("devices", error))?;
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        signed.verify(request.method().as_str(), target, request.body().as_ref(), &key)?;

        let secret = &self.identity().office.secret;
        let fresh = secret.read_freshness(&signed.token).is_some_and(|token| token.is_fresh(now, self.epoch));
        let token_header = HeaderName::from_static(TOKEN_HEADER);
        let token = secret.issue_freshness(now, self.epoch);
        if !fresh {
            return Err(Problem::new(ErrorCode::TokenStale, "sign again with the token in this reply")
                .with_header(token_header, &token));
        }
        self.replay.admit(device, signed.counter).map_err(|lowest| {
            Problem::new(ErrorCode::RequestReplayed, format!("the counter must be at least {lowest}"))
                .with_header(HeaderName::from_static(COUNTER_HEADER), &lowest.to_string())
                .with_header(token_header, &token)
        })?;
        // Last: else anybody could use up what another phone may ask.
        self.rates.admit(device, now).map_err(too_fast)?;
        Ok((device, standing))
    }

    /// The device that signed a request to read something. A revoked one reads nothing.
    ///
    /// # Errors
    /// As [`Service::who_signed`], and [`ErrorCode::DeviceRevoked`].
    pub fn who_reads(
        &self,
        now: Timestamp,
        request: &Request<impl AsRef<[u8]>>,
    ) -> Result<DeviceId, Problem> {
        match self.who_signed(now, request)? {
            (_, Standing::Revoked) => Err(shut_out()),
            (device, Standing::InUse | Standing::Frozen) => Ok(device),
        }
    }

    /// Whether a phone that shows no signature, but a token it was granted, was shut out meanwhile.
    pub(super) fn is_revoked(&self, device: DeviceId) -> Result<bool, DatabaseError> {
        self.read(|read| {
            Ok(read
                .prepare_cached("SELECT 1 FROM devices WHERE device = ?1 AND revoked IS NOT NULL")?
                .exists([device.as_bytes()])?)
        })
    }
}

/// The answer to a phone that the office has shut out.
pub(super) fn shut_out() -> Problem {
    Problem::new(ErrorCode::DeviceRevoked, "this phone was shut out by the office")
}

/// The answer to whoever asks too fast; `wait_ms` says how long to pause.
pub(crate) fn too_fast(wait_ms: i64) -> Problem {
    let seconds = wait_ms / 1_000 + 1;
    let problem = Problem::new(ErrorCode::TooManyRequests, format!("asked too fast; go on in {seconds} s"));
    problem.with_header(http::header::RETRY_AFTER, &seconds.to_string())
}
