//! `/v1/uploads`: photos, resumable to the byte (tus 1.0), by a token that a signed sync has granted.

use http::{HeaderMap, Method, Request, Response, header};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;

use super::Service;
use crate::blobs::tus::{self, Answer, Patch, Rejection, UploadGrant};
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::log::LogEntry;

/// Where uploads live.
pub(super) const BASE: &str = "/v1/uploads";

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let headers = rejection.headers();
        let headers = headers.into_iter().filter_map(|(name, value)| Some((name?, value))).collect();
        Self { status: rejection.status, refusal: rejection.refusal, headers }
    }
}

impl Service {
    /// A request whose body has arrived, whole or cut: what there is of it counts.
    pub(super) fn upload(
        &self,
        now: Timestamp,
        rng: &mut dyn Rng,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        let headers = request.headers();
        let id = request.uri().path().strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/'));
        match (request.method(), id) {
            (&Method::OPTIONS, _) => self.finish(now, tus::options()),
            (&Method::POST, None) => {
                let grant = self.upload_grant(now, headers)?;
                self.finish(now, tus::create(&self.uploads, now, rng, &grant, BASE, headers)?)
            }
            (&Method::HEAD, Some(id)) => {
                let grant = self.upload_grant(now, headers)?;
                self.finish(now, tus::head(&self.uploads, &grant, id, headers)?)
            }
            (&Method::PATCH, Some(id)) => {
                let mut patch = self.upload_patch(now, id, headers)?;
                patch.piece(&self.uploads, request.body())?;
                self.upload_end(now, patch)
            }
            _ => {
                Err(Problem::new(ErrorCode::MethodNotAllowed, "uploads take POST; one upload HEAD and PATCH"))
            }
        }
    }

    /// Begins to take in the body of a PATCH, piece by piece as it arrives.
    ///
    /// # Errors
    /// If the token or the headers do not allow it.
    pub fn upload_patch(&self, now: Timestamp, id: &str, headers: &HeaderMap) -> Result<Patch, Problem> {
        let grant = self.upload_grant(now, headers)?;
        Ok(tus::patch(&self.uploads, &grant, id, headers)?)
    }

    /// Ends a PATCH: what arrived is on disk when this returns.
    ///
    /// # Errors
    /// If the bytes do not have the promised hash, or cannot be written.
    pub fn upload_end(&self, now: Timestamp, patch: Patch) -> Result<Response<Vec<u8>>, Problem> {
        let answer = patch.end(&self.uploads)?;
        self.finish(now, answer)
    }

    fn upload_grant(&self, now: Timestamp, headers: &HeaderMap) -> Result<UploadGrant, Problem> {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::UploadTokenInvalid,
                    "an upload needs the token that a sync has granted",
                )
            })?;
        let grant = self.identity().office.secret.read_upload(bearer.trim(), now)?;
        let revoked = self.is_revoked(grant.device)?;
        if revoked {
            return Err(Problem::new(ErrorCode::DeviceRevoked, "this phone was shut out by the office"));
        }
        Ok(UploadGrant { device: grant.device, hash: grant.photo, size: grant.size_bytes })
    }

    /// Writes down that a photo is here, each time that is said: the first saying may have been cut
    /// short between the file and the log.
    fn finish(&self, now: Timestamp, answer: Answer) -> Result<Response<Vec<u8>>, Problem> {
        if let Some(facts) = &answer.arrived {
            self.write::<_, DatabaseError>(|batch, _| {
                let known = batch
                    .db
                    .prepare_cached("SELECT 1 FROM blobs WHERE hash = ?1")?
                    .exists([facts.hash.as_bytes()])?;
                if !known {
                    let media_type = facts.photo_type.media_type().to_owned();
                    let stored = LogEntry::PhotoStored { hash: facts.hash, size: facts.size, media_type };
                    batch.append(now, &stored)?;
                }
                Ok(())
            })?;
        }
        let mut reply = Response::new(Vec::new());
        *reply.status_mut() = answer.status;
        *reply.headers_mut() = answer.headers;
        Ok(reply)
    }
}
