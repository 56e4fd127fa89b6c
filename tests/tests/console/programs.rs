//! The same data for programs.

use http::{Method, header};

use super::browser::Browser;
use super::estate::{Estate, PASSWORD};

/// A program that has signed in, and the text that goes with what it changes.
pub(crate) fn program(estate: &Estate, login: &str) -> (Browser, String) {
    let mut program = estate.browser();
    let credentials = format!(r#"{{"login":"{login}","password":"{PASSWORD}"}}"#);
    let opened = program.post_json("/v1/login", &[], &credentials);
    assert!(opened.status.is_success(), "{}", opened.text());
    assert_eq!(opened.json()["password_one_time"], false);
    (program, opened.json()["csrf"].as_str().unwrap().to_owned())
}

#[test]
fn cases_are_listed_searched_and_read_with_their_timeline() {
    let estate = Estate::new();
    let (mut program, _) = program(&estate, "lin");
    let list = program.get("/v1/cases?q=%E7%94%B5%E6%A2%AF&urgency=urgent&status=signed_off").json();
    let list = if list["cases"].as_array().unwrap().is_empty() {
        // Either of two parallel values may be the shown one.
        program.get("/v1/cases?urgency=important").json()
    } else {
        list
    };
    let case = &list["cases"][0];
    assert_eq!(
        (case["id"].as_str(), case["number"].as_str()),
        (Some(&*estate.case.to_string()), Some("R000001"))
    );
    assert_eq!((&case["parallel_edits"], &case["photos_owed"]), (&1.into(), &0.into()));
    assert_eq!(list["found"], serde_json::json!({ "count": 1, "exact": true }));

    let details = program.get(&format!("/v1/cases/{}", estate.case)).json();
    assert_eq!(details["fields"]["urgency"].as_array().unwrap().len(), 2);
    assert_eq!(details["orders"][0]["fields"]["assignee"][0]["value"]["name"], "李明");
    assert_eq!(details["contact"]["fields"]["name"][0]["value"], "王秀兰");
    assert_eq!(details["sign_offs"][0]["fit"], "fits");
    assert_eq!(details["sign_offs"][0]["signature"], "stored");
    assert_eq!(details["photos"][0]["sha256"], estate.photo.to_string());

    let timeline = program.get("/v1/cases/R000001/timeline").json();
    let kinds: Vec<_> =
        timeline["entries"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["received", "dispatched", "assigned", "arrived", "completed"]);
    let arrived = &timeline["entries"][2];
    assert_eq!(arrived["claimed_at"], "2026-09-21T13:43:20.000Z");
    assert_eq!(arrived["witnessed"]["not_before"], "2026-09-21T13:23:20.000Z");
    assert_eq!(arrived["witnessed"]["received"], "2026-09-21T14:13:20.000Z");
    assert_eq!(timeline["entries"], details["timeline"]);
}

#[test]
fn a_list_is_read_page_by_page_without_gap_or_repetition() {
    let mut estate = Estate::new();
    for n in 0..5 {
        estate.guard.set_clock(n);
        let new = roundsman_sync_core::model::NewCase {
            kind: roundsman_sync_core::model::CaseKind::Request,
            channel: roundsman_sync_core::model::Channel::Patrol,
            site: estate.guard.replica.case(estate.case).unwrap().unwrap().site.unwrap(),
            place: Default::default(),
            description: format!("路灯 {n}"),
            subject: "equipment/light".to_owned(),
            urgency: roundsman_sync_core::model::Urgency::General,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        };
        estate.guard.replica.create_case(new).unwrap();
    }
    estate.guard.sync(&estate.service, 5);
    let (mut program, _) = program(&estate, "lin");
    for query in ["limit=2", "limit=2&q=%E7%81%AF"] {
        let (mut titles, mut after) = (Vec::new(), String::new());
        loop {
            let page = program.get(&format!("/v1/cases?{query}&after={after}")).json();
            titles.extend(page["cases"].as_array().unwrap().iter().map(|case| case["title"].to_string()));
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(
            titles[..5],
            ["\"路灯 4\"", "\"路灯 3\"", "\"路灯 2\"", "\"路灯 1\"", "\"路灯 0\""],
            "{query}"
        );
        assert_eq!(titles.len(), if query.contains('q') { 5 } else { 6 });
    }
}

#[test]
fn a_program_is_told_when_nothing_has_changed() {
    let estate = Estate::new();
    let (mut program, _) = program(&estate, "lin");
    let path = format!("/v1/cases/{}", estate.case);
    let tag = program.get(&path).header(header::ETAG).to_owned();
    let again = program.send(Method::GET, &path, &[("if-none-match", &tag)], "");
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[test]
fn a_parallel_edit_is_settled_by_an_ordinary_edit_of_the_office() {
    let estate = Estate::new();
    let (mut program, csrf) = program(&estate, "lin");
    let conflicts = program.get("/v1/conflicts").json();
    assert_eq!(conflicts["conflicts"][0]["field"], "urgency");
    assert_eq!(conflicts["conflicts"][0]["values"].as_array().unwrap().len(), 2);

    let path = format!("/v1/cases/{}/classify", estate.case);
    let settle = r#"{"urgency":"important","nature":"valid"}"#;
    program.post_json(&path, &[], settle).assert_problem(403, "csrf_invalid");
    program.post_json(&path, &[("x-csrf-token", "x")], settle).assert_problem(403, "csrf_invalid");
    program
        .post_json(&path, &[("origin", "http://evil.example")], settle)
        .assert_problem(403, "csrf_invalid");
    program.post_json(&path, &[("origin", "null")], settle).assert_problem(403, "csrf_invalid");
    assert_eq!(program.get("/v1/conflicts").json(), conflicts, "nothing was changed");

    let settled = program.post_json(&path, &[("x-csrf-token", &csrf)], settle);
    assert_eq!((settled.status.as_u16(), settled.json()), (200, serde_json::json!({ "changed": true })));
    assert_eq!(program.get("/v1/conflicts").json()["conflicts"], serde_json::json!([]));
    let case = program.get(&path.replace("/classify", "")).json();
    assert_eq!((&case["urgency"], &case["nature"]), (&"important".into(), &"valid".into()));
    // A page of this very host needs no text: the browser says where it comes from.
    let by_page = program.post_json(&path, &[("origin", "http://office.example")], r#"{"nature":"help"}"#);
    assert!(by_page.status.is_success(), "{}", by_page.text());
}

#[test]
fn a_case_of_another_estate_cannot_be_read_or_classified() {
    let estate = Estate::new();
    let (mut program, csrf) = program(&estate, "lin");
    let path = format!("/v1/cases/{}", estate.far_case);
    program.get(&path).assert_problem(404, "not_found");
    program.get(&format!("{path}/timeline")).assert_problem(404, "not_found");
    let body = r#"{"urgency":"urgent"}"#;
    program
        .post_json(&format!("{path}/classify"), &[("x-csrf-token", &csrf)], body)
        .assert_problem(404, "not_found");
}

#[test]
fn what_was_refused_is_listed_for_those_it_concerns() {
    let mut estate = Estate::new();
    estate.intrude();
    let (mut near, _) = program(&estate, "lin");
    let list = near.get("/v1/quarantine").json();
    assert_eq!(list["changes"].as_array().unwrap().len(), 1);
    let change = &list["changes"][0];
    assert_eq!(
        (&change["code"], &change["case"]["number"]),
        (&"site_not_permitted".into(), &"R000001".into())
    );
    assert_eq!((&change["by"]["name"], &change["made_again"]), (&"孙浩".into(), &false.into()));
    let (mut far, _) = program(&estate, "ou");
    assert_eq!(far.get("/v1/quarantine").json()["changes"], serde_json::json!([]));
}

#[test]
fn an_edit_refused_for_a_fast_clock_is_made_again_and_no_longer_counts() {
    let mut estate = Estate::new();
    estate.guard.set_clock(30);
    let note =
        roundsman_sync_core::model::NewEntry::now(roundsman_sync_core::model::Fact::Remark, "巡查正常");
    estate.guard.replica.record(estate.case, None, note).unwrap();
    for _ in 0..2 {
        estate.guard.sync(&estate.service, 2);
    }
    let (mut program, _) = program(&estate, "lin");
    let change = &program.get("/v1/quarantine?state=made_again").json()["changes"][0];
    assert_eq!((&change["code"], &change["made_again"]), (&"clock_ahead".into(), &true.into()));
    let case = program.get(&format!("/v1/cases/{}", estate.case)).json();
    assert_eq!((&case["refused_edits"], &case["refused"]), (&0.into(), &serde_json::json!([])));
    let remark = case["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&remark["note"], &remark["time_flags"][0]), (&"巡查正常".into(), &"clock_ahead".into()));
}

#[test]
fn parameters_that_mean_nothing_are_told() {
    let estate = Estate::new();
    let (mut program, _) = program(&estate, "lin");
    for (query, status, code) in [
        ("stauts=received", 400, "bad_request"),
        ("status=lost", 422, "value_out_of_range"),
        ("limit=0", 422, "value_out_of_range"),
        ("limit=100000", 422, "value_out_of_range"),
        ("after=x", 422, "value_out_of_range"),
        ("site=x", 422, "value_out_of_range"),
    ] {
        program.get(&format!("/v1/cases?{query}")).assert_problem(status, code);
    }
    let long = "x".repeat(201);
    program.get(&format!("/v1/cases?q={long}")).assert_problem(422, "text_too_long");
}

#[test]
fn figures_of_a_period_are_told_for_the_estates_in_reach() {
    let estate = Estate::new();
    let (mut program, _) = program(&estate, "lin");
    let path = "/v1/kpis?from=2026-09-01&to=2026-10-01";
    let answer = program.get(path);
    let told = answer.json();
    let sites = told["sites"].as_array().unwrap();
    assert_eq!((sites.len(), &sites[0]["name"]), (1, &"锦绣花园".into()));
    assert_eq!(sites[0]["from"], "2026-08-31T16:00:00.000Z");
    let figure = |name: &str| {
        let figures = sites[0]["figures"].as_array().unwrap();
        figures.iter().find(|figure| figure["name"] == name).unwrap().clone()
    };
    assert!(figure("cases")["value"].as_f64().unwrap() >= 1.0);
    assert_eq!(
        (&figure("satisfied")["value"], &figure("satisfied")["absent"]),
        (&serde_json::Value::Null, &"nothing to measure".into())
    );
    assert_eq!(figure("cases_per_100_flats")["absent"], "not known");

    let tag = answer.header("etag").to_owned();
    let again = program.send(Method::GET, path, &[("if-none-match", &tag)], "");
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));

    let site = sites[0]["id"].as_str().unwrap();
    let flats = program.get(&format!("{path}&site={site}&flats=50")).json();
    let cases = figure("cases")["value"].as_f64().unwrap();
    let per_flat =
        flats["sites"][0]["figures"].as_array().unwrap().iter().find(|f| f["name"] == "cases_per_100_flats");
    assert_eq!(per_flat.unwrap()["value"].as_f64(), Some(cases * 2.0));
    program.get(&format!("{path}&site={}", estate.far)).assert_problem(404, "not_found");
    for query in
        ["from=2026-09-01", "from=2026-10-01&to=2026-10-01", "from=yesterday&to=2026-10-01", "flats=9"]
    {
        program.get(&format!("/v1/kpis?{query}")).assert_problem(422, "value_out_of_range");
    }
    program.get("/v1/kpis?month=2026-10").assert_problem(400, "bad_request");
}
