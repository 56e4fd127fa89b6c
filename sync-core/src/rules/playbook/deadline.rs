//! By when a step is to be done: a length of time, or a moment with a name.
//!
//! It guides people. What is measured are the clocks of the estate's policy; a step starts and breaks none.

use std::fmt;

use super::Both;
use crate::clock::Timestamp;
use crate::limits::PLAYBOOK_LENGTH_MINUTES_MAX;
use crate::rules::calendar::{Calendar, MINUTE_MS};

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
}

/// A length of time as it is written, so that 24 hours stay 24 hours and do not turn into a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// How many; at least 1.
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Within a length of time: `10m`, `4h`, `1d`.
    Within(Length),
    /// Before the day ends: `same_day`.
    SameDay,
    /// In the course of the following day, weekend or not: `next_day`.
    NextDay,
    /// In the course of the following working day: `next_working_day`.
    NextWorkingDay,
    /// The next time the estate's clocks show this, weekend or not: `08:30`.
    NextAt {
        /// 0 to 23.
        hour: u8,
        /// 0 to 59.
        minute: u8,
    },
}

impl Length {
    /// Reads `10m`, `4h` or `1d`, of at most [`PLAYBOOK_LENGTH_MINUTES_MAX`].
    pub fn from_text(text: &str) -> Option<Self> {
        let (unit, minutes) = match text.chars().last()? {
            'm' => (Unit::Minutes, 1),
            'h' => (Unit::Hours, 60),
            'd' => (Unit::Days, 24 * 60),
            _ => return None,
        };
        let digits = text.get(..text.len() - 1)?;
        if digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let count: u16 = digits.parse().ok()?;
        (u32::from(count) * minutes <= PLAYBOOK_LENGTH_MINUTES_MAX).then_some(Self { count, unit })
    }

    /// The length in words: `10 分钟`, `10 minutes`.
    pub fn words(self) -> Both {
        let (zh, en) = match self.unit {
            Unit::Minutes => ("分钟", "minute"),
            Unit::Hours => ("小时", "hour"),
            Unit::Days => ("天", "day"),
        };
        let plural = if self.count == 1 { "" } else { "s" };
        Both { zh: format!("{} {zh}", self.count), en: format!("{} {en}{plural}", self.count) }
    }
}

impl Deadline {
    /// What may stand in a file, for messages.
    pub(super) const FORMS: &'static str =
        "a length such as 10m, 4h or 1d, a time of day such as 08:30, same_day, next_day or next_working_day";

    /// Reads `10m`, `4h`, `1d`, `08:30`, `same_day`, `next_day` or `next_working_day`.
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "same_day" => return Some(Self::SameDay),
            "next_day" => return Some(Self::NextDay),
            "next_working_day" => return Some(Self::NextWorkingDay),
            _ => {}
        }
        if let Some((hour, minute)) = text.split_once(':') {
            let two_digits = |part: &str, below: u8| -> Option<u8> {
                let sound = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
                part.parse().ok().filter(|&number| sound && number < below)
            };
            return Some(Self::NextAt { hour: two_digits(hour, 24)?, minute: two_digits(minute, 60)? });
        }
        Length::from_text(text).map(Self::Within)
    }

    /// The moment it means, counted from `from` by the estate's calendar.
    pub fn moment(self, from: Timestamp, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Within(Length { count, unit }) => match unit {
                Unit::Minutes => from.plus_millis(i64::from(count) * MINUTE_MS),
                Unit::Hours => from.plus_millis(i64::from(count) * 60 * MINUTE_MS),
                Unit::Days => calendar.plus_days(from, i32::from(count)),
            },
            Self::SameDay => calendar.end_of_day(from, 0),
            Self::NextDay => calendar.end_of_day(from, 1),
            Self::NextWorkingDay => calendar.end_of_working_day(from, 1),
            Self::NextAt { hour, minute } => {
                calendar.next_at(from, u16::from(hour) * 60 + u16::from(minute), false)
            }
        }
    }

    /// The deadline in words: `10 分钟内`, `within 10 minutes`.
    pub fn words(self) -> Both {
        let both = |zh: &str, en: &str| Both { zh: zh.to_owned(), en: en.to_owned() };
        match self {
            Self::Within(length) => {
                let Both { zh, en } = length.words();
                Both { zh: format!("{zh}内"), en: format!("within {en}") }
            }
            Self::SameDay => both("当日内", "the same day"),
            Self::NextDay => both("次日", "the next day"),
            Self::NextWorkingDay => both("下一个工作日内", "by the next working day"),
            Self::NextAt { .. } => {
                Both { zh: format!("最近一个 {self} 前"), en: format!("by the next {self}") }
            }
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => 'm',
            Unit::Hours => 'h',
            Unit::Days => 'd',
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(length) => length.fmt(f),
            Self::SameDay => f.write_str("same_day"),
            Self::NextDay => f.write_str("next_day"),
            Self::NextWorkingDay => f.write_str("next_working_day"),
            Self::NextAt { hour, minute } => write!(f, "{hour:02}:{minute:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_the_same_way() {
        for (text, zh, en) in [
            ("1m", "1 分钟内", "within 1 minute"),
            ("10m", "10 分钟内", "within 10 minutes"),
            ("24h", "24 小时内", "within 24 hours"),
            ("366d", "366 天内", "within 366 days"),
            ("same_day", "当日内", "the same day"),
            ("next_day", "次日", "the next day"),
            ("next_working_day", "下一个工作日内", "by the next working day"),
            ("08:30", "最近一个 08:30 前", "by the next 08:30"),
            ("00:00", "最近一个 00:00 前", "by the next 00:00"),
            ("23:59", "最近一个 23:59 前", "by the next 23:59"),
        ] {
            let deadline = Deadline::from_text(text).unwrap_or_else(|| panic!("{text} is a deadline"));
            assert_eq!(deadline.to_string(), text);
            assert_eq!(deadline.words(), Both { zh: zh.to_owned(), en: en.to_owned() });
        }
    }

    #[test]
    fn a_deadline_is_a_moment_by_the_estates_calendar() {
        let calendar = crate::rules::Policy::built_in().calendar();
        // A Friday afternoon in China.
        let from = Timestamp::from_rfc3339("2026-11-27T16:00:00+08:00").unwrap_or_default();
        for (text, moment) in [
            ("10m", "2026-11-27T16:10:00+08:00"),
            ("4h", "2026-11-27T20:00:00+08:00"),
            ("1d", "2026-11-28T16:00:00+08:00"),
            ("same_day", "2026-11-27T23:59:59.999+08:00"),
            ("next_day", "2026-11-28T23:59:59.999+08:00"),
            ("08:30", "2026-11-28T08:30:00+08:00"),
        ] {
            let found = Deadline::from_text(text).map(|deadline| deadline.moment(from, calendar));
            assert_eq!(found, Timestamp::from_rfc3339(moment), "{text}");
        }
        let next = Deadline::NextWorkingDay.moment(from, calendar);
        assert_eq!(calendar.date(next), chrono::NaiveDate::from_ymd_opt(2026, 11, 30));
    }

    #[test]
    fn what_is_no_deadline_is_refused() {
        for text in [
            "", "m", "10", "0m", "010m", "-1m", "+1m", "1.5h", "1w", "1D", " 1d", "1d ", "367d", "65536m",
            "8:30", "24:00", "08:60", "+8:30", "08:30:00", "１d", "soon", "1天",
        ] {
            assert_eq!(Deadline::from_text(text), None, "{text}");
        }
    }
}
