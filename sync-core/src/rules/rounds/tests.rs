#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::clock::Stamp;
use crate::document::Register;
use crate::ids::{DocumentId, EntryId, PhotoHash, SiteId};
use crate::model::{Checkpoint, ItemAnswer, Place, RoundEntry, RoundEntryKind, RoundKind, RoundPlan};

const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;
const MINUTE_MS: i64 = 60_000;
/// 21 November 2026, 22:00 in Shanghai, a Saturday.
const TEN_IN_THE_EVENING: Timestamp = Timestamp::from_millis(1_795_269_600_000);
const NEVER: Timestamp = Timestamp::from_millis(i64::MIN);

fn after(minutes: i64) -> Timestamp {
    TEN_IN_THE_EVENING.plus_millis(minutes * MINUTE_MS)
}

fn point(n: u8) -> CheckpointId {
    CheckpointId::from_bytes([n; 16])
}

fn items() -> Vec<Item> {
    let item = |id: &str, ask| Item { id: id.to_owned(), title: id.to_owned(), ask };
    let (low, high) = (Some(350), Some(550));
    vec![
        item("door", Ask::Condition),
        item("pressure", Ask::Number { min_milli: low, max_milli: high, unit: "MPa".into() }),
        item("least", Ask::Number { min_milli: low, max_milli: None, unit: "MPa".into() }),
        item(
            "floor",
            Ask::Choice { options: vec!["dry".into(), "wet".into()], abnormal: vec!["wet".into()] },
        ),
        item("words", Ask::Text),
        item("picture", Ask::Photo),
    ]
}

fn round(points: u8, is_due: bool) -> Round {
    let planned = |n| PlannedCheckpoint {
        id: point(n),
        checkpoint: Checkpoint {
            name: format!("{n}"),
            place: Place::default(),
            code: format!("C{n}"),
            items: items(),
        },
    };
    let due = Due { at: after(0), from: after(-10), to: after(30) };
    Round {
        site: Some(SiteId::from_bytes([4; 16])),
        kind: Some(RoundKind::GuardRound),
        plan: RoundPlan {
            name: "night".into(),
            checkpoints: (0..points).map(planned).collect(),
            due: is_due.then_some(due),
            pace_ms_min: 10_000,
        },
        ..Round::default()
    }
}

fn check(id: u8, at_point: u8, reading: Reading, at: Timestamp) -> Check {
    Check {
        id: CheckId::from_bytes([id; 16]),
        checkpoint: point(at_point),
        reading,
        answers: Vec::new(),
        note: String::new(),
        case: None,
        by: PersonId::from_bytes([1; 16]),
        // What the phone showed is far off; only the corrected claim counts.
        claimed_at: Timestamp::from_millis(0),
        corrected_at: at,
        stamp: Stamp::from_u64(u64::from(id)),
    }
}

fn nfc() -> Reading {
    Reading::Nfc { code: String::new() }
}

fn qr() -> Reading {
    Reading::Qr { code: String::new(), photo: PhotoHash::of(b"") }
}

fn skipped(reason: SkipReason) -> Reading {
    Reading::Skipped { reason }
}

fn finished(at: Timestamp) -> RoundEntry {
    RoundEntry {
        id: EntryId::from_bytes([9; 16]),
        kind: RoundEntryKind::Finished,
        by: PersonId::from_bytes([1; 16]),
        claimed_at: at,
        corrected_at: at,
        stamp: Stamp::from_u64(u64::MAX),
        note: String::new(),
    }
}

#[test]
fn a_visit_is_in_time_from_the_first_to_the_last_moment_of_the_tolerance() {
    let table = [
        (after(-10).plus_millis(-1), Punctuality::Early(1)),
        (after(-10), Punctuality::InTime),
        (after(0), Punctuality::InTime),
        (after(30), Punctuality::InTime),
        (after(30).plus_millis(1), Punctuality::Late(1)),
        (after(90), Punctuality::Late(60 * MINUTE_MS)),
    ];
    for (at, expected) in table {
        let mut on_time = round(1, true);
        on_time.checks = vec![check(1, 0, nfc(), at)];
        let Coverage::Visited { punctuality, .. } = coverage(&on_time, NEVER).points[0].coverage else {
            panic!("somebody was there")
        };
        assert_eq!(punctuality, expected, "{at}");
        on_time.plan.due = None;
        let Coverage::Visited { punctuality, .. } = coverage(&on_time, NEVER).points[0].coverage else {
            panic!("somebody was there")
        };
        assert_eq!(punctuality, Punctuality::NotScheduled);
    }
}

#[test]
fn a_point_without_a_result_is_open_until_the_round_is_over_or_its_time_is_up() {
    let due = round(1, true);
    assert_eq!(coverage(&due, after(30)).points[0].coverage, Coverage::Open);
    assert_eq!(coverage(&due, after(30).plus_millis(1)).points[0].coverage, Coverage::Missed);
    let mut at_leisure = round(1, false);
    assert_eq!(coverage(&at_leisure, after(100_000)).points[0].coverage, Coverage::Open);
    at_leisure.entries = vec![finished(after(5))];
    assert_eq!(coverage(&at_leisure, NEVER).points[0].coverage, Coverage::Missed);
}

