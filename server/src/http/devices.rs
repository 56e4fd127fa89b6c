//! What phones ask: enrolment, sync and uploads. The service decides; here bodies are only gathered,
//! bounded, and brought to a thread that may block.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;

use crate::app::App;
use crate::error::Problem;
use crate::http::address::Address;
use crate::service::{UploadStep, too_fast};

/// Bytes of a photo that are written at a time: enough that the way to the disk costs little beside them.
const WRITE_BYTES: usize = 256 * 1024;
/// Any request of a device but the bytes of a photo: small, so it is gathered whole.
pub async fn whole(State(app): State<App>, Address(address): Address, request: Request) -> Response {
    let is_enrolment = request.uri().path() == "/v1/enrol";
    if let Some(address) = address.filter(|_| is_enrolment)
        && let Err(wait_ms) = app.enrolments.admit(address.into(), App::now())
    {
        return too_fast(wait_ms).into_response();
    }
    let request = match whole_request(request, REQUEST_BYTES_MAX).await {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    let answer =
        tokio::task::spawn_blocking(move || app.service.handle(App::now(), &mut rand::rng(), &request));
    match answer.await {
        Ok(reply) => reply.map(Body::from),
        Err(_) => Problem::new(ErrorCode::Internal, "the request could not be handled").into_response(),
    }
}

/// A request with all of its body.
pub(super) async fn whole_request(
    request: Request,
    bytes_max: usize,
) -> Result<http::Request<Vec<u8>>, Problem> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, bytes_max).await.map_err(|error| unread(&error, bytes_max))?;
    Ok(http::Request::from_parts(parts, Vec::from(body)))
}

fn unread(error: &axum::Error, bytes_max: usize) -> Problem {
    let too_long = std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
    if too_long {
        let why = format!("this path takes at most {bytes_max} bytes");
        Problem::new(ErrorCode::BodyTooLarge, why)
    } else {
        Problem::new(ErrorCode::BadRequest, "the body was cut off before its end")
    }
}

/// Everything about uploads. The bytes of a photo are written as they arrive, so that a cut keeps what came
/// before it and memory stays flat whatever the size.
pub async fn upload(State(app): State<App>, request: Request) -> Response {
    match take_in(app, request).await {
        Ok(reply) => reply,
        Err(problem) => problem.into_response(),
    }
}

async fn take_in(app: App, request: Request) -> Result<Response, Problem> {
    let (parts, mut body) = request.into_parts();
    let service = Arc::clone(&app.service);
    let begun = App::blocking(move || service.upload_begin(App::now(), &mut rand::rng(), &parts));
    let mut intake = match begun.await?? {
        UploadStep::Answered(reply) => return Ok(reply.map(Body::from)),
        UploadStep::Body(intake) => intake,
    };
    let (mut waiting, mut spare) = (Vec::new(), Vec::new());
    let mut more = gather(&mut body, &mut waiting).await;
    while more || !waiting.is_empty() {
        let service = Arc::clone(&app.service);
        let write = App::blocking(move || {
            intake.piece(service.uploads(), App::now(), &waiting)?;
            waiting.clear();
            Ok::<_, Problem>((intake, waiting))
        });
        // The link goes on while the disk works.
        let (written, heard) = tokio::join!(write, async { more && gather(&mut body, &mut spare).await });
        more = heard;
        let (taken, written) = written??;
        (intake, waiting, spare) = (taken, std::mem::take(&mut spare), written);
    }
    let reply = App::blocking(move || app.service.upload_end(App::now(), intake)).await??;
    Ok(reply.map(Body::from))
}

/// Waits for bytes and takes all that are there, up to about [`WRITE_BYTES`]. Nothing waits in memory for
/// more to come: on a bad link that may be the last that was heard. False if this was the end.
async fn gather(body: &mut Body, waiting: &mut Vec<u8>) -> bool {
    while waiting.len() < WRITE_BYTES {
        let frame = if waiting.is_empty() {
            // The router bounds how long.
            body.frame().await
        } else {
            match tokio::time::timeout(Duration::ZERO, body.frame()).await {
                Ok(frame) => frame,
                Err(_) => return true,
            }
        };
        // The end, or a link that broke or fell silent: what came before is settled all the same.
        let Some(Ok(frame)) = frame else { return false };
        if let Ok(bytes) = frame.into_data() {
            waiting.extend_from_slice(&bytes);
        }
    }
    true
}
