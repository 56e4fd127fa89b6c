//! A company's text laid over a policy.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::clock::{ClockRule, subject_path};
use super::limit::Limit;
use super::reader::{Found, Mistake, Mistakes, Span, Table};
use super::{Policy, SiteClock, SitePolicy, Subject};
use crate::limits::POLICY_CHARS_MAX;
use crate::model::{Fen, Level};

/// Lays `text` over `base`.
pub(super) fn overlay(base: Policy, text: &str) -> Result<Policy, Vec<Mistake>> {
    let mut mistakes = Mistakes::new(text);
    // Bounds before anything is built from it.
    if text.len() > POLICY_CHARS_MAX * 4 || text.chars().count() > POLICY_CHARS_MAX {
        mistakes.add(&(0..0), format!("the policy is longer than {POLICY_CHARS_MAX} letters"));
        return Err(mistakes.into_sorted());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        // The end of the text, where a parser says nothing of the place.
        let at = error.span().unwrap_or(text.len()..text.len());
        mistakes.add(&at, error.message());
    }
    let root = Table::new(root.get_ref(), 0..0);
    let mut policy = base;
    read(&mut policy, &root, &mut mistakes);
    if mistakes.is_empty() { Ok(policy) } else { Err(mistakes.into_sorted()) }
}

fn read(policy: &mut Policy, root: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    const KEYS: [&str; 10] = [
        "calendar",
        "ladder",
        "promises",
        "rework",
        "closing",
        "rating",
        "authority",
        "subject",
        "clock",
        "site",
    ];
    root.only(&KEYS, mistakes);
    if let Some(table) = root.table("calendar", mistakes) {
        policy.time.read(&table, mistakes);
    }
    read_figures(policy, root, mistakes);
    read_subjects(policy, root, mistakes);
    read_clocks(policy, root, mistakes);
    if let Some(sites) = root.table("site", mistakes) {
        for (name, at) in sites.keys() {
            let Some(table) = sites.table(name, mistakes) else { continue };
            let site = read_site(policy, &table, mistakes);
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                mistakes.add(&at, "the name of an estate is empty or has a control character");
            }
            policy.sites.insert(name.to_owned(), site);
        }
    }
}

fn read_figures(policy: &mut Policy, root: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    if let Some(table) = root.table("ladder", mistakes) {
        table.only(&["levels"], mistakes);
        if let Some(levels) = table.words("levels", mistakes, str::parse::<Level>) {
            if levels.value.len() < 2 {
                mistakes.add(&levels.at, "a ladder has at least two levels");
            }
            policy.ladder = levels.value;
        }
    }
    let mut section = |name: &str, figures: &mut [(&str, std::ops::RangeInclusive<u64>, &mut u32)]| {
        let Some(table) = root.table(name, mistakes) else { return };
        let mut keys: Vec<&str> = figures.iter().map(|(key, ..)| *key).collect();
        if name == "rating" {
            keys.push("yellow_at");
        }
        table.only(&keys, mistakes);
        for (key, bounds, field) in figures {
            let figure = table.number(key, bounds.clone(), mistakes);
            if let Some(figure) = figure.and_then(|figure| u32::try_from(figure.value).ok()) {
                **field = figure;
            }
        }
    };
    section("promises", &mut [("changes_max", 0..=100, &mut policy.promise_changes_max)]);
    section("rework", &mut [("days", 1..=3_650, &mut policy.rework_days)]);
    section("closing", &mut [("attempts_min", 1..=100, &mut policy.closing_attempts_min)]);
    section(
        "rating",
        &mut [
            ("yellow_escalations", 1..=100, &mut policy.yellow_escalations),
            ("yellow_promise_changes", 1..=100, &mut policy.yellow_promise_changes),
        ],
    );
    let rating = root.table("rating", &mut Mistakes::new(""));
    if let Some(share) = rating.and_then(|table| table.share("yellow_at", mistakes)) {
        policy.yellow_share_permille = share.value;
    }
    if let Some(table) = root.table("authority", mistakes) {
        read_authority(&mut policy.authority, &table, mistakes);
    }
}

fn read_authority(authority: &mut BTreeMap<Level, Fen>, table: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    /// One hundred million yuan: more than any estate is worth disputing.
    const FEN_MAX: u64 = 10_000_000_000;
    for (key, at) in table.keys() {
        match key.parse::<Level>() {
            Ok(level) => {
                if let Some(fen) = table.number(key, 0..=FEN_MAX, mistakes) {
                    authority.insert(level, Fen(fen.value));
                }
            }
            Err(reason) => mistakes.add(&at, reason),
        }
    }
}

