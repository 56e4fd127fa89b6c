//! What commands ask for, and that they write nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use crate::clock::Timestamp;
use crate::document::{ActorBytes, Document, DocumentKind, ParsedChange, scan, seed_hash};
use crate::ids::{
    AreaId, CheckId, CheckpointId, CommandId, ConflictId, DocumentId, EntryId, OrderId, PersonId, PhotoHash,
    PhotoId, RouteId, SettlementId, SheetId, SignOffId, SiteId,
};
use crate::model::fact::{
    Approval, Arrival, Attempt, Charge, Checklist, ChecklistStep, Deadline, Dispatch, Escalation, Found,
    Handover, Link, Part, Plan, PlannedChange, Promise, Rate, Receipt, Review, Ruling, SettlementConsent,
    SettlementDraft, SettlementPayment, Sheet, SheetReply, SheetSending, SheetSignature, Tick, Verification,
    Wait, Walk,
};
use crate::model::{
    Answer, Ask, CheckPhoto, Checkpoint, Item, ItemAnswer, NewCheck, NewRound, PlannedCheckpoint, Reading,
    RoundKind, RoundPlan, Route, SkipReason,
};
use crate::model::{
    Area, Author, CaseKind, Channel, Classification, ContactDetails, Department, Documents, EntryKind, Fact,
    Fen, Level, Liability, LinkRelation, Nature, NewCase, NewEntry, NewOrder, NewPhoto, NewSignOff,
    OrderKind, OrderSorting, Party, PartyKind, PhotoRole, Place, Preview, SignOffOutcome, SignOffSubject,
    SitePerson, Urgency, Verifier, WaitFor, Way, Window, Written,
};

const CASE: DocumentId = DocumentId::from_bytes([0x11; 16]);
const SITE: SiteId = SiteId::from_bytes([0x22; 16]);
const ORDER: OrderId = OrderId::from_bytes([0x33; 16]);
const SHEET: SheetId = SheetId::from_bytes([0x44; 16]);
const DEAL: SettlementId = SettlementId::from_bytes([0x55; 16]);
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn person(n: u8) -> PersonId {
    PersonId::from_bytes([n; 16])
}

fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

fn create() -> Command {
    let new = NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site: SITE,
        place: Place { building: Some("3".into()), ..Place::default() },
        description: "地库漏水 🚰".into(),
        subject: "equipment/pipe".into(),
        urgency: Urgency::Urgent,
        reported_at: Some(NOW),
        external_number: Some("12345-1".into()),
        about: Some(person(7)),
        anonymous: Some(true),
        confidential: Some(false),
    };
    Command::CreateCase { case: CASE, received: entry(1), new }
}

fn sorting() -> OrderSorting {
    OrderSorting {
        department: Some(Department::Environment),
        kind: Some(OrderKind::Major),
        liability: Some(Liability::Warranty),
        party: Some(Party { kind: PartyKind::Contractor, name: "建工".into() }),
        appointment: Some(Window { from: NOW, to: NOW.plus_millis(3_600_000) }),
    }
}

fn small() -> Option<Preview> {
    Some(Preview { hash: PhotoHash::of(b"small"), size: 5 })
}

fn sign_off(n: u8, subject: SignOffSubject, outcome: SignOffOutcome) -> Command {
    let new = NewSignOff {
        subject,
        outcome,
        shown: "报事 Case".into(),
        renderer: 1,
        signer: "孙丽华".into(),
        relation: "owner".into(),
        strokes: Some((PhotoHash::of(b"stroke"), 6)),
        settlement: Some(DEAL),
    };
    Command::SignOff { case: CASE, order: Some(ORDER), sign_off: SignOffId::from_bytes([n; 16]), new }
}

