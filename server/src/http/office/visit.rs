//! Who asks: the session behind a request, its language, and what a refusal looks like.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;

use crate::app::App;
use crate::auth::accounts::{self, Account};
use crate::auth::session::SessionToken;
use crate::console::{self, Failure, Frame, LANG_COOKIE, Lang, SignedIn, Text, paths};
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::http::request_id::RequestId;
use crate::projection::queries::{self, Reach, Tables};

/// Longest path and query that a page carries along to come back to.
const HERE_BYTES_MAX: usize = 2_000;

/// A request of a browser, by somebody or nobody.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) lang: Lang,
    here: String,
    request_id: String,
    /// The token in the cookie. One that no session belongs to still ties a form to this browser.
    pub(super) token: SessionToken,
    /// Whether the browser does not have the token yet.
    is_new: bool,
    pub(super) session: Option<Session>,
}

/// A live session.
pub(super) struct Session {
    pub(super) account: Account,
    name: String,
    pub(super) reach: Reach,
}

impl Session {
    /// The session of a token, if there is one now. Records that it was used.
    async fn of(app: &App, token: &SessionToken) -> Result<Option<Self>, Problem> {
        let (digest, now) = (token.digest(), App::now());
        let found = app
            .read(move |db| {
                let Some(live) = accounts::session(db, &digest, now)? else { return Ok(None) };
                let person = live.account.person;
                let (name, reach) = (queries::person(db, person)?.name, Reach::load(db, person)?);
                Ok(Some((Self { account: live.account, name, reach }, live.stale)))
            })
            .await?;
        let Some((session, stale)) = found else { return Ok(None) };
        if stale {
            app.write(move |batch, _| Ok(accounts::touch_session(batch.db, &digest, now)?)).await?;
        }
        Ok(Some(session))
    }
}

/// All `Cookie` headers as one.
fn cookies(headers: &HeaderMap) -> String {
    let all: Vec<&str> = headers.get_all(header::COOKIE).iter().filter_map(|c| c.to_str().ok()).collect();
    all.join("; ")
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let cookies = cookies(&parts.headers);
        let lang_cookie = cookies
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == LANG_COOKIE).then_some(value));
        let accepts = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let lang = Lang::choose(lang_cookie, accepts);
        let here = parts.uri.path_and_query().map(|here| here.as_str()).unwrap_or_default();
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        let (token, is_new, session) = match SessionToken::from_cookies(&cookies, app.secure) {
            Some(token) => {
                let session = Session::of(app, &token).await?;
                (token, false, session)
            }
            None => (SessionToken::generate(&mut rand::rng()), true, None),
        };
        Ok(Self {
            app: app.clone(),
            lang,
            here: here.chars().take(HERE_BYTES_MAX).collect(),
            request_id,
            token,
            is_new,
            session,
        })
    }
}

impl Visit {
    /// What surrounds a page of this visit.
    pub(super) fn frame(&self) -> Frame {
        let person = self.session.as_ref().map(|session| SignedIn {
            name: Text::from(session.name.as_str()),
            role: session.reach.title().map(|role| role.as_str().to_owned()).unwrap_or_default(),
        });
        Frame {
            lang: self.lang,
            organisation: Text::from(self.app.service.identity().org_name.as_str()),
            person,
            refused: 0,
            csrf: self.token.csrf_token(),
            here: self.here.clone(),
        }
    }

    /// A page as an answer. A browser without a token gets the one its forms are tied to.
    pub(super) fn page(&self, status: StatusCode, page: askama::Result<String>) -> Response {
        let mut response = match page {
            Ok(html) => (status, [(header::CONTENT_TYPE, console::HTML)], html).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                Problem::new(ErrorCode::Internal, "the page could not be rendered").into_response()
            }
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
        if self.is_new {
            set_cookie(&mut response, &self.token.set_cookie(self.app.secure));
        }
        response
    }

