//! What it costs to trust a change: to look at its bytes before Automerge does, and to judge what it does. Each
//! beside what Automerge itself takes for the same changes.

use std::hint::black_box;
use std::time::Instant;

use automerge::{Automerge, Change};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{
    ActorBytes, Document, DocumentError, DocumentKind, ParsedChange, ScannedChange, scan, seed_hash,
};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{
    CommandId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SiteId,
};
use roundsman_sync_core::model::fact::Arrival;
use roundsman_sync_core::model::{
    Author, CaseKind, Channel, Classification, Command, Department, Documents, Fact, Nature, NewCase,
    NewEntry, NewPhoto, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::rules;

use super::{BenchError, Row, Run};

/// Cases, of eight changes each.
const CASES: usize = 100;
/// How often everything is measured. The least counts: the rest is what else the machine did.
const ROUNDS: usize = 15;

/// A change with the document before it.
struct Before {
    id: DocumentId,
    document: Document,
    bytes: Vec<u8>,
    scanned: ScannedChange,
}

pub(super) fn run(run: &mut Run<'_>) -> Result<(), BenchError> {
    let changes = written()?;
    run.tell(&format!("{} changes of {} bytes each", changes.len(), bytes_each(&changes)));
    let (mut scans, mut parses, mut judges, mut applies) = (f64::MAX, f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        scans = scans.min(each(&changes, |one| scan(&one.bytes).map(drop).map_err(DocumentError::from))?);
        parses = parses.min(each(&changes, |one| {
            black_box(Change::from_bytes(one.bytes.clone()).map_err(automerge::AutomergeError::from)?);
            Ok(())
        })?);
        judges = judges.min(each(&changes, judged)?);
        applies = applies.min(applied(&changes)?);
    }
    let n = u64::try_from(changes.len()).unwrap_or(u64::MAX);
    run.add(
        Row::told("trust.scan.us_per_change", "a look at a change before Automerge", n, scans, "µs").at_most(
            0.25,
            parses,
            "automerge::Change::from_bytes on the same changes",
        ),
    );
    run.add(
        Row::told(
            "trust.judge.us_per_change",
            "operations read, classified, and rights to them",
            n,
            judges,
            "µs",
        )
        .at_most(1.0, applies, "Automerge's own parse and apply of the same changes"),
    );
    Ok(())
}

fn bytes_each(changes: &[Before]) -> usize {
    changes.iter().map(|one| one.bytes.len()).sum::<usize>() / changes.len().max(1)
}

/// Microseconds for each change, the second time: what is measured first would pay for bringing the bytes near the
/// processor, where the server, which has just taken them out of a request, has them.
fn each(
    changes: &[Before],
    mut measured: impl FnMut(&Before) -> Result<(), DocumentError>,
) -> Result<f64, BenchError> {
    let mut all = || changes.iter().try_for_each(|one| measured(black_box(one))).map_err(Refusal::from);
    all()?;
    let begun = Instant::now();
    all()?;
    Ok(per_change(begun, changes))
}

#[allow(clippy::cast_precision_loss, reason = "a few hundred")]
fn per_change(begun: Instant, changes: &[Before]) -> f64 {
    begun.elapsed().as_secs_f64() * 1e6 / changes.len() as f64
}

/// What the server asks of every change.
fn judged(one: &Before) -> Result<(), DocumentError> {
    let change = ParsedChange::of(&one.bytes, one.scanned.clone())?;
    let writes = one.document.written(&change)?;
    let starts = one.scanned.deps == [seed_hash(DocumentKind::Case)];
    let allowed = rules::classify(DocumentKind::Case, starts, &writes)
        .and_then(|paths| rules::may_all(&[Role::SiteDirector], &paths))
        .and_then(|()| {
            let nothing = Ok(rules::Said::default());
            one.scanned.note.map_or(nothing, |note| rules::said(DocumentKind::Case, one.id, &note, &writes))
        });
    black_box(allowed.is_ok());
    Ok(())
}

/// Microseconds for each change that Automerge takes to read it and put it into its document.
fn applied(changes: &[Before]) -> Result<f64, BenchError> {
    let wrong = |error: automerge::AutomergeError| Refusal::from(DocumentError::from(error));
    let mut documents = changes
        .iter()
        .map(|one| Automerge::load(&one.document.save()).map_err(wrong))
        .collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    for (document, one) in documents.iter_mut().zip(changes) {
        let change = Change::from_bytes(one.bytes.clone()).map_err(|error| wrong(error.into()))?;
        document.apply_changes([change]).map_err(wrong)?;
    }
    Ok(per_change(begun, changes))
}

/// One case and whoever writes it.
struct Hand {
    document: Document,
    actor: ActorBytes,
}

impl Documents for Hand {
    fn open(
        &mut self,
        _id: DocumentId,
        _kind: DocumentKind,
        _create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        Ok((&mut self.document, self.actor))
    }
}

/// The changes of ordinary cases.
fn written() -> Result<Vec<Before>, BenchError> {
    let mut rng = StdRng::seed_from_u64(1);
    let (site, person) = (SiteId::from_bytes(rng.random()), PersonId::from_bytes(rng.random()));
    let now = Timestamp::from_millis(1_790_000_000_000);
    let mut changes = Vec::new();
    for _ in 0..CASES {
        let document = Document::new(DocumentKind::Case).map_err(Refusal::from)?;
        let mut hand = Hand { document, actor: ActorBytes::mint(&mut rng) };
        for command in commands(site, &mut rng) {
            let command_id = CommandId::from_bytes(rng.random());
            let author =
                Author { command: command_id, person, claimed_at: now, corrected_at: now, stamp_wall: now };
            let before = hand.document.clone();
            for one in command.execute(&author, &mut hand)? {
                let scanned =
                    scan(&one.change.bytes).map_err(|error| Refusal::from(DocumentError::from(error)))?;
                changes.push(Before {
                    id: one.document,
                    document: before.clone(),
                    bytes: one.change.bytes,
                    scanned,
                });
            }
        }
    }
    Ok(changes)
}

/// What is done to a case until the work is done.
fn commands(site: SiteId, rng: &mut StdRng) -> [Command; 8] {
    let case = DocumentId::from_bytes(rng.random());
    let order = OrderId::from_bytes(rng.random());
    let mut entry = || EntryId::from_bytes(rng.random());
    let mut record = |fact, note: &str| Command::Record {
        case,
        order: Some(order),
        entry: entry(),
        new: NewEntry::now(fact, note),
    };
    let (arrived, waiting, completed) = (
        record(Fact::Arrived(Arrival::default()), ""),
        record(Fact::Remark, "业主说晚上六点以后在家"),
        record(Fact::Completed, "更换阀门"),
    );
    let description = "三单元走廊管道漏水，地面积水".to_owned();
    let result = format!("{description}，已放置警示牌");
    let new = NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place: Place::default(),
        description: description.clone(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    };
    let photo = NewPhoto {
        hash: PhotoHash::of(b"photo"),
        size: 250_000,
        role: PhotoRole::Before,
        caption: "走廊".to_owned(),
        preview: None,
    };
    let nature = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    [
        Command::CreateCase { case, received: EntryId::from_bytes(rng.random()), new },
        Command::Classify { case, to: nature },
        Command::Describe { case, base: description, result },
        Command::Dispatch {
            case,
            order,
            dispatched: EntryId::from_bytes(rng.random()),
            department: Department::Engineering,
            assignee: None,
            new: None,
        },
        arrived,
        Command::AddPhoto { case, photo: PhotoId::from_bytes(rng.random()), new: photo },
        waiting,
        completed,
    ]
}
