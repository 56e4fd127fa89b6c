#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::document::Register;
use crate::ids::SettlementId;
use crate::model::fact::{
    Arrival, Assignment, Charge, Receipt, Report, Ruling, SettlementDraft, SettlementPayment, Visit,
};
use crate::model::{CaseKind, Fen, Level, Liability};
use crate::rules::sample::{DESK, DIRECTOR, HOUR_MS, ORDER, Story, TECHNICIAN, set};

const CASE: DocumentId = DocumentId::from_bytes([77; 16]);
const SETTLEMENT: SettlementId = SettlementId::from_bytes([78; 16]);

fn found(story: &Story) -> Vec<Contradiction> {
    contradictions(CASE, &story.case, &Authority::default())
}

fn codes(story: &Story) -> Vec<&'static str> {
    found(story).iter().map(|one| one.code.as_str()).collect()
}

fn repair() -> Story {
    let mut story = Story::new(CaseKind::Repair);
    story.on_order(Fact::Accepted);
    story.case.orders[0].liability = set(Liability::Owner);
    story
}

fn charge(fen: u64) -> Charge {
    Charge { sum: Fen(fen), what: "阀芯".into() }
}

/// One story for each code, told so that just this one is found.
#[test]
fn each_contradiction_is_found_where_it_is_and_nowhere_else() {
    type Tell = fn(&mut Story);
    let visit = |accepts| Fact::Visited(Visit { accepts: Some(accepts), ..Visit::default() });
    let table: [(&str, Tell); 13] = [
        ("two_completions", |story| {
            story.on_order(Fact::Completed);
            story.by(DIRECTOR).on_order(Fact::Completed);
        }),
        ("completed_while_reassigned", |story| {
            story.on_order(Fact::Assigned(Assignment { to: DIRECTOR }));
            story.on_order(Fact::Completed);
        }),
        ("closed_while_broken", |story| {
            story.say(Fact::Closed);
            story.say(Fact::Visited(Visit { accepts: Some(false), ..Visit::default() }));
        }),
        ("closed_with_open_order", |story| {
            story.on_order(Fact::Arrived(Arrival::default()));
            story.say(Fact::Closed);
        }),
        ("charge_without_signature", |story| {
            story.on_order(Fact::Charged(charge(8_500)));
            story.on_order(Fact::Receipted(Receipt { number: "1".into(), sum: Fen(8_500) }));
        }),
        ("charge_above_signature", |story| {
            story.on_order(Fact::Quoted(charge(8_500)));
            story.sign(SignOffSubject::Charge, SignOffOutcome::Signed, None);
            story.on_order(Fact::Charged(charge(8_501)));
        }),
        ("receipt_differs", |story| {
            story.on_order(Fact::Quoted(charge(8_500)));
            story.sign(SignOffSubject::Charge, SignOffOutcome::Signed, None);
            story.on_order(Fact::Charged(charge(8_500)));
            story.on_order(Fact::Receipted(Receipt { number: "1".into(), sum: Fen(8_000) }));
        }),
        ("arrival_after_completion", |story| {
            story.on_order(Fact::Completed);
            story.later(HOUR_MS).on_order(Fact::Arrived(Arrival::default()));
        }),
        ("sign_off_outdated", |story| {
            story.on_order(Fact::Completed);
            sign_now(story);
            story.later(HOUR_MS).on_order(Fact::Completed);
        }),
        ("paid_without_signature", |story| {
            draft(story);
            story.say(Fact::SettlementPaid(SettlementPayment { settlement: SETTLEMENT, sum: Fen(30_000) }));
        }),
        ("paid_other_sum", |story| {
            draft(story);
            story.sign(SignOffSubject::Settlement, SignOffOutcome::Signed, Some(SETTLEMENT));
            story.say(Fact::SettlementPaid(SettlementPayment { settlement: SETTLEMENT, sum: Fen(40_000) }));
        }),
        ("denial_unconfirmed", |story| {
            story.say(Fact::Reported(Report { way: None, denies_fault: Some(true) }));
            story.say(Fact::DenialConfirmed);
        }),
        ("handled_by_person_concerned", |story| {
            story.case.about = set(TECHNICIAN);
            story.by(TECHNICIAN).say(Fact::Investigated);
        }),
    ];
    assert_eq!(
        table.map(|(code, _)| code),
        *ContradictionCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>()
    );
    for (code, tell) in table {
        let mut story = repair();
        if code == "closed_while_broken" {
            story.case.orders.clear();
        }
        tell(&mut story);
        assert_eq!(codes(&story), [code]);
    }
    let mut calm = repair();
    calm.on_order(Fact::Arrived(Arrival::default()));
    calm.on_order(Fact::Completed);
    calm.say(Fact::Closed);
    calm.say(visit(true));
    assert_eq!(codes(&calm), Vec::<&str>::new(), "an ordinary repair contradicts nothing");
}

