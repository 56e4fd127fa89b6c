//! Every path there is, in one list.

use axum::routing::{any, get};
use axum::{Router, middleware};

use crate::app::App;
use crate::http::{devices, events, health, office, request_id};

/// The whole application.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/v1/enrol", any(devices::whole))
        .route("/v1/sync", any(devices::whole))
        .route("/v1/events", get(events::events).fallback(events::only_get))
        .route("/v1/uploads", any(devices::upload))
        .route("/v1/uploads/{id}", any(devices::upload))
        .merge(office::routes())
        .fallback(office::not_found)
        .layer(middleware::from_fn(request_id::layer))
        .with_state(app)
}
