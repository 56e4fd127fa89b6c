#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod rounds;

use std::collections::HashMap;

use super::*;
use crate::clock::Timestamp;
use crate::document::{ActorBytes, Document, DocumentKind};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CommandId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SignOffId, SiteId};

#[derive(Clone)]
struct Desk {
    actor: ActorBytes,
    documents: HashMap<DocumentId, Document>,
    next: u8,
}

impl Documents for Desk {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        if !create && !self.documents.contains_key(&id) {
            return Err(Refusal::new(ErrorCode::DocumentUnknown, "unknown"));
        }
        let document = self.documents.entry(id).or_insert_with(|| Document::new(kind).unwrap());
        Ok((document, self.actor))
    }
}

impl Desk {
    fn new(actor: u8) -> Self {
        Self { actor: ActorBytes::from_bytes([actor; 16]), documents: HashMap::new(), next: 0 }
    }

    fn run(&mut self, command: &Command) -> Result<Vec<Written>, Refusal> {
        self.next += 1;
        let at = Timestamp::from_millis(1_700_000_000_000 + i64::from(self.next) * 1_000);
        let author = Author {
            command: CommandId::from_bytes([self.next; 16]),
            person: PersonId::from_bytes(*self.actor.as_bytes()),
            claimed_at: at,
            corrected_at: at,
            stamp_wall: at,
        };
        command.execute(&author, self)
    }

    fn case(&self) -> Case {
        Case::read(&self.documents[&CASE])
    }
}

const CASE: DocumentId = DocumentId::from_bytes([1; 16]);
const ORDER: OrderId = OrderId::from_bytes([2; 16]);

fn create() -> Command {
    Command::CreateCase {
        case: CASE,
        received: EntryId::from_bytes([3; 16]),
        new: NewCase {
            kind: CaseKind::Repair,
            channel: Channel::Phone,
            site: SiteId::from_bytes([4; 16]),
            place: Place { building: Some("3".into()), unit: Some("2".into()), room: None, spot: None },
            description: "电梯停在两层之间".into(),
            subject: "equipment/lift".into(),
            urgency: Urgency::Urgent,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        },
    }
}

fn dispatch() -> Command {
    Command::Dispatch {
        case: CASE,
        order: ORDER,
        dispatched: EntryId::from_bytes([5; 16]),
        department: Department::Engineering,
        assignee: Some(PersonId::from_bytes([6; 16])),
        new: None,
    }
}

fn record(id: u8, kind: EntryKind) -> Command {
    Command::Record {
        case: CASE,
        order: Some(ORDER),
        entry: EntryId::from_bytes([id; 16]),
        new: NewEntry::now(Fact::plain(kind).unwrap(), "已更换门机皮带"),
    }
}

fn sign(outcome: SignOffOutcome, strokes: bool) -> Command {
    Command::SignOff {
        case: CASE,
        order: Some(ORDER),
        sign_off: SignOffId::from_bytes([7; 16]),
        new: NewSignOff {
            settlement: None,
            subject: SignOffSubject::Completion,
            outcome,
            shown: "完工确认".into(),
            renderer: RENDERER,
            signer: "李女士".into(),
            relation: "owner".into(),
            strokes: strokes.then(|| (PhotoHash::of(b"strokes"), 7)),
        },
    }
}

#[test]
fn a_case_reads_back_what_its_commands_wrote() {
    let mut desk = Desk::new(9);
    let commands = [
        create(),
        dispatch(),
        record(10, EntryKind::Arrived),
        record(11, EntryKind::Completed),
        Command::AddPhoto {
            case: CASE,
            photo: PhotoId::from_bytes([8; 16]),
            new: NewPhoto {
                hash: PhotoHash::of(b"x"),
                size: 1,
                role: PhotoRole::After,
                caption: String::new(),
                preview: Some(Preview { hash: PhotoHash::of(b"small x"), size: 7 }),
            },
        },
        sign(SignOffOutcome::Signed, true),
    ];
    for command in &commands {
        assert!(!desk.run(command).unwrap().is_empty());
    }
    let case = desk.case();
    let kinds: Vec<_> = case.entries.iter().map(|entry| entry.kind()).collect();
    assert_eq!(kinds, [EntryKind::Received, EntryKind::Dispatched, EntryKind::Arrived, EntryKind::Completed]);
    assert_eq!(case.description, "电梯停在两层之间");
    assert_eq!(case.place.shown().unwrap().line(), "3 · 2");
    assert_eq!(case.orders[0].assignee.shown(), Some(&PersonId::from_bytes([6; 16])));
    assert_eq!((case.photos.len(), case.sign_offs.len()), (1, 1));
    let contact = Contact::read(&desk.documents[&DocumentId::contact_of(CASE)]);
    assert_eq!(contact.signatures[0].signer, "李女士");
    assert_eq!(contact.signatures[0].strokes, Some(PhotoHash::of(b"strokes")));
}

