#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;

use super::*;
use crate::clock::{Stamp, Timestamp};
use crate::ids::{CommandId, PersonId};

fn note(number: u8) -> ChangeNote {
    ChangeNote {
        command: CommandId::from_bytes([number; 16]),
        person: PersonId::from_bytes([9; 16]),
        stamp: Stamp::from_u64(u64::from(number)),
        claimed_at: Timestamp::from_millis(1_000 + i64::from(number)),
    }
}

fn set(doc: &mut Document, actor: u8, key: &str, value: &str) -> NewChange {
    let actor = ActorBytes::from_bytes([actor; 16]);
    doc.edit::<DocumentError>(&actor, &note(actor.as_bytes()[0]), |edit| edit.set(&["fields"], key, value))
        .unwrap()
        .unwrap()
}

#[test]
fn two_phones_that_start_a_document_apart_write_into_the_same_containers() {
    let (mut left, mut right) =
        (Document::new(DocumentKind::Case).unwrap(), Document::new(DocumentKind::Case).unwrap());
    let from_left = set(&mut left, 1, "subject", "lift");
    let from_right = set(&mut right, 2, "urgency", "urgent");
    left.apply(&from_right.bytes).unwrap();
    right.apply(&from_left.bytes).unwrap();
    for doc in [&left, &right] {
        let fields = doc.fields().map("fields").unwrap();
        assert_eq!(fields.text("subject").as_deref(), Some("lift"));
        assert_eq!(fields.text("urgency").as_deref(), Some("urgent"));
    }
    assert_eq!(left.heads(), right.heads());
}

#[test]
fn both_values_of_a_parallel_edit_stay_visible_with_their_authors() {
    let (mut left, mut right) =
        (Document::new(DocumentKind::Case).unwrap(), Document::new(DocumentKind::Case).unwrap());
    let from_left = set(&mut left, 1, "urgency", "urgent");
    set(&mut right, 2, "urgency", "general");
    right.apply(&from_left.bytes).unwrap();
    let register = right.fields().map("fields").unwrap().register("urgency", read::text);
    assert!(register.is_parallel());
    let authors = right.authors(&["fields"], "urgency");
    let pairs: Vec<_> = register
        .all()
        .iter()
        .cloned()
        .zip(authors.into_iter().map(|author| author.unwrap().claimed_at.millis()))
        .collect();
    assert!(pairs.contains(&("urgent".to_owned(), 1_001)));
    assert!(pairs.contains(&("general".to_owned(), 1_002)));
}

#[test]
fn a_change_that_arrives_before_what_it_builds_on_leaves_the_document_as_it_was() {
    let mut author = Document::new(DocumentKind::Case).unwrap();
    set(&mut author, 1, "subject", "lift");
    let second = set(&mut author, 1, "urgency", "urgent");
    let mut reader = Document::new(DocumentKind::Case).unwrap();
    let before = reader.save();
    assert!(matches!(reader.apply(&second.bytes), Err(DocumentError::DependencyMissing(_))));
    assert_eq!(reader.save(), before);
}

#[test]
fn a_command_that_fails_half_way_writes_nothing() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let before = doc.save();
    let outcome = doc.edit(&ActorBytes::from_bytes([1; 16]), &note(1), |edit| {
        edit.set(&["fields"], "subject", "lift")?;
        edit.set(&["no such container"], "subject", "lift")
    });
    assert!(outcome.is_err());
    assert_eq!(doc.save(), before);
}

#[test]
fn text_written_apart_by_two_people_keeps_what_both_wrote() {
    let actor = |n| ActorBytes::from_bytes([n; 16]);
    let mut left = Document::new(DocumentKind::Case).unwrap();
    let first = left
        .edit::<DocumentError>(&actor(1), &note(1), |edit| edit.rewrite("description", "", "漏水"))
        .unwrap()
        .unwrap();
    let mut right = Document::new(DocumentKind::Case).unwrap();
    right.apply(&first.bytes).unwrap();
    left.edit::<DocumentError>(&actor(1), &note(2), |edit| edit.rewrite("description", "漏水", "三楼漏水"))
        .unwrap();
    right
        .edit::<DocumentError>(&actor(2), &note(3), |edit| edit.rewrite("description", "漏水", "漏水严重"))
        .unwrap();
    left.merge(&mut right).unwrap();
    assert_eq!(left.fields().long_text("description"), "三楼漏水严重");
}

#[test]
fn a_replayed_rewrite_keeps_what_others_wrote_since() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let actor = ActorBytes::from_bytes([1; 16]);
    doc.edit::<DocumentError>(&actor, &note(1), |edit| edit.rewrite("description", "", "门坏了，已通知"))
        .unwrap();
    doc.edit::<DocumentError>(&actor, &note(2), |edit| edit.rewrite("description", "门坏了", "北门坏了"))
        .unwrap();
    assert_eq!(doc.fields().long_text("description"), "北门坏了，已通知");
}

