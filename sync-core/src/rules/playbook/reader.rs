//! Walks the TOML of a playbook and notes everything that is wrong with it, each with its place.
//!
//! serde would stop at the first mistake; whoever wrote a file wants all of them at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Both;
use crate::limits::{FIELD_CHARS_MAX, PLAYBOOK_LIST_MAX, PLAYBOOK_TEXT_CHARS_MAX};

/// A value and its place in the text.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// What was found wrong so far: the byte at which it stands, and the reason.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) flaws: Vec<(usize, String)>,
}

/// One table of the file, with the place that is named if something is missing in it.
pub(super) struct Table<'t, 'a> {
    content: &'t DeTable<'a>,
    at: usize,
}

impl<'t, 'a> Table<'t, 'a> {
    pub(super) fn new(content: &'t DeTable<'a>, at: usize) -> Self {
        Self { content, at }
    }

    fn get(&self, key: &str) -> Option<&'t Value<'a>> {
        self.content.iter().find(|(own, _)| own.get_ref() == key).map(|(_, value)| value)
    }
}

impl Reader {
    pub(super) fn note(&mut self, span: &Range<usize>, reason: impl Into<String>) {
        self.flaws.push((span.start, reason.into()));
    }

    /// Notes every key that is not among `known`.
    pub(super) fn known(&mut self, table: &Table<'_, '_>, known: &[&str]) {
        for key in table.content.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                let reason = format!("unknown key `{}`; there is {}", shown(key.get_ref()), known.join(", "));
                self.note(&key.span(), reason);
            }
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<'t, 'a>(&mut self, table: &Table<'t, 'a>, key: &str) -> Option<&'t Value<'a>> {
        let value = table.get(key);
        if value.is_none() {
            self.flaws.push((table.at, format!("`{key}` is missing")));
        }
        value
    }

    /// The value of a key that may be left out.
    pub(super) fn optional<'t, 'a>(&mut self, table: &Table<'t, 'a>, key: &str) -> Option<&'t Value<'a>> {
        table.get(key)
    }

    fn wrong_type(&mut self, value: &Value<'_>, what: &str, right: &str) {
        let reason = format!("{what} is {right}, not of type {}", value.get_ref().type_str());
        self.note(&value.span(), reason);
    }

    pub(super) fn string<'t>(&mut self, value: &'t Value<'_>, what: &str) -> Option<&'t str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, what, "a text in quotes");
        }
        text
    }

    pub(super) fn boolean(&mut self, value: &Value<'_>, what: &str) -> Option<bool> {
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong_type(value, what, "true or false");
        }
        found
    }

    pub(super) fn table<'t, 'a>(&mut self, value: &'t Value<'a>, what: &str) -> Option<Table<'t, 'a>> {
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.wrong_type(value, what, "a table");
        }
        found.map(|content| Table::new(content, value.span().start))
    }

    /// A list of at least one and at most [`PLAYBOOK_LIST_MAX`] values.
    pub(super) fn list<'t, 'a>(&mut self, value: &'t Value<'a>, what: &str) -> &'t [Value<'a>] {
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(value, what, "a list");
            return &[];
        };
        if list.is_empty() {
            self.note(&value.span(), format!("{what} is empty; leave it out or say something"));
        } else if list.len() > PLAYBOOK_LIST_MAX {
            self.note(
                &value.span(),
                format!("{what} has {} items; at most {PLAYBOOK_LIST_MAX} fit", list.len()),
            );
            return &[];
        }
        list
    }

    /// One line that says something, of at most so many letters.
    pub(super) fn line<'t>(&mut self, value: &'t Value<'_>, what: &str, chars_max: usize) -> Option<&'t str> {
        let text = self.string(value, what)?;
        let length = text.chars().count();
        let reason = if text.trim().is_empty() {
            format!("{what} is empty")
        } else if length > chars_max {
            format!("{what} has {length} letters; at most {chars_max} fit")
        } else if let Some(at) = text.chars().position(is_unprintable) {
            format!("{what} is one line without control characters; letter {} is none that fits", at + 1)
        } else if text.trim() != text {
            format!("{what} has blanks around it")
        } else {
            return Some(text);
        };
        self.note(&value.span(), reason);
        None
    }

    /// `zh` and `en` of a table.
    pub(super) fn both_in(&mut self, table: &Table<'_, '_>, what: &str, chars_max: usize) -> Option<Both> {
        let mut language = |key: &str| -> Option<String> {
            let Some(value) = table.get(key) else {
                self.flaws.push((table.at, format!("{what} has no `{key}`; every text is in zh and en")));
                return None;
            };
            self.line(value, &format!("`{key}` of {what}"), chars_max).map(str::to_owned)
        };
        // Both are looked at before either is asked for, so that two mistakes are two mistakes.
        let (zh, en) = (language("zh"), language("en"));
        Some(Both { zh: zh?, en: en? })
    }

    /// `{ zh = "…", en = "…" }`.
    pub(super) fn both(&mut self, value: &Value<'_>, what: &str, chars_max: usize) -> Option<Both> {
        let table = self.table(value, what)?;
        self.known(&table, &["zh", "en"]);
        self.both_in(&table, what, chars_max)
    }

    /// A list of texts in both languages.
    pub(super) fn texts(&mut self, value: &Value<'_>, what: &str) -> Vec<Both> {
        let items = self.list(value, what).iter().enumerate();
        items
            .filter_map(|(at, item)| {
                self.both(item, &format!("item {} of {what}", at + 1), PLAYBOOK_TEXT_CHARS_MAX)
            })
            .collect()
    }

    /// A name that programs use: words with '/' between, at most `levels_max` of them.
    pub(super) fn path<'t>(
        &mut self,
        value: &'t Value<'_>,
        what: &str,
        dash: u8,
        levels_max: usize,
    ) -> Option<&'t str> {
        let text = self.string(value, what)?;
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == dash)
        };
        let levels = || text.split('/');
        if text.len() <= FIELD_CHARS_MAX && levels().count() <= levels_max && levels().all(is_word) {
            return Some(text);
        }
        let dash = char::from(dash);
        let words = match levels_max {
            1 => format!("one word of a-z, 0-9 and '{dash}'"),
            more => format!("one to {more} words of a-z, 0-9 and '{dash}' with '/' between"),
        };
        let reason = format!("{what} '{}' is not {words}, {FIELD_CHARS_MAX} letters at most", shown(text));
        self.note(&value.span(), reason);
        None
    }
}

/// What may not stand in a line: control characters, line ends, and the marks that turn the direction of
/// writing around, by which a text could be made to look like another.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What somebody wrote, as a message may repeat it: short and without control characters.
pub(super) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let mut short: String =
        text.chars().take(CHARS_MAX).map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}
