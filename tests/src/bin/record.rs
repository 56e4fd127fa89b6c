//! Records what a later version must still accept.
//!
//! `cargo run --release -p roundsman-tests --bin record -- FOLDER [SEED] [STEPS]`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool tells a terminal what it did")]

use std::path::PathBuf;
use std::process::ExitCode;

use roundsman_tests::world::recording::record;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, otherwise: u64| arguments.get(at).map_or(Some(otherwise), |text| text.parse().ok());
    let (Some(folder), Some(seed), Some(Ok(steps))) =
        (arguments.first().map(PathBuf::from), number(1, 1), number(2, 120).map(u32::try_from))
    else {
        eprintln!("usage: record FOLDER [SEED] [STEPS]");
        return ExitCode::from(2);
    };
    match record(seed, steps, &folder) {
        Ok(()) => {
            println!("recorded seed {seed}, {steps} steps, in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(violation) => {
            eprintln!("{violation}");
            ExitCode::FAILURE
        }
    }
}
