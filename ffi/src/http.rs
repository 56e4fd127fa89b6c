//! HTTP of the library's own, for Python and desktops.

use std::collections::HashMap;
use std::io::Read as _;
use std::time::Duration;

use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use ureq::http::{Method, Request};

use crate::error::HostError;
use crate::host::{HttpReply, HttpRequest, Transport};

/// How long a connection may take: a mast that does not answer by then is out of reach.
const CONNECT: Duration = Duration::from_secs(15);
/// How long the server may think: a first page of ten thousand cases takes it two seconds.
const ANSWER: Duration = Duration::from_secs(60);
/// How long one exchange may take with its bytes: a page of 256 KiB over 2 KB/s.
const EXCHANGE: Duration = Duration::from_secs(300);

/// A client that takes every status as an answer and follows nothing.
pub(crate) struct BuiltIn(ureq::Agent);

impl BuiltIn {
    pub(crate) fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .timeout_global(Some(EXCHANGE))
            .user_agent(concat!("roundsman/", env!("CARGO_PKG_VERSION")));
        Self(config.build().new_agent())
    }
}

impl Transport for BuiltIn {
    fn send(&self, request: HttpRequest) -> Result<HttpReply, HostError> {
        let failed = |error: &dyn std::fmt::Display| HostError::Failed { reason: error.to_string() };
        let method: Method = request.method.parse().map_err(|error| failed(&error))?;
        let mut built = Request::builder().method(&method).uri(&request.url);
        for (name, value) in &request.headers {
            built = built.header(name, value);
        }
        let bodiless = method == Method::GET || method == Method::HEAD;
        let sent = if bodiless {
            self.0.run(built.body(()).map_err(|error| failed(&error))?)
        } else {
            self.0.run(built.body(request.body).map_err(|error| failed(&error))?)
        };
        let (parts, body) = sent.map_err(|error| failed(&error))?.into_parts();
        let headers: HashMap<_, _> = parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut bytes = Vec::new();
        let most = u64::try_from(REPLY_BYTES_MAX).unwrap_or(u64::MAX);
        body.into_reader()
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        if bytes.len() > REPLY_BYTES_MAX {
            return Err(failed(&"the reply is longer than any that this library reads"));
        }
        Ok(HttpReply { status: parts.status.as_u16(), headers, body: bytes })
    }
}
