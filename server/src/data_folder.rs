//! The data folder: one database, the photos, and what this server is called.

mod lineage;
mod lock;

use std::path::{Path, PathBuf};

use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::ActorBytes;
use roundsman_sync_core::ids::{DeviceId, LogId, OrgId, PersonId};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::LogParent;
use rusqlite::{Connection, OptionalExtension};

use crate::auth::token::ServerSecret;
use crate::blobs::{BlobError, BlobStore, Uploads};
use crate::database::{self, DatabaseError};
use crate::ingest::{Office, Writer};
use crate::log::LogEntry;
use crate::projection;

pub use lineage::backed_up;
pub use lock::ServeLock;

/// A data folder that `init` has made.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
}

/// Why a data folder could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something there already.
    #[error("{0} already holds Roundsman data")]
    Exists(PathBuf),
    /// A server runs on it.
    #[error("a server is running on {0}; stop it first")]
    InUse(PathBuf),
    /// The folder could not be made.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The photo store failed.
    #[error(transparent)]
    Blobs(#[from] BlobError),
}

impl From<rusqlite::Error> for FolderError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

/// What a server knows of itself.
pub struct Identity {
    /// The organisation's name.
    pub org_name: String,
    /// The log whose positions its cursors speak of.
    pub log: LogId,
    /// The logs that this one continues after restores, oldest first, each with how far it is the same.
    pub parents: Vec<LogParent>,
    /// The person as whom the command line edits: no human being, and named so.
    pub desk: PersonId,
    /// The office as an author.
    pub office: Office,
}

impl DataFolder {
    /// Makes a data folder for a new organisation.
    ///
    /// # Errors
    /// If there is one already, or it cannot be made.
    pub fn init(path: &Path, org_name: &str, now: Timestamp, rng: &mut dyn Rng) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(io)?;
        let folder = Self { path: path.to_owned() };
        if folder.is_founded()? {
            return Err(FolderError::Exists(path.to_owned()));
        }
        // Keys are in the database; nobody else on the machine needs to read it.
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(io)?;
        found(&mut folder.writer(rng)?, org_name, now, rng)?;
        Ok(folder)
    }

    /// Whether an organisation is written down here. A database without one is what a power cut left of
    /// an earlier try, and is made anew.
    fn is_founded(&self) -> Result<bool, DatabaseError> {
        if !database::path_in(&self.path).exists() {
            return Ok(false);
        }
        let reader = self.reader()?;
        let has_schema = reader.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'")?.exists([])?;
        Ok(has_schema && reader.prepare("SELECT 1 FROM meta WHERE key = 'org'")?.exists([])?)
    }

    /// Opens a data folder that is there.
    ///
    /// # Errors
    /// If it is not there.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        if database::path_in(path).exists() {
            Ok(Self { path: path.to_owned() })
        } else {
            Err(DatabaseError::Missing(path.to_owned()).into())
        }
    }

    /// Brings the schema up to date and, if they were filled by an earlier version, makes the tables anew
    /// from the log. `progress` is told how many log entries were read. Tells the same at the end, if
    /// any had to be.
    ///
    /// # Errors
    /// If the database fails; everything then stays as it was.
    pub fn upgrade(&self, progress: &mut dyn FnMut(u64)) -> Result<Option<u64>, DatabaseError> {
        if projection::is_filled(&self.reader()?)? {
            return Ok(None);
        }
        projection::upgrade(&mut database::open_writer(&database::path_in(&self.path))?, progress)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A writer on its database.
    ///
    /// # Errors
    /// If the database fails.
    pub fn writer(&self, rng: &mut dyn Rng) -> Result<Writer, DatabaseError> {
        Writer::open(&database::path_in(&self.path), ActorBytes::mint(rng))
    }

    /// A reader of its database.
    ///
    /// # Errors
    /// If the database fails.
    pub fn reader(&self) -> Result<Connection, DatabaseError> {
        database::open_reader(&database::path_in(&self.path))
    }

    /// Its photos.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn blobs(&self) -> Result<BlobStore, BlobError> {
        BlobStore::open(&self.path)
    }

    /// Its uploads under way. One process at a time may serve them.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn uploads(&self) -> Result<Uploads, BlobError> {
        Uploads::open(&self.path, self.blobs()?)
    }
}

/// Writes down a new organisation and its first server: ids, keys and secrets.
///
/// # Errors
/// If the database fails, or already holds an organisation.
pub fn found(
    writer: &mut Writer,
    org_name: &str,
    now: Timestamp,
    rng: &mut dyn Rng,
) -> Result<(), DatabaseError> {
    let signer = SoftwareSigner::generate(Algorithm::Ed25519, rng);
    let (org, office, log) = (OrgId::mint(now, rng), DeviceId::mint(now, rng), LogId::mint(now, rng));
    let desk = PersonId::mint(now, rng);
    let office_key = signer.export();
    let mut secret = [0u8; 32];
    rng.fill_bytes(&mut secret);
    writer.transaction::<_, DatabaseError>(|batch| {
        let facts: [(&str, &[u8]); 7] = [
            ("org", org.as_bytes()),
            ("org_name", org_name.as_bytes()),
            ("log", log.as_bytes()),
            ("office", office.as_bytes()),
            ("office_key", office_key.as_slice()),
            ("secret", &secret),
            ("desk", desk.as_bytes()),
        ];
        for (key, value) in facts {
            batch.db.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (key, value))?;
        }
        let founded = LogEntry::Founded { org, name: org_name.to_owned(), office, key: signer.public_key() };
        batch.append(now, &founded)?;
        batch.append(now, &LogEntry::PersonAdded { person: desk, name: "办公室 Office".to_owned() })?;
        Ok(())
    })
}

impl Identity {
    /// Reads who the server is.
    ///
    /// # Errors
    /// If the database fails or a fact is missing.
    pub fn load(db: &Connection) -> Result<Self, DatabaseError> {
        let fact = |key: &'static str| -> Result<Vec<u8>, DatabaseError> {
            db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
                .optional()?
                .ok_or_else(|| DatabaseError::corrupt("meta", format!("no {key}")))
        };
        let bad = |key: &'static str| move || DatabaseError::corrupt("meta", key);
        let secret: [u8; 32] =
            fact("secret")?.try_into().map_err(|_| DatabaseError::corrupt("meta", "secret"))?;
        let signer = SoftwareSigner::import(&fact("office_key")?)
            .map_err(|error| DatabaseError::corrupt("meta", error))?;
        Ok(Self {
            org_name: String::from_utf8_lossy(&fact("org_name")?).into_owned(),
            log: LogId::from_slice(&fact("log")?).ok_or_else(bad("log"))?,
            parents: match fact("log_parents") {
                Ok(parents) => minicbor::decode(&parents).map_err(|_| bad("log_parents")())?,
                Err(_) => Vec::new(),
            },
            desk: PersonId::from_slice(&fact("desk")?).ok_or_else(bad("desk"))?,
            office: Office {
                org: OrgId::from_slice(&fact("org")?).ok_or_else(bad("org"))?,
                device: DeviceId::from_slice(&fact("office")?).ok_or_else(bad("office"))?,
                signer: Box::new(signer),
                secret: ServerSecret::from_bytes(secret),
            },
        })
    }

    /// How far this log says the same as an earlier one, if it continues it: up to the earliest of the
    /// backups that lie in between.
    pub fn continues(&self, log: LogId) -> Option<LogParent> {
        let from = self.parents.iter().position(|parent| parent.log == log)?;
        let pos = self.parents[from..].iter().map(|parent| parent.pos).min()?;
        Some(LogParent { log, pos })
    }
}
