//! A server on loopback, and phones.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, Response};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::router::router;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::ids::{BootId, DeviceId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::model::{CaseKind, Channel, Department, NewCase, Place, Role, Urgency};
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncBudget};
use roundsman_tests::world::{PhoneClock, WorldTime, folder};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A running server.
pub(crate) struct Town {
    pub(crate) address: SocketAddr,
    pub(crate) data: DataFolder,
    pub(crate) service: Arc<Service>,
    pub(crate) site: SiteId,
    dir: TempDir,
    _runtime: Runtime,
}

impl Town {
    pub(crate) fn new() -> Self {
        let dir = folder();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let data = DataFolder::init(dir.path(), "和园物业", App::now(), &mut rng).unwrap();
        let service = Arc::new(service_of(&data).unwrap());
        let app = App::new(Arc::clone(&service), chrono_tz::Asia::Shanghai);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router(app)).await });
        let desk = Sitting { person: service.identity().desk, now: App::now() };
        let site = service
            .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, "和园"))
            .unwrap();
        Self { address, data, service, site, dir, _runtime: runtime }
    }

    pub(crate) fn desk(&self) -> Sitting {
        Sitting { person: self.service.identity().desk, now: App::now() }
    }

    pub(crate) fn newcomer(&self, name: &str, role: Role) -> Newcomer {
        let department = (role == Role::Technician).then_some(Department::Engineering);
        Newcomer { name: name.to_owned(), site: self.site, role, department }
    }

    pub(crate) fn send(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let mut parts = request.clone().into_parts().0;
        parts.uri = format!("http://{}{}", self.address, parts.uri).parse().unwrap();
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let reply = if parts.method == http::Method::GET {
            agent.run(Request::from_parts(parts, ())).unwrap()
        } else {
            agent.run(Request::from_parts(parts, request.body())).unwrap()
        };
        let (parts, mut body) = reply.into_parts();
        Response::from_parts(parts, body.read_to_vec().unwrap())
    }

    /// The phone of somebody new, enrolled and level.
    pub(crate) fn phone(&self, name: &str, role: Role) -> Phone<'_> {
        let mut rng: ChaCha8Rng = rand::make_rng();
        let code = self
            .service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, &mut rng, self.desk(), &self.newcomer(name, role))?;
                Ok(office.invite(batch, &mut rng, self.desk(), person)?.reveal())
            })
            .unwrap();
        let clock = PhoneClock::new(WorldTime::starting_at(App::now()), 0, 0, BootId::from_bytes([1; 16]));
        let store = SqliteStore::open(self.dir.path().join(format!("{name}.db"))).unwrap();
        let env = Environment { clock: Box::new(clock), rng: Box::new(rng) };
        let mut replica = Replica::open(Box::new(store), env, None).unwrap();
        let request = replica.enrol_request(&code, name).unwrap();
        replica.enrol_apply(&self.send(&request)).unwrap();
        let device = replica.enrolled().unwrap().device;
        let mut phone = Phone { town: self, replica, device };
        phone.sync();
        phone
    }
}

pub(crate) struct Phone<'a> {
    pub(crate) town: &'a Town,
    pub(crate) replica: Replica,
    pub(crate) device: DeviceId,
}

impl Phone<'_> {
    pub(crate) fn sync(&mut self) {
        let mut session = self.replica.start_sync(SyncBudget::default());
        while let Some(request) = self.replica.next_request(&mut session).unwrap() {
            self.replica.apply(&mut session, &self.town.send(&request)).unwrap();
        }
    }

    /// A case found on patrol.
    pub(crate) fn new_case(&mut self) -> DocumentId {
        self.case_about(None)
    }

    /// A case about a member of staff, if about one.
    pub(crate) fn case_about(&mut self, about: Option<PersonId>) -> DocumentId {
        let new = NewCase {
            kind: CaseKind::Repair,
            channel: Channel::Patrol,
            site: self.town.site,
            place: Place::default(),
            description: "管道漏水".to_owned(),
            subject: "equipment/pipe".to_owned(),
            urgency: Urgency::Urgent,
            reported_at: None,
            external_number: None,
            about,
            anonymous: None,
            confidential: None,
        };
        self.replica.create_case(new).unwrap()
    }
}
