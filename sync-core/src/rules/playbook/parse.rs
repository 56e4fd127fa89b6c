//! From the text of a file to a playbook, or to everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use toml::de::DeTable;

use super::reader::{Reader, Table, Value, shown};
use super::{Both, Cadence, Deadline, Length, Playbook, Step};
use crate::limits::{
    FIELD_CHARS_MAX, PLAYBOOK_BYTES_MAX, PLAYBOOK_TEXT_CHARS_MAX, PLAYBOOK_WORDS_IN_PATH_MAX,
};
use crate::model::Role;

const KEYS: [&str; 13] = [
    "id",
    "title",
    "subjects",
    "when",
    "emergency",
    "source",
    "expectation",
    "steps",
    "words",
    "evidence",
    "cadence",
    "never",
    "improvements",
];
const STEP_KEYS: [&str; 5] = ["id", "zh", "en", "clock", "who"];
const CADENCE_KEYS: [&str; 3] = ["every", "zh", "en"];

/// Something wrong in a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The letter in the line, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Mistake {
    /// A mistake at a byte of the text.
    pub fn at_byte(file: &str, text: &str, at: usize, reason: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.reason)
    }
}

/// Reads playbooks that are to be used together, each as name and text. Beside what is wrong in single files
/// it finds an id that two of them have.
///
/// Gives the sound ones in the order they came, and every mistake in the order of files and lines.
pub fn parse_all<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Vec<Playbook>, Vec<Mistake>) {
    let mut books = Vec::new();
    let mut mistakes = Vec::new();
    let mut first_with: BTreeMap<String, &str> = BTreeMap::new();
    for (file, text) in files {
        let read = read(file, text);
        let found_at = mistakes.len();
        mistakes.extend(read.mistakes);
        if let Some((id, at)) = read.id {
            if let Some(other) = first_with.get(&id) {
                let reason = format!("the id '{id}' is already that of {other}");
                mistakes.push(Mistake::at_byte(file, text, at, reason));
            } else {
                first_with.insert(id, file);
            }
        }
        mistakes[found_at..].sort();
        if mistakes.len() == found_at {
            books.extend(read.book);
        }
    }
    (books, mistakes)
}

pub(super) fn parse_one(file: &str, text: &str) -> Result<Playbook, Vec<Mistake>> {
    let read = read(file, text);
    match read.book {
        Some(book) if read.mistakes.is_empty() => Ok(book),
        Some(_) | None => Err(read.mistakes),
    }
}

/// What one file came to.
struct Read {
    /// There unless something is wrong.
    book: Option<Playbook>,
    /// The id and its place, even if something else is wrong.
    id: Option<(String, usize)>,
    /// Sorted; empty only if the playbook is there.
    mistakes: Vec<Mistake>,
}

fn read(file: &str, text: &str) -> Read {
    let only = |mistakes: Vec<Mistake>| Read { book: None, id: None, mistakes };
    if text.len() > PLAYBOOK_BYTES_MAX {
        let reason = format!("longer than {PLAYBOOK_BYTES_MAX} bytes, so it is no playbook");
        return only(vec![Mistake::at_byte(file, "", 0, reason)]);
    }
    // Editors of Windows put a mark at the beginning; it takes no column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut mistakes: Vec<_> = errors
            .iter()
            .map(|error| {
                let at = error.span().map_or(text.len(), |span| span.start);
                Mistake::at_byte(file, text, at, error.message())
            })
            .collect();
        mistakes.sort();
        return only(mistakes);
    }
    let mut reader = Reader::default();
    let (book, id) = reader.playbook(&Table::new(root.get_ref(), 0));
    reader.flaws.sort();
    let mistakes: Vec<_> =
        reader.flaws.into_iter().map(|(at, reason)| Mistake::at_byte(file, text, at, reason)).collect();
    Read { book, id, mistakes }
}

