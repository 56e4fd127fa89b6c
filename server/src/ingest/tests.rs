#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod rounds;

use std::collections::HashMap;

use minicbor::bytes::ByteVec;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::clock::{ClockReading, Timestamp};
use roundsman_sync_core::document::{
    ActorBytes, ChangeNote, Document, DocumentError, DocumentKind, Edit, NewChange,
};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{BootId, CommandId, DeviceId, DocumentId, EntryId, OrderId, PersonId, SiteId};
use roundsman_sync_core::model::{
    Author, Case, CaseKind, Channel, Classification, Command, ContactDetails, Documents, Fact, NewCase,
    NewEntry, Place, Role, SCHEMA, Urgency, Written,
};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::Verdict;

use super::{Delivered, Newcomer, Office, Sitting, Writer};
use crate::data_folder::{DataFolder, Identity};
use crate::database::DatabaseError;
use crate::log::{LogEntry, LoggedEnvelope, LoggedVerdict};
use crate::projection;

mod arrival;
mod copies;
mod losses;
mod newer;
mod rights;
mod runs;
mod salvage;

const START: i64 = 1_790_000_000_000;

struct Server {
    _dir: tempfile::TempDir,
    writer: Writer,
    identity: Identity,
    rng: ChaCha8Rng,
    site: SiteId,
    now: Timestamp,
}

impl Server {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let now = Timestamp::from_millis(START);
        let folder = DataFolder::init(dir.path(), "锦绣物业", now, &mut rng).unwrap();
        let identity = Identity::load(&folder.reader().unwrap()).unwrap();
        let mut writer = folder.writer(&mut rng).unwrap();
        let desk = Sitting { person: identity.desk, now };
        let site =
            writer.transaction(|batch| identity.office.add_site(batch, &mut rng, desk, "锦绣花园")).unwrap();
        Self { _dir: dir, writer, identity, rng, site, now }
    }

    fn office<T>(
        &mut self,
        act: impl FnOnce(&mut super::Batch<'_>, &Office, &mut ChaCha8Rng, Sitting) -> T,
    ) -> T {
        let desk = Sitting { person: self.identity.desk, now: self.now };
        let (office, rng) = (&self.identity.office, &mut self.rng);
        self.writer.transaction(|batch| Ok::<_, DatabaseError>(act(batch, office, rng, desk))).unwrap()
    }

    fn enrol(&mut self, name: &str, role: Role) -> Phone {
        let signer = SoftwareSigner::generate(Algorithm::Es256, &mut self.rng);
        let newcomer = Newcomer { name: name.into(), site: self.site, role, department: None };
        let (now, key) = (self.now, signer.public_key());
        let (device, person) = self.office(|batch, office, rng, desk| {
            let person = office.add_person(batch, rng, desk, &newcomer).unwrap();
            let code = office.invite(batch, rng, desk, person).unwrap().reveal();
            office.enrol(batch, rng, now, &code, &key, "phone").unwrap()
        });
        let actor = ActorBytes::mint(&mut self.rng);
        Phone { signer, device, person, actor, documents: HashMap::new(), at: self.now, count: 0 }
    }

    fn deliver(&mut self, phone: &Phone, envelopes: &[Vec<u8>]) -> Vec<Vec<Verdict>> {
        let delivered =
            Delivered { device: phone.device, envelopes: envelopes.iter().map(Vec::as_slice).collect() };
        let (now, secret) = (self.now, &self.identity.office.secret);
        self.writer.transaction(|batch| batch.push(now, secret, &delivered)).unwrap()
    }

    fn one(&mut self, phone: &Phone, envelope: Vec<u8>) -> Verdict {
        self.deliver(phone, &[envelope]).remove(0).remove(0)
    }

    fn case(&mut self, id: DocumentId) -> Case {
        self.writer
            .transaction::<_, DatabaseError>(|batch| {
                Ok(Case::read(&batch.documents.open(batch.db, id, DocumentKind::Case)?.document))
            })
            .unwrap()
    }

    fn head(&mut self) -> u64 {
        self.writer.transaction(|batch| crate::log::head(batch.db)).unwrap()
    }

    /// The log of a server that did not understand an envelope of one change.
    fn hold(&mut self, held: &Envelope) {
        let now = self.now;
        let log = |batch: &mut super::Batch<'_>| {
            let envelope = batch.append(
                now,
                &LogEntry::Envelope(LoggedEnvelope {
                    device: held.device,
                    person: held.person,
                    schema: held.schema,
                    claim: held.claim.clone(),
                    not_before: None,
                    signature: held.signature,
                    changes: 1,
                    continues: None,
                }),
            )?;
            let verdict = LoggedVerdict::Pending { missing: Vec::new() };
            let EnvelopeItem { document, kind, change } = held.items[0].clone();
            batch.append(now, &LogEntry::Change { envelope, document, kind, change, verdict })?;
            Ok::<_, DatabaseError>(())
        };
        self.writer.transaction(log).unwrap();
    }

    fn take_up_held(&mut self) {
        let now = self.now;
        self.writer.transaction::<_, DatabaseError>(|batch| batch.take_up_held(now)).unwrap();
    }

    /// Entries by the first byte of their ids, and when the server witnessed each.
    fn received(&mut self) -> Vec<(u8, i64)> {
        self.writer
            .transaction::<_, DatabaseError>(|batch| {
                let mut statement = batch.db.prepare("SELECT entry, received FROM entries ORDER BY entry")?;
                let rows = statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?[0], row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .unwrap()
    }

    fn assert_tables_follow_from_the_log(&mut self) {
        let differences = self.writer.transaction(|batch| projection::compare(batch.db)).unwrap();
        assert_eq!(differences, []);
    }
}

/// A phone without a replica: it keeps documents in memory and seals what it is told to.
struct Phone {
    signer: SoftwareSigner,
    device: DeviceId,
    person: PersonId,
    actor: ActorBytes,
    documents: HashMap<DocumentId, Document>,
    at: Timestamp,
    count: u8,
}

impl Documents for Phone {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let document = self.documents.entry(id).or_insert_with(|| Document::new(kind).unwrap());
        Ok((document, self.actor))
    }
}

