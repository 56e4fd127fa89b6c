//! A company with two estates, two phones that worked offline, and people in the office.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::auth::password::{self, OneTime};
use roundsman_server::data_folder::DataFolder;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{Delivered, Newcomer, OfficeError, Sitting};
use roundsman_server::projection::queries::lookup;
use roundsman_server::router::router;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::document::{ActorBytes, Document, DocumentKind};
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{
    BootId, CommandId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, SiteId,
};
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;
use roundsman_sync_core::model::fact::Arrival;
use roundsman_sync_core::model::{
    Author, CaseKind, Channel, Classification, Command, ContactDetails, Department, Documents, Fact, NewCase,
    NewEntry, PhotoRole, Place, Role, SCHEMA, SignOffOutcome, SignOffSubject, Urgency,
};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TimeClaim};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::{SyncRequest, Verdict};
use roundsman_sync_core::protocol::packing;
use roundsman_sync_core::replica::{Environment, Replica, SignOffResult, SqliteStore, SyncBudget};

use super::browser::Browser;

/// 2026-09-21 14:13:20 UTC: when the phones come back to the network.
pub(crate) const BACK: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const MINUTE_MS: i64 = 60_000;
/// The password of everybody in the office.
pub(crate) const PASSWORD: &str = "锦绣花园东门的门牌";
/// A photo with the position it was taken at.
pub(crate) const PHOTO: &[u8] = include_bytes!("../../fixtures/photos/gps-DSCN0010.jpg");

pub(crate) struct Estate {
    /// The data, for as long as the estate lives.
    dir: tempfile::TempDir,
    pub(crate) service: Arc<Service>,
    pub(crate) case: DocumentId,
    pub(crate) far_case: DocumentId,
    pub(crate) photo: PhotoHash,
    pub(crate) guard: Phone,
    pub(crate) technician: Phone,
    pub(crate) site: SiteId,
    pub(crate) far: SiteId,
    rng: ChaCha8Rng,
}

pub(crate) struct Phone {
    pub(crate) replica: Replica,
    clock: Arc<AtomicI64>,
}

struct SharedClock(Arc<AtomicI64>);

impl Clock for SharedClock {
    fn read(&mut self) -> ClockReading {
        let wall = Timestamp::from_millis(self.0.load(Ordering::Relaxed));
        ClockReading { wall, boot_ms: wall.millis(), boot: BootId::from_bytes([1; 16]) }
    }
}

impl Phone {
    /// What the phone's own clock says, in minutes after [`BACK`].
    pub(crate) fn set_clock(&self, minutes: i64) {
        self.clock.store(BACK.plus_millis(minutes * MINUTE_MS).millis(), Ordering::Relaxed);
    }

    /// The envelopes that it would send now, oldest first.
    fn unsent(&mut self) -> Vec<Vec<u8>> {
        let mut session = self.replica.start_sync(SyncBudget::default());
        let request = self.replica.next_request(&mut session).unwrap().unwrap();
        let asked: SyncRequest = packing::unpack(request.body(), REQUEST_BYTES_MAX).unwrap();
        asked.envelopes.into_iter().map(Into::into).collect()
    }

    /// Syncs when the server's clock says that many minutes after [`BACK`].
    pub(crate) fn sync(&mut self, service: &Service, minutes: i64) {
        self.sync_at(service, BACK.plus_millis(minutes * MINUTE_MS)).unwrap();
    }

    /// Syncs at this time of the server's clock.
    pub(crate) fn sync_at(&mut self, service: &Service, now: Timestamp) -> Result<(), Refusal> {
        let mut rng = ChaCha8Rng::seed_from_u64(99);
        let mut session = self.replica.start_sync(SyncBudget::default());
        while let Some(request) = self.replica.next_request(&mut session)? {
            self.replica.apply(&mut session, &service.handle(now, &mut rng, &request))?;
        }
        Ok(())
    }
}

pub(crate) fn at_the_lift(site: SiteId, description: &str) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place { building: Some("3栋".into()), spot: Some("电梯厅".into()), ..Place::default() },
        description: description.to_owned(),
        subject: "equipment/lift".to_owned(),
        urgency: Urgency::General,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

