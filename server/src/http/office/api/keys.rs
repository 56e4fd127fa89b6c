//! `/v1/keys`: the API keys of whoever is signed in. A key acts for them and never for anybody else.

use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::body;
use super::super::path::Path;
use super::super::sent::{Nothing, Sent};
use super::super::visit::Program;
use super::edit::{self, Answer};
use super::parameters::{required, time};
use crate::auth::api_keys::{self, ApiKey, KeyRecord, NewKey};
use crate::auth::scope::{Scope, UnknownScope};
use crate::error::Problem;
use crate::http::openapi::words;

/// A key as lists show it: everything but the key.
#[derive(Serialize, ToSchema)]
struct Key {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    #[schema(value_type = Vec<words::Scope>)]
    scopes: Vec<&'static str>,
    #[schema(format = "date-time")]
    created: String,
    #[schema(format = "date-time")]
    expires: Option<String>,
    #[schema(format = "date-time")]
    last_used: Option<String>,
    #[schema(format = "date-time")]
    revoked: Option<String>,
}

impl From<KeyRecord> for Key {
    fn from(key: KeyRecord) -> Self {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            id: key.id.to_string(),
            name: key.name,
            scopes: key.scopes.into_iter().map(Scope::as_str).collect(),
            created: key.created.to_string(),
            expires: time(key.expires),
            last_used: time(key.last_used),
            revoked: time(key.revoked),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct KeyList {
    keys: Vec<Key>,
}

/// The keys of whoever asks, also those that open nothing any more.
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "keys",
    operation_id = "listKeys",
    responses((status = 200, description = "The keys of whoever asks", body = KeyList)),
)]
pub(super) async fn list(program: Program, asked: HeaderMap) -> Result<Response, Problem> {
    let person = program.reach.person();
    let found = program.app.read(move |db| api_keys::list(db, Some(person))).await?;
    body::answer(&asked, &KeyList { keys: found.into_iter().map(Key::from).collect() })
}

/// A new key.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = NewKey)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Body {
    #[schema(value_type = String, required, min_length = 1, max_length = 100)]
    name: Option<String>,
    #[schema(value_type = Vec<words::Scope>, required, min_items = 1)]
    scopes: Vec<String>,
    #[schema(format = "date-time")]
    expires: Option<String>,
}

/// The key that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct AddedKey<'k> {
    #[schema(format = "uuid")]
    id: String,
    /// Goes as `Authorization: Bearer`. It is shown here and never again.
    key: &'k str,
}

/// Makes a key. Its text is in this answer and nowhere else ever again, so the request cannot be repeated: with
/// an `Idempotency-Key` the server would have to keep it.
#[utoipa::path(
    post,
    path = "/v1/keys",
    tag = "keys",
    operation_id = "addKey",
    request_body = Body,
    responses((status = 201, description = "The key, shown this once", body = AddedKey<'_>)),
)]
pub(super) async fn add(Sent { asker, body }: Sent<Body>) -> Result<Response, Problem> {
    let name = required("name", body.name)?;
    let scopes = body.scopes.iter().map(|scope| scope.parse()).collect::<Result<_, _>>();
    let unknown =
        |error: UnknownScope| Problem::new(ErrorCode::ValueOutOfRange, format!("'scopes': {error}"));
    let (scopes, expires) = (scopes.map_err(unknown)?, time("expires", &body.expires)?);
    asker.told_once()?;
    edit::make(asker, move |edit| {
        let rng = &mut rand::rng();
        let key = ApiKey::generate(rng);
        let new = NewKey::new(&name, edit.reach.person(), scopes, expires, edit.now)?;
        let record = api_keys::add(edit.batch.db, &key, new, rng, edit.now)?;
        let (id, text) = (record.id, key.reveal());
        Ok(Answer::created_as(id, json!(AddedKey { id: id.to_string(), key: &text })))
    })
    .await
}

/// Takes a key back: it opens nothing any more.
#[utoipa::path(
    post,
    path = "/v1/keys/{key}/revoke",
    tag = "keys",
    operation_id = "revokeKey",
    params(("key" = String, Path, format = "uuid", description = "The id of a key")),
    request_body = Option<Nothing>,
    responses((status = 200, description = "Whether it opened anything until now", body = edit::Changed)),
)]
pub(super) async fn revoke(
    Path(key): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(ErrorCode::NotFound, "there is no such key");
    let id: uuid::Uuid = key.parse().map_err(|_| unknown())?;
    edit::make(asker, move |edit| {
        let person = Some(edit.reach.person());
        if api_keys::revoke(edit.batch.db, id, person, edit.now)? {
            return Ok(true);
        }
        // Taken back before, or nobody's or somebody else's.
        let is_mine = api_keys::list(edit.batch.db, person)?.iter().any(|key| key.id == id);
        if is_mine { Ok(false) } else { Err(unknown()) }
    })
    .await
}
