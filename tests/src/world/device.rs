//! A phone: a replica on a real file, its clock, its link, and what its person did with it.

use std::path::PathBuf;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{CommandId, DeviceId, EntryId, PersonId};
use roundsman_sync_core::model::Command;
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::replica::{Environment, Replica, SqliteStore, SyncSession};

use super::files::Frozen;
use super::time::PhoneClock;

/// Something that somebody did and was told is done.
#[derive(Clone, Debug)]
pub struct Given {
    /// Names it in the outbox and at the server.
    pub command: CommandId,
    /// What was asked for.
    pub asked: Command,
    /// The entries it made.
    pub entries: Vec<EntryId>,
    /// When, by the clock of whoever did it.
    pub claimed_at: Timestamp,
}

/// One phone of a world.
pub struct SimDevice {
    /// How the trace calls it.
    pub name: String,
    /// Whose it is.
    pub person: PersonId,
    /// What the server calls it, once enrolled.
    pub id: Option<DeviceId>,
    /// Its clocks.
    pub clock: PhoneClock,
    /// The replica while the program runs.
    pub replica: Option<Replica>,
    /// The sync under way.
    pub session: Option<SyncSession>,
    /// Until when it has no network.
    pub offline_until: Timestamp,
    /// The office has shut it out.
    pub revoked: bool,
    /// Every command whose call returned well.
    pub given: Vec<Given>,
    /// Sums over all its sessions.
    pub resyncs: u32,
    path: PathBuf,
    seed: u64,
    lives: u64,
}

impl SimDevice {
    /// A new phone with an empty file, its program running.
    pub fn new(name: String, person: PersonId, clock: PhoneClock, path: PathBuf, seed: u64) -> Self {
        let mut device = Self {
            name,
            person,
            id: None,
            offline_until: Timestamp::from_millis(i64::MIN),
            clock,
            replica: None,
            session: None,
            revoked: false,
            given: Vec::new(),
            resyncs: 0,
            path,
            seed,
            lives: 0,
        };
        device.open().unwrap();
        device
    }

    /// Starts the program on what its last life left.
    ///
    /// # Errors
    /// What the replica says of its file.
    pub fn open(&mut self) -> Result<(), Refusal> {
        if self.replica.is_some() {
            return Ok(());
        }
        self.lives += 1;
        // Another life draws other numbers: a phone that is started again does not repeat its ids.
        let rng = ChaCha8Rng::seed_from_u64(self.seed ^ (self.lives << 32));
        let env = Environment { clock: Box::new(self.clock.clone()), rng: Box::new(rng) };
        let store = SqliteStore::open(&self.path)?;
        self.replica = Some(Replica::open(Box::new(store), env, self.signer())?);
        Ok(())
    }

    /// Every fourth phone keeps its own ES256 key in its file. The others are handed an Ed25519 key, as by
    /// an enclave; checking it costs a fifth, which is what a hundred lives in a minute need.
    fn signer(&self) -> Option<Box<dyn Signer>> {
        if self.seed.is_multiple_of(4) {
            return None;
        }
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        Some(Box::new(SoftwareSigner::generate(Algorithm::Ed25519, &mut rng)))
    }

    /// Ends the program without goodbye.
    pub fn kill(&mut self) {
        self.session = None;
        if let Some(replica) = self.replica.take() {
            let frozen = self.frozen();
            drop(replica);
            frozen.thaw();
        }
    }

    /// The bytes of its file and of its write-ahead log.
    pub fn frozen(&self) -> Frozen {
        Frozen::of(&self.path)
    }

    /// Whether it takes part: enrolled, and not shut out.
    pub fn is_member(&self) -> bool {
        self.id.is_some() && !self.revoked
    }
}

/// The entries that a command states in cases.
pub(super) fn entries_of(id: CommandId, command: &Command) -> Vec<EntryId> {
    if let Command::Record { entry, .. }
    | Command::CreateCase { received: entry, .. }
    | Command::Dispatch { dispatched: entry, .. } = command
    {
        return vec![*entry];
    }
    if let Command::ReportAbnormal { received, found, .. } = command {
        return vec![*received, *found];
    }
    if let Command::Assign { case, .. } | Command::FinishRound { case: Some(case), .. } = command {
        return vec![EntryId::of_command(*case, id)];
    }
    Vec::new()
}
