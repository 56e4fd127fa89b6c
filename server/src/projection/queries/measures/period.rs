//! Stretches of days as an estate counts them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, MappedLocalTime, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;

/// How far a midnight that the wall clock leaves out is looked for: no zone ever jumped further than a day.
const QUARTERS_OF_A_DAY: i64 = 96;

/// Longer periods than ten years are a mistake, and would take long to look through.
const PERIOD_DAYS_MAX: i64 = 3_660;

/// Days from one date up to another, which is not included. Days begin at midnight where the estate lies, so
/// the same period is another stretch of time in another zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

impl Period {
    /// Days from `from` until the day before `to`; `None` if there is no such day, or more than
    /// ten years.
    pub fn days(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        (1..=PERIOD_DAYS_MAX).contains(&(to - from).num_days()).then_some(Self { from, to })
    }

    /// The month that a date lies in.
    pub fn month_of(date: NaiveDate) -> Option<Self> {
        let from = date.with_day(1)?;
        Some(Self { from, to: from.checked_add_months(Months::new(1))? })
    }

    /// The month that is under way at a moment.
    pub fn month_at(now: Timestamp, zone: Tz) -> Option<Self> {
        let now = DateTime::<Utc>::from_timestamp_millis(now.millis())?;
        Self::month_of(now.with_timezone(&zone).date_naive())
    }

    /// The first day.
    pub const fn first(&self) -> NaiveDate {
        self.from
    }

    /// The day after the last.
    pub const fn end(&self) -> NaiveDate {
        self.to
    }

    /// The stretch of time in a zone: from its first millisecond to the one after its last.
    pub fn moments(&self, zone: Tz) -> (Timestamp, Timestamp) {
        (midnight(zone, self.from), midnight(zone, self.to))
    }
}

impl fmt::Display for Period {
    /// Both days included, as people say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.to.pred_opt().unwrap_or(self.to);
        write!(f, "{} to {last}", self.from)
    }
}

impl FromStr for Period {
    type Err = String;

    /// Reads a month, such as `2026-10`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no month such as 2026-10");
        // Nothing but four and two digits: the calendar also reads '2026-1' and '+026-10'.
        if text.len() != 7 || !text.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(wrong());
        }
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map_err(|_| wrong())?;
        Self::month_of(first).ok_or_else(wrong)
    }
}

/// The first moment of a date. Where clocks jump over midnight, the day begins when they have jumped; where
/// midnight comes twice, it begins the first time.
fn midnight(zone: Tz, date: NaiveDate) -> Timestamp {
    let wall = date.and_time(NaiveTime::MIN);
    for quarter in 0..QUARTERS_OF_A_DAY {
        let tried = wall + TimeDelta::minutes(15 * quarter);
        match zone.from_local_datetime(&tried) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => {
                return Timestamp::from_millis(at.timestamp_millis());
            }
            MappedLocalTime::None => {}
        }
    }
    Timestamp::from_millis(wall.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn moments(month: &str, zone: Tz) -> (String, String) {
        let (from, to) = month.parse::<Period>().unwrap().moments(zone);
        (from.to_string(), to.to_string())
    }

    #[test]
    fn a_month_begins_and_ends_at_the_midnights_of_its_zone() {
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let cases = [
            ("2026-10", chrono_tz::Asia::Shanghai, "2026-09-30T16:00:00.000Z", "2026-10-31T16:00:00.000Z"),
            // Summer time ends on 1 November 2026 at two: the month still ends at the midnight before.
            ("2026-10", chrono_tz::America::New_York, "2026-10-01T04:00:00.000Z", "2026-11-01T04:00:00.000Z"),
            ("2026-11", chrono_tz::America::New_York, "2026-11-01T04:00:00.000Z", "2026-12-01T05:00:00.000Z"),
            ("2024-02", chrono_tz::UTC, "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
            ("2025-12", chrono_tz::UTC, "2025-12-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"),
        ];
        for (month, zone, from, to) in cases {
            assert_eq!(moments(month, zone), told(from, to), "{month} in {zone}");
        }
    }

    #[test]
    fn a_day_whose_midnight_is_left_out_begins_when_the_clocks_have_jumped() {
        // In Egypt the clocks went from 0:00 to 1:00 on 28 April 2023.
        let day = NaiveDate::from_ymd_opt(2023, 4, 28).unwrap();
        assert_eq!(midnight(chrono_tz::Africa::Cairo, day).to_string(), "2023-04-27T22:00:00.000Z");
        // Samoa left out the whole of 30 December 2011.
        let day = NaiveDate::from_ymd_opt(2011, 12, 30).unwrap();
        assert_eq!(midnight(chrono_tz::Pacific::Apia, day).to_string(), "2011-12-30T00:00:00.000Z");
    }

    #[test]
    fn what_is_no_month_is_refused_by_name() {
        for wrong in
            ["", "2026", "2026-13", "2026-00", "2026-1", "2026-10-01", "10-2026", "October", "+026-10"]
        {
            let error = wrong.parse::<Period>().unwrap_err();
            assert!(error.contains(wrong) && error.contains("2026-10"), "{wrong}: {error}");
        }
    }
}
