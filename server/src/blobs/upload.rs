//! Uploads under way: resumable to the byte, across lost replies, cuts and kills.
//!
//! The record of an upload is written before its first byte and never tells how far it is: that is
//! the length of the part file, or all of it once the photo is in the store. So there are no two
//! records that could disagree, whenever the process is killed:
//!
//! ```text
//! killed …                              what the next look finds
//! while the record is written           no upload (a `.new` file that the next opening removes)
//! while bytes are appended              the offset is what arrived on the disk
//! after the last byte, before the hash  a full part, hashed on the next look
//! after the rename into the store       the photo is there: complete
//! ```
//!
//! The record outlives completion until it is swept, so that a device whose last reply was lost
//! can still ask and hear that it is done.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minicbor::{Decode, Encode};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::{PHOTO_BYTES_MAX, UPLOAD_TOKEN_AGE_MS_MAX};

use super::store::PhotoFacts;
use super::{BlobError, BlobStore, files};

/// The name of one upload: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(u128);

impl UploadId {
    fn mint(rng: &mut dyn Rng) -> Self {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        Self(u128::from_be_bytes(random))
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UploadId({self})")
    }
}

impl FromStr for UploadId {
    type Err = Refusal;

    /// Takes exactly what [`fmt::Display`] writes, so that one upload has one address.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let id = u128::from_str_radix(text, 16).map(Self).ok();
        id.filter(|id| id.to_string() == text).ok_or_else(unknown)
    }
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here for good; the next piece begins there.
    pub offset: u64,
    /// Bytes that the photo has.
    pub size: u64,
    /// Whether more is needed.
    pub state: UploadState,
}

/// Whether an upload needs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// Bytes are missing.
    Partial,
    /// The photo is in the store and has the promised hash.
    Complete(PhotoFacts),
}

/// What [`Uploads::create`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created {
    /// The upload to append to.
    pub id: UploadId,
    /// How far it is: not at the start when an earlier reply was lost, and complete at once when
    /// the photo came from elsewhere.
    pub progress: Progress,
}

/// The content of a `.meta` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Record {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    hash: PhotoHash,
    #[n(2)]
    size: u64,
    /// When the upload was last asked for; it expires a token's life after that.
    #[n(3)]
    created: Timestamp,
}

/// One upload in memory. Its lock is held while its files are touched, so two senders take turns.
#[derive(Debug)]
enum Slot {
    Live(Record),
    /// Removed, while somebody still held a reference.
    Gone,
}

#[derive(Debug, Default)]
struct Index {
    slots: BTreeMap<UploadId, Arc<Mutex<Slot>>>,
    by_photo: BTreeMap<(DeviceId, PhotoHash), UploadId>,
}

/// All uploads under way. Only the serving process opens it; several threads may use it at once.
#[derive(Debug)]
pub struct Uploads {
    store: BlobStore,
    folder: PathBuf,
    /// Taken before any slot's lock, and never while one is held.
    index: Mutex<Index>,
}

impl Uploads {
    /// Opens the uploads inside the data folder `dir`, whose photos `store` holds, as a killed
    /// process left them.
    ///
    /// # Errors
    /// [`BlobError::File`] when the folder cannot be made or read.
    pub fn open(dir: &Path, store: BlobStore) -> Result<Self, BlobError> {
        let folder = dir.join("uploads");
        files::create_folder(&folder)?;
        let uploads = Self { store, folder, index: Mutex::default() };
        uploads.load()?;
        Ok(uploads)
    }

    /// Begins an upload, or gives back the one that this device already has for this photo.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`], or
    /// [`ErrorCode::PhotoHashMismatch`] when the photo is already here with another size;
    /// [`BlobError::File`] when the record could not be written.
    pub fn create(
        &self,
        now: Timestamp,
        rng: &mut dyn Rng,
        device: DeviceId,
        hash: PhotoHash,
        size: u64,
    ) -> Result<Created, BlobError> {
        check_size(size)?;
        if let Some(facts) = self.store.facts(hash)?
            && facts.size != size
        {
            let message = "the bytes of that hash do not have the promised length";
            return Err(Refusal::new(ErrorCode::PhotoHashMismatch, message).into());
        }
        let record = Record { device, hash, size, created: now };
        let mut index = lock(&self.index);
        let known = index.by_photo.get(&(device, hash)).copied();
        let (id, slot) = match known.and_then(|id| Some((id, index.slots.get(&id)?.clone()))) {
            Some(found) => found,
            None => {
                let id = UploadId::mint(rng);
                let slot = Arc::new(Mutex::new(Slot::Gone));
                index.slots.insert(id, slot.clone());
                index.by_photo.insert((device, hash), id);
                (id, slot)
            }
        };
        let mut held = lock(&slot);
        // Others may go on with their uploads while this one's record reaches the disk.
        drop(index);
        if let Slot::Live(old) = &*held
            && old.size != size
        {
            // The device has thought better of the size; what came under the old promise is void.
            files::remove(&self.part(id))?;
        }
        self.write_record(id, &record)?;
        *held = Slot::Live(record);
        let progress = self.settle_held(id, &record)?;
        Ok(Created { id, progress })
    }

