//! The office at its desk: signed in over HTTP, as any program of the office would be.

use std::net::SocketAddr;

use http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{Request, Response};
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::Classification;
use serde_json::{Value, json};

use super::DemoError;
use super::wire::agent;

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

    fn post(&self, path: &str, body: &Value) -> Result<Response<ureq::Body>, DemoError> {
        let request = Request::post(format!("http://{}{path}", self.server))
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, &self.cookie)
            .header("x-csrf-token", &self.csrf)
            .body(body.to_string())
            .map_err(|error| DemoError::Server(error.to_string()))?;
        let mut reply = self.agent.run(request).map_err(|error| DemoError::unreachable(&error))?;
        if reply.status().is_success() {
            return Ok(reply);
        }
        let said = reply.body_mut().read_to_string().unwrap_or_default();
        Err(DemoError::Server(format!("the office's {path} was answered {}: {said}", reply.status())))
    }
}
