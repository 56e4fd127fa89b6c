//! A phone with a file, a clock that is set by hand, and replies written by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use rand::SeedableRng as _;
use rand::rngs::ChaCha12Rng;

use crate::clock::{Clock, ClockReading, Timestamp};
use crate::document::{ActorBytes, Document, DocumentKind, NewChange};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{BootId, CommandId, DeviceId, DocumentId, EntryId, LogId, OrgId, PersonId, SiteId};
use crate::limits::REQUEST_BYTES_MAX;
use crate::model::{
    Author, Case, CaseKind, CaseSummary, Channel, Command, Documents, Fact, NewCase, NewEntry, Place, Role,
    Urgency,
};
use crate::protocol::PROTOCOL;
use crate::protocol::key::{Algorithm, Signer as _, SoftwareSigner};
use crate::protocol::messages::{
    DocumentNumber, EnrolReply, FeedGrant, FeedNumber, Page, PageDocument, Pos, Rights, RoleGrant, SyncReply,
    SyncRequest, Verdict,
};
use crate::protocol::packing::{pack, unpack};
use crate::replica::{Environment, Replica, SqliteStore, SyncBudget, SyncSession};

pub(super) const SITE: SiteId = SiteId::from_bytes([4; 16]);
pub(super) const LOG: LogId = LogId::from_bytes([5; 16]);
pub(super) const PERSON: PersonId = PersonId::from_bytes([6; 16]);
pub(super) const FEED: FeedNumber = FeedNumber(1);
pub(super) const NOON: i64 = 1_700_000_000_000;

#[derive(Clone)]
struct HandClock(Arc<Mutex<ClockReading>>);

impl Clock for HandClock {
    fn read(&mut self) -> ClockReading {
        *self.0.lock().unwrap()
    }
}

pub(super) struct Phone {
    pub(super) dir: tempfile::TempDir,
    pub(super) replica: Replica,
    clock: HandClock,
    starts: u64,
}

pub(super) fn open(path: &std::path::Path, clock: Box<dyn Clock>) -> Replica {
    let env = Environment { clock, rng: Box::new(ChaCha12Rng::seed_from_u64(7)) };
    Replica::open(Box::new(SqliteStore::open(path).unwrap()), env, None).unwrap()
}

pub(super) fn grant(role: Role) -> RoleGrant {
    RoleGrant { site: SITE, role, department: None }
}

impl Phone {
    /// A phone that nobody has enrolled.
    pub(super) fn fresh() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = HandClock(Arc::new(Mutex::new(ClockReading {
            wall: Timestamp::from_millis(NOON),
            boot_ms: 1_000,
            boot: BootId::from_bytes([8; 16]),
        })));
        let replica = open(&dir.path().join("phone.db"), Box::new(clock.clone()));
        Self { dir, replica, clock, starts: 0 }
    }

    /// An enrolled phone of somebody with this role.
    pub(super) fn of(role: Role) -> Self {
        let mut phone = Self::fresh();
        phone.replica.enrol_request("CODE", "Pixel").unwrap();
        phone.replica.enrol_apply(&ok(&enrol_reply(role))).unwrap();
        phone
    }

    /// As if the process had been killed and started again.
    pub(super) fn restarted(self) -> Self {
        let Self { dir, replica, clock, starts } = self;
        drop(replica);
        let mut seeded = open(&dir.path().join("phone.db"), Box::new(clock.clone()));
        // Another run draws other chance.
        seeded.env.rng = Box::new(ChaCha12Rng::seed_from_u64(8 + starts));
        Self { dir, replica: seeded, clock, starts: starts + 1 }
    }

    pub(super) fn wait_ms(&self, millis: i64) {
        let mut reading = self.clock.0.lock().unwrap();
        reading.wall = reading.wall.plus_millis(millis);
        reading.boot_ms += millis;
    }

    pub(super) fn set_wall(&self, wall: i64) {
        self.clock.0.lock().unwrap().wall = Timestamp::from_millis(wall);
    }

    pub(super) fn start(&mut self) -> SyncSession {
        self.replica.start_sync(SyncBudget::default())
    }

    pub(super) fn next(&mut self, session: &mut SyncSession) -> SyncRequest {
        read(&self.replica.next_request(session).unwrap().expect("a request"))
    }

    /// One round trip.
    pub(super) fn answer(&mut self, session: &mut SyncSession, reply: &SyncReply) {
        self.next(session);
        self.replica.apply(session, &ok(reply)).unwrap();
    }

    /// A whole sync that ends with this reply.
    pub(super) fn sync(&mut self, reply: &SyncReply) -> SyncSession {
        let mut session = self.start();
        self.answer(&mut session, reply);
        self.done(&mut session);
        session
    }

    pub(super) fn done(&mut self, session: &mut SyncSession) {
        assert!(self.replica.next_request(session).unwrap().is_none(), "the sync should be done");
    }

    pub(super) fn create(&mut self) -> DocumentId {
        self.replica.create_case(new_case()).unwrap()
    }

    pub(super) fn remark(&mut self, case: DocumentId, note: &str) -> EntryId {
        self.replica.record(case, None, NewEntry::now(Fact::Remark, note)).unwrap()
    }

    pub(super) fn notes(&mut self, case: DocumentId) -> Vec<String> {
        let case = self.replica.case(case).unwrap().unwrap();
        case.entries.into_iter().map(|entry| entry.note).filter(|note| !note.is_empty()).collect()
    }

    /// The document as this phone has it, for a server that took everything.
    pub(super) fn document(&mut self, id: DocumentId) -> Document {
        self.replica.cache.load(&*self.replica.store, id, DocumentKind::Case).unwrap().unwrap()
    }

    pub(super) fn listed(&self) -> Vec<DocumentId> {
        let items = self.replica.cases(&crate::replica::CaseFilter::default(), 0, 100).unwrap();
        items.into_iter().map(|item| item.id).collect()
    }
}

