//! Every clock of the built-in policy a second before its limit, at it, and a second after it.

use super::*;
use crate::document::Register;
use crate::ids::{DocumentId, RouteId, SheetId};
use crate::model::fact::{
    Approval, Deadline, PlannedChange, Progress, Promise, Sheet, SheetReply, SheetSignature, Verification,
    Walk, WalkOrder,
};
use crate::model::{
    CaseKind, Channel, Department, EntryKind, Fact, Level, OrderKind, PartyKind, Urgency, Verifier,
};
use crate::rules::story::{ORDER, at, plain};

/// Friday evening: working hours are over, the weekend lies ahead.
const FRIDAY: &str = "2026-03-06 19:00";

/// A clock: its id, a story in which it began, when it is due, and what reaches it.
type Row = (&'static str, Story, &'static str, Fact);

fn received(kind: CaseKind) -> Story {
    Story::of(kind).then(FRIDAY, plain(EntryKind::Received))
}

fn about(subject: &str) -> Story {
    received(CaseKind::Request).subject(subject)
}

fn sent(kind: OrderKind) -> Story {
    let story = received(CaseKind::Repair).order(FRIDAY, plain(EntryKind::Dispatched));
    story.with(|case| {
        case.orders[0].kind = Register::new(vec![kind]);
        case.urgency = Register::new(vec![Urgency::General]);
    })
}

fn sheet(reply_by: &str) -> Story {
    let sheet = Sheet {
        sheet: SheetId::from_bytes([5; 16]),
        party: PartyKind::Developer,
        party_name: "Developer".to_owned(),
        reply_by: Some(at(reply_by)),
    };
    received(CaseKind::Repair).then(FRIDAY, Fact::SheetWritten(sheet))
}

fn contacted(story: Story, shown: &str) -> Story {
    story.with(|case| case.reported_at = Some(at(shown)))
}

fn progress(next: Option<&str>) -> Fact {
    Fact::ProgressTold(Progress { next: next.map(at), ..Progress::default() })
}

fn intake_and_answers() -> Vec<Row> {
    let spoken =
        received(CaseKind::Complaint).with(|case| case.channel = Register::new(vec![Channel::Phone]));
    let guard = Story::of(CaseKind::Request)
        .with(|case| case.orders[0].department = Register::new(vec![Department::Security]));
    vec![
        (
            "intake",
            contacted(Story::of(CaseKind::Repair), FRIDAY),
            "2026-03-06 19:30",
            plain(EntryKind::Received),
        ),
        ("dispatch_repair", received(CaseKind::Repair), "2026-03-06 19:05", plain(EntryKind::Dispatched)),
        ("dispatch", received(CaseKind::Complaint), "2026-03-06 20:00", plain(EntryKind::Dispatched)),
        ("arrival", sent(OrderKind::General), "2026-03-06 19:15", plain(EntryKind::Arrived)),
        ("guard_for_resident", contacted(guard, FRIDAY), "2026-03-06 19:10", plain(EntryKind::Arrived)),
        (
            "initial_rectification",
            received(CaseKind::Complaint),
            "2026-03-06 23:00",
            plain(EntryKind::TemporaryMeasure),
        ),
        ("solution_offered", received(CaseKind::Complaint), "2026-03-07 19:00", plain(EntryKind::PlanTold)),
        ("first_response", received(CaseKind::Inquiry), "2026-03-07 19:00", progress(None)),
        (
            "spoken_complaint_result",
            spoken.then(FRIDAY, plain(EntryKind::Investigated)),
            "2026-03-09 18:00",
            plain(EntryKind::Reported),
        ),
    ]
}

