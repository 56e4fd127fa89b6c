//! A phone whose program checks nothing: a faulty version, or somebody's own. It holds a valid key, reads what the
//! server has, writes what it likes and delivers it in any order, twice or in part.

use minicbor::bytes::ByteVec;
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::Delivered;
use roundsman_sync_core::clock::{ClockReading, Stamp};
use roundsman_sync_core::document::{ActorBytes, ChangeNote, Document, DocumentError, DocumentKind, Edit};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{BootId, ChangeHash, CommandId, DeviceId, DocumentId, EntryId, PersonId};
use roundsman_sync_core::model::{
    Author, Classification, Command, ContactDetails, Documents, Fact, Nature, NewEntry, SCHEMA, Written,
};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::Verdict;

use super::World;
use super::device::{Given, entries_of};
use super::people::some_urgency;

/// See the module.
pub(super) struct Rogue {
    /// What the server calls it.
    device: DeviceId,
    person: PersonId,
    signer: SoftwareSigner,
    /// Every change it ever delivered.
    said: Vec<(DocumentId, ChangeHash)>,
}

/// What it has open while it writes: one case, and the contact document beside it.
struct Desk {
    actor: ActorBytes,
    open: Vec<(DocumentId, Document)>,
}

impl Documents for Desk {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        let at = self.open.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            self.open.push((id, Document::new(kind).unwrap()));
            self.open.len() - 1
        });
        Ok((&mut self.open[at].1, self.actor))
    }
}

impl World {
    /// Enrols it for somebody who works here.
    pub(super) fn enrol_rogue(&mut self, person: PersonId) {
        let now = self.time.now();
        let mut rng = rand::SeedableRng::seed_from_u64(self.seed);
        let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng as &mut rand::rngs::ChaCha8Rng);
        let (key, desk) = (signer.public_key(), self.desk().unwrap());
        let (service, rng) = self.server.office().unwrap();
        let code = service.write(|batch, office| office.invite(batch, rng, desk, person)).unwrap().reveal();
        let enrolled =
            service.write(|batch, office| office.enrol(batch, rng, now, &code, &key, "其他电话 Other"));
        let (device, person) = enrolled.unwrap();
        self.note(format!("{device} of {person} checks nothing"));
        self.rogue = Some(Rogue { device, person, signer, said: Vec::new() });
    }

    /// It writes some changes of one case, each on top of the last, and delivers them as it likes.
    pub(super) fn misbehave(&mut self) {
        if self.server.service().is_none() {
            return;
        }
        let Some(mut rogue) = self.rogue.take() else { return };
        self.misbehave_as(&mut rogue);
        self.rogue = Some(rogue);
    }

    fn misbehave_as(&mut self, rogue: &mut Rogue) {
        let cases: Vec<DocumentId> = self.read(|db| {
            let mut all = db.prepare("SELECT id FROM cases ORDER BY document")?;
            let ids = all.query_map([], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
            Ok(ids.into_iter().map(DocumentId::from_bytes).collect())
        });
        let Some(&case) = cases.choose(&mut self.rng) else { return };
        let contact = DocumentId::contact_of(case);
        let mut desk = Desk { actor: ActorBytes::mint(&mut self.rng), open: Vec::new() };
        for (id, kind) in [(case, DocumentKind::Case), (contact, DocumentKind::Contact)] {
            desk.open.extend(self.server_document(id, kind).map(|document| (id, document)));
        }
        let mut envelopes = Vec::new();
        let mut meant = Vec::new();
        for _ in 0..self.rng.random_range(1..4) {
            let id = CommandId::mint(self.time.now(), &mut self.rng);
            let (written, command) = self.something_wrong_or_right(rogue.person, &mut desk, case, id);
            if written.is_empty() {
                continue;
            }
            rogue.said.extend(written.iter().map(|one| (one.document, one.change.hash)));
            envelopes.push(self.sealed(rogue, written));
            meant.push((id, command));
        }
        // In any order, one of them perhaps twice, and the whole perhaps in two deliveries.
        let again = envelopes.choose(&mut self.rng).cloned();
        envelopes.extend(again.filter(|_| self.rng.random_bool(0.3)));
        if self.rng.random_bool(0.5) {
            envelopes.shuffle(&mut self.rng);
        }
        let now = self.time.now();
        let middle = self.rng.random_range(0..=envelopes.len());
        for part in [&envelopes[..middle], &envelopes[middle..]] {
            let delivered =
                Delivered { device: rogue.device, envelopes: part.iter().map(Vec::as_slice).collect() };
            let service = self.server.service().unwrap();
            let verdicts = service
                .write::<_, DatabaseError>(|batch, office| batch.push(now, &office.secret, &delivered))
                .unwrap();
            let told: Vec<&str> = verdicts.iter().flatten().map(word).collect();
            self.note(format!("{} delivers to {case}: {told:?}", rogue.device));
        }
        for (id, command) in meant {
            // What was its right to write counts like anybody's.
            for (document, _) in command.iter().flat_map(Command::writes) {
                self.witnessed.entry((document, id)).or_insert(now);
            }
            if let Some(asked) = command {
                let entries = entries_of(id, &asked);
                self.office_given.push(Given { command: id, asked, entries, claimed_at: now });
            }
        }
    }

    /// One change: a command that nobody asks whether it may be given, or what no command does.
    fn something_wrong_or_right(
        &mut self,
        person: PersonId,
        desk: &mut Desk,
        case: DocumentId,
        id: CommandId,
    ) -> (Vec<Written>, Option<Command>) {
        let now = self.time.now();
        let colleagues: Vec<_> = self.people.iter().copied().filter(|one| *one != person).collect();
        let colleague = *colleagues.choose(&mut self.rng).unwrap();
        let entry = EntryId::mint(now, &mut self.rng);
        let rng = &mut self.rng;
        let record = |fact| {
            let new = NewEntry::now(fact, format!("未经许可 {now}"));
            Command::Record { case, order: None, entry, new }
        };
        let classify = |to| Command::Classify { case, to };
        let command = match rng.random_range(0..9) {
            0 => classify(Classification { nature: Some(Nature::Valid), ..Classification::default() }),
            1 => classify(Classification { urgency: Some(some_urgency(rng)), ..Classification::default() }),
            2 => record(Fact::Closed),
            3 => record(Fact::Arrived(Default::default())),
            4 => {
                let details = ContactDetails { name: Some("无名".into()), ..ContactDetails::default() };
                Command::WriteContact { case, details }
            }
            wrong => {
                let note = ChangeNote {
                    command: id,
                    person: if wrong == 8 { colleague } else { person },
                    stamp: Stamp::ZERO.next(now),
                    claimed_at: now,
                };
                return (forge(desk, case, &note, wrong), None);
            }
        };
        let author = Author { command: id, person, claimed_at: now, corrected_at: now, stamp_wall: now };
        (command.execute(&author, desk).unwrap_or_default(), Some(command))
    }

    fn sealed(&self, rogue: &Rogue, written: Vec<Written>) -> Vec<u8> {
        let items = written
            .into_iter()
            .map(|one| EnvelopeItem {
                document: one.document,
                kind: one.kind,
                change: ByteVec::from(one.change.bytes),
            })
            .collect();
        let reading = ClockReading { wall: self.time.now(), boot_ms: 0, boot: BootId::from_bytes([0; 16]) };
        let claim = TimeClaim { reading, token: None };
        let org = self.server.service().unwrap().identity().office.org;
        let Rogue { device, person, signer, .. } = rogue;
        let sealed = Envelope::seal(org, *device, *person, SCHEMA, claim, items, signer).unwrap();
        minicbor::to_vec(sealed).unwrap()
    }

    /// A document as the server has it.
    fn server_document(&self, id: DocumentId, kind: DocumentKind) -> Option<Document> {
        let snapshot: Option<Vec<u8>> = self.read(|db| {
            let mut row = db.prepare("SELECT snapshot FROM documents WHERE id = ?1")?;
            let mut rows = row.query([id.as_bytes()])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        });
        Document::load(kind, &snapshot?).ok()
    }
}

