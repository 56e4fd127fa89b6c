//! Clocks: how long things take, against how long they may take.
//!
//! [`clocks`] is a pure function of a case and the policy of its estate. It does not know the time: a clock says
//! when it began, when it is due and when it ended, and [`Clock::state`] compares that with a moment. Entries
//! count at the moment at which they happened ([`Entry::happened_at`](crate::model::Entry::happened_at)), so
//! neither the order in which phones synced nor that in which entries are listed can matter.

mod applies;
mod due;
mod moments;
mod pauses;
mod run;
mod site;

pub use site::{SiteDue, site_clocks};

use crate::clock::Timestamp;
use crate::ids::{OrderId, SheetId};
use crate::model::Case;
use crate::rules::calendar::Calendar;
use crate::rules::policy::{ClockOf, KindOfTime, Policy};

/// A time during which a clock stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub from: Timestamp,
    /// Until when; still, if absent.
    pub to: Option<Timestamp>,
}

/// Why a clock no longer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoppedBy {
    /// What it waits for happened.
    Goal,
    /// What it is about came to its end: a repeating clock is asked for nothing more.
    End,
    /// The case or the order was closed; nothing more was owed.
    Closing,
    /// The case was re-opened; a new clock began.
    Reopening,
    /// A window of time was agreed after the limit had passed; a new clock began.
    Appointment,
}

/// The end of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub by: StoppedBy,
}

/// One clock of a case: a rule of the policy at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The id of its rule in the policy.
    pub id: String,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// The liaison sheet it is about, if about one.
    pub sheet: Option<SheetId>,
    /// Which round of handling: 0 until the case was first re-opened.
    pub round: u32,
    /// The how-manieth of its rule in that round, from 0.
    pub occurrence: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it should be reached; unknown while it is paused, absent if nobody set an aim.
    pub aim: Option<Timestamp>,
    /// When it must be reached, the last millisecond still in time. Unknown while it is paused.
    pub due: Option<Timestamp>,
    /// When it stood still, in order and without overlaps. Only the last can be without an end.
    pub pauses: Vec<Pause>,
    /// Its end.
    pub stopped: Option<Stop>,
    /// Whether a phone that has not synced could still change it. Nothing in a case tells: whoever knows which
    /// phones are out sets it; [`clocks`] leaves it false.
    pub provisional: bool,
    /// Which time counts.
    pub time: KindOfTime,
    /// How much time it gives, where that is a plain length.
    limit_ms: Option<i64>,
}

/// Where a clock stands at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// Within its limit.
    Running {
        /// Milliseconds on the wall until it is broken. A pause still to come is not foreseen.
        left_ms: i64,
    },
    /// Standing still for a recorded reason.
    Paused,
    /// It ended in time.
    Met,
    /// The limit passed before it ended, or it has not ended.
    Broken {
        /// The limit.
        since: Timestamp,
    },
}

impl Clock {
    /// Since when the clock has been standing still, if it does and nobody knows until when.
    pub fn paused_since(&self) -> Option<Timestamp> {
        self.pauses.last().filter(|pause| pause.to.is_none()).map(|pause| pause.from)
    }

    /// Where the clock stands. At the limit it is met; a millisecond later it is broken.
    pub fn state(&self, now: Timestamp) -> ClockState {
        let judged_at = self.stopped.map_or(now, |stop| stop.at);
        match self.due {
            Some(due) if judged_at > due => ClockState::Broken { since: due },
            Some(_) | None if self.stopped.is_some() => ClockState::Met,
            Some(due) if !self.is_paused(now) => ClockState::Running { left_ms: due.millis_since(now) },
            Some(_) | None => ClockState::Paused,
        }
    }

    fn is_paused(&self, now: Timestamp) -> bool {
        self.pauses.iter().any(|pause| pause.from <= now && pause.to.is_none_or(|to| now < to))
    }

    /// How much of the limit is used, as a share: 1.0 is at the limit. Pauses do not count.
    pub fn share_used(&self, now: Timestamp, calendar: &Calendar) -> f64 {
        let (used_ms, limit_ms) = self.used_of_limit_ms(now, calendar);
        #[allow(clippy::cast_precision_loss, reason = "a share is read by people")]
        let share = used_ms as f64 / limit_ms as f64;
        share
    }

    /// Whether at least this share of the limit is used.
    pub(crate) fn has_used(&self, permille: u32, now: Timestamp, calendar: &Calendar) -> bool {
        let (used_ms, limit_ms) = self.used_of_limit_ms(now, calendar);
        i128::from(used_ms) * 1_000 >= i128::from(limit_ms) * i128::from(permille)
    }

    /// Milliseconds used, and milliseconds there are; the latter at least 1.
    fn used_of_limit_ms(&self, now: Timestamp, calendar: &Calendar) -> (i64, i64) {
        let until = self.stopped.map_or(now, |stop| stop.at.min(now));
        let used_ms = self.active_ms(until, calendar);
        let limit_ms = match self.due {
            Some(due) => self.active_ms(due, calendar),
            None => self.limit_ms.unwrap_or(1),
        };
        (used_ms.max(0), limit_ms.max(1))
    }

    /// Milliseconds that count from the start to `until`.
    fn active_ms(&self, until: Timestamp, calendar: &Calendar) -> i64 {
        let mut sum_ms: i64 = 0;
        let mut from = self.started;
        for pause in self.pauses.iter().take_while(|pause| pause.from < until) {
            sum_ms = sum_ms.saturating_add(due::counted_ms(self.time, calendar, from, pause.from));
            match pause.to {
                Some(to) => from = to,
                None => return sum_ms,
            }
        }
        sum_ms.saturating_add(due::counted_ms(self.time, calendar, from, until))
    }
}

/// Every clock of the case that ever began, in the order of the policy; within a rule by order or sheet, then
/// by time. `policy` is the one in force at the case's estate ([`policy_of`](crate::rules::policy_of)).
pub fn clocks(case: &Case, policy: &Policy) -> Vec<Clock> {
    let rounds = moments::rounds(case);
    let mut found = Vec::new();
    for rule in policy.clocks.iter().filter(|rule| !rule.text_only) {
        for (round, moments) in (0..).zip(&rounds) {
            // Every round after the first begins with the moment at which the case was re-opened.
            let reopened = usize::try_from(round + 1).ok().and_then(|next| rounds.get(next)?.first());
            let reopened = reopened.map(|moment| moment.at);
            let mut run = |about: run::About<'_>| {
                let moments = (moments.as_slice(), reopened);
                found.extend(run::run(rule, case, &about, round, moments, policy.calendar()));
            };
            match rule.of {
                ClockOf::Case => run(run::About::CASE),
                ClockOf::Order => case.orders.iter().for_each(|order| run(run::About::order(order))),
                ClockOf::Sheet => {
                    moments::sheets(moments).into_iter().for_each(|sheet| run(run::About::sheet(sheet)));
                }
                // Due by the calendar, whatever happens in a case: see `site_clocks`.
                ClockOf::Site => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
