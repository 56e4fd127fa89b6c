//! One rule walked over the moments of one round.

use super::due::{before, due};
use super::moments::Moment;
use super::pauses::{pauses, within};
use super::{Clock, Pause, Stop, StoppedBy, applies};
use crate::clock::Timestamp;
use crate::ids::SheetId;
use crate::model::{Case, EntryKind, Order, Window};
use crate::rules::calendar::Calendar;
use crate::rules::policy::{ClockOf, ClockRule, Limit, MomentWord};

/// What a clock is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) order: Option<&'a Order>,
    sheet: Option<SheetId>,
}

impl<'a> About<'a> {
    pub(super) const CASE: Self = Self { order: None, sheet: None };

    pub(super) fn order(order: &'a Order) -> Self {
        Self { order: Some(order), sheet: None }
    }

    pub(super) fn sheet(sheet: SheetId) -> Self {
        Self { order: None, sheet: Some(sheet) }
    }

    /// Whether a moment has to do with it. What names no order counts for each.
    fn concerns(&self, moment: &Moment) -> bool {
        match (self.order, self.sheet) {
            (Some(order), _) => moment.order.is_none_or(|id| id == order.id),
            (None, Some(sheet)) => moment.sheet == Some(sheet) || closes_case(moment),
            (None, None) => true,
        }
    }

    /// The agreed window of time. Of two agreed at once, the one that ends last.
    fn window(&self) -> Option<Window> {
        self.order.and_then(|order| {
            order.appointment.all().iter().max_by_key(|window| (window.to, window.from)).copied()
        })
    }
}

/// A clock that runs.
struct Running {
    started: Timestamp,
    stated: Option<Timestamp>,
    window: Option<Window>,
}

struct Walk<'a> {
    rule: &'a ClockRule,
    case: &'a Case,
    about: &'a About<'a>,
    round: u32,
    calendar: &'a Calendar,
    pauses: Vec<Pause>,
    clocks: Vec<Clock>,
}

/// Every clock of the rule in a round. `moments` are in order; `reopened` is when the next round began.
pub(super) fn run(
    rule: &ClockRule,
    case: &Case,
    about: &About<'_>,
    round: u32,
    (moments, reopened): (&[Moment], Option<Timestamp>),
    calendar: &Calendar,
) -> Vec<Clock> {
    // Nobody writes a case down again when it is re-opened.
    if round > 0 && rule.to.contains(&MomentWord::Entry(EntryKind::Received, None)) {
        return Vec::new();
    }
    let moments: Vec<&Moment> = moments.iter().filter(|moment| about.concerns(moment)).collect();
    let pauses = pauses(&moments, &rule.pauses, about.window());
    let mut walk = Walk { rule, case, about, round, calendar, pauses, clocks: Vec::new() };
    if let Some(running) = walk.walk(&moments) {
        walk.finish(running, reopened.map(|at| Stop { at, by: StoppedBy::Reopening }));
    }
    walk.clocks
}