pub(super) fn enrol_reply(role: Role) -> EnrolReply {
    let key = SoftwareSigner::generate(Algorithm::Ed25519, &mut ChaCha12Rng::seed_from_u64(1));
    EnrolReply {
        org: OrgId::from_bytes([1; 16]),
        device: DeviceId::from_bytes([2; 16]),
        person: PERSON,
        person_name: "王师傅".into(),
        roles: vec![grant(role)],
        log: LOG,
        token: "t0".into(),
        server_time: Timestamp::from_millis(NOON),
        server_key: key.public_key(),
    }
}

pub(super) fn new_case() -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site: SITE,
        place: Place { building: Some("3".into()), ..Place::default() },
        description: "楼道灯不亮".into(),
        subject: "equipment/light".into(),
        urgency: Urgency::General,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

pub(super) fn read(request: &Request<Vec<u8>>) -> SyncRequest {
    assert_eq!(request.uri(), "/v1/sync");
    unpack(request.body(), REQUEST_BYTES_MAX).unwrap()
}

pub(super) fn ok<T: minicbor::Encode<()>>(message: &T) -> Response<Vec<u8>> {
    Response::new(pack(message))
}

pub(super) fn problem(status: u16, code: ErrorCode) -> Response<Vec<u8>> {
    let body = format!(r#"{{"code":"{code}","detail":"so says the test"}}"#);
    Response::builder().status(status).body(body.into_bytes()).unwrap()
}

/// A level reply with these verdicts, one for each envelope.
pub(super) fn reply(verdicts: Vec<Verdict>) -> SyncReply {
    SyncReply {
        protocol: PROTOCOL,
        log: LOG,
        verdicts: verdicts.into_iter().map(|verdict| vec![verdict]).collect(),
        rights: Some(rights(vec![FeedGrant { feed: FEED, since: 1 }])),
        pages: Vec::new(),
        receipts: Vec::new(),
        grants: Vec::new(),
        checksum: None,
        base: 10,
        token: "t1".into(),
        server_time: Timestamp::from_millis(NOON),
        more: false,
        backed_up: 0,
        repair: None,
        resync: None,
        continues: None,
        recovered: 0,
    }
}

/// The rights of a receptionist with these feeds.
pub(super) fn rights(feeds: Vec<FeedGrant>) -> Rights {
    Rights { feeds, roles: vec![grant(Role::Reception)] }
}

pub(super) fn accepted(pos: Pos) -> Verdict {
    Verdict::Accepted { pos }
}

pub(super) fn quarantined(code: ErrorCode) -> Verdict {
    Verdict::Quarantined { code, why: code.meaning().into() }
}

/// The last page of a walk.
pub(super) fn page(feed: FeedNumber, base: Pos, documents: Vec<PageDocument>) -> Page {
    Page { feed, base, pos: 10, done: true, documents }
}

pub(super) fn enter(number: u64, id: DocumentId, document: &Document) -> PageDocument {
    let summary = (document.kind() == DocumentKind::Case)
        .then(|| minicbor::to_vec(CaseSummary::of(&Case::read(document))).unwrap().into());
    PageDocument::Enter {
        number: DocumentNumber(number),
        id,
        kind: document.kind(),
        snapshot: document.save().into(),
        summary,
    }
}

/// Somebody else who writes in the same documents.
pub(super) struct Colleague {
    actor: ActorBytes,
    pub(super) documents: BTreeMap<DocumentId, Document>,
    commands: u8,
}

impl Documents for Colleague {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        _: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let document = self.documents.entry(id).or_insert_with(|| Document::new(kind).unwrap());
        Ok((document, self.actor))
    }
}

impl Colleague {
    pub(super) fn new(number: u8) -> Self {
        Self { actor: ActorBytes::from_bytes([number; 16]), documents: BTreeMap::new(), commands: 0 }
    }

    pub(super) fn run(&mut self, command: &Command) -> NewChange {
        self.commands += 1;
        let at = Timestamp::from_millis(NOON + i64::from(self.commands));
        let author = Author {
            command: CommandId::from_bytes([self.commands; 16]),
            person: PersonId::from_bytes(*self.actor.as_bytes()),
            claimed_at: at,
            corrected_at: at,
            stamp_wall: at,
        };
        command.execute(&author, self).unwrap().remove(0).change
    }

    pub(super) fn create(&mut self, number: u8) -> DocumentId {
        let case = DocumentId::from_bytes([number; 16]);
        let received = EntryId::from_bytes([number; 16]);
        self.run(&Command::CreateCase { case, received, new: new_case() });
        case
    }

    pub(super) fn remark(&mut self, case: DocumentId, note: &str) -> NewChange {
        let entry = EntryId::from_bytes([100 + self.commands; 16]);
        let new = NewEntry::now(Fact::Remark, note);
        self.run(&Command::Record { case, order: None, entry, new })
    }
}
