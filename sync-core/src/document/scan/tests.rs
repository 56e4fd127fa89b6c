#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::clock::{Stamp, Timestamp};
use crate::document::{ActorBytes, Document, DocumentError, DocumentKind, seed_hash};
use crate::ids::{CommandId, PersonId};
use crate::limits::CHANGE_KEY_BYTES_MAX;

const ME: [u8; 16] = [1; 16];

fn note() -> ChangeNote {
    ChangeNote {
        command: CommandId::from_bytes([2; 16]),
        person: PersonId::from_bytes([9; 16]),
        stamp: Stamp::from_u64(1),
        claimed_at: Timestamp::from_millis(1_001),
    }
}

/// A change taken apart.
#[derive(Clone)]
struct Parts {
    deps: Vec<[u8; 32]>,
    actor: Vec<u8>,
    seq: Vec<u8>,
    start_op: Vec<u8>,
    time: Vec<u8>,
    message: Vec<u8>,
    others: Vec<Vec<u8>>,
    columns: Vec<(u8, Vec<u8>)>,
    tail: Vec<u8>,
}

impl Parts {
    /// `fields/subject` of a new case becomes `lift`.
    fn honest() -> Self {
        Self {
            deps: vec![*seed_hash(DocumentKind::Case).as_bytes()],
            actor: ME.to_vec(),
            seq: vec![1],
            start_op: vec![7],
            time: vec![0],
            message: note().to_message().into_bytes(),
            others: vec![b"RM\x01\x01".to_vec()],
            columns: vec![
                (0x01, vec![0x7f, 1]),
                (0x02, vec![0x7f, 3]),
                (0x15, b"\x7f\x07subject".to_vec()),
                (0x34, vec![1]),
                (0x42, vec![0x7f, 1]),
                (0x56, vec![0x7f, 0x46]),
                (0x57, b"lift".to_vec()),
                (0x70, vec![0x7f, 0]),
            ],
            tail: Vec::new(),
        }
    }

    /// Puts bytes into a column, in its place among the others; none of them takes it away.
    fn column(&mut self, specification: u8, bytes: &[u8]) -> &mut Self {
        self.columns.retain(|column| column.0 != specification);
        if !bytes.is_empty() {
            self.columns.push((specification, bytes.to_vec()));
            self.columns.sort();
        }
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut content = vec![u8::try_from(self.deps.len()).unwrap()];
        content.extend(self.deps.iter().flatten());
        put(&mut content, &self.actor);
        content.extend([&self.seq[..], &self.start_op, &self.time].concat());
        put(&mut content, &self.message);
        content.push(u8::try_from(self.others.len()).unwrap());
        self.others.iter().for_each(|other| put(&mut content, other));
        content.push(u8::try_from(self.columns.len()).unwrap());
        for (specification, bytes) in &self.columns {
            content.push(*specification);
            number(&mut content, bytes.len());
        }
        self.columns.iter().for_each(|(_, bytes)| content.extend(bytes));
        content.extend(&self.tail);
        chunk(&content)
    }
}

fn number(to: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        to.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    to.push(u8::try_from(number).unwrap());
}

fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    number(to, bytes.len());
    to.extend(bytes);
}

/// A chunk whose header fits its content.
fn chunk(content: &[u8]) -> Vec<u8> {
    let mut named = vec![1];
    put(&mut named, content);
    let digest = Sha256::digest(&named);
    [&MAGIC[..], &digest[..4], &named].concat()
}

/// The content of a chunk.
fn content(chunk: &[u8]) -> Vec<u8> {
    let mut reader = Reader::new(&chunk[9..]);
    let length = usize::try_from(reader.number("length").unwrap()).unwrap();
    chunk[chunk.len() - length..].to_vec()
}

