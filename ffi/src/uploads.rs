//! Photos that the phone's own upload service carries.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, PhotoHash};
use roundsman_sync_core::replica as core;

use crate::error::RoundsmanError;

/// One upload: send the file as the body of the one request, in the background.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PendingUpload {
    /// Which photo: what `upload_done` takes.
    pub photo: PhotoHash,
    /// The case or round that names it.
    pub document: DocumentId,
    /// The file with the bytes that the server does not have yet. Not encrypted.
    pub file: String,
    /// Always `PATCH`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers to send. They let whoever has them bring these bytes, for seven days, and nothing else.
    pub headers: HashMap<String, String>,
    /// The first byte of the photo that is in the file.
    pub offset: u64,
    /// Length of the photo.
    pub size: u64,
}

/// How an upload ended.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum UploadResult {
    /// With a reply.
    Answered {
        /// Its status; 204 is as it should be.
        status: u16,
    },
    /// Without one.
    Failed {
        /// What the system said.
        reason: String,
    },
}

/// The files, and what is known of them in this process.
pub(crate) struct HandedOver {
    folder: PathBuf,
    known: Mutex<BTreeMap<PhotoHash, PendingUpload>>,
}

impl HandedOver {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, known: Mutex::default() }
    }

    /// Writes the file of one upload. One that is under way is left alone.
    ///
    /// # Errors
    /// `store_failed` if it cannot be written.
    pub(crate) fn add(&self, base: &str, one: &core::HandedOver, photo: &[u8]) -> Result<(), RoundsmanError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains_key(&one.hash) {
            return Ok(());
        }
        let failed = |error: std::io::Error| {
            RoundsmanError::new(
                ErrorCode::StoreFailed,
                format!("the file for an upload cannot be written: {error}"),
            )
        };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        // A service that an earlier process started may be reading a file of the same name: its bytes are these.
        let file = self.folder.join(format!("{}-{}", one.hash, one.offset));
        let from = usize::try_from(one.offset).unwrap_or(usize::MAX).min(photo.len());
        fs::write(&file, &photo[from..]).map_err(failed)?;
        let headers = one.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let upload = PendingUpload {
            photo: one.hash,
            document: one.document,
            file: file.to_string_lossy().into_owned(),
            method: "PATCH".to_owned(),
            url: format!("{base}{}", one.path),
            headers: headers.collect(),
            offset: one.offset,
            size: one.size,
        };
        known.insert(one.hash, upload);
        Ok(())
    }

    pub(crate) fn pending(&self) -> Vec<PendingUpload> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Forgets an upload, with its files; also those of an earlier process.
    pub(crate) fn done(&self, photo: PhotoHash) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&photo);
        let name = format!("{photo}-");
        self.delete(|file| file.starts_with(&name));
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.delete(|_| true);
    }

    fn delete(&self, which: impl Fn(&str) -> bool) {
        // A folder that is not there holds nothing.
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten() {
            if file.file_name().to_str().is_some_and(&which) {
                // What cannot be deleted now is deleted with the next.
                let _ = fs::remove_file(file.path());
            }
        }
    }
}
