//! Verify and rebuild: what is broken is found and named, and tables come back the same.

use roundsman_server::database::DatabaseError;
use roundsman_server::log::LogEntry;
use roundsman_server::projection::DERIVED_TABLES;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::PhotoHash;
use rusqlite::Connection;
use rusqlite::types::Value;

use super::{Office, sample};

/// How many cases [`with_cases`] makes: enough to tell rows apart.
const CASES: usize = 30;

/// An organisation with the first of the sample's cases.
fn with_cases() -> Office {
    let office = Office::founded();
    let text = std::fs::read_to_string(sample()).unwrap();
    let some: Vec<_> = text.lines().take(1 + CASES).collect();
    let file = office.write("some.csv", &some.join("\n"));
    office.json(&["import", "--map", "nyc311", "--site", "Garden", &file]);
    office
}

/// Stores a photo as an upload does.
fn store_photo(office: &Office, bytes: &[u8]) -> PhotoHash {
    let (folder, _) = office.open();
    let facts = folder.blobs().unwrap().put(bytes).unwrap();
    let media_type = facts.photo_type.media_type().to_owned();
    let entry = LogEntry::PhotoStored { hash: facts.hash, size: facts.size, media_type };
    let mut writer = folder.writer(&mut rand::rng()).unwrap();
    writer.transaction::<_, DatabaseError>(|batch| batch.append(Timestamp::from_millis(1), &entry)).unwrap();
    facts.hash
}

/// The file of a photo.
fn photo_file(office: &Office, hash: PhotoHash) -> std::path::PathBuf {
    let name = hash.to_string();
    office.data().join("photos").join(&name[..2]).join(&name[2..])
}

/// Every row of every derived table.
fn dump(db: &Connection) -> Vec<(&'static str, Vec<Vec<Value>>)> {
    let table = |table: &'static str| {
        let order = if table == "case_text" { "rowid" } else { "1, 2" };
        let mut statement = db.prepare(&format!("SELECT *, {order} FROM {table} ORDER BY {order}")).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect::<Result<Vec<Value>, _>>())
            .unwrap();
        (table, rows.collect::<Result<_, _>>().unwrap())
    };
    DERIVED_TABLES.map(table).into()
}

fn problems(office: &Office) -> Vec<String> {
    let (code, report) = office.json_and_code(&["verify"]);
    let problems = report["problems"].as_array().unwrap();
    assert_eq!((code == 0, &report["ok"]), (problems.is_empty(), &problems.is_empty().into()));
    problems.iter().map(|problem| problem.as_str().unwrap().to_owned()).collect()
}

#[test]
fn sound_data_is_verified_and_counted() {
    let office = with_cases();
    store_photo(&office, b"\x89PNG\r\n\x1a\n and so on");
    let report = office.json(&["verify"]);
    assert_eq!(report["ok"], true, "{report}");
    let checked = &report["checked"];
    assert_eq!(checked["log_entries"], office.count("log"));
    assert_eq!(checked["documents"], office.count("documents"));
    assert_eq!(checked["signatures"], office.count("envelopes"));
    assert_eq!((&checked["photos"], &checked["leaves"]), (&1.into(), &0.into()));
    assert!(checked["rows"].as_i64().unwrap() > office.count("cases"));
}

#[test]
fn a_tampered_row_is_found_and_named() {
    let office = with_cases();
    let change = |sql: &str| {
        assert_eq!(office.database().execute(sql, []).unwrap(), 1, "{sql}");
    };
    change("UPDATE cases SET status = 'received' WHERE number = 'R000007'");
    let document: i64 = office
        .database()
        .query_row("SELECT document FROM cases WHERE number = 'R000007'", [], |row| row.get(0))
        .unwrap();
    let expected =
        format!("table cases: 1 rows are not what the log makes, the first document {document} in status");
    assert_eq!(problems(&office), [expected]);
    change("DELETE FROM entries WHERE (document, entry) IN (SELECT document, entry FROM entries LIMIT 1)");
    let found = problems(&office);
    assert!(found.iter().any(|one| one.contains("table entries") && one.contains("is missing")), "{found:?}");
    office.json(&["rebuild"]);
    assert_eq!(problems(&office), Vec::<String>::new(), "a rebuild mends tables");
}

