//! `bench sync`: what it costs to bring changes to the server, to learn that nothing is new, to catch up and to
//! begin.

mod catchup;
mod first;
mod idle;
mod ingest;
mod pen;
mod phone;
mod town;

use super::{BenchError, Run, Server};
use town::Town;

/// How many documents the large server holds.
const LARGE: usize = 10_000;
/// How many the small one holds.
const SMALL: usize = 250;

/// Runs all of it. The two estates are written once; every measurement begins with a copy.
pub(super) fn run(run: &mut Run<'_>) -> Result<(), BenchError> {
    let small = Town::found(run, SMALL)?;
    let large = Town::found(run, LARGE)?;
    ingest::measure(run, &small, &large)?;

    let path = run.fresh_folder();
    let mut estate = large.copy(&path)?;
    let server = Server::start(&path)?;
    let mut phones = first::measure(run, &large, &mut estate, &server)?;
    idle::measure(run, &mut phones, &server)?;
    catchup::measure(run, &large, &mut estate, &mut phones)
}

/// One stream of zstd over everything, at the level at which bodies are packed.
fn one_stream(plain: &[u8]) -> Result<f64, BenchError> {
    let packed = zstd::bulk::compress(plain, 3).map_err(BenchError::io("packing one stream"))?;
    Ok(packed.len() as f64)
}
