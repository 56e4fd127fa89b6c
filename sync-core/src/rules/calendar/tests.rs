#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::rules::Policy;

/// The moment at which the wall clock of the calendar's zone shows this.
fn at(calendar: &Calendar, shown: &str) -> Timestamp {
    let shown = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M:%S").unwrap();
    let utc = calendar.zone.from_local_datetime(&shown).earliest().unwrap();
    Timestamp::from_millis(utc.timestamp_millis())
}

/// What the wall clock shows, to the second.
fn shown(calendar: &Calendar, moment: Timestamp) -> String {
    calendar.shown(moment).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

fn china() -> Calendar {
    Policy::built_in().calendar().clone()
}

fn new_york() -> Calendar {
    let mut calendar = china();
    calendar.zone = chrono_tz::America::New_York;
    calendar.special.clear();
    calendar
}

const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Working hours of the built-in policy: 08:30-12:00 and 14:00-18:00, Monday to Friday.
#[test]
fn working_time_skips_lunch_nights_weekends_and_holidays_and_counts_make_up_days() {
    let calendar = china();
    let table = [
        // start, hours, end
        ("2026-03-04 09:00:00", 2, "2026-03-04 11:00:00"),
        ("2026-03-04 11:00:00", 2, "2026-03-04 15:00:00"),
        ("2026-03-04 10:00:00", 2, "2026-03-04 12:00:00"),
        ("2026-03-04 17:00:00", 2, "2026-03-05 09:30:00"),
        ("2026-03-06 17:00:00", 2, "2026-03-09 09:30:00"),
        ("2026-03-07 10:00:00", 1, "2026-03-09 09:30:00"),
        // Friday before the Spring Festival; Saturday the 14th is worked for it, then nine days off.
        ("2026-02-13 17:00:00", 2, "2026-02-14 09:30:00"),
        ("2026-02-14 17:00:00", 2, "2026-02-24 09:30:00"),
        // Sunday 4 January makes up for New Year.
        ("2026-01-03 12:00:00", 1, "2026-01-04 09:30:00"),
        // A month end, and a year without holidays known.
        ("2026-07-31 17:30:00", 1, "2026-08-03 09:00:00"),
        ("2027-01-01 09:00:00", 1, "2027-01-01 10:00:00"),
    ];
    for (start, hours, end) in table {
        let from = at(&calendar, start);
        let to = calendar.add_working(from, hours * HOUR_MS);
        assert_eq!(shown(&calendar, to), end, "{start} + {hours} h");
        assert_eq!(calendar.working_between(from, to), hours * HOUR_MS, "{start} to {end}");
    }
}

#[test]
fn a_working_day_ends_with_its_hours_and_the_day_of_the_start_is_not_counted() {
    let calendar = china();
    let table = [
        ("2026-03-04 09:00:00", 1, "2026-03-05 18:00:00"),
        ("2026-03-06 09:00:00", 1, "2026-03-09 18:00:00"),
        ("2026-03-07 09:00:00", 1, "2026-03-09 18:00:00"),
        ("2026-02-14 09:00:00", 1, "2026-02-24 18:00:00"),
        ("2026-09-30 09:00:00", 2, "2026-10-09 18:00:00"),
        ("2026-10-09 09:00:00", 1, "2026-10-10 18:00:00"),
    ];
    for (start, days, end) in table {
        let due = calendar.end_of_working_day(at(&calendar, start), days);
        assert_eq!(shown(&calendar, due), end, "{start} + {days} wd");
    }
}

#[test]
fn the_next_time_of_day_is_strictly_later_and_on_a_working_day_if_asked() {
    let calendar = china();
    let table = [
        ("2026-03-06 23:00:00", false, "2026-03-07 08:30:00"),
        ("2026-03-06 23:00:00", true, "2026-03-09 08:30:00"),
        ("2026-03-07 02:00:00", false, "2026-03-07 08:30:00"),
        ("2026-03-07 08:30:00", false, "2026-03-08 08:30:00"),
        ("2026-03-07 08:29:59", false, "2026-03-07 08:30:00"),
        ("2026-02-14 20:00:00", true, "2026-02-24 08:30:00"),
        ("2026-02-14 20:00:00", false, "2026-02-15 08:30:00"),
    ];
    for (start, working, end) in table {
        let due = calendar.next_at(at(&calendar, start), 8 * 60 + 30, working);
        assert_eq!(shown(&calendar, due), end, "{start}");
    }
}

#[test]
fn days_keep_the_time_of_day_across_daylight_saving_and_month_ends() {
    let calendar = new_york();
    let table = [
        ("2026-03-07 12:00:00", 1, "2026-03-08 12:00:00"),
        ("2026-10-31 12:00:00", 1, "2026-11-01 12:00:00"),
        // 02:30 does not exist on 8 March: it is read by the clock of the day before.
        ("2026-03-07 02:30:00", 1, "2026-03-08 03:30:00"),
        // 01:30 comes twice on 1 November: the first is meant.
        ("2026-10-31 01:30:00", 1, "2026-11-01 01:30:00"),
        ("2026-01-31 12:00:00", 1, "2026-02-01 12:00:00"),
        ("2026-03-09 12:00:00", -2, "2026-03-07 12:00:00"),
    ];
    for (start, days, end) in table {
        let due = calendar.plus_days(at(&calendar, start), days);
        assert_eq!(shown(&calendar, due), end, "{start} + {days} d");
    }
    // A day in spring has 23 hours, a day in autumn 25.
    let spring = at(&calendar, "2026-03-07 12:00:00");
    assert_eq!(calendar.plus_days(spring, 1).millis_since(spring), 23 * HOUR_MS);
    let autumn = at(&calendar, "2026-10-31 12:00:00");
    assert_eq!(calendar.plus_days(autumn, 1).millis_since(autumn), 25 * HOUR_MS);
    let end = calendar.end_of_day(at(&calendar, "2026-03-08 00:30:00"), 0);
    assert_eq!(shown(&calendar, end), "2026-03-08 23:59:59");
    assert_eq!(end.plus_millis(1), at(&calendar, "2026-03-09 00:00:00"));
}

#[test]
fn a_shift_over_the_change_of_clocks_is_as_long_as_it_was() {
    let mut calendar = new_york();
    calendar.hours = std::array::from_fn(|_| vec![Hours { from: 0, to: DAY_MINUTES }]);
    let (from, to) = (at(&calendar, "2026-03-08 00:00:00"), at(&calendar, "2026-03-09 00:00:00"));
    assert_eq!(calendar.working_between(from, to), 23 * HOUR_MS);
    assert_eq!(calendar.add_working(from, 23 * HOUR_MS), to);
    let (from, to) = (at(&calendar, "2026-11-01 00:00:00"), at(&calendar, "2026-11-02 00:00:00"));
    assert_eq!(calendar.working_between(from, to), 25 * HOUR_MS);
}

#[test]
fn a_day_of_the_next_month_is_its_last_if_it_is_shorter() {
    let calendar = china();
    let table = [
        ("2026-01-31 23:59:59", 10, "2026-02-10 23:59:59"),
        ("2026-01-31 23:59:59", 31, "2026-02-28 23:59:59"),
        ("2028-01-01 00:00:00", 31, "2028-02-29 23:59:59"),
        ("2026-12-31 12:00:00", 10, "2027-01-10 23:59:59"),
    ];
    for (start, day, end) in table {
        let due = calendar.day_of_next_month(at(&calendar, start), day);
        assert_eq!(shown(&calendar, due), end, "{start}, day {day}");
    }
}

#[test]
fn night_runs_over_midnight() {
    let calendar = china();
    for (time, night) in
        [("21:59:59", false), ("22:00:00", true), ("03:00:00", true), ("08:29:59", true), ("08:30:00", false)]
    {
        assert_eq!(calendar.is_night(at(&calendar, &format!("2026-03-04 {time}"))), night, "{time}");
    }
}

proptest! {
    #[test]
    fn no_moment_and_no_length_can_make_the_calendar_fail(moment: i64, length in 0..i64::MAX, days: u16) {
        let (calendar, moment) = (china(), Timestamp::from_millis(moment));
        calendar.add_working(moment, length % (10 * 366 * DAY_MS));
        calendar.end_of_working_day(moment, u32::from(days));
        calendar.next_at(moment, days % DAY_MINUTES, true);
        calendar.end_of_day(moment, u32::from(days));
        calendar.plus_days(moment, i32::from(days));
        calendar.plus_days(moment, -i32::from(days));
        calendar.day_of_next_month(moment, 31);
        calendar.is_night(moment);
    }

    #[test]
    fn working_time_that_was_added_is_there(start in 0..4_000_000_000_000_i64, minutes in 1..20_000_i64) {
        let (calendar, start) = (china(), Timestamp::from_millis(start));
        let end = calendar.add_working(start, minutes * MINUTE_MS);
        prop_assert_eq!(calendar.working_between(start, end), minutes * MINUTE_MS);
        // The earliest such moment: a moment before, there was less.
        prop_assert!(calendar.working_between(start, end.plus_millis(-1)) < minutes * MINUTE_MS);
    }
}
