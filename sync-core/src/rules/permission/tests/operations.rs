//! Operations that no command makes, one by one.

use super::super::classify;
use crate::document::{Act, DocumentKind, Put, Write};
use crate::error::ErrorCode::{self, ChangeNotPermitted as No, EntryImmutable as Stands};

const ID: &str = "01890000-0000-7000-8000-000000000001";

fn at(path: &[&str], key: &str, act: Act) -> Write {
    let path = path.iter().map(|key| key.to_string()).collect();
    Write { path, key: key.to_owned(), act, overwrites: false, into_new: false }
}

fn over(write: Write) -> Write {
    Write { overwrites: true, ..write }
}

fn into_new(write: Write) -> Write {
    Write { into_new: true, ..write }
}

fn text(text: &str) -> Act {
    Act::Put(Put::Text(text.to_owned()))
}

/// An entry of this kind, made as phones make them, with something beside.
fn entry_with(kind: &str, more: Vec<Write>) -> Vec<Write> {
    let field = |key, put| into_new(at(&["entries", ID], key, Act::Put(put)));
    let mut all = vec![
        at(&["entries"], ID, Act::MakeMap),
        field("kind", Put::Text(kind.to_owned())),
        field("by", Put::Bytes(vec![1; 16])),
        field("claimed_at", Put::Time(crate::clock::Timestamp::default())),
        field("stamp", Put::Number(1)),
    ];
    all.extend(more);
    all
}

#[test]
fn what_no_command_does_is_refused_whole() {
    let new = |key, act| into_new(at(&["entries", ID], key, act));
    let mut half = entry_with("remark", Vec::new());
    half.pop();
    #[rustfmt::skip]
    let table: Vec<(&str, DocumentKind, Vec<Write>, ErrorCode)> = vec![
        ("a container is replaced", DocumentKind::Case, vec![over(at(&[], "entries", Act::MakeMap))], No),
        ("a scalar stands over a container", DocumentKind::Case, vec![over(at(&[], "entries", text("x")))], No),
        ("a container is deleted", DocumentKind::Case, vec![over(at(&[], "photos", Act::Delete))], No),
        ("a new container", DocumentKind::Case, vec![at(&[], "secrets", Act::MakeMap)], No),
        ("an unknown register", DocumentKind::Case, vec![at(&["fields"], "mood", text("bad"))], No),
        ("a register is deleted", DocumentKind::Case, vec![over(at(&["fields"], "urgency", Act::Delete))], No),
        ("a register is emptied", DocumentKind::Case, vec![over(at(&["fields"], "urgency", Act::Put(Put::Nothing)))], No),
        ("a register becomes a map", DocumentKind::Case, vec![at(&["fields"], "urgency", Act::MakeMap)], No),
        ("a word where bytes belong", DocumentKind::Case, vec![at(&["fields"], "place", text("here"))], No),
        ("a control character in a register", DocumentKind::Case, vec![at(&["fields"], "subject", text("lift\u{1b}[31m"))], No),
        ("a control character in a note", DocumentKind::Case, entry_with("remark", vec![new("note", text("a\u{0}b"))]), No),
        ("a counter", DocumentKind::Case, vec![at(&["fields"], "urgency", Act::Increment)], No),
        ("the estate is said later", DocumentKind::Case, vec![at(&["fields"], "site", Act::Put(Put::Bytes(vec![1; 16])))], No),
        ("an entry is deleted", DocumentKind::Case, vec![over(at(&["entries"], ID, Act::Delete))], Stands),
        ("an entry is replaced", DocumentKind::Case, vec![over(at(&["entries"], ID, Act::MakeMap))], Stands),
        ("a word in place of an entry", DocumentKind::Case, vec![over(at(&["entries"], ID, text("x")))], Stands),
        ("a word among entries", DocumentKind::Case, vec![at(&["entries"], ID, text("x"))], No),
        ("an entry is reworded", DocumentKind::Case, vec![over(at(&["entries", ID], "note", text("x")))], Stands),
        ("an entry is added to", DocumentKind::Case, vec![at(&["entries", ID], "note", text("x"))], Stands),
        ("a field of an entry is deleted", DocumentKind::Case, vec![over(at(&["entries", ID], "note", Act::Delete))], Stands),
        ("a photo is added to", DocumentKind::Case, vec![at(&["photos", ID], "caption", text("x"))], Stands),
        ("a sign-off is added to", DocumentKind::Case, vec![at(&["sign_offs", ID], "shown", text("x"))], Stands),
        ("a signature is added to", DocumentKind::Contact, vec![at(&["signatures", ID], "signer", text("x"))], Stands),
        ("a person is added to", DocumentKind::Site, vec![at(&["people", ID], "role", text("admin"))], No),
        ("an order is replaced", DocumentKind::Case, vec![over(at(&["orders"], ID, Act::MakeMap))], No),
        ("an order is deleted", DocumentKind::Case, vec![over(at(&["orders"], ID, Act::Delete))], No),
        ("an unknown register of an order", DocumentKind::Case, vec![at(&["orders", ID], "mood", text("bad"))], No),
        ("what an order repairs is said later", DocumentKind::Case, vec![at(&["orders", ID], "rework_of", Act::Put(Put::Bytes(vec![1; 16])))], No),
        ("a list is made", DocumentKind::Case, vec![at(&["entries"], ID, Act::Foreign)], No),
        ("a mark in a text", DocumentKind::Case, vec![at(&["description"], "", Act::Foreign)], No),
        ("a key that is no id", DocumentKind::Case, vec![at(&["entries"], "first", Act::MakeMap)], No),
        ("an id in another spelling", DocumentKind::Case, vec![at(&["entries"], "01890000-0000-7000-8000-00000000000A", Act::MakeMap)], No),
        ("an entry without its author", DocumentKind::Case, vec![at(&["entries"], ID, Act::MakeMap), new("kind", text("remark"))], No),
        ("an entry without its stamp", DocumentKind::Case, half, No),
        ("an entry of no kind there is", DocumentKind::Case, entry_with("promoted", Vec::new()), No),
        ("an entry of the kind 'unknown'", DocumentKind::Case, entry_with("unknown", Vec::new()), No),
        ("an entry without the details of its kind", DocumentKind::Case, entry_with("escalated", Vec::new()), No),
        ("an unknown field of an entry", DocumentKind::Case, entry_with("remark", vec![new("mood", text("x"))]), No),
        ("a number for a note", DocumentKind::Case, entry_with("remark", vec![new("note", Act::Put(Put::Number(1)))]), No),
        ("a map in an entry", DocumentKind::Case, entry_with("remark", vec![new("note", Act::MakeMap)]), No),
        ("its kind twice", DocumentKind::Case, entry_with("remark", vec![over(new("kind", text("closed")))]), Stands),
        ("its kind beside itself", DocumentKind::Case, entry_with("remark", vec![new("kind", text("closed"))]), Stands),
        ("written and deleted in one change", DocumentKind::Case, entry_with("remark", vec![over(new("note", Act::Delete))]), No),
        ("an entry made twice", DocumentKind::Case, entry_with("remark", vec![at(&["entries"], ID, Act::MakeMap)]), No),
        ("something deep", DocumentKind::Case, entry_with("remark", vec![into_new(at(&["entries", ID, "note"], "x", text("x")))]), No),
        ("fields of a field", DocumentKind::Case, vec![at(&["fields", "place"], "building", text("3"))], No),
        ("the caller's words as a register", DocumentKind::Contact, vec![at(&["fields"], "words", text("x"))], No),
        ("a route under no id", DocumentKind::Site, vec![at(&["fields"], "route/north", Act::Put(Put::Bytes(vec![])))], No),
        ("an estate's container in a case", DocumentKind::Case, vec![at(&["people"], ID, Act::MakeMap)], No),
    ];
    for (what, kind, writes, code) in table {
        for starts in [false, true] {
            // What may be said at the start may be said at the start.
            if starts && what.contains("later") && what.contains("estate") {
                continue;
            }
            match classify(kind, starts, &writes) {
                Err(refusal) => assert_eq!(refusal.code, code, "{what}: {refusal}"),
                Ok(paths) => panic!("{what} is taken for {paths:?}"),
            }
        }
    }
    assert!(classify(DocumentKind::Case, false, &entry_with("remark", Vec::new())).is_ok());
}

