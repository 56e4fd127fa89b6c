//! The few things both folders do with files, each with its error naming the path.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use roundsman_sync_core::ids::PhotoHash;
use sha2::{Digest, Sha256};

use super::BlobError;

/// What is held in memory of a photo while it is hashed, whatever its size.
const READ_BYTES: usize = 64 * 1024;

/// Names the path that a file system error is about.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> BlobError {
    let path = path.to_owned();
    move |source| BlobError::File { path, source }
}

/// Makes names in a folder durable. Only Unix can open a folder; elsewhere a rename is as durable
/// as the system makes it.
pub(super) fn sync_folder(path: &Path) -> Result<(), BlobError> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(at(path))?;
    }
    Ok(())
}

/// Creates a folder if it is not there, and makes its own name durable.
pub(super) fn create_folder(path: &Path) -> Result<(), BlobError> {
    fs::create_dir_all(path).map_err(at(path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a file so that its name stands for all of `bytes` or for nothing new: under `aside`
/// first, which must be on the same file system and nobody else's.
pub(super) fn write_whole(aside: &Path, path: &Path, bytes: &[u8]) -> Result<(), BlobError> {
    let mut file = File::create(aside).map_err(at(aside))?;
    file.write_all(bytes).map_err(at(aside))?;
    file.sync_all().map_err(at(aside))?;
    rename(aside, path)
}

/// Moves a file that is already durable to its final name, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), BlobError> {
    fs::rename(from, to).map_err(at(to))?;
    let other = from.parent().filter(|folder| Some(*folder) != to.parent());
    for folder in [to.parent(), other].into_iter().flatten() {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Removes a file; that it is not there is fine.
pub(super) fn remove(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(at(path)),
    }
}

/// The length of a file, or `None` if there is none.
pub(super) fn length(path: &Path) -> Result<Option<u64>, BlobError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata.len())),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// Opens a file for reading, or `None` if there is none.
pub(super) fn open(path: &Path) -> Result<Option<File>, BlobError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// The hash and length of all that is left to read, with a buffer of fixed size.
pub(super) fn hash_of(mut reader: impl Read) -> io::Result<(PhotoHash, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    let mut bytes = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((PhotoHash::from_bytes(hasher.finalize().into()), bytes)),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                bytes += u64::try_from(count).map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The first bytes of a file, as many as there are up to `bytes_max`.
pub(super) fn head_of(reader: impl Read, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(bytes_max).read_to_end(&mut head)?;
    Ok(head)
}
