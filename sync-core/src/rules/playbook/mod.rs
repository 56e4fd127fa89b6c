//! Playbooks (处理指引): for a type of case what the resident expects, what to do by when, what to say,
//! what to collect, how often to tell, what never to promise, and what to improve afterwards.
//!
//! A playbook is one TOML file in Simplified Chinese and English. Those in `sync-core/playbooks/` are built
//! in; `docs/playbooks.md` is the page for whoever writes another.
//!
//! Invariant: a [`Playbook`] that exists was found sound. Every text of it is there in both languages, is one
//! line and within the bounds of [`crate::limits`], and no two of its steps share an id.

mod built_in;
mod choose;
mod deadline;
mod parse;
mod reader;

use crate::clock::Timestamp;
use crate::model::Role;
use crate::model::fact::ChecklistStep;

pub use built_in::{BUILT_IN, playbooks};
pub use choose::{for_subject, matching};
pub use deadline::{Deadline, Length, Unit};
pub use parse::{Mistake, parse_all};

/// A text in both languages of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Both {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// By which a tick finds the step again. Unique within the playbook; it outlives every rewording.
    pub id: String,
    /// What to do.
    pub text: Both,
    /// By when; counted from when the playbook was chosen unless the text names another beginning.
    pub clock: Option<Deadline>,
    /// Who usually does it.
    pub who: Option<Role>,
}

/// How the resident is kept informed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// How often, if that is a length of time.
    pub every: Option<Length>,
    /// What is told, and when.
    pub text: Both,
}

/// How one type of case is dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playbook {
    /// Unique among all playbooks; words of a-z, 0-9 and '-' with '/' between.
    pub id: String,
    /// What it is called.
    pub title: Both,
    /// The subjects it is chosen by; each covers everything below it. Never empty.
    pub subjects: Vec<String>,
    /// When this one and not its neighbour, for whoever chooses.
    pub when: Option<Both>,
    /// Whether people or property are in danger now (预案 instead of 处理指引).
    pub emergency: bool,
    /// Where its facts and figures come from.
    pub source: String,
    /// What the resident expects. Never empty.
    pub expectation: Vec<Both>,
    /// What to do, in order. Never empty.
    pub steps: Vec<Step>,
    /// What to say to the resident. Never empty.
    pub words: Vec<Both>,
    /// What to collect.
    pub evidence: Vec<Both>,
    /// How the resident is kept informed.
    pub cadence: Vec<Cadence>,
    /// What must not be promised or done.
    pub never: Vec<Both>,
    /// What to improve afterwards.
    pub improvements: Vec<Both>,
}

impl Playbook {
    /// Reads the text of one playbook. `name` is the file as the caller names it, for messages only.
    ///
    /// # Errors
    /// Every mistake of the file, in the order of its lines. If the file is no TOML, only the mistakes of
    /// TOML are named, because the rest cannot be told.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        parse::parse_one(name, text)
    }

    /// The steps as they are copied into a case, in order, so that a playbook reworded later changes no case.
    ///
    /// `due` turns a step's deadline into a moment, counted from when the playbook is chosen, by the
    /// estate's zone and calendar; `None` leaves the step without one.
    pub fn checklist(&self, due: impl Fn(Deadline) -> Option<Timestamp>) -> Vec<ChecklistStep> {
        self.steps
            .iter()
            .map(|step| ChecklistStep {
                id: step.id.clone(),
                zh: step.text.zh.clone(),
                en: step.text.en.clone(),
                due: step.clock.and_then(&due),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
