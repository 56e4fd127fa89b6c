//! One figure: what was counted, of how many, and what that comes to.

use super::definition::{Definition, Sort};

/// What a figure is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denominator {
    /// Nothing: the figure is a plain count.
    None,
    /// So many.
    Of(i64),
    /// Nobody has said it, so there is no figure.
    Unknown,
}

/// A figure of a period at one estate, or at several together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it means.
    pub definition: &'static Definition,
    /// What was counted; of durations their sum in seconds, of the longest its seconds.
    pub numerator: i64,
    /// Of how many.
    pub denominator: Denominator,
}

/// Why a figure has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// There was nothing to measure.
    NothingToMeasure,
    /// The number of flats was not given.
    NotKnown,
}

impl Absent {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NothingToMeasure => "nothing to measure",
            Self::NotKnown => "not known",
        }
    }
}

impl Figure {
    /// The value in the unit of the definition, rounded to two places.
    ///
    /// # Errors
    /// Why there is none. A denominator of 0 never becomes a figure.
    pub fn value(&self) -> Result<f64, Absent> {
        let per_unit = self.definition.unit.per_numerator();
        // Sums of seconds and counts stay far below 2^53, where a float stops being exact.
        #[allow(clippy::cast_precision_loss, reason = "see above")]
        let exact = |count: i64| count as f64;
        let value = match self.denominator {
            Denominator::Unknown => return Err(Absent::NotKnown),
            Denominator::Of(0) => return Err(Absent::NothingToMeasure),
            Denominator::None => exact(self.numerator) * per_unit,
            Denominator::Of(count) => match self.definition.sort {
                Sort::Largest => exact(self.numerator) * per_unit,
                Sort::Count | Sort::Ratio => exact(self.numerator) * per_unit / exact(count),
            },
        };
        Ok((value * 100.0).round() / 100.0)
    }

    /// Whether the target is reached; `None` without a target or a value. Exact, not by the rounded value.
    pub fn meets_target(&self) -> Option<bool> {
        let target = self.definition.target?;
        match self.denominator {
            Denominator::Of(count) if count > 0 => Some(target.is_met(self.numerator, count)),
            Denominator::Of(_) | Denominator::None | Denominator::Unknown => None,
        }
    }

    /// The same figure of this and another estate together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let numerator = match self.definition.sort {
            Sort::Largest => self.numerator.max(other.numerator),
            Sort::Count | Sort::Ratio => self.numerator.saturating_add(other.numerator),
        };
        let denominator = match (self.denominator, other.denominator) {
            (Denominator::Of(one), Denominator::Of(two)) => Denominator::Of(one.saturating_add(two)),
            (Denominator::None, Denominator::None) => Denominator::None,
            // The sum of something and something nobody knows is not known.
            (Denominator::Unknown, _)
            | (_, Denominator::Unknown)
            | (Denominator::None, Denominator::Of(_))
            | (Denominator::Of(_), Denominator::None) => Denominator::Unknown,
        };
        Self { definition: self.definition, numerator, denominator }
    }
}