    /// The photo that an upload of this device brings.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`] when this device has no such upload.
    pub fn photo_of(&self, id: UploadId, device: DeviceId) -> Result<PhotoHash, BlobError> {
        self.with_live(id, device, |record| Ok(record.hash))
    }

    /// Appends a piece and makes it durable: [`Uploads::write`], then [`Uploads::settle`].
    ///
    /// # Errors
    /// As those two.
    pub fn append(
        &self,
        id: UploadId,
        device: DeviceId,
        offset: u64,
        piece: &[u8],
    ) -> Result<Progress, BlobError> {
        self.with_live(id, device, |record| {
            self.write_held(id, record, offset, piece)?;
            self.settle_held(id, record)
        })
    }

    /// Appends a piece at `offset` and gives the offset after it. Not durable yet, so the new offset
    /// is not for telling: a body that comes in many pieces is written piece by piece and settled
    /// once, because an fsync costs as much as writing a megabyte.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`], with
    /// [`ErrorCode::UploadOffsetMismatch`] naming the true offset, or with
    /// [`ErrorCode::BadRequest`] when the piece goes past the promised size; none of them changes
    /// anything. [`BlobError::File`] when the disk failed; the upload goes on at whatever offset
    /// [`Uploads::settle`] then gives.
    pub fn write(&self, id: UploadId, device: DeviceId, offset: u64, piece: &[u8]) -> Result<u64, BlobError> {
        self.with_live(id, device, |record| self.write_held(id, record, offset, piece))
    }

    /// Makes all that was written durable, stores the photo if it is whole, and says how far the
    /// upload is. This is also how to ask: an offset that is told must be durable.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`], or with
    /// [`ErrorCode::PhotoHashMismatch`] when the bytes are not the promised ones: they are dropped,
    /// and the same upload starts anew at 0. [`BlobError::File`] when the disk failed.
    pub fn settle(&self, id: UploadId, device: DeviceId) -> Result<Progress, BlobError> {
        self.with_live(id, device, |record| self.settle_held(id, record))
    }

    /// Forgets every upload that was last asked for longer ago than an upload token lives, and says
    /// how many. Photos in the store stay.
    ///
    /// # Errors
    /// [`BlobError::File`] when a file could not be removed; the rest is left for the next sweep.
    pub fn sweep(&self, now: Timestamp) -> Result<usize, BlobError> {
        let mut index = lock(&self.index);
        let mut swept = 0;
        let slots: Vec<_> = index.slots.iter().map(|(id, slot)| (*id, slot.clone())).collect();
        for (id, slot) in slots {
            let mut held = lock(&slot);
            if let Slot::Live(record) = *held {
                if now.millis_since(record.created) <= UPLOAD_TOKEN_AGE_MS_MAX {
                    continue;
                }
                // The part first: a part without a record would never be found again.
                files::remove(&self.part(id))?;
                files::remove(&self.meta(id))?;
                *held = Slot::Gone;
                index.by_photo.remove(&(record.device, record.hash));
                swept += 1;
            } else {
                // A creation that failed.
                index.by_photo.retain(|_, of| *of != id);
            }
            index.slots.remove(&id);
        }
        files::sync_folder(&self.folder)?;
        Ok(swept)
    }

    /// Fills the index from the records on the disk and removes what no record speaks for.
    fn load(&self) -> Result<(), BlobError> {
        let mut index = lock(&self.index);
        let mut parts = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(files::at(&self.folder))? {
            let path = entry.map_err(files::at(&self.folder))?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            match (id, path.extension().and_then(|ending| ending.to_str())) {
                (Some(id), Some("meta")) => {
                    let bytes = fs::read(&path).map_err(files::at(&path))?;
                    let Ok(record) = minicbor::decode::<Record>(&bytes) else {
                        // The device still has the photo and will ask for a new upload.
                        tracing::warn!(upload = %id, "dropping an upload whose record is unreadable");
                        files::remove(&path)?;
                        continue;
                    };
                    index.slots.insert(id, Arc::new(Mutex::new(Slot::Live(record))));
                    index.by_photo.insert((record.device, record.hash), id);
                }
                (Some(id), Some("part")) => parts.push(id),
                (Some(_), Some("new")) => files::remove(&path)?,
                (Some(_) | None, _) => {}
            }
        }
        for id in parts {
            if !index.slots.contains_key(&id) {
                files::remove(&self.part(id))?;
            }
        }
        Ok(())
    }

