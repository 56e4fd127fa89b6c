//! Changes drawn by chance, and those that once did harm.

use std::path::Path;

use roundsman_tests::hostile::hunt::hunt;
use roundsman_tests::hostile::ledger::Ledger;
use roundsman_tests::hostile::{Stage, outcome};

/// Enough for every way of the generator to come up a hundred times; seconds on a slow machine.
const SEEDS: u64 = 3_000;

#[test]
fn thousands_of_changes_drawn_by_chance_harm_nobody() {
    let counts = hunt(0..SEEDS, u64::MAX, &mut |_, _| {}).unwrap();
    assert_eq!(counts.values().sum::<u64>(), SEEDS, "each got one verdict");
    // A generator that only makes what is refused at the door finds nothing behind it.
    for outcome in ["accepted", "change_malformed", "change_not_permitted", "fork", "pending"] {
        assert!(counts.contains_key(outcome), "nothing was {outcome}: {counts:?}");
    }
}

#[test]
fn what_once_did_harm_does_none_any_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let mut stage = Stage::new();
        let change = std::fs::read(&path).unwrap();
        let envelope = stage.sealed(&change);
        let verdicts = stage.deliver(vec![envelope]).unwrap();
        assert_ne!(outcome(&verdicts[0][0]), "accepted", "{}", path.display());
        stage.work().unwrap();
        stage.verify().unwrap();
    }
}

#[test]
fn a_ledger_goes_on_where_it_ended_and_adds_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let counts = |accepted, fork| [("accepted".to_owned(), accepted), ("fork".to_owned(), fork)].into();
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.write(0..10, &counts(7, 3), 500).unwrap();
    assert!(ledger.write(10..20, &counts(7, 2), 500).is_err(), "one is missing");
    let mut ledger = Ledger::open(&path).unwrap();
    assert!(ledger.write(11..21, &counts(7, 3), 500).is_err(), "seed 10 was never tried");
    let mut ledger = Ledger::open(&path).unwrap();
    ledger.write(10..15, &counts(1, 4), 700).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!((ledger.next, ledger.peak_kib, ledger.counts), (15, 700, counts(8, 7)));
}
