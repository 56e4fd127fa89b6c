//! A hostile change from a seed: an honest one spoiled, or one made of operations drawn by chance.
//!
//! Length and checksum are always right, so nothing is refused for those alone.

use minicbor::bytes::ByteVec;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, EntryId, OrderId, PhotoHash, PhotoId};
use roundsman_sync_core::model::{
    Classification, Command, ContactDetails, Department, Fact, Nature, NewEntry, NewPhoto, PhotoRole, Urgency,
};
use roundsman_sync_core::protocol::envelope::EnvelopeItem;

use super::parts::{Parts, chunk, content, number, signed};
use super::rows::{Id, Key, Row, put_rows, rows};
use super::stage::Stage;

/// Names that mean something in documents.
const KEYS: [&str; 14] = [
    "description",
    "entries",
    "fields",
    "orders",
    "photos",
    "sign_offs",
    "site",
    "urgency",
    "subject",
    "kind",
    "stamp",
    "details",
    "0190a0a0-0000-7000-8000-000000000000",
    "",
];

/// Bytes at which formats break.
const BYTES: [u8; 10] = [0x00, 0x01, 0x02, 0x3f, 0x40, 0x7e, 0x7f, 0x80, 0x81, 0xff];

/// Numbers at which formats break.
const NUMBERS: [u64; 11] =
    [0, 1, 2, 127, 128, 99_999, 1 << 20, (1 << 31) - 1, u32::MAX as u64, 1 << 53, u64::MAX];

struct Base {
    document: DocumentId,
    kind: DocumentKind,
    parts: Parts,
    rows: Vec<Row>,
    first: u64,
}

/// Honest changes on documents as they are now.
pub struct Bases(Vec<Base>);

impl Bases {
    /// One of each sort.
    pub fn on(stage: &mut Stage) -> Self {
        let (case, site) = (stage.case, stage.site);
        let text = stage.document(case, DocumentKind::Case).fields().long_text("description");
        let result: String = text.chars().skip(1).chain("又漏🚰了".chars()).take(40).collect();
        let photo = NewPhoto {
            hash: PhotoHash::of(b"photo"),
            size: 5,
            role: PhotoRole::Before,
            caption: "厨房".into(),
            preview: None,
        };
        let words = Some((String::new(), "请尽快".to_owned()));
        let details = ContactDetails { name: Some("孙丽华".into()), words, ..ContactDetails::default() };
        let order = OrderId::from_bytes(stage.chance());
        let entry = EntryId::from_bytes(stage.chance());
        let classify = |to| Command::Classify { case, to };
        let commands = [
            classify(Classification { urgency: Some(Urgency::General), ..Classification::default() }),
            classify(Classification { nature: Some(Nature::Valid), ..Classification::default() }),
            Command::Describe { case, base: text, result },
            Command::Record { case, order: None, entry, new: NewEntry::now(Fact::Remark, "说明") },
            Command::AddPhoto { case, photo: PhotoId::from_bytes(stage.chance()), new: photo },
            Command::Dispatch {
                case,
                order,
                dispatched: EntryId::from_bytes(stage.chance()),
                department: Department::Engineering,
                assignee: None,
                new: None,
            },
            Command::WriteContact { case, details },
            Command::NameSite { site, name: format!("和园 {}", stage.now().millis()) },
        ];
        let items = commands.iter().flat_map(|command| stage.written(command)).collect::<Vec<_>>();
        Self(
            items
                .into_iter()
                .map(|item| {
                    let parts = Parts::of(&item.change);
                    let first = super::parts::take_number(&mut &parts.start_op[..]);
                    Base { document: item.document, kind: item.kind, rows: rows(&parts), parts, first }
                })
                .collect(),
        )
    }

