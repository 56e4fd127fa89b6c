//! How much there is of what an operator watches.

use rusqlite::Connection;

use crate::database::DatabaseError;

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its name among the metrics.
    pub name: &'static str,
    /// What it counts.
    pub meaning: &'static str,
    /// How many there are now.
    pub value: i64,
}

const COUNTED: [(&str, &str, &str); 8] = [
    ("log_position", "Position of the last entry of the log", "SELECT coalesce(max(pos), 0) FROM log"),
    ("documents", "Documents that are kept", "SELECT count(*) FROM documents"),
    (
        "devices",
        "Phones that are enrolled and not shut out",
        "SELECT count(*) FROM devices WHERE revoked IS NULL",
    ),
    (
        "devices_frozen",
        "Phones from which nothing is taken until the office has looked",
        "SELECT count(*) FROM devices WHERE revoked IS NULL AND frozen IS NOT NULL",
    ),
    (
        "changes_waiting",
        "Changes that wait for what they build on",
        "SELECT count(DISTINCT source) FROM waiting",
    ),
    (
        "changes_refused",
        "Changes that were ever refused",
        "SELECT count(*) FROM changes WHERE verdict <> 0 AND verdict IN (2, 4)",
    ),
    ("sessions", "Sessions that were not ended", "SELECT count(*) FROM sessions"),
    (
        "database_bytes",
        "Size of the database",
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    ),
];

/// Every figure. Counting walks an index each; on a hundred thousand documents that takes milliseconds.
///
/// # Errors
/// If the database fails.
pub fn counters(db: &Connection) -> Result<Vec<Counter>, DatabaseError> {
    let count = |(name, meaning, sql)| {
        let value = db.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(Counter { name, meaning, value })
    };
    COUNTED.into_iter().map(count).collect()
}
