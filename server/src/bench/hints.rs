//! `bench hints`: phones that wait to be told that there is something, by the thousand.
//!
//! What a stream costs is compared with what the server's HTTP itself costs for a connection that is merely
//! kept open, both at the same process one after the other and held at the same time, so that neither takes
//! over memory that the other gave back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::ids::{DeviceId, SiteId};
use roundsman_sync_core::model::Role;
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::{EVENTS_PATH, TOKEN_HEADER};
use roundsman_sync_core::replica::HintReader;

use super::{BenchError, Row, Run, Server};
use crate::app::App;
use crate::data_folder::{DataFolder, Identity};
use crate::ingest::{Newcomer, OfficeError, Sitting};

/// Phones that wait.
const STREAMS: u32 = 2_000;
/// A stream may hold so much more than a bare connection: a timer, a mailbox, and its place in two lists.
const OVER_CONNECTION_MAX: f64 = 1.5;
/// Longer than a hint takes; who hears nothing by then does not count.
const PATIENCE: Duration = Duration::from_secs(30);

/// A phone of which only the key matters.
struct Phone {
    device: DeviceId,
    signer: SoftwareSigner,
}

/// Opens the streams, lets something happen, and counts who heard of it.
pub(super) fn run(run: &mut Run<'_>) -> Result<(), BenchError> {
    crate::serve::room_for_connections();
    let now = App::now();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let data = DataFolder::init(&run.fresh_folder(), "bench", now, &mut rng)?;
    let mut writer = data.writer(&mut rng)?;
    let Identity { office, desk, .. } = Identity::load(&data.reader()?)?;
    let desk = Sitting { person: desk, now };
    let guard = |name: &str, site: SiteId| Newcomer {
        name: name.to_owned(),
        site,
        role: Role::Guard,
        department: None,
    };
    let (site, phones) = writer.transaction::<_, OfficeError>(|batch| {
        let site = office.add_site(batch, &mut rng, desk, "bench")?;
        let person = office.add_person(batch, &mut rng, desk, &guard("one", site))?;
        let mut phones = Vec::new();
        for _ in 0..STREAMS {
            let signer = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng);
            let code = office.invite(batch, &mut rng, desk, person)?.reveal();
            let (device, _) = office.enrol(batch, &mut rng, now, &code, &signer.public_key(), "a phone")?;
            phones.push(Phone { device, signer });
        }
        Ok((site, phones))
    })?;

    let server = Server::start(data.path())?;
    let to = server.address();
    let token = token(to, phones.first())?;
    let idle = server.memory_mib()?.0;
    let bare = (0..STREAMS).map(|_| get(to, "/healthz", &[])).collect::<Result<Vec<_>, _>>()?;
    let with_bare = server.memory_mib()?.0;
    let mut streams = Vec::new();
    for phone in &phones {
        streams.push(get(to, EVENTS_PATH, &signed(phone, &token, 2)?)?.0);
    }
    let with_streams = server.memory_mib()?.0;

    let cpu = server.cpu_s()?;
    writer.transaction::<_, OfficeError>(|batch| {
        office.add_person(batch, &mut rng, desk, &guard("another", site))
    })?;
    let began = Instant::now();
    let heard: u32 = streams.iter_mut().map(|stream| u32::from(hears(stream))).sum();
    let (cpu, seconds) = (server.cpu_s()? - cpu, began.elapsed().as_secs_f64());
    drop(bare);

    let n = u64::from(STREAMS);
    let what =
        format!("idle streams of hints that were all told of one change, the last after {seconds:.2} s");
    let row = Row::told("server.connections", what, n, f64::from(heard), "streams");
    run.add(row.at_least(1.0, f64::from(STREAMS), "the streams that were opened"));
    let each = (with_streams - with_bare) * 1024.0 / f64::from(STREAMS);
    let what = format!("memory of the server for them, {each:.1} KiB each; {idle:.0} MiB without any");
    let row = Row::told("server.rss_mb", what, n, with_streams - with_bare, "MiB");
    let limit = "as many connections kept open after one request, in the same process";
    run.add(row.at_most(OVER_CONNECTION_MAX, with_bare - idle, limit));
    let what =
        "processor time of the server for each stream that was told, the look at the database among it";
    run.add(Row::told("server.hint_cpu_us", what, n, cpu * 1e6 / f64::from(STREAMS), "µs"));
    Ok(())
}

fn signed(phone: &Phone, token: &str, counter: u64) -> Result<Vec<(&'static str, String)>, BenchError> {
    sign_request("GET", EVENTS_PATH, &[], token, counter, phone.device, &phone.signer)
        .map_err(|error| BenchError::Server(error.to_string()))
}

/// A token of this run of the server, from its refusal of a request without one. It serves for every phone.
fn token(to: SocketAddr, phone: Option<&Phone>) -> Result<String, BenchError> {
    let phone = phone.ok_or_else(|| BenchError::Server("no phone".to_owned()))?;
    let (_, head) = get(to, EVENTS_PATH, &signed(phone, "", 1)?)?;
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let token = lines.find(|(name, _)| name.eq_ignore_ascii_case(TOKEN_HEADER));
    token.map(|(_, token)| token.to_owned()).ok_or(BenchError::Server(head))
}

/// Asks, reads the head of the reply and keeps the connection.
fn get(
    to: SocketAddr,
    path: &str,
    headers: &[(&'static str, String)],
) -> Result<(TcpStream, String), BenchError> {
    let io = BenchError::io("asking the server");
    let mut stream = TcpStream::connect(to).map_err(&io)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(&io)?;
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: {to}\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).map_err(&io)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(&io)?;
        head.push(byte[0]);
    }
    Ok((stream, String::from_utf8_lossy(&head).into_owned()))
}

/// Whether a hint comes. What frames the pieces of the body is no field of an event.
fn hears(stream: &mut TcpStream) -> bool {
    let mut reader = HintReader::new();
    let mut bytes = [0; 256];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return false,
            Ok(count) if reader.take(&bytes[..count]).is_some() => return true,
            Ok(_) => {}
        }
    }
}
