//! One photo on its way: tus 1.0 (<https://tus.io/protocols/resumable-upload>), core and creation; the server speaks more of it.
//!
//! A state machine: each request follows from where the upload stands, each reply moves it. After a lost
//! reply, or in a later session, `HEAD` asks where the server stands, so a cut costs at most one piece.

use http::{Method, Request, Response, StatusCode};

use super::http_reply::{header, number, refusal_in};
use super::store::{Store, UploadState};
use crate::error::{ErrorCode, Refusal};
use crate::protocol::messages::UploadGrant;

const UPLOADS_PATH: &str = "/v1/uploads";
const TUS_VERSION: &str = "1.0.0";
const PIECE_MEDIA_TYPE: &str = "application/offset+octet-stream";
/// Replies in a row that bring the upload no further, before it waits for the next sync.
const STALLS_MAX: u8 = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Ask { path: String },
    Send { path: String, offset: u64 },
}

/// See the module.
#[derive(Debug)]
pub(super) struct Upload {
    grant: UploadGrant,
    step: Step,
    in_flight: bool,
    stalls: u8,
}

/// What a reply brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on.
    Going,
    /// The server has all the bytes; a receipt will say so for good.
    Complete,
    /// This photo waits for the next sync.
    Failed,
}

impl Upload {
    /// Begins, or goes on where an earlier session stopped.
    pub(super) fn new(grant: UploadGrant, state: &UploadState) -> Self {
        let step = state.path.clone().map_or(Step::Create, |path| Step::Ask { path });
        Self { grant, step, in_flight: false, stalls: 0 }
    }

    pub(super) fn grant(&self) -> &UploadGrant {
        &self.grant
    }

    /// Where the upload stands at the server and from which byte on to send, once both are known.
    pub(super) fn stands_at(&self) -> Option<(&str, u64)> {
        match &self.step {
            Step::Send { path, offset } if !self.in_flight => Some((path, *offset)),
            Step::Send { .. } | Step::Create | Step::Ask { .. } => None,
        }
    }

    /// The headers of a request that brings bytes from `offset` on.
    pub(super) fn piece_headers(&self, offset: u64) -> [(&'static str, String); 4] {
        [
            ("tus-resumable", TUS_VERSION.to_owned()),
            ("authorization", format!("Bearer {}", self.grant.token)),
            ("upload-offset", offset.to_string()),
            ("content-type", PIECE_MEDIA_TYPE.to_owned()),
        ]
    }

    /// The next request, with at most so many bytes of the photo. Asked for a second time without a reply in between, it asks where things stand.
    pub(super) fn request(
        &mut self,
        store: &dyn Store,
        piece_bytes_max: usize,
    ) -> Result<Request<Vec<u8>>, Refusal> {
        if self.in_flight
            && let Step::Send { path, .. } = &self.step
        {
            self.step = Step::Ask { path: path.clone() };
        }
        self.in_flight = true;
        let request = Request::builder()
            .header("tus-resumable", TUS_VERSION)
            .header("authorization", format!("Bearer {}", self.grant.token));
        let built = match &self.step {
            Step::Create => request
                .method(Method::POST)
                .uri(UPLOADS_PATH)
                .header("upload-length", self.grant.size)
                .body(Vec::new()),
            Step::Ask { path } => request.method(Method::HEAD).uri(path).body(Vec::new()),
            Step::Send { path, offset } => {
                let piece = store.photo_bytes(self.grant.hash, *offset, piece_bytes_max)?;
                let piece = piece.ok_or_else(|| {
                    Refusal::new(ErrorCode::StoreCorrupt, format!("photo {} has no bytes", self.grant.hash))
                })?;
                request
                    .method(Method::PATCH)
                    .uri(path)
                    .header("upload-offset", *offset)
                    .header("content-type", PIECE_MEDIA_TYPE)
                    .body(piece)
            }
        };
        built.map_err(|error| Refusal::new(ErrorCode::ReplyMalformed, format!("upload address: {error}")))
    }

    /// Takes in a reply. `state` becomes what has to be kept.
    ///
    /// # Errors
    /// [`ErrorCode::LinkFailed`] for a reply that may be another one next time; the upload stands as before.
    pub(super) fn reply(
        &mut self,
        reply: &Response<Vec<u8>>,
        state: &mut UploadState,
    ) -> Result<Progress, Refusal> {
        let status = reply.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(refusal_in(reply));
        }
        self.in_flight = false;
        let offset = number(reply.headers(), "upload-offset");
        let step = match (&self.step, status) {
            (Step::Create, StatusCode::CREATED) => {
                let path = header(reply.headers(), "location").and_then(upload_path);
                let Some(path) = path else { return Ok(fail(state, "no usable Location")) };
                state.path = Some(path.clone());
                Step::Send { path, offset: offset.unwrap_or(0) }
            }
            (Step::Ask { path }, StatusCode::OK | StatusCode::NO_CONTENT)
            | (Step::Send { path, .. }, StatusCode::NO_CONTENT) => match offset {
                Some(offset) => Step::Send { path: path.clone(), offset },
                None => return Ok(fail(state, "no Upload-Offset")),
            },
            (Step::Ask { .. } | Step::Send { .. }, StatusCode::NOT_FOUND | StatusCode::GONE) => {
                state.path = None;
                Step::Create
            }
            (Step::Send { path, .. }, StatusCode::CONFLICT) => Step::Ask { path: path.clone() },
            (Step::Create | Step::Ask { .. } | Step::Send { .. }, _) => {
                let refusal = refusal_in(reply);
                if refusal.code == ErrorCode::PhotoHashMismatch {
                    state.path = None; // The server threw the bytes away; they are sent anew.
                }
                return Ok(fail(state, &refusal.message));
            }
        };
        Ok(self.go_on(step, state))
    }

    fn go_on(&mut self, step: Step, state: &mut UploadState) -> Progress {
        let reached = |step: &Step| if let Step::Send { offset, .. } = step { *offset } else { 0 };
        self.stalls = if reached(&step) > reached(&self.step) { 0 } else { self.stalls + 1 };
        self.step = step;
        state.error = None;
        match reached(&self.step).cmp(&self.grant.size) {
            std::cmp::Ordering::Equal => Progress::Complete,
            std::cmp::Ordering::Less if self.stalls < STALLS_MAX => Progress::Going,
            std::cmp::Ordering::Less => fail(state, "the upload does not move"),
            std::cmp::Ordering::Greater => fail(state, "the server stands past the end"),
        }
    }
}

fn fail(state: &mut UploadState, why: &str) -> Progress {
    state.error = Some(why.to_owned());
    Progress::Failed
}

/// The path of an upload, if the address is below our own: the token must go nowhere else.
fn upload_path(location: &str) -> Option<String> {
    let uri: http::Uri = location.parse().ok()?;
    let path = uri.path();
    let name = path.strip_prefix(UPLOADS_PATH)?.strip_prefix('/')?;
    (!name.is_empty() && !name.contains('/') && uri.query().is_none()).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_address_is_taken_only_below_our_own() {
        assert_eq!(upload_path("/v1/uploads/ab12").as_deref(), Some("/v1/uploads/ab12"));
        assert_eq!(upload_path("http://10.0.0.1:8080/v1/uploads/ab12").as_deref(), Some("/v1/uploads/ab12"));
        for bad in
            ["", "/v1/uploads/", "/v1/uploads", "/elsewhere/ab12", "/v1/uploads/a/b", "/v1/uploads/a?b=c"]
        {
            assert_eq!(upload_path(bad), None, "{bad}");
        }
    }
}
