//! The file of points and routes that an estate keeps and imports.
//!
//! ```toml
//! [[checkpoint]]
//! key = "b2-pump"                 # by which it is known for ever; importing again means the same point
//! name = "地库 B2 水泵房"
//! code = "RM-B2-PUMP"             # what its tag or printed code says
//! building = "地库"               # and unit, room, spot: where it is
//!
//! [[checkpoint.item]]
//! id = "pressure"
//! title = "出水压力"
//! ask = "number"                  # or condition, choice, text, photo
//! min = 0.35
//! max = 0.55
//! unit = "MPa"
//!
//! [[route]]
//! key = "night"
//! name = "夜间巡更"
//! kind = "guard_round"
//! checkpoints = ["b2-pump"]       # in the order of the walk
//! days = ["mon", "sat"]           # every day, if left out
//! times = ["22:00", "02:00"]      # by the clocks on the walls; no schedule, if left out
//! early_min = 10
//! late_min = 30
//! pace_s_min = 20                 # printed codes read sooner after each other were not walked to
//! ```
//!
//! A file is checked whole before anything is written; each mistake names file, line and column.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use roundsman_sync_core::ids::{CheckpointId, RouteId, SiteId};
use roundsman_sync_core::model::{Ask, Checkpoint, Item, Place, RoundKind, Route, Schedule, Weekday};
use serde::Deserialize;
use toml::Spanned;

