//! Photos as a case page shows them.

use roundsman_sync_core::ids::PhotoHash;

use super::paths;
use super::text::Text;
use super::time::Stated;

/// Image types that the server draws small copies of. Others, HEIC among them, get the preview that their
/// phone made, or a placeholder.
const DRAWN_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/// Those of which it makes copies in full size, without what else the camera wrote.
const COPIED_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

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
    /// Whether the small copy that the phone sends ahead is here.
    pub has_preview: bool,
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
        /// What the phone is called; `None` for a desk.
        device: Option<Text>,
    },
}

impl Photo {
    /// Where a click leads: to the copy in full size, or to the file if there is no such copy.
    pub(super) fn href(&self) -> String {
        match &self.place {
            PhotoPlace::Here { media_type } if has_full_copy(media_type) => paths::photo(self.hash),
            PhotoPlace::Here { .. } | PhotoPlace::OnPhone { .. } => paths::original(self.hash),
        }
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

/// Whether the server draws the type.
pub(super) fn is_drawn(media_type: &str) -> bool {
    DRAWN_TYPES.contains(&media_type)
}

fn has_full_copy(media_type: &str) -> bool {
    COPIED_TYPES.contains(&media_type)
}

/// The type for people, without the part that says it is an image.
pub(super) fn type_name(media_type: &str) -> Text {
    let name = media_type.strip_prefix("image/").unwrap_or(media_type);
    Text::from(name.to_ascii_uppercase())
}
