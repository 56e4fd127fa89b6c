#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::clock::Timestamp;
use crate::error::ErrorCode;
use crate::ids::{CheckpointId, ConflictId, DocumentId, EntryId, PersonId, SettlementId, SheetId};
use crate::limits::{NOTE_CHARS_MAX, TYPED_AHEAD_MS_MAX};
use crate::model::money::Fen;
use crate::model::words::{Level, LinkRelation, PartyKind, Verifier, WaitFor, Way};

/// 2026-11-21T00:00:00Z
const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);
const PERSON: PersonId = PersonId::from_bytes([1; 16]);
const ENTRY: EntryId = EntryId::from_bytes([2; 16]);
const CASE: DocumentId = DocumentId::from_bytes([3; 16]);
const SHEET: SheetId = SheetId::from_bytes([4; 16]);
const SETTLEMENT: SettlementId = SettlementId::from_bytes([5; 16]);
const POINT: CheckpointId = CheckpointId::from_bytes([6; 16]);

/// One fact of every kind, with as much said beside it as fits.
pub(crate) fn one_of_each() -> Vec<Fact> {
    let step =
        |id: &str| ChecklistStep { id: id.into(), zh: "安抚".into(), en: "calm".into(), due: Some(NOW) };
    vec![
        Fact::Received,
        Fact::Dispatched(Dispatch { by_phone: Some(true), party: Some(PartyKind::Maintenance) }),
        Fact::Assigned(Assignment { to: PERSON }),
        Fact::Accepted,
        Fact::GivenBack,
        Fact::Chased,
        Fact::Appointed(Appointment { from: Some(NOW), to: Some(NOW.plus_millis(3_600_000)) }),
        Fact::Arrived(Arrival {
            scan: Some(Scan { checkpoint: POINT, means: ScanMeans::Qr }),
            position: Some(Position {
                latitude_e7: 311_234_567,
                longitude_e7: 1_214_567_890,
                accuracy_m: 12,
            }),
        }),
        Fact::NobodyHome,
        Fact::Inspected,
        Fact::Diagnosed,
        Fact::TemporaryMeasure,
        Fact::Waiting(Wait { reason: WaitFor::Owner, expected: Some(NOW), attempt: Some(ENTRY) }),
        Fact::Suspended,
        Fact::Resumed,
        Fact::PartUsed(Part {
            name: "阀门".into(),
            quantity_milli: 1_500,
            unit: "个".into(),
            price: Some(Fen(80)),
        }),
        Fact::PlanWritten(Plan { finish_by: NOW }),
        Fact::PlanApproved(Approval { level: Level::EngineeringManager }),
        Fact::Progressed(DailyProgress { unchanged: Some(true), expected: Some(NOW) }),
        Fact::Completed,
        Fact::WrittenUp,
        Fact::Verified(Verification { by: Verifier::Housekeeper }),
        Fact::Returned,
        Fact::RateTold(Rate { price: Fen(5_000), unit: "次".into() }),
        Fact::Quoted(Charge { sum: Fen(12_000), what: "换阀门".into() }),
        Fact::Charged(Charge { sum: Fen(12_000), what: "换阀门".into() }),
        Fact::Receipted(Receipt { number: "0033".into(), sum: Fen(12_000) }),
        Fact::Investigated,
        Fact::DenialConfirmed,
        Fact::PlanTold(Report { way: Some(Way::Wechat), denies_fault: None }),
        Fact::ProgressTold(Progress { way: Some(Way::Phone), expected: Some(NOW), next: Some(NOW) }),
        Fact::Promised(Promise { until: NOW, consent: Some(Way::Phone) }),
        Fact::Attempted(Attempt { way: Way::Phone }),
        Fact::DeadlineSet(Deadline { authority: "12345".into(), until: NOW }),
        Fact::Escalated(Escalation { to: Level::SiteDirector }),
        Fact::SuperiorTold,
        Fact::HandedOver(Handover { to: PERSON }),
        Fact::Linked(Link { case: CASE, relation: LinkRelation::SecondComplaint }),
        Fact::Found(Found { round: CASE, checkpoint: POINT }),
        Fact::WalkOrdered(WalkOrder { route: None }),
        Fact::Walked(Walk { round: CASE }),
        Fact::NoticeGiven,
        Fact::ChangePlanned(PlannedChange { from: NOW }),
        Fact::PaperReceived,
        Fact::HazardCoordinated,
        Fact::SheetWritten(Sheet {
            sheet: SHEET,
            party: PartyKind::Developer,
            party_name: "开发商".into(),
            reply_by: Some(NOW),
        }),
        Fact::SheetSigned(SheetSignature { sheet: SHEET, level: Level::GeneralManager }),
        Fact::SheetSent(SheetSending { sheet: SHEET }),
        Fact::SheetReplied(SheetReply { sheet: SHEET, agrees: true }),
        Fact::SettlementDrafted(SettlementDraft {
            settlement: SETTLEMENT,
            sum: Fen(80_000),
            level: Level::SiteDirector,
        }),
        Fact::SettlementConsented(SettlementConsent {
            settlement: SETTLEMENT,
            level: Level::Developer,
            sheet: Some(SHEET),
        }),
        Fact::SettlementPaid(SettlementPayment { settlement: SETTLEMENT, sum: Fen(80_000) }),
        Fact::PlaybookChosen(Checklist {
            playbook: "lift/trapped".into(),
            from: NOW,
            steps: vec![step("a"), step("b")],
        }),
        Fact::StepDone(Tick { checklist: ENTRY, step: "a".into() }),
        Fact::Settled(Ruling { conflict: ConflictId::from_bytes([7; 16]) }),
        Fact::Reported(Report { way: Some(Way::Phone), denies_fault: Some(true) }),
        Fact::ReportWritten,
        Fact::Visited(Visit { way: Some(Way::InPerson), satisfaction: Some(5), accepts: Some(true) }),
        Fact::Closed,
        Fact::Reviewed(Review {
            keep: Some("快".into()),
            problem: Some("件缺".into()),
            attempt: Some("备件".into()),
        }),
        Fact::Reopened,
        Fact::Remark,
        Fact::Unknown,
    ]
}

