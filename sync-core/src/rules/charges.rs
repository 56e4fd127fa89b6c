//! Paid service (有偿服务): the rate told, the quotation, the owner's signature, the charge, the receipt.
//!
//! Source: 003, text iv, section 'four': the owner is told the rate before, signs the order, and only then
//! is money taken; never without a receipt. Only what is the owner's own is paid by the owner.

use super::stated::stated;
use crate::clock::{Stamp, Timestamp};
use crate::ids::{EntryId, OrderId, SignOffId};
use crate::model::{Case, Entry, Fact, Fen, Liability, SignOffOutcome, SignOffSubject};

/// Money that was taken, or a receipt that was given for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub sum: Fen,
    /// When.
    pub at: Timestamp,
    /// The entry that states it.
    pub entry: EntryId,
    stamp: Stamp,
}

impl Money {
    fn of(entry: &Entry, sum: Fen) -> Self {
        Self { sum, at: entry.happened_at(), entry: entry.id, stamp: entry.stamp }
    }
}

/// What the owner signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedCharge {
    /// The signature.
    pub sign_off: SignOffId,
    /// The sum that was quoted then; nothing, if none was.
    pub sum: Fen,
    stamp: Stamp,
}

/// What went wrong with a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeFault {
    /// Money was taken, and the rate had not been told.
    RateNotTold {
        /// The charge.
        entry: EntryId,
    },
    /// Money was taken before the owner had signed, or without.
    Unsigned {
        /// The charge.
        entry: EntryId,
    },
    /// More was taken than the owner signed for.
    MoreThanSigned {
        /// The charge that went beyond it.
        entry: EntryId,
        /// What had been taken by then.
        charged: Fen,
        /// What the owner had signed for by then.
        signed: Fen,
    },
    /// Money was taken, and no receipt was given yet.
    ReceiptOwed {
        /// The first charge.
        entry: EntryId,
        /// What was taken.
        charged: Fen,
    },
    /// The receipts do not come to what was taken.
    ReceiptDiffers {
        /// The last receipt.
        entry: EntryId,
        /// What the receipts come to.
        receipted: Fen,
        /// What was taken.
        charged: Fen,
    },
    /// Money was taken for what is not the owner's to pay, or of which that is not known yet.
    NotTheOwners {
        /// The first charge.
        entry: EntryId,
        /// Who answers for the order.
        liability: Liability,
    },
}

/// The money of one order as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeState {
    /// Which order; none for work that was done without one.
    pub order: Option<OrderId>,
    /// When the rate was first told.
    pub rate_told: Option<EntryId>,
    /// The latest quotation.
    pub quoted: Option<Fen>,
    /// The latest signature for a charge.
    pub signed: Option<SignedCharge>,
    /// What was taken.
    pub charged: Vec<Money>,
    /// The receipts that were given.
    pub receipts: Vec<Money>,
    /// What went wrong.
    pub faults: Vec<ChargeFault>,
}

impl ChargeState {
    /// What was taken in all.
    pub fn charged_sum(&self) -> Fen {
        total(&self.charged)
    }

    /// What the receipts come to.
    pub fn receipted_sum(&self) -> Fen {
        total(&self.receipts)
    }

    /// Whether there is anything about money at all.
    fn is_empty(&self) -> bool {
        self.rate_told.is_none()
            && self.quoted.is_none()
            && self.signed.is_none()
            && self.charged.is_empty()
            && self.receipts.is_empty()
    }
}

fn total(money: &[Money]) -> Fen {
    Fen(money.iter().fold(0, |sum, one| sum.saturating_add(one.sum.0)))
}

/// The money of every order of which something about money was stated, then that of work without an
/// order.
pub fn charges(case: &Case) -> Vec<ChargeState> {
    let orders = case.orders.iter().map(|order| Some(order.id)).chain([None]);
    orders.map(|order| charge_of(case, order)).filter(|state| !state.is_empty()).collect()
}

