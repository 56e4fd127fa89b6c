//! The doors by which people and phones are decided about, and what each is sent.

use http::Method;
use roundsman_server::http::doors::{Door, Rule};
use roundsman_server::router::doors;
use roundsman_sync_core::ids::SiteId;
use serde_json::{Value, json};

/// All of them.
pub(crate) fn staff_doors() -> Vec<Door> {
    let doors = doors().1.into_iter().filter(|door| {
        door.method == Method::POST
            && matches!(door.rule, Rule::Office(_))
            && ["/v1/people", "/v1/devices"].iter().any(|start| door.path.starts_with(start))
    });
    let doors: Vec<_> = doors.collect();
    assert_eq!(doors.len(), 8);
    doors
}

/// Something that the door takes, about an estate if it asks for one.
pub(crate) fn sent(door: &str, site: SiteId) -> Value {
    match door.rsplit('/').next().unwrap() {
        "people" => json!({ "name": "何勇", "site": site.to_string(), "role": "guard" }),
        "roles" | "take" => json!({ "site": site.to_string(), "role": "technician" }),
        "login" => json!({ "login": "heyong" }),
        "invite" | "revoke" | "thaw" | "resync" => json!({}),
        other => panic!("say what is sent to a person or phone at '{other}'"),
    }
}

/// The path of a door to this person or that phone.
pub(crate) fn at(door: &str, person: &str, device: &str) -> String {
    door.replace("{person}", person).replace("{device}", device)
}
