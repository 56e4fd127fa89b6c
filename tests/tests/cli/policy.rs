//! Policies from a terminal.

use super::Office;

/// One mistake of each sort, with the line on which it stands.
const WRONG: &str = r#"[promises]
changes_max = "twice"
[[clock]]
id = "arrival"
limit = "15 minutes"
[[clock]]
id = "arrival"
[[clock]]
id = "intake"
to = ["contact"]
[[clock]]
id = "dispatch"
limit = "0h"
colour = "green"
[ladder]
levels = ["desk", "developer", "desk"]
[[subject]]
path = "Lift"
[site."Garden".clock.arivval]
limit = "5m"
"#;

const WRONG_LINES: [(usize, &str); 9] = [
    (2, "a whole number"),
    (5, "'15 minutes' is no duration"),
    (7, "stands here twice"),
    (9, "the same moment"),
    (13, "can never be met"),
    (14, "unknown key 'colour'"),
    (16, "'desk' stands in 'levels' twice"),
    (18, "no subject path"),
    (19, "no clock 'arivval'"),
];

#[test]
fn a_check_names_file_line_and_reason_of_every_mistake() {
    let office = Office::empty();
    let file = office.write("wrong.toml", WRONG);
    let ran = office.run(&["policy", "check", &file]);
    assert_eq!(ran.status.code(), Some(1));
    let said = String::from_utf8(ran.stdout).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), WRONG_LINES.len(), "{said}");
    for (line, (number, reason)) in lines.iter().zip(WRONG_LINES) {
        assert!(
            line.starts_with(&format!("{file}:{number}:")) && line.contains(reason),
            "{number} {reason}: {line}"
        );
    }
    let (code, said) = office.json_and_code(&["policy", "check", &file]);
    assert_eq!((code, &said["ok"], said["mistakes"].as_array().unwrap().len()), (1, &false.into(), 9));
    assert_eq!(said["mistakes"][1]["line"], 5);
    assert!(!office.data().exists(), "a check needs no data");
}

#[test]
fn files_that_are_no_text_or_not_there_are_told_apart() {
    let office = Office::empty();
    let file = office.write("latin.toml", "");
    std::fs::write(&file, b"[promises]\nchanges_max = 1 # \xE9\n").unwrap();
    let said = String::from_utf8(office.run(&["policy", "check", &file]).stdout).unwrap();
    assert_eq!(said.trim(), format!("{file}:2:19: not UTF-8 from here on"));
    let said = office.failure(&["policy", "check", "nowhere.toml"], 1);
    assert!(said.contains("nowhere.toml"), "{said}");
}

#[test]
fn a_sound_policy_is_summed_up() {
    let office = Office::empty();
    let file = office.write(
        "policy.toml",
        "[[clock]]\nid = \"arrival\"\nlimit = \"20m\"\n[site.\"Garden\".clock.intake]\nlimit = \"1h\"\n",
    );
    let said = office.json(&["policy", "check", &file]);
    assert_eq!(said["ok"], true);
    let differences = said["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 2, "{said}");
    assert_eq!(differences[0], "clock arrival: 20m instead of 15m");
    assert_eq!(differences[1], "estate Garden: intake");
}

#[test]
fn a_policy_that_is_set_is_in_force_and_the_same_again_changes_nothing() {
    let office = Office::founded();
    assert!(office.json(&["policy", "show"])["policy"].as_str().unwrap().contains("limit = \"15m\""));
    let file = office.write("mine.toml", "[[clock]]\nid = \"arrival\"\nlimit = \"25m\"\n");
    let set = office.json(&["policy", "set", &file]);
    assert_eq!(set["changed"][0]["name"], "Garden");
    let shown = office.json(&["policy", "show", "--site", "Garden"]);
    let shown = shown["policy"].as_str().unwrap();
    assert!(shown.contains("limit = \"25m\"") && !shown.contains("limit = \"15m\""));
    let entries = office.count("log");
    assert_eq!(office.json(&["policy", "set", &file])["changed"].as_array().unwrap().len(), 0);
    assert_eq!(office.count("log"), entries);
    // What is shown can be set again, and means the same.
    let again = office.write("again.toml", shown);
    office.json(&["policy", "set", &again]);
    assert_eq!(office.json(&["policy", "show"])["policy"].as_str().unwrap(), shown);
    assert_eq!(office.json(&["verify"])["ok"], true);
}

#[test]
fn a_wrong_policy_is_not_set_and_starts_no_server() {
    let office = Office::founded();
    let file = office.write("wrong.toml", WRONG);
    let entries = office.count("log");
    let said = office.failure(&["policy", "set", &file], 1);
    assert!(said.contains(&format!("{file}:5:9: ")), "{said}");
    assert_eq!(office.count("log"), entries);

    let place = office.data().join("policy.toml");
    std::fs::write(&place, WRONG).unwrap();
    let said = office.failure(&["serve", "--listen", "127.0.0.1:0"], 1);
    for (line, reason) in WRONG_LINES {
        let start = format!("{}:{line}:", place.display());
        assert!(said.lines().any(|said| said.starts_with(&start) && said.contains(reason)), "{line}: {said}");
    }
}

#[test]
fn the_policy_of_the_data_folder_comes_into_force_with_the_server() {
    let office = Office::founded();
    std::fs::write(office.data().join("policy.toml"), "[promises]\nchanges_max = 1\n").unwrap();
    let mut server = super::serve::Serving::start(&office);
    let shown = office.json(&["policy", "show"]);
    assert!(shown["policy"].as_str().unwrap().contains("changes_max = 1"), "{shown}");
    server.stop();
}
