//! One simulated phone: a real replica on a real file, with a clock and a link of its own.

use std::path::Path;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DocumentId, PersonId, PhotoHash, SiteId};
use roundsman_sync_core::model::PhotoRole;
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncBudget};

use super::DemoError;
use super::album::Album;
use super::clock::PhoneClock;
use super::link::Link;
use super::plan::{JUMP_BEFORE_END_MS, JUMP_MS, Plan, SHIFT_MS, STAFF, Staff};
use super::wire::Wire;

/// Pages of the evening are small, so that the link has something to cut.
const PAGE_BYTES: u32 = 16 * 1024;
/// Failures in a row after which a phone waits for the next round.
const FAILURES_MAX: u32 = 12;
/// The first wait after a failure, and the longest. A real phone's are longer.
const BACK_OFF_MS: u64 = 10;
/// See [`BACK_OFF_MS`].
const BACK_OFF_MS_MAX: u64 = 300;

/// What a phone did in one round of syncing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Round {
    /// Edits that were accepted.
    pub(super) accepted: u32,
    /// Edits that were refused.
    pub(super) refused: u32,
    /// Photos that the server has not confirmed.
    pub(super) photos_owed: usize,
    /// Exchanges that failed.
    pub(super) failures: u32,
    /// Nothing is left to send, and nothing was sent: whatever there was to learn is here.
    pub(super) level: bool,
}

/// See the module.
pub(super) struct Phone {
    /// Whose it is.
    pub(super) staff: &'static Staff,
    /// The device.
    pub(super) replica: Replica,
    /// Its clocks.
    pub(super) clock: PhoneClock,
    /// Its way to the server.
    pub(super) link: Link,
    /// Its HTTP.
    pub(super) wire: Wire,
    /// What its person decides.
    pub(super) rng: StdRng,
    /// Where its person works.
    pub(super) site: SiteId,
    /// Commands that its person has given.
    pub(super) edits: u32,
    /// Photos and drawn signatures, as they were taken.
    pub(super) pictures: Vec<(PhotoHash, Vec<u8>)>,
    album: Album,
    jump: Option<(Timestamp, StdRng)>,
}

impl Phone {
    /// A new phone at this moment of the story.
    ///
    /// # Errors
    /// If its file cannot be made or the link has no port.
    pub(super) fn new(
        folder: &Path,
        plan: &Plan,
        at: usize,
        site: SiteId,
        server: std::net::SocketAddr,
        now: Timestamp,
    ) -> Result<Self, DemoError> {
        let staff = &STAFF[at];
        let stream = |what: &str| plan.rng(&format!("{} {what}", staff.file));
        let mut rng = stream("person");
        let clock = PhoneClock::new(now, rng.random_range(-15_000..=15_000), &mut rng);
        let path = folder.join(format!("{}.db", staff.file));
        let open = |rng: Box<dyn rand::Rng + Send>| {
            let store = SqliteStore::open(&path).map_err(Refusal::from)?;
            let env = Environment { clock: Box::new(clock.clone()), rng };
            Replica::open(Box::new(store), env, None)
        };
        // The key is made by the first opening and must not follow from the seed: the server that is
        // left running at the end trusts it.
        drop(open(Box::new(StdRng::from_rng(&mut rand::rng()))).map_err(|e| DemoError::phone(staff, e))?);
        let replica = open(Box::new(stream("ids"))).map_err(|e| DemoError::phone(staff, e))?;
        let link = Link::open(server, stream("link")).map_err(|source| DemoError::Io {
            what: "opening a port for a phone's link".to_owned(),
            source,
        })?;
        let wire = Wire::new(link.address(), stream("wire"));
        let album = Album::new(staff, stream("album"));
        Ok(Self {
            staff,
            replica,
            clock,
            link,
            wire,
            rng,
            site,
            edits: 0,
            pictures: Vec::new(),
            album,
            jump: None,
        })
    }

    /// Plans that this phone's clock jumps some time before the end of the shift.
    pub(super) fn plan_jump(&mut self, plan: &Plan, shift_end: Timestamp) {
        let at = shift_end.plus_millis(-JUMP_BEFORE_END_MS);
        self.jump = Some((at, plan.rng("jump")));
    }

    /// Presents the one-time code.
    ///
    /// # Errors
    /// If the server does not take it.
    pub(super) fn enrol(&mut self, code: &str) -> Result<(), DemoError> {
        let name = format!("{} · {}", self.staff.name, self.staff.file);
        let failed = |refusal| DemoError::phone(self.staff, refusal);
        let request = self.replica.enrol_request(code, &name).map_err(failed)?;
        let reply = self.wire.send(&request).map_err(|error| DemoError::unreachable(&error))?;
        self.replica.enrol_apply(&reply).map_err(failed)
    }

