//! Hostile changes in envelopes that are rightly signed: what no honest program writes, in the words of the format.

use roundsman_sync_core::document::{ChangeNote, DocumentKind, seed_hash};
use roundsman_sync_core::ids::{EntryId, PersonId};
use roundsman_sync_core::model::{Case, Classification, Command, Fact, NewEntry, Urgency};
use roundsman_tests::hostile::parts::{chunk, content, number};
use roundsman_tests::hostile::rows::{Key, Row, put_rows, rows};
use roundsman_tests::hostile::{Parts, Stage, outcome};

/// What it is, how its bytes are made, what becomes of it.
type Attack = (&'static str, fn(&mut Stage) -> Vec<u8>, &'static str);

pub(super) const MALFORMED: &str = "change_malformed";
const FORBIDDEN: &str = "change_not_permitted";
const IMMUTABLE: &str = "entry_immutable";

/// The containers of a case, by the numbers of the operations that made them.
const DESCRIPTION: u64 = 1;
const ENTRIES: u64 = 2;
const FIELDS: u64 = 3;
const ORDERS: u64 = 4;

/// An honest change: the urgency of the case is set to what it is not.
fn honest(it: &mut Stage) -> Parts {
    let case = Case::read(&it.document(it.case, DocumentKind::Case));
    let is_general = case.urgency.shown() == Some(&Urgency::General);
    let urgency = Some(if is_general { Urgency::Important } else { Urgency::General });
    let to = Classification { urgency, ..Classification::default() };
    of(it, &Command::Classify { case: it.case, to })
}

fn of(it: &mut Stage, command: &Command) -> Parts {
    Parts::of(&it.written(command)[0].change)
}

/// The honest change, spoiled.
fn spoiled(it: &mut Stage, spoil: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = honest(it);
    spoil(&mut parts);
    parts.bytes()
}

/// The honest change with other operations.
fn operations(it: &mut Stage, write: impl FnOnce(&mut Vec<Row>, u64)) -> Vec<u8> {
    with_rows(honest(it), write)
}

/// An honest rewrite of the description with other operations.
fn letters(it: &mut Stage, write: impl FnOnce(&mut Vec<Row>, u64)) -> Vec<u8> {
    let (base, result) = (description(it), format!("又漏{}", description(it)));
    with_rows(of(it, &Command::Describe { case: it.case, base, result }), write)
}

/// An honest entry with other operations.
pub(super) fn entry(it: &mut Stage, write: impl FnOnce(&mut Vec<Row>, u64)) -> Vec<u8> {
    let entry = EntryId::from_bytes(it.chance());
    let new = NewEntry::now(Fact::Remark, "说明");
    with_rows(of(it, &Command::Record { case: it.case, order: None, entry, new }), write)
}

fn description(it: &Stage) -> String {
    it.document(it.case, DocumentKind::Case).fields().long_text("description")
}

fn with_rows(mut parts: Parts, write: impl FnOnce(&mut Vec<Row>, u64)) -> Vec<u8> {
    let mut written = rows(&parts);
    write(&mut written, start_op(&parts));
    // What is replaced may be gone, and with it the one other author that was named for it.
    put_rows(&mut parts, &written);
    name_used(&mut parts, &mut written);
    parts.bytes()
}

/// Leaves only those others in the list whom an operation names.
fn name_used(parts: &mut Parts, written: &mut [Row]) {
    let mut used: Vec<u64> = written.iter_mut().flat_map(actors).map(|actor| *actor).collect();
    used.push(0);
    used.sort_unstable();
    used.dedup();
    let count = parts.others.len() as u64;
    parts.others = (1..=count)
        .filter(|at| used.contains(at))
        .map(|at| parts.others[usize::try_from(at).unwrap() - 1].clone())
        .collect();
    for actor in written.iter_mut().flat_map(actors) {
        if let Ok(place) = used.binary_search(actor) {
            *actor = place as u64;
        }
    }
    put_rows(parts, written);
}

