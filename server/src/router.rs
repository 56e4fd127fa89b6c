//! The whole application, assembled.

use std::time::Duration;

use axum::{Router, middleware};
use http::Method;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::app::App;
use crate::console::paths;
use crate::http::doors::{Door, Doors, Rule, method_not_allowed};
use crate::http::{address, devices, events, health, metrics, office, openapi, request_id};

/// How long a sender may be silent within a body. The longest gap of a mobile link that was measured and still came
/// back is 78 s.
const SILENCE_MAX: Duration = Duration::from_secs(180);

/// Every door there is, and the router behind them.
pub fn doors() -> (Router<App>, Vec<Door>) {
    let begin = [Method::POST, Method::OPTIONS];
    // POST stands for another method that a client cannot send.
    let go_on = [Method::POST, Method::HEAD, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let doors = Doors::default()
        .door(Method::GET, "/healthz", Rule::Anybody, health::healthz)
        .door(Method::GET, "/readyz", Rule::Anybody, health::readyz)
        .door(Method::GET, paths::OPENAPI, Rule::Anybody, openapi::json)
        .door(Method::POST, "/v1/enrol", Rule::Device, devices::whole)
        .door(Method::POST, "/v1/sync", Rule::Device, devices::whole)
        .door(Method::GET, "/v1/events", Rule::Device, events::events)
        .doors(&begin, "/v1/uploads", Rule::Device, devices::upload)
        .doors(&go_on, "/v1/uploads/{id}", Rule::Device, devices::upload);
    office::doors(doors).open()
}

/// The whole application.
pub fn router(app: App) -> Router {
    doors()
        .0
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(office::not_found)
        .layer(RequestBodyTimeoutLayer::new(SILENCE_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), metrics::layer))
        .layer(middleware::from_fn_with_state(app.clone(), address::layer))
        .layer(middleware::from_fn(request_id::layer))
        .with_state(app)
}
