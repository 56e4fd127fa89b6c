//! Wrong passwords on the audit trail.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, header};
use roundsman_server::app::App;
use roundsman_server::router::router;
use roundsman_sync_core::model::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::browser::{Answer, Browser};
use super::estate::{Estate, PASSWORD};
use super::programs::program;

/// The lines of wrong passwords that somebody may read.
fn lines(estate: &Estate, reader: &str) -> Vec<Value> {
    let (mut admin, _) = program(estate, reader);
    let trail = admin.get("/v1/audit?limit=200").json();
    trail["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["action"] == "wrong password")
        .cloned()
        .collect()
}

fn by_program(browser: &mut Browser, login: &str, password: &str) -> Answer {
    let credentials = json!({ "login": login, "password": password }).to_string();
    browser.post_json("/v1/login", &[("x-request-id", "asked-1")], &credentials)
}

#[test]
fn a_wrong_password_is_on_the_trail_with_the_login_if_there_is_one() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    by_program(&mut browser, "LIN", "wrong").assert_problem(401, "login_failed");
    assert!(browser.sign_in("lin", "also wrong").text().contains("role=\"alert\""));
    let found = lines(&estate, "root");
    assert_eq!(found.len(), 2, "{found:?}");
    for line in &found {
        assert_eq!((&line["subject"], &line["person"]), (&json!("lin"), &Value::Null), "nobody is known");
        assert!(!line["request_id"].as_str().unwrap().is_empty());
    }
    assert_eq!(found[1]["request_id"], "asked-1");
    // A right one is none.
    assert!(by_program(&mut browser, "lin", PASSWORD).status.is_success());
    assert_eq!(lines(&estate, "root").len(), 2);
}

#[test]
fn the_line_says_from_where() {
    let estate = Estate::new();
    let app = App::new(Arc::clone(&estate.service), chrono_tz::Asia::Shanghai);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let credentials = json!({ "login": "lin", "password": "wrong" }).to_string();
    let mut request = Request::post("/v1/login")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(credentials))
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))));
    let answer = runtime.block_on(router(app).oneshot(request)).unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    assert_eq!(lines(&estate, "root")[0]["address"], "192.0.2.7");
}

#[test]
fn what_was_typed_for_a_login_is_not_kept_unless_it_is_one() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    // Somebody has typed the password into the first field.
    by_program(&mut browser, PASSWORD, "").assert_problem(401, "login_failed");
    browser.sign_in(PASSWORD, "lin");
    let found = lines(&estate, "root");
    assert_eq!(found.iter().map(|line| line["subject"].clone()).collect::<Vec<_>>(), ["", ""]);
    let (mut admin, _) = program(&estate, "root");
    assert!(!admin.get("/v1/audit?limit=200").text().contains(PASSWORD));
}

#[test]
fn what_is_not_looked_at_leaves_no_line() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    for _ in 0..5 {
        by_program(&mut browser, "lin", "wrong").assert_problem(401, "login_failed");
    }
    for _ in 0..20 {
        by_program(&mut browser, "lin", "wrong").assert_problem(429, "login_paused");
        assert_eq!(browser.sign_in("lin", "wrong").status.as_u16(), 429);
    }
    assert_eq!(lines(&estate, "root").len(), 5);
}

#[test]
fn a_wrong_old_password_is_on_the_trail_of_whoever_typed_it() {
    let estate = Estate::new();
    let (mut lin, csrf) = program(&estate, "lin");
    let body = json!({ "old": "wrong", "new": "long enough" }).to_string();
    lin.post_json("/v1/password", &[("x-csrf-token", &csrf)], &body).assert_problem(401, "login_failed");
    let found = lines(&estate, "root");
    assert_eq!((found.len(), &found[0]["person"]), (1, &lin.get("/v1/me").json()["id"]));
}

#[test]
fn whose_login_was_tried_only_their_administrator_hears() {
    let mut estate = Estate::new();
    estate.person("far admin", estate.far, Role::Admin, "far");
    let mut browser = estate.browser();
    by_program(&mut browser, "ou", "wrong").assert_problem(401, "login_failed");
    by_program(&mut browser, "lin", "wrong").assert_problem(401, "login_failed");
    by_program(&mut browser, "nobody", "wrong").assert_problem(401, "login_failed");
    let subjects =
        |reader: &str| lines(&estate, reader).iter().map(|line| line["subject"].clone()).collect::<Vec<_>>();
    assert_eq!(subjects("root"), ["", "lin"]);
    assert_eq!(subjects("far"), ["", "ou"]);
}