/// A photo, made as phones make them, with something beside.
fn photo_with(container: &str, more: Vec<(&str, Put)>) -> Vec<Write> {
    let mut fields = vec![
        ("hash", Put::Bytes(vec![7; 32])),
        ("size", Put::Number(1)),
        ("role", Put::Text("before".to_owned())),
        ("by", Put::Bytes(vec![1; 16])),
        ("claimed_at", Put::Time(crate::clock::Timestamp::default())),
        ("stamp", Put::Number(1)),
    ];
    fields.extend(more);
    let fields =
        fields.into_iter().map(|(key, put)| into_new(at(&[container, ID], key, Act::Put(put)))).collect();
    [vec![at(&[container], ID, Act::MakeMap)], fields].concat()
}

#[test]
fn a_preview_is_named_whole_and_within_its_bound_when_the_photo_is_added_and_never_later() {
    let hash = || ("preview", Put::Bytes(vec![9; 32]));
    let size = |size| ("preview_size", Put::Number(size));
    #[rustfmt::skip]
    let table = [
        ("no preview", vec![], true),
        ("a preview", vec![hash(), size(1)], true),
        ("the largest preview", vec![hash(), size(65_536)], true),
        ("one byte more", vec![hash(), size(65_537)], false),
        ("an empty one", vec![hash(), size(0)], false),
        ("no size", vec![hash()], false),
        ("no hash", vec![size(10)], false),
        ("a hash that is none", vec![("preview", Put::Bytes(vec![9; 31])), size(10)], false),
        ("a word for a size", vec![hash(), ("preview_size", Put::Text("10".to_owned()))], false),
        ("a preview named twice", vec![hash(), hash(), size(10)], false),
    ];
    for (what, more, fine) in table {
        for kind in [DocumentKind::Case, DocumentKind::Round] {
            let outcome = classify(kind, false, &photo_with("photos", more.clone()));
            assert_eq!(outcome.is_ok(), fine, "{what}: {outcome:?}");
        }
    }
    let later = at(&["photos", ID], "preview", Act::Put(Put::Bytes(vec![9; 32])));
    assert_eq!(classify(DocumentKind::Case, false, &[later]).unwrap_err().code, Stands);
}
