//! Every way a file can be wrong, and what is said about it.

use proptest::prelude::*;

use crate::limits::{PLAYBOOK_BYTES_MAX, PLAYBOOK_LIST_MAX, PLAYBOOK_TEXT_CHARS_MAX};
use crate::model::Role;
use crate::rules::playbook::{BUILT_IN, Both, Deadline, Playbook, parse_all};

/// A whole playbook; each row below spoils one line of it.
const SOUND: &str = r#"id = "own/pond"
title = { zh = "水池", en = "Pond" }
subjects = ["amenities/pond", "amenities"]
when = { zh = "水池结冰", en = "Ice" }
emergency = false
source = "ours"
expectation = [{ zh = "安全", en = "Safety" }]
words = [{ zh = "您好", en = "Hello" }]
evidence = [{ zh = "照片", en = "Photo" }]
cadence = [{ every = "1d", zh = "每天", en = "Daily" }]
never = [{ zh = "不得", en = "Never" }]
improvements = [{ zh = "围栏", en = "Fence" }]
[[steps]]
id = "look"
who = "guard"
clock = "10m"
zh = "查看"
en = "Look"
[[steps]]
id = "fence"
zh = "围挡"
en = "Fence"
"#;

fn mistakes(text: &str) -> Vec<String> {
    match Playbook::parse("p.toml", text) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_sound_file_is_read_whole() {
    let book = Playbook::parse("p.toml", SOUND).unwrap();
    assert_eq!((book.id.as_str(), book.emergency), ("own/pond", false));
    assert_eq!(book.subjects, ["amenities/pond", "amenities"]);
    assert_eq!(book.when, Some(Both { zh: "水池结冰".into(), en: "Ice".into() }));
    assert_eq!(book.cadence[0].every.map(|every| every.to_string()).as_deref(), Some("1d"));
    assert_eq!(book.steps[0].who, Some(Role::Guard));
    assert_eq!(book.steps[0].clock, Deadline::from_text("10m"));
    assert_eq!((book.steps[1].who, book.steps[1].clock), (None, None));
    assert_eq!(
        Playbook::parse("p.toml", &format!("\u{feff}{SOUND}")).as_ref(),
        Ok(&book),
        "a byte order mark"
    );
    assert_eq!(Playbook::parse("p.toml", &SOUND.replace('\n', "\r\n")).as_ref(), Ok(&book), "Windows");
}

#[test]
fn what_may_be_left_out_may_be_left_out_and_what_may_not_is_named() {
    for key in ["when", "emergency", "evidence", "cadence", "never", "improvements", "who", "clock"] {
        let without = without(key);
        assert_eq!(mistakes(&without), [""; 0], "{key}");
    }
    for key in ["title", "subjects", "source", "expectation", "words"] {
        assert_eq!(mistakes(&without(key)), [format!("p.toml:1:1: `{key}` is missing")]);
    }
    assert_eq!(mistakes(SOUND.split_once('\n').unwrap().1), ["p.toml:1:1: `id` is missing"]);
    let no_steps = SOUND.split_once("[[steps]]").unwrap().0;
    assert_eq!(mistakes(no_steps), ["p.toml:1:1: `steps` is missing"]);
    assert_eq!(mistakes("").len(), 7, "an empty file lacks all seven");
}

fn without(key: &str) -> String {
    SOUND
        .lines()
        .filter(|line| !line.starts_with(&format!("{key} =")))
        .fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn every_mistake_names_its_place_and_its_reason() {
    let long = "长".repeat(PLAYBOOK_TEXT_CHARS_MAX + 1);
    let too_long = format!(r#"evidence = [{{ zh = "{long}", en = "Photo" }}]"#);
    let many = format!("subjects = [{}]", r#""a","#.repeat(PLAYBOOK_LIST_MAX + 1));
    let rows: [(&str, &str, &str); 41] = [
        // Of names.
        ("emergency = false", "emergancy = false", "5:1: unknown key `emergancy`; there is id, title"),
        (
            r#"who = "guard""#,
            r#"whom = "guard""#,
            "15:1: unknown key `whom`; there is id, zh, en, clock, who",
        ),
        (r#"every = "1d", "#, r#"evry = "1d", "#, "10:14: unknown key `evry`; there is every, zh, en"),
        (r#"zh = "照片""#, r#"zh = "照片", fr = "x""#, "9:26: unknown key `fr`; there is zh, en"),
        (
            r#"id = "own/pond""#,
            r#"id = "Own/Pond""#,
            "1:6: `id` 'Own/Pond' is not one to 4 words of a-z, 0-9 and '-' with '/'",
        ),
        (r#"id = "own/pond""#, r#"id = "own//pond""#, "1:6: `id` 'own//pond' is not"),
        (r#"id = "own/pond""#, r#"id = "a/b/c/d/e""#, "1:6: `id` 'a/b/c/d/e' is not"),
        (r#"id = "own/pond""#, r#"id = """#, "1:6: `id` '' is not"),
        (r#"id = "own/pond""#, "id = 7", "1:6: `id` is a text in quotes, not of type integer"),
        (r#"id = "fence""#, r#"id = "look""#, "20:6: two steps have the id 'look'"),
        (r#"id = "fence""#, r#"id = "fence/b""#, "20:6: step id 'fence/b' is not one word of a-z"),
        ("id = \"fence\"\n", "", "19:1: `id` is missing"),
        // Of subjects.
        (
            r#""amenities"]"#,
            r#""amenities/"]"#,
            "3:31: subject 'amenities/' is not one to 4 words of a-z, 0-9 and '_'",
        ),
        (r#""amenities"]"#, r#""设备"]"#, "3:31: subject '设备' is not"),
        (r#""amenities"]"#, r#""amenities/pond"]"#, "3:31: subject 'amenities/pond' stands here twice"),
        (r#""amenities"]"#, "1]", "3:31: subject is a text in quotes, not of type integer"),
        (r#"subjects = ["amenities/pond", "amenities"]"#, "subjects = []", "3:12: `subjects` is empty"),
        (
            r#"subjects = ["amenities/pond", "amenities"]"#,
            r#"subjects = "amenities""#,
            "3:12: `subjects` is a list, not of type string",
        ),
        (
            r#"subjects = ["amenities/pond", "amenities"]"#,
            &many,
            "3:12: `subjects` has 41 items; at most 40 fit",
        ),
        // Of languages and texts.
        (
            r#"title = { zh = "水池", en = "Pond" }"#,
            r#"title = { zh = "水池" }"#,
            "2:9: `title` has no `en`; every text is in zh and en",
        ),
        (
            r#"title = { zh = "水池", en = "Pond" }"#,
            r#"title = "Pond""#,
            "2:9: `title` is a table, not of type string",
        ),
        (r#"zh = "您好", en = "Hello""#, r#"en = "Hello""#, "8:10: item 1 of `words` has no `zh`"),
        ("zh = \"围挡\"\n", "", "19:1: step 2 has no `zh`"),
        (r#"en = "Daily""#, r#"en = """#, "10:44: `en` of item 1 of `cadence` is empty"),
        (r#"en = "Never""#, r#"en = "  ""#, "11:28: `en` of item 1 of `never` is empty"),
        (r#"en = "Never""#, r#"en = " Never""#, "11:28: `en` of item 1 of `never` has blanks around it"),
        (
            r#"en = "Never""#,
            r#"en = "Ne\tver""#,
            "11:28: `en` of item 1 of `never` is one line without control characters; letter 3",
        ),
        (r#"en = "Never""#, r#"en = "Ne\nver""#, "letter 3 is none that fits"),
        (r#"en = "Never""#, r#"en = "Ne\u202Ever""#, "letter 3 is none that fits"),
        (
            r#"evidence = [{ zh = "照片", en = "Photo" }]"#,
            &too_long,
            "9:20: `zh` of item 1 of `evidence` has 601 letters; at most 600 fit",
        ),
        (r#"source = "ours""#, r#"source = """#, "6:10: `source` is empty"),
        (
            r#"improvements = [{ zh = "围栏", en = "Fence" }]"#,
            "improvements = []",
            "12:16: `improvements` is empty; leave it out",
        ),
        (
            r#"improvements = [{ zh = "围栏", en = "Fence" }]"#,
            "improvements = [3]",
            "12:17: item 1 of `improvements` is a table, not of type integer",
        ),
        // Of values.
        (
            "emergency = false",
            r#"emergency = "no""#,
            "5:13: `emergency` is true or false, not of type string",
        ),
        (
            r#"clock = "10m""#,
            r#"clock = "10 min""#,
            "16:9: clock '10 min' is not a length such as 10m, 4h or 1d, a time of day",
        ),
        (r#"clock = "10m""#, r#"clock = "24:00""#, "16:9: clock '24:00' is not"),
        (r#"clock = "10m""#, "clock = 08:30:00", "16:9: `clock` is a text in quotes, not of type datetime"),
        (
            r#"every = "1d""#,
            r#"every = "08:30""#,
            "10:22: every '08:30' is not a length such as 10m, 4h or 1d",
        ),
        (
            r#"who = "guard""#,
            r#"who = "captain""#,
            "15:7: who 'captain' is not one of guard, technician, reception",
        ),
        // Of TOML.
        (r#"source = "ours""#, r#"source = "ours"#, "p.toml:6:"),
        (r#"source = "ours""#, "source = \"ours\"\nsource = \"ours\"", "7:1: duplicate key"),
    ];
    let mut surprises = Vec::new();
    for (sound, spoilt, expected) in rows {
        assert!(SOUND.contains(sound), "{sound}");
        let found = mistakes(&SOUND.replacen(sound, spoilt, 1));
        // One mistake is told once; only an open quotation mark may lead to more.
        let told = matches!(found.as_slice(), [only] if only.contains(expected))
            || (expected == "p.toml:6:" && found.iter().any(|one| one.contains(expected)));
        if !told {
            surprises.push(format!("{spoilt}\n  is answered with {found:#?}\n  and not with {expected}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once_in_the_order_of_lines() {
    let text = SOUND
        .replace(r#"zh = "水池", "#, "")
        .replace("emergency = false", "emergency = 0")
        .replace(r#"who = "guard""#, r#"who = "captain""#)
        .replace(r#"clock = "10m""#, r#"clock = "soon""#)
        .replace("id = \"fence\"\nzh = \"围挡\"", "id = \"look\"\nzh = \"\"");
    let found = mistakes(&text);
    let places: Vec<&str> = found.iter().map(|mistake| mistake.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        ["p.toml:2:9", "p.toml:5:13", "p.toml:15:7", "p.toml:16:9", "p.toml:20:6", "p.toml:21:6"],
        "{found:#?}"
    );
}

#[test]
fn an_id_of_two_files_is_a_mistake_of_the_second_even_if_that_is_wrong_elsewhere() {
    let spoilt = SOUND.replace("emergency = false", "emergency = 0");
    let (books, mistakes) = parse_all([("a.toml", SOUND), ("b.toml", &spoilt), ("c.toml", SOUND)]);
    assert_eq!(books.len(), 1);
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b.toml:1:6: the id 'own/pond' is already that of a.toml",
            "b.toml:5:13: `emergency` is true or false, not of type integer",
            "c.toml:1:6: the id 'own/pond' is already that of a.toml",
        ]
    );
}

#[test]
fn a_file_that_is_too_long_is_refused_before_it_is_read() {
    let text = format!("{SOUND}#{}", " ".repeat(PLAYBOOK_BYTES_MAX));
    assert_eq!(mistakes(&text), ["p.toml:1:1: longer than 65536 bytes, so it is no playbook"]);
}

proptest! {
    /// Whatever is cut out of a sound file, the answer is a playbook or at least one mistake with a place.
    #[test]
    fn any_text_is_a_playbook_or_has_a_mistake(
        which in 0..BUILT_IN.len(), from in 0.0f64..1.0, length in 0usize..80, put in ".{0,12}",
    ) {
        let letters: Vec<char> = BUILT_IN[which].1.chars().collect();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a file of a few thousand letters")]
        let from = (letters.len() as f64 * from) as usize;
        let to = (from + length).min(letters.len());
        let text: String = letters[..from].iter().copied().chain(put.chars()).chain(letters[to..].iter().copied()).collect();
        if let Err(mistakes) = Playbook::parse("p.toml", &text) {
            prop_assert!(!mistakes.is_empty());
            let lines = text.matches('\n').count() + 1;
            prop_assert!(mistakes.iter().all(|m| m.line >= 1 && m.line <= lines && m.column >= 1 && !m.reason.is_empty()));
        }
    }

    #[test]
    fn no_text_at_all_makes_the_reader_fail(text in any::<String>()) {
        let _ = Playbook::parse("p.toml", &text);
    }
}