/// One of each command, each of which writes everything it can.
fn commands() -> Vec<Command> {
    let order = NewOrder {
        dispatch: Dispatch { by_phone: Some(true), party: None },
        sorting: sorting(),
        rework_of: None,
        note: "急".into(),
    };
    let dispatch = |order, dispatched, new| Command::Dispatch {
        case: CASE,
        order,
        dispatched,
        department: Department::Engineering,
        assignee: Some(person(5)),
        new: Some(new),
    };
    let details = ContactDetails {
        name: Some("孙丽华".into()),
        phone: Some("010".into()),
        address: Some("3-1-502".into()),
        words: Some((String::new(), "快来".into())),
    };
    let again = OrderId::from_bytes([0x34; 16]);
    let to = Classification {
        kind: Some(CaseKind::Complaint),
        urgency: Some(Urgency::General),
        nature: Some(Nature::Valid),
        subject: Some("service".into()),
        place: Some(Place::default()),
        about: Some(person(8)),
        anonymous: Some(false),
        confidential: Some(true),
    };
    let sort = OrderSorting {
        department: Some(Department::Security),
        kind: Some(OrderKind::Minor),
        liability: Some(Liability::Owner),
        party: Some(Party { kind: PartyKind::Developer, name: "地产".into() }),
        appointment: Some(Window { from: NOW, to: NOW.plus_millis(60_000) }),
    };
    let photo = NewPhoto {
        hash: PhotoHash::of(b"p"),
        size: 1,
        role: PhotoRole::Before,
        caption: "漏".into(),
        preview: small(),
    };
    let listed = SitePerson {
        person: person(5),
        name: "李明".into(),
        role: Role::Technician,
        department: Some(Department::Engineering),
    };
    let area = Area { name: "东".into(), buildings: vec!["3".into()], housekeeper: Some(person(9)) };
    let base = "地库漏水 🚰".to_owned();
    vec![
        create(),
        Command::Classify { case: CASE, to },
        Command::Describe { case: CASE, base, result: "三号地库漏水 🚒".into() },
        dispatch(ORDER, entry(2), order.clone()),
        dispatch(again, entry(3), NewOrder { rework_of: Some(ORDER), ..order }),
        Command::Assign { case: CASE, order: ORDER, assignee: person(6) },
        Command::TakeOrder { case: CASE, order: ORDER, accepted: entry(4) },
        Command::SortOrder { case: CASE, order: ORDER, to: sort },
        Command::AddPhoto { case: CASE, photo: PhotoId::from_bytes([1; 16]), new: photo },
        sign_off(1, SignOffSubject::Completion, SignOffOutcome::Signed),
        sign_off(2, SignOffSubject::Charge, SignOffOutcome::Absent),
        sign_off(3, SignOffSubject::Settlement, SignOffOutcome::Signed),
        Command::WriteContact { case: CASE, details },
        Command::NameSite { site: SITE, name: "锦绣花园".into() },
        Command::PutPerson { site: SITE, person: listed.clone() },
        Command::PutPerson { site: SITE, person: SitePerson { role: Role::Guard, ..listed } },
        Command::WritePolicy { site: SITE, text: "[clocks]".into() },
        Command::PutArea { site: SITE, area: AreaId::from_bytes([1; 16]), new: area },
    ]
    .into_iter()
    .chain(rounds())
    .collect()
}

