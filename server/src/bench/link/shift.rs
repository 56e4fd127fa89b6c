//! One phone's shift over one link.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::{Request, Response};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{BootId, PhotoHash, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Fact, NewCase, NewEntry, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::replica::{
    Backoff, Environment, Picture, Replica, SqliteStore, SyncBudget, retry_after_ms,
};

use super::trace::Trace;
use super::wire::Link;
use crate::bench::BenchError;
use crate::data_folder::{DataFolder, FolderError};
use crate::database::DatabaseError;
use crate::ingest::{Newcomer, OfficeError, Sitting};
use crate::service::Service;

/// When every shift begins. Any will do.
const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);
/// Work that has not arrived after a day on the link never will.
const LINK_MS_MAX: u64 = 24 * 3600 * 1_000;

/// What is done in a shift: so many visits, each a new case with so many edits in all, and photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Visits, after each of which the phone syncs until nothing is left.
    pub visits: u32,
    /// Edits of one visit, the case itself among them.
    pub edits_each: u32,
    /// Photos of one visit.
    pub photos_each: u32,
    /// The smallest photo, in bytes; the largest is one and a half times as large.
    pub photo_bytes: usize,
}

impl Work {
    /// What a technician does on a busy day.
    pub const SHIFT: Self = Self { visits: 10, edits_each: 4, photos_each: 2, photo_bytes: 250_000 };

    /// All edits but photos.
    pub const fn edits(self) -> u32 {
        self.visits * self.edits_each
    }

    /// All photos.
    pub const fn photos(self) -> u32 {
        self.visits * self.photos_each
    }
}

/// How a shift went. All of it has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// Bytes of HTTP that crossed, up.
    pub bytes_up: u64,
    /// Bytes of HTTP that crossed, down.
    pub bytes_down: u64,
    /// Requests that were answered.
    pub round_trips: u32,
    /// Tries that were given up.
    pub cuts: u32,
    /// Virtual time from a visit to the arrival of all that was done there, over all visits.
    pub sync_ms: u64,
    /// Of it, waiting between tries.
    pub waited_ms: u64,
}

impl Lived {
    /// Bytes both ways.
    pub const fn bytes(&self) -> u64 {
        self.bytes_up + self.bytes_down
    }
}

