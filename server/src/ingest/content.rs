//! What of a document is compared before and after a change, to tell what the change did.

use std::sync::Arc;

use roundsman_sync_core::document::{ChangeNote, Document, DocumentKind};
use roundsman_sync_core::ids::{DocumentId, RouteId, SiteId};
use roundsman_sync_core::model::{
    Case, Check, Contact, Entry, Photo, Round, RoundEntry, RoundKind, RoundPhoto, RoundPlan, SignOff,
    Signature,
};

use crate::projection::LiveDocument;

/// What of a document is judged by comparing before and after.
#[derive(Default)]
pub(super) struct Content {
    pub(super) site: Option<SiteId>,
    /// All of a case.
    pub(super) case: Option<Arc<Case>>,
    signatures: Vec<Signature>,
    outset: Option<Outset>,
    round_entries: Vec<RoundEntry>,
    checks: Vec<Check>,
    round_photos: Vec<RoundPhoto>,
}

/// What a round set out to do, which its first change says for ever.
#[derive(PartialEq)]
struct Outset {
    kind: Option<RoundKind>,
    route: Option<RouteId>,
    case: Option<DocumentId>,
    plan: RoundPlan,
}

impl Content {
    /// The same as [`Content::read`] of a document in memory, which remembers what it reads as.
    pub(super) fn of(live: &mut LiveDocument) -> Self {
        match live.document.kind() {
            DocumentKind::Case => Self::of_case(live.as_case()),
            DocumentKind::Contact | DocumentKind::Round | DocumentKind::Site => Self::read(&live.document),
        }
    }

    fn of_case(case: Arc<Case>) -> Self {
        Self { site: case.site, case: Some(case), ..Self::default() }
    }

    fn entries(&self) -> &[Entry] {
        self.case.as_ref().map_or(&[], |case| &case.entries)
    }

    fn photos(&self) -> &[Photo] {
        self.case.as_ref().map_or(&[], |case| &case.photos)
    }

    fn sign_offs(&self) -> &[SignOff] {
        self.case.as_ref().map_or(&[], |case| &case.sign_offs)
    }

    pub(super) fn read(document: &Document) -> Self {
        match document.kind() {
            DocumentKind::Case => Self::of_case(Arc::new(Case::read(document))),
            DocumentKind::Contact => {
                Self { signatures: Contact::read(document).signatures, ..Self::default() }
            }
            DocumentKind::Round => {
                let Round { site, kind, route, case, plan, entries, checks, photos } = Round::read(document);
                let outset = site.map(|_| Outset { kind, route, case, plan });
                let (round_entries, round_photos) = (entries, photos);
                Self { site, outset, round_entries, checks, round_photos, ..Self::default() }
            }
            DocumentKind::Site => Self::default(),
        }
    }

    /// Whether everything that was stated is still stated, word for word.
    pub(super) fn stands_in(&self, after: &Self) -> bool {
        self.entries().iter().all(|entry| after.entries().contains(entry))
            && self.photos().iter().all(|photo| after.photos().contains(photo))
            && self.sign_offs().iter().all(|sign_off| after.sign_offs().contains(sign_off))
            && self.signatures.iter().all(|signature| after.signatures.contains(signature))
            && (self.outset.is_none() || self.outset == after.outset)
            && self.round_entries.iter().all(|entry| after.round_entries.contains(entry))
            && self.checks.iter().all(|check| after.checks.contains(check))
            && self.round_photos.iter().all(|photo| after.round_photos.contains(photo))
    }

    /// Whether everything that was added since `before` says the same person, time and stamp as the
    /// change that added it. A stamp of its own choosing would decide the order of a case for ever, and
    /// another's name would put words into a colleague's mouth.
    pub(super) fn added_is_signed_by(&self, before: &Self, note: &ChangeNote) -> bool {
        let is_noted =
            |by, claimed_at, stamp| by == note.person && claimed_at == note.claimed_at && stamp == note.stamp;
        self.entries()
            .iter()
            .filter(|entry| !before.entries().contains(entry))
            .all(|entry| is_noted(entry.by, entry.claimed_at, entry.stamp))
            && self
                .photos()
                .iter()
                .filter(|photo| !before.photos().contains(photo))
                .all(|photo| is_noted(photo.by, photo.claimed_at, photo.stamp))
            && self
                .sign_offs()
                .iter()
                .filter(|sign_off| !before.sign_offs().contains(sign_off))
                .all(|sign_off| is_noted(sign_off.by, sign_off.claimed_at, sign_off.stamp))
            && self
                .signatures
                .iter()
                .filter(|signature| !before.signatures.contains(signature))
                .all(|signature| signature.stamp == note.stamp)
            && self
                .round_entries
                .iter()
                .filter(|entry| !before.round_entries.contains(entry))
                .all(|entry| is_noted(entry.by, entry.claimed_at, entry.stamp))
            && self
                .checks
                .iter()
                .filter(|check| !before.checks.contains(check))
                .all(|check| is_noted(check.by, check.claimed_at, check.stamp))
            && self
                .round_photos
                .iter()
                .filter(|mention| !before.round_photos.contains(mention))
                .map(|mention| &mention.photo)
                .all(|photo| is_noted(photo.by, photo.claimed_at, photo.stamp))
    }
}
