//! What people stated and what cannot all hold: found after a merge, settled by people.
//!
//! Nothing here refuses anything. Work done offline in good faith is true; where two truths meet, both are
//! shown with who said them, until somebody who may says which way the case goes. A register that two
//! people set at the same time is a *parallel edit* and is shown apart
//! ([`Case::parallel_edits`](crate::model::Case::parallel_edits)).

use std::collections::BTreeSet;

use super::charges::{ChargeFault, charges};
use super::recusal::may_handle;
use super::settlements::{Authority, SettlementFault, settlements};
use super::stated::{reopens_case, stated};
use crate::clock::{Stamp, Timestamp};
use crate::ids::{ConflictId, DocumentId, EntryId, OrderId, PersonId, SignOffId};
use crate::model::{
    Case, Entry, EntryKind, Fact, RENDERER, Role, SignOff, SignOffOutcome, SignOffSubject, Statement,
};

macro_rules! codes {
    ($( $(#[$doc:meta])* $variant:ident = $text:literal, settled by $($role:ident)|+; )*) => {
        /// What sort of contradiction it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ContradictionCode { $( $(#[$doc])* $variant, )* }

        impl ContradictionCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// Who can settle it.
            pub const fn settled_by(self) -> &'static [Role] {
                match self { $( Self::$variant => &[ $( Role::$role, )+ ], )* }
            }
        }
    };
}

codes! {
    /// Two people say that they completed the same order.
    TwoCompletions = "two_completions", settled by Supervisor | SiteDirector | Manager;
    /// Completed by somebody other than the person it had been given to.
    CompletedWhileReassigned = "completed_while_reassigned", settled by Supervisor | SiteDirector | Manager;
    /// Closed, and somebody says afterwards that the matter is not over.
    ClosedWhileBroken = "closed_while_broken", settled by Reception | SiteDirector | Manager;
    /// Closed, and an order of it was not done by then.
    ClosedWithOpenOrder = "closed_with_open_order", settled by Reception | SiteDirector | Manager;
    /// Money was taken without the owner's signature.
    ChargeWithoutSignature = "charge_without_signature", settled by SiteDirector | Manager;
    /// More was taken than the owner signed for.
    ChargeAboveSignature = "charge_above_signature", settled by SiteDirector | Manager;
    /// The receipts say another sum than was taken.
    ReceiptDiffers = "receipt_differs", settled by SiteDirector | Manager;
    /// Whoever arrived says it was after the work was done.
    ArrivalAfterCompletion = "arrival_after_completion", settled by Supervisor | SiteDirector | Manager;
    /// What the owner signed for reads differently now.
    SignOffOutdated = "sign_off_outdated", settled by Supervisor | SiteDirector | Manager;
    /// A settlement was paid without the owner's signature.
    PaidWithoutSignature = "paid_without_signature", settled by Manager;
    /// Another sum was paid than was agreed.
    PaidOtherSum = "paid_other_sum", settled by Manager;
    /// The owner heard 'not our fault' before the manager had confirmed it.
    DenialUnconfirmed = "denial_unconfirmed", settled by Manager;
    /// The person complained about handled the complaint.
    HandledByPersonConcerned = "handled_by_person_concerned", settled by SiteDirector | Manager;
}

/// One of the statements that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An entry.
    Entry(EntryId),
    /// A sign-off.
    SignOff(SignOffId),
}

impl Source {
    const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Entry(id) => *id.as_bytes(),
            Self::SignOff(id) => *id.as_bytes(),
        }
    }
}

/// One side of a contradiction: what was stated, by whom, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Where it stands in the case.
    pub source: Source,
    /// Who stated it.
    pub by: PersonId,
    /// When it happened, as they say.
    pub at: Timestamp,
}

/// Source of one case that cannot all hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Its name: the same on every phone, and another as soon as a further statement joins.
    pub id: ConflictId,
    /// What sort it is.
    pub code: ContradictionCode,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// Both sides, or all of them, in stamp order.
    pub sides: Vec<Side>,
    /// The entry that settled it, if it was settled by somebody who may have meant to.
    pub settled: Option<EntryId>,
}

impl Contradiction {
    /// Whether it still waits for somebody to settle it.
    pub const fn is_open(&self) -> bool {
        self.settled.is_none()
    }
}

/// Every contradiction of a case, settled or not, by code, then in stamp order. `authority` says up to
/// which sum each level may settle. Cost grows with entries × orders.
pub fn contradictions(id: DocumentId, case: &Case, authority: &Authority) -> Vec<Contradiction> {
    let mut found = Finder { case, entries: stated(case).collect(), found: Vec::new() };
    for order in case.orders.iter().map(|order| Some(order.id)).chain([None]) {
        found.completions(order);
        found.reassigned(order);
        found.arrivals(order);
    }
    found.closings();
    found.money(authority);
    found.denials();
    found.recusal();
    found.sign_offs(id);
    let mut found = found.found;
    // The same sides may be met twice, from two directions.
    found.sort_by_key(|one| (one.code, one.sides.first().map(|side| side.source), one.id));
    found.dedup_by_key(|one| one.id);
    found
}

