//! The office at its desk: signed in over HTTP, as any program of the office would be.

use std::net::SocketAddr;
use std::time::Duration;

use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Request, Response};
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::Classification;
use serde_json::{Value, json};

use super::DemoError;
use super::wire::agent;

/// Proves that a request comes from whoever signed in.
const CSRF: &str = "x-csrf-token";
/// How often a request is sent that gets no answer, and the pause in between. In all it is longer than a
/// server takes to start.
const TRIES_MAX: u32 = 60;
/// See [`TRIES_MAX`].
const PAUSE: Duration = Duration::from_millis(150);

/// A session.
pub(super) struct Desk {
    agent: ureq::Agent,
    server: SocketAddr,
    cookie: String,
    csrf: String,
}

impl Desk {
    /// Signs in.
    ///
    /// # Errors
    /// If the server does not let this person in.
    pub(super) fn sign_in(server: SocketAddr, login: &str, password: &str) -> Result<Self, DemoError> {
        let mut desk = Self { agent: agent(), server, cookie: String::new(), csrf: String::new() };
        let mut reply = desk.post("/v1/login", &json!({ "login": login, "password": password }))?;
        let cookie = reply.headers().get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.ok_or_else(|| DemoError::Server("the login gave no session".to_owned()))?;
        desk.cookie = cookie.to_owned();
        let said = reply.body_mut().read_to_string().map_err(|error| DemoError::unreachable(&error))?;
        let said: Value = serde_json::from_str(&said).unwrap_or_default();
        desk.csrf = said["csrf"].as_str().unwrap_or_default().to_owned();
        Ok(desk)
    }

    /// Sorts a case.
    ///
    /// # Errors
    /// If the server refuses it.
    pub(super) fn classify(&self, case: DocumentId, to: &Classification) -> Result<(), DemoError> {
        let mut fields = serde_json::Map::new();
        if let Some(urgency) = to.urgency {
            fields.insert("urgency".to_owned(), json!(urgency.as_str()));
        }
        if let Some(subject) = &to.subject {
            fields.insert("subject".to_owned(), json!(subject));
        }
        self.post(&format!("/v1/cases/{case}/classify"), &Value::Object(fields)).map(|_| ())
    }

    /// Sends until there is an answer: the server may be killed under this request too, and what it asks
    /// for is the same however often it is asked.
    fn post(&self, path: &str, body: &Value) -> Result<Response<ureq::Body>, DemoError> {
        let request = Request::post(format!("http://{}{path}", self.server))
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, &self.cookie)
            .header(CSRF, &self.csrf)
            .body(body.to_string())
            .map_err(|error| DemoError::Server(error.to_string()))?;
        let mut tries = 0;
        let mut reply = loop {
            tries += 1;
            match self.agent.run(request.clone()) {
                Ok(reply) => break reply,
                Err(error) if tries == TRIES_MAX => return Err(DemoError::unreachable(&error)),
                Err(_) => std::thread::sleep(PAUSE),
            }
        };
        if reply.status().is_success() {
            return Ok(reply);
        }
        let said = reply.body_mut().read_to_string().unwrap_or_default();
        Err(DemoError::Server(format!("the office's {path} was answered {}: {said}", reply.status())))
    }
}
