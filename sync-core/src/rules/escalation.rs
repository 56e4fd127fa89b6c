//! Escalation (逐级上报): what a level cannot settle goes up, one level at a time, with time and reason.

use super::day::{end_of, local_day};
use super::stated::{stated, this_time};
use crate::clock::Timestamp;
use crate::ids::{EntryId, PersonId};
use crate::model::{Case, CaseKind, EntryKind, Fact, Level};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationStep {
    /// From which level.
    pub from: Level,
    /// To which.
    pub to: Level,
    /// Why.
    pub reason: String,
    /// Who took it there.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
}

/// What went wrong on the way up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscalationFault {
    /// A level was passed over.
    Skipped {
        /// The step.
        entry: EntryId,
        /// From which level.
        from: Level,
        /// To which.
        to: Level,
    },
    /// The matter went down.
    WentDown {
        /// The step.
        entry: EntryId,
        /// From which level.
        from: Level,
        /// To which.
        to: Level,
    },
    /// The ladder of this company has no such level.
    NotOnLadder {
        /// The step.
        entry: EntryId,
        /// The level that was named.
        to: Level,
    },
    /// No reason was given.
    WithoutReason {
        /// The step.
        entry: EntryId,
    },
}

/// Where a case stands on the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EscalationState {
    /// The level that has it.
    pub level: Level,
    /// The next one up, if there is any.
    pub next: Option<Level>,
    /// How it got there. A step to the level that already has it is listed and is no fault: two people
    /// may have called the same superior.
    pub steps: Vec<EscalationStep>,
    /// What went wrong.
    pub faults: Vec<EscalationFault>,
}

/// Where the case stands on the ladder, the lowest level first. A re-opened case stays where it was. An
/// empty ladder has the desk alone.
pub fn escalation(case: &Case, ladder: &[Level]) -> EscalationState {
    let bottom = ladder.first().copied().unwrap_or(Level::Desk);
    let place = |level: Level| ladder.iter().position(|of_ladder| *of_ladder == level);
    let mut state = EscalationState { level: bottom, next: None, steps: Vec::new(), faults: Vec::new() };
    for entry in stated(case) {
        let Fact::Escalated(escalation) = &entry.fact else { continue };
        let (from, to, entry_id) = (state.level, escalation.to, entry.id);
        let (here, there) = (place(from).unwrap_or(0), place(to));
        match there {
            None => state.faults.push(EscalationFault::NotOnLadder { entry: entry_id, to }),
            Some(there) if there < here => {
                state.faults.push(EscalationFault::WentDown { entry: entry_id, from, to });
            }
            Some(there) if there > here + 1 => {
                state.faults.push(EscalationFault::Skipped { entry: entry_id, from, to });
            }
            Some(_) => {}
        }
        if entry.note.trim().is_empty() {
            state.faults.push(EscalationFault::WithoutReason { entry: entry_id });
        }
        let (reason, by, at) = (entry.note.clone(), entry.by, entry.happened_at());
        state.steps.push(EscalationStep { from, to, reason, by, at, entry: entry_id });
        // What once went up is not taken from the superior by somebody who names a lower level.
        if there.is_some_and(|there| there > here) {
            state.level = to;
        }
    }
    state.next = place(state.level).and_then(|here| ladder.get(here + 1)).copied();
    state
}

/// The superior has to be told, the same day, of what was settled on the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuperiorOwed {
    /// The telling of the result by which the matter was settled.
    pub entry: EntryId,
    /// Until when: the end of that day at the estate.
    pub due: Timestamp,
}

/// Whether the superior is still to be told. A complaint counts as settled on the spot when its result
/// was told without an order and without going up.
pub fn superior_owed(case: &Case, offset_minutes: i32) -> Option<SuperiorOwed> {
    if case.kind.shown() != Some(&CaseKind::Complaint) || !case.orders.is_empty() {
        return None;
    }
    let this_time = this_time(case);
    let has = |kind| this_time.iter().any(|entry| entry.kind() == kind);
    if has(EntryKind::Escalated) || has(EntryKind::SuperiorTold) {
        return None;
    }
    let settled = this_time.iter().find(|entry| entry.kind() == EntryKind::Reported)?;
    let day = local_day(settled.happened_at(), offset_minutes)?;
    Some(SuperiorOwed { entry: settled.id, due: end_of(day, offset_minutes) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::{Escalation, Report};
    use crate::rules::sample::{CHINA_MINUTES, HOUR_MS, MONDAY, ORDER, Story};
    use Level::{
        CustomerService as C, Desk as K, Developer as V, EngineeringManager as E, GeneralManager as G,
        SiteDirector as S,
    };

    #[test]
    fn a_matter_goes_up_level_by_level_and_never_down() {
        type Row<'a> = (&'a [Level], Level, Option<Level>, &'a [&'a str]);
        let table: [Row<'_>; 8] = [
            (&[], K, Some(S), &[]),
            (&[S], S, Some(C), &[]),
            (&[S, C, G, V], V, None, &[]),
            (&[S, S], S, Some(C), &[]),
            (&[C], C, Some(G), &["skipped"]),
            (&[S, C, S], C, Some(G), &["down"]),
            (&[S, E, C], C, Some(G), &["unknown"]),
            (&[K], K, Some(S), &[]),
        ];
        for (steps, level, next, faults) in table {
            let mut story = Story::new(CaseKind::Complaint);
            for &to in steps {
                story.say_why(Fact::Escalated(Escalation { to }), "业主要求赔偿");
            }
            let state = escalation(&story.case, &crate::rules::Policy::built_in().ladder);
            let code = |fault: &EscalationFault| match fault {
                EscalationFault::Skipped { .. } => "skipped",
                EscalationFault::WentDown { .. } => "down",
                EscalationFault::NotOnLadder { .. } => "unknown",
                EscalationFault::WithoutReason { .. } => "reason",
            };
            assert_eq!((state.level, state.next), (level, next), "{steps:?}");
            assert_eq!(state.faults.iter().map(code).collect::<Vec<_>>(), faults, "{steps:?}");
            assert_eq!(state.steps.len(), steps.len());
        }
    }

    #[test]
    fn going_up_takes_a_reason_and_a_company_may_have_another_ladder() {
        let mut story = Story::new(CaseKind::Complaint);
        let entry = story.say(Fact::Escalated(Escalation { to: E }));
        let state = escalation(&story.case, &[K, E]);
        assert_eq!((state.level, state.next), (E, None));
        assert_eq!(state.faults, [EscalationFault::WithoutReason { entry }]);
        assert_eq!(escalation(&story.case, &[]).level, K);
    }

    #[test]
    fn the_superior_hears_the_same_day_of_what_was_settled_on_the_spot() {
        let mut story = Story::new(CaseKind::Complaint);
        assert_eq!(superior_owed(&story.case, CHINA_MINUTES), None);
        let entry = story.say(Fact::Reported(Report::default()));
        let due = MONDAY.plus_millis(16 * HOUR_MS);
        assert_eq!(superior_owed(&story.case, CHINA_MINUTES), Some(SuperiorOwed { entry, due }));
        let mut with_order = story.case.clone();
        with_order.orders.push(crate::model::Order::new(ORDER));
        assert_eq!(superior_owed(&with_order, CHINA_MINUTES), None);
        story.say(Fact::SuperiorTold);
        assert_eq!(superior_owed(&story.case, CHINA_MINUTES), None);
        story.say(Fact::Reopened);
        story.say(Fact::Reported(Report::default()));
        assert!(superior_owed(&story.case, CHINA_MINUTES).is_some());
    }
}
