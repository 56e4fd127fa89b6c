//! The server in the morning, inside this process: the story's clock, not the machine's, tells it the
//! time, so that phones are enrolled before the shift and not after it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;
use tokio::runtime::Runtime;

use crate::service::Service;

/// How long a request of the morning takes in the story.
const REQUEST_MS: i64 = 350;
/// How long requests under way may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// What time it is in the story before the phones go their own ways.
#[derive(Clone)]
pub(super) struct StoryTime(Arc<AtomicI64>);

impl StoryTime {
    /// The story begins.
    pub(super) fn new(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.millis())))
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn tick(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(REQUEST_MS, Ordering::Relaxed) + REQUEST_MS)
    }
}

/// See the module. Ends when it is dropped.
pub(super) struct MorningServer {
    /// Where it listens.
    pub(super) address: SocketAddr,
    runtime: Option<Runtime>,
}

#[derive(Clone)]
struct Morning {
    service: Arc<Service>,
    time: StoryTime,
}

impl MorningServer {
    /// Takes connections on a free port.
    ///
    /// # Errors
    /// If there is no port or no thread.
    pub(super) fn start(service: Service, time: StoryTime) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        let app = Router::new().fallback(answer).with_state(Morning { service: Arc::new(service), time });
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, runtime: Some(runtime) })
    }
}

impl Drop for MorningServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(GRACE);
        }
    }
}

async fn answer(State(morning): State<Morning>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, REQUEST_BYTES_MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let request = http::Request::from_parts(parts, Vec::from(body));
    let Morning { service, time } = morning;
    let answered =
        tokio::task::spawn_blocking(move || service.handle(time.tick(), &mut rand::rng(), &request)).await;
    match answered {
        Ok(reply) => reply.map(Body::from),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
