//! A browser as far as these tests need one: it keeps cookies and sends forms.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt;

pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    runtime: tokio::runtime::Runtime,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The secret of the first form on the page.
    pub(crate) fn csrf(&self) -> String {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Where it sends the browser.
    #[track_caller]
    pub(crate) fn assert_goes_to(&self, place: &str) {
        assert_eq!((self.status, self.header(header::LOCATION)), (StatusCode::SEE_OTHER, place));
    }

    /// That it is a problem of this status and code, as RFC 9457 wants it.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.header(header::CONTENT_TYPE), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!((self.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        for field in ["type", "title", "detail", "request_id"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{field} in {problem}");
        }
    }
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { router, cookies: BTreeMap::new(), runtime }
    }

    pub(crate) fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "office.example")
            .header(header::COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let router = self.router.clone();
        let answer = self.runtime.block_on(async move {
            let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            Answer { status: parts.status, headers: parts.headers, body: body.into() }
        });
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "")
    }

    /// Sends a form with these fields. The secret is that of the login page's forms unless one is given.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &form, &body.join("&"))
    }

    pub(crate) fn post_json(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send(Method::POST, path, &headers, body)
    }

    pub(crate) fn sign_in(&mut self, login: &str, password: &str) -> Answer {
        let csrf = self.get("/login").csrf();
        self.post("/login", &[("login", login), ("password", password), ("csrf", &csrf)])
    }
}

fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    value
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