fn actors(row: &mut Row) -> impl Iterator<Item = &mut u64> {
    let letter = match &mut row.key {
        Key::Letter(id) => Some(&mut id.0),
        Key::Map(_) | Key::Head => None,
    };
    row.object.iter_mut().map(|id| &mut id.0).chain(letter).chain(row.replaces.iter_mut().map(|id| &mut id.0))
}

fn start_op(parts: &Parts) -> u64 {
    roundsman_tests::hostile::parts::take_number(&mut &parts.start_op[..])
}

fn message(it: &mut Stage, change: impl FnOnce(&mut ChangeNote)) -> Vec<u8> {
    let mut note = it.note();
    change(&mut note);
    spoiled(it, |parts| parts.message = note.to_message().into_bytes())
}

/// A row under a key of a map that nothing stood under.
fn put(object: Option<(u64, u64)>, key: &str, action: u64, value: (u64, &[u8])) -> Row {
    let (key, value) = (Key::Map(key.as_bytes().to_vec()), (value.0, value.1.to_vec()));
    Row { object, key, insert: false, action, value, replaces: Vec::new() }
}

const NOTHING: (u64, &[u8]) = (0, &[]);

/// The seed's place in the list of the honest change.
fn seed(rows: &[Row]) -> u64 {
    rows[0].object.unwrap().0
}

const CHUNKS: [Attack; 13] = [
    ("no bytes", |_| Vec::new(), MALFORMED),
    ("only the magic bytes", |_| vec![0x85, 0x6f, 0x4a, 0x83], MALFORMED),
    ("other magic bytes", |it| edited(it, |bytes| bytes[0] ^= 1), MALFORMED),
    ("another checksum", |it| edited(it, |bytes| bytes[4] ^= 1), MALFORMED),
    ("a whole document", |it| it.document(it.case, DocumentKind::Case).save(), MALFORMED),
    ("a compressed chunk", |it| edited(it, |bytes| bytes[8] = 2), MALFORMED),
    ("a bundle", |it| edited(it, |bytes| bytes[8] = 3), MALFORMED),
    ("a chunk cut in half", |it| edited(it, |bytes| bytes.truncate(bytes.len() / 2)), MALFORMED),
    ("a byte too many", |it| edited(it, |bytes| bytes.push(0)), MALFORMED),
    ("two chunks", |it| edited(it, |bytes| bytes.extend(bytes.clone())), MALFORMED),
    ("half the content", |it| recut(it, |content| content.truncate(content.len() / 2)), MALFORMED),
    ("a footer that names an author", |it| spoiled(it, |it| it.tail = b"AUTH\x01a".to_vec()), MALFORMED),
    ("a change of 256 KiB and a byte", |_| chunk(&[0; 256 * 1024]), "change_too_large"),
];

fn edited(it: &mut Stage, edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = honest(it).bytes();
    edit(&mut bytes);
    bytes
}

fn recut(it: &mut Stage, edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut content = content(&honest(it).bytes()).to_vec();
    edit(&mut content);
    chunk(&content)
}

