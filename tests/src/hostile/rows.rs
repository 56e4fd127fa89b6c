//! The operations of a change as rows, and rows as the columns that Automerge would write.

use super::parts::{Parts, number, prefixed, signed, take_number, take_signed};

/// An operation by the place of its actor in the change's list, and its number.
pub type Id = (u64, u64);

/// Where in an object an operation writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key of a map.
    Map(Vec<u8>),
    /// After the head of a text.
    Head,
    /// After, or at, a letter.
    Letter(Id),
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it writes into; the root if `None`.
    pub object: Option<Id>,
    /// Where.
    pub key: Key,
    /// Whether as something new among letters.
    pub insert: bool,
    /// What it does, by Automerge's number.
    pub action: u64,
    /// The type of the value, and its bytes.
    pub value: (u64, Vec<u8>),
    /// What it replaces.
    pub replaces: Vec<Id>,
}

/// The operations of an honest change.
pub fn rows(parts: &Parts) -> Vec<Row> {
    let unsigned = |name| runs(parts.column(name), take_number);
    let actions = unsigned(0x42);
    let count = actions.len();
    let padded = |mut column: Vec<Option<u64>>| {
        column.resize(count, None);
        column.into_iter()
    };
    let (mut object_actor, mut object_number) = (padded(unsigned(0x01)), padded(unsigned(0x02)));
    let (mut key_actor, mut key_number) = (padded(unsigned(0x11)), padded(sums(parts.column(0x13))));
    let mut keys = runs(parts.column(0x15), |rest| {
        let length = usize::try_from(take_number(rest)).unwrap();
        let (key, left) = rest.split_at(length);
        *rest = left;
        key.to_vec()
    });
    keys.resize(count, None);
    let mut inserts = booleans(parts.column(0x34)).into_iter();
    let mut values = padded(unsigned(0x56));
    let mut raw = parts.column(0x57);
    let mut counts = padded(unsigned(0x70));
    let mut replaced = unsigned(0x71).into_iter().zip(sums(parts.column(0x73)));
    let mut rows = Vec::new();
    for (action, key) in actions.into_iter().zip(keys) {
        let said = values.next().unwrap().unwrap();
        let (value, left) = raw.split_at(usize::try_from(said >> 4).unwrap());
        raw = left;
        let letter = (key_actor.next().unwrap(), key_number.next().unwrap());
        let key = match (key, letter) {
            (Some(key), _) => Key::Map(key),
            (None, (Some(actor), Some(number))) => Key::Letter((actor, number)),
            (None, _) => Key::Head,
        };
        let replaces = (0..counts.next().unwrap().unwrap())
            .map(|_| replaced.next().map(|(actor, number)| (actor.unwrap(), number.unwrap())).unwrap())
            .collect();
        rows.push(Row {
            object: object_actor.next().unwrap().zip(object_number.next().unwrap()),
            key,
            insert: inserts.next().unwrap(),
            action: action.unwrap(),
            value: (said & 0xf, value.to_vec()),
            replaces,
        });
    }
    rows
}

