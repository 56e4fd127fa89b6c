//! An estate with points and routes, its phones and its office.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use http::{Request, StatusCode, header};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::auth::password::{self, OneTime};
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection;
use roundsman_server::route_file::RouteFile;
use roundsman_server::router::router;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_server::verify;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, CheckpointId, SiteId};
use roundsman_sync_core::model::{
    Answer, CaseKind, Channel, Command, Department, ItemAnswer, NewCase, Place, Reading, Role, Urgency,
};
use roundsman_sync_core::replica::{Environment, NewResult, Replica, SqliteStore, SyncBudget};
use serde_json::Value;
use tower::ServiceExt as _;

/// 21 November 2026, 22:00 in Shanghai: when the night round of the sample is due.
pub(crate) const TEN: Timestamp = Timestamp::from_millis(1_795_269_600_000);
pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const PASSWORD: &str = "锦绣花园东门的门牌";
pub(crate) const ROUTES: &str = include_str!("../../../docs/samples/routes.toml");

struct HandClock(Arc<AtomicI64>);

impl Clock for HandClock {
    fn read(&mut self) -> ClockReading {
        let wall = Timestamp::from_millis(self.0.load(Ordering::Relaxed));
        ClockReading { wall, boot_ms: wall.millis(), boot: BootId::from_bytes([1; 16]) }
    }
}

pub(crate) struct Estate {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) folder: DataFolder,
    pub(crate) service: Arc<Service>,
    pub(crate) site: SiteId,
    pub(crate) far: SiteId,
    clock: Arc<AtomicI64>,
    rng: ChaCha8Rng,
}

impl Estate {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let start = TEN.plus_millis(-60 * MINUTE_MS);
        let folder = DataFolder::init(&dir.path().join("server"), "锦绣物业", start, &mut rng).unwrap();
        let service = Arc::new(service_of(&folder).unwrap());
        let desk = Sitting { person: service.identity().desk, now: start };
        let mut add = |name: &str| {
            service
                .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, name))
                .unwrap()
        };
        let (site, far) = (add("锦绣花园"), add("远山苑"));
        let clock = Arc::new(AtomicI64::new(start.millis()));
        let mut estate = Self { dir, folder, service, site, far, clock, rng };
        for at in [site, far] {
            let file = RouteFile::parse("routes.toml", ROUTES, at).unwrap();
            for (checkpoint, new) in file.checkpoints {
                estate.office(&Command::PutCheckpoint { site: at, checkpoint, new });
            }
            for (route, new) in file.routes {
                estate.office(&Command::PutRoute { site: at, route, new });
            }
        }
        estate
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::Relaxed))
    }

    /// Every clock shows so many minutes after the round is due.
    pub(crate) fn at(&self, minutes: i64) {
        self.clock.store(TEN.plus_millis(minutes * MINUTE_MS).millis(), Ordering::Relaxed);
    }

    pub(crate) fn office(&mut self, command: &Command) {
        let desk = Sitting { person: self.service.identity().desk, now: self.now() };
        let rng = &mut self.rng;
        self.service
            .write::<_, OfficeError>(|batch, office| office.carry_out(batch, rng, desk, command))
            .unwrap();
    }

    pub(crate) fn person(&mut self, name: &str, site: SiteId, role: Role) -> String {
        let department = (role == Role::Technician).then_some(Department::Engineering);
        let newcomer = Newcomer { name: name.to_owned(), site, role, department };
        let desk = Sitting { person: self.service.identity().desk, now: self.now() };
        let rng = &mut self.rng;
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                Ok(office.invite(batch, rng, desk, person)?.reveal())
            })
            .unwrap()
    }

    pub(crate) fn phone(&mut self, name: &str, site: SiteId, role: Role) -> Replica {
        let code = self.person(name, site, role);
        let store = SqliteStore::open(self.dir.path().join(format!("{name}.db"))).unwrap();
        let rng = ChaCha8Rng::seed_from_u64(name.chars().map(u64::from).sum());
        let clock = Box::new(HandClock(Arc::clone(&self.clock)));
        let mut phone =
            Replica::open(Box::new(store), Environment { clock, rng: Box::new(rng) }, None).unwrap();
        let request = phone.enrol_request(&code, "a phone").unwrap();
        let (now, rng) = (self.now(), &mut self.rng);
        phone.enrol_apply(&self.service.handle(now, rng, &request)).unwrap();
        self.sync(&mut phone);
        phone
    }

    pub(crate) fn sync(&mut self, phone: &mut Replica) {
        let now = self.now();
        let mut session = phone.start_sync(SyncBudget::default());
        while let Some(request) = phone.next_request(&mut session).unwrap() {
            phone.apply(&mut session, &self.service.handle(now, &mut self.rng, &request)).unwrap();
        }
        assert_eq!(session.counts().resyncs, 0);
    }

    /// What a program that signs in as this person is answered.
    pub(crate) fn program(
        &mut self,
        login: &str,
        site: SiteId,
        role: Role,
    ) -> impl Fn(&str) -> (StatusCode, Value) + use<> {
        let hash = password::hash(PASSWORD, &mut self.rng).unwrap();
        let once = OneTime::draw(&mut self.rng).unwrap();
        let newcomer = Newcomer { name: login.to_owned(), site, role, department: None };
        let desk = Sitting { person: self.service.identity().desk, now: self.now() };
        let rng = &mut self.rng;
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                office.open_account(batch, person, &login.parse().unwrap(), &once)?;
                let sql = "UPDATE accounts SET password = ?1, one_time = 0 WHERE login = ?2";
                batch.db.execute(sql, (hash, login)).unwrap();
                Ok(())
            })
            .unwrap();
        let app = router(App::new(Arc::clone(&self.service), chrono_tz::Asia::Shanghai));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let credentials = format!(r#"{{"login":"{login}","password":"{PASSWORD}"}}"#);
        let request = Request::post("/v1/login")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::HOST, "localhost")
            .body(Body::from(credentials))
            .unwrap();
        let answer = runtime.block_on(app.clone().oneshot(request)).unwrap();
        assert!(answer.status().is_success());
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        move |path: &str| {
            let request = Request::get(path)
                .header(header::COOKIE, &cookie)
                .header(header::HOST, "localhost")
                .body(Body::empty())
                .unwrap();
            runtime.block_on(async {
                let answer = app.clone().oneshot(request).await.unwrap();
                let status = answer.status();
                let body = axum::body::to_bytes(answer.into_body(), 1 << 22).await.unwrap();
                (status, serde_json::from_slice(&body).unwrap())
            })
        }
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.service.read(|db| projection::compare(db)).unwrap(), []);
        let db = self.folder.reader().unwrap();
        let report = verify::verify(&db, self.service.blobs(), &mut |_, _| {}).unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
    }
}

pub(crate) fn point(site: SiteId, key: &str) -> CheckpointId {
    CheckpointId::keyed(site, key)
}

pub(crate) fn answer(item: &str, answer: Answer) -> ItemAnswer {
    ItemAnswer { item: item.into(), answer }
}

pub(crate) fn nfc(code: &str) -> Reading {
    Reading::Nfc { code: code.into() }
}

pub(crate) fn result<'a>(
    checkpoint: CheckpointId,
    reading: Reading,
    answers: Vec<ItemAnswer>,
) -> NewResult<'a> {
    NewResult { checkpoint, reading, answers, note: String::new(), pictures: &[] }
}

pub(crate) fn leak(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place {
            building: Some("地库".into()), spot: Some("B2 水泵房".into()), ..Place::default()
        },
        description: "水泵房地面积水".to_owned(),
        subject: "equipment/pump".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}