/// The longest file of routes: a thousand points with ten items each take half of it.
pub const ROUTE_FILE_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// What is wrong with a file of routes.
#[derive(Debug, thiserror::Error)]
pub enum RouteFileError {
    /// The file could not be read.
    #[error("{file}: cannot be read: {source}")]
    Read {
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is longer than [`ROUTE_FILE_BYTES_MAX`].
    #[error("{file}: longer than {ROUTE_FILE_BYTES_MAX} bytes, so it is no file of routes")]
    TooLong {
        /// The file as the caller named it.
        file: String,
    },
    /// A mistake at one place of the file.
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

/// A mistake: where in the text, and what.
type Mistake = (Range<usize>, String);

/// A file that was found sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFile {
    /// Its points, in the order of the file.
    pub checkpoints: Vec<(CheckpointId, Checkpoint)>,
    /// Its routes, in the order of the file.
    pub routes: Vec<(RouteId, Route)>,
}

impl RouteFile {
    /// Reads and checks a file for an estate.
    ///
    /// # Errors
    /// [`RouteFileError`], with the place of the first mistake found.
    pub fn load(path: &Path, site: SiteId) -> Result<Self, RouteFileError> {
        let file = path.display().to_string();
        let read = |source| RouteFileError::Read { file: file.clone(), source };
        let mut text = String::new();
        let opened = std::fs::File::open(path).map_err(read)?;
        opened.take(ROUTE_FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(read)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > ROUTE_FILE_BYTES_MAX {
            return Err(RouteFileError::TooLong { file });
        }
        Self::parse(&file, &text, site)
    }

    /// Reads and checks the text of a file. `file` is only for messages.
    ///
    /// # Errors
    /// [`RouteFileError::Mistake`] with the place of the first mistake found.
    pub fn parse(file: &str, text: &str, site: SiteId) -> Result<Self, RouteFileError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let place = |(span, reason): Mistake| {
            let before = text.get(..span.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            RouteFileError::Mistake {
                file: file.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before.get(line_start..).unwrap_or("").chars().count() + 1,
                reason,
            }
        };
        let raw: FileText = toml::from_str(text)
            .map_err(|error| place((error.span().unwrap_or(0..0), error.message().to_owned())))?;
        raw.checked(site).map_err(place)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    #[serde(default)]
    checkpoint: Vec<Spanned<CheckpointText>>,
    #[serde(default)]
    route: Vec<Spanned<RouteText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointText {
    key: Spanned<String>,
    name: String,
    code: Spanned<String>,
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
    spot: Option<String>,
    #[serde(default)]
    item: Vec<Spanned<ItemText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemText {
    id: String,
    title: String,
    ask: Spanned<String>,
    min: Option<Spanned<Figure>>,
    max: Option<Spanned<Figure>>,
    unit: Option<String>,
    options: Option<Vec<String>>,
    abnormal: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Figure {
    Whole(i64),
    Decimal(f64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteText {
    key: Spanned<String>,
    name: String,
    kind: Spanned<String>,
    checkpoints: Vec<Spanned<String>>,
    days: Option<Vec<Spanned<String>>>,
    times: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    early_min: u16,
    #[serde(default)]
    late_min: u16,
    pace_s_min: Option<Spanned<u32>>,
}

impl FileText {
    fn checked(self, site: SiteId) -> Result<RouteFile, Mistake> {
        let mut known = BTreeMap::new();
        let mut codes = BTreeMap::new();
        let mut checkpoints = Vec::with_capacity(self.checkpoint.len());
        for text in self.checkpoint {
            let span = text.span();
            let text = text.into_inner();
            let (key_span, code_span) = (text.key.span(), text.code.span());
            let id = CheckpointId::keyed(site, key(&text.key)?);
            if known.insert(text.key.get_ref().clone(), id).is_some() {
                return Err((key_span, format!("there is a checkpoint '{}' above", text.key.get_ref())));
            }
            if let Some(other) = codes.insert(text.code.get_ref().clone(), text.name.clone()) {
                return Err((code_span, format!("'{other}' has this code already")));
            }
            let checkpoint = text.checked()?;
            checkpoint.check().map_err(|refusal| (span, refusal.message))?;
            checkpoints.push((id, checkpoint));
        }
        let mut keys = BTreeMap::new();
        let mut routes = Vec::with_capacity(self.route.len());
        for text in self.route {
            let span = text.span();
            let text = text.into_inner();
            let id = RouteId::keyed(site, key(&text.key)?);
            if keys.insert(text.key.get_ref().clone(), ()).is_some() {
                return Err((text.key.span(), format!("there is a route '{}' above", text.key.get_ref())));
            }
            let route = text.checked(&known)?;
            route.check().map_err(|refusal| (span, refusal.message))?;
            routes.push((id, route));
        }
        Ok(RouteFile { checkpoints, routes })
    }
}

fn key(key: &Spanned<String>) -> Result<&str, Mistake> {
    if key.get_ref().trim().is_empty() {
        return Err((key.span(), "a key must not be empty".to_owned()));
    }
    Ok(key.get_ref())
}

impl CheckpointText {
    fn checked(self) -> Result<Checkpoint, Mistake> {
        let items = self.item.into_iter().map(|item| item.into_inner().checked());
        Ok(Checkpoint {
            name: self.name,
            place: Place { building: self.building, unit: self.unit, room: self.room, spot: self.spot },
            code: self.code.into_inner(),
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

impl ItemText {
    fn checked(self) -> Result<Item, Mistake> {
        let span = self.ask.span();
        let of_number = self.min.is_some() || self.max.is_some() || self.unit.is_some();
        let of_choice = self.options.is_some() || self.abnormal.is_some();
        let (takes_number, takes_choice, ask) = match self.ask.get_ref().as_str() {
            "condition" => (false, false, Ask::Condition),
            "text" => (false, false, Ask::Text),
            "photo" => (false, false, Ask::Photo),
            "number" => {
                let ask = Ask::Number {
                    min_milli: self.min.map(milli).transpose()?,
                    max_milli: self.max.map(milli).transpose()?,
                    unit: self.unit.unwrap_or_default(),
                };
                (true, false, ask)
            }
            "choice" => {
                let options = self.options.unwrap_or_default();
                (false, true, Ask::Choice { options, abnormal: self.abnormal.unwrap_or_default() })
            }
            other => {
                let reason = format!("'{other}' is not one of condition, number, choice, text, photo");
                return Err((span, reason));
            }
        };
        if of_number && !takes_number {
            return Err((span, "`min`, `max` and `unit` belong to ask = \"number\"".to_owned()));
        }
        if of_choice && !takes_choice {
            return Err((span, "`options` and `abnormal` belong to ask = \"choice\"".to_owned()));
        }
        Ok(Item { id: self.id, title: self.title, ask })
    }
}

/// A figure in thousandths. Finer ones are mistakes: no gauge on a wall is read that fine.
fn milli(figure: Spanned<Figure>) -> Result<i64, Mistake> {
    let span = figure.span();
    let too_large = (span.clone(), "this figure is too large".to_owned());
    match figure.into_inner() {
        Figure::Whole(whole) => whole.checked_mul(1_000).ok_or(too_large),
        Figure::Decimal(decimal) => {
            // The shortest decimal that means the same number, which is what was typed.
            let typed = format!("{decimal}");
            let (whole, rest) = typed.split_once('.').unwrap_or((&typed, ""));
            if rest.len() > 3 {
                return Err((span, format!("{typed} has more than three digits after the point")));
            }
            format!("{whole}{rest:0<3}").parse().map_err(|_| too_large)
        }
    }
}

impl RouteText {
    fn checked(self, known: &BTreeMap<String, CheckpointId>) -> Result<Route, Mistake> {
        let kind: RoundKind = word(&self.kind)?;
        let point = |name: &Spanned<String>| {
            let unknown =
                || (name.span(), format!("there is no checkpoint '{}' in this file", name.get_ref()));
            known.get(name.get_ref()).copied().ok_or_else(unknown)
        };
        let checkpoints = self.checkpoints.iter().map(point).collect::<Result<_, _>>()?;
        let schedule = match (&self.times, &self.days) {
            (None, None) => None,
            (None, Some(days)) => {
                let span = days.first().map_or(self.key.span(), Spanned::span);
                return Err((span, "`days` need `times`".to_owned()));
            }
            (Some(times), days) => Some(Schedule {
                days: match days {
                    Some(days) => days.iter().map(word).collect::<Result<_, _>>()?,
                    None => Weekday::ALL.to_vec(),
                },
                minutes: times.iter().map(minute).collect::<Result<_, _>>()?,
                early_min: self.early_min,
                late_min: self.late_min,
            }),
        };
        let pace_ms_min = match self.pace_s_min {
            None => None,
            Some(seconds) => {
                let span = seconds.span();
                let ms = seconds.into_inner().checked_mul(1_000);
                Some(ms.ok_or((span, "this pace is too slow".to_owned()))?)
            }
        };
        Ok(Route { name: self.name, kind, checkpoints, schedule, pace_ms_min })
    }
}

fn word<T: std::str::FromStr<Err = String>>(word: &Spanned<String>) -> Result<T, Mistake> {
    word.get_ref().parse().map_err(|reason| (word.span(), reason))
}

/// `22:30` as minutes after midnight.
fn minute(time: &Spanned<String>) -> Result<u16, Mistake> {
    let wrong = || (time.span(), format!("'{}' is no time of day such as 22:30", time.get_ref()));
    let two = |digits: &str| -> Option<u16> {
        let sound = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if sound { digits.parse().ok() } else { None }
    };
    let (hours, minutes) = time.get_ref().split_once(':').ok_or_else(wrong)?;
    match (two(hours), two(minutes)) {
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(hours * 60 + minutes),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;
