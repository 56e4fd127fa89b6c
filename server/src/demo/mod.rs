//! `roundsman demo`: an estate, four phones, a shift without a network, a bad link, and a look at what
//! is left of it.
//!
//! Everything that matters is the real thing: replicas on files of their own, signed requests over HTTP,
//! the server as a process that is killed in the middle. Simulated are the people, their eight hours, and
//! the faults of the link; all of that is drawn from a seed (`plan`).
//!
//! The story: in the `morning` the `office` enrols the phones; in the `shift` (`trade` for technicians)
//! everybody works out of reach, and some fields are edited in `parallel`; in the evening the phones sync
//! over their `link`s while the `supervisor` starts the server again whenever it dies; then `check`
//! compares what everybody holds, and `report` tells.

mod album;
mod check;
mod clock;
mod desk;
mod evening;
mod link;
mod morning;
mod office;
mod parallel;
mod phone;
mod plan;
mod report;
mod sample;
mod shift;
mod stop;
mod summary;
mod supervisor;
mod trade;
mod wire;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::PersonId;

use crate::app::App;
use crate::blobs::BlobError;
use crate::data_folder::FolderError;
use crate::database::DatabaseError;
use crate::ingest::OfficeError;
use crate::serve::service_of;

use desk::Desk;
use morning::{MorningServer, StoryTime};
use office::Organisation;
use parallel::ParallelPlan;
use phone::Phone;
use plan::{GUARD, Plan, RECEPTION, SHIFT_MS, Staff, TECHNICIANS};
use supervisor::Supervisor;
use trade::Task;

pub use report::{Faults, ImportCounts, ParallelCounts, PhoneReport, RefusedEdit, Report, ServerCounts};
pub use stop::Stop;

/// How long before the shift the office sets everything up, in the story.
const MORNING_MS: i64 = 20 * 60 * 1000;
/// How long after the shift the phones come back into reach, in the story.
const WAY_BACK_MS: i64 = 5 * 60 * 1000;

/// The folder of the phones' files, in the data folder.
const PHONES: &str = "phones";

/// Why the demonstration could not be carried out. What it found out is in the [`Report`].
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The photo store.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The office's own edits.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// A phone.
    #[error("the phone of {name}: {refusal}")]
    Phone {
        /// Whose.
        name: &'static str,
        /// What it said.
        refusal: Refusal,
    },
    /// The server, or what it answered.
    #[error("{0}")]
    Server(String),
    /// The system.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl DemoError {
    fn phone(staff: &Staff, refusal: Refusal) -> Self {
        Self::Phone { name: staff.name, refusal }
    }

    fn unreachable(error: &ureq::Error) -> Self {
        Self::Server(format!("the server cannot be reached: {error}"))
    }

    fn io(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Io { what: what.to_owned(), source }
    }
}

/// Where progress goes.
#[derive(Clone)]
pub struct Tell {
    print: Arc<dyn Fn(&str) + Send + Sync>,
    quiet: bool,
}

impl Tell {
    /// Tells through `print`; if `quiet`, only what programs look for.
    pub fn new(print: impl Fn(&str) + Send + Sync + 'static, quiet: bool) -> Self {
        Self { print: Arc::new(print), quiet }
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            (self.print)(text);
        }
    }

    fn always(&self, text: &str) {
        (self.print)(text);
    }
}

/// What to demonstrate.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data folder to make; without one, a new folder among the system's temporary files.
    pub data: Option<PathBuf>,
    /// Where the server is to take connections; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What everything is drawn from.
    pub seed: u64,
}

/// A demonstration that is over. Its server still runs, until this is dropped.
pub struct Demo {
    /// What it came to.
    pub report: Report,
    /// The console.
    pub console: Console,
    server: Supervisor,
}

/// How to look at the outcome.
#[derive(Clone, Debug)]
pub struct Console {
    /// The address.
    pub url: String,
    /// The login.
    pub login: &'static str,
    /// The password.
    pub password: String,
}

impl Demo {
    /// Lets the server serve. Returns only if it has died and could not be started again.
    pub fn serve(self) {
        self.server.wait();
    }
}

/// Carries out a demonstration. `stop` can end its server from then on.
///
/// # Errors
/// If something the demonstration itself needs fails: the folder, a port, the server's start. What does
/// not hold in the end is no error but in the report.
pub fn run(options: &Options, stop: &Stop, tell: &Tell) -> Result<Demo, DemoError> {
    let started = Instant::now();
    let plan = Plan::of(options.seed);
    let data = data_folder(options.data.as_deref())?;
    tell.say(&format!("seed {}, data in {}", plan.seed, data.display()));

    let shift_end = App::now().plus_millis(-WAY_BACK_MS);
    let time = StoryTime::new(shift_end.plus_millis(-SHIFT_MS - MORNING_MS));
    let organisation = office::found(&data, &time, tell)?;
    let mut phones = enrol(&organisation, &plan, &time, tell)?;

    phones[plan.jumps].plan_jump(&plan, shift_end);
    let parallel = work(&mut phones, &plan, shift_end, tell)?;

    let listen = free(options.listen, tell);
    let server = Supervisor::start(organisation.folder.path(), listen, tell)?;
    stop.set(server.ending());
    let console = Console {
        url: format!("http://{}/", server.address()),
        login: office::LOGIN,
        password: organisation.password.clone(),
    };
    tell.say("the office edits two of the same fields at its desk");
    let desk = Desk::sign_in(server.address(), console.login, &console.password)?;
    for edit in parallel.at_the_desk() {
        desk.classify(edit.case, &edit.to)?;
    }

    evening::sync(&mut phones, &plan, &server, tell)?;
    tell.say("comparing what everybody holds");
    let people = technicians(&phones)?;
    let expected = parallel.expected(people, organisation.director);
    let report = summary::of(
        &summary::Story {
            plan: &plan,
            organisation: &organisation,
            expected: &expected,
            restarts: server.restarts(),
            started,
        },
        &mut phones,
    )?;
    Ok(Demo { report, console, server })
}

