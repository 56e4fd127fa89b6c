//! What a program writes: each request one ordinary signed change of the person who signed in.

use roundsman_server::ingest::OfficeError;
use roundsman_sync_core::ids::{PersonId, SiteId};
use serde_json::{Value, json};

use super::browser::{Answer, Browser};
use super::estate::Estate;
use super::programs::program;

/// A program that may write, with the case of the estate.
pub(crate) struct Desk {
    pub(crate) estate: Estate,
    pub(crate) program: Browser,
    csrf: String,
}

impl Desk {
    pub(crate) fn of(login: &str) -> Self {
        let estate = Estate::new();
        let (program, csrf) = program(&estate, login);
        Self { estate, program, csrf }
    }

    /// Somebody who holds every office of the estate at once, so that only the entries themselves are judged.
    fn of_everything() -> Self {
        let mut desk = Self::of("lin");
        let (person, site) = (desk.person("林晓芸"), desk.site());
        let (person, site): (PersonId, SiteId) = (person.parse().unwrap(), site.parse().unwrap());
        desk.estate
            .service
            .write::<_, OfficeError>(|batch, _| {
                for role in ["technician", "supervisor", "site_director", "manager"] {
                    let sql = "INSERT INTO roles (person, site, role, pos) VALUES (?1, ?2, ?3, 1)";
                    batch.db.execute(sql, (person.as_bytes(), site.as_bytes(), role)).unwrap();
                }
                Ok(())
            })
            .unwrap();
        desk
    }

    /// The text by which the session vouches for its requests.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.program.post_json(path, &[("x-csrf-token", &self.csrf)], &body.to_string())
    }

    /// Posts below the case; it must succeed.
    #[track_caller]
    pub(crate) fn write(&mut self, path: &str, body: Value) -> Value {
        let answer = self.post(&format!("/v1/cases/{}/{path}", self.estate.case), &body);
        assert!(answer.status.is_success(), "{path} {body}: {}", answer.text());
        answer.json()
    }

    pub(crate) fn case(&mut self) -> Value {
        self.program.get(&format!("/v1/cases/{}", self.estate.case)).json()
    }

    pub(crate) fn last_entry(&mut self) -> Value {
        self.case()["timeline"].as_array().unwrap().last().unwrap().clone()
    }

    /// The id of somebody who works here.
    pub(crate) fn person(&mut self, name: &str) -> String {
        let people = self.program.get("/v1/people").json();
        let found = people["people"].as_array().unwrap().iter().find(|person| person["name"] == name);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn site(&mut self) -> String {
        self.case()["site"]["id"].as_str().unwrap().to_owned()
    }

    /// How much was ever written down.
    pub(crate) fn log(&self) -> u64 {
        self.estate
            .service
            .read::<_, roundsman_server::database::DatabaseError>(|tables| {
                roundsman_server::log::head(tables)
            })
            .unwrap()
    }
}

/// An id that a client minted.
pub(crate) fn minted(n: u8) -> String {
    format!("0190c0de-0000-7000-8000-0000000000{n:02x}")
}

#[test]
fn a_case_is_written_down_with_who_raised_it_and_once_however_often_it_is_sent() {
    let mut desk = Desk::of("lin");
    let (site, about) = (desk.site(), desk.person("李明"));
    let case = json!({
        "id": minted(1), "site": site, "kind": "complaint", "channel": "hotline", "urgency": "important",
        "subject": "service_attitude", "place": { "building": "5栋" }, "description": "门岗态度不好",
        "reported_at": "2026-09-20T09:00:00+08:00", "external_number": "12345-7", "about": about, "anonymous": true,
        "contact": { "phone": "138 0013 8000", "words": "叫他道歉" },
    });
    let made = desk.post("/v1/cases", &case);
    assert_eq!(made.status.as_u16(), 201, "{}", made.text());
    assert_eq!(made.json(), json!({ "id": minted(1), "number": "R000003" }));
    let log = desk.log();
    assert_eq!(desk.post("/v1/cases", &case).json(), made.json());
    assert_eq!(desk.log(), log, "the second time nothing was written");

    let read = desk.program.get("/v1/cases/R000003").json();
    assert_eq!(read["reported_at"], "2026-09-20T01:00:00.000Z");
    assert_eq!((&read["anonymous"], &read["about"]["name"]), (&true.into(), &"李明".into()));
    assert_eq!(read["external_number"], "12345-7");
    assert_eq!(read["contact"]["fields"]["phone"][0]["value"], "138 0013 8000");
    assert_eq!(read["contact"]["words"], "叫他道歉");
    assert_eq!(read["timeline"][0]["kind"], "received");
    let other = json!({ "id": minted(1), "site": site, "kind": "complaint", "channel": "hotline", "subject": "noise" });
    desk.post("/v1/cases", &other).assert_problem(409, "entry_immutable");
    let taken = json!({ "id": desk.estate.far_case.to_string(), "site": site, "kind": "repair", "channel": "phone",
        "subject": "noise" });
    desk.post("/v1/cases", &taken).assert_problem(409, "entry_immutable");
    assert_eq!(desk.log(), log);
}

