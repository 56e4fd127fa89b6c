//! What a row makes of its case: a pure comparison of what the last import wrote with what the file
//! says now, as commands.
//!
//! Every id is derived from the case and a label, so the same row always states the same things.

use minicbor::{Decode, Encode};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, EntryId, OrderId, SiteId};
use roundsman_sync_core::model::{
    Case, CaseKind, Channel, Classification, Command, Department, Fact, NewCase, NewEntry, Place, Urgency,
};

use super::plan::ImportedCase;

/// Letters of a former value that a remark repeats.
const SHOWN_CHARS_MAX: usize = 200;

/// The values of one row, as an import writes them and remembers that it did. The numbers are part of
/// the table `imports` and are never reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct RowValues {
    #[n(0)]
    kind: CaseKind,
    #[n(1)]
    subject: String,
    #[n(2)]
    urgency: Urgency,
    #[n(3)]
    department: Department,
    #[n(4)]
    place: Place,
    #[n(5)]
    description: String,
    #[n(6)]
    outcome: Option<String>,
    #[n(7)]
    external_number: String,
    #[n(8)]
    reported_at: Timestamp,
    #[n(9)]
    closed_at: Option<Timestamp>,
    #[n(10)]
    closed: bool,
}

impl From<&ImportedCase> for RowValues {
    fn from(row: &ImportedCase) -> Self {
        Self {
            kind: row.kind,
            subject: row.subject.to_string(),
            urgency: row.urgency,
            department: row.department,
            place: Place {
                building: row.place.building.clone(),
                unit: row.place.unit.clone(),
                room: row.place.room.clone(),
                spot: row.place.spot.clone(),
            },
            description: row.description.clone(),
            outcome: row.outcome.clone(),
            // Staff look a case up by the number they know; where the source has none, that is its key.
            external_number: row.external_number.clone().unwrap_or_else(|| row.key.clone()),
            reported_at: row.reported_at,
            closed_at: row.closed_at,
            closed: row.closed,
        }
    }
}

/// A row on its way into its case.
pub(super) struct Row<'a> {
    /// The case it becomes.
    pub(super) case: DocumentId,
    /// The estate.
    pub(super) site: SiteId,
    /// When the import runs.
    pub(super) now: Timestamp,
    /// What the file says.
    pub(super) values: &'a RowValues,
    /// What the last import of the row wrote, and how often the row had changed by then.
    pub(super) before: Option<(&'a RowValues, u64)>,
    /// The case as it reads now, if it is there.
    pub(super) current: Option<&'a Case>,
}

/// A command, and when what it states happened, as claimed.
pub(super) type Step = (Timestamp, Command);