#[test]
fn every_kind_of_fact_reads_back_exactly_as_it_was_stated() {
    let facts = one_of_each();
    let kinds: Vec<_> = facts.iter().map(Fact::kind).collect();
    assert_eq!(kinds, EntryKind::ALL);
    for fact in facts {
        assert_eq!(Fact::read(fact.kind(), fact.details().as_deref()), Some(fact));
    }
}

#[test]
fn details_cut_short_or_mixed_up_read_as_nothing_and_never_as_something_else() {
    for fact in one_of_each() {
        let Some(details) = fact.details() else { continue };
        for length in 0..details.len() {
            assert_ne!(Fact::read(fact.kind(), Some(&details[..length])), Some(fact.clone()), "{fact:?}");
        }
    }
}

#[test]
fn what_has_a_command_of_its_own_is_not_stated_by_itself() {
    for fact in one_of_each() {
        let own = matches!(
            fact.kind(),
            EntryKind::Received | EntryKind::Dispatched | EntryKind::Assigned | EntryKind::Unknown
        );
        assert_eq!(fact.check(NOW).is_err(), own, "{fact:?}");
    }
}

#[test]
fn every_field_has_a_bound_and_says_so() {
    let long = "长".repeat(NOTE_CHARS_MAX + 1);
    let old = Timestamp::from_millis(946_684_799_999);
    let far = NOW.plus_millis(TYPED_AHEAD_MS_MAX + 1);
    let part = |name: &str, quantity_milli| {
        Fact::PartUsed(Part { name: name.into(), quantity_milli, unit: "个".into(), price: None })
    };
    let visit = |satisfaction| Fact::Visited(Visit { satisfaction: Some(satisfaction), ..Visit::default() });
    let promise = |until| Fact::Promised(Promise { until, consent: None });
    let at = |latitude_e7| {
        let position = Position { latitude_e7, longitude_e7: 0, accuracy_m: 1 };
        Fact::Arrived(Arrival { scan: None, position: Some(position) })
    };
    let steps = |count: usize| {
        let step =
            |place| ChecklistStep { id: format!("s{place}"), zh: "一".into(), en: "a".into(), due: None };
        Fact::PlaybookChosen(Checklist {
            playbook: "x".into(),
            from: NOW,
            steps: (0..count).map(step).collect(),
        })
    };
    let table = [
        (visit(0), ErrorCode::ValueOutOfRange),
        (visit(7), ErrorCode::ValueOutOfRange),
        (promise(old), ErrorCode::ValueOutOfRange),
        (promise(far), ErrorCode::ValueOutOfRange),
        (part("", 1_000), ErrorCode::FieldMissing),
        (part("阀门", 0), ErrorCode::ValueOutOfRange),
        (part("阀\u{7}门", 1_000), ErrorCode::TextInvalid),
        (part(&long, 1_000), ErrorCode::TextTooLong),
        (at(900_000_001), ErrorCode::ValueOutOfRange),
        (Fact::Charged(Charge { sum: Fen(u64::MAX), what: "x".into() }), ErrorCode::ValueOutOfRange),
        (Fact::Charged(Charge { sum: Fen(1), what: " ".into() }), ErrorCode::FieldMissing),
        (Fact::Receipted(Receipt { number: String::new(), sum: Fen(1) }), ErrorCode::FieldMissing),
        (Fact::Reviewed(Review::default()), ErrorCode::FieldMissing),
        (
            Fact::Waiting(Wait { reason: WaitFor::Owner, expected: None, attempt: None }),
            ErrorCode::FieldMissing,
        ),
        (steps(0), ErrorCode::ValueOutOfRange),
        (steps(61), ErrorCode::ValueOutOfRange),
    ];
    for (fact, code) in table {
        assert_eq!(fact.check(NOW).map_err(|refusal| refusal.code), Err(code), "{fact:?}");
    }
    assert_eq!(steps(60).check(NOW), Ok(()));
    assert_eq!(visit(1).check(NOW), Ok(()));
}

