//! What the office sees of what was refused, and what it does about it: over the API and on pages.

use http::header;
use roundsman_server::ingest::OfficeError;
use roundsman_sync_core::ids::PhotoHash;
use roundsman_sync_core::limits::LOST_RIGHT_COUNTS_MS;
use roundsman_sync_core::model::{Fact, NewEntry, PhotoRole, Role};
use serde_json::{Value, json};

use super::edits::Desk;
use super::estate::{BACK, Estate};
use super::programs::program;

/// A second picture, of which nothing else speaks.
const PICTURE: &[u8] = include_bytes!("../../fixtures/photos/gps-DSCN0010.jpg");

/// The desk of the estate, with one refused remark of somebody from the other estate.
fn intruded() -> Desk {
    let mut desk = Desk::of("lin");
    desk.estate.intrude();
    desk
}

impl Desk {
    fn refused(&mut self, query: &str) -> Vec<Value> {
        let list = self.program.get(&format!("/v1/quarantine{query}")).json();
        list["changes"].as_array().unwrap().clone()
    }

    fn the_one(&mut self) -> String {
        let open = self.refused("");
        assert_eq!(open.len(), 1);
        open[0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn what_was_refused_is_read_whole_and_taken_over_once() {
    let mut desk = intruded();
    let id = desk.the_one();
    let path = format!("/v1/quarantine/{id}");
    let change = desk.program.get(&path).json();
    assert_eq!(change["tried"], "remark: 业主只是咨询");
    assert_eq!(
        (&change["kind"], &change["state"], &change["code"]),
        (&json!("case"), &json!("open"), &json!("site_not_permitted"))
    );
    assert_eq!(change["claimed_at"], "2026-09-21T14:13:20.000Z");
    assert_eq!(
        (&change["unreadable"], &change["dependents"], &change["settled"]),
        (&Value::Null, &json!([]), &Value::Null)
    );
    assert_eq!(desk.case()["refused_edits"], 1);

    let answer = desk.post(&format!("{path}/salvage"), &json!({}));
    assert_eq!(answer.json(), json!({ "changed": true }), "{}", answer.text());
    let log = desk.log();
    let again = desk.post(&format!("{path}/salvage"), &json!({}));
    assert_eq!(again.json(), json!({ "changed": false }));
    desk.post(&format!("{path}/close"), &json!({ "note": "不需要" }))
        .assert_problem(409, "quarantine_settled");
    assert_eq!(desk.log(), log);

    let entry = desk.last_entry();
    assert_eq!((&entry["kind"], &entry["note"]), (&json!("remark"), &json!("业主只是咨询")));
    assert_eq!((&entry["by"]["name"], &entry["device"]), (&json!("林晓芸"), &Value::Null));
    assert_eq!(entry["declared_why"], "由办公室代录：孙浩");
    assert_eq!(
        (&entry["taken_over"], &entry["happened_at"]),
        (&json!(id), &json!("2026-09-21T14:13:20.000Z"))
    );
    assert_eq!(desk.case()["refused_edits"], 0);
    assert_eq!(desk.refused("").len(), 0);
    assert_eq!(desk.refused("?state=all").len(), 1);
    let done = desk.program.get(&path).json();
    assert_eq!((&done["state"], &done["settled"]["by"]["name"]), (&json!("salvaged"), &json!("林晓芸")));
    assert_eq!(desk.refused("?state=salvaged")[0]["id"], json!(id));
}

#[test]
fn what_needs_nothing_more_is_closed_with_a_note() {
    let mut desk = intruded();
    let id = desk.the_one();
    let path = format!("/v1/quarantine/{id}");
    let log = desk.log();
    desk.post(&format!("{path}/close"), &json!({ "note": "  " })).assert_problem(422, "field_missing");
    desk.post(&format!("{path}/close"), &json!({})).assert_problem(422, "bad_request");
    assert_eq!(desk.log(), log);
    let answer = desk.post(&format!("{path}/close"), &json!({ "note": "问过孙浩，不需要" }));
    assert_eq!(answer.json(), json!({ "changed": true }));
    let closed = desk.program.get(&path).json();
    assert_eq!(
        (&closed["state"], &closed["settled"]["note"]),
        (&json!("closed"), &json!("问过孙浩，不需要"))
    );
    assert_eq!(closed["settled"]["by"]["name"], "林晓芸");
    assert_eq!((desk.refused("").len(), desk.refused("?state=closed").len()), (0, 1));
    desk.post(&format!("{path}/salvage"), &json!({})).assert_problem(409, "quarantine_settled");
}

#[test]
fn lists_are_filtered_by_state_and_searched() {
    let mut desk = intruded();
    for (query, found) in [
        ("?q=孙", 1),
        ("?q=小米", 1),
        ("?q=r000001", 1),
        ("?q=site_not", 1),
        ("?q=王强", 0),
        ("?state=open&q=孙浩", 1),
        ("?state=made_again", 0),
    ] {
        let escaped: String = query
            .chars()
            .map(|letter| match letter {
                '!'..='~' => letter.to_string(),
                _ => letter.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect(),
            })
            .collect();
        assert_eq!(desk.refused(&escaped).len(), found, "{query}");
    }
    desk.program.get("/v1/quarantine?state=lost").assert_problem(422, "value_out_of_range");
    desk.program.get("/v1/quarantine?stat=open").assert_problem(400, "bad_request");
}

#[test]
fn what_is_out_of_reach_is_not_there_and_nothing_is_done_about_it() {
    let mut desk = intruded();
    let id = desk.the_one();
    let log = desk.log();
    for login in ["ou", "root"] {
        let (mut other, csrf) = program(&desk.estate, login);
        let secret = [("x-csrf-token", csrf.as_str())];
        other.get(&format!("/v1/quarantine/{id}")).assert_problem(404, "not_found");
        other
            .post_json(&format!("/v1/quarantine/{id}/salvage"), &secret, "{}")
            .assert_problem(404, "not_found");
        other
            .post_json(&format!("/v1/quarantine/{id}/close"), &secret, r#"{"note":"x"}"#)
            .assert_problem(404, "not_found");
    }
    let nowhere = "0190c0de-0000-7000-8000-000000000001.00";
    for path in [nowhere, "x", &id[..id.len() - 1]] {
        desk.program.get(&format!("/v1/quarantine/{path}")).assert_problem(404, "not_found");
    }
    for what in ["salvage", "close"] {
        let path = format!("/v1/quarantine/{id}/{what}");
        desk.program.post_json(&path, &[], r#"{"note":"x"}"#).assert_problem(403, "csrf_invalid");
    }
    assert_eq!(desk.log(), log);
}

#[test]
fn the_pages_tell_it_in_both_languages_and_ask_before_they_act() {
    let mut estate = Estate::new();
    estate.intrude();
    let mut browser = estate.signed_in("lin");
    let list = browser.get("/quarantine").text();
    assert!(list.contains("1 open") && list.contains("孙浩") && list.contains("R000001"), "{list}");
    let path = list.split("href=\"/quarantine/").find(|rest| rest.contains("No role")).unwrap();
    let path = format!("/quarantine/{}", path.split('"').next().unwrap());
    let answer = browser.get(&path);
    let (page, csrf) = (answer.text(), answer.csrf());
    for words in ["业主只是咨询", "You have no role at this estate", "Take over", "Close with a note"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    // A note of nothing is told on the page itself, and nothing is done.
    let refused = browser.post(&format!("{path}/close"), &[("csrf", &csrf), ("note", " ")]);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Nothing was changed."), "{}", refused.text());
    assert_eq!(browser.post(&format!("{path}/salvage"), &[("csrf", "forged")]).status, 403);

    browser.post(&format!("{path}/salvage"), &[("csrf", &csrf)]).assert_goes_to(&path);
    let page = browser.get(&path).text();
    assert!(page.contains("Taken over by the office") && page.contains("林晓芸"), "{page}");
    assert!(!page.contains("/salvage\""), "there is nothing to take over twice: {page}");
    let case = browser.get(&format!("/cases/{}", estate.case)).text();
    assert!(case.contains(&format!("href=\"{path}\"")), "the timeline leads to what it came from");
    browser.cookies.insert("lang".into(), "zh-CN".into());
    let list = browser.get("/quarantine?state=salvaged").text();
    assert!(list.contains("已由办公室代录") && list.contains("在本小区没有岗位"), "{list}");
    assert!(browser.get("/quarantine/waiting").text().contains("没有等待中的修改"));
    let mut far = estate.signed_in("ou");
    assert_eq!(far.get(&path).status, 404);
    assert!(!far.get("/quarantine?state=all").text().contains("孙浩"));
}

#[test]
fn a_photo_of_a_refused_edit_comes_in_and_is_shown_to_those_who_see_the_edit() {
    let mut estate = Estate::new();
    let (desk, case) = (estate.service.identity().desk, estate.case);
    let guard = estate.guard.replica.enrolled().unwrap().person;
    let picture = [PICTURE, b"\xff\xd9"].concat();
    estate.guard.set_clock(5);
    estate.guard.replica.add_photo(case, &picture, PhotoRole::After, "已关门").unwrap();
    let (mut program, _) = program(&estate, "lin");
    let site =
        program.get(&format!("/v1/cases/{case}")).json()["site"]["id"].as_str().unwrap().parse().unwrap();
    estate
        .service
        .write::<_, OfficeError>(|batch, office| {
            // Longer ago than a right counts of whose loss one has not heard.
            let now = BACK.plus_millis(-LOST_RIGHT_COUNTS_MS - 3_600_000);
            let sitting = roundsman_server::ingest::Sitting { person: desk, now };
            Ok(office.take_role(batch, sitting, guard, site, Role::Guard)?)
        })
        .unwrap();
    for minutes in [6, 7] {
        estate.guard.sync(&estate.service, minutes);
    }
    let hash = PhotoHash::of(&picture);
    assert!(estate.service.blobs().contains(hash).unwrap());
    let status = estate.guard.replica.status().unwrap();
    assert_eq!((status.photos_owed, status.refused), (0, 1));

    let open = program.get("/v1/quarantine").json()["changes"][0].clone();
    let change = program.get(&format!("/v1/quarantine/{}", open["id"].as_str().unwrap())).json();
    let expected = json!([{ "sha256": hash.to_string(), "bytes": picture.len(), "is_here": true }]);
    assert_eq!(change["photos"], expected);
    let mut browser = estate.signed_in("lin");
    let shown = browser.get(&format!("/photos/{hash}?size=320"));
    assert_eq!((shown.status.as_u16(), shown.header(header::CONTENT_TYPE)), (200, "image/jpeg"));
    let page = browser.get(&format!("/quarantine/{}", open["id"].as_str().unwrap())).text();
    assert!(page.contains(&format!("/photos/{hash}?size=320")), "{page}");
    assert_eq!(estate.signed_in("ou").get(&format!("/photos/{hash}")).status, 404);
}

#[test]
fn what_waits_is_listed_with_whose_phone_has_what_it_waits_for() {
    let mut estate = Estate::new();
    let case = estate.case;
    // It is as slow as when it last heard from the server.
    estate.guard.set_clock(-40);
    for note in ["巡查一", "巡查二"] {
        let new = NewEntry::now(Fact::Remark, note);
        estate.guard.replica.record(case, None, new).unwrap();
    }
    estate.bring_last_only();
    let mut desk = {
        let (program, _) = program(&estate, "lin");
        program
    };
    let waiting = desk.get("/v1/quarantine/waiting").json();
    let change = &waiting["changes"][0];
    assert_eq!((&change["by"]["name"], &change["waits_for"]), (&json!("王强"), &json!("changes")));
    assert_eq!(change["missing"][0]["holder"]["name"], "王强");
    assert_eq!(change["missing"][0]["phones"], json!(["王强的手机"]));
    assert_eq!(change["case"]["number"], "R000001");
    let page = estate.signed_in("lin").get("/quarantine/waiting").text();
    assert!(page.contains("An earlier edit from the phone of") && page.contains("王强的手机"), "{page}");
    let (mut far, _) = program(&estate, "ou");
    assert_eq!(far.get("/v1/quarantine/waiting").json()["changes"], json!([]));
    estate.guard.sync(&estate.service, 6);
    assert_eq!(desk.get("/v1/quarantine/waiting").json()["changes"], json!([]));
}
