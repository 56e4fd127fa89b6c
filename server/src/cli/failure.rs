//! Why a command did not do what was asked.

use roundsman_sync_core::error::Refusal;

use crate::backup::BackupError;
use crate::bench::BenchError;
use crate::blobs::BlobError;
use crate::data_folder::FolderError;
use crate::database::DatabaseError;
use crate::demo::DemoError;
use crate::export::ExportError;
use crate::import::{ImportError, MapError};
use crate::ingest::OfficeError;
use crate::policy_file::PolicyFileError;
use crate::route_file::RouteFileError;
use crate::serve::ServeError;

/// The exit code of wrong usage.
pub(super) const EXIT_USAGE: u8 = 2;
/// The exit code of any other failure.
pub(super) const EXIT_FAILED: u8 = 1;

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It was asked in a way that cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// Something was named that is not there, or there more than once.
    #[error("{0}")]
    NotFound(String),
    /// A file of settings is wrong.
    #[error("{0}")]
    Settings(String),
    /// What was asked is refused.
    #[error("{}", .0.message)]
    Refused(#[from] Refusal),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Photos.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// A file to be imported.
    #[error("{file}: {source}")]
    Import {
        /// As it was named.
        file: String,
        /// Why.
        source: ImportError,
    },
    /// The map of an import.
    #[error(transparent)]
    Map(#[from] MapError),
    /// A file of routes.
    #[error(transparent)]
    Routes(#[from] RouteFileError),
    /// A file to be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A backup.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A policy.
    #[error(transparent)]
    Policy(#[from] PolicyFileError),
    /// The server.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The demonstration.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A benchmark.
    #[error(transparent)]
    Bench(#[from] BenchError),
}

impl From<OfficeError> for Failure {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Refused(refusal) => Self::Refused(refusal),
            OfficeError::Database(error) => Self::Database(error),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Failure {
    /// The stable word that `--json` gives.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::NotFound(_) => "not_found",
            Self::Settings(_) => "settings",
            Self::Refused(refusal) => refusal.code.as_str(),
            Self::Folder(FolderError::Exists(_)) | Self::Demo(DemoError::Folder(FolderError::Exists(_))) => {
                "exists"
            }
            Self::Backup(error) => error.code(),
            Self::Folder(FolderError::InUse(_)) | Self::Serve(ServeError::Folder(FolderError::InUse(_))) => {
                "in_use"
            }
            Self::Folder(FolderError::Database(DatabaseError::Missing(_)))
            | Self::Database(DatabaseError::Missing(_)) => "no_data",
            Self::Folder(_) | Self::Database(_) | Self::Blobs(_) => "store_failed",
            Self::Import { .. } => "import",
            Self::Map(_) => "map",
            Self::Routes(_) => "routes",
            Self::Export(_) => "write_failed",
            Self::Policy(error) | Self::Serve(ServeError::Policy(error)) => error.code(),
            Self::Serve(_) => "serve_failed",
            Self::Demo(_) => "demo_failed",
            Self::Bench(BenchError::Unknown(_)) => "usage",
            Self::Bench(_) => "bench_failed",
        }
    }

    /// The exit code.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Bench(BenchError::Unknown(_)) => EXIT_USAGE,
            Self::NotFound(_)
            | Self::Settings(_)
            | Self::Refused(_)
            | Self::Folder(_)
            | Self::Database(_)
            | Self::Blobs(_)
            | Self::Import { .. }
            | Self::Map(_)
            | Self::Routes(_)
            | Self::Export(_)
            | Self::Backup(_)
            | Self::Policy(_)
            | Self::Serve(_)
            | Self::Demo(_)
            | Self::Bench(_) => EXIT_FAILED,
        }
    }
}
