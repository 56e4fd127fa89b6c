//! A data folder made from a backup, checked before it takes its place.

use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::LogId;
use roundsman_sync_core::protocol::messages::LogParent;
use rusqlite::{Connection, OpenFlags};

use super::aside::{Aside, sync_folder};
use super::manifest::Manifest;
use super::unpack::unpack;
use super::{BackupError, DATABASE, Step, at};
use crate::data_folder::{DataFolder, FolderError, Identity, ServeLock};
use crate::log;
use crate::verify::{Checked, verify};

/// A data folder that is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The new id of its log.
    pub log: LogId,
    /// The log that it continues, up to the position of the backup.
    pub parent: LogParent,
    /// When the backup was made.
    pub made_at: Timestamp,
    /// By which version of the program.
    pub program: String,
    /// What was checked.
    pub checked: Checked,
    /// Where the folder now is that stood in the place before, if there was one.
    pub kept_aside: Option<PathBuf>,
}

/// Makes a data folder at `data` from a backup. What stands there is only moved, only with `replace`, and only
/// after everything was checked.
///
/// # Errors
/// If a server runs on the folder, the archive is not whole, what is in it does not agree, or something cannot
/// be written. Everything then stays as it was.
pub fn restore(
    archive: &Path,
    data: &Path,
    replace: bool,
    now: Timestamp,
    rng: &mut dyn Rng,
    progress: &mut dyn FnMut(Step),
) -> Result<Restored, BackupError> {
    // A link stays a link: what it names is replaced.
    let place = match std::fs::canonicalize(data) {
        Ok(place) => place,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => data.to_owned(),
        Err(error) => return Err(at(data)(error)),
    };
    let standing = Standing::of(&place)?;
    if standing == Standing::Filled && !replace {
        return Err(BackupError::NotEmpty(data.to_owned()));
    }
    if standing == Standing::Filled && !place.join(DATABASE).exists() {
        return Err(BackupError::NotOurs(data.to_owned()));
    }
    let lock = match standing {
        Standing::Filled => ServeLock::of_stopped(&place)?,
        Standing::Absent | Standing::Empty => None,
    };
    if let Some(parent) = place.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(at(parent))?;
    }
    let aside = Aside::beside(&place, "restore", rng).map_err(at(&place))?;
    let manifest = unpack(archive, aside.path(), progress)?;
    let checked = check(archive, aside.path(), &manifest, progress)?;
    let log = LogId::mint(now, rng);
    let parent = begin_log(aside.path(), log)?;
    let kept_aside = put_in_place(aside, &place, standing, now)?;
    drop(lock);
    Ok(Restored {
        log,
        parent,
        made_at: Timestamp::from_millis(manifest.made_at_ms),
        program: manifest.program,
        checked,
        kept_aside,
    })
}

/// What is where the data folder is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Absent,
    Empty,
    Filled,
}

impl Standing {
    fn of(place: &Path) -> Result<Self, BackupError> {
        match std::fs::read_dir(place) {
            Ok(mut entries) => Ok(if entries.next().is_some() { Self::Filled } else { Self::Empty }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::Absent),
            Err(error) => Err(at(place)(error)),
        }
    }
}

/// Whether what was unpacked is what the manifest speaks of, and agrees with itself.
fn check(
    archive: &Path,
    path: &Path,
    manifest: &Manifest,
    progress: &mut dyn FnMut(Step),
) -> Result<Checked, BackupError> {
    let disagrees = |problems: Vec<String>| BackupError::Disagrees { path: archive.to_owned(), problems };
    if let Some(problem) = unsound(&path.join(DATABASE)) {
        return Err(disagrees(vec![problem]));
    }
    let folder = DataFolder::open(path)?;
    // A backup of an earlier version is first brought up to date, as its folder would have been.
    folder.upgrade(&mut |_| ())?;
    let db = folder.reader()?;
    let (identity, head) = (Identity::load(&db)?, log::head(&db)?);
    if (identity.log, head) != (manifest.log, manifest.position) {
        return Err(disagrees(vec![
            "the database is not of the log and position in the manifest".to_owned(),
        ]));
    }
    let blobs = folder.blobs().map_err(FolderError::from)?;
    let report = verify(&db, &blobs, &mut |stage, done| progress(Step::Checking(stage, done)))?;
    if report.ok { Ok(report.checked) } else { Err(disagrees(report.problems)) }
}

/// Why a file is no database that this program would have written, before anything in it is run. Triggers
/// and views, of which ours has none, would be somebody else's program in our database.
fn unsound(database: &Path) -> Option<String> {
    let look = || -> rusqlite::Result<Option<String>> {
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(database, read_only)?;
        let strange: i64 = db.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')",
            [],
            |row| row.get(0),
        )?;
        if strange > 0 {
            return Ok(Some("the database has triggers or views".to_owned()));
        }
        let sound: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        Ok((sound != "ok").then(|| format!("database file: {sound}")))
    };
    look().unwrap_or_else(|error| Some(format!("database file: {error}")))
}

/// Gives the restored log an id of its own, so that no phone takes it for the one it knew, and makes that
/// durable. Sessions go: one that was ended after the backup would come to life again.
fn begin_log(path: &Path, log: LogId) -> Result<LogParent, BackupError> {
    let folder = DataFolder::open(path)?;
    let parent = folder.begin_log(log)?;
    let database = path.join(DATABASE);
    File::open(&database).and_then(|file| file.sync_all()).map_err(at(&database))?;
    sync_folder(path).map_err(at(path))?;
    Ok(parent)
}

/// Moves the new folder to its place, and what stood there before to a name of its own.
fn put_in_place(
    aside: Aside,
    place: &Path,
    standing: Standing,
    now: Timestamp,
) -> Result<Option<PathBuf>, BackupError> {
    let kept = match standing {
        Standing::Absent => None,
        Standing::Empty => {
            std::fs::remove_dir(place).map_err(at(place))?;
            None
        }
        Standing::Filled => {
            let when = DateTime::from_timestamp_millis(now.millis()).unwrap_or_default();
            let mut name = place.file_name().unwrap_or_default().to_owned();
            name.push(format!(".before-restore-{}", when.format("%Y%m%dT%H%M%S%3fZ")));
            let kept = place.with_file_name(name);
            if kept.exists() {
                return Err(at(&kept)(std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
            }
            std::fs::rename(place, &kept).map_err(at(place))?;
            Some(kept)
        }
    };
    if let Err(error) = aside.move_to(place) {
        if let Some(kept) = &kept {
            std::fs::rename(kept, place).map_err(at(kept))?;
        }
        return Err(at(place)(error));
    }
    sync_folder(place.parent().unwrap_or(Path::new("."))).map_err(at(place))?;
    Ok(kept)
}
