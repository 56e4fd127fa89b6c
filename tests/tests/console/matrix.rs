//! Who gets through which door, and to which case: every role, every door, every sort of case.

use http::Method;
use roundsman_server::http::doors::Rule;
use roundsman_server::router::doors;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::Role;
use serde_json::{Value, json};

use super::browser::{Answer, Browser};
use super::estate::{Estate, order_of};
use super::programs::program;
use super::staff_doors::{at, sent, staff_doors};

/// A case as it lies to somebody at the estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lies {
    Here,
    Elsewhere,
    Restricted,
    /// Nowhere: there is none of that id.
    Nowhere,
}

/// Who works at the estate, by login.
const STAFF: [(Role, &str); 7] = [
    (Role::Guard, "guard"),
    (Role::Technician, "technician"),
    (Role::Reception, "reception"),
    (Role::Supervisor, "supervisor"),
    (Role::SiteDirector, "director"),
    (Role::Manager, "manager"),
    (Role::Admin, "admin"),
];

/// Whether somebody of this role sees such a case in the office. What DOMAIN and protocol say, written down once
/// more on purpose: this table is not made from the code that it checks.
fn sees(role: Role, lies: Lies) -> bool {
    match (role, lies) {
        (_, Lies::Elsewhere | Lies::Nowhere) => false,
        (Role::Reception | Role::Supervisor, Lies::Here) => true,
        (Role::SiteDirector | Role::Manager, Lies::Here | Lies::Restricted) => true,
        (Role::Reception | Role::Supervisor, Lies::Restricted) => false,
        (Role::Guard | Role::Technician | Role::Admin, _) => false,
    }
}

fn has_office(role: Role) -> bool {
    !matches!(role, Role::Guard | Role::Technician)
}

/// What is sent to a door that writes into a case: something it takes.
fn body(door: &str, someone: &str) -> Value {
    match door {
        "classify" => json!({ "nature": "valid" }),
        "describe" => json!({ "base": "", "result": "x" }),
        "dispatch" => json!({ "department": "engineering" }),
        "sort" => json!({ "kind": "minor" }),
        "assign" => json!({ "assignee": someone }),
        "take" => json!({}),
        "entries" => json!({ "kind": "remark", "note": "x" }),
        "sign-offs" => json!({ "subject": "completion", "outcome": "absent" }),
        "contact" => json!({ "name": "x" }),
        "resolve" => json!({ "field": "urgency", "choice": "urgent" }),
        _ => panic!("say what is sent to a case at '{door}'"),
    }
}

fn knock(
    browser: &mut Browser,
    csrf: &str,
    method: &Method,
    path: &str,
    door: &str,
    someone: &str,
) -> Answer {
    if *method == Method::GET {
        return browser.get(path);
    }
    let last = door.rsplit('/').next().unwrap();
    browser.post_json(path, &[("x-csrf-token", csrf)], &body(last, someone).to_string())
}

/// The answer without what differs from request to request.
fn bare(answer: &Answer) -> (u16, Value) {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    if let Some(fields) = body.as_object_mut() {
        fields.remove("request_id");
    }
    (answer.status.as_u16(), body)
}

#[test]
fn every_door_to_a_case_opens_for_whom_it_should_and_tells_others_what_it_tells_of_no_case_at_all() {
    let mut estate = Estate::new();
    let (site, far) = (estate.site, estate.far);
    for (role, login) in STAFF {
        estate.person(login, site, role, login);
    }
    estate.person("elsewhere", far, Role::Manager, "elsewhere");
    let restricted = estate.confidential_case(site);
    let order = order_of(&mut estate).to_string();
    let someone = estate.technician.replica.enrolled().unwrap().person.to_string();
    let cases = [
        (Lies::Here, estate.case),
        (Lies::Elsewhere, estate.far_case),
        (Lies::Restricted, restricted),
        (Lies::Nowhere, DocumentId::from_bytes([9; 16])),
    ];
    let to_cases: Vec<_> = doors()
        .1
        .into_iter()
        .filter(|door| door.path.starts_with("/v1/") && door.path.contains("{case}"))
        .collect();
    assert!(to_cases.len() >= 13, "{}", to_cases.len());
    for (role, login) in STAFF {
        let (mut browser, csrf) = program(&estate, login);
        for door in &to_cases {
            let mut of_none = None;
            // The last first: what no case is answered is what the others are compared with.
            for (lies, case) in cases.iter().rev() {
                let path = door.path.replace("{case}", &case.to_string()).replace("{order}", &order);
                let answer = knock(&mut browser, &csrf, &door.method, &path, door.path, &someone);
                let told =
                    format!("{role} at {} {} for a case {lies:?}: {}", door.method, door.path, answer.text());
                if !has_office(role) {
                    answer.assert_problem(403, "command_not_permitted");
                } else if sees(role, *lies) {
                    // It may have no such order; that it is told so means that it is seen.
                    assert_ne!(bare(&answer).1["code"], "not_found", "{told}");
                } else {
                    assert_eq!(answer.status.as_u16(), 404, "{told}");
                    let bare = bare(&answer);
                    assert_eq!(of_none.get_or_insert(bare.clone()), &bare, "{told}");
                }
                assert!(answer.status.as_u16() < 500, "{told}");
            }
        }
    }
    // Nor does a manager of another estate.
    let (mut browser, csrf) = program(&estate, "elsewhere");
    for door in &to_cases {
        let path = door.path.replace("{case}", &estate.case.to_string()).replace("{order}", &order);
        assert_eq!(knock(&mut browser, &csrf, &door.method, &path, door.path, &someone).status.as_u16(), 404);
    }
}

