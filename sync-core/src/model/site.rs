//! An estate (小区): its name, and who works there, so that a phone can show names instead of numbers.

use minicbor::{Decode, Encode};

use super::case::{Place, read_all, word};
use super::command::SitePerson;
use super::order::record;
use super::route::{CHECKPOINT, Checkpoint, ROUTE, Route};
use super::words::{Department, Role};
use crate::document::{Document, Fields, Register};
use crate::ids::{AreaId, CheckpointId, PersonId, RouteId};

/// Before the id of an area, as a key among the fields of the estate.
pub(super) const AREA: &str = "area/";

/// A part of the estate that one housekeeper looks after (片区).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Area {
    /// Its name.
    #[n(0)]
    pub name: String,
    /// Its buildings, as places name them.
    #[n(1)]
    pub buildings: Vec<String>,
    /// Who looks after it (片区管家); by default they stay responsible for its cases.
    #[n(2)]
    pub housekeeper: Option<PersonId>,
}

/// What a site document now reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The name of the estate.
    pub name: String,
    /// The people who work there, by id.
    pub people: Vec<SitePerson>,
    /// The policy in force, as TOML; unset where the built-in one holds.
    pub policy: Register<String>,
    /// Its areas, by id.
    pub areas: Vec<(AreaId, Register<Area>)>,
    /// The points that rounds visit, by id.
    pub checkpoints: Vec<(CheckpointId, Register<Checkpoint>)>,
    /// The routes that rounds walk, by id.
    pub routes: Vec<(RouteId, Register<Route>)>,
}

impl Site {
    /// Reads a site document.
    pub fn read(document: &Document) -> Self {
        let root = document.fields();
        let name = root.map("fields").and_then(|fields| fields.text("name")).unwrap_or_default();
        let mut people = read_all(&root, "people", |person: PersonId, fields| {
            Some(SitePerson {
                person,
                name: fields.text("name")?,
                role: Role::from_text(&fields.text("role")?)?,
                department: fields.text("department").as_deref().and_then(Department::from_text),
            })
        });
        people.sort_by_key(|person| person.person);
        let fields = root.map("fields");
        let policy = fields.as_ref().map(|fields| word(fields, "policy", |text| Some(text.to_owned())));
        let areas = fields.as_ref().map(|fields| read_registers(fields, AREA)).unwrap_or_default();
        let checkpoints =
            fields.as_ref().map(|fields| read_registers(fields, CHECKPOINT)).unwrap_or_default();
        let routes = fields.as_ref().map(|fields| read_registers(fields, ROUTE)).unwrap_or_default();
        Self { name, people, policy: policy.unwrap_or_default(), areas, checkpoints, routes }
    }

    /// The area that a place lies in.
    pub fn area_of(&self, place: &Place) -> Option<(AreaId, &Area)> {
        let building = place.building.as_ref()?;
        self.areas
            .iter()
            .filter_map(|(id, area)| Some((*id, area.shown()?)))
            .find(|(_, area)| area.buildings.contains(building))
    }

    /// The point with this id, as it now stands.
    pub fn checkpoint(&self, id: CheckpointId) -> Option<&Checkpoint> {
        self.checkpoints.iter().find(|(known, _)| *known == id)?.1.shown()
    }

    /// The route with this id, as it now stands.
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.routes.iter().find(|(known, _)| *known == id)?.1.shown()
    }

    /// The person with this id, if they work here.
    pub fn person(&self, id: PersonId) -> Option<&SitePerson> {
        self.people.iter().find(|person| person.person == id)
    }
}

/// Every register whose key is `prefix` and an id, by id.
pub(super) fn read_registers<I: std::str::FromStr + Ord, T: for<'b> Decode<'b, ()>>(
    fields: &Fields<'_>,
    prefix: &str,
) -> Vec<(I, Register<T>)> {
    let ids = fields
        .keys()
        .into_iter()
        .filter_map(|key| key.strip_prefix(prefix)?.parse().ok().map(|id| (id, key.clone())));
    let mut found: Vec<_> = ids.map(|(id, key)| (id, record(fields, &key))).collect();
    found.sort_by(|one: &(I, _), other| one.0.cmp(&other.0));
    found
}
