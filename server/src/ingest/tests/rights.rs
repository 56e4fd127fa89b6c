//! Who may write what, as the server sees it: phones that checked nothing, and hands that forge.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, AutomergeError, ROOT, ReadDoc};
use roundsman_sync_core::ids::{AreaId, ChangeHash, PhotoHash, PhotoId, SignOffId};
use roundsman_sync_core::model::fact::{Escalation, SheetSignature};
use roundsman_sync_core::model::{
    Area, Department, Level, Liability, Nature, NewPhoto, NewSignOff, OrderSorting, PhotoRole,
    SignOffOutcome, SignOffSubject, SitePerson,
};

use super::*;

const ORDER: OrderId = OrderId::from_bytes([0x33; 16]);

impl Server {
    /// A document as it is here, for a phone that has read it.
    fn document(&mut self, id: DocumentId, kind: DocumentKind) -> Document {
        let open = |batch: &mut super::super::Batch<'_>| {
            Ok::<_, DatabaseError>(batch.documents.open(batch.db, id, kind)?.document.clone())
        };
        self.writer.transaction(open).unwrap()
    }

    /// A case with an order and contact data, written by the desk.
    fn with_a_case(&mut self) -> Phone {
        let mut desk = self.enrol("陈静", Role::Reception);
        let dispatch = Command::Dispatch {
            case: CASE,
            order: ORDER,
            dispatched: EntryId::from_bytes([3; 16]),
            department: Department::Engineering,
            assignee: None,
            new: None,
        };
        for command in [create(self.site), dispatch, contact()] {
            let envelope = desk.say(self, &command);
            assert!(matches!(self.one(&desk, envelope), Verdict::Accepted { .. }), "{command:?}");
        }
        desk
    }

    /// A phone of somebody with this role that has everything there is.
    fn reader(&mut self, name: &str, role: Role) -> Phone {
        let mut phone = self.enrol(name, role);
        let site = DocumentId::of_site(self.site);
        let held = [
            (CASE, DocumentKind::Case),
            (DocumentId::contact_of(CASE), DocumentKind::Contact),
            (site, DocumentKind::Site),
        ];
        phone.documents = held.into_iter().map(|(id, kind)| (id, self.document(id, kind))).collect();
        phone
    }
}

fn contact() -> Command {
    let words = Some((String::new(), "请尽快".to_owned()));
    let details = ContactDetails { name: Some("孙丽华".into()), words, ..ContactDetails::default() };
    Command::WriteContact { case: CASE, details }
}

fn record(order: Option<OrderId>, fact: Fact) -> Command {
    let new = NewEntry::now(fact, "");
    Command::Record { case: CASE, order, entry: EntryId::from_bytes([9; 16]), new }
}

fn classify(to: Classification) -> Command {
    Command::Classify { case: CASE, to }
}

fn sort(to: OrderSorting) -> Command {
    Command::SortOrder { case: CASE, order: ORDER, to }
}

fn sign_off(subject: SignOffSubject, outcome: SignOffOutcome) -> Command {
    let strokes = Some((PhotoHash::of(b"stroke"), 6));
    let new = NewSignOff {
        subject,
        outcome,
        shown: "报事 Case".into(),
        renderer: 1,
        signer: "孙丽华".into(),
        relation: "owner".into(),
        strokes,
        settlement: None,
    };
    Command::SignOff { case: CASE, order: Some(ORDER), sign_off: SignOffId::from_bytes([9; 16]), new }
}

