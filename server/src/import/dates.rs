//! Times as people's spreadsheets write them: several formats, a time zone, no offset.
//!
//! - A time without an offset is one of the map's time zone. A date without a time is its midnight there.
//! - A time that the spring change skipped is moved forward by what was skipped, into the later offset:
//!   02:30 becomes 03:30 summer time. A clock that nobody had moved yet meant exactly that moment.
//! - A time that the autumn change made twice is the earlier of the two: a clock of the matter runs from
//!   then, so nobody's waiting time is cut short.
//! - Both carry a note, so that the report can say which rows were guessed.

use std::fmt::Write as _;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, Datelike, Duration, MappedLocalTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;

/// Years outside this are a slip of the pen or a format that does not fit.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;
/// The longest time that a zone ever skipped is one day (Samoa, 2011).
const GAP_MINUTES_MAX: i64 = 26 * 60;
/// Zone changes fall on whole quarters of an hour in every zone that still has them.
const GAP_STEP_MINUTES: i64 = 15;

/// One strftime format that reads a whole date.
#[derive(Clone, Debug)]
pub struct DateFormat {
    text: String,
    items: Vec<Item<'static>>,
}

/// Why a format cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FormatFlaw {
    /// strftime knows no such letter.
    #[error("'{0}' is not a strftime format")]
    Unknown(String),
    /// It does not read back what it writes: the day or half of the day is missing.
    #[error("'{0}' does not name a whole date (a year, a day, and for %I also %p)")]
    Incomplete(String),
}

/// A moment, and whether it had to be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// What a change of the clocks made of it.
    pub note: ClockChange,
}

/// What a change of the clocks did to a written time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// Nothing: the time existed once.
    None,
    /// It did not exist and was moved forward.
    Skipped,
    /// It existed twice; the earlier was taken.
    Twice,
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFlaw {
    /// No format fits.
    Unreadable,
    /// A format fits, but the year is not between 1900 and 2199.
    OutOfRange,
}

impl DateFormat {
    /// A format, checked by writing a date with it and reading it back.
    ///
    /// # Errors
    /// [`FormatFlaw`] for letters strftime does not know and for formats without a whole date.
    pub fn new(text: &str) -> Result<Self, FormatFlaw> {
        let items =
            StrftimeItems::new(text).parse_to_owned().map_err(|_| FormatFlaw::Unknown(text.to_owned()))?;
        let format = Self { text: text.to_owned(), items };
        // An afternoon, so that %I without %p shows.
        let sample = DateTime::from_timestamp_millis(981_216_306_000).unwrap_or_default();
        let mut written = String::new();
        let reads_back = write!(written, "{}", sample.format_with_items(format.items.iter())).is_ok()
            && format.local(&written).is_some_and(|read| read.naive().date() == sample.date_naive());
        if reads_back { Ok(format) } else { Err(FormatFlaw::Incomplete(text.to_owned())) }
    }

    /// The format as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn local(&self, text: &str) -> Option<Written> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            let moment = parsed.to_datetime().ok()?;
            return Some(Written::WithOffset(moment.with_timezone(&Utc)));
        }
        let without_time =
            parsed.hour_div_12().is_none() && parsed.hour_mod_12().is_none() && parsed.minute().is_none();
        let local = if without_time {
            parsed.to_naive_date().ok()?.and_hms_opt(0, 0, 0)?
        } else {
            parsed.to_naive_datetime_with_offset(0).ok()?
        };
        Some(Written::Local(local))
    }
}

enum Written {
    Local(NaiveDateTime),
    WithOffset(DateTime<Utc>),
}

impl Written {
    fn naive(&self) -> NaiveDateTime {
        match self {
            Self::Local(local) => *local,
            Self::WithOffset(moment) => moment.naive_utc(),
        }
    }
}

/// The moment that `text` names, by the first of `formats` that fits it whole.
///
/// # Errors
/// [`TimeFlaw`] if none fits, or the year is absurd.
pub fn read_time(formats: &[DateFormat], zone: Tz, text: &str) -> Result<Moment, TimeFlaw> {
    let text = text.trim();
    let written = formats.iter().find_map(|format| format.local(text)).ok_or(TimeFlaw::Unreadable)?;
    if !YEARS.contains(&written.naive().year()) {
        return Err(TimeFlaw::OutOfRange);
    }
    match written {
        Written::WithOffset(moment) => {
            Ok(Moment { at: Timestamp::from_millis(moment.timestamp_millis()), note: ClockChange::None })
        }
        Written::Local(local) => in_zone(local, zone).ok_or(TimeFlaw::OutOfRange),
    }
}

fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<Moment> {
    let (millis, note) = match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(moment) => (moment.timestamp_millis(), ClockChange::None),
        MappedLocalTime::Ambiguous(earlier, later) => {
            (earlier.min(later).timestamp_millis(), ClockChange::Twice)
        }
        MappedLocalTime::None => {
            // The offset in force before the gap, applied to the skipped time, lands as far behind the
            // gap as the time stood in it.
            let before = (1..=GAP_MINUTES_MAX / GAP_STEP_MINUTES).find_map(|step| {
                let earlier = local.checked_sub_signed(Duration::minutes(step * GAP_STEP_MINUTES))?;
                zone.from_local_datetime(&earlier).latest()
            })?;
            let moment = local.checked_sub_offset(before.offset().fix())?;
            (moment.and_utc().timestamp_millis(), ClockChange::Skipped)
        }
    };
    Some(Moment { at: Timestamp::from_millis(millis), note })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

    use chrono_tz::America::{New_York, Sao_Paulo};
    use chrono_tz::Asia::Shanghai;
    use chrono_tz::Pacific::Apia;

    use super::*;

    const BOTH: [&str; 4] =
        ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f%:z"];

    fn formats(texts: &[&str]) -> Vec<DateFormat> {
        texts.iter().map(|t| DateFormat::new(t).unwrap()).collect()
    }

    /// The moment in UTC and the note, or the flaw, as one short text.
    fn read(zone: Tz, text: &str) -> String {
        match read_time(&formats(&BOTH), zone, text) {
            Ok(Moment { at, note }) => format!("{at} {note:?}"),
            Err(flaw) => format!("{flaw:?}"),
        }
    }

    #[test]
    fn both_formats_are_read_in_their_zone() {
        for (text, expected) in [
            ("02/28/2023 11:45:00 PM", "2023-03-01T04:45:00.000Z None"),
            ("02/28/2023", "2023-02-28T05:00:00.000Z None"),
            ("2/8/2023", "2023-02-08T05:00:00.000Z None"),
            ("2023-02-28T23:45:00", "2023-03-01T04:45:00.000Z None"),
            ("2023-02-28T23:45:00.250", "2023-03-01T04:45:00.250Z None"),
            ("2023-02-28T23:45:00+08:00", "2023-02-28T15:45:00.000Z None"),
            ("  07/04/2023 ", "2023-07-04T04:00:00.000Z None"),
        ] {
            assert_eq!(read(New_York, text), expected, "{text}");
        }
    }

    #[test]
    fn noon_and_midnight_are_told_apart() {
        for (text, expected) in [
            ("01/01/2023 12:00:00 AM", "2023-01-01T05:00:00.000Z None"),
            ("01/01/2023 12:59:59 AM", "2023-01-01T05:59:59.000Z None"),
            ("01/01/2023 01:00:00 AM", "2023-01-01T06:00:00.000Z None"),
            ("01/01/2023 12:00:00 PM", "2023-01-01T17:00:00.000Z None"),
            ("01/01/2023 12:30:00 pm", "2023-01-01T17:30:00.000Z None"),
            ("01/01/2023 11:59:59 PM", "2023-01-02T04:59:59.000Z None"),
            ("01/01/2023 00:30:00 AM", "Unreadable"),
            ("01/01/2023 13:00:00 PM", "Unreadable"),
        ] {
            assert_eq!(read(New_York, text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_the_spring_change_skipped_is_moved_behind_the_gap() {
        for (zone, text, expected) in [
            (New_York, "03/12/2023 01:59:59 AM", "2023-03-12T06:59:59.000Z None"),
            (New_York, "03/12/2023 02:00:00 AM", "2023-03-12T07:00:00.000Z Skipped"),
            (New_York, "03/12/2023 02:30:00 AM", "2023-03-12T07:30:00.000Z Skipped"),
            (New_York, "03/12/2023 03:00:00 AM", "2023-03-12T07:00:00.000Z None"),
            // Midnight itself was skipped: a bare date is the first moment of that day.
            (Sao_Paulo, "11/04/2018", "2018-11-04T03:00:00.000Z Skipped"),
            // A whole day was skipped.
            (Apia, "12/30/2011 12:00:00 PM", "2011-12-30T22:00:00.000Z Skipped"),
        ] {
            assert_eq!(read(zone, text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_the_autumn_change_made_twice_is_the_earlier_one() {
        for (text, expected) in [
            ("11/05/2023 12:59:59 AM", "2023-11-05T04:59:59.000Z None"),
            ("11/05/2023 01:00:00 AM", "2023-11-05T05:00:00.000Z Twice"),
            ("11/05/2023 01:59:59 AM", "2023-11-05T05:59:59.000Z Twice"),
            ("11/05/2023 02:00:00 AM", "2023-11-05T07:00:00.000Z None"),
        ] {
            assert_eq!(read(New_York, text), expected, "{text}");
        }
        assert_eq!(read(Shanghai, "11/05/2023 01:30:00 AM"), "2023-11-04T17:30:00.000Z None");
    }

    #[test]
    fn what_is_no_date_is_not_guessed_at() {
        for text in ["", "yesterday", "02/30/2023", "13/01/2023", "02/28/2023 25:00", "2023-02-28 "] {
            assert_eq!(read(New_York, text), "Unreadable", "{text}");
        }
        assert_eq!(read(New_York, "02/28/0023"), "OutOfRange");
        assert_eq!(read(New_York, "02/28/9999"), "OutOfRange");
    }

    #[test]
    fn formats_without_a_whole_date_are_refused() {
        for text in ["%H:%M", "%m/%d", "%m/%d/%Y %I:%M", "", "%Y"] {
            let flaw = DateFormat::new(text).unwrap_err();
            assert!(matches!(flaw, FormatFlaw::Incomplete(_)), "{text}: {flaw}");
        }
        for text in ["%Q", "%m/%d/%Y %"] {
            let flaw = DateFormat::new(text).unwrap_err();
            assert!(matches!(flaw, FormatFlaw::Unknown(_)), "{text}: {flaw}");
        }
    }
}
