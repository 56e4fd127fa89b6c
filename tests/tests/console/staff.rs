//! People and phones over HTTP: hired, invited, shut out.

use roundsman_server::app::App;
use roundsman_server::database::DatabaseError;
use roundsman_server::http::openapi;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::ENROL_CODE_AGE_MS_MAX;
use roundsman_sync_core::model::Role;
use serde_json::{Value, json};

use super::browser::Answer;
use super::edits::{Desk, minted};
use super::estate::{BACK, PASSWORD, at_the_lift};
use super::programs::program;
use super::staff_doors::{at, sent, staff_doors};

/// What was added, by its id.
#[track_caller]
pub(crate) fn added(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Somebody new at the estate of the desk.
#[track_caller]
pub(crate) fn hired(desk: &mut Desk, name: &str, role: Role) -> String {
    let site = desk.estate.site.to_string();
    added(&desk.post("/v1/people", &json!({ "name": name, "site": site, "role": role.as_str() })))
}

#[test]
fn a_technician_is_hired_works_with_a_phone_and_loses_it() {
    let mut desk = Desk::of("root");
    let site = desk.estate.site;
    let new = json!({ "name": " 何勇 ", "site": site.to_string(), "role": "technician", "department": "engineering" });
    let person = added(&desk.post("/v1/people", &new));
    let listed = desk.program.get("/v1/people?role=technician&department=engineering").json();
    let found = listed["people"].as_array().unwrap().iter().find(|one| one["id"] == person).unwrap().clone();
    assert_eq!(
        (&found["name"], &found["roles"][0]["site"]["id"]),
        (&json!("何勇"), &json!(site.to_string()))
    );

    let invited = desk.post(&format!("/v1/people/{person}/invite"), &json!({}));
    assert_eq!(invited.status.as_u16(), 201, "{}", invited.text());
    let (invited, now) = (invited.json(), App::now());
    let code = invited["code"].as_str().unwrap();
    let mut phone = desk.estate.enrol(code, "何勇的手机", now).unwrap();
    phone.sync_at(&desk.estate.service, now).unwrap();
    assert_eq!(phone.replica.enrolled().unwrap().person.to_string(), person);
    let case = phone.replica.create_case(at_the_lift(site, "轿厢照明不亮。")).unwrap();
    phone.sync_at(&desk.estate.service, now).unwrap();
    let (mut lin, _) = program(&desk.estate, "lin");
    let read = lin.get(&format!("/v1/cases/{case}")).json();
    assert_eq!(read["timeline"][0]["by"]["name"], "何勇");
    let again = desk.estate.enrol(code, "another", now).err().map(|refusal| refusal.code);
    assert_eq!(again, Some(ErrorCode::EnrolCodeUsed), "a code is for one phone");

    let device = phone.replica.enrolled().unwrap().device.to_string();
    let listed = desk.program.get("/v1/devices").json();
    assert_eq!(
        (&listed["devices"][0]["id"], &listed["devices"][0]["revoked"]),
        (&json!(device), &Value::Null)
    );
    for (verb, changed) in
        [("resync", true), ("thaw", false), ("revoke", true), ("revoke", false), ("resync", false)]
    {
        let answer = desk.post(&format!("/v1/devices/{device}/{verb}"), &json!({}));
        assert_eq!(answer.json(), json!({ "changed": changed }), "{verb}");
    }
    assert!(desk.program.get("/v1/devices").json()["devices"][0]["revoked"].is_string());
    phone.replica.create_case(at_the_lift(site, "写在被停用之后。")).unwrap();
    let refused = phone.sync_at(&desk.estate.service, now).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DeviceRevoked);
    assert_eq!(phone.replica.case(case).unwrap(), None, "what it held is gone");
    assert!(!lin.get("/v1/cases").text().contains("写在被停用之后"));
}

#[test]
fn a_code_is_good_for_the_time_that_is_told_and_no_longer() {
    let mut desk = Desk::of("root");
    let person = hired(&mut desk, "何勇", Role::Guard);
    let before = App::now();
    let invited = desk.post(&format!("/v1/people/{person}/invite"), &json!({})).json();
    let expires: chrono::DateTime<chrono::Utc> = invited["expires"].as_str().unwrap().parse().unwrap();
    let told = expires.timestamp_millis() - before.millis();
    assert!((ENROL_CODE_AGE_MS_MAX..ENROL_CODE_AGE_MS_MAX + 60_000).contains(&told), "{told}");
    let late = before.plus_millis(told + 1);
    let refused = desk.estate.enrol(invited["code"].as_str().unwrap(), "late", late).err().unwrap();
    assert_eq!(refused.code, ErrorCode::EnrolCodeExpired);
}