const HEADS: [Attack; 24] = [
    ("no dependency", |it| spoiled(it, |it| it.deps.clear()), FORBIDDEN),
    ("a dependency that nobody has", |it| spoiled(it, |it| it.deps = vec![[7; 32]]), "pending"),
    (
        "the seed of another kind",
        |it| spoiled(it, |it| it.deps = vec![*seed_hash(DocumentKind::Site).as_bytes()]),
        "pending",
    ),
    ("a dependency twice", |it| spoiled(it, |it| it.deps.push(it.deps[0])), MALFORMED),
    ("a thousand and one dependencies", |it| spoiled(it, |it| it.deps = many_hashes(1_001)), MALFORMED),
    ("a thousand dependencies", |it| spoiled(it, |it| it.deps = many_hashes(1_000)), "pending"),
    ("no author", |it| spoiled(it, |it| it.actor.clear()), MALFORMED),
    ("an author of 33 bytes", |it| spoiled(it, |it| it.actor = vec![1; 33]), MALFORMED),
    (
        "an author of 32 bytes who writes as honest ones do",
        |it| spoiled(it, |it| it.actor = vec![1; 32]),
        "accepted",
    ),
    ("sequence 0", |it| spoiled(it, |it| it.seq = vec![0]), MALFORMED),
    ("a second change without a first", |it| spoiled(it, |it| it.seq = vec![2]), MALFORMED),
    ("a sequence above the first operation", |it| spoiled(it, |it| it.seq = number(1 << 40)), MALFORMED),
    ("a first operation of 0", |it| spoiled(it, |it| it.start_op = vec![0]), MALFORMED),
    ("a first operation too low", |it| spoiled(it, |it| it.start_op = number(start_op(it) - 1)), MALFORMED),
    ("a first operation too high", |it| spoiled(it, |it| it.start_op = number(start_op(it) + 1)), MALFORMED),
    (
        "a first operation that bricks a document",
        |it| spoiled(it, |it| it.start_op = number(u64::from(u32::MAX))),
        MALFORMED,
    ),
    ("a first operation of 64 bits", |it| spoiled(it, |it| it.start_op = number(u64::MAX)), MALFORMED),
    ("a time", |it| spoiled(it, |it| it.time = vec![0x7f]), MALFORMED),
    ("no message", |it| spoiled(it, |it| it.message.clear()), MALFORMED),
    ("a message that is no note", |it| spoiled(it, |it| it.message = b"hello".to_vec()), MALFORMED),
    ("a message that is no text", |it| spoiled(it, |it| it.message = vec![0xff; 66]), MALFORMED),
    ("a message of 100 KB", |it| spoiled(it, |it| it.message = vec![b'm'; 100_000]), MALFORMED),
    (
        "a note in another's name",
        |it| message(it, |note| note.person = PersonId::from_bytes([3; 16])),
        "person_mismatch",
    ),
    (
        "a stamp a year ahead",
        |it| message(it, |note| note.stamp = roundsman_sync_core::clock::Stamp::from_u64(u64::MAX)),
        "clock_ahead",
    ),
];

fn many_hashes(count: u16) -> Vec<[u8; 32]> {
    (0..count)
        .map(|at| {
            let mut hash = [0; 32];
            hash[..2].copy_from_slice(&at.to_be_bytes());
            hash
        })
        .collect()
}

