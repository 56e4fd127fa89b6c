//! Playbooks: checked, listed, shown.

use std::path::Path;

use super::Office;

/// A whole playbook.
const SOUND: &str = r#"id = "own/pond"
title = { zh = "水池结冰", en = "Frozen pond" }
subjects = ["amenities/pond"]
source = "ours"
expectation = [{ zh = "保证安全", en = "Safety" }]
words = [{ zh = "您好", en = "Hello" }]
[[steps]]
id = "look"
who = "guard"
clock = "10m"
zh = "到场查看"
en = "Look at it"
"#;

/// The folder of the built-in playbooks.
fn built_in() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sync-core/playbooks").display().to_string()
}

/// An office with a folder `books` of these files; gives the folder's path.
fn with_books(files: &[(&str, &[u8])]) -> (Office, String) {
    let office = Office::empty();
    let folder = office.file("books");
    std::fs::create_dir(&folder).unwrap();
    for (name, text) in files {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let folder = folder.display().to_string();
    (office, folder)
}

#[test]
fn the_built_in_playbooks_pass_their_own_check() {
    let office = Office::empty();
    let checked = office.json(&["playbook", "check", &built_in()]);
    let listed = office.json(&["playbook", "list"]);
    assert_eq!(checked["ok"], true);
    assert_eq!(checked["checked"], listed["playbooks"].as_array().unwrap().len());
    let ran = office.run(&["playbook", "check", &built_in()]);
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(said.trim_end(), format!("{} playbooks checked, no mistake found", checked["checked"]));
    assert!(!office.data().exists(), "a check needs no data folder");
}

#[test]
fn every_mistake_of_every_file_is_told_with_file_line_and_column() {
    let long = format!("{SOUND}#{}", "x".repeat(65_536));
    let twice = format!("{SOUND}[[steps]]\nid = \"look\"\nzh = \"\"\nen = \"Again\"\n");
    let in_latin_1 = [SOUND.as_bytes(), b"# caf\xe9\n"].concat();
    let rows: [(&str, Vec<u8>, &[&str]); 10] = [
        (
            "a-key.toml",
            SOUND.replace("source", "sauce").into(),
            &["1:1: `source` is missing", "4:1: unknown key `sauce`"],
        ),
        (
            "b-language.toml",
            SOUND.replace(", en = \"Hello\"", "").into(),
            &["6:10: item 1 of `words` has no `en`"],
        ),
        (
            "c-steps.toml",
            twice.into(),
            &["14:6: two steps have the id 'look'", "15:6: `zh` of step 2 is empty"],
        ),
        ("d-clock.toml", SOUND.replace("10m", "10 min").into(), &["10:9: clock '10 min' is not a length"]),
        (
            "e-role.toml",
            SOUND.replace("guard", "captain").into(),
            &["9:7: who 'captain' is not one of guard,"],
        ),
        (
            "f-subject.toml",
            SOUND.replace("amenities/pond", "水池").into(),
            &["3:13: subject '水池' is not one to 4 words"],
        ),
        ("g-long.toml", long.into(), &["1:1: longer than 65536 bytes"]),
        ("h-toml.toml", SOUND.replace("\"ours\"", "ours").into(), &["4:10: "]),
        ("i-letters.toml", in_latin_1, &["13:6: not UTF-8 from here on"]),
        (
            "j-empty.toml",
            Vec::new(),
            &["`id` is missing", "`title`", "`subjects`", "`source`", "`expectation`", "`steps`", "`words`"],
        ),
    ];
    for (name, text, expected) in rows {
        let (office, folder) = with_books(&[(name, &text)]);
        let (code, said) = office.json_and_code(&["playbook", "check", &folder]);
        let mistakes = said["mistakes"].as_array().unwrap();
        assert_eq!((code, &said["ok"], mistakes.len()), (1, &false.into(), expected.len()), "{name}: {said}");

        let ran = office.run(&["playbook", "check", &folder]);
        let text = String::from_utf8(ran.stdout).unwrap();
        assert_eq!((ran.status.code(), text.lines().count()), (Some(1), expected.len()), "{name}: {text}");
        for expected in expected {
            let told =
                text.lines().any(|line| line.contains(&format!("/{name}:")) && line.contains(expected));
            assert!(told, "{name}: no line says {expected}: {text}");
        }
        for (line, mistake) in text.lines().zip(mistakes) {
            let (file, reason) = (mistake["file"].as_str().unwrap(), mistake["reason"].as_str().unwrap());
            assert_eq!(line, format!("{file}:{}:{}: {reason}", mistake["line"], mistake["column"]));
        }
    }
}

#[test]
fn files_in_folders_below_are_checked_too_and_an_id_stands_once() {
    let (office, folder) = with_books(&[
        ("pond.toml", SOUND.as_bytes()),
        ("winter/deep/pond.TOML", SOUND.as_bytes()),
        ("winter/notes.txt", b"no playbook"),
    ]);
    let (code, said) = office.json_and_code(&["playbook", "check", &folder]);
    assert_eq!((code, &said["checked"]), (1, &2.into()));
    let mistakes = said["mistakes"].as_array().unwrap();
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0]["file"].as_str().unwrap().ends_with("winter/deep/pond.TOML"));
    let reason = mistakes[0]["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("the id 'own/pond' is already that of ") && reason.ends_with("books/pond.toml")
    );
}

