//! An estate with its staff, each with a phone, and one clock on the wall.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Asia::Shanghai;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{AreaId, BootId, DocumentId, EntryId, OrderId, PersonId, SiteId};
use roundsman_sync_core::model::{
    Area, Case, CaseKind, Channel, Command as Asked, Declared, Department, Fact, NewCase, NewEntry, Place,
    Role, SignOffOutcome, SignOffSubject, Statement, Urgency,
};
use roundsman_sync_core::replica::{Environment, Replica, SignOffResult, SqliteStore, SyncBudget};

/// Who works here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Guard,
    Technician,
    Housekeeper,
    Supervisor,
    Director,
    Manager,
}

const STAFF: [(Who, &str, Role, Option<Department>); 6] = [
    (Who::Guard, "王强", Role::Guard, Some(Department::Security)),
    (Who::Technician, "李明", Role::Technician, Some(Department::Engineering)),
    (Who::Housekeeper, "林晓芸", Role::Reception, None),
    (Who::Supervisor, "赵建国", Role::Supervisor, Some(Department::Engineering)),
    (Who::Director, "陈志远", Role::SiteDirector, None),
    (Who::Manager, "周敏", Role::Manager, None),
];

/// A moment as people in the estate write it.
pub(crate) fn at(local: &str) -> Timestamp {
    let time = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
    Timestamp::from_millis(Shanghai.from_local_datetime(&time).unwrap().timestamp_millis())
}

struct WallClock(Arc<AtomicI64>);

impl Clock for WallClock {
    fn read(&mut self) -> ClockReading {
        let wall = Timestamp::from_millis(self.0.load(Ordering::Relaxed));
        ClockReading { wall, boot_ms: wall.millis(), boot: BootId::from_bytes([1; 16]) }
    }
}

pub(crate) struct Town {
    dir: tempfile::TempDir,
    service: Option<Service>,
    clock: Arc<AtomicI64>,
    phones: BTreeMap<Who, Replica>,
    pub(crate) site: SiteId,
}

