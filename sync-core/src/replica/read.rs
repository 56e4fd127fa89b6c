//! What a person can look at.

use super::Replica;
use super::meta::Enrolment;
use super::outbox::EditInfo;
use super::photos::PhotoKind;
use super::store::{CaseFilter, CaseListItem};
use crate::clock::Timestamp;
use crate::document::{Document, DocumentKind, Heads};
use crate::error::Refusal;
use crate::ids::{DocumentId, PhotoHash, SiteId};
use crate::model::{Case, Contact, ParallelEdit, Site};
use crate::protocol::key::PublicKey;
use crate::protocol::messages::RoleGrant;

/// Where a replica stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Edits without a final answer.
    pub pending_edits: usize,
    /// Photos and drawn signatures that the server has not confirmed.
    pub photos_owed: usize,
    /// Previews that the server has not confirmed.
    pub previews_owed: usize,
    /// Edits that were refused.
    pub refused: usize,
    /// When the last reply of the server was taken in, by this phone's clock.
    pub last_sync: Option<Timestamp>,
    /// Server's clock minus this phone's, as the interval it lay in at the last reply, in milliseconds.
    pub clock_offset_ms: Option<(i64, i64)>,
    /// Photos whose upload failed in a way that a retry at once would not mend, with what the server said.
    pub photo_errors: Vec<(PhotoHash, String)>,
    /// The server has told this device that it is revoked.
    pub revoked: bool,
}

/// All reads fail with `store_…` codes if the file cannot be read.
impl Replica {
    /// The public half of the key that signs here.
    pub fn public_key(&self) -> PublicKey {
        self.signer.public_key()
    }

    /// What enrolment gave; nothing before it.
    pub fn enrolled(&self) -> Option<&Enrolment> {
        self.meta.enrolment.as_ref()
    }

    /// The person's rights, as the server last told them.
    pub fn roles(&self) -> &[RoleGrant] {
        &self.meta.roles
    }

    /// A case, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn case(&mut self, id: DocumentId) -> Result<Option<Case>, Refusal> {
        self.look(id, DocumentKind::Case, Case::read)
    }

    /// Every field of a case that people set at the same time to different values.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn parallel_edits(&mut self, case: DocumentId) -> Result<Vec<ParallelEdit>, Refusal> {
        let edits = |document: &Document| Case::read(document).parallel_edits(document);
        Ok(self.look(case, DocumentKind::Case, edits)?.unwrap_or_default())
    }

    /// The contact data of a case, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn contact(&mut self, case: DocumentId) -> Result<Option<Contact>, Refusal> {
        self.look(DocumentId::contact_of(case), DocumentKind::Contact, Contact::read)
    }

    /// An estate, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn site(&mut self, site: SiteId) -> Result<Option<Site>, Refusal> {
        self.look(DocumentId::of_site(site), DocumentKind::Site, Site::read)
    }

    /// Cases that the filter takes, newest first, without loading any document.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn cases(
        &self,
        filter: &CaseFilter,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<CaseListItem>, Refusal> {
        Ok(self.store.summaries(filter, offset, limit)?)
    }

    /// Every edit made here that the server may still have to hear of or that was refused, oldest first.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn edits(&self) -> Result<Vec<EditInfo>, Refusal> {
        self.store.edits()?.iter().map(|row| Ok(EditInfo::of(row)?)).collect()
    }

    /// Edits that were refused, oldest first.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn refused(&self) -> Result<Vec<EditInfo>, Refusal> {
        self.store.refused()?.iter().map(|row| Ok(EditInfo::of(row)?)).collect()
    }

    /// Where the replica stands.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn status(&self) -> Result<Status, Refusal> {
        let owed = self.store.photos_owed()?;
        let previews_owed = owed.iter().filter(|row| row.kind == PhotoKind::Preview).count();
        let photo_errors =
            owed.iter().filter_map(|row| Some((row.hash, row.upload.error.clone()?))).collect();
        Ok(Status {
            pending_edits: self.store.unsettled()?.len(),
            photos_owed: owed.len() - previews_owed,
            previews_owed,
            refused: self.store.refused()?.len(),
            last_sync: self.meta.last_sync,
            clock_offset_ms: self.meta.server_clock.map(|clock| clock.offset_ms()),
            photo_errors,
            revoked: self.meta.revoked,
        })
    }

    /// The heads of every document here, unsettled edits included, by id.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn document_heads(&mut self) -> Result<Vec<(DocumentId, Heads)>, Refusal> {
        let mut found = Vec::new();
        for (id, head) in self.store.heads()? {
            if let Some(heads) = self.look(id, head.kind, Document::heads)? {
                found.push((id, heads));
            }
        }
        Ok(found)
    }

    /// Whether the bytes of a photo are on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn has_photo(&self, hash: PhotoHash) -> Result<bool, Refusal> {
        Ok(self.store.photo(hash)?.is_some())
    }

    /// The bytes of a photo, if they are on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn photo(&self, hash: PhotoHash) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(row) = self.store.photo(hash)? else { return Ok(None) };
        let length = usize::try_from(row.size).unwrap_or(usize::MAX);
        Ok(self.store.photo_bytes(hash, 0, length)?)
    }

    /// What `read` makes of a document of this kind, if it is here and still this person's to see.
    pub(super) fn look<T>(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        read: impl FnOnce(&Document) -> T,
    ) -> Result<Option<T>, Refusal> {
        match self.store.head(id)? {
            Some(head) if head.kind == kind && !head.left => self.cache.look(&*self.store, id, kind, read),
            Some(_) | None => Ok(None),
        }
    }
}
