//! `roundsman route` and `roundsman round`.

use super::Office;

const SAMPLE: &str = include_str!("../../../docs/samples/routes.toml");

#[test]
fn routes_are_imported_once_and_a_newer_file_changes_just_what_differs() {
    let office = Office::founded();
    let file = office.write("routes.toml", SAMPLE);
    let import = ["route", "import", file.as_str(), "--site", "Garden"];
    let first = office.json(&import);
    assert_eq!(first["checkpoints"], serde_json::json!({ "read": 5, "changed": 5 }));
    assert_eq!(first["routes"], serde_json::json!({ "read": 4, "changed": 4 }));
    let changes = office.count("changes");
    let again = office.json(&import);
    assert_eq!((&again["checkpoints"]["changed"], &again["routes"]["changed"]), (&0.into(), &0.into()));
    assert_eq!(office.count("changes"), changes, "importing again writes nothing");
    office.write("routes.toml", &SAMPLE.replace("max = 0.55", "max = 0.6"));
    let newer = office.json(&import);
    assert_eq!((&newer["checkpoints"]["changed"], &newer["routes"]["changed"]), (&1.into(), &0.into()));
    assert_eq!(office.json(&["verify"])["ok"], true);

    let due = office.json(&["round", "due", "--site", "Garden", "--date", "2026-11-23"]);
    let kinds: Vec<_> =
        due["due"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    let monday =
        ["guard_round", "equipment_round", "fire_round", "quality_round", "equipment_round", "guard_round"];
    assert_eq!(kinds, monday);
    assert_eq!(office.json(&["round", "list"]), serde_json::json!({ "rounds": [] }));
}

#[test]
fn a_mistake_in_a_file_of_routes_names_its_line_and_changes_nothing() {
    let office = Office::founded();
    let changes = office.count("changes");
    let wrong = SAMPLE.replace("\"3-1-roof\"]", "\"3-1-rooof\"]");
    let file = office.write("routes.toml", &wrong);
    let line = 1 + wrong.lines().position(|line| line.contains("rooof")).unwrap();
    let said = office.failure(&["route", "import", &file, "--site", "Garden"], 1);
    assert!(said.contains(&format!("routes.toml:{line}:")), "{said}");
    assert!(said.contains("there is no checkpoint '3-1-rooof' in this file"), "{said}");
    assert_eq!(office.count("changes"), changes);
    // A code that a point of another file has already is found only in the estate.
    let file = office.write("routes.toml", SAMPLE);
    office.json(&["route", "import", &file, "--site", "Garden"]);
    let changes = office.count("changes");
    let second = "[[checkpoint]]\nkey = \"n\"\nname = \"New\"\ncode = \"NEW\"\n\n\
                  [[checkpoint]]\nkey = \"x\"\nname = \"X\"\ncode = \"RM-GATE-E\"\n";
    let file = office.write("second.toml", second);
    let said = office.failure(&["route", "import", &file, "--site", "Garden"], 1);
    assert!(said.contains("the code of 'X' is that of '东门岗' already"), "{said}");
    assert_eq!(office.count("changes"), changes, "not even the point before it was written");
    office.failure(&["route", "import", "nowhere.toml", "--site", "Garden"], 1);
    office.failure(&["round", "show", "nothing"], 1);
}
