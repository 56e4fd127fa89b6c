//! The playbook (处理指引) that was copied into a case: which steps are done, which are due.

use super::stated::stated;
use crate::clock::Timestamp;
use crate::ids::{EntryId, PersonId};
use crate::model::fact::{Checklist, ChecklistStep};
use crate::model::{Case, Fact};

/// Who did a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepDone {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
}

/// One step as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepState {
    /// The step, as it stood in the playbook.
    pub step: ChecklistStep,
    /// Who did it first, if anybody.
    pub done: Option<StepDone>,
}

impl StepState {
    /// Whether it is not done and should be by now.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.done.is_none() && self.step.due.is_some_and(|due| now > due)
    }

    /// Whether it was done, but too late.
    pub fn was_late(&self) -> bool {
        matches!((self.done, self.step.due), (Some(done), Some(due)) if done.at > due)
    }
}

/// A checklist as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistState {
    /// The entry that copied the playbook.
    pub entry: EntryId,
    /// The playbook's name.
    pub playbook: String,
    /// When it was copied.
    pub from: Timestamp,
    /// Its steps in their order.
    pub steps: Vec<StepState>,
}

impl ChecklistState {
    fn of(entry: EntryId, checklist: &Checklist) -> Self {
        let open = |step: &ChecklistStep| StepState { step: step.clone(), done: None };
        Self {
            entry,
            playbook: checklist.playbook.clone(),
            from: checklist.from,
            steps: checklist.steps.iter().map(open).collect(),
        }
    }

    /// The first step that is not done: what comes next.
    pub fn next(&self) -> Option<&StepState> {
        self.steps.iter().find(|step| step.done.is_none())
    }
}

/// Every checklist of the case, oldest first. Ticking a step that no checklist has is nothing.
pub fn checklists(case: &Case) -> Vec<ChecklistState> {
    let mut found: Vec<ChecklistState> = Vec::new();
    for entry in stated(case) {
        if let Fact::PlaybookChosen(checklist) = &entry.fact {
            if found.iter().all(|earlier| earlier.entry != entry.id) {
                found.push(ChecklistState::of(entry.id, checklist));
            }
        } else if let Fact::StepDone(tick) = &entry.fact
            && let Some(list) = found.iter_mut().find(|list| list.entry == tick.checklist)
            && let Some(step) = list.steps.iter_mut().find(|state| state.step.id == tick.step)
        {
            let (by, at) = (entry.by, entry.happened_at());
            step.done.get_or_insert(StepDone { by, at, entry: entry.id });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseKind;
    use crate::model::fact::Tick;
    use crate::rules::sample::{DESK, HOUR_MS, MINUTE_MS, MONDAY, Story, TECHNICIAN};

    fn story() -> (Story, EntryId) {
        let step = |id: &str, due_minutes: Option<i64>| ChecklistStep {
            id: id.into(),
            zh: "联系维保单位".into(),
            en: "Call lift maintenance".into(),
            due: due_minutes.map(|minutes| MONDAY.plus_millis(minutes * MINUTE_MS)),
        };
        let steps = vec![step("call", Some(5)), step("calm", None), step("report", Some(60))];
        let mut story = Story::new(CaseKind::Repair);
        let list = Checklist { playbook: "lift-trapped".into(), from: MONDAY, steps };
        let id = story.say(Fact::PlaybookChosen(list));
        (story, id)
    }

    fn tick(story: &mut Story, checklist: EntryId, step: &str) -> EntryId {
        story.say(Fact::StepDone(Tick { checklist, step: step.into() }))
    }

    #[test]
    fn a_step_is_open_due_or_done_and_the_first_tick_counts() {
        let (mut story, list) = story();
        let first = tick(&mut story, list, "call");
        story.by(TECHNICIAN).later(2 * HOUR_MS);
        tick(&mut story, list, "call");
        tick(&mut story, list, "report");
        let state = checklists(&story.case).remove(0);
        assert_eq!(state.steps[0].done.map(|done| (done.by, done.entry)), Some((DESK, first)));
        assert!(!state.steps[0].was_late());
        assert!(state.steps[2].was_late());
        assert_eq!(state.next().map(|step| step.step.id.as_str()), Some("calm"));
    }

    #[test]
    fn an_open_step_is_overdue_after_its_time_and_one_without_a_time_never() {
        let (story, _) = story();
        let state = checklists(&story.case).remove(0);
        let due = MONDAY.plus_millis(5 * MINUTE_MS);
        assert!(!state.steps[0].is_overdue(due));
        assert!(state.steps[0].is_overdue(due.plus_millis(1)));
        assert!(!state.steps[1].is_overdue(due.plus_millis(1_000 * HOUR_MS)));
    }

    #[test]
    fn ticking_what_no_checklist_has_is_nothing() {
        let (mut story, list) = story();
        let before = checklists(&story.case);
        tick(&mut story, list, "no such step");
        tick(&mut story, EntryId::from_bytes([99; 16]), "call");
        assert_eq!(checklists(&story.case), before);
    }
}
