//! Laws that every rule about responsibility and papers keeps: it depends on what was stated, not on the
//! order in which phones synced, nor on how often a statement arrived; and no mixture of statements, sane
//! or not, makes it fail.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::sample::{CHINA_MINUTES, DESK, DIRECTOR, ORDER, SITE, TECHNICIAN, set};
use super::*;
use crate::clock::{Stamp, Timestamp};
use crate::ids::{DocumentId, EntryId, PersonId, PhotoHash, SettlementId, SheetId, SignOffId};
use crate::model::fact::{
    Approval, Attempt, Charge, Checklist, ChecklistStep, Dispatch, Escalation, Handover, Link, Plan, Rate,
    Receipt, Report, SettlementConsent, SettlementDraft, SettlementPayment, Sheet, SheetReply, SheetSending,
    SheetSignature, Tick, Visit,
};
use crate::model::{
    Case, CaseKind, Entry, Fact, Fen, Level, Liability, LinkRelation, Order, PartyKind, SignOff,
    SignOffOutcome, SignOffSubject, Site, Way,
};

const SETTLEMENT: SettlementId = SettlementId::from_bytes([7; 16]);
const SHEET: SheetId = SheetId::from_bytes([5; 16]);

/// Facts that speak of the same few papers and people, so that they meet.
fn facts() -> Vec<Fact> {
    let sum = Fen(60_000);
    let what = || "材料".to_owned();
    let step = ChecklistStep { id: "call".into(), zh: "电话".into(), en: "call".into(), due: None };
    let mut all = vec![
        Fact::Received,
        Fact::Dispatched(Dispatch { by_phone: Some(true), party: None }),
        Fact::Completed,
        Fact::WrittenUp,
        Fact::Closed,
        Fact::Reopened,
        Fact::SuperiorTold,
        Fact::HandedOver(Handover { to: DIRECTOR }),
        Fact::HandedOver(Handover { to: TECHNICIAN }),
        Fact::Attempted(Attempt { way: Way::Phone }),
        Fact::Reported(Report::default()),
        Fact::Visited(Visit { way: None, satisfaction: Some(2), accepts: None }),
        Fact::Visited(Visit { way: None, satisfaction: None, accepts: Some(true) }),
        Fact::PlanWritten(Plan { finish_by: Timestamp::from_millis(0) }),
        Fact::PlanApproved(Approval { level: Level::EngineeringManager }),
        Fact::PlanApproved(Approval { level: Level::SiteDirector }),
        Fact::Progressed(crate::model::fact::DailyProgress::default()),
        Fact::RateTold(Rate { price: sum, unit: "次".into() }),
        Fact::Quoted(Charge { sum, what: what() }),
        Fact::Charged(Charge { sum, what: what() }),
        Fact::Charged(Charge { sum: Fen(u64::MAX), what: what() }),
        Fact::Receipted(Receipt { number: "1".into(), sum }),
        Fact::SheetWritten(Sheet {
            sheet: SHEET,
            party: PartyKind::Developer,
            party_name: "恒业".into(),
            reply_by: None,
        }),
        Fact::SheetSent(SheetSending { sheet: SHEET }),
        Fact::SheetReplied(SheetReply { sheet: SHEET, agrees: true }),
        Fact::SettlementDrafted(SettlementDraft { settlement: SETTLEMENT, sum, level: Level::SiteDirector }),
        Fact::SettlementDrafted(SettlementDraft {
            settlement: SETTLEMENT,
            sum: Fen(1),
            level: Level::SiteDirector,
        }),
        Fact::SettlementConsented(SettlementConsent {
            settlement: SETTLEMENT,
            level: Level::Developer,
            sheet: None,
        }),
        Fact::SettlementPaid(SettlementPayment { settlement: SETTLEMENT, sum }),
        Fact::PlaybookChosen(Checklist {
            playbook: "lift".into(),
            from: Timestamp::from_millis(0),
            steps: vec![step],
        }),
        Fact::StepDone(Tick { checklist: entry_id(3), step: "call".into() }),
    ];
    all.extend(SHEET_CHAIN.map(|level| Fact::SheetSigned(SheetSignature { sheet: SHEET, level })));
    all.extend(Policy::built_in().ladder.iter().map(|&to| Fact::Escalated(Escalation { to })));
    all.extend(
        LinkRelation::ALL.iter().map(|relation| {
            Fact::Linked(Link { case: DocumentId::from_bytes([9; 16]), relation: *relation })
        }),
    );
    all
}