#[test]
fn a_change_put_together_by_hand_is_what_automerge_writes() {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let actor = ActorBytes::from_bytes(ME);
    let written =
        doc.edit::<DocumentError>(&actor, &note(), |edit| edit.set(&["fields"], "subject", "lift")).unwrap();
    assert_eq!(Parts::honest().bytes(), written.unwrap().bytes);
    let scanned = scan(&Parts::honest().bytes()).unwrap();
    assert_eq!((scanned.seq, scanned.start_op, scanned.note), (1, 7, Some(note())));
}

/// What is wrong, how the honest change becomes so, and what the refusal says.
type Case = (&'static str, fn(&mut Parts), &'static str);

const SPOILT: [Case; 26] = [
    ("one dependency twice", |it| it.deps.push(it.deps[0]), "dependencies in order, each once"),
    ("dependencies out of order", |it| it.deps.push([0; 32]), "dependencies in order, each once"),
    ("no author", |it| it.actor.clear(), "an actor of 1 to 32 bytes"),
    ("an author of 33 bytes", |it| it.actor = vec![1; 33], "an actor of 1 to 32 bytes"),
    ("sequence 0", |it| it.seq = vec![0], "a sequence from 1 that is not above the first operation"),
    ("a sequence too high", |it| it.seq = vec![8], "a sequence from 1 that is not above the first operation"),
    ("a sequence with a needless byte", |it| it.seq = vec![0x81, 0], "a number in its shortest form"),
    (
        "no first operation",
        |it| it.start_op = vec![0],
        "a sequence from 1 that is not above the first operation",
    ),
    (
        "a first operation of 2^32 - 1",
        |it| it.start_op = vec![0xff, 0xff, 0xff, 0xff, 0x0f],
        "operations numbered below 2^31",
    ),
    ("a first operation of 65 bits", |it| it.start_op = vec![0xff; 10], "first operation"),
    ("a time", |it| it.time = vec![1], "time 0"),
    ("a time with a needless byte", |it| it.time = vec![0x80, 0], "a number in its shortest form"),
    ("a long message", |it| it.message = vec![b'm'; 257], "a message of at most 256 bytes"),
    ("a message that is no text", |it| it.message = vec![0xff], "a message in UTF-8"),
    ("an author at the end", |it| it.tail = vec![0, 1, 2], "nothing after the columns"),
    ("the author again", |it| it.others.insert(0, ME.to_vec()), "other actors in order, each once"),
    ("another twice", |it| it.others.push(b"RM\x01\x01".to_vec()), "other actors in order, each once"),
    ("others out of order", |it| it.others.push(b"A".to_vec()), "other actors in order, each once"),
    ("another without a name", |it| it.others.push(Vec::new()), "an actor of 1 to 32 bytes"),
    ("another that does nothing", |it| it.others.push(b"Z".to_vec()), "no actor that no operation names"),
    ("no column", |it| it.columns.clear(), "actions, and whether they insert"),
    ("a compressed column", |it| it.columns[4].0 |= 8, "a known column in its place"),
    ("columns out of order", |it| it.columns.swap(0, 1), "a known column in its place"),
    ("a column twice", |it| it.columns.insert(0, it.columns[0].clone()), "a known column in its place"),
    ("an empty column", |it| it.columns.push((0x71, Vec::new())), "no empty column"),
    (
        "a long key",
        |it| {
            let mut key = vec![0x7f];
            put(&mut key, &[b'k'; CHANGE_KEY_BYTES_MAX + 1]);
            it.column(0x15, &key);
        },
        "a key of 1 to 256 bytes",
    ),
];