#[test]
fn lists_hold_only_cases_that_their_reader_sees_and_contact_data_only_there() {
    let mut estate = Estate::new();
    let site = estate.site;
    for (role, login) in STAFF {
        estate.person(login, site, role, login);
    }
    let restricted = estate.confidential_case(site);
    let cases =
        [(Lies::Here, estate.case), (Lies::Elsewhere, estate.far_case), (Lies::Restricted, restricted)];
    for (role, login) in STAFF.into_iter().filter(|(role, _)| has_office(*role)) {
        let (mut browser, _) = program(&estate, login);
        let lists = doors().1.into_iter().filter(|door| {
            door.method == Method::GET && matches!(door.rule, Rule::Office(_)) && !door.path.contains('{')
        });
        let mut mentioned = String::new();
        for door in lists {
            // What is due needs an estate and a day.
            let query = if door.path == "/v1/rounds/due" {
                format!("?site={site}&date=2026-09-21")
            } else {
                String::new()
            };
            let answer = browser.get(&format!("{}{query}", door.path));
            let is_for_admins = door.path == "/v1/audit";
            if is_for_admins && role != Role::Admin {
                answer.assert_problem(403, "command_not_permitted");
            } else {
                assert!(answer.status.is_success(), "{role} at {}: {}", door.path, answer.text());
            }
            mentioned.push_str(&answer.text());
        }
        for (lies, case) in cases {
            assert_eq!(mentioned.contains(&case.to_string()), sees(role, lies), "{role}, {lies:?}");
        }
        assert!(!mentioned.contains("13800138000") && !mentioned.contains("138 0013 8000"), "{role}");
        let whole = browser.get(&format!("/v1/cases/{}", estate.case)).text();
        assert_eq!(whole.contains("138 0013 8000"), sees(role, Lies::Here), "{role}");
    }
}

#[test]
fn nobody_gets_through_a_door_that_is_not_for_anybody() {
    let estate = Estate::new();
    let mut browser = estate.browser();
    for door in doors().1 {
        let path = door.path.replace(['{', '}'], "");
        let answer = browser.send(door.method.clone(), &path, &[], "");
        let status = answer.status.as_u16();
        match door.rule {
            Rule::Anybody => assert!(
                ![401, 404].contains(&status) || path.contains("assets") || path == "/v1/login",
                "{door:?}: {status}"
            ),
            Rule::Office(_) | Rule::Account => {
                // HEAD has no body to tell it in.
                answer.assert_problem(401, "login_required");
            }
            Rule::Page => assert!([303, 403].contains(&status), "{door:?}: {status}"),
            Rule::Device => {
                assert!((400..500).contains(&status) || door.method == Method::OPTIONS, "{door:?}: {status}")
            }
        }
    }
}

/// Somebody or a phone, as they stand to whoever works at the estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Here,
    Elsewhere,
    /// The person that stands for the terminal, or the device that stands for the office.
    Office,
    Nowhere,
}

/// The status of the answer. Written down once more on purpose, as above.
fn answered(role: Role, stands: Stands, door: &str) -> u16 {
    let is_phone = door.contains("{device}");
    match (role, stands) {
        (Role::Guard | Role::Technician, _) => 403,
        (_, Stands::Elsewhere | Stands::Nowhere) => 404,
        // The office's device is nobody's phone; the terminal's person works everywhere.
        (_, Stands::Office) if is_phone => 404,
        (_, Stands::Office) => 403,
        (Role::Admin, Stands::Here)
            if ["/v1/people", "login", "invite"].iter().any(|end| door.ends_with(end)) =>
        {
            201
        }
        (Role::Admin, Stands::Here) => 200,
        (Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager, Stands::Here) => 403,
    }
}

