//! What a company has decided: clocks, ladder, limits, working hours, subjects. Data, not code.
//!
//! A policy is TOML that people edit (`docs/policy.md`). A company's text is laid over the built-in one, so it
//! need say only what differs. A policy that reads is whole and free of contradiction; nothing else exists as
//! a [`Policy`].

mod calendar;
mod clock;
mod limit;
mod parse;
mod reader;
mod words;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub use calendar::{Holidays, WorkingTime};
pub use clock::ClockRule;
pub use limit::Limit;
pub use reader::Mistake;
pub use words::{ClockOf, Condition, KindOfTime, MomentWord, PauseReason};

use crate::error::{ErrorCode, Refusal};
use crate::model::{Command, Fen, Level, Site};
use crate::rules::calendar::Calendar;

/// The built-in policy as people read it.
pub const DEFAULT_TEXT: &str = include_str!("../../../policy/default.toml");

/// One node of the subject tree (主题).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its path: `equipment/lift`. The path without its last part is a subject too.
    pub path: String,
    /// Its name in Simplified Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
}

/// What one estate has different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitePolicy {
    /// New limits, by the clock's id.
    pub clocks: BTreeMap<String, SiteClock>,
    /// Its own working time.
    pub time: Option<WorkingTime>,
}

/// What one estate has different in a clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteClock {
    /// How long it may take here.
    pub limit: Option<Limit>,
    /// How long it should take here.
    pub aim: Option<Limit>,
    /// The clock does not run here.
    pub off: bool,
}

/// Everything a company can decide for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Clocks in the order of the text. Ids are unique.
    pub clocks: Vec<ClockRule>,
    /// Built-in clocks that were taken away.
    pub clocks_off: BTreeSet<String>,
    /// The ladder (逐级上报), from the desk up. No level stands twice.
    pub ladder: Vec<Level>,
    /// How often a promised date may be moved.
    pub promise_changes_max: u32,
    /// Within how many days the same place and subject counts as rework (返修).
    pub rework_days: u32,
    /// Logged attempts before a case may be closed without the owner.
    pub closing_attempts_min: u32,
    /// From which share of a limit on a clock is yellow, in thousandths.
    pub yellow_share_permille: u32,
    /// From how many escalations on a case is yellow.
    pub yellow_escalations: u32,
    /// From how many promise changes on a case is yellow.
    pub yellow_promise_changes: u32,
    /// What a level may settle alone. A level that is not named may settle nothing.
    pub authority: BTreeMap<Level, Fen>,
    /// Working hours, holidays, zone and night.
    pub time: WorkingTime,
    /// The subject tree, in the order of the text.
    pub subjects: Vec<Subject>,
    /// What single estates have different, by name.
    pub sites: BTreeMap<String, SitePolicy>,
}

/// A constant: computed on first use because the compiler cannot read TOML.
static BUILT_IN: LazyLock<Policy> =
    LazyLock::new(|| parse::overlay(Policy::empty(), DEFAULT_TEXT).unwrap_or_else(|_| Policy::empty()));

impl Policy {
    /// The policy where nobody has said otherwise: the figures of the procedures.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a company's policy, laid over the built-in one. What it does not mention stays.
    ///
    /// # Errors
    /// Every mistake that can be found, from top to bottom.
    pub fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        parse::overlay(Self::built_in().clone(), text)
    }

    /// The policy as it holds at one estate, without what other estates have different.
    pub fn at_site(&self, name: &str) -> Self {
        let mut policy = Self { sites: BTreeMap::new(), ..self.clone() };
        let Some(site) = self.sites.get(name) else { return policy };
        if let Some(time) = &site.time {
            policy.time = time.clone();
        }
        for (id, change) in &site.clocks {
            if change.off {
                policy.clocks.retain(|rule| rule.id != *id);
                policy.clocks_off.insert(id.clone());
            } else if let Some(rule) = policy.clocks.iter_mut().find(|rule| rule.id == *id) {
                change.apply(rule);
            }
        }
        policy
    }

    /// When the estate works.
    pub fn calendar(&self) -> &Calendar {
        &self.time.calendar
    }

    /// The clock with this id.
    pub fn clock(&self, id: &str) -> Option<&ClockRule> {
        self.clocks.iter().find(|rule| rule.id == id)
    }

    /// The subject with this path.
    pub fn subject(&self, path: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.path == path)
    }

    /// What a level may settle alone.
    pub fn authority(&self, level: Level) -> Fen {
        self.authority.get(&level).copied().unwrap_or_default()
    }

    /// The level above this one on the ladder, if there is one.
    pub fn above(&self, level: Level) -> Option<Level> {
        let place = self.ladder.iter().position(|step| *step == level)?;
        self.ladder.get(place + 1).copied()
    }

    /// Which of these years have neither a holiday nor a make-up day: their weeks count as ordinary.
    pub fn years_without_holidays(&self, years: impl IntoIterator<Item = i32>) -> Vec<i32> {
        let known = |year: &i32| self.calendar().knows_holidays_of(*year);
        years.into_iter().filter(|year| !known(year)).collect()
    }

    /// A policy in which nothing is decided.
    fn empty() -> Self {
        Self {
            clocks: Vec::new(),
            clocks_off: BTreeSet::new(),
            ladder: Vec::new(),
            promise_changes_max: 0,
            rework_days: 0,
            closing_attempts_min: 0,
            yellow_share_permille: 1_000,
            yellow_escalations: 1,
            yellow_promise_changes: 1,
            authority: BTreeMap::new(),
            time: WorkingTime::empty(),
            subjects: Vec::new(),
            sites: BTreeMap::new(),
        }
    }
}

impl SiteClock {
    pub(super) fn apply(&self, rule: &mut ClockRule) {
        if let Some(limit) = &self.limit {
            rule.limit = limit.clone();
        }
        if let Some(aim) = &self.aim {
            rule.aim = Some(aim.clone());
        }
    }
}

/// The policy in force at an estate: what its document says, else the built-in one.
///
/// A text that does not read (a newer program wrote it) counts as absent, so that clocks never stop.
pub fn policy_of(site: &Site) -> Policy {
    let written = site.policy.shown().and_then(|text| Policy::parse(text).ok());
    written.as_ref().unwrap_or(Policy::built_in()).at_site(&site.name)
}

/// Refuses to put a policy in force that does not read.
pub(super) fn check_command(command: &Command) -> Result<(), Refusal> {
    let Command::WritePolicy { text, .. } = command else { return Ok(()) };
    let lines =
        |mistakes: Vec<Mistake>| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Policy::parse(text).map(|_| ()).map_err(|mistakes| {
        Refusal::new(ErrorCode::PolicyWrong, format!("the policy is wrong:\n{}", lines(mistakes)))
    })
}

#[cfg(test)]
mod tests;
