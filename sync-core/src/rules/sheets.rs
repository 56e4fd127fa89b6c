//! Liaison sheets (工作联系单): what is asked of an outside party in writing, who has to sign it before it
//! goes out, and the answer the party owes.

use super::stated::stated;
use crate::clock::{Stamp, Timestamp};
use crate::ids::{EntryId, OrderId, PersonId, SheetId};
use crate::model::{Case, Entry, Fact, Level, Party};

/// Who signs a sheet, in this order, before it may leave the company (source: 003, text iv, section
/// 'four': the site director issues it, the customer service department checks it, the general manager
/// issues it to the developer).
pub const SHEET_CHAIN: [Level; 3] = [Level::SiteDirector, Level::CustomerService, Level::GeneralManager];

/// How far a sheet has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetStage {
    /// Written; nobody of the chain has signed.
    Draft,
    /// Some of the chain have signed.
    Signing,
    /// All have signed; it may be sent.
    Ready,
    /// It left the company.
    Sent,
    /// The party answered.
    Answered,
}

impl SheetStage {
    /// Every one of them.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Signing, Self::Ready, Self::Sent, Self::Answered];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signing => "signing",
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Answered => "answered",
        }
    }
}

/// One signature on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSigned {
    /// For which level.
    pub level: Level,
    /// Who signed.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
}

/// When a sheet left the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetSent {
    /// Who sent it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
}

/// What the party answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetAnswer {
    /// Whether they take it on.
    pub agrees: bool,
    /// Their words.
    pub words: String,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
}

/// What went wrong with a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetFault {
    /// A level signed before one that signs before it.
    OutOfOrder {
        /// The signature.
        entry: EntryId,
        /// Whose it is.
        level: Level,
        /// Who should have signed before.
        before: Vec<Level>,
    },
    /// It left the company without signatures.
    SentUnsigned {
        /// The sending.
        entry: EntryId,
        /// Who had not signed by then.
        missing: Vec<Level>,
    },
    /// An answer to a sheet that was never sent.
    AnsweredUnsent {
        /// The answer.
        entry: EntryId,
    },
}

/// A sheet as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetState {
    /// Which.
    pub id: SheetId,
    /// The entry by which it was written.
    pub entry: EntryId,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// To whom.
    pub party: Party,
    /// What is asked of them.
    pub words: String,
    /// Who wrote it.
    pub written_by: PersonId,
    /// When.
    pub written_at: Timestamp,
    /// When the party owes an answer.
    pub reply_by: Option<Timestamp>,
    /// The first signature of each level, in the order in which they were given.
    pub signatures: Vec<SheetSigned>,
    /// Who of the chain has not signed, in the order of the chain.
    pub missing: Vec<Level>,
    /// When it left the company.
    pub sent: Option<SheetSent>,
    /// Their latest answer.
    pub reply: Option<SheetAnswer>,
    /// When they first answered.
    pub answered_at: Option<Timestamp>,
    /// How far it has come.
    pub stage: SheetStage,
    /// What went wrong.
    pub faults: Vec<SheetFault>,
    pub(super) stamp: Stamp,
}

