//! Calendar days of an estate, by its offset from UTC. China's clocks never change; an estate elsewhere
//! hands in the offset of its season.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::clock::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// The day that a moment falls on; none where no calendar reaches.
pub(crate) fn local_day(at: Timestamp, offset_minutes: i32) -> Option<NaiveDate> {
    let local = at.plus_millis(i64::from(offset_minutes) * MINUTE_MS);
    DateTime::<Utc>::from_timestamp_millis(local.millis()).map(|time| time.date_naive())
}

/// The first moment after a day.
pub(crate) fn end_of(day: NaiveDate, offset_minutes: i32) -> Timestamp {
    let next = day.checked_add_signed(TimeDelta::days(1)).unwrap_or(day);
    let midnight = next.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
    Timestamp::from_millis(midnight).plus_millis(-i64::from(offset_minutes) * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{CHINA_MINUTES, HOUR_MS, MONDAY};

    #[test]
    fn a_day_ends_at_the_estates_midnight_and_not_at_that_of_greenwich() {
        // MONDAY is eight in the morning.
        let midnight = MONDAY.plus_millis(16 * HOUR_MS);
        let day = local_day(MONDAY, CHINA_MINUTES);
        assert_eq!(day.map(|day| end_of(day, CHINA_MINUTES)), Some(midnight));
        assert_eq!(local_day(midnight.plus_millis(-1), CHINA_MINUTES), day);
        assert_ne!(local_day(midnight, CHINA_MINUTES), day);
        assert_eq!(local_day(Timestamp::from_millis(i64::MAX), CHINA_MINUTES), None);
    }
}