impl Estate {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let folder = DataFolder::init(&dir.path().join("server"), "锦绣物业", BACK, &mut rng).unwrap();
        let service = Arc::new(service_of(&folder).unwrap());
        let desk = Sitting { person: service.identity().desk, now: BACK };
        let mut add = |name: &str| {
            service
                .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, name))
                .unwrap()
        };
        let (site, far) = (add("锦绣花园"), add("远山苑"));
        let guard = phone(dir.path(), &service, site, "王强", Role::Guard);
        let technician = phone(dir.path(), &service, site, "李明", Role::Technician);
        let mut estate = Self {
            dir,
            service,
            case: DocumentId::from_bytes([0; 16]),
            far_case: DocumentId::from_bytes([0; 16]),
            photo: PhotoHash::of(PHOTO),
            guard,
            technician,
            site,
            far,
            rng,
        };
        estate.person("林晓芸", site, Role::Reception, "lin");
        estate.person("欧阳远", far, Role::Reception, "ou");
        estate.person("李明", site, Role::Technician, "li");
        estate.person("系统管理员", site, Role::Admin, "root");
        estate.work(site);
        estate
    }

    /// An hour offline: both found the network at minute -60 and again at minute 0.
    fn work(&mut self, site: SiteId) {
        let Self { guard, technician, service, .. } = self;
        for phone in [&mut *guard, &mut *technician] {
            phone.set_clock(-60);
            phone.sync(service, -60);
        }
        guard.set_clock(-50);
        let case = guard.replica.create_case(at_the_lift(site, "电梯停在两层之间，里面没有人。")).unwrap();
        guard.replica.add_photo(case, PHOTO, PhotoRole::Before, "层门外").unwrap();
        let order = guard.replica.dispatch(case, Department::Engineering, None).unwrap();
        guard.sync(service, -50);
        technician.sync(service, -50);

        let urgency = |urgency| Classification { urgency: Some(urgency), ..Classification::default() };
        guard.set_clock(-40);
        guard.replica.classify(case, urgency(Urgency::Important)).unwrap();
        technician.set_clock(-30);
        technician.replica.classify(case, urgency(Urgency::Urgent)).unwrap();
        technician.replica.assign(case, order, technician.replica.enrolled().unwrap().person).unwrap();
        for (fact, note) in [(Fact::Arrived(Arrival::default()), ""), (Fact::Completed, "更换门锁触点。")]
        {
            let new = NewEntry::now(fact, note);
            technician.replica.record(case, Some(order), new).unwrap();
        }
        let statement = technician.replica.statement(case, Some(order), SignOffSubject::Completion).unwrap();
        let signed = SignOffResult {
            settlement: None,
            subject: SignOffSubject::Completion,
            outcome: SignOffOutcome::Signed,
            shown: &statement,
            signer: "王秀兰",
            relation: "owner",
            strokes_png: Some(&strokes()),
        };
        technician.replica.sign_off(case, Some(order), &signed).unwrap();
        guard.sync(service, 0);
        technician.sync(service, 0);
        self.case = case;
        let details = ContactDetails {
            name: Some("王秀兰".into()),
            phone: Some("138 0013 8000".into()),
            ..ContactDetails::default()
        };
        self.office(&Command::WriteContact { case, details });
        self.far_case = self.office_case(self.far, "远山苑的路灯不亮。");
    }

    /// A case that only those who lead see, and who took it in.
    pub(crate) fn confidential_case(&mut self, site: SiteId) -> DocumentId {
        let case = DocumentId::mint(BACK, &mut self.rng);
        let received = EntryId::mint(BACK, &mut self.rng);
        let new = NewCase { confidential: Some(true), ..at_the_lift(site, "只给主任看。") };
        self.office(&Command::CreateCase { case, received, new });
        case
    }

    fn office_case(&mut self, site: SiteId, description: &str) -> DocumentId {
        let case = DocumentId::mint(BACK, &mut self.rng);
        let received = EntryId::mint(BACK, &mut self.rng);
        self.office(&Command::CreateCase { case, received, new: at_the_lift(site, description) });
        case
    }

    /// Somebody at the desk does this.
    fn office(&mut self, command: &Command) {
        let desk = Sitting { person: self.service.identity().desk, now: BACK };
        let rng = &mut self.rng;
        self.service
            .write::<_, OfficeError>(|batch, office| office.carry_out(batch, rng, desk, command))
            .unwrap();
    }

    /// Adds a person to the office, with [`PASSWORD`] chosen already.
    pub(crate) fn person(&mut self, name: &str, site: SiteId, role: Role, login: &str) {
        let hash = password::hash(PASSWORD, &mut self.rng).unwrap();
        self.newcomer(name, site, role, login);
        self.service
            .write::<_, OfficeError>(|batch, _| {
                let sql = "UPDATE accounts SET password = ?1, one_time = 0 WHERE login = ?2";
                batch.db.execute(sql, (hash, login)).unwrap();
                Ok(())
            })
            .unwrap();
    }

    /// Adds a person with a one-time password, and tells it.
    pub(crate) fn receptionist(&mut self, name: &str, login: &str) -> String {
        self.newcomer(name, self.far, Role::Reception, login)
    }

    fn newcomer(&mut self, name: &str, site: SiteId, role: Role, login: &str) -> String {
        let newcomer = Newcomer { name: name.to_owned(), site, role, department: None };
        let desk = Sitting { person: self.service.identity().desk, now: BACK };
        let rng = &mut self.rng;
        let password = OneTime::draw(rng).unwrap();
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                office.open_account(batch, person, &login.parse().unwrap(), &password)
            })
            .unwrap();
        password.reveal().to_owned()
    }

    /// Who has this name.
    pub(crate) fn id_of(&self, name: &str) -> PersonId {
        let people = self.service.read::<_, DatabaseError>(|db| lookup::people_named(db, name)).unwrap();
        assert_eq!(people.len(), 1, "{name}");
        people[0]
    }

    /// A new phone of somebody.
    pub(crate) fn phone_of(&mut self, person: PersonId) -> Phone {
        let desk = Sitting { person: self.service.identity().desk, now: BACK };
        let rng = &mut self.rng;
        let invited =
            self.service.write::<_, DatabaseError>(|batch, office| office.invite(batch, rng, desk, person));
        self.enrol(&invited.unwrap().reveal(), &person.to_string(), BACK).unwrap()
    }

    /// A new phone that enrols with a code at this time of the server's clock.
    pub(crate) fn enrol(&self, code: &str, name: &str, now: Timestamp) -> Result<Phone, Refusal> {
        let seed = 1_000 + u64::from(name.bytes().map(u32::from).sum::<u32>());
        let file = self.dir.path().join(format!("{name}.db"));
        enrol(&file, &self.service, now, seed, code, name)
    }

    /// A phone of the other estate writes into the case by force: its edit is refused and kept.
    pub(crate) fn intrude(&mut self) {
        let signer = SoftwareSigner::generate(Algorithm::Es256, &mut self.rng);
        let newcomer = Newcomer {
            name: "孙浩".to_owned(),
            site: self.far,
            role: Role::Technician,
            department: Some(Department::Engineering),
        };
        let desk = Sitting { person: self.service.identity().desk, now: BACK };
        let (rng, key, case) = (&mut self.rng, signer.public_key(), self.case);
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                let code = office.invite(batch, rng, desk, person)?.reveal();
                let (device, person) = office.enrol(batch, rng, BACK, &code, &key, "小米 13")?;
                let snapshot: Vec<u8> = batch
                    .db
                    .query_row("SELECT snapshot FROM documents WHERE id = ?1", [case.as_bytes()], |row| {
                        row.get(0)
                    })
                    .unwrap();
                let document = Document::load(DocumentKind::Case, &snapshot).unwrap();
                let mut one = OneDocument { document, actor: ActorBytes::mint(rng) };
                let command = Command::Record {
                    case,
                    order: None,
                    entry: EntryId::mint(BACK, rng),
                    new: NewEntry::now(Fact::Remark, "业主只是咨询"),
                };
                let written = command.execute(&author(person, rng), &mut one)?;
                let items = written
                    .into_iter()
                    .map(|one| EnvelopeItem {
                        document: one.document,
                        kind: one.kind,
                        change: one.change.bytes.into(),
                    })
                    .collect();
                let reading = ClockReading { wall: BACK, boot_ms: 0, boot: BootId::from_bytes([0; 16]) };
                let claim = TimeClaim { reading, token: None };
                let sealed =
                    Envelope::seal(office.org, device, person, SCHEMA, claim, items, &signer).unwrap();
                let bytes = minicbor::to_vec(sealed).unwrap();
                batch.push(BACK, &office.secret, &Delivered { device, envelopes: vec![&bytes] })?;
                Ok(())
            })
            .unwrap();
    }

    /// Of what the guard's phone wrote, only the last edit reaches the server, by a way that lost the others.
    pub(crate) fn bring_last_only(&mut self) {
        let device = self.guard.replica.enrolled().unwrap().device;
        let last = self.guard.unsent().pop().unwrap();
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let delivered = Delivered { device, envelopes: vec![&last] };
                let verdicts = batch.push(BACK, &office.secret, &delivered)?;
                assert!(matches!(verdicts[0][0], Verdict::Pending { .. }), "{verdicts:?}");
                Ok(())
            })
            .unwrap();
    }

    /// A browser that nobody has used yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(router(App::new(Arc::clone(&self.service), chrono_tz::Asia::Shanghai)))
    }

    /// A browser in which somebody has signed in, in English.
    pub(crate) fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        browser.cookies.insert("lang".into(), "en".into());
        browser.sign_in(login, PASSWORD).assert_goes_to("/");
        browser
    }
}

