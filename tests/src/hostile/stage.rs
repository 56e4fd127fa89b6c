//! A server, two honest phones, and the key of a third that was lost.

use http::{Request, Response};
use minicbor::Encode;
use minicbor::bytes::ByteVec;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::service::Service;
use roundsman_server::verify::verify;
use roundsman_sync_core::clock::{ClockReading, Stamp, Timestamp};
use roundsman_sync_core::document::{ActorBytes, ChangeNote, Document, DocumentKind};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{
    BootId, ChangeHash, CommandId, DeviceId, DocumentId, LogId, PersonId, SiteId,
};
use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use roundsman_sync_core::model::{
    Author, CaseKind, Channel, Command, Documents, Fact, NewCase, NewEntry, Place, Role, SCHEMA, Urgency,
};
use roundsman_sync_core::protocol::PROTOCOL;
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim};
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::key::{Algorithm, Signature, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::{SyncReply, SyncRequest, Verdict};
use roundsman_sync_core::protocol::packing::{pack, unpack};
use roundsman_sync_core::replica::{EditState, Environment, MemoryStore, Replica, SyncBudget};

use super::parts;
use crate::world::{PhoneClock, SimServer, WorldTime};

/// Any fixed moment: each stage is the same, so that bytes which did harm on one do it on the next.
const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// What became of a change, in one word.
pub fn outcome(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted { .. } => "accepted",
        Verdict::Pending { .. } => "pending",
        Verdict::Quarantined { code, .. } => code.as_str(),
        Verdict::Superseded { .. } => "superseded",
        Verdict::Fork => "fork",
    }
}

/// Where hostile bytes are played.
pub struct Stage {
    /// The server.
    pub server: SimServer,
    /// The estate.
    pub site: SiteId,
    /// A case that everybody writes into.
    pub case: DocumentId,
    /// Whose phone was lost: a director, who may write nearly everything.
    pub person: PersonId,
    /// The lost phone.
    pub device: DeviceId,
    /// Its key.
    pub signer: SoftwareSigner,
    /// The last token that it was given.
    pub token: String,
    time: WorldTime,
    rng: ChaCha8Rng,
    honest: [Replica; 2],
    counter: u64,
    notes: u64,
}

