//! Settlements (和解备忘): what is to be paid to the owner, who has to agree to the sum, the owner's
//! signature, the payment.
//!
//! Source: 003, text iv, section 'six': small sums are settled on the spot with the developer's consent
//! by phone and a sheet afterwards, larger ones by sheet; the owner signs the settlement, and then it is
//! paid.

use std::collections::BTreeMap;

use super::policy::Policy;
use super::sheets::{SheetStage, SheetState, sheets};
use super::stated::stated;
use crate::clock::{Stamp, Timestamp};
use crate::ids::{EntryId, OrderId, PersonId, SettlementId, SheetId, SignOffId};
use crate::model::fact::{SettlementConsent, SettlementDraft};
use crate::model::{Case, Entry, Fact, Fen, Level, PartyKind, SignOffOutcome, SignOffSubject};

/// Up to which sum each level may settle alone (授权额度). What is above every limit is the developer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    limits: BTreeMap<Level, Fen>,
}

impl Authority {
    /// These limits; a level that is not named may settle nothing.
    pub const fn new(limits: BTreeMap<Level, Fen>) -> Self {
        Self { limits }
    }

    /// Whether this level may agree to the sum.
    pub fn covers(&self, level: Level, sum: Fen) -> bool {
        level == Level::Developer || sum <= self.limits.get(&level).copied().unwrap_or_default()
    }

    /// The lowest level that may agree to the sum.
    pub fn needed(&self, sum: Fen) -> Level {
        self.limits.keys().copied().find(|level| self.covers(*level, sum)).unwrap_or(Level::Developer)
    }
}

impl Default for Authority {
    /// The figures of the built-in policy.
    fn default() -> Self {
        Policy::built_in().authority()
    }
}

/// How far a settlement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettlementStage {
    /// The sum is above the authority of whoever negotiates, and nobody above has agreed.
    AwaitsConsent,
    /// It may be put before the owner.
    AwaitsSignature,
    /// The owner refused to sign.
    Refused,
    /// The owner signed; it may be paid.
    Signed,
    /// It was paid.
    Paid,
}

impl SettlementStage {
    /// Every one of them.
    pub const ALL: [Self; 5] =
        [Self::AwaitsConsent, Self::AwaitsSignature, Self::Refused, Self::Signed, Self::Paid];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitsConsent => "awaits_consent",
            Self::AwaitsSignature => "awaits_signature",
            Self::Refused => "refused",
            Self::Signed => "signed",
            Self::Paid => "paid",
        }
    }
}

/// Somebody agreed to the sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// As which level.
    pub level: Level,
    /// The sum that was on the table then.
    pub sum: Fen,
    /// The sheet on which they did; by phone, if none.
    pub sheet: Option<SheetId>,
    /// Who states it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
    stamp: Stamp,
}

/// One payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// How much.
    pub sum: Fen,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
    stamp: Stamp,
}

/// What went wrong with a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementFault {
    /// It was paid before the owner had signed, or without.
    PaidUnsigned {
        /// The payment.
        entry: EntryId,
    },
    /// Another sum was paid than the one agreed.
    PaidOtherSum {
        /// The last payment.
        entry: EntryId,
        /// What was paid in all.
        paid: Fen,
        /// What was agreed.
        agreed: Fen,
    },
    /// It was signed or paid, and nobody whose authority reaches so far had agreed.
    ConsentMissing {
        /// The draft that was signed or paid.
        draft: EntryId,
        /// Who should have agreed.
        needed: Level,
    },
    /// Somebody agreed by phone, and the sheet that has to follow was not sent.
    SheetOwed {
        /// The consent.
        entry: EntryId,
    },
    /// What the owner signed was drafted anew afterwards.
    SignedOlderDraft {
        /// The signature.
        sign_off: SignOffId,
        /// The newer draft.
        draft: EntryId,
    },
}

/// A settlement as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementState {
    /// Which.
    pub id: SettlementId,
    /// The latest draft of it.
    pub entry: EntryId,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// What is to be paid.
    pub sum: Fen,
    /// In whose words and on which terms.
    pub terms: String,
    /// Who negotiates.
    pub level: Level,
    /// Who drafted it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// The lowest level that has to agree, if the sum is above the authority of whoever negotiates.
    pub consent_needed: Option<Level>,
    /// Who agreed.
    pub consents: Vec<Consent>,
    /// The owner's signature under the latest draft.
    pub signed: Option<SignOffId>,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// How far it has come.
    pub stage: SettlementStage,
    /// What went wrong.
    pub faults: Vec<SettlementFault>,
    stamp: Stamp,
}