#[test]
fn a_document_that_lost_a_change_and_a_feed_that_miscounts_are_named() {
    let office = with_cases();
    let db = office.database();
    let id: Vec<u8> =
        db.query_row("SELECT id FROM cases WHERE number = 'R000001'", [], |row| row.get(0)).unwrap();
    let other: Vec<u8> = db
        .query_row("SELECT snapshot FROM documents WHERE id <> ?1 AND kind = 1 LIMIT 1", [&id], |row| {
            row.get(0)
        })
        .unwrap();
    db.execute("UPDATE documents SET snapshot = ?2 WHERE id = ?1", (&id, other)).unwrap();
    db.execute("UPDATE feeds SET checksum = checksum + 1 WHERE key LIKE 'cases/%'", []).unwrap();
    drop(db);
    let found = problems(&office);
    let named = roundsman_sync_core::ids::DocumentId::from_slice(&id).unwrap();
    for part in [&format!("document {named}: its heads"), "feed cases/", "table documents", "table feeds"] {
        assert!(found.iter().any(|one| one.contains(part)), "{part} is not in {found:?}");
    }
}

#[test]
fn a_forged_change_in_the_log_is_found_by_its_signature() {
    let office = with_cases();
    let db = office.database();
    // Two envelopes of the office, the signature of one put under the changes of the other.
    let bodies: Vec<(i64, Vec<u8>)> = db
        .prepare(
            "SELECT pos, body FROM log WHERE pos IN (SELECT pos FROM envelopes ORDER BY pos DESC LIMIT 2)",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    db.execute("UPDATE log SET body = ?2 WHERE pos = ?1", (bodies[0].0, &bodies[1].1)).unwrap();
    drop(db);
    let found = problems(&office);
    let expected = format!("log entry {}: the signature of device", bodies[0].0);
    assert!(found.iter().any(|one| one.starts_with(&expected)), "{found:?}");
}

#[test]
fn a_gap_and_an_unreadable_entry_are_found_and_the_rest_is_still_checked() {
    let office = with_cases();
    let head = office.count("log");
    let db = office.database();
    db.execute("DELETE FROM log WHERE pos = ?1", [head - 10]).unwrap();
    drop(db);
    let hash = store_photo(&office, b"a photo");
    std::fs::remove_file(photo_file(&office, hash)).unwrap();
    let found = problems(&office);
    assert!(found.iter().any(|one| one.contains(&format!("position {} is missing", head - 10))), "{found:?}");
    assert!(found.iter().any(|one| one.contains(&hash.to_string())), "{found:?}");
    office.database().execute("UPDATE log SET body = x'ff' WHERE pos = 5", []).unwrap();
    let found = problems(&office);
    assert!(found[0].starts_with("log after entry 4:"), "{found:?}");
}

#[test]
fn an_altered_a_lost_and_an_unknown_photo_are_named() {
    let office = Office::founded();
    let [altered, lost, sound] =
        [&b"\x89PNG\r\n\x1a\n one"[..], b"two", b"three"].map(|bytes| store_photo(&office, bytes));
    let (folder, _) = office.open();
    let unknown = folder.blobs().unwrap().put(b"never logged").unwrap().hash;
    std::fs::write(photo_file(&office, altered), b"\x89PNG\r\n\x1a\n onf").unwrap();
    std::fs::remove_file(photo_file(&office, lost)).unwrap();
    let found = problems(&office).join("\n");
    for hash in [altered, lost, unknown] {
        assert!(found.contains(&hash.to_string()), "{found}");
    }
    assert!(!found.contains(&sound.to_string()), "{found}");
}

#[test]
fn tables_that_were_emptied_come_back_with_identical_rows() {
    let office = with_cases();
    store_photo(&office, b"a photo");
    let before = dump(&office.database());
    let db = office.database();
    for table in DERIVED_TABLES {
        db.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    drop(db);
    assert!(!problems(&office).is_empty(), "empty tables do not pass");
    let said = office.json(&["rebuild"]);
    assert_eq!(said["log_entries"], office.count("log"));
    assert_eq!(said["rows"]["cases"], CASES);
    for ((table, rows), (_, rebuilt)) in before.iter().zip(dump(&office.database())) {
        assert_eq!(*rows, rebuilt, "{table}");
        assert!(!rows.is_empty() || !["cases", "entries", "documents", "feed_rows"].contains(table));
    }
    assert_eq!(problems(&office), Vec::<String>::new());
}
