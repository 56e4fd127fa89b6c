//! Rounds from the phone to the office: a guard walks offline, finds things, and the office reads what became
//! of every point.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod estate;

use estate::{Estate, MINUTE_MS, ROUTES, answer, leak, nfc, point, result};
use http::StatusCode;
use roundsman_server::projection;
use roundsman_server::route_file::RouteFile;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DocumentId, RouteId};
use roundsman_sync_core::model::fact::Found;
use roundsman_sync_core::model::{
    Answer, Command, EntryKind, Fact, NewCase, Reading, Role, RoundKind, SkipReason,
};
use roundsman_sync_core::replica::{NewResult, Picture, Replica, RoundFilter, WalkFor};
use serde_json::Value;

#[test]
fn a_round_walked_offline_reads_in_the_office_with_what_became_of_every_point() {
    let mut estate = Estate::new();
    let (site, night) = (estate.site, RouteId::keyed(estate.site, "night"));
    let fire = RouteId::keyed(site, "fire-3");
    let mut guard = estate.phone("王强", site, Role::Guard);
    // A longer way than any of the sample, so that one walk meets everything.
    let file = RouteFile::parse("routes.toml", ROUTES, site).unwrap();
    let mut route = file.routes[0].1.clone();
    route.checkpoints =
        ["gate-east", "b2-pump", "3-1-roof", "3-1-hydrant-7", "lobby-3"].map(|key| point(site, key)).to_vec();
    estate.office(&Command::PutRoute { site, route: night, new: route });
    estate.at(-5);
    estate.sync(&mut guard);

    // From here on there is no network. The east gate in time, by its printed code.
    let round = guard.start_round(night).unwrap();
    let live = Picture { bytes: b"the gate at night", caption: "", preview: None };
    let at_gate = NewResult {
        pictures: &[live],
        ..result(
            point(site, "gate-east"),
            Reading::Qr { code: "RM-GATE-E".into(), photo: live.hash() },
            vec![answer("barrier", Answer::Normal)],
        )
    };
    guard.check(round, &at_gate).unwrap();
    // The pump room: water on the floor, which becomes a case at once.
    estate.at(10);
    let puddle = Picture { bytes: b"water on the floor", caption: "积水", preview: None };
    let at_pump = NewResult {
        pictures: &[puddle],
        note: "阀门渗水".into(),
        ..result(
            point(site, "b2-pump"),
            nfc("RM-B2-PUMP"),
            vec![answer("pressure", Answer::Number(300)), answer("floor", Answer::Choice("积水".into()))],
        )
    };
    let (check, case) = guard.report_abnormal(round, &at_pump, leak(site)).unwrap();
    // The roof is locked, the hydrant's code is scratched and late, the lobby is forgotten.
    let locked = Reading::Skipped { reason: SkipReason::Locked };
    guard.check(round, &result(point(site, "3-1-roof"), locked, Vec::new())).unwrap();
    estate.at(40);
    let scratched = Picture { bytes: b"a scratched code", caption: "", preview: None };
    let gauge = Picture { bytes: b"a gauge", caption: "", preview: None };
    let at_hydrant = NewResult {
        pictures: &[scratched, gauge],
        ..result(
            point(site, "3-1-hydrant-7"),
            Reading::Unreadable { photo: scratched.hash() },
            vec![answer("seal", Answer::Normal), answer("gauge", Answer::Photo(gauge.hash()))],
        )
    };
    guard.check(round, &at_hydrant).unwrap();
    guard
        .add_round_photo(round, Some(check), &Picture { bytes: b"the valve", caption: "阀门", preview: None })
        .unwrap();
    guard.finish_round(round, "大堂未到").unwrap();
    let late = guard.check(round, &at_hydrant).unwrap_err();
    assert_eq!(late.code, ErrorCode::RoundFinished);

    let covered = guard.round_coverage(round).unwrap().unwrap();
    let counts = (covered.visited(), covered.skipped(), covered.missed(), covered.late());
    assert_eq!((counts, covered.abnormal(), covered.unreadable()), ((3, 1, 1, 1), 1, 1));
    let listed = guard.rounds(&RoundFilter { site: Some(site), ..RoundFilter::default() }, 0, 10).unwrap();
    assert_eq!(listed.iter().map(|item| item.id).collect::<Vec<_>>(), [round]);
    assert_eq!(listed[0].coverage, covered);
    let unfinished = RoundFilter { unfinished: true, ..RoundFilter::default() };
    assert_eq!(guard.rounds(&unfinished, 0, 10).unwrap(), []);

    estate.at(120);
    estate.sync(&mut guard);
    assert_eq!(guard.status().unwrap().photos_owed, 0);
    assert_eq!(guard.refused().unwrap().len(), 0);

    let office = estate.program("lin", site, Role::Reception);
    let (status, list) = office(&format!("/v1/rounds?site={site}&kind=guard_round"));
    assert_eq!(status, StatusCode::OK);
    let line = &list["rounds"][0];
    assert_eq!(line["id"], round.to_string());
    assert_eq!((&line["name"], &line["by"]["name"]), (&"夜间巡更".into(), &"王强".into()));
    assert_eq!(line["due"]["at"], "2026-11-21T14:00:00.000Z");
    let expected = serde_json::json!({
        "all": 5, "visited": 3, "skipped": 1, "missed": 1, "late": 1, "unreadable": 1, "abnormal": 1,
    });
    assert_eq!(line["points"], expected);
    assert_eq!((&line["photos_owed"], &list["next"]), (&0.into(), &Value::Null));

    let (_, details) = office(&format!("/v1/rounds/{round}"));
    let states: Vec<_> = details["coverage"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["visited", "visited", "skipped", "visited", "missed"]);
    let told = &details["coverage"];
    assert_eq!((&told[0]["punctuality"], &told[3]["punctuality"]), (&"in_time".into(), &"late".into()));
    assert_eq!(told[3]["off_ms"], 10 * MINUTE_MS);
    assert_eq!(told[2]["reason"], "locked");
    let found = &told[1]["results"][0];
    assert_eq!(found["case"], serde_json::json!({ "id": case.to_string(), "number": "R000001" }));
    assert_eq!(
        (&found["answers"][0]["value"], &found["answers"][0]["out_of_order"]),
        (&"0.3".into(), &true.into())
    );
    assert_eq!(found["witnessed"]["received"], "2026-11-21T16:00:00.000Z");
    assert_eq!((&details["note"], details["photos"].as_array().unwrap().len()), (&"大堂未到".into(), 5));
    assert!(details["photos"].as_array().unwrap().iter().all(|photo| photo["owed_by"].is_null()));

    // The case names the round and has the picture of the matter.
    let read = guard.case(case).unwrap().unwrap();
    let pump = point(site, "b2-pump");
    assert!(read.entries.iter().any(|entry| entry.fact == Fact::Found(Found { round, checkpoint: pump })));
    assert_eq!(read.photos.iter().map(|photo| photo.hash).collect::<Vec<_>>(), [puddle.hash()]);
    let (_, in_case) = office(&format!("/v1/cases/{case}"));
    assert_eq!(in_case["photos"][0]["sha256"], puddle.hash().to_string());

    // Filters, and who sees what.
    let none = |path: &str| assert_eq!(office(path).1["rounds"], serde_json::json!([]), "{path}");
    none("/v1/rounds?kind=fire_round");
    none(&format!("/v1/rounds?site={}", estate.far));
    none("/v1/rounds?from=2026-11-21T22:00:00%2B08:00");
    none("/v1/rounds?to=2026-11-21T13:00:00Z");
    none(&format!("/v1/rounds?case={case}"));
    none(&format!("/v1/rounds?person={round}"));
    let walker = guard.enrolled().unwrap().person;
    assert_eq!(
        office(&format!("/v1/rounds?person={walker}&to=2026-11-21T15:00:00Z")).1["rounds"][0]["id"],
        round.to_string()
    );
    for wrong in ["from=yesterday", "kind=stroll", "colour=red", "limit=0", "site=x"] {
        assert!(office(&format!("/v1/rounds?{wrong}")).0.is_client_error(), "{wrong}");
    }
    assert_eq!(office("/v1/rounds/none").0, StatusCode::NOT_FOUND);
    assert_eq!(office(&format!("/v1/rounds/{case}")).0, StatusCode::NOT_FOUND, "a case is no round");
    // What the schedules asked for that day: the evening was walked, the morning was not.
    let (_, due) = office(&format!("/v1/rounds/due?site={site}&date=2026-11-21"));
    let of_night = |line: &&Value| line["route"]["id"] == night.to_string();
    let lines: Vec<_> = due["due"].as_array().unwrap().iter().filter(of_night).collect();
    assert_eq!(
        (&lines[1]["state"], &lines[1]["rounds"]),
        (&"walked".into(), &serde_json::json!([round.to_string()]))
    );
    assert_eq!(lines[1]["due"]["from"], "2026-11-21T13:50:00.000Z");
    assert_eq!(lines[0]["rounds"], serde_json::json!([]));
    for wrong in [
        "",
        "?site=x&date=2026-11-21",
        "?date=2026-11-21",
        "?site=00000000-0000-0000-0000-000000000000&date=today",
    ] {
        assert!(office(&format!("/v1/rounds/due{wrong}")).0.is_client_error(), "{wrong}");
    }
    let date = "2026-11-21".parse().unwrap();
    assert_eq!(guard.due_rounds(site, date).unwrap().len(), due["due"].as_array().unwrap().len());
    let elsewhere = estate.program("ou", estate.far, Role::Reception);
    let (_, hidden) = elsewhere(&format!("/v1/rounds/due?site={site}&date=2026-11-21"));
    assert_eq!(hidden["due"], serde_json::json!([]));
    assert_eq!(elsewhere("/v1/rounds").1["rounds"], serde_json::json!([]));
    assert_eq!(elsewhere(&format!("/v1/rounds/{round}")).0, StatusCode::NOT_FOUND);
    let admin = estate.program("root", site, Role::Admin);
    assert_eq!(admin("/v1/rounds").1["rounds"], serde_json::json!([]));

    // The same on the command line, in words.
    let shown = std::process::Command::new(env!("CARGO_BIN_EXE_roundsman-under-test"))
        .args(["round", "show", &round.to_string()])
        .env("ROUNDSMAN_DATA", estate.dir.path().join("server"))
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    for line in [
        "夜间巡更 by 王强, finished: 3 of 5 points, 1 skipped, 1 missed, 1 outside the tolerance, 1 unreadable, 1 abnormal",
        "  due 2026-11-21T14:00:00.000Z, between 2026-11-21T13:50:00.000Z and 2026-11-21T14:30:00.000Z",
        "  东门岗: visited",
        "      生活水泵出水压力: 0.3 MPa  ← out of order",
        "      → case R000001",
        "skipped (locked) by 王强",
        "  3 栋 1 单元 7 楼消火栓: visited, 10 min late",
        "  3 栋大堂: missed",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }

    // Another guard does not have the round; the desk's phone does.
    let mut other = estate.phone("赵刚", site, Role::Guard);
    assert_eq!(other.round(round).unwrap(), None);
    let mut desk = estate.phone("陈前台", site, Role::Reception);
    assert_eq!(desk.round(round).unwrap(), guard.round(round).unwrap());
    let _ = other.start_round(fire).unwrap();
    estate.assert_sound();
}

