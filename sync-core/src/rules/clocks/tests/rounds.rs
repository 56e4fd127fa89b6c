//! Repeating clocks, closing and re-opening.

use super::*;
use crate::model::fact::{Progress, Promise};
use crate::model::{CaseKind, Declared, EntryKind, Fact, Way};
use crate::rules::story::{ORDER, at, plain};

#[test]
fn a_repeating_clock_begins_again_with_each_goal_until_its_end() {
    let story = Story::of(CaseKind::Repair)
        .subject("equipment/lift")
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .then("2026-03-04 12:00", plain(EntryKind::NoticeGiven))
        .then("2026-03-04 17:00", plain(EntryKind::NoticeGiven))
        .order("2026-03-04 18:00", plain(EntryKind::Completed));
    let notices = all(&story, "lift_out_notice");
    let now = at("2026-03-05 09:00");
    let states: Vec<_> = notices.iter().map(|clock| (clock.started, clock.state(now))).collect();
    assert_eq!(
        states,
        [
            (at("2026-03-04 09:00"), ClockState::Met),
            (at("2026-03-04 12:00"), ClockState::Broken { since: at("2026-03-04 16:00") }),
            (at("2026-03-04 17:00"), ClockState::Met),
        ]
    );
    assert_eq!(notices[2].stopped.map(|stop| stop.by), Some(StoppedBy::End));
}

#[test]
fn every_day_means_every_day_of_the_calendar() {
    let told = || Fact::ProgressTold(Progress::default());
    let story = Story::of(CaseKind::Complaint)
        .subject("parking/bay_repair")
        .then("2026-02-27 09:00", plain(EntryKind::Received))
        .then("2026-02-27 10:00", told())
        .then("2026-02-28 23:00", told())
        .then("2026-03-01 23:59", told());
    let days = all(&story, "bay_under_repair");
    assert_eq!(days.len(), 4);
    let now = at("2026-03-02 12:00");
    assert!(days[..3].iter().all(|clock| clock.state(now) == ClockState::Met));
    assert_eq!(days[3].due, Some(at("2026-03-02 23:59:59.999")));
}

#[test]
fn closing_ends_what_still_runs_and_nothing_begins_after_it() {
    let story = Story::of(CaseKind::Complaint)
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .then("2026-03-04 10:00", plain(EntryKind::Reported))
        .then("2026-03-05 10:00", plain(EntryKind::Closed))
        .then("2026-03-05 11:00", plain(EntryKind::Reported));
    let visit = all(&story, "closing_visit");
    assert_eq!(visit.len(), 1);
    assert_eq!(visit[0].stopped, Some(Stop { at: at("2026-03-05 10:00"), by: StoppedBy::Closing }));
    assert_eq!(visit[0].state(at("2026-06-01 10:00")), ClockState::Met);
    let closed = clock(&story, "complaint_closed");
    assert_eq!(closed.stopped.map(|stop| stop.by), Some(StoppedBy::Goal));
}

#[test]
fn an_order_that_is_closed_closes_no_case() {
    let story = Story::of(CaseKind::Complaint)
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .order("2026-03-04 09:10", plain(EntryKind::Dispatched))
        .order("2026-03-05 10:00", plain(EntryKind::Closed));
    assert_eq!(clock(&story, "complaint_closed").stopped, None);
    assert_eq!(clock(&story, "arrival").stopped.map(|stop| stop.by), Some(StoppedBy::Closing));
}

