//! Promised days (承诺日期): which one holds, how often it was moved, and what was wrong with that.
//!
//! A date may be moved at most twice, each time inside the promised day and with the owner's consent (003 i). A
//! further change is kept all the same, or people would write false dates: it turns the case red and goes up.

use crate::clock::Timestamp;
use crate::ids::EntryId;
use crate::model::{Case, Entry, EntryKind, Fact};
use crate::rules::policy::Policy;

/// What is wrong with a change of a promised date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromiseFault {
    /// It came after the promised day had ended.
    AfterTheDay,
    /// No consent of the owner was recorded.
    WithoutConsent,
    /// The date had been moved as often as it may be.
    OneTooMany,
}

/// The promises of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Until when something is promised now; none if nothing is, or the case was re-opened since.
    pub current: Option<Timestamp>,
    /// How often a date was moved, in the round of handling in which that happened most.
    pub changes: u32,
    /// What was wrong, by the entry that moved the date.
    pub faults: Vec<(EntryId, PromiseFault)>,
    /// A change too many has not gone up the ladder yet.
    pub escalation_owed: bool,
}

/// The promises of a case under the policy of its estate. Each round of handling is counted for itself.
pub fn promises(case: &Case, policy: &Policy) -> Promises {
    let mut entries: Vec<&Entry> = case.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.happened_at(), entry.stamp, entry.id));
    let mut found = Promises::default();
    let mut changes = 0;
    for entry in entries {
        if entry.kind() == EntryKind::Reopened {
            (found.current, changes) = (None, 0);
        } else if entry.kind() == EntryKind::Escalated {
            found.escalation_owed = false;
        }
        let Fact::Promised(promise) = &entry.fact else { continue };
        let Some(promised) = found.current.replace(promise.until) else { continue };
        // The same date told again is no change.
        if promised == promise.until {
            continue;
        }
        changes += 1;
        found.changes = found.changes.max(changes);
        let mut fault = |fault| found.faults.push((entry.id, fault));
        if entry.happened_at() > policy.calendar().end_of_day(promised, 0) {
            fault(PromiseFault::AfterTheDay);
        }
        if promise.consent.is_none() {
            fault(PromiseFault::WithoutConsent);
        }
        if changes > policy.promise_changes_max {
            fault(PromiseFault::OneTooMany);
            found.escalation_owed = true;
        }
    }
    found
}

#[cfg(test)]
mod tests;