struct Finder<'a> {
    case: &'a Case,
    /// Each once, in stamp order.
    entries: Vec<&'a Entry>,
    found: Vec<Contradiction>,
}

impl<'a> Finder<'a> {
    fn add(&mut self, code: ContradictionCode, order: Option<OrderId>, sides: Vec<Side>) {
        let mut ids: Vec<_> = sides.iter().map(|side| side.source.bytes()).collect();
        let id = ConflictId::of(code.as_str(), order, &mut ids);
        let ruling = |entry: &&&Entry| matches!(&entry.fact, Fact::Settled(ruling) if ruling.conflict == id);
        let settled = self.entries.iter().find(ruling).map(|entry| entry.id);
        self.found.push(Contradiction { id, code, order, sides, settled });
    }

    /// Entries about an order, cut where it was started over: what happened before is another round.
    fn rounds_of(&self, order: Option<OrderId>) -> Vec<Vec<&'a Entry>> {
        let mut rounds = vec![Vec::new()];
        for &entry in &self.entries {
            let restarts = reopens_case(entry)
                || (matches!(entry.kind(), EntryKind::Dispatched | EntryKind::Reopened)
                    && entry.order == order);
            if restarts {
                rounds.push(Vec::new());
            }
            if entry.order == order
                && let Some(round) = rounds.last_mut()
            {
                round.push(entry);
            }
        }
        rounds
    }

    fn completions(&mut self, order: Option<OrderId>) {
        for round in self.rounds_of(order) {
            let done: Vec<_> = of_kind(&round, EntryKind::Completed).collect();
            let people: BTreeSet<_> = done.iter().map(|entry| entry.by).collect();
            if people.len() > 1 {
                self.add(ContradictionCode::TwoCompletions, order, done.into_iter().map(side).collect());
            }
        }
    }

    /// The last word on whose order it was is not the word of who completed it.
    fn reassigned(&mut self, order: Option<OrderId>) {
        for round in self.rounds_of(order) {
            let Some(done) = of_kind(&round, EntryKind::Completed).next() else { continue };
            // Taking an order from the pool is also a word on whose it is.
            let given = round.iter().rev().find_map(|entry| {
                if let Fact::Assigned(assignment) = &entry.fact {
                    return Some((*entry, assignment.to));
                }
                (entry.fact == Fact::Accepted).then_some((*entry, entry.by))
            });
            if let Some((given, to)) = given
                && to != done.by
            {
                self.add(ContradictionCode::CompletedWhileReassigned, order, vec![side(done), side(given)]);
            }
        }
    }

    fn arrivals(&mut self, order: Option<OrderId>) {
        for round in self.rounds_of(order) {
            let first = |kind| of_kind(&round, kind).min_by_key(|entry| (entry.happened_at(), entry.stamp));
            let (Some(arrived), Some(done)) = (first(EntryKind::Arrived), first(EntryKind::Completed)) else {
                continue;
            };
            if arrived.happened_at() > done.happened_at() {
                let sides = vec![side(done), side(arrived)];
                self.add(ContradictionCode::ArrivalAfterCompletion, order, sides);
            }
        }
    }

    fn closings(&mut self) {
        let case = self.case;
        let mut whole = self.entries.iter().copied().filter(|entry| entry.order.is_none());
        let last = whole.rfind(|entry| matches!(entry.kind(), EntryKind::Closed | EntryKind::Reopened));
        let Some(closed) = last.filter(|entry| entry.kind() == EntryKind::Closed) else { return };
        let broken = self
            .entries
            .iter()
            .copied()
            .filter(|entry| entry.stamp > closed.stamp && says_broken(&entry.fact));
        let broken: Vec<_> = broken.collect();
        if !broken.is_empty() {
            let sides = std::iter::once(closed).chain(broken).map(side).collect();
            self.add(ContradictionCode::ClosedWhileBroken, None, sides);
        }
        for order in &case.orders {
            // An order whose completion only arrived later was done all the same.
            if !super::order_status(case, Some(order.id)).is_done() {
                let mut about =
                    self.entries.iter().copied().rev().filter(|entry| entry.order == Some(order.id));
                if let Some(last) = about.next() {
                    let sides = vec![side(closed), side(last)];
                    self.add(ContradictionCode::ClosedWithOpenOrder, Some(order.id), sides);
                }
            }
        }
    }

    fn money(&mut self, authority: &Authority) {
        for charge in charges(self.case) {
            for fault in &charge.faults {
                let found = match fault {
                    ChargeFault::Unsigned { entry } => {
                        Some((ContradictionCode::ChargeWithoutSignature, *entry))
                    }
                    ChargeFault::MoreThanSigned { entry, .. } => {
                        Some((ContradictionCode::ChargeAboveSignature, *entry))
                    }
                    ChargeFault::ReceiptDiffers { entry, .. } => {
                        Some((ContradictionCode::ReceiptDiffers, *entry))
                    }
                    // Owed, or a fault of procedure: nothing that another statement denies.
                    ChargeFault::RateNotTold { .. }
                    | ChargeFault::ReceiptOwed { .. }
                    | ChargeFault::NotTheOwners { .. } => None,
                };
                if let Some((code, entry)) = found {
                    let signed = charge.signed.as_ref().map(|signed| signed.sign_off);
                    self.add_of(code, charge.order, entry, signed);
                }
            }
        }
        for settlement in settlements(self.case, authority) {
            for fault in &settlement.faults {
                let found = match fault {
                    SettlementFault::PaidUnsigned { entry } => {
                        Some((ContradictionCode::PaidWithoutSignature, *entry))
                    }
                    SettlementFault::PaidOtherSum { entry, .. } => {
                        Some((ContradictionCode::PaidOtherSum, *entry))
                    }
                    SettlementFault::ConsentMissing { .. }
                    | SettlementFault::SheetOwed { .. }
                    | SettlementFault::SignedOlderDraft { .. } => None,
                };
                if let Some((code, entry)) = found {
                    self.add_of(code, None, entry, None);
                }
            }
        }
    }

    /// A contradiction of an entry with what should stand beside it: the sign-off, if there is one.
    fn add_of(
        &mut self,
        code: ContradictionCode,
        order: Option<OrderId>,
        entry: EntryId,
        sign_off: Option<SignOffId>,
    ) {
        let Some(entry) = self.case.entry(entry) else { return };
        let signed = self.case.sign_offs.iter().find(|known| Some(known.id) == sign_off);
        let sides = std::iter::once(side(entry)).chain(signed.map(side_of_sign_off)).collect();
        self.add(code, order, sides);
    }

    fn denials(&mut self) {
        let denied = self.entries.iter().copied().filter(|entry| {
            matches!(&entry.fact, Fact::Reported(report) | Fact::PlanTold(report) if report.is_denial())
        });
        let confirmed = |by: Stamp| {
            self.entries.iter().any(|entry| entry.kind() == EntryKind::DenialConfirmed && entry.stamp < by)
        };
        let unconfirmed: Vec<_> = denied.filter(|entry| !confirmed(entry.stamp)).collect();
        for entry in unconfirmed {
            self.add(ContradictionCode::DenialUnconfirmed, None, vec![side(entry)]);
        }
    }

    fn recusal(&mut self) {
        let concerned = self.case.about.all();
        let handled: Vec<_> = self
            .entries
            .iter()
            .copied()
            .filter(|entry| {
                concerned.contains(&entry.by) && may_handle(self.case, entry.by, entry.kind(), true).is_err()
            })
            .collect();
        for entry in handled {
            self.add(ContradictionCode::HandledByPersonConcerned, entry.order, vec![side(entry)]);
        }
    }

    /// A sign-off is outdated only if rendering the same fields now would give other facts, never because
    /// something else of the case went on.
    fn sign_offs(&mut self, id: DocumentId) {
        let case = self.case;
        for signed in &case.sign_offs {
            if signed.outcome != SignOffOutcome::Signed || signed.renderer != RENDERER {
                continue;
            }
            let now = Statement::render(id, case, signed.order, signed.subject, signed.settlement);
            if now.digest == signed.digest {
                continue;
            }
            let later = self.entries.iter().copied().filter(|entry| {
                entry.stamp > signed.stamp
                    && entry.order == signed.order
                    && is_rendered(signed.subject, entry.kind())
            });
            let sides = std::iter::once(side_of_sign_off(signed)).chain(later.map(side)).collect();
            self.add(ContradictionCode::SignOffOutdated, signed.order, sides);
        }
    }
}

