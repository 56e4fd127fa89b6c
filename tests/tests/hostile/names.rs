//! Changes under names that belong to somebody else.

use roundsman_sync_core::document::{DocumentKind, scan};
use roundsman_sync_core::model::{Classification, Command, Nature, Urgency};
use roundsman_tests::hostile::parts::number;
use roundsman_tests::hostile::rows::{Key, Row, put_rows, rows};
use roundsman_tests::hostile::{Parts, Stage, outcome};

/// A change of the lost phone under the name under which an honest phone writes, numbered as that phone's next.
fn borrowed(stage: &mut Stage) -> Vec<u8> {
    let to = Classification { urgency: Some(Urgency::General), ..Classification::default() };
    let case = stage.case;
    let mut parts = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let changes = stage.document(case, DocumentKind::Case).changes();
    let theirs = changes.iter().filter_map(|change| scan(&change.bytes).ok());
    let last = theirs.filter(|one| one.note.is_some_and(|note| note.person != stage.person)).last().unwrap();
    (parts.actor, parts.seq) = (last.actor, number(last.seq + 1));
    // Nothing is replaced, so that nobody but the seed is named.
    let mut written = rows(&parts);
    let seed = written[0].object.unwrap().0;
    parts.others = vec![parts.others[usize::try_from(seed).unwrap() - 1].clone()];
    (written[0].object, written[0].replaces) = (Some((1, 3)), Vec::new());
    put_rows(&mut parts, &written);
    parts.bytes()
}

#[test]
fn whoever_writes_under_an_honest_phones_name_only_makes_it_take_another() {
    let mut stage = Stage::new();
    let change = borrowed(&mut stage);
    let envelope = stage.sealed(&change);
    assert_eq!(outcome(&stage.deliver(vec![envelope]).unwrap()[0][0]), "accepted");
    // The honest phone's own next change is numbered the same: it hears of a fork and makes its edit again.
    stage.work().unwrap();
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn ten_thousand_changes_that_build_on_nothing_wait_in_a_bounded_place() {
    let mut stage = Stage::new();
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    let case = stage.case;
    let honest = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let mut counts = std::collections::BTreeMap::<_, u32>::new();
    for from in (0..10_000u32).step_by(250) {
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
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("dependency_missing", 8_000), ("pending", 2_000)]);
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn a_thousand_values_of_one_field_are_the_most_that_one_change_puts_beside_each_other() {
    let mut stage = Stage::new();
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    let case = stage.case;
    let mut parts = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let row =
        Row { key: Key::Map(b"urgency".to_vec()), value: (6, b"urgent".to_vec()), ..rows(&parts)[0].clone() };
    for (count, expected) in [(1_001, "change_malformed"), (1_000, "accepted")] {
        put_rows(&mut parts, &vec![row.clone(); count]);
        let envelope = stage.sealed(&parts.bytes());
        assert_eq!(outcome(&stage.deliver(vec![envelope]).unwrap()[0][0]), expected, "{count} values");
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}
