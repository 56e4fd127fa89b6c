//! A server is restored from last night's backup. Phones bring back what it lost.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::backup::{backup, restore};
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, DocumentId, EntryId, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Command, Department, Fact, NewCase, NewEntry, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::replica::{
    CaseFilter, EditState, Environment, Replica, SqliteStore, SyncBudget, SyncCounts,
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: NOW, boot_ms: 0, boot: BootId::from_bytes([1; 16]) }
    }
}

struct Estate {
    dir: tempfile::TempDir,
    folder: DataFolder,
    service: Service,
    site: SiteId,
    rng: ChaCha8Rng,
}

impl Estate {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let folder = DataFolder::init(&dir.path().join("server"), "锦绣物业", NOW, &mut rng).unwrap();
        let service = service_of(&folder).unwrap();
        let desk = Sitting { person: service.identity().desk, now: NOW };
        let site = service
            .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, "锦绣花园"))
            .unwrap();
        Self { dir, folder, service, site, rng }
    }

    fn phone(&mut self, name: &str, role: Role) -> Replica {
        let desk = Sitting { person: self.service.identity().desk, now: NOW };
        let department = (role == Role::Technician).then_some(Department::Engineering);
        let newcomer = Newcomer { name: name.to_owned(), site: self.site, role, department };
        let rng = &mut self.rng;
        let code = self
            .service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                Ok(office.invite(batch, rng, desk, person)?.reveal())
            })
            .unwrap();
        let store = SqliteStore::open(self.dir.path().join(format!("{name}.db"))).unwrap();
        let own = ChaCha8Rng::seed_from_u64(name.len() as u64 + 7);
        let environment = Environment { clock: Box::new(StoppedClock), rng: Box::new(own) };
        let mut phone = Replica::open(Box::new(store), environment, None).unwrap();
        let request = phone.enrol_request(&code, "a phone").unwrap();
        phone.enrol_apply(&self.service.handle(NOW, &mut self.rng, &request)).unwrap();
        phone
    }

    fn sync(&mut self, phone: &mut Replica) -> SyncCounts {
        let mut session = phone.start_sync(SyncBudget::default());
        while let Some(request) = phone.next_request(&mut session).unwrap() {
            let reply = self.service.handle(NOW, &mut self.rng, &request);
            // A token of the server's last life is refused once, and signed again.
            let _ = phone.apply(&mut session, &reply);
        }
        session.counts()
    }

    fn office(&mut self, command: &Command) {
        let desk = Sitting { person: self.service.identity().desk, now: NOW };
        let rng = &mut self.rng;
        self.service
            .write::<_, OfficeError>(|batch, office| office.carry_out(batch, rng, desk, command))
            .unwrap();
    }

    /// The machine is lost, and another made from the backup.
    fn restored(self, archive: &Path) -> Self {
        let Self { dir, folder, service, site, mut rng } = self;
        drop((service, folder));
        let place = dir.path().join("restored");
        restore(archive, &place, false, NOW, &mut rng, &mut |_| {}).unwrap();
        let folder = DataFolder::open(&place).unwrap();
        let service = service_of(&folder).unwrap();
        Self { dir, folder, service, site, rng }
    }

    fn refused_as(&self, code: &str) -> Vec<DocumentId> {
        let reader = self.folder.reader().unwrap();
        let mut all = reader.prepare("SELECT document FROM changes WHERE code = ?1 ORDER BY source").unwrap();
        let rows = all.query_map([code], |row| Ok(DocumentId::from_bytes(row.get(0)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

fn leak(site: SiteId, spot: &str) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place { spot: Some(spot.to_owned()), ..Place::default() },
        description: "管道漏水".to_owned(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

fn remark(note: &str) -> NewEntry {
    NewEntry::now(Fact::Remark, note)
}

fn notes(phone: &mut Replica, case: DocumentId) -> Vec<String> {
    let read = phone.case(case).unwrap();
    let mut notes: Vec<String> = read
        .iter()
        .flat_map(|case| &case.entries)
        .map(|entry| entry.note.clone())
        .filter(|note| !note.is_empty())
        .collect();
    notes.sort();
    notes
}

#[test]
fn phones_bring_back_what_a_restored_server_lost() {
    let mut estate = Estate::new();
    let mut desk = estate.phone("陈前台", Role::Reception);
    let mut lead = estate.phone("周主管 ", Role::Supervisor);
    let old = desk.create_case(leak(estate.site, "B1")).unwrap();
    estate.sync(&mut desk);
    estate.sync(&mut lead);

    let archive = estate.dir.path().join("night.tar.zst");
    backup(&estate.folder, &archive, NOW, &mut estate.rng, &mut |_| {}).unwrap();

    // A morning's work: of the desk, of a colleague, and of the office itself.
    let new = desk.create_case(leak(estate.site, "B2")).unwrap();
    let photo = desk.add_photo(new, b"a picture of a leak", PhotoRole::Before, "").unwrap();
    desk.record(old, None, remark("by the desk")).unwrap();
    estate.sync(&mut desk);
    lead.record(old, None, remark("by the lead")).unwrap();
    estate.sync(&mut lead);
    let entry = EntryId::mint(NOW, &mut estate.rng);
    estate.office(&Command::Record { case: old, order: None, entry, new: remark("by the office") });
    estate.sync(&mut desk);
    estate.sync(&mut lead);
    assert_eq!(notes(&mut desk, old), ["by the desk", "by the lead", "by the office"]);
    assert_eq!(lead.cases(&CaseFilter::default(), 0, 9).unwrap().len(), 2);

    let mut estate = estate.restored(&archive);
    assert!(!estate.service.blobs().contains(photo).unwrap(), "or nothing was lost");
    for _ in 0..2 {
        let counts = [estate.sync(&mut desk), estate.sync(&mut lead)];
        assert!(counts.iter().all(|counts| counts.resyncs == 0), "{counts:?}");
    }

    // What phones themselves had made is made again, signatures, receipts and all.
    assert_eq!(notes(&mut desk, old), ["by the desk", "by the lead"]);
    assert_eq!(notes(&mut lead, old), ["by the desk", "by the lead"]);
    assert_eq!(lead.cases(&CaseFilter::default(), 0, 9).unwrap().len(), 2);
    assert!(estate.service.blobs().contains(photo).unwrap());
    for phone in [&desk, &lead] {
        assert!(phone.edits().unwrap().iter().all(|edit| matches!(edit.state, EditState::Accepted { .. })));
    }
    // What only the office had made is nobody's to sign; it is there to be read.
    assert!(estate.refused_as("recovered").contains(&old));
    assert_eq!(estate.service.read(|db| projection::compare(db)).unwrap(), []);
    // And then there is silence.
    assert_eq!(estate.sync(&mut desk).round_trips, 1);
    assert_eq!(estate.sync(&mut lead).round_trips, 1);
}