fn draft(story: &mut Story) {
    let draft = SettlementDraft { settlement: SETTLEMENT, sum: Fen(30_000), level: Level::SiteDirector };
    story.say(Fact::SettlementDrafted(draft));
}

/// The owner signs what the case now says.
fn sign_now(story: &mut Story) {
    let shown = Statement::render(CASE, &story.case, Some(ORDER), SignOffSubject::Completion, None);
    story.sign(SignOffSubject::Completion, SignOffOutcome::Signed, None);
    let signed = story.case.sign_offs.last_mut().unwrap();
    (signed.shown, signed.digest, signed.renderer) = (shown.text, shown.digest, RENDERER);
}

#[test]
fn a_second_completion_by_the_same_person_or_after_a_reopening_is_no_contradiction() {
    let mut story = repair();
    story.on_order(Fact::Completed);
    story.on_order(Fact::Completed);
    assert_eq!(codes(&story), Vec::<&str>::new());
    story.say(Fact::Reopened);
    story.by(DIRECTOR).on_order(Fact::Accepted);
    story.on_order(Fact::Completed);
    assert_eq!(codes(&story), Vec::<&str>::new());
}

#[test]
fn a_signature_stays_good_while_what_was_signed_reads_the_same() {
    let mut story = repair();
    story.on_order(Fact::Completed);
    sign_now(&mut story);
    story.later(HOUR_MS).on_order(Fact::Remark);
    story.on_order(Fact::Returned);
    story.say(Fact::Reported(Report::default()));
    assert_eq!(codes(&story), Vec::<&str>::new());
}

#[test]
fn a_ruling_settles_what_it_names_until_another_statement_joins() {
    let mut story = repair();
    story.on_order(Fact::Completed);
    story.by(DIRECTOR).on_order(Fact::Completed);
    let conflict = found(&story)[0].id;
    story.say(Fact::Settled(Ruling { conflict }));
    assert!(!found(&story)[0].is_open());
    story.by(DESK).on_order(Fact::Completed);
    let again = found(&story);
    assert!(again[0].is_open() && again[0].id != conflict, "{again:?}");
}

#[test]
fn every_contradiction_names_both_sides_with_who_said_them_and_who_can_settle_it() {
    let mut story = repair();
    story.on_order(Fact::Completed);
    story.by(DIRECTOR).on_order(Fact::Completed);
    let one = &found(&story)[0];
    assert_eq!(one.sides.iter().map(|side| side.by).collect::<Vec<_>>(), [DESK, DIRECTOR]);
    assert_eq!(one.order, Some(ORDER));
    for code in ContradictionCode::ALL {
        assert!(code.settled_by().contains(&Role::Manager), "{}: somebody always can", code.as_str());
    }
}

#[test]
fn the_person_concerned_may_be_any_of_two_that_were_named_in_parallel() {
    let mut story = repair();
    story.case.about = Register::new(vec![DIRECTOR, TECHNICIAN]);
    story.by(TECHNICIAN).say(Fact::Investigated);
    assert_eq!(codes(&story), ["handled_by_person_concerned"]);
}
