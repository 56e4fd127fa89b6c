//! A hundred lives of a whole company, each from a seed, each lived twice.
//!
//! `cargo run --release -p roundsman-tests --bin simulate` lives thousands more. A seed that ever failed
//! goes into `fixtures/seeds.txt` and is lived for ever after.

use roundsman_tests::world;

/// Enough for every fault to meet every kind of edit in a hundred seeds, short enough for a minute.
const STEPS: u32 = 45;

fn live(seeds: impl IntoIterator<Item = u64>, steps: u32) {
    for seed in seeds {
        if let Err(failure) = world::run_twice(seed, steps) {
            let lines = failure.trace.lines();
            let last = &lines[lines.len().saturating_sub(40)..];
            panic!(
                "seed {seed} broke a promise: {}\n…\n{}\nthe whole story: cargo run --release -p roundsman-tests \
                 --bin simulate -- --from {seed} --seeds 1 --steps {steps}",
                failure.violation,
                last.join("\n"),
            );
        }
    }
}

macro_rules! lives {
    ($($name:ident: $from:literal,)*) => {
        $(
            #[test]
            fn $name() {
                live((0..100).filter(|seed| seed % 8 == $from), STEPS);
            }
        )*
    };
}

lives! {
    promises_hold_in_lives_0_mod_8: 0,
    promises_hold_in_lives_1_mod_8: 1,
    promises_hold_in_lives_2_mod_8: 2,
    promises_hold_in_lives_3_mod_8: 3,
    promises_hold_in_lives_4_mod_8: 4,
    promises_hold_in_lives_5_mod_8: 5,
    promises_hold_in_lives_6_mod_8: 6,
    promises_hold_in_lives_7_mod_8: 7,
}

#[test]
fn lives_that_once_went_wrong_go_well() {
    for line in include_str!("../fixtures/seeds.txt").lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let mut words = line.split_whitespace().map(|word| word.parse::<u64>());
        if let (Some(Ok(seed)), Some(Ok(steps))) = (words.next(), words.next()) {
            live([seed], u32::try_from(steps).unwrap_or(u32::MAX));
        } else {
            assert!(line.is_empty(), "'{line}' is no seed and number of steps");
        }
    }
}