/// A drawn signature: the smallest real PNG.
pub(crate) fn strokes() -> Vec<u8> {
    let picture = image::RgbaImage::from_pixel(8, 4, image::Rgba([0, 0, 0, 255]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn author(person: PersonId, rng: &mut ChaCha8Rng) -> Author {
    Author {
        command: CommandId::mint(BACK, rng),
        person,
        claimed_at: BACK,
        corrected_at: BACK,
        stamp_wall: BACK,
    }
}

struct OneDocument {
    document: Document,
    actor: ActorBytes,
}

impl Documents for OneDocument {
    fn open(
        &mut self,
        _: DocumentId,
        _: DocumentKind,
        _: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        Ok((&mut self.document, self.actor))
    }
}

fn phone(folder: &Path, service: &Service, site: SiteId, name: &str, role: Role) -> Phone {
    let mut rng = ChaCha8Rng::seed_from_u64(role as u64);
    let department = (role == Role::Technician).then_some(Department::Engineering);
    let newcomer = Newcomer { name: name.to_owned(), site, role, department };
    let desk = Sitting { person: service.identity().desk, now: BACK };
    let code = service
        .write::<_, OfficeError>(|batch, office| {
            let person = office.add_person(batch, &mut rng, desk, &newcomer)?;
            Ok(office.invite(batch, &mut rng, desk, person)?.reveal())
        })
        .unwrap();
    let file = folder.join(format!("{role}.db"));
    enrol(&file, service, BACK, role as u64, &code, &format!("{name}的手机")).unwrap()
}

/// A new phone that enrols with a code at this time of the server's clock, its own being right.
fn enrol(
    file: &Path,
    service: &Service,
    now: Timestamp,
    seed: u64,
    code: &str,
    name: &str,
) -> Result<Phone, Refusal> {
    let clock = Arc::new(AtomicI64::new(now.millis()));
    let rng = Box::new(ChaCha8Rng::seed_from_u64(seed));
    let environment = Environment { clock: Box::new(SharedClock(Arc::clone(&clock))), rng };
    let mut replica = Replica::open(Box::new(SqliteStore::open(file)?), environment, None)?;
    let request = replica.enrol_request(code, name)?;
    let mut rng = ChaCha8Rng::seed_from_u64(100 + seed);
    replica.enrol_apply(&service.handle(now, &mut rng, &request))?;
    Ok(Phone { replica, clock })
}

/// The order that both phones know.
pub(crate) fn order_of(estate: &mut Estate) -> OrderId {
    estate.technician.replica.case(estate.case).unwrap().unwrap().orders[0].id
}
