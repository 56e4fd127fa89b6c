//! Photos and drawn signatures.
//!
//! What pages show is a copy without what else the camera wrote; the original goes out only when it is
//! asked for, as a file to keep.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts as _, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, PhotoHash, SignOffId};
use roundsman_sync_core::protocol::http_signature::SIGNATURE_INPUT;
use serde::Deserialize;

use super::body::{self, is_known};
use super::visit::{Desk, Program};
use crate::app::App;
use crate::blobs::shown::SHOWN_BYTES_MAX;
use crate::blobs::{BlobError, shown_copy};
use crate::error::Problem;
use crate::http::photos;
use crate::projection::queries::{self, Reach};

/// The one size of copies that is asked for.
const THUMBNAIL_PX: u32 = 320;
/// The bytes of a hash never change, so a browser need not ask again.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    size: Option<u32>,
    original: Option<String>,
}

impl Wanted {
    fn check(&self) -> Result<(), Problem> {
        match self.size {
            None | Some(THUMBNAIL_PX) => Ok(()),
            Some(_) => {
                let why = format!("the one size there is of a photo is {THUMBNAIL_PX}");
                Err(Problem::new(ErrorCode::ValueOutOfRange, why))
            }
        }
    }
}

fn nothing() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is no such photo")
}

/// `GET /photos/{hash}`: the copy to look at, or the original with `?original=1`.
pub(super) async fn shown(
    desk: Desk,
    Path(hash): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    asked: HeaderMap,
) -> Response {
    let photo = async {
        let wanted = body::query(wanted)?;
        wanted.check()?;
        let hash = in_reach(&desk.visit.app, desk.reach.clone(), &hash).await?;
        if wanted.original.is_some() {
            return original_bytes(&desk.visit.app, hash, &asked).await;
        }
        copy(&desk.visit.app, hash, &asked).await
    };
    let photo = photo.await;
    desk.visit.answer(photo)
}

/// `GET /v1/photos/{hash}`: the original bytes, or the copy to look at with `?size=320`. A request that a
/// device has signed is judged by the device's feeds, any other by the session it belongs to.
pub(super) async fn original(
    State(app): State<App>,
    Path(hash): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    if request.headers().contains_key(SIGNATURE_INPUT) {
        return photos::for_device(&app, &hash, request).await;
    }
    let (mut parts, _) = request.into_parts();
    let program = Program::from_request_parts(&mut parts, &app).await?;
    let asked = parts.headers;
    let wanted = body::query(wanted)?;
    wanted.check()?;
    let hash = in_reach(&program.app, program.reach, &hash).await?;
    if wanted.size.is_some() {
        return copy(&program.app, hash, &asked).await;
    }
    original_bytes(&program.app, hash, &asked).await
}

/// `GET /cases/{case}/signatures/{sign_off}`
pub(super) async fn signature(
    desk: Desk,
    Path((case, sign_off)): Path<(String, String)>,
    asked: HeaderMap,
) -> Response {
    let picture = async {
        let case: DocumentId = case.parse().map_err(|_| nothing())?;
        let sign_off: SignOffId = sign_off.parse().map_err(|_| nothing())?;
        let reach = desk.reach.clone();
        let found = desk.visit.app.read(move |db| queries::signature(db, &reach, case, sign_off)).await?;
        let mut picture = copy(&desk.visit.app, found.ok_or_else(nothing)?.hash, &asked).await?;
        // Personal data: no cache may outlive the right to see it.
        picture.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(picture)
    };
    let picture = picture.await;
    desk.visit.answer(picture)
}

/// The hash in an address, if its photo is here and a case that the person sees names it.
async fn in_reach(app: &App, reach: Reach, hash: &str) -> Result<PhotoHash, Problem> {
    let hash: PhotoHash = hash.parse().map_err(|_| nothing())?;
    let found = app.read(move |db| queries::photo(db, &reach, hash)).await?;
    Ok(found.ok_or_else(nothing)?.hash)
}

/// The copy to look at; for what no browser draws, the original as a file.
async fn copy(app: &App, hash: PhotoHash, asked: &HeaderMap) -> Result<Response, Problem> {
    let tag = format!("\"{hash}-shown\"");
    if is_known(asked, &tag) {
        return Ok(unchanged(&tag));
    }
    let service = Arc::clone(&app.service);
    let copy = App::blocking(move || {
        let bytes_max = u64::try_from(SHOWN_BYTES_MAX).unwrap_or(u64::MAX);
        match service.blobs().read(hash, bytes_max) {
            Ok(Some(bytes)) => Ok(shown_copy(&bytes)),
            Ok(None) => Err(BlobError::Missing(hash)),
            Err(BlobError::TooLong { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    })
    .await??;
    let Some(copy) = copy else { return original_bytes(app, hash, asked).await };
    let mut response = copy.bytes.into_response();
    label(&mut response, copy.photo_type.media_type(), &tag);
    Ok(response)
}

/// The bytes as they came, piece by piece.
async fn original_bytes(app: &App, hash: PhotoHash, asked: &HeaderMap) -> Result<Response, Problem> {
    let tag = format!("\"{hash}\"");
    if is_known(asked, &tag) {
        return Ok(unchanged(&tag));
    }
    let service = Arc::clone(&app.service);
    let photo = App::blocking(move || service.blobs().open_photo(hash)).await??.ok_or_else(nothing)?;
    let facts = photo.facts;
    let mut response = Response::new(photos::stream(photo.file, facts.size));
    label(&mut response, facts.photo_type.media_type(), &tag);
    let short: String = hash.to_string().chars().take(12).collect();
    let file = format!("attachment; filename=\"{short}.{}\"", facts.photo_type.extension());
    if let Ok(file) = HeaderValue::from_str(&file) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    }
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(facts.size));
    Ok(response)
}

fn label(response: &mut Response, media_type: &'static str, tag: &str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
}

fn unchanged(tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