impl SettlementState {
    /// What was paid in all.
    pub fn paid(&self) -> Fen {
        Fen(self.payments.iter().fold(0, |sum, payment| sum.saturating_add(payment.sum.0)))
    }

    /// Whether the owner has neither been paid nor refused.
    pub const fn is_open(&self) -> bool {
        match self.stage {
            SettlementStage::AwaitsConsent | SettlementStage::AwaitsSignature | SettlementStage::Signed => {
                true
            }
            SettlementStage::Refused | SettlementStage::Paid => false,
        }
    }

    fn draft(&mut self, entry: &Entry, draft: &SettlementDraft) {
        self.entry = entry.id;
        self.order = entry.order;
        self.sum = draft.sum;
        self.terms.clone_from(&entry.note);
        self.level = draft.level;
        self.by = entry.by;
        self.at = entry.happened_at();
        self.stamp = entry.stamp;
    }

    fn consent(&mut self, entry: &Entry, consent: &SettlementConsent) {
        self.consents.push(Consent {
            level: consent.level,
            sum: self.sum,
            sheet: consent.sheet,
            by: entry.by,
            at: entry.happened_at(),
            entry: entry.id,
            stamp: entry.stamp,
        });
    }

    /// The first consent that reaches as far as the sum. One that was given to a smaller sum does not.
    fn sufficient(&self, authority: &Authority) -> Option<&Consent> {
        self.consents
            .iter()
            .find(|consent| consent.sum >= self.sum && authority.covers(consent.level, self.sum))
    }

    fn judge(&mut self, case: &Case, sheets: &[SheetState], authority: &Authority) {
        let asked = case.sign_offs.iter().filter(|sign_off| {
            sign_off.subject == SignOffSubject::Settlement && sign_off.settlement == Some(self.id)
        });
        let mut signature = None;
        let mut refused = false;
        for sign_off in asked {
            match sign_off.outcome {
                SignOffOutcome::Signed if sign_off.stamp > self.stamp => {
                    signature = signature.or(Some((sign_off.id, sign_off.stamp)));
                }
                SignOffOutcome::Signed => {
                    let fault =
                        SettlementFault::SignedOlderDraft { sign_off: sign_off.id, draft: self.entry };
                    if !self.faults.contains(&fault) {
                        self.faults.push(fault);
                    }
                }
                SignOffOutcome::Refused => refused = refused || sign_off.stamp > self.stamp,
                SignOffOutcome::Absent | SignOffOutcome::Later | SignOffOutcome::NotNeeded => {}
            }
        }
        self.signed = signature.map(|(id, _)| id);
        let within = authority.covers(self.level, self.sum);
        self.consent_needed = (!within).then(|| authority.needed(self.sum));
        let agreed = within || self.sufficient(authority).is_some();
        self.stage = if !self.payments.is_empty() && self.paid() >= self.sum {
            SettlementStage::Paid
        } else if self.signed.is_some() {
            SettlementStage::Signed
        } else if refused {
            SettlementStage::Refused
        } else if agreed {
            SettlementStage::AwaitsSignature
        } else {
            SettlementStage::AwaitsConsent
        };
        self.judge_consent(signature.map(|(_, stamp)| stamp), authority);
        self.judge_payment(signature.map(|(_, stamp)| stamp));
        for consent in &self.consents {
            if !followed_by_sheet(consent, sheets) {
                self.faults.push(SettlementFault::SheetOwed { entry: consent.entry });
            }
        }
    }

    fn judge_consent(&mut self, signed: Option<Stamp>, authority: &Authority) {
        let Some(needed) = self.consent_needed else { return };
        let paid = self.payments.first().map(|payment| payment.stamp);
        // Whichever came first, signature or payment, bound the company.
        let Some(bound) = signed.into_iter().chain(paid).min() else { return };
        if self.sufficient(authority).is_none_or(|consent| consent.stamp > bound) {
            self.faults.push(SettlementFault::ConsentMissing { draft: self.entry, needed });
        }
    }

