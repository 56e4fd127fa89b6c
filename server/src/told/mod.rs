//! What an entry says, as a sentence: in the words of the procedures, in Chinese and in English.
//!
//! The word for what happened ([`EntryKind`](roundsman_sync_core::model::EntryKind)) says what sort of thing
//! it was; the sentence says it with everything that goes with it. Sentences quote what people typed, so
//! whoever shows one treats it as text from outside.

mod en;
mod zh;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, EntryId, PersonId};
use roundsman_sync_core::model::Fact;
use roundsman_sync_core::model::fact::{Part, Position};

use crate::console::Lang;
use crate::projection::queries::Mentions;

/// For whom a fact is told.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// In which language.
    pub lang: Lang,
    /// In which zone times are told: the estate's.
    pub zone: Tz,
    /// What the ids inside facts are called.
    pub mentions: &'a Mentions,
}

/// The fact as one sentence, without a full stop where another remark may follow it.
pub fn told(fact: &Fact, telling: &Telling<'_>) -> String {
    match telling.lang {
        Lang::ZhCn => zh::sentence(fact, telling),
        Lang::En => en::sentence(fact, telling),
    }
}

impl Telling<'_> {
    /// A moment to the minute; a claim that no calendar reaches is told as its bare number.
    pub fn time(&self, at: Timestamp) -> String {
        match DateTime::<Utc>::from_timestamp_millis(at.millis()) {
            Some(utc) => utc.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string(),
            None => at.to_string(),
        }
    }

    fn person(&self, person: PersonId) -> String {
        self.mentions.people.get(&person).cloned().unwrap_or_else(|| short(&person))
    }

    fn case(&self, case: DocumentId) -> String {
        self.mentions.cases.get(&case).cloned().unwrap_or_else(|| short(&case))
    }

    /// What a step of a checklist says; its name if the checklist has not arrived.
    fn step(&self, checklist: EntryId, step: &str) -> String {
        let texts = self.mentions.steps.get(&(checklist, step.to_owned()));
        let text = texts.map(|(zh, en)| match self.lang {
            Lang::ZhCn => zh,
            Lang::En => en,
        });
        text.filter(|text| !text.is_empty()).cloned().unwrap_or_else(|| step.to_owned())
    }
}

/// The beginning of an id that nobody has a name for.
fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(8).collect()
}

/// Thousandths as people write them: 1500 is 1.5.
fn quantity(part: &Part) -> String {
    let (whole, rest) = (part.quantity_milli / 1_000, part.quantity_milli % 1_000);
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// Degrees north and east, to about a metre.
fn degrees(position: &Position) -> String {
    let degrees = |e7: i32| {
        let sign = if e7 < 0 { "-" } else { "" };
        let e7 = e7.unsigned_abs();
        format!("{sign}{}.{:05}", e7 / 10_000_000, e7 % 10_000_000 / 100)
    };
    format!("{}, {}", degrees(position.latitude_e7), degrees(position.longitude_e7))
}

#[cfg(test)]
mod tests;
