//! `bench photos`: how fast photos come in, and what that takes of the server's memory.

mod bare;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use roundsman_sync_core::ids::{DeviceId, PhotoHash};

use super::{BenchError, Row, Run, Server};
use crate::app::App;
use crate::auth::token::{ServerSecret, UploadGrant};
use crate::blobs::tus::{PIECE_MEDIA_TYPE, TUS_VERSION};
use crate::data_folder::{DataFolder, Identity};
use bare::BareServer;

/// A large photo: three times what phones take at full resolution, half of the largest that is taken.
const PHOTO_BYTES: usize = 32 * 1024 * 1024;
/// Photos of one round, one after the other.
const PHOTOS: usize = 4;
/// Rounds of each side, by turns; the best of each counts, because disks of shared machines waver.
const ROUNDS: usize = 5;
/// Photos that are under way at the same time when memory is measured.
const AT_ONCE: usize = 8;
const MB: f64 = 1_000_000.0;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures uploads through the real server beside a bare file write through the same HTTP stack.
///
/// # Errors
/// If it cannot be carried out.
pub(super) fn run(run: &mut Run<'_>) -> Result<(), BenchError> {
    let data = run.fresh_folder();
    let folder = DataFolder::init(&data, "Bench", App::now(), &mut rand::rng())?;
    let secret = Identity::load(&folder.reader()?)?.office.secret;
    let bare = BareServer::start(&run.fresh_folder())?;
    let server = Server::start(&data)?;
    let (before_mib, _) = server.memory_mib()?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let phone = Phone { agent: agent(), device: DeviceId::mint(App::now(), &mut rng) };

    let bytes = PHOTO_BYTES * PHOTOS;
    let (mut best, mut best_bare) = (f64::INFINITY, f64::INFINITY);
    for round in 1..=ROUNDS {
        let photos: Vec<_> = (0..PHOTOS).map(|_| photo(&mut rng)).collect();
        let grants: Vec<_> = photos.iter().map(|photo| phone.grant(&secret, photo)).collect();
        let began = Instant::now();
        for (at, photo) in photos.iter().enumerate() {
            phone.put(bare.address(), at, photo)?;
        }
        let bare_s = began.elapsed().as_secs_f64();
        let began = Instant::now();
        for (photo, token) in photos.iter().zip(&grants) {
            phone.upload(server.address(), token, photo)?;
        }
        let real_s = began.elapsed().as_secs_f64();
        run.tell(&format!("round {round}: {real_s:.3} s, bare {bare_s:.3} s"));
        (best, best_bare) = (best.min(real_s), best_bare.min(bare_s));
    }
    let speed = |seconds: f64| bytes as f64 / MB / seconds;
    let what =
        format!("{PHOTOS} photos of {PHOTO_BYTES} bytes by tus, hashed and written down, best of {ROUNDS}");
    let limit = "bodies of the same bytes by the same HTTP stack into files, each fsynced, best of as many";
    let row = Row::told("photos.upload.mb_per_s", what, bytes as u64, speed(best), "MB/s");
    run.add(row.at_least(0.6, speed(best_bare), limit));

    let photos: Vec<_> = (0..AT_ONCE).map(|_| photo(&mut rng)).collect();
    std::thread::scope(|scope| {
        let senders: Vec<_> = photos
            .iter()
            .map(|photo| {
                let token = phone.grant(&secret, photo);
                let (phone, address) = (&phone, server.address());
                scope.spawn(move || phone.upload(address, &token, photo))
            })
            .collect();
        senders.into_iter().try_for_each(|sender| {
            sender.join().map_err(|_| BenchError::Server("a sender panicked".to_owned()))?
        })
    })?;
    let (_, peak_mib) = server.memory_mib()?;
    let under_way = (AT_ONCE * PHOTO_BYTES) as f64 / MB;
    let grown = (peak_mib - before_mib) * 1_048_576.0 / MB;
    let what = format!("growth of the server's memory over all this, {AT_ONCE} photos at once at the end");
    let row = Row::told("photos.memory_mb", what, AT_ONCE as u64, grown, "MB");
    run.add(row.at_most(0.25, under_way, "the bytes of the photos that were under way at once"));
    Ok(())
}

/// Bytes that no disk or link can make smaller.
fn photo(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = vec![0; PHOTO_BYTES];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .build()
        .new_agent()
}

/// Who sends: the same client on both sides.
struct Phone {
    agent: ureq::Agent,
    device: DeviceId,
}

impl Phone {
    fn grant(&self, secret: &ServerSecret, photo: &[u8]) -> String {
        let size = photo.len() as u64;
        secret.issue_upload(&UploadGrant::given(App::now(), self.device, PhotoHash::of(photo), size))
    }

    /// One POST and one PATCH, as stock clients do it.
    fn upload(&self, server: SocketAddr, token: &str, photo: &[u8]) -> Result<(), BenchError> {
        let length = photo.len().to_string();
        let begun = self
            .agent
            .post(format!("http://{server}/v1/uploads"))
            .header("tus-resumable", TUS_VERSION)
            .header("authorization", format!("Bearer {token}"))
            .header("upload-length", &length)
            .send_empty()
            .map_err(|error| BenchError::Server(error.to_string()))?;
        let path = begun.headers().get("location").and_then(|path| path.to_str().ok()).unwrap_or_default();
        let sent = self
            .agent
            .patch(format!("http://{server}{path}"))
            .header("tus-resumable", TUS_VERSION)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", PIECE_MEDIA_TYPE)
            .header("upload-offset", "0")
            .send(photo)
            .map_err(|error| BenchError::Server(error.to_string()))?;
        let reached = sent.headers().get("upload-offset").and_then(|offset| offset.to_str().ok());
        if sent.status().as_u16() == 204 && reached == Some(&length) {
            return Ok(());
        }
        Err(BenchError::Server(format!("a photo was answered with {} at {reached:?}", sent.status())))
    }

    /// One PUT.
    fn put(&self, server: SocketAddr, at: usize, photo: &[u8]) -> Result<(), BenchError> {
        let sent = self.agent.put(format!("http://{server}/{at}")).send(photo);
        let sent = sent.map_err(|error| BenchError::Server(error.to_string()))?;
        if sent.status().as_u16() == 204 {
            return Ok(());
        }
        Err(BenchError::Server(format!("the bare server answered {}", sent.status())))
    }
}