impl Walk<'_> {
    /// Tells the clock that is still running at the end.
    fn walk(&mut self, moments: &[&Moment]) -> Option<Running> {
        let mut running: Option<Running> = None;
        let mut window = self.window_of_the_order_itself(moments);
        let feeds_itself = self.feeds_itself();
        let (mut goal_seen, mut end_seen, mut closed) = (false, false, false);
        for moment in moments {
            let reaches = self.is_one_of(&self.rule.to, moment);
            let ends = self.is_one_of(&self.rule.until, moment);
            let closes = self.closes(moment);
            if self.rule.appointment && moment.is(EntryKind::Appointed) {
                // An entry of an earlier version does not say which; then it is the one that the order has.
                window = moment.window.or_else(|| self.about.window());
                running = running.map(|running| self.appoint(running, moment, window));
            }
            if let Some(run) = running.take() {
                let by = match (ends, reaches, closes) {
                    (true, _, _) => Some(StoppedBy::End),
                    (false, true, _) => Some(StoppedBy::Goal),
                    (false, false, true) => Some(StoppedBy::Closing),
                    (false, false, false) => None,
                };
                match by {
                    None => running = Some(run),
                    Some(by) => {
                        self.finish(run, Some(Stop { at: moment.at, by }));
                        if by == StoppedBy::Goal && self.rule.repeat && !closes {
                            running = self.start(moment, None);
                        }
                    }
                }
            } else if !(closed || (end_seen && feeds_itself)) && self.is_one_of(&self.rule.from, moment) {
                running = self.start(moment, window);
                // Only the first: what was reached before a later start belongs to an earlier one.
                if self.rule.early
                    && goal_seen
                    && self.clocks.is_empty()
                    && let Some(run) = running.take()
                {
                    self.finish(run, Some(Stop { at: moment.at, by: StoppedBy::Goal }));
                }
            }
            goal_seen |= reaches;
            end_seen |= ends;
            closed |= closes;
        }
        running
    }

    /// The order's window, if it was set without an entry that says when.
    fn window_of_the_order_itself(&self, moments: &[&Moment]) -> Option<Window> {
        let said = moments.iter().any(|moment| moment.is(EntryKind::Appointed));
        if said || self.round > 0 || !self.rule.appointment { None } else { self.about.window() }
    }

    /// Whether its goal starts it, so that nothing but its end could stop it. A stated moment is a word given
    /// anew and always counts.
    fn feeds_itself(&self) -> bool {
        let rule = self.rule;
        rule.repeat && rule.limit != Limit::AsStated && rule.from.iter().any(|word| rule.to.contains(word))
    }

    fn is_one_of(&self, words: &[MomentWord], moment: &Moment) -> bool {
        // An order that is closed closes no case.
        let of_an_order =
            self.rule.of != ClockOf::Order && moment.is(EntryKind::Closed) && moment.order.is_some();
        !of_an_order && words.iter().any(|word| moment.is_meant_by(*word))
    }

    /// Whether a moment closes what the clock is about.
    fn closes(&self, moment: &Moment) -> bool {
        closes_case(moment) || (self.rule.of == ClockOf::Order && moment.is(EntryKind::Closed))
    }

    /// A clock that begins with this moment, if it can.
    fn start(&self, moment: &Moment, window: Option<Window>) -> Option<Running> {
        let needs_stated = self.rule.before || self.rule.limit == Limit::AsStated;
        if needs_stated && moment.stated.is_none() {
            return None;
        }
        let night = self.calendar.is_night(moment.at);
        if !applies::fits(self.rule, self.case, self.about.order, night) {
            return None;
        }
        let window = window.filter(|window| window.to > moment.at);
        Some(Running { started: moment.at, stated: moment.stated, window })
    }

    /// A window was agreed while the clock ran: it takes the place of the limit, unless that had passed.
    fn appoint(&mut self, running: Running, moment: &Moment, window: Option<Window>) -> Running {
        let Some(window) = window.filter(|window| window.to > moment.at) else { return running };
        let passed = self.due_of(&running, None).is_some_and(|due| moment.at > due);
        if !passed {
            return Running { window: Some(window), ..running };
        }
        let stated = running.stated;
        self.finish(running, Some(Stop { at: moment.at, by: StoppedBy::Appointment }));
        Running { started: moment.at, stated, window: Some(window) }
    }

    fn due_of(&self, running: &Running, stopped: Option<Timestamp>) -> Option<Timestamp> {
        if let Some(window) = running.window {
            return Some(window.to);
        }
        let rule = self.rule;
        if rule.before {
            return running.stated.map(|stated| before(&rule.limit, self.calendar, stated));
        }
        let pauses = within(&self.pauses, running.started, stopped);
        due(&rule.limit, rule.time, self.calendar, running.started, running.stated, &pauses)
    }

    fn finish(&mut self, running: Running, stopped: Option<Stop>) {
        let stopped_at = stopped.map(|stop| stop.at);
        let due_at = self.due_of(&running, stopped_at);
        // An agreed window is not paused: it already says when.
        let pauses = match running.window {
            Some(_) => Vec::new(),
            None => within(&self.pauses, running.started, stopped_at),
        };
        let aim = self.rule.aim.as_ref().filter(|_| running.window.is_none()).and_then(|aim| {
            due(aim, self.rule.time, self.calendar, running.started, running.stated, &pauses)
        });
        // What stands still only after the limit has passed does not make it unknown.
        let pauses = pauses.into_iter().filter(|pause| due_at.is_none_or(|due| pause.from < due)).collect();
        let occurrence = u32::try_from(self.clocks.len()).unwrap_or(u32::MAX);
        self.clocks.push(Clock {
            id: self.rule.id.clone(),
            order: self.about.order.map(|order| order.id),
            sheet: self.about.sheet,
            round: self.round,
            occurrence,
            started: running.started,
            aim,
            due: due_at,
            pauses,
            stopped,
            provisional: false,
            time: self.rule.time,
            limit_ms: self.rule.limit.length_ms(),
        });
    }
}

/// Whether a moment closes the case as a whole.
fn closes_case(moment: &Moment) -> bool {
    moment.is(EntryKind::Closed) && moment.order.is_none()
}
