//! The writing half: a copy of everything, while the server goes on.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{LogId, PhotoHash};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};

use super::aside::{Aside, sync_folder};
use super::manifest::{Listed, ListedPhoto, Manifest, Sha};
use super::{BackupError, DATABASE, MANIFEST, SETTINGS, SETTINGS_BYTES_MAX, Step, at};
use crate::blobs::{BlobError, BlobStore};
use crate::data_folder::{self, DataFolder, Identity};
use crate::database::DatabaseError;
use crate::log;

/// Documents are half the size at this level; higher ones cost much more time than they save.
const ZSTD_LEVEL: i32 = 3;
/// How often progress is told, in photos.
const PROGRESS_PHOTOS: u64 = 20;

/// A backup that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Of which log.
    pub log: LogId,
    /// Up to where.
    pub position: Pos,
    /// How many photos it holds.
    pub photos: u64,
    /// The length of the database in it.
    pub database_bytes: u64,
    /// The length of the file.
    pub bytes: u64,
}

/// Writes everything of a data folder into one file, which then replaces what stood at `file`. A server may
/// run meanwhile; what it writes after the copy began is not in it.
///
/// # Errors
/// If anything cannot be read or written. What stood at `file` then still does.
pub fn backup(
    folder: &DataFolder,
    file: &Path,
    now: Timestamp,
    rng: &mut dyn Rng,
    progress: &mut dyn FnMut(Step),
) -> Result<Backup, BackupError> {
    if file.is_dir() {
        let source = io::Error::from(io::ErrorKind::IsADirectory);
        return Err(BackupError::File { path: file.to_owned(), source });
    }
    let aside = Aside::beside(file, "backup", rng).map_err(at(file))?;
    progress(Step::Database);
    let copy = aside.path().join(DATABASE);
    // One read transaction, beside which writers go on; and the copy has no free pages. SQLite's online
    // backup would begin anew each time another process writes.
    folder.reader()?.execute("VACUUM INTO ?1", [copy.display().to_string()])?;
    let (manifest, mut own) = contents(folder, &copy, now)?;
    let packed = aside.path().join("packed");
    let blobs = folder.blobs().map_err(data_folder::FolderError::from)?;
    write_archive(&packed, &manifest, &mut own, &blobs, progress)?;
    let bytes = std::fs::metadata(&packed).map_err(at(&packed))?.len();
    std::fs::rename(&packed, file).map_err(at(file))?;
    sync_folder(file.parent().unwrap_or(Path::new("."))).map_err(at(file))?;
    folder.note_backed_up(manifest.position)?;
    Ok(Backup {
        log: manifest.log,
        position: manifest.position,
        photos: u64::try_from(manifest.photos.len()).unwrap_or(u64::MAX),
        database_bytes: manifest.files.first().map_or(0, |database| database.bytes),
        bytes,
    })
}

/// What goes into the archive. The files stay open, so that what was hashed is what is packed.
fn contents(folder: &DataFolder, copy: &Path, now: Timestamp) -> Result<(Manifest, Vec<File>), BackupError> {
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(copy, read_only)?;
    let identity = Identity::load(&db)?;
    let position = log::head(&db)?;
    let photos = photos(&db)?;
    drop(db);

    let mut files = vec![(DATABASE, File::open(copy).map_err(at(copy))?)];
    for name in SETTINGS {
        let path = folder.path().join(name);
        match File::open(&path) {
            Ok(file) => files.push((name, file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&path)(error)),
        }
    }
    let mut listed = Vec::new();
    let mut open = Vec::new();
    for (name, mut file) in files {
        let path = folder.path().join(name);
        let (hash, bytes) = hash_of(&mut file).map_err(at(&path))?;
        io::Seek::rewind(&mut file).map_err(at(&path))?;
        if name != DATABASE && bytes > SETTINGS_BYTES_MAX {
            return Err(at(&path)(io::Error::from(io::ErrorKind::FileTooLarge)));
        }
        listed.push(Listed { name: name.to_owned(), bytes, sha256: Sha(hash) });
        open.push(file);
    }
    Ok((Manifest::new(identity.org_name, identity.log, position, now, listed, photos), open))
}

