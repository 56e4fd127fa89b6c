//! The map file as TOML spells it, and the checks that TOML cannot make.
//!
//! Every value keeps its place in the text until it is checked, so that a mistake names its line.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use chrono_tz::Tz;
use roundsman_sync_core::limits::FIELD_CHARS_MAX;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

use super::dates::DateFormat;
use super::map::{CellRules, ColumnJoin, Filing};

/// A mistake: where in the text, and what.
type Mistake = (Range<usize>, String);

/// Levels of the subject tree.
const SUBJECT_LEVELS_MAX: usize = 4;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    source: Spanned<String>,
    zone: Spanned<String>,
    dates: Spanned<Vec<Spanned<String>>>,
    status_closed: Option<Spanned<Vec<String>>>,
    pub(super) columns: ColumnsFile,
    #[serde(default)]
    pub(super) place: PlaceFile,
    #[serde(default)]
    pub(super) cells: BTreeMap<Spanned<String>, CellsFile>,
    pub(super) default: DefaultFile,
    #[serde(default)]
    pub(super) category: Vec<Spanned<CategoryFile>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnsFile {
    pub(super) key: ColumnName,
    pub(super) reported_at: ColumnName,
    pub(super) closed_at: Option<ColumnName>,
    pub(super) status: Option<ColumnName>,
    pub(super) external_number: Option<ColumnName>,
    pub(super) description: JoinFile,
    pub(super) outcome: Option<JoinFile>,
    pub(super) category: Option<ColumnName>,
    pub(super) category_detail: Option<ColumnName>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PlaceFile {
    pub(super) building: Option<JoinFile>,
    pub(super) unit: Option<JoinFile>,
    pub(super) room: Option<JoinFile>,
    pub(super) spot: Option<JoinFile>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CellsFile {
    #[serde(default)]
    blanks: Vec<String>,
    #[serde(default)]
    placeholders: Vec<String>,
    digits: Option<Spanned<u8>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefaultFile {
    kind: Spanned<String>,
    subject: Spanned<String>,
    urgency: Spanned<String>,
    department: Spanned<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryFile {
    pub(super) value: Spanned<String>,
    pub(super) detail: Option<Spanned<String>>,
    kind: Spanned<String>,
    subject: Spanned<String>,
    urgency: Option<Spanned<String>>,
    department: Option<Spanned<String>>,
}

#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(super) struct ColumnName(Spanned<String>);

/// `"A"`, `["A", "B"]` or `{ columns = ["A", "B"], separator = ", " }`.
pub(super) struct JoinFile {
    columns: Vec<ColumnName>,
    separator: String,
    span: Range<usize>,
}

impl MapFile {
    pub(super) fn checked_source(&self) -> Result<String, Mistake> {
        let name = self.source.get_ref();
        let sound = !name.is_empty()
            && name.len() <= 64
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
        if !sound {
            return Err((
                self.source.span(),
                format!("source '{name}' is not 1 to 64 of a-z, 0-9, '-', '_' and '.'"),
            ));
        }
        Ok(name.clone())
    }

    pub(super) fn checked_zone(&self) -> Result<Tz, Mistake> {
        let name = self.zone.get_ref();
        name.parse().map_err(|_| {
            let reason = format!("no time zone is named '{name}'; one is, say, America/New_York");
            (self.zone.span(), reason)
        })
    }

    pub(super) fn checked_dates(&self) -> Result<Vec<DateFormat>, Mistake> {
        if self.dates.get_ref().is_empty() {
            return Err((self.dates.span(), "no date format is given".into()));
        }
        let formats = self.dates.get_ref().iter();
        formats
            .map(|text| DateFormat::new(text.get_ref()).map_err(|flaw| (text.span(), flaw.to_string())))
            .collect()
    }

    pub(super) fn checked_status_closed(&self) -> Result<Vec<String>, Mistake> {
        match (&self.status_closed, &self.columns.status) {
            (None, None) => Ok(Vec::new()),
            (Some(words), Some(_)) => Ok(words.get_ref().iter().map(|w| super::map::fold(w)).collect()),
            (Some(words), None) => Err((words.span(), "`status_closed` needs `columns.status`".into())),
            (None, Some(column)) => Err((
                column.0.span(),
                "a status column needs `status_closed`, the words in it that mean closed".into(),
            )),
        }
    }

    pub(super) fn checked_cells(&self) -> Result<BTreeMap<String, CellRules>, Mistake> {
        let mut rules = BTreeMap::new();
        for (column, cells) in &self.cells {
            if let Some(digits) = &cells.digits
                && *digits.get_ref() == 0
            {
                return Err((digits.span(), "`digits` is at least 1".into()));
            }
            rules.insert(
                column.get_ref().clone(),
                CellRules {
                    blanks: cells.blanks.clone(),
                    placeholders: cells.placeholders.clone(),
                    digits: cells.digits.as_ref().map(|d| *d.get_ref()),
                },
            );
        }
        Ok(rules)
    }
}

impl ColumnName {
    pub(super) fn checked(self) -> Result<String, Mistake> {
        let span = self.0.span();
        let name = self.0.into_inner();
        if name.is_empty() || name.trim() != name {
            let reason = "a column name is not empty and has no blanks around it".to_owned();
            return Err((span, reason));
        }
        Ok(name)
    }
}

impl JoinFile {
    pub(super) fn checked(self) -> Result<ColumnJoin, Mistake> {
        if self.columns.is_empty() {
            return Err((self.span, "a join names at least one column".into()));
        }
        if self.separator.chars().count() > 16 {
            return Err((self.span, "a separator has at most 16 letters".into()));
        }
        let names = self.columns.into_iter().map(ColumnName::checked);
        Ok(ColumnJoin { columns: names.collect::<Result<_, _>>()?, separator: self.separator })
    }
}

impl DefaultFile {
    pub(super) fn checked(&self) -> Result<Filing, Mistake> {
        Ok(Filing {
            kind: word("kind", &self.kind)?,
            subject: checked_subject(&self.subject)?,
            urgency: word("urgency", &self.urgency)?,
            department: word("department", &self.department)?,
        })
    }
}

impl CategoryFile {
    pub(super) fn checked(&self, default: &Filing) -> Result<Filing, Mistake> {
        Ok(Filing {
            kind: word("kind", &self.kind)?,
            subject: checked_subject(&self.subject)?,
            urgency: match &self.urgency {
                Some(urgency) => word("urgency", urgency)?,
                None => default.urgency,
            },
            department: match &self.department {
                Some(department) => word("department", department)?,
                None => default.department,
            },
        })
    }
}

fn word<W: FromStr<Err = String>>(field: &str, value: &Spanned<String>) -> Result<W, Mistake> {
    let word = value.get_ref().parse();
    word.map_err(|reason| (value.span(), format!("{field} {reason}")))
}

fn checked_subject(subject: &Spanned<String>) -> Result<Arc<str>, Mistake> {
    let path = subject.get_ref().as_str();
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if path.len() <= FIELD_CHARS_MAX
        && path.split('/').count() <= SUBJECT_LEVELS_MAX
        && path.split('/').all(is_word)
    {
        return Ok(Arc::from(path));
    }
    let reason = format!(
        "subject '{path}' is not one to {SUBJECT_LEVELS_MAX} words of a-z, 0-9 and '_' with '/' between, such as equipment/lift"
    );
    Err((subject.span(), reason))
}

impl<'de> Deserialize<'de> for JoinFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Read as a spanned whole first: the place of an empty list is the list's own.
        let whole = Spanned::<JoinParts>::deserialize(deserializer)?;
        let span = whole.span();
        let JoinParts { columns, separator } = whole.into_inner();
        let columns = columns.into_iter().map(|name| match name {
            Named::Alone(name) => ColumnName(Spanned::new(span.clone(), name)),
            Named::Listed(name) => name,
        });
        Ok(Self { columns: columns.collect(), separator, span: span.clone() })
    }
}

struct JoinParts {
    columns: Vec<Named>,
    separator: String,
}

/// A column name in a list knows its place; one that stands alone has the place of the whole.
enum Named {
    Alone(String),
    Listed(ColumnName),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinTable {
    columns: Vec<ColumnName>,
    separator: String,
}

impl<'de> Deserialize<'de> for JoinParts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JoinVisitor)
    }
}

struct JoinVisitor;

impl<'de> Visitor<'de> for JoinVisitor {
    type Value = JoinParts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column name, a list of them, or { columns = [...], separator = \"...\" }")
    }

    fn visit_str<E>(self, name: &str) -> Result<JoinParts, E> {
        Ok(JoinParts { columns: vec![Named::Alone(name.to_owned())], separator: String::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<JoinParts, A::Error> {
        let names = Vec::<ColumnName>::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(JoinParts { columns: names.into_iter().map(Named::Listed).collect(), separator: " ".to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<JoinParts, A::Error> {
        let table = JoinTable::deserialize(MapAccessDeserializer::new(table))?;
        Ok(JoinParts {
            columns: table.columns.into_iter().map(Named::Listed).collect(),
            separator: table.separator,
        })
    }
}
