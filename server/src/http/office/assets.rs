//! The stylesheet and the icon.

use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use http::header;
use roundsman_sync_core::error::ErrorCode;

use crate::console;
use crate::error::Problem;

/// `GET /assets/{file}`: for everybody, the login page needs them.
pub(super) async fn asset(uri: Uri) -> Response {
    match console::asset(uri.path()) {
        Some(asset) => {
            let headers =
                [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, asset.cache_control)];
            (headers, asset.bytes).into_response()
        }
        None => Problem::new(ErrorCode::NotFound, "there is no such file").into_response(),
    }
}
