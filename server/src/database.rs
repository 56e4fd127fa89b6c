//! The one database file of a server: opening it, and its schema.

use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// The database inside a data folder.
pub fn path_in(data: &Path) -> PathBuf {
    data.join("roundsman.db")
}

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// SQLite said no.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("database schema: {0}")]
    Schema(#[from] refinery::Error),
    /// A table holds what this program did not write.
    #[error("{table} holds something unreadable: {what}")]
    Corrupt {
        /// Where.
        table: &'static str,
        /// What.
        what: String,
    },
    /// There is no data folder yet.
    #[error("there is no Roundsman data in {0}; `roundsman init` makes it")]
    Missing(PathBuf),
}

impl DatabaseError {
    /// A value in `table` that cannot be read.
    pub fn corrupt(table: &'static str, what: impl ToString) -> Self {
        Self::Corrupt { table, what: what.to_string() }
    }
}

/// More statements than the program has: one that falls out of the cache is compiled again each time.
const STATEMENTS: usize = 512;

mod embedded {
    refinery::embed_migrations!("src/migrations");
}

/// Opens the database for writing, makes it if it is not there, and brings its schema up to date.
///
/// # Errors
/// If SQLite or a migration fails.
pub fn open_writer(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = Connection::open(path)?;
    prepare_writer(connection)
}

/// Pages that the writer keeps in memory, negative because it is told in KiB: the indexes of some ten thousand
/// cases. With SQLite's own 2 MiB each change reads what the one before has just pushed out.
const WRITER_CACHE_KIB: i64 = -65_536;

/// Makes an already open connection a writer: pragmas, then the schema.
///
/// # Errors
/// If SQLite or a migration fails.
pub fn prepare_writer(mut connection: Connection) -> Result<Connection, DatabaseError> {
    // WAL lets readers go on while one writes. EXTRA is what makes 'saved' mean 'on disk': with NORMAL, a
    // power cut can lose commits that were already acknowledged. In WAL mode it costs the same as FULL;
    // it also covers the rollback journal that SQLite falls back to if the change to WAL meets an error.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE_KIB)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    keep_statements(&connection)?;
    // Migrations run with foreign keys off, which is also the default of this build.
    // Grouped: the statements and the note that they were carried out are one transaction. Apart, a power cut
    // between them would leave a file that no program can open again.
    embedded::migrations::runner().set_grouped(true).run(&mut connection)?;
    Ok(connection)
}

/// The newest migration this program knows.
pub fn newest_migration() -> i32 {
    let runner = embedded::migrations::runner();
    runner.get_migrations().iter().map(|migration| migration.version()).max().unwrap_or(0)
}

/// After which migration the derived tables were last filled. It stands in the head of the file, where
/// a transaction writes it together with the rows it speaks of.
///
/// # Errors
/// If SQLite fails.
pub fn tables_filled_at(db: &Connection) -> Result<i32, DatabaseError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Notes that the derived tables are filled as the newest migration has them.
///
/// # Errors
/// If SQLite fails.
pub fn note_tables_filled(db: &Connection) -> Result<(), DatabaseError> {
    Ok(db.pragma_update(None, "user_version", newest_migration())?)
}

/// A writer whose schema is that of an earlier version.
#[cfg(test)]
pub fn prepare_writer_at(mut connection: Connection, version: i32) -> Connection {
    let version = refinery::Target::Version(version);
    embedded::migrations::runner().set_target(version).run(&mut connection).unwrap();
    connection
}

/// Opens the database for reading only.
///
/// # Errors
/// If it is not there or SQLite fails.
pub fn open_reader(path: &Path) -> Result<Connection, DatabaseError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Statements are prepared once. SQLite would otherwise prepare some of them anew whenever other values are
/// bound, to look for a better plan: an eighth of what taking in a change costs.
fn keep_statements(connection: &Connection) -> Result<(), DatabaseError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}