impl Stage {
    /// Everybody enrolled, one case written and read by both honest phones.
    pub fn new() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut server = SimServer::new(1, START);
        let time = WorldTime::starting_at(START);
        let desk = Sitting { person: server.service().unwrap().identity().desk, now: START };
        let site = {
            let (service, rng) = server.office().unwrap();
            service
                .write::<_, OfficeError>(|batch, office| office.add_site(batch, rng, desk, "和园"))
                .unwrap()
        };
        let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng);
        let code = invite(&mut server, site, "何主任", Role::SiteDirector);
        let (device, person) = {
            let (service, rng) = server.office().unwrap();
            let key = signer.public_key();
            service
                .write::<_, OfficeError>(|batch, office| office.enrol(batch, rng, START, &code, &key, "lost"))
                .unwrap()
        };
        let people = [("陈前台", Role::Reception), ("周主管", Role::Supervisor)];
        let honest = people.map(|(name, role)| {
            let code = invite(&mut server, site, name, role);
            let clock = PhoneClock::new(time.clone(), 0, 0, BootId::from_bytes([1; 16]));
            let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng);
            let chance = ChaCha8Rng::seed_from_u64(rng.random());
            let env = Environment { clock: Box::new(clock), rng: Box::new(chance) };
            let mut phone = Replica::open(Box::new(MemoryStore::new()), env, Some(Box::new(signer))).unwrap();
            let request = phone.enrol_request(&code, name).unwrap();
            phone.enrol_apply(&server.handle(START, &request).unwrap()).unwrap();
            phone
        });
        let (token, case) = (String::new(), DocumentId::from_bytes([0; 16]));
        let (counter, notes) = (0, 0);
        let mut stage =
            Self { server, site, case, person, device, signer, token, time, rng, honest, counter, notes };
        stage.case = stage.honest[0].create_case(new_case(site)).unwrap();
        stage.work().unwrap();
        // Begins with a word from the server, which alone gives tokens.
        let _ = stage.ask(&stage.asked(Vec::new()));
        stage
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The running service.
    pub fn service(&self) -> &Service {
        self.server.service().unwrap()
    }

    /// A document as the server has it.
    pub fn document(&self, id: DocumentId, kind: DocumentKind) -> Document {
        let snapshot: Option<Vec<u8>> = self
            .service()
            .read::<_, DatabaseError>(|db| {
                let mut find = db.prepare("SELECT snapshot FROM documents WHERE id = ?1")?;
                let mut rows = find.query([id.as_bytes()])?;
                Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
            })
            .unwrap();
        snapshot.map_or_else(|| Document::new(kind), |bytes| Document::load(kind, &bytes)).unwrap()
    }

    /// What an honest program on the lost phone would write.
    pub fn written(&mut self, command: &Command) -> Vec<EnvelopeItem> {
        let author = Author {
            command: CommandId::from_bytes(self.chance()),
            person: self.person,
            claimed_at: self.now(),
            corrected_at: self.now(),
            stamp_wall: self.now(),
        };
        let actor = ActorBytes::from_bytes(self.chance());
        let mut hand = Hand { stage: self, actor, open: Vec::new() };
        let written = command.execute(&author, &mut hand).unwrap();
        written
            .into_iter()
            .map(|one| EnvelopeItem {
                document: one.document,
                kind: one.kind,
                change: ByteVec::from(one.change.bytes),
            })
            .collect()
    }

    /// A note as a change of the lost phone carries it.
    pub fn note(&mut self) -> ChangeNote {
        let command = CommandId::from_bytes(self.chance());
        let stamp = Stamp::ZERO.next(self.now());
        ChangeNote { command, person: self.person, stamp, claimed_at: self.now() }
    }

    /// Sixteen bytes that never came before.
    pub fn chance(&mut self) -> [u8; 16] {
        self.rng.random()
    }

    /// A change to the case, with the lost phone's signature, whatever its bytes are.
    pub fn sealed(&self, change: &[u8]) -> Vec<u8> {
        self.seal(vec![self.item(change)])
    }

    /// A change to the case.
    pub fn item(&self, change: &[u8]) -> EnvelopeItem {
        EnvelopeItem { document: self.case, kind: DocumentKind::Case, change: ByteVec::from(change.to_vec()) }
    }

    /// An envelope with the lost phone's signature.
    pub fn seal(&self, items: Vec<EnvelopeItem>) -> Vec<u8> {
        minicbor::to_vec(self.envelope(items)).unwrap()
    }

    /// An envelope with the lost phone's signature.
    pub fn envelope(&self, items: Vec<EnvelopeItem>) -> Envelope {
        let claim = TimeClaim { reading: self.reading(), token: None };
        let unsigned = Envelope {
            org: self.service().identity().office.org,
            device: self.device,
            person: self.person,
            schema: SCHEMA,
            claim,
            items,
            signature: Signature::from_bytes([0; Signature::BYTES]),
        };
        self.signed(unsigned)
    }

    /// The same envelope, signed by the lost phone as it stands: section 7 of protocol.md, also over what is no
    /// change.
    pub fn signed(&self, mut envelope: Envelope) -> Envelope {
        #[derive(Encode)]
        struct Signed<'a>(
            #[n(0)] &'a str,
            #[n(1)] roundsman_sync_core::ids::OrgId,
            #[n(2)] DeviceId,
            #[n(3)] PersonId,
            #[n(4)] u32,
            #[n(5)] &'a TimeClaim,
            #[n(6)] Vec<(DocumentId, DocumentKind, ChangeHash)>,
        );
        let Envelope { org, device, person, schema, claim, items, .. } = &envelope;
        let items = items
            .iter()
            .map(|item| (item.document, item.kind, ChangeHash::from_bytes(parts::hash(&item.change))))
            .collect();
        let signed = Signed("roundsman/envelope/1", *org, *device, *person, *schema, claim, items);
        envelope.signature = self.signer.sign(&minicbor::to_vec(signed).unwrap()).unwrap();
        envelope
    }

    fn reading(&self) -> ClockReading {
        ClockReading { wall: self.now(), boot_ms: 0, boot: BootId::from_bytes([0; 16]) }
    }

    /// A request of the lost phone. It names another log, so that it is sent no pages.
    pub fn asked(&self, envelopes: Vec<Vec<u8>>) -> SyncRequest {
        SyncRequest {
            protocol: PROTOCOL,
            log: LogId::from_bytes([0; 16]),
            base: 0,
            behind: Vec::new(),
            envelopes: envelopes.into_iter().map(ByteVec::from).collect(),
            time: TimeClaim { reading: self.reading(), token: None },
            budget_bytes: 0,
            photos: Vec::new(),
            rights: 0,
            repair: None,
            recovered: Vec::new(),
        }
    }

    /// Any body as a sync, rightly signed.
    pub fn request(&mut self, body: Vec<u8>) -> Request<Vec<u8>> {
        self.counter += 1;
        let (counter, device) = (self.counter, self.device);
        let lines =
            sign_request("POST", "/v1/sync", &body, &self.token, counter, device, &self.signer).unwrap();
        let mut request = Request::post("/v1/sync");
        for (name, value) in lines {
            request = request.header(name, value);
        }
        request.body(body).unwrap()
    }

    /// Hands the server a request.
    pub fn send(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let now = self.now();
        let reply = self.server.handle(now, request).unwrap();
        let token = reply.headers().get("roundsman-token").and_then(|token| token.to_str().ok());
        if let Some(token) = token {
            self.token = token.to_owned();
        }
        reply
    }

    /// What the server replies to a request, or its problem.
    pub fn ask(&mut self, asked: &SyncRequest) -> Result<SyncReply, String> {
        let request = self.request(pack(asked));
        let reply = self.send(&request);
        if reply.status() != 200 {
            return Err(format!("{}: {}", reply.status(), String::from_utf8_lossy(reply.body())));
        }
        let told: SyncReply = unpack(reply.body(), REPLY_BYTES_MAX).map_err(|refusal| refusal.message)?;
        self.token.clone_from(&told.token);
        Ok(told)
    }

    /// Delivers envelopes in one request.
    pub fn deliver(&mut self, envelopes: Vec<Vec<u8>>) -> Result<Vec<Vec<Verdict>>, String> {
        let count = envelopes.len();
        let told = self.ask(&self.asked(envelopes))?;
        if told.verdicts.len() == count {
            Ok(told.verdicts)
        } else {
            Err(format!("{} verdicts on {count} envelopes", told.verdicts.len()))
        }
    }

    /// The office lets the lost phone go on, if it was frozen; tells whether it was.
    pub fn thaw(&mut self) -> bool {
        let (device, desk) = (self.device, self.desk());
        self.service().write::<_, DatabaseError>(|batch, office| office.thaw(batch, desk, device)).unwrap()
    }

    /// The office shuts the lost phone out.
    pub fn revoke(&mut self) {
        let (device, desk) = (self.device, self.desk());
        self.service().write::<_, DatabaseError>(|batch, office| office.revoke(batch, desk, device)).unwrap();
    }

    fn desk(&self) -> Sitting {
        Sitting { person: self.service().identity().desk, now: self.now() }
    }

    /// Two people do their work: the first writes into the case and starts another, the second reads both.
    pub fn work(&mut self) -> Result<(), String> {
        let told = |refusal: Refusal| format!("{}: {}", refusal.code.as_str(), refusal.message);
        self.time.pass(1_000);
        self.notes += 1;
        let words = format!("honest work {}", self.notes);
        let (case, site) = (self.case, self.site);
        let first = &mut self.honest[0];
        let entry = first.record(case, None, NewEntry::now(Fact::Remark, words.as_str())).map_err(told)?;
        let own = first.create_case(new_case(site)).map_err(told)?;
        self.sync(0)?;
        for edit in self.honest[0].edits().map_err(told)?.iter().rev().take(2) {
            if !matches!(edit.state, EditState::Accepted { .. }) {
                return Err(format!("an honest {} is {:?}", edit.what, edit.state));
            }
        }
        self.sync(1)?;
        let read = self.honest[1].case(case).map_err(told)?.ok_or("the case is gone")?;
        if !read.entries.iter().any(|one| one.id == entry && one.note == words) {
            return Err("the second phone does not read what the first wrote".to_owned());
        }
        self.honest[1].case(own).map_err(told)?.map(|_| ()).ok_or("the new case did not arrive".to_owned())
    }

    fn sync(&mut self, at: usize) -> Result<(), String> {
        let now = self.now();
        let phone = &mut self.honest[at];
        let told = |refusal: Refusal| format!("{}: {}", refusal.code.as_str(), refusal.message);
        let mut session = phone.start_sync(SyncBudget::default());
        while let Some(request) = phone.next_request(&mut session).map_err(told)? {
            let reply = self.server.handle(now, &request).unwrap();
            phone.apply(&mut session, &reply).map_err(told)?;
        }
        if session.counts().resyncs == 0 { Ok(()) } else { Err("a phone had to begin anew".to_owned()) }
    }

    /// That log, signatures, documents and tables agree.
    pub fn verify(&self) -> Result<(), String> {
        let service = self.service();
        let db = service.connect().unwrap();
        let report = verify(&db, service.blobs(), &mut |_, _| {}).map_err(|error| error.to_string())?;
        if report.ok { Ok(()) } else { Err(report.problems.join("; ")) }
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// The lost phone's copies of documents.
struct Hand<'a> {
    stage: &'a Stage,
    actor: ActorBytes,
    open: Vec<(DocumentId, Document)>,
}

impl Documents for Hand<'_> {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let at = match self.open.iter().position(|(known, _)| *known == id) {
            Some(at) => at,
            None => {
                self.open.push((id, self.stage.document(id, kind)));
                self.open.len() - 1
            }
        };
        Ok((&mut self.open[at].1, self.actor))
    }
}

fn invite(server: &mut SimServer, site: SiteId, name: &str, role: Role) -> String {
    let (service, rng) = server.office().unwrap();
    let desk = Sitting { person: service.identity().desk, now: START };
    let newcomer = Newcomer { name: name.to_owned(), site, role, department: None };
    service
        .write::<_, OfficeError>(|batch, office| {
            let person = office.add_person(batch, rng, desk, &newcomer)?;
            Ok(office.invite(batch, rng, desk, person)?.reveal())
        })
        .unwrap()
}

/// A case as reception writes it down.
pub fn new_case(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place: Place::default(),
        description: "管道漏水，三单元".to_owned(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}
