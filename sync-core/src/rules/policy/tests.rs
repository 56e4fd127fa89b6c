#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::document::Register;
use crate::model::EntryKind;

/// Every row of the procedures: id, limit, aim, and where it comes from.
const ROWS: [(&str, &str, Option<&str>, &str); 40] = [
    ("answer_phone", "3 rings", None, "003 iv"),
    ("intake", "30m", None, "004"),
    ("dispatch_repair", "5m", None, "003 iv"),
    ("dispatch", "1h", None, "004"),
    ("arrival", "15m", None, "003 iv"),
    ("guard_for_resident", "10m", None, "001"),
    ("initial_rectification", "4h", None, "004"),
    ("solution_offered", "24h", None, "004"),
    ("first_response", "24h", Some("6h"), "004"),
    ("spoken_complaint_result", "1wd", None, "001"),
    ("repair_minor", "24h", Some("2h"), "003 iv"),
    ("repair_general", "72h", None, "003 iv"),
    ("repair_major", "48h", None, "003 iv"),
    ("promised_cadence", "as_stated", None, "003 iv"),
    ("promise", "as_stated", None, "003 i"),
    ("deadline", "as_stated", None, "the authority"),
    ("planned_work_daily", "next_day", None, "003 iv"),
    ("hard_repair_reviewed", "3d", None, "003 iv"),
    ("sheet_reply", "as_stated", None, "003 iv"),
    ("order_returned", "24h", None, "003 iv"),
    ("return_visit", "72h", None, "003 iv"),
    ("closing_visit", "3d", None, "004"),
    ("report_after_handling", "3d", None, "003 ii, borrowed"),
    ("complaint_closed", "15d", None, "003 ii, borrowed"),
    ("lift_out_notice", "4h", None, "001; the repeat is ours"),
    ("bay_under_repair", "next_day", None, "001"),
    ("charging_survey", "7d", None, "001"),
    ("parking_plan", "7d", None, "001"),
    ("silent_detector", "2d", None, "001"),
    ("barrier_follow_up", "3d", None, "001"),
    ("barrier_test", "7d", None, "001"),
    ("vehicle_data", "same_day", None, "001"),
    ("vehicle_data_checked", "next_day", None, "001"),
    ("planned_change", "1d", None, "001"),
    ("intercom_at_night", "next 08:30", None, "001"),
    ("corridor_light", "same_day", None, "001"),
    ("impaired_fire_device", "next_day", None, "001"),
    ("vehicle_reminder", "day 31 of next month", None, "001"),
    ("repair_log_reconciled", "2d", None, "003 iv"),
    ("monthly_statistics", "day 10 of next month", None, "003 ii, borrowed"),
];

#[test]
fn the_built_in_policy_has_every_figure_of_the_procedures() {
    let policy = parse::overlay(Policy::empty(), DEFAULT_TEXT).unwrap();
    assert_eq!(&policy, Policy::built_in());
    let rows: Vec<_> = policy
        .clocks
        .iter()
        .map(|rule| (rule.id.clone(), rule.limit.to_string(), rule.aim.clone(), rule.source.clone()))
        .collect();
    let expected: Vec<_> = ROWS
        .iter()
        .map(|(id, limit, aim, source)| {
            let aim = aim.map(|aim| Limit::parse(aim).unwrap());
            ((*id).to_owned(), (*limit).to_owned(), aim, (*source).to_owned())
        })
        .collect();
    assert_eq!(rows, expected);
    assert_eq!((policy.promise_changes_max, policy.rework_days, policy.closing_attempts_min), (2, 30, 3));
    assert_eq!(policy.yellow_share_permille, 750);
    let ladder: Vec<&str> = policy.ladder.iter().map(|level| level.as_str()).collect();
    assert_eq!(ladder, ["desk", "site_director", "customer_service", "general_manager", "developer"]);
    assert_eq!(policy.authority(Level::SiteDirector), Fen(200_000));
    assert_eq!(policy.authority(Level::EngineeringManager), Fen(0), "nobody said so");
    assert_eq!(policy.above(Level::Desk), Some(Level::SiteDirector));
    assert_eq!(policy.above(Level::Developer), None);
}

#[test]
fn playbooks_speak_of_subjects_that_there_are() {
    let policy = Policy::built_in();
    for book in crate::rules::playbook::playbooks() {
        for subject in &book.subjects {
            assert!(policy.subject(subject).is_some(), "{}: {subject}", book.id);
        }
    }
}

