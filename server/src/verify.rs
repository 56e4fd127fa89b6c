//! Whether log, documents, tables, photos and evidence still agree.
//!
//! Everything is read inside one read transaction, so a server may write meanwhile. What is found is
//! reported, all of it; only what keeps the check itself from running is an error.

mod documents;
mod log;
mod photos;

use rusqlite::Connection;
use serde::Serialize;

use crate::blobs::BlobStore;
use crate::database::DatabaseError;
use crate::projection::{DERIVED_TABLES, compare};

/// How many things were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Entries of the log.
    pub log_entries: u64,
    /// Envelopes whose signature was checked again. One of which a change was known before is not
    /// logged whole and cannot be checked.
    pub signatures: u64,
    /// Documents loaded and compared with their changes.
    pub documents: u64,
    /// Rows of the tables that are made from the log.
    pub rows: u64,
    /// Photos read and hashed.
    pub photos: u64,
    /// Leaves of the evidence log.
    pub leaves: u64,
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether there is no problem.
    pub ok: bool,
    /// What was looked at.
    pub checked: Checked,
    /// What does not agree, each naming the thing. Never holds what people wrote.
    pub problems: Vec<String>,
}

/// The parts of a check, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Entries of the log are read and signatures checked.
    Log,
    /// Documents are loaded.
    Documents,
    /// Tables are made anew in memory and compared.
    Tables,
    /// Photos are hashed.
    Photos,
}

impl Stage {
    /// The stage as a word for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log entries",
            Self::Documents => "documents",
            Self::Tables => "tables",
            Self::Photos => "photos",
        }
    }
}

/// A check under way: counts and problems so far, and whom to tell.
struct Check<'a> {
    checked: Checked,
    problems: Vec<String>,
    progress: &'a mut dyn FnMut(Stage, u64),
}

impl Check<'_> {
    fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }
}

/// Checks everything. `progress` is told the stage and how many things of it are done.
///
/// # Errors
/// If the database cannot be read at all.
pub fn verify(
    db: &Connection,
    blobs: &BlobStore,
    progress: &mut dyn FnMut(Stage, u64),
) -> Result<Report, DatabaseError> {
    let mut check = Check { checked: Checked::default(), problems: Vec::new(), progress };
    // Listed before the transaction begins: a photo that arrives later is then in neither.
    let stored = photos::listed(&mut check, blobs);
    let reading = db.unchecked_transaction()?;
    let sound: String = reading.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        check.problem(format!("database file: {sound}"));
    }
    let readable = log::check(&mut check, &reading)?;
    documents::check(&mut check, &reading)?;
    (check.progress)(Stage::Tables, 0);
    for table in DERIVED_TABLES {
        let rows: i64 = reading.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        check.checked.rows += rows.unsigned_abs();
    }
    if readable {
        match compare(&reading) {
            Ok(differences) => check.problems.extend(differences.iter().map(ToString::to_string)),
            Err(DatabaseError::Corrupt { table, what }) => {
                check.problem(format!("tables cannot be made from the log: {table}: {what}"));
            }
            Err(error) => return Err(error),
        }
    }
    let unknown = photos::check(&mut check, &reading, blobs, &stored)?;
    drop(reading);
    photos::without_row(&mut check, db, &unknown)?;
    let Check { checked, problems, .. } = check;
    Ok(Report { ok: problems.is_empty(), checked, problems })
}
