//! Photos and drawn signatures.
//!
//! What pages show is a copy without what else the camera wrote; the original goes out only when it is
//! asked for, as a file to keep. What cannot be drawn is never shown instead.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts as _, Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, PhotoHash, SignOffId};
use roundsman_sync_core::protocol::http_signature::SIGNATURE_INPUT;
use serde::Deserialize;

use super::body::{self, is_known};
use super::path::Path;
use super::visit::{Desk, Program};
use crate::app::App;
use crate::blobs::shown::SHOWN_BYTES_MAX;
use crate::blobs::{BlobError, PhotoType, Thumbnail, shown_copy};
use crate::error::Problem;
use crate::http::photos;
use crate::projection::queries::{self, FoundPhoto, Reach};

/// The one size of copies that is asked for.
const THUMBNAIL_PX: u32 = 320;
/// The bytes of a hash never change, so a browser need not ask again.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
/// A preview stands in for a photo only until that has come.
const FOR_NOW: &str = "private, no-cache";

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

fn owed() -> Problem {
    Problem::new(ErrorCode::NotFound, "the bytes of this photo have not arrived yet")
}

fn undrawable() -> Problem {
    let why = "there is no picture to show of this file; the original is still there";
    Problem::new(ErrorCode::PhotoNotDrawable, why)
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
        let found = in_reach(&desk.visit.app, desk.reach.clone(), &hash).await?;
        if wanted.original.is_some() {
            return original_bytes(&desk.visit.app, found.here()?, &asked).await;
        }
        if wanted.size.is_some() {
            return small(&desk.visit.app, found, &asked).await;
        }
        copy(&desk.visit.app, found.here()?, &asked).await
    };
    let photo = photo.await;
    desk.visit.answer(photo)
}

/// `GET /v1/photos/{hash}`: the original bytes, or a small copy with `?size=320`. A request that a
/// device has signed is judged by the device's feeds, any other by the session it belongs to.
#[utoipa::path(
    get,
    path = "/v1/photos/{hash}",
    tag = "photos",
    operation_id = "readPhoto",
    params(("hash" = String, Path, description = "The SHA-256 of a photo, in hex"), ("size" = Option<u32>, Query, minimum = 320, maximum = 320, description = "A copy of at most so many pixels a side; 320 is the one size there is")),
    responses(
        (status = 200, description = "The original as a file, or a small copy as JPEG", content(
            (Vec<u8> = "image/*"), (Vec<u8> = "application/octet-stream"),
        )),
        (status = 206, description = "A part, for phones that ask with Range", body = Vec<u8>, content_type = "application/octet-stream"),
    ),
)]
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
    let found = in_reach(&program.app, program.reach, &hash).await?;
    if wanted.size.is_some() {
        return small(&program.app, found, &asked).await;
    }
    original_bytes(&program.app, found.here()?, &asked).await
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

/// What there is of the hash in an address, if a case that the person sees names it.
async fn in_reach(app: &App, reach: Reach, hash: &str) -> Result<FoundPhoto, Problem> {
    let hash: PhotoHash = hash.parse().map_err(|_| nothing())?;
    let found = app.read(move |db| queries::photo(db, &reach, hash)).await?;
    found.ok_or_else(nothing)
}

impl FoundPhoto {
    /// Its hash, if its bytes are here.
    fn here(&self) -> Result<PhotoHash, Problem> {
        if self.is_here { Ok(self.hash) } else { Err(owed()) }
    }
}

/// A copy of at most 320 pixels a side: drawn from the photo, or else from the preview that its phone sent
/// ahead. Whoever calls has made sure that the asker may see the photo.
pub(in crate::http) async fn small(
    app: &App,
    found: FoundPhoto,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let sources = found.is_here.then_some(found.hash).into_iter().chain(found.preview);
    for source in sources {
        let cache = if source == found.hash { FOR_EVER } else { FOR_NOW };
        let tag = format!("\"{source}-320\"");
        if is_known(asked, &tag) {
            return Ok(unchanged(&tag, cache));
        }
        match drawn(app, source).await? {
            Thumbnail::Picture(bytes) => {
                let mut response = bytes.into_response();
                label(&mut response, PhotoType::Jpeg.media_type(), &tag, cache);
                return Ok(response);
            }
            Thumbnail::Undrawable => {}
        }
    }
    found.here()?;
    Err(undrawable())
}

/// The small copy, drawn now if it never was.
async fn drawn(app: &App, hash: PhotoHash) -> Result<Thumbnail, Problem> {
    let service = Arc::clone(&app.service);
    if let Some(drawn) = App::blocking(move || service.blobs().drawn_thumbnail(hash)).await?? {
        return Ok(drawn);
    }
    let turn = Arc::clone(&app.drawing).acquire_owned().await;
    let service = Arc::clone(&app.service);
    let drawn = App::blocking(move || {
        // Kept to the end of the work, also if whoever asked has gone away.
        let _turn = turn;
        service.blobs().thumbnail(hash)
    });
    Ok(drawn.await??)
}

/// The copy to look at, in full size.
async fn copy(app: &App, hash: PhotoHash, asked: &HeaderMap) -> Result<Response, Problem> {
    let tag = format!("\"{hash}-shown\"");
    if is_known(asked, &tag) {
        return Ok(unchanged(&tag, FOR_EVER));
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
    let copy = copy.ok_or_else(undrawable)?;
    let mut response = copy.bytes.into_response();
    label(&mut response, copy.photo_type.media_type(), &tag, FOR_EVER);
    Ok(response)
}

/// The bytes as they came, piece by piece.
async fn original_bytes(app: &App, hash: PhotoHash, asked: &HeaderMap) -> Result<Response, Problem> {
    let tag = format!("\"{hash}\"");
    if is_known(asked, &tag) {
        return Ok(unchanged(&tag, FOR_EVER));
    }
    let service = Arc::clone(&app.service);
    let photo = App::blocking(move || service.blobs().open_photo(hash)).await??.ok_or_else(nothing)?;
    let facts = photo.facts;
    let mut response = Response::new(photos::stream(photo.file, facts.size));
    label(&mut response, facts.photo_type.media_type(), &tag, FOR_EVER);
    let short: String = hash.to_string().chars().take(12).collect();
    let file = format!("attachment; filename=\"{short}.{}\"", facts.photo_type.extension());
    if let Ok(file) = HeaderValue::from_str(&file) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    }
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(facts.size));
    Ok(response)
}

fn label(response: &mut Response, media_type: &'static str, tag: &str, cache: &'static str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
}

fn unchanged(tag: &str, cache: &'static str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