impl Reader {
    /// The playbook if nothing is missing, and the id with its place if that much is sound.
    fn playbook(&mut self, table: &Table<'_, '_>) -> (Option<Playbook>, Option<(String, usize)>) {
        self.known(table, &KEYS);
        let id = self.required(table, "id").and_then(|value| {
            let id = self.path(value, "`id`", b'-', PLAYBOOK_WORDS_IN_PATH_MAX)?;
            Some((id.to_owned(), value.span().start))
        });
        let title =
            self.required(table, "title").and_then(|value| self.both(value, "`title`", FIELD_CHARS_MAX));
        let subjects = self.required(table, "subjects").map(|value| self.subjects(value));
        let when = self
            .optional(table, "when")
            .and_then(|value| self.both(value, "`when`", PLAYBOOK_TEXT_CHARS_MAX));
        let emergency =
            self.optional(table, "emergency").map_or(Some(false), |value| self.boolean(value, "`emergency`"));
        let source = self
            .required(table, "source")
            .and_then(|value| self.line(value, "`source`", FIELD_CHARS_MAX).map(str::to_owned));
        let expectation = self.required_texts(table, "expectation");
        let steps = self.required(table, "steps").map(|value| self.steps(value));
        let words = self.required_texts(table, "words");
        let evidence = self.optional_texts(table, "evidence");
        let cadence = self.optional(table, "cadence").map_or(Vec::new(), |value| self.cadence(value));
        let never = self.optional_texts(table, "never");
        let improvements = self.optional_texts(table, "improvements");
        let book = || {
            Some(Playbook {
                id: id.as_ref()?.0.clone(),
                title: title?,
                subjects: subjects?,
                when,
                emergency: emergency?,
                source: source?,
                expectation: expectation?,
                steps: steps?,
                words: words?,
                evidence,
                cadence,
                never,
                improvements,
            })
        };
        (book(), id)
    }

    fn required_texts(&mut self, table: &Table<'_, '_>, key: &str) -> Option<Vec<Both>> {
        self.required(table, key).map(|value| self.texts(value, &format!("`{key}`")))
    }

    fn optional_texts(&mut self, table: &Table<'_, '_>, key: &str) -> Vec<Both> {
        self.optional(table, key).map_or(Vec::new(), |value| self.texts(value, &format!("`{key}`")))
    }

    fn subjects(&mut self, value: &Value<'_>) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut subjects = Vec::new();
        for item in self.list(value, "`subjects`") {
            let Some(subject) = self.path(item, "subject", b'_', PLAYBOOK_WORDS_IN_PATH_MAX) else {
                continue;
            };
            if seen.insert(subject) {
                subjects.push(subject.to_owned());
            } else {
                self.note(&item.span(), format!("subject '{subject}' stands here twice"));
            }
        }
        subjects
    }

    fn steps(&mut self, value: &Value<'_>) -> Vec<Step> {
        let mut seen = BTreeSet::new();
        let mut steps = Vec::new();
        for (at, item) in self.list(value, "`steps`").iter().enumerate() {
            let what = format!("step {}", at + 1);
            let Some(table) = self.table(item, &what) else { continue };
            self.known(&table, &STEP_KEYS);
            let id = self.required(&table, "id").and_then(|value| {
                let id = self.path(value, "step id", b'-', 1)?;
                if !seen.insert(id.to_owned()) {
                    self.note(&value.span(), format!("two steps have the id '{id}'"));
                }
                Some(id.to_owned())
            });
            let text = self.both_in(&table, &what, PLAYBOOK_TEXT_CHARS_MAX);
            let clock = self.optional(&table, "clock").and_then(|value| {
                let text = self.string(value, "`clock`")?;
                let found = Deadline::from_text(text);
                if found.is_none() {
                    let reason = format!("clock '{}' is not {}", shown(text), Deadline::FORMS);
                    self.note(&value.span(), reason);
                }
                found
            });
            let who = self.optional(&table, "who").and_then(|value| {
                let text = self.string(value, "`who`")?;
                let found = Role::from_text(text);
                if found.is_none() {
                    let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
                    self.note(
                        &value.span(),
                        format!("who '{}' is not one of {}", shown(text), all.join(", ")),
                    );
                }
                found
            });
            if let (Some(id), Some(text)) = (id, text) {
                steps.push(Step { id, text, clock, who });
            }
        }
        steps
    }

    fn cadence(&mut self, value: &Value<'_>) -> Vec<Cadence> {
        let mut cadence = Vec::new();
        for (at, item) in self.list(value, "`cadence`").iter().enumerate() {
            let what = format!("item {} of `cadence`", at + 1);
            let Some(table) = self.table(item, &what) else { continue };
            self.known(&table, &CADENCE_KEYS);
            let every = self.optional(&table, "every").and_then(|value| {
                let text = self.string(value, "`every`")?;
                let found = Length::from_text(text);
                if found.is_none() {
                    let reason = format!("every '{}' is not a length such as 10m, 4h or 1d", shown(text));
                    self.note(&value.span(), reason);
                }
                found
            });
            if let Some(text) = self.both_in(&table, &what, PLAYBOOK_TEXT_CHARS_MAX) {
                cadence.push(Cadence { every, text });
            }
        }
        cadence
    }
}
