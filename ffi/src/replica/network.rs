//! What goes over the network: enrolment, syncs, photos of others.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, MutexGuard, PoisonError};

use http::{Request, Response};
use roundsman_sync_core::clock::{Clock as _, ClockReading};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DocumentId, PhotoHash};
use roundsman_sync_core::replica::{Backoff, retry_after_ms};

use super::{Replica, chance};
use crate::convert::To;
use crate::error::RoundsmanError;
use crate::exchange::{Begun, Outcome};
use crate::host::{HostClock, LogLevel, Transport};
use crate::sync::{PhotoChoice, SyncBudget, SyncReport};
use crate::system_clock::SystemClock;
use crate::uploads::{PendingUpload, UploadResult};

/// Exchanges in a row that fail before a call gives up: a link that loses one reply in three is still used, a dead one
/// is left soon.
const FAILURES_MAX: u32 = 3;

/// What is to be asked next, if anything is.
type Next<'a> = dyn Fn() -> Result<Option<Request<Vec<u8>>>, RoundsmanError> + 'a;
/// Takes a reply in.
type Apply<'a> = dyn Fn(&Response<Vec<u8>>) -> Result<(), RoundsmanError> + 'a;

#[uniffi::export]
impl Replica {
    /// Presents the one-time code of the office to the server at `url`, such as `https://roundsman.example`. If the
    /// reply was lost, do it again with the same code.
    ///
    /// # Errors
    /// `enrol_code_unknown`, `enrol_code_expired`, `enrol_code_used`; `bad_request` if it is enrolled already or this
    /// is no address; `link_failed`, also if it was cancelled.
    pub fn enrol(&self, url: String, code: String, phone_name: String) -> Result<(), RoundsmanError> {
        let begun = self.cancel.begin();
        let mut backoff = self.take_network();
        self.call(|replica| replica.set_server(&url))?;
        let taken_in = Cell::new(false);
        let next = || match taken_in.get() {
            true => Ok(None),
            false => self.call(|replica| replica.enrol_request(&code, &phone_name)).map(Some),
        };
        let apply = |reply: &Response<Vec<u8>>| {
            self.call(|replica| replica.enrol_apply(reply))?;
            taken_in.set(true);
            Ok(())
        };
        if self.drive(&mut backoff, begun, &next, &apply)? {
            return Err(cancelled());
        }
        Ok(())
    }

    /// Says that the server is to be found elsewhere from now on. It must be the same server.
    ///
    /// # Errors
    /// `bad_request` if this is no address.
    pub fn set_server(&self, url: String) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.set_server(&url))
    }

    /// Brings what was done here to the server and what others did to this phone, until there is nothing more or the
    /// budget is used up. Other calls go on meanwhile; a second sync waits for the first. May be cancelled or killed at
    /// any moment.
    ///
    /// # Errors
    /// `link_failed` if the server cannot be reached, `busy` if it asks to come later: `status().retry_in_ms` says when;
    /// `not_enrolled`, `device_revoked`, `device_frozen`, `store_…`. What was taken in until then stays.
    pub fn sync(&self, budget: SyncBudget) -> Result<SyncReport, RoundsmanError> {
        let begun = self.cancel.begin();
        let mut backoff = self.take_network();
        let session = RefCell::new(self.call(|replica| Ok(replica.start_sync(budget.to())))?);
        let next = || self.call(|replica| replica.next_request(&mut session.borrow_mut()));
        let apply =
            |reply: &Response<Vec<u8>>| self.call(|replica| replica.apply(&mut session.borrow_mut(), reply));
        let ended = self.drive(&mut backoff, begun, &next, &apply);
        let session = session.into_inner();
        let counts = session.counts();
        self.log(LogLevel::Info, || format!("sync: {counts:?}"));
        if self.call(|replica| Ok(replica.status()?.revoked))? {
            self.uploads.clear();
        }
        let cancelled = ended?;
        let base = self.base()?;
        for one in session.handed_over() {
            let Some(bytes) = self.call(|replica| replica.photo(one.hash))? else { continue };
            self.uploads.add(&base, one, &bytes)?;
        }
        Ok(SyncReport::of(counts, cancelled))
    }

    /// Ends every sync, enrolment and fetch that is under way, at once. What it had taken in stays.
    pub fn cancel_sync(&self) {
        self.cancel.cancel();
    }

    /// Fetches bytes of somebody else's photo, by their hash or by that of its preview, and gives them. Goes on where
    /// an earlier fetch was cut; what is here already costs nothing.
    ///
    /// # Errors
    /// `not_found` if the case or round does not name it, `photo_hash_mismatch`, `link_failed`, `not_enrolled`,
    /// `device_revoked`; `link_failed` also if it was cancelled.
    pub fn fetch_photo(&self, document: DocumentId, hash: PhotoHash) -> Result<Vec<u8>, RoundsmanError> {
        let begun = self.cancel.begin();
        let mut backoff = self.take_network();
        let fetch = RefCell::new(self.call(|replica| replica.start_fetch(document, hash))?);
        let next = || self.call(|replica| replica.next_fetch_request(&mut fetch.borrow_mut()));
        let apply = |reply: &Response<Vec<u8>>| {
            self.call(|replica| replica.apply_fetch(&mut fetch.borrow_mut(), reply))
        };
        if self.drive(&mut backoff, begun, &next, &apply)? {
            return Err(cancelled());
        }
        let gone =
            || RoundsmanError::new(ErrorCode::NotFound, format!("photo {hash} left this phone meanwhile"));
        self.photo(hash)?.ok_or_else(gone)
    }

    /// Fetches all that `wanted_photos` names. Gives how many came.
    ///
    /// # Errors
    /// As `fetch_photo`; what came until then stays.
    pub fn fetch_photos(&self, document: DocumentId, which: PhotoChoice) -> Result<u32, RoundsmanError> {
        let mut fetched = 0;
        for wanted in self.wanted_photos(document, which)? {
            self.fetch_photo(document, wanted.hash)?;
            fetched += 1;
        }
        Ok(fetched)
    }

    /// Photos that a sync with `Uploads.HAND_OVER` left to the phone's upload service, each as a file and the one
    /// request that sends it. The service may outlive this process; tell the result to `upload_done`, in whichever
    /// process that is. The next sync asks the server how far it has each: nothing depends on the result.
    pub fn pending_uploads(&self) -> Vec<PendingUpload> {
        self.uploads.pending()
    }

    /// An upload ended, well or not: its file is deleted. A photo that did not arrive in full is handed over again by
    /// the next sync, from where it stands.
    pub fn upload_done(&self, photo: PhotoHash, result: UploadResult) {
        self.log(LogLevel::Info, || format!("upload of {photo}: {result:?}"));
        self.uploads.done(photo);
    }
}

