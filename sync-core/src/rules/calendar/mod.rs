//! Working time (工作时间) of an estate: zone, hours of the week, public holidays and make-up days (调休).
//!
//! Pure arithmetic over data. Moments that no calendar reaches (a phone may claim any) are answered as if
//! every day had 24 hours and nobody ever rested, so that nothing here can fail or loop.

mod local;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::clock::Timestamp;

/// Milliseconds of a minute, and of a day of 24 hours.
pub(crate) const MINUTE_MS: i64 = 60 * 1000;
/// See [`MINUTE_MS`].
pub(crate) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// Minutes of a day as the wall clock counts them.
pub const DAY_MINUTES: u16 = 24 * 60;
/// How far working time is looked for. No limit is longer than ten years; this leaves room for short weeks.
const DAYS_AHEAD_MAX: u32 = 60 * 366;

/// A stretch of the day, in minutes after midnight on the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    /// Its first minute.
    pub from: u16,
    /// The minute after its last, at most 1,440.
    pub to: u16,
}

/// What a date is, apart from its day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialDay {
    /// 放假: nobody works, whatever day of the week it is.
    Off,
    /// 上班: a make-up day, worked by the hours of an ordinary Monday.
    On,
}

/// When an estate works, and where on earth its days begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The zone in which days begin and hours are meant.
    pub zone: Tz,
    /// Working hours of each day of the week, Monday first; each sorted and without overlaps.
    pub hours: [Vec<Hours>; 7],
    /// Dates that differ from their day of the week.
    pub special: BTreeMap<NaiveDate, SpecialDay>,
    /// Night, for rules that speak of it. May run over midnight: `from` is then the later number.
    pub night: Hours,
}

impl Calendar {
    /// A calendar without any working time, in the zone of China.
    pub fn empty() -> Self {
        let night = Hours { from: 22 * 60, to: 6 * 60 };
        Self { zone: chrono_tz::Asia::Shanghai, hours: Default::default(), special: BTreeMap::new(), night }
    }

    /// The hours worked on a date.
    pub fn hours_on(&self, date: NaiveDate) -> &[Hours] {
        let weekday = match self.special.get(&date) {
            Some(SpecialDay::Off) => return &[],
            // The notice says only that the day is worked, not how long; an ordinary week begins on Monday.
            Some(SpecialDay::On) => 0,
            None => usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0),
        };
        self.hours.get(weekday).map_or(&[], Vec::as_slice)
    }

    /// Whether anybody works on a date.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.hours_on(date).is_empty()
    }

    /// Whether a holiday or make-up day of that year is known.
    pub fn knows_holidays_of(&self, year: i32) -> bool {
        self.special.keys().any(|date| date.year() == year)
    }

    /// The moment at which that many milliseconds of working time have passed since `start`: the earliest such.
    pub fn add_working(&self, start: Timestamp, working_ms: i64) -> Timestamp {
        let mut left_ms = working_ms;
        let fallback = start.plus_millis(working_ms);
        let Some(mut date) = self.date(start) else { return fallback };
        for _ in 0..DAYS_AHEAD_MAX {
            for (from, to) in self.worked(date) {
                let from = from.max(start);
                let open_ms = to.millis_since(from);
                if open_ms <= 0 {
                    continue;
                }
                if left_ms <= open_ms {
                    return from.plus_millis(left_ms);
                }
                left_ms -= open_ms;
            }
            let Some(next) = date.succ_opt() else { return fallback };
            date = next;
        }
        fallback
    }

    /// Milliseconds of working time from `start` to `end`; 0 if `end` is not later.
    pub fn working_between(&self, start: Timestamp, end: Timestamp) -> i64 {
        if end <= start {
            return 0;
        }
        let (Some(mut date), Some(last)) = (self.date(start), self.date(end)) else {
            return end.millis_since(start);
        };
        let mut sum_ms = 0;
        while date <= last {
            let worked = self.worked(date);
            sum_ms += worked.map(|(from, to)| to.min(end).millis_since(from.max(start)).max(0)).sum::<i64>();
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        sum_ms
    }

    /// The end of working hours on the `count`th working day after the day of `start`.
    ///
    /// The day of the start is not counted and the last one ends with its business hours, as in articles
    /// 201 and 203 of the Civil Code (民法典).
    pub fn end_of_working_day(&self, start: Timestamp, count: u32) -> Timestamp {
        let fallback = start.plus_millis(i64::from(count).saturating_mul(DAY_MS));
        let Some(mut date) = self.date(start) else { return fallback };
        let mut left = count;
        for _ in 0..DAYS_AHEAD_MAX {
            let Some(next) = date.succ_opt() else { return fallback };
            date = next;
            let Some(last) = self.hours_on(date).last() else { continue };
            left = left.saturating_sub(1);
            if left == 0 {
                return self.moment(date, last.to);
            }
        }
        fallback
    }

    /// The next time the wall clock shows that minute, strictly after `start`; on a working day if asked.
    pub fn next_at(&self, start: Timestamp, minute: u16, working_days_only: bool) -> Timestamp {
        let fallback = start.plus_millis(DAY_MS);
        let Some(mut date) = self.date(start) else { return fallback };
        for _ in 0..DAYS_AHEAD_MAX {
            let at = self.moment(date, minute);
            if at > start && (!working_days_only || self.is_working_day(date)) {
                return at;
            }
            let Some(next) = date.succ_opt() else { return fallback };
            date = next;
        }
        fallback
    }

    /// Whether the wall clock shows night.
    pub fn is_night(&self, at: Timestamp) -> bool {
        let Some(minute) = self.minute(at) else { return false };
        let Hours { from, to } = self.night;
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }

    /// The stretches worked on a date, as moments.
    fn worked(&self, date: NaiveDate) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let hours = self.hours_on(date).iter();
        hours.map(move |hours| (self.moment(date, hours.from), self.moment(date, hours.to)))
    }
}

/// The date and time of day `minute` minutes after midnight; 1,440 is the midnight that ends the day.
fn wall(date: NaiveDate, minute: u16) -> NaiveDateTime {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    midnight.checked_add_signed(chrono::TimeDelta::minutes(i64::from(minute))).unwrap_or(midnight)
}

#[cfg(test)]
mod tests;