#[test]
fn a_policy_written_out_reads_the_same() {
    assert_eq!(Policy::parse(&Policy::built_in().to_toml()).as_ref(), Ok(Policy::built_in()));
    let text = r#"
        [calendar]
        off = ["2026-12-24"]
        work = ["2026-12-26"]
        [[clock]]
        id = "corridor_light"
        off = true
        [[subject]]
        path = "equipment/\u006Cift/门"
        zh = "x"
        en = "y"
    "#
    .replace("/门", "/door");
    let own = format!("{text}\n[site.\"绿园 \\\"一期\\\"\".clock.arrival]\nlimit = \"20m\"\n");
    let policy = Policy::parse(&own).unwrap();
    assert_eq!(Policy::parse(&policy.to_toml()), Ok(policy));
}

#[test]
fn a_company_says_only_what_differs() {
    let text = r#"
        [promises]
        changes_max = 1
        [[clock]]
        id = "arrival"
        limit = "20m"
        [[clock]]
        id = "corridor_light"
        off = true
        [[clock]]
        id = "pool"
        title = { zh = "泳池水质", en = "Pool water" }
        of = "case"
        from = ["received"]
        to = ["verified:supervisor"]
        limit = "3h"
        time = "working_hours"
    "#;
    let policy = Policy::parse(text).unwrap();
    assert_eq!(policy.promise_changes_max, 1);
    assert_eq!(policy.rework_days, 30);
    let arrival = policy.clock("arrival").unwrap();
    assert_eq!(arrival.limit, Limit::Minutes(20));
    assert_eq!(arrival.from, [MomentWord::Entry(EntryKind::Dispatched, None)]);
    assert!(policy.clock("corridor_light").is_none());
    let pool = policy.clock("pool").unwrap();
    assert_eq!((pool.source.as_str(), pool.time), ("the company", KindOfTime::WorkingHours));
    assert_eq!(pool.to, [MomentWord::Entry(EntryKind::Verified, Some("supervisor"))]);
}

#[test]
fn an_estate_has_limits_and_hours_of_its_own() {
    let text = r#"
        [site."Green Garden".clock.arrival]
        limit = "30m"
        [site."Green Garden".clock.parking_plan]
        off = true
        [site."Green Garden".calendar]
        zone = "America/New_York"
    "#;
    let policy = Policy::parse(text).unwrap();
    let garden = policy.at_site("Green Garden");
    assert_eq!(garden.clock("arrival").unwrap().limit, Limit::Minutes(30));
    assert!(garden.clock("parking_plan").is_none());
    assert_eq!(garden.calendar().zone, chrono_tz::America::New_York);
    assert_eq!(garden.calendar().hours, Policy::built_in().calendar().hours);
    let elsewhere = policy.at_site("Elsewhere");
    assert_eq!(&elsewhere, Policy::built_in());
}

#[test]
fn an_estate_without_a_readable_policy_has_the_built_in_one() {
    let mut site = Site { name: "Green Garden".to_owned(), ..Site::default() };
    assert_eq!(&policy_of(&site), Policy::built_in());
    site.policy = Register::new(vec!["[promises]\nchanges_max = 1".to_owned()]);
    assert_eq!(policy_of(&site).promise_changes_max, 1);
    site.policy = Register::new(vec!["[written_by_a_newer_program]".to_owned()]);
    assert_eq!(&policy_of(&site), Policy::built_in());
}

