//! The company's policy as a file: checked, and put in force at its estates.

use std::io::Read;
use std::path::{Path, PathBuf};

use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::SiteId;
use roundsman_sync_core::limits::POLICY_CHARS_MAX;
use roundsman_sync_core::rules::Policy;
use roundsman_sync_core::rules::policy::Mistake;

use crate::data_folder::{DataFolder, Identity};
use crate::database::DatabaseError;
use crate::export::ExportError;
use crate::export::atomic::write_file;
use crate::ingest::{OfficeError, Sitting};
use crate::projection::queries::lookup;

/// The name of the policy in the data folder. Without it, the built-in policy holds.
pub const POLICY_FILE: &str = "policy.toml";

/// A file that could be read as a policy.
pub struct PolicyFile {
    /// What stands in it.
    pub text: String,
    /// What it means.
    pub policy: Policy,
}

/// Why a policy could not be read or put in force.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFileError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There are mistakes in it. One a line: file, line, column, reason.
    #[error("the policy is wrong\n{}", lines(path, mistakes))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// Every mistake that was found, from top to bottom.
        mistakes: Vec<Mistake>,
    },
    /// The file in the data folder could not be replaced.
    #[error(transparent)]
    Keep(#[from] ExportError),
    /// It could not be written to an estate.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl PolicyFileError {
    /// The stable word that `--json` gives.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "settings",
            Self::Keep(_) => "write_failed",
            Self::Wrong { .. } => "policy_wrong",
            Self::Office(OfficeError::Refused(refusal)) => refusal.code.as_str(),
            Self::Office(OfficeError::Database(_)) | Self::Database(_) => "store_failed",
        }
    }
}

/// `FILE:line:column: reason` for every mistake.
pub fn lines(path: &Path, mistakes: &[Mistake]) -> String {
    let lines = mistakes.iter().map(|mistake| format!("{}:{mistake}", path.display()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Reads a policy.
///
/// # Errors
/// If there is no such file, or with every mistake in it.
pub fn read(path: &Path) -> Result<PolicyFile, PolicyFileError> {
    let io = |source| PolicyFileError::Io { path: path.to_owned(), source };
    // One byte more than the longest policy can have, which is then refused for its length.
    let bytes_max = u64::try_from(POLICY_CHARS_MAX).unwrap_or(u64::MAX).saturating_mul(4).saturating_add(1);
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(io)?.take(bytes_max).read_to_end(&mut bytes).map_err(io)?;
    let wrong = |mistakes| PolicyFileError::Wrong { path: path.to_owned(), mistakes };
    let text = String::from_utf8(bytes).map_err(|error| {
        let sound = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = sound.matches('\n').count() + 1;
        let column = sound.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        wrong(vec![Mistake { line, column, reason: "not UTF-8 from here on".to_owned() }])
    })?;
    let policy = Policy::parse(&text).map_err(wrong)?;
    Ok(PolicyFile { text, policy })
}

/// Puts `policy.toml` of the data folder in force at every estate where something else holds. Without such a
/// file nothing changes. Tells where something changed.
///
/// # Errors
/// If the policy is wrong, or the database fails.
pub fn put_in_force(
    folder: &DataFolder,
    now: Timestamp,
    rng: &mut dyn Rng,
) -> Result<Vec<(SiteId, String)>, PolicyFileError> {
    let path = folder.path().join(POLICY_FILE);
    match read(&path) {
        Ok(file) => write_to_estates(folder, now, rng, &file.text),
        Err(PolicyFileError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Puts a policy in force at every estate, and keeps it as `policy.toml` in the data folder, so that the next
/// start of the server finds the same. Tells where something changed.
///
/// # Errors
/// If the file cannot be written, or the database fails.
pub fn set(
    folder: &DataFolder,
    now: Timestamp,
    rng: &mut dyn Rng,
    file: &PolicyFile,
) -> Result<Vec<(SiteId, String)>, PolicyFileError> {
    let changed = write_to_estates(folder, now, rng, &file.text)?;
    let path = folder.path().join(POLICY_FILE);
    write_file(&path, |out| {
        let written = out.write_all(file.text.as_bytes());
        written.map_err(|source| ExportError::Write { target: path.display().to_string(), source })
    })?;
    Ok(changed)
}

fn write_to_estates(
    folder: &DataFolder,
    now: Timestamp,
    rng: &mut dyn Rng,
    text: &str,
) -> Result<Vec<(SiteId, String)>, PolicyFileError> {
    let mut writer = folder.writer(rng)?;
    let db = folder.reader()?;
    let identity = Identity::load(&db)?;
    let estates = lookup::sites(&db)?;
    let sitting = Sitting { person: identity.desk, now };
    let changed = writer.transaction(|batch| {
        let mut changed = Vec::new();
        for (site, name) in estates {
            if identity.office.put_policy(batch, rng, sitting, site, text)? {
                changed.push((site, name));
            }
        }
        Ok::<_, OfficeError>(changed)
    })?;
    Ok(changed)
}
