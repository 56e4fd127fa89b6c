//! `/v1/keys`: the API keys of whoever is signed in. A key acts for them and never for anybody else.

use axum::extract::Path;
use axum::response::Response;
use http::HeaderMap;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::body;
use super::super::sent::Sent;
use super::super::visit::Program;
use super::edit::{self, Answer};
use super::parameters::{required, time};
use crate::auth::api_keys::{self, ApiKey, KEY_NAME_CHARS_MAX, KeyRecord, NewKey};
use crate::auth::scope::Scope;
use crate::error::Problem;

/// A key as lists show it: everything but the key.
#[derive(Serialize)]
struct Key {
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
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

#[derive(Serialize)]
struct KeyList {
    keys: Vec<Key>,
}

/// The keys of whoever asks, also those that open nothing any more.
pub(super) async fn list(program: Program, asked: HeaderMap) -> Result<Response, Problem> {
    let person = program.reach.person();
    let found = program.app.read(move |db| api_keys::list(db, Some(person))).await?;
    body::answer(&asked, &KeyList { keys: found.into_iter().map(Key::from).collect() })
}

/// A new key.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Body {
    name: Option<String>,
    scopes: Vec<String>,
    expires: Option<String>,
}

impl Body {
    fn read(self) -> Result<(String, Vec<Scope>, Option<Timestamp>), Problem> {
        let wrong = |why: String| Problem::new(ErrorCode::ValueOutOfRange, why);
        let name = required("name", self.name)?.trim().to_owned();
        if name.is_empty() || name.chars().count() > KEY_NAME_CHARS_MAX || name.chars().any(char::is_control)
        {
            return Err(wrong(format!("'name' is one line of 1 to {KEY_NAME_CHARS_MAX} letters")));
        }
        if self.scopes.is_empty() {
            return Err(Problem::new(ErrorCode::FieldMissing, "'scopes' must name at least one"));
        }
        let scopes = self.scopes.iter().map(|scope| scope.parse());
        let scopes = scopes.collect::<Result<_, _>>().map_err(|error| wrong(format!("'scopes': {error}")))?;
        Ok((name, scopes, time("expires", &self.expires)?))
    }
}

/// Makes a key. Its text is in this answer and nowhere else ever again, so the request cannot be repeated: with
/// an `Idempotency-Key` the server would have to keep it.
pub(super) async fn add(Sent { asker, body }: Sent<Body>) -> Result<Response, Problem> {
    let (name, scopes, expires) = body.read()?;
    if asker.once.is_some() {
        let why = "a key is told once, so no answer is kept; make another, and take the lost one back";
        return Err(Problem::new(ErrorCode::BadRequest, why));
    }
    edit::make(asker, move |edit| {
        let rng = &mut rand::rng();
        let key = ApiKey::generate(rng);
        let new = NewKey { name, person: edit.reach.person(), scopes, expires };
        let record = api_keys::add(edit.batch.db, &key, new, rng, edit.now)?;
        let (id, text) = (record.id, key.reveal());
        Ok(Answer::created_as(id, json!({ "id": id.to_string(), "key": &*text })))
    })
    .await
}

/// Nothing has to be said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Takes a key back: it opens nothing any more.
pub(super) async fn revoke(
    Path(key): Path<String>,
    Sent { asker, body: Nothing {} }: Sent<Nothing>,
) -> Result<Response, Problem> {
    let unknown = || Problem::new(ErrorCode::NotFound, "there is no such key");
    let id: uuid::Uuid = key.parse().map_err(|_| unknown())?;
    edit::make(asker, move |edit| {
        let person = edit.reach.person();
        let is_mine = api_keys::list(edit.batch.db, Some(person))?.iter().any(|key| key.id == id);
        if !is_mine {
            return Err(unknown());
        }
        Ok(api_keys::revoke(edit.batch.db, id, Some(person), edit.now)?)
    })
    .await
}