    /// The change of a seed.
    pub fn change(&self, seed: u64) -> EnvelopeItem {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let base = self.0.choose(&mut rng).unwrap();
        let mut parts = base.parts.clone();
        // With the author of an honest change it is a fork of it, once that has been accepted.
        if !rng.random_ratio(1, 40) {
            parts.actor = rng.random::<[u8; 16]>().to_vec();
        }
        let rng = &mut rng;
        let change = match rng.random_range(0..20) {
            0 => parts.bytes(),
            1..4 => flipped(parts.bytes(), rng),
            4..7 => spliced(&parts.bytes(), rng),
            7 => {
                let bytes = parts.bytes();
                let content = content(&bytes);
                chunk(&content[..rng.random_range(0..content.len())])
            }
            8..11 => columns(parts, rng),
            11..13 => head(parts, rng),
            13..17 => {
                let mut rows = base.rows.clone();
                for _ in 0..rng.random_range(1..4) {
                    let at = rng.random_range(0..rows.len());
                    match rng.random_range(0..4) {
                        0 => rows.insert(at, row(base, rng)),
                        1 => rows.insert(at, rows[rng.random_range(0..rows.len())].clone()),
                        2 if rows.len() > 1 => drop(rows.remove(at)),
                        _ => touch(&mut rows[at], base, rng),
                    }
                }
                put_rows(&mut parts, &rows);
                parts.bytes()
            }
            _ => {
                let count = if rng.random_ratio(1, 30) { 3_000 } else { rng.random_range(1..12) };
                let mut rows: Vec<Row> = (0..count).map(|_| row(base, rng)).collect();
                // One row very many times takes few bytes.
                if rng.random_ratio(1, 20) {
                    rows = vec![row(base, rng); rng.random_range(1..5_000)];
                }
                put_rows(&mut parts, &rows);
                parts.bytes()
            }
        };
        EnvelopeItem { document: base.document, kind: base.kind, change: ByteVec::from(change) }
    }
}

fn flipped(bytes: Vec<u8>, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut content = content(&bytes).to_vec();
    for _ in 0..rng.random_range(1..4) {
        let at = place(&content, rng);
        content[at] ^= 1 << rng.random_range(0..8);
    }
    chunk(&content)
}

/// A place in the content; mostly in the columns, where there is most to read.
fn place(content: &[u8], rng: &mut ChaCha8Rng) -> usize {
    let from = if rng.random_ratio(1, 8) { 0 } else { content.len() / 2 };
    rng.random_range(from..content.len())
}

fn spliced(bytes: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut content = content(bytes).to_vec();
    for _ in 0..rng.random_range(1..3) {
        let at = place(&content, rng);
        let length = rng.random_range(0..8).min(content.len() - at);
        let with: Vec<u8> = match rng.random_range(0..3) {
            0 => (0..rng.random_range(0..8)).map(|_| *BYTES.choose(rng).unwrap()).collect(),
            1 => number(*NUMBERS.choose(rng).unwrap()),
            _ => content[rng.random_range(0..=at)..].iter().take(8).copied().collect(),
        };
        content.splice(at..at + length, with);
    }
    chunk(&content)
}

fn columns(mut parts: Parts, rng: &mut ChaCha8Rng) -> Vec<u8> {
    for _ in 0..rng.random_range(1..3) {
        let count = parts.columns.len();
        let at = rng.random_range(0..count);
        let other = rng.random_range(0..count);
        match rng.random_range(0..9) {
            0 => parts.columns.swap(at, other),
            1 => parts.columns[at].1 = parts.columns[other].1.clone(),
            2 if count > 1 => drop(parts.columns.remove(at)),
            3 => {
                let name = *[0x01, 0x02, 0x11, 0x13, 0x15, 0x34, 0x57, 0x71, 0x73, 0x94, 0xa5, 0x5e, 1 << 20]
                    .choose(rng)
                    .unwrap();
                let bytes = parts.columns[other].1.clone();
                parts.set(name, &bytes);
            }
            // A run of another length.
            4 => {
                let run = signed(NUMBERS.choose(rng).unwrap().cast_signed() >> rng.random_range(0..40));
                parts.columns[at].1.splice(0..1, run).for_each(drop);
            }
            // Another run behind the last.
            5 => {
                let run = [signed(rng.random_range(-3..5)), number(*NUMBERS.choose(rng).unwrap())].concat();
                parts.columns[at].1.extend(run);
            }
            _ => {
                let bytes = &mut parts.columns[at].1;
                let place = rng.random_range(0..bytes.len());
                match rng.random_range(0..3) {
                    0 => bytes[place] = *BYTES.choose(rng).unwrap(),
                    1 => bytes.insert(place, *BYTES.choose(rng).unwrap()),
                    _ => drop(bytes.remove(place)),
                }
                if bytes.is_empty() {
                    parts.columns.remove(at);
                    if parts.columns.is_empty() {
                        break;
                    }
                }
            }
        }
    }
    parts.bytes()
}