#[test]
fn every_door_to_people_and_phones_opens_for_the_administrator_of_the_estate_and_for_nobody_else() {
    let mut estate = Estate::new();
    let (site, far) = (estate.site, estate.far);
    for (role, login) in STAFF {
        estate.person(login, estate.site, role, login);
    }
    let (here, there) = (estate.id_of("王强"), estate.id_of("欧阳远"));
    let far_phone = estate.phone_of(there).replica.enrolled().unwrap().device.to_string();
    let identity = estate.service.identity();
    let nobody = DocumentId::from_bytes([9; 16]).to_string();
    let guard = estate.guard.replica.enrolled().unwrap().device.to_string();
    let (office, terminal) = (identity.office.device.to_string(), identity.desk.to_string());
    // Estate, person and phone.
    let cases = [
        (Stands::Here, site, here.to_string(), &guard),
        (Stands::Elsewhere, far, there.to_string(), &far_phone),
        (Stands::Office, site, terminal, &office),
        (Stands::Nowhere, SiteId::from_bytes([9; 16]), nobody.clone(), &nobody),
    ];
    let to_staff = staff_doors();
    for (role, login) in STAFF {
        let (mut browser, csrf) = program(&estate, login);
        for door in &to_staff {
            let mut of_none = None;
            for (stands, estate, person, device) in cases.iter().rev() {
                let is_about_nobody = !door.path.contains('{');
                if is_about_nobody && *stands == Stands::Office {
                    continue;
                }
                // Hiring is about the estate alone; a person is looked for where the asker may give roles.
                let body = sent(door.path, if is_about_nobody { *estate } else { site }).to_string();
                let path = at(door.path, person, device);
                let answer = browser.post_json(&path, &[("x-csrf-token", &csrf)], &body);
                let told = format!("{role} at {} for {stands:?}: {}", door.path, answer.text());
                assert_eq!(answer.status.as_u16(), answered(role, *stands, door.path), "{told}");
                if answer.status.as_u16() == 404 {
                    let bare = bare(&answer);
                    assert_eq!(of_none.get_or_insert(bare.clone()), &bare, "{told}");
                }
            }
        }
    }
}

/// How somebody who works on a phone has to do with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// They have an order of it.
    Assigned,
    /// They had one, and it was given to somebody else.
    FormerlyAssigned,
}

#[test]
fn an_order_opens_its_case_on_the_phone_and_nothing_in_the_office_neither_now_nor_afterwards() {
    let mut estate = Estate::new();
    let (site, far) = (estate.site, estate.far);
    // Role here, whether they have a desk at the other estate, and the order.
    let mut people = Vec::new();
    for role in [Role::Guard, Role::Technician] {
        for desk in [None, Some(Role::Reception), Some(Role::Manager), Some(Role::Admin)] {
            for order in [Order::Assigned, Order::FormerlyAssigned] {
                let login = format!("{role}-{}-{order:?}", desk.map_or("none", Role::as_str));
                estate.person(&login, site, role, &login);
                if let Some(desk) = desk {
                    estate.person(&login, far, desk, &login);
                }
                people.push((login, desk, order));
            }
        }
    }
    let (mut lin, csrf) = program(&estate, "lin");
    let case = format!("/v1/cases/{}", estate.case);
    let successor = estate.id_of("李明").to_string();
    let mut post = |path: &str, body: Value| {
        let answer = lin.post_json(&format!("{case}/{path}"), &[("x-csrf-token", &csrf)], &body.to_string());
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()
    };
    let mut held = Vec::new();
    for (login, desk, order) in people {
        let assignee = estate.id_of(&login).to_string();
        let given = json!({ "department": "engineering", "assignee": assignee });
        let id = post("dispatch", given)["id"].as_str().unwrap().to_owned();
        if order == Order::FormerlyAssigned {
            post(&format!("orders/{id}/assign"), json!({ "assignee": successor }));
        }
        held.push((login, desk, order, id));
    }
    let to_cases: Vec<_> = doors()
        .1
        .into_iter()
        .filter(|door| door.path.starts_with("/v1/") && door.path.contains("{case}"))
        .collect();
    let nowhere = DocumentId::from_bytes([9; 16]).to_string();
    let number = lin.get(&case).json()["number"].as_str().unwrap().to_owned();
    for (login, desk, order, id) in held {
        let (mut browser, csrf) = program(&estate, &login);
        for door in &to_cases {
            let mut knock_at = |case: &str| {
                let path = door.path.replace("{case}", case).replace("{order}", &id);
                knock(&mut browser, &csrf, &door.method, &path, door.path, &successor)
            };
            let of_none = knock_at(&nowhere);
            for case in [estate.case.to_string(), number.clone()] {
                let answer = knock_at(&case);
                if desk.is_none() {
                    answer.assert_problem(403, "command_not_permitted");
                } else {
                    answer.assert_problem(404, "not_found");
                }
                assert_eq!(bare(&answer), bare(&of_none), "{login} ({order:?}) at {}", door.path);
            }
        }
        let lists = doors().1.into_iter().filter(|door| {
            door.method == Method::GET && matches!(door.rule, Rule::Office(_)) && !door.path.contains('{')
        });
        for door in lists.filter(|door| door.path != "/v1/rounds/due") {
            let answer = browser.get(door.path);
            let told = format!("{login} ({order:?}) at {}: {}", door.path, answer.text());
            if desk.is_none() {
                answer.assert_problem(403, "command_not_permitted");
            }
            let secrets = [estate.case.to_string(), number.clone(), "138 0013 8000".into(), "王秀兰".into()];
            assert!(!secrets.iter().any(|secret| answer.text().contains(secret)), "{told}");
        }
        let photo = browser.get(&format!("/v1/photos/{}", estate.photo));
        assert!([403, 404].contains(&photo.status.as_u16()), "{login}: {}", photo.status);
    }
}
