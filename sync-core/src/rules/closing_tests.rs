use super::*;
use crate::ids::{DocumentId, SettlementId, SheetId};
use crate::model::fact::{
    Attempt, Charge, Dispatch, Link, Rate, Receipt, Report, SettlementDraft, SettlementPayment, Sheet,
    SheetSending, Visit,
};
use crate::model::{Fen, Level, PartyKind, SignOffOutcome, SignOffSubject, Way};
use crate::rules::sample::{ORDER, Story, set};
use ObstacleCode as O;

fn told() -> Fact {
    Fact::Reported(Report { way: Some(Way::Phone), denies_fault: None })
}

fn visited(satisfaction: Option<u8>, accepts: Option<bool>) -> Fact {
    Fact::Visited(Visit { way: Some(Way::Phone), satisfaction, accepts })
}

fn obstacles(story: &Story) -> Vec<ObstacleCode> {
    closing_obstacles(&story.case, &Authority::default()).iter().map(|obstacle| obstacle.code).collect()
}

fn closing(story: &Story, role: Role) -> Result<Closing, ErrorCode> {
    may_close(&story.case, Policy::built_in(), &[role]).map_err(|refusal| refusal.code)
}

#[test]
fn a_complaint_closes_when_the_owner_was_told_visited_asked_and_is_content() {
    let table: [(&[Fact], &[ObstacleCode]); 11] = [
        (&[], &[O::ResultNotTold, O::VisitMissing]),
        (&[told()], &[O::VisitMissing]),
        (&[told(), visited(None, None)], &[O::SatisfactionMissing]),
        (&[told(), visited(None, Some(true))], &[O::SatisfactionMissing]),
        (&[told(), visited(Some(2), None)], &[O::NotSatisfied]),
        (&[told(), visited(Some(3), None)], &[]),
        (&[told(), visited(Some(2), Some(true))], &[]),
        (&[told(), visited(Some(5), Some(false))], &[O::NotSatisfied]),
        // The last answer counts.
        (&[told(), visited(Some(1), None), visited(Some(4), None)], &[]),
        (&[told(), visited(Some(4), None), visited(None, None)], &[]),
        (&[told(), visited(Some(4), None), Fact::Reopened], &[O::ResultNotTold, O::VisitMissing]),
    ];
    for (facts, expected) in table {
        let mut story = Story::new(CaseKind::Complaint);
        story.say(Fact::SuperiorTold);
        for fact in facts {
            story.say(fact.clone());
        }
        assert_eq!(obstacles(&story), expected, "{facts:?}");
    }
}

#[test]
fn who_raised_it_and_how_decides_what_the_owner_is_owed() {
    let mut anonymous = Story::new(CaseKind::Complaint);
    anonymous.case.anonymous = set(true);
    assert_eq!(obstacles(&anonymous), [O::ResultNotTold]);
    let mut found = Story::new(CaseKind::Repair);
    found.case.channel = set(Channel::Patrol);
    assert_eq!(obstacles(&found), []);
    let mut repair = Story::new(CaseKind::Repair);
    assert_eq!(obstacles(&repair), [O::ResultNotTold]);
    repair.say(visited(Some(1), None));
    assert_eq!(obstacles(&repair), [O::ResultNotTold, O::NotSatisfied]);
    let relation = LinkRelation::Duplicate;
    repair.say(Fact::Linked(Link { case: DocumentId::from_bytes([9; 16]), relation }));
    assert_eq!(obstacles(&repair), []);
}

#[test]
fn what_was_settled_on_the_spot_closes_after_the_superior_was_told() {
    let mut story = Story::new(CaseKind::Complaint);
    story.say(told());
    story.say(visited(Some(5), None));
    assert_eq!(obstacles(&story), [O::SuperiorNotTold]);
    story.say(Fact::SuperiorTold);
    assert_eq!(obstacles(&story), []);
}

#[test]
fn work_comes_before_closing_and_a_phoned_order_is_written_up() {
    let mut story = Story::new(CaseKind::Repair);
    story.on_order(Fact::Dispatched(Dispatch { by_phone: Some(true), party: None }));
    story.say(told());
    assert_eq!(obstacles(&story), [O::OrderOpen, O::WriteUpOwed]);
    story.on_order(Fact::Completed);
    assert_eq!(obstacles(&story), [O::WriteUpOwed]);
    story.on_order(Fact::WrittenUp);
    assert_eq!(obstacles(&story), []);
}