fn repairs() -> Vec<Row> {
    let promised = |until| Fact::Promised(Promise { until: at(until), consent: None });
    let approved = Fact::PlanApproved(Approval { level: Level::SiteDirector });
    let deadline = Deadline { authority: "12345".to_owned(), until: at("2026-03-11 17:00") };
    let signature = SheetSignature { sheet: SheetId::from_bytes([5; 16]), level: Level::CustomerService };
    let reply = SheetReply { sheet: SheetId::from_bytes([5; 16]), agrees: true };
    let told = received(CaseKind::Repair).then(FRIDAY, progress(Some("2026-03-08 12:00")));
    let returned = sent(OrderKind::General).order(FRIDAY, plain(EntryKind::Returned));
    vec![
        ("repair_minor", sent(OrderKind::Minor), "2026-03-07 19:00", plain(EntryKind::Completed)),
        ("repair_general", sent(OrderKind::General), "2026-03-09 19:00", plain(EntryKind::Completed)),
        ("repair_major", sent(OrderKind::Major), "2026-03-08 19:00", promised("2026-03-20 12:00")),
        ("promised_cadence", told, "2026-03-08 12:00", progress(None)),
        (
            "promise",
            received(CaseKind::Repair).then(FRIDAY, promised("2026-03-10 18:00")),
            "2026-03-10 18:00",
            plain(EntryKind::Completed),
        ),
        (
            "deadline",
            received(CaseKind::Repair).then(FRIDAY, Fact::DeadlineSet(deadline)),
            "2026-03-11 17:00",
            plain(EntryKind::Reported),
        ),
        (
            "planned_work_daily",
            sent(OrderKind::Major).order(FRIDAY, approved),
            "2026-03-07 23:59:59.999",
            plain(EntryKind::Progressed),
        ),
        ("hard_repair_reviewed", sheet("2026-03-20 18:00"), "2026-03-09 19:00", Fact::SheetSigned(signature)),
        ("sheet_reply", sheet("2026-03-20 18:00"), "2026-03-20 18:00", Fact::SheetReplied(reply)),
        (
            "order_returned",
            sent(OrderKind::Minor).order(FRIDAY, plain(EntryKind::Completed)),
            "2026-03-07 19:00",
            plain(EntryKind::Returned),
        ),
        ("return_visit", returned, "2026-03-09 19:00", plain(EntryKind::Visited)),
    ]
}

fn complaints_and_subjects() -> Vec<Row> {
    let reported = received(CaseKind::Complaint).then(FRIDAY, plain(EntryKind::Reported));
    let planned = PlannedChange { from: at("2026-03-09 10:00") };
    let night = contacted(Story::of(CaseKind::Request).subject("equipment/intercom"), "2026-03-06 23:00");
    let walk_order = Fact::WalkOrdered(WalkOrder { route: Some(RouteId::from_bytes([4; 16])) });
    let walked = Fact::Walked(Walk { round: DocumentId::from_bytes([6; 16]) });
    let verified = Fact::Verified(Verification { by: Verifier::Housekeeper });
    let done = |subject| about(subject).then(FRIDAY, plain(EntryKind::Completed));
    vec![
        ("closing_visit", reported.clone(), "2026-03-09 19:00", plain(EntryKind::Visited)),
        ("report_after_handling", reported, "2026-03-09 19:00", plain(EntryKind::ReportWritten)),
        ("complaint_closed", received(CaseKind::Complaint), "2026-03-21 19:00", plain(EntryKind::Closed)),
        (
            "lift_out_notice",
            about("equipment/lift/trapped"),
            "2026-03-06 23:00",
            plain(EntryKind::NoticeGiven),
        ),
        ("bay_under_repair", about("parking/bay_repair"), "2026-03-07 23:59:59.999", progress(None)),
        ("charging_survey", about("parking/charging"), "2026-03-13 19:00", progress(None)),
        ("parking_plan", about("parking/bay/plan"), "2026-03-13 19:00", plain(EntryKind::PlanTold)),
        (
            "silent_detector",
            about("equipment/smoke_detector").then(FRIDAY, progress(None)),
            "2026-03-08 19:00",
            progress(None),
        ),
        ("barrier_follow_up", done("parking/barrier"), "2026-03-09 19:00", plain(EntryKind::Visited)),
        ("barrier_test", done("parking/barrier"), "2026-03-13 19:00", verified),
        (
            "vehicle_data",
            about("parking/vehicle_data"),
            "2026-03-06 23:59:59.999",
            plain(EntryKind::Completed),
        ),
        (
            "vehicle_data_checked",
            done("parking/vehicle_data"),
            "2026-03-07 23:59:59.999",
            plain(EntryKind::Visited),
        ),
        (
            "planned_change",
            received(CaseKind::Request).then(FRIDAY, Fact::ChangePlanned(planned)),
            "2026-03-08 10:00",
            plain(EntryKind::NoticeGiven),
        ),
        ("intercom_at_night", night, "2026-03-07 08:30", progress(None)),
        (
            "corridor_light",
            about("equipment/lighting"),
            "2026-03-06 23:59:59.999",
            plain(EntryKind::Completed),
        ),
        (
            "impaired_fire_device",
            received(CaseKind::Repair).then(FRIDAY, walk_order),
            "2026-03-07 23:59:59.999",
            walked,
        ),
    ]
}

fn rows() -> Vec<Row> {
    [intake_and_answers(), repairs(), complaints_and_subjects()].concat()
}