#[test]
fn the_name_of_a_signer_never_enters_the_case() {
    let mut desk = Desk::new(9);
    for command in [create(), dispatch(), sign(SignOffOutcome::Signed, true)] {
        desk.run(&command).unwrap();
    }
    let bytes = desk.documents[&CASE].save();
    assert!(!bytes.windows(9).any(|window| window == "李女士".as_bytes()));
}

#[test]
fn two_technicians_who_take_one_order_apart_are_both_still_there() {
    let mut left = Desk::new(20);
    left.run(&create()).unwrap();
    left.run(&dispatch()).unwrap();
    let mut right = Desk { actor: ActorBytes::from_bytes([21; 16]), ..left.clone() };
    let assign =
        |person| Command::Assign { case: CASE, order: ORDER, assignee: PersonId::from_bytes([person; 16]) };
    left.run(&assign(20)).unwrap();
    let from_right = right.run(&assign(21)).unwrap();
    left.documents.get_mut(&CASE).unwrap().apply(&from_right[0].change.bytes).unwrap();
    let case = left.case();
    assert_eq!(case.orders[0].assignee.all().len(), 2);
    let edits = case.parallel_edits(&left.documents[&CASE]);
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].field, format!("orders/{ORDER}/assignee"));
    for (value, author) in &edits[0].values {
        assert_eq!(value, &author.unwrap().person.to_string());
    }
}

#[test]
fn a_refused_command_names_the_field_and_writes_nothing() {
    let table = [
        (sign(SignOffOutcome::Signed, false), ErrorCode::FieldMissing),
        (record(12, EntryKind::Unknown), ErrorCode::ValueOutOfRange),
        (
            Command::Assign {
                case: CASE,
                order: OrderId::from_bytes([99; 16]),
                assignee: PersonId::from_bytes([1; 16]),
            },
            ErrorCode::OrderUnknown,
        ),
        (
            Command::Describe { case: CASE, base: String::new(), result: "x".repeat(20_001) },
            ErrorCode::TextTooLong,
        ),
        (
            Command::Classify {
                case: CASE,
                to: Classification { subject: Some("a\u{7}b".into()), ..Classification::default() },
            },
            ErrorCode::TextInvalid,
        ),
    ];
    let mut desk = Desk::new(9);
    desk.run(&create()).unwrap();
    desk.run(&dispatch()).unwrap();
    let before = desk.documents[&CASE].save();
    for (command, code) in table {
        assert_eq!(desk.run(&command).unwrap_err().code, code, "{command:?}");
        assert_eq!(desk.documents[&CASE].save(), before);
    }
}

#[test]
fn nobody_is_blamed_for_what_stood_in_a_text_before_they_wrote() {
    let mut desk = Desk::new(9);
    desk.run(&create()).unwrap();
    let standing = desk.case().description;
    let base = format!("{standing}\u{1b}");
    let repaired = Command::Describe { case: CASE, base: base.clone(), result: format!("{standing}！") };
    assert_eq!(desk.run(&repaired).unwrap().len(), 1);
    assert!(desk.case().description.ends_with('！'));
    let kept = Command::Describe { case: CASE, base: String::new(), result: base };
    assert_eq!(desk.run(&kept).unwrap_err().code, ErrorCode::TextInvalid);
}

#[test]
fn setting_a_field_to_what_it_already_is_makes_no_change() {
    let mut desk = Desk::new(9);
    desk.run(&create()).unwrap();
    let same = Classification { urgency: Some(Urgency::Urgent), ..Classification::default() };
    assert_eq!(desk.run(&Command::Classify { case: CASE, to: same }).unwrap(), []);
}

#[test]
fn a_command_reads_back_from_its_bytes() {
    for command in [create(), dispatch(), record(1, EntryKind::Arrived), sign(SignOffOutcome::Absent, false)]
    {
        let bytes = minicbor::to_vec(&command).unwrap();
        assert_eq!(minicbor::decode::<Command>(&bytes).unwrap(), command);
    }
}

#[test]
fn a_statement_is_the_same_on_every_phone_and_changes_with_the_facts() {
    let mut desk = Desk::new(9);
    for command in [create(), dispatch(), record(10, EntryKind::Arrived)] {
        desk.run(&command).unwrap();
    }
    let first = Statement::render(CASE, &desk.case(), Some(ORDER), SignOffSubject::Completion, None);
    assert_eq!(first, Statement::render(CASE, &desk.case(), Some(ORDER), SignOffSubject::Completion, None));
    desk.run(&record(11, EntryKind::Completed)).unwrap();
    let second = Statement::render(CASE, &desk.case(), Some(ORDER), SignOffSubject::Completion, None);
    assert_ne!(first.digest, second.digest);
    assert!(second.text.contains("已更换门机皮带"));
}
