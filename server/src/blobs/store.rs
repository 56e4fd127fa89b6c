//! Photos by the SHA-256 of their bytes.

use std::fs::{self, File};
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use roundsman_sync_core::ids::PhotoHash;

use super::sniff::{PhotoType, SNIFF_BYTES};
use super::{BlobError, files};

/// What the server knows about stored bytes without trusting anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoFacts {
    /// SHA-256 of the bytes.
    pub hash: PhotoHash,
    /// How many bytes.
    pub size: u64,
    /// What the bytes are.
    pub photo_type: PhotoType,
}

/// An opened photo: a handle that stays good, and its length in bytes.
#[derive(Debug)]
pub struct OpenPhoto {
    /// Stands at the first byte.
    pub file: File,
    /// What the bytes are.
    pub facts: PhotoFacts,
}

/// The folder of photos. Cheap to clone; every clone speaks of the same folder, and several
/// programs may use one folder at a time.
#[derive(Clone, Debug)]
pub struct BlobStore {
    photos: PathBuf,
    thumbnails: PathBuf,
}

impl BlobStore {
    /// Opens the store inside the data folder `dir`, and makes it if it is not there.
    ///
    /// # Errors
    /// [`BlobError::File`] when the folder cannot be made.
    pub fn open(dir: &Path) -> Result<Self, BlobError> {
        let photos = dir.join("photos");
        files::create_folder(&photos)?;
        Ok(Self { photos, thumbnails: dir.join("thumbnails") })
    }

    /// Stores these bytes, durably, and says what they are. Storing the same bytes again is fine.
    ///
    /// # Errors
    /// [`BlobError::File`] when they could not be stored; then nothing is visible under their hash.
    pub fn put(&self, bytes: &[u8]) -> Result<PhotoFacts, BlobError> {
        let hash = PhotoHash::of(bytes);
        // One writer at a time, across threads and programs, so that one fixed name for the file
        // being written is enough and a kill can never leave more than that one behind.
        let lock_path = self.photos.join(".lock");
        let lock = File::create(&lock_path).map_err(files::at(&lock_path))?;
        lock.lock().map_err(files::at(&lock_path))?;
        if let Some(facts) = self.settled(hash)? {
            return Ok(facts);
        }
        let aside = self.photos.join(".incoming");
        self.make_room_for(hash)?;
        files::write_whole(&aside, &self.path(hash), bytes)?;
        self.settled(hash)?.ok_or(BlobError::Missing(hash))
    }

    /// Whether there are bytes of this hash.
    ///
    /// # Errors
    /// [`BlobError::File`] when the folder cannot be read.
    pub fn contains(&self, hash: PhotoHash) -> Result<bool, BlobError> {
        Ok(files::length(&self.path(hash))?.is_some())
    }

    /// Opens a photo for reading, or `None` if there is none of this hash.
    ///
    /// # Errors
    /// [`BlobError::File`] when the file cannot be read.
    pub fn open_photo(&self, hash: PhotoHash) -> Result<Option<OpenPhoto>, BlobError> {
        let path = self.path(hash);
        let Some(mut file) = files::open(&path)? else {
            return Ok(None);
        };
        let size = file.metadata().map_err(files::at(&path))?.len();
        let head = files::head_of(&file, SNIFF_BYTES as u64).map_err(files::at(&path))?;
        file.rewind().map_err(files::at(&path))?;
        let photo_type = PhotoType::of(&head);
        let facts = PhotoFacts { hash, size, photo_type };
        Ok(Some(OpenPhoto { file, facts }))
    }

    /// What the stored bytes of this hash are, or `None` if there are none.
    ///
    /// # Errors
    /// [`BlobError::File`] when the file cannot be read.
    pub fn facts(&self, hash: PhotoHash) -> Result<Option<PhotoFacts>, BlobError> {
        Ok(self.open_photo(hash)?.map(|photo| photo.facts))
    }

