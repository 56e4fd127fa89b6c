//! `GET /healthz` and `/readyz`: whether the process lives, and whether it can serve.

use axum::extract::State;
use axum::response::IntoResponse;
use http::StatusCode;

use crate::app::App;
use crate::database::DatabaseError;

/// The process answers.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    operation_id = "readHealth",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
)]
pub async fn healthz() -> impl IntoResponse {
    "ok\n"
}

/// The database answers too.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    operation_id = "readReadiness",
    responses(
        (status = 200, description = "It does", body = String, content_type = "text/plain"),
        (status = 503, description = "It does not", body = String, content_type = "text/plain"),
    ),
)]
pub async fn readyz(State(app): State<App>) -> impl IntoResponse {
    let head =
        tokio::task::spawn_blocking(move || app.service.read::<_, DatabaseError>(|db| crate::log::head(db)));
    match head.await {
        Ok(Ok(head)) => (StatusCode::OK, format!("ready at {head}\n")),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned()),
    }
}
