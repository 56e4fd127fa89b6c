//! One file that holds everything of a data folder, and a data folder made from one.
//!
//! A backup is a tar archive in one zstd frame, in this order:
//!
//! ```text
//! manifest.json          what follows, each with its length and SHA-256; of which log, up to which position
//! roundsman.db           the database, copied in one read transaction while the server goes on
//! policy.toml            the company's own files, if there are any
//! roundsman.toml
//! photos/<sha256>        the photos that the database names, by rising hash
//! ```
//!
//! What always holds:
//! - A backup has its name only when all of it is on disk. Then, and not before, the data folder notes up to
//!   where it is backed up, which phones are told: they need not keep older envelopes any longer.
//! - Nothing of an archive is believed. It must hold exactly what its manifest says, in that order; no name in
//!   it becomes a path; every length is bounded before a byte is written.
//! - A restored folder is made beside its place and checked as `verify` checks it, before anything that
//!   stands there is moved. Its log gets a new id and remembers which log it continues, and how far.

mod aside;
mod manifest;
mod pack;
mod restore;
mod unpack;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use roundsman_sync_core::ids::PhotoHash;

use crate::blobs::BlobError;
use crate::data_folder::FolderError;
use crate::database::DatabaseError;

pub use pack::{Backup, backup};
pub use restore::{Restored, restore};

/// The most that a manifest may have: about three million photos.
const MANIFEST_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// One of the company's own files.
const SETTINGS_BYTES_MAX: u64 = 1024 * 1024;
/// An archive may unpack to so many times its length, and [`UNPACKED_BYTES_FREE`]. Real databases shrink to a
/// tenth, photos hardly; what claims more is made to fill a disk.
const UNPACKED_TIMES_MAX: u64 = 200;
/// See [`UNPACKED_TIMES_MAX`]: an empty database is mostly zeros.
const UNPACKED_BYTES_FREE: u64 = 64 * 1024 * 1024;
/// The company's own files in a data folder.
const SETTINGS: [&str; 2] = ["policy.toml", "roundsman.toml"];
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "roundsman.db";

/// How far a backup or its restoring is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The database is copied.
    Database,
    /// So many photos of so many were copied.
    Photos {
        /// Done.
        done: u64,
        /// In all.
        of: u64,
    },
    /// What was unpacked is checked: so many things of this stage.
    Checking(crate::verify::Stage, u64),
}

/// Why there is no backup, or nothing was restored. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The archive is not whole, or not one of ours.
    #[error("{path} is no whole backup: {what}")]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The archive was read as it was written, but what is in it does not agree.
    #[error("what {path} holds does not agree with itself:\n{}", problems.join("\n"))]
    Disagrees {
        /// The archive.
        path: PathBuf,
        /// As `verify` tells them.
        problems: Vec<String>,
    },
    /// There is something where the data folder is to be.
    #[error("{0} is not empty; --replace keeps it aside and puts the restored folder in its place")]
    NotEmpty(PathBuf),
    /// There is something else than data of ours where the data folder is to be.
    #[error("{0} holds other files and no Roundsman data, so it is not moved")]
    NotOurs(PathBuf),
    /// A photo that the log names cannot be copied.
    #[error("photo {hash}: {source}; `roundsman verify` tells what else is wrong")]
    Photo {
        /// Which.
        hash: PhotoHash,
        /// Why.
        source: BlobError,
    },
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl BackupError {
    /// The stable word that `--json` gives.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } | Self::Disagrees { .. } => "backup_damaged",
            Self::NotEmpty(_) | Self::NotOurs(_) => "exists",
            Self::Folder(FolderError::InUse(_)) => "in_use",
            Self::File { .. } => "write_failed",
            Self::Photo { .. } | Self::Folder(_) | Self::Database(_) => "store_failed",
        }
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}
