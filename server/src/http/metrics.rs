//! `GET /metrics`: what the server counts, for Prometheus. No label names a person, a phone or a case.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use roundsman_sync_core::error::ErrorCode;

use super::office::Program;
use crate::app::App;
use crate::error::Problem;
use crate::projection::queries::{self, Counter as Counted};

/// Seconds. Syncs take milliseconds; a hint stream is answered at once and then stays open.
const BUCKETS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0, 10.0];
const OPENMETRICS: &str = "application/openmetrics-text";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: String,
    /// The door, never the path that was asked: that could name a case, and there are too many.
    door: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AtDoor {
    door: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfVerdict {
    verdict: &'static str,
}

/// What was asked since the server was started.
#[derive(Debug)]
pub struct Traffic {
    requests: Family<Answered, Counter>,
    seconds: Family<AtDoor, Histogram, fn() -> Histogram>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        }
    }
}

/// Counts each request.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let door = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    // A method may be any word; there are few that a door takes.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PATCH" | "DELETE" | "OPTIONS") => known,
        _ => "other",
    };
    let method = method.to_owned();
    let response = next.run(request).await;
    app.traffic.seconds.get_or_create(&AtDoor { door: door.clone() }).observe(begun.elapsed().as_secs_f64());
    let answered = Answered { method, door, status: response.status().as_u16() };
    app.traffic.requests.get_or_create(&answered).inc();
    response
}

/// Everything that is counted, as it stands now.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operation",
    operation_id = "readMetrics",
    responses((
        status = 200,
        description = "For Prometheus; OpenMetrics for whoever accepts it",
        content((String = "text/plain"), (String = "application/openmetrics-text")),
    )),
)]
pub(in crate::http) async fn metrics(
    _: Program,
    State(app): State<App>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let standing = app.read(queries::counters).await?;
    let registry = registry(&app, standing);
    let wants_open = asked.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let mut body = String::new();
    let (kind, written) = if wants_open.is_some_and(|accept| accept.contains(OPENMETRICS)) {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", text::encode(&mut body, &registry))
    } else {
        (prometheus_text::CONTENT_TYPE, prometheus_text::encode(&mut body, &registry))
    };
    written.map_err(|error| {
        tracing::error!(%error, "the counters could not be written");
        Problem::new(ErrorCode::Internal, "the counters could not be written")
    })?;
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

fn registry(app: &App, standing: Vec<Counted>) -> Registry {
    let mut registry = Registry::with_prefix("roundsman");
    registry.register("http_requests", "Requests that were answered", app.traffic.requests.clone());
    registry.register_with_unit(
        "http_request",
        "Time until the head of an answer",
        Unit::Seconds,
        app.traffic.seconds.clone(),
    );
    let changes = Family::<OfVerdict, Counter>::default();
    for (verdict, count) in app.service.verdict_counts().all() {
        changes.get_or_create(&OfVerdict { verdict }).inc_by(count);
    }
    registry.register("changes", "Changes that arrived, by what became of them", changes);
    for Counted { name, meaning, value } in standing {
        registry.register(name, meaning, ConstGauge::new(value));
    }
    let streams = i64::try_from(app.service.hints().open_streams()).unwrap_or(i64::MAX);
    registry.register("hint_streams", "Phones that wait for hints", ConstGauge::new(streams));
    let files = Gauge::<i64>::default();
    files.set(open_files());
    registry.register("open_files", "Files and connections that the process holds open", files);
    registry
}

/// How many files the process holds open; 0 where the system does not tell.
fn open_files() -> i64 {
    std::fs::read_dir("/proc/self/fd").map_or(0, |files| i64::try_from(files.count()).unwrap_or(i64::MAX))
}