const COLUMNS: [Attack; 20] = [
    (
        "ten million operations in a run",
        |it| spoiled(it, |it| drop_in(it, 0x42, &[0x80, 0xad, 0xe2, 0x04, 1])),
        MALFORMED,
    ),
    (
        "2^62 operations in a run",
        |it| {
            spoiled(it, |it| drop_in(it, 0x42, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0xc0, 0, 1]))
        },
        MALFORMED,
    ),
    (
        "a billion absent keys",
        |it| spoiled(it, |it| drop_in(it, 0x15, &[0, 0xff, 0xff, 0xff, 0xff, 0x0f])),
        MALFORMED,
    ),
    (
        "a billion booleans",
        |it| spoiled(it, |it| drop_in(it, 0x34, &[0xff, 0xff, 0xff, 0xff, 0x0f])),
        MALFORMED,
    ),
    (
        "a billion replaced operations",
        |it| spoiled(it, |it| drop_in(it, 0x70, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0x0f])),
        MALFORMED,
    ),
    ("a compressed column", |it| spoiled(it, |it| it.columns[2].0 |= 8), MALFORMED),
    ("an unknown column", |it| spoiled(it, |it| drop_in(it, 0x62, &[1])), MALFORMED),
    ("a column of marks", |it| spoiled(it, |it| drop_in(it, 0x94, &[0, 1])), MALFORMED),
    ("columns out of order", |it| spoiled(it, |it| it.columns.reverse()), MALFORMED),
    ("a column twice", |it| spoiled(it, |it| it.columns.insert(0, it.columns[0].clone())), MALFORMED),
    ("an empty column", |it| spoiled(it, |it| it.columns.insert(0, (0x01, Vec::new()))), MALFORMED),
    ("no columns", |it| spoiled(it, |it| it.columns.clear()), MALFORMED),
    ("no operation", |it| operations(it, |rows, _| rows.clear()), MALFORMED),
    ("a run of one", |it| spoiled(it, |it| drop_in(it, 0x42, &[1, 1])), MALFORMED),
    ("a number with a needless byte", |it| spoiled(it, |it| drop_in(it, 0x34, &[0x81, 0])), MALFORMED),
    ("bytes of a value left over", |it| spoiled(it, |it| drop_in(it, 0x57, b"general and more")), MALFORMED),
    ("a key that is no text", |it| spoiled(it, |it| drop_in(it, 0x15, &[0x7f, 1, 0xff])), MALFORMED),
    ("another author whom nobody names", |it| spoiled(it, |it| it.others.push(vec![0xff; 16])), MALFORMED),
    ("the author among the others", |it| spoiled(it, |it| it.others = vec![it.actor.clone()]), MALFORMED),
    ("an actor past the list", |it| spoiled(it, |it| drop_in(it, 0x01, &[0x7f, 60])), MALFORMED),
];

fn drop_in(parts: &mut Parts, column: u64, bytes: &[u8]) {
    parts.set(column, bytes);
}