impl Replica {
    fn take_network(&self) -> MutexGuard<'_, Backoff> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where requests go.
    pub(super) fn base(&self) -> Result<String, RoundsmanError> {
        self.call(|replica| {
            let server = replica.server().map(str::to_owned);
            server.ok_or_else(|| {
                Refusal::new(ErrorCode::NotEnrolled, "no server is known: enrol, or set_server")
            })
        })
    }

    fn transport(&self) -> Result<&Arc<dyn Transport>, RoundsmanError> {
        let none = "this build of the library speaks no HTTP: hand in a transport";
        self.transport.as_ref().ok_or_else(|| RoundsmanError::new(ErrorCode::LinkFailed, none))
    }

    fn reading(&self) -> ClockReading {
        match &self.clock {
            Some(clock) => HostClock(clock.clone()).read(),
            None => SystemClock::reading(),
        }
    }

    /// Sends requests and takes in their replies until there is nothing more to ask. True if somebody cancelled.
    fn drive(
        &self,
        backoff: &mut Backoff,
        begun: Begun,
        next: &Next<'_>,
        apply: &Apply<'_>,
    ) -> Result<bool, RoundsmanError> {
        let (base, transport) = (self.base()?, self.transport()?);
        let mut failures = 0;
        loop {
            if self.cancel.is_cancelled(begun) {
                return Ok(true);
            }
            let Some(request) = next()? else {
                backoff.succeeded();
                return Ok(false);
            };
            let line = format!("{} {}", request.method(), request.uri().path());
            let (failure, retry_after) = match self.cancel.exchange(begun, transport, &base, request) {
                Outcome::Cancelled => return Ok(true),
                Outcome::Failed(reason) => (RoundsmanError::new(ErrorCode::LinkFailed, reason), None),
                Outcome::Reply(reply) => match apply(&reply) {
                    Ok(()) => {
                        self.log(LogLevel::Debug, || {
                            format!("{line}: {} and {} bytes", reply.status().as_u16(), reply.body().len())
                        });
                        failures = 0;
                        continue;
                    }
                    Err(failure) => (failure, retry_after_ms(reply.headers())),
                },
            };
            failures += 1;
            self.log(LogLevel::Warn, || format!("{line}: {failure}"));
            let RoundsmanError::Refused { code, .. } = &failure;
            let passes =
                *code == ErrorCode::LinkFailed.as_str() || *code == ErrorCode::ReplyMalformed.as_str();
            let later = *code == ErrorCode::Busy.as_str();
            if !passes && !later {
                return Err(failure);
            }
            if later || failures == FAILURES_MAX || retry_after.is_some() {
                backoff.failed(self.reading(), retry_after, &mut *chance()?);
                return Err(failure);
            }
        }
    }
}

/// What a call says that gives something and was cancelled. A sync says it in its report.
fn cancelled() -> RoundsmanError {
    RoundsmanError::new(ErrorCode::LinkFailed, "it was cancelled; what came until then stays")
}
