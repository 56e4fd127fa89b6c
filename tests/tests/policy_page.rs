//! `docs/policy.md` says the same as the built-in policy.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use roundsman_sync_core::rules::Policy;
use roundsman_sync_core::rules::policy::{ClockRule, MomentWord};

fn page() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policy.md")).unwrap()
}

fn row(rule: &ClockRule) -> String {
    let words = |words: &[MomentWord]| words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let mut limit = rule.limit.to_string();
    if let Some(aim) = &rule.aim {
        limit = format!("{limit}, aim {aim}");
    }
    if rule.repeat {
        limit = match rule.until.as_slice() {
            [] => format!("every {limit}"),
            until => format!("{limit}, again until {}", words(until)),
        };
    }
    if rule.before {
        limit.push_str(" before");
    }
    let title = format!("{} {} (`{}`)", rule.title_zh, rule.title_en, rule.id);
    let (from, to) = (words(&rule.from), words(&rule.to));
    format!("| {title} | {} | {from} | {to} | {limit} | {} |", rule.of.as_str(), rule.source)
}

#[test]
fn every_clock_stands_on_its_page_with_its_figures_and_source() {
    let rows: Vec<String> = Policy::built_in().clocks.iter().map(row).collect();
    let page = page();
    let start = page.find("| clock | of | from |").expect("the table is there");
    let listed: Vec<&str> = page[start..].lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert_eq!(listed, rows, "the table should be:\n{}", rows.join("\n"));
}

#[test]
fn the_example_on_the_page_is_a_sound_policy() {
    let page = page();
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let policy = Policy::parse(example).unwrap();
    assert_eq!(policy.promise_changes_max, 1);
    assert!(policy.sites.contains_key("Green Garden"));
}
