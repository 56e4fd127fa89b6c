//! A real phone: a replica on a file, and one connection whose bytes are counted.

use std::path::{Path, PathBuf};
use std::time::Instant;

use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncBudget};

use crate::bench::clock::RealClock;
use crate::bench::http::Connection;
use crate::bench::{BenchError, Server};

/// What one sync came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Synced {
    /// Bytes both ways above TCP.
    pub(super) bytes: f64,
    /// Requests that were answered.
    pub(super) round_trips: u64,
    /// By the clock, from the first byte to the last commit.
    pub(super) seconds: f64,
    /// Of that, what the phone itself took: making requests and taking in replies.
    pub(super) device_s: f64,
}

/// See the module.
pub(super) struct Phone {
    replica: Replica,
    connection: Connection,
    /// Where its file is.
    pub(super) path: PathBuf,
}

impl Phone {
    /// Enrols a new phone with a code.
    pub(super) fn enrol(folder: &Path, name: &str, server: &Server, code: &str) -> Result<Self, BenchError> {
        std::fs::create_dir_all(folder).map_err(BenchError::io("making the folder of the phones"))?;
        let path = folder.join(format!("{name}.db"));
        let clock = Box::new(RealClock::start());
        let store = SqliteStore::open(&path).map_err(Refusal::from)?;
        let rng = rand::RngExt::random::<[u8; 32]>(&mut rand::rng());
        let rng = Box::new(<rand::rngs::StdRng as rand::SeedableRng>::from_seed(rng));
        let mut replica = Replica::open(Box::new(store), Environment { clock, rng }, None)?;
        let mut connection = Connection::open(server.address())?;
        let reply = connection.exchange(&replica.enrol_request(code, name)?)?;
        replica.enrol_apply(&reply)?;
        Ok(Self { replica, connection, path })
    }

    /// One whole sync.
    pub(super) fn sync(&mut self) -> Result<Synced, BenchError> {
        let wire = &self.connection;
        let (bytes, round_trips) = (wire.sent + wire.received, wire.round_trips);
        let (started, mut device_s) = (Instant::now(), 0.0);
        let mut session = self.replica.start_sync(SyncBudget::default());
        loop {
            let asking = Instant::now();
            let request = self.replica.next_request(&mut session)?;
            device_s += asking.elapsed().as_secs_f64();
            let Some(request) = request else { break };
            let reply = self.connection.exchange(&request)?;
            let taking = Instant::now();
            self.replica.apply(&mut session, &reply)?;
            device_s += taking.elapsed().as_secs_f64();
        }
        let wire = &self.connection;
        Ok(Synced {
            bytes: (wire.sent + wire.received - bytes) as f64,
            round_trips: wire.round_trips - round_trips,
            seconds: started.elapsed().as_secs_f64(),
            device_s,
        })
    }

    /// Puts the phone away; its file can then be read.
    pub(super) fn close(self) -> PathBuf {
        self.path
    }
}