/// A point, a route, and a round over it that finds something.
fn rounds() -> Vec<Command> {
    let (point, route) = (CheckpointId::from_bytes([1; 16]), RouteId::from_bytes([1; 16]));
    let round = DocumentId::from_bytes([0x77; 16]);
    let checkpoint = Checkpoint {
        name: "水泵房".into(),
        place: Place::default(),
        code: "PUMP".into(),
        items: vec![Item { id: "a".into(), title: "压力".into(), ask: Ask::Condition }],
    };
    let checkpoints = vec![PlannedCheckpoint { id: point, checkpoint: checkpoint.clone() }];
    let plan = RoundPlan { name: "夜巡".into(), checkpoints, ..RoundPlan::default() };
    let kind = RoundKind::GuardRound;
    let new_route =
        Route { name: "夜巡".into(), kind, checkpoints: vec![point], schedule: None, pace_ms_min: None };
    let start = NewRound { site: SITE, kind, route: Some(route), case: Some(CASE), plan };
    let picture = |of: &[u8]| {
        let hash = PhotoHash::of(of);
        let photo =
            NewPhoto { hash, size: 1, role: PhotoRole::Evidence, caption: "现场".into(), preview: small() };
        CheckPhoto { id: PhotoId::from_bytes([of[0]; 16]), photo }
    };
    let found = NewCheck {
        checkpoint: point,
        reading: Reading::Qr { code: "PUMP".into(), photo: PhotoHash::of(b"1") },
        answers: vec![ItemAnswer { item: "a".into(), answer: Answer::Abnormal }],
        note: "渗水".into(),
        photos: vec![picture(b"1"), picture(b"2")],
    };
    let passed = NewCheck {
        reading: Reading::Skipped { reason: SkipReason::Locked },
        answers: Vec::new(),
        photos: Vec::new(),
        ..found.clone()
    };
    let Command::CreateCase { new: create, .. } = create() else { panic!("a case") };
    let check = |n| CheckId::from_bytes([n; 16]);
    vec![
        Command::PutCheckpoint { site: SITE, checkpoint: point, new: checkpoint },
        Command::PutRoute { site: SITE, route, new: new_route },
        Command::StartRound { round, started: entry(0x51), new: start },
        Command::Check { round, check: check(1), new: passed },
        Command::ReportAbnormal {
            round,
            check: check(2),
            new: found,
            case: DocumentId::from_bytes([0x78; 16]),
            received: entry(0x52),
            found: entry(0x53),
            create,
        },
        Command::AddRoundPhoto {
            round,
            photo: PhotoId::from_bytes([0x54; 16]),
            check: Some(check(1)),
            new: picture(b"3").photo,
        },
        Command::FinishRound { round, finished: entry(0x55), case: Some(CASE), note: "回到岗亭".into() },
    ]
}

