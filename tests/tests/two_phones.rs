//! The smallest whole story: a guard finds a leak, a technician mends it, both offline, and the server
//! and both phones end up saying the same.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, SiteId};
use roundsman_sync_core::model::fact::Arrival;
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, NewCase, NewEntry, PhotoRole, Place, Role, SignOffOutcome,
    SignOffSubject, Urgency,
};
use roundsman_sync_core::replica::{
    CaseFilter, Environment, Replica, SignOffResult, SqliteStore, SyncBudget,
};
use roundsman_sync_core::rules::{CaseStatus, case_status};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: NOW, boot_ms: 0, boot: BootId::from_bytes([1; 16]) }
    }
}

fn phone(folder: &std::path::Path, service: &Service, site: SiteId, name: &str, role: Role) -> Replica {
    let mut rng = ChaCha8Rng::seed_from_u64(name.len() as u64);
    let department = (role == Role::Technician).then_some(Department::Engineering);
    let newcomer = Newcomer { name: name.to_owned(), site, role, department };
    let desk = Sitting { person: service.identity().desk, now: NOW };
    let code = service
        .write::<_, OfficeError>(|batch, office| {
            let person = office.add_person(batch, &mut rng, desk, &newcomer)?;
            Ok(office.invite(batch, &mut rng, desk, person)?.reveal())
        })
        .unwrap();
    let store = SqliteStore::open(folder.join(format!("{role}.db"))).unwrap();
    let environment = Environment { clock: Box::new(StoppedClock), rng: Box::new(rng) };
    let mut phone = Replica::open(Box::new(store), environment, None).unwrap();
    let request = phone.enrol_request(&code, "a phone").unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(100 + name.len() as u64);
    phone.enrol_apply(&service.handle(NOW, &mut rng, &request)).unwrap();
    phone
}

fn sync(phone: &mut Replica, service: &Service) {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    let mut session = phone.start_sync(SyncBudget::default());
    while let Some(request) = phone.next_request(&mut session).unwrap() {
        phone.apply(&mut session, &service.handle(NOW, &mut rng, &request)).unwrap();
    }
    assert_eq!(session.counts().resyncs, 0);
}

#[test]
fn a_leak_found_mended_and_signed_for_offline_reads_the_same_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let folder = DataFolder::init(&dir.path().join("server"), "锦绣物业", NOW, &mut rng).unwrap();
    let service = service_of(&folder).unwrap();
    let desk = Sitting { person: service.identity().desk, now: NOW };
    let site = service
        .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, "锦绣花园"))
        .unwrap();
    let mut guard = phone(dir.path(), &service, site, "王强", Role::Guard);
    let mut technician = phone(dir.path(), &service, site, "李明 ", Role::Technician);

    let found = NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place { spot: Some("地库 B2".to_owned()), ..Place::default() },
        description: "管道漏水".to_owned(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    };
    sync(&mut guard, &service);
    let case = guard.create_case(found).unwrap();
    let photo = guard.add_photo(case, b"a picture of a leak", PhotoRole::Before, "").unwrap();
    let order = guard.dispatch(case, Department::Engineering, None).unwrap();
    sync(&mut guard, &service);
    sync(&mut technician, &service);

    let own = technician.enrolled().unwrap().person;
    technician.assign(case, order, own).unwrap();
    for fact in [Fact::Arrived(Arrival::default()), Fact::Completed] {
        let new = NewEntry::now(fact, "");
        technician.record(case, Some(order), new).unwrap();
    }
    let statement = technician.statement(case, Some(order), SignOffSubject::Completion).unwrap();
    let signed = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::Signed,
        shown: &statement,
        signer: "李女士",
        relation: "owner",
        strokes_png: Some(b"strokes"),
    };
    technician.sign_off(case, Some(order), &signed).unwrap();
    sync(&mut technician, &service);
    sync(&mut guard, &service);

    let (seen, done) = (guard.case(case).unwrap().unwrap(), technician.case(case).unwrap().unwrap());
    assert_eq!(seen, done);
    assert_eq!(case_status(&seen), CaseStatus::SignedOff);
    assert_eq!(seen.sign_offs[0].shown, statement.text);
    assert_eq!(guard.cases(&CaseFilter::default(), 0, 10).unwrap().len(), 1);
    assert!(service.blobs().contains(photo).unwrap());
    assert!(guard.contact(case).unwrap().is_none(), "a guard never holds contact data");
    assert_eq!(technician.contact(case).unwrap().map(|contact| contact.signatures.len()), Some(1));
    let differences = service.read(|db| projection::compare(db)).unwrap();
    assert_eq!(differences, []);
}
