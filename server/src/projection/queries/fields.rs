//! Registers as they are shown: every value, with who wrote it where there is more than one.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{Document, Register};
use roundsman_sync_core::model::{Party, Window};
use rusqlite::Connection;

use super::names::{PersonName, person};
use crate::database::DatabaseError;

/// A field and all it holds.
#[derive(Clone, Debug)]
pub struct FieldValues {
    /// The field's name in the document.
    pub field: &'static str,
    /// Its values, the shown one first: none if it was never set, several after a parallel edit.
    pub values: Vec<StatedValue>,
}

/// One value, and who wrote it. Only parallel values say who: for a single one nobody asks.
#[derive(Clone, Debug)]
pub struct StatedValue {
    /// What it is.
    pub value: FieldValue,
    /// Who wrote it.
    pub by: Option<PersonName>,
    /// When they say they did.
    pub claimed_at: Option<Timestamp>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A word of the field's vocabulary.
    Word(String),
    /// A path such as `equipment/lift`.
    Subject(String),
    /// Somebody's words; empty if they emptied the field.
    Text(String),
    /// Somebody.
    Person(PersonName),
    /// A moment, as claimed.
    Time(Timestamp),
    /// Somebody outside the company.
    Party(Party),
    /// A window of time agreed with the owner.
    Window(Window),
    /// Yes or no.
    Truth(bool),
}

impl FieldValue {
    /// The value as plain text, with words as they are spelled in documents.
    pub fn text(&self) -> String {
        match self {
            Self::Word(text) | Self::Subject(text) | Self::Text(text) => text.clone(),
            Self::Person(person) => person.name.clone(),
            Self::Time(at) => at.to_string(),
            Self::Party(party) => party.to_string(),
            Self::Window(window) => window.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

/// Reads registers of one container of a document.
pub(super) struct Registers<'a> {
    pub(super) db: &'a Connection,
    pub(super) document: &'a Document,
    pub(super) container: Vec<&'a str>,
}

impl Registers<'_> {
    pub(super) fn read<T: PartialEq>(
        &self,
        field: &'static str,
        register: &Register<T>,
        show: impl Fn(&T) -> Result<FieldValue, DatabaseError>,
    ) -> Result<FieldValues, DatabaseError> {
        if !register.is_parallel() {
            // The same value written twice at the same time is one value.
            let values = register.shown().map(|value| {
                Ok::<_, DatabaseError>(StatedValue { value: show(value)?, by: None, claimed_at: None })
            });
            return Ok(FieldValues { field, values: values.transpose()?.into_iter().collect() });
        }
        let authors = self.document.authors(&self.container, field);
        let mut values: Vec<StatedValue> = Vec::new();
        for (place, value) in register.all().iter().enumerate() {
            let value = show(value)?;
            if values.iter().any(|known| known.value == value) {
                continue;
            }
            let note = authors.get(place).copied().flatten();
            let by = note.map(|note| person(self.db, note.person)).transpose()?;
            values.push(StatedValue { value, by, claimed_at: note.map(|note| note.claimed_at) });
        }
        Ok(FieldValues { field, values })
    }
}

/// A field that can only be written once.
pub(super) fn single(field: &'static str, value: Option<FieldValue>) -> FieldValues {
    let values = value.map(|value| StatedValue { value, by: None, claimed_at: None });
    FieldValues { field, values: values.into_iter().collect() }
}