const OPERATIONS: [Attack; 34] = [
    (
        "a list",
        |it| operations(it, |rows, _| (rows[0].action, rows[0].value) = (2, (0, Vec::new()))),
        MALFORMED,
    ),
    (
        "a count",
        |it| operations(it, |rows, _| (rows[0].action, rows[0].value) = (5, (4, vec![1]))),
        MALFORMED,
    ),
    (
        "a table",
        |it| operations(it, |rows, _| (rows[0].action, rows[0].value) = (6, (0, Vec::new()))),
        MALFORMED,
    ),
    ("a mark", |it| operations(it, |rows, _| rows[0].action = 7), MALFORMED),
    ("an action of tomorrow", |it| operations(it, |rows, _| rows[0].action = 99), MALFORMED),
    ("a counter as a value", |it| operations(it, |rows, _| rows[0].value = (8, vec![1])), MALFORMED),
    ("a value of tomorrow", |it| operations(it, |rows, _| rows[0].value = (12, vec![1])), MALFORMED),
    ("a text that is none", |it| operations(it, |rows, _| rows[0].value = (6, vec![0xff])), MALFORMED),
    ("a key of 257 bytes", |it| operations(it, |rows, _| rows[0].key = Key::Map(vec![b'k'; 257])), MALFORMED),
    ("three hundred maps in each other", |it| nested(it, 300), MALFORMED),
    ("seven maps in each other", |it| nested(it, 7), FORBIDDEN),
    (
        "1,001 values of one field",
        |it| operations(it, |rows, _| *rows = vec![put(rows[0].object, "urgency", 1, NOTHING); 1_001]),
        MALFORMED,
    ),
    (
        "50,000 empty letters",
        |it| {
            letters(it, |rows, _| {
                let empty = Row { value: (6, Vec::new()), replaces: Vec::new(), ..rows[0].clone() };
                *rows = vec![Row { key: Key::Head, insert: true, action: 1, ..empty }; 50_000];
            })
        },
        MALFORMED,
    ),
    (
        "a control character among letters",
        |it| letters(it, |rows, _| rows[0].value = (6, b"\x1b".to_vec())),
        FORBIDDEN,
    ),
    (
        "a control character in a note",
        |it| {
            entry(it, |rows, _| {
                let note = rows.iter_mut().find(|row| row.value.0 == 6 && row.value.1 == "说明".as_bytes());
                note.unwrap().value.1 = b"\x1b[2J".to_vec();
            })
        },
        FORBIDDEN,
    ),
    (
        "a letter taken away by nothing",
        |it| {
            letters(it, |rows, _| {
                (rows[0].key, rows[0].insert, rows[0].action) = (Key::Letter((0, 1)), false, 3);
                (rows[0].value, rows[0].replaces) = ((0, Vec::new()), Vec::new());
            })
        },
        MALFORMED,
    ),
    (
        "one operation replaced twice",
        |it| operations(it, |rows, _| rows[0].replaces = vec![(0, 1), (0, 1)]),
        MALFORMED,
    ),
    (
        "an operation replaced that nobody made",
        |it| operations(it, |rows, _| rows[0].replaces = vec![(seed(rows), 7)]),
        FORBIDDEN,
    ),
    (
        "a container replaced by a field",
        |it| operations(it, |rows, _| rows[0].replaces = vec![(seed(rows), ORDERS)]),
        FORBIDDEN,
    ),
    (
        "something in an object that is none",
        |it| operations(it, |rows, _| rows[0].object = Some((seed(rows), 8))),
        FORBIDDEN,
    ),
    (
        "something in an object of the future",
        |it| operations(it, |rows, first| rows[0].object = Some((0, first + 5))),
        MALFORMED,
    ),
    (
        "a letter in a map",
        |it| letters(it, |rows, _| rows[0].object = Some((rows[0].object.unwrap().0, FIELDS))),
        FORBIDDEN,
    ),
    (
        "a field in a text",
        |it| {
            operations(it, |rows, _| {
                *rows = vec![put(Some((seed(rows), DESCRIPTION)), "urgency", 1, (6, b"general"))];
            })
        },
        FORBIDDEN,
    ),
    (
        "a letter after one that is not there",
        |it| letters(it, |rows, _| rows[0].key = Key::Letter((rows[0].object.unwrap().0, 5))),
        FORBIDDEN,
    ),
    (
        "a container made at the root",
        |it| operations(it, |rows, _| *rows = vec![put(None, "more", 0, NOTHING), rows[0].clone()]),
        FORBIDDEN,
    ),
    (
        "a container put over the seed's",
        |it| {
            operations(it, |rows, _| {
                let mut over = put(None, "entries", 0, NOTHING);
                over.replaces = vec![(seed(rows), ENTRIES)];
                *rows = vec![over];
            })
        },
        FORBIDDEN,
    ),
    (
        "a word put over the description",
        |it| {
            operations(it, |rows, _| {
                let mut over = put(None, "description", 1, (6, b"gone"));
                over.replaces = vec![(seed(rows), DESCRIPTION)];
                *rows = vec![over];
            })
        },
        FORBIDDEN,
    ),
    (
        "a container made by the seed's own author",
        |it| {
            let mut parts = honest(it);
            (parts.actor, parts.seq) = (b"RM\x01\x01".to_vec(), vec![2]);
            parts.others.clear();
            put_rows(&mut parts, &[put(None, "more", 0, NOTHING)]);
            parts.bytes()
        },
        FORBIDDEN,
    ),
    (
        "a first change of the seed's own author",
        |it| {
            let mut parts = honest(it);
            parts.actor = b"RM\x01\x01".to_vec();
            parts.others.clear();
            put_rows(&mut parts, &[put(Some((0, FIELDS)), "urgency", 1, (6, b"general"))]);
            parts.bytes()
        },
        MALFORMED,
    ),
    (
        "a field of tomorrow",
        |it| operations(it, |rows, _| rows[0].key = Key::Map(b"status".to_vec())),
        FORBIDDEN,
    ),
    (
        "a field taken away",
        |it| operations(it, |rows, _| (rows[0].action, rows[0].value) = (3, (0, Vec::new()))),
        FORBIDDEN,
    ),
    ("a field emptied", |it| operations(it, |rows, _| rows[0].value = (0, Vec::new())), FORBIDDEN),
    ("a number where a word belongs", |it| operations(it, |rows, _| rows[0].value = (3, vec![1])), FORBIDDEN),
    (
        "the case moved to another estate",
        |it| operations(it, |rows, _| *rows = vec![put(rows[0].object, "site", 1, (7, &[9; 16]))]),
        FORBIDDEN,
    ),
];

