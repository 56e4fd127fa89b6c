//! Founding, people and phones.

use roundsman_server::ingest::OfficeError;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use serde_json::Value;

use super::Office;

/// Enrols a phone with a code, as the server does when a phone asks.
fn enrol(office: &Office, code: &str, name: &str) -> DeviceId {
    let (folder, identity) = office.open();
    let mut rng = rand::rng();
    let key = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng).public_key();
    let mut writer = folder.writer(&mut rng).unwrap();
    let now = now(office);
    writer
        .transaction::<_, OfficeError>(|batch| identity.office.enrol(batch, &mut rng, now, code, &key, name))
        .unwrap()
        .0
}

/// The moment at which the last code was made.
fn now(office: &Office) -> Timestamp {
    let created = office.database().query_row("SELECT max(created) FROM invites", [], |row| row.get(0));
    Timestamp::from_millis(created.unwrap())
}

fn invite(office: &Office, person: &str) -> Value {
    office.json(&["device", "invite", "--person", person])
}

#[test]
fn a_second_init_is_refused_and_changes_nothing() {
    let office = Office::founded();
    let before = std::fs::read(office.data().join("roundsman.db")).unwrap();
    let said = office.failure(&["init", "--org", "Other"], 1);
    assert!(said.contains("already holds Roundsman data"), "{said}");
    assert_eq!(std::fs::read(office.data().join("roundsman.db")).unwrap(), before);
    let inside: Vec<_> =
        std::fs::read_dir(office.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(inside, ["roundsman.db"]);
}

#[test]
fn an_init_that_fails_leaves_nothing_and_can_be_tried_again() {
    let office = Office::empty();
    let long = "x".repeat(201);
    office.failure(&["init", "--org", "Green", "--site", "Garden", "--site", &long], 1);
    assert_eq!(std::fs::read_dir(office.data()).unwrap().count(), 0);
    office.json(&["init", "--org", "Green", "--site", "Garden"]);
}

#[test]
fn init_tells_estates_and_the_administrators_password_once() {
    let office = Office::empty();
    let said = office.json(&["init", "--org", "Green", "--site", "Garden", "--site", "河景花园"]);
    assert_eq!(said["sites"][1]["name"], "河景花园");
    assert_eq!(said["admin"]["login"], "admin");
    let password = said["admin"]["one_time_password"].as_str().unwrap();
    let stored: String =
        office.database().query_row("SELECT password FROM accounts", [], |row| row.get(0)).unwrap();
    assert!(stored.starts_with("$argon2id$") && !stored.contains(password));
    let roles: Vec<String> = office
        .database()
        .prepare("SELECT role FROM roles r JOIN accounts a ON a.person = r.person ORDER BY role")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(roles, ["admin", "admin", "manager", "manager"], "at each estate");
}

#[test]
fn a_person_with_a_login_gets_a_password_and_one_without_gets_none() {
    let office = Office::founded();
    let add = ["person", "add", "--role", "reception", "--site", "Garden"];
    let han = office.json(&[&add[..], &["--name", "Han Mei", "--login", "han"]].concat());
    assert!(han["one_time_password"].is_string() && han["person"]["id"].is_string(), "{han}");
    let li = office.json(&[&add[..], &["--name", "Li Lei"]].concat());
    assert!(li["one_time_password"].is_null() && li["login"].is_null(), "{li}");
    let people = office.count("people");
    let said = office.failure(&[&add[..], &["--name", "Somebody", "--login", "HAN"]].concat(), 1);
    assert!(said.contains("belongs to somebody else"), "{said}");
    assert_eq!(office.count("people"), people, "a refused command changes nothing");
    let said = office.failure(&["person", "add", "--name", "A", "--role", "guard", "--site", "Gardn"], 1);
    assert!(said.contains("there is no estate 'Gardn'; there is 'Garden'"), "{said}");
}

#[test]
fn a_phone_is_invited_listed_and_shut_out() {
    let office = Office::founded();
    office.json(&["person", "add", "--name", "Li Lei", "--role", "technician", "--site", "Garden"]);
    let picture = office.file("code.png");
    let invited = office.json(&["device", "invite", "--person", "Li Lei", "--qr", picture.to_str().unwrap()]);
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    let device = enrol(&office, invited["code"].as_str().unwrap(), "Pixel").to_string();

    let listed = office.json(&["device", "list"]);
    let row = &listed["devices"][0];
    assert_eq!((row["id"].as_str(), row["name"].as_str()), (Some(device.as_str()), Some("Pixel")));
    assert_eq!(row["person"]["name"], "Li Lei");
    assert_eq!((&row["photos_owed"], &row["revoked_at"]), (&0.into(), &Value::Null));
    assert_eq!(listed["devices"].as_array().unwrap().len(), 1, "the office itself is no phone");

    assert_eq!(office.json(&["device", "revoke", &device])["revoked"], true);
    assert_eq!(office.json(&["device", "revoke", "Pixel"])["revoked"], false, "it was already");
    assert!(office.json(&["device", "list"])["devices"][0]["revoked_at"].is_string());
    office.failure(&["device", "revoke", "Nokia"], 1);
}

#[test]
fn a_name_that_two_share_is_answered_with_both() {
    let office = Office::founded();
    office.json(&["person", "add", "--name", "Li Lei", "--role", "guard", "--site", "Garden"]);
    for _ in 0..2 {
        let code = invite(&office, "Li Lei")["code"].as_str().unwrap().to_owned();
        enrol(&office, &code, "Pixel");
    }
    let said = office.failure(&["device", "revoke", "Pixel"], 1);
    assert!(said.contains("2 devices are called 'Pixel'"), "{said}");
    let devices = office.json(&["device", "list"])["devices"].clone();
    assert!(devices.as_array().unwrap().iter().all(|row| said.contains(row["id"].as_str().unwrap())));
    office.failure(&["device", "invite", "--person", "Nobody"], 1);
}

#[test]
fn a_code_whose_picture_cannot_be_written_is_not_given_out() {
    let office = Office::founded();
    office.failure(&["device", "invite", "--person", "Administrator", "--qr", "/nowhere/code.png"], 1);
    assert_eq!(office.count("invites"), 0);
}

#[test]
fn a_key_is_told_once_listed_without_its_text_and_taken_back() {
    let office = Office::founded();
    let scopes = ["--scope", "cases:read", "--scope", "cases:write"];
    let add = |name: &str, more: &[&str]| {
        let arguments =
            [&["key", "add", "--name", name, "--person", "Administrator"], &scopes[..], more].concat();
        office.json_and_code(&arguments)
    };
    let (code, added) = add("ERP", &[]);
    assert_eq!(code, 0, "{added}");
    assert!(added["key"].as_str().unwrap().starts_with("rmk_"));
    let id = added["id"].as_str().unwrap();
    let listed = office.json(&["key", "list"]);
    assert_eq!(listed["keys"][0]["id"], id);
    assert_eq!(listed["keys"][0]["scopes"], serde_json::json!(["cases:read", "cases:write"]));
    assert!(!listed.to_string().contains("rmk_"));
    for (name, more) in [("a\nb", &[][..]), ("ERP", &["--expires", "2020-01-01T00:00:00Z"])] {
        assert_eq!(add(name, more).1["error"]["code"], "value_out_of_range", "{name}");
    }
    office.failure(&["key", "add", "--name", "x", "--person", "Administrator", "--scope", "everything"], 2);
    assert_eq!(office.json(&["key", "revoke", id])["revoked"], true);
    assert_eq!(office.json(&["key", "revoke", id])["revoked"], false, "it was already");
    assert_eq!(office.count("api_keys"), 1);
}

#[test]
fn what_is_done_at_the_terminal_is_on_the_trail_and_what_changed_nothing_is_not() {
    let office = Office::founded();
    office.json(&["person", "add", "--name", "Li Lei", "--role", "guard", "--site", "Garden"]);
    let code = invite(&office, "Li Lei")["code"].as_str().unwrap().to_owned();
    enrol(&office, &code, "Pixel");
    for _ in 0..2 {
        office.json(&["device", "resync", "Pixel"]);
        office.json(&["device", "thaw", "Pixel"]);
        office.json(&["device", "revoke", "Pixel"]);
        office.json(&["person", "take", "--person", "Li Lei", "--role", "guard", "--site", "Garden"]);
    }
    let trail = office.json(&["audit"]);
    let lines = trail["entries"].as_array().unwrap();
    let actions: Vec<_> = lines.iter().rev().map(|line| line["action"].as_str().unwrap()).collect();
    let once = ["person add", "device invite", "device resync", "device revoke", "person take"];
    assert_eq!(actions, once);
    assert!(
        lines.iter().all(|line| line["person"].is_null() && !line["subject"].as_str().unwrap().is_empty())
    );
    assert!(!trail.to_string().contains("Li Lei"), "ids, not names");
    assert_eq!(office.json(&["audit", "--limit", "2"])["entries"].as_array().unwrap().len(), 2);
}
