//! `backup` and `restore`, beside a server that works.

use std::sync::atomic::{AtomicBool, Ordering};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{OfficeError, Sitting};
use roundsman_server::log::LogEntry;
use roundsman_sync_core::ids::SiteId;
use roundsman_sync_core::model::Role;

use super::Office;
use super::serve::Serving;

/// The log of a data folder, entry by entry.
fn log(office: &Office) -> Vec<(i64, Vec<u8>)> {
    let db = office.database();
    let mut statement = db.prepare("SELECT pos, body FROM log ORDER BY pos").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn path(office: &Office, name: &str) -> String {
    office.file(name).display().to_string()
}

/// Writes photos and people until told to stop, as a server under work does.
fn work(office: &Office, stop: &AtomicBool) {
    let (folder, identity) = office.open();
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut writer = folder.writer(&mut rng).unwrap();
    let (blobs, desk) = (folder.blobs().unwrap(), Sitting { person: identity.desk, now: App::now() });
    let site: [u8; 16] = office.database().query_row("SELECT site FROM sites", [], |row| row.get(0)).unwrap();
    let mut count = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        count += 1;
        let facts = blobs.put(&count.to_be_bytes().repeat(1_000)).unwrap();
        let media_type = facts.photo_type.media_type().to_owned();
        let stored = LogEntry::PhotoStored { hash: facts.hash, size: facts.size, media_type };
        writer.transaction::<_, DatabaseError>(|batch| batch.append(desk.now, &stored)).unwrap();
        if count % 16 != 1 {
            continue;
        }
        let newcomer = roundsman_server::ingest::Newcomer {
            name: format!("guard {count}"),
            site: SiteId::from_bytes(site),
            role: Role::Guard,
            department: None,
        };
        writer
            .transaction::<_, OfficeError>(|batch| {
                identity.office.add_person(batch, &mut rng, desk, &newcomer)
            })
            .unwrap();
    }
}

#[test]
fn a_backup_made_while_a_server_is_written_to_is_restored_whole_elsewhere() {
    let office = Office::founded();
    let mut server = Serving::start(&office);
    let stop = AtomicBool::new(false);
    let file = path(&office, "town.rmb");
    let made = std::thread::scope(|scope| {
        scope.spawn(|| work(&office, &stop));
        let first = office.json(&["backup", &file]);
        let made = office.json(&["backup", &file]);
        stop.store(true, Ordering::Relaxed);
        assert!(made["position"].as_u64() >= first["position"].as_u64());
        made
    });
    let position = usize::try_from(made["position"].as_u64().unwrap()).unwrap();
    assert_eq!(made["file"], file.as_str());
    assert!(made["bytes"].as_u64().unwrap() > 0 && made["seconds"].is_number(), "{made}");

    let elsewhere = Office::empty();
    let told = elsewhere.json(&["restore", &file]);
    assert_eq!(told["parent"]["position"], position);
    assert_eq!(told["parent"]["log"], made["log"]);
    assert_ne!(told["log"], made["log"]);
    assert_eq!(told["kept_aside"], serde_json::Value::Null);
    assert_eq!(elsewhere.json(&["verify"])["ok"], true);
    assert_eq!(log(&elsewhere), log(&office)[..position]);
    assert_eq!(elsewhere.count("blobs").unsigned_abs(), made["photos"].as_u64().unwrap());
    // Another server on another folder, with its own log.
    let mut restored = Serving::start(&elsewhere);
    assert_eq!(restored.stop().0, Some(0));
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn nothing_is_replaced_under_a_server_or_without_being_asked_to() {
    let office = Office::founded();
    let file = path(&office, "town.rmb");
    office.json(&["backup", &file]);
    office.json(&["person", "add", "--name", "Li Lei", "--role", "guard", "--site", "Garden"]);
    let before = log(&office);

    let (code, said) = office.json_and_code(&["restore", &file]);
    assert_eq!((code, &said["error"]["code"]), (1, &"exists".into()), "{said}");
    let mut server = Serving::start(&office);
    for refused in [&["restore", &file, "--replace"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let (code, said) = office.json_and_code(refused);
        assert_eq!((code, &said["error"]["code"]), (1, &"in_use".into()), "{said}");
    }
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(log(&office), before);

    let told = office.json(&["restore", &file, "--replace"]);
    let kept = std::path::PathBuf::from(told["kept_aside"].as_str().unwrap());
    assert!(log(&office).len() < before.len());
    assert_eq!(office.json(&["verify"])["ok"], true);
    // What stood there is all there, under its new name.
    std::fs::remove_dir_all(office.data()).unwrap();
    std::fs::rename(kept, office.data()).unwrap();
    assert_eq!(log(&office), before);
    assert_eq!(office.json(&["verify"])["ok"], true);
}

#[test]
fn a_damaged_backup_replaces_nothing() {
    let office = Office::founded();
    let file = path(&office, "town.rmb");
    office.json(&["backup", &file]);
    let whole = std::fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    let before = log(&office);
    for bad in [&whole[..whole.len() - 1], &whole[..whole.len() / 3], b"", b"no backup at all", &flipped] {
        std::fs::write(&file, bad).unwrap();
        let (code, said) = office.json_and_code(&["restore", &file, "--replace"]);
        assert_eq!((code, &said["error"]["code"]), (1, &"backup_damaged".into()), "{said}");
        assert_eq!(log(&office), before);
    }
    let names: Vec<_> =
        std::fs::read_dir(office.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "the data and the file: {names:?}");
    let (code, said) = office.json_and_code(&["restore", &path(&office, "nowhere.rmb"), "--replace"]);
    assert_eq!((code, &said["error"]["code"]), (1, &"write_failed".into()), "{said}");
}

#[test]
fn a_folder_of_other_things_is_never_moved() {
    let office = Office::founded();
    let file = path(&office, "town.rmb");
    office.json(&["backup", &file]);
    let home = Office::empty();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("diary.txt"), "dear diary").unwrap();
    let said = home.failure(&["restore", &file, "--replace"], 1);
    assert!(said.contains("holds other files"), "{said}");
    assert_eq!(std::fs::read_to_string(home.data().join("diary.txt")).unwrap(), "dear diary");
}