#[test]
fn a_change_scans_as_automerge_reads_it() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let change = set(&mut doc, 1, "subject", "lift");
    let scanned = scan(&change.bytes).unwrap();
    let read = automerge::Change::try_from(&change.bytes[..]).unwrap();
    assert_eq!(scanned.hash.as_bytes(), &read.hash().0);
    assert_eq!(scanned.actor.as_slice(), read.actor_id().to_bytes());
    assert_eq!((scanned.seq, scanned.start_op), (read.seq(), read.start_op().get()));
    assert_eq!(scanned.deps, vec![seed_hash(DocumentKind::Case)]);
    assert_eq!(scanned.note, Some(note(1)));
}

#[test]
fn heads_kept_step_by_step_are_the_heads_of_the_document() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let mut heads = doc.heads();
    let mut other = doc.clone();
    for (index, value) in ["a", "b", "c"].into_iter().enumerate() {
        let change = set(&mut doc, 1, "subject", value);
        heads.advance(&change.deps, change.hash);
        if index == 0 {
            let apart = set(&mut other, 2, "urgency", "urgent");
            doc.apply(&apart.bytes).unwrap();
            heads.advance(&apart.deps, apart.hash);
        }
    }
    assert_eq!(heads, doc.heads());
    assert_eq!(Heads::from_bytes(&heads.to_bytes()), Some(heads));
}

proptest! {
    #[test]
    fn any_bytes_are_a_change_or_a_clear_refusal(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(scan(&bytes).is_err());
    }

    #[test]
    fn every_flipped_bit_of_a_change_is_noticed(at in 0usize..4096) {
        let mut doc = Document::new(DocumentKind::Case).unwrap();
        let mut bytes = set(&mut doc, 1, "subject", "lift").bytes;
        let bit = at % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(scan(&bytes).is_err());
    }
}

#[test]
fn two_words_at_one_place_stand_in_the_same_order_each_time() {
    let write = || {
        let mut doc = Document::new(DocumentKind::Case).unwrap();
        let actor = ActorBytes::from_bytes([1; 16]);
        for (number, word) in (1..).zip(["漏水", "停电", "门坏"]) {
            doc.edit::<DocumentError>(&actor, &note(number), |edit| edit.rewrite("description", "", word))
                .unwrap();
        }
        doc.fields().long_text("description")
    };
    let once = write();
    assert!((0..20).all(|_| write() == once));
}

#[test]
fn a_choice_among_parallel_values_stands_beside_what_others_chose_meanwhile() {
    for chosen in ["red", "blue"] {
        let mut one = Document::new(DocumentKind::Case).unwrap();
        let mut other = one.clone();
        set(&mut one, 1, "urgency", "red");
        set(&mut other, 2, "urgency", "blue");
        one.merge(&mut other).unwrap();
        let mut other = one.clone();
        set(&mut one, 1, "urgency", chosen);
        set(&mut other, 2, "urgency", "green");
        one.merge(&mut other).unwrap();
        let values: Register<String> = one.fields().map("fields").unwrap().register("urgency", text);
        assert_eq!(values.all().len(), 2);
        assert!([chosen, "green"].iter().all(|value| values.all().contains(&(*value).to_owned())));
    }
}

#[test]
fn a_first_operation_out_of_line_is_refused_and_bricks_nothing() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let honest = set(&mut doc.clone(), 1, "subject", "lift");
    let mut scanned = scan(&honest.bytes).unwrap();
    scanned.start_op = u64::from(u32::MAX);
    let forged = ParsedChange::of(&honest.bytes, scanned).unwrap();
    assert!(matches!(doc.clone().with(forged), Err(DocumentError::Scan(_))));
    doc.apply(&honest.bytes).unwrap();
}

proptest! {
    /// Whatever people make of a text, with letters beside and taken away by others, is writing letters.
    #[test]
    fn a_text_rewritten_by_two_people_in_turn_and_apart_is_nothing_but_letters(
        words in proptest::collection::vec(("[a-c漏水🚰 ]{0,12}", any::<bool>(), any::<bool>()), 1..12),
    ) {
        let mut docs = [Document::new(DocumentKind::Case).unwrap(), Document::new(DocumentKind::Case).unwrap()];
        for (word, right, meet) in words {
            let doc = &mut docs[usize::from(right)];
            let before = doc.clone();
            let actor = ActorBytes::from_bytes([1 + u8::from(right); 16]);
            let base = doc.fields().long_text("description");
            let change = doc
                .edit::<DocumentError>(&actor, &note(1), |edit| edit.rewrite("description", &base, &word))
                .unwrap();
            if let Some(change) = change {
                // The server may have more than the author had seen.
                let [left, other] = &mut docs;
                for mut server in [before.clone(), { let mut all = before.clone(); all.merge(&mut if right { left.clone() } else { other.clone() }).unwrap(); all }] {
                    let parsed = ParsedChange::of(&change.bytes, scan(&change.bytes).unwrap()).unwrap();
                    let writes = server.written(&parsed).unwrap();
                    prop_assert_eq!(writes.len(), 1);
                    prop_assert_eq!(&writes[0].act, &Act::Splice);
                    prop_assert_eq!(&writes[0].path, &["description"]);
                    server.apply(&change.bytes).unwrap();
                }
            }
            if meet {
                let [left, other] = &mut docs;
                left.merge(other).unwrap();
                other.merge(left).unwrap();
            }
        }
    }
}
