//! Photos as a case page shows them.

use roundsman_sync_core::ids::PhotoHash;

use super::paths;
use super::text::Text;
use super::time::Stated;

/// Image types every browser shows. Others, HEIC among them, get a placeholder.
const SHOWN_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];

/// One photo named by the case.
#[derive(Clone, Debug)]
pub struct Photo {
    /// The hash of its bytes.
    pub hash: PhotoHash,
    /// A code of [`super::Vocabulary::PhotoRole`].
    pub role: String,
    /// What the photographer wrote below it.
    pub caption: Option<Text>,
    /// Who took it, and when they say they did.
    pub taken: Stated,
    /// Its size in bytes.
    pub bytes: u64,
    /// Where the bytes are.
    pub place: PhotoPlace,
}

/// Where a photo's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoPlace {
    /// On this server, whole and with the promised hash.
    Here {
        /// The type found in the bytes.
        media_type: String,
    },
    /// Still on the phone of this person.
    OnPhone {
        /// The person's name.
        holder: Text,
    },
}

impl Photo {
    pub(super) fn href(&self) -> String {
        paths::photo(self.hash)
    }

    pub(super) fn thumbnail(&self) -> String {
        paths::thumbnail(self.hash)
    }

    pub(super) fn is_here(&self) -> bool {
        match self.place {
            PhotoPlace::Here { .. } => true,
            PhotoPlace::OnPhone { .. } => false,
        }
    }
}

/// Whether every browser shows the type.
pub(super) fn is_shown(media_type: &str) -> bool {
    SHOWN_TYPES.contains(&media_type)
}

/// The type for people, without the part that says it is an image.
pub(super) fn type_name(media_type: &str) -> Text {
    let name = media_type.strip_prefix("image/").unwrap_or(media_type);
    Text::from(name.to_ascii_uppercase())
}
