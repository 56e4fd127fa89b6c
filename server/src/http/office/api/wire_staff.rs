//! JSON of people and their phones.

use serde::Serialize;
use utoipa::ToSchema;

use super::wire::{Named, all, time};
use crate::http::openapi::words;
use crate::projection::queries::{DeviceLine, DevicePage, PeoplePage, PersonLine, RoleHeld};

#[derive(Serialize, ToSchema)]
pub(super) struct DeviceList {
    devices: Vec<Device>,
    /// Goes as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Device {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    person: Named,
    #[schema(format = "date-time")]
    enrolled: String,
    #[schema(format = "date-time")]
    revoked: Option<String>,
    #[schema(format = "date-time")]
    frozen: Option<String>,
    photos_owed: u32,
    photos_owed_bytes: u64,
    /// `null` if it owes none.
    #[schema(format = "date-time")]
    photos_owed_since: Option<String>,
}

impl From<DevicePage> for DeviceList {
    fn from(page: DevicePage) -> Self {
        Self { devices: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
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

#[derive(Serialize, ToSchema)]
pub(super) struct PeopleList {
    people: Vec<Person>,
    /// Goes as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Person {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    roles: Vec<Held>,
}

/// A role at an estate.
#[derive(Serialize, ToSchema)]
#[schema(as = RoleHeld)]
struct Held {
    site: Named,
    #[schema(value_type = words::Role)]
    role: String,
    #[schema(value_type = Option<words::Department>)]
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
