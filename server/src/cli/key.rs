//! `roundsman key`

use clap::{Args, Subcommand};
use roundsman_sync_core::clock::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::failure::Failure;
use super::output::Report;
use super::{Context, Desk, find};
use crate::app::App;
use crate::audit;
use crate::auth::api_keys::{self, ApiKey, NewKey};
use crate::auth::scope::Scope;
use crate::database::DatabaseError;

/// API keys of programs
#[derive(Subcommand)]
pub(super) enum KeyCommand {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

impl KeyCommand {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        match self {
            Self::Add(add) => add.run(context),
            Self::List(List {}) => list(context),
            Self::Revoke(revoke) => revoke.run(context),
        }
    }
}

/// Make a key; it is printed once
#[derive(Args)]
#[command(after_help = "Example:
  roundsman key add --name ERP --person 'Han Mei' --scope cases:read --scope cases:write

The key acts for the person: it opens what their roles open, as far as its scopes go, and whatever it writes is
written in their name. For a program of its own, add a person for it.")]
pub(super) struct Add {
    /// What people call the key by
    #[arg(long, value_name = "NAME")]
    name: String,
    /// For whom it acts, by id or name
    #[arg(long, value_name = "ID_OR_NAME")]
    person: String,
    /// What it may be used for; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", required = true)]
    scopes: Vec<Scope>,
    /// From when on it opens nothing, such as 2027-01-01T00:00:00+08:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires: Option<Timestamp>,
}

fn time(text: &str) -> Result<Timestamp, String> {
    let wrong = || "no time with its offset, such as 2027-01-01T00:00:00+08:00".to_owned();
    Timestamp::from_rfc3339(text).ok_or_else(wrong)
}

impl Add {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let desk = context.office()?;
        let (person, person_name) = find::person(&desk.folder.reader()?, &self.person)?;
        let Desk { mut writer, sitting, .. } = desk;
        let rng = &mut rand::rng();
        let key = ApiKey::generate(rng);
        let new = NewKey::new(&self.name, person, self.scopes, self.expires, sitting.now)?;
        let record = writer.transaction::<_, DatabaseError>(|batch| {
            let record = api_keys::add(batch.db, &key, new, rng, sitting.now)?;
            audit::at_terminal(batch.db, sitting.now, "key add", &record.id.to_string())?;
            Ok(record)
        })?;
        let scopes: Vec<_> = record.scopes.iter().map(|scope| scope.as_str()).collect();
        let text = format!(
            "{}\nopens {} for {person_name} (shown this once; its id is {})",
            &*key.reveal(),
            scopes.join(", "),
            record.id
        );
        let json = json!({ "id": record.id.to_string(), "key": &*key.reveal(), "scopes": scopes });
        Ok(Report::new(json, text))
    }
}

/// List every key that was ever made
#[derive(Args)]
#[command(after_help = "Example:
  roundsman key list --json")]
pub(super) struct List {}

fn list(context: &Context) -> Result<Report, Failure> {
    let now = App::now();
    let found = api_keys::list(&context.reader()?, None)?;
    let (mut text, mut keys) = (Vec::new(), Vec::new());
    for key in found {
        let state = if key.is_live(now) { "open" } else { "closed" };
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.as_str()).collect();
        text.push(format!("{}  {}  {}  {state}  {}", key.id, key.name, key.person, scopes.join(" ")));
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        keys.push(json!({
            "id": key.id.to_string(),
            "name": key.name,
            "person": key.person.to_string(),
            "scopes": scopes,
            "created": key.created.to_string(),
            "expires": time(key.expires),
            "last_used": time(key.last_used),
            "revoked": time(key.revoked),
        }));
    }
    if text.is_empty() {
        text.push("there is no key yet; `roundsman key add` makes one".to_owned());
    }
    Ok(Report::new(json!({ "keys": keys }), text.join("\n")))
}

/// Take a key back: it opens nothing any more
#[derive(Args)]
#[command(after_help = "Example:
  roundsman key revoke 0b9d3c1e-5a0e-4a52-9e0b-3f4e4b0a8f10")]
pub(super) struct Revoke {
    /// The key's id, as `key list` shows it
    #[arg(value_name = "ID")]
    id: Uuid,
}

impl Revoke {
    fn run(self, context: &Context) -> Result<Report, Failure> {
        let Desk { mut writer, sitting, .. } = context.office()?;
        let id = self.id;
        let revoked = writer.transaction::<_, DatabaseError>(|batch| {
            let revoked = api_keys::revoke(batch.db, id, None, sitting.now)?;
            if revoked {
                audit::at_terminal(batch.db, sitting.now, "key revoke", &id.to_string())?;
            }
            Ok(revoked)
        })?;
        let text = if revoked {
            "it opens nothing any more"
        } else {
            "no open key has that id; nothing was changed"
        };
        Ok(Report::new(json!({ "id": id.to_string(), "revoked": revoked }), text))
    }
}