    fn judge_payment(&mut self, signed: Option<Stamp>) {
        let Some(last) = self.payments.last().map(|payment| payment.entry) else { return };
        for payment in &self.payments {
            if signed.is_none_or(|signed| signed > payment.stamp) {
                self.faults.push(SettlementFault::PaidUnsigned { entry: payment.entry });
            }
        }
        let (paid, agreed) = (self.paid(), self.sum);
        if paid != agreed {
            self.faults.push(SettlementFault::PaidOtherSum { entry: last, paid, agreed });
        }
    }
}

/// A consent on a sheet of the case needs no other; one by phone needs a sheet that was sent afterwards,
/// to the developer if it was the developer's. One sheet may gather several consents.
fn followed_by_sheet(consent: &Consent, sheets: &[SheetState]) -> bool {
    match consent.sheet {
        Some(named) => sheets.iter().any(|sheet| sheet.id == named),
        None => sheets.iter().any(|sheet| {
            sheet.stage >= SheetStage::Sent
                && sheet.stamp > consent.stamp
                && (consent.level != Level::Developer || sheet.party.kind == PartyKind::Developer)
        }),
    }
}

/// Every settlement of the case, oldest first. What speaks of one that nobody drafted is nothing.
pub fn settlements(case: &Case, authority: &Authority) -> Vec<SettlementState> {
    let mut found: Vec<SettlementState> = Vec::new();
    for entry in stated(case) {
        if let Fact::SettlementDrafted(draft) = &entry.fact {
            match about(&mut found, draft.settlement) {
                Some(settlement) => settlement.draft(entry, draft),
                None => found.push(drafted(entry, draft)),
            }
        } else if let Fact::SettlementConsented(consent) = &entry.fact {
            if let Some(settlement) = about(&mut found, consent.settlement) {
                settlement.consent(entry, consent);
            }
        } else if let Fact::SettlementPaid(payment) = &entry.fact
            && let Some(settlement) = about(&mut found, payment.settlement)
        {
            let (sum, at) = (payment.sum, entry.happened_at());
            settlement.payments.push(Payment { sum, at, entry: entry.id, stamp: entry.stamp });
        }
    }
    let sheets = sheets(case);
    found.iter_mut().for_each(|settlement| settlement.judge(case, &sheets, authority));
    found
}

fn about(found: &mut [SettlementState], id: SettlementId) -> Option<&mut SettlementState> {
    found.iter_mut().find(|settlement| settlement.id == id)
}