    /// All bytes of a photo of at most `bytes_max`, or `None` if there is none of this hash.
    ///
    /// # Errors
    /// [`BlobError::TooLong`] when there are more; [`BlobError::File`] when it cannot be read.
    pub fn read(&self, hash: PhotoHash, bytes_max: u64) -> Result<Option<Vec<u8>>, BlobError> {
        let Some(OpenPhoto { file, facts }) = self.open_photo(hash)? else {
            return Ok(None);
        };
        if facts.size > bytes_max {
            let bytes = facts.size;
            return Err(BlobError::TooLong { hash, bytes, bytes_max });
        }
        let mut bytes = Vec::new();
        let mut bounded = file.take(bytes_max);
        bounded.read_to_end(&mut bytes).map_err(files::at(&self.path(hash)))?;
        Ok(Some(bytes))
    }

    /// Reads a photo again from the disk and makes sure it still has the hash of its name.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Altered`], or [`BlobError::File`] when it cannot be read.
    pub fn check(&self, hash: PhotoHash) -> Result<PhotoFacts, BlobError> {
        let photo = self.open_photo(hash)?.ok_or(BlobError::Missing(hash))?;
        let hashed = files::hash_of(photo.file);
        let (found, _) = hashed.map_err(files::at(&self.path(hash)))?;
        if found == hash {
            Ok(photo.facts)
        } else {
            let expected = hash;
            Err(BlobError::Altered { expected, found })
        }
    }

    /// Every photo in the store, by rising hash. Names are read a 256th at a time.
    ///
    /// An item is [`BlobError::Stray`] for a file that is not named by a hash, and
    /// [`BlobError::File`] for a folder that cannot be read; the walk goes on after either.
    pub fn hashes(&self) -> impl Iterator<Item = Result<PhotoHash, BlobError>> {
        (0..=u8::MAX).flat_map(|first| {
            let shard = self.photos.join(format!("{first:02x}"));
            names_in(&shard).map_or_else(
                |error| vec![Err(error)],
                |names| names.into_iter().map(|name| named(first, &shard, &name)).collect(),
            )
        })
    }

    /// Takes over a file whose bytes are known to have this hash and to be durable.
    pub(super) fn adopt(&self, file: &Path, hash: PhotoHash) -> Result<(), BlobError> {
        self.make_room_for(hash)?;
        files::rename(file, &self.path(hash))
    }

    /// As [`BlobStore::facts`], and what it finds will outlast a power cut. Another thread, or a
    /// process that was killed, may have given the file its name without making the name durable.
    pub(super) fn settled(&self, hash: PhotoHash) -> Result<Option<PhotoFacts>, BlobError> {
        let facts = self.facts(hash)?;
        if facts.is_some() {
            files::sync_folder(&self.shard(hash))?;
            files::sync_folder(&self.photos)?;
        }
        Ok(facts)
    }

    /// Writes down the small copy of a photo, one at a time as in [`BlobStore::put`].
    pub(super) fn keep_thumbnail(&self, hash: PhotoHash, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.thumbnail_path(hash);
        if let Some(shard) = path.parent() {
            files::create_folder(shard)?;
        }
        let lock_path = self.thumbnails.join(".lock");
        let lock = File::create(&lock_path).map_err(files::at(&lock_path))?;
        lock.lock().map_err(files::at(&lock_path))?;
        files::write_whole(&self.thumbnails.join(".incoming"), &path, bytes)
    }

    pub(super) fn thumbnail_path(&self, hash: PhotoHash) -> PathBuf {
        let name = hash.to_string();
        self.thumbnails.join(&name[..2]).join(&name[2..])
    }

    fn make_room_for(&self, hash: PhotoHash) -> Result<(), BlobError> {
        files::create_folder(&self.shard(hash))
    }

    fn shard(&self, hash: PhotoHash) -> PathBuf {
        self.photos.join(&hash.to_string()[..2])
    }

    fn path(&self, hash: PhotoHash) -> PathBuf {
        self.shard(hash).join(&hash.to_string()[2..])
    }
}

/// The names in a folder, sorted; none if there is no such folder.
fn names_in(folder: &Path) -> Result<Vec<std::ffi::OsString>, BlobError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(files::at(folder))?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(files::at(folder))?;
    names.sort_unstable();
    Ok(names)
}

