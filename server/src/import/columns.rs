//! The map's columns found in a header, and the cells of a row read through them.

use csv::ByteRecord;
use roundsman_sync_core::limits::FIELD_CHARS_MAX;

use super::map::{CellRules, ColumnJoin, ImportMap};
use super::plan::{ImportError, Oddity, RejectReason};
use super::rows::{quoted, within};

/// Letters of the header that an error repeats.
const HEADER_CHARS_MAX: usize = 600;

/// The columns that a map reads, each once, with their places in the header of one file.
pub(super) struct Bound {
    header_fields: usize,
    used: Vec<Used>,
    pub(super) key: usize,
    pub(super) reported_at: usize,
    pub(super) closed_at: Option<usize>,
    pub(super) status: Option<usize>,
    pub(super) external_number: Option<usize>,
    pub(super) category: Option<usize>,
    pub(super) category_detail: Option<usize>,
    pub(super) description: BoundJoin,
    pub(super) outcome: Option<BoundJoin>,
    pub(super) place: [Option<BoundJoin>; 4],
}

struct Used {
    name: String,
    field: usize,
    rules: CellRules,
}

/// A join of columns, as places in [`Bound`]'s list.
pub(super) struct BoundJoin {
    parts: Vec<usize>,
    separator: String,
}

impl BoundJoin {
    /// The columns' names, for a message.
    pub(super) fn names(&self, bound: &Bound) -> String {
        let names: Vec<_> = self.parts.iter().map(|&at| format!("'{}'", bound.name(at))).collect();
        names.join(", ")
    }
}

impl Bound {
    /// Finds every column of the map.
    ///
    /// # Errors
    /// [`ImportError`] naming a column that is not there, or there twice.
    pub(super) fn new(map: &ImportMap, header: &[String]) -> Result<Self, ImportError> {
        let mut used: Vec<Used> = Vec::new();
        for name in map.columns() {
            if used.iter().any(|known| known.name == name) {
                continue;
            }
            let mut found = (0..header.len()).filter(|&at| header[at] == name);
            let field = found.next().ok_or_else(|| ImportError::ColumnMissing {
                column: name.to_owned(),
                header: header.join(", ").chars().take(HEADER_CHARS_MAX).collect(),
            })?;
            if found.next().is_some() {
                return Err(ImportError::ColumnTwice { column: name.to_owned() });
            }
            used.push(Used {
                name: name.to_owned(),
                field,
                rules: map.cells.get(name).cloned().unwrap_or_default(),
            });
        }
        // Every name below was just put into `used`, so it has a place there.
        let place_of = |name: &String| used.iter().position(|known| known.name == *name).unwrap_or(0);
        let optional = |name: &Option<String>| name.as_ref().map(place_of);
        let join = |join: &ColumnJoin| BoundJoin {
            parts: join.columns.iter().map(place_of).collect(),
            separator: join.separator.clone(),
        };
        Ok(Self {
            header_fields: header.len(),
            key: place_of(&map.key),
            reported_at: place_of(&map.reported_at),
            closed_at: optional(&map.closed_at),
            status: optional(&map.status),
            external_number: optional(&map.external_number),
            category: optional(&map.category),
            category_detail: optional(&map.category_detail),
            description: join(&map.description),
            outcome: map.outcome.as_ref().map(join),
            place: [0, 1, 2, 3].map(|at: usize| map.place[at].as_ref().map(join)),
            used,
        })
    }

    /// The name of the column at this place.
    pub(super) fn name(&self, at: usize) -> &str {
        &self.used[at].name
    }

    /// The key of a row that may be bad in every other way, so that its rejection can name it.
    pub(super) fn key_of(&self, record: &ByteRecord) -> Option<String> {
        let text = std::str::from_utf8(record.get(self.used[self.key].field)?).ok()?;
        let text = quoted(text.trim());
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    }
}

/// The cells of one row that the map reads: UTF-8, without blanks around them, the cell rules applied.
pub(super) struct Cells<'r>(Vec<Option<&'r str>>);

impl<'r> Cells<'r> {
    /// Checks the row's form and every cell that the map reads. What no field reads is not looked at.
    pub(super) fn new(
        bound: &Bound,
        record: &'r ByteRecord,
        oddities: &mut Vec<Oddity>,
    ) -> Result<Self, RejectReason> {
        if record.len() != bound.header_fields {
            return Err(RejectReason::Ragged { fields: record.len(), header_fields: bound.header_fields });
        }
        let mut cells = Vec::with_capacity(bound.used.len());
        for used in &bound.used {
            let bytes = record.get(used.field).unwrap_or_default();
            cells.push(used.cell(bytes, oddities)?);
        }
        Ok(Self(cells))
    }

    /// The cell at this place, if it says anything.
    pub(super) fn get(&self, at: usize) -> Option<&'r str> {
        self.0[at]
    }

    /// A short field from one column: on one line, runs of blanks made one.
    pub(super) fn line(
        &self,
        at: Option<usize>,
        field: &'static str,
    ) -> Result<Option<String>, RejectReason> {
        match at.and_then(|at| self.get(at)) {
            Some(text) => within(one_line(text), field, FIELD_CHARS_MAX).map(Some),
            None => Ok(None),
        }
    }

    /// A short field from a join.
    pub(super) fn joined_line(
        &self,
        join: Option<&BoundJoin>,
        field: &'static str,
    ) -> Result<Option<String>, RejectReason> {
        match join.and_then(|join| self.joined(join)) {
            Some(text) => within(one_line(&text), field, FIELD_CHARS_MAX).map(Some),
            None => Ok(None),
        }
    }

    /// A long text from a join, its lines kept.
    pub(super) fn text(
        &self,
        join: &BoundJoin,
        field: &'static str,
        chars_max: usize,
    ) -> Result<Option<String>, RejectReason> {
        match self.joined(join) {
            Some(text) => within(text, field, chars_max).map(Some),
            None => Ok(None),
        }
    }

    fn joined(&self, join: &BoundJoin) -> Option<String> {
        let filled: Vec<_> = join.parts.iter().filter_map(|&at| self.get(at)).collect();
        (!filled.is_empty()).then(|| filled.join(&join.separator))
    }
}

impl Used {
    fn cell<'r>(&self, bytes: &'r [u8], oddities: &mut Vec<Oddity>) -> Result<Option<&'r str>, RejectReason> {
        let text =
            std::str::from_utf8(bytes).map_err(|_| RejectReason::NotUtf8 { column: self.name.clone() })?;
        if let Some(code) = text.chars().find(|&c| is_no_text(c)) {
            return Err(RejectReason::ControlCharacter { column: self.name.clone(), code: u32::from(code) });
        }
        let text = text.trim();
        if text.is_empty() || self.rules.blanks.iter().any(|blank| blank == text) {
            return Ok(None);
        }
        let digits =
            |wanted: u8| text.len() == usize::from(wanted) && text.bytes().all(|b| b.is_ascii_digit());
        let wrong_form = self.rules.digits.is_some_and(|wanted| !digits(wanted));
        if wrong_form || self.rules.placeholders.iter().any(|holder| holder == text) {
            oddities.push(Oddity::ValueDropped { column: self.name.clone(), text: quoted(text) });
            return Ok(None);
        }
        Ok(Some(text))
    }
}

/// Control characters that no text holds.
///
/// Not among them: tab and LF (every line ending reads as LF), and U+0080 to U+009F. Those are what
/// quotation marks turn into when UTF-8 was once read as Latin-1; real files are full of them, and they
/// are kept as they came.
fn is_no_text(c: char) -> bool {
    c.is_ascii_control() && c != '\t' && c != '\n'
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
