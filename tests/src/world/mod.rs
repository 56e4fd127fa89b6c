//! A whole company in one process: phones, a bad network, a server, an office. One seed drives all of it.
//!
//! The server is the real service over real SQLite files, the phones are real replicas on files of their
//! own; only time, chance, the network and the hands of people are simulated. Faults are injected for a
//! while, then healed, and then every promise in [`properties`] must hold.
//!
//! - `time`, `link`, `files`: what phones and servers stand on. `server`, `device`: the machines.
//! - `steps`: one step of a run, drawn by chance. `people`: what somebody does on a phone; `rounds`: on a round. `office`: what
//!   the office does. `quarantine`: what it does about
//!   refusals. `rogue`: a phone that checks nothing. `courier`: requests on their way. `heal`: the end of all faults.
//!
//! **Invariant.** Nothing here reads a clock, draws chance of its own or depends on the order of a hash
//! map, so two runs of a seed have equal traces.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_errors_doc,
    reason = "a harness may stop at the first surprise; what a failure means is told by the property"
)]

mod courier;
mod device;
mod files;
mod heal;
mod link;
mod office;
mod people;
pub mod properties;
mod quarantine;
pub mod recording;
mod rogue;
mod rounds;
mod server;
mod steps;
mod time;
mod told;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{BootId, CommandId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};
use tempfile::TempDir;

pub use device::{Given, SimDevice};
pub use files::folder;
pub use link::{Fate, Weather};
pub use properties::{Property, Violation};
pub use server::SimServer;

use recording::Exchange;
pub use time::{PhoneClock, WorldTime};
pub use trace::Trace;

use link::Letter;

/// 9 March 2026, eight in the morning in Shanghai. Any fixed moment would do.
const START: Timestamp = Timestamp::from_millis(1_773_014_400_000);

/// Contact data that must not be found where it does not belong.
#[derive(Clone, Debug)]
pub struct Canary {
    /// The words to look for.
    pub words: String,
    /// The case they belong to.
    pub case: DocumentId,
    /// The phone on which they were written, by its place in the list; none for the office.
    pub written_on: Option<usize>,
}

/// Everything that is simulated, and what the checks have to know of it.
pub struct World {
    /// What drives it.
    pub seed: u64,
    /// The true time.
    pub time: WorldTime,
    /// What happened.
    pub trace: Trace,
    /// The server.
    pub server: SimServer,
    /// The phones.
    pub devices: Vec<SimDevice>,
    /// The estates.
    pub sites: Vec<SiteId>,
    /// Who works there.
    pub people: Vec<PersonId>,
    /// When the server first took in each command for each document, by what was put into its hands.
    pub witnessed: BTreeMap<(DocumentId, CommandId), Timestamp>,
    /// What the office did.
    pub office_given: Vec<Given>,
    /// Whoever was ever given an order of a case, by anybody, accepted or not.
    pub ever_assigned: BTreeSet<(DocumentId, PersonId)>,
    /// Contact data that was written.
    pub canaries: Vec<Canary>,
    /// Who ever lost a role: what they did before their phone heard of it may be refused.
    pub ever_lost_a_role: BTreeSet<PersonId>,
    /// What the office took over of what was refused, and when.
    pub taken_over: BTreeMap<(DocumentId, CommandId), Timestamp>,
    /// A phone whose program checks nothing.
    rogue: Option<rogue::Rogue>,
    rng: ChaCha8Rng,
    weather: Weather,
    letters: Vec<Letter>,
    down_until: Timestamp,
    dir: TempDir,
    names_given: u32,
    /// What crossed the wire, if somebody wants to know.
    wire: Option<Vec<Exchange>>,
}

/// A run that kept every promise.
#[derive(Clone, Debug)]
pub struct Run {
    /// What happened.
    pub trace: Trace,
    /// Commands whose call returned well, on phones.
    pub commands: usize,
    /// Changes in the server's log.
    pub changes: u64,
}

/// A run that did not.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed it began with.
    pub seed: u64,
    /// The promise that was broken.
    pub violation: Violation,
    /// What happened until then.
    pub trace: Trace,
}