impl World {
    /// What the server calls the phone that checks nothing.
    pub(super) fn rogue_device(&self) -> DeviceId {
        self.rogue.as_ref().unwrap().device
    }

    /// Every change that it ever delivered.
    pub(super) fn said_by_the_rogue(&self) -> &[(DocumentId, ChangeHash)] {
        &self.rogue.as_ref().unwrap().said
    }
}

/// What no command does.
fn forge(desk: &mut Desk, case: DocumentId, note: &ChangeNote, wrong: u32) -> Vec<Written> {
    let actor = desk.actor;
    let Ok((document, _)) = desk.open(case, DocumentKind::Case, false) else { return Vec::new() };
    let standing = document.fields().map("entries").map(|entries| entries.keys()).unwrap_or_default();
    let write = |edit: &mut Edit<'_>| -> Result<(), DocumentError> {
        match (wrong, standing.first()) {
            (5, _) => edit.set(&["fields"], "unknown", "field"),
            (6, Some(entry)) => edit.set(&["entries", entry], "note", "其实不是这样"),
            (8, _) => edit.set(&["fields"], "subject", "not by whom the note names"),
            _ => edit.add(&[], "photos", []),
        }
    };
    let change = document.edit(&actor, note, write).unwrap_or_default();
    change.map(|change| Written { document: case, kind: DocumentKind::Case, change }).into_iter().collect()
}

fn word(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Accepted { .. } => "accepted",
        Verdict::Pending { .. } => "pending",
        Verdict::Quarantined { code, .. } => code.as_str(),
        Verdict::Superseded { .. } => "superseded",
        Verdict::Fork => "fork",
    }
}
