//! What people ask of rounds, as data.

use minicbor::{Decode, Encode};

use super::NewPhoto;
use crate::ids::{CheckpointId, DocumentId, PhotoHash, PhotoId, RouteId, SiteId};
use crate::model::round::{ItemAnswer, Reading, RoundPlan};
use crate::model::words::RoundKind;

/// A round that somebody sets out on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewRound {
    /// At which estate.
    #[n(0)]
    pub site: SiteId,
    /// What it is walked for.
    #[n(1)]
    pub kind: RoundKind,
    /// The route, if it follows one.
    #[n(2)]
    pub route: Option<RouteId>,
    /// The case for which it is walked, if for one.
    #[n(3)]
    pub case: Option<DocumentId>,
    /// What it sets out to do.
    #[n(4)]
    pub plan: RoundPlan,
}

/// A photo that a result brings with it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CheckPhoto {
    /// The mention to be.
    #[n(0)]
    pub id: PhotoId,
    /// Which photo.
    #[n(1)]
    pub photo: NewPhoto,
}

/// What somebody found at one point.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewCheck {
    /// At which point.
    #[n(0)]
    pub checkpoint: CheckpointId,
    /// Whether somebody was there, and how that shows.
    #[n(1)]
    pub reading: Reading,
    /// One answer for every item; none if the point was passed over.
    #[n(2)]
    pub answers: Vec<ItemAnswer>,
    /// In their words.
    #[n(3)]
    pub note: String,
    /// The photos taken there, among them those that reading and answers name.
    #[n(4)]
    pub photos: Vec<CheckPhoto>,
}

impl NewCheck {
    /// Whether a photo of this hash comes with the result.
    pub(in crate::model) fn brings(&self, hash: PhotoHash) -> bool {
        self.photos.iter().any(|brought| brought.photo.hash == hash)
    }

    /// The photos that also belong into a case about what was found: the picture that proves the visit says
    /// nothing of the matter.
    pub fn shown_in_case(&self) -> impl Iterator<Item = &CheckPhoto> {
        let proof = self.proof();
        self.photos.iter().filter(move |brought| Some(brought.photo.hash) != proof)
    }

    /// The picture that shows that somebody was there, if there is one.
    const fn proof(&self) -> Option<PhotoHash> {
        match &self.reading {
            Reading::Qr { photo, .. } | Reading::Unreadable { photo } => Some(*photo),
            Reading::Nfc { .. } | Reading::Skipped { .. } => None,
        }
    }
}
