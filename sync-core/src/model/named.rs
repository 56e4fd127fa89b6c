//! The bytes that a change names, read from the change alone.

use crate::document::{Put, ScannedChange, made_maps};
use crate::ids::PhotoHash;
use crate::limits::{PHOTO_BYTES_MAX, PREVIEW_BYTES_MAX, SIGNATURE_BYTES_MAX};

/// Bytes that a change names and its device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedBytes {
    /// SHA-256 of them.
    pub hash: PhotoHash,
    /// Their number, as the change says.
    pub size: u64,
    /// The small copy named with it.
    pub preview: Option<(PhotoHash, u64)>,
    /// It is a drawn signature, which is personal data, and no photo.
    pub is_signature: bool,
}

/// The photos and drawn signatures that a change names, also one whose document is not here or that builds on
/// what was refused. What no photo can be is left out.
pub fn named_bytes(bytes: &[u8], scanned: &ScannedChange) -> Vec<NamedBytes> {
    let signature_max = u64::try_from(SIGNATURE_BYTES_MAX).unwrap_or(u64::MAX);
    let maps = made_maps(bytes, scanned);
    let named = maps.iter().filter_map(|fields| {
        let pair = |hash: &str, size: &str, most: u64| match (fields.get(hash), fields.get(size)) {
            (Some(Put::Bytes(hash)), Some(Put::Number(size))) if (1..=most).contains(size) => {
                Some((PhotoHash::from_slice(hash)?, *size))
            }
            _ => None,
        };
        if let Some((hash, size)) = pair("hash", "size", PHOTO_BYTES_MAX) {
            let preview = pair("preview", "preview_size", PREVIEW_BYTES_MAX);
            return Some(NamedBytes { hash, size, preview, is_signature: false });
        }
        let (hash, size) = pair("strokes", "strokes_size", signature_max)?;
        Some(NamedBytes { hash, size, preview: None, is_signature: true })
    });
    named.collect()
}
