//! Two phones under one name: the first time is a fork, the second is looked at by people.

use super::*;

impl Server {
    fn is_frozen(&mut self, phone: &Phone) -> bool {
        let frozen = |batch: &mut crate::ingest::Batch<'_>| {
            let mut statement =
                batch.db.prepare("SELECT frozen IS NOT NULL FROM devices WHERE device = ?1")?;
            Ok::<_, DatabaseError>(statement.query_row([phone.device.as_bytes()], |row| row.get(0))?)
        };
        self.writer.transaction(frozen).unwrap()
    }
}

/// The same phone as it was before, as a file put back from a copy is.
fn copy(phone: &Phone) -> HashMap<DocumentId, Document> {
    phone.documents.clone()
}

#[test]
fn a_phone_that_goes_on_under_a_name_that_was_taken_is_frozen_until_the_office_has_looked() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let before = copy(&guard);
    let envelope = guard.say(&server, &arrived(2));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));

    guard.documents = before.clone();
    let first = guard.say(&server, &arrived(3));
    assert_eq!(server.one(&guard, first.clone()), Verdict::Fork);
    assert_eq!(server.one(&guard, first), Verdict::Fork, "the reply was lost");
    assert!(!server.is_frozen(&guard), "once, it is told and takes another name");

    guard.documents = before;
    let second = guard.say(&server, &arrived(4));
    assert_eq!(server.one(&guard, second), Verdict::Fork);
    assert!(server.is_frozen(&guard));
    server.assert_tables_follow_from_the_log();

    let device = guard.device;
    assert!(server.office(|batch, office, _, desk| office.thaw(batch, desk, device)).unwrap());
    assert!(!server.is_frozen(&guard));
    assert!(!server.office(|batch, office, _, desk| office.thaw(batch, desk, device)).unwrap());
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_file_put_back_once_forks_in_each_of_its_cases_and_is_not_frozen_for_that() {
    let mut server = Server::new();
    let mut desk = server.enrol("陈静", Role::Reception);
    let other = DocumentId::from_bytes([0x12; 16]);
    let Command::CreateCase { new, .. } = create(server.site) else { unreachable!("it creates a case") };
    let second = Command::CreateCase { case: other, received: EntryId::from_bytes([7; 16]), new };
    for command in [create(server.site), second] {
        let envelope = desk.say(&server, &command);
        server.one(&desk, envelope);
    }
    let before = copy(&desk);
    let write = |entry: u8, case| Command::Record {
        case,
        order: None,
        entry: EntryId::from_bytes([entry; 16]),
        new: NewEntry::now(Fact::Arrived(Default::default()), ""),
    };
    for (entry, case) in [(2, CASE), (3, other)] {
        let envelope = desk.say(&server, &write(entry, case));
        assert!(matches!(server.one(&desk, envelope), Verdict::Accepted { .. }));
    }
    desk.documents = before;
    for (entry, case) in [(4, CASE), (5, other)] {
        let envelope = desk.say(&server, &write(entry, case));
        assert_eq!(server.one(&desk, envelope), Verdict::Fork);
    }
    assert!(!server.is_frozen(&desk));
}
