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
//!
//! A piece that comes with a checksum waits in a file of its own until it is found right
//! (`checked`). What one device may have under way is bounded (`under_way`).

mod checked;
mod id;
mod under_way;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minicbor::{Decode, Encode};
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::limits::{PHOTO_BYTES_MAX, UPLOAD_TOKEN_AGE_MS_MAX};

use super::store::PhotoFacts;
use super::{BlobError, BlobStore, files};
use under_way::UnderWay;

pub use checked::CheckedPiece;
pub use id::UploadId;

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here for good; the next piece begins there.
    pub offset: u64,
    /// Bytes that the photo has.
    pub size: u64,
    /// Whether more is needed.
    pub state: UploadState,
    /// After this the upload is as good as gone, unless it is begun again before.
    pub expires: Timestamp,
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

/// What a device is to bring, and what it says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Who brings it.
    pub device: DeviceId,
    /// The hash that the bytes must have.
    pub hash: PhotoHash,
    /// Their number.
    pub size: u64,
    /// Words of the sender's own, well formed by the protocol's rule, kept to be said again and not believed.
    pub metadata: Option<String>,
}

/// The content of a `.meta` file.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Record {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    hash: PhotoHash,
    #[n(2)]
    size: u64,
    /// When the upload was last asked for.
    #[n(3)]
    created: Timestamp,
    #[n(4)]
    metadata: Option<String>,
}

impl Record {
    /// A token's life after it was last asked for: without a newer token nobody could go on with it.
    fn expires(&self) -> Timestamp {
        self.created.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX)
    }
}

/// An upload that can be gone on with.
#[derive(Debug)]
struct Live {
    record: Record,
    /// Counts the pieces with a checksum that were begun; only the last one may go on.
    checked_turn: u64,
}

