//! Whoever administers one estate does not become somebody of another, nor the office itself.

use roundsman_sync_core::model::Role;
use serde_json::{Value, json};

use super::browser::{Answer, Browser};
use super::edits::Desk;
use super::estate::Estate;
use super::programs::program;
use super::staff::hired;
use super::staff_doors::{at, sent, staff_doors};

fn knock(browser: &mut Browser, headers: &[(&str, &str)], path: &str, body: &Value) -> Answer {
    browser.post_json(path, headers, &body.to_string())
}

#[test]
fn only_who_administers_the_estate_gets_through_any_door_to_its_people_and_phones() {
    let mut estate = Estate::new();
    let (site, far) = (estate.site, estate.far);
    estate.person("director", site, Role::SiteDirector, "director");
    estate.person("manager", site, Role::Manager, "manager");
    estate.person("far admin", far, Role::Admin, "far");
    estate.person("near", far, Role::Admin, "near");
    estate.person("near", site, Role::Reception, "near");
    let (guard, device) =
        (estate.id_of("王强").to_string(), estate.guard.replica.enrolled().unwrap().device.to_string());
    // Who asks, and what they are answered wherever they knock.
    let table = [
        ("nobody", 401, "login_required"),
        ("li", 403, "command_not_permitted"),
        ("lin", 403, "command_not_permitted"),
        ("director", 403, "command_not_permitted"),
        ("manager", 403, "command_not_permitted"),
        ("near", 403, "command_not_permitted"),
        ("far", 404, "not_found"),
    ];
    let doors = staff_doors();
    let knock_at = |browser: &mut Browser, headers: &[(&str, &str)], door: &str| {
        knock(browser, headers, &at(door, &guard, &device), &sent(door, site))
    };
    for (login, status, code) in table {
        let (mut browser, csrf) = match login {
            "nobody" => (estate.browser(), String::new()),
            login => program(&estate, login),
        };
        for door in &doors {
            knock_at(&mut browser, &[("x-csrf-token", &csrf)], door.path).assert_problem(status, code);
        }
    }
    let (mut root, csrf) = program(&estate, "root");
    for door in &doors {
        knock_at(&mut root, &[], door.path).assert_problem(403, "csrf_invalid");
    }
    // A key opens what it names, and no key opens the other half.
    for (scope, opens) in
        [("people:write", "/v1/people"), ("devices:write", "/v1/devices"), ("people:read", "-")]
    {
        let new = json!({ "name": "x", "scopes": [scope] });
        let key = knock(&mut root, &[("x-csrf-token", &csrf)], "/v1/keys", &new).json()["key"].clone();
        let bearer = format!("Bearer {}", key.as_str().unwrap());
        let mut program = estate.browser();
        for door in &doors {
            let answer = knock_at(&mut program, &[("authorization", &bearer)], door.path);
            if door.path.starts_with(opens) {
                assert!(answer.status.is_success(), "{}: {}", door.path, answer.text());
            } else {
                answer.assert_problem(403, "scope_missing");
            }
        }
    }
}

#[test]
fn the_administrator_of_one_estate_cannot_become_the_manager_of_another() {
    let mut desk = Desk::of("root");
    let (site, far) = (desk.estate.site, desk.estate.far);
    desk.estate.person("周敏", site, Role::Technician, "zhou");
    desk.estate.person("周敏", far, Role::Manager, "zhou");
    let zhou = desk.estate.id_of("周敏").to_string();
    let act_as = |desk: &mut Desk| {
        [
            desk.post(&format!("/v1/people/{zhou}/login"), &json!({ "login": "zhou" })),
            desk.post(&format!("/v1/people/{zhou}/login"), &json!({ "login": "another" })),
            desk.post(&format!("/v1/people/{zhou}/invite"), &json!({})),
        ]
    };
    for refused in act_as(&mut desk) {
        refused.assert_problem(403, "command_not_permitted");
    }
    // What they do here is this administrator's affair, and gives nothing there.
    let guard = json!({ "site": site.to_string(), "role": "guard" });
    let (roles, take) = (format!("/v1/people/{zhou}/roles"), format!("/v1/people/{zhou}/roles/take"));
    assert_eq!(desk.post(&roles, &guard).json(), json!({ "changed": true }));
    for role in ["manager", "admin"] {
        let there = json!({ "site": far.to_string(), "role": role });
        desk.post(&roles, &there).assert_problem(404, "not_found");
        desk.post(&take, &there).assert_problem(404, "not_found");
        let me = desk.program.get("/v1/me").json()["id"].as_str().unwrap().to_owned();
        desk.post(&format!("/v1/people/{me}/roles"), &there).assert_problem(404, "not_found");
        let new = json!({ "name": "何勇", "site": far.to_string(), "role": role });
        desk.post("/v1/people", &new).assert_problem(404, "not_found");
    }
    // Nor does sending them away from here help: then they are in nobody's view.
    for role in ["guard", "technician"] {
        let here = json!({ "site": site.to_string(), "role": role });
        assert_eq!(desk.post(&take, &here).json(), json!({ "changed": true }));
    }
    for refused in act_as(&mut desk) {
        refused.assert_problem(404, "not_found");
    }
    program(&desk.estate, "zhou");
    // Whoever administers both may.
    desk.estate.person("both", site, Role::Admin, "both");
    desk.estate.person("both", far, Role::Admin, "both");
    let (mut both, csrf) = program(&desk.estate, "both");
    let answer =
        knock(&mut both, &[("x-csrf-token", &csrf)], &format!("/v1/people/{zhou}/invite"), &json!({}));
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
}

#[test]
fn the_office_itself_is_nobody_to_sign_in_as_and_no_phone_to_shut_out() {
    let mut estate = Estate::new();
    for site in [estate.site, estate.far] {
        estate.person("both", site, Role::Admin, "both");
    }
    let identity = estate.service.identity();
    let (terminal, office) = (identity.desk.to_string(), identity.office.device.to_string());
    let (mut both, csrf) = program(&estate, "both");
    assert!(both.get("/v1/people").text().contains(&terminal), "it is in view");
    for door in staff_doors().iter().filter(|door| door.path.contains('{')) {
        let (path, body) = (at(door.path, &terminal, &office), sent(door.path, estate.site));
        let (status, code) =
            if path.contains("people") { (403, "command_not_permitted") } else { (404, "not_found") };
        knock(&mut both, &[("x-csrf-token", &csrf)], &path, &body).assert_problem(status, code);
    }
}

#[test]
fn a_login_that_is_somebody_elses_is_refused_without_telling_whose_it_is() {
    let mut desk = Desk::of("root");
    let newcomer = hired(&mut desk, "何静", Role::Reception);
    let ou = desk.estate.id_of("欧阳远").to_string();
    for login in ["ou", "OU", " ou "] {
        let answer = desk.post(&format!("/v1/people/{newcomer}/login"), &json!({ "login": login }));
        answer.assert_problem(422, "value_out_of_range");
        for told in ["欧阳远", &ou, "远山苑"] {
            assert!(!answer.text().contains(told), "{}", answer.text());
        }
    }
    let (mut theirs, _) = program(&desk.estate, "ou");
    assert_eq!(theirs.get("/v1/me").json()["id"], ou, "the password is what it was");
}
