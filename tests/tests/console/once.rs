//! `Idempotency-Key`, and the audit trail.

use serde_json::{Value, json};

use super::browser::Answer;
use super::edits::Desk;
use super::programs::program;

fn remark(desk: &mut Desk, key: &str, note: &str) -> Answer {
    let body = json!({ "kind": "remark", "note": note }).to_string();
    let path = format!("/v1/cases/{}/entries", desk.estate.case);
    let csrf = desk.csrf().to_owned();
    desk.program.post_json(&path, &[("x-csrf-token", &csrf), ("idempotency-key", key)], &body)
}

fn remarks(desk: &mut Desk) -> usize {
    let case = desk.case();
    let timeline = case["timeline"].as_array().unwrap();
    timeline.iter().filter(|entry| entry["kind"] == "remark").count()
}

#[test]
fn a_request_that_is_sent_again_under_its_key_is_done_once_and_answered_the_same() {
    let mut desk = Desk::of("lin");
    let first = remark(&mut desk, "order-17", "已通知业主");
    assert_eq!(first.status.as_u16(), 201);
    let again = remark(&mut desk, "order-17", "已通知业主");
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(remarks(&mut desk), 1);
    assert_eq!(remark(&mut desk, "order-18", "已通知业主").status.as_u16(), 201);
    assert_eq!(remarks(&mut desk), 2);
    remark(&mut desk, "order-17", "别的").assert_problem(422, "idempotency_key_reused");
    let too_long = "x".repeat(256);
    for key in ["", "a b", &too_long] {
        remark(&mut desk, key, "别的").assert_problem(400, "bad_request");
    }
    assert_eq!(remarks(&mut desk), 2);
}

#[test]
fn what_was_refused_may_be_asked_again_under_the_same_key() {
    let mut desk = Desk::of("lin");
    let (path, csrf) = (format!("/v1/cases/{}/entries", desk.estate.case), desk.csrf().to_owned());
    let headers = [("x-csrf-token", &*csrf), ("idempotency-key", "a")];
    let wrong = json!({ "kind": "remark", "details": { "mood": 1 } }).to_string();
    assert_eq!(desk.program.post_json(&path, &headers, &wrong).status.as_u16(), 422);
    assert_eq!(remark(&mut desk, "a", "好的").status.as_u16(), 201);
}

fn trail(desk: &Desk) -> Vec<Value> {
    let (mut admin, _) = program(&desk.estate, "root");
    let answer = admin.get("/v1/audit");
    assert!(answer.status.is_success(), "{}", answer.text());
    answer.json()["entries"].as_array().unwrap().clone()
}

#[test]
fn what_the_office_does_is_on_the_trail_with_who_and_from_where_and_never_with_what_was_written() {
    let mut desk = Desk::of("lin");
    assert_eq!(remark(&mut desk, "a", "绝密的话").status.as_u16(), 201);
    assert_eq!(remark(&mut desk, "a", "绝密的话").status.as_u16(), 201);
    let lines = trail(&desk);
    let edits: Vec<_> =
        lines.iter().filter(|line| line["action"] == "POST /v1/cases/{case}/entries").collect();
    assert_eq!(edits.len(), 1, "sent again, nothing was done again");
    assert!(edits[0]["subject"].as_str().unwrap().starts_with(&desk.estate.case.to_string()));
    assert!(!edits[0]["request_id"].as_str().unwrap().is_empty());
    assert!(edits[0]["person"].is_string());
    assert!(lines.iter().any(|line| line["action"] == "signed in" && line["subject"] == "lin"));
    assert!(!json!(lines).to_string().contains("绝密"));
    // What was refused changed nothing, and is not there.
    desk.post(&format!("/v1/cases/{}/entries", desk.estate.case), &json!({}))
        .assert_problem(422, "field_missing");
    let after = trail(&desk);
    assert_eq!(after.iter().filter(|line| line["action"] == edits[0]["action"]).count(), 1);
}

#[test]
fn the_trail_is_for_administrators_and_read_page_by_page() {
    let mut desk = Desk::of("lin");
    desk.program.get("/v1/audit").assert_problem(403, "command_not_permitted");
    for n in 0..5 {
        remark(&mut desk, &n.to_string(), "x");
    }
    let all = trail(&desk);
    let (mut admin, _) = program(&desk.estate, "root");
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/v1/audit?limit=2{after}")).json();
        seen.extend(page["entries"].as_array().unwrap().iter().map(|line| line["id"].as_i64().unwrap()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert!(seen.len() > all.len(), "it signed in once more");
    assert!(seen.is_sorted_by(|one, next| one > next));
}