#[test]
fn every_kind_of_fact_reads_back_from_its_json() {
    for fact in one_of_each() {
        assert_eq!(Fact::from_json(fact.kind(), &fact.details_json()), Ok(fact.clone()), "{fact:?}");
    }
}

#[test]
fn times_in_json_may_have_any_offset_and_details_may_be_absent_where_nothing_must_be_said() {
    let promised = serde_json::json!({ "until": "2026-11-23T18:00:00+08:00" });
    let until = Timestamp::from_rfc3339("2026-11-23T10:00:00Z").unwrap();
    assert_eq!(
        Fact::from_json(EntryKind::Promised, &promised),
        Ok(Fact::Promised(Promise { until, consent: None }))
    );
    for kind in [EntryKind::Completed, EntryKind::Arrived, EntryKind::Visited] {
        for details in [serde_json::Value::Null, serde_json::json!({})] {
            assert_eq!(Fact::from_json(kind, &details).ok(), Fact::plain(kind), "{kind}");
        }
    }
}

#[test]
fn json_that_does_not_fit_names_the_field_and_the_reason() {
    use serde_json::json;
    let table = [
        (EntryKind::Charged, json!({ "sum": -5, "what": "x" }), ["sum", "-5"]),
        (EntryKind::Charged, json!({ "sum": 1.5, "what": "x" }), ["sum", "1.5"]),
        (EntryKind::Charged, json!({ "sum": "12", "what": "x" }), ["sum", "\"12\""]),
        (EntryKind::Charged, json!({ "sum": 12 }), ["what", "missing"]),
        (EntryKind::Charged, json!({ "sum": 12, "what": "x", "tip": 1 }), ["tip", "unknown"]),
        (EntryKind::Charged, json!([12, "x"]), ["charged", "object"]),
        (EntryKind::Visited, json!({ "satisfaction": 700 }), ["satisfaction", "700"]),
        (EntryKind::Visited, json!({ "way": "fax" }), ["way", "'fax' is not one of phone"]),
        (EntryKind::Promised, json!({ "until": "2026-11-23" }), ["until", "2026-11-23"]),
        (EntryKind::Promised, json!({ "until": null }), ["until", "null"]),
        (EntryKind::Waiting, json!({ "reason": "part", "expected": 5 }), ["expected", "5"]),
        (EntryKind::HandedOver, json!({ "to": "x" }), ["to", "UUID"]),
        (EntryKind::Completed, json!({ "sum": 1 }), ["completed", "no details"]),
        (
            EntryKind::PlaybookChosen,
            json!({ "playbook": "a", "from": "2026-11-23T18:00:00Z", "steps": [{ "id": 1 }] }),
            ["steps[0].id", "1"],
        ),
    ];
    for (kind, details, parts) in table {
        let why = Fact::from_json(kind, &details).unwrap_err();
        assert!(parts.iter().all(|part| why.contains(part)), "{why} does not say {parts:?}");
    }
}
