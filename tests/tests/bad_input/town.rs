//! A server on loopback, a phone whose key is known, and a look at everything the server keeps.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection::DERIVED_TABLES;
use roundsman_server::router::router;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::ids::{BootId, DeviceId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use roundsman_sync_core::model::{CaseKind, Channel, NewCase, Place, Role, Urgency};
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::key::{Algorithm, SoftwareSigner};
use roundsman_sync_core::protocol::messages::SyncReply;
use roundsman_sync_core::protocol::packing::unpack;
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncBudget, SyncSession};
use roundsman_tests::world::{PhoneClock, WorldTime, folder};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::wire::{self, Reply};

/// A running server.
pub(crate) struct Town {
    pub(crate) address: SocketAddr,
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
        Self { address, service, site, dir, _runtime: runtime }
    }

    pub(crate) fn desk(&self) -> Sitting {
        Sitting { person: self.service.identity().desk, now: App::now() }
    }

    /// A code for somebody at the reception.
    pub(crate) fn invite(&self, name: &str) -> String {
        let mut rng = rand::rng();
        let newcomer =
            Newcomer { name: name.to_owned(), site: self.site, role: Role::Reception, department: None };
        self.service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, &mut rng, self.desk(), &newcomer)?;
                Ok(office.invite(batch, &mut rng, self.desk(), person)?.reveal())
            })
            .unwrap()
    }

    pub(crate) fn send(&self, request: &Request<Vec<u8>>) -> Reply {
        wire::send(self.address, request)
    }

    /// Everything the server keeps: each row of each table, and each stored photo.
    pub(crate) fn everything(&self) -> Vec<String> {
        let mut found = Vec::new();
        let tables = DERIVED_TABLES.into_iter().chain(["meta", "log", "invites", "accounts"]);
        self.service
            .read::<_, roundsman_server::database::DatabaseError>(|db| {
                for table in tables {
                    let mut all = db.prepare(&format!("SELECT * FROM {table}"))?;
                    let columns = all.column_count();
                    let mut rows = all.query([])?;
                    while let Some(row) = rows.next()? {
                        let values: Vec<_> = (0..columns).map(|column| row.get_ref_unwrap(column)).collect();
                        found.push(format!("{table}: {values:?}"));
                    }
                }
                Ok(())
            })
            .unwrap();
        found.extend(self.service.blobs().hashes().map(|hash| hash.unwrap().to_string()));
        found
    }

    /// Runs something that must leave no trace.
    #[track_caller]
    pub(crate) fn untouched<T>(&self, bad: impl FnOnce() -> T) -> T {
        let before = self.everything();
        let value = bad();
        assert_eq!(self.everything(), before);
        value
    }

    pub(crate) fn phone(&self, name: &str) -> Phone<'_> {
        Phone::new(self, name)
    }
}

/// A phone whose key the test knows too, so that it can sign what no honest phone would.
pub(crate) struct Phone<'a> {
    pub(crate) town: &'a Town,
    pub(crate) replica: Replica,
    pub(crate) device: DeviceId,
    pub(crate) person: PersonId,
    pub(crate) code: String,
    pub(crate) token: String,
    pub(crate) signer: SoftwareSigner,
    counter: u64,
}

impl<'a> Phone<'a> {
    fn new(town: &'a Town, name: &str) -> Self {
        let code = town.invite(name);
        let mut rng: ChaCha8Rng = rand::make_rng();
        let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng);
        let same = SoftwareSigner::import(&*signer.export()).unwrap();
        let clock = PhoneClock::new(WorldTime::starting_at(App::now()), 0, 0, BootId::from_bytes([1; 16]));
        let store = SqliteStore::open(town.dir.path().join(format!("{name}.db"))).unwrap();
        let env = Environment { clock: Box::new(clock), rng: Box::new(rng) };
        let mut replica = Replica::open(Box::new(store), env, Some(Box::new(same))).unwrap();
        let request = replica.enrol_request(&code, name).unwrap();
        replica.enrol_apply(&town.send(&request).as_response()).unwrap();
        let enrolled = replica.enrolled().unwrap();
        let (device, person) = (enrolled.device, enrolled.person);
        let mut phone =
            Self { town, replica, device, person, code, token: String::new(), signer, counter: 1 << 20 };
        phone.sync();
        phone
    }

    /// One whole sync, all of it honest. Keeps the last token.
    pub(crate) fn sync(&mut self) {
        let mut session = self.replica.start_sync(SyncBudget::default());
        while let Some(request) = self.replica.next_request(&mut session).unwrap() {
            let reply = self.town.send(&request);
            self.hear(&reply);
            self.replica.apply(&mut session, &reply.as_response()).unwrap();
        }
    }

    fn hear(&mut self, reply: &Reply) {
        if let Ok(told) = unpack::<SyncReply>(&reply.body, REPLY_BYTES_MAX) {
            self.token = told.token;
        }
    }

    /// An honest sync request that has not been sent, and the session it belongs to.
    pub(crate) fn honest_request(&mut self) -> (Request<Vec<u8>>, SyncSession) {
        let mut session = self.replica.start_sync(SyncBudget::default());
        let request = self.replica.next_request(&mut session).unwrap().unwrap();
        (request, session)
    }

    /// Any body as a sync, rightly signed.
    pub(crate) fn signed(&mut self, body: Vec<u8>) -> Request<Vec<u8>> {
        let token = self.token.clone();
        self.signed_with(body, &token)
    }

    /// The same with another token. Its counters are far above those of the replica.
    pub(crate) fn signed_with(&mut self, body: Vec<u8>, token: &str) -> Request<Vec<u8>> {
        self.counter += 1;
        let lines =
            sign_request("POST", "/v1/sync", &body, token, self.counter, self.device, &self.signer).unwrap();
        let mut request = Request::post("/v1/sync");
        for (name, value) in lines {
            request = request.header(name, value);
        }
        request.body(body).unwrap()
    }

    pub(crate) fn new_case(&mut self) -> DocumentId {
        let new = NewCase {
            kind: CaseKind::Repair,
            channel: Channel::Phone,
            site: self.town.site,
            place: Place::default(),
            description: "管道漏水".to_owned(),
            subject: "equipment/pipe".to_owned(),
            urgency: Urgency::Urgent,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        };
        self.replica.create_case(new).unwrap()
    }
}
