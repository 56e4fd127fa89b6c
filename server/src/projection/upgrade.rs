//! After an upgrade: a migration may have given derived tables columns that only the log can fill.

use rusqlite::{Connection, TransactionBehavior};

use super::rebuild;
use crate::database::{self, DatabaseError};
use crate::log;

/// Makes the derived tables anew if they were filled before the newest migration. The rows and the note
/// that they are there are one transaction: a program that is killed meanwhile begins again. Tells how
/// many log entries were read, if any had to be.
///
/// # Errors
/// If the log cannot be read or the database fails; everything then stays as it was.
pub fn upgrade(db: &mut Connection, progress: &mut dyn FnMut(u64)) -> Result<Option<u64>, DatabaseError> {
    if is_filled(db)? {
        return Ok(None);
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been quicker.
    let read = if is_filled(&transaction)? || log::head(&transaction)? == 0 {
        None
    } else {
        Some(rebuild(&transaction, progress)?)
    };
    database::note_tables_filled(&transaction)?;
    transaction.commit()?;
    Ok(read)
}

/// Whether the derived tables hold what this program would write. A newer program's may hold more.
///
/// # Errors
/// If the database fails.
pub fn is_filled(db: &Connection) -> Result<bool, DatabaseError> {
    Ok(database::tables_filled_at(db)? >= database::newest_migration())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;
    use roundsman_sync_core::clock::Timestamp;
    use roundsman_sync_core::document::ActorBytes;
    use roundsman_sync_core::ids::{DocumentId, EntryId};
    use roundsman_sync_core::model::{CaseKind, Channel, Command, NewCase, Place, Urgency};

    use super::*;
    use crate::data_folder::{DataFolder, Identity};
    use crate::ingest::{OfficeError, Sitting, Writer};
    use crate::projection;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    /// Before entries had columns for what they say.
    const EARLIER: i32 = 3;

    /// A data folder of this version, with one anonymous case.
    fn folder(path: &std::path::Path) -> DataFolder {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let folder = DataFolder::init(path, "锦绣物业", NOW, &mut rng).unwrap();
        let identity = Identity::load(&folder.reader().unwrap()).unwrap();
        let desk = Sitting { person: identity.desk, now: NOW };
        let write = |batch: &mut crate::ingest::Batch<'_>| {
            let site = identity.office.add_site(batch, &mut rng, desk, "锦绣花园")?;
            let new = NewCase {
                kind: CaseKind::Complaint,
                channel: Channel::Phone,
                site,
                place: Place::default(),
                description: "夜里装修".to_owned(),
                subject: "noise".to_owned(),
                urgency: Urgency::General,
                reported_at: None,
                external_number: None,
                about: None,
                anonymous: Some(true),
                confidential: None,
            };
            let (case, received) = (DocumentId::mint(NOW, &mut rng), EntryId::mint(NOW, &mut rng));
            identity.office.carry_out(batch, &mut rng, desk, &Command::CreateCase { case, received, new })
        };
        let mut writer = folder.writer(&mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        assert!(writer.transaction::<_, OfficeError>(write).unwrap());
        folder
    }

    /// The same log in a file as an earlier version left it.
    fn as_it_was(folder: &DataFolder, path: &std::path::Path) {
        let earlier = database::prepare_writer_at(Connection::open(path).unwrap(), EARLIER);
        let now = crate::database::path_in(folder.path()).display().to_string();
        earlier.execute("ATTACH ?1 AS now", [now]).unwrap();
        for truth in ["meta", "log"] {
            earlier.execute(&format!("INSERT INTO {truth} SELECT * FROM now.{truth}"), []).unwrap();
        }
    }

    #[test]
    fn tables_of_an_earlier_version_are_filled_once_when_a_writer_opens_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("earlier.db");
        as_it_was(&folder(&dir.path().join("now")), &path);
        let row = |db: &Connection| -> (bool, i64) {
            let sql = "SELECT c.anonymous, e.happened FROM cases c JOIN entries e ON e.document = c.document";
            db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
        };
        Writer::open(&path, ActorBytes::mint(&mut ChaCha8Rng::seed_from_u64(3))).unwrap();
        let mut db = Connection::open(&path).unwrap();
        assert_eq!(row(&db), (true, NOW.millis()));
        assert_eq!(projection::compare(&db).unwrap(), []);
        assert_eq!(upgrade(&mut db, &mut |_| ()).unwrap(), None, "once is enough");
    }

    #[test]
    fn a_command_on_a_folder_of_an_earlier_version_finds_filled_tables() {
        let dir = tempfile::tempdir().unwrap();
        let now = folder(&dir.path().join("now"));
        std::fs::create_dir(dir.path().join("earlier")).unwrap();
        as_it_was(&now, &crate::database::path_in(&dir.path().join("earlier")));
        let earlier = DataFolder::open(&dir.path().join("earlier")).unwrap();
        assert!(!is_filled(&earlier.reader().unwrap()).unwrap());
        let log_entries = log::head(&now.reader().unwrap()).unwrap();
        assert_eq!(earlier.upgrade(&mut |_| ()).unwrap(), Some(log_entries));
        assert_eq!(earlier.upgrade(&mut |_| ()).unwrap(), None);
        assert_eq!(projection::compare(&earlier.reader().unwrap()).unwrap(), []);
    }
}
