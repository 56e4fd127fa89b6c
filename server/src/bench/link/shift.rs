//! One phone's shift over one link.

use std::path::Path;

use http::{Request, Response};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use roundsman_sync_core::clock::{Clock, Timestamp};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{PhotoHash, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Fact, NewCase, NewEntry, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::replica::{
    Backoff, Environment, Picture, Replica, SqliteStore, SyncBudget, retry_after_ms,
};

use crate::bench::BenchError;
use crate::data_folder::{DataFolder, FolderError, Identity};
use crate::database::DatabaseError;
use crate::ingest::{Newcomer, OfficeError, Sitting, Writer};

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
    /// Time from a visit to the arrival of all that was done there, over all visits.
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

/// How the requests of a phone get to a server, and what time it is meanwhile.
pub(super) trait Way {
    /// Milliseconds since the beginning of the traces.
    fn now_ms(&self) -> u64;

    /// Lets time pass.
    fn wait_until(&mut self, at_ms: u64);

    /// Carries a request there and the reply back over the link. `None` if the try was given up.
    ///
    /// # Errors
    /// If anything but the link fails.
    fn exchange(&mut self, request: &Request<Vec<u8>>) -> Result<Option<Response<Vec<u8>>>, BenchError>;

    /// Bytes that crossed up and down, and tries that were given up.
    fn counts(&self) -> (u64, u64, u32);
}

/// What a shift needs of an office: the estate at which the phone's owner works, and a code to enrol it.
pub(super) struct Hired {
    site: SiteId,
    code: String,
}

/// Hires somebody at a new estate.
pub(super) fn hire(
    identity: &Identity,
    writer: &mut Writer,
    now: Timestamp,
    rng: &mut dyn Rng,
) -> Result<Hired, BenchError> {
    let (desk, office) = (Sitting { person: identity.desk, now }, &identity.office);
    Ok(writer.transaction::<_, OfficeError>(|batch| {
        let site = office.add_site(batch, rng, desk, "Bench")?;
        let newcomer = Newcomer { name: "王强".to_owned(), site, role: Role::Guard, department: None };
        let person = office.add_person(batch, rng, desk, &newcomer)?;
        Ok(Hired { site, code: office.invite(batch, rng, desk, person)?.reveal() })
    })?)
}

/// One phone at work.
pub(super) struct Shift<W, C> {
    data: DataFolder,
    site: SiteId,
    phone: Replica,
    clock: C,
    way: W,
    backoff: Backoff,
    /// What is written and photographed; nothing else draws from it, so every link has the same work.
    work_rng: ChaCha8Rng,
    /// What the waits draw.
    wait_rng: ChaCha8Rng,
    photos: Vec<PhotoHash>,
    lived: Lived,
}

impl<W: Way, C: Clock + Clone + 'static> Shift<W, C> {
    /// A phone, enrolled at the office, on its own network: `at_office` carries a request to the server.
    pub(super) fn begin(
        folder: &Path,
        data: DataFolder,
        Hired { site, code }: Hired,
        (mut way, clock): (W, C),
        at_office: impl FnOnce(&mut W, &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, BenchError>,
        seed: u64,
    ) -> Result<Self, BenchError> {
        let store = SqliteStore::open(folder.join("phone.db")).map_err(Refusal::from)?;
        let rng = Box::new(ChaCha8Rng::seed_from_u64(seed ^ 1));
        let mut phone =
            Replica::open(Box::new(store), Environment { clock: Box::new(clock.clone()), rng }, None)?;
        let request = phone.enrol_request(&code, "a phone")?;
        phone.enrol_apply(&at_office(&mut way, &request)?)?;
        Ok(Self {
            data,
            site,
            phone,
            clock,
            way,
            backoff: Backoff::new(),
            work_rng: ChaCha8Rng::seed_from_u64(seed ^ 2),
            wait_rng: ChaCha8Rng::seed_from_u64(seed ^ 3),
            photos: Vec::new(),
            lived: Lived::default(),
        })
    }

    /// Does the work. A visit begins at its moment in `begin_ms`, in milliseconds from the beginning of the
    /// traces, or at once if there is none or it has passed.
    ///
    /// # Errors
    /// If it does not arrive whole within a day, or anything but the link fails.
    pub(super) fn live(mut self, work: Work, begin_ms: &[u64]) -> Result<Lived, BenchError> {
        let moments = begin_ms.iter().copied().chain(std::iter::repeat(0));
        for (_, at_ms) in (0..work.visits).zip(moments) {
            self.way.wait_until(at_ms);
            self.visit(work)?;
            let begun_ms = self.way.now_ms();
            self.sync()?;
            self.lived.sync_ms += self.way.now_ms() - begun_ms;
        }
        let (bytes_up, bytes_down, cuts) = self.way.counts();
        let lived = Lived { bytes_up, bytes_down, cuts, ..self.lived };
        self.has_arrived(work)?;
        Ok(lived)
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
                let reply = self.way.exchange(&request)?;
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
                        let wait_ms = self.backoff.failed(now, asked_ms, &mut self.wait_rng);
                        self.lived.waited_ms += wait_ms;
                        self.way.wait_until(self.way.now_ms() + wait_ms);
                    }
                }
                if self.way.now_ms() > LINK_MS_MAX {
                    return Err(BenchError::Server("the work has not arrived after a day".to_owned()));
                }
            }
            let status = self.phone.status()?;
            if status.pending_edits + status.photos_owed + status.previews_owed == 0 {
                return Ok(());
            }
        }
    }

    /// Whether the server, which ends with this, has all of it.
    fn has_arrived(self, work: Work) -> Result<(), BenchError> {
        let status = self.phone.status()?;
        let missing = |what: &str| BenchError::Server(format!("{what} did not arrive whole"));
        if status.refused > 0 {
            return Err(missing("an edit"));
        }
        drop(self.way);
        let blobs = self.data.blobs().map_err(FolderError::from)?;
        for hash in &self.photos {
            blobs.check(*hash).map_err(|_| missing("a photo"))?;
        }
        let sql = "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM changes WHERE verdict = 0)";
        let counted = self.data.reader()?.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (cases, changes): (u32, u32) = counted.map_err(DatabaseError::from)?;
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
