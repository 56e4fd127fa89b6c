//! JSON of people and their phones.

use serde::Serialize;

use super::wire::{Named, all, time};
use crate::projection::queries::{DeviceLine, PeoplePage, PersonLine, RoleHeld};

#[derive(Serialize)]
pub(super) struct DeviceList {
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Device {
    id: String,
    name: String,
    person: Named,
    enrolled: String,
    revoked: Option<String>,
    frozen: Option<String>,
    photos_owed: u32,
    photos_owed_bytes: u64,
    /// `null` if it owes none.
    photos_owed_since: Option<String>,
}

impl From<Vec<DeviceLine>> for DeviceList {
    fn from(devices: Vec<DeviceLine>) -> Self {
        Self { devices: all(devices) }
    }
}

impl From<DeviceLine> for Device {
    fn from(device: DeviceLine) -> Self {
        Self {
            id: device.id.to_string(),
            name: device.name,
            person: device.person.into(),
            enrolled: time(device.enrolled),
            revoked: device.revoked.map(time),
            frozen: device.frozen.map(time),
            photos_owed: device.owed.photos,
            photos_owed_bytes: device.owed.bytes,
            photos_owed_since: device.owed.since.map(time),
        }
    }
}

#[derive(Serialize)]
pub(super) struct PeopleList {
    people: Vec<Person>,
    /// Goes as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Serialize)]
struct Person {
    id: String,
    name: String,
    roles: Vec<Held>,
}

/// A role at an estate.
#[derive(Serialize)]
struct Held {
    site: Named,
    role: String,
    department: Option<String>,
}

impl From<PeoplePage> for PeopleList {
    fn from(page: PeoplePage) -> Self {
        Self { people: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
    }
}

impl From<PersonLine> for Person {
    fn from(line: PersonLine) -> Self {
        Self { id: line.person.id.to_string(), name: line.person.name, roles: all(line.roles) }
    }
}

impl From<RoleHeld> for Held {
    fn from(held: RoleHeld) -> Self {
        Self {
            site: Named { id: held.site.to_string(), name: held.site_name },
            role: held.role,
            department: held.department,
        }
    }
}