fn named(first: u8, shard: &Path, name: &std::ffi::OsStr) -> Result<PhotoHash, BlobError> {
    let hash = name.to_str().and_then(|rest| {
        let hash: PhotoHash = format!("{first:02x}{rest}").parse().ok()?;
        // A name in capitals would parse too, but no look-up would ever find it.
        hash.to_string().ends_with(rest).then_some(hash)
    });
    hash.ok_or_else(|| BlobError::Stray { path: shard.join(name) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

    fn store() -> (tempfile::TempDir, BlobStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = BlobStore::open(dir.path()).unwrap();
        (dir, store)
    }

    #[test]
    fn bytes_read_back_under_their_hash_with_the_type_they_really_have() {
        let (_dir, store) = store();
        let facts = store.put(PNG).unwrap();
        assert_eq!(facts.hash, PhotoHash::of(PNG));
        assert_eq!((facts.size, facts.photo_type), (PNG.len() as u64, PhotoType::Png));
        assert_eq!(store.read(facts.hash, 1000).unwrap().unwrap(), PNG);
        assert_eq!(store.check(facts.hash).unwrap(), facts);

        let mut opened = store.open_photo(facts.hash).unwrap().unwrap();
        let mut bytes = Vec::new();
        opened.file.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, PNG);
    }

    #[test]
    fn the_same_bytes_stored_twice_are_there_once() {
        let (_dir, store) = store();
        assert_eq!(store.put(PNG).unwrap(), store.put(PNG).unwrap());
        assert_eq!(store.hashes().count(), 1);
    }

    #[test]
    fn threads_that_store_at_once_all_succeed() {
        let (_dir, store) = store();
        std::thread::scope(|scope| {
            for thread in 0..8u8 {
                let store = store.clone();
                scope.spawn(move || store.put(&[thread / 2; 5000]).unwrap());
            }
        });
        let found: Vec<_> = store.hashes().map(Result::unwrap).collect();
        assert_eq!(found.len(), 4);
        assert!(found.is_sorted());
        assert!(found.iter().all(|&hash| store.check(hash).is_ok()));
    }

    #[test]
    fn a_photo_that_is_not_there_is_none_and_no_error() {
        let (_dir, store) = store();
        let hash = PhotoHash::of(b"never stored");
        assert!(store.open_photo(hash).unwrap().is_none());
        assert!(store.read(hash, 1).unwrap().is_none());
        assert!(!store.contains(hash).unwrap());
        assert!(matches!(store.check(hash), Err(BlobError::Missing(_))));
    }

    #[test]
    fn one_flipped_bit_on_the_disk_is_found() {
        let (_dir, store) = store();
        let hash = store.put(PNG).unwrap().hash;
        let mut bytes = PNG.to_vec();
        bytes[9] ^= 1;
        fs::write(store.path(hash), &bytes).unwrap();
        let found = PhotoHash::of(&bytes);
        match store.check(hash) {
            Err(BlobError::Altered { expected, found: is }) => {
                assert_eq!((expected, is), (hash, found));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reader_gets_no_more_than_it_asked_for() {
        let (_dir, store) = store();
        let hash = store.put(&[1; 100]).unwrap().hash;
        assert!(matches!(store.read(hash, 99), Err(BlobError::TooLong { bytes: 100, .. })));
        assert_eq!(store.read(hash, 100).unwrap().unwrap().len(), 100);
    }

    #[test]
    fn a_file_of_another_name_is_reported_and_hides_nothing() {
        let (_dir, store) = store();
        let hash = store.put(PNG).unwrap().hash;
        fs::write(store.shard(hash).join("thumbs.db"), b"x").unwrap();
        let found: Vec<_> = store.hashes().collect();
        assert!(found.iter().any(|item| matches!(item, Ok(is) if *is == hash)));
        assert!(found.iter().any(|item| matches!(item, Err(BlobError::Stray { .. }))));
    }

    #[test]
    fn what_a_kill_left_half_written_is_not_a_photo_and_in_nobodys_way() {
        let (_dir, store) = store();
        fs::write(store.photos.join(".incoming"), b"half a pho").unwrap();
        assert_eq!(store.hashes().count(), 0);
        store.put(PNG).unwrap();
        assert_eq!(store.hashes().count(), 1);
    }
}
