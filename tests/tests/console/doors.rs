//! Who is let in, and what a request must prove.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use http::{Method, Request, header};
use http_body_util::channel::Channel;
use roundsman_server::app::App;
use roundsman_server::auth::rates::Rates;
use roundsman_server::router::router;
use tower::ServiceExt;

use super::browser::Browser;
use super::estate::{Estate, PASSWORD};

#[test]
fn a_one_time_password_opens_nothing_but_the_form_for_another() {
    let mut estate = Estate::new();
    let once = estate.receptionist("新来的", "new");
    let mut browser = estate.browser();
    browser.sign_in("new", &once).assert_goes_to("/password");
    browser.get("/").assert_goes_to("/password");
    browser.get("/v1/cases").assert_problem(403, "password_one_time");

    let csrf = browser.get("/password").csrf();
    let mut change = |old: &str, new: &str, again: &str| {
        browser.post("/password", &[("old", old), ("new", new), ("again", again), ("csrf", &csrf)])
    };
    for (old, new, again) in [
        ("wrong", "long enough", "long enough"),
        (&*once, "short", "short"),
        (&*once, "long enough", "other enough"),
        (&*once, &*once, &*once),
    ] {
        let page = change(old, new, again);
        assert!(page.status.is_success() && page.text().contains("role=\"alert\""), "{new}");
    }
    change(&once, "long enough", "long enough").assert_goes_to("/");
    assert!(browser.get("/").status.is_success());
    assert!(estate.browser().sign_in("new", &once).text().contains("role=\"alert\""));
    estate.browser().sign_in("new", "long enough").assert_goes_to("/");
}

#[test]
fn a_new_password_ends_the_sessions_of_other_browsers() {
    let mut estate = Estate::new();
    let once = estate.receptionist("新来的", "new");
    let (mut thief, mut owner) = (estate.browser(), estate.browser());
    thief.sign_in("new", &once).assert_goes_to("/password");
    owner.sign_in("new", &once).assert_goes_to("/password");
    let csrf = owner.get("/password").csrf();
    let fields = [("old", &*once), ("new", "long enough"), ("again", "long enough"), ("csrf", &*csrf)];
    owner.post("/password", &fields).assert_goes_to("/");
    thief.get("/").assert_goes_to("/login");
}

#[test]
fn a_wrong_password_opens_nothing_and_the_sixth_try_is_not_heard() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    for _ in 0..5 {
        let page = browser.sign_in("lin", "wrong");
        assert!(page.status.is_success() && page.text().contains("role=\"alert\""));
        assert!(page.text().contains("value=\"lin\""), "only the password is typed again");
        browser.get("/").assert_goes_to("/login");
    }
    let page = browser.sign_in("lin", PASSWORD);
    assert_eq!(page.status.as_u16(), 429);
    assert!(page.header(header::RETRY_AFTER).parse::<u64>().unwrap() > 0);
    let credentials = format!(r#"{{"login":"lin","password":"{PASSWORD}"}}"#);
    browser.post_json("/v1/login", &[], &credentials).assert_problem(429, "login_paused");
    browser.sign_in("ou", PASSWORD).assert_goes_to("/");
}

#[test]
fn nobody_sees_anything_without_a_session() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    let (case, photo) = (format!("/cases/{}", estate.case), format!("/photos/{}", estate.photo));
    for page in ["/", &case, &photo, "/password"] {
        browser.get(page).assert_goes_to("/login");
    }
    for path in ["cases", "conflicts", "quarantine", "devices", &case[1..], &photo[1..]] {
        browser.get(&format!("/v1/{path}")).assert_problem(401, "login_required");
    }
    browser
        .post_json("/v1/login", &[], r#"{"login":"lin","password":"x"}"#)
        .assert_problem(401, "login_failed");
}

#[test]
fn a_technician_has_no_console() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("li");
    assert_eq!(browser.get("/").status.as_u16(), 403);
    assert_eq!(browser.get(&format!("/cases/{}", estate.case)).status.as_u16(), 403);
    browser.get("/v1/cases").assert_problem(403, "command_not_permitted");
}