impl Phone {
    fn note(&mut self) -> Author {
        self.count += 1;
        let mut command = *self.device.as_bytes();
        command[0] = self.count;
        Author {
            command: CommandId::from_bytes(command),
            person: self.person,
            claimed_at: self.at,
            corrected_at: self.at,
            stamp_wall: self.at,
        }
    }

    fn write(&mut self, command: &Command) -> Vec<Written> {
        let author = self.note();
        command.execute(&author, self).unwrap()
    }

    /// Something no command of this program does.
    fn forge(
        &mut self,
        document: DocumentId,
        kind: DocumentKind,
        write: impl FnOnce(&mut Edit<'_>) -> Result<(), DocumentError>,
    ) -> Vec<Written> {
        let author = self.note();
        let note = ChangeNote {
            command: author.command,
            person: author.person,
            stamp: roundsman_sync_core::clock::Stamp::ZERO.next(author.stamp_wall),
            claimed_at: author.claimed_at,
        };
        let actor = self.actor;
        let copy = self.documents.entry(document).or_insert_with(|| Document::new(kind).unwrap());
        let change: NewChange = copy.edit(&actor, &note, write).unwrap().unwrap();
        vec![Written { document, kind, change }]
    }

    fn seal(&self, server: &Server, written: Vec<Written>) -> Vec<u8> {
        minicbor::to_vec(self.envelope(server, SCHEMA, written)).unwrap()
    }

    fn envelope(&self, server: &Server, schema: u32, written: Vec<Written>) -> Envelope {
        let items = written
            .into_iter()
            .map(|one| EnvelopeItem {
                document: one.document,
                kind: one.kind,
                change: ByteVec::from(one.change.bytes),
            })
            .collect();
        let reading = ClockReading { wall: self.at, boot_ms: 0, boot: BootId::from_bytes([0; 16]) };
        let claim = TimeClaim { reading, token: None };
        let org = server.identity.office.org;
        Envelope::seal(org, self.device, self.person, schema, claim, items, &self.signer).unwrap()
    }

    fn say(&mut self, server: &Server, command: &Command) -> Vec<u8> {
        let written = self.write(command);
        self.seal(server, written)
    }
}

const CASE: DocumentId = DocumentId::from_bytes([0x11; 16]);

fn create(site: SiteId) -> Command {
    Command::CreateCase {
        case: CASE,
        received: EntryId::from_bytes([1; 16]),
        new: NewCase {
            kind: CaseKind::Repair,
            channel: Channel::Patrol,
            site,
            place: Place::default(),
            description: "地库漏水".into(),
            subject: "equipment/pipe".into(),
            urgency: Urgency::Urgent,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        },
    }
}

fn urgency(urgency: Urgency) -> Command {
    Command::Classify {
        case: CASE,
        to: Classification { urgency: Some(urgency), ..Classification::default() },
    }
}

fn arrived(entry: u8) -> Command {
    Command::Record {
        case: CASE,
        order: None::<OrderId>,
        entry: EntryId::from_bytes([entry; 16]),
        new: NewEntry::now(Fact::Arrived(Default::default()), ""),
    }
}

fn code_of(verdict: &Verdict) -> ErrorCode {
    let Verdict::Quarantined { code, .. } = verdict else { panic!("expected a refusal, got {verdict:?}") };
    *code
}

#[test]
fn what_is_delivered_twice_is_written_once_and_answered_alike() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    let first = server.one(&guard, envelope.clone());
    assert!(matches!(first, Verdict::Accepted { .. }));
    let head = server.head();
    assert_eq!(server.one(&guard, envelope), first);
    assert_eq!(server.head(), head);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn changes_that_arrive_backwards_wait_and_are_then_all_there() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelopes: Vec<_> = [create(server.site), arrived(2), urgency(Urgency::General)]
        .iter()
        .map(|command| guard.say(&server, command))
        .collect();
    for envelope in envelopes[1..].iter().rev() {
        assert!(matches!(server.one(&guard, envelope.clone()), Verdict::Pending { .. }));
    }
    server.one(&guard, envelopes[0].clone());
    for envelope in &envelopes {
        assert!(matches!(server.one(&guard, envelope.clone()), Verdict::Accepted { .. }));
    }
    assert_eq!(server.case(CASE).urgency.shown(), Some(&Urgency::General));
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_builds_on_a_refused_change_is_refused_with_it_whichever_comes_first() {
    for backwards in [false, true] {
        let mut server = Server::new();
        let mut guard = server.enrol("王强", Role::Guard);
        let elsewhere = guard.say(&server, &create(SiteId::from_bytes([9; 16])));
        let after = guard.say(&server, &arrived(2));
        let order = if backwards { [&after, &elsewhere] } else { [&elsewhere, &after] };
        for envelope in order {
            server.one(&guard, envelope.clone());
        }
        assert_eq!(code_of(&server.one(&guard, elsewhere)), ErrorCode::SiteNotPermitted);
        assert_eq!(code_of(&server.one(&guard, after)), ErrorCode::DependencyRefused);
        server.assert_tables_follow_from_the_log();
    }
}

#[test]
fn a_guard_cannot_write_contact_data_and_a_receptionist_can() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let mut desk = server.enrol("陈静", Role::Reception);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let details = ContactDetails { name: Some("李女士".into()), ..ContactDetails::default() };
    let command = Command::WriteContact { case: CASE, details };
    let envelope = guard.say(&server, &command);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::RoleNotPermitted);
    let envelope = desk.say(&server, &command);
    assert!(matches!(server.one(&desk, envelope), Verdict::Accepted { .. }));
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_phone_whose_clock_is_hours_ahead_is_told_so() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    guard.at = server.now.plus_millis(3 * 3_600_000);
    let envelope = guard.say(&server, &create(server.site));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ClockAhead);
}

