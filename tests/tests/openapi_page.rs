//! `docs/openapi.json` says the same as the code, and the code describes every door.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use roundsman_server::http::openapi;
use roundsman_server::router;
use serde_json::Value;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
/// Set it to have the page written anew.
const WRITE: &str = "WRITE_OPENAPI";

#[test]
fn the_description_that_is_checked_in_is_that_of_the_code() {
    let made = openapi::text();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(PAGE, made).unwrap();
    }
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    let line = page.lines().zip(made.lines()).position(|(page, made)| page != made);
    let line = line.unwrap_or_else(|| page.lines().count().min(made.lines().count())) + 1;
    assert!(
        page == made,
        "docs/openapi.json differs from the code at line {line}; make it anew with \
         `{WRITE}=1 cargo nextest run --workspace -E 'binary(openapi_page)'` and look at the difference"
    );
}

#[test]
fn every_door_that_is_no_page_is_described_and_nothing_else() {
    let doors = router::doors().1;
    let doors = doors.iter().filter(|door| !openapi::is_page(door));
    let doors: BTreeSet<_> =
        doors.map(|door| (door.path.to_owned(), door.method.as_str().to_lowercase())).collect();
    let described: Value = serde_json::from_str(openapi::text()).unwrap();
    let described: BTreeSet<_> = described["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone()))
        })
        .collect();
    assert_eq!(doors, described);
}

#[test]
fn whatever_the_description_refers_to_is_in_it() {
    let described: Value = serde_json::from_str(openapi::text()).unwrap();
    let references = openapi::text().lines().filter_map(|line| line.trim().strip_prefix("\"$ref\": \"#"));
    for reference in references {
        let (path, _) = reference.split_once('"').unwrap();
        assert!(described.pointer(path).is_some(), "{path}");
    }
}

#[test]
fn no_two_operations_have_one_name_and_each_tells_what_it_does() {
    let described: Value = serde_json::from_str(openapi::text()).unwrap();
    let items = described["paths"].as_object().unwrap().values();
    let mut names = BTreeSet::new();
    for operation in items.flat_map(|item| item.as_object().unwrap().values()) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} is the name of two operations");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{name}");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}");
    }
}
