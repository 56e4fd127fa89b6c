//! Errors as the outside sees them: `application/problem+json` (RFC 9457), one table of status codes.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::blobs::BlobError;
use crate::database::DatabaseError;
use crate::ingest::OfficeError;

/// A request that was not done.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status of the reply.
    pub status: StatusCode,
    /// What and where.
    pub refusal: Refusal,
    /// Headers that go with it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

/// The body of the reply.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: &'a str,
    request_id: &'a str,
}

/// What tus 1.0 has for a piece whose checksum is wrong; no RFC knows it.
pub const CHECKSUM_MISMATCH: StatusCode = match StatusCode::from_u16(460) {
    Ok(status) => status,
    Err(_) => StatusCode::BAD_REQUEST,
};

/// The status that goes with a code when nothing more is known.
pub fn status_of(code: ErrorCode) -> StatusCode {
    use ErrorCode as E;
    match code {
        E::NotFound
        | E::DocumentUnknown
        | E::OrderUnknown
        | E::CheckpointUnknown
        | E::RouteUnknown
        | E::SettlementUnknown
        | E::SheetUnknown
        | E::ConflictUnknown
        | E::UploadUnknown
        | E::PhotoNotDrawable
        | E::EnrolCodeUnknown => StatusCode::NOT_FOUND,
        E::EnrolCodeExpired | E::EnrolCodeUsed => StatusCode::GONE,
        E::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        E::BodyTooLarge | E::PhotoTooLarge | E::ChangeTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        E::SignatureMissing
        | E::SignatureInvalid
        | E::TokenStale
        | E::RequestReplayed
        | E::DeviceUnknown
        | E::LoginFailed
        | E::LoginRequired
        | E::ApiKeyInvalid
        | E::UploadTokenInvalid => StatusCode::UNAUTHORIZED,
        E::DeviceRevoked
        | E::DeviceFrozen
        | E::RoleNotPermitted
        | E::SiteNotPermitted
        | E::PersonMismatch
        | E::CommandNotPermitted
        | E::Recused
        | E::PasswordOneTime
        | E::CsrfInvalid
        | E::ScopeMissing
        | E::NotEnrolled => StatusCode::FORBIDDEN,
        E::LoginPaused | E::UploadQuota | E::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        E::UploadChecksumMismatch => CHECKSUM_MISMATCH,
        E::Fork
        | E::EpochClosed
        | E::Recovered
        | E::UploadOffsetMismatch
        | E::EntryImmutable
        | E::CloseNotReady
        | E::ProcedureForbids
        | E::QuarantineSettled
        | E::RoundFinished => StatusCode::CONFLICT,
        E::Busy => StatusCode::SERVICE_UNAVAILABLE,
        E::Internal | E::StoreFailed | E::StoreNewer | E::StoreCorrupt | E::StoreKeyWrong => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        E::LinkFailed | E::ReplyMalformed => StatusCode::BAD_GATEWAY,
        E::BadRequest | E::ProtocolUnsupported => StatusCode::BAD_REQUEST,
        E::ChangeMalformed
        | E::ChangeNotPermitted
        | E::SchemaNewer
        | E::ClockAhead
        | E::DependencyMissing
        | E::DependencyRefused
        | E::KindMismatch
        | E::TextTooLong
        | E::TextInvalid
        | E::FieldMissing
        | E::ValueOutOfRange
        | E::PolicyWrong
        | E::DetailsInvalid
        | E::SalvageImpossible
        | E::CodeMismatch
        | E::PhotoRequired
        | E::PhotoEmpty
        | E::IdempotencyKeyReused
        | E::PhotoNotExpected
        | E::PhotoHashMismatch => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl Problem {
    /// A problem with the usual status of its code.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Refusal::new(code, detail).into()
    }

    /// The same problem with one more header; a value that fits no header is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// The problem as a reply.
    pub fn reply(&self, request_id: &str) -> http::Response<Vec<u8>> {
        let code = self.refusal.code.as_str();
        let body = Body {
            r#type: format!("https://roundsman.example/errors#{code}"),
            title: self.refusal.code.meaning(),
            status: self.status.as_u16(),
            code,
            detail: &self.refusal.message,
            request_id,
        };
        let mut reply = http::Response::new(serde_json::to_vec(&body).unwrap_or_default());
        *reply.status_mut() = self.status;
        reply
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in &self.headers {
            reply.headers_mut().insert(name.clone(), value.clone());
        }
        reply
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Whoever finds the error need not know the request's id: the layer around it writes the
        // problem again from this extension, with the id.
        let (parts, body) = self.reply("").into_parts();
        let mut response = Response::from_parts(parts, body.into());
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self { status: status_of(refusal.code), refusal, headers: Vec::new() }
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        // What the database said is for the operator, not for the asker.
        tracing::error!(%error, "the database failed");
        Self::new(ErrorCode::Internal, "the server's database failed; nothing was changed")
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        tracing::error!(%error, "the photo store failed");
        error.refusal().into()
    }
}

impl From<OfficeError> for Problem {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Refused(refusal) => refusal.into(),
            OfficeError::Database(error) => error.into(),
        }
    }
}
