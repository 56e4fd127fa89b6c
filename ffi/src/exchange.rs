//! One request on its way, and leaving it when somebody cancels.
//!
//! The request is sent on a thread of its own, so that a call that is cancelled returns at once even if the transport
//! is stuck in a dead link. A reply that comes later goes nowhere: the protocol allows every reply to be lost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};

use crate::error::HostError;
use crate::host::{HttpReply, HttpRequest, Transport};

/// How an exchange ended.
pub(crate) enum Outcome {
    /// With a reply.
    Reply(Response<Vec<u8>>),
    /// Without one.
    Failed(String),
    /// Somebody cancelled.
    Cancelled,
}

/// Cancels every exchange that began before.
#[derive(Default)]
pub(crate) struct Cancel {
    /// How often somebody cancelled.
    times: AtomicU64,
    waiting: Mutex<Vec<Sender<Outcome>>>,
}

/// What was so when a call began: it is cancelled by everything after.
#[derive(Clone, Copy)]
pub(crate) struct Begun(u64);

impl Cancel {
    /// Notes the beginning of a call.
    pub(crate) fn begin(&self) -> Begun {
        Begun(self.times.load(Ordering::SeqCst))
    }

    /// Whether somebody cancelled since.
    pub(crate) fn is_cancelled(&self, begun: Begun) -> bool {
        self.times.load(Ordering::SeqCst) != begun.0
    }

    /// Cancels.
    pub(crate) fn cancel(&self) {
        self.times.fetch_add(1, Ordering::SeqCst);
        for waiting in self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Whoever does not wait any more needs no word.
            let _ = waiting.send(Outcome::Cancelled);
        }
    }

    /// Sends a request to the server at `base` and waits for its reply, or until somebody cancels.
    pub(crate) fn exchange(
        &self,
        begun: Begun,
        transport: &Arc<dyn Transport>,
        base: &str,
        request: Request<Vec<u8>>,
    ) -> Outcome {
        let (tell, outcome) = channel();
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if self.is_cancelled(begun) {
                return Outcome::Cancelled;
            }
            // Calls of one replica go one after the other; what is still here has been answered.
            waiting.clear();
            waiting.push(tell.clone());
        }
        let (transport, request) = (Arc::clone(transport), flat(base, request));
        let thread = std::thread::Builder::new().name("roundsman-http".to_owned()).spawn(move || {
            let sent = catch_unwind(AssertUnwindSafe(|| transport.send(request)));
            // If the call was cancelled, nobody listens any more.
            let _ = tell.send(match sent {
                Ok(Ok(reply)) => whole(reply),
                Ok(Err(HostError::Failed { reason })) => Outcome::Failed(reason),
                Err(_) => Outcome::Failed("the transport failed".to_owned()),
            });
        });
        match thread {
            Ok(_) => outcome.recv().unwrap_or(Outcome::Cancelled),
            Err(error) => Outcome::Failed(format!("no thread for the request: {error}")),
        }
    }
}

/// A request as a host sends it.
pub(crate) fn flat(base: &str, request: Request<Vec<u8>>) -> HttpRequest {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let headers = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    HttpRequest {
        method: parts.method.as_str().to_owned(),
        url: format!("{base}{path}"),
        headers: headers.collect(),
        body,
    }
}

/// A host's reply as the core reads it.
pub(crate) fn whole(reply: HttpReply) -> Outcome {
    let mut built = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        built = built.header(name, value);
    }
    match built.body(reply.body) {
        Ok(reply) => Outcome::Reply(reply),
        Err(error) => Outcome::Failed(format!("no reply of HTTP: {error}")),
    }
}
