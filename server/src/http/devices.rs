//! What phones ask: enrolment, sync and uploads. The service decides; here bodies are only gathered,
//! bounded, and brought to a thread that may block.

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;

use crate::app::App;
use crate::error::Problem;

/// Any request of a device but the bytes of a photo: small, so it is gathered whole.
pub async fn whole(State(app): State<App>, request: Request) -> Response {
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

/// The bytes of a photo: written as they arrive, so that a cut keeps what came before it and memory
/// stays flat whatever the size.
pub async fn patch(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    match take_in(app, id, request).await {
        Ok(reply) => reply,
        Err(problem) => problem.into_response(),
    }
}

async fn take_in(app: App, id: String, request: Request) -> Result<Response, Problem> {
    let (parts, mut body) = request.into_parts();
    let begun = app.clone();
    let mut patch = blocking(move || begun.service.upload_patch(App::now(), &id, &parts.headers)).await??;
    // A link that breaks ends the body with an error: what came before is settled all the same.
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(piece) = frame.into_data() else { continue };
        let app = app.clone();
        patch = blocking(move || {
            patch.piece(app.service.uploads(), &piece).map_err(Problem::from).map(|()| patch)
        })
        .await??;
    }
    let reply = blocking(move || app.service.upload_end(App::now(), patch)).await??;
    Ok(reply.map(Body::from))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Problem::new(ErrorCode::Internal, "the request could not be handled"))
}
