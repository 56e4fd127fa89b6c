//! Small copies of photos for lists and phones, kept beside the photos once made.
//!
//! They are drawn by the same code as the previews of phones, [`preview_of`]: the right way up, nothing
//! but the picture, never decoded past the bounds. The folder is derived; it may be deleted at any time.

use roundsman_sync_core::ids::PhotoHash;
use roundsman_sync_core::limits::PREVIEW_BYTES_MAX;
use roundsman_sync_core::picture::preview_of;

use super::shown::SHOWN_BYTES_MAX;
use super::{BlobError, BlobStore, files};

/// The small copy of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thumbnail {
    /// A JPEG of at most 320 pixels a side.
    Picture(Vec<u8>),
    /// The bytes are no picture that can be drawn here within the bounds.
    Undrawable,
}

impl BlobStore {
    /// The small copy of a photo if it was drawn before.
    ///
    /// # Errors
    /// [`BlobError::Missing`] if there is no such photo; [`BlobError::File`].
    pub fn drawn_thumbnail(&self, hash: PhotoHash) -> Result<Option<Thumbnail>, BlobError> {
        if !self.contains(hash)? {
            return Err(BlobError::Missing(hash));
        }
        let path = self.thumbnail_path(hash);
        let Some(file) = files::open(&path)? else { return Ok(None) };
        let bytes = files::head_of(file, PREVIEW_BYTES_MAX).map_err(files::at(&path))?;
        Ok(Some(if bytes.is_empty() { Thumbnail::Undrawable } else { Thumbnail::Picture(bytes) }))
    }

    /// Draws the small copy of a photo, unless it was drawn before, and keeps it.
    ///
    /// Takes the memory of the whole picture, decoded: callers see to it that few do this at a time.
    ///
    /// # Errors
    /// As [`BlobStore::drawn_thumbnail`].
    pub fn thumbnail(&self, hash: PhotoHash) -> Result<Thumbnail, BlobError> {
        if let Some(drawn) = self.drawn_thumbnail(hash)? {
            return Ok(drawn);
        }
        let bytes_max = u64::try_from(SHOWN_BYTES_MAX).unwrap_or(u64::MAX);
        let drawn = match self.read(hash, bytes_max) {
            Ok(bytes) => preview_of(&bytes.ok_or(BlobError::Missing(hash))?),
            Err(BlobError::TooLong { .. }) => None,
            Err(error) => return Err(error),
        };
        // An empty file stands for a photo that cannot be drawn, so that nobody tries again in vain.
        let bytes = drawn.unwrap_or_default();
        self.keep_thumbnail(hash, &bytes)?;
        Ok(if bytes.is_empty() { Thumbnail::Undrawable } else { Thumbnail::Picture(bytes) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    const TURNED: &[u8] = include_bytes!("../../../tests/fixtures/photos/orient-landscape_6.jpg");

    fn store() -> (tempfile::TempDir, BlobStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = BlobStore::open(dir.path()).unwrap();
        (dir, store)
    }

    #[test]
    fn a_small_copy_is_small_and_the_right_way_up_and_drawn_once() {
        let (dir, store) = store();
        let hash = store.put(TURNED).unwrap().hash;
        assert_eq!(store.drawn_thumbnail(hash).unwrap(), None);
        let Thumbnail::Picture(bytes) = store.thumbnail(hash).unwrap() else { panic!("not drawn") };
        let picture = image::load_from_memory(&bytes).unwrap();
        // The file has 450 × 600 pixels and says that it is to be turned.
        assert_eq!((picture.width(), picture.height()), (320, 240));
        assert_eq!(store.drawn_thumbnail(hash).unwrap(), Some(Thumbnail::Picture(bytes.clone())));
        std::fs::remove_dir_all(dir.path().join("thumbnails")).unwrap();
        assert_eq!(store.thumbnail(hash).unwrap(), Thumbnail::Picture(bytes));
        assert_eq!(store.read(hash, 1 << 20).unwrap().unwrap(), TURNED, "the original is as it was");
    }

    #[test]
    fn what_cannot_be_drawn_is_remembered_as_such() {
        let (dir, store) = store();
        let hash = store.put(b"\xff\xd8\xff\xe0 and no more").unwrap().hash;
        assert_eq!(store.thumbnail(hash).unwrap(), Thumbnail::Undrawable);
        assert_eq!(store.drawn_thumbnail(hash).unwrap(), Some(Thumbnail::Undrawable));
        assert!(dir.path().join("thumbnails").is_dir());
        let never = PhotoHash::of(b"never stored");
        assert!(matches!(store.thumbnail(never), Err(BlobError::Missing(_))));
    }
}