#[test]
fn roles_are_given_changed_and_taken() {
    let mut desk = Desk::of("root");
    let site = desk.estate.site.to_string();
    let person = hired(&mut desk, "何勇", Role::Technician);
    let roles = format!("/v1/people/{person}/roles");
    let give = json!({ "site": site, "role": "supervisor", "department": "engineering" });
    let other = json!({ "site": site, "role": "supervisor", "department": "environment" });
    for (given, changed) in [(&give, true), (&give, false), (&other, true)] {
        assert_eq!(desk.post(&roles, given).json(), json!({ "changed": changed }));
    }
    let held = |desk: &mut Desk| {
        let people = desk.program.get("/v1/people").json();
        let found = people["people"].as_array().unwrap().iter().find(|one| one["id"] == person);
        found.map(|one| {
            one["roles"].as_array().unwrap().iter().map(|held| held["role"].clone()).collect::<Vec<_>>()
        })
    };
    assert_eq!(held(&mut desk), Some(vec![json!("supervisor"), json!("technician")]));
    let take = json!({ "site": site, "role": "supervisor" });
    for changed in [true, false] {
        assert_eq!(desk.post(&format!("{roles}/take"), &take).json(), json!({ "changed": changed }));
    }
    assert_eq!(held(&mut desk), Some(vec![json!("technician")]));
    let last = json!({ "site": site, "role": "technician" });
    assert_eq!(desk.post(&format!("{roles}/take"), &last).json(), json!({ "changed": true }));
    assert_eq!(held(&mut desk), None);
    desk.post(&roles, &last).assert_problem(404, "not_found");
}

#[test]
fn somebody_hired_with_a_login_replaces_the_password_and_works_in_the_office() {
    let mut desk = Desk::of("root");
    let person = hired(&mut desk, "何静", Role::Reception);
    let path = format!("/v1/people/{person}/login");
    let opened = desk.post(&path, &json!({ "login": " HeJing " }));
    assert_eq!(opened.status.as_u16(), 201, "{}", opened.text());
    assert_eq!(opened.header("cache-control"), "no-store");
    let first = opened.json();
    assert_eq!(first["login"], "HeJing");
    let enter = |desk: &Desk, password: &Value| {
        let mut program = desk.estate.browser();
        let credentials = json!({ "login": "hejing", "password": password }).to_string();
        let answer = program.post_json("/v1/login", &[], &credentials);
        (program, answer)
    };
    let (mut theirs, entered) = enter(&desk, &first["one_time_password"]);
    assert_eq!(entered.json()["password_one_time"], true);
    theirs.get("/v1/me").assert_problem(403, "password_one_time");
    // Asked again there is another, and what was opened with the first ends.
    let second = desk.post(&path, &json!({ "login": "hejing" })).json();
    assert_ne!(first["one_time_password"], second["one_time_password"]);
    theirs.get("/v1/me").assert_problem(401, "login_required");
    enter(&desk, &first["one_time_password"]).1.assert_problem(401, "login_failed");
    let (mut theirs, entered) = enter(&desk, &second["one_time_password"]);
    let csrf = entered.json()["csrf"].as_str().unwrap().to_owned();
    let change = json!({ "old": second["one_time_password"], "new": PASSWORD }).to_string();
    assert!(theirs.post_json("/v1/password", &[("x-csrf-token", &csrf)], &change).status.is_success());
    assert_eq!(theirs.get("/v1/me").json()["name"], "何静");
    assert!(theirs.get(&format!("/v1/cases/{}", desk.estate.case)).status.is_success());
}

#[test]
fn what_is_told_once_is_kept_nowhere() {
    let mut desk = Desk::of("root");
    let person = hired(&mut desk, "何静", Role::Reception);
    let csrf = desk.csrf().to_owned();
    let headers = [("x-csrf-token", csrf.as_str()), ("idempotency-key", "a")];
    let login = json!({ "login": "hejing" }).to_string();
    for (path, body) in [("login", login.as_str()), ("invite", "{}")] {
        let path = format!("/v1/people/{person}/{path}");
        desk.program.post_json(&path, &headers, body).assert_problem(400, "bad_request");
    }
    let secrets = [
        desk.post(&format!("/v1/people/{person}/login"), &json!({ "login": "hejing" })).json()["one_time_password"].clone(),
        desk.post(&format!("/v1/people/{person}/invite"), &json!({})).json()["code"].clone(),
    ];
    let trail = desk.program.get("/v1/audit").text();
    let kept = desk
        .estate
        .service
        .read::<_, DatabaseError>(|db| {
            let sql = "SELECT group_concat(body) FROM answers";
            Ok(db.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).unwrap())
        })
        .unwrap();
    assert_eq!(kept, None, "no answer of these is kept");
    for secret in secrets {
        assert!(!trail.contains(secret.as_str().unwrap()));
    }
    assert!(
        trail.contains(&format!("\"POST /v1/people/{{person}}/login\",\"subject\":\"{person} hejing\"")),
        "{trail}"
    );
}

