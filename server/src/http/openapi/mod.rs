//! The description of the HTTP interface (OpenAPI 3.1), made from the code.
//!
//! Handlers describe what is theirs alone: what they take and what they answer when all goes well. Who may come in
//! and how an operation can be refused follows from the [rule of its door](super::doors::Rule) and is added here,
//! so that it is written once and cannot differ from what the door does. Paths of phones carry CBOR and are only
//! named: `docs/protocol.md` tells what is in it.
//!
//! The same text is checked in as `docs/openapi.json`, where a change of the interface shows as a difference.

mod answers;
mod operations;
mod page;
mod phones;
pub(in crate::http) mod words;

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, RefOr};

use super::doors::{Door, Rule};
use super::{health, metrics, office};
use crate::console::{DocsView, paths};
use crate::router;

/// Names of the ways to show who asks.
const SESSION: &str = "session";
/// See [`SESSION`].
const CSRF: &str = "csrf";
/// See [`SESSION`].
const KEY: &str = "key";
/// See [`SESSION`].
const UPLOAD: &str = "upload";

/// What the operations are about, in the order in which they are shown.
const TAGS: [(&str, &str); 12] = [
    ("account", "Signing in and out."),
    ("keys", "API keys of whoever is signed in."),
    ("cases", "Cases and what is written in them."),
    ("orders", "Work orders of a case."),
    ("photos", "Photos."),
    ("rounds", "Rounds and what is due."),
    ("quarantine", "What was refused, and what waits."),
    ("people", "Who works where, and their phones."),
    ("measures", "Figures over a period."),
    ("audit", "Who did what in the office."),
    ("operation", "Whether the server lives, and this description."),
    ("phones", "What phones ask. The bodies are in docs/protocol.md."),
];

const ABOUT: &str = "Cases, rounds and refused changes of housing estates, as the office sees them. Worked examples \
and the meaning of every field are in docs/api.md, the codes of problems in docs/errors.md. Fields are added and \
never renamed; a program must not fail on one that it does not know. Times are RFC 3339 in UTC.";

/// The description of everything behind these doors that is no page.
pub fn describe(doors: &[Door]) -> OpenApi {
    let mut described = OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Roundsman")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(ABOUT))
                .license(Some(LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).build()))
                .build(),
        )
        .tags(Some(TAGS.map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build())))
        .build();
    described.merge(office::Described::openapi());
    described.merge(Own::openapi());
    phones::add(&mut described.paths);
    let components = described.components.get_or_insert_with(Components::new);
    components.schemas.extend(words::all().map(|(name, schema)| (name.into_owned(), schema)));
    answers::add_problem(components);
    answers::always_whole(components);
    components.security_schemes.extend(ways_to_show_who_asks());
    for door in doors {
        operations::complete(&mut described.paths, door);
    }
    described
}

fn ways_to_show_who_asks() -> [(String, RefOr<SecurityScheme>); 4] {
    let cookie = "The cookie that POST /v1/login sets; over TLS its name begins with __Host-.";
    let csrf = "The `csrf` that POST /v1/login answers. Needed with a session, not with a key.";
    let key = "An API key, made by POST /v1/keys. Each operation names the scope it needs.";
    let upload = "The upload token that a sync has granted.";
    let bearer = |what| {
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(what)).build(),
        )
    };
    [
        (SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("roundsman", cookie)))),
        (CSRF, SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-CSRF-Token", csrf)))),
        (KEY, bearer(key)),
        (UPLOAD, bearer(upload)),
    ]
    .map(|(name, scheme)| (name.to_owned(), scheme.into()))
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(health::healthz, health::readyz, metrics::metrics, json))]
struct Own;

/// The description as it is served and checked in.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let described = describe(&router::doors().1);
        described.to_pretty_json().map(|text| text + "\n").unwrap_or_else(|error| {
            tracing::error!(%error, "the description of the interface could not be written");
            String::new()
        })
    });
    &TEXT
}

/// The description as people read it.
pub(super) fn view() -> &'static DocsView {
    static VIEW: LazyLock<DocsView> = LazyLock::new(|| page::view(&describe(&router::doors().1)));
    &VIEW
}

/// Doors that the description leaves out: pages for people, and what belongs to them.
pub fn is_page(door: &Door) -> bool {
    !door.path.starts_with("/v1/")
        && match door.rule {
            Rule::Page => true,
            Rule::Anybody => !["/healthz", "/readyz", paths::OPENAPI].contains(&door.path),
            Rule::Device | Rule::Office(_) | Rule::Account => false,
        }
}

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operation",
    operation_id = "readDescription",
    responses((status = 200, description = "The description", body = Object)),
)]
pub async fn json() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], text()).into_response()
}
