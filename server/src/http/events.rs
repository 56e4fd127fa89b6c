//! `GET /v1/events`: a phone waits here to be told that there is something (server-sent events).

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use http_body::Frame;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::limits::EVENT_HEARTBEAT_MS;
use roundsman_sync_core::protocol::messages::Pos;
use tokio::time::{Instant, Sleep};

use super::devices::whole_request;
use crate::app::App;
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::hints::{self, NotOpened, Stream};

/// A comment: it keeps the connection known to whatever stands in between, and says that the server lives.
const HEARTBEAT: &[u8] = b":\n\n";
/// Where a client says what it has seen (WHATWG HTML, section 9.2).
const LAST_EVENT_ID: &str = "last-event-id";

/// The stream of hints of the device that asks.
///
/// # Errors
/// If the device may not read, or there is no room for another stream.
pub async fn events(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let request = whole_request(request, 0).await?;
    let from = last_seen(request.headers())?;
    let service = Arc::clone(&app.service);
    let (device, stream) = App::blocking(move || {
        let device = service.who_reads(App::now(), &request)?;
        open(&service, device, from).map(|stream| (device, stream))
    })
    .await??;
    if app.service.hints().must_be_watched() {
        tokio::spawn(hints::watch(Arc::clone(&app.service)));
    }
    tracing::debug!(%device, "a stream of hints was opened");
    let mut response = Response::new(Body::new(Events::new(stream)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx collects replies unless told not to; a hint that waits in a proxy is none.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn open(service: &crate::service::Service, device: DeviceId, from: Option<Pos>) -> Result<Stream, Problem> {
    loop {
        let seen = service.read::<_, DatabaseError>(|tables| hints::seen(tables, device))?;
        match service.hints().open(device, &seen, from) {
            Ok(stream) => return Ok(stream),
            // The watch looks at most ten times a second, so this ends.
            Err(NotOpened::Stale) => {}
            Err(NotOpened::Full) => {
                return Err(Problem::new(ErrorCode::Busy, "there are as many streams as this server holds"));
            }
            Err(NotOpened::Closing) => {
                return Err(Problem::new(ErrorCode::Busy, "the server is about to stop"));
            }
        }
    }
}

fn last_seen(headers: &HeaderMap) -> Result<Option<Pos>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let pos = value.to_str().ok().and_then(|text| text.parse().ok());
    pos.map(Some)
        .ok_or_else(|| Problem::new(ErrorCode::BadRequest, "Last-Event-ID must be a position in the log"))
}

/// The body of the reply. Holds no bytes that nobody has asked for yet.
struct Events {
    stream: Stream,
    heartbeat: Pin<Box<Sleep>>,
}

impl Events {
    fn new(stream: Stream) -> Self {
        Self { stream, heartbeat: Box::pin(tokio::time::sleep(pause())) }
    }
}

const fn pause() -> Duration {
    Duration::from_millis(EVENT_HEARTBEAT_MS)
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match self.stream.poll_hint(context) {
            Poll::Ready(Some(pos)) => Bytes::from(format!("event: hint\nid: {pos}\ndata: {pos}\n\n")),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => {
                if self.heartbeat.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                Bytes::from_static(HEARTBEAT)
            }
        };
        self.heartbeat.as_mut().reset(Instant::now() + pause());
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use http_body_util::BodyExt as _;
    use roundsman_sync_core::protocol::messages::FeedNumber;

    use super::*;
    use crate::hints::{Hints, Seen};

    const PHONE: DeviceId = DeviceId::from_bytes([1; 16]);

    async fn next(events: &mut Events) -> Option<Bytes> {
        events.frame().await.map(|frame| frame.unwrap().into_data().unwrap())
    }

    fn seen(head: Pos, newest: Pos) -> Seen {
        Seen { head, feeds: vec![FeedNumber(1)], newest, is_revoked: false }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_has_a_heartbeat_and_a_hint_puts_it_off() {
        let hints = Arc::new(Hints::with_room_for(1));
        let mut events = Events::new(hints.open(PHONE, &seen(9, 3), Some(2)).unwrap());
        let began = Instant::now();
        assert_eq!(next(&mut events).await.unwrap(), "event: hint\nid: 9\ndata: 9\n\n");
        assert_eq!(began.elapsed(), Duration::ZERO);
        for beat in 1..=3 {
            assert_eq!(next(&mut events).await.unwrap(), HEARTBEAT);
            // The timer is kept in whole milliseconds, rounded up.
            assert_eq!(began.elapsed().as_secs(), 25 * beat);
        }
        tokio::time::advance(Duration::from_secs(20)).await;
        hints.synced(PHONE, 2);
        assert_eq!(next(&mut events).await.unwrap(), "event: hint\nid: 3\ndata: 3\n\n");
        assert_eq!(next(&mut events).await.unwrap(), HEARTBEAT);
        assert_eq!(began.elapsed().as_secs(), 75 + 20 + 25);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_when_the_server_stops_or_the_phone_opens_another() {
        let hints = Arc::new(Hints::with_room_for(1));
        let mut older = Events::new(hints.open(PHONE, &seen(9, 3), None).unwrap());
        let mut newer = Events::new(hints.open(PHONE, &seen(9, 3), None).unwrap());
        assert_eq!(next(&mut older).await, None);
        drop(older);
        assert_eq!(hints.open_streams(), 1);
        hints.close();
        assert_eq!(next(&mut newer).await, None);
        assert_eq!(hints.open(PHONE, &seen(9, 3), None).err(), Some(NotOpened::Closing));
        let room = Arc::new(Hints::with_room_for(1));
        let held = room.open(PHONE, &seen(9, 3), None).unwrap();
        assert_eq!(room.open(DeviceId::from_bytes([2; 16]), &seen(9, 3), None).err(), Some(NotOpened::Full));
        drop(held);
        assert!(room.open(DeviceId::from_bytes([2; 16]), &seen(9, 3), None).is_ok());
    }
}
