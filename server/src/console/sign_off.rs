//! Sign-offs as a case page shows them.

use roundsman_sync_core::ids::{DocumentId, PhotoHash, SignOffId};

use super::paths;
use super::text::Text;
use super::time::{Moment, Stated, Witness};

/// One sign-off: what was shown, who signed it, and whether it still fits.
#[derive(Clone, Debug)]
pub struct SignOff {
    /// The sign-off.
    pub id: SignOffId,
    /// A code of [`super::Vocabulary::SignOffSubject`].
    pub subject: String,
    /// A code of [`super::Vocabulary::SignOffOutcome`].
    pub outcome: String,
    /// The order it belongs to.
    pub order: Option<Text>,
    /// The exact text that was shown to be signed.
    pub statement: Text,
    /// SHA-256 of that text's bytes, as the phone computed it when it was signed.
    pub digest: PhotoHash,
    /// Whether the digest still fits.
    pub fit: Fit,
    /// The signer's name. None if there is none, or it is not for this person.
    pub signer: Option<Text>,
    /// A code of [`super::Vocabulary::Relation`].
    pub relation: Option<String>,
    /// The drawn signature.
    pub drawn: Drawn,
    /// Who held out the phone, and when they say it was.
    pub taken: Stated,
    /// What the server can vouch for.
    pub witness: Witness,
}

impl SignOff {
    pub(super) fn signature(&self, case: &DocumentId) -> String {
        paths::signature(*case, self.id)
    }

    pub(super) fn claimed(&self) -> &Moment {
        &self.taken.at
    }
}

/// Whether what was signed is what the case says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The text has the digest, and rendering its facts now gives the same.
    Fits,
    /// The text has the digest, but the facts it states have changed since.
    Outdated,
    /// The text does not have the digest that was signed.
    Broken,
}

impl Fit {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Outdated => "outdated",
            Self::Broken => "broken",
        }
    }

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Fits => "fit-fits",
            Self::Outdated => "fit-outdated",
            Self::Broken => "fit-broken",
        }
    }
}

/// Where the drawn signature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Nothing was drawn.
    None,
    /// Here, at [`super::paths::signature`].
    Here,
    /// Still on the phone of this person.
    OnPhone {
        /// The person's name.
        holder: Text,
    },
    /// Here, but not for this person to see.
    Withheld,
}