#[test]
fn the_table_has_every_clock_that_a_case_can_have() {
    let in_table: Vec<&str> = rows().iter().map(|(id, ..)| *id).collect();
    let mut in_policy: Vec<&str> = Policy::built_in()
        .clocks
        .iter()
        .filter(|rule| !rule.text_only && rule.of != ClockOf::Site)
        .map(|rule| rule.id.as_str())
        .collect();
    in_policy.sort_unstable();
    let mut sorted = in_table.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, in_policy);
}

#[test]
fn at_the_limit_a_clock_is_met_and_a_second_later_it_is_broken() {
    for (id, story, due, goal) in rows() {
        let due = at(due);
        let running = clock(&story, id);
        assert_eq!(running.due, Some(due), "{id}");
        assert_eq!(running.stopped, None, "{id}");
        for (offset_ms, expected) in [
            (-1_000, ClockState::Running { left_ms: 1_000 }),
            (0, ClockState::Running { left_ms: 0 }),
            (1_000, ClockState::Broken { since: due }),
        ] {
            assert_eq!(running.state(due.plus_millis(offset_ms)), expected, "{id} {offset_ms}");
        }
        for (offset_ms, expected) in
            [(-1_000, ClockState::Met), (0, ClockState::Met), (1_000, ClockState::Broken { since: due })]
        {
            let reached = due.plus_millis(offset_ms);
            let ended = clock(
                &story.clone().entry(reached, goal.clone(), Some(ORDER).filter(|_| id != "complaint_closed")),
                id,
            );
            assert_eq!(ended.stopped.map(|stop| stop.at), Some(reached), "{id}");
            // However much later one looks.
            let much_later = due.plus_millis(1_000_000_000);
            assert_eq!(ended.state(much_later), expected, "{id} reached {offset_ms}");
        }
    }
}

#[test]
fn aims_are_told_beside_the_limit() {
    assert_eq!(clock(&received(CaseKind::Repair), "first_response").aim, Some(at("2026-03-07 01:00")));
    assert_eq!(clock(&sent(OrderKind::Minor), "repair_minor").aim, Some(at("2026-03-06 21:00")));
}

#[test]
fn the_kind_of_repair_and_the_urgency_choose_the_limit() {
    let chosen = |story: &Story| -> Vec<String> {
        let clocks = clocks(&story.case, Policy::built_in());
        clocks.into_iter().map(|clock| clock.id).filter(|id| id.starts_with("repair_")).collect()
    };
    let urgency = |urgency| move |case: &mut crate::model::Case| case.urgency = Register::new(vec![urgency]);
    let party = |case: &mut crate::model::Case| {
        let party = crate::model::Party { kind: PartyKind::Maintenance, name: "Lift Co".to_owned() };
        case.orders[0].party = Register::new(vec![party]);
    };
    let unsorted = |case: &mut crate::model::Case| case.orders[0].kind = Register::default();
    assert_eq!(chosen(&sent(OrderKind::Minor)), ["repair_minor"]);
    assert_eq!(chosen(&sent(OrderKind::General)), ["repair_general"]);
    assert_eq!(chosen(&sent(OrderKind::General).with(unsorted)), ["repair_general"]);
    assert_eq!(chosen(&sent(OrderKind::General).with(urgency(Urgency::Urgent))), ["repair_minor"]);
    assert_eq!(chosen(&sent(OrderKind::Major)), ["repair_major"]);
    assert_eq!(chosen(&sent(OrderKind::Minor).with(party)), ["repair_major"]);
}

#[test]
fn by_day_the_intercom_has_no_clock_of_its_own() {
    let story = Story::of(CaseKind::Request).subject("equipment/intercom");
    assert!(all(&contacted(story.clone(), "2026-03-06 21:59"), "intercom_at_night").is_empty());
    assert_eq!(
        all(&contacted(story, "2026-03-07 02:00"), "intercom_at_night")[0].due,
        Some(at("2026-03-07 08:30"))
    );
}

#[test]
fn a_spoken_complaint_before_a_holiday_is_due_after_it() {
    let story =
        Story::of(CaseKind::Complaint).with(|case| case.channel = Register::new(vec![Channel::WalkIn]));
    // Saturday 14 February is worked for the Spring Festival, which lasts until Monday the 23rd.
    let friday = story.clone().then("2026-02-13 10:00", plain(EntryKind::Investigated));
    assert_eq!(clock(&friday, "spoken_complaint_result").due, Some(at("2026-02-14 18:00")));
    let saturday = story.then("2026-02-14 10:00", plain(EntryKind::Investigated));
    assert_eq!(clock(&saturday, "spoken_complaint_result").due, Some(at("2026-02-24 18:00")));
}
