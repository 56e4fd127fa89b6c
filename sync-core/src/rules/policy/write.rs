//! A policy as TOML, as `Policy::parse` reads it.

use std::fmt::Write;

use super::calendar::WEEKDAYS;
use super::limit::time_of_day;
use super::{ClockRule, Condition, KindOfTime, Limit, Policy, WorkingTime};
use crate::model::Fen;
use crate::rules::calendar::{Hours, SpecialDay};

impl Policy {
    /// The whole policy as TOML, nothing left to a default. Reading it gives the same policy again.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        time(&mut out, "calendar", &self.time);
        section(&mut out, "ladder");
        pair(&mut out, "levels", &words(self.ladder.iter().map(|level| level.as_str())));
        section(&mut out, "promises");
        pair(&mut out, "changes_max", &self.promise_changes_max.to_string());
        section(&mut out, "rework");
        pair(&mut out, "days", &self.rework_days.to_string());
        section(&mut out, "closing");
        pair(&mut out, "attempts_min", &self.closing_attempts_min.to_string());
        section(&mut out, "rating");
        pair(&mut out, "yellow_at", &format!("0.{:03}", self.yellow_share_permille));
        pair(&mut out, "yellow_escalations", &self.yellow_escalations.to_string());
        pair(&mut out, "yellow_promise_changes", &self.yellow_promise_changes.to_string());
        section(&mut out, "authority");
        for (level, Fen(fen)) in &self.authority {
            pair(&mut out, level.as_str(), &fen.to_string());
        }
        for rule in &self.clocks {
            clock(&mut out, rule);
        }
        for id in &self.clocks_off {
            line(&mut out, "\n[[clock]]");
            pair(&mut out, "id", &quoted(id));
            pair(&mut out, "off", "true");
        }
        for subject in &self.subjects {
            line(&mut out, "\n[[subject]]");
            pair(&mut out, "path", &quoted(&subject.path));
            pair(&mut out, "zh", &quoted(&subject.zh));
            pair(&mut out, "en", &quoted(&subject.en));
        }
        for (name, site) in &self.sites {
            let name = format!("site.{}", quoted(name));
            if let Some(own) = &site.time {
                time(&mut out, &format!("{name}.calendar"), own);
            }
            for (id, change) in &site.clocks {
                section(&mut out, &format!("{name}.clock.{id}"));
                optional(&mut out, "limit", change.limit.as_ref());
                optional(&mut out, "aim", change.aim.as_ref());
                flag(&mut out, "off", change.off);
            }
        }
        out.trim_start().to_owned()
    }
}

fn time(out: &mut String, name: &str, time: &WorkingTime) {
    section(out, name);
    pair(out, "zone", &quoted(time.calendar.zone.name()));
    pair(out, "holidays", &quoted(time.holidays.as_str()));
    let listed = |wanted: SpecialDay| {
        let days = time.own_days.iter().filter(move |(_, day)| **day == wanted);
        days.map(|(date, _)| date.to_string()).collect::<Vec<String>>()
    };
    for (key, day) in [("off", SpecialDay::Off), ("work", SpecialDay::On)] {
        let dates: Vec<String> = listed(day);
        if !dates.is_empty() {
            pair(out, key, &words(dates.iter().map(String::as_str)));
        }
    }
    pair(out, "night", &quoted(&stretch(time.calendar.night)));
    section(out, &format!("{name}.hours"));
    for (weekday, hours) in WEEKDAYS.iter().zip(&time.calendar.hours) {
        let hours: Vec<String> = hours.iter().copied().map(stretch).collect();
        pair(out, weekday, &words(hours.iter().map(String::as_str)));
    }
}

fn clock(out: &mut String, rule: &ClockRule) {
    let moments = |list: &[super::MomentWord]| {
        let list: Vec<String> = list.iter().map(ToString::to_string).collect();
        words(list.iter().map(String::as_str))
    };
    line(out, "\n[[clock]]");
    pair(out, "id", &quoted(&rule.id));
    let title = format!("{{ zh = {}, en = {} }}", quoted(&rule.title_zh), quoted(&rule.title_en));
    pair(out, "title", &title);
    pair(out, "of", &quoted(rule.of.as_str()));
    flag(out, "text_only", rule.text_only);
    for (key, list) in [("from", &rule.from), ("to", &rule.to), ("until", &rule.until)] {
        if !list.is_empty() {
            pair(out, key, &moments(list));
        }
    }
    optional(out, "limit", Some(&rule.limit));
    optional(out, "aim", rule.aim.as_ref());
    if rule.time != KindOfTime::AroundTheClock {
        pair(out, "time", &quoted(rule.time.as_str()));
    }
    if !rule.pauses.is_empty() {
        pair(out, "pauses", &words(rule.pauses.iter().map(|reason| reason.as_str())));
    }
    flag(out, "repeat", rule.repeat);
    flag(out, "before", rule.before);
    flag(out, "early", rule.early);
    flag(out, "appointment", rule.appointment);
    for (key, list) in [("when", &rule.when), ("unless", &rule.unless)] {
        let list: Vec<String> = list.iter().map(condition).collect();
        if !list.is_empty() {
            pair(out, key, &format!("[{}]", list.join(", ")));
        }
    }
    pair(out, "source", &quoted(&rule.source));
}

/// A condition as an inline table.
pub(super) fn condition(condition: &Condition) -> String {
    let mut parts = Vec::new();
    let mut list = |key: &str, list: Vec<&str>| {
        if !list.is_empty() {
            parts.push(format!("{key} = {}", words(list.into_iter())));
        }
    };
    list("kind", condition.kind.iter().map(|word| word.as_str()).collect());
    list("channel", condition.channel.iter().map(|word| word.as_str()).collect());
    list("urgency", condition.urgency.iter().map(|word| word.as_str()).collect());
    list("nature", condition.nature.iter().map(|word| word.as_str()).collect());
    list("subject", condition.subject.iter().map(String::as_str).collect());
    list("order_kind", condition.order_kind.iter().map(|word| word.as_str()).collect());
    list("liability", condition.liability.iter().map(|word| word.as_str()).collect());
    list("department", condition.department.iter().map(|word| word.as_str()).collect());
    for (key, truth) in [("party", condition.party), ("night", condition.night)] {
        parts.extend(truth.map(|truth| format!("{key} = {truth}")));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn stretch(hours: Hours) -> String {
    format!("{}-{}", time_of_day(hours.from), time_of_day(hours.to))
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", words.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A basic string of TOML. Texts of a policy hold no control characters, but names of estates might.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            control if control.is_control() => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out + "\""
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn section(out: &mut String, name: &str) {
    line(out, &format!("\n[{name}]"));
}

fn pair(out: &mut String, key: &str, value: &str) {
    line(out, &format!("{key} = {value}"));
}

fn flag(out: &mut String, key: &str, set: bool) {
    if set {
        pair(out, key, "true");
    }
}

fn optional(out: &mut String, key: &str, limit: Option<&Limit>) {
    if let Some(limit) = limit {
        pair(out, key, &quoted(&limit.to_string()));
    }
}