#[test]
fn a_case_about_somebody_is_not_there_for_them_nor_for_who_does_not_lead() {
    let mut desk = Desk::of("lin");
    let lin = desk.person("林晓芸");
    let case = format!("/v1/cases/{}", desk.estate.case);
    assert_eq!(desk.write("classify", json!({ "about": lin })), json!({ "changed": true }));
    desk.program.get(&case).assert_problem(404, "not_found");
    desk.program.get("/v1/cases/R000001/timeline").assert_problem(404, "not_found");
    let choice = json!({ "field": "about", "choice": lin });
    desk.post(&format!("{case}/resolve"), &choice).assert_problem(404, "not_found");
    let other = desk.person("李明");
    desk.post(&format!("{case}/classify"), &json!({ "about": other })).assert_problem(404, "not_found");
    assert_eq!(desk.program.get("/v1/cases?q=电梯").json()["cases"], json!([]));
    assert!(!desk.program.get(&format!("/cases/{}", desk.estate.case)).text().contains("电梯"));

    // About somebody else it is for those who lead, and for whoever took it in.
    let mut desk = Desk::of("lin");
    let site = desk.site();
    desk.write("classify", json!({ "about": other }));
    desk.program.get(&case).assert_problem(404, "not_found");
    let own = json!({ "id": minted(9), "site": site, "kind": "complaint", "channel": "phone",
        "subject": "service_attitude", "about": other });
    assert_eq!(desk.post("/v1/cases", &own).status.as_u16(), 201);
    let read = desk.program.get(&format!("/v1/cases/{}", minted(9))).json();
    assert_eq!(read["about"]["name"], "李明");
    assert_eq!(read["fields"]["about"][0]["value"]["name"], "李明");
}