impl SheetState {
    /// Whether the party owes an answer that should be there by now.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.stage == SheetStage::Sent && self.reply_by.is_some_and(|by| now > by)
    }

    /// How many milliseconds later than agreed the party answered, or has stayed silent so far; none if
    /// in time, not sent, or without an agreed day.
    pub fn reply_late_ms(&self, now: Timestamp) -> Option<i64> {
        self.sent.as_ref()?;
        let late = self.answered_at.unwrap_or(now).millis_since(self.reply_by?);
        (late > 0).then_some(late)
    }

    fn written(entry: &Entry) -> Option<Self> {
        let Fact::SheetWritten(sheet) = &entry.fact else { return None };
        Some(Self {
            id: sheet.sheet,
            entry: entry.id,
            order: entry.order,
            party: Party { kind: sheet.party, name: sheet.party_name.clone() },
            words: entry.note.clone(),
            written_by: entry.by,
            written_at: entry.happened_at(),
            reply_by: sheet.reply_by,
            signatures: Vec::new(),
            missing: SHEET_CHAIN.to_vec(),
            sent: None,
            reply: None,
            answered_at: None,
            stage: SheetStage::Draft,
            faults: Vec::new(),
            stamp: entry.stamp,
        })
    }

    fn sign(&mut self, entry: &Entry, level: Level) {
        if self.signatures.iter().any(|signed| signed.level == level) {
            return;
        }
        if let Some(place) = SHEET_CHAIN.iter().position(|of_chain| *of_chain == level) {
            let unsigned = |of_chain: &&Level| self.missing.contains(of_chain);
            let before: Vec<_> = SHEET_CHAIN[..place].iter().filter(unsigned).copied().collect();
            if !before.is_empty() {
                self.faults.push(SheetFault::OutOfOrder { entry: entry.id, level, before });
            }
        }
        self.missing.retain(|missing| *missing != level);
        let at = entry.happened_at();
        self.signatures.push(SheetSigned { level, by: entry.by, at, entry: entry.id });
    }

    fn send(&mut self, entry: &Entry) {
        if self.sent.is_some() {
            return;
        }
        if !self.missing.is_empty() {
            let missing = self.missing.clone();
            self.faults.push(SheetFault::SentUnsigned { entry: entry.id, missing });
        }
        self.sent = Some(SheetSent { by: entry.by, at: entry.happened_at(), entry: entry.id });
    }

    fn answer(&mut self, entry: &Entry, agrees: bool) {
        if self.sent.is_none() {
            self.faults.push(SheetFault::AnsweredUnsent { entry: entry.id });
        }
        let at = entry.happened_at();
        self.answered_at.get_or_insert(at);
        self.reply = Some(SheetAnswer { agrees, words: entry.note.clone(), at, entry: entry.id });
    }

    fn judged(mut self) -> Self {
        self.stage = match (&self.reply, &self.sent, self.missing.len()) {
            (Some(_), _, _) => SheetStage::Answered,
            (None, Some(_), _) => SheetStage::Sent,
            (None, None, 0) => SheetStage::Ready,
            (None, None, missing) if missing < SHEET_CHAIN.len() => SheetStage::Signing,
            (None, None, _) => SheetStage::Draft,
        };
        self
    }
}

/// Every sheet of the case, oldest first. What speaks of a sheet that nobody wrote is nothing.
pub fn sheets(case: &Case) -> Vec<SheetState> {
    let mut found: Vec<SheetState> = Vec::new();
    for entry in stated(case) {
        let new = SheetState::written(entry);
        found.extend(new.filter(|new| found.iter().all(|sheet| sheet.id != new.id)));
        if let Fact::SheetSigned(signature) = &entry.fact {
            about(&mut found, signature.sheet).for_each(|sheet| sheet.sign(entry, signature.level));
        } else if let Fact::SheetSent(sending) = &entry.fact {
            about(&mut found, sending.sheet).for_each(|sheet| sheet.send(entry));
        } else if let Fact::SheetReplied(reply) = &entry.fact {
            about(&mut found, reply.sheet).for_each(|sheet| sheet.answer(entry, reply.agrees));
        }
    }
    found.into_iter().map(SheetState::judged).collect()
}

