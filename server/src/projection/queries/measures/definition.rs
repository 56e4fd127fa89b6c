//! What each figure means: name, words, formula, source, target. `docs/measures.md` shows the same table.

/// How a figure is made of its two numbers, and how those of several estates are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The numerator itself.
    Count,
    /// The numerator over the denominator; over several estates the sums of both.
    Ratio,
    /// The largest of so many; over several estates the largest of all.
    Largest,
}

/// In what a figure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Hundredths.
    Percent,
    /// Per hundred of something.
    PerHundred,
    /// Points from 1 to 5.
    Points,
    /// Minutes; the numerator is in seconds.
    Minutes,
    /// Hours; the numerator is in seconds.
    Hours,
    /// Days of 24 hours; the numerator is in seconds.
    Days,
}

impl Unit {
    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Percent => "percent",
            Self::PerHundred => "per_100",
            Self::Points => "points",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }

    /// Behind a number in a text.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Count => "",
            Self::Percent => " %",
            Self::PerHundred => " per 100",
            Self::Points => " of 5",
            Self::Minutes => " min",
            Self::Hours => " h",
            Self::Days => " d",
        }
    }

    /// Whether the numerator is a number of things, and not of seconds or points.
    pub const fn counts(self) -> bool {
        match self {
            Self::Count | Self::Percent | Self::PerHundred => true,
            Self::Points | Self::Minutes | Self::Hours | Self::Days => false,
        }
    }

    /// What the numerator is multiplied by.
    pub(super) const fn per_numerator(self) -> f64 {
        match self {
            Self::Count | Self::Points => 1.0,
            Self::Percent | Self::PerHundred => 100.0,
            Self::Minutes => 1.0 / 60.0,
            Self::Hours => 1.0 / 3_600.0,
            Self::Days => 1.0 / 86_400.0,
        }
    }
}

/// What a share should be, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Not less.
    AtLeast(i64),
    /// Not more.
    AtMost(i64),
}

impl Target {
    /// Whether `numerator` of `denominator` reaches it.
    pub(super) fn is_met(self, numerator: i64, denominator: i64) -> bool {
        let share = i128::from(numerator) * 1_000;
        let whole = i128::from(denominator);
        match self {
            Self::AtLeast(permille) => share >= i128::from(permille) * whole,
            Self::AtMost(permille) => share <= i128::from(permille) * whole,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, permille) = match self {
            Self::AtLeast(permille) => ("≥", permille),
            Self::AtMost(permille) => ("≤", permille),
        };
        match (permille / 10, permille % 10) {
            (whole, 0) => write!(f, "{sign} {whole} %"),
            (whole, tenth) => write!(f, "{sign} {whole}.{tenth} %"),
        }
    }
}

/// What a figure means.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name in programs. Never changes its meaning.
    pub name: &'static str,
    /// Its name in Simplified Chinese.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// What it says, in words.
    pub words: &'static str,
    /// How it is computed over the tables, in words like SQL.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// How its two numbers are put together.
    pub sort: Sort,
    /// In what it is told.
    pub unit: Unit,
    /// What it should be.
    pub target: Option<Target>,
}

impl Definition {
    /// Its row of the table in `docs/measures.md`.
    pub fn row(&self) -> String {
        let target = self.target.map_or_else(|| "–".to_owned(), |target| target.to_string());
        let Self { name, zh, en, words, formula, source, unit, .. } = self;
        format!("| `{name}` | {zh} | {en} | {words} | {formula} | {} | {source} | {target} |", unit.as_str())
    }
}