/// The clock of a phone in virtual time.
#[derive(Clone)]
struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    fn set(&self, now_ms: u64) {
        self.0.store(i64::try_from(now_ms).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn read(&mut self) -> ClockReading {
        let boot_ms = self.0.load(Ordering::Relaxed);
        ClockReading { wall: START.plus_millis(boot_ms), boot_ms, boot: BootId::from_bytes([1; 16]) }
    }
}

/// Does the work over a link, in a folder that is made for it. A visit begins at its moment in `begin_ms`, in
/// milliseconds from the beginning of the traces, or at once if there is none or it has passed.
///
/// # Errors
/// If it does not arrive whole within a day, or anything but the link fails.
pub fn live(
    folder: &Path,
    (up, down): (Trace, Trace),
    work: Work,
    begin_ms: &[u64],
    seed: u64,
) -> Result<Lived, BenchError> {
    let mut shift = Shift::begin(folder, Link::new(up, down), seed)?;
    let moments = begin_ms.iter().copied().chain(std::iter::repeat(0));
    for (_, at_ms) in (0..work.visits).zip(moments) {
        shift.wait_until(at_ms);
        shift.visit(work)?;
        let begun_ms = shift.link.now_ms;
        shift.sync()?;
        shift.lived.sync_ms += shift.link.now_ms - begun_ms;
    }
    shift.has_arrived(work)?;
    Ok(Lived {
        bytes_up: shift.link.bytes_up,
        bytes_down: shift.link.bytes_down,
        cuts: shift.link.cuts,
        ..shift.lived
    })
}

struct Shift {
    service: Service,
    site: SiteId,
    phone: Replica,
    clock: VirtualClock,
    link: Link,
    backoff: Backoff,
    /// What is written and photographed; nothing else draws from it, so every link has the same work.
    work_rng: ChaCha8Rng,
    /// What the server and the waits draw.
    rng: ChaCha8Rng,
    photos: Vec<PhotoHash>,
    lived: Lived,
}

impl Shift {
    fn begin(folder: &Path, link: Link, seed: u64) -> Result<Self, BenchError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let data = DataFolder::init(&folder.join("server"), "Bench", START, &mut rng)?;
        let readers = data.clone();
        // As `serve` does it, but that chance comes from the seed: a token of other bytes packs otherwise.
        let writer = data.writer(&mut rng)?;
        let connect = Box::new(move || readers.reader());
        let (uploads, blobs) =
            (data.uploads().map_err(FolderError::from)?, data.blobs().map_err(FolderError::from)?);
        let service = Service::new(writer, connect, uploads, blobs, &mut rng)?;
        let desk = Sitting { person: service.identity().desk, now: START };
        let (site, code) = service.write::<_, OfficeError>(|batch, office| {
            let site = office.add_site(batch, &mut rng, desk, "Bench")?;
            let newcomer = Newcomer { name: "王强".to_owned(), site, role: Role::Guard, department: None };
            let person = office.add_person(batch, &mut rng, desk, &newcomer)?;
            Ok((site, office.invite(batch, &mut rng, desk, person)?.reveal()))
        })?;
        let store = SqliteStore::open(folder.join("phone.db")).map_err(Refusal::from)?;
        let clock = VirtualClock(Arc::new(AtomicI64::new(0)));
        let environment = Environment {
            clock: Box::new(clock.clone()),
            rng: Box::new(ChaCha8Rng::seed_from_u64(seed ^ 1)),
        };
        let mut phone = Replica::open(Box::new(store), environment, None)?;
        // Enrolment is done at the office, on its own network.
        let request = phone.enrol_request(&code, "a phone")?;
        phone.enrol_apply(&service.handle(START, &mut rng, &request))?;
        Ok(Self {
            service,
            site,
            phone,
            clock,
            link,
            backoff: Backoff::new(),
            work_rng: ChaCha8Rng::seed_from_u64(seed ^ 2),
            rng,
            photos: Vec::new(),
            lived: Lived::default(),
        })
    }

    fn wait_until(&mut self, at_ms: u64) {
        self.link.now_ms = self.link.now_ms.max(at_ms);
        self.clock.set(self.link.now_ms);
    }

    fn visit(&mut self, work: Work) -> Result<(), BenchError> {
        let rng = &mut self.work_rng;
        let room = format!("{:04}", rng.random_range(101..3_300));
        let case = self.phone.create_case(NewCase {
            kind: CaseKind::Repair,
            channel: Channel::Patrol,
            site: self.site,
            place: Place { room: Some(room), ..Place::default() },
            description: words(rng, 40),
            subject: "equipment/pipe".to_owned(),
            urgency: Urgency::General,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        })?;
        for _ in 1..work.edits_each {
            let new = NewEntry::now(Fact::Remark, words(rng, 20));
            self.phone.record(case, None, new)?;
        }
        for _ in 0..work.photos_each {
            let bytes = picture(rng, work.photo_bytes);
            let preview = picture(rng, 10_000);
            let picture = Picture { bytes: &bytes, caption: "现场", preview: Some(&preview) };
            self.photos.push(self.phone.add_picture(case, PhotoRole::Evidence, &picture)?);
            self.photos.push(PhotoHash::of(&preview));
        }
        Ok(())
    }

    /// Syncs until nothing is left, with pauses after failures.
    fn sync(&mut self) -> Result<(), BenchError> {
        loop {
            let mut session = self.phone.start_sync(SyncBudget::default());
            while let Some(request) = self.phone.next_request(&mut session)? {
                let reply = self.send(&request);
                let taken = reply.as_ref().map(|reply| self.phone.apply(&mut session, reply));
                match taken {
                    Some(Ok(())) => {
                        self.lived.round_trips += 1;
                        self.backoff.succeeded();
                    }
                    // Nothing that a server says here may be a no: every request is an honest one.
                    Some(Err(refusal)) if refusal.code != ErrorCode::Busy => return Err(refusal.into()),
                    Some(Err(_)) | None => {
                        let asked_ms = reply.and_then(|reply| retry_after_ms(reply.headers()));
                        let now = self.clock.read();
                        let wait_ms = self.backoff.failed(now, asked_ms, &mut self.rng);
                        self.lived.waited_ms += wait_ms;
                        self.link.now_ms += wait_ms;
                        self.clock.set(self.link.now_ms);
                    }
                }
                if self.link.now_ms > LINK_MS_MAX {
                    return Err(BenchError::Server("the work has not arrived after a day".to_owned()));
                }
            }
            let status = self.phone.status()?;
            if status.pending_edits + status.photos_owed + status.previews_owed == 0 {
                return Ok(());
            }
        }
    }

    fn send(&mut self, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let (service, rng) = (&self.service, &mut self.rng);
        let reply = self.link.exchange(request, &mut |at_ms, arrived| {
            service.handle(START.plus_millis(i64::try_from(at_ms).unwrap_or(i64::MAX)), rng, arrived)
        });
        self.clock.set(self.link.now_ms);
        reply
    }

    /// Whether the server has all of it.
    fn has_arrived(&self, work: Work) -> Result<(), BenchError> {
        let status = self.phone.status()?;
        let missing = |what: &str| BenchError::Server(format!("{what} did not arrive whole"));
        if status.refused > 0 {
            return Err(missing("an edit"));
        }
        for hash in &self.photos {
            self.service.blobs().check(*hash).map_err(|_| missing("a photo"))?;
        }
        let (cases, changes): (u32, u32) = self.service.read::<_, DatabaseError>(|db| {
            let sql = "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM changes WHERE verdict = 0)";
            Ok(db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
        })?;
        if cases != work.visits || changes < work.edits() + work.photos() {
            return Err(missing("an edit"));
        }
        Ok(())
    }
}

/// A text of so many letters.
fn words(rng: &mut dyn Rng, letters: usize) -> String {
    const LETTERS: [char; 16] =
        ['水', '管', '漏', '楼', '道', '灯', '不', '亮', '电', '梯', '门', '坏', '了', '已', '修', '好'];
    (0..letters).map(|_| LETTERS[rng.random_range(0..LETTERS.len())]).collect()
}

/// Bytes that no packing makes smaller, with the header of a small JPEG, so that they pass for a preview too.
fn picture(rng: &mut dyn Rng, least: usize) -> Vec<u8> {
    let mut bytes = vec![0; rng.random_range(least..=least + least / 2)];
    rng.fill_bytes(&mut bytes);
    let head = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 240, 1, 64, 1, 0, 0, 0];
    bytes.splice(..head.len().min(bytes.len()), head);
    bytes
}