/// For each container something that many may write and something that few may: the roles by their first
/// letters, in the order guard, technician, reception, supervisor, director, manager, admin.
fn table(site: SiteId) -> Vec<(&'static str, Command)> {
    let photo = NewPhoto {
        hash: PhotoHash::of(b"p"),
        size: 1,
        role: PhotoRole::Before,
        caption: "".into(),
        preview: None,
    };
    let listed = SitePerson {
        person: PersonId::from_bytes([5; 16]),
        name: "李".into(),
        role: Role::Guard,
        department: None,
    };
    let area = Area { name: "东".into(), buildings: Vec::new(), housekeeper: None };
    let dispatch = |sorting| Command::Dispatch {
        case: CASE,
        order: OrderId::from_bytes([0x34; 16]),
        dispatched: EntryId::from_bytes([8; 16]),
        department: Department::Security,
        assignee: None,
        new: Some(roundsman_sync_core::model::NewOrder { sorting, ..Default::default() }),
    };
    let liability = OrderSorting { liability: Some(Liability::Owner), ..OrderSorting::default() };
    let sheet = roundsman_sync_core::ids::SheetId::from_bytes([7; 16]);
    let signed = |level| record(None, Fact::SheetSigned(SheetSignature { sheet, level }));
    let nature = Nature::Valid;
    vec![
        ("gtrsdm-", urgency(Urgency::General)),
        ("--rsdm-", classify(Classification { nature: Some(nature), ..Classification::default() })),
        ("--r-dm-", classify(Classification { anonymous: Some(true), ..Classification::default() })),
        ("gtrsdm-", Command::Describe { case: CASE, base: "地库漏水".into(), result: "车库漏水".into() }),
        ("gtrsdm-", dispatch(OrderSorting::default())),
        ("-trsdm-", dispatch(liability.clone())),
        ("gtrsdm-", Command::Assign { case: CASE, order: ORDER, assignee: PersonId::from_bytes([6; 16]) }),
        ("-trsdm-", sort(liability)),
        ("--rsdm-", sort(OrderSorting { department: Some(Department::Security), ..OrderSorting::default() })),
        ("gtrsd--", record(Some(ORDER), Fact::Arrived(Default::default()))),
        ("-t-sd--", record(Some(ORDER), Fact::Diagnosed)),
        ("--rsdm-", record(Some(ORDER), Fact::Closed)),
        ("--r-dm-", record(None, Fact::Closed)),
        ("-----m-", record(None, Fact::DenialConfirmed)),
        ("----d--", signed(Level::SiteDirector)),
        ("-----m-", signed(Level::GeneralManager)),
        ("gtrsdm-", record(None, Fact::Escalated(Escalation { to: Level::SiteDirector }))),
        ("--rsdm-", record(None, Fact::Escalated(Escalation { to: Level::CustomerService }))),
        ("gtrsdm-", Command::AddPhoto { case: CASE, photo: PhotoId::from_bytes([9; 16]), new: photo }),
        ("gtrsdm-", sign_off(SignOffSubject::Completion, SignOffOutcome::NotNeeded)),
        ("-trsdm-", sign_off(SignOffSubject::Completion, SignOffOutcome::Signed)),
        ("-trsd--", sign_off(SignOffSubject::Charge, SignOffOutcome::Absent)),
        ("--rsdm-", sign_off(SignOffSubject::Settlement, SignOffOutcome::Refused)),
        ("--rsdm-", {
            let details = ContactDetails { phone: Some("010".into()), ..ContactDetails::default() };
            Command::WriteContact { case: CASE, details }
        }),
        ("--rsdm-", {
            let words = Some(("请尽快".to_owned(), "请今天来".to_owned()));
            let details = ContactDetails { words, ..ContactDetails::default() };
            Command::WriteContact { case: CASE, details }
        }),
        ("----dma", Command::NameSite { site, name: "和园".into() }),
        ("----dma", Command::WritePolicy { site, text: "[clocks]".into() }),
        ("----dma", Command::PutArea { site, area: AreaId::from_bytes([9; 16]), new: area }),
        ("----d-a", Command::PutPerson { site, person: listed }),
    ]
}