fn about(found: &mut [SheetState], id: SheetId) -> impl Iterator<Item = &mut SheetState> {
    found.iter_mut().filter(move |sheet| sheet.id == id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::model::fact::{Sheet, SheetReply, SheetSending, SheetSignature};
    use crate::model::{CaseKind, PartyKind};
    use crate::rules::sample::{DAY_MS, MONDAY, Story};

    const SHEET: SheetId = SheetId::from_bytes([5; 16]);

    #[derive(Clone, Copy, Debug)]
    enum Do {
        Sign(Level),
        Send,
        Reply(bool),
    }
    use Do::{Reply, Send, Sign};
    use Level::{CustomerService as C, EngineeringManager as E, GeneralManager as G, SiteDirector as S};

    fn after(steps: &[Do]) -> SheetState {
        let mut story = Story::new(CaseKind::Repair);
        story.say(Fact::SheetWritten(Sheet {
            sheet: SHEET,
            party: PartyKind::Developer,
            party_name: "恒业地产".into(),
            reply_by: Some(MONDAY.plus_millis(3 * DAY_MS)),
        }));
        for step in steps {
            story.say(match *step {
                Sign(level) => Fact::SheetSigned(SheetSignature { sheet: SHEET, level }),
                Send => Fact::SheetSent(SheetSending { sheet: SHEET }),
                Reply(agrees) => Fact::SheetReplied(SheetReply { sheet: SHEET, agrees }),
            });
        }
        sheets(&story.case).remove(0)
    }

    #[test]
    fn a_sheet_goes_through_its_chain_before_it_goes_out() {
        let table: [(&[Do], SheetStage, &[Level], usize); 12] = [
            (&[], SheetStage::Draft, &[S, C, G], 0),
            (&[Sign(S)], SheetStage::Signing, &[C, G], 0),
            (&[Sign(S), Sign(C)], SheetStage::Signing, &[G], 0),
            (&[Sign(S), Sign(C), Sign(G)], SheetStage::Ready, &[], 0),
            (&[Sign(S), Sign(C), Sign(G), Send], SheetStage::Sent, &[], 0),
            (&[Sign(S), Sign(C), Sign(G), Send, Reply(false)], SheetStage::Answered, &[], 0),
            // A second signature of the same level, and one that the chain does not ask for.
            (&[Sign(S), Sign(S), Sign(E)], SheetStage::Signing, &[C, G], 0),
            // Out of order, twice.
            (&[Sign(G), Sign(C), Sign(S)], SheetStage::Ready, &[], 2),
            // Sent too early; a signature afterwards does not mend it.
            (&[Sign(S), Send, Sign(C), Sign(G)], SheetStage::Sent, &[], 1),
            (&[Send], SheetStage::Sent, &[S, C, G], 1),
            (&[Reply(true)], SheetStage::Answered, &[S, C, G], 1),
            (&[Sign(S), Sign(C), Sign(G), Send, Send], SheetStage::Sent, &[], 0),
        ];
        for (steps, stage, missing, faults) in table {
            let sheet = after(steps);
            assert_eq!(sheet.stage, stage, "{steps:?}");
            assert_eq!(sheet.missing, missing, "{steps:?}");
            assert_eq!(sheet.faults.len(), faults, "{steps:?}: {:?}", sheet.faults);
        }
        let early = after(&[Sign(S), Sign(G)]);
        assert!(matches!(
            &early.faults[..],
            [SheetFault::OutOfOrder { level: G, before, .. }] if before == &[C]
        ));
    }

    #[test]
    fn the_answer_is_owed_from_the_day_agreed_and_not_before_the_sheet_is_sent() {
        let due = MONDAY.plus_millis(3 * DAY_MS);
        let unsent = after(&[Sign(S), Sign(C), Sign(G)]);
        let sent = after(&[Sign(S), Sign(C), Sign(G), Send]);
        let answered = after(&[Sign(S), Sign(C), Sign(G), Send, Reply(false), Reply(true)]);
        assert!(!unsent.is_overdue(due.plus_millis(1)));
        assert!(!sent.is_overdue(due));
        assert!(sent.is_overdue(due.plus_millis(1)));
        assert_eq!(sent.reply_late_ms(due.plus_millis(7)), Some(7));
        assert!(!answered.is_overdue(due.plus_millis(1)));
        assert_eq!(answered.reply_late_ms(due.plus_millis(1)), None);
        assert!(answered.reply.unwrap().agrees);
    }

    #[test]
    fn what_speaks_of_a_sheet_that_nobody_wrote_is_nothing() {
        let mut story = Story::new(CaseKind::Repair);
        story.say(Fact::SheetSent(SheetSending { sheet: SHEET }));
        assert_eq!(sheets(&story.case), []);
    }
}
