//! The map file: which column of somebody's CSV gives which field of a case.
//!
//! ```toml
//! source = "nyc311"                       # with the key it names a row for ever
//! zone = "America/New_York"               # where times without an offset were written
//! dates = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]   # tried in this order
//! status_closed = ["Closed"]              # which words in the status column mean closed
//!
//! [columns]
//! key = "Unique Key"
//! reported_at = "Created Date"
//! category = "Complaint Type"
//! category_detail = "Descriptor"
//! description = { columns = ["Complaint Type", "Descriptor"], separator = ": " }
//!
//! [place]
//! building = "Incident Address"           # one column, or a join as above
//!
//! [cells."Incident Zip"]
//! placeholders = ["88888"]                # dropped with a warning
//! digits = 5                              # anything else is dropped with a warning
//!
//! [default]                               # for rows that no category speaks of
//! kind = "complaint"
//! subject = "other"
//! urgency = "general"
//! department = "customer_service"
//!
//! [[category]]
//! value = "HEAT/HOT WATER"                # letter case and outer blanks do not matter
//! detail = "ENTIRE BUILDING"              # optional; wins over a rule without it
//! kind = "repair"
//! subject = "equipment/heating"
//! urgency = "urgent"                      # optional, like department: the default's otherwise
//! ```
//!
//! A map is checked whole before any row is read; each mistake names file, line and column.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use roundsman_sync_core::model::{CaseKind, Department, Urgency};

use super::dates::DateFormat;
use super::map_file::{CategoryFile, MapFile};
use super::maps;

/// The longest map file. The longest of ours, with every complaint type of a city, has 20 KB.
pub const MAP_BYTES_MAX: u64 = 1024 * 1024;

/// What is wrong with a map file.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The file could not be read.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is longer than [`MAP_BYTES_MAX`].
    #[error("{file}: longer than {MAP_BYTES_MAX} bytes, so it is no map file")]
    TooLong {
        /// The file as the caller named it.
        file: String,
    },
    /// A mistake at one place of the file: of TOML, of a name, or of a value.
    #[error("{file}:{line}:{column}: {reason}")]
    Mistake {
        /// The file as the caller named it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The letter in the line, from 1.
        column: usize,
        /// What is wrong and what would be right.
        reason: String,
    },
}

/// One column, or several whose filled cells are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnJoin {
    /// Column names as the header spells them; never empty.
    pub columns: Vec<String>,
    /// What stands between two filled cells.
    pub separator: String,
}

/// What a row is filed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// What sort of matter.
    pub kind: CaseKind,
    /// A path of the subject tree, such as `equipment/lift`.
    pub subject: Arc<str>,
    /// How soon.
    pub urgency: Urgency,
    /// Who is to deal with it.
    pub department: Department,
}

/// What certain words in a column are worth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellRules {
    /// Values that mean an empty cell and are normal, such as `N/A`.
    pub blanks: Vec<String>,
    /// Values that pretend to be real, such as zip code 88888: dropped with a warning.
    pub placeholders: Vec<String>,
    /// If given, a value that is not exactly so many digits is dropped with a warning.
    pub digits: Option<u8>,
}

/// A map that was found sound.
#[derive(Clone, Debug)]
pub struct ImportMap {
    /// The name of the source. Together with a row's key it identifies the row over all imports.
    pub source: String,
    /// Where times without an offset were written.
    pub zone: Tz,
    /// The time formats, tried in order; never empty.
    pub dates: Vec<DateFormat>,
    /// The column of the source's own key.
    pub key: String,
    /// The column of the time the matter was reported.
    pub reported_at: String,
    /// The column of the time the source closed it.
    pub closed_at: Option<String>,
    /// The column of the source's status.
    pub status: Option<String>,
    /// Values of the status column that mean closed, in lower case.
    pub status_closed: Vec<String>,
    /// The column of the number by which the source's own staff know the matter.
    pub external_number: Option<String>,
    /// The description.
    pub description: ColumnJoin,
    /// What the source says came of it.
    pub outcome: Option<ColumnJoin>,
    /// The column that categories are looked up by.
    pub category: Option<String>,
    /// A second column that narrows a category.
    pub category_detail: Option<String>,
    /// Building, unit, room and spot, in this order.
    pub place: [Option<ColumnJoin>; 4],
    /// Rules for the cells of single columns, by column name.
    pub cells: BTreeMap<String, CellRules>,
    /// For rows without a category of their own.
    pub default: Filing,
    /// By category and, if the rule has one, detail; both in lower case.
    categories: BTreeMap<(String, Option<String>), Filing>,
}

/// How a row came to its classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiledBy {
    /// A rule of the map speaks of the row's category.
    Rule,
    /// No rule does; the map's default holds.
    Default,
}

