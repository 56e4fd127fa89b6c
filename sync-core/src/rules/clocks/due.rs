//! From a limit to the moment at which it is reached.

use super::Pause;
use crate::clock::Timestamp;
use crate::rules::calendar::Calendar;
use crate::rules::policy::{KindOfTime, Limit};

/// When a limit that began at `started` is reached, `pauses` (in order, not before the start) taken out; `None`
/// while it stands still, or where no moment is stated.
pub(super) fn due(
    limit: &Limit,
    time: KindOfTime,
    calendar: &Calendar,
    started: Timestamp,
    stated: Option<Timestamp>,
    pauses: &[Pause],
) -> Option<Timestamp> {
    match limit {
        Limit::Minutes(_) => after(limit.length_ms()?, time, calendar, started, pauses),
        Limit::Days(days) => {
            let days = i32::try_from(*days).unwrap_or(i32::MAX);
            pushed(calendar.plus_days(started, days), pauses)
        }
        Limit::WorkingDays(days) => Some(calendar.end_of_working_day(started, *days)),
        Limit::EndOfDay(days) => Some(calendar.end_of_day(started, *days)),
        Limit::Next(minute) => Some(calendar.next_at(started, *minute, time == KindOfTime::WorkingHours)),
        Limit::DayOfNextMonth(day) => Some(calendar.day_of_next_month(started, *day)),
        Limit::AsStated => stated,
        Limit::Text(_) => None,
    }
}

/// The moment that lies the limit before `stated`.
pub(super) fn before(limit: &Limit, calendar: &Calendar, stated: Timestamp) -> Timestamp {
    match limit {
        Limit::Days(days) => calendar.plus_days(stated, i32::try_from(*days).map_or(i32::MIN, |days| -days)),
        Limit::Minutes(_)
        | Limit::WorkingDays(_)
        | Limit::EndOfDay(_)
        | Limit::Next(_)
        | Limit::DayOfNextMonth(_)
        | Limit::AsStated
        | Limit::Text(_) => stated.plus_millis(-limit.length_ms().unwrap_or(0)),
    }
}

/// Uses up a length of time in the stretches between pauses.
fn after(
    length_ms: i64,
    time: KindOfTime,
    calendar: &Calendar,
    started: Timestamp,
    pauses: &[Pause],
) -> Option<Timestamp> {
    let mut left_ms = length_ms;
    let mut from = started;
    for pause in pauses {
        let open_ms = counted_ms(time, calendar, from, pause.from);
        if left_ms <= open_ms {
            break;
        }
        left_ms -= open_ms;
        from = pause.to?;
    }
    Some(match time {
        KindOfTime::AroundTheClock => from.plus_millis(left_ms),
        KindOfTime::WorkingHours => calendar.add_working(from, left_ms),
    })
}

/// A day moved later by every pause that begins before it.
fn pushed(due: Timestamp, pauses: &[Pause]) -> Option<Timestamp> {
    pauses.iter().try_fold(due, |due, pause| match pause.to {
        _ if pause.from >= due => Some(due),
        Some(to) => Some(due.plus_millis(to.millis_since(pause.from))),
        None => None,
    })
}

/// Milliseconds that count from one moment to another.
pub(super) fn counted_ms(time: KindOfTime, calendar: &Calendar, from: Timestamp, to: Timestamp) -> i64 {
    match time {
        KindOfTime::AroundTheClock => to.millis_since(from).max(0),
        KindOfTime::WorkingHours => calendar.working_between(from, to),
    }
}