impl Row<'_> {
    /// What is to be done so that the case says what the row says. A field is set only if the file's
    /// value is another than the last import wrote, so what staff have changed since stays.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        match self.current {
            None => steps.push(self.create()),
            Some(_) => self.correct(&mut steps),
        }
        self.dispatch(&mut steps);
        self.progress(&mut steps);
        steps
    }

    /// How often the row has changed, this time included.
    pub(super) fn revision(&self) -> u64 {
        self.before.map_or(0, |(_, revision)| revision + 1)
    }

    /// Whether the file's value is not the one that the last import wrote.
    fn differs<T: PartialEq>(&self, value: impl Fn(&RowValues) -> &T) -> bool {
        self.before.is_none_or(|(before, _)| value(before) != value(self.values))
    }

    fn entry(&self, label: &str) -> EntryId {
        EntryId::derived(self.case, label)
    }

    fn create(&self) -> Step {
        let values = self.values;
        let new = NewCase {
            kind: values.kind,
            channel: Channel::Import,
            site: self.site,
            place: values.place.clone(),
            description: values.description.clone(),
            subject: values.subject.clone(),
            urgency: values.urgency,
            reported_at: Some(values.reported_at),
            external_number: Some(values.external_number.clone()),
            about: None,
            anonymous: None,
            confidential: None,
        };
        // The source says it took the matter in then; that it is a claim shows beside the receipt here.
        (values.reported_at, Command::CreateCase { case: self.case, received: self.entry("received"), new })
    }

    fn correct(&self, steps: &mut Vec<Step>) {
        let (case, values) = (self.case, self.values);
        let to = Classification {
            kind: self.differs(|row| &row.kind).then_some(values.kind),
            urgency: self.differs(|row| &row.urgency).then_some(values.urgency),
            nature: None,
            about: None,
            anonymous: None,
            confidential: None,
            subject: self.differs(|row| &row.subject).then(|| values.subject.clone()),
            place: self.differs(|row| &row.place).then(|| values.place.clone()),
        };
        if to != Classification::default() {
            steps.push((self.now, Command::Classify { case, to }));
        }
        if self.differs(|row| &row.description) {
            // What staff wrote into the text meanwhile is merged with what the source changed.
            let base = match (self.before, self.current) {
                (Some((before, _)), _) => before.description.clone(),
                (None, current) => current.map(|case| case.description.clone()).unwrap_or_default(),
            };
            let result = values.description.clone();
            steps.push((self.now, Command::Describe { case, base, result }));
        }
        let Some((before, _)) = self.before else { return };
        // The fields show what holds now; what the source said before stays readable here.
        let told = changes(before, values);
        if !told.is_empty() {
            let note = format!("The source now says: {}.", told.join("; "));
            self.record(steps, "corrected", None, Fact::Remark, note, self.now);
        }
        // No command changes these two once a case is there, so the case says it in a remark.
        if before.external_number != values.external_number {
            let note = format!("The source now gives the number {}.", values.external_number);
            self.record(steps, "number", None, Fact::Remark, note, self.now);
        }
        if before.reported_at != values.reported_at {
            let note = format!("The source now says it was reported at {}.", values.reported_at);
            self.record(steps, "reported", None, Fact::Remark, note, self.now);
        }
    }

    /// One order a department, however often the source moves the matter to and fro.
    fn order(&self) -> OrderId {
        OrderId::derived(self.case, self.values.department.as_str())
    }

    fn dispatch(&self, steps: &mut Vec<Step>) {
        let (order, department) = (self.order(), self.values.department);
        if self.current.is_some_and(|case| case.order(order).is_some()) {
            return;
        }
        let dispatched = self.entry(&format!("dispatched/{department}"));
        let command =
            Command::Dispatch { case: self.case, order, dispatched, department, assignee: None, new: None };
        // A closed matter was with its department when it was reported; an open one goes there now.
        let claimed_at = if self.values.closed { self.values.reported_at } else { self.now };
        steps.push((claimed_at, command));
    }

    /// What the source says came of it.
    fn progress(&self, steps: &mut Vec<Step>) {
        let values = self.values;
        let outcome = values.outcome.clone().unwrap_or_default();
        let was_closed = self.before.is_some_and(|(before, _)| before.closed);
        let new_outcome = !outcome.is_empty() && self.differs(|row| &row.outcome);
        match (was_closed, values.closed) {
            (false, true) => {
                let at = values.closed_at.unwrap_or(self.now);
                self.record(steps, "completed", Some(self.order()), Fact::Completed, outcome, at);
                self.record(steps, "closed", None, Fact::Closed, String::new(), at);
            }
            (true, false) => {
                let note = if new_outcome { outcome } else { String::new() };
                self.record(steps, "reopened", None, Fact::Reopened, note, self.now);
            }
            (true, true) | (false, false) if new_outcome => {
                self.record(steps, "outcome", None, Fact::Remark, outcome, self.now);
            }
            (true, true) | (false, false) => {}
        }
        if was_closed
            && let Some(closed_at) = values.closed_at
            && values.closed
            && self.differs(|row| &row.closed_at)
        {
            let note = format!("The source now says it was closed at {closed_at}.");
            self.record(steps, "closing-time", None, Fact::Remark, note, self.now);
        }
    }

    fn record(
        &self,
        steps: &mut Vec<Step>,
        label: &str,
        order: Option<OrderId>,
        fact: Fact,
        note: String,
        claimed_at: Timestamp,
    ) {
        let entry = self.entry(&format!("{label}/{}", self.revision()));
        if self.current.is_some_and(|case| case.entries.iter().any(|known| known.id == entry)) {
            return;
        }
        let new = NewEntry::now(fact, note);
        steps.push((claimed_at, Command::Record { case: self.case, order, entry, new }));
    }
}

/// What the source says otherwise than before, each with both values.
fn changes(before: &RowValues, now: &RowValues) -> Vec<String> {
    let fields = [
        ("kind", before.kind.to_string(), now.kind.to_string()),
        ("urgency", before.urgency.to_string(), now.urgency.to_string()),
        ("subject", before.subject.clone(), now.subject.clone()),
        ("place", before.place.line(), now.place.line()),
        ("description", before.description.clone(), now.description.clone()),
    ];
    let differing = fields.into_iter().filter(|(_, before, now)| before != now);
    differing
        .map(|(name, before, now)| format!("{name} '{}' (before: '{}')", short(&now), short(&before)))
        .collect()
}

/// The beginning of a value, on one line: a remark is no place for a whole description.
fn short(text: &str) -> String {
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut kept: String = letters.by_ref().take(SHOWN_CHARS_MAX).collect();
    if letters.next().is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
