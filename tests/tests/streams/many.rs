//! Thousands of phones that wait, at the program as it is installed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use http::Request;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::data_folder::{DataFolder, Identity};
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::model::Role;
use roundsman_sync_core::protocol::EVENTS_PATH;
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_tests::world::folder;

use super::ear::Ear;

const STREAMS: usize = 2_000;
/// What one idle stream may cost the server. Measured: see docs/operations.md.
const BYTES_PER_STREAM_MAX: u64 = 40_000;

fn resident_bytes(server: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn request(device: DeviceId, signer: &SoftwareSigner, token: &str, counter: u64) -> Request<Vec<u8>> {
    let mut request = Request::get(EVENTS_PATH);
    for (name, value) in sign_request("GET", EVENTS_PATH, &[], token, counter, device, signer).unwrap() {
        request = request.header(name, value);
    }
    request.body(Vec::new()).unwrap()
}

#[test]
fn two_thousand_idle_phones_cost_little_and_all_go_when_the_server_stops() {
    let dir = folder();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let now = App::now();
    let data = DataFolder::init(dir.path(), "和园物业", now, &mut rng).unwrap();
    let mut writer = data.writer(&mut rng).unwrap();
    let identity = Identity::load(&data.reader().unwrap()).unwrap();
    let desk = Sitting { person: identity.desk, now };
    let office = &identity.office;
    let signers: Vec<_> =
        (0..STREAMS).map(|_| SoftwareSigner::generate(Algorithm::Ed25519, &mut rng)).collect();
    let newcomer =
        |name: &str, site| Newcomer { name: name.to_owned(), site, role: Role::Guard, department: None };
    let (site, devices) = writer
        .transaction::<_, OfficeError>(|batch| {
            let site = office.add_site(batch, &mut rng, desk, "和园")?;
            let person = office.add_person(batch, &mut rng, desk, &newcomer("王强", site))?;
            let mut devices = Vec::new();
            for signer in &signers {
                let code = office.invite(batch, &mut rng, desk, person)?.reveal();
                devices.push(office.enrol(batch, &mut rng, now, &code, &signer.public_key(), "a phone")?.0);
            }
            Ok((site, devices))
        })
        .unwrap();

    let mut server = Command::new(env!("CARGO_BIN_EXE_roundsman-under-test"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("ROUNDSMAN_DATA", dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();

    // Any token of this run will do for every phone; a stale one brings a fresh one.
    let stale = Ear::open(address, &request(devices[0], &signers[0], "", 1));
    let token =
        stale.head.lines().find_map(|line| line.strip_prefix("roundsman-token: ")).unwrap().to_owned();
    let before = resident_bytes(&server);
    let mut ears: Vec<Ear> = devices
        .iter()
        .zip(&signers)
        .map(|(device, signer)| Ear::open(address, &request(*device, signer, &token, 2)))
        .collect();
    assert!(ears.iter().all(|ear| ear.status() == 200));
    let cost = (resident_bytes(&server) - before) / STREAMS as u64;
    let told = format!("{STREAMS} idle streams: {before} bytes before, {cost} bytes each");
    let _ = writeln!(std::io::stderr(), "{told}");
    assert!(cost <= BYTES_PER_STREAM_MAX, "{told}");

    // One change, and everybody hears of it.
    writer
        .transaction::<_, OfficeError>(|batch| {
            office.add_person(batch, &mut rng, desk, &newcomer("李雷", site))
        })
        .unwrap();
    assert!(ears.iter_mut().all(|ear| ear.next().is_some()));

    let mut half: TcpStream = TcpStream::connect(address).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut healthy = String::new();
    half.read_to_string(&mut healthy).unwrap();
    assert!(healthy.ends_with("ok\n"), "{healthy}");

    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(ears.iter_mut().all(|ear| ear.next().is_none()), "a stopping server ends every stream");
    assert_eq!(server.wait().unwrap().code(), Some(0));
}
