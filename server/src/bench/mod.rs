//! `roundsman bench`: what the server and the device cost, each figure beside the best that could be.
//!
//! Everything that matters is the real thing: a data folder on disk, the server as a process of its own,
//! real HTTP, real replicas. Every row names a limit that is measured in the same run on the same machine,
//! and what the ratio of the two has to reach; absolute figures of two machines do not compare.
//!
//! A benchmark is one function in one file, and a line in [`BENCHES`].

mod clock;
pub mod estate;
mod hints;
pub mod http;
pub mod link;
mod machine;
mod photos;
mod row;
mod server;
mod sync;

use std::path::{Path, PathBuf};

use roundsman_sync_core::error::Refusal;
use serde::Serialize;

use crate::app::App;
use crate::data_folder::FolderError;
use crate::database::DatabaseError;
use crate::ingest::OfficeError;

pub use machine::Machine;
pub use row::{Better, Row, table};
pub use server::{Server, own_cpu_s};

/// One benchmark.
pub struct Bench {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it measures, in a line.
    pub about: &'static str,
    run: fn(&mut Run<'_>) -> Result<(), BenchError>,
}

/// Every benchmark, in the order in which they run.
pub const BENCHES: &[Bench] = &[
    Bench {
        name: "sync",
        about: "what it costs to push, to learn that nothing is new, to catch up and to begin",
        run: sync::run,
    },
    Bench { name: "link", about: "a shift's work over recorded mobile links", run: link::run },
    Bench { name: "hints", about: "thousands of phones that wait to be told of news", run: hints::run },
    Bench {
        name: "photos",
        about: "how fast photos come in, and what that takes of the server's memory",
        run: photos::run,
    },
];

/// Why a benchmark could not be carried out. A missed target is no error but in its row.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// There is no benchmark of this name.
    #[error("there is no benchmark {0}; there are: {list}", list = names())]
    Unknown(String),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The office's own edits.
    #[error(transparent)]
    Office(#[from] OfficeError),
    /// A simulated phone, or what was measured in process.
    #[error("{}: {}", .0.code.as_str(), .0.message)]
    Refused(#[from] Refusal),
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

impl BenchError {
    /// For `map_err`: what was being done when the system failed.
    pub fn io(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Io { what: what.to_owned(), source }
    }
}

impl From<rusqlite::Error> for BenchError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

fn names() -> String {
    BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ")
}

/// What a benchmark has at hand while it runs.
pub struct Run<'a> {
    folder: PathBuf,
    folders: u32,
    traces: Option<PathBuf>,
    real_time: Option<String>,
    tell: &'a dyn Fn(&str),
    rows: Vec<Row>,
}

impl Run<'_> {
    /// A folder of its own that is not there yet, below the folder of this run.
    pub fn fresh_folder(&mut self) -> PathBuf {
        self.folders += 1;
        self.folder.join(self.folders.to_string())
    }

    /// Says how far it is, on standard error.
    pub fn tell(&self, text: &str) {
        (self.tell)(text);
    }

    /// Adds a row.
    pub fn add(&mut self, row: Row) {
        self.tell(&format!("{} (n {}): {:.4} {}", row.id, row.n, row.value, row.unit));
        self.rows.push(row);
    }
}

/// What a run came to.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Where.
    pub machine: Machine,
    /// What.
    pub rows: Vec<Row>,
}

impl Outcome {
    /// Whether every row with a target reached it.
    pub fn is_ok(&self) -> bool {
        self.rows.iter().all(|row| row.ok)
    }
}

/// Runs one benchmark, or all of them, in a folder below `parent` that is removed at the end. `traces` is the
/// folder with recorded links, if it was named; `real_time` is the link to be lived through in real time, if any.
///
/// # Errors
/// If there is none of this name, or one cannot be carried out.
pub fn run(
    name: Option<&str>,
    parent: &Path,
    traces: Option<&Path>,
    real_time: Option<&str>,
    tell: &dyn Fn(&str),
) -> Result<Outcome, BenchError> {
    let chosen: Vec<_> = BENCHES.iter().filter(|bench| name.is_none_or(|name| name == bench.name)).collect();
    if let (Some(name), []) = (name, chosen.as_slice()) {
        return Err(BenchError::Unknown(name.to_owned()));
    }
    let id = roundsman_sync_core::ids::LogId::mint(App::now(), &mut rand::rng());
    let folder = parent.join(format!("roundsman-bench-{id}"));
    std::fs::create_dir_all(&folder).map_err(BenchError::io("making a folder"))?;
    let (traces, real_time) = (traces.map(Path::to_owned), real_time.map(str::to_owned));
    let mut run = Run { folder, folders: 0, traces, real_time, tell, rows: Vec::new() };
    let ended = chosen.iter().try_for_each(|bench| {
        run.tell(&format!("bench {}: {}", bench.name, bench.about));
        (bench.run)(&mut run)
    });
    // What a run leaves behind is of no use to anybody, also when it failed.
    let _ = std::fs::remove_dir_all(&run.folder);
    ended?;
    Ok(Outcome { machine: Machine::here(), rows: run.rows })
}
