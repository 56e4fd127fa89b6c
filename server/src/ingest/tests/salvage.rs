//! What the office does about what was refused, and what phones hear of it.

use roundsman_sync_core::ids::{ChangeHash, PhotoHash, PhotoId};
use roundsman_sync_core::model::{Contact, Declared, Nature, NewPhoto, PhotoRole};

use super::super::OfficeError;
use super::*;
use crate::log::ChangeName;
use crate::projection::queries::{CaseKey, Reach, case_timeline, refused_change};

impl Server {
    /// What was refused and is open, the first received first.
    fn open(&mut self) -> Vec<ChangeName> {
        self.names("verdict IN (2, 4) AND settled IS NULL")
    }

    fn names(&mut self, wanted: &str) -> Vec<ChangeName> {
        let sql = format!("SELECT document, hash FROM changes WHERE {wanted} ORDER BY source");
        self.writer
            .transaction::<_, DatabaseError>(|batch| {
                let mut all = batch.db.prepare(&sql)?;
                let rows = all.query_map([], |row| {
                    let document = DocumentId::from_bytes(row.get(0)?);
                    Ok(ChangeName { document, hash: ChangeHash::from_bytes(row.get(1)?) })
                })?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap()
    }

    /// Takes over what was meant, as this person.
    fn salvage_as(&mut self, person: PersonId, changes: &[ChangeName]) -> Result<(), OfficeError> {
        let (office, rng, now) = (&self.identity.office, &mut self.rng, self.now);
        self.writer.transaction(|batch| office.salvage(batch, rng, Sitting { person, now }, changes))
    }

    fn salvage(&mut self, changes: &[ChangeName]) -> Result<(), OfficeError> {
        self.salvage_as(self.identity.desk, changes)
    }

    fn close(&mut self, note: &str, changes: Vec<ChangeName>) -> Result<(), OfficeError> {
        let sitting = Sitting { person: self.identity.desk, now: self.now };
        let office = &self.identity.office;
        self.writer.transaction(|batch| office.close_refused(batch, sitting, note, changes))
    }

    /// A case that a guard has begun, and a phone of the guard's that knows it.
    fn begun(&mut self) -> Phone {
        let mut guard = self.enrol("王强", Role::Guard);
        let envelope = guard.say(self, &create(self.site));
        assert!(matches!(self.one(&guard, envelope), Verdict::Accepted { .. }));
        guard
    }

    /// Brings something that must be refused. Gives the envelope.
    fn refused(&mut self, phone: &mut Phone, command: &Command) -> Vec<u8> {
        let envelope = phone.say(self, command);
        code_of(&self.one(phone, envelope.clone()));
        envelope
    }

    fn later(&mut self, minutes: i64) {
        self.now = self.now.plus_millis(minutes * 60_000);
    }
}

#[track_caller]
fn why_not(result: Result<(), OfficeError>) -> Refusal {
    match result {
        Err(OfficeError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn nature() -> Command {
    let to = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    Command::Classify { case: CASE, to }
}

/// What a guard may not state.
fn suspended(note: &str) -> Command {
    let new = NewEntry::now(Fact::Suspended, note);
    Command::Record { case: CASE, order: None, entry: EntryId::from_bytes([7; 16]), new }
}

#[test]
fn a_field_that_was_refused_is_set_by_the_office_and_its_phone_hears_that_it_is_done() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let envelope = server.refused(&mut guard, &nature());
    let open = server.open();
    server.salvage(&open).unwrap();
    assert_eq!(server.case(CASE).nature.all(), [Nature::Valid]);
    assert_eq!(server.open(), []);
    let head = server.head();
    for _ in 0..2 {
        assert!(matches!(server.one(&guard, envelope.clone()), Verdict::Superseded { .. }));
    }
    assert_eq!(server.head(), head, "the very same change is answered from what is known");
    server.assert_tables_follow_from_the_log();
}

#[test]
fn an_entry_that_is_taken_over_says_who_stated_it_when_and_was_witnessed_when_it_was_taken_over() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let stated = server.now;
    server.refused(&mut guard, &suspended("等新轴承"));
    server.later(90);
    let open = server.open();
    server.salvage(&open).unwrap();
    let case = server.case(CASE);
    let entry = case.entry(EntryId::from_bytes([7; 16])).unwrap();
    assert_eq!((entry.by, entry.claimed_at), (server.identity.desk, server.now));
    assert_eq!((entry.note.as_str(), &entry.fact), ("等新轴承", &Fact::Suspended));
    let why = "由办公室代录：王强".to_owned();
    assert_eq!(entry.declared, Some(Declared { at: stated, why }));
    assert_eq!(entry.happened_at(), stated);
    let person = server.enrol("林晓芸", Role::Manager).person;
    let timeline = server
        .writer
        .transaction::<_, DatabaseError>(|batch| {
            let reach = Reach::load(batch.db, person)?;
            Ok(case_timeline(batch.db, &reach, &CaseKey::Id(CASE))?.unwrap())
        })
        .unwrap();
    let told: Vec<_> = timeline.iter().map(|entry| (entry.received, entry.taken_over)).collect();
    assert_eq!(told, [(stated, None), (server.now, Some(open[0]))]);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_reason_that_was_given_for_entering_it_later_is_kept_with_its_time() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let at = server.now.plus_millis(-3_600_000);
    let declared = Some(Declared { at, why: "手机没电".into() });
    let new = NewEntry { declared, ..NewEntry::now(Fact::Suspended, "") };
    let command = Command::Record { case: CASE, order: None, entry: EntryId::from_bytes([7; 16]), new };
    server.refused(&mut guard, &command);
    let open = server.open();
    server.salvage(&open).unwrap();
    let declared = server.case(CASE).entry(EntryId::from_bytes([7; 16])).unwrap().declared.clone().unwrap();
    assert_eq!((declared.at, declared.why.as_str()), (at, "由办公室代录：王强；手机没电"));
}

#[test]
fn a_start_contact_data_and_a_text_are_taken_over_too() {
    let mut server = Server::new();
    // An administrator writes no cases.
    let mut admin = server.enrol("系统管理员", Role::Admin);
    let words = Some((String::new(), "请尽快".to_owned()));
    let details = ContactDetails { name: Some("李女士".into()), words, ..ContactDetails::default() };
    let contact = Command::WriteContact { case: CASE, details };
    let describe =
        Command::Describe { case: CASE, base: "地库漏水".into(), result: "地库大量漏水".into() };
    for command in [create(server.site), contact, describe] {
        server.refused(&mut admin, &command);
    }
    for name in server.open() {
        server.salvage(&[name]).unwrap();
    }
    let case = server.case(CASE);
    assert_eq!(case.site, Some(server.site));
    assert_eq!(case.description, "地库大量漏水");
    let id = DocumentId::contact_of(CASE);
    let contact = server
        .writer
        .transaction::<_, DatabaseError>(|batch| {
            Ok(Contact::read(&batch.documents.open(batch.db, id, DocumentKind::Contact)?.document))
        })
        .unwrap();
    assert_eq!(contact.name.all(), ["李女士".to_owned()]);
    assert_eq!(contact.words, "请尽快");
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_text_is_merged_with_what_was_written_since() {
    let mut server = Server::new();
    let mut desk = server.enrol("陈静", Role::Reception);
    let mut admin = server.enrol("系统管理员", Role::Admin);
    let envelope = desk.say(&server, &create(server.site));
    server.one(&desk, envelope);
    admin.documents = desk.documents.clone();
    let describe =
        |result: &str| Command::Describe { case: CASE, base: "地库漏水".into(), result: result.into() };
    server.refused(&mut admin, &describe("地库漏水，已关阀"));
    let envelope = desk.say(&server, &describe("B2 地库漏水"));
    server.one(&desk, envelope);
    let open = server.open();
    server.salvage(&open).unwrap();
    assert_eq!(server.case(CASE).description, "B2 地库漏水，已关阀");
}

#[test]
fn what_cannot_be_written_anew_is_said_so_and_nothing_is_written() {
    type Forgery = fn(&mut Edit<'_>) -> Result<(), DocumentError>;
    let key = EntryId::from_bytes([8; 16]).to_string();
    let forgeries: [(Forgery, &str); 3] = [
        (|edit| edit.add(&[], "photos", []), "container"),
        (|edit| edit.set(&["fields"], "colour", "red"), "no field"),
        (|edit| edit.set(&["fields"], "subject", 3_i64), "does not hold"),
    ];
    for (forgery, said) in forgeries {
        let mut server = Server::new();
        let mut guard = server.begun();
        let forged = guard.forge(CASE, DocumentKind::Case, forgery);
        let envelope = guard.seal(&server, forged);
        code_of(&server.one(&guard, envelope));
        let (open, head) = (server.open(), server.head());
        let refusal = why_not(server.salvage(&open));
        assert_eq!(refusal.code, ErrorCode::SalvageImpossible, "{refusal}");
        assert!(refusal.message.contains(said), "{refusal}");
        assert_eq!((server.head(), server.open()), (head, open));
    }
    // What was once stated is not touched by the office either.
    let mut server = Server::new();
    let mut guard = server.begun();
    let command = Command::Record {
        case: CASE,
        order: None,
        entry: EntryId::from_bytes([8; 16]),
        new: NewEntry::now(Fact::Remark, "原话"),
    };
    let envelope = guard.say(&server, &command);
    server.one(&guard, envelope);
    let forged = guard.forge(CASE, DocumentKind::Case, |edit| edit.set(&["entries", &key], "note", "改过"));
    let envelope = guard.seal(&server, forged);
    code_of(&server.one(&guard, envelope));
    let open = server.open();
    assert_eq!(why_not(server.salvage(&open)).code, ErrorCode::SalvageImpossible);
}

#[test]
fn what_is_about_an_order_that_was_refused_waits_for_the_order_to_be_taken_over() {
    use roundsman_sync_core::model::{Department, Liability, NewOrder, OrderSorting};
    let mut server = Server::new();
    let mut guard = server.begun();
    let order = OrderId::from_bytes([3; 16]);
    let sorting = OrderSorting { liability: Some(Liability::Owner), ..OrderSorting::default() };
    let dispatch = Command::Dispatch {
        case: CASE,
        order,
        dispatched: EntryId::from_bytes([4; 16]),
        department: Department::Engineering,
        assignee: None,
        new: Some(NewOrder { sorting, ..NewOrder::default() }),
    };
    let new = NewEntry::now(Fact::Chased, "");
    let about = Command::Record { case: CASE, order: Some(order), entry: EntryId::from_bytes([5; 16]), new };
    server.refused(&mut guard, &dispatch);
    server.refused(&mut guard, &about);
    let open = server.open();
    let refusal = why_not(server.salvage(&open[1..]));
    assert_eq!(refusal.code, ErrorCode::SalvageImpossible);
    assert!(refusal.message.contains(&order.to_string()), "{refusal}");
    for name in open {
        server.salvage(&[name]).unwrap();
    }
    let case = server.case(CASE);
    assert_eq!(case.order(order).unwrap().liability.all(), [Liability::Owner]);
    assert_eq!(case.entry(EntryId::from_bytes([5; 16])).unwrap().order, Some(order));
    server.assert_tables_follow_from_the_log();
}

#[test]
fn nobody_takes_over_what_they_may_not_write_themselves() {
    let mut server = Server::new();
    let desk = server.enrol("陈静", Role::Reception);
    let mut guard = server.begun();
    // Putting aside is not the desk's to make.
    server.refused(&mut guard, &suspended(""));
    let (open, head) = (server.open(), server.head());
    let refusal = why_not(server.salvage_as(desk.person, &open));
    assert_eq!(refusal.code, ErrorCode::RoleNotPermitted);
    assert_eq!((server.head(), server.open()), (head, open));
}

#[test]
fn what_was_dealt_with_is_dealt_with_once() {
    let mut server = Server::new();
    let mut guard = server.begun();
    server.refused(&mut guard, &nature());
    let open = server.open();
    server.salvage(&open).unwrap();
    let head = server.head();
    assert_eq!(why_not(server.salvage(&open)).code, ErrorCode::QuarantineSettled);
    assert_eq!(why_not(server.close("不需要", open)).code, ErrorCode::QuarantineSettled);
    assert_eq!(server.head(), head);
}

#[test]
fn a_replay_of_what_was_taken_over_is_superseded_whenever_it_comes() {
    for waits in [false, true] {
        let mut server = Server::new();
        let mut guard = server.begun();
        let kept = guard.documents.clone();
        server.refused(&mut guard, &nature());
        // The phone makes it again on its accepted ground, perhaps on top of something that is still under way.
        guard.documents = kept;
        guard.actor = ActorBytes::from_bytes([5; 16]);
        let before = waits.then(|| guard.say(&server, &arrived(2)));
        guard.count = 1;
        let again = guard.say(&server, &nature());
        if waits {
            assert!(matches!(server.one(&guard, again.clone()), Verdict::Pending { .. }));
        }
        let open = server.open();
        server.salvage(&open).unwrap();
        if let Some(envelope) = before {
            assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
        }
        for _ in 0..2 {
            assert!(matches!(server.one(&guard, again.clone()), Verdict::Superseded { .. }));
        }
        let after = guard.say(&server, &arrived(3));
        assert_eq!(code_of(&server.one(&guard, after)), ErrorCode::DependencyRefused);
        server.assert_tables_follow_from_the_log();
    }
}

#[test]
fn neither_another_phones_command_nor_one_from_before_settles_what_was_refused() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let mut other = server.enrol("赵磊", Role::Technician);
    other.documents = guard.documents.clone();
    // The guard names a command of theirs that got through before.
    let envelope = guard.say(&server, &arrived(2));
    server.one(&guard, envelope);
    guard.count -= 1;
    server.refused(&mut guard, &nature());
    let refused = server.open();
    // Somebody else names the guard's command.
    let forged = guard.note();
    let mut document = other.documents.remove(&CASE).unwrap();
    let note = ChangeNote {
        command: CommandId::from_bytes({
            let mut command = *forged.command.as_bytes();
            command[0] -= 1;
            command
        }),
        person: other.person,
        stamp: roundsman_sync_core::clock::Stamp::ZERO.next(server.now),
        claimed_at: server.now,
    };
    let change = document
        .edit::<DocumentError>(&other.actor, &note, |edit| edit.set(&["fields"], "subject", "water/pipe"))
        .unwrap()
        .unwrap();
    let envelope = other.seal(&server, vec![Written { document: CASE, kind: DocumentKind::Case, change }]);
    assert!(matches!(server.one(&other, envelope), Verdict::Accepted { .. }));
    assert_eq!(server.open(), refused);
    // The guard's own, got through at last, does.
    guard.documents = [(CASE, document)].into();
    guard.actor = ActorBytes::from_bytes([6; 16]);
    guard.count -= 2;
    let envelope = guard.say(&server, &urgency(Urgency::General));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
    assert_eq!(server.open(), []);
    assert_eq!(server.names("settled = 'made_again'"), refused);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_was_refused_of_another_phone_witnesses_nothing_under_the_same_command() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let other = server.enrol("赵磊", Role::Guard);
    // In the morning a colleague has something refused, under the command that the guard gives in the evening.
    let author = guard.note();
    guard.count -= 1;
    let note = ChangeNote {
        command: author.command,
        person: other.person,
        stamp: roundsman_sync_core::clock::Stamp::ZERO.next(server.now),
        claimed_at: server.now,
    };
    let mut document = guard.documents[&CASE].clone();
    let change = document
        .edit::<DocumentError>(&ActorBytes::from_bytes([9; 16]), &note, |edit| {
            edit.set(&["fields"], "site", "elsewhere")
        })
        .unwrap()
        .unwrap();
    let envelope = other.seal(&server, vec![Written { document: CASE, kind: DocumentKind::Case, change }]);
    assert!(matches!(server.one(&other, envelope), Verdict::Quarantined { .. }));
    server.later(9 * 60);
    guard.at = server.now;
    let envelope = guard.say(&server, &arrived(2));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
    assert_eq!(server.received().last(), Some(&(2, server.now.millis())));
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_is_closed_with_a_note_is_not_open_and_its_phone_is_told_as_before() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let envelope = server.refused(&mut guard, &nature());
    server.refused(&mut guard, &arrived(2));
    let open = server.open();
    assert_eq!(open.len(), 2);
    assert_eq!(why_not(server.close(" \n", open.clone())).code, ErrorCode::FieldMissing);
    let long = "长".repeat(4_001);
    assert_eq!(why_not(server.close(&long, open.clone())).code, ErrorCode::TextTooLong);
    server.close("问过本人，不需要", open.clone()).unwrap();
    assert_eq!(server.open(), []);
    assert_eq!(server.names("settled = 'closed'"), open);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::RoleNotPermitted);
    assert_eq!(why_not(server.salvage(&open[..1])).code, ErrorCode::QuarantineSettled);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_photo_of_a_refused_change_is_owed_by_its_phone_before_and_after_the_office_takes_it_over() {
    let mut server = Server::new();
    let mut guard = server.begun();
    let mut admin = server.enrol("系统管理员", Role::Admin);
    admin.documents = std::mem::take(&mut guard.documents);
    let new = NewPhoto {
        hash: PhotoHash::of(b"p"),
        size: 7,
        role: PhotoRole::Before,
        caption: "阀门".into(),
        preview: None,
    };
    let photo = PhotoId::from_bytes([9; 16]);
    server.refused(&mut admin, &Command::AddPhoto { case: CASE, photo, new });
    let owed = |server: &mut Server| {
        server
            .writer
            .transaction::<_, DatabaseError>(|batch| {
                let mut all = batch.db.prepare("SELECT hash, device, size FROM owed")?;
                let rows = all.query_map([], |row| {
                    Ok((PhotoHash::from_bytes(row.get(0)?), DeviceId::from_bytes(row.get(1)?), row.get(2)?))
                })?;
                Ok(rows.collect::<Result<Vec<(PhotoHash, DeviceId, i64)>, _>>()?)
            })
            .unwrap()
    };
    let expected = [(PhotoHash::of(b"p"), admin.device, 7)];
    assert_eq!(owed(&mut server), expected);
    let open = server.open();
    server.salvage(&open).unwrap();
    assert_eq!(owed(&mut server), expected, "the office has nothing to bring");
    let case = server.case(CASE);
    assert_eq!((case.photos[0].by, case.photos[0].hash), (server.identity.desk, PhotoHash::of(b"p")));
    assert!(case.photos[0].caption.starts_with("由办公室代录：系统管理员"), "{:?}", case.photos[0]);
    assert!(case.photos[0].caption.ends_with("；阀门"), "{:?}", case.photos[0]);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_was_refused_about_somebody_is_not_theirs_to_read_nor_a_colleagues_without_the_lead() {
    let mut server = Server::new();
    let about = server.enrol("陈静", Role::Reception).person;
    let colleague = server.enrol("林晓芸", Role::Reception).person;
    let director = server.enrol("陈志远", Role::SiteDirector).person;
    let mut admin = server.enrol("系统管理员", Role::Admin);
    let Command::CreateCase { case, received, new } = create(server.site) else { panic!("a case") };
    let new = NewCase { about: Some(about), ..new };
    let details = ContactDetails { name: Some("李女士".into()), ..ContactDetails::default() };
    let contact = Command::WriteContact { case: CASE, details };
    for command in [Command::CreateCase { case, received, new }, contact] {
        server.refused(&mut admin, &command);
    }
    for name in server.open() {
        for (person, may) in [(about, false), (colleague, false), (director, true)] {
            let read = server.writer.transaction::<_, DatabaseError>(|batch| {
                let reach = Reach::load(batch.db, person)?;
                Ok(refused_change(batch.db, &reach, name)?.is_some())
            });
            assert_eq!(read.unwrap(), may, "{name} {person}");
        }
    }
}
