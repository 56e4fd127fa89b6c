//! An agreed window of time takes the place of the limit for arrival.

use super::*;
use crate::document::Register;
use crate::model::{CaseKind, EntryKind, Window};
use crate::rules::story::{at, plain};

/// Sent at 09:00, with a window from 14:00 to 16:00 the next day.
fn story() -> Story {
    let window = Window { from: at("2026-03-05 14:00"), to: at("2026-03-05 16:00") };
    Story::of(CaseKind::Repair)
        .with(|case| case.orders[0].appointment = Register::new(vec![window]))
        .order("2026-03-04 09:00", plain(EntryKind::Dispatched))
}

#[test]
fn a_window_agreed_in_time_replaces_the_limit() {
    let story = story().order("2026-03-04 09:15", plain(EntryKind::Appointed));
    let arrival = all(&story, "arrival");
    assert_eq!(arrival.len(), 1);
    assert_eq!(arrival[0].due, Some(at("2026-03-05 16:00")));
    let met = story.clone().order("2026-03-05 16:00", plain(EntryKind::Arrived));
    assert_eq!(clock(&met, "arrival").state(at("2026-03-06 09:00")), ClockState::Met);
    let late = story.order("2026-03-05 16:00:01", plain(EntryKind::Arrived));
    let broken = ClockState::Broken { since: at("2026-03-05 16:00") };
    assert_eq!(clock(&late, "arrival").state(at("2026-03-06 09:00")), broken);
}

#[test]
fn a_window_agreed_too_late_begins_a_new_clock_and_leaves_the_old_one_broken() {
    let story = story().order("2026-03-04 09:15:01", plain(EntryKind::Appointed));
    let arrival = all(&story, "arrival");
    assert_eq!(arrival.len(), 2);
    let now = at("2026-03-04 10:00");
    assert_eq!(arrival[0].state(now), ClockState::Broken { since: at("2026-03-04 09:15") });
    assert_eq!(arrival[0].stopped.map(|stop| stop.by), Some(StoppedBy::Appointment));
    assert_eq!((arrival[1].occurrence, arrival[1].due), (1, Some(at("2026-03-05 16:00"))));
}

#[test]
fn a_window_that_came_with_the_order_counts_from_the_start() {
    assert_eq!(clock(&story(), "arrival").due, Some(at("2026-03-05 16:00")));
}

#[test]
fn work_does_not_count_until_the_window_opens() {
    let story = story()
        .with(|case| case.orders[0].kind = Register::new(vec![crate::model::OrderKind::Minor]))
        .order("2026-03-04 10:00", plain(EntryKind::Appointed));
    let minor = clock(&story, "repair_minor");
    // One hour used, then 23 more once the window is open.
    assert_eq!(minor.due, Some(at("2026-03-06 13:00")));
    assert_eq!(minor.state(at("2026-03-05 13:59")), ClockState::Paused);
    assert!(matches!(minor.state(at("2026-03-05 14:00")), ClockState::Running { .. }));
}

#[test]
fn nobody_home_is_an_arrival() {
    let story = story().order("2026-03-04 09:10", plain(EntryKind::NobodyHome));
    assert_eq!(clock(&story, "arrival").state(at("2026-03-06 10:00")), ClockState::Met);
}