impl Town {
    /// The estate as it stands at this moment.
    pub(crate) fn new(local: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let now = at(local);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let folder = DataFolder::init(&dir.path().join("data"), "锦绣物业", now, &mut rng).unwrap();
        let service = service_of(&folder).unwrap();
        let desk = Sitting { person: service.identity().desk, now };
        let site = service
            .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, "锦绣花园"))
            .unwrap();
        let clock = Arc::new(AtomicI64::new(now.millis()));
        let mut town = Self { dir, service: Some(service), clock, phones: BTreeMap::new(), site };
        for (who, name, role, department) in STAFF {
            let phone = town.hire(who, name, role, department);
            town.phones.insert(who, phone);
        }
        let area = Area {
            name: "东区".to_owned(),
            buildings: vec!["3 栋".to_owned(), "5 栋".to_owned()],
            housekeeper: Some(town.person(Who::Housekeeper)),
        };
        town.office(&Asked::PutArea { site, area: AreaId::from_bytes([9; 16]), new: area });
        town.meet();
        town
    }

    fn hire(&self, who: Who, name: &str, role: Role, department: Option<Department>) -> Replica {
        let mut rng = ChaCha8Rng::seed_from_u64(100 + who as u64);
        let desk = Sitting { person: self.service().identity().desk, now: self.now() };
        let newcomer = Newcomer { name: name.to_owned(), site: self.site, role, department };
        let code = self
            .service()
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, &mut rng, desk, &newcomer)?;
                Ok(office.invite(batch, &mut rng, desk, person)?.reveal())
            })
            .unwrap();
        let store = SqliteStore::open(self.dir.path().join(format!("{who:?}.db"))).unwrap();
        let clock = Box::new(WallClock(self.clock.clone()));
        let mut phone = Replica::open(
            Box::new(store),
            Environment { clock, rng: Box::new(ChaCha8Rng::seed_from_u64(200 + who as u64)) },
            None,
        )
        .unwrap();
        let request = phone.enrol_request(&code, &format!("{name}的手机")).unwrap();
        phone.enrol_apply(&self.service().handle(self.now(), &mut rng, &request)).unwrap();
        phone
    }

    fn service(&self) -> &Service {
        self.service.as_ref().unwrap()
    }

    /// What the clock on the wall says.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::Relaxed))
    }

    /// It becomes this time.
    pub(crate) fn at(&mut self, local: &str) {
        assert!(at(local) >= self.now(), "a story goes forward");
        self.clock.store(at(local).millis(), Ordering::Relaxed);
    }

    pub(crate) fn phone(&mut self, who: Who) -> &mut Replica {
        self.phones.get_mut(&who).unwrap()
    }

    pub(crate) fn person(&self, who: Who) -> PersonId {
        self.phones[&who].enrolled().unwrap().person
    }

    /// The desk edits at the console.
    pub(crate) fn office(&self, command: &Asked) {
        let desk = Sitting { person: self.service().identity().desk, now: self.now() };
        let mut rng = ChaCha8Rng::seed_from_u64(self.now().millis().unsigned_abs());
        self.service()
            .write::<_, OfficeError>(|batch, office| office.carry_out(batch, &mut rng, desk, command))
            .unwrap();
    }

    /// One phone finds the network.
    pub(crate) fn sync(&mut self, who: Who) {
        let now = self.now();
        let mut rng = ChaCha8Rng::seed_from_u64(now.millis().unsigned_abs() + who as u64);
        let (service, phone) = (self.service.as_ref().unwrap(), self.phones.get_mut(&who).unwrap());
        let mut session = phone.start_sync(SyncBudget::default());
        while let Some(request) = phone.next_request(&mut session).unwrap() {
            phone.apply(&mut session, &service.handle(now, &mut rng, &request)).unwrap();
        }
        assert_eq!(phone.refused().unwrap(), [], "{who:?} was refused something");
    }

    /// Every phone finds the network and hears of all the others.
    pub(crate) fn meet(&mut self) {
        for _ in 0..2 {
            for (who, ..) in STAFF {
                self.sync(who);
            }
        }
    }

    /// Somebody writes a case down. It reaches everybody.
    pub(crate) fn receive(&mut self, who: Who, new: NewCase) -> DocumentId {
        let case = self.phone(who).create_case(new).unwrap();
        self.meet();
        case
    }

    /// States that something happened now.
    pub(crate) fn say(
        &mut self,
        who: Who,
        case: DocumentId,
        order: Option<OrderId>,
        fact: Fact,
        note: &str,
    ) -> EntryId {
        let kind = fact.kind();
        let said = self.phone(who).record(case, order, NewEntry::now(fact, note));
        said.unwrap_or_else(|refusal| panic!("{who:?} could not say {kind}: {refusal}"))
    }

    /// States that something happened earlier, and why it is only now written down.
    pub(crate) fn declare(
        &mut self,
        who: Who,
        case: DocumentId,
        order: Option<OrderId>,
        fact: Fact,
        (local, why): (&str, &str),
    ) -> EntryId {
        let declared = Some(Declared { at: at(local), why: why.to_owned() });
        self.phone(who).record(case, order, NewEntry { fact, note: String::new(), declared }).unwrap()
    }

    /// The owner signs on the glass of somebody's phone.
    pub(crate) fn sign(
        &mut self,
        who: Who,
        case: DocumentId,
        order: Option<OrderId>,
        subject: SignOffSubject,
        shown: &Statement,
    ) {
        let result = SignOffResult {
            subject,
            settlement: None,
            outcome: SignOffOutcome::Signed,
            signer: "孙丽华",
            relation: "owner",
            strokes_png: Some(b"strokes"),
            shown,
        };
        self.phone(who).sign_off(case, order, &result).unwrap();
    }

    /// The case as everybody now reads it. All phones that hold it, and the server, say the same.
    pub(crate) fn case(&mut self, id: DocumentId) -> Case {
        self.meet();
        let mut held = Vec::new();
        for (who, ..) in STAFF {
            held.extend(self.phone(who).case(id).unwrap());
        }
        assert!(held.len() >= 4, "housekeeper, supervisor, director and manager see every case");
        assert!(held.iter().all(|case| *case == held[0]), "two phones read the case differently");
        let differences = self.service().read(|db| projection::compare(db)).unwrap();
        assert_eq!(differences, [], "a rebuild would give other tables");
        held.swap_remove(0)
    }

    /// What `roundsman case show` prints, with what differs between runs taken out.
    pub(crate) fn shown(&mut self, id: DocumentId) -> String {
        self.meet();
        let ran = Command::new(env!("CARGO_BIN_EXE_roundsman-under-test"))
            .args(["case", "show", &id.to_string(), "--data"])
            .arg(self.data())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }
}

/// A new case at building 3.
pub(crate) fn matter(site: SiteId, kind: CaseKind, channel: Channel, subject: &str, what: &str) -> NewCase {
    NewCase {
        kind,
        channel,
        site,
        place: Place {
            building: Some("3 栋".to_owned()),
            unit: Some("2 单元".to_owned()),
            room: None,
            spot: None,
        },
        description: what.to_owned(),
        subject: subject.to_owned(),
        urgency: Urgency::General,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

/// The story as `roundsman case show` tells it. It is compared with the one on file, which a person has
/// read; `ROUNDSMAN_WRITE_STORIES` writes it anew.
pub(crate) fn assert_reads(name: &str, told: &str) {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stories/told").join(format!("{name}.txt"));
    if std::env::var_os("ROUNDSMAN_WRITE_STORIES").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, told).unwrap();
    }
    let on_file = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, on_file, "{name} reads differently from {}", path.display());
}