fn head(mut parts: Parts, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let drawn = number(*NUMBERS.choose(rng).unwrap());
    match rng.random_range(0..10) {
        0 => parts.seq = drawn,
        1 => parts.start_op = drawn,
        2 => parts.time = signed(rng.random()),
        3 => parts.deps.push(rng.random()),
        4 => parts.deps.clear(),
        5 => parts.actor = vec![7; rng.random_range(0..40)],
        6 => parts.others.push(rng.random::<[u8; 16]>().to_vec()),
        7 => parts.others.reverse(),
        8 => parts.message = (0..rng.random_range(0..300)).map(|_| rng.random()).collect(),
        _ => parts.tail = (0..rng.random_range(1..30)).map(|_| rng.random()).collect(),
    }
    parts.bytes()
}

/// An operation that may or may not be there.
fn id(base: &Base, rng: &mut ChaCha8Rng) -> Id {
    let others = base.parts.others.len() as u64;
    match rng.random_range(0..8) {
        // Containers of the seed, and what is in them.
        0..4 => (rng.random_range(0..=others), rng.random_range(1..9)),
        4 | 5 => (rng.random_range(0..=others), rng.random_range(1..base.first + 4)),
        6 => (0, base.first + rng.random_range(0..6)),
        _ => (rng.random_range(0..others + 2), *NUMBERS.choose(rng).unwrap()),
    }
}

fn key(base: &Base, rng: &mut ChaCha8Rng) -> Key {
    match rng.random_range(0..8) {
        0..5 => Key::Map(KEYS.choose(rng).unwrap().as_bytes().to_vec()),
        5 => Key::Head,
        _ => Key::Letter(id(base, rng)),
    }
}

fn value(rng: &mut ChaCha8Rng) -> (u64, Vec<u8>) {
    match rng.random_range(0..12) {
        0..3 => (0, Vec::new()),
        3 => (rng.random_range(1..3), Vec::new()),
        4 => (3, number(*NUMBERS.choose(rng).unwrap())),
        5 => (*[4, 8, 9].choose(rng).unwrap(), signed(rng.random())),
        6 => (5, rng.random::<f64>().to_le_bytes().to_vec()),
        7..10 => (6, ["x", "漏", "", "🚰", "general"].choose(rng).unwrap().as_bytes().to_vec()),
        10 => (7, vec![9; rng.random_range(0..40)]),
        _ => (rng.random_range(0..16), (0..rng.random_range(0..12)).map(|_| rng.random()).collect()),
    }
}

fn row(base: &Base, rng: &mut ChaCha8Rng) -> Row {
    // A row that fits most places is worth more than one that fits none.
    let near = base.rows.choose(rng).unwrap();
    let mut row = Row {
        object: if rng.random_ratio(1, 10) { None } else { near.object.or_else(|| Some(id(base, rng))) },
        key: if rng.random() { near.key.clone() } else { key(base, rng) },
        insert: near.insert,
        action: if rng.random() { near.action } else { *[0, 1, 1, 3, 4].choose(rng).unwrap() },
        value: if rng.random() { near.value.clone() } else { value(rng) },
        replaces: if rng.random() { near.replaces.clone() } else { Vec::new() },
    };
    if rng.random_ratio(1, 3) {
        touch(&mut row, base, rng);
    }
    row
}

fn touch(row: &mut Row, base: &Base, rng: &mut ChaCha8Rng) {
    match rng.random_range(0..7) {
        0 => row.object = if rng.random_ratio(1, 4) { None } else { Some(id(base, rng)) },
        1 => row.key = key(base, rng),
        2 => row.insert = !row.insert,
        3 => row.action = rng.random_range(0..9),
        4 => row.value = value(rng),
        5 => {
            row.replaces.push(id(base, rng));
            if rng.random() {
                row.replaces.sort_by_key(|id| (id.1, id.0));
            }
        }
        _ => row.replaces.clear(),
    }
}
