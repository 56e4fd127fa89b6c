#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::clock::Stamp;
use crate::document::{Document, DocumentKind};
use crate::model::{Case, CaseSummary};
use crate::protocol::messages::{DocumentNumber, FeedNumber};
use crate::replica::store::{CaseFilter, Key, Store, SummaryRow, Write};

#[test]
fn a_second_process_is_told_that_the_file_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.db");
    let first = SqliteStore::open(&path).unwrap();
    let StoreError::Failed(message) = SqliteStore::open(&path).unwrap_err() else { panic!("busy") };
    assert_eq!(message, "another process has the file open: close it there first");
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
    let id = crate::ids::DocumentId::from_bytes([1; 16]);
    // None of these can be: the document is not there.
    for of_nothing in [
        Write::Join(FeedNumber(1), id),
        Write::PutSnapshot(id, vec![1]),
        Write::AppendChange(id, vec![1]),
        Write::PutSummary(id, SummaryRow { latest: Stamp::from_u64(1), bytes: vec![1] }),
    ] {
        assert!(store.commit(vec![Write::PutValue(Key::State, vec![1]), of_nothing]).is_err());
        assert_eq!(store.value(Key::State).unwrap(), None);
    }
}

#[test]
fn a_file_that_stood_under_ids_holds_the_same_under_positions() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.db");
    let mut connection = Connection::open(&path).unwrap();
    embedded::migrations::runner().set_target(refinery::Target::Version(3)).run(&mut connection).unwrap();
    let [a, b] = [[9; 16], [1; 16]].map(crate::ids::DocumentId::from_bytes);
    let heads = crate::document::Heads::new([crate::document::seed_hash(DocumentKind::Case)]);
    // The one with the higher id came first.
    for (id, number, feeds) in [(a, 1, 2), (b, 2, 0)] {
        connection
            .execute(
                "INSERT INTO documents VALUES (?1, 1, ?2, NULL, ?3, ?4, 1, 0, ?5)",
                rusqlite::params![
                    id.as_bytes(),
                    number,
                    heads.to_bytes(),
                    heads.checksum(id).cast_signed(),
                    feeds
                ],
            )
            .unwrap();
        for sql in [
            "INSERT INTO snapshots VALUES (?1, x'05')",
            "INSERT INTO changes (document, bytes) VALUES (?1, x'06')",
            "INSERT INTO changes (document, bytes) VALUES (?1, x'07')",
        ] {
            connection.execute(sql, [id.as_bytes()]).unwrap();
        }
        let summary =
            minicbor::to_vec(CaseSummary::of(&Case::read(&Document::new(DocumentKind::Case).unwrap())));
        connection
            .execute(
                "INSERT INTO summaries VALUES (?1, ?2, ?3)",
                rusqlite::params![id.as_bytes(), number, summary.unwrap()],
            )
            .unwrap();
    }
    for feed in [1, 2] {
        connection.execute("INSERT INTO memberships VALUES (?1, ?2)", (feed, a.as_bytes())).unwrap();
    }
    drop(connection);

    let store = SqliteStore::open(&path).unwrap();
    let told: Vec<_> = store.heads().unwrap().into_iter().map(|(id, head)| (id, head.number)).collect();
    assert_eq!(told, [(b, Some(DocumentNumber(2))), (a, Some(DocumentNumber(1)))]);
    for id in [a, b] {
        let content = store.content(id).unwrap().unwrap();
        assert_eq!((content.snapshot, content.changes), (vec![5], vec![vec![6], vec![7]]));
    }
    let listed = store.summaries(&CaseFilter::default(), 0, 9).unwrap();
    assert_eq!(listed.iter().map(|item| item.id).collect::<Vec<_>>(), [b, a]);
    assert_eq!(
        (store.feeds_of(a).unwrap(), store.homeless().unwrap()),
        (vec![FeedNumber(1), FeedNumber(2)], vec![b])
    );
    assert_eq!(store.members(FeedNumber(1)).unwrap(), [a]);
    assert_eq!(store.checksum().unwrap(), heads.checksum(a).wrapping_mul(2));
}
