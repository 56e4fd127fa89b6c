//! A server on real files that can be killed and started again.

use std::path::Path;

use http::{Request, Response};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::database;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::Timestamp;
use tempfile::TempDir;

use super::files::{Frozen, folder};

/// The one server of a world.
pub struct SimServer {
    dir: TempDir,
    folder: DataFolder,
    rng: ChaCha8Rng,
    service: Option<Service>,
}

impl SimServer {
    /// A fresh server, running.
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let dir = folder();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let folder = DataFolder::init(dir.path(), "模拟物业 Simulated", now, &mut rng).unwrap();
        let mut server = Self { dir, folder, rng, service: None };
        server.start(now);
        server
    }

    /// Starts it on whatever its last life left behind.
    pub fn start(&mut self, now: Timestamp) {
        if self.service.is_some() {
            return;
        }
        let uploads = self.folder.uploads().unwrap();
        uploads.sweep(now).unwrap();
        let writer = self.folder.writer(&mut self.rng).unwrap();
        let readers = self.folder.clone();
        let connect = Box::new(move || readers.reader());
        let blobs = self.folder.blobs().unwrap();
        self.service = Some(Service::new(writer, connect, uploads, blobs, &mut self.rng).unwrap());
    }

    /// Ends it without goodbye: the write-ahead log stays as it stands, as after `kill -9`.
    pub fn kill(&mut self) {
        if let Some(service) = self.service.take() {
            let frozen = Frozen::of(&database::path_in(self.dir.path()));
            drop(service);
            frozen.thaw();
        }
    }

    /// Its data folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The running service, if it runs.
    pub fn service(&self) -> Option<&Service> {
        self.service.as_ref()
    }

    /// Hands it a request. Nothing comes back from a dead server.
    pub fn handle(&mut self, now: Timestamp, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let service = self.service.as_ref()?;
        Some(service.handle(now, &mut self.rng, request))
    }

    /// The running service with the server's own chance, for what the office does.
    pub fn office(&mut self) -> Option<(&Service, &mut ChaCha8Rng)> {
        Some((self.service.as_ref()?, &mut self.rng))
    }
}