    /// Runs `work` with the upload's lock held, if this device has such an upload.
    fn with_live<T>(
        &self,
        id: UploadId,
        device: DeviceId,
        work: impl FnOnce(&Record) -> Result<T, BlobError>,
    ) -> Result<T, BlobError> {
        let slot = lock(&self.index).slots.get(&id).cloned().ok_or_else(unknown)?;
        let held = lock(&slot);
        match &*held {
            Slot::Live(record) if record.device == device => work(record),
            // Another device's upload looks no different from none.
            Slot::Live(_) | Slot::Gone => Err(unknown().into()),
        }
    }

    fn write_held(&self, id: UploadId, record: &Record, offset: u64, piece: &[u8]) -> Result<u64, BlobError> {
        let part = self.part(id);
        let stands =
            if self.store.contains(record.hash)? { record.size } else { files::length(&part)?.unwrap_or(0) };
        if offset != stands {
            let message = format!("the upload stands at byte {stands}, not at {offset}");
            return Err(Refusal::new(ErrorCode::UploadOffsetMismatch, message).into());
        }
        let end = u64::try_from(piece.len()).ok().and_then(|length| offset.checked_add(length));
        let Some(end) = end.filter(|&end| end <= record.size) else {
            let message = format!("more bytes than the {} that were promised", record.size);
            return Err(Refusal::new(ErrorCode::BadRequest, message).into());
        };
        if !piece.is_empty() {
            let mut options = OpenOptions::new();
            let opened = options.write(true).create(true).truncate(false).open(&part);
            let mut file = opened.map_err(files::at(&part))?;
            if offset == 0 {
                // Before its first byte, so that no part that has bytes can lose its name.
                files::sync_folder(&self.folder)?;
            }
            file.seek(SeekFrom::Start(offset)).map_err(files::at(&part))?;
            file.write_all(piece).map_err(files::at(&part))?;
        }
        Ok(end)
    }

    fn settle_held(&self, id: UploadId, record: &Record) -> Result<Progress, BlobError> {
        let size = record.size;
        let part = self.part(id);
        if let Some(facts) = self.store.settled(record.hash)? {
            // Either this upload was renamed before a kill, or another device was faster.
            files::remove(&part)?;
            return Ok(Progress { offset: size, size, state: UploadState::Complete(facts) });
        }
        let Some(file) = files::open(&part)? else {
            return Ok(Progress { offset: 0, size, state: UploadState::Partial });
        };
        let offset = file.metadata().map_err(files::at(&part))?.len();
        file.sync_data().map_err(files::at(&part))?;
        if offset < size {
            return Ok(Progress { offset, size, state: UploadState::Partial });
        }
        let (hash, bytes) = files::hash_of(&file).map_err(files::at(&part))?;
        if (hash, bytes) != (record.hash, size) {
            files::remove(&part)?;
            files::sync_folder(&self.folder)?;
            let message = format!("the bytes that arrived have the hash {hash}; send them again");
            return Err(Refusal::new(ErrorCode::PhotoHashMismatch, message).into());
        }
        self.store.adopt(&part, hash)?;
        let facts = self.store.facts(hash)?.ok_or(BlobError::Missing(hash))?;
        Ok(Progress { offset: size, size, state: UploadState::Complete(facts) })
    }

    fn write_record(&self, id: UploadId, record: &Record) -> Result<(), BlobError> {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail; the error type says so, but the compiler does not know.
        if minicbor::encode(record, &mut bytes).is_err() {
            return Err(Refusal::new(ErrorCode::Internal, "an upload could not be written down").into());
        }
        files::write_whole(&self.path(id, "new"), &self.meta(id), &bytes)
    }

    fn meta(&self, id: UploadId) -> PathBuf {
        self.path(id, "meta")
    }

    fn part(&self, id: UploadId) -> PathBuf {
        self.path(id, "part")
    }

    fn path(&self, id: UploadId, ending: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ending}"))
    }
}

/// Whether a photo may have this many bytes.
pub(super) fn check_size(size: u64) -> Result<(), Refusal> {
    if size == 0 {
        return Err(Refusal::new(ErrorCode::PhotoEmpty, "the photo has no bytes"));
    }
    if size > PHOTO_BYTES_MAX {
        let message = format!("the photo has {size} bytes, more than {PHOTO_BYTES_MAX}");
        return Err(Refusal::new(ErrorCode::PhotoTooLarge, message));
    }
    Ok(())
}

fn unknown() -> Refusal {
    Refusal::new(ErrorCode::UploadUnknown, "no upload of that name is under way")
}

/// What a lock guards is a mirror of the disk, so a thread that panicked with it spoiled nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