#[test]
fn each_role_writes_into_each_container_what_is_its_own_and_nothing_else() {
    for (at, &role) in Role::ALL.iter().enumerate() {
        let mut server = Server::new();
        server.with_a_case();
        for (open_to, command) in table(server.site) {
            let may = open_to.as_bytes()[at] != b'-';
            // A new phone for each, so that nothing builds on what was refused.
            let mut phone = server.reader(role.as_str(), role);
            let command = with_fresh_ids(command, *phone.device.as_bytes());
            let envelope = phone.say(&server, &command);
            let verdicts = server.deliver(&phone, &[envelope]).remove(0);
            let refused: Vec<_> =
                verdicts.iter().filter(|one| !matches!(one, Verdict::Accepted { .. })).collect();
            assert_eq!(refused.is_empty(), may, "{role}: {command:?}: {verdicts:?}");
            for verdict in refused {
                let Verdict::Quarantined { code, why } = verdict else { panic!("{verdict:?}") };
                assert_eq!(*code, ErrorCode::RoleNotPermitted, "{role}: {command:?}: {why}");
                assert!(why.starts_with(&format!("{role} may not ")), "{why}");
            }
            assert_eq!(
                roundsman_sync_core::rules::may_give(&[role], &command).is_ok(),
                may,
                "{role} {command:?}"
            );
        }
        server.assert_tables_follow_from_the_log();
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "a command that adds nothing is used as it is")]
/// The same command with ids that nobody used, so that it adds and replaces nothing.
fn with_fresh_ids(command: Command, id: [u8; 16]) -> Command {
    match command {
        Command::Record { case, order, new, .. } => {
            Command::Record { case, order, entry: EntryId::from_bytes(id), new }
        }
        Command::Dispatch { case, department, assignee, new, .. } => Command::Dispatch {
            case,
            order: OrderId::from_bytes(id),
            dispatched: EntryId::from_bytes(id),
            department,
            assignee,
            new,
        },
        Command::AddPhoto { case, new, .. } => {
            Command::AddPhoto { case, photo: PhotoId::from_bytes(id), new }
        }
        Command::SignOff { case, order, new, .. } => {
            Command::SignOff { case, order, sign_off: SignOffId::from_bytes(id), new }
        }
        other => other,
    }
}

