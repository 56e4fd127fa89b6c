#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::replica::store::{Key, Store, Write};

#[test]
fn a_second_process_is_told_that_the_file_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.db");
    let first = SqliteStore::open(&path).unwrap();
    let StoreError::Failed(message) = SqliteStore::open(&path).unwrap_err() else { panic!("busy") };
    assert_eq!(message, "another process has the file open");
    drop(first);
    SqliteStore::open(&path).unwrap();
}

#[test]
fn a_file_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.db");
    drop(SqliteStore::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                VALUES (99, 'later', '2030-01-01T00:00:00Z', '1')",
            [],
        )
        .unwrap();
    drop(connection);
    let refused = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { found: 99, .. }), "{refused}");
}

#[test]
fn a_file_that_is_no_database_is_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.db");
    std::fs::write(&path, vec![7; 5_000]).unwrap();
    assert!(matches!(SqliteStore::open(&path).unwrap_err(), StoreError::Corrupt { .. }));
}

#[test]
fn the_file_is_opened_so_that_a_commit_outlives_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("phone.db")).unwrap();
    let pragma = |name: &str| {
        store
            .connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), rusqlite::types::Value::Text("wal".into()));
    assert_eq!(pragma("synchronous"), rusqlite::types::Value::Integer(3)); // EXTRA
    assert_eq!(pragma("secure_delete"), rusqlite::types::Value::Integer(1));
}

#[test]
fn a_commit_of_which_one_step_fails_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(dir.path().join("phone.db")).unwrap();
    store.connection.execute_batch("DROP TABLE memberships").unwrap();
    let id = crate::ids::DocumentId::from_bytes([1; 16]);
    let writes =
        vec![Write::PutValue(Key::State, vec![1]), Write::Join(crate::protocol::messages::FeedNumber(1), id)];
    assert!(store.commit(writes).is_err());
    assert_eq!(store.value(Key::State).unwrap(), None);
}
