//! `bench link`: a shift's work over recorded mobile links, in virtual time; over one of them, if it is asked
//! for by name, in real time.
//!
//! The traces are of phones in moving cars (Winstein, Sivaraman and Balakrishnan, "Stochastic Forecasts Achieve
//! High Throughput and Low Delay over Cellular Networks", NSDI 2013): each line a millisecond at which one
//! packet may cross, gaps of up to 78 seconds included. They are not part of this project: `--traces DIR` names
//! the folder, or `ROUNDSMAN_SHARED` the one in whose `net` they are.
//!
//! In virtual time everything but the time is real: a replica on SQLite, the server's heart on SQLite, requests
//! and replies to the byte. In real time so are HTTP and the server's process. `bytes sent / bytes needed`
//! compares with the same work over a link on which nothing goes wrong.

mod real_time;
pub mod shift;
pub mod trace;
mod virtual_time;
mod wire;

use std::path::{Path, PathBuf};
use std::time::Instant;

pub use shift::{Lived, Work};
pub use trace::Trace;
pub use virtual_time::live;
pub use wire::{CONNECT_MS_MAX, DELAY_MS, STALL_MS_MAX};

use super::{BenchError, Row, Run};

/// Names the folder with the samples of this project's makers, among them `net`.
const SHARED_VAR: &str = "ROUNDSMAN_SHARED";
/// What a lost piece may cost in all.
const OVERHEAD_MAX: f64 = 1.1;

/// The pairs of traces that have both directions, and what their rows are called.
const PAIRS: [(&str, &str); 6] = [
    ("ATT-LTE-driving", "sync.link.ATT-LTE-driving.overhead"),
    ("ATT-LTE-driving-2016", "sync.link.ATT-LTE-driving-2016.overhead"),
    ("TMobile-LTE-short", "sync.link.TMobile-LTE-short.overhead"),
    ("TMobile-UMTS-driving", "sync.link.TMobile-UMTS-driving.overhead"),
    ("Verizon-EVDO-driving", "sync.link.Verizon-EVDO-driving.overhead"),
    ("Verizon-LTE-short", "sync.link.Verizon-LTE-short.overhead"),
];

/// Replays every pair, or the one that was named in real time.
pub(super) fn run(run: &mut Run<'_>) -> Result<(), BenchError> {
    let Some(folder) = folder(run) else {
        run.tell(&format!("no traces: give --traces DIR or set {SHARED_VAR}"));
        return Ok(());
    };
    if let Some(name) = run.real_time.clone() {
        return in_real_time(run, &folder, &name);
    }
    let work = Work::SHIFT;
    let needed = live(&run.fresh_folder(), (Trace::perfect(), Trace::perfect()), work, &[], SEED)?;
    run.tell(&format!("over a perfect link: {} bytes in {} requests", needed.bytes(), needed.round_trips));
    for (name, id) in PAIRS {
        let (pair, begin_ms) = pair(&folder, name)?;
        let lived = live(&run.fresh_folder(), pair, work, &begin_ms, SEED)?;
        let what = format!(
            "bytes both ways of a shift of {} edits and {} photos; each visit just before one of the longest gaps; {:.1} min of virtual time until all had arrived, {} tries cut",
            work.edits(),
            work.photos(),
            minutes(lived.sync_ms),
            lived.cuts,
        );
        let row = Row::told(id, what, u64::from(work.edits()), bytes(lived.bytes()), "bytes");
        run.add(row.at_most(
            OVERHEAD_MAX,
            bytes(needed.bytes()),
            "the same work over a link without any gap",
        ));
    }
    Ok(())
}

/// Lives the shift once over one pair.
fn in_real_time(run: &mut Run<'_>, folder: &Path, name: &str) -> Result<(), BenchError> {
    let work = Work::SHIFT;
    let (pair, begin_ms) = pair(folder, name)?;
    let perfect = (Trace::perfect(), Trace::perfect());
    let needed = real_time::live(&run.fresh_folder(), perfect, work, &[], SEED)?;
    run.tell(&format!(
        "over a perfect link: {} bytes in {} requests, {:.1} min",
        needed.bytes(),
        needed.round_trips,
        minutes(needed.sync_ms)
    ));
    let started = Instant::now();
    let lived = real_time::live(&run.fresh_folder(), pair, work, &begin_ms, SEED)?;
    let whole_min = started.elapsed().as_secs_f64() / 60.0;
    let n = u64::from(work.edits());
    let what = format!(
        "bytes both ways of a shift of {} edits and {} photos over {name} in real time, by HTTP to a server's process; each visit just before one of the longest gaps; {} requests answered, {} tries cut",
        work.edits(),
        work.photos(),
        lived.round_trips,
        lived.cuts,
    );
    let row = Row::told("sync.link.real_time.overhead", what, n, bytes(lived.bytes()), "bytes");
    run.add(row.at_most(
        OVERHEAD_MAX,
        bytes(needed.bytes()),
        "the same work over a link without any gap, in real time too",
    ));
    let what = format!(
        "by the clock, from the beginning of the traces until all had arrived; {:.1} min of it from a visit to the arrival of all that was done there, {:.1} min of that waiting between tries",
        minutes(lived.sync_ms),
        minutes(lived.waited_ms),
    );
    run.add(Row::told("sync.link.real_time.minutes", what, n, whole_min, "min"));
    Ok(())
}

/// Both directions of a link, and when the visits begin.
fn pair(folder: &Path, name: &str) -> Result<((Trace, Trace), Vec<u64>), BenchError> {
    let up = Trace::read(&folder.join(format!("{name}.up.zst")))?;
    let down = Trace::read(&folder.join(format!("{name}.down.zst")))?;
    let begin_ms = before_gaps(&up, &down);
    Ok(((up, down), begin_ms))
}

/// What everything that is drawn is drawn from: edits, photos and waits are the same in every run.
const SEED: u64 = 5;

/// How long before a gap a visit ends and the phone begins to sync: the gap then falls among its photos.
const BEFORE_GAP_MS: u64 = 700;

/// When the visits begin: just before the longest gaps of either direction, so that none is slept through.
fn before_gaps(up: &Trace, down: &Trace) -> Vec<u64> {
    let each = usize::try_from(Work::SHIFT.visits / 2).unwrap_or(0);
    let gaps = up.gaps(each).into_iter().chain(down.gaps(each));
    let mut moments: Vec<u64> = gaps.map(|at_ms| at_ms.saturating_sub(BEFORE_GAP_MS)).collect();
    moments.sort_unstable();
    moments
}

fn folder(run: &Run<'_>) -> Option<PathBuf> {
    let shared = || std::env::var_os(SHARED_VAR).map(|shared| PathBuf::from(shared).join("net"));
    run.traces.clone().or_else(shared)
}

/// Sums of a shift stay far below what a float tells apart.
#[allow(clippy::cast_precision_loss, reason = "the bytes of a shift stay far below 2^52")]
fn bytes(count: u64) -> f64 {
    count as f64
}

fn minutes(millis: u64) -> f64 {
    bytes(millis) / 60_000.0
}
