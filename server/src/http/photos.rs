//! `GET /v1/photos/{hash}` as devices ask it, and the sending of files.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use http_body_util::channel::Channel;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::PhotoHash;

use super::devices::whole_request;
use super::range::{Wanted, wanted};
use crate::app::App;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::feed;

/// Bytes of a file in memory at a time, and how many such pieces wait for a slow reader.
const PIECE_BYTES: usize = 64 * 1024;
/// See [`PIECE_BYTES`].
const PIECES_WAITING: usize = 1;

/// The bytes of a photo, all or as many as were asked for, if a document in one of the device's feeds names
/// it. Every other photo is not there.
pub(super) async fn for_device(app: &App, hash: &str, request: Request) -> Result<Response, Problem> {
    let nothing = || Problem::new(ErrorCode::NotFound, "there is no such photo");
    let hash = hash.parse::<PhotoHash>();
    let request = whole_request(request, 0).await?;
    let service = Arc::clone(&app.service);
    let (parts, _) = request.clone().into_parts();
    let photo = App::blocking(move || {
        let device = service.who_reads(App::now(), &request)?;
        let hash = hash.map_err(|_| nothing())?;
        if !service.read::<_, DatabaseError>(|tables| feed::may_see_photo(tables, device, hash))? {
            return Err(nothing());
        }
        service.blobs().open_photo(hash)?.ok_or_else(nothing)
    })
    .await??;
    let (size, media_type) = (photo.facts.size, photo.facts.photo_type.media_type());
    let tag = format!("\"{}\"", photo.facts.hash);
    let (status, first, length) = match wanted(&parts.headers, size, &tag) {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => {
            let why = format!("the photo has {size} bytes");
            let refusal = Refusal::new(ErrorCode::ValueOutOfRange, why);
            let problem = Problem { status: StatusCode::RANGE_NOT_SATISFIABLE, refusal, headers: Vec::new() };
            return Err(problem.with_header(header::CONTENT_RANGE, &format!("bytes */{size}")));
        }
    };
    let mut file = photo.file;
    file.seek(SeekFrom::Start(first)).map_err(|error| {
        tracing::error!(%error, photo = %photo.facts.hash, "a photo could not be read");
        Problem::new(ErrorCode::Internal, "the server could not read a photo")
    })?;
    let mut response = Response::new(stream(file, length));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // The bytes never change, but the right to see them may end.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{size}", first + length - 1);
        headers.extend(HeaderValue::from_str(&range).ok().map(|range| (header::CONTENT_RANGE, range)));
    }
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    Ok(response)
}

/// So many bytes of a file from where it stands, read piece by piece as the other side takes them. No thread
/// waits for a slow reader: only the reading of one piece is on a thread that may block.
pub(super) fn stream(file: File, mut bytes_left: u64) -> Body {
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(PIECES_WAITING);
    tokio::spawn(async move {
        let mut file = file;
        while bytes_left > 0 {
            let wanted = usize::try_from(bytes_left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; wanted];
                file.read_exact(&mut piece).map(|()| (file, piece))
            });
            let piece;
            (file, piece) = match read.await.map_err(std::io::Error::other).flatten() {
                Ok(read) => read,
                Err(error) => {
                    tracing::error!(%error, "a photo could not be read to its end");
                    sender.abort(error);
                    return;
                }
            };
            bytes_left = bytes_left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            // The other side has gone away.
            if sender.send_data(Bytes::from(piece)).await.is_err() {
                return;
            }
        }
    });
    Body::new(body)
}
