#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::io::Read as _;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::protocol::messages::{LogParent, Pos};

use super::*;
use crate::data_folder::{DataFolder, Identity, backed_up};
use crate::log::{self, LogEntry};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A folder with a data folder in it, two photos among what it holds, and a backup of it.
struct Town {
    dir: tempfile::TempDir,
    data: DataFolder,
    file: PathBuf,
}

impl Town {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let data = DataFolder::init(&dir.path().join("data"), "锦绣物业", NOW, &mut rng).unwrap();
        std::fs::write(data.path().join("roundsman.toml"), "listen = \"127.0.0.1:9\"\n").unwrap();
        for bytes in [&b"one picture"[..], &[7; 100_000]] {
            keep(&data, bytes);
        }
        let town = Self { file: dir.path().join("town.rmb"), data, dir };
        backup(&town.data, &town.file, NOW, &mut rng, &mut |_| ()).unwrap();
        town
    }

    fn target(&self) -> PathBuf {
        self.dir.path().join("restored")
    }

    fn restore(&self, file: &Path) -> Result<Restored, BackupError> {
        restore(file, &self.target(), false, NOW, &mut ChaCha8Rng::seed_from_u64(2), &mut |_| ())
    }

    /// Restores what must be refused, and looks whether that left anything.
    #[track_caller]
    fn refused(&self, archive: &[u8]) -> String {
        let file = self.dir.path().join("bad.rmb");
        std::fs::write(&file, archive).unwrap();
        let names = || -> BTreeSet<_> {
            std::fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        let before = names();
        let error = self.restore(&file).unwrap_err();
        assert!(["backup_damaged", "store_failed"].contains(&error.code()), "{error}");
        assert_eq!(names(), before, "nothing is left: {error}");
        error.to_string()
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.file).unwrap()
    }
}

/// Stores a photo as an upload does.
fn keep(data: &DataFolder, bytes: &[u8]) {
    let facts = data.blobs().unwrap().put(bytes).unwrap();
    let media_type = facts.photo_type.media_type().to_owned();
    let stored = LogEntry::PhotoStored { hash: facts.hash, size: facts.size, media_type };
    let mut writer = data.writer(&mut ChaCha8Rng::seed_from_u64(3)).unwrap();
    writer.transaction::<_, DatabaseError>(|batch| batch.append(NOW, &stored)).unwrap();
}

fn head(data: &DataFolder) -> Pos {
    log::head(&data.reader().unwrap()).unwrap()
}

/// One entry of a tar archive.
#[derive(Clone)]
struct Entry {
    header: tar::Header,
    bytes: Vec<u8>,
}

fn unpacked(archive: &[u8]) -> Vec<Entry> {
    let mut tar = tar::Archive::new(zstd::Decoder::new(archive).unwrap());
    tar.entries()
        .unwrap()
        .raw(true)
        .map(|entry| {
            let mut entry = entry.unwrap();
            let header = entry.header().clone();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            Entry { header, bytes }
        })
        .collect()
}

