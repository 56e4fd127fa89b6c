//! Very many of what is fine alone: changes that wait, values beside each other.

use roundsman_sync_core::limits::{CHANGE_OPERATIONS_MAX, REQUEST_OPERATIONS_MAX};
use roundsman_sync_core::model::{Classification, Command, Nature};
use roundsman_tests::hostile::parts::number;
use roundsman_tests::hostile::rows::{Key, Row, put_rows, rows};
use roundsman_tests::hostile::{Parts, Stage, outcome};

#[test]
fn changes_that_build_on_nothing_wait_in_a_bounded_place() {
    let mut stage = Stage::new();
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    let case = stage.case;
    let honest = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let mut counts = std::collections::BTreeMap::<_, u32>::new();
    for from in (0..2_250u32).step_by(250) {
        let orphan = |at: u32| {
            let mut parts = honest.clone();
            parts.deps = vec![[0; 32]];
            parts.deps[0][..4].copy_from_slice(&at.to_be_bytes());
            parts.actor[..4].copy_from_slice(&at.to_be_bytes());
            stage.sealed(&parts.bytes())
        };
        let envelopes = (from..from + 250).map(orphan).collect();
        for verdict in stage.deliver(envelopes).unwrap().iter().flatten() {
            *counts.entry(outcome(verdict)).or_default() += 1;
        }
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("dependency_missing", 250), ("pending", 2_000)]);
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn one_change_cannot_fill_a_field_with_values_beside_each_other() {
    let mut stage = Stage::new();
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    let case = stage.case;
    let mut parts = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let row =
        Row { key: Key::Map(b"urgency".to_vec()), value: (6, b"urgent".to_vec()), ..rows(&parts)[0].clone() };
    let cases = [
        (1_001, "change_malformed"),
        (1_000, "change_not_permitted"),
        (3, "change_not_permitted"),
        (2, "accepted"),
    ];
    for (count, expected) in cases {
        put_rows(&mut parts, &vec![row.clone(); count]);
        let envelope = stage.sealed(&parts.bytes());
        assert_eq!(outcome(&stage.deliver(vec![envelope]).unwrap()[0][0]), expected, "{count} values");
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn a_few_bytes_that_say_very_many_operations_never_reach_the_writer() {
    let mut stage = Stage::new();
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    let case = stage.case;
    let mut parts = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let count = CHANGE_OPERATIONS_MAX;
    // Letters that each take away the one before: a run in every column.
    parts.start_op = number(2 * count);
    parts.others.clear();
    let deletion = |letter| Row {
        object: Some((0, 1)),
        key: Key::Letter((0, letter)),
        insert: false,
        action: 3,
        value: (0, Vec::new()),
        replaces: vec![(0, letter)],
    };
    put_rows(&mut parts, &(2..count + 2).map(deletion).collect::<Vec<_>>());
    let fit = REQUEST_OPERATIONS_MAX / count;
    let mut envelopes = |changes: u64| {
        let sealed = |seq: u64| {
            parts.seq = number(seq);
            stage.sealed(&parts.bytes())
        };
        (1..=changes).map(sealed).collect::<Vec<_>>()
    };
    let (fitting, too_many) = (envelopes(fit), envelopes(fit + 1));
    assert!(too_many.iter().map(Vec::len).sum::<usize>() < 4_096, "they are few bytes");
    let told = stage.deliver(too_many).unwrap_err();
    assert!(told.contains("413") && told.contains("operations in one request"), "{told}");
    let verdicts = stage.deliver(fitting).unwrap();
    assert_eq!(verdicts.len() as u64, fit);
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn a_phone_that_asks_without_end_has_to_pause_and_nobody_else_does() {
    let mut stage = Stage::new();
    let asked = stage.asked(Vec::new());
    // All within one moment of the server's clock.
    for _ in 0..3_000 {
        stage.ask(&asked).unwrap();
    }
    let request = stage.request(roundsman_sync_core::protocol::packing::pack(&asked));
    let reply = stage.send(&request);
    assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"].to_str().unwrap()), (429, &"1"));
    // Honest people work, and a second later it is heard again.
    stage.work().unwrap();
    stage.ask(&asked).unwrap();
}
