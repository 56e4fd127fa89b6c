#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use super::*;

const SOUND: &str = r#"source = "test"
zone = "Asia/Shanghai"
dates = ["%Y/%m/%d %H:%M:%S"]
status_closed = ["Closed"]

[columns]
key = "id"
reported_at = "when"
status = "status"
category = "type"
category_detail = "detail"
description = ["type", "text"]

[place]
building = { columns = ["street", "number"], separator = ", " }
room = "room"

[cells.number]
digits = 3

[default]
kind = "complaint"
subject = "other"
urgency = "general"
department = "customer_service"

[[category]]
value = "Lift"
kind = "repair"
subject = "equipment/lift"
urgency = "important"
department = "engineering"

[[category]]
value = "Lift"
detail = "Trapped"
kind = "repair"
subject = "emergency/lift"
urgency = "urgent"
"#;

#[test]
fn a_sound_map_is_taken_whole() {
    let map = ImportMap::parse("test.toml", SOUND).unwrap();
    assert_eq!(map.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(map.description.separator, " ");
    assert_eq!(map.place[0].as_ref().unwrap().columns, ["street", "number"]);
    assert_eq!(map.place[2].as_ref().unwrap().columns, ["room"]);
    assert!(map.place[1].is_none());
}

#[test]
fn the_narrowest_rule_wins_and_letter_case_does_not_matter() {
    let map = ImportMap::parse("test.toml", SOUND).unwrap();
    let found = |category, detail| {
        let (class, filed) = map.classify(category, detail);
        format!("{} {} {} {filed:?}", class.subject, class.urgency, class.department)
    };
    for (category, detail, expected) in [
        (Some("Lift"), Some("Trapped"), "emergency/lift urgent customer_service Rule"),
        (Some(" LIFT "), Some("trapped"), "emergency/lift urgent customer_service Rule"),
        (Some("lift"), Some("noisy"), "equipment/lift important engineering Rule"),
        (Some("Lift"), None, "equipment/lift important engineering Rule"),
        (Some("Trapped"), Some("Lift"), "other general customer_service Default"),
        (Some("Gas"), None, "other general customer_service Default"),
        (None, Some("Trapped"), "other general customer_service Default"),
    ] {
        assert_eq!(found(category, detail), expected);
    }
}

/// The sound map with one line replaced must fail at that line (or the one given) with these words.
fn mistaken(was: &str, is: &str, place: &str, words: &str) {
    assert_eq!(SOUND.matches(was).count(), 1, "{was}");
    let text = SOUND.replace(was, is);
    let error = ImportMap::parse("test.toml", &text).unwrap_err().to_string();
    assert!(error.starts_with(&format!("test.toml:{place}")), "{is}: {error}");
    assert!(error.contains(words), "{is}: {error}");
}

#[test]
fn every_mistake_names_its_line() {
    mistaken("source = \"test\"", "source = \"Te st\"", "1:10:", "source 'Te st'");
    mistaken("source = \"test\"", "source = \"\"", "1:10:", "source");
    mistaken("Asia/Shanghai", "Asia/Peking", "2:8:", "no time zone is named 'Asia/Peking'");
    mistaken("%Y/%m/%d %H:%M:%S", "%Y/%Q", "3:10:", "'%Y/%Q' is not a strftime format");
    mistaken("%Y/%m/%d %H:%M:%S", "%H:%M", "3:10:", "does not name a whole date");
    mistaken("[\"%Y/%m/%d %H:%M:%S\"]", "[]", "3:9:", "no date format");
    mistaken("status_closed = [\"Closed\"]", "", "9:10:", "needs `status_closed`");
    mistaken("status = \"status\"", "", "4:17:", "needs `columns.status`");
    mistaken("key = \"id\"", "", "6:", "missing field `key`");
    mistaken("key = \"id\"", "key = \"id \"", "7:7:", "column name");
    mistaken("key = \"id\"", "key = \"id\"\ncolour = \"red\"", "8:1:", "unknown field `colour`");
    mistaken("key = \"id\"", "key = \"id", "7:", "");
    mistaken("category = \"type\"", "", "27:1:", "need `columns.category`");
    mistaken("category_detail = \"detail\"", "", "36:10:", "needs `columns.category_detail`");
    mistaken("[\"type\", \"text\"]", "[]", "12:15:", "at least one column");
    mistaken("[\"type\", \"text\"]", "7", "12:15:", "a column name, a list of them");
    mistaken("\"street\", \"number\"]", "\"street\", \"\"]", "15:35:", "column name");
    mistaken("separator = \", \"", "divider = \", \"", "15:", "unknown field `divider`");
    mistaken("[cells.number]", "[cells.colour]", "18:8:", "nothing in this map reads column 'colour'");
    mistaken("digits = 3", "digits = 0", "19:10:", "at least 1");
    mistaken("digits = 3", "digits = 300", "19:10:", "300");
    mistaken("\"complaint\"", "\"grumble\"", "22:8:", "kind 'grumble' is not one of complaint, repair");
    mistaken("\"general\"", "\"soon\"", "24:11:", "urgency 'soon' is not one of urgent");
    mistaken("\"customer_service\"", "\"sales\"", "25:14:", "department 'sales'");
    mistaken("\"equipment/lift\"", "\"Equipment//lift\"", "30:11:", "subject 'Equipment//lift'");
    mistaken("\"emergency/lift\"", "\"a/b/c/d/e\"", "38:11:", "subject 'a/b/c/d/e'");
    mistaken("detail = \"Trapped\"", "", "35:9:", "already ruled on");
}

#[test]
fn a_category_without_a_kind_names_the_category() {
    mistaken(
        "kind = \"repair\"\nsubject = \"equipment/lift\"",
        "subject = \"equipment/lift\"",
        "27:",
        "missing field `kind`",
    );
    mistaken(
        "kind = \"repair\"\nsubject = \"emergency/lift\"",
        "kind = \"repair\"",
        "34:",
        "missing field `subject`",
    );
}

#[test]
fn files_that_are_no_maps_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.toml");
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        ImportMap::load(&path).unwrap_err()
    };
    assert!(read(b"source = 1\n\xFF").to_string().ends_with("map.toml:2:1: not UTF-8 from here on"));
    let long = vec![b'#'; usize::try_from(MAP_BYTES_MAX).unwrap() + 1];
    assert!(matches!(read(&long), MapError::TooLong { .. }));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(ImportMap::load(&path), Err(MapError::Read { .. })));
}

#[test]
fn the_built_in_maps_are_sound() {
    for name in ["nyc311", "nyc-council"] {
        assert_eq!(ImportMap::built_in(name).unwrap().unwrap().source, name);
    }
    assert!(ImportMap::built_in("paris").is_none());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_reading_a_map_panic(text in "\\PC{0,200}", at in 0..SOUND.len()) {
        let _ = ImportMap::parse("x", &text);
        let (before, after) = (SOUND.get(..at), SOUND.get(at..));
        if let (Some(before), Some(after)) = (before, after) {
            let _ = ImportMap::parse("x", &format!("{before}{text}{after}"));
            let _ = ImportMap::parse("x", before);
        }
    }
}
