//! Edits of one field by several people who cannot see each other, and whether all of them are kept.

use std::collections::BTreeSet;

use roundsman_sync_core::ids::{DocumentId, OrderId, PersonId};
use roundsman_sync_core::model::{Case, Classification, ParallelEdit, Urgency};

use super::DemoError;
use super::phone::Phone;
use super::trade::Task;

/// How many fields are edited in parallel.
pub(super) const FIELDS: usize = 4;

/// One field of one case, and every value that somebody gave it.
#[derive(Clone, Debug)]
pub(super) struct Parallel {
    /// Which case.
    pub(super) case: DocumentId,
    /// Which field, as the case names it.
    pub(super) field: String,
    /// Value and author.
    pub(super) values: BTreeSet<(String, PersonId)>,
}

impl Parallel {
    /// Whether all of it is among these.
    pub(super) fn is_kept(&self, found: &[ParallelEdit]) -> bool {
        let Some(edit) = found.iter().find(|edit| edit.field == self.field) else { return false };
        let there: BTreeSet<_> = edit
            .values
            .iter()
            .filter_map(|(value, note)| Some((value.clone(), note.as_ref()?.person)))
            .collect();
        self.values.is_subset(&there)
    }
}

/// Who sets what: two technicians on their phones, and the office at its desk.
pub(super) struct ParallelPlan {
    /// Urgency, by both technicians.
    urgency: (Task, [Urgency; 2]),
    /// Urgency, by the first technician and the office.
    office_urgency: (Task, [Urgency; 2]),
    /// Whose order it is: each technician takes it.
    assignee: Task,
    /// What it is about, by all three.
    subject: Task,
}

const SUBJECTS: [&str; 3] = ["building/door/hinge", "building/door/frame", "building/door/lock"];

/// What the office is to set.
pub(super) struct OfficeEdit {
    /// In which case.
    pub(super) case: DocumentId,
    /// To what.
    pub(super) to: Classification,
}

impl ParallelPlan {
    /// Takes four open tasks for it.
    pub(super) fn of(tasks: &[(Task, Case)]) -> Option<Self> {
        let [first, second, third, fourth, ..] = tasks else { return None };
        Some(Self {
            urgency: (first.0, others(&first.1)),
            office_urgency: (second.0, others(&second.1)),
            assignee: third.0,
            subject: fourth.0,
        })
    }

    /// What one technician does of it, early in the shift.
    ///
    /// # Errors
    /// If the phone refuses anything.
    pub(super) fn on_phone(&self, phone: &mut Phone, which: usize) -> Result<(), DemoError> {
        let me = phone.person()?;
        phone.minutes(1, 4);
        classify(phone, self.urgency.0.0, urgency(self.urgency.1[which]))?;
        if which == 0 {
            phone.minutes(1, 4);
            classify(phone, self.office_urgency.0.0, urgency(self.office_urgency.1[0]))?;
        }
        phone.minutes(1, 4);
        classify(phone, self.subject.0, subject(SUBJECTS[which]))?;
        let outcome = phone.replica.assign(self.assignee.0, self.assignee.1, me);
        phone.did(outcome)
    }

    /// What the office does of it, while no phone is in reach.
    pub(super) fn at_the_desk(&self) -> [OfficeEdit; 2] {
        [
            OfficeEdit { case: self.office_urgency.0.0, to: urgency(self.office_urgency.1[1]) },
            OfficeEdit { case: self.subject.0, to: subject(SUBJECTS[2]) },
        ]
    }

    /// What has to be there at the end.
    pub(super) fn expected(&self, technicians: [PersonId; 2], office: PersonId) -> [Parallel; FIELDS] {
        let [one, two] = technicians;
        let field = |case, field: &str, values: &[(String, PersonId)]| Parallel {
            case,
            field: field.to_owned(),
            values: values.iter().cloned().collect(),
        };
        let word = |urgency: Urgency| urgency.as_str().to_owned();
        let (case, order): (DocumentId, OrderId) = self.assignee;
        let [first, second] = self.urgency.1;
        let [third, fourth] = self.office_urgency.1;
        let [a, b, c] = SUBJECTS.map(str::to_owned);
        [
            field(self.urgency.0.0, "urgency", &[(word(first), one), (word(second), two)]),
            field(self.office_urgency.0.0, "urgency", &[(word(third), one), (word(fourth), office)]),
            field(
                case,
                &format!("orders/{order}/assignee"),
                &[(one.to_string(), one), (two.to_string(), two)],
            ),
            field(self.subject.0, "subject", &[(a, one), (b, two), (c, office)]),
        ]
    }
}

/// The two urgencies that the case does not have: setting the third would change nothing.
fn others(case: &Case) -> [Urgency; 2] {
    match case.urgency.shown() {
        Some(Urgency::Urgent) => [Urgency::Important, Urgency::General],
        Some(Urgency::Important) => [Urgency::Urgent, Urgency::General],
        Some(Urgency::General) | None => [Urgency::Urgent, Urgency::Important],
    }
}

fn urgency(to: Urgency) -> Classification {
    Classification { urgency: Some(to), ..Classification::default() }
}

fn subject(to: &str) -> Classification {
    Classification { subject: Some(to.to_owned()), ..Classification::default() }
}

fn classify(phone: &mut Phone, case: DocumentId, to: Classification) -> Result<(), DemoError> {
    let outcome = phone.replica.classify(case, to);
    phone.did(outcome)
}

#[cfg(test)]
mod tests {
    use roundsman_sync_core::clock::{Stamp, Timestamp};
    use roundsman_sync_core::document::ChangeNote;
    use roundsman_sync_core::ids::CommandId;

    use super::*;

    fn value(text: &str, person: u8) -> (String, Option<ChangeNote>) {
        let note = ChangeNote {
            command: CommandId::from_bytes([0; 16]),
            person: PersonId::from_bytes([person; 16]),
            stamp: Stamp::ZERO,
            claimed_at: Timestamp::default(),
        };
        (text.to_owned(), Some(note))
    }

    #[test]
    fn an_edit_is_kept_only_with_every_value_and_its_author() {
        let person = |id| PersonId::from_bytes([id; 16]);
        let values = [("urgent".to_owned(), person(1)), ("general".to_owned(), person(2))];
        let case = DocumentId::from_bytes([9; 16]);
        let made = Parallel { case, field: "urgency".to_owned(), values: values.into_iter().collect() };
        let found = |field: &str, values: Vec<_>| vec![ParallelEdit { field: field.to_owned(), values }];
        assert!(made.is_kept(&found("urgency", vec![value("general", 2), value("urgent", 1)])));
        for lost in [
            vec![],
            found("subject", vec![value("general", 2), value("urgent", 1)]),
            found("urgency", vec![value("general", 2)]),
            found("urgency", vec![value("general", 1), value("urgent", 1)]),
            found("urgency", vec![value("general", 2), ("urgent".to_owned(), None)]),
        ] {
            assert!(!made.is_kept(&lost), "{lost:?}");
        }
    }
}
