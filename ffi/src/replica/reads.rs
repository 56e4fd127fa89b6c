//! What a person can look at.

use std::sync::PoisonError;

use roundsman_sync_core::clock::Clock as _;
use roundsman_sync_core::ids::{DocumentId, PhotoHash, SiteId};

use super::Replica;
use crate::case::{Case, CaseFilter, CaseListItem, Contact, TimelineItem, case, timeline};
use crate::convert::To;
use crate::error::RoundsmanError;
use crate::host::HostClock;
use crate::site::{RoleGrant, Site, site};
use crate::standing::{Conflict, Standing};
use crate::sync::{Edit, PhotoChoice, Status, WantedPhoto};
use crate::system_clock::SystemClock;

/// All of these fail only if the file cannot be read.
#[uniffi::export]
impl Replica {
    /// Cases that the filter takes, newest first. Loads no documents: lists of thousands are cheap.
    ///
    /// # Errors
    /// The file cannot be read; so for each call below.
    pub fn cases(
        &self,
        filter: CaseFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<CaseListItem>, RoundsmanError> {
        self.call(|replica| replica.cases(&filter.to(), size(offset), size(limit))).map(To::to)
    }

    /// Cases with each of these words in what the list shows: place, subject, first line. Newest first.
    ///
    /// # Errors
    /// See above.
    pub fn search(&self, text: String, offset: u32, limit: u32) -> Result<Vec<CaseListItem>, RoundsmanError> {
        self.cases(CaseFilter { text: Some(text), ..CaseFilter::default() }, offset, limit)
    }

    /// A case, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn case(&self, case_id: DocumentId) -> Result<Option<Case>, RoundsmanError> {
        Ok(self.call(|replica| replica.case(case_id))?.map(|read| case(case_id, read)))
    }

    /// The story of a case, in the order that all phones show; empty if it is not on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn timeline(&self, case_id: DocumentId) -> Result<Vec<TimelineItem>, RoundsmanError> {
        Ok(self.call(|replica| replica.case(case_id))?.map(timeline).unwrap_or_default())
    }

    /// How a case stands now, by the rules; nothing if it is not on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn standing(&self, case_id: DocumentId) -> Result<Option<Standing>, RoundsmanError> {
        Ok(self.call(|replica| replica.standing(case_id))?.map(To::to))
    }

    /// What people set or stated against each other in a case, settled or not.
    ///
    /// # Errors
    /// See above.
    pub fn conflicts(&self, case_id: DocumentId) -> Result<Vec<Conflict>, RoundsmanError> {
        Ok(self.standing(case_id)?.map(|standing| standing.conflicts).unwrap_or_default())
    }

    /// The contact data of a case, or nothing if they are not on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn contact(&self, case_id: DocumentId) -> Result<Option<Contact>, RoundsmanError> {
        Ok(self.call(|replica| replica.contact(case_id))?.map(To::to))
    }

    /// An estate with its people, points and routes, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn site(&self, site_id: SiteId) -> Result<Option<Site>, RoundsmanError> {
        Ok(self.call(|replica| replica.site(site_id))?.map(|read| site(site_id, read)))
    }

    /// What the person whose phone this is may see and do, and where, as the server last said.
    ///
    /// # Errors
    /// See above.
    pub fn roles(&self) -> Result<Vec<RoleGrant>, RoundsmanError> {
        self.call(|replica| Ok(replica.roles().to_vec())).map(To::to)
    }

    /// Edits made here that the server may still have to hear of, or that were refused, oldest first.
    ///
    /// # Errors
    /// See above.
    pub fn edits(&self) -> Result<Vec<Edit>, RoundsmanError> {
        self.call(|replica| replica.edits()).map(To::to)
    }

    /// Edits that were refused, oldest first, with why, and everything that was typed for them.
    ///
    /// # Errors
    /// See above.
    pub fn refused(&self) -> Result<Vec<Edit>, RoundsmanError> {
        self.call(|replica| replica.refused()).map(To::to)
    }

    /// Where the phone stands.
    ///
    /// # Errors
    /// See above.
    pub fn status(&self) -> Result<Status, RoundsmanError> {
        let now = match &self.clock {
            Some(clock) => HostClock(clock.clone()).read(),
            None => SystemClock::reading(),
        };
        // While somebody syncs, nobody has to wait.
        let retry_in_ms = match self.network.try_lock() {
            Ok(backoff) => backoff.wait_ms(now),
            Err(std::sync::TryLockError::Poisoned(backoff)) => PoisonError::into_inner(backoff).wait_ms(now),
            Err(std::sync::TryLockError::WouldBlock) => 0,
        };
        self.call(|replica| Ok(Status::of(replica, replica.status()?, retry_in_ms)))
    }

    /// The bytes of a photo, preview or drawn signature, if they are on this phone.
    ///
    /// # Errors
    /// See above.
    pub fn photo(&self, hash: PhotoHash) -> Result<Option<Vec<u8>>, RoundsmanError> {
        self.call(|replica| replica.photo(hash))
    }

    /// What a case or round names and this phone does not have: previews, and with `ALL` the photos behind them.
    ///
    /// # Errors
    /// See above.
    pub fn wanted_photos(
        &self,
        document: DocumentId,
        which: PhotoChoice,
    ) -> Result<Vec<WantedPhoto>, RoundsmanError> {
        self.call(|replica| replica.wanted_photos(document, which.to())).map(To::to)
    }

    /// The public half of the key that signs here, as text, for whoever compares it by eye.
    ///
    /// # Errors
    /// See above.
    pub fn public_key(&self) -> Result<String, RoundsmanError> {
        self.call(|replica| Ok(replica.public_key().to_string()))
    }
}

/// A count as the core takes it.
pub(super) fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