impl Phone {
    /// A change made with Automerge itself, by somebody who knows its format and cares for no command.
    pub(super) fn hostile(
        &mut self,
        document: DocumentId,
        kind: DocumentKind,
        write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> Vec<Written> {
        let bytes = self.documents[&document].save();
        let mut doc = Automerge::load(&bytes).unwrap().with_actor(ActorId::from(&self.actor.as_bytes()[..]));
        let message = self.message();
        let mut tx = doc.transaction();
        write(&mut tx).unwrap();
        tx.commit_with(CommitOptions::default().with_message(message).with_time(0));
        vec![written(document, kind, &doc.get_last_local_change().unwrap())]
    }

    /// What the message of a next change says.
    fn message(&mut self) -> String {
        let author = self.note();
        let stamp = roundsman_sync_core::clock::Stamp::ZERO.next(author.stamp_wall);
        let (command, person, claimed_at) = (author.command, author.person, author.claimed_at);
        ChangeNote { command, person, stamp, claimed_at }.to_message()
    }
}

fn written(document: DocumentId, kind: DocumentKind, change: &automerge::Change) -> Written {
    let change = NewChange {
        hash: ChangeHash::from_bytes(change.hash().0),
        deps: change.deps().iter().map(|dep| ChangeHash::from_bytes(dep.0)).collect(),
        bytes: change.raw_bytes().to_vec(),
    };
    Written { document, kind, change }
}

fn inner(tx: &Transaction<'_>, path: &[&str]) -> automerge::ObjId {
    path.iter().fold(ROOT, |parent, key| tx.get(&parent, *key).unwrap().unwrap().1)
}

#[test]
fn a_forged_change_is_refused_whole_and_leaves_the_case_as_it_was() {
    type Attack = fn(&mut Transaction<'_>) -> Result<(), AutomergeError>;
    const FIRST: &str = "01010101-0101-0101-0101-010101010101";
    const ORDER_KEY: &str = "33333333-3333-3333-3333-333333333333";
    let attacks: [(&str, ErrorCode, Attack); 11] = [
        ("an entry is deleted", ErrorCode::EntryImmutable, |tx| tx.delete(inner(tx, &["entries"]), FIRST)),
        ("a word is put over an entry", ErrorCode::EntryImmutable, |tx| {
            tx.put(inner(tx, &["entries"]), FIRST, "gone")
        }),
        ("something is put into another's entry", ErrorCode::EntryImmutable, |tx| {
            tx.put(inner(tx, &["entries", FIRST]), "declared_why", "forgot")
        }),
        ("a scalar is put over a container", ErrorCode::ChangeNotPermitted, |tx| tx.put(ROOT, "photos", 1)),
        ("a container is deleted", ErrorCode::ChangeNotPermitted, |tx| tx.delete(ROOT, "sign_offs")),
        ("a container is made", ErrorCode::ChangeNotPermitted, |tx| {
            tx.put_object(ROOT, "more", automerge::ObjType::Map).map(|_| ())
        }),
        ("a field is set and deleted at once", ErrorCode::ChangeNotPermitted, |tx| {
            let fields = inner(tx, &["fields"]);
            tx.put(&fields, "urgency", "general")?;
            tx.delete(&fields, "urgency")
        }),
        ("a field is emptied", ErrorCode::ChangeNotPermitted, |tx| {
            tx.put(inner(tx, &["fields"]), "subject", automerge::ScalarValue::Null)
        }),
        ("an order is deleted", ErrorCode::ChangeNotPermitted, |tx| {
            tx.delete(inner(tx, &["orders"]), ORDER_KEY)
        }),
        ("whose order it is, is deleted", ErrorCode::ChangeNotPermitted, |tx| {
            tx.delete(inner(tx, &["orders", ORDER_KEY]), "department")
        }),
        ("a field that is none", ErrorCode::ChangeNotPermitted, |tx| {
            tx.put(inner(tx, &["fields"]), "status", "closed")
        }),
    ];
    let mut server = Server::new();
    server.with_a_case();
    let before = server.case(CASE);
    for (what, expected, attack) in attacks {
        // Even somebody who may do nearly everything.
        let mut phone = server.reader("周敏", Role::SiteDirector);
        let forged = phone.hostile(CASE, DocumentKind::Case, attack);
        let envelope = phone.seal(&server, forged);
        assert_eq!(code_of(&server.one(&phone, envelope)), expected, "{what}");
        assert_eq!(server.case(CASE), before, "{what}");
    }
    server.assert_tables_follow_from_the_log();
}

#[test]
fn an_entry_of_no_kind_there_is_is_no_edit() {
    let mut server = Server::new();
    server.with_a_case();
    for kind in ["promoted", "unknown"] {
        let mut guard = server.reader("王强", Role::Guard);
        let forged = guard.forge(CASE, DocumentKind::Case, |edit| {
            edit.add(
                &["entries"],
                &EntryId::from_bytes([9; 16]).to_string(),
                [
                    ("kind", kind.into()),
                    ("by", automerge::ScalarValue::from(vec![1; 16])),
                    ("claimed_at", automerge::ScalarValue::Timestamp(START)),
                    ("stamp", automerge::ScalarValue::Uint(1)),
                ],
            )
        });
        let envelope = guard.seal(&server, forged);
        assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted, "{kind}");
    }
}

#[test]
fn a_forbidden_write_is_refused_also_where_it_would_lose() {
    // One of the two actors wins the merge and the other loses it.
    for actor in [[0x00; 16], [0xff; 16]] {
        let mut server = Server::new();
        let mut desk = server.with_a_case();
        let mut technician = server.reader("李明", Role::Technician);
        technician.actor = ActorBytes::from_bytes(actor);
        let nature = |nature| classify(Classification { nature: Some(nature), ..Classification::default() });
        let envelope = desk.say(&server, &nature(Nature::Valid));
        assert!(matches!(server.one(&desk, envelope), Verdict::Accepted { .. }));
        let envelope = technician.say(&server, &nature(Nature::Vent));
        let Verdict::Quarantined { code, why } = server.one(&technician, envelope) else { panic!("taken") };
        assert_eq!(code, ErrorCode::RoleNotPermitted);
        assert_eq!(
            why,
            "technician may not set case/nature; reception, supervisor, site_director or manager may"
        );
        assert!(!server.case(CASE).nature.is_parallel());
    }
}

#[test]
fn an_edit_takes_away_nothing_but_what_stands_where_it_writes() {
    let mut server = Server::new();
    let mut desk = server.with_a_case();
    let nature = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    let envelope = desk.say(&server, &classify(nature));
    assert!(matches!(server.one(&desk, envelope), Verdict::Accepted { .. }));
    let before = server.case(CASE);
    let mut guard = server.reader("王强", Role::Guard);
    // A guard's honest edit of the urgency, which says besides that it takes the place of the nature.
    let honest =
        guard.hostile(CASE, DocumentKind::Case, |tx| tx.put(inner(tx, &["fields"]), "urgency", "general"));
    let standing = Automerge::load(&guard.documents[&CASE].save()).unwrap();
    let (_, container) = standing.get(ROOT, "fields").unwrap().unwrap();
    let (_, victim) = standing.get(container, "nature").unwrap().unwrap();
    let automerge::ObjId::Id(counter, actor, _) = victim else { panic!("an operation") };
    let mut forged = automerge::Change::try_from(honest[0].change.bytes.as_slice()).unwrap().decode();
    let mut replaces: Vec<_> = forged.operations[0].pred.iter().cloned().collect();
    replaces.push(automerge::legacy::OpId::new(counter, &actor));
    forged.operations[0].pred = replaces.into();
    forged.hash = None;
    let forged = vec![written(CASE, DocumentKind::Case, &automerge::Change::from(forged))];
    let envelope = guard.seal(&server, forged);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted);
    assert_eq!(server.case(CASE), before);
    // Without that it is an ordinary edit.
    let envelope = guard.seal(&server, honest);
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
    assert_eq!(server.case(CASE).nature.shown(), Some(&Nature::Valid));
}

