//! Who asks: the session behind a request, its language, and what a refusal looks like.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::PersonId;
use uuid::Uuid;

use crate::app::App;
use crate::audit::Origin;
use crate::auth::accounts::{self, Account};
use crate::auth::api_keys::{self, ApiKey};
use crate::auth::scope::Scope;
use crate::auth::session::SessionToken;
use crate::console::{self, Failure, Frame, LANG_COOKIE, Lang, SignedIn, Text, paths};
use crate::database::DatabaseError;
use crate::error::Problem;
use crate::http::address::Address;
use crate::http::doors::Rule;
use crate::http::request_id::RequestId;
use crate::projection::queries::{self, Reach, Tables};
use crate::service::too_fast;

/// What a one-time password opens: where it is replaced, and the way out.
const ONE_TIME_PATHS: [&str; 2] = ["/v1/password", "/v1/logout"];
/// Longest path and query that a page carries along to come back to.
const HERE_BYTES_MAX: usize = 2_000;

/// A request of a browser, by somebody or nobody.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) lang: Lang,
    here: String,
    request_id: String,
    /// Whether a page is asked for, and nothing sent.
    reads: bool,
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
            reads: parts.method.is_safe(),
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
        if self.app.secure {
            let a_year = HeaderValue::from_static("max-age=31536000");
            response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, a_year);
        }
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
            // An address that somebody has mistyped, or kept from another version.
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY if self.reads => {
                self.failure(Failure::Unreadable)
            }
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
    pub(super) origin: Origin,
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
        let origin = origin(parts, Some(reach.person()), None);
        Ok(Self { visit, reach, origin })
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

/// The same, for a program: every refusal is a problem. Which session or key is good enough the door says.
pub(in crate::http) struct Program {
    pub(super) app: App,
    pub(super) reach: Reach,
    pub(super) origin: Origin,
    by: By,
}

/// With what a program shows who it is.
enum By {
    Session(SessionToken, Account),
    Key,
}

impl FromRequestParts<App> for Program {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let rule = Rule::from_request_parts(parts, app).await?;
        Self::let_in(parts, app, rule).await
    }
}

impl Program {
    async fn let_in(parts: &Parts, app: &App, rule: Rule) -> Result<Self, Problem> {
        let scope = match rule {
            Rule::Office(scope) => Some(scope),
            Rule::Account => None,
            Rule::Anybody | Rule::Device | Rule::Page => {
                tracing::error!(path = parts.uri.path(), ?rule, "a door for somebody else");
                return Err(Problem::new(ErrorCode::NotFound, "there is nothing at this path"));
            }
        };
        let program = match parts.headers.get(header::AUTHORIZATION) {
            Some(shown) => Self::by_key(parts, app, scope, shown).await,
            None => Self::by_session(parts, app).await,
        }?;
        app.people.admit(program.reach.person(), App::now()).map_err(too_fast)?;
        if scope.is_some() && !program.reach.has_console() {
            let why = "guards and technicians work on their phones, not here";
            return Err(Problem::new(ErrorCode::CommandNotPermitted, why));
        }
        Ok(program)
    }

    async fn by_session(parts: &Parts, app: &App) -> Result<Self, Problem> {
        let nobody = || {
            Problem::new(ErrorCode::LoginRequired, "sign in with POST /v1/login first, or send an API key")
        };
        let token = SessionToken::from_cookies(&cookies(&parts.headers), app.secure).ok_or_else(nobody)?;
        let session = Session::of(app, &token).await?.ok_or_else(nobody)?;
        if session.account.one_time && !ONE_TIME_PATHS.contains(&parts.uri.path()) {
            let why =
                "this session was opened with a one-time password; replace it with POST /v1/password first";
            return Err(Problem::new(ErrorCode::PasswordOneTime, why));
        }
        let origin = origin(parts, Some(session.reach.person()), None);
        Ok(Self { app: app.clone(), reach: session.reach, origin, by: By::Session(token, session.account) })
    }

    async fn by_key(
        parts: &Parts,
        app: &App,
        scope: Option<Scope>,
        shown: &HeaderValue,
    ) -> Result<Self, Problem> {
        let Some(scope) = scope else {
            let why = "this is for a person who has signed in; an API key does not open it";
            return Err(Problem::new(ErrorCode::ScopeMissing, why));
        };
        let nobody = || {
            let why = "the API key is none, was taken back, or its time is over";
            let problem = Problem::new(ErrorCode::ApiKeyInvalid, why);
            problem.with_header(header::WWW_AUTHENTICATE, "Bearer")
        };
        let key = shown.to_str().ok().and_then(ApiKey::from_authorization).ok_or_else(nobody)?;
        let now = App::now();
        let found = app
            .read(move |db| {
                let Some((record, stale)) = api_keys::find(db, &key, now)? else { return Ok(None) };
                let reach = Reach::load(db, record.person)?;
                Ok(Some((record, stale, reach)))
            })
            .await?;
        let (record, stale, reach) = found.ok_or_else(nobody)?;
        if !record.scopes.contains(&scope) {
            let why = format!("the API key has not the scope {scope}");
            return Err(Problem::new(ErrorCode::ScopeMissing, why));
        }
        let id = record.id;
        if stale {
            app.write(move |batch, _| Ok(api_keys::touch(batch.db, id, now)?)).await?;
        }
        let origin = origin(parts, Some(record.person), Some(id));
        Ok(Self { app: app.clone(), reach, origin, by: By::Key })
    }

    /// Whether a request that changes something comes from a program or page of ours: it shows a key, which no
    /// browser sends of itself; or it carries the session's own text; or the browser says that it comes from a
    /// page of this very host.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let By::Session(token, _) = &self.by else { return Ok(()) };
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let by_token = text("x-csrf-token").is_some_and(|given| token.csrf_matches(given));
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

    /// The session and whose it is. A door about an account lets nobody else in.
    pub(super) fn session(&self) -> Result<(&SessionToken, &Account), Problem> {
        match &self.by {
            By::Session(token, account) => Ok((token, account)),
            By::Key => Err(Problem::new(ErrorCode::LoginRequired, "sign in with POST /v1/login first")),
        }
    }
}

/// Who asks, as far as is known before anybody has signed in.
pub(super) struct Asking(pub(super) Origin);

impl<S: Sync> FromRequestParts<S> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(origin(parts, None, None)))
    }
}

/// Who asks, as the audit trail keeps it.
fn origin(parts: &Parts, person: Option<PersonId>, key: Option<Uuid>) -> Origin {
    let address = parts.extensions.get::<Address>().and_then(|address| address.0);
    let request = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    Origin { person, key, address: address.map(|address| address.to_string()), request }
}
