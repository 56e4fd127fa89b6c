//! What the ids inside details of entries are called.

use std::collections::BTreeMap;

use roundsman_sync_core::ids::{DocumentId, EntryId, PersonId};
use roundsman_sync_core::model::Fact;
use roundsman_sync_core::model::fact::{Assignment, Handover};
use rusqlite::{Connection, OptionalExtension};

use super::lookup;
use crate::database::DatabaseError;

/// Names of what facts mention by id. What is not here has none, or has not arrived.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// Names of people.
    pub people: BTreeMap<PersonId, String>,
    /// Numbers of cases.
    pub cases: BTreeMap<DocumentId, String>,
    /// Steps of checklists in Chinese and English, by the entry that brought the checklist.
    pub steps: BTreeMap<(EntryId, String), (String, String)>,
}

/// Finds what is mentioned by the facts of one case.
///
/// # Errors
/// If the database fails.
pub(super) fn mentions<'f>(
    db: &Connection,
    facts: impl IntoIterator<Item = (EntryId, &'f Fact)>,
) -> Result<Mentions, DatabaseError> {
    let mut found = Mentions::default();
    for (entry, fact) in facts {
        if let Fact::Assigned(Assignment { to }) | Fact::HandedOver(Handover { to }) = fact {
            found.person(db, *to)?;
        }
        if let Fact::Linked(link) = fact {
            let mut statement = db.prepare_cached("SELECT number FROM cases WHERE id = ?1")?;
            let number = statement.query_row([link.case.as_bytes()], |row| row.get(0)).optional()?;
            found.cases.extend(number.map(|number| (link.case, number)));
        }
        if let Fact::PlaybookChosen(checklist) = fact {
            for step in &checklist.steps {
                found.steps.insert((entry, step.id.clone()), (step.zh.clone(), step.en.clone()));
            }
        }
    }
    Ok(found)
}

impl Mentions {
    fn person(&mut self, db: &Connection, person: PersonId) -> Result<(), DatabaseError> {
        if !self.people.contains_key(&person) {
            let name = lookup::person_name(db, person)?;
            self.people.extend(name.map(|name| (person, name)));
        }
        Ok(())
    }
}