#[test]
fn a_reopened_case_starts_its_clocks_anew_and_the_old_ones_stay_as_they_ended() {
    let story = Story::of(CaseKind::Repair)
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .order("2026-03-04 09:01", plain(EntryKind::Dispatched))
        .order("2026-03-04 09:30", plain(EntryKind::Arrived))
        .order("2026-03-04 10:00", plain(EntryKind::Completed))
        .then("2026-03-05 10:00", plain(EntryKind::Closed))
        .then("2026-03-08 08:00", plain(EntryKind::Reopened));
    let now = at("2026-03-08 08:10");
    let arrival = all(&story, "arrival");
    let of = |clock: &Clock| (clock.round, clock.started, clock.state(now));
    assert_eq!(
        arrival.iter().map(of).collect::<Vec<_>>(),
        [
            (0, at("2026-03-04 09:01"), ClockState::Broken { since: at("2026-03-04 09:16") }),
            (1, at("2026-03-08 08:00"), ClockState::Running { left_ms: 300_000 }),
        ]
    );
    let response = all(&story, "first_response");
    assert_eq!(response.iter().map(|clock| clock.round).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(all(&story, "intake").len(), 1, "nobody writes it down again");
}

#[test]
fn a_case_reopened_without_closing_ends_its_clocks_at_that_moment() {
    let story = Story::of(CaseKind::Complaint)
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .then("2026-03-04 10:00", plain(EntryKind::Reopened));
    let closed = all(&story, "complaint_closed");
    assert_eq!(closed[0].stopped, Some(Stop { at: at("2026-03-04 10:00"), by: StoppedBy::Reopening }));
    assert_eq!(closed[1].stopped, None);
}

#[test]
fn a_moved_promise_is_judged_by_the_new_date_and_the_old_one_by_when_it_was_moved() {
    let promise = |until| Fact::Promised(Promise { until: at(until), consent: Some(Way::Phone) });
    let story = Story::of(CaseKind::Repair)
        .then("2026-03-04 09:00", promise("2026-03-06 18:00"))
        .then("2026-03-06 17:00", promise("2026-03-09 18:00"))
        .then("2026-03-10 09:00", promise("2026-03-12 18:00"))
        .order("2026-03-12 17:00", plain(EntryKind::Completed));
    let now = at("2026-03-20 09:00");
    let states: Vec<_> = all(&story, "promise").iter().map(|clock| clock.state(now)).collect();
    assert_eq!(
        states,
        [ClockState::Met, ClockState::Broken { since: at("2026-03-09 18:00") }, ClockState::Met]
    );
}

#[test]
fn emergency_work_that_began_before_its_order_was_written_is_in_time() {
    let story = Story::of(CaseKind::Repair)
        .order("2026-03-04 09:00", plain(EntryKind::Arrived))
        .order("2026-03-04 09:40", plain(EntryKind::Completed))
        .then("2026-03-04 10:00", plain(EntryKind::Received))
        .order("2026-03-04 10:01", plain(EntryKind::Dispatched));
    let now = at("2026-03-10 09:00");
    for id in ["arrival", "repair_general", "dispatch_repair"] {
        assert_eq!(clock(&story, id).state(now), ClockState::Met, "{id}");
    }
}

#[test]
fn limits_are_judged_by_when_it_happened_not_by_when_it_was_written_down() {
    let story = Story::of(CaseKind::Repair)
        .order("2026-03-04 09:00", plain(EntryKind::Dispatched))
        .order("2026-03-04 18:00", plain(EntryKind::Arrived));
    let declared = story.clone().with(|case| {
        let why = "no signal in the basement".to_owned();
        case.entries[1].declared = Some(Declared { at: at("2026-03-04 09:15"), why });
    });
    let now = at("2026-03-04 20:00");
    assert_eq!(clock(&story, "arrival").state(now), ClockState::Broken { since: at("2026-03-04 09:15") });
    assert_eq!(clock(&declared, "arrival").state(now), ClockState::Met);
    // A phone whose clock ran an hour ahead, and which knew it.
    let corrected = story.with(|case| case.entries[1].corrected_at = at("2026-03-04 09:10"));
    assert_eq!(clock(&corrected, "arrival").state(now), ClockState::Met);
}

#[test]
fn a_signature_on_glass_counts_as_returned() {
    let story = Story::of(CaseKind::Repair)
        .order("2026-03-04 09:00", plain(EntryKind::Dispatched))
        .order("2026-03-04 10:00", plain(EntryKind::Completed))
        .signed("2026-03-04 10:05");
    assert_eq!(clock(&story, "order_returned").state(at("2026-03-08 09:00")), ClockState::Met);
    let visit = clock(&story, "return_visit");
    assert_eq!((visit.order, visit.started), (Some(ORDER), at("2026-03-04 10:05")));
}
