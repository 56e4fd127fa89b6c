//! Reading TOML so that every mistake is told with its line and column, all of them at once.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::limits::FIELD_CHARS_MAX;

/// Something wrong in a policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The letter within the line, from 1.
    pub column: usize,
    /// What is wrong, for whoever wrote it.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.reason)
    }
}

/// A place in the text, in bytes.
pub(super) type Span = Range<usize>;

/// What was found wrong so far.
pub(super) struct Mistakes<'t> {
    text: &'t str,
    found: Vec<Mistake>,
}

impl<'t> Mistakes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    pub(super) fn add(&mut self, at: &Span, reason: impl Into<String>) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before[line_start..].chars().count() + 1;
        self.found.push(Mistake { line, column, reason: reason.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Everything found, from the top of the text to its end.
    pub(super) fn into_sorted(mut self) -> Vec<Mistake> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}

/// A value and where it stands.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) at: Span,
}

/// A table that is being read. Asking for a key of the wrong type is a mistake and reads as absent.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    /// Where the table stands, for what is missing in it.
    pub(super) at: Span,
}

impl<'t> Table<'t> {
    pub(super) fn new(entries: &'t DeTable<'t>, at: Span) -> Self {
        Self { entries, at }
    }

    /// Keys and where they stand.
    pub(super) fn keys(&self) -> impl Iterator<Item = (&'t str, Span)> + use<'t> {
        self.entries.iter().map(|(key, _)| (key.get_ref().as_ref(), key.span()))
    }

    /// Reports every key that is not one of these.
    pub(super) fn only(&self, known: &[&str], mistakes: &mut Mistakes<'_>) {
        for (key, at) in self.keys().filter(|(key, _)| !known.contains(key)) {
            mistakes.add(&at, format!("unknown key '{key}': known here are {}", known.join(", ")));
        }
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries.get(key)
    }

    fn of_type<T>(
        &self,
        key: &str,
        what: &str,
        mistakes: &mut Mistakes<'_>,
        read: impl Fn(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<Found<T>> {
        let value = self.get(key)?;
        let found = read(value.get_ref());
        if found.is_none() {
            mistakes.add(&value.span(), format!("'{key}' must be {what}"));
        }
        found.map(|found| Found { value: found, at: value.span() })
    }

    /// A text on one line, not empty.
    pub(super) fn text(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Found<&'t str>> {
        let found = self.of_type(key, "a text", mistakes, DeValue::as_str)?;
        let sound = line_is_sound(found.value, key, &found.at, mistakes);
        sound.then_some(found)
    }

    pub(super) fn truth(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Found<bool>> {
        self.of_type(key, "true or false", mistakes, DeValue::as_bool)
    }

    /// A whole number within these bounds.
    pub(super) fn number(
        &self,
        key: &str,
        bounds: std::ops::RangeInclusive<u64>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Found<u64>> {
        let what = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        self.of_type(key, &what, mistakes, |value| {
            let number = value.as_integer()?;
            u64::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| bounds.contains(number))
        })
    }

    /// A share between 0 and 1, in thousandths.
    pub(super) fn share(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Found<u32>> {
        self.of_type(key, "a share with at most three decimals, such as 0.75", mistakes, |value| {
            let text = value.as_float()?.as_str();
            let decimals = text.strip_prefix("0.").filter(|rest| (1..=3).contains(&rest.len()))?;
            let thousandths = format!("{decimals:0<3}").parse().ok()?;
            (thousandths > 0).then_some(thousandths)
        })
    }

    pub(super) fn table(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Table<'t>> {
        let found = self.of_type(key, "a table", mistakes, DeValue::as_table)?;
        Some(Self::new(found.value, found.at))
    }

    /// Tables under one key: `[[key]]`.
    pub(super) fn tables(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Vec<Table<'t>> {
        let Some(array) = self.array(key, "a list of tables", mistakes) else { return Vec::new() };
        self.tables_of(key, array.value, mistakes)
    }

    /// One table, or a list of them.
    pub(super) fn one_or_more(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Vec<Table<'t>>> {
        let value = self.get(key)?;
        if let Some(table) = value.get_ref().as_table() {
            return Some(vec![Self::new(table, value.span())]);
        }
        let array = self.array(key, "a table or a list of tables", mistakes)?;
        Some(self.tables_of(key, array.value, mistakes))
    }

    fn array(&self, key: &str, what: &str, mistakes: &mut Mistakes<'_>) -> Option<Found<&'t DeArray<'t>>> {
        self.of_type(key, what, mistakes, DeValue::as_array)
    }

    fn tables_of(&self, key: &str, array: &'t DeArray<'t>, mistakes: &mut Mistakes<'_>) -> Vec<Table<'t>> {
        let tables = array.iter().filter_map(|value| match value.get_ref().as_table() {
            Some(table) => Some(Self::new(table, value.span())),
            None => {
                mistakes.add(&value.span(), format!("'{key}' must hold tables"));
                None
            }
        });
        tables.collect()
    }

    /// A list of texts, each of which `read` understands. A text that stands twice is a mistake.
    pub(super) fn words<T: PartialEq>(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Found<Vec<T>>> {
        let array = self.array(key, "a list of texts", mistakes)?;
        let mut words = Vec::new();
        for value in array.value.iter() {
            let Some(text) = value.get_ref().as_str() else {
                mistakes.add(&value.span(), format!("'{key}' must hold texts"));
                continue;
            };
            match read(text) {
                Ok(word) if words.contains(&word) => {
                    mistakes.add(&value.span(), format!("'{text}' stands in '{key}' twice"));
                }
                Ok(word) => words.push(word),
                Err(reason) => mistakes.add(&value.span(), reason),
            }
        }
        Some(Found { value: words, at: array.at })
    }

    /// A text that `read` understands.
    pub(super) fn word<T>(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Found<T>> {
        let text = self.text(key, mistakes)?;
        match read(text.value) {
            Ok(value) => Some(Found { value, at: text.at }),
            Err(reason) => {
                mistakes.add(&text.at, reason);
                None
            }
        }
    }
}

/// Whether a text can stand in a list on a screen: something in it, on one line, not too long.
fn line_is_sound(text: &str, key: &str, at: &Span, mistakes: &mut Mistakes<'_>) -> bool {
    let reason = if text.trim().is_empty() {
        format!("'{key}' is empty")
    } else if text.chars().any(char::is_control) {
        format!("'{key}' has a line break or another control character")
    } else if text.chars().count() > FIELD_CHARS_MAX {
        format!("'{key}' is longer than {FIELD_CHARS_MAX} letters")
    } else {
        return true;
    };
    mistakes.add(at, reason);
    false
}

/// One of a list of words.
pub(super) fn one_of<T: Copy>(words: &[(&'static str, T)], text: &str) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        format!("'{text}' is not one of {}", all.join(", "))
    })
}