/// Maps in each other, the first of them in a container.
fn nested(it: &mut Stage, levels: u64) -> Vec<u8> {
    operations(it, |rows, first| {
        let container = (seed(rows), ENTRIES);
        *rows = (0..levels)
            .map(|at| put(Some(if at == 0 { container } else { (0, first + at - 1) }), "m", 0, NOTHING))
            .collect();
    })
}

const ENTRY: &str = "0199a0a0-0000-7000-8000-00000000beef";

const STATED: [Attack; 6] = [
    (
        "an entry of a kind of tomorrow",
        |it| entry(it, |rows, _| set(rows, "kind", (6, b"promoted"))),
        FORBIDDEN,
    ),
    (
        "an entry by somebody else",
        |it| entry(it, |rows, _| set(rows, "by", (7, &[8; 16]))),
        "person_mismatch",
    ),
    ("an entry without its kind", |it| entry(it, |rows, _| rows.retain(|row| !is(row, "kind"))), FORBIDDEN),
    ("an entry of nothing", |it| entry(it, |rows, _| rows.truncate(1)), FORBIDDEN),
    (
        "an entry under a key that is no id",
        |it| entry(it, |rows, _| rows[0].key = Key::Map(b"first".to_vec())),
        FORBIDDEN,
    ),
    (
        "a word in place of an entry",
        |it| entry(it, |rows, _| *rows = vec![put(rows[0].object, ENTRY, 1, (6, b"gone"))]),
        FORBIDDEN,
    ),
];

fn is(row: &Row, key: &str) -> bool {
    row.key == Key::Map(key.as_bytes().to_vec())
}

fn set(rows: &mut [Row], key: &str, value: (u64, &[u8])) {
    let row = rows.iter_mut().find(|row| is(row, key)).unwrap();
    row.value = (value.0, value.1.to_vec());
}

