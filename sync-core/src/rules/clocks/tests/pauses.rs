//! Clocks that stand still, and how much of a limit is used.

use super::*;
use crate::ids::EntryId;
use crate::model::fact::Wait;
use crate::model::{CaseKind, EntryKind, Fact, WaitFor};
use crate::rules::story::{at, plain};

fn waiting(reason: WaitFor) -> Fact {
    let attempt = (reason == WaitFor::Owner).then_some(EntryId::from_bytes([8; 16]));
    Fact::Waiting(Wait { reason, expected: None, attempt })
}

/// A general repair (72 h) sent on Wednesday 4 March at 09:00.
fn repair() -> Story {
    Story::of(CaseKind::Repair)
        .with(|case| case.urgency = crate::document::Register::new(vec![crate::model::Urgency::General]))
        .order("2026-03-04 09:00", plain(EntryKind::Dispatched))
}

#[test]
fn a_wait_for_a_recorded_reason_moves_the_limit_by_its_length() {
    let story = repair()
        .order("2026-03-04 10:00", waiting(WaitFor::Part))
        .order("2026-03-06 10:00", plain(EntryKind::Resumed));
    let clock = clock(&story, "repair_general");
    assert_eq!(clock.due, Some(at("2026-03-09 09:00")));
    assert_eq!(clock.state(at("2026-03-05 10:00")), ClockState::Paused);
    assert!(matches!(clock.state(at("2026-03-06 10:00")), ClockState::Running { .. }));
    assert_eq!(clock.state(at("2026-03-09 09:00:01")), ClockState::Broken { since: at("2026-03-09 09:00") });
}

#[test]
fn while_it_stands_still_nobody_knows_when_it_is_due() {
    for reason in [waiting(WaitFor::Party), waiting(WaitFor::Access), plain(EntryKind::Suspended)] {
        let clock = clock(&repair().order("2026-03-04 10:00", reason), "repair_general");
        assert_eq!((clock.due, clock.paused_since()), (None, Some(at("2026-03-04 10:00"))));
        assert_eq!(clock.state(at("2027-03-04 10:00")), ClockState::Paused);
    }
}

#[test]
fn only_the_reasons_of_the_policy_pause_a_clock() {
    // Arrival waits for nothing.
    let story = repair().order("2026-03-04 09:05", waiting(WaitFor::Part));
    assert_eq!(clock(&story, "arrival").due, Some(at("2026-03-04 09:15")));
}

#[test]
fn a_wait_after_the_limit_does_not_mend_it() {
    let story = repair().order("2026-03-07 09:00:01", waiting(WaitFor::Part));
    let clock = clock(&story, "repair_general");
    assert_eq!(clock.due, Some(at("2026-03-07 09:00")));
    assert_eq!(clock.state(at("2026-03-08 09:00")), ClockState::Broken { since: at("2026-03-07 09:00") });
}

#[test]
fn work_ends_a_wait_even_if_nobody_says_so() {
    let story = repair()
        .order("2026-03-04 10:00", waiting(WaitFor::Owner))
        .order("2026-03-04 12:00", plain(EntryKind::Arrived));
    assert_eq!(clock(&story, "repair_general").due, Some(at("2026-03-07 11:00")));
}

#[test]
fn one_wait_after_another_is_counted_once() {
    let story = repair()
        .order("2026-03-04 10:00", waiting(WaitFor::Part))
        .order("2026-03-04 11:00", waiting(WaitFor::Party))
        .order("2026-03-04 12:00", plain(EntryKind::Suspended))
        .order("2026-03-04 13:00", plain(EntryKind::Resumed));
    let clock = clock(&story, "repair_general");
    assert_eq!(clock.due, Some(at("2026-03-07 12:00")));
    assert_eq!(clock.pauses.len(), 1);
}

#[test]
fn a_goal_reached_while_it_stands_still_is_in_time() {
    let story = repair()
        .order("2026-03-04 10:00", waiting(WaitFor::Part))
        .order("2026-03-20 10:00", plain(EntryKind::Completed));
    let clock = clock(&story, "repair_general");
    assert_eq!(clock.state(at("2026-04-01 10:00")), ClockState::Met);
    assert_eq!(clock.paused_since(), None);
}

#[test]
fn the_share_used_leaves_pauses_out() {
    let calendar = Policy::built_in().calendar();
    let share = |story: &Story, shown: &str| clock(story, "repair_general").share_used(at(shown), calendar);
    assert_eq!(share(&repair(), "2026-03-05 21:00"), 0.5);
    let paused = repair().order("2026-03-05 09:00", waiting(WaitFor::Part));
    assert_eq!(share(&paused, "2026-03-09 09:00"), 24.0 / 72.0);
    let resumed = paused.order("2026-03-09 09:00", plain(EntryKind::Resumed));
    assert_eq!(share(&resumed, "2026-03-10 09:00"), 48.0 / 72.0);
    assert_eq!(share(&resumed, "2026-03-11 09:00"), 1.0);
}

#[test]
fn in_working_hours_nights_and_weekends_do_not_count() {
    let text = "[[clock]]\nid = \"arrival\"\nlimit = \"4h\"\ntime = \"working_hours\"\nappointment = false";
    let policy = Policy::parse(text).unwrap();
    let story = Story::of(CaseKind::Repair).order("2026-03-06 17:00", plain(EntryKind::Dispatched));
    let clocks = clocks(&story.case, &policy);
    let arrival = clocks.iter().find(|clock| clock.id == "arrival").unwrap();
    assert_eq!(arrival.due, Some(at("2026-03-09 11:30")));
    assert_eq!(arrival.share_used(at("2026-03-08 12:00"), policy.calendar()), 0.25);
}

#[test]
fn pauses_and_daylight_saving_do_not_disturb_each_other() {
    let text =
        "[calendar]\nzone = \"America/New_York\"\n[[clock]]\nid = \"closing_visit\"\npauses = [\"owner\"]";
    let policy = Policy::parse(text).unwrap();
    let story = Story::of(CaseKind::Complaint)
        .in_zone(chrono_tz::America::New_York)
        .then("2026-03-06 12:00", plain(EntryKind::Reported));
    let due = |story: &Story| {
        let clocks = clocks(&story.case, &policy);
        clocks.into_iter().find(|clock| clock.id == "closing_visit").unwrap().due
    };
    let in_new_york = |shown| Some(crate::rules::story::at_in(chrono_tz::America::New_York, shown));
    // Three days later at the same time of day, though one of them has 23 hours.
    assert_eq!(due(&story), in_new_york("2026-03-09 12:00"));
    let paused = story
        .then("2026-03-07 12:00", waiting(WaitFor::Owner))
        .then("2026-03-07 13:00", plain(EntryKind::Resumed));
    assert_eq!(due(&paused), in_new_york("2026-03-09 13:00"));
}