/// A fact of each kind that people state.
#[allow(clippy::wildcard_enum_match_arm, reason = "what needs details and has none here stops the test")]
fn fact(kind: EntryKind) -> Option<Fact> {
    let sum = Fen(100);
    let level = Level::SiteDirector;
    let round = DocumentId::from_bytes([0x66; 16]);
    let step = ChecklistStep { id: "one".into(), zh: "一".into(), en: "one".into(), due: None };
    Some(match kind {
        // Stated by commands of their own, or by nobody.
        EntryKind::Received | EntryKind::Dispatched | EntryKind::Assigned | EntryKind::Unknown => {
            return None;
        }
        EntryKind::Waiting => Fact::Waiting(Wait { reason: WaitFor::Part, expected: None, attempt: None }),
        EntryKind::Arrived => Fact::Arrived(Arrival::default()),
        EntryKind::PartUsed => {
            Fact::PartUsed(Part {
                name: "阀".into(), quantity_milli: 1_000, unit: "个".into(), price: None
            })
        }
        EntryKind::PlanWritten => Fact::PlanWritten(Plan { finish_by: NOW }),
        EntryKind::PlanApproved => Fact::PlanApproved(Approval { level }),
        EntryKind::Verified => Fact::Verified(Verification { by: Verifier::Owner }),
        EntryKind::RateTold => Fact::RateTold(Rate { price: sum, unit: "次".into() }),
        EntryKind::Quoted => Fact::Quoted(Charge { sum, what: "阀".into() }),
        EntryKind::Charged => Fact::Charged(Charge { sum, what: "阀".into() }),
        EntryKind::Receipted => Fact::Receipted(Receipt { number: "1".into(), sum }),
        EntryKind::Promised => Fact::Promised(Promise { until: NOW, consent: None }),
        EntryKind::Attempted => Fact::Attempted(Attempt { way: Way::Phone }),
        EntryKind::DeadlineSet => Fact::DeadlineSet(Deadline { authority: "12345".into(), until: NOW }),
        EntryKind::Escalated => Fact::Escalated(Escalation { to: level }),
        EntryKind::HandedOver => Fact::HandedOver(Handover { to: person(9) }),
        EntryKind::Linked => Fact::Linked(Link { case: round, relation: LinkRelation::Related }),
        EntryKind::Found => Fact::Found(Found { round, checkpoint: CheckpointId::from_bytes([1; 16]) }),
        EntryKind::Walked => Fact::Walked(Walk { round }),
        EntryKind::ChangePlanned => Fact::ChangePlanned(PlannedChange { from: NOW }),
        EntryKind::SheetWritten => Fact::SheetWritten(Sheet {
            sheet: SHEET,
            party: PartyKind::Developer,
            party_name: "地产".into(),
            reply_by: None,
        }),
        EntryKind::SheetSigned => Fact::SheetSigned(SheetSignature { sheet: SHEET, level }),
        EntryKind::SheetSent => Fact::SheetSent(SheetSending { sheet: SHEET }),
        EntryKind::SheetReplied => Fact::SheetReplied(SheetReply { sheet: SHEET, agrees: true }),
        EntryKind::SettlementDrafted => {
            Fact::SettlementDrafted(SettlementDraft { settlement: DEAL, sum, level })
        }
        EntryKind::SettlementConsented => {
            Fact::SettlementConsented(SettlementConsent { settlement: DEAL, level, sheet: None })
        }
        EntryKind::SettlementPaid => Fact::SettlementPaid(SettlementPayment { settlement: DEAL, sum }),
        EntryKind::PlaybookChosen => {
            Fact::PlaybookChosen(Checklist { playbook: "lift".into(), from: NOW, steps: vec![step] })
        }
        EntryKind::StepDone => Fact::StepDone(Tick { checklist: entry(1), step: "one".into() }),
        EntryKind::Settled => Fact::Settled(Ruling { conflict: ConflictId::from_bytes([7; 16]) }),
        EntryKind::Reviewed => Fact::Reviewed(Review { keep: Some("快".into()), ..Review::default() }),
        other => Fact::plain(other).unwrap(),
    })
}

fn record(n: u8, order: Option<OrderId>, fact: Fact) -> Command {
    Command::Record { case: CASE, order, entry: entry(n), new: NewEntry::now(fact, "备注") }
}

/// Documents in memory, and what was in them before each command.
#[derive(Default)]
struct Desk(BTreeMap<DocumentId, Document>);

impl Documents for Desk {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let document = self.0.entry(id).or_insert_with(|| Document::new(kind).unwrap());
        Ok((document, ActorBytes::from_bytes([9; 16])))
    }
}

impl Desk {
    /// Carries out a command and reads back, from the bytes alone, what it wrote.
    fn writes(&mut self, n: u8, command: &Command) -> BTreeSet<(Path, Action)> {
        let author = Author {
            command: CommandId::from_bytes([n; 16]),
            person: person(1),
            claimed_at: NOW,
            corrected_at: NOW.plus_millis(900_000),
            stamp_wall: NOW,
        };
        let before = self.0.clone();
        let written: Vec<Written> = command.execute(&author, self).unwrap();
        assert!(!written.is_empty(), "{command:?} writes nothing");
        let classified = written.iter().flat_map(|one| {
            let blank = Document::new(one.kind).unwrap();
            let document = before.get(&one.document).unwrap_or(&blank);
            let parsed = ParsedChange::of(&one.change.bytes, scan(&one.change.bytes).unwrap()).unwrap();
            let writes = document.written(&parsed).unwrap();
            let starts = parsed.scanned().deps == [seed_hash(one.kind)];
            classify(one.kind, starts, &writes).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"))
        });
        classified.collect()
    }
}