#[test]
fn an_order_is_given_sorted_passed_on_and_taken() {
    let mut desk = Desk::of("lin");
    let (li, lin) = (desk.person("李明"), desk.person("林晓芸"));
    let first = desk.case()["orders"][0]["id"].as_str().unwrap().to_owned();
    let order = json!({
        "id": minted(2), "department": "engineering", "assignee": li, "kind": "minor", "liability": "warranty",
        "party": { "kind": "maintenance", "name": "迅达维保" },
        "appointment": { "from": "2026-11-23T14:00:00+08:00", "to": "2026-11-23T16:00:00+08:00" },
        "by_phone": true, "rework_of": first, "note": "上次没修好",
    });
    assert_eq!(desk.write("dispatch", order.clone()), json!({ "id": minted(2) }));
    let log = desk.log();
    assert_eq!(desk.write("dispatch", order), json!({ "id": minted(2) }));
    assert_eq!(desk.log(), log, "the second time nothing was written");
    let orders = desk.case()["orders"].clone();
    let found = orders.as_array().unwrap().iter().find(|order| order["id"] == minted(2)).unwrap();
    assert_eq!(
        (&found["kind"], &found["liability"], &found["rework_of"], &found["status"]),
        (&"minor".into(), &"warranty".into(), &first.clone().into(), &"dispatched".into())
    );
    assert_eq!(found["party"], json!({ "kind": "maintenance", "name": "迅达维保" }));
    assert_eq!(
        found["appointment"],
        json!({ "from": "2026-11-23T06:00:00.000Z", "to": "2026-11-23T08:00:00.000Z" })
    );
    let case = desk.case();
    let stated = |kind: &str| {
        let entries = case["timeline"].as_array().unwrap().iter();
        entries.rev().find(|entry| entry["kind"] == kind).unwrap().clone()
    };
    assert_eq!(stated("appointed")["details"]["to"], "2026-11-23T08:00:00.000Z");
    let entry = stated("dispatched");
    assert_eq!(entry["note"], "上次没修好");
    assert_eq!(entry["details"], json!({ "by_phone": true, "party": "maintenance" }));

    let at = |verb: &str| format!("orders/{}/{verb}", minted(2));
    assert_eq!(desk.write(&at("sort"), json!({ "kind": "major" })), json!({ "changed": true }));
    assert_eq!(desk.write(&at("sort"), json!({ "kind": "major" })), json!({ "changed": false }));
    assert_eq!(desk.write(&at("assign"), json!({ "assignee": lin })), json!({ "changed": true }));
    assert_eq!(desk.write(&at("assign"), json!({ "assignee": lin })), json!({ "changed": false }));
    assert_eq!(desk.last_entry()["details"], json!({ "to": lin }));
    for _ in 0..2 {
        assert_eq!(desk.write(&at("take"), json!({ "id": minted(3) })), json!({ "id": minted(3) }));
    }
    assert_eq!(desk.last_entry()["kind"], "accepted");
    let page = desk.program.get(&format!("/cases/{}", desk.estate.case)).text();
    assert!(page.contains("大项维修") && page.contains("电梯维保单位 迅达维保"), "the console shows it");
    assert!(page.contains("已派单给电梯维保单位，急修先电话通知，事后补单"));
}