#[test]
fn a_stranger_to_the_estate_writes_nothing_there() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let elsewhere = SiteId::from_bytes([9; 16]);
    let envelope = guard.say(&server, &create(elsewhere));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::SiteNotPermitted);
}

#[test]
fn a_case_cannot_be_moved_to_another_estate() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let moved = guard.forge(CASE, DocumentKind::Case, |edit| edit.set(&["fields"], "site", vec![9u8; 16]));
    let envelope = guard.seal(&server, moved);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted);
}

#[test]
fn an_arrival_once_stated_can_be_neither_replaced_nor_reworded() {
    type Attack = fn(&mut Edit<'_>, &str) -> Result<(), DocumentError>;
    let attacks: [Attack; 2] = [
        |edit, key| edit.add(&["entries"], key, [("kind", "arrived".into())]),
        |edit, key| edit.set(&["entries", key], "claimed_at", 5i64),
    ];
    for attack in attacks {
        let mut server = Server::new();
        let mut guard = server.enrol("王强", Role::Guard);
        for command in [create(server.site), arrived(2)] {
            let envelope = guard.say(&server, &command);
            server.one(&guard, envelope);
        }
        let before = server.case(CASE).entries;
        let key = EntryId::from_bytes([2; 16]).to_string();
        let forged = guard.forge(CASE, DocumentKind::Case, |edit| attack(edit, &key));
        let envelope = guard.seal(&server, forged);
        assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::EntryImmutable);
        assert_eq!(server.case(CASE).entries, before);
        server.assert_tables_follow_from_the_log();
    }
}