#[test]
fn a_command_asks_for_just_what_its_change_then_writes() {
    let mut desk = Desk::default();
    let facts = EntryKind::ALL.iter().filter_map(|kind| fact(*kind));
    let about_order = facts.clone().zip(100..).map(|(fact, n)| record(n, Some(ORDER), fact));
    let about_case = facts.zip(180..).map(|(fact, n)| record(n, None, fact));
    for (command, n) in commands().into_iter().chain(about_order).chain(about_case).zip(1..) {
        let mut asked: BTreeSet<_> = asks(&command).into_iter().collect();
        let written = desk.writes(n, &command);
        if !written.contains(&(Path::ContactStart, Action::Add)) {
            // The contact document says already whose it is.
            asked.remove(&(Path::ContactStart, Action::Add));
        }
        assert_eq!(written, asked, "{command:?}");
    }
}

#[test]
fn a_field_settled_between_two_who_set_it_apart_is_one_ordinary_write() {
    let mut desk = Desk::default();
    desk.writes(1, &create());
    let set = |urgency| Command::Classify {
        case: CASE,
        to: Classification { urgency: Some(urgency), ..Classification::default() },
    };
    let mut apart = desk.0.clone();
    desk.writes(2, &set(Urgency::General));
    let mut other = Desk(std::mem::take(&mut apart));
    let note = Author {
        command: CommandId::from_bytes([3; 16]),
        person: person(2),
        claimed_at: NOW,
        corrected_at: NOW,
        stamp_wall: NOW,
    };
    struct As<'a>(&'a mut Desk, u8);
    impl Documents for As<'_> {
        fn open(
            &mut self,
            id: DocumentId,
            kind: DocumentKind,
            create: bool,
        ) -> Result<(&mut Document, ActorBytes), Refusal> {
            Ok((self.0.open(id, kind, create)?.0, ActorBytes::from_bytes([self.1; 16])))
        }
    }
    set(Urgency::Important).execute(&note, &mut As(&mut other, 8)).unwrap();
    let (ours, theirs) = (desk.0.get_mut(&CASE).unwrap(), other.0.get_mut(&CASE).unwrap());
    ours.merge(theirs).unwrap();
    for (urgency, n) in [(Urgency::Important, 4), (Urgency::General, 5)] {
        let mut merged = Desk(desk.0.clone());
        let expected = BTreeSet::from([(Path::Case(CaseField::Urgency), Action::Set)]);
        assert_eq!(merged.writes(n, &set(urgency)), expected);
    }
}

#[test]
fn a_no_says_who_what_and_who_may() {
    let close = record(9, None, Fact::Closed);
    let refused = may_give(&[Role::Guard, Role::Technician], &close).unwrap_err();
    assert_eq!(refused.code, ErrorCode::CommandNotPermitted);
    assert_eq!(
        refused.message,
        "guard and technician may not add entry/closed; reception, site_director or manager may"
    );
    // Closing an order is another matter, and a second role may do what the first may not.
    assert!(may_give(&[Role::Supervisor], &close).is_err());
    assert!(may_give(&[Role::Supervisor], &record(9, Some(ORDER), Fact::Closed)).is_ok());
    assert!(may_give(&[Role::Guard, Role::Reception], &close).is_ok());
    let refused = may_give(&[], &close).unwrap_err();
    assert!(refused.message.starts_with("somebody without a role here may not add"), "{refused}");
}

#[test]
fn whoever_signs_for_another_level_hears_it() {
    let sign = |level| record(9, None, Fact::SheetSigned(SheetSignature { sheet: SHEET, level }));
    assert!(may_give(&[Role::SiteDirector], &sign(Level::SiteDirector)).is_ok());
    let refused = may_give(&[Role::SiteDirector], &sign(Level::GeneralManager)).unwrap_err();
    assert_eq!(refused.message, "site_director may not add signed_as/general_manager; manager may");
    assert!(
        may_give(&[Role::Reception], &sign(Level::Desk)).is_err(),
        "the desk writes sheets and signs none"
    );
}
