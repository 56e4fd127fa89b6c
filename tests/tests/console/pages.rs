//! What the pages say.

use super::estate::Estate;

#[test]
fn the_list_shows_the_cases_of_ones_own_estate() {
    let estate = Estate::new();
    let page = estate.signed_in("lin").get("/").text();
    assert!(page.contains("R000001") && page.contains("电梯停在两层之间"), "{page}");
    assert!(page.contains("李明"), "everybody it is given to");
    assert!(page.contains("1 parallel edit"), "{page}");
    assert!(!page.contains("路灯"), "the case of the other estate");
    let page = estate.signed_in("ou").get("/").text();
    assert!(page.contains("路灯") && !page.contains("R000001"));
}

#[test]
fn one_and_two_characters_are_found_and_what_was_searched_for_stays_in_the_form() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    for (words, found) in [
        ("%E7%94%B5%E6%A2%AF", true),  // 电梯
        ("%E6%A2%AF", true),           // 梯
        ("%E6%A2%AF%E7%94%B5", false), // 梯电
        ("R000001", true),
        ("%E8%B7%AF%E7%81%AF", false), // 路灯, of the other estate
        ("%22", false),
    ] {
        let page = browser.get(&format!("/?q={words}")).text();
        assert_eq!(page.contains("data-label"), found, "{words}");
    }
    assert!(browser.get("/?q=%E7%94%B5%E6%A2%AF").text().contains("value=\"电梯\""));
    let filters = "status=signed_off&department=engineering";
    assert!(browser.get(&format!("/?{filters}")).text().contains("R000001"));
    assert!(!browser.get("/?status=closed").text().contains("R000001"));
    assert!(!browser.get("/?department=security").text().contains("R000001"));
}

#[test]
fn the_page_of_a_case_shows_what_was_claimed_beside_what_was_witnessed() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let page = browser.get(&format!("/cases/{}", estate.case)).text();
    let arrived = page.split("data-kind=\"arrived\"").nth(1).unwrap().split("</li>").next().unwrap();
    // Claimed at minute -30; the phone had last heard from the server at minute -50; received at minute 0.
    for (label, time) in [
        ("Claimed by the device", "2026-09-21 21:43:20 +08:00"),
        ("Not before", "2026-09-21 21:23:20 +08:00"),
        ("Received", "2026-09-21 22:13:20 +08:00"),
    ] {
        let after = arrived.split(label).nth(1).unwrap();
        assert!(after.split("</dd>").next().unwrap().contains(time), "{label} in {arrived}");
    }
    assert!(arrived.contains("李明的手机"), "{arrived}");
    assert!(!arrived.contains("data-flag=\"time\""), "an honest claim is not doubted: {arrived}");
}

#[test]
fn the_page_of_a_case_shows_both_sides_of_a_parallel_edit_with_names() {
    let estate = Estate::new();
    let page = estate.signed_in("lin").get(&format!("/cases/{}", estate.case)).text();
    let parallel = page.split("<ul class=\"parallel\">").nth(1).unwrap().split("</ul>").next().unwrap();
    for words in ["Urgent", "李明", "Important", "王强"] {
        assert!(parallel.contains(words), "{words} in {parallel}");
    }
}

#[test]
fn the_page_of_a_case_has_its_photos_signature_and_contact() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let page = browser.get("/cases/R000001").text();
    assert!(page.contains(&format!("/photos/{}?size=320", estate.photo)), "{page}");
    assert!(page.contains("138 0013 8000") && page.contains("王秀兰"));
    assert!(page.contains("data-fit=\"fits\""), "{page}");
    assert!(page.contains(&format!("/cases/{}/signatures/", estate.case)));
    assert!(page.contains("锦绣花园"));
}

#[test]
fn a_sign_off_is_outdated_once_the_case_says_something_else() {
    let mut estate = Estate::new();
    let order = super::estate::order_of(&mut estate);
    let again = roundsman_sync_core::model::NewEntry::now(
        roundsman_sync_core::model::Fact::Completed,
        "又换了一次。",
    );
    estate.technician.set_clock(5);
    estate.technician.replica.record(estate.case, Some(order), again).unwrap();
    estate.technician.sync(&estate.service, 6);
    let page = estate.signed_in("lin").get(&format!("/cases/{}", estate.case)).text();
    assert!(page.contains("data-fit=\"outdated\""), "{page}");
}

#[test]
fn a_refused_edit_is_shown_with_what_it_would_have_written() {
    let mut estate = Estate::new();
    estate.intrude();
    let mut browser = estate.signed_in("lin");
    assert!(browser.get("/").text().contains("1 refused edit"));
    let page = browser.get(&format!("/cases/{}", estate.case)).text();
    let refused = page.split("id=\"refused\"").nth(1).unwrap();
    for words in ["site_not_permitted", "孙浩", "小米 13", "remark: 业主只是咨询"] {
        assert!(refused.contains(words), "{words} in {refused}");
    }
}

#[test]
fn what_is_not_there_and_what_is_out_of_reach_look_alike() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let unknown = "/cases/00000000-0000-0000-0000-000000000000";
    let far = format!("/cases/{}", estate.far_case);
    let without_id = |path: &str, browser: &mut super::browser::Browser| {
        let answer = browser.get(path);
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        answer.text().replace(answer.header("x-request-id"), "").replace(path, "")
    };
    assert_eq!(without_id(unknown, &mut browser), without_id(&far, &mut browser));
    for path in ["/cases/R999999", "/cases/R000002", "/cases/%00"] {
        assert_eq!(browser.get(path).status.as_u16(), 404, "{path}");
    }
}

#[test]
fn the_language_is_switched_where_one_stands() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let page = browser.get("/?status=received");
    assert!(page.text().contains("<html lang=\"en\">"));
    let fields = [("lang", "zh-CN"), ("back", "/?status=received"), ("csrf", &*page.csrf())];
    browser.post("/language", &fields).assert_goes_to("/?status=received");
    assert!(browser.get("/").text().contains("<html lang=\"zh-CN\">"));
    let evil = [("lang", "en"), ("back", "//evil.example"), ("csrf", &*page.csrf())];
    browser.post("/language", &evil).assert_goes_to("/");
}

#[test]
fn an_address_that_cannot_be_read_is_answered_by_a_page_that_says_so() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let long = format!("/?q={}", "x".repeat(201));
    for address in [
        "/?q=a&q=b",
        "/?after=x&after=y",
        "/?after=%zz",
        "/?status=lost",
        "/?department=kitchen",
        "/?urgency=%FF",
        &long,
        "/quarantine?q=a&q=b",
        "/quarantine?state=lost",
        "/quarantine?after=x",
        "/quarantine/waiting?after=x",
        "/quarantine/waiting?after=1&after=2",
    ] {
        let page = browser.get(address);
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (400, "text/html; charset=utf-8"),
            "{address}"
        );
        assert!(page.text().contains("This address cannot be read"), "{address}: {}", page.text());
        assert!(page.text().contains(page.header("x-request-id")), "{address}");
        assert!(page.text().contains("林晓芸"), "who has signed in still has: {address}");
    }
    browser.cookies.insert("lang".into(), "zh-CN".into());
    assert!(browser.get("/?q=a&q=b").text().contains("地址无法识别"));
    // What no page asks for and no list knows is nothing, as in the links that other sites decorate.
    assert!(browser.get("/?limit=%zz&utm_source=x&utm_source=y").status.is_success());
    // A program is told as a problem.
    browser.get("/v1/cases?q=a&q=b").assert_problem(400, "bad_request");
    browser.get("/v1/cases?limit=%zz").assert_problem(422, "value_out_of_range");
}
