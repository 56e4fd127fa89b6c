//! Two copies of one table, walked side by side in the order of their key.

use std::cmp::Ordering;
use std::fmt::Write as _;

use rusqlite::types::Value;
use rusqlite::{Connection, Rows};

use crate::database::DatabaseError;

/// A table whose rows are not those that the log makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which table.
    pub table: &'static str,
    /// Rows now, and rows as the log makes them.
    pub rows: (u64, u64),
    /// Rows that are missing, too many, or other than the log makes them.
    pub wrong: u64,
    /// The first of them: its key and what is wrong. Names columns, never what people wrote in them.
    pub first: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { table, rows: (now, made), wrong, first } = self;
        write!(f, "table {table}: {wrong} rows are not what the log makes, the first {first}")?;
        if now == made { Ok(()) } else { write!(f, "; {now} rows where the log makes {made}") }
    }
}

/// The columns of a table, key first.
struct Columns {
    names: Vec<String>,
    keys: usize,
}

impl Columns {
    fn of(db: &Connection, table: &'static str) -> Result<Self, DatabaseError> {
        let mut statement =
            db.prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY pk = 0, pk, cid")?;
        let columns: Vec<(String, i64)> =
            statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let keys = columns.iter().filter(|(_, pk)| *pk > 0).count();
        let mut names: Vec<_> = columns.into_iter().map(|(name, _)| name).collect();
        if keys > 0 {
            return Ok(Self { names, keys });
        }
        // The text index has no key of its own but its row number.
        names.insert(0, "rowid".to_owned());
        Ok(Self { names, keys: 1 })
    }

    fn select(&self, table: &str) -> String {
        format!(
            "SELECT {} FROM {table} ORDER BY {}",
            self.names.join(", "),
            self.names[..self.keys].join(", ")
        )
    }

    fn next(&self, rows: &mut Rows<'_>) -> Result<Option<Vec<Value>>, DatabaseError> {
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some((0..self.names.len()).map(|at| row.get(at)).collect::<Result<_, _>>()?))
    }

    /// `document 12, entry 0195…`
    fn key(&self, row: &[Value]) -> String {
        let mut text = String::new();
        for (name, value) in self.names.iter().zip(row).take(self.keys) {
            let comma = if text.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}{name} {}", shown(value));
        }
        text
    }
}

/// How the rows of a table differ from those of another database, if they do.
pub(super) fn between(
    now: &Connection,
    made: &Connection,
    table: &'static str,
) -> Result<Option<Difference>, DatabaseError> {
    let columns = Columns::of(made, table)?;
    let select = columns.select(table);
    let (mut now, mut made) = (now.prepare(&select)?, made.prepare(&select)?);
    let (mut now_rows, mut made_rows) = (now.query([])?, made.query([])?);
    let (mut counts, mut wrong, mut first) = ((0, 0), 0, None);
    let (mut left, mut right) = (columns.next(&mut now_rows)?, columns.next(&mut made_rows)?);
    while left.is_some() || right.is_some() {
        let order = match (&left, &right) {
            (Some(left), Some(right)) => compare_keys(&left[..columns.keys], &right[..columns.keys]),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let flaw = match (order, &left, &right) {
            (Ordering::Less, Some(row), _) => Some(format!("{} is too many", columns.key(row))),
            (Ordering::Greater, _, Some(row)) => Some(format!("{} is missing", columns.key(row))),
            (_, Some(left), Some(right)) if left != right => {
                let differing = (columns.keys..columns.names.len()).filter(|&at| left[at] != right[at]);
                let names: Vec<_> = differing.map(|at| columns.names[at].as_str()).collect();
                Some(format!("{} in {}", columns.key(left), names.join(", ")))
            }
            _ => None,
        };
        if let Some(flaw) = flaw {
            wrong += 1;
            first.get_or_insert(flaw);
        }
        if order != Ordering::Greater {
            counts.0 += 1;
            left = columns.next(&mut now_rows)?;
        }
        if order != Ordering::Less {
            counts.1 += 1;
            right = columns.next(&mut made_rows)?;
        }
    }
    Ok(first.map(|first| Difference { table, rows: counts, wrong, first }))
}

/// As SQLite orders keys of one type: numbers by size, texts and blobs by their bytes.
fn compare_keys(left: &[Value], right: &[Value]) -> Ordering {
    let one = |left: &Value, right: &Value| match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        // Tables are strict, so a column holds one type; the rest keeps the walk going.
        _ => kind(left).cmp(&kind(right)),
    };
    let pairs = left.iter().zip(right);
    pairs.map(|(left, right)| one(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(id) => uuid::Uuid::from_bytes(id).to_string(),
            Err(_) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn table(rows: &str) -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch("CREATE TABLE t (b TEXT, a INTEGER, c TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID")
            .unwrap();
        db.execute_batch(&format!("INSERT INTO t (a, b, c) VALUES {rows}")).unwrap();
        db
    }

    fn difference(now: &str, made: &str) -> Option<String> {
        between(&table(now), &table(made), "t").unwrap().map(|difference| difference.to_string())
    }

    #[test]
    fn equal_tables_do_not_differ() {
        assert_eq!(difference("(1, 'x', 'p'), (2, 'y', 'q')", "(2, 'y', 'q'), (1, 'x', 'p')"), None);
    }

    #[test]
    fn a_changed_a_missing_and_an_added_row_are_told_apart_and_named() {
        let made = "(1, 'x', 'p'), (2, 'y', 'q')";
        let changed = "table t: 1 rows are not what the log makes, the first a 2, b y in c";
        assert_eq!(difference("(1, 'x', 'p'), (2, 'y', 'secret')", made).unwrap(), changed);
        let missing = "table t: 1 rows are not what the log makes, the first a 1, b x is missing; \
                       1 rows where the log makes 2";
        assert_eq!(difference("(2, 'y', 'q')", made).unwrap(), missing);
        let added = "table t: 1 rows are not what the log makes, the first a 1, b z is too many; \
                     3 rows where the log makes 2";
        assert_eq!(difference("(1, 'x', 'p'), (1, 'z', 'p'), (2, 'y', 'q')", made).unwrap(), added);
    }
}
