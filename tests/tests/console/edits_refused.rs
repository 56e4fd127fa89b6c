//! What a program sends that cannot be: each time a problem with its code, and nothing is written.

use serde_json::{Value, json};

use super::edits::{Desk, minted};

/// Text of 64 KiB.
fn long() -> String {
    "长".repeat(64 * 1024 / 3)
}

fn refused(desk: &mut Desk, path: &str, body: &Value, status: u16, code: &str) {
    let log = desk.log();
    let path = path.replace("CASE", &desk.estate.case.to_string());
    let answer = desk.post(&path, body);
    let said = answer.text();
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (status, Some(code)),
        "{path} {body}: {said}"
    );
    answer.assert_problem(status, code);
    assert_eq!(desk.log(), log, "{path} {body} wrote something");
}

#[test]
fn an_entry_that_does_not_fit_is_refused_with_its_code_and_changes_nothing() {
    let mut desk = Desk::of("lin");
    let entry = |kind: &str, details: Value| json!({ "kind": kind, "details": details });
    let case = desk.estate.case.to_string();
    let (far, ou) = (desk.estate.far_case.to_string(), minted(9));
    let table = [
        (json!({}), "field_missing"),
        (json!({ "kind": "danced" }), "value_out_of_range"),
        (json!({ "kind": "completed", "hurry": true }), "bad_request"),
        (json!({ "kind": 5 }), "bad_request"),
        (json!("completed"), "bad_request"),
        (json!({ "kind": "completed", "id": "x" }), "value_out_of_range"),
        (json!({ "kind": "completed", "order": "x" }), "value_out_of_range"),
        (json!({ "kind": "received" }), "value_out_of_range"),
        (json!({ "kind": "dispatched" }), "value_out_of_range"),
        (entry("quoted", json!({ "sum": -5, "what": "x" })), "details_invalid"),
        (entry("quoted", json!({ "sum": 1.5, "what": "x" })), "details_invalid"),
        (entry("quoted", json!({ "sum": 1 })), "details_invalid"),
        (entry("quoted", json!({ "sum": 1, "what": "x", "tip": 1 })), "details_invalid"),
        (entry("quoted", json!({ "sum": 10_000_000_001_u64, "what": "x" })), "value_out_of_range"),
        (entry("quoted", json!({ "sum": 1, "what": " " })), "field_missing"),
        (entry("quoted", json!({ "sum": 1, "what": "a\u{7}b" })), "text_invalid"),
        (entry("quoted", json!({ "sum": 1, "what": "长".repeat(201) })), "text_too_long"),
        (entry("quoted", json!("all")), "details_invalid"),
        (entry("completed", json!({ "sum": 1 })), "details_invalid"),
        (entry("visited", json!({ "satisfaction": 7 })), "value_out_of_range"),
        (entry("visited", json!({ "satisfaction": 0 })), "value_out_of_range"),
        (entry("visited", json!({ "satisfaction": 700 })), "details_invalid"),
        (entry("visited", json!({ "way": "fax" })), "details_invalid"),
        (entry("promised", json!({ "until": "1999-12-31T23:59:59Z" })), "value_out_of_range"),
        (entry("promised", json!({ "until": "2099-01-01T00:00:00Z" })), "value_out_of_range"),
        (entry("promised", json!({ "until": "2026-11-23" })), "details_invalid"),
        (entry("promised", Value::Null), "details_invalid"),
        (entry("waiting", json!({ "reason": "owner" })), "field_missing"),
        (entry("handed_over", json!({ "to": ou })), "value_out_of_range"),
        (json!({ "kind": "arrived", "declared_at": "2026-09-01T00:00:00Z" }), "field_missing"),
        (json!({ "kind": "arrived", "declared_why": "x" }), "field_missing"),
        (json!({ "kind": "arrived", "declared_at": "yesterday", "declared_why": "x" }), "value_out_of_range"),
        (
            json!({ "kind": "arrived", "declared_at": "1999-01-01T00:00:00Z", "declared_why": "x" }),
            "value_out_of_range",
        ),
        (
            json!({ "kind": "arrived", "declared_at": "2030-01-01T00:00:00Z", "declared_why": "x" }),
            "value_out_of_range",
        ),
        (
            json!({ "kind": "arrived", "declared_at": "2026-09-01T00:00:00Z", "declared_why": " " }),
            "field_missing",
        ),
        (json!({ "kind": "remark", "note": long() }), "text_too_long"),
        (json!({ "kind": "remark", "note": "a\u{0}b" }), "text_invalid"),
    ];
    for (body, code) in table {
        refused(&mut desk, "/v1/cases/CASE/entries", &body, 422, code);
    }
    let entries = "/v1/cases/CASE/entries";
    refused(
        &mut desk,
        entries,
        &entry("linked", json!({ "case": far, "relation": "related" })),
        404,
        "not_found",
    );
    for (kind, details) in [
        ("waiting", json!({ "reason": "part", "attempt": ou })),
        ("linked", json!({ "case": case, "relation": "rework" })),
        ("step_done", json!({ "checklist": ou, "step": "a" })),
    ] {
        refused(&mut desk, entries, &entry(kind, details), 409, "procedure_forbids");
    }
    let order = json!({ "kind": "completed", "order": minted(9) });
    refused(&mut desk, entries, &order, 404, "order_unknown");
    let big = json!({ "kind": "remark", "note": long().repeat(20) });
    refused(&mut desk, entries, &big, 413, "body_too_large");
}