fn read_subjects(policy: &mut Policy, root: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    let mut seen: Vec<String> = Vec::new();
    let mut added: Vec<Found<String>> = Vec::new();
    for table in root.tables("subject", mistakes) {
        table.only(&["path", "zh", "en", "off"], mistakes);
        let path = table.word("path", mistakes, subject_path);
        let zh = table.text("zh", mistakes).map(|found| found.value.to_owned());
        let en = table.text("en", mistakes).map(|found| found.value.to_owned());
        let off = table.truth("off", mistakes).is_some_and(|off| off.value);
        let Some(path) = path else {
            if table.keys().all(|(key, _)| key != "path") {
                mistakes.add(&table.at, "the subject has no 'path'");
            }
            continue;
        };
        if seen.contains(&path.value) {
            mistakes.add(&path.at, format!("the subject '{}' stands here twice", path.value));
            continue;
        }
        seen.push(path.value.clone());
        let known = policy.subjects.iter().position(|subject| subject.path == path.value);
        match (known, off) {
            (Some(known), true) => drop(policy.subjects.remove(known)),
            (None, true) => {
                mistakes.add(&path.at, format!("there is no subject '{}' to take away", path.value))
            }
            (Some(known), false) => {
                let subject = &mut policy.subjects[known];
                subject.zh = zh.unwrap_or_else(|| subject.zh.clone());
                subject.en = en.unwrap_or_else(|| subject.en.clone());
            }
            (None, false) => {
                if zh.is_none() || en.is_none() {
                    mistakes.add(&path.at, format!("the subject '{}' needs a name in zh and en", path.value));
                }
                let (zh, en) = (zh.unwrap_or_default(), en.unwrap_or_default());
                policy.subjects.push(Subject { path: path.value.clone(), zh, en });
                added.push(path);
            }
        }
    }
    for path in added {
        if let Some((above, _)) = path.value.rsplit_once('/')
            && policy.subject(above).is_none()
        {
            mistakes
                .add(&path.at, format!("'{}' hangs in the air: there is no subject '{above}'", path.value));
        }
    }
}

fn read_clocks(policy: &mut Policy, root: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    let mut seen: Vec<String> = Vec::new();
    for table in root.tables("clock", mistakes) {
        let Some(id) = table.word("id", mistakes, clock_id) else {
            if table.keys().all(|(key, _)| key != "id") {
                mistakes.add(&table.at, "the clock has no 'id'");
            }
            continue;
        };
        if seen.contains(&id.value) {
            mistakes.add(&id.at, format!("the clock '{}' stands here twice", id.value));
            continue;
        }
        seen.push(id.value.clone());
        let known = policy.clocks.iter().position(|rule| rule.id == id.value);
        if let Some(off) = table.truth("off", mistakes).filter(|off| off.value) {
            match known {
                Some(known) => {
                    policy.clocks.remove(known);
                    policy.clocks_off.insert(id.value);
                }
                None => mistakes.add(&off.at, format!("there is no clock '{}' to take away", id.value)),
            }
            continue;
        }
        let mut rule =
            known.map_or_else(|| ClockRule::blank(&id.value), |known| policy.clocks[known].clone());
        rule.read(&table, known.is_none(), mistakes);
        // A clock with something unreadable in it would be called contradictory for the wrong reason.
        if mistakes.is_empty() || known.is_some() {
            rule.check(&id.at, mistakes);
        }
        check_subjects(policy, &rule, &id.at, mistakes);
        match known {
            Some(known) => policy.clocks[known] = rule,
            None => policy.clocks.push(rule),
        }
    }
}

/// Conditions must speak of subjects that there are.
fn check_subjects(policy: &Policy, rule: &ClockRule, at: &Span, mistakes: &mut Mistakes<'_>) {
    let subjects = rule.when.iter().chain(&rule.unless).flat_map(|condition| &condition.subject);
    for path in subjects.filter(|path| policy.subject(path).is_none()) {
        mistakes.add(at, format!("clock '{}': there is no subject '{path}'", rule.id));
    }
}

fn clock_id(text: &str) -> Result<String, String> {
    let sound = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let sound = sound && text.starts_with(|first: char| first.is_ascii_lowercase());
    if sound { Ok(text.to_owned()) } else { Err(format!("'{text}' is no id: small letters, digits and _")) }
}

fn read_site(policy: &Policy, table: &Table<'_>, mistakes: &mut Mistakes<'_>) -> SitePolicy {
    table.only(&["clock", "calendar"], mistakes);
    let mut site = SitePolicy::default();
    if let Some(calendar) = table.table("calendar", mistakes) {
        let mut time = policy.time.clone();
        time.read(&calendar, mistakes);
        site.time = Some(time);
    }
    let Some(clocks) = table.table("clock", mistakes) else { return site };
    for (id, at) in clocks.keys() {
        let Some(table) = clocks.table(id, mistakes) else { continue };
        let Some(rule) = policy.clock(id) else {
            mistakes.add(&at, format!("there is no clock '{id}' to change"));
            continue;
        };
        table.only(&["limit", "aim", "off"], mistakes);
        let read = |text: &str| match rule.text_only {
            true => Ok(Limit::Text(text.to_owned())),
            false => Limit::parse(text),
        };
        let change = SiteClock {
            limit: table.word("limit", mistakes, read).map(|found| found.value),
            aim: table.word("aim", mistakes, Limit::parse).map(|found| found.value),
            off: table.truth("off", mistakes).is_some_and(|found| found.value),
        };
        let mut changed = rule.clone();
        change.apply(&mut changed);
        changed.check(&at, mistakes);
        site.clocks.insert(id.to_owned(), change);
    }
    site
}
