//! When a case or order stood still, and why.

use std::collections::BTreeMap;

use super::Pause;
use super::moments::{Moment, What};
use crate::clock::Timestamp;
use crate::ids::OrderId;
use crate::model::{EntryKind, WaitFor, Window};
use crate::rules::policy::PauseReason;

/// A wait that has begun.
struct Open {
    reason: PauseReason,
    from: Timestamp,
    /// Its end as far as it was agreed beforehand.
    planned: Option<Timestamp>,
}

/// The times for which one of these reasons was recorded, merged and in order. `moments` are those of one round
/// that are about the order, or about anything if a whole case is asked about; each order waits for itself.
pub(super) fn pauses(moments: &[&Moment], reasons: &[PauseReason], window: Option<Window>) -> Vec<Pause> {
    let mut open: BTreeMap<Option<OrderId>, Open> = BTreeMap::new();
    let mut closed: Vec<(PauseReason, Pause)> = Vec::new();
    for moment in moments {
        let change = change(moment, window);
        if change.is_none() && !ends(moment) {
            continue;
        }
        if let Some(wait) = open.remove(&moment.order) {
            let to = wait.planned.map_or(moment.at, |planned| planned.min(moment.at));
            closed.push((wait.reason, Pause { from: wait.from, to: Some(to) }));
        }
        if let Some((reason, planned)) = change {
            open.insert(moment.order, Open { reason, from: moment.at, planned });
        }
    }
    closed.extend(open.into_values().map(|wait| (wait.reason, Pause { from: wait.from, to: wait.planned })));
    merge(closed.into_iter().filter(|(reason, _)| reasons.contains(reason)).map(|(_, pause)| pause).collect())
}

/// The wait that a moment begins.
fn change(moment: &Moment, window: Option<Window>) -> Option<(PauseReason, Option<Timestamp>)> {
    if moment.is(EntryKind::Waiting) {
        let reason = moment.detail.and_then(WaitFor::from_text)?;
        Some((PauseReason::Waiting(reason), None))
    } else if moment.is(EntryKind::Suspended) {
        Some((PauseReason::Suspended, None))
    } else if moment.is(EntryKind::Appointed) {
        moment
            .window
            .or(window)
            .filter(|window| window.from > moment.at)
            .map(|window| (PauseReason::Appointment, Some(window.from)))
    } else {
        None
    }
}

/// Whether somebody is at work again: what takes an order out of waiting.
fn ends(moment: &Moment) -> bool {
    let What::Entry(kind) = moment.what else { return false };
    [
        EntryKind::Resumed,
        EntryKind::Arrived,
        EntryKind::Inspected,
        EntryKind::Diagnosed,
        EntryKind::TemporaryMeasure,
        EntryKind::Completed,
        EntryKind::GivenBack,
        EntryKind::Dispatched,
        EntryKind::Closed,
    ]
    .contains(&kind)
}

/// The same times without overlaps, in order.
fn merge(mut pauses: Vec<Pause>) -> Vec<Pause> {
    pauses.retain(|pause| pause.to.is_none_or(|to| to > pause.from));
    pauses.sort_by_key(|pause| (pause.from, pause.to.is_none(), pause.to));
    let mut merged: Vec<Pause> = Vec::new();
    for pause in pauses {
        match merged.last_mut() {
            Some(last) if last.to.is_none_or(|to| pause.from <= to) => {
                last.to = last.to.zip(pause.to).map(|(one, other)| one.max(other));
            }
            Some(_) | None => merged.push(pause),
        }
    }
    merged
}

/// The part of these pauses that lies within a clock's time.
pub(super) fn within(pauses: &[Pause], started: Timestamp, stopped: Option<Timestamp>) -> Vec<Pause> {
    let clipped = pauses.iter().map(|pause| Pause {
        from: pause.from.max(started),
        to: match (pause.to, stopped) {
            (Some(to), Some(stopped)) => Some(to.min(stopped)),
            (to, stopped) => to.or(stopped),
        },
    });
    clipped.filter(|pause| pause.to.is_none_or(|to| to > pause.from)).collect()
}