fn packed(entries: &[Entry]) -> Vec<u8> {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for entry in entries {
        let mut header = entry.header.clone();
        header.set_size(entry.bytes.len() as u64);
        header.set_cksum();
        tar.append(&header, entry.bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A name as it stands in the header, unchecked.
fn call(entry: &mut Entry, name: &[u8]) {
    let header = entry.header.as_mut_bytes();
    header[..100].fill(0);
    header[..name.len()].copy_from_slice(name);
}

#[test]
fn what_was_backed_up_is_restored_as_a_log_of_its_own_that_knows_where_it_comes_from() {
    let town = Town::new();
    let before = Identity::load(&town.data.reader().unwrap()).unwrap();
    assert_eq!(backed_up(&town.data.reader().unwrap()).unwrap(), head(&town.data));
    keep(&town.data, b"after the backup");

    let restored = town.restore(&town.file).unwrap();
    let data = DataFolder::open(&town.target()).unwrap();
    let parent = LogParent { log: before.log, pos: head(&data) };
    assert_eq!(head(&data) + 1, head(&town.data));
    assert_eq!((restored.parent, restored.kept_aside.clone()), (parent, None));
    let after = Identity::load(&data.reader().unwrap()).unwrap();
    assert_eq!((after.log, after.parents.as_slice()), (restored.log, &[parent][..]));
    assert_ne!(after.log, before.log);
    assert_eq!(after.office.org, before.office.org);
    assert_eq!(backed_up(&data.reader().unwrap()).unwrap(), parent.pos);
    assert_eq!(data.blobs().unwrap().hashes().count(), 2);
    assert!(std::fs::read_to_string(data.path().join("roundsman.toml")).unwrap().contains("127.0.0.1:9"));

    // And once more, from a backup of what was restored.
    let second = town.dir.path().join("second.rmb");
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    backup(&data, &second, NOW, &mut rng, &mut |_| ()).unwrap();
    let again = town.dir.path().join("again");
    let twice = restore(&second, &again, false, NOW, &mut rng, &mut |_| ()).unwrap();
    let last = Identity::load(&DataFolder::open(&again).unwrap().reader().unwrap()).unwrap();
    assert_eq!(last.parents, [parent, twice.parent]);
    assert_eq!(last.continues(before.log), Some(parent));
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let town = Town::new();
    let whole = town.bytes();
    let content = zstd::decode_all(whole.as_slice()).unwrap();
    let mut harmless = 0;
    for step in 0..40 {
        let mut bytes = whole.clone();
        let at = step * (whole.len() - 1) / 39;
        bytes[at] ^= 1 << (step % 8);
        // A few bits of a packed frame say nothing: what is in it is then the same, and its checksum fits.
        if zstd::decode_all(bytes.as_slice()).is_ok_and(|unpacked| unpacked == content) {
            harmless += 1;
        } else {
            town.refused(&bytes);
        }
    }
    assert!(harmless < 4, "{harmless} of 40 bits say nothing");
}

#[test]
fn a_file_cut_anywhere_or_with_something_after_its_end_is_no_backup() {
    let town = Town::new();
    let whole = town.bytes();
    for step in 0..20 {
        town.refused(&whole[..step * (whole.len() - 1) / 19]);
    }
    for tail in [&b"x"[..], &whole] {
        town.refused(&[&whole, tail].concat());
    }
}

#[test]
fn no_name_in_an_archive_becomes_a_path() {
    let town = Town::new();
    let good = unpacked(&town.bytes());
    for name in ["../evil", "/tmp/evil", "photos/../../evil", "photos", "photos/", "", ".", "roundsman.db\0x"]
    {
        for at in 0..good.len() {
            let mut entries = good.clone();
            call(&mut entries[at], name.as_bytes());
            // What stands after a zero is no part of a name.
            if !(name.starts_with("roundsman.db") && at == 1) {
                town.refused(&packed(&entries));
            }
        }
    }
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::Fifo,
        tar::EntryType::GNULongName,
        tar::EntryType::XHeader,
        tar::EntryType::GNUSparse,
    ] {
        for at in 0..good.len() {
            let mut entries = good.clone();
            entries[at].header.set_entry_type(kind);
            town.refused(&packed(&entries));
        }
    }
}

#[test]
fn an_archive_holds_what_its_manifest_says_and_nothing_else() {
    let town = Town::new();
    let good = unpacked(&town.bytes());
    assert_eq!(good.len(), 5, "manifest, database, settings, two photos");
    let change = |change: &dyn Fn(&mut Vec<Entry>)| {
        let mut entries = good.clone();
        change(&mut entries);
        town.refused(&packed(&entries))
    };
    for at in 0..good.len() {
        change(&|entries| drop(entries.remove(at)));
        change(&|entries| entries.insert(at, good[at].clone()));
        change(&|entries| entries[at].bytes.push(0));
        change(&|entries| entries[at].bytes[0] ^= 1);
    }
    change(&|entries| entries.swap(3, 4));
    change(&|entries| entries.push(good[4].clone()));
    let said = change(&|entries| entries[4].bytes[0] ^= 1);
    assert!(said.contains("has not the hash"), "{said}");
    // Lengths are bounded before anything is written.
    let said = change(&|entries| {
        let text = String::from_utf8(entries[0].bytes.clone()).unwrap();
        let length = format!("\"bytes\":{}", good[1].bytes.len());
        entries[0].bytes = text.replace(&length, "\"bytes\":99999999999").into_bytes();
    });
    assert!(said.contains("claim to hold"), "{said}");
}

#[test]
fn an_archive_whose_parts_are_whole_but_do_not_agree_is_refused() {
    let town = Town::new();
    let good = unpacked(&town.bytes());
    let manifest = |entries: &mut Vec<Entry>, change: &dyn Fn(&mut serde_json::Value)| {
        let mut value = serde_json::from_slice(&entries[0].bytes).unwrap();
        change(&mut value);
        entries[0].bytes = serde_json::to_vec(&value).unwrap();
    };
    let mut without_photo = good.clone();
    manifest(&mut without_photo, &|value| drop(value["photos"].as_array_mut().unwrap().pop()));
    without_photo.pop();
    let said = town.refused(&packed(&without_photo));
    assert!(said.contains("photo "), "{said}");

    let mut other_log = good.clone();
    manifest(&mut other_log, &|value| value["position"] = 1.into());
    let said = town.refused(&packed(&other_log));
    assert!(said.contains("not of the log and position"), "{said}");

    // A database with a program in it.
    let db_file = town.dir.path().join("odd.db");
    std::fs::write(&db_file, &good[1].bytes).unwrap();
    let db = rusqlite::Connection::open(&db_file).unwrap();
    db.execute_batch("CREATE TRIGGER spy AFTER INSERT ON log BEGIN DELETE FROM accounts; END").unwrap();
    drop(db);
    let mut odd = good.clone();
    odd[1].bytes = std::fs::read(&db_file).unwrap();
    let (hash, length) = (PhotoHash::of(&odd[1].bytes).to_string(), odd[1].bytes.len());
    manifest(&mut odd, &|value| {
        value["files"][0]["sha256"] = hash.clone().into();
        value["files"][0]["bytes"] = length.into();
    });
    let said = town.refused(&packed(&odd));
    assert!(said.contains("triggers"), "{said}");
}

#[test]
fn a_photo_that_rotted_on_the_disk_makes_no_backup_and_leaves_the_last_one() {
    let town = Town::new();
    let before = town.bytes();
    let hash = PhotoHash::of(b"one picture").to_string();
    let path = town.data.path().join("photos").join(&hash[..2]).join(&hash[2..]);
    std::fs::write(path, b"0ne picture").unwrap();
    keep(&town.data, b"more");
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let error = backup(&town.data, &town.file, NOW, &mut rng, &mut |_| ()).unwrap_err();
    assert!(matches!(error, BackupError::Photo { .. }), "{error}");
    assert_eq!(town.bytes(), before);
    assert!(backed_up(&town.data.reader().unwrap()).unwrap() < head(&town.data));
    assert_eq!(std::fs::read_dir(town.dir.path()).unwrap().count(), 2, "data and the backup");
}

#[cfg(unix)]
#[test]
fn a_backup_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let town = Town::new();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&town.file), 0o600);
    town.restore(&town.file).unwrap();
    assert_eq!((mode(&town.target()), mode(&town.target().join(DATABASE))), (0o700, 0o600));
}