impl ImportMap {
    /// Reads and checks a map file.
    ///
    /// # Errors
    /// [`MapError`] for a file that cannot be read, is too long, or has a mistake.
    pub fn load(path: &Path) -> Result<Self, MapError> {
        let file = path.display().to_string();
        let read = |path: &Path| -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            std::fs::File::open(path)?.take(MAP_BYTES_MAX + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read(path).map_err(|source| MapError::Read { file: file.clone(), source })?;
        if u64::try_from(bytes.len()).is_ok_and(|len| len > MAP_BYTES_MAX) {
            return Err(MapError::TooLong { file });
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(&file, text),
            Err(flaw) => {
                let sound = String::from_utf8_lossy(&bytes[..flaw.valid_up_to()]);
                Err(mistake(&file, &sound, sound.len()..sound.len(), "not UTF-8 from here on"))
            }
        }
    }

    /// A map that is built into the program: `nyc311` or `nyc-council`.
    ///
    /// # Errors
    /// [`MapError`] if the built-in text itself were broken, which a test rules out.
    pub fn built_in(name: &str) -> Option<Result<Self, MapError>> {
        maps::text_of(name).map(|text| Self::parse(&format!("{name} (built in)"), text))
    }

    /// Reads and checks the text of a map. `file` is only for messages.
    ///
    /// # Errors
    /// [`MapError::Mistake`] with the place of the first mistake found.
    pub fn parse(file: &str, text: &str) -> Result<Self, MapError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let raw: MapFile = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            mistake(file, text, span, error.message())
        })?;
        Self::from_file(raw).map_err(|(span, reason)| mistake(file, text, span, &reason))
    }

    /// What a row with this category and detail is filed under.
    ///
    /// The rule for category and detail wins over the rule for the category, that over the default.
    pub fn classify(&self, category: Option<&str>, detail: Option<&str>) -> (&Filing, FiledBy) {
        let Some(category) = category.map(fold) else {
            return (&self.default, FiledBy::Default);
        };
        let narrow = (category, detail.map(fold));
        if let Some(found) = self.categories.get(&narrow) {
            return (found, FiledBy::Rule);
        }
        match self.categories.get(&(narrow.0, None)) {
            Some(found) => (found, FiledBy::Rule),
            None => (&self.default, FiledBy::Default),
        }
    }

    fn from_file(raw: MapFile) -> Result<Self, (Range<usize>, String)> {
        let default = raw.default.checked()?;
        let mut map = Self {
            source: raw.checked_source()?,
            zone: raw.checked_zone()?,
            dates: raw.checked_dates()?,
            status_closed: raw.checked_status_closed()?,
            cells: raw.checked_cells()?,
            key: raw.columns.key.checked()?,
            reported_at: raw.columns.reported_at.checked()?,
            closed_at: raw.columns.closed_at.map(|c| c.checked()).transpose()?,
            status: raw.columns.status.map(|c| c.checked()).transpose()?,
            external_number: raw.columns.external_number.map(|c| c.checked()).transpose()?,
            description: raw.columns.description.checked()?,
            outcome: raw.columns.outcome.map(|c| c.checked()).transpose()?,
            category: raw.columns.category.map(|c| c.checked()).transpose()?,
            category_detail: raw.columns.category_detail.map(|c| c.checked()).transpose()?,
            place: [
                raw.place.building.map(|c| c.checked()).transpose()?,
                raw.place.unit.map(|c| c.checked()).transpose()?,
                raw.place.room.map(|c| c.checked()).transpose()?,
                raw.place.spot.map(|c| c.checked()).transpose()?,
            ],
            default,
            categories: BTreeMap::new(),
        };
        for (span, used) in raw.cells.keys().map(|key| (key.span(), key.get_ref())) {
            if !map.columns().any(|column| column == used) {
                return Err((span, format!("nothing in this map reads column '{used}'")));
            }
        }
        for entry in raw.category {
            map.add_category(entry.span(), entry.into_inner())?;
        }
        Ok(map)
    }

    fn add_category(
        &mut self,
        span: Range<usize>,
        entry: CategoryFile,
    ) -> Result<(), (Range<usize>, String)> {
        if self.category.is_none() {
            return Err((span, "categories need `columns.category`".into()));
        }
        if let (Some(detail), None) = (&entry.detail, &self.category_detail) {
            return Err((detail.span(), "`detail` needs `columns.category_detail`".into()));
        }
        let value = fold(entry.value.get_ref());
        if value.is_empty() {
            return Err((entry.value.span(), "`value` is empty".into()));
        }
        let key = (value, entry.detail.as_ref().map(|d| fold(d.get_ref())));
        let place = entry.value.span();
        let found = entry.checked(&self.default)?;
        if self.categories.insert(key, found).is_some() {
            return Err((
                place,
                "this category is already ruled on above (letter case does not tell two apart)".into(),
            ));
        }
        Ok(())
    }

    /// Every column the map reads, some more than once.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let single = [
            Some(&self.key),
            Some(&self.reported_at),
            self.closed_at.as_ref(),
            self.status.as_ref(),
            self.external_number.as_ref(),
            self.category.as_ref(),
            self.category_detail.as_ref(),
        ];
        let joins = [Some(&self.description), self.outcome.as_ref()];
        let place = self.place.iter().map(Option::as_ref);
        single.into_iter().flatten().map(String::as_str).chain(
            joins.into_iter().chain(place).flatten().flat_map(|join| join.columns.iter().map(String::as_str)),
        )
    }
}

/// How two category values are compared: letter case and outer blanks do not matter.
pub(super) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

fn mistake(file: &str, text: &str, span: Range<usize>, reason: &str) -> MapError {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    MapError::Mistake {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
#[path = "map_tests.rs"]
mod tests;
