//! API keys of programs, and a person's own account over the API.

use serde_json::{Value, json};

use super::browser::{Answer, Browser};
use super::edits::Desk;
use super::estate::{Estate, PASSWORD};

/// A key of the person with these scopes: its id and its text.
fn key(desk: &mut Desk, scopes: &[&str]) -> (String, String) {
    let answer = desk.post("/v1/keys", &json!({ "name": "报表", "scopes": scopes }));
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
    let told = answer.json();
    (told["id"].as_str().unwrap().to_owned(), told["key"].as_str().unwrap().to_owned())
}

fn with(key: &str) -> String {
    format!("Bearer {key}")
}

fn get(browser: &mut Browser, key: &str, path: &str) -> Answer {
    browser.send(http::Method::GET, path, &[("authorization", &with(key))], "")
}

fn post(browser: &mut Browser, key: &str, path: &str, body: &Value) -> Answer {
    browser.post_json(path, &[("authorization", &with(key))], &body.to_string())
}

#[test]
fn a_key_opens_what_its_scopes_name_and_its_person_may_see_and_nothing_else() {
    let mut desk = Desk::of("lin");
    let (id, text) = key(&mut desk, &["cases:read"]);
    let mut program = desk.estate.browser();
    let case = format!("/v1/cases/{}", desk.estate.case);
    assert!(get(&mut program, &text, &case).status.is_success());
    get(&mut program, &text, &format!("/v1/cases/{}", desk.estate.far_case)).assert_problem(404, "not_found");
    for path in
        ["/v1/rounds", "/v1/quarantine", "/v1/people", "/v1/devices", "/v1/kpis", "/v1/audit", "/metrics"]
    {
        get(&mut program, &text, path).assert_problem(403, "scope_missing");
    }
    // Neither the account nor its keys: a key makes no keys.
    for path in ["/v1/me", "/v1/keys"] {
        get(&mut program, &text, path).assert_problem(403, "scope_missing");
    }
    let remark = json!({ "kind": "remark", "note": "x" });
    post(&mut program, &text, &format!("{case}/entries"), &remark).assert_problem(403, "scope_missing");
    post(&mut program, &text, "/v1/keys", &json!({})).assert_problem(403, "scope_missing");

    // Writing needs no CSRF text: no browser sends a key of itself.
    let (_, writing) = key(&mut desk, &["cases:write"]);
    assert_eq!(post(&mut program, &writing, &format!("{case}/entries"), &remark).status.as_u16(), 201);
    get(&mut program, &writing, &case).assert_problem(403, "scope_missing");

    let listed = desk.program.get("/v1/keys").json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains("rmk_"), "told once");
    assert_eq!(desk.post(&format!("/v1/keys/{id}/revoke"), &json!({})).json(), json!({ "changed": true }));
    assert_eq!(desk.post(&format!("/v1/keys/{id}/revoke"), &json!({})).json(), json!({ "changed": false }));
    get(&mut program, &text, &case).assert_problem(401, "api_key_invalid");
}

#[test]
fn a_key_goes_with_the_roles_of_its_person() {
    let mut desk = Desk::of("lin");
    let (_, text) = key(&mut desk, &["cases:read"]);
    let mut program = desk.estate.browser();
    assert!(get(&mut program, &text, "/v1/cases").status.is_success());
    desk.estate
        .service
        .write::<_, roundsman_server::ingest::OfficeError>(|batch, _| {
            batch.db.execute("DELETE FROM roles WHERE role = 'reception'", []).unwrap();
            Ok(())
        })
        .unwrap();
    get(&mut program, &text, "/v1/cases").assert_problem(403, "command_not_permitted");
}

#[test]
fn what_is_no_key_is_told_so_and_no_session_helps_it() {
    let mut desk = Desk::of("lin");
    for shown in ["Bearer", "Bearer rmk_", "Bearer rmk_AAAA", "Basic bGluOmxpbg==", "rmk_x", "Bearer 漏"] {
        let headers = [("authorization", shown)];
        let answer = desk.program.send(http::Method::GET, "/v1/cases", &headers, "");
        answer.assert_problem(401, "api_key_invalid");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    for body in [
        json!({ "scopes": ["cases:read"] }),
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "a\nb", "scopes": ["cases:read"] }),
        json!({ "name": "x", "scopes": ["cases:read"], "expires": "tomorrow" }),
    ] {
        assert_eq!(desk.post("/v1/keys", &body).status.as_u16(), 422, "{body}");
    }
    desk.post(&format!("/v1/keys/{}/revoke", desk.estate.case), &json!({})).assert_problem(404, "not_found");
    // Another person's key is none.
    let (id, _) = key(&mut desk, &["cases:read"]);
    let (mut other, csrf) = super::programs::program(&desk.estate, "ou");
    let answer = other.post_json(&format!("/v1/keys/{id}/revoke"), &[("x-csrf-token", &csrf)], "{}");
    answer.assert_problem(404, "not_found");
}

#[test]
fn a_person_replaces_a_one_time_password_and_signs_out_over_the_api() {
    let mut estate = Estate::new();
    let once = estate.receptionist("新来的", "new");
    let mut program = estate.browser();
    let sign_in = |program: &mut Browser, password: &str| {
        program.post_json("/v1/login", &[], &json!({ "login": "new", "password": password }).to_string())
    };
    let opened = sign_in(&mut program, &once).json();
    assert_eq!(opened["password_one_time"], true);
    let csrf = opened["csrf"].as_str().unwrap().to_owned();
    program.get("/v1/me").assert_problem(403, "password_one_time");
    let change = |program: &mut Browser, csrf: &str, old: &str, new: &str| {
        let body = json!({ "old": old, "new": new }).to_string();
        program.post_json("/v1/password", &[("x-csrf-token", csrf)], &body)
    };
    change(&mut program, "", &once, "long enough").assert_problem(403, "csrf_invalid");
    change(&mut program, &csrf, "wrong", "long enough").assert_problem(401, "login_failed");
    change(&mut program, &csrf, &once, "short").assert_problem(422, "value_out_of_range");
    change(&mut program, &csrf, &once, &once).assert_problem(422, "value_out_of_range");
    let before = program.cookies["roundsman"].clone();
    let changed = change(&mut program, &csrf, &once, "long enough").json();
    assert_eq!(changed["password_one_time"], false);
    assert_ne!(program.cookies["roundsman"], before, "a session of its own");
    assert_eq!(program.get("/v1/me").json()["name"], "新来的");
    let csrf = changed["csrf"].as_str().unwrap().to_owned();
    let held = program.cookies["roundsman"].clone();
    assert!(program.post_json("/v1/logout", &[("x-csrf-token", &csrf)], "{}").status.is_success());
    program.cookies.insert("roundsman".into(), held);
    program.get("/v1/me").assert_problem(401, "login_required");
    sign_in(&mut program, &once).assert_problem(401, "login_failed");
    assert!(sign_in(&mut program, "long enough").status.is_success());
    assert!(PASSWORD.len() > 8);
}