/// One upload in memory. Its lock is held while its files are touched, so two senders take turns.
#[derive(Debug)]
enum Slot {
    Live(Live),
    /// Removed, while somebody still held a reference, or not yet written down.
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
    /// Taken last of all.
    under_way: Mutex<UnderWay>,
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
        let uploads = Self { store, folder, index: Mutex::default(), under_way: Mutex::default() };
        uploads.load()?;
        Ok(uploads)
    }

    /// Begins an upload, or gives back the one that this device already has for this photo.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`],
    /// [`ErrorCode::UploadQuota`], or [`ErrorCode::PhotoHashMismatch`] when the photo is already here
    /// with another size; [`BlobError::File`] when the record could not be written.
    pub fn create(&self, now: Timestamp, rng: &mut dyn Rng, promise: &Promise) -> Result<Created, BlobError> {
        let Promise { device, hash, size, .. } = *promise;
        check_size(size)?;
        let facts = self.store.facts(hash)?;
        if facts.is_some_and(|facts| facts.size != size) {
            let message = "the bytes of that hash do not have the promised length";
            return Err(Refusal::new(ErrorCode::PhotoHashMismatch, message).into());
        }
        let record = Record { device, hash, size, created: now, metadata: promise.metadata.clone() };
        let mut index = lock(&self.index);
        let known = index.by_photo.get(&(device, hash)).copied();
        let found = known.and_then(|id| Some((id, index.slots.get(&id)?.clone())));
        let id = found.as_ref().map_or_else(|| UploadId::mint(rng), |(id, _)| *id);
        if facts.is_none() {
            lock(&self.under_way).admit(now, id, device, size, record.expires())?;
        }
        let slot = found.map_or_else(
            || {
                let slot = Arc::new(Mutex::new(Slot::Gone));
                index.slots.insert(id, slot.clone());
                index.by_photo.insert((device, hash), id);
                slot
            },
            |(_, slot)| slot,
        );
        let mut held = lock(&slot);
        // Others may go on with their uploads while this one's record reaches the disk.
        drop(index);
        let checked_turn = match &*held {
            Slot::Live(old) => {
                if old.record.size != size {
                    // The device has thought better of the size; what came under the old promise is void.
                    files::remove(&self.part(id))?;
                }
                old.checked_turn
            }
            Slot::Gone => 0,
        };
        self.write_record(id, &record)?;
        let live = Live { record, checked_turn };
        let progress = self.settle_held(id, &live.record)?;
        *held = Slot::Live(live);
        Ok(Created { id, progress })
    }

    /// The photo that an upload of this device brings.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`] when this device has no such upload.
    pub fn photo_of(&self, now: Timestamp, id: UploadId, device: DeviceId) -> Result<PhotoHash, BlobError> {
        self.with_live(now, id, device, |live| Ok(live.record.hash))
    }

    /// What the sender said of the photo when it last asked for the upload.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`] when this device has no such upload.
    pub fn metadata_of(
        &self,
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
    ) -> Result<Option<String>, BlobError> {
        self.with_live(now, id, device, |live| Ok(live.record.metadata.clone()))
    }

    /// Appends a piece and makes it durable: [`Uploads::write`], then [`Uploads::settle`].
    ///
    /// # Errors
    /// As those two.
    pub fn append(
        &self,
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
        offset: u64,
        piece: &[u8],
    ) -> Result<Progress, BlobError> {
        self.with_live(now, id, device, |live| {
            self.write_held(id, &live.record, offset, piece)?;
            self.settle_held(id, &live.record)
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
    pub fn write(
        &self,
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
        offset: u64,
        piece: &[u8],
    ) -> Result<u64, BlobError> {
        self.with_live(now, id, device, |live| self.write_held(id, &live.record, offset, piece))
    }

    /// Makes all that was written durable, stores the photo if it is whole, and says how far the
    /// upload is. This is also how to ask: an offset that is told must be durable.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`], or with
    /// [`ErrorCode::PhotoHashMismatch`] when the bytes are not the promised ones: they are dropped,
    /// and the same upload starts anew at 0. [`BlobError::File`] when the disk failed.
    pub fn settle(&self, now: Timestamp, id: UploadId, device: DeviceId) -> Result<Progress, BlobError> {
        self.with_live(now, id, device, |live| self.settle_held(id, &live.record))
    }

    /// Ends an upload for good and removes its bytes. A photo that it brought whole stays in the store.
    ///
    /// # Errors
    /// [`BlobError::Refused`] with [`ErrorCode::UploadUnknown`]; [`BlobError::File`] when a file could
    /// not be removed.
    pub fn terminate(&self, now: Timestamp, id: UploadId, device: DeviceId) -> Result<(), BlobError> {
        let slot = lock(&self.index).slots.get(&id).cloned().ok_or_else(unknown)?;
        {
            let mut held = lock(&slot);
            let Slot::Live(live) = &*held else { return Err(unknown().into()) };
            check_live(&live.record, now, device)?;
            self.remove_files(id)?;
            *held = Slot::Gone;
        }
        self.forget(id);
        files::sync_folder(&self.folder)
    }

    /// Forgets every upload whose time is over and removes its bytes, and says how many there were.
    /// Photos in the store stay.
    ///
    /// # Errors
    /// [`BlobError::File`] when a file could not be removed; the rest is left for the next sweep.
    pub fn sweep(&self, now: Timestamp) -> Result<usize, BlobError> {
        let slots: Vec<_> = lock(&self.index).slots.iter().map(|(id, slot)| (*id, slot.clone())).collect();
        let mut swept = 0;
        for (id, slot) in slots {
            let mut held = lock(&slot);
            if let Slot::Live(live) = &*held {
                if now <= live.record.expires() {
                    continue;
                }
                self.remove_files(id)?;
                *held = Slot::Gone;
                swept += 1;
            }
            drop(held);
            // Also what a creation that failed has left.
            self.forget(id);
        }
        if swept > 0 {
            files::sync_folder(&self.folder)?;
        }
        Ok(swept)
    }

    /// Takes an upload out of memory, unless somebody has begun it again meanwhile.
    fn forget(&self, id: UploadId) {
        let mut index = lock(&self.index);
        let is_gone = index.slots.get(&id).is_some_and(|slot| matches!(*lock(slot), Slot::Gone));
        if is_gone {
            index.slots.remove(&id);
            index.by_photo.retain(|_, of| *of != id);
            lock(&self.under_way).end(id);
        }
    }

    /// The bytes first: without a record they would never be found again.
    fn remove_files(&self, id: UploadId) -> Result<(), BlobError> {
        for ending in ["part", "piece", "meta"] {
            files::remove(&self.path(id, ending))?;
        }
        Ok(())
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
                    index.by_photo.insert((record.device, record.hash), id);
                    if !self.store.contains(record.hash)? {
                        let expires = record.expires();
                        lock(&self.under_way).note(id, record.device, record.size, expires);
                    }
                    let live = Live { record, checked_turn: 0 };
                    index.slots.insert(id, Arc::new(Mutex::new(Slot::Live(live))));
                }
                (Some(id), Some("part")) => parts.push(id),
                (Some(_), Some("new" | "piece")) => files::remove(&path)?,
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
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
        work: impl FnOnce(&mut Live) -> Result<T, BlobError>,
    ) -> Result<T, BlobError> {
        let slot = lock(&self.index).slots.get(&id).cloned().ok_or_else(unknown)?;
        let mut held = lock(&slot);
        match &mut *held {
            Slot::Live(live) => {
                check_live(&live.record, now, device)?;
                work(live)
            }
            Slot::Gone => Err(unknown().into()),
        }
    }

    /// Where an upload stands, and the same after `length` more bytes at `offset`, if they fit there.
    fn fit(&self, id: UploadId, record: &Record, offset: u64, length: usize) -> Result<u64, BlobError> {
        let stands = if self.store.contains(record.hash)? {
            record.size
        } else {
            files::length(&self.part(id))?.unwrap_or(0)
        };
        if offset != stands {
            let message = format!("the upload stands at byte {stands}, not at {offset}");
            return Err(Refusal::new(ErrorCode::UploadOffsetMismatch, message).into());
        }
        Ok(end_of(record, offset, length)?)
    }

    fn write_held(&self, id: UploadId, record: &Record, offset: u64, piece: &[u8]) -> Result<u64, BlobError> {
        let part = self.part(id);
        let end = self.fit(id, record, offset, piece.len())?;
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
        let (size, expires) = (record.size, record.expires());
        let part = self.part(id);
        let partial = |offset| Progress { offset, size, state: UploadState::Partial, expires };
        let complete = |facts| Progress { offset: size, size, state: UploadState::Complete(facts), expires };
        if let Some(facts) = self.store.settled(record.hash)? {
            // Either this upload was renamed before a kill, or another device was faster.
            files::remove(&part)?;
            lock(&self.under_way).end(id);
            return Ok(complete(facts));
        }
        let Some(file) = files::open(&part)? else { return Ok(partial(0)) };
        let offset = file.metadata().map_err(files::at(&part))?.len();
        file.sync_data().map_err(files::at(&part))?;
        if offset < size {
            return Ok(partial(offset));
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
        lock(&self.under_way).end(id);
        Ok(complete(facts))
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

/// Another device's upload, and one whose time is over, look no different from none.
fn check_live(record: &Record, now: Timestamp, device: DeviceId) -> Result<(), Refusal> {
    if record.device == device && now <= record.expires() { Ok(()) } else { Err(unknown()) }
}

/// Where `length` bytes at `offset` end, if the photo has so many.
fn end_of(record: &Record, offset: u64, length: usize) -> Result<u64, Refusal> {
    let end = u64::try_from(length).ok().and_then(|length| offset.checked_add(length));
    end.filter(|&end| end <= record.size).ok_or_else(|| {
        let message = format!("more bytes than the {} that were promised", record.size);
        Refusal::new(ErrorCode::BadRequest, message)
    })
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
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]
mod tests_bounds;