#[test]
fn an_entry_says_the_person_time_and_stamp_of_the_change_that_adds_it() {
    let forge = |by: [u8; 16], claimed_at: i64, stamp: u64| {
        move |edit: &mut Edit<'_>| {
            let fields = [
                ("kind", automerge::ScalarValue::from("arrived")),
                ("by", automerge::ScalarValue::from(by.to_vec())),
                ("claimed_at", automerge::ScalarValue::Timestamp(claimed_at)),
                ("stamp", automerge::ScalarValue::Uint(stamp)),
            ];
            edit.add(&["entries"], &EntryId::from_bytes([2; 16]).to_string(), fields)
        }
    };
    let honest_stamp = roundsman_sync_core::clock::Stamp::ZERO.next(Timestamp::from_millis(START)).as_u64();
    let table = [
        // A stamp at the end of time would turn every later edit of the case away.
        (false, START, u64::MAX),
        // A colleague's name.
        (true, START, honest_stamp),
        // Another time than the envelope claims.
        (false, START - 3_600_000, honest_stamp),
    ];
    for (as_another, claimed_at, stamp) in table {
        let mut server = Server::new();
        let mut guard = server.enrol("王强", Role::Guard);
        let envelope = guard.say(&server, &create(server.site));
        server.one(&guard, envelope);
        let by = if as_another { [7; 16] } else { *guard.person.as_bytes() };
        let forged = guard.forge(CASE, DocumentKind::Case, forge(by, claimed_at, stamp));
        let envelope = guard.seal(&server, forged);
        assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::PersonMismatch);
    }
}

#[test]
fn an_edit_of_the_morning_does_not_witness_an_arrival_of_the_evening() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    for command in [create(server.site), urgency(Urgency::General)] {
        let envelope = guard.say(&server, &command);
        server.one(&guard, envelope);
    }
    server.now = server.now.plus_millis(8 * 3_600_000);
    // The same command id once more, for something else.
    guard.count -= 1;
    let envelope = guard.say(&server, &arrived(2));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
    let received: i64 = server
        .writer
        .transaction::<_, DatabaseError>(|batch| {
            let sql = "SELECT received FROM entries WHERE kind = 'arrived'";
            Ok(batch.db.query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(received, server.now.millis());
}

#[test]
fn a_container_cannot_be_put_in_place_of_the_seeds_own() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let forged = guard.forge(CASE, DocumentKind::Case, |edit| edit.add(&[], "photos", []));
    let envelope = guard.seal(&server, forged);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted);
}

