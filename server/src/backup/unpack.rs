//! Reading an archive of which nothing is believed.
//!
//! The manifest says what comes next; an entry that is anything else ends it. Paths are made from what we
//! know, never from what an entry is called.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use roundsman_sync_core::ids::PhotoHash;
use sha2::{Digest as _, Sha256};

use super::aside::sync_folder;
use super::manifest::{ListedPhoto, Manifest, Sha};
use super::{BackupError, MANIFEST, MANIFEST_BYTES_MAX, Step, at};

/// Bytes of a file in memory at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// 128 MiB, what zstd itself allows unless told otherwise: more would let an archive choose our memory.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;
/// What tar puts after the last entry, and some more.
const TAIL_BYTES_MAX: u64 = 64 * 1024;
/// How often progress is told, in photos.
const PROGRESS_PHOTOS: u64 = 20;

type Unpacker = zstd::Decoder<'static, BufReader<File>>;

/// Unpacks an archive into an empty folder. All of it is on disk when this returns.
pub(super) fn unpack(
    archive: &Path,
    into: &Path,
    progress: &mut dyn FnMut(Step),
) -> Result<Manifest, BackupError> {
    let file = File::open(archive).map_err(at(archive))?;
    let archive_bytes = file.metadata().map_err(at(archive))?.len();
    let mut unpacker = zstd::Decoder::new(file).map_err(at(archive))?.single_frame();
    unpacker.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(at(archive))?;
    let mut tar = tar::Archive::new(unpacker);
    let mut reading = Reading { archive, into, archive_bytes, progress };
    let manifest = reading.entries(&mut tar)?;
    reading.end(tar.into_inner())?;
    Ok(manifest)
}

struct Reading<'a> {
    archive: &'a Path,
    into: &'a Path,
    archive_bytes: u64,
    progress: &'a mut dyn FnMut(Step),
}

impl Reading<'_> {
    fn damaged(&self, what: impl Into<String>) -> BackupError {
        BackupError::Damaged { path: self.archive.to_owned(), what: what.into() }
    }

    /// What tar or zstd say of bytes that cannot be read. A disk that fails says the same.
    fn unread(&self) -> impl Fn(io::Error) -> BackupError + '_ {
        |error| self.damaged(error.to_string())
    }

    fn entries(&mut self, tar: &mut tar::Archive<Unpacker>) -> Result<Manifest, BackupError> {
        // Raw: long names and the like are entries that we do not know, and are never gathered in memory.
        let mut entries = tar.entries().map_err(self.unread())?.raw(true);
        let mut next = |expected: &str, this: &Self| {
            let entry = entries.next().ok_or_else(|| this.damaged(format!("it ends before {expected}")))?;
            let entry = entry.map_err(this.unread())?;
            let is_file = entry.header().entry_type() == tar::EntryType::Regular;
            if !is_file || *entry.path_bytes() != *expected.as_bytes() {
                let name = String::from_utf8_lossy(&entry.path_bytes()).escape_debug().to_string();
                return Err(this.damaged(format!("where {expected} should be is '{name}'")));
            }
            Ok(entry)
        };

        let entry = next(MANIFEST, self)?;
        if entry.size() > MANIFEST_BYTES_MAX {
            return Err(self.damaged("its manifest is too long"));
        }
        let mut bytes = Vec::new();
        entry.take(MANIFEST_BYTES_MAX).read_to_end(&mut bytes).map_err(self.unread())?;
        let manifest = Manifest::read(self.archive, self.archive_bytes, &bytes)?;
        drop(bytes);

        (self.progress)(Step::Database);
        for listed in &manifest.files {
            let entry = next(&listed.name, self)?;
            // One of our own few names: the manifest was held to them.
            self.file(entry, &self.into.join(&listed.name), listed.bytes, listed.sha256)?;
        }
        let photos = self.into.join("photos");
        std::fs::create_dir(&photos).map_err(at(&photos))?;
        let of = u64::try_from(manifest.photos.len()).unwrap_or(u64::MAX);
        let mut shard = PathBuf::new();
        for (done, &ListedPhoto(sha, bytes)) in (0u64..).zip(&manifest.photos) {
            if done % PROGRESS_PHOTOS == 0 {
                (self.progress)(Step::Photos { done, of });
            }
            let name = sha.0.to_string();
            let entry = next(&format!("photos/{name}"), self)?;
            let (first, rest) = name.split_at(2);
            if shard != photos.join(first) {
                self.settle(&shard)?;
                shard = photos.join(first);
                std::fs::create_dir(&shard).map_err(at(&shard))?;
            }
            self.file(entry, &shard.join(rest), bytes, sha)?;
        }
        self.settle(&shard)?;
        self.settle(&photos)?;
        self.settle(self.into)?;
        if entries.next().is_some() {
            return Err(self.damaged("it goes on after the last file that its manifest lists"));
        }
        Ok(manifest)
    }

    /// Makes the names in a folder durable; the empty path stands for none.
    fn settle(&self, folder: &Path) -> Result<(), BackupError> {
        if folder.as_os_str().is_empty() { Ok(()) } else { sync_folder(folder).map_err(at(folder)) }
    }

    /// Writes one file of exactly this length and hash.
    fn file(
        &self,
        mut entry: tar::Entry<'_, Unpacker>,
        path: &Path,
        bytes: u64,
        sha: Sha,
    ) -> Result<(), BackupError> {
        let named = || String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.size() != bytes {
            return Err(self.damaged(format!("{} has {} bytes and not {bytes}", named(), entry.size())));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(at(path))?;
        let (mut hasher, mut piece, mut left) = (Sha256::new(), vec![0; PIECE_BYTES], bytes);
        while left > 0 {
            let count = entry.read(&mut piece).map_err(self.unread())?;
            if count == 0 {
                return Err(self.damaged("it is cut off"));
            }
            hasher.update(&piece[..count]);
            file.write_all(&piece[..count]).map_err(at(path))?;
            left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        }
        if PhotoHash::from_bytes(hasher.finalize().into()) != sha.0 {
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            return Err(self.damaged(format!("{name} has not the hash that the manifest says")));
        }
        file.sync_all().map_err(at(path))
    }

    /// After the last entry come the zeros that end a tar archive, the checksum of the frame, and nothing.
    fn end(&self, mut unpacker: Unpacker) -> Result<(), BackupError> {
        let mut tail = Vec::new();
        (&mut unpacker).take(TAIL_BYTES_MAX + 1).read_to_end(&mut tail).map_err(self.unread())?;
        let mut file = unpacker.finish();
        let mut after = [0];
        let more = file.read(&mut after).map_err(at(self.archive))?;
        if tail.len() as u64 > TAIL_BYTES_MAX || tail.iter().any(|&byte| byte != 0) || more > 0 {
            return Err(self.damaged("something stands after its end"));
        }
        Ok(())
    }
}