/// Line, column, and a part of the reason.
type Told = (usize, usize, &'static str);

/// Text, and every mistake in it.
#[test]
fn every_mistake_is_told_with_its_place() {
    let table: [(&str, &[Told]); 33] = [
        ("[[clock]\n", &[(1, 1, "no 'id'"), (1, 9, "unclosed")]),
        ("holiday = 1", &[(1, 1, "unknown key 'holiday'")]),
        ("promises = 3", &[(1, 12, "'promises' must be a table")]),
        ("[promises]\nchanges_max = -1", &[(2, 15, "a whole number from 0 to 100")]),
        ("[promises]\nchanges_max = 101", &[(2, 15, "a whole number from 0 to 100")]),
        ("[promises]\nmax = 1", &[(2, 1, "unknown key 'max'")]),
        ("[rework]\ndays = 0", &[(2, 8, "from 1 to 3650")]),
        ("[rating]\nyellow_at = 1.5", &[(2, 13, "a share")]),
        ("[rating]\nyellow_at = 0.0", &[(2, 13, "a share")]),
        (
            "[ladder]\nlevels = [\"desk\", \"desk\", \"pope\"]",
            &[(2, 19, "twice"), (2, 27, "'pope' is not one of"), (2, 10, "at least two")],
        ),
        ("[authority]\npope = 5\ndesk = -1", &[(2, 1, "'pope'"), (3, 8, "a whole number")]),
        ("[[clock]]\nlimit = \"5m\"", &[(1, 1, "has no 'id'")]),
        ("[[clock]]\nid = \"Arrival\"", &[(2, 6, "no id")]),
        ("[[clock]]\nid = \"arrival\"\nlimt = \"5m\"", &[(3, 1, "unknown key 'limt'")]),
        ("[[clock]]\nid = \"arrival\"\nlimit = \"0m\"", &[(3, 9, "never be met")]),
        ("[[clock]]\nid = \"arrival\"\nlimit = \"11y\"", &[(3, 9, "no duration")]),
        ("[[clock]]\nid = \"arrival\"\nlimit = \"3651d\"", &[(3, 9, "ten years")]),
        ("[[clock]]\nid = \"arrival\"\n[[clock]]\nid = \"arrival\"", &[(4, 6, "stands here twice")]),
        ("[[clock]]\nid = \"arrival\"\nto = [\"dispatched\"]", &[(2, 6, "the same moment")]),
        (
            "[[clock]]\nid = \"arrival\"\nto = [\"arived\"]",
            &[(3, 7, "nothing is called 'arived'"), (2, 6, "'to' is empty")],
        ),
        (
            "[[clock]]\nid = \"arrival\"\nto = [\"waiting:godot\"]",
            &[(3, 7, "'godot' is not one of"), (2, 6, "'to' is empty")],
        ),
        ("[[clock]]\nid = \"arrival\"\npauses = [\"rain\"]", &[(3, 11, "'rain' is not one of")]),
        (
            "[[clock]]\nid = \"arrival\"\nwhen = { kind = [\"repairs\"] }",
            &[(3, 18, "'repairs' is not one of")],
        ),
        ("[[clock]]\nid = \"arrival\"\nwhen = {}", &[(3, 8, "an empty condition")]),
        ("[[clock]]\nid = \"arrival\"\nwhen = { subject = [\"pool\"] }", &[(2, 6, "no subject 'pool'")]),
        ("[[clock]]\nid = \"first_response\"\naim = \"24h\"", &[(2, 6, "not shorter")]),
        (
            "[[clock]]\nid = \"spoken_complaint_result\"\ntime = \"around_the_clock\"",
            &[(2, 6, "do not run around")],
        ),
        ("[[clock]]\nid = \"pool\"\noff = true", &[(3, 7, "no clock 'pool' to take away")]),
        (
            "[[clock]]\nid = \"pool\"",
            &[
                (1, 1, "no 'from'"),
                (1, 1, "no 'limit'"),
                (1, 1, "no 'of'"),
                (1, 1, "no 'title'"),
                (1, 1, "no 'to'"),
            ],
        ),
        (
            "[[subject]]\npath = \"Pool\"\n[[subject]]\npath = \"a//b\"\n[[subject]]\npath = \"pool/water\"\nzh = \"水\"\nen = \"W\"",
            &[(2, 8, "no subject path"), (4, 8, "no subject path"), (6, 8, "hangs in the air")],
        ),
        ("[site.\"绿园\".clock.arrivel]\nlimit = \"5m\"", &[(1, 18, "no clock 'arrivel'")]),
        (
            "[site.\"绿园\".clock.arrival]\nlimit = \"5\"\nfrom = [\"received\"]",
            &[(2, 9, "no duration"), (3, 1, "unknown key 'from'")],
        ),
        (
            "[calendar]\nzone = \"Mars\"\noff = [\"2026-02-30\"]\nnight = \"10\"\n[calendar.hours]\nmonday = []\nfriday = [\"08:00-12:00\", \"11:00-13:00\"]\nsomeday = []",
            &[
                (2, 8, "no time zone"),
                (3, 8, "no date"),
                (4, 9, "no stretch"),
                (5, 1, "Monday"),
                (7, 10, "overlap"),
                (8, 1, "unknown key 'someday'"),
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let mut expected = expected.to_vec();
        expected.sort_by_key(|(line, column, _)| (*line, *column));
        let found = Policy::parse(text).unwrap_err();
        let places = expected.iter().map(|(line, column, _)| (*line, *column));
        let as_expected = found.iter().map(|mistake| (mistake.line, mistake.column)).eq(places)
            && found.iter().zip(&expected).all(|(mistake, (.., part))| mistake.reason.contains(part));
        if !as_expected {
            wrong.push(format!("{text}\n  {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_policy_of_any_length_or_depth_is_refused_and_not_a_danger() {
    let long = "#".repeat(crate::limits::POLICY_CHARS_MAX + 1);
    assert!(Policy::parse(&long).unwrap_err()[0].reason.contains("longer than"));
    let deep = format!("a = {}", "[".repeat(50_000));
    assert!(Policy::parse(&deep).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_reads_or_is_refused(text in "(\\[\\[clock\\]\\]|id|limit|=|\"|'|\\[|\\]|\n|\\{|\\}|5m|arrival|\\PC){0,60}") {
        if let Err(mistakes) = Policy::parse(&text) {
            proptest::prop_assert!(!mistakes.is_empty());
        }
    }
}