/// A folder that holds nothing of ours yet.
fn data_folder(given: Option<&Path>) -> Result<PathBuf, DemoError> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => {
            let id = roundsman_sync_core::ids::LogId::mint(App::now(), &mut rand::rng());
            std::env::temp_dir().join(format!("roundsman-{id}")).join("roundsman-demo")
        }
    };
    if path.join(PHONES).exists() {
        return Err(FolderError::Exists(path).into());
    }
    std::fs::create_dir_all(&path).map_err(DemoError::io("making the data folder"))?;
    Ok(path)
}

/// The address, or a free port of the same machine if somebody else has it.
fn free(listen: SocketAddr, tell: &Tell) -> SocketAddr {
    match TcpListener::bind(listen) {
        Ok(_) => listen,
        Err(error) => {
            tell.say(&format!("{listen} cannot be had ({error}); taking another port"));
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
        }
    }
}

/// The morning: every phone presents its code and fetches what is for it.
fn enrol(
    organisation: &Organisation,
    plan: &Plan,
    time: &StoryTime,
    tell: &Tell,
) -> Result<Vec<Phone>, DemoError> {
    let folder = organisation.folder.path().join(PHONES);
    std::fs::create_dir_all(&folder).map_err(DemoError::io("making the folder of the phones"))?;
    let server = MorningServer::start(service_of(&organisation.folder)?, time.clone())
        .map_err(DemoError::io("starting the server of the morning"))?;
    let mut phones = Vec::new();
    for (at, code) in organisation.invites.iter().enumerate() {
        let mut phone = Phone::new(&folder, plan, at, organisation.site, server.address, time.now())?;
        phone.enrol(code)?;
        phone.clock.pass_until(time.now());
        phone.sync()?;
        let cases = phone.replica.cases(&Default::default(), 0, usize::MAX >> 1);
        let cases = cases.map_err(|refusal| DemoError::phone(phone.staff, refusal))?.len();
        tell.say(&format!("{} ({}) is enrolled and has {cases} cases", phone.staff.name, phone.staff.role));
        phones.push(phone);
    }
    Ok(phones)
}

/// The shift: everybody works, nobody has a network.
fn work(
    phones: &mut [Phone],
    plan: &Plan,
    shift_end: Timestamp,
    tell: &Tell,
) -> Result<ParallelPlan, DemoError> {
    tell.say("a shift of eight hours without a network");
    let shift_start = shift_end.plus_millis(-SHIFT_MS);
    phones.iter_mut().for_each(|phone| phone.until(shift_start));
    let people = technicians(phones)?;
    let tasks = trade::open_tasks(&mut phones[TECHNICIANS[0]])?;
    let parallel = ParallelPlan::of(&tasks)
        .ok_or_else(|| DemoError::Server("the sample has too few open orders".to_owned()))?;
    let rest: Vec<Task> = tasks.iter().skip(parallel::FIELDS).map(|(task, _)| *task).collect();

    // One photo a finding for the guard, and one more; the technicians share what is left.
    let guard_pictures = (plan.findings + 1).min(plan.pictures);
    let left = plan.pictures - guard_pictures;
    for (which, at) in TECHNICIANS.into_iter().enumerate() {
        let phone = &mut phones[at];
        parallel.on_phone(phone, which)?;
        let own: Vec<Task> = rest.iter().skip(which).step_by(2).take(plan.orders_each).copied().collect();
        let pictures = if which == 0 { left.div_ceil(2) } else { left / 2 };
        trade::shift(phone, &own, pictures, shift_end)?;
    }
    shift::guard(&mut phones[GUARD], plan.findings, guard_pictures, shift_end)?;
    shift::reception(&mut phones[RECEPTION], plan.calls, &people, shift_end)?;
    for phone in phones.iter_mut() {
        phone.until(shift_end);
        let (edits, photos) = (phone.edits, phone.pictures.len());
        tell.say(&format!(
            "{} ({}) made {edits} edits and owes {photos} photos",
            phone.staff.name, phone.staff.role
        ));
    }
    Ok(parallel)
}

fn technicians(phones: &[Phone]) -> Result<[PersonId; 2], DemoError> {
    let [one, two] = TECHNICIANS;
    Ok([phones[one].person()?, phones[two].person()?])
}
