//! What a phone writes and signs, without the phone: so that a load generator has nothing left to do but send.

use std::collections::HashMap;

use http::Request;
use minicbor::bytes::ByteVec;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::clock::ClockReading;
use roundsman_sync_core::document::{ActorBytes, Document, DocumentKind};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{
    BootId, CommandId, DocumentId, EntryId, LogId, OrderId, OrgId, PhotoHash, PhotoId,
};
use roundsman_sync_core::model::fact::{Arrival, Fact};
use roundsman_sync_core::model::{Author, Command, Documents, NewEntry, NewPhoto, PhotoRole, SCHEMA};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim, TokenSeen};
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::messages::{Pos, SyncRequest};
use roundsman_sync_core::protocol::{MEDIA_TYPE, PROTOCOL, packing};
use rusqlite::Connection;

use crate::app::App;
use crate::bench::BenchError;
use crate::bench::estate::{Enrolled, remark};

/// Changes made to one case before the next.
pub(super) const CHANGES_EACH: usize = 5;

/// One enrolled phone as an author.
pub(super) struct Pen {
    pub(super) enrolled: Enrolled,
    org: OrgId,
    log: LogId,
    base: Pos,
    actor: ActorBytes,
    boot: BootId,
    documents: HashMap<DocumentId, Document>,
    /// The server's last token; none before the first exchange.
    pub(super) token: String,
    counter: u64,
    rng: StdRng,
}

impl Pen {
    /// A phone that holds these cases as they now are at the server, and is level.
    pub(super) fn new(
        db: &Connection,
        enrolled: Enrolled,
        (org, log, base): (OrgId, LogId, Pos),
        cases: &[(DocumentId, OrderId)],
        seed: u64,
    ) -> Result<Self, BenchError> {
        let mut documents = HashMap::new();
        for (case, _) in cases {
            let snapshot: Vec<u8> = db
                .prepare_cached("SELECT snapshot FROM documents WHERE id = ?1")?
                .query_row([case.as_bytes()], |row| row.get(0))?;
            let document = Document::load(DocumentKind::Case, &snapshot).map_err(Refusal::from)?;
            documents.insert(*case, document);
        }
        let mut rng = StdRng::seed_from_u64(seed);
        let (actor, boot) = (ActorBytes::mint(&mut rng), BootId::mint(App::now(), &mut rng));
        Ok(Self { enrolled, org, log, base, actor, boot, documents, token: String::new(), counter: 0, rng })
    }

    /// Some work on each of these cases, as envelopes of so many changes.
    pub(super) fn work(
        &mut self,
        cases: &[(DocumentId, OrderId)],
        changes_per_envelope: usize,
    ) -> Result<Vec<Vec<u8>>, BenchError> {
        let mut items = Vec::new();
        for &(case, order) in cases {
            for step in 0..CHANGES_EACH {
                let command = self.step(case, order, step);
                let now = App::now();
                let author = Author {
                    command: CommandId::mint(now, &mut self.rng),
                    person: self.enrolled.person,
                    claimed_at: now,
                    corrected_at: now,
                    stamp_wall: now,
                };
                items.extend(command.execute(&author, self)?.into_iter().map(|written| EnvelopeItem {
                    document: written.document,
                    kind: written.kind,
                    change: ByteVec::from(written.change.bytes),
                }));
            }
        }
        items.chunks(changes_per_envelope).map(|items| self.seal(items.to_vec())).collect()
    }

    /// What a technician does on a visit.
    fn step(&mut self, case: DocumentId, order: OrderId, step: usize) -> Command {
        let (now, rng) = (App::now(), &mut self.rng);
        let fact = match step {
            0 => Fact::Accepted,
            1 => Fact::Arrived(Arrival::default()),
            2 => {
                let new = NewPhoto {
                    hash: PhotoHash::of(&rng.random::<[u8; 16]>()),
                    size: rng.random_range(200_000..3_000_000),
                    role: PhotoRole::Before,
                    caption: "维修前".to_owned(),
                    preview: None,
                };
                return Command::AddPhoto { case, photo: PhotoId::mint(now, rng), new };
            }
            3 => return remark(case, order, now, rng),
            _ => Fact::Completed,
        };
        let new = NewEntry::now(fact, "已更换并试运行，业主在场");
        Command::Record { case, order: Some(order), entry: EntryId::mint(now, rng), new }
    }

    fn claim(&self) -> TimeClaim {
        let token = TokenSeen { token: self.token.clone(), at_boot_ms: 1_000, boot: self.boot };
        TimeClaim {
            reading: ClockReading { wall: App::now(), boot_ms: 60_000, boot: self.boot },
            token: (!self.token.is_empty()).then_some(token),
        }
    }

    fn seal(&self, items: Vec<EnvelopeItem>) -> Result<Vec<u8>, BenchError> {
        let Enrolled { device, person, signer } = &self.enrolled;
        let sealed = Envelope::seal(self.org, *device, *person, SCHEMA, self.claim(), items, signer)
            .map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))?;
        Ok(minicbor::to_vec(&sealed).unwrap_or_default())
    }

    /// A signed sync with these envelopes.
    pub(super) fn request(&mut self, envelopes: &[Vec<u8>]) -> Result<Request<Vec<u8>>, BenchError> {
        self.counter += 1;
        let message = SyncRequest {
            protocol: PROTOCOL,
            log: self.log,
            base: self.base,
            behind: Vec::new(),
            envelopes: envelopes.iter().cloned().map(ByteVec::from).collect(),
            time: self.claim(),
            budget_bytes: 0,
            photos: Vec::new(),
            rights: 0,
            repair: None,
            recovered: Vec::new(),
        };
        let (body, device) = (packing::pack(&message), self.enrolled.device);
        let signer = &self.enrolled.signer;
        let lines = sign_request("POST", "/v1/sync", &body, &self.token, self.counter, device, signer)
            .map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))?;
        let mut request = Request::post("/v1/sync").header("content-type", MEDIA_TYPE);
        for (name, value) in lines {
            request = request.header(name, value);
        }
        request.body(body).map_err(|error| BenchError::Server(error.to_string()))
    }
}

impl Documents for Pen {
    fn open(
        &mut self,
        id: DocumentId,
        _kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let document = self.documents.get_mut(&id);
        let unknown = || Refusal::new(ErrorCode::DocumentUnknown, "not on this phone");
        Ok((document.ok_or_else(unknown)?, self.actor))
    }
}
