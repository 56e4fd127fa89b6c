//! Lives as many simulated lives as asked for.
//!
//! `cargo run --release -p roundsman-tests --bin simulate -- --seeds 10000 --from 0 [--steps 300] [--stories]`
//!
//! Stopped at seed N, it goes on with `--from N`. Exits 1 at the first broken promise, with the story.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a runner tells a terminal how far it is")]

use std::process::ExitCode;

use roundsman_tests::world;

struct Asked {
    from: u64,
    seeds: u64,
    steps: u32,
    /// Tell the story of runs that went well too.
    stories: bool,
}

fn asked() -> Option<Asked> {
    let mut asked = Asked { from: 0, seeds: 100, steps: 300, stories: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        if name == "--stories" {
            asked.stories = true;
            continue;
        }
        let value = arguments.next()?;
        match name.as_str() {
            "--from" => asked.from = value.parse().ok()?,
            "--seeds" => asked.seeds = value.parse().ok()?,
            "--steps" => asked.steps = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(asked)
}

fn main() -> ExitCode {
    let Some(asked) = asked() else {
        eprintln!("usage: simulate [--from SEED] [--seeds COUNT] [--steps COUNT] [--stories]");
        return ExitCode::from(2);
    };
    let (mut commands, mut changes) = (0, 0);
    for seed in asked.from..asked.from.saturating_add(asked.seeds) {
        match world::run_twice(seed, asked.steps) {
            Ok(run) => {
                if asked.stories {
                    run.trace.lines().iter().for_each(|line| println!("{line}"));
                }
                commands += run.commands;
                changes += run.changes;
            }
            Err(failure) => {
                for line in failure.trace.lines() {
                    println!("{line}");
                }
                println!("seed {seed}, {} steps, broke a promise: {}", asked.steps, failure.violation);
                println!("replay: simulate --from {seed} --seeds 1 --steps {}", asked.steps);
                println!("for the bug base, tests/fixtures/seeds.txt: {seed} {}", asked.steps);
                return ExitCode::FAILURE;
            }
        }
        if (seed + 1 - asked.from).is_multiple_of(10) {
            eprintln!("seed {seed} kept every promise; {commands} commands, {changes} changes so far");
        }
    }
    println!("{} seeds of {} steps kept every promise; {commands} commands", asked.seeds, asked.steps);
    ExitCode::SUCCESS
}