fn play(attacks: &[Attack]) {
    let mut stage = Stage::new();
    for (at, (name, make, expected)) in attacks.iter().enumerate() {
        let hostile = make(&mut stage);
        let before = honest(&mut stage).bytes();
        let after = entry(&mut stage, |_, _| ());
        let envelopes = [&before, &hostile, &after].map(|change| stage.sealed(change));
        let verdicts = stage.deliver(envelopes.to_vec()).unwrap();
        let outcomes: Vec<_> = verdicts.iter().flatten().map(outcome).collect();
        assert_eq!(outcomes, ["accepted", expected, "accepted"], "{name}: {verdicts:?}");
        // Delivered again it gets the same answer.
        let again = stage.deliver(envelopes.to_vec()).unwrap();
        assert_eq!(again.iter().flatten().map(outcome).collect::<Vec<_>>(), outcomes, "{name}, again");
        if at % 8 == 7 {
            stage.work().unwrap();
        }
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn a_chunk_that_is_no_change_harms_nobody() {
    play(&CHUNKS);
}

#[test]
fn a_change_whose_head_lies_harms_nobody() {
    play(&HEADS);
}

#[test]
fn a_change_whose_columns_lie_harms_nobody() {
    play(&COLUMNS);
}

#[test]
fn a_change_that_does_what_no_edit_does_harms_nobody() {
    play(&OPERATIONS);
}

#[test]
fn a_statement_that_nobody_can_have_made_harms_nobody() {
    play(&STATED);
}

#[test]
fn what_stands_is_neither_replaced_nor_taken_away_nor_added_to() {
    let mut stage = Stage::new();
    // An entry of one's own, so that its operations are known.
    let mut parts = Parts::of(&entry(&mut stage, |_, _| ()));
    let id = *b"0199a0a0-0000-7000-8000-00000000feed";
    let mut stated = rows(&parts);
    stated[0].key = Key::Map(id.to_vec());
    put_rows(&mut parts, &stated);
    let first = start_op(&parts);
    let envelope = stage.sealed(&parts.bytes());
    assert_eq!(outcome(&stage.deliver(vec![envelope]).unwrap()[0][0]), "accepted");
    type Attack = fn(&[Row], u64) -> Row;
    let attacks: [(&str, Attack); 4] = [
        ("another entry over it", |rows, first| Row { replaces: vec![(0, first)], ..rows[0].clone() }),
        ("a word over it", |rows, first| Row {
            replaces: vec![(0, first)],
            action: 1,
            value: (6, b"gone".to_vec()),
            ..rows[0].clone()
        }),
        ("taken away", |rows, first| Row { replaces: vec![(0, first)], action: 3, ..rows[0].clone() }),
        ("a reason put in", |_, first| put(Some((0, first)), "declared_why", 1, (6, b"forgot"))),
    ];
    for (name, attack) in attacks {
        let mut hostile = Parts::of(&honest(&mut stage).bytes());
        // Under the name of whoever stated it.
        let row = attack(&stated, first);
        let hash = roundsman_tests::hostile::parts::hash(&parts.bytes());
        (hostile.actor, hostile.seq, hostile.deps) = (parts.actor.clone(), vec![2], vec![hash]);
        hostile.others =
            if row.object.is_some_and(|object| object.0 > 0) { parts.others.clone() } else { Vec::new() };
        hostile.start_op = number(first + stated.len() as u64);
        put_rows(&mut hostile, &[row]);
        let envelope = stage.sealed(&hostile.bytes());
        let verdicts = stage.deliver(vec![envelope]).unwrap();
        assert_eq!(outcome(&verdicts[0][0]), IMMUTABLE, "{name}: {verdicts:?}");
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn two_changes_of_one_author_and_number_are_a_fork_and_what_builds_on_a_refused_one_is_refused() {
    let mut stage = Stage::new();
    let (first, mut second) = (honest(&mut stage), honest(&mut stage));
    second.actor.clone_from(&first.actor);
    let refused = Parts::of(&operations(&mut stage, |rows, _| rows[0].key = Key::Map(b"status".to_vec())));
    let mut built = honest(&mut stage);
    built.deps = vec![roundsman_tests::hostile::parts::hash(&refused.bytes())];
    let envelopes = [&first, &second, &refused, &built].map(|parts| stage.sealed(&parts.bytes()));
    let verdicts = stage.deliver(envelopes.to_vec()).unwrap();
    let outcomes: Vec<_> = verdicts.iter().flatten().map(outcome).collect();
    assert_eq!(outcomes, ["accepted", "fork", FORBIDDEN, "dependency_refused"]);
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn an_envelope_says_no_more_operations_together_than_one_change_may() {
    let mut stage = Stage::new();
    let mut many = || {
        letters(&mut stage, |rows, _| {
            let letter = Row { value: (6, b"x".to_vec()), replaces: Vec::new(), ..rows[0].clone() };
            *rows = vec![Row { key: Key::Head, insert: true, action: 1, ..letter }; 30_000];
        })
    };
    let (one, other) = (many(), many());
    let envelopes = vec![stage.seal(vec![stage.item(&one), stage.item(&other)]), stage.sealed(&one)];
    let verdicts = stage.deliver(envelopes).unwrap();
    assert_eq!(verdicts.iter().flatten().map(outcome).collect::<Vec<_>>(), ["change_too_large", "accepted"]);
    stage.work().unwrap();
}