fn charge_of(case: &Case, order: Option<OrderId>) -> ChargeState {
    let mut state = ChargeState {
        order,
        rate_told: None,
        quoted: None,
        signed: None,
        charged: Vec::new(),
        receipts: Vec::new(),
        faults: Vec::new(),
    };
    let mut quotes: Vec<(Stamp, Fen)> = Vec::new();
    let mut rate_told: Option<Stamp> = None;
    for entry in stated(case).filter(|entry| entry.order == order) {
        if let Fact::RateTold(_) = &entry.fact {
            rate_told.get_or_insert(entry.stamp);
            state.rate_told.get_or_insert(entry.id);
        } else if let Fact::Quoted(quote) = &entry.fact {
            quotes.push((entry.stamp, quote.sum));
        } else if let Fact::Charged(charge) = &entry.fact {
            state.charged.push(Money::of(entry, charge.sum));
        } else if let Fact::Receipted(receipt) = &entry.fact {
            state.receipts.push(Money::of(entry, receipt.sum));
        }
    }
    state.quoted = quotes.last().map(|(_, sum)| *sum);
    let signatures: Vec<_> = case
        .sign_offs
        .iter()
        .filter(|sign_off| {
            sign_off.order == order
                && sign_off.subject == SignOffSubject::Charge
                && sign_off.outcome == SignOffOutcome::Signed
        })
        .map(|sign_off| {
            // What stood on the glass was the latest quotation of that moment.
            let quoted = quotes.iter().rfind(|(stamp, _)| *stamp < sign_off.stamp);
            let sum = quoted.map(|(_, sum)| *sum).unwrap_or_default();
            SignedCharge { sign_off: sign_off.id, sum, stamp: sign_off.stamp }
        })
        .collect();
    state.signed = signatures.last().copied();
    state.faults = faults(case, &state, &signatures, rate_told);
    state
}

