//! From moments to the wall clock of the estate and back, across daylight-saving changes.

use chrono::{
    DateTime, Datelike, MappedLocalTime, Months, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone,
    Timelike, Utc,
};

use super::{Calendar, DAY_MS, wall};
use crate::clock::Timestamp;

/// The last moment that is looked up in a calendar: the end of the year 2299. Zones are not planned further,
/// and a claim beyond it is a broken clock.
const LATEST_MS: i64 = 10_413_792_000_000 - 1;

impl Calendar {
    /// What the wall clock shows; `None` before 1970 and after 2299.
    pub(super) fn shown(&self, at: Timestamp) -> Option<NaiveDateTime> {
        let millis = Some(at.millis()).filter(|millis| (0..=LATEST_MS).contains(millis))?;
        Some(DateTime::<Utc>::from_timestamp_millis(millis)?.with_timezone(&self.zone).naive_local())
    }

    /// The date at the estate; `None` before 1970 and after 2299.
    pub fn date(&self, at: Timestamp) -> Option<NaiveDate> {
        self.shown(at).map(|shown| shown.date())
    }

    /// Minutes after midnight on the wall clock.
    pub(super) fn minute(&self, at: Timestamp) -> Option<u16> {
        self.shown(at).and_then(|shown| u16::try_from(shown.hour() * 60 + shown.minute()).ok())
    }

    /// The moment at which the wall clock shows this minute of this date.
    pub(crate) fn moment(&self, date: NaiveDate, minute: u16) -> Timestamp {
        self.resolve(wall(date, minute))
    }

    /// The moment at which the wall clock shows this. An hour that comes twice is meant the first time; an
    /// hour that is left out is read by the clock that was in force before it, as RFC 5545 (3.3.5) does.
    fn resolve(&self, shown: NaiveDateTime) -> Timestamp {
        let utc = match self.zone.from_local_datetime(&shown) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.naive_utc(),
            MappedLocalTime::None => {
                let before = shown.checked_sub_signed(TimeDelta::days(1)).unwrap_or(shown);
                let offset = self.zone.offset_from_local_datetime(&before).earliest();
                shown
                    - offset.map_or_else(TimeDelta::zero, |offset| {
                        TimeDelta::seconds(i64::from(offset.fix().local_minus_utc()))
                    })
            }
        };
        Timestamp::from_millis(utc.and_utc().timestamp_millis())
    }

    /// The last millisecond of the day `days` days after the day of `start`; 0 is the day itself.
    pub fn end_of_day(&self, start: Timestamp, days: u32) -> Timestamp {
        let ahead = chrono::Days::new(u64::from(days) + 1);
        match self.date(start).and_then(|date| date.checked_add_days(ahead)) {
            Some(next) => self.moment(next, 0).plus_millis(-1),
            None => start.plus_millis((i64::from(days) + 1).saturating_mul(DAY_MS)),
        }
    }

    /// The same time of day that many days later, or earlier if negative.
    pub fn plus_days(&self, start: Timestamp, days: i32) -> Timestamp {
        let shown =
            self.shown(start).and_then(|shown| shown.checked_add_signed(TimeDelta::days(i64::from(days))));
        match shown {
            Some(shown) => self.resolve(shown),
            None => start.plus_millis(i64::from(days).saturating_mul(DAY_MS)),
        }
    }

    /// The end of that day of the month after the month of `start`, or of its last day if it is shorter.
    pub fn day_of_next_month(&self, start: Timestamp, day: u8) -> Timestamp {
        let first = self.date(start).and_then(|date| date.with_day(1)?.checked_add_months(Months::new(1)));
        let date = first.map(|first| first.with_day(u32::from(day)).unwrap_or_else(|| last_of_month(first)));
        let next = date.and_then(|date| date.succ_opt());
        match next {
            Some(next) => self.moment(next, 0).plus_millis(-1),
            None => start.plus_millis(30 * DAY_MS),
        }
    }
}

fn last_of_month(first: NaiveDate) -> NaiveDate {
    let next = first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt());
    next.unwrap_or(first)
}