#[test]
fn a_case_is_started_once() {
    let mut server = Server::new();
    server.with_a_case();
    let before = server.case(CASE);
    let mut guard = server.enrol("王强", Role::Guard);
    // As if it were new: the first change of a case may say whom it is about.
    let mut again = create(server.site);
    if let Command::CreateCase { received, new, .. } = &mut again {
        *received = EntryId::from_bytes([0x77; 16]);
        new.about = Some(guard.person);
    }
    let envelope = guard.say(&server, &again);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted);
    assert_eq!(server.case(CASE), before);
}

#[test]
fn two_roles_at_one_estate_may_do_what_either_may() {
    let mut server = Server::new();
    server.with_a_case();
    let mut phone = server.reader("王强", Role::Guard);
    let close = record(None, Fact::Closed);
    let kept = phone.documents.clone();
    let envelope = phone.say(&server, &close);
    assert_eq!(code_of(&server.one(&phone, envelope)), ErrorCode::RoleNotPermitted);
    let desk = Newcomer { name: "王强".into(), site: server.site, role: Role::Reception, department: None };
    server.office(|batch, office, rng, by| office.add_person(batch, rng, by, &desk).unwrap());
    phone.documents = kept;
    phone.actor = ActorBytes::from_bytes([0x99; 16]);
    let envelope = phone.say(&server, &close);
    assert!(matches!(server.one(&phone, envelope), Verdict::Accepted { .. }));
}

#[test]
fn one_delivery_cannot_grow_a_document_past_its_bound() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let mut envelopes = vec![guard.say(&server, &create(server.site))];
    let (bytes_each, count) = (200_000, 45);
    for n in 0..count {
        let words = n.to_string().repeat(bytes_each / n.to_string().len());
        let written = guard.forge(CASE, DocumentKind::Case, |edit| edit.set(&["fields"], "subject", words));
        envelopes.push(guard.seal(&server, written));
    }
    let verdicts: Vec<Verdict> = server.deliver(&guard, &envelopes).into_iter().flatten().collect();
    let taken = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Accepted { .. })).count();
    let bound = roundsman_sync_core::limits::DOCUMENT_BYTES_MAX;
    assert!(taken * bytes_each <= bound + bytes_each && taken > 30, "{taken} were taken");
    assert!(
        verdicts.iter().any(|verdict| {
            matches!(verdict, Verdict::Quarantined { code: ErrorCode::ChangeTooLarge, .. })
        })
    );
    server.assert_tables_follow_from_the_log();
}