#[test]
fn a_folder_that_is_not_there_or_has_no_playbook_is_an_error() {
    let (office, folder) = with_books(&[("read-me.txt", b"nothing")]);
    assert!(office.failure(&["playbook", "check", &folder], 1).contains("there is no *.toml file in it"));
    let said = office.failure(&["playbook", "check", "nowhere"], 1);
    assert!(said.contains("nowhere: cannot be read"), "{said}");
    let file = office.write("one.toml", SOUND);
    office.failure(&["playbook", "check", &file], 1);
    let (code, said) = office.json_and_code(&["playbook", "check", "nowhere"]);
    assert_eq!((code, &said["error"]["code"]), (1, &"not_found".into()));
    assert_eq!(office.run(&["playbook", "check"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_and_what_is_no_file_do_not_hold_the_check_up() {
    let (office, folder) =
        with_books(&[("pond.toml", SOUND.as_bytes()), ("odd.toml/inner.txt", b"a folder")]);
    std::os::unix::fs::symlink(&folder, Path::new(&folder).join("again")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", Path::new(&folder).join("zero.toml")).unwrap();
    let (code, said) = office.json_and_code(&["playbook", "check", &folder]);
    let mistakes = said["mistakes"].as_array().unwrap();
    assert_eq!((code, &said["checked"], mistakes.len()), (1, &1.into(), 1), "{said}");
    assert_eq!(mistakes[0]["reason"], "cannot be read: it is no file");
}

#[test]
fn playbooks_are_listed_and_chosen_by_subject() {
    let office = Office::empty();
    let found = office.json(&["playbook", "list", "--subject", "equipment/lift/trapped"]);
    assert_eq!(found["playbooks"][0]["id"], "equipment/lift-trapped");
    assert_eq!(found["playbooks"][0]["title"]["zh"], "电梯困人");
    assert_eq!(found["playbooks"][0]["emergency"], true);
    let none = office.json(&["playbook", "list", "--subject", "nothing/like/it"]);
    assert_eq!(none["playbooks"], serde_json::json!([]));
    let ran = office.run(&["playbook", "list"]);
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.contains("equipment/corridor-light") && text.contains("楼道灯不亮 / Corridor light out"));
}

#[test]
fn a_playbook_is_shown_in_one_language_or_both() {
    let office = Office::empty();
    let shown = |more: &[&str]| {
        let ran = office.run(&[&["playbook", "show", "equipment/lift-trapped"], more].concat());
        assert_eq!(ran.status.code(), Some(0));
        String::from_utf8(ran.stdout).unwrap()
    };
    let (zh, en) = ("绝不得扒门、撬门", "Never pry the lift doors");
    assert!(shown(&[]).contains(zh) && shown(&[]).contains(en));
    assert!(shown(&["--lang", "zh"]).contains(zh) && !shown(&["--lang", "zh"]).contains(en));
    assert!(!shown(&["--lang", "en"]).contains(zh) && shown(&["--lang", "en"]).contains(en));
    let json = office.json(&["playbook", "show", "equipment/intercom-code"]);
    assert_eq!(json["steps"][2]["clock"], "08:30");
    assert_eq!(json["steps"][2]["who"], "reception");
    let said = office.failure(&["playbook", "show", "equipment/nothing"], 1);
    assert!(said.contains("there is no playbook 'equipment/nothing'"), "{said}");
    assert_eq!(office.run(&["playbook", "show", "x", "--lang", "fr"]).status.code(), Some(2));
}

#[test]
fn a_companys_own_playbook_stands_beside_the_built_in_ones_or_in_the_place_of_one() {
    let own_lift = SOUND.replace("own/pond", "equipment/lift-trapped");
    let (office, folder) = with_books(&[("pond.toml", SOUND.as_bytes()), ("lift.toml", own_lift.as_bytes())]);
    let built_in = office.json(&["playbook", "list"])["playbooks"].as_array().unwrap().len();
    let listed = office.json(&["playbook", "list", "--dir", &folder]);
    assert_eq!(listed["playbooks"].as_array().unwrap().len(), built_in + 1);
    let lift = office.json(&["playbook", "show", "equipment/lift-trapped", "--dir", &folder]);
    assert_eq!(lift["title"]["en"], "Frozen pond");
    std::fs::write(Path::new(&folder).join("lift.toml"), own_lift.replace("10m", "soon")).unwrap();
    let said = office.failure(&["playbook", "list", "--dir", &folder], 1);
    assert!(said.contains("lift.toml:10:9: clock 'soon'"), "{said}");
}