#[test]
fn two_changes_under_one_actor_and_number_are_a_fork() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let kept = guard.documents.clone();
    let first = guard.say(&server, &urgency(Urgency::General));
    guard.documents = kept;
    let second = guard.say(&server, &urgency(Urgency::Important));
    assert!(matches!(server.one(&guard, first), Verdict::Accepted { .. }));
    assert_eq!(server.one(&guard, second), Verdict::Fork);
}

#[test]
fn an_envelope_that_was_touched_or_is_another_phones_is_not_taken() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let other = server.enrol("赵磊", Role::Technician);
    let envelope = guard.say(&server, &create(server.site));
    let head = server.head();
    assert_eq!(code_of(&server.one(&other, envelope.clone())), ErrorCode::PersonMismatch);
    let mut touched = envelope.clone();
    let last = touched.len() - 1;
    touched[last] ^= 1;
    assert_eq!(code_of(&server.one(&guard, touched)), ErrorCode::SignatureInvalid);
    assert_eq!(code_of(&server.one(&guard, b"no envelope".to_vec())), ErrorCode::ChangeMalformed);
    assert_eq!(server.head(), head, "nothing of it was written down");
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
}

#[test]
fn an_envelope_for_another_organisation_is_not_taken() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let written = guard.write(&create(server.site));
    let org = server.identity.office.org;
    server.identity.office.org = roundsman_sync_core::ids::OrgId::from_bytes([9; 16]);
    let envelope = guard.seal(&server, written);
    server.identity.office.org = org;
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::PersonMismatch);
}

#[test]
fn a_start_that_was_refused_does_not_decide_what_the_document_is() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let forged = guard.forge(CASE, DocumentKind::Contact, |edit| edit.set(&["fields"], "name", "x"));
    let envelope = guard.seal(&server, forged);
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::ChangeNotPermitted);
    guard.documents.clear();
    let envelope = guard.say(&server, &create(server.site));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
}

#[test]
fn what_a_revoked_phone_brings_is_kept_and_goes_no_further() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let device = guard.device;
    assert!(server.office(|batch, office, _, desk| office.revoke(batch, desk, device).unwrap()));
    let envelope = guard.say(&server, &create(server.site));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::DeviceRevoked);
    assert!(server.case(CASE).entries.is_empty());
    server.assert_tables_follow_from_the_log();
}

#[test]
fn tables_thrown_away_and_made_again_are_the_same() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    for command in [create(server.site), arrived(2), urgency(Urgency::Important)] {
        let envelope = guard.say(&server, &command);
        server.one(&guard, envelope);
    }
    let entries = server.writer.transaction(|batch| batch.rebuild(&mut |_| {})).unwrap();
    assert!(entries > 5);
    server.assert_tables_follow_from_the_log();
    server
        .writer
        .transaction::<_, DatabaseError>(|batch| {
            Ok(batch.db.execute("UPDATE cases SET status = 'closed'", [])?)
        })
        .unwrap();
    let differences = server.writer.transaction(|batch| projection::compare(batch.db)).unwrap();
    assert_eq!(differences.iter().map(|difference| difference.table).collect::<Vec<_>>(), ["cases"]);
}

#[test]
fn a_document_whose_snapshot_was_damaged_is_made_again_from_the_log() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &create(server.site));
    server.one(&guard, envelope);
    let stored = server.writer.take_stored();
    let number = *stored.last().unwrap();
    let reads_back = |batch: &mut super::Batch<'_>| projection::reads_back(batch.db, number);
    assert!(server.writer.transaction(reads_back).unwrap());
    server
        .writer
        .transaction::<_, DatabaseError>(|batch| {
            batch.db.execute("UPDATE documents SET snapshot = x'00' WHERE number = ?1", [number])?;
            batch.documents.clear();
            Ok(())
        })
        .unwrap();
    assert!(!server.writer.transaction(reads_back).unwrap());
    let envelope = guard.say(&server, &arrived(2));
    assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
    assert_eq!(server.case(CASE).entries.len(), 2);
    assert!(server.writer.transaction(reads_back).unwrap());
    server.assert_tables_follow_from_the_log();
}
