//! `/v1/uploads`: photos, resumable to the byte (tus 1.0), by a token that a signed sync has granted.

use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, header};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;

use super::Service;
use super::signed::shut_out;
use crate::blobs::tus::{self, Answer, Intake, Rejection, UploadGrant};
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

/// What becomes of a request about an upload once its head is read.
pub enum UploadStep {
    /// Whatever its body is, this is the reply.
    Answered(Response<Vec<u8>>),
    /// Its body is to be taken in.
    Body(Intake),
}

impl Service {
    /// A request whose body has arrived, whole or cut: what there is of it counts.
    pub(super) fn upload(
        &self,
        now: Timestamp,
        rng: &mut dyn Rng,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, Problem> {
        let (parts, ()) = request.clone().map(|_| ()).into_parts();
        match self.upload_begin(now, rng, &parts)? {
            UploadStep::Answered(reply) => Ok(reply),
            UploadStep::Body(mut intake) => {
                intake.piece(&self.uploads, now, request.body())?;
                self.upload_end(now, intake)
            }
        }
    }

    /// Begins to answer a request, before any of its body is read.
    ///
    /// # Errors
    /// If the token or the headers do not allow what is asked.
    pub fn upload_begin(
        &self,
        now: Timestamp,
        rng: &mut dyn Rng,
        request: &Parts,
    ) -> Result<UploadStep, Problem> {
        let headers = &request.headers;
        let id = request.uri.path().strip_prefix(BASE).and_then(|rest| rest.strip_prefix('/'));
        let method = method_of(request)?;
        if method == Method::OPTIONS {
            return Ok(UploadStep::Answered(self.finish(now, tus::options())?));
        }
        let takes = if id.is_some() { "HEAD, PATCH, DELETE, OPTIONS" } else { "POST, OPTIONS" };
        let is_known = takes.split(", ").any(|taken| method.as_str() == taken);
        if !is_known {
            let problem = Problem::new(ErrorCode::MethodNotAllowed, format!("this path takes {takes}"));
            return Err(problem.with_header(header::ALLOW, takes));
        }
        let grant = self.upload_grant(now, headers)?;
        let Some(id) = id else {
            return Ok(UploadStep::Body(tus::create(&self.uploads, now, rng, &grant, BASE, headers)?));
        };
        let answer = match method {
            Method::PATCH => {
                return Ok(UploadStep::Body(tus::patch(&self.uploads, now, &grant, id, headers)?));
            }
            Method::DELETE => tus::terminate(&self.uploads, now, &grant, id, headers)?,
            _ => tus::head(&self.uploads, now, &grant, id, headers)?,
        };
        Ok(UploadStep::Answered(self.finish(now, answer)?))
    }

    /// Ends a request with a body: what arrived is on disk when this returns.
    ///
    /// # Errors
    /// If the bytes do not have the promised hash or checksum, or cannot be written.
    pub fn upload_end(&self, now: Timestamp, intake: Intake) -> Result<Response<Vec<u8>>, Problem> {
        let answer = intake.end(&self.uploads, now)?;
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
        if self.is_revoked(grant.device)? {
            return Err(shut_out());
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

/// The method that is meant: clients that cannot send all of them say it in a header (tus 1.0, core).
fn method_of(request: &Parts) -> Result<Method, Problem> {
    let Some(meant) = request.headers.get("x-http-method-override") else {
        return Ok(request.method.clone());
    };
    Method::from_bytes(meant.as_bytes())
        .map_err(|_| Problem::new(ErrorCode::BadRequest, "X-HTTP-Method-Override is not a method"))
}
