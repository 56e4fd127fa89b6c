//! What is due at an estate by the calendar, whatever happens: statistics, reminders, logs to compare.

use chrono::{Datelike, NaiveDate};

use super::due::due;
use crate::clock::Timestamp;
use crate::rules::calendar::{Calendar, DAY_MS};
use crate::rules::policy::{ClockOf, ClockRule, Limit, MomentWord, Policy};

/// The longest stretch that is looked at; a screen shows weeks.
const STRETCH_MS_MAX: i64 = 400 * DAY_MS;
/// How long before its due time a clock of the site may have begun: ten years, the longest limit, would be
/// thousands of rows; what an estate does by the calendar comes round within a year.
const START_BEFORE_MS: i64 = 400 * DAY_MS;

/// Something that is due at an estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteDue {
    /// The id of its rule in the policy.
    pub id: String,
    /// From when it can be done.
    pub started: Timestamp,
    /// Until when.
    pub due: Timestamp,
}

/// What falls due from `from` to `to` (at most 400 days), in the order of the policy and then of time.
pub fn site_clocks(policy: &Policy, from: Timestamp, to: Timestamp) -> Vec<SiteDue> {
    let calendar = policy.calendar();
    let to = to.min(from.plus_millis(STRETCH_MS_MAX));
    let starts = from.plus_millis(-START_BEFORE_MS);
    let (Some(first), Some(last)) = (calendar.date(starts.max(Timestamp::default())), calendar.date(to))
    else {
        return Vec::new();
    };
    let rules = policy.clocks.iter().filter(|rule| rule.of == ClockOf::Site);
    rules
        .flat_map(|rule| {
            let dates = first.iter_days().take_while(|date| *date <= last);
            dates.filter_map(|date| due_of(rule, calendar, date)).filter(|due| (from..=to).contains(&due.due))
        })
        .collect()
}

/// What begins on a date.
fn due_of(rule: &ClockRule, calendar: &Calendar, date: NaiveDate) -> Option<SiteDue> {
    let starts_day = rule.from.contains(&MomentWord::Day);
    let ends_month = rule.from.contains(&MomentWord::MonthEnd) && date.succ_opt()?.day() == 1;
    let morning = calendar.moment(date, 0);
    if let Limit::Days(days) = rule.limit
        && starts_day
        && rule.repeat
    {
        // Every so many days, counted from a day that is the same for all: the first of 1970.
        let begins = i64::from(date.to_epoch_days()).rem_euclid(i64::from(days)) == 0;
        let due = calendar.end_of_day(morning, days.saturating_sub(1));
        return begins.then(|| SiteDue { id: rule.id.clone(), started: morning, due });
    }
    let started = match (starts_day, ends_month) {
        (true, _) => morning,
        (false, true) => calendar.end_of_day(morning, 0),
        (false, false) => return None,
    };
    let due = due(&rule.limit, rule.time, calendar, started, None, &[])?;
    Some(SiteDue { id: rule.id.clone(), started, due })
}
