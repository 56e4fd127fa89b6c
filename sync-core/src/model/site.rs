//! An estate (小区): its name, and who works there, so that a phone can show names instead of numbers.

use super::case::read_all;
use super::command::SitePerson;
use super::words::{Department, Role};
use crate::document::Document;
use crate::ids::PersonId;

/// What a site document now reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The name of the estate.
    pub name: String,
    /// The people who work there, by id.
    pub people: Vec<SitePerson>,
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
        Self { name, people }
    }

    /// The person with this id, if they work here.
    pub fn person(&self, id: PersonId) -> Option<&SitePerson> {
        self.people.iter().find(|person| person.person == id)
    }
}