fn entry_id(number: u8) -> EntryId {
    EntryId::from_bytes([number; 16])
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (select(facts()), any::<bool>(), 0..8_u64, any::<i64>(), any::<bool>());
    proptest::collection::vec(one, 0..24).prop_map(|all| {
        let of =
            |(number, (fact, about_order, stamp, at, by_desk)): (u8, (Fact, bool, u64, i64, bool))| Entry {
                id: entry_id(number),
                fact,
                order: about_order.then_some(ORDER),
                by: if by_desk { DESK } else { TECHNICIAN },
                claimed_at: Timestamp::from_millis(at),
                corrected_at: Timestamp::from_millis(at),
                declared: None,
                stamp: Stamp::from_u64(stamp),
                note: String::new(),
            };
        (0..24_u8).zip(all).map(of).collect()
    })
}

fn sign_offs() -> impl Strategy<Value = Vec<SignOff>> {
    let one = (select(SignOffSubject::ALL), select(SignOffOutcome::ALL), 0..8_u64);
    proptest::collection::vec(one, 0..4).prop_map(|all| {
        let of = |(number, (subject, outcome, stamp)): (u8, (SignOffSubject, SignOffOutcome, u64))| SignOff {
            id: SignOffId::from_bytes([number; 16]),
            order: (subject != SignOffSubject::Settlement).then_some(ORDER),
            settlement: (subject == SignOffSubject::Settlement).then_some(SETTLEMENT),
            subject,
            outcome,
            shown: String::new(),
            digest: PhotoHash::of(b""),
            renderer: 1,
            by: DESK,
            claimed_at: Timestamp::default(),
            corrected_at: Timestamp::default(),
            stamp: Stamp::from_u64(stamp),
        };
        (0..4_u8).zip(all).map(of).collect()
    })
}

/// A case as it is read from its document: sorted by stamp and id, in whatever order things arrived.
fn case_of(mut entries: Vec<Entry>, mut sign_offs: Vec<SignOff>) -> Case {
    entries.sort_by_key(|entry| (entry.stamp, entry.id));
    sign_offs.sort_by_key(|sign_off| (sign_off.stamp, sign_off.id));
    let order = Order { liability: set(Liability::Warranty), ..Order::new(ORDER) };
    Case {
        site: Some(SITE),
        kind: set(CaseKind::Complaint),
        about: set(TECHNICIAN),
        orders: vec![order],
        entries,
        sign_offs,
        ..Case::default()
    }
}

/// Everything that the rules say about a case, as one text.
fn everything(case: &Case) -> String {
    let (site, authority, now) = (Site::default(), Authority::default(), Timestamp::from_millis(1));
    let id = DocumentId::from_bytes([1; 16]);
    let person: PersonId = DESK;
    let people = (
        responsibility(case, &site),
        responsible(case, &site),
        handover_proposal(&[(id, case.clone())], &site, person, &authority),
    );
    let papers = (sheets(case), settlements(case, &authority), charges(case), checklists(case));
    let rest = (
        escalation(case, &Policy::built_in().ladder),
        superior_owed(case, CHINA_MINUTES),
        plans(case, now, CHINA_MINUTES),
        handling_rounds(case),
        repeats(case),
        links(case),
        Matter::of(id, case),
    );
    let closing = (
        closing_obstacles(case, &authority),
        closing_attempts(case),
        may_close(case, Policy::built_in(), &[crate::model::Role::SiteDirector]),
    );
    let contradicts = contradictions(id, case, &authority);
    format!("{people:?}\n{papers:?}\n{rest:?}\n{closing:?}\n{contradicts:?}")
}

proptest! {
    #[test]
    fn what_the_rules_say_depends_neither_on_the_order_of_arrival_nor_on_arriving_twice(
        (entries, shuffled) in entries().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        sign_offs in sign_offs(),
        twice in proptest::collection::vec(any::<Index>(), 0..6),
    ) {
        let mut arrived = shuffled;
        if !arrived.is_empty() {
            let again: Vec<_> = twice.iter().map(|index| index.get(&arrived).clone()).collect();
            arrived.extend(again);
        }
        let mut signed: Vec<_> = sign_offs.iter().rev().cloned().collect();
        signed.extend(sign_offs.first().cloned());
        let straight = case_of(entries, sign_offs);
        prop_assert_eq!(everything(&straight), everything(&case_of(arrived, signed)));
    }
}
