//! Photos and signatures: whole for those who may, nothing for those who may not.

use http::{Method, header};

use super::estate::{Estate, PHOTO, strokes};

#[test]
fn a_page_shows_a_copy_without_the_position_and_gives_out_the_original_as_a_file() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let path = format!("/photos/{}", estate.photo);
    let shown = browser.get(&format!("{path}?size=320"));
    assert_eq!((shown.status.as_u16(), shown.header(header::CONTENT_TYPE)), (200, "image/jpeg"));
    // What the camera wrote beside the picture, its position among it, begins with its maker's name.
    let tells = |bytes: &[u8]| bytes.windows(5).any(|word| word == b"NIKON");
    assert!(tells(PHOTO) && !tells(&shown.body));
    let picture = image::load_from_memory(&shown.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (320, 240));
    let full = browser.get(&path);
    assert_eq!((full.status.as_u16(), full.header(header::CONTENT_TYPE)), (200, "image/jpeg"));
    assert!(!tells(&full.body) && full.body.len() < PHOTO.len());
    let full = image::load_from_memory(&full.body).unwrap();
    assert_eq!((full.width(), full.height()), (640, 480));
    assert!(shown.header(header::CACHE_CONTROL).starts_with("private"));

    let original = browser.get(&format!("{path}?original=1"));
    assert_eq!(original.body, PHOTO);
    assert!(original.header(header::CONTENT_DISPOSITION).starts_with("attachment"));
    assert_eq!(original.header(header::CONTENT_LENGTH), PHOTO.len().to_string());
    assert_eq!(browser.get(&format!("/v1{path}")).body, PHOTO);

    let tag = shown.header(header::ETAG).to_owned();
    let again = browser.send(Method::GET, &format!("{path}?size=320"), &[("if-none-match", &tag)], "");
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let head = browser.send(Method::HEAD, &format!("{path}?original=1"), &[], "");
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header(header::CONTENT_LENGTH), PHOTO.len().to_string());
}

#[test]
fn knowing_a_hash_shows_nothing_of_another_estate() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("ou");
    let path = format!("/photos/{}", estate.photo);
    for path in [&*path, &format!("{path}?original=1"), "/photos/zz", &format!("/photos/{}", "0".repeat(64))]
    {
        assert_eq!(browser.get(path).status.as_u16(), 404, "{path}");
    }
    browser.get(&format!("/v1{path}")).assert_problem(404, "not_found");
}

#[test]
fn a_size_that_there_is_not_is_refused() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let path = format!("/v1/photos/{}?size=1000000", estate.photo);
    browser.get(&path).assert_problem(422, "value_out_of_range");
}

#[test]
fn a_drawn_signature_is_shown_to_the_desk_and_kept_in_no_cache() {
    let estate = Estate::new();
    let mut browser = estate.signed_in("lin");
    let page = browser.get(&format!("/cases/{}", estate.case)).text();
    let prefix = format!("/cases/{}/signatures/", estate.case);
    let id = page.split(&prefix).nth(1).unwrap().split('"').next().unwrap();
    let path = format!("{prefix}{id}");
    let drawn = browser.get(&path);
    assert_eq!((drawn.status.as_u16(), drawn.header(header::CONTENT_TYPE)), (200, "image/png"));
    assert!(!drawn.body.is_empty() && drawn.body.len() <= strokes().len());
    assert_eq!(drawn.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(estate.signed_in("ou").get(&path).status.as_u16(), 404);
    let elsewhere = format!("/cases/{}/signatures/{id}", estate.far_case);
    assert_eq!(estate.signed_in("ou").get(&elsewhere).status.as_u16(), 404);
    // It is personal data and no photo of the case.
    let hash = roundsman_sync_core::ids::PhotoHash::of(&strokes());
    assert_eq!(browser.get(&format!("/photos/{hash}")).status.as_u16(), 404);
}

#[test]
fn a_photo_that_has_not_arrived_is_told_with_who_has_it() {
    let mut estate = Estate::new();
    let role = roundsman_sync_core::model::PhotoRole::After;
    estate.guard.replica.add_photo(estate.case, b"still on the phone", role, "").unwrap();
    // The record travels before the bytes; the link breaks between the two.
    let mut session = estate.guard.replica.start_sync(Default::default());
    let request = estate.guard.replica.next_request(&mut session).unwrap().unwrap();
    let mut rng = <rand::rngs::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(5);
    let now = super::estate::BACK.plus_millis(60_000);
    let reply = estate.service.handle(now, &mut rng, &request);
    estate.guard.replica.apply(&mut session, &reply).unwrap();

    let mut browser = estate.signed_in("lin");
    let page = browser.get(&format!("/cases/{}", estate.case)).text();
    let owed = page.split("class=\"placeholder owed\"").nth(1).unwrap();
    assert!(owed.split("</div>").next().unwrap().contains("王强"), "{owed}");
    assert!(browser.get("/").text().contains("1 photo owed"));
    let phones = browser.get("/v1/devices").json();
    let owing: Vec<_> =
        phones["devices"].as_array().unwrap().iter().filter(|p| p["photos_owed"] == 1).collect();
    assert_eq!(owing.len(), 1);
    assert_eq!(owing[0]["person"]["name"], "王强");
    assert_eq!(owing[0]["photos_owed_bytes"], "still on the phone".len());
    assert_eq!(owing[0]["photos_owed_since"], now.to_string());
    let case = browser.get(&format!("/v1/cases/{}", estate.case)).json();
    let standing = &case["photo_standing"];
    assert_eq!(
        (&case["complete"], &standing["named"], &standing["here"]),
        (&false.into(), &2.into(), &1.into())
    );
    let owed = &standing["owed_by"][0];
    assert_eq!((&owed["person"]["name"], &owed["device"]["id"]), (&"王强".into(), &owing[0]["id"]));
    assert!(page.contains("Not complete: 1 photo has not arrived."));
    let hash = roundsman_sync_core::ids::PhotoHash::of(b"still on the phone");
    assert_eq!(browser.get(&format!("/photos/{hash}")).status.as_u16(), 404);
    browser.get(&format!("/v1/photos/{hash}?size=320")).assert_problem(404, "not_found");

    // The phone finds the network again.
    estate.guard.sync(&estate.service, 10);
    let case = browser.get(&format!("/v1/cases/{}", estate.case)).json();
    assert_eq!(
        (&case["complete"], &case["photo_standing"]["owed_by"]),
        (&true.into(), &serde_json::json!([]))
    );
    assert!(
        browser.get(&format!("/cases/{}", estate.case)).text().contains("Complete: all 2 photos are here.")
    );
    // It was no picture, and is never shown as one; the file itself is there.
    for path in [format!("/photos/{hash}"), format!("/photos/{hash}?size=320")] {
        assert_eq!(browser.get(&path).status.as_u16(), 404, "{path}");
    }
    assert_eq!(browser.get(&format!("/photos/{hash}?original=1")).body, b"still on the phone");
}