/// Lives one life of so many steps, heals it, and checks every promise.
pub fn run(seed: u64, steps: u32) -> Result<Run, Box<Failure>> {
    let mut world = World::new(seed);
    match world.live(steps) {
        Ok(()) => {
            let commands = world.devices.iter().map(|device| device.given.len()).sum();
            let changes = world.changes_at_server();
            Ok(Run { trace: world.trace, commands, changes })
        }
        Err(violation) => {
            world.trace.note(world.time.now(), format!("broken: {violation}"));
            Err(Box::new(Failure { seed, violation, trace: world.trace }))
        }
    }
}

/// Lives a life twice: promises must hold, and the traces must be equal.
pub fn run_twice(seed: u64, steps: u32) -> Result<Run, Box<Failure>> {
    let (first, second) = (run(seed, steps)?, run(seed, steps)?);
    if first.trace.digest() == second.trace.digest() {
        return Ok(first);
    }
    let differs = first.trace.lines().iter().zip(second.trace.lines()).find(|(one, other)| one != other);
    let what = format!("two runs differ: {differs:?}");
    let violation = Violation { property: Property::Deterministic, what };
    Err(Box::new(Failure { seed, violation, trace: first.trace }))
}

impl World {
    /// A company with two estates, eight people, and a phone for each of the first five.
    pub fn new(seed: u64) -> Self {
        Self::with(seed, None)
    }

    /// The same, and every byte that crosses the wire is kept.
    fn recording(seed: u64) -> Self {
        Self::with(seed, Some(Vec::new()))
    }

    fn with(seed: u64, wire: Option<Vec<Exchange>>) -> Self {
        let time = WorldTime::starting_at(START);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let server = SimServer::new(rng.random(), START);
        let weather = Weather { faults_percent: [0, 10, 25, 45][rng.random_range(0..4)] };
        let mut world = Self {
            seed,
            time,
            trace: Trace::default(),
            server,
            devices: Vec::new(),
            sites: Vec::new(),
            people: Vec::new(),
            witnessed: BTreeMap::new(),
            office_given: Vec::new(),
            ever_assigned: BTreeSet::new(),
            canaries: Vec::new(),
            ever_lost_a_role: BTreeSet::new(),
            taken_over: BTreeMap::new(),
            rogue: None,
            rng,
            weather: Weather::CALM,
            letters: Vec::new(),
            down_until: Timestamp::from_millis(i64::MIN),
            dir: folder(),
            names_given: 0,
            wire,
        };
        world.found().expect("nothing goes wrong before there is weather");
        world.weather = weather;
        world.note(format!("the weather is {weather:?}"));
        world
    }

    fn found(&mut self) -> Result<(), Violation> {
        let (home, away) = (self.add_site("和园"), self.add_site("湖畔"));
        for site in [home, away] {
            self.put_routes(site);
        }
        let engineering = Some(Department::Engineering);
        let roster = [
            ("王保安", home, Role::Guard, None),
            ("李师傅", home, Role::Technician, engineering),
            ("赵师傅", home, Role::Technician, engineering),
            ("陈前台", home, Role::Reception, None),
            ("周主管", home, Role::Supervisor, None),
            ("孙保安", away, Role::Guard, None),
            ("吴师傅", away, Role::Technician, engineering),
            ("郑经理", home, Role::Manager, None),
        ];
        for (name, site, role, department) in roster {
            let person = self.add_person(name, site, role, department);
            self.people.push(person);
        }
        for at in 0..5 {
            self.enrol(self.people[at]);
        }
        self.enrol_rogue(self.people[5]);
        // A morning's work lies ready, so that phones have something to do from the first step on.
        for _ in 0..8 {
            self.office_edit()?;
        }
        (0..5).try_for_each(|at| self.sync(at, 20))
    }

    fn live(&mut self, steps: u32) -> Result<(), Violation> {
        for _ in 0..steps {
            self.step()?;
        }
        self.heal()?;
        properties::check_all(self)
    }

    fn note(&mut self, event: impl AsRef<str>) {
        self.trace.note(self.time.now(), event);
    }

    fn boot(&mut self) -> BootId {
        let mut bytes = [0; 16];
        rand::Rng::fill_bytes(&mut self.rng, &mut bytes);
        BootId::from_bytes(bytes)
    }

    fn changes_at_server(&self) -> u64 {
        let count = |db: &rusqlite::Transaction<'_>| {
            let count: i64 = db.query_row("SELECT count(*) FROM changes", [], |row| row.get(0))?;
            Ok::<_, roundsman_server::database::DatabaseError>(count.unsigned_abs())
        };
        self.server.service().map_or(0, |service| service.read(count).unwrap())
    }
}