#[test]
fn exactly_what_is_told_once_takes_no_idempotency_key_and_is_described_so() {
    let described: Value = serde_json::from_str(openapi::text()).unwrap();
    let mut desk = Desk::of("root");
    let csrf = desk.csrf().to_owned();
    let headers = [("x-csrf-token", csrf.as_str()), ("idempotency-key", "a")];
    for door in staff_doors() {
        let parameters = described["paths"][door.path]["post"]["parameters"].as_array().unwrap();
        let takes = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        assert_eq!(takes, !door.path.ends_with("/login") && !door.path.ends_with("/invite"), "{}", door.path);
        let path = at(door.path, &minted(1), &minted(1));
        let body = sent(door.path, desk.estate.far).to_string();
        let answer = desk.program.post_json(&path, &headers, &body);
        answer.assert_problem(if takes { 404 } else { 400 }, if takes { "not_found" } else { "bad_request" });
    }
}

#[test]
fn names_are_bounded_and_two_people_may_share_one() {
    let mut desk = Desk::of("root");
    let site = desk.estate.site.to_string();
    let long = "何".repeat(201);
    for (name, code) in [
        ("", "field_missing"),
        (" ", "field_missing"),
        ("何\u{0}勇", "text_invalid"),
        ("何\n勇", "text_invalid"),
        (&*long, "text_too_long"),
    ] {
        let new = json!({ "name": name, "site": site, "role": "guard" });
        desk.post("/v1/people", &new).assert_problem(422, code);
    }
    for body in [
        json!({ "site": site, "role": "guard" }),
        json!({ "name": "何勇", "role": "guard" }),
        json!({ "name": "何勇", "site": site }),
    ] {
        desk.post("/v1/people", &body).assert_problem(422, "field_missing");
    }
    for (field, value) in [("role", "king"), ("department", "kitchen"), ("site", "here")] {
        let mut new = json!({ "name": "何勇", "site": site, "role": "guard" });
        new[field] = value.into();
        desk.post("/v1/people", &new).assert_problem(422, "value_out_of_range");
    }
    let (one, two) = (hired(&mut desk, "何勇", Role::Guard), hired(&mut desk, "何勇", Role::Guard));
    assert_ne!(one, two);
    for login in ["", " ", "a\nb", &"x".repeat(65)] {
        let answer = desk.post(&format!("/v1/people/{one}/login"), &json!({ "login": login }));
        assert_eq!(answer.status.as_u16(), 422, "{login:?}: {}", answer.text());
    }
    // By the name alone nobody can tell who is meant.
    let newcomer = Newcomer {
        name: "何勇".to_owned(),
        site: desk.estate.site,
        role: Role::Supervisor,
        department: None,
    };
    let at_terminal = Sitting { person: desk.estate.service.identity().desk, now: BACK };
    let refused = desk.estate.service.write::<_, OfficeError>(|batch, office| {
        office.add_person(batch, &mut rand::rng(), at_terminal, &newcomer)
    });
    let Err(OfficeError::Refused(refused)) = refused else { panic!("somebody was chosen") };
    assert!(refused.message.contains(&one) && refused.message.contains(&two), "{}", refused.message);
}

#[test]
fn a_person_is_hired_once_however_often_it_is_sent_under_one_key() {
    let mut desk = Desk::of("root");
    let csrf = desk.csrf().to_owned();
    let headers = [("x-csrf-token", csrf.as_str()), ("idempotency-key", "hire-1")];
    let new = json!({ "name": "何勇", "site": desk.estate.site.to_string(), "role": "guard" }).to_string();
    let first = added(&desk.program.post_json("/v1/people", &headers, &new));
    assert_eq!(added(&desk.program.post_json("/v1/people", &headers, &new)), first);
    let listed = desk.program.get("/v1/people?role=guard").text();
    assert_eq!(listed.matches("何勇").count(), 1);
}

#[test]
fn who_gave_which_role_where_is_on_the_trail() {
    let mut desk = Desk::of("root");
    let site = desk.estate.site.to_string();
    let person = hired(&mut desk, "何勇", Role::Guard);
    let role = json!({ "site": site, "role": "supervisor" });
    desk.post(&format!("/v1/people/{person}/roles"), &role);
    desk.post(&format!("/v1/people/{person}/roles/take"), &role);
    let trail = desk.program.get("/v1/audit").json();
    let root = desk.program.get("/v1/me").json()["id"].clone();
    let lines: Vec<_> = trail["entries"].as_array().unwrap().iter().take(3).collect();
    let expected = [
        ("POST /v1/people/{person}/roles/take", format!("{person} {site} supervisor")),
        ("POST /v1/people/{person}/roles", format!("{person} {site} supervisor")),
        ("POST /v1/people", format!("{person} {site} guard")),
    ];
    for (line, (action, subject)) in lines.into_iter().zip(expected) {
        assert_eq!((&line["action"], &line["subject"]), (&json!(action), &json!(subject)));
        assert_eq!(line["person"], root);
    }
}