/// The photos that the database knows to be here, by rising hash.
fn photos(db: &Connection) -> Result<Vec<ListedPhoto>, BackupError> {
    let mut statement = db.prepare("SELECT hash, size FROM blobs ORDER BY hash")?;
    let rows = statement.query_map([], |row| {
        Ok(ListedPhoto(Sha(PhotoHash::from_bytes(row.get(0)?)), row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn write_archive(
    path: &Path,
    manifest: &Manifest,
    own: &mut [File],
    blobs: &BlobStore,
    progress: &mut dyn FnMut(Step),
) -> Result<(), BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(at(path))?;
    let mut packer = zstd::Encoder::new(BufWriter::new(file), ZSTD_LEVEL).map_err(at(path))?;
    // Covers what no hash of the manifest does: the manifest itself and the frame around each file.
    packer.include_checksum(true).map_err(at(path))?;
    let mut archive = tar::Builder::new(packer);
    let json = serde_json::to_vec(manifest).map_err(|error| DatabaseError::corrupt("blobs", error))?;
    let mut add = |name: &str, bytes: u64, from: &mut dyn Read| -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_path(name)?;
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(manifest.made_at_ms / 1000).unwrap_or(0));
        header.set_cksum();
        archive.append(&header, from)
    };
    let length = u64::try_from(json.len()).unwrap_or(u64::MAX);
    add(MANIFEST, length, &mut json.as_slice()).map_err(at(path))?;
    for (listed, file) in manifest.files.iter().zip(own) {
        let mut hashed = Hashed { from: file.take(listed.bytes), sha: Sha256::new() };
        add(&listed.name, listed.bytes, &mut hashed).map_err(at(path))?;
        if listed.sha256 != Sha(PhotoHash::from_bytes(hashed.sha.finalize().into())) {
            let source = io::Error::other("it was changed while it was copied");
            return Err(BackupError::File { path: listed.name.clone().into(), source });
        }
    }
    let of = u64::try_from(manifest.photos.len()).unwrap_or(u64::MAX);
    for (done, &ListedPhoto(Sha(hash), bytes)) in (0u64..).zip(&manifest.photos) {
        if done % PROGRESS_PHOTOS == 0 {
            progress(Step::Photos { done, of });
        }
        let damaged = |source| BackupError::Photo { hash, source };
        let photo =
            blobs.open_photo(hash).map_err(damaged)?.ok_or_else(|| damaged(BlobError::Missing(hash)))?;
        let mut hashed = Hashed { from: photo.file.take(bytes), sha: Sha256::new() };
        add(&format!("photos/{hash}"), bytes, &mut hashed).map_err(at(path))?;
        let found = PhotoHash::from_bytes(hashed.sha.finalize().into());
        // Shorter or longer than the log says has another hash too.
        if found != hash || photo.facts.size != bytes {
            return Err(damaged(BlobError::Altered { expected: hash, found }));
        }
    }
    let packer = archive.into_inner().map_err(at(path))?;
    let file = packer.finish().and_then(|out| out.into_inner().map_err(io::Error::from)).map_err(at(path))?;
    file.sync_all().map_err(at(path))
}

/// Hashes what it passes on.
struct Hashed<R> {
    from: R,
    sha: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.sha.update(&buffer[..count]);
        Ok(count)
    }
}

/// The hash and length of all that is left to read.
fn hash_of(file: &mut File) -> io::Result<(PhotoHash, u64)> {
    let mut sink = Sink { sha: Sha256::new(), bytes: 0 };
    io::copy(file, &mut sink)?;
    Ok((PhotoHash::from_bytes(sink.sha.finalize().into()), sink.bytes))
}

struct Sink {
    sha: Sha256,
    bytes: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sha.update(bytes);
        self.bytes += u64::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
