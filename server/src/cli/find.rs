//! Things by what people call them on a command line.

use roundsman_sync_core::ids::{DocumentId, PersonId, SiteId};
use rusqlite::Connection;

use super::failure::Failure;
use crate::projection::queries::lookup::{self, DeviceRow};

/// The estate of this name or id.
pub(super) fn site(db: &Connection, called: &str) -> Result<(SiteId, String), Failure> {
    let sites = lookup::sites(db)?;
    let id = called.parse::<SiteId>().ok();
    let fitting: Vec<_> = sites.iter().filter(|(site, name)| name == called || Some(*site) == id).collect();
    match fitting.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let names: Vec<_> = sites.iter().map(|(_, name)| format!("'{name}'")).collect();
            Err(Failure::NotFound(format!("there is no estate '{called}'; there is {}", names.join(", "))))
        }
        several => Err(ambiguous("estates", called, several.iter().map(|(site, _)| site))),
    }
}

/// The person of this id, or the only one of this name.
pub(super) fn person(db: &Connection, called: &str) -> Result<(PersonId, String), Failure> {
    if let Ok(id) = called.parse::<PersonId>()
        && let Some(name) = lookup::person_name(db, id)?
    {
        return Ok((id, name));
    }
    match lookup::people_named(db, called)?.as_slice() {
        [only] => Ok((*only, called.to_owned())),
        [] => Err(Failure::NotFound(format!("there is nobody called '{called}'"))),
        several => Err(ambiguous("people", called, several)),
    }
}

/// The phone of this id, or the only one of this name.
pub(super) fn device(db: &Connection, called: &str) -> Result<DeviceRow, Failure> {
    let devices = lookup::devices(db)?;
    let id = called.parse().ok();
    let fitting: Vec<_> =
        devices.into_iter().filter(|row| Some(row.device) == id || row.name == called).collect();
    match fitting.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Failure::NotFound(format!("there is no device '{called}'; `device list` shows them"))),
        several => Err(ambiguous("devices", called, several.iter().map(|row| &row.device))),
    }
}

/// The case of this number or id.
pub(super) fn case(db: &Connection, called: &str) -> Result<DocumentId, Failure> {
    if let Ok(id) = called.parse::<DocumentId>() {
        return Ok(id);
    }
    let found = lookup::case_numbered(db, &called.to_ascii_uppercase())?;
    found.ok_or_else(|| Failure::NotFound(format!("there is no case '{called}'")))
}

fn ambiguous<'i, I: std::fmt::Display + 'i>(
    what: &str,
    called: &str,
    ids: impl IntoIterator<Item = &'i I>,
) -> Failure {
    let ids: Vec<_> = ids.into_iter().map(ToString::to_string).collect();
    Failure::NotFound(format!("{} {what} are called '{called}'; say which: {}", ids.len(), ids.join(", ")))
}
