//! Registers: fields that keep every parallel value.

use super::text::Text;
use super::time::{Moment, Stated};
use super::vocabulary::Vocabulary;
use super::words::Words;

/// A field with its name.
#[derive(Clone, Debug)]
pub struct Field {
    /// A code of [`Vocabulary::Field`].
    pub name: &'static str,
    /// What it holds.
    pub register: Register,
}

/// Everything a register holds: one value as a rule, several after a parallel edit, none if never set.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The values, each with who wrote it and when they say they did.
    pub values: Vec<(Value, Option<Stated>)>,
}

impl Register {
    /// A register with one value and no word about who wrote it.
    pub fn of(value: Value) -> Self {
        Self { values: vec![(value, None)] }
    }

    /// Whether people have to settle which value holds.
    pub(super) fn is_parallel(&self) -> bool {
        self.values.len() > 1
    }
}

/// A value as it is shown.
#[derive(Clone, Debug)]
pub enum Value {
    /// A code that has words.
    Term(Vocabulary, String),
    /// The path of a subject.
    Subject(String),
    /// Somebody's words, a name, a place.
    Text(Text),
    /// A moment.
    Time(Moment),
    /// From one moment to another.
    Window(Moment, Moment),
    /// A code that has words, and a name.
    Named(Vocabulary, String, Text),
    /// Somebody emptied the field.
    Cleared,
}

impl Value {
    /// The value in the words of the page; escaped by the template, safe to show.
    pub(super) fn shown(&self, words: &Words) -> String {
        match self {
            Self::Term(vocabulary, code) => words.term(*vocabulary, code),
            Self::Subject(path) => words.subject(path),
            Self::Text(text) => text.to_string(),
            Self::Time(moment) => moment.full().to_owned(),
            Self::Window(from, to) => format!("{} – {}", from.short(), to.short()),
            Self::Named(vocabulary, code, name) => format!("{} {name}", words.term(*vocabulary, code)),
            Self::Cleared => words.get("value-cleared"),
        }
    }

    /// The code of an urgency or status, which gives it its colour.
    pub(super) fn tone(&self) -> Option<&str> {
        match self {
            Self::Term(Vocabulary::Urgency | Vocabulary::Status, code) => Some(code),
            Self::Term(..) | Self::Subject(_) | Self::Text(_) | Self::Time(_) => None,
            Self::Window(..) | Self::Named(..) | Self::Cleared => None,
        }
    }
}
