//! What must hold on every page.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fluent_bundle::FluentResource;

use super::sample::Sample;
use super::*;

/// Markup, a direction override with its end, a stray isolate end, controls, a long unbroken word.
fn hostile() -> String {
    let markup = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    format!("{markup}\u{202e}gnp.exe\u{202c}\u{2069}\0\u{1b}[2J{{{{7*7}}}}{}", "W".repeat(2_000))
}

fn samples() -> [Sample; 2] {
    [Sample { ending: String::new() }, Sample { ending: hostile() }]
}

/// The tags of a page as (name, attributes), in order; end tags start with a slash.
fn tags(html: &str) -> Vec<(&str, &str)> {
    let mut tags = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split_once('>').expect("a tag ends").0;
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        tags.push((name, attributes));
    }
    tags
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let marked = attributes.split_once(&format!("{name}=\""))?.1;
    Some(marked.split_once('"').expect("an attribute ends").0)
}

fn each_page(check: impl Fn(&str, &str)) {
    for sample in samples() {
        for lang in Lang::ALL {
            for (name, html) in sample.pages(lang) {
                check(&format!("{name}.{}", lang.tag()), &html);
            }
        }
    }
}

#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    each_page(|name, html| {
        for (tag, attributes) in tags(html) {
            assert!(!["script", "style", "iframe", "object"].contains(&tag), "{name}: <{tag}>");
            for part in attributes.split('"').step_by(2) {
                let part = part.trim();
                assert!(!part.starts_with("on") && part != "style=", "{name}: {attributes}");
            }
            for link in ["href", "src", "action"].iter().filter_map(|a| attribute(attributes, a)) {
                assert!(link.starts_with('/') || link.starts_with('#'), "{name}: {link}");
            }
        }
    });
}

#[test]
fn text_from_outside_is_shown_and_never_obeyed() {
    for (name, html) in samples()[1].pages(Lang::En) {
        for c in ['\0', '\u{1b}', '\u{202e}', '\u{202c}', '\u{2069}'] {
            // The search field gives back what was typed, and the address of the page is its own.
            let shown = html.lines().filter(|line| !line.contains("<input"));
            assert!(shown.clone().all(|line| !line.contains(c)), "{name}: {c:?}");
        }
        assert!(!html.contains("<script") && !html.contains("<img src=x"), "{name}");
    }
    let case = case(&samples()[1].frame(Lang::En, true), &samples()[1].case()).unwrap();
    assert!(case.contains("&lt;script&gt;") || case.contains("&#60;script&#62;"));
    assert!(case.contains("[U+202E]gnp.exe") && case.contains("{{7*7}}"));
}

#[test]
fn tags_are_closed_in_order() {
    const VOID: [&str; 5] = ["!DOCTYPE", "meta", "link", "input", "img"];
    each_page(|name, html| {
        let mut open = Vec::new();
        for (tag, _) in tags(html) {
            match tag.strip_prefix('/') {
                Some(ended) => assert_eq!(open.pop(), Some(ended), "{name}"),
                None if VOID.contains(&tag) => {}
                None => open.push(tag),
            }
        }
        assert!(open.is_empty(), "{name}: {open:?}");
    });
}

#[test]
fn ids_are_used_once_and_everything_that_names_one_finds_it() {
    each_page(|name, html| {
        let mut ids = BTreeSet::new();
        let all = tags(html);
        for id in all.iter().filter_map(|(_, attributes)| {
            attribute(attributes, " id")
                .or_else(|| attributes.starts_with("id=").then(|| attribute(attributes, "id")).flatten())
        }) {
            assert!(ids.insert(id), "{name}: #{id} twice");
        }
        for (tag, attributes) in &all {
            let mut named = vec![
                attribute(attributes, "aria-labelledby"),
                attribute(attributes, "aria-describedby"),
                attribute(attributes, "href").and_then(|link| link.strip_prefix('#')),
            ];
            if *tag == "label" {
                named.push(attribute(attributes, "for"));
            }
            for id in named.into_iter().flatten() {
                assert!(ids.contains(id), "{name}: nothing is called #{id}");
            }
        }
    });
}