fn faults(
    case: &Case,
    state: &ChargeState,
    signatures: &[SignedCharge],
    rate_told: Option<Stamp>,
) -> Vec<ChargeFault> {
    let mut found = Vec::new();
    let Some(first) = state.charged.first() else { return found };
    if rate_told.is_none_or(|told| told > first.stamp) {
        found.push(ChargeFault::RateNotTold { entry: first.entry });
    }
    let order = state.order.and_then(|id| case.order(id));
    let liability = order.map_or(Liability::Undetermined, |order| order.liability());
    if liability != Liability::Owner {
        found.push(ChargeFault::NotTheOwners { entry: first.entry, liability });
    }
    let mut taken = Fen(0);
    for charge in &state.charged {
        taken = Fen(taken.0.saturating_add(charge.sum.0));
        match signatures.iter().rfind(|signature| signature.stamp < charge.stamp) {
            None => found.push(ChargeFault::Unsigned { entry: charge.entry }),
            Some(signature) if taken > signature.sum => found.push(ChargeFault::MoreThanSigned {
                entry: charge.entry,
                charged: taken,
                signed: signature.sum,
            }),
            Some(_) => {}
        }
    }
    let receipted = state.receipted_sum();
    match state.receipts.last() {
        None => found.push(ChargeFault::ReceiptOwed { entry: first.entry, charged: taken }),
        Some(last) if receipted != taken => {
            found.push(ChargeFault::ReceiptDiffers { entry: last.entry, receipted, charged: taken });
        }
        Some(_) => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseKind;
    use crate::model::fact::{Charge, Rate, Receipt};
    use crate::rules::sample::{Story, set};

    #[derive(Clone, Copy, Debug)]
    enum Do {
        Told,
        Quote(u64),
        Sign(SignOffOutcome),
        Take(u64),
        Paper(u64),
    }
    use Do::{Paper, Quote, Sign, Take, Told};
    use SignOffOutcome::{Absent, Refused, Signed};

    fn after(liability: Option<Liability>, steps: &[Do]) -> ChargeState {
        let mut story = Story::new(CaseKind::Repair);
        let what = || "更换水龙头".to_owned();
        for step in steps {
            match *step {
                Told => story.on_order(Fact::RateTold(Rate { price: Fen(5_000), unit: "次".into() })),
                Quote(fen) => story.on_order(Fact::Quoted(Charge { sum: Fen(fen), what: what() })),
                Take(fen) => story.on_order(Fact::Charged(Charge { sum: Fen(fen), what: what() })),
                Paper(fen) => {
                    story.on_order(Fact::Receipted(Receipt { number: "0001".into(), sum: Fen(fen) }))
                }
                Sign(outcome) => {
                    story.sign(SignOffSubject::Charge, outcome, None);
                    continue;
                }
            };
        }
        if let (Some(order), Some(liability)) = (story.case.orders.first_mut(), liability) {
            order.liability = set(liability);
        }
        charges(&story.case).remove(0)
    }

    fn codes(state: &ChargeState) -> Vec<&'static str> {
        let code = |fault: &ChargeFault| match fault {
            ChargeFault::RateNotTold { .. } => "rate",
            ChargeFault::Unsigned { .. } => "unsigned",
            ChargeFault::MoreThanSigned { .. } => "more",
            ChargeFault::ReceiptOwed { .. } => "receipt",
            ChargeFault::ReceiptDiffers { .. } => "differs",
            ChargeFault::NotTheOwners { .. } => "liability",
        };
        state.faults.iter().map(code).collect()
    }

    #[test]
    fn money_is_taken_after_the_rate_the_quotation_and_the_signature_and_never_without_a_receipt() {
        let table: [(&[Do], &[&str]); 15] = [
            (&[Told], &[]),
            (&[Told, Quote(8_000), Sign(Signed)], &[]),
            (&[Told, Quote(8_000), Sign(Signed), Take(8_000), Paper(8_000)], &[]),
            (&[Told, Quote(8_000), Sign(Signed), Take(8_000)], &["receipt"]),
            (&[Told, Quote(8_000), Sign(Signed), Take(8_000), Paper(7_999)], &["differs"]),
            (&[Told, Quote(8_000), Take(8_000), Paper(8_000)], &["unsigned"]),
            (&[Told, Quote(8_000), Take(8_000), Sign(Signed), Paper(8_000)], &["unsigned"]),
            (&[Told, Quote(8_000), Sign(Refused), Take(8_000), Paper(8_000)], &["unsigned"]),
            (&[Told, Quote(8_000), Sign(Absent), Take(8_000), Paper(8_000)], &["unsigned"]),
            (&[Told, Quote(8_000), Sign(Signed), Take(8_001), Paper(8_001)], &["more"]),
            (&[Told, Quote(8_000), Sign(Signed), Take(7_000), Paper(7_000)], &[]),
            // In two parts, the second beyond what was signed; then one that was signed for anew.
            (&[Told, Quote(9), Sign(Signed), Take(5), Take(5), Paper(10)], &["more"]),
            (&[Told, Quote(9), Sign(Signed), Take(5), Quote(10), Sign(Signed), Take(5), Paper(10)], &[]),
            // The quotation was raised after the signature.
            (&[Told, Quote(9), Sign(Signed), Quote(10), Take(10), Paper(10)], &["more"]),
            (&[Quote(9), Sign(Signed), Take(9), Told, Paper(9)], &["rate"]),
        ];
        for (steps, faults) in table {
            assert_eq!(codes(&after(Some(Liability::Owner), steps)), faults, "{steps:?}");
        }
    }

    #[test]
    fn only_what_is_the_owners_own_is_paid_by_the_owner() {
        let steps = [Told, Quote(9), Sign(Signed), Take(9), Paper(9)];
        for &liability in Liability::ALL {
            let expected: &[&str] = if liability == Liability::Owner { &[] } else { &["liability"] };
            assert_eq!(codes(&after(Some(liability), &steps)), expected, "{liability}");
        }
        assert_eq!(codes(&after(None, &steps)), ["liability"]);
    }
}
