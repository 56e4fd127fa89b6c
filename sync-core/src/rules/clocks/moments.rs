//! What happened in a case, as clocks see it: moments in the order in which they happened.

use crate::clock::{Stamp, Timestamp};
use crate::ids::{OrderId, SheetId};
use crate::model::{Case, Entry, EntryKind, Fact, SignOffOutcome, SignOffSubject, Window};
use crate::rules::policy::MomentWord;

/// What a moment is. Declared in the order in which moments of one instant are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Somebody turned to the company.
    Contact,
    /// An entry.
    Entry(EntryKind),
    /// The owner signed for the work.
    SignedOff,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// Breaks ties of `at`, then `id`; so the order in which a case lists its entries does not matter.
    stamp: Stamp,
    id: [u8; 16],
    pub(super) what: What,
    /// What is said after the colon of a [`MomentWord`].
    pub(super) detail: Option<&'static str>,
    pub(super) order: Option<OrderId>,
    pub(super) sheet: Option<SheetId>,
    /// A moment that the entry itself names: a promised day, a deadline.
    pub(super) stated: Option<Timestamp>,
    /// The window that the entry says was agreed.
    pub(super) window: Option<Window>,
}

impl Moment {
    fn of_entry(entry: &Entry) -> Self {
        let (detail, stated, sheet) = particulars(&entry.fact);
        Self {
            at: entry.happened_at(),
            stamp: entry.stamp,
            id: *entry.id.as_bytes(),
            what: What::Entry(entry.kind()),
            detail,
            order: entry.order,
            sheet,
            stated,
            window: if let Fact::Appointed(appointment) = &entry.fact { appointment.window() } else { None },
        }
    }

    /// A moment that no entry states.
    fn bare(at: Timestamp, what: What) -> Self {
        let (stamp, id) = (Stamp::ZERO, [0; 16]);
        Self { at, stamp, id, what, detail: None, order: None, sheet: None, stated: None, window: None }
    }

    /// Whether it is an entry of this kind.
    pub(super) fn is(&self, kind: EntryKind) -> bool {
        self.what == What::Entry(kind)
    }

    /// Whether a policy means it by this word.
    pub(super) fn is_meant_by(&self, word: MomentWord) -> bool {
        match word {
            MomentWord::Entry(kind, detail) => self.is(kind) && (detail.is_none() || detail == self.detail),
            MomentWord::Contact => self.what == What::Contact,
            MomentWord::SignedOff => self.what == What::SignedOff,
            MomentWord::Day | MomentWord::MonthEnd => false,
        }
    }
}

/// What clocks need of an entry's details.
fn particulars(fact: &Fact) -> (Option<&'static str>, Option<Timestamp>, Option<SheetId>) {
    if let Fact::Waiting(wait) = fact {
        (Some(wait.reason.as_str()), wait.expected, None)
    } else if let Fact::Verified(verification) = fact {
        (Some(verification.by.as_str()), None, None)
    } else if let Fact::Escalated(escalation) = fact {
        (Some(escalation.to.as_str()), None, None)
    } else if let Fact::PlanApproved(approval) = fact {
        (Some(approval.level.as_str()), None, None)
    } else if let Fact::SettlementConsented(consent) = fact {
        (Some(consent.level.as_str()), None, None)
    } else if let Fact::SheetWritten(sheet) = fact {
        (None, sheet.reply_by, Some(sheet.sheet))
    } else if let Fact::SheetSigned(signature) = fact {
        (Some(signature.level.as_str()), None, Some(signature.sheet))
    } else if let Fact::SheetSent(sending) = fact {
        (None, None, Some(sending.sheet))
    } else if let Fact::SheetReplied(reply) = fact {
        (None, None, Some(reply.sheet))
    } else if let Fact::Promised(promise) = fact {
        (None, Some(promise.until), None)
    } else if let Fact::DeadlineSet(deadline) = fact {
        (None, Some(deadline.until), None)
    } else if let Fact::ChangePlanned(change) = fact {
        (None, Some(change.from), None)
    } else if let Fact::PlanWritten(plan) = fact {
        (None, Some(plan.finish_by), None)
    } else if let Fact::ProgressTold(progress) = fact {
        (None, progress.next, None)
    } else {
        (None, None, None)
    }
}

/// The rounds of handling: what happened until the case was re-opened, until it was re-opened again, and so on.
/// There is always one.
pub(super) fn rounds(case: &Case) -> Vec<Vec<Moment>> {
    let mut moments: Vec<Moment> = case.entries.iter().map(Moment::of_entry).collect();
    let signed = case.sign_offs.iter().filter(|sign_off| {
        sign_off.subject == SignOffSubject::Completion && sign_off.outcome == SignOffOutcome::Signed
    });
    moments.extend(signed.map(|sign_off| Moment {
        stamp: sign_off.stamp,
        id: *sign_off.id.as_bytes(),
        order: sign_off.order,
        ..Moment::bare(sign_off.corrected_at, What::SignedOff)
    }));
    let received =
        moments.iter().filter(|moment| moment.is(EntryKind::Received)).map(|moment| moment.at).min();
    moments.extend(case.reported_at.or(received).map(|at| Moment::bare(at, What::Contact)));
    moments.sort_by_key(|moment| (moment.at, moment.stamp, moment.id, moment.what));

    let mut rounds: Vec<Vec<Moment>> = vec![Vec::new()];
    let mut sent: Vec<OrderId> = Vec::new();
    for moment in moments {
        if moment.is(EntryKind::Reopened) {
            rounds.push(opening(moment, &sent));
            continue;
        }
        if moment.is(EntryKind::Dispatched)
            && let Some(order) = moment.order
            && !sent.contains(&order)
        {
            sent.push(order);
        }
        if let Some(round) = rounds.last_mut() {
            round.push(moment);
        }
    }
    rounds
}

/// How a new round begins: the matter counts as brought and received again, and each order as sent again.
fn opening(reopened: Moment, sent: &[OrderId]) -> Vec<Moment> {
    let again = |what| Moment { order: None, ..Moment { what, ..reopened } };
    let mut round = vec![reopened, again(What::Contact), again(What::Entry(EntryKind::Received))];
    let dispatched = again(What::Entry(EntryKind::Dispatched));
    round.extend(sent.iter().map(|order| Moment { order: Some(*order), ..dispatched }));
    round
}

/// The liaison sheets that were written in a round.
pub(super) fn sheets(moments: &[Moment]) -> Vec<SheetId> {
    let mut sheets: Vec<SheetId> = moments.iter().filter_map(|moment| moment.sheet).collect();
    sheets.sort_unstable();
    sheets.dedup();
    sheets
}
