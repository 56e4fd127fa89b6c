//! How long something may take, as people write it: `15m`, `72h`, `3d`, `2wd`, `next 08:30`.

use std::fmt;

use crate::rules::calendar::{DAY_MINUTES, DAY_MS, MINUTE_MS};

/// No limit is longer than ten years: whoever writes one has mistyped.
const LIMIT_DAYS_MAX: u32 = 3_650;

/// How long something may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `15m`, `72h`: that many minutes, of all time or of working time.
    Minutes(u32),
    /// `3d`: until the same time of day that many days later.
    Days(u32),
    /// `2wd`: until working hours end on that working day after the day of the start.
    WorkingDays(u32),
    /// `same_day` (0), `next_day` (1): until that day ends, counted from the day of the start.
    EndOfDay(u32),
    /// `next 08:30`: until the wall clock shows this minute of the day; on a working day if the clock runs in
    /// working hours.
    Next(u16),
    /// `day 10 of next month`: until that day ends, or the last of the month if it is shorter.
    DayOfNextMonth(u8),
    /// `as_stated`: until the moment that the starting entry names, as a promised day or a deadline does.
    AsStated,
    /// In words, for what no program sees: three rings of a telephone.
    Text(String),
}

impl Limit {
    /// Reads a limit.
    ///
    /// # Errors
    /// Why it is none, in words for whoever wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "same_day" => return Ok(Self::EndOfDay(0)),
            "next_day" => return Ok(Self::EndOfDay(1)),
            "as_stated" => return Ok(Self::AsStated),
            _ => {}
        }
        if let Some(time) = text.strip_prefix("next ") {
            let minute = minute_of_day(time).filter(|minute| *minute < DAY_MINUTES);
            return minute.map(Self::Next).ok_or_else(|| format!("'{time}' is no time of day such as 08:30"));
        }
        if let Some(day) = text.strip_prefix("day ").and_then(|rest| rest.strip_suffix(" of next month")) {
            let day = number(day).and_then(|day| u8::try_from(day).ok()).filter(|day| (1..=31).contains(day));
            return day.map(Self::DayOfNextMonth).ok_or_else(|| format!("'{text}' names no day of a month"));
        }
        Self::parse_length(text)
    }

    fn parse_length(text: &str) -> Result<Self, String> {
        let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (count, unit) = text.split_at(digits);
        let wrong = || {
            format!(
                "'{text}' is no duration: write 15m, 72h, 3d, 2wd (working days), same_day, next_day, \
                 next 08:30, day 10 of next month or as_stated"
            )
        };
        let (minutes, make): (u32, fn(u32) -> Self) = match unit {
            "m" => (1, Self::Minutes),
            "h" => (60, |hours| Self::Minutes(hours * 60)),
            "d" => (24 * 60, Self::Days),
            "wd" => (24 * 60, Self::WorkingDays),
            _ => return Err(wrong()),
        };
        if count.is_empty() {
            return Err(wrong());
        }
        let too_long = || format!("'{text}' is longer than ten years");
        // More digits than a number holds are too long in any unit.
        let count = number(count).ok_or_else(too_long)?;
        if count == 0 {
            return Err("a limit of 0 can never be met".to_owned());
        }
        if count.checked_mul(minutes).is_none_or(|minutes| minutes > LIMIT_DAYS_MAX * 24 * 60) {
            return Err(too_long());
        }
        Ok(make(count))
    }

    /// How much time it gives, if it is a plain length; a pause can be added to such a limit.
    pub fn length_ms(&self) -> Option<i64> {
        match self {
            Self::Minutes(minutes) => Some(i64::from(*minutes) * MINUTE_MS),
            Self::Days(days) => Some(i64::from(*days) * DAY_MS),
            Self::WorkingDays(_)
            | Self::EndOfDay(_)
            | Self::Next(_)
            | Self::DayOfNextMonth(_)
            | Self::AsStated
            | Self::Text(_) => None,
        }
    }
}

/// Digits only: `parse` would take a sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `08:30` as minutes after midnight, up to `24:00`.
pub(super) fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (u16::try_from(number(hour)?).ok()?, u16::try_from(number(minute)?).ok()?);
    let sum = hour * 60 + minute;
    (minute < 60 && sum <= DAY_MINUTES).then_some(sum)
}

/// Minutes after midnight as `08:30`.
pub(super) fn time_of_day(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

impl fmt::Display for Limit {
    /// As [`Limit::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{}h", minutes / 60),
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::WorkingDays(days) => write!(f, "{days}wd"),
            Self::EndOfDay(0) => f.write_str("same_day"),
            Self::EndOfDay(_) => f.write_str("next_day"),
            Self::Next(minute) => write!(f, "next {}", time_of_day(*minute)),
            Self::DayOfNextMonth(day) => write!(f, "day {day} of next month"),
            Self::AsStated => f.write_str("as_stated"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_read_as_people_write_them_and_show_the_same() {
        let table = [
            ("15m", Limit::Minutes(15)),
            ("90m", Limit::Minutes(90)),
            ("72h", Limit::Minutes(72 * 60)),
            ("3d", Limit::Days(3)),
            ("2wd", Limit::WorkingDays(2)),
            ("3650d", Limit::Days(3650)),
            ("same_day", Limit::EndOfDay(0)),
            ("next_day", Limit::EndOfDay(1)),
            ("next 08:30", Limit::Next(510)),
            ("next 00:00", Limit::Next(0)),
            ("day 10 of next month", Limit::DayOfNextMonth(10)),
            ("as_stated", Limit::AsStated),
        ];
        for (text, limit) in table {
            assert_eq!(Limit::parse(text), Ok(limit.clone()), "{text}");
            assert_eq!(limit.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_limit_is_refused_with_its_reason() {
        let table = [
            ("", "no duration"),
            ("m", "no duration"),
            ("15", "no duration"),
            ("15 m", "no duration"),
            ("-5m", "no duration"),
            ("1.5h", "no duration"),
            ("１５m", "no duration"),
            ("15min", "no duration"),
            ("0m", "never be met"),
            ("0wd", "never be met"),
            ("3651d", "ten years"),
            ("87601h", "ten years"),
            ("4294967296m", "ten years"),
            ("99999999999999999999h", "ten years"),
            ("next 8:30", "time of day"),
            ("next 24:00", "time of day"),
            ("next 12:60", "time of day"),
            ("day 0 of next month", "no day"),
            ("day 32 of next month", "no day"),
        ];
        for (text, why) in table {
            let reason = Limit::parse(text).unwrap_err();
            assert!(reason.contains(why), "{text}: {reason}");
        }
    }
}