#[test]
fn phones_come_page_by_page_the_newest_first_each_once() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("root");
    let all = browser.get("/v1/devices").json();
    assert_eq!(all["next"], serde_json::Value::Null);
    let first = browser.get("/v1/devices?limit=1").json();
    assert_eq!(first["next"], first["devices"][0]["id"]);
    let second =
        browser.get(&format!("/v1/devices?limit=1&after={}", first["next"].as_str().unwrap())).json();
    assert_eq!(second["next"], serde_json::Value::Null);
    let walked = [&first["devices"][0], &second["devices"][0]];
    assert_eq!(walked.as_slice(), all["devices"].as_array().unwrap().iter().collect::<Vec<_>>());
    browser.get("/v1/devices?after=yesterday").assert_problem(422, "value_out_of_range");
}

#[test]
fn an_administrator_sees_phones_and_no_case() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("root");
    assert_eq!(browser.get("/v1/devices").json()["devices"].as_array().unwrap().len(), 2);
    assert_eq!(browser.get("/v1/cases").json()["cases"].as_array().unwrap().len(), 0);
    assert_eq!(browser.get(&format!("/cases/{}", estate.case)).status.as_u16(), 404);
    assert_eq!(browser.get(&format!("/photos/{}", estate.photo)).status.as_u16(), 404);
}

#[test]
fn the_token_from_before_the_login_is_worth_nothing_after_it() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    browser.get("/login");
    let before = browser.cookies["roundsman"].clone();
    browser.sign_in("lin", PASSWORD).assert_goes_to("/");
    assert_ne!(browser.cookies["roundsman"], before);
    browser.cookies.insert("roundsman".into(), before);
    browser.get("/").assert_goes_to("/login");
}

#[test]
fn signing_out_ends_the_session_at_the_server_too() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let held = browser.cookies["roundsman"].clone();
    let csrf = browser.get("/").csrf();
    browser.post("/logout", &[("csrf", &csrf)]).assert_goes_to("/login");
    browser.cookies.insert("roundsman".into(), held);
    browser.get("/").assert_goes_to("/login");
}

#[test]
fn a_form_of_another_site_does_nothing() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let other = estate.signed_in("ou").get("/").csrf();
    for csrf in ["", "x", &other] {
        assert_eq!(browser.post("/logout", &[("csrf", csrf)]).status.as_u16(), 403);
        let switched = browser.post("/language", &[("lang", "zh-CN"), ("back", "/"), ("csrf", csrf)]);
        assert_eq!(switched.status.as_u16(), 403);
    }
    assert!(browser.get("/").status.is_success(), "still signed in");
    // Before the login too: otherwise somebody could be signed in to a stranger's account unseen.
    let mut fresh = estate.browser();
    let fields = [("login", "lin"), ("password", PASSWORD), ("csrf", &*other)];
    assert_eq!(fresh.post("/login", &fields).status.as_u16(), 403);
    fresh.get("/").assert_goes_to("/login");
}

#[test]
fn every_answer_is_protected() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let case = format!("/cases/{}", estate.case);
    for path in ["/", &case, "/nowhere", "/v1/cases", "/v1/nowhere", "/assets/icon.svg"] {
        let answer = browser.get(path);
        assert!(answer.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin", "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    assert_eq!(browser.get(&case).header(header::CACHE_CONTROL), "no-store");
    let cookie = estate.browser().sign_in("lin", PASSWORD);
    let cookie = cookie.header(header::SET_COOKIE);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
}

#[test]
fn methods_and_paths_that_do_not_exist_are_told_apart() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let head = browser.send(Method::HEAD, "/", &[], "");
    assert!(head.status.is_success() && head.body.is_empty());
    let wrong = browser.send(Method::DELETE, "/v1/conflicts", &[], "");
    wrong.assert_problem(405, "method_not_allowed");
    assert_eq!(wrong.header(header::ALLOW), "GET,HEAD");
    browser.post("/", &[]).assert_problem(405, "method_not_allowed");
    browser.get("/v1/nowhere").assert_problem(404, "not_found");
    let page = browser.get("/nowhere");
    assert_eq!((page.status.as_u16(), page.header(header::CONTENT_TYPE)), (404, "text/html; charset=utf-8"));
    assert!(page.text().contains(page.header("x-request-id")), "the page tells what to ask the log for");
}