#[test]
fn whoever_was_there_after_all_makes_up_for_a_point_that_was_passed_over() {
    let mut walked = round(1, true);
    walked.checks = vec![check(1, 0, skipped(SkipReason::Locked), after(1))];
    let passed = Coverage::Skipped { check: CheckId::from_bytes([1; 16]), reason: SkipReason::Locked };
    assert_eq!(coverage(&walked, after(60)).points[0].coverage, passed);
    walked.checks.push(check(2, 0, nfc(), after(20)));
    assert_eq!(coverage(&walked, after(60)).points[0].coverage.as_str(), "visited");
    assert_eq!(coverage(&walked, after(60)).points[0].results, 2, "both results stay");
}

#[test]
fn of_several_visits_the_one_that_fits_the_schedule_counts() {
    let mut walked = round(1, true);
    walked.checks = vec![
        check(1, 0, nfc(), after(-60)),
        check(2, 0, nfc(), after(25)),
        check(3, 0, nfc(), after(20)),
        check(4, 0, nfc(), after(200)),
    ];
    let best = coverage(&walked, after(300)).points[0].coverage;
    let expected = Coverage::Visited {
        check: CheckId::from_bytes([3; 16]),
        at: after(20),
        punctuality: Punctuality::InTime,
    };
    assert_eq!(best, expected);
}

#[test]
fn answers_are_out_of_order_exactly_outside_their_range() {
    let items = items();
    let table = [
        ("door", Answer::Normal, false),
        ("door", Answer::Abnormal, true),
        ("pressure", Answer::Number(349), true),
        ("pressure", Answer::Number(350), false),
        ("pressure", Answer::Number(550), false),
        ("pressure", Answer::Number(551), true),
        ("pressure", Answer::Impossible("gauge broken".into()), false),
        ("least", Answer::Number(i64::MAX), false),
        ("least", Answer::Number(i64::MIN), true),
        ("floor", Answer::Choice("dry".into()), false),
        ("floor", Answer::Choice("wet".into()), true),
        ("words", Answer::Text("wet".into()), false),
        ("picture", Answer::Photo(PhotoHash::of(b"")), false),
    ];
    for (id, answer, expected) in table {
        let item = items.iter().find(|item| item.id == id).unwrap();
        assert_eq!(is_out_of_order(item, &answer), expected, "{id} {answer:?}");
        let mut walked = round(1, false);
        let mut result = check(1, 0, nfc(), after(0));
        result.answers = vec![ItemAnswer { item: id.to_owned(), answer }];
        walked.checks = vec![result];
        assert_eq!(coverage(&walked, NEVER).abnormal(), usize::from(expected), "{id}");
    }
}

#[test]
fn a_result_that_led_to_a_case_is_abnormal_whatever_was_ticked() {
    let mut walked = round(1, false);
    let mut result = check(1, 0, nfc(), after(0));
    result.case = Some(DocumentId::from_bytes([7; 16]));
    walked.checks = vec![result];
    assert_eq!(coverage(&walked, NEVER).abnormal(), 1);
}

#[test]
fn printed_codes_of_two_points_cannot_be_read_within_the_least_time_by_one_person() {
    let other = PersonId::from_bytes([2; 16]);
    let at = |ms| after(0).plus_millis(ms);
    let by_other = |mut check: Check| {
        check.by = other;
        check
    };
    let table = [
        ("too fast", check(2, 1, qr(), at(9_999)), 1),
        ("at the same moment", check(2, 1, qr(), at(0)), 1),
        ("just walked", check(2, 1, qr(), at(10_000)), 0),
        ("the same point", check(2, 0, qr(), at(1)), 0),
        ("a tag", check(2, 1, nfc(), at(1)), 0),
        ("somebody else", by_other(check(2, 1, qr(), at(1))), 0),
        ("nobody", check(2, 1, skipped(SkipReason::Locked), at(1)), 0),
    ];
    for (what, second, expected) in table {
        let mut walked = round(2, false);
        walked.checks = vec![second, check(1, 0, qr(), at(0))];
        assert_eq!(coverage(&walked, NEVER).hurries.len(), expected, "{what}");
    }
    let mut wide = round(2, false);
    wide.plan.pace_ms_min = 60_000;
    wide.checks = vec![check(1, 0, qr(), at(0)), check(2, 1, qr(), at(59_999))];
    assert_eq!(coverage(&wide, NEVER).hurries[0].apart_ms, 59_999);
}

fn route(days: &[Weekday], minutes: &[u16]) -> Route {
    Route {
        name: "night".into(),
        kind: RoundKind::GuardRound,
        checkpoints: vec![point(0)],
        schedule: Some(Schedule {
            days: days.to_vec(),
            minutes: minutes.to_vec(),
            early_min: 10,
            late_min: 30,
        }),
        pace_ms_min: None,
    }
}

fn site(routes: Vec<Route>) -> Site {
    let routes =
        (1..).zip(routes).map(|(n, route)| (RouteId::from_bytes([n; 16]), Register::new(vec![route])));
    Site { routes: routes.collect(), ..Site::default() }
}