/// Whether the statement for this subject quotes such an entry.
fn is_rendered(subject: SignOffSubject, kind: EntryKind) -> bool {
    match subject {
        SignOffSubject::Completion => matches!(kind, EntryKind::Arrived | EntryKind::Completed),
        SignOffSubject::Charge => {
            matches!(kind, EntryKind::Arrived | EntryKind::Completed | EntryKind::Quoted)
        }
        SignOffSubject::Settlement => kind == EntryKind::SettlementDrafted,
    }
}

/// Whether somebody who says this after the closing says that the matter is not over.
fn says_broken(fact: &Fact) -> bool {
    let rejected = matches!(fact, Fact::Visited(visit) if visit.accepts == Some(false));
    rejected || matches!(fact, Fact::Chased | Fact::Waiting(_) | Fact::Suspended | Fact::NobodyHome)
}

fn of_kind<'a>(round: &'a [&'a Entry], kind: EntryKind) -> impl Iterator<Item = &'a Entry> + 'a {
    round.iter().copied().filter(move |entry| entry.kind() == kind)
}

fn side(entry: &Entry) -> Side {
    Side { source: Source::Entry(entry.id), by: entry.by, at: entry.happened_at() }
}

fn side_of_sign_off(sign_off: &SignOff) -> Side {
    Side { source: Source::SignOff(sign_off.id), by: sign_off.by, at: sign_off.corrected_at }
}

#[cfg(test)]
#[path = "contradictions_tests.rs"]
mod tests;
