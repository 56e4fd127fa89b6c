//! Changes under names that belong to somebody else.

use roundsman_sync_core::document::{DocumentKind, ScannedChange, scan};
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::{Classification, Command, Nature, Urgency};
use roundsman_tests::hostile::parts::number;
use roundsman_tests::hostile::rows::{put_rows, rows};
use roundsman_tests::hostile::{Parts, Stage, outcome};

use super::changes::{MALFORMED, entry};

/// A change of the lost phone under the name under which an honest phone writes, numbered as that phone's next.
fn borrowed(stage: &mut Stage, urgency: Urgency) -> Vec<u8> {
    let to = Classification { urgency: Some(urgency), ..Classification::default() };
    let case = stage.case;
    let mut parts = Parts::of(&stage.written(&Command::Classify { case, to })[0].change);
    let changes = stage.document(case, DocumentKind::Case).changes();
    let mut theirs = changes.iter().filter_map(|change| scan(&change.bytes).ok());
    let is_theirs = |one: &ScannedChange| one.note.is_some_and(|note| note.person != stage.person);
    let last = theirs.rfind(is_theirs).unwrap();
    (parts.actor, parts.seq) = (last.actor.to_vec(), number(last.seq + 1));
    // Nothing is replaced, so that nobody but the seed is named.
    let mut written = rows(&parts);
    let seed = written[0].object.unwrap().0;
    parts.others = vec![parts.others[usize::try_from(seed).unwrap() - 1].clone()];
    (written[0].object, written[0].replaces) = (Some((1, 3)), Vec::new());
    put_rows(&mut parts, &written);
    parts.bytes()
}

#[test]
fn whoever_writes_under_an_honest_phones_name_is_told_that_it_is_taken() {
    let mut stage = Stage::new();
    let change = borrowed(&mut stage, Urgency::General);
    let envelope = stage.sealed(&change);
    // Accepted, it would take the number that the honest phone is about to use.
    assert_eq!(outcome(&stage.deliver(vec![envelope]).unwrap()[0][0]), "fork");
    stage.work().unwrap();
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn who_goes_on_under_a_name_that_is_taken_is_heard_no_more_until_the_office_has_looked() {
    let mut stage = Stage::new();
    let again = |stage: &mut Stage| {
        let envelopes = [Urgency::General, Urgency::Important].map(|urgency| {
            let change = borrowed(stage, urgency);
            stage.sealed(&change)
        });
        let verdicts = stage.deliver(envelopes.to_vec()).unwrap();
        assert!(verdicts.iter().flatten().all(|verdict| outcome(verdict) == "fork"), "{verdicts:?}");
    };
    again(&mut stage);
    let honest = stage.written(&classify(stage.case));
    let envelope = stage.seal(honest);
    let heard = stage.deliver(vec![envelope.clone()]).unwrap_err();
    assert!(heard.contains("device_frozen"), "{heard}");
    stage.work().unwrap();
    // What it had to say was not written down as refused: the office lets it go on, and it is taken.
    assert!(stage.thaw());
    assert_eq!(outcome(&stage.deliver(vec![envelope.clone()]).unwrap()[0][0]), "accepted");
    // A phone that was shut out meanwhile has to hear that, and not that somebody will look.
    again(&mut stage);
    stage.revoke();
    let heard = stage.deliver(vec![envelope]).unwrap_err();
    assert!(heard.contains("device_revoked"), "{heard}");
    stage.work().unwrap();
    stage.verify().unwrap();
}

fn classify(case: DocumentId) -> Command {
    let to = Classification { nature: Some(Nature::Help), ..Classification::default() };
    Command::Classify { case, to }
}

#[test]
fn a_second_change_that_does_not_build_on_its_authors_first_harms_nobody() {
    let mut stage = Stage::new();
    let first = Parts::of(&entry(&mut stage, |_, _| {}));
    let mut second = Parts::of(&entry(&mut stage, |_, _| {}));
    // Both begin to count where the document ended before them, so their operations have the same names.
    (second.actor, second.seq) = (first.actor.clone(), vec![2]);
    let envelopes = [&first, &second].map(|parts| stage.sealed(&parts.bytes()));
    let verdicts = stage.deliver(envelopes.to_vec()).unwrap();
    let outcomes: Vec<_> = verdicts.iter().flatten().map(outcome).collect();
    assert_eq!(outcomes, ["accepted", MALFORMED]);
    let _ = stage.document(stage.case, DocumentKind::Case);
    stage.work().unwrap();
    stage.verify().unwrap();
}