/// What is wrong, which columns say it, and what the refusal says.
type Columns = (&'static str, &'static [(u8, &'static [u8])], &'static str);

const ACTORS: [Columns; 1] = [("one past the list", &[(0x01, &[0x7f, 2])], "an actor of the list")];

const COLUMNS: [Columns; 4] = [
    ("no actions", &[(0x42, &[])], "actions, and whether they insert"),
    ("no insertions", &[(0x34, &[])], "actions, and whether they insert"),
    ("an unknown column", &[(0x72, &[1])], "a known column in its place"),
    ("a column of marks", &[(0x94, &[0, 1])], "a known column in its place"),
];

const RUNS: [Columns; 16] = [
    ("2^33 actions", &[(0x42, &[0x80, 0x80, 0x80, 0x80, 0x20, 1])], "at most 50,000 operations"),
    ("2^33 keys of nothing", &[(0x15, &[0, 0x80, 0x80, 0x80, 0x80, 0x20])], "at most 50,000 operations"),
    ("2^33 booleans", &[(0x34, &[0x80, 0x80, 0x80, 0x80, 0x20])], "at most 50,000 operations"),
    ("a run of one", &[(0x42, &[1, 1])], "runs as long as they can be"),
    ("a list of equal ones", &[(0x42, &[0x7e, 1, 1])], "runs as long as they can be"),
    ("a run after its own value", &[(0x42, &[0x7f, 1, 2, 1])], "runs as long as they can be"),
    (
        "two runs of one value",
        &[(0x70, &[0x7f, 4]), (0x71, &[2, 1, 2, 1]), (0x73, &[4, 1])],
        "runs as long as they can be",
    ),
    ("two lists", &[(0x42, &[0x7f, 1, 0x7f, 3])], "runs as long as they can be"),
    ("a run of no absent ones", &[(0x01, &[0, 0, 0x7f, 1])], "runs as long as they can be"),
    ("a run of no booleans", &[(0x34, &[1, 0, 1])], "as many rows in each column"),
    ("a second run of no booleans", &[(0x34, &[0, 0, 1])], "runs as long as they can be"),
    ("a needless byte in a count", &[(0x42, &[0xff, 0x7f, 1])], "a number in its shortest form"),
    ("a run without its value", &[(0x42, &[2])], "value"),
    ("a column of nothing but nothing", &[(0x11, &[0, 1])], "no column that says nothing"),
    ("one key too few", &[(0x42, &[2, 1])], "as many rows in each column"),
    ("one key too many", &[(0x15, b"\x7e\x01a\x01b")], "as many rows in each column"),
];

const ROWS: [Columns; 28] = [
    ("an unknown action", &[(0x42, &[0x7f, 9])], "an action that documents know"),
    ("no action in a row", &[(0x42, &[0, 1])], "an action"),
    ("a list", &[(0x42, &[0x7f, 2])], "an action that documents know"),
    ("a count", &[(0x42, &[0x7f, 5])], "an action that documents know"),
    ("a mark", &[(0x42, &[0x7f, 7])], "an action that documents know"),
    ("an object without a number", &[(0x02, &[])], "an object with actor and number, or neither"),
    ("an object without an actor", &[(0x01, &[])], "an object with actor and number, or neither"),
    ("object 0", &[(0x02, &[0x7f, 0])], "an operation that came before"),
    ("an object to come", &[(0x02, &[0x7f, 8])], "an operation that came before"),
    ("an object of another from now", &[(0x02, &[0x7f, 7])], "an operation that came before"),
    ("an object of its own", &[(0x01, &[0x7f, 0]), (0x02, &[0x7f, 7])], "an operation that came before"),
    ("no key", &[(0x15, &[])], "one key"),
    ("an empty key", &[(0x15, &[0x7f, 0])], "a key of 1 to 256 bytes"),
    ("a key that is no text", &[(0x15, &[0x7f, 1, 0xff])], "a key in UTF-8"),
    ("two keys", &[(0x13, &[0x7f, 0])], "one key"),
    ("an insertion under a key", &[(0x34, &[0, 1])], "one key"),
    ("a letter in place of the head", &[(0x15, &[]), (0x13, &[0x7f, 0])], "one key"),
    (
        "a negative letter",
        &[(0x15, &[]), (0x11, &[0x7f, 1]), (0x13, &[0x7f, 0x7f])],
        "a number that is not negative",
    ),
    (
        "a letter replaced by another",
        &[(0x15, &[]), (0x11, &[0x7f, 1]), (0x13, &[0x7f, 1])],
        "an action that fits its key and value",
    ),
    (
        "an empty letter",
        &[(0x15, &[]), (0x13, &[0x7f, 0]), (0x34, &[0, 1]), (0x56, &[0x7f, 6]), (0x57, &[])],
        "an action that fits its key and value",
    ),
    (
        "a container among letters",
        &[
            (0x15, &[]),
            (0x13, &[0x7f, 0]),
            (0x34, &[0, 1]),
            (0x42, &[0x7f, 0]),
            (0x56, &[0x7f, 0]),
            (0x57, &[]),
        ],
        "an action that fits its key and value",
    ),
    ("a container with a value", &[(0x42, &[0x7f, 0])], "an action that fits its key and value"),
    (
        "something taken away that nobody wrote",
        &[(0x42, &[0x7f, 3]), (0x56, &[0x7f, 0]), (0x57, &[])],
        "an action that fits its key and value",
    ),
    ("no count of the replaced", &[(0x70, &[])], "a number of replaced operations"),
    ("2^62 replaced", &[(0x70, &[0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40])], "an actor"),
    (
        "one replaced twice",
        &[(0x70, &[0x7f, 2]), (0x71, &[2, 1]), (0x73, &[0x7e, 3, 0])],
        "replaced operations in order, each once",
    ),
    (
        "replaced ones out of order",
        &[(0x70, &[0x7f, 2]), (0x71, &[2, 1]), (0x73, &[0x7e, 3, 0x7f])],
        "replaced operations in order, each once",
    ),
    ("replaced ones left over", &[(0x71, &[0x7f, 1]), (0x73, &[0x7f, 3])], "as many rows in each column"),
];

const VALUES: [Columns; 9] = [
    ("no value", &[(0x56, &[])], "a value"),
    ("a value past the end", &[(0x56, &[0x7f, 0x56])], "bytes of a value"),
    (
        "a value of 2^59 bytes",
        &[(0x56, &[0x7f, 0xf6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
        "bytes of a value",
    ),
    ("bytes left over", &[(0x56, &[0x7f, 0x36])], "as many bytes of values as are said"),
    ("no bytes at all", &[(0x57, &[])], "bytes of a value"),
    ("an unknown type", &[(0x56, &[0x7f, 0x4b])], "a value of a type that documents know"),
    ("a fraction of four bytes", &[(0x56, &[0x7f, 0x45])], "a value of a type that documents know"),
    ("a text that is none", &[(0x57, &[0xff; 4])], "a text in UTF-8"),
    ("a number longer than it is", &[(0x56, &[0x7f, 0x43])], "a value as long as it says"),
];

#[test]
fn whatever_is_wrong_with_a_change_is_named() {
    let named = |name, parts: &Parts, expected| match scan(&parts.bytes()) {
        Err(ScanError::Malformed { what, .. }) => assert_eq!(what, expected, "{name}"),
        other => panic!("{name}: {other:?}"),
    };
    for (name, spoil, expected) in SPOILT {
        let mut parts = Parts::honest();
        spoil(&mut parts);
        named(name, &parts, expected);
    }
    for (name, columns, expected) in [&ACTORS[..], &COLUMNS, &RUNS, &ROWS, &VALUES].concat() {
        let mut parts = Parts::honest();
        for (column, bytes) in columns {
            parts.column(*column, bytes);
        }
        named(name, &parts, expected);
    }
}

#[test]
fn objects_within_each_other_are_taken_to_the_eighth_and_no_further() {
    // Each operation makes a map in the one before it.
    let nested = |levels: u8| {
        let mut parts = Parts::honest();
        let list = |value: fn(u8) -> u8| {
            let mut bytes = vec![0x80 - (levels - 1)];
            bytes.extend((0..levels - 1).map(value));
            bytes
        };
        parts.others.clear();
        parts.column(0x01, &[&[0, 1, levels - 1][..], &[0]].concat());
        parts.column(0x02, &[&[0, 1][..], &list(|at| 7 + at)].concat());
        parts.column(0x15, &[levels, 1, b'm']).column(0x34, &[levels]).column(0x42, &[levels, 0]);
        parts.column(0x56, &[levels, 0]).column(0x57, &[]).column(0x70, &[levels, 0]);
        parts.bytes()
    };
    assert!(scan(&nested(8)).is_ok());
    let refused = scan(&nested(9));
    assert!(matches!(refused, Err(ScanError::Malformed { what: "at most 8 objects within each other", .. })));
}

#[test]
fn a_hundred_bytes_do_not_put_a_hundred_thousand_values_beside_each_other() {
    let many = |rows: [u8; 2]| {
        let mut parts = Parts::honest();
        let run = |value: u8| [&rows[..], &[value]].concat();
        parts.column(0x01, &run(1)).column(0x02, &run(3)).column(0x15, &[&run(1)[..], b"u"].concat());
        // A count of rows has no sign in this column.
        parts
            .column(0x34, &rows)
            .column(0x42, &run(1))
            .column(0x56, &run(1))
            .column(0x57, &[])
            .column(0x70, &run(0));
        parts.bytes()
    };
    assert!(scan(&many([0xe8, 0x07])).is_ok(), "1,000 values");
    let refused = scan(&many([0xe9, 0x07]));
    assert!(matches!(refused, Err(ScanError::Malformed { what: "at most 1,000 operations under keys", .. })));
}

/// Honest changes of many shapes, one after the other in one document.
fn honest(words: &[(String, bool)]) -> Vec<Vec<u8>> {
    let mut doc = Document::new(DocumentKind::Case).unwrap();
    let mut changes = Vec::new();
    for (at, (word, is_letters)) in words.iter().enumerate() {
        let actor = ActorBytes::from_bytes([u8::try_from(at % 3).unwrap(); 16]);
        let base = doc.fields().long_text("description");
        let key = format!("k{at}");
        let written = doc.edit::<DocumentError>(&actor, &note(), |edit| {
            if *is_letters {
                edit.rewrite("description", &base, word)
            } else {
                let count = automerge::ScalarValue::Uint(u64::try_from(at).unwrap());
                let at = automerge::ScalarValue::Timestamp(-5);
                edit.set(&["fields"], "subject", word.as_str())?;
                edit.add(&["entries"], &key, [("kind", word.as_str().into()), ("stamp", count), ("at", at)])
            }
        });
        changes.extend(written.unwrap().map(|change| change.bytes));
    }
    changes
}

proptest! {
    /// The law that keeps documents readable: Automerge writes the same bytes again.
    #[test]
    fn whatever_passes_automerge_reads_and_writes_again_in_the_same_bytes(
        words in proptest::collection::vec(("[a-c漏水🚰 ]{0,8}", any::<bool>()), 1..5),
        spoiled in proptest::collection::vec((any::<u16>(), any::<u8>(), 0u8..3), 0..3),
    ) {
        for bytes in honest(&words) {
            prop_assert!(scan(&bytes).is_ok());
            let mut content = content(&bytes);
            for (at, byte, how) in &spoiled {
                // What stands before the message is looked at elsewhere.
                let at = 40 + usize::from(*at) % (content.len() - 40);
                match how {
                    0 => content[at] = *byte,
                    1 => content.insert(at, *byte),
                    _ => drop(content.remove(at)),
                }
            }
            let bytes = chunk(&content);
            if scan(&bytes).is_ok() {
                let read = automerge::Change::try_from(&bytes[..]);
                prop_assert!(read.is_ok(), "{read:?}");
                let mut expanded = read.unwrap().decode();
                expanded.hash = None;
                let again = automerge::Change::from(expanded);
                prop_assert_eq!(again.raw_bytes(), &bytes[..]);
            }
        }
    }
}