#[test]
fn rounds_are_due_on_their_days_at_their_times_in_the_zone_of_the_estate() {
    let mut unscheduled = route(Weekday::ALL, &[0]);
    unscheduled.schedule = None;
    let estate = site(vec![
        route(&[Weekday::Saturday], &[22 * 60, 2 * 60]),
        route(&[Weekday::Sunday], &[0]),
        route(Weekday::ALL, &[3 * 60]),
        unscheduled,
    ]);
    let saturday = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let due = due_rounds(&estate, saturday, &SHANGHAI);
    let told: Vec<_> = due.iter().map(|due| (due.route.as_bytes()[0], due.due.at.to_string())).collect();
    assert_eq!(
        told,
        [
            (1, "2026-11-20T18:00:00.000Z".to_owned()),
            (3, "2026-11-20T19:00:00.000Z".to_owned()),
            (1, "2026-11-21T14:00:00.000Z".to_owned()),
        ]
    );
    let ten = due[2].due;
    assert_eq!((ten.at, ten.from, ten.to), (after(0), after(-10), after(30)));
}

#[test]
fn a_time_that_the_clocks_leave_out_is_an_hour_later_and_one_that_comes_twice_is_the_first() {
    let berlin = chrono_tz::Europe::Berlin;
    let at = |month, day, minute| {
        let date = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        due_rounds(&site(vec![route(Weekday::ALL, &[minute])]), date, &berlin)[0].due.at.to_string()
    };
    assert_eq!(at(3, 29, 150), "2026-03-29T01:30:00.000Z");
    assert_eq!(at(10, 25, 150), "2026-10-25T00:30:00.000Z");
}

#[test]
fn a_round_is_meant_for_the_time_within_whose_tolerance_it_begins_or_else_the_nearest() {
    let night = route(Weekday::ALL, &[22 * 60, 2 * 60]);
    let meant = |minutes| due_near(&night, after(minutes), &SHANGHAI).map(|due| due.at);
    let table = [
        (0, after(0)),
        (-10, after(0)),
        (30, after(0)),
        (119, after(0)),
        (121, after(240)),
        (235, after(240)),
        // Past midnight, and the morning after.
        (300, after(240)),
        (-700, after(-1_200)),
    ];
    for (minutes, expected) in table {
        assert_eq!(meant(minutes), Some(expected), "{minutes}");
    }
    let mondays = route(&[Weekday::Monday], &[22 * 60]);
    assert_eq!(due_near(&mondays, after(0), &SHANGHAI), None, "a round out of turn");
    assert_eq!(due_near(&night, Timestamp::from_millis(i64::MAX), &SHANGHAI), None);
}

prop_compose! {
    fn some_check()(
        id in any::<u8>(), at_point in 0u8..4, person in 0u8..3, minutes in -30i64..60, ms in 0i64..20_000,
        which in 0u8..4, stamp in 0u64..20,
    ) -> Check {
        let reading = match which {
            0 => nfc(),
            1 => qr(),
            2 => Reading::Unreadable { photo: PhotoHash::of(b"") },
            _ => skipped(SkipReason::Locked),
        };
        let mut check = check(id, at_point, reading, after(minutes).plus_millis(ms));
        (check.by, check.stamp) = (PersonId::from_bytes([person; 16]), Stamp::from_u64(stamp));
        check
    }
}

proptest! {
    #[test]
    fn coverage_does_not_depend_on_the_order_of_merging(
        (one, other) in prop::collection::vec(some_check(), 0..12)
            .prop_map(|mut checks| {
                checks.sort_by_key(|check| check.id);
                checks.dedup_by_key(|check| check.id);
                checks
            })
            .prop_flat_map(|checks| (Just(checks.clone()), Just(checks).prop_shuffle())),
        is_due: bool,
        now in -60i64..120,
    ) {
        let (mut left, mut right) = (round(4, is_due), round(4, is_due));
        (left.checks, right.checks) = (one, other);
        prop_assert_eq!(coverage(&left, after(now)), coverage(&right, after(now)));
    }

    #[test]
    fn stating_the_same_twice_changes_no_state(checks in prop::collection::vec(some_check(), 0..12)) {
        let (mut once, mut twice) = (round(4, true), round(4, true));
        twice.checks = checks.iter().chain(&checks).cloned().collect();
        once.checks = checks;
        let states = |round: &Round| -> Vec<_> {
            coverage(round, after(60)).points.iter().map(|point| (point.coverage, point.abnormal)).collect()
        };
        prop_assert_eq!(states(&once), states(&twice));
    }

    #[test]
    fn every_point_is_in_exactly_one_state(
        checks in prop::collection::vec(some_check(), 0..12),
        now in -60i64..120,
    ) {
        let mut walked = round(4, true);
        walked.checks = checks;
        let covered = coverage(&walked, after(now));
        let open = covered.count(|point| point.coverage == Coverage::Open);
        prop_assert_eq!(covered.visited() + covered.skipped() + covered.missed() + open, 4);
    }
}