#[test]
fn other_edits_that_do_not_fit_are_refused_and_change_nothing() {
    let mut desk = Desk::of("lin");
    let (site, order) = (desk.site(), desk.case()["orders"][0]["id"].as_str().unwrap().to_owned());
    let case = |field: &str, value: Value| {
        let mut case = json!({ "site": site, "kind": "repair", "channel": "phone", "subject": "noise" });
        case[field] = value;
        case
    };
    let window = |from: &str, to: &str| json!({ "appointment": { "from": from, "to": to } });
    let sort = format!("/v1/cases/CASE/orders/{order}/sort");
    let assign = format!("/v1/cases/CASE/orders/{order}/assign");
    let take = format!("/v1/cases/CASE/orders/{order}/take");
    let lost = format!("/v1/cases/CASE/orders/{}/sort", minted(9));
    let table = [
        ("/v1/cases", case("site", Value::Null), 422, "field_missing"),
        ("/v1/cases", case("site", minted(9).into()), 404, "not_found"),
        ("/v1/cases", case("kind", "riot".into()), 422, "value_out_of_range"),
        ("/v1/cases", case("subject", " ".into()), 422, "field_missing"),
        ("/v1/cases", case("description", long().into()), 422, "text_too_long"),
        ("/v1/cases", case("reported_at", "1999-01-01T00:00:00Z".into()), 422, "value_out_of_range"),
        ("/v1/cases", case("about", minted(9).into()), 422, "value_out_of_range"),
        ("/v1/cases", case("place", json!({ "floor": 3 })), 422, "bad_request"),
        ("/v1/cases", case("contact", json!({ "phone": "a\nb" })), 422, "text_invalid"),
        ("/v1/cases", case("number", "R1".into()), 422, "bad_request"),
        ("/v1/cases/CASE/dispatch", json!({}), 422, "field_missing"),
        ("/v1/cases/CASE/dispatch", json!({ "department": "navy" }), 422, "value_out_of_range"),
        (
            "/v1/cases/CASE/dispatch",
            json!({ "department": "security", "assignee": minted(9) }),
            422,
            "value_out_of_range",
        ),
        (
            "/v1/cases/CASE/dispatch",
            json!({ "department": "security", "rework_of": minted(9) }),
            404,
            "order_unknown",
        ),
        (
            "/v1/cases/CASE/dispatch",
            json!({ "department": "security", "party": { "name": "x" } }),
            422,
            "field_missing",
        ),
        (
            "/v1/cases/CASE/dispatch",
            json!({ "department": "security", "note": long() }),
            422,
            "text_too_long",
        ),
        (&sort, json!({}), 422, "field_missing"),
        (&sort, json!({ "kind": "huge" }), 422, "value_out_of_range"),
        (&sort, json!({ "party": { "kind": "other", "name": "" } }), 422, "field_missing"),
        (&sort, window("2026-11-23T16:00:00Z", "2026-11-23T14:00:00Z"), 422, "value_out_of_range"),
        (&sort, window("2026-11-23T16:00:00Z", "2026-11-25T16:00:00Z"), 422, "value_out_of_range"),
        (&sort, window("1999-11-23T16:00:00Z", "1999-11-23T17:00:00Z"), 422, "value_out_of_range"),
        (&sort, json!({ "appointment": { "from": "2026-11-23T16:00:00Z" } }), 422, "field_missing"),
        (&lost, json!({ "kind": "minor" }), 404, "order_unknown"),
        ("/v1/cases/CASE/orders/first/sort", json!({ "kind": "minor" }), 404, "order_unknown"),
        (&assign, json!({}), 422, "field_missing"),
        (&assign, json!({ "assignee": minted(9) }), 422, "value_out_of_range"),
        (&take, json!({ "id": "x" }), 422, "value_out_of_range"),
        ("/v1/cases/CASE/sign-offs", json!({ "subject": "completion" }), 422, "field_missing"),
        (
            "/v1/cases/CASE/sign-offs",
            json!({ "subject": "completion", "outcome": "signed" }),
            422,
            "value_out_of_range",
        ),
        (
            "/v1/cases/CASE/sign-offs",
            json!({ "subject": "settlement", "outcome": "refused" }),
            422,
            "field_missing",
        ),
        (
            "/v1/cases/CASE/sign-offs",
            json!({ "subject": "settlement", "outcome": "refused", "settlement": minted(9) }),
            404,
            "settlement_unknown",
        ),
        (
            "/v1/cases/CASE/sign-offs",
            json!({ "subject": "charge", "outcome": "refused", "order": minted(9) }),
            404,
            "order_unknown",
        ),
        ("/v1/cases/CASE/contact", json!({}), 422, "field_missing"),
        ("/v1/cases/CASE/contact", json!({ "phone": "长".repeat(201) }), 422, "text_too_long"),
        ("/v1/cases/CASE/contact", json!({ "mail": "x" }), 422, "bad_request"),
        ("/v1/cases/CASE/describe", json!({ "result": "x" }), 422, "bad_request"),
        ("/v1/cases/CASE/describe", json!({ "base": "", "result": long() }), 422, "text_too_long"),
        (
            "/v1/cases/CASE/resolve",
            json!({ "field": "urgency", "choice": "general" }),
            422,
            "value_out_of_range",
        ),
        ("/v1/cases/CASE/resolve", json!({ "field": "colour", "choice": "red" }), 422, "value_out_of_range"),
        (
            "/v1/cases/CASE/resolve",
            json!({ "field": "orders/x/kind", "choice": "minor" }),
            422,
            "value_out_of_range",
        ),
    ];
    for (path, body, status, code) in table {
        refused(&mut desk, path, &body, status, code);
    }
}

