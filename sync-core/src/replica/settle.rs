//! Settling what people set or stated against each other, and copying a playbook into a case.

use super::Replica;
use super::commands::no_case;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{ConflictId, DocumentId, EntryId};
use crate::model::fact::{Checklist, Ruling, Tick};
use crate::model::{Fact, NewEntry};
use crate::rules::{playbook, policy_of, settling};

impl Replica {
    /// Says which of the values that were set at the same time holds. Field and value are spelled as
    /// [`Replica::parallel_edits`] spells them.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::ConflictUnknown`] if the field does not hold that value.
    pub fn settle_field(&mut self, case: DocumentId, field: &str, value: &str) -> Result<(), Refusal> {
        let read = self.case(case)?.ok_or_else(|| no_case(case))?;
        let command = settling(case, &read, field, value).ok_or_else(|| {
            let message = format!("case {case} has no field '{field}' that holds '{value}'");
            Refusal::new(ErrorCode::ConflictUnknown, message)
        })?;
        self.give(&command, &[])
    }

    /// Settles a contradiction: both statements stay, and `decision` says what holds.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::ConflictUnknown`].
    pub fn settle_contradiction(
        &mut self,
        case: DocumentId,
        conflict: ConflictId,
        decision: &str,
    ) -> Result<EntryId, Refusal> {
        let standing = self.standing(case)?.ok_or_else(|| no_case(case))?;
        let found = standing.contradictions.iter().find(|known| known.id == conflict).ok_or_else(|| {
            Refusal::new(ErrorCode::ConflictUnknown, format!("case {case} has no contradiction {conflict}"))
        })?;
        self.record(case, found.order, NewEntry::now(Fact::Settled(Ruling { conflict }), decision))
    }

    /// Copies a playbook into a case, with its deadlines counted from now by the estate's calendar. From then on
    /// it reads the same, whatever becomes of the playbook.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::NotFound`] if there is no such playbook.
    pub fn choose_playbook(&mut self, case: DocumentId, name: &str) -> Result<EntryId, Refusal> {
        let read = self.case(case)?.ok_or_else(|| no_case(case))?;
        let book = playbook::playbooks()
            .iter()
            .find(|book| book.id == name)
            .ok_or_else(|| Refusal::new(ErrorCode::NotFound, format!("there is no playbook '{name}'")))?;
        let site = match read.site {
            Some(site) => self.site(site)?.unwrap_or_default(),
            None => Default::default(),
        };
        let policy = policy_of(&site);
        let reading = self.env.clock.read();
        let from = self.meta.server_now(reading);
        let steps = book.checklist(|deadline| Some(deadline.moment(from, policy.calendar())));
        let list = Checklist { playbook: book.id.clone(), from, steps };
        self.record(case, None, NewEntry::now(Fact::PlaybookChosen(list), ""))
    }

    /// States that a step of a checklist was done.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::NotFound`] if the case has no such checklist or step.
    pub fn do_step(
        &mut self,
        case: DocumentId,
        checklist: EntryId,
        step: &str,
        note: &str,
    ) -> Result<EntryId, Refusal> {
        let standing = self.standing(case)?.ok_or_else(|| no_case(case))?;
        let lists = standing.checklists.iter().filter(|list| list.entry == checklist);
        if !lists.flat_map(|list| &list.steps).any(|state| state.step.id == step) {
            let message = format!("case {case} has no checklist {checklist} with a step '{step}'");
            return Err(Refusal::new(ErrorCode::NotFound, message));
        }
        let tick = Tick { checklist, step: step.to_owned() };
        self.record(case, None, NewEntry::now(Fact::StepDone(tick), note))
    }
}