#[test]
fn a_body_that_is_too_long_or_not_what_it_says_is_refused() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let path = format!("/v1/cases/{}/classify", estate.case);
    let csrf = browser.get("/").csrf();
    let token = [("x-csrf-token", &*csrf)];
    let long = format!(r#"{{"subject":"{}"}}"#, "x".repeat(300_000));
    browser.post_json(&path, &token, &long).assert_problem(413, "body_too_large");
    browser.post_json(&path, &token, "{").assert_problem(400, "bad_request");
    browser.post_json(&path, &token, r#"{"urgncy":"urgent"}"#).assert_problem(422, "bad_request");
    browser.post_json(&path, &token, r#"{"urgency":"soon"}"#).assert_problem(422, "value_out_of_range");
    browser.post_json(&path, &token, "{}").assert_problem(422, "field_missing");
    browser.send(Method::POST, &path, &token, r#"{"urgency":"urgent"}"#).assert_problem(415, "bad_request");
    browser.post("/login", &[("login", "lin")]).assert_problem(422, "bad_request");
}

#[test]
fn whoever_falls_silent_within_a_body_is_not_waited_for_for_ever() {
    let estate = Estate::new();
    let router = router(App::new(Arc::clone(&estate.service), chrono_tz::Asia::Shanghai));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    for (path, kind) in [("/v1/login", "application/json"), ("/v1/sync", "application/cbor")] {
        runtime.block_on(async {
            let (mut sender, body) = Channel::<Bytes, Infallible>::new(1);
            sender.send_data(Bytes::from_static(b"{")).await.unwrap();
            let request = Request::post(path).header(header::CONTENT_TYPE, kind).body(Body::new(body));
            let begun = tokio::time::Instant::now();
            let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
            assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
            assert_eq!(begun.elapsed().as_secs(), 180, "{path}");
            drop(sender);
        });
    }
}

#[test]
fn a_new_one_time_password_ends_the_sessions_of_the_old_one() {
    let mut estate = Estate::new();
    let once = estate.receptionist("新来的", "new");
    let mut browser = estate.browser();
    browser.sign_in("new", &once).assert_goes_to("/password");
    let again = estate.receptionist("新来的", "NEW");
    browser.get("/password").assert_goes_to("/login");
    estate.browser().sign_in("new", &again).assert_goes_to("/password");
}

/// The application where few requests are served at once, and then one in a minute.
fn hurried(estate: &Estate) -> App {
    App {
        people: Arc::new(Rates::new(2, 60_000)),
        enrolments: Arc::new(Rates::new(2, 60_000)),
        ..App::new(Arc::clone(&estate.service), chrono_tz::Asia::Shanghai)
    }
}

#[test]
fn a_person_who_asks_too_fast_has_to_pause_and_nobody_else_does() {
    let estate = Estate::new();
    let app = hurried(&estate);
    let sign_in = |login: &str| {
        let mut program = Browser::new(router(app.clone()));
        let credentials = format!(r#"{{"login":"{login}","password":"{PASSWORD}"}}"#);
        assert!(program.post_json("/v1/login", &[], &credentials).status.is_success());
        program
    };
    let (mut lin, mut ou) = (sign_in("lin"), sign_in("ou"));
    assert!(lin.get("/v1/me").status.is_success());
    assert!(lin.get("/v1/cases").status.is_success());
    let answer = lin.get("/v1/cases");
    answer.assert_problem(429, "too_many_requests");
    assert!((1..=61).contains(&answer.header(header::RETRY_AFTER).parse::<u32>().unwrap()));
    assert!(ou.get("/v1/me").status.is_success());
}

#[test]
fn enrolments_are_tried_so_often_from_one_address_and_no_oftener() {
    let estate = Estate::new();
    let router = router(hurried(&estate));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ask = |last: u8| {
        let mut request = Request::post("/v1/enrol").body(Body::from("x")).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, last], 50_000))));
        runtime.block_on(router.clone().oneshot(request)).unwrap().status().as_u16()
    };
    assert_eq!([ask(1), ask(1), ask(1), ask(2)], [400, 400, 429, 400]);
}
