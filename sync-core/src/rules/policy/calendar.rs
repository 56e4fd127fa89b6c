//! Reading working hours, holidays, zone and night.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use toml::de::DeTable;

use super::limit::minute_of_day;
use super::reader::{Mistakes, Table, one_of};
use crate::rules::calendar::{Calendar, DAY_MINUTES, Hours, SpecialDay};

/// Public holidays of China, year by year.
const HOLIDAYS_CN: &str = include_str!("../../../policy/holidays-cn.toml");

/// How many special days one list may add; a century of holidays is fewer.
const RANGE_DAYS_MAX: usize = 366;

/// The days of the week as a policy spells them, Monday first.
pub(super) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Which public holidays hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holidays {
    /// None but what the policy itself lists.
    None,
    /// Those of China (`sync-core/policy/holidays-cn.toml`).
    Cn,
}

impl Holidays {
    const ALL: [(&'static str, Self); 2] = [("none", Self::None), ("cn", Self::Cn)];

    /// The spelling in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cn => "cn",
        }
    }

    fn days(self) -> BTreeMap<NaiveDate, SpecialDay> {
        match self {
            Self::None => BTreeMap::new(),
            Self::Cn => read_holidays(HOLIDAYS_CN),
        }
    }
}

/// Working time as a policy says it, and the calendar that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingTime {
    /// Public holidays.
    pub holidays: Holidays,
    /// Dates that the policy itself lists; they go before public holidays.
    pub own_days: BTreeMap<NaiveDate, SpecialDay>,
    /// What comes out.
    pub calendar: Calendar,
}

impl WorkingTime {
    pub(super) fn empty() -> Self {
        Self { holidays: Holidays::None, own_days: BTreeMap::new(), calendar: Calendar::empty() }
    }

    /// Reads `[calendar]` over what stands.
    pub(super) fn read(&mut self, table: &Table<'_>, mistakes: &mut Mistakes<'_>) {
        table.only(&["zone", "holidays", "off", "work", "night", "hours"], mistakes);
        if let Some(zone) = table.word("zone", mistakes, |text| {
            text.parse::<Tz>().map_err(|_| format!("'{text}' is no time zone such as Asia/Shanghai"))
        }) {
            self.calendar.zone = zone.value;
        }
        if let Some(holidays) = table.word("holidays", mistakes, |text| one_of(&Holidays::ALL, text)) {
            self.holidays = holidays.value;
        }
        for (key, day) in [("off", SpecialDay::Off), ("work", SpecialDay::On)] {
            for dates in table.words(key, mistakes, dates).map(|found| found.value).unwrap_or_default() {
                self.own_days.extend(dates.into_iter().map(|date| (date, day)));
            }
        }
        if let Some(night) = table.word("night", mistakes, |text| hours(text, true)) {
            self.calendar.night = night.value;
        }
        if let Some(week) = table.table("hours", mistakes) {
            self.read_week(&week, mistakes);
        }
        self.calendar.special = self.holidays.days();
        self.calendar.special.extend(&self.own_days);
    }

    fn read_week(&mut self, week: &Table<'_>, mistakes: &mut Mistakes<'_>) {
        week.only(&WEEKDAYS, mistakes);
        for (name, day) in WEEKDAYS.iter().zip(&mut self.calendar.hours) {
            let Some(mut stretches) = week.words(name, mistakes, |text| hours(text, false)) else { continue };
            stretches.value.sort_unstable();
            if stretches.value.windows(2).any(|pair| pair[0].to > pair[1].from) {
                mistakes.add(&stretches.at, format!("the hours of {name} overlap"));
            }
            *day = stretches.value;
        }
        if self.calendar.hours.iter().all(Vec::is_empty) {
            mistakes
                .add(&week.at, "nobody works on any day: clocks that run in working hours would never end");
        } else if self.calendar.hours[0].is_empty() {
            mistakes.add(&week.at, "Monday needs hours: make-up days are worked by them");
        }
    }
}

/// `08:30-12:00`; over midnight only where that can be meant.
fn hours(text: &str, over_midnight: bool) -> Result<Hours, String> {
    let stretch = text.split_once('-').and_then(|(from, to)| {
        let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
        (from < DAY_MINUTES && from != to && (over_midnight || from < to)).then_some(Hours { from, to })
    });
    stretch.ok_or_else(|| format!("'{text}' is no stretch of the day such as 08:30-12:00"))
}

/// `2026-05-01`, or `2026-05-01..2026-05-05` with both ends.
fn dates(text: &str) -> Result<Vec<NaiveDate>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    // Years with four digits only, so that no list can be larger than it looks.
    let date = |text: &str| text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10);
    let (Some(first), Some(last)) = (date(first), date(last)) else {
        return Err(format!("'{text}' is no date such as 2026-05-01, nor first..last"));
    };
    let days: Vec<NaiveDate> =
        first.iter_days().take_while(|day| *day <= last).take(RANGE_DAYS_MAX + 1).collect();
    if days.is_empty() || days.len() > RANGE_DAYS_MAX {
        return Err(format!("'{text}' ends before it begins, or is longer than a year"));
    }
    Ok(days)
}

/// Reads a file of holidays. It is part of the program: a test reads it whole.
fn read_holidays(text: &str) -> BTreeMap<NaiveDate, SpecialDay> {
    let mut mistakes = Mistakes::new(text);
    let (root, _) = DeTable::parse_recoverable(text);
    let root = Table::new(root.get_ref(), root.span());
    let mut days = BTreeMap::new();
    for year in root.tables("year", &mut mistakes) {
        for (key, day) in [("off", SpecialDay::Off), ("work", SpecialDay::On)] {
            let listed = year.words(key, &mut mistakes, dates).map(|found| found.value).unwrap_or_default();
            days.extend(listed.into_iter().flatten().map(|date| (date, day)));
        }
    }
    days
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn the_holidays_of_2026_are_those_of_the_notice() {
        let days = Holidays::Cn.days();
        let off = days.values().filter(|day| **day == SpecialDay::Off).count();
        let on = days.values().filter(|day| **day == SpecialDay::On).count();
        // 3 + 9 + 3 + 5 + 3 + 3 + 7 days off, and six days worked for them.
        assert_eq!((off, on), (33, 6));
        let day = |text: &str| days.get(&text.parse().unwrap()).copied();
        assert_eq!(day("2026-02-15"), Some(SpecialDay::Off));
        assert_eq!(day("2026-02-23"), Some(SpecialDay::Off));
        assert_eq!(day("2026-02-24"), None);
        assert_eq!(day("2026-10-10"), Some(SpecialDay::On));
    }

    #[test]
    fn dates_and_hours_read_as_written_and_nothing_else_does() {
        assert_eq!(dates("2026-05-01").unwrap().len(), 1);
        assert_eq!(dates("2026-02-27..2026-03-01").unwrap().len(), 3);
        for text in
            ["", "2026-13-01", "2026-02-30", "2026-05-02..2026-05-01", "2026-01-01..2027-12-31", "26-1-1"]
        {
            assert!(dates(text).is_err(), "{text}");
        }
        assert_eq!(hours("08:30-12:00", false), Ok(Hours { from: 510, to: 720 }));
        assert_eq!(hours("18:00-24:00", false), Ok(Hours { from: 1080, to: 1440 }));
        assert_eq!(hours("22:00-06:00", true), Ok(Hours { from: 1320, to: 360 }));
        for text in ["22:00-06:00", "8:30-12:00", "08:30", "12:00-12:00", "24:00-25:00", "08:60-09:00"] {
            assert!(hours(text, false).is_err(), "{text}");
        }
    }
}
