//! One server on a data folder, and none while it is restored.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::{DataFolder, FolderError};

/// The file that a running server holds locked. The system frees it with the process, however that ends.
const FILE: &str = "serve.lock";

/// Held as long as a server runs on a folder.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock of a folder.
    ///
    /// # Errors
    /// [`FolderError::InUse`] if a server runs on it.
    pub fn take(folder: &DataFolder) -> Result<Self, FolderError> {
        let path = folder.path().join(FILE);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        locked(folder.path(), file.map_err(|source| FolderError::Io { path, source })?)
    }

    /// Takes the lock of a folder on which a server may have run. Writes nothing: where there is no lock, none
    /// ever ran.
    ///
    /// # Errors
    /// [`FolderError::InUse`] if a server runs on it.
    pub fn of_stopped(folder: &Path) -> Result<Option<Self>, FolderError> {
        let path = folder.join(FILE);
        match OpenOptions::new().write(true).open(&path) {
            Ok(file) => locked(folder, file).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Io { path, source }),
        }
    }
}

fn locked(folder: &Path, file: File) -> Result<ServeLock, FolderError> {
    match file.try_lock() {
        Ok(()) => Ok(ServeLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(FolderError::Io { path: folder.join(FILE), source }),
    }
}