    /// An error page.
    pub(super) fn failure(&self, failure: Failure) -> Response {
        let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.page(status, console::failure(&self.frame(), failure, &self.request_id))
    }

    /// The answer, or the error page for what went wrong.
    pub(super) fn answer(&self, answer: Result<Response, Problem>) -> Response {
        let problem = match answer {
            Ok(response) => return response,
            Err(problem) => problem,
        };
        match problem.status {
            StatusCode::NOT_FOUND => self.failure(Failure::NotFound),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.failure(Failure::Forbidden),
            StatusCode::INTERNAL_SERVER_ERROR => self.failure(Failure::Internal),
            // A form that our own pages cannot send: for whoever made it, a problem says more.
            _ => problem.into_response(),
        }
    }

    /// Whether a form comes from a page of this browser.
    pub(super) fn vouches_for(&self, csrf: &str) -> bool {
        !self.is_new && self.token.csrf_matches(csrf)
    }
}

/// Adds a cookie to an answer.
pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Sends a browser elsewhere on this server, by a fresh `GET`.
pub(super) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A page request of somebody who works in the office and has a password of their own.
pub(super) struct Desk {
    pub(super) visit: Visit,
    pub(super) reach: Reach,
}

impl FromRequestParts<App> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)?;
        let Some(session) = &visit.session else { return Err(to(paths::LOGIN)) };
        if session.account.one_time {
            return Err(to(paths::PASSWORD));
        }
        if !session.reach.has_console() {
            return Err(visit.failure(Failure::Forbidden));
        }
        let reach = session.reach.clone();
        Ok(Self { visit, reach })
    }
}

impl Desk {
    /// What a page shows, and how many refused changes are open to show in its header.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Tables, &Reach) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<(T, u32), Problem> {
        let reach = self.reach.clone();
        let app = &self.visit.app;
        app.read(move |db| Ok((query(db, &reach)?, queries::quarantine_open(db, &reach)?))).await
    }

    /// What surrounds a page, with so many refused changes open.
    pub(super) fn frame(&self, open: u32) -> Frame {
        Frame { refused: open.into(), ..self.visit.frame() }
    }
}

/// The same, for a program: every refusal is a problem.
pub(super) struct Program {
    pub(super) app: App,
    pub(super) reach: Reach,
    pub(super) token: SessionToken,
}

impl FromRequestParts<App> for Program {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let nobody = || Problem::new(ErrorCode::LoginRequired, "sign in with POST /v1/login first");
        let token = SessionToken::from_cookies(&cookies(&parts.headers), app.secure).ok_or_else(nobody)?;
        let session = Session::of(app, &token).await?.ok_or_else(nobody)?;
        if session.account.one_time {
            let why = "this session was opened with a one-time password; replace it at /password first";
            return Err(Problem::new(ErrorCode::PasswordOneTime, why));
        }
        if !session.reach.has_console() {
            let why = "guards and technicians work on their phones, not here";
            return Err(Problem::new(ErrorCode::CommandNotPermitted, why));
        }
        Ok(Self { app: app.clone(), reach: session.reach, token })
    }
}

impl Program {
    /// Whether a request that changes something comes from a program or page of ours: it carries the
    /// session's own text, or the browser says that it comes from a page of this very host.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let by_token = text("x-csrf-token").is_some_and(|given| self.token.csrf_matches(given));
        let by_origin = text("origin").zip(text("host")).is_some_and(|(origin, host)| {
            let scheme = if self.app.secure { "https://" } else { "http://" };
            origin.strip_prefix(scheme) == Some(host)
        });
        if by_token || by_origin {
            return Ok(());
        }
        let why = "send the `csrf` of POST /v1/login as X-CSRF-Token, or ask from a page of this host";
        Err(Problem::new(ErrorCode::CsrfInvalid, why))
    }
}

/// The address a request came from, where the server was told. Behind a proxy it is the proxy's.
pub(super) struct Address(pub(super) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())))
    }
}