#[test]
fn rounds_are_read_page_by_page() {
    let mut estate = Estate::new();
    let site = estate.site;
    let mut guard = estate.phone("王强", site, Role::Guard);
    let mut begun = Vec::new();
    for n in 0..5 {
        estate.at(n);
        begun.push(guard.start_round(RouteId::keyed(site, "pumps")).unwrap().to_string());
    }
    estate.sync(&mut guard);
    begun.reverse();
    let office = estate.program("lin", site, Role::SiteDirector);
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let (_, page) = office(&format!("/v1/rounds?limit=2&after={after}"));
        let rows = page["rounds"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = next.to_owned();
    }
    assert_eq!(seen, begun);
}

#[test]
fn a_daily_walk_for_a_case_is_stated_in_the_case_and_names_it() {
    let mut estate = Estate::new();
    let site = estate.site;
    let mut guard = estate.phone("王强", site, Role::Guard);
    let case = guard.create_case(leak(site)).unwrap();
    let walk = WalkFor::Points(RoundKind::FireRound, vec![point(site, "3-1-roof")]);
    let round = guard.start_round_for_case(case, walk).unwrap();
    let answers = vec![answer("door", Answer::Normal)];
    guard.check(round, &result(point(site, "3-1-roof"), nfc("RM-3-1-ROOF"), answers)).unwrap();
    guard.finish_round(round, "无异常").unwrap();
    let by_place =
        guard.start_round_for_case(case, WalkFor::Points(RoundKind::FireRound, Vec::new())).unwrap();
    guard.finish_round(by_place, "楼层走遍").unwrap();
    let along = guard.start_round_for_case(case, WalkFor::Route(RouteId::keyed(site, "fire-3"))).unwrap();
    let for_case = RoundFilter { case: Some(case), ..RoundFilter::default() };
    assert_eq!(guard.rounds(&for_case, 0, 10).unwrap().len(), 3);
    estate.sync(&mut guard);
    let entries = guard.case(case).unwrap().unwrap().entries;
    let walked: Vec<_> = entries
        .iter()
        .filter_map(|entry| if let Fact::Walked(walk) = &entry.fact { Some(walk.round) } else { None })
        .collect();
    assert_eq!(walked, [round, by_place]);
    let office = estate.program("lin", site, Role::Reception);
    let (_, list) = office(&format!("/v1/rounds?case={case}"));
    assert_eq!(list["rounds"].as_array().unwrap().len(), 3);
    assert!(list["rounds"].as_array().unwrap().iter().all(|one| one["case"]["number"] == "R000001"));
    let (_, open) = office(&format!("/v1/rounds/{along}"));
    assert_eq!(open["finished_at"], Value::Null);
    let (_, timeline) = office("/v1/cases/R000001/timeline");
    let kinds: Vec<_> =
        timeline["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, [EntryKind::Received, EntryKind::Walked, EntryKind::Walked].map(|kind| kind.as_str()));
    estate.assert_sound();
}

#[test]
fn two_guards_on_one_round_keep_both_results_and_a_late_one_after_its_end_counts() {
    let mut estate = Estate::new();
    let site = estate.site;
    let mut guard = estate.phone("王强", site, Role::Guard);
    // Supervisors have every round of the estate on their phones.
    let mut supervisor = estate.phone("周主管", site, Role::Supervisor);
    estate.at(0);
    let round = guard.start_round(RouteId::keyed(site, "night")).unwrap();
    estate.sync(&mut guard);
    estate.sync(&mut supervisor);
    let gate =
        |answer_is| result(point(site, "gate-east"), nfc("RM-GATE-E"), vec![answer("barrier", answer_is)]);
    guard.check(round, &gate(Answer::Normal)).unwrap();
    guard.finish_round(round, "").unwrap();
    estate.at(5);
    supervisor.check(round, &gate(Answer::Abnormal)).unwrap();
    estate.sync(&mut guard);
    estate.sync(&mut supervisor);
    estate.sync(&mut guard);
    let (one, other) = (guard.round(round).unwrap().unwrap(), supervisor.round(round).unwrap().unwrap());
    assert_eq!(one, other);
    assert_eq!(one.checks.len(), 2);
    let covered = guard.round_coverage(round).unwrap().unwrap();
    assert_eq!((covered.visited(), covered.missed(), covered.abnormal()), (1, 2, 1));
    estate.assert_sound();
}

/// Everything that a refused command could have changed: the phone's documents and edits, the server's tables.
fn standing(estate: &Estate, phone: &mut Replica) -> (Vec<String>, usize, usize, Vec<String>) {
    let heads = phone.document_heads().unwrap();
    let tables = estate
        .service
        .read(|db| {
            let mut rows = Vec::new();
            for table in projection::DERIVED_TABLES {
                let count: i64 =
                    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
                rows.push(format!("{table} {count}"));
            }
            Ok::<_, roundsman_server::database::DatabaseError>(rows)
        })
        .unwrap();
    let heads = heads.iter().map(|(id, heads)| format!("{id} {heads:?}")).collect();
    (heads, phone.edits().unwrap().len(), phone.status().unwrap().photos_owed, tables)
}

#[test]
fn bad_input_is_refused_with_a_reason_and_leaves_everything_as_it_was() {
    let mut estate = Estate::new();
    let (site, far) = (estate.site, estate.far);
    let mut guard = estate.phone("王强", site, Role::Guard);
    estate.at(0);
    let round = guard.start_round(RouteId::keyed(site, "night")).unwrap();
    estate.sync(&mut guard);
    let gate = point(site, "gate-east");
    let normal = || vec![answer("barrier", Answer::Normal)];
    let elsewhere = Picture { bytes: b"elsewhere", caption: "", preview: None };
    let caption = "长".repeat(5_000);
    let long = [Picture { bytes: b"x", caption: &caption, preview: None }];
    let empty = [Picture { bytes: b"", caption: "", preview: None }];
    let of_far = point(far, "gate-east");
    let qr = || Reading::Qr { code: "RM-GATE-E".into(), photo: elsewhere.hash() };
    let pressure = |figure| {
        vec![answer("pressure", Answer::Number(figure)), answer("floor", Answer::Choice("干燥".into()))]
    };
    let noted = |note: &str| NewResult { note: note.into(), ..result(gate, nfc("RM-GATE-E"), normal()) };
    use ErrorCode as E;
    let wrong: Vec<(&str, NewResult<'_>, ErrorCode)> = vec![
        ("another site's point", result(of_far, nfc("RM-GATE-E"), normal()), E::CheckpointUnknown),
        (
            "a point off the way",
            result(point(site, "lobby-3"), nfc("RM-LOBBY-3"), vec![]),
            E::CheckpointUnknown,
        ),
        ("the wrong code", result(gate, nfc("RM-B2-PUMP"), normal()), E::CodeMismatch),
        ("no live photo", result(gate, qr(), normal()), E::PhotoRequired),
        (
            "unreadable without photo",
            result(gate, Reading::Unreadable { photo: elsewhere.hash() }, normal()),
            E::PhotoRequired,
        ),
        (
            "a figure out of all range",
            result(point(site, "b2-pump"), nfc("RM-B2-PUMP"), pressure(i64::MAX)),
            E::ValueOutOfRange,
        ),
        ("64 KiB", noted(&"x".repeat(65_536)), E::TextTooLong),
        ("control characters", noted("\u{0}\u{1b}[2J"), E::TextInvalid),
        ("a long caption", NewResult { pictures: &long, ..noted("") }, E::TextTooLong),
        ("an empty photo", NewResult { pictures: &empty, ..noted("") }, E::PhotoEmpty),
    ];
    let before = standing(&estate, &mut guard);
    for (what, result, code) in &wrong {
        let refused: Vec<Refusal> = vec![
            guard.check(round, result).expect_err(what),
            guard.report_abnormal(round, result, leak(site)).expect_err(what),
        ];
        for refusal in refused {
            assert_eq!(refusal.code, *code, "{what}: {refusal}");
        }
        assert_eq!(standing(&estate, &mut guard), before, "{what}");
    }
    let of_far_case = guard.report_abnormal(round, &noted(""), leak(far)).unwrap_err();
    assert_eq!(of_far_case.code, E::CheckpointUnknown);
    let unnamed = NewCase { subject: String::new(), ..leak(site) };
    assert_eq!(guard.report_abnormal(round, &noted(""), unnamed).unwrap_err().code, E::FieldMissing);
    assert_eq!(guard.start_round(RouteId::keyed(far, "night")).unwrap_err().code, E::RouteUnknown);
    let nowhere = DocumentId::from_bytes([9; 16]);
    assert_eq!(guard.check(nowhere, &noted("")).unwrap_err().code, E::DocumentUnknown);
    assert_eq!(guard.finish_round(nowhere, "").unwrap_err().code, E::DocumentUnknown);
    assert_eq!(guard.finish_round(round, &"x".repeat(65_536)).unwrap_err().code, E::TextTooLong);
    assert_eq!(standing(&estate, &mut guard), before);
    // Emoji, right-to-left and every script are kept as they came.
    let kept = "🔥 خطر \u{202e}abc 水";
    guard.check(round, &noted(kept)).unwrap();
    estate.sync(&mut guard);
    assert_eq!(guard.round(round).unwrap().unwrap().checks[0].note, kept);
    estate.assert_sound();
}
