//! Prepares a data folder for clients of tus that know nothing of Roundsman: a phone is enrolled, a case
//! names every picture of a folder, and the grants that the server gave the phone go to standard output,
//! one line of JSON a picture: `{"file", "sha256", "bytes", "token"}`.
//!
//!   tus-tokens DATA PICTURES
#![allow(clippy::print_stdout, reason = "what is printed is what this program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use http::Response;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::ids::{BootId, PhotoHash, SiteId};
use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use roundsman_sync_core::model::{CaseKind, Channel, NewCase, PhotoRole, Place, Role, Urgency};
use roundsman_sync_core::protocol::key::{Algorithm, SoftwareSigner};
use roundsman_sync_core::protocol::messages::SyncReply;
use roundsman_sync_core::protocol::packing::unpack;
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncBudget};
use roundsman_tests::world::{PhoneClock, WorldTime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(data), Some(pictures)) = (words.next(), words.next()) else {
        return Err("usage: tus-tokens DATA PICTURES".into());
    };
    let mut files = BTreeMap::new();
    collect(&pictures, &mut files)?;
    let mut rng: ChaCha8Rng = rand::make_rng();
    let folder = DataFolder::init(&data, "和园物业", App::now(), &mut rng)?;
    let service = service_of(&folder)?;
    let (site, code) = office(&service, &mut rng)?;
    let mut phone = enrolled(&service, &data, &code, rng)?;
    let case = phone.create_case(case_at(site))?;
    for path in files.values() {
        phone.add_photo(case, &std::fs::read(path)?, PhotoRole::Evidence, "")?;
    }
    let tokens = tokens(&service, &mut phone, &files)?;
    for (hash, path) in &files {
        let (bytes, token) = tokens.get(hash).ok_or_else(|| format!("no grant for {}", path.display()))?;
        let (file, sha256) = (path.display().to_string(), hash.to_string());
        println!("{}", serde_json::json!({ "file": file, "sha256": sha256, "bytes": bytes, "token": token }));
    }
    Ok(())
}

/// Every file below `folder` that is not empty, by hash; of equal ones the first.
fn collect(folder: &Path, files: &mut BTreeMap<PhotoHash, PathBuf>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending != "tsv") && path.metadata()?.len() > 0 {
            files.entry(PhotoHash::of(&std::fs::read(&path)?)).or_insert(path);
        }
    }
    Ok(())
}

/// An estate, and a code for somebody at its reception.
fn office(service: &Service, rng: &mut ChaCha8Rng) -> Result<(SiteId, String), OfficeError> {
    let desk = Sitting { person: service.identity().desk, now: App::now() };
    service.write::<_, OfficeError>(|batch, office| {
        let site = office.add_site(batch, rng, desk, "和园")?;
        let newcomer =
            Newcomer { name: "陈前台".to_owned(), site, role: Role::Reception, department: None };
        let person = office.add_person(batch, rng, desk, &newcomer)?;
        Ok((site, office.invite(batch, rng, desk, person)?.reveal()))
    })
}

fn enrolled(
    service: &Service,
    data: &Path,
    code: &str,
    mut rng: ChaCha8Rng,
) -> Result<Replica, Box<dyn Error>> {
    let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng);
    let clock = PhoneClock::new(WorldTime::starting_at(App::now()), 0, 0, BootId::from_bytes([1; 16]));
    let store = SqliteStore::open(data.join("phone.db"))?;
    let env = Environment { clock: Box::new(clock), rng: Box::new(rng) };
    let mut phone = Replica::open(Box::new(store), env, Some(Box::new(signer)))?;
    let request = phone.enrol_request(code, "测试机")?;
    phone.enrol_apply(&service.handle(App::now(), &mut rand::rng(), &request))?;
    Ok(phone)
}

fn case_at(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place: Place::default(),
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

/// Syncs until the server has granted every picture, and not further: the pictures are for others to bring.
fn tokens(
    service: &Service,
    phone: &mut Replica,
    files: &BTreeMap<PhotoHash, PathBuf>,
) -> Result<BTreeMap<PhotoHash, (u64, String)>, Box<dyn Error>> {
    let mut tokens = BTreeMap::new();
    let mut session = phone.start_sync(SyncBudget::default());
    while files.keys().any(|hash| !tokens.contains_key(hash)) {
        let Some(request) = phone.next_request(&mut session)? else { break };
        let reply: Response<Vec<u8>> = service.handle(App::now(), &mut rand::rng(), &request);
        if request.uri().path() == "/v1/sync"
            && let Ok(told) = unpack::<SyncReply>(reply.body(), REPLY_BYTES_MAX)
        {
            tokens.extend(told.grants.into_iter().map(|grant| (grant.hash, (grant.size, grant.token))));
        }
        phone.apply(&mut session, &reply)?;
    }
    Ok(tokens)
}
