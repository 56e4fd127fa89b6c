//! Photos at the server: their bytes by SHA-256, and the uploads that bring them.
//!
//! Folders inside the data folder. The photos and the uploads must be on one file system because a finished
//! upload *becomes* a photo by a rename:
//!
//! ```text
//! photos/ab/cdef…      the exact bytes whose SHA-256 is abcdef…
//! thumbnails/ab/cdef…  the small copy of that photo; empty if none can be drawn. Derived
//! uploads/<id>.meta    who uploads which photo, written once before the first byte
//! uploads/<id>.part    the bytes that have arrived; its length is the offset, there is no other record of it
//! uploads/<id>.piece   bytes whose checksum is not known yet; they do not count
//! ```
//!
//! What always holds:
//! - A file under `photos/` was whole and had the hash of its name when it got that name.
//! - An offset that was told to a device counts only bytes that are fsynced.
//! - Nothing here is needed to read the log; photos are truth of their own, checked by
//!   [`BlobStore::check`].
//! - Knowing a hash grants nothing: who may read or upload is the caller's to decide.
//!
//! The code is synchronous and takes time and chance as arguments.

mod files;
pub mod shown;
pub mod sniff;
pub mod store;
mod thumbnail;
pub mod tus;
pub mod upload;

use std::io;
use std::path::PathBuf;

use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::PhotoHash;

pub use shown::{ShownCopy, shown_copy};
pub use sniff::PhotoType;
pub use store::{BlobStore, PhotoFacts};
pub use thumbnail::Thumbnail;
pub use upload::{CheckedPiece, Created, Progress, Promise, UploadId, UploadState, Uploads};

/// What can go wrong with photo bytes.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The asker is at fault, and what they asked changed nothing, except that the bytes of an
    /// upload with a wrong hash are gone.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The file system is at fault.
    #[error("{path}: {source}")]
    File {
        /// The file or folder that was being worked on.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The store has no photo of this hash.
    #[error("no photo {0} in the store")]
    Missing(PhotoHash),
    /// The file of this name no longer holds what it was stored with.
    #[error("the file of photo {expected} holds bytes with the hash {found}")]
    Altered {
        /// The hash that the file is named by.
        expected: PhotoHash,
        /// The hash of what it holds.
        found: PhotoHash,
    },
    /// A file in the store whose name is not a hash; nothing here wrote it.
    #[error("{path} is not named by a hash")]
    Stray {
        /// The file.
        path: PathBuf,
    },
    /// The file is longer than the reader was ready for.
    #[error("photo {hash} has {bytes} bytes, more than the {bytes_max} that were asked for")]
    TooLong {
        /// The photo.
        hash: PhotoHash,
        /// Its length.
        bytes: u64,
        /// What the caller allowed.
        bytes_max: u64,
    },
}

impl BlobError {
    /// What an outside program is told: never a path of this machine.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal.clone(),
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Refusal::new(ErrorCode::Busy, "the server has no room for photos at the moment")
            }
            Self::Missing(_) => Refusal::new(ErrorCode::NotFound, "there is no such photo here"),
            Self::File { .. } | Self::Altered { .. } | Self::Stray { .. } | Self::TooLong { .. } => {
                Refusal::new(ErrorCode::Internal, "the server could not read or write a photo")
            }
        }
    }
}