/// Writes rows into the columns of a change.
pub fn put_rows(parts: &mut Parts, rows: &[Row]) {
    let letter = |row: &Row| match &row.key {
        Key::Map(_) => (None, None),
        Key::Head => (None, Some(0)),
        Key::Letter((actor, number)) => (Some(*actor), Some(*number)),
    };
    let plain = |values: Vec<Option<u64>>| written(&values, |value| number(*value));
    let replaced: Vec<Id> = rows.iter().flat_map(|row| row.replaces.clone()).collect();
    let keys: Vec<_> = rows
        .iter()
        .map(|row| match &row.key {
            Key::Map(key) => Some(key.clone()),
            Key::Head | Key::Letter(_) => None,
        })
        .collect();
    let mut inserts = Vec::new();
    let (mut last, mut run) = (false, 0);
    for row in rows {
        if row.insert != last {
            inserts.extend(number(run));
            (last, run) = (row.insert, 0);
        }
        run += 1;
    }
    inserts.extend(number(run));
    parts
        .set(0x01, &plain(rows.iter().map(|row| row.object.map(|id| id.0)).collect()))
        .set(0x02, &plain(rows.iter().map(|row| row.object.map(|id| id.1)).collect()))
        .set(0x11, &plain(rows.iter().map(|row| letter(row).0).collect()))
        .set(0x13, &differences(&rows.iter().map(|row| letter(row).1).collect::<Vec<_>>()))
        .set(0x15, &written(&keys, |key| prefixed(key)))
        .set(0x34, if rows.is_empty() { &[] } else { &inserts })
        .set(0x42, &plain(rows.iter().map(|row| Some(row.action)).collect()))
        .set(
            0x56,
            &plain(rows.iter().map(|row| Some((row.value.1.len() as u64) << 4 | row.value.0)).collect()),
        )
        .set(0x57, &rows.iter().flat_map(|row| row.value.1.clone()).collect::<Vec<_>>())
        .set(0x70, &plain(rows.iter().map(|row| Some(row.replaces.len() as u64)).collect()))
        .set(0x71, &plain(replaced.iter().map(|id| Some(id.0)).collect()))
        .set(0x73, &differences(&replaced.iter().map(|id| Some(id.1)).collect::<Vec<_>>()));
}

fn runs<T: Clone>(mut rest: &[u8], mut read: impl FnMut(&mut &[u8]) -> T) -> Vec<Option<T>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        match take_signed(&mut rest) {
            0 => (0..take_number(&mut rest)).for_each(|_| found.push(None)),
            count @ 1.. => {
                let value = read(&mut rest);
                (0..count).for_each(|_| found.push(Some(value.clone())));
            }
            count => (count..0).for_each(|_| found.push(Some(read(&mut rest)))),
        }
    }
    found
}

fn sums(column: &[u8]) -> Vec<Option<u64>> {
    let mut sum = 0;
    let differences = runs(column, take_signed).into_iter();
    differences
        .map(|difference| {
            difference.map(|difference| {
                sum += difference;
                u64::try_from(sum).unwrap()
            })
        })
        .collect()
}

fn booleans(mut rest: &[u8]) -> Vec<bool> {
    let (mut found, mut value) = (Vec::new(), false);
    while !rest.is_empty() {
        (0..take_number(&mut rest)).for_each(|_| found.push(value));
        value = !value;
    }
    found
}

/// A run-length column, as short as it can be; nothing if it has no value.
pub fn written<T: PartialEq>(values: &[Option<T>], spell: impl Fn(&T) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if values.iter().all(Option::is_none) {
        return bytes;
    }
    let (mut single, mut count) = (Vec::new(), 0);
    let mut at = 0;
    while at < values.len() {
        let same = values[at..].iter().take_while(|value| **value == values[at]).count();
        match &values[at] {
            Some(value) if same == 1 => {
                single.extend(spell(value));
                count += 1;
            }
            value => {
                flush(&mut bytes, &mut single, &mut count);
                match value {
                    None => bytes.extend([vec![0], number(same as u64)].concat()),
                    Some(value) => {
                        bytes.extend([signed(i64::try_from(same).unwrap()), spell(value)].concat())
                    }
                }
            }
        }
        at += same;
    }
    flush(&mut bytes, &mut single, &mut count);
    bytes
}

fn flush(bytes: &mut Vec<u8>, single: &mut Vec<u8>, count: &mut i64) {
    if *count > 0 {
        bytes.extend(signed(-*count));
        bytes.append(single);
        *count = 0;
    }
}

fn differences(values: &[Option<u64>]) -> Vec<u8> {
    let mut before = 0u64;
    let steps: Vec<_> = values
        .iter()
        .map(|value| {
            value.map(|value| value.wrapping_sub(std::mem::replace(&mut before, value)).cast_signed())
        })
        .collect();
    written(&steps, |step| signed(*step))
}