#[test]
fn emoji_and_text_from_right_to_left_are_kept_exactly() {
    let mut desk = Desk::of("lin");
    let note = "门坏了 👩‍🔧 שלום \u{202e}reversed\u{202c}\r\n第二行";
    desk.write("entries", json!({ "kind": "remark", "note": note }));
    assert_eq!(desk.last_entry()["note"], note);
}

#[test]
fn nobody_writes_without_proof_of_origin_nor_in_another_estate_nor_without_a_role() {
    let mut desk = Desk::of("lin");
    let (site, order) = (desk.site(), desk.case()["orders"][0]["id"].as_str().unwrap().to_owned());
    let body = |path: &str| match path {
        "" => json!({ "site": site, "kind": "repair", "channel": "phone", "subject": "noise" }),
        "dispatch" => json!({ "department": "security" }),
        "entries" => json!({ "kind": "remark" }),
        "sign-offs" => json!({ "subject": "completion", "outcome": "absent" }),
        "contact" => json!({ "name": "x" }),
        "resolve" => json!({ "field": "urgency", "choice": "urgent" }),
        "describe" => json!({ "base": "", "result": "x" }),
        "classify" => json!({ "urgency": "urgent" }),
        path if path.ends_with("sort") => json!({ "kind": "minor" }),
        path if path.ends_with("assign") => json!({ "assignee": minted(9) }),
        _ => json!({}),
    };
    let orders = ["sort", "assign", "take"].map(|verb| format!("orders/{order}/{verb}"));
    let fixed = ["", "dispatch", "entries", "sign-offs", "contact", "resolve", "describe", "classify"];
    let log = desk.log();
    let (mut admin, csrf) = super::programs::program(&desk.estate, "root");
    for path in fixed.into_iter().chain(orders.iter().map(String::as_str)) {
        let at = |case: &str| {
            if path.is_empty() { "/v1/cases".to_owned() } else { format!("/v1/cases/{case}/{path}") }
        };
        let (near, far) = (at(&desk.estate.case.to_string()), at(&desk.estate.far_case.to_string()));
        let body = body(path);
        desk.program.post_json(&near, &[], &body.to_string()).assert_problem(403, "csrf_invalid");
        let token = [("x-csrf-token", csrf.as_str())];
        admin.post_json(&near, &token, &body.to_string()).assert_problem(404, "not_found");
        if !path.is_empty() {
            desk.post(&far, &body).assert_problem(404, "not_found");
        }
        desk.estate.browser().post_json(&near, &[], &body.to_string()).assert_problem(401, "login_required");
    }
    assert_eq!(desk.log(), log, "nothing was written");
}