#[test]
fn every_form_that_changes_something_carries_the_secret() {
    each_page(|name, html| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let posts = form.contains("method=\"post\"");
            assert_eq!(posts, form.contains("name=\"csrf\" value=\"0f3c9a\""), "{name}");
        }
    });
}

#[test]
fn every_parallel_value_is_shown_with_who_and_when() {
    let sample = &samples()[0];
    let html = case(&sample.frame(Lang::ZhCn, true), &sample.case()).unwrap();
    let (_, urgency) = html.split_once("<dt>紧急程度</dt>").unwrap();
    let urgency = urgency.split("</dd>").next().unwrap();
    for word in ["并行修改", "紧急", "重要", "林晓芸", "周建国", "08:22:03 +08:00", "08:33:03 +08:00"]
    {
        assert!(urgency.contains(word), "{word} in {urgency}");
    }
    assert!(html.contains("2 处并行修改") && html.contains("缺 1 张照片"));
}

#[test]
fn claimed_and_witnessed_time_stand_side_by_side() {
    let sample = &samples()[0];
    let html = case(&sample.frame(Lang::En, true), &sample.case()).unwrap();
    let (_, arrival) = html.split_once("data-kind=\"arrived\"").unwrap();
    let arrival = arrival.split("</li>\n    \n").next().unwrap();
    for words in [
        "datetime=\"2026-11-21T08:32:03.000+08:00\"",
        "datetime=\"2026-11-21T08:19:03.417+08:00\"",
        "datetime=\"2026-11-21T09:07:03.417+08:00\"",
        "48 min",
        "Declared later",
        "said so",
    ] {
        assert!(arrival.contains(words), "{words}");
    }
}

#[test]
fn contact_data_is_nowhere_on_a_page_it_was_not_given_to() {
    let sample = &samples()[0];
    let view = CaseView { contact: None, ..sample.case() };
    let html = case(&sample.frame(Lang::ZhCn, true), &view).unwrap();
    assert!(!html.contains("业主信息") && !html.contains("138 0013 8000"));
}

#[test]
fn a_photo_that_is_not_here_names_the_phone_it_is_on_and_is_not_linked() {
    let sample = &samples()[0];
    let html = case(&sample.frame(Lang::En, true), &sample.case()).unwrap();
    let owed = html.split("<figure").find(|figure| figure.contains("Still on the phone of")).unwrap();
    let owed = owed.split("</figure>").next().unwrap();
    assert!(owed.contains("陈立") && !owed.contains("<a") && !owed.contains("<img"));
    let heic = html.split("<figure").find(|figure| figure.contains("HEIC")).unwrap();
    let file = paths::original(roundsman_sync_core::ids::PhotoHash::of(&[3]));
    assert!(heic.contains("3.2 MB") && heic.contains(&file));
    assert!(html.contains("Not complete: 1 photo has not arrived."));
}

#[test]
fn a_preview_stands_in_for_a_photo_that_is_not_here_or_cannot_be_drawn() {
    let sample = &samples()[0];
    let mut view = sample.case();
    view.photos.iter_mut().for_each(|photo| photo.has_preview = true);
    let html = case(&sample.frame(Lang::En, true), &view).unwrap();
    let small = |n| paths::thumbnail(roundsman_sync_core::ids::PhotoHash::of(&[n]));
    assert!((1..=4).all(|n| html.contains(&small(n))));
    assert!(html.contains("Still on the phone of"), "and it is still owed");
    view.photos.pop();
    let html = case(&sample.frame(Lang::En, true), &view).unwrap();
    assert!(html.contains("Complete: all 3 photos are here."));
}

#[test]
fn a_statement_keeps_its_first_and_last_line_end() {
    let sample = &samples()[0];
    let mut view = sample.case();
    view.sign_offs.truncate(1);
    view.sign_offs[0].statement = Text::from("\n  two spaces\n");
    let html = case(&sample.frame(Lang::En, true), &view).unwrap();
    // A parser drops the first line end inside <pre>, so there must be one more.
    assert!(html.contains("<pre class=\"statement\">\n\n  two spaces\n</pre>"), "{html}");
}