#[test]
fn money_wants_its_receipt_before_closing() {
    let mut story = Story::new(CaseKind::Repair);
    story.say(told());
    story.on_order(Fact::RateTold(Rate { price: Fen(100), unit: "次".into() }));
    story.on_order(Fact::Charged(Charge { sum: Fen(100), what: "上门费".into() }));
    story.on_order(Fact::Completed);
    let paper = |sum| Fact::Receipted(Receipt { number: "7".into(), sum: Fen(sum) });
    assert_eq!(obstacles(&story), [O::ReceiptOwed]);
    story.on_order(paper(60));
    assert_eq!(obstacles(&story), [O::ReceiptOwed]);
    story.on_order(paper(40));
    assert_eq!(obstacles(&story), []);
}

#[test]
fn a_warranty_repair_wants_its_sheet_sent_before_closing() {
    let mut story = Story::new(CaseKind::Repair);
    story.say(told());
    story.on_order(Fact::Completed);
    story.case.orders[0].liability = set(Liability::Warranty);
    assert_eq!(obstacles(&story), [O::SheetOwed]);
    let sheet = SheetId::from_bytes([5; 16]);
    let party_name = "恒业".to_owned();
    story.on_order(Fact::SheetWritten(Sheet {
        sheet,
        party: PartyKind::Developer,
        party_name,
        reply_by: None,
    }));
    assert_eq!(obstacles(&story), [O::SheetOwed]);
    story.on_order(Fact::SheetSent(SheetSending { sheet }));
    assert_eq!(obstacles(&story), []);
    assert_eq!(story.case.orders[0].id, ORDER);
}

#[test]
fn a_settlement_is_paid_or_refused_before_closing() {
    let mut story = Story::new(CaseKind::Repair);
    story.say(told());
    let settlement = SettlementId::from_bytes([6; 16]);
    let sum = Fen(10_000);
    story.say(Fact::SettlementDrafted(SettlementDraft { settlement, sum, level: Level::SiteDirector }));
    assert_eq!(obstacles(&story), [O::SettlementOpen]);
    let mut refused = story.clone();
    refused.sign(SignOffSubject::Settlement, SignOffOutcome::Refused, Some(settlement));
    assert_eq!(obstacles(&refused), []);
    story.sign(SignOffSubject::Settlement, SignOffOutcome::Signed, Some(settlement));
    assert_eq!(obstacles(&story), [O::SettlementOpen]);
    story.say(Fact::SettlementPaid(SettlementPayment { settlement, sum }));
    assert_eq!(obstacles(&story), []);
}

#[test]
fn closing_without_the_owner_takes_three_attempts_and_a_site_director() {
    let attempt = || Fact::Attempted(Attempt { way: Way::Phone });
    let mut story = Story::new(CaseKind::Complaint);
    story.say(Fact::SuperiorTold);
    for expected in 0..3 {
        assert_eq!(closing_attempts(&story.case), expected);
        assert_eq!(closing(&story, Role::SiteDirector), Err(ErrorCode::CloseNotReady));
        story.say(attempt());
    }
    for &role in Role::ALL {
        let may = matches!(role, Role::SiteDirector | Role::Manager);
        let expected = if may { Ok(Closing::WithoutOwner) } else { Err(ErrorCode::CloseNotReady) };
        assert_eq!(closing(&story, role), expected, "{role}");
    }
    // Work that is not done is done, whoever signs.
    let mut with_work = story.clone();
    with_work.case.orders.push(crate::model::Order::new(ORDER));
    assert_eq!(closing(&with_work, Role::SiteDirector), Err(ErrorCode::CloseNotReady));
    // Attempts of the last round do not count for this one.
    story.say(Fact::Closed);
    story.say(Fact::Reopened);
    assert_eq!(closing_attempts(&story.case), 0);
}

#[test]
fn nothing_in_the_way_closes_for_anybody_and_a_refusal_says_everything_that_is() {
    let mut story = Story::new(CaseKind::Inquiry);
    let refusal = may_close(&story.case, Policy::built_in(), &[Role::Reception]);
    assert!(refusal.is_err_and(|refusal| refusal.message.contains("not told the result")));
    story.say(told());
    assert_eq!(closing(&story, Role::Reception), Ok(Closing::Regular));
}