#[test]
fn every_kind_of_entry_is_stated_with_its_details_and_reads_back_the_same() {
    let mut desk = Desk::of_everything();
    let lin = desk.person("林晓芸");
    let (order, until) = (desk.case()["orders"][0]["id"].clone(), "2026-11-23T10:00:00.000Z");
    let attempt =
        desk.write("entries", json!({ "kind": "attempted", "details": { "way": "phone" } }))["id"].clone();
    let sheet = desk.write(
        "entries",
        json!({ "kind": "sheet_written", "note": "请派人",
        "details": { "party": "developer", "party_name": "锦绣置业", "reply_by": until } }),
    )["id"]
        .clone();
    assert_eq!(desk.last_entry()["details"]["sheet"], sheet, "a sheet is called by the entry that begins it");
    let settlement = desk.write(
        "entries",
        json!({ "kind": "settlement_drafted", "note": "赔一个灯",
        "details": { "sum": 8_000, "level": "site_director" } }),
    )["id"]
        .clone();
    let playbook = desk.write(
        "entries",
        json!({ "kind": "playbook_chosen", "details": { "playbook": "lift/trapped",
        "from": until, "steps": [{ "id": "a", "zh": "安抚", "en": "calm", "due": null }] } }),
    )["id"]
        .clone();
    let far = desk.estate.case.to_string();
    let table = [
        ("accepted", Value::Null),
        ("given_back", Value::Null),
        ("chased", Value::Null),
        ("appointed", json!({ "from": until, "to": "2026-11-23T11:00:00.000Z" })),
        ("arrived", json!({ "scan": { "checkpoint": lin, "means": "qr" }, "position": null })),
        ("nobody_home", Value::Null),
        ("inspected", Value::Null),
        ("diagnosed", Value::Null),
        ("temporary_measure", Value::Null),
        ("waiting", json!({ "reason": "owner", "expected": until, "attempt": attempt })),
        ("suspended", Value::Null),
        ("resumed", Value::Null),
        ("part_used", json!({ "name": "阀门", "quantity_milli": 1_500, "unit": "个", "price": 80 })),
        ("plan_written", json!({ "finish_by": until })),
        ("plan_approved", json!({ "level": "engineering_manager" })),
        ("progressed", json!({ "unchanged": true, "expected": null })),
        ("completed", Value::Null),
        ("written_up", Value::Null),
        ("verified", json!({ "by": "housekeeper" })),
        ("returned", Value::Null),
        ("rate_told", json!({ "price": 5_000, "unit": "次" })),
        ("quoted", json!({ "sum": 12_000, "what": "换阀门" })),
        ("investigated", Value::Null),
        ("denial_confirmed", Value::Null),
        ("plan_told", json!({ "way": "wechat", "denies_fault": null })),
        ("progress_told", json!({ "way": "phone", "expected": until, "next": until })),
        ("promised", json!({ "until": until, "consent": "phone" })),
        ("deadline_set", json!({ "authority": "12345", "until": until })),
        ("escalated", json!({ "to": "site_director" })),
        ("superior_told", Value::Null),
        ("handed_over", json!({ "to": lin })),
        ("found", json!({ "round": far, "checkpoint": lin })),
        ("walk_ordered", json!({ "route": null })),
        ("walked", json!({ "round": far })),
        ("notice_given", Value::Null),
        ("change_planned", json!({ "from": until })),
        ("paper_received", Value::Null),
        ("hazard_coordinated", Value::Null),
        ("sheet_signed", json!({ "sheet": sheet, "level": "general_manager" })),
        ("sheet_replied", json!({ "sheet": sheet, "agrees": true })),
        ("settlement_consented", json!({ "settlement": settlement, "level": "developer", "sheet": sheet })),
        ("step_done", json!({ "checklist": playbook, "step": "a" })),
        ("reported", json!({ "way": "phone", "denies_fault": null })),
        ("report_written", Value::Null),
        ("visited", json!({ "way": "in_person", "satisfaction": 5, "accepts": true })),
        ("closed", Value::Null),
        ("reviewed", json!({ "keep": "快", "problem": null, "attempt": null })),
        ("reopened", Value::Null),
        ("remark", Value::Null),
    ];
    for (kind, details) in table {
        let id =
            desk.write("entries", json!({ "kind": kind, "order": order, "note": kind, "details": details }));
        let entry = desk.last_entry();
        assert_eq!((&entry["id"], &entry["kind"], &entry["note"]), (&id["id"], &kind.into(), &kind.into()));
        assert_eq!((&entry["details"], &entry["order"]), (&details, &order), "{kind}");
    }
    // Of these the procedures want something else first.
    let forbidden = [
        ("charged", json!({ "sum": 12_000, "what": "换阀门" }), 409, "procedure_forbids"),
        ("receipted", json!({ "number": "0033", "sum": 12_000 }), 409, "procedure_forbids"),
        ("sheet_sent", json!({ "sheet": sheet }), 409, "procedure_forbids"),
        ("settlement_paid", json!({ "settlement": settlement, "sum": 8_000 }), 409, "procedure_forbids"),
        ("settled", json!({ "conflict": lin }), 404, "conflict_unknown"),
    ];
    let (path, log) = (format!("/v1/cases/{}/entries", desk.estate.case), desk.log());
    for (kind, details, status, code) in forbidden {
        desk.post(&path, &json!({ "kind": kind, "details": details })).assert_problem(status, code);
    }
    assert_eq!(desk.log(), log, "nothing was written");
    let page = desk.program.get(&format!("/cases/{}", desk.estate.case)).text();
    for told in ["承诺 2026-11-23 18:00 前完成（业主电话同意）", "由 林晓芸 接手跟进", "完成步骤：安抚"]
    {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn an_entry_sent_twice_stands_once_and_another_under_its_id_is_refused() {
    let mut desk = Desk::of("lin");
    let before = desk.case()["timeline"].as_array().unwrap().len();
    let entry = json!({ "id": minted(4), "kind": "arrived", "note": "到了",
        "declared_at": "2026-09-21T21:00:00+08:00", "declared_why": "手机没电" });
    for _ in 0..3 {
        assert_eq!(desk.write("entries", entry.clone()), json!({ "id": minted(4) }));
    }
    let read = desk.last_entry();
    assert_eq!(
        (&read["happened_at"], &read["declared_why"]),
        (&"2026-09-21T13:00:00.000Z".into(), &"手机没电".into())
    );
    assert_eq!(read["time_flags"], json!(["declared_later"]));
    assert_eq!(desk.case()["timeline"].as_array().unwrap().len(), before + 1);
    let path = format!("/v1/cases/{}/entries", desk.estate.case);
    for changed in [("note", json!("没到")), ("kind", json!("completed")), ("declared_why", json!("忘了"))]
    {
        let mut other = entry.clone();
        other[changed.0] = changed.1;
        desk.post(&path, &other).assert_problem(409, "entry_immutable");
    }
    let page = desk.program.get(&format!("/cases/{}", desk.estate.case)).text();
    assert!(
        page.contains("补报原因") && page.contains("手机没电") && page.contains("2026-09-21 21:00:00 +08:00")
    );
}

#[test]
fn that_there_was_no_signature_is_kept_with_what_would_have_been_signed() {
    let mut desk = Desk::of("lin");
    let order = desk.case()["orders"][0]["id"].clone();
    for outcome in ["refused", "absent", "later", "not_needed"] {
        let sent = json!({ "order": order, "subject": "completion", "outcome": outcome });
        let id = desk.write("sign-offs", sent)["id"].clone();
        let read = desk.case()["sign_offs"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&read["id"], &read["outcome"], &read["fit"]), (&id, &outcome.into(), &"fits".into()));
        assert!(read["shown"].as_str().unwrap().contains("完工确认"));
    }
    let again = json!({ "id": minted(5), "order": order, "subject": "charge", "outcome": "refused" });
    for _ in 0..2 {
        desk.write("sign-offs", again.clone());
    }
    assert_eq!(desk.case()["sign_offs"].as_array().unwrap().len(), 6);
    let path = format!("/v1/cases/{}/sign-offs", desk.estate.case);
    let mut other = again;
    other["outcome"] = "absent".into();
    desk.post(&path, &other).assert_problem(409, "entry_immutable");
}

#[test]
fn contact_data_and_descriptions_are_written_once_however_often_they_are_sent() {
    let mut desk = Desk::of("lin");
    let contact = json!({ "phone": "139 0000 0000", "words": { "result": "快来" } });
    assert_eq!(desk.write("contact", contact.clone()), json!({ "changed": true }));
    assert_eq!(desk.write("contact", contact), json!({ "changed": false }));
    let read = desk.case()["contact"].clone();
    assert_eq!(
        (&read["fields"]["phone"][0]["value"], &read["words"]),
        (&"139 0000 0000".into(), &"快来".into())
    );
    let base = desk.case()["description"].as_str().unwrap().to_owned();
    let text = json!({ "base": base, "result": format!("{base}已断电。") });
    assert_eq!(desk.write("describe", text.clone()), json!({ "changed": true }));
    assert_eq!(desk.write("describe", text), json!({ "changed": false }));
    assert_eq!(desk.case()["description"], format!("{base}已断电。"));
}

#[test]
fn a_parallel_edit_is_settled_by_naming_one_of_its_values() {
    let mut desk = Desk::of("lin");
    let conflicts = desk.program.get("/v1/conflicts").json();
    let conflict = &conflicts["conflicts"][0];
    let choice = conflict["values"][1]["choice"].clone();
    let settle = json!({ "field": conflict["field"], "choice": choice });
    assert_eq!(desk.write("resolve", settle.clone()), json!({ "changed": true }));
    assert_eq!(desk.write("resolve", settle), json!({ "changed": false }));
    assert_eq!(desk.case()["urgency"], choice);
    assert_eq!(desk.program.get("/v1/conflicts").json()["conflicts"], json!([]));
}

#[test]
fn people_are_listed_where_the_asker_works_page_by_page() {
    let mut desk = Desk::of("lin");
    let all = desk.program.get("/v1/people").json();
    let names: Vec<_> =
        all["people"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"林晓芸") && names.contains(&"王强"), "{names:?}");
    assert!(!names.contains(&"欧阳远"), "who works at another estate only is not for this desk");
    let guards = desk.program.get("/v1/people?role=guard").json();
    assert_eq!(guards["people"].as_array().unwrap().len(), 1);
    assert_eq!(guards["people"][0]["roles"][0]["role"], "guard");
    assert_eq!(guards["people"][0]["roles"][0]["site"]["name"], "锦绣花园");
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = desk.program.get(&format!("/v1/people?limit=2&after={after}")).json();
        paged.extend(page["people"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(Value::from(paged), all["people"]);
}