#[test]
fn the_link_to_older_cases_keeps_what_was_asked_for() {
    let sample = &samples()[0];
    let html = cases(&sample.frame(Lang::En, true), &sample.cases()).unwrap();
    assert!(
        html.contains(
            "href=\"/?q=%E7%94%B5%E6%A2%AF%203%E6%A0%8B&#38;urgency=urgent&#38;after=c3RlcA%3D%3D\""
        )
    );
}

#[test]
fn a_text_of_64_kib_is_shown_whole() {
    let sample = &samples()[0];
    let long = "a".repeat(64 * 1024);
    let view = CaseView { description: Text::from(long.as_str()), ..sample.case() };
    assert!(case(&sample.frame(Lang::En, true), &view).unwrap().contains(&long));
}

/// The keys of a translation file, and those among them that take a number.
fn keys(source: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut keys, mut counting) = (BTreeSet::new(), BTreeSet::new());
    let mut key = String::new();
    for line in source.lines() {
        if let Some((name, _)) = line.split_once(" = ").filter(|_| line.starts_with(char::is_alphabetic)) {
            name.clone_into(&mut key);
            assert!(keys.insert(key.clone()), "{key} twice");
        }
        if line.contains("$n") {
            counting.insert(key.clone());
        }
    }
    (keys, counting)
}

#[test]
fn both_languages_have_the_same_words_and_each_is_used() {
    let (zh, en) = (include_str!("translations/zh-CN.ftl"), include_str!("translations/en.ftl"));
    for source in [zh, en] {
        assert!(FluentResource::try_new(source.to_owned()).is_ok());
    }
    assert_eq!(keys(zh), keys(en));
    let (keys, counting) = keys(en);

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let mut sources = String::new();
    for file in fs::read_dir(&folder).unwrap().chain(fs::read_dir(folder.join("templates")).unwrap()) {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && !["tests.rs", "sample.rs"].contains(&name.as_str()) {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    // A terminal shows a case in the same words.
    sources.push_str(include_str!("../cli/case_page.rs"));
    let mut coded = BTreeSet::new();
    for vocabulary in Vocabulary::ALL {
        for code in vocabulary.codes() {
            coded.insert(vocabulary.key(code));
            if vocabulary == Vocabulary::TimeFlag {
                coded.insert(format!("{}-why", vocabulary.key(code)));
            }
        }
    }
    assert_eq!(coded.difference(&keys).collect::<Vec<_>>(), Vec::<&String>::new());
    for key in keys.difference(&coded) {
        assert!(sources.contains(&format!("\"{key}\"")), "{key} is not used");
    }
    for (call, takes_number) in [("w.get(\"", false), ("w.count(\"", true), ("words.get(\"", false)] {
        for piece in sources.split(call).skip(1) {
            let key = piece.split('"').next().unwrap();
            assert!(keys.contains(key), "{key} has no words");
            assert_eq!(counting.contains(key), takes_number, "{key}");
        }
    }
    // Keys that Rust code chooses are seen on the pages: one without words would show as itself.
    each_page(|name, html| {
        for marker in
            ["login-error-", "password-error-", "failure-not", "failure-for", "failure-int", "fit-", "span-"]
        {
            let shown = html.split('>').any(|piece| piece.trim_start().starts_with(marker));
            assert!(!shown, "{name}: {marker}");
        }
    });
}

#[test]
fn every_page_is_written_to_a_folder_to_be_looked_at() {
    let program = std::env::current_exe().unwrap();
    // The test program lies in target/PROFILE/deps.
    let folder = program.ancestors().nth(3).unwrap().join("console-pages");
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (sample, ending) in samples().iter().zip(["", "-hostile"]) {
        for lang in Lang::ALL {
            for (name, html) in sample.pages(lang) {
                fs::write(folder.join(format!("{name}{ending}.{}.html", lang.tag())), html).unwrap();
            }
        }
    }
    for path in [stylesheet_path(), "/assets/icon.svg"] {
        fs::write(folder.join(&path[1..]), asset(path).unwrap().bytes).unwrap();
    }
}