    /// Who it works for.
    ///
    /// # Errors
    /// If it is not enrolled.
    pub(super) fn person(&self) -> Result<PersonId, DemoError> {
        let enrolled = self.replica.enrolled();
        enrolled.map(|one| one.person).ok_or_else(|| {
            DemoError::phone(self.staff, Refusal::new(ErrorCode::NotEnrolled, "the phone is not enrolled"))
        })
    }

    /// Lets time pass until this moment of the story.
    pub(super) fn until(&mut self, moment: Timestamp) {
        self.clock.pass_until(moment);
        if let Some((at, rng)) = &mut self.jump
            && self.clock.truth() >= *at
        {
            self.clock.restart_ahead(JUMP_MS, rng);
            self.jump = None;
        }
    }

    /// Lets some minutes pass.
    pub(super) fn minutes(&mut self, from: i64, to: i64) {
        let millis = self.rng.random_range(from * 60_000..=to * 60_000);
        self.until(self.clock.truth().plus_millis(millis));
    }

    /// When the `n`th of `all` jobs of a shift begins, give or take some minutes.
    pub(super) fn begin_job(&mut self, shift_end: Timestamp, n: usize, all: usize) {
        let (n, all) = (i64::try_from(n).unwrap_or(0), i64::try_from(all.max(1)).unwrap_or(1));
        let slot = SHIFT_MS / all;
        let late = self.rng.random_range(0..=slot / 8);
        self.until(shift_end.plus_millis(n * slot + late - SHIFT_MS));
    }

    /// Counts a command that was given.
    ///
    /// # Errors
    /// If the phone refused it.
    pub(super) fn did<T>(&mut self, outcome: Result<T, Refusal>) -> Result<T, DemoError> {
        self.edits += 1;
        outcome.map_err(|refusal| DemoError::phone(self.staff, refusal))
    }

    /// Takes a photo for a case.
    ///
    /// # Errors
    /// If the phone refused it.
    pub(super) fn photograph(
        &mut self,
        case: DocumentId,
        role: PhotoRole,
        caption: &str,
    ) -> Result<(), DemoError> {
        let bytes = self.album.take();
        let outcome = self.replica.add_photo(case, &bytes, role, caption);
        let hash = self.did(outcome)?;
        self.pictures.push((hash, bytes));
        Ok(())
    }

    /// Syncs until nothing is left, or too much has failed in a row.
    ///
    /// # Errors
    /// If the phone's own file fails or it was shut out; a link that fails is no error.
    pub(super) fn sync(&mut self) -> Result<Round, DemoError> {
        let mut round = Round::default();
        let mut failures_in_a_row = 0;
        let mut sent_photos = false;
        while failures_in_a_row < FAILURES_MAX {
            let mut session =
                self.replica.start_sync(SyncBudget { page_bytes: PAGE_BYTES, ..SyncBudget::default() });
            let ended = loop {
                let Some(request) =
                    self.replica.next_request(&mut session).map_err(|e| DemoError::phone(self.staff, e))?
                else {
                    break true;
                };
                let answered = match self.wire.send(&request) {
                    Ok(reply) => match self.replica.apply(&mut session, &reply) {
                        Ok(()) => true,
                        Err(refusal) if may_pass(refusal.code) => false,
                        Err(refusal) => return Err(DemoError::phone(self.staff, refusal)),
                    },
                    Err(_) => false,
                };
                if answered {
                    failures_in_a_row = 0;
                    continue;
                }
                round.failures += 1;
                failures_in_a_row += 1;
                if failures_in_a_row == FAILURES_MAX {
                    break false;
                }
                std::thread::sleep(self.back_off(failures_in_a_row));
                // Now and then the app is swiped away: the session is lost, and a new one begins.
                if self.rng.random_ratio(1, 4) {
                    break false;
                }
            };
            let counts = session.counts();
            round.accepted += counts.accepted;
            round.refused += counts.refused;
            sent_photos |= counts.photos_sent > 0;
            let status = self.replica.status().map_err(|e| DemoError::phone(self.staff, e))?;
            round.photos_owed = status.photos_owed;
            if ended {
                let sent = sent_photos || round.accepted + round.refused > 0;
                round.level = status.pending_edits == 0 && status.photos_owed == 0 && !sent;
                return Ok(round);
            }
        }
        Ok(round)
    }

    /// Exponential, with as much chance as wait, so that phones that failed together come back apart.
    fn back_off(&mut self, failures: u32) -> Duration {
        let most = (BACK_OFF_MS << failures.min(10)).min(BACK_OFF_MS_MAX);
        Duration::from_millis(self.rng.random_range(most / 2..=most))
    }
}

/// Whether a refusal may be another one at the next try.
fn may_pass(code: ErrorCode) -> bool {
    !matches!(
        code,
        ErrorCode::StoreFailed
            | ErrorCode::StoreCorrupt
            | ErrorCode::StoreNewer
            | ErrorCode::DeviceRevoked
            | ErrorCode::NotEnrolled
    )
}