fn drafted(entry: &Entry, draft: &SettlementDraft) -> SettlementState {
    SettlementState {
        id: draft.settlement,
        entry: entry.id,
        order: entry.order,
        sum: draft.sum,
        terms: entry.note.clone(),
        level: draft.level,
        by: entry.by,
        at: entry.happened_at(),
        consent_needed: None,
        consents: Vec::new(),
        signed: None,
        payments: Vec::new(),
        stage: SettlementStage::AwaitsSignature,
        faults: Vec::new(),
        stamp: entry.stamp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseKind;
    use crate::model::fact::{SettlementPayment, Sheet, SheetSending};
    use crate::rules::sample::Story;

    const ONE: SettlementId = SettlementId::from_bytes([7; 16]);
    const SHEET: SheetId = SheetId::from_bytes([5; 16]);

    #[derive(Clone, Copy, Debug)]
    enum Do {
        Draft(Level, u64),
        Consent(Level, Option<SheetId>),
        Sign(SignOffOutcome),
        Pay(u64),
        SendSheet(PartyKind),
    }
    use Do::{Consent as Agree, Draft, Pay, SendSheet, Sign};
    use Level::{CustomerService as C, Desk as D, Developer as V, GeneralManager as G, SiteDirector as S};
    use PartyKind::{Contractor, Developer};
    use SignOffOutcome::{Refused, Signed};

    fn after(steps: &[Do]) -> SettlementState {
        let mut story = Story::new(CaseKind::Complaint);
        for step in steps {
            match *step {
                Draft(level, yuan) => {
                    let sum = Fen(yuan * 100);
                    let draft = SettlementDraft { settlement: ONE, sum, level };
                    story.say_why(Fact::SettlementDrafted(draft), "一次性补偿");
                }
                Agree(level, sheet) => {
                    let consent = SettlementConsent { settlement: ONE, level, sheet };
                    story.say(Fact::SettlementConsented(consent));
                }
                Sign(outcome) => {
                    story.sign(SignOffSubject::Settlement, outcome, Some(ONE));
                }
                Pay(yuan) => {
                    let payment = SettlementPayment { settlement: ONE, sum: Fen(yuan * 100) };
                    story.say(Fact::SettlementPaid(payment));
                }
                SendSheet(party) => {
                    let written = Sheet { sheet: SHEET, party, party_name: "恒业".into(), reply_by: None };
                    story.say(Fact::SheetWritten(written));
                    story.say(Fact::SheetSent(SheetSending { sheet: SHEET }));
                }
            }
        }
        settlements(&story.case, &Authority::default()).remove(0)
    }

    fn codes(settlement: &SettlementState) -> Vec<&'static str> {
        let code = |fault: &SettlementFault| match fault {
            SettlementFault::PaidUnsigned { .. } => "unsigned",
            SettlementFault::PaidOtherSum { .. } => "other sum",
            SettlementFault::ConsentMissing { .. } => "consent",
            SettlementFault::SheetOwed { .. } => "sheet",
            SettlementFault::SignedOlderDraft { .. } => "older draft",
        };
        settlement.faults.iter().map(code).collect()
    }

    #[test]
    fn a_settlement_comes_as_far_as_consent_signature_and_payment_carry_it() {
        use SettlementStage as T;
        let table: [(&[Do], SettlementStage, &[&str]); 19] = [
            (&[Draft(S, 500)], T::AwaitsSignature, &[]),
            (&[Draft(S, 501)], T::AwaitsConsent, &[]),
            (&[Draft(D, 1)], T::AwaitsConsent, &[]),
            (&[Draft(S, 500), Sign(Refused)], T::Refused, &[]),
            (&[Draft(S, 500), Sign(Refused), Sign(Signed)], T::Signed, &[]),
            (&[Draft(S, 500), Sign(Signed), Pay(500)], T::Paid, &[]),
            (&[Draft(S, 500), Pay(500), Sign(Signed)], T::Paid, &["unsigned"]),
            (&[Draft(S, 500), Pay(500)], T::Paid, &["unsigned"]),
            (&[Draft(S, 500), Sign(Signed), Pay(400)], T::Signed, &["other sum"]),
            (&[Draft(S, 500), Sign(Signed), Pay(400), Pay(100)], T::Paid, &[]),
            (&[Draft(S, 500), Sign(Signed), Pay(600)], T::Paid, &["other sum"]),
            (&[Draft(S, 600), Sign(Signed)], T::Signed, &["consent"]),
            (&[Draft(S, 600), Agree(V, None)], T::AwaitsSignature, &["sheet"]),
            (&[Draft(S, 600), Agree(V, None), SendSheet(Contractor)], T::AwaitsSignature, &["sheet"]),
            (&[Draft(S, 600), Agree(V, None), SendSheet(Developer), Sign(Signed)], T::Signed, &[]),
            (&[SendSheet(Developer), Draft(S, 600), Agree(V, Some(SHEET)), Sign(Signed)], T::Signed, &[]),
            // The customer service department's word does not reach 6,000 yuan.
            (&[SendSheet(Developer), Draft(S, 6_000), Agree(C, Some(SHEET))], T::AwaitsConsent, &[]),
            // Agreed to 600, drafted anew with 700.
            (
                &[SendSheet(Developer), Draft(S, 600), Agree(G, Some(SHEET)), Draft(S, 700)],
                T::AwaitsConsent,
                &[],
            ),
            (&[Draft(S, 500), Sign(Signed), Draft(S, 450)], T::AwaitsSignature, &["older draft"]),
        ];
        for (steps, stage, faults) in table {
            let settlement = after(steps);
            assert_eq!(settlement.stage, stage, "{steps:?}");
            assert_eq!(codes(&settlement), faults, "{steps:?}");
        }
    }

    #[test]
    fn each_level_settles_up_to_its_limit_and_the_developer_anything() {
        let authority = Authority::default();
        let table = [(0, D), (1, S), (500, S), (501, C), (5_000, C), (5_001, G), (50_000, G), (50_001, V)];
        for (yuan, level) in table {
            assert_eq!(authority.needed(Fen(yuan * 100)), level, "{yuan}");
        }
        assert!(!authority.covers(Level::Supervisor, Fen(1)));
    }
}
