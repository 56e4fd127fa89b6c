//! Reading a document: typed, total, and never surprised by what somebody else's program wrote.

use automerge::{Automerge, ChangeHash as AmHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};

use super::change::ChangeNote;
use super::register::Register;
use crate::clock::{Stamp, Timestamp};

/// One map of a document. A field that is missing or of another type reads as absent.
///
/// All of a map is read at once: Automerge walks its columns from the map's beginning for every key that is
/// asked for by itself, so asking for ten keys one by one costs ten times as much as asking for all.
#[derive(Clone)]
pub struct Fields<'a> {
    doc: &'a Automerge,
    map: ObjId,
    /// In the order of their keys.
    items: Vec<Item>,
}

/// What stands under one key.
#[derive(Clone)]
struct Item {
    key: String,
    /// The value that is shown.
    value: Value<'static>,
    /// The operation that put it there; the object's id, if it is one.
    id: ObjId,
    /// Whether others stand beside it.
    is_parallel: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn root(doc: &'a Automerge) -> Self {
        Self::of(doc, ROOT)
    }

    fn of(doc: &'a Automerge, map: ObjId) -> Self {
        let read = |item: automerge::iter::MapRangeItem<'_>| Item {
            id: item.id(),
            key: item.key.into_owned(),
            value: item.value.into(),
            is_parallel: item.conflict,
        };
        let mut items: Vec<Item> = doc.map_range(&map, ..).map(read).collect();
        items.sort_by(|one, other| one.key.cmp(&other.key));
        Self { doc, map, items }
    }

    fn item(&self, key: &str) -> Option<&Item> {
        let at = self.items.binary_search_by(|item| item.key.as_str().cmp(key)).ok()?;
        self.items.get(at)
    }

    /// The map under this key. Seeds make sure that containers exist; one that does not reads as empty.
    pub fn map(&self, key: &str) -> Option<Fields<'a>> {
        match self.item(key)? {
            Item { value: Value::Object(ObjType::Map), id, .. } => Some(Self::of(self.doc, id.clone())),
            Item { .. } => None,
        }
    }

    /// Every map that stands under any key of this container, with its key: all of them, when
    /// several were added under one key at the same time, so that nobody can hide another's.
    pub fn entries(&self) -> Vec<(String, Fields<'a>)> {
        let mut found = Vec::new();
        for item in &self.items {
            if !item.is_parallel {
                if matches!(item.value, Value::Object(ObjType::Map)) {
                    found.push((item.key.clone(), Self::of(self.doc, item.id.clone())));
                }
                continue;
            }
            for (value, map) in self.doc.get_all(&self.map, item.key.as_str()).unwrap_or_default() {
                if matches!(value, Value::Object(ObjType::Map)) {
                    found.push((item.key.clone(), Self::of(self.doc, map)));
                }
            }
        }
        found
    }

    /// Every key of this map, in its order.
    pub fn keys(&self) -> Vec<String> {
        self.items.iter().map(|item| item.key.clone()).collect()
    }

    /// The text under this key.
    pub fn long_text(&self, key: &str) -> String {
        match self.item(key) {
            Some(Item { value: Value::Object(ObjType::Text), id, .. }) => {
                self.doc.text(id).unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    /// All values under a key that `read` understands, the shown one first.
    pub fn register<T>(&self, key: &str, read: impl Fn(&ScalarValue) -> Option<T>) -> Register<T> {
        let Some(item) = self.item(key) else { return Register::new(Vec::new()) };
        let scalar = |value: &Value<'_>| match value {
            Value::Scalar(scalar) => read(scalar),
            Value::Object(_) => None,
        };
        if !item.is_parallel {
            return Register::new(scalar(&item.value).into_iter().collect());
        }
        let mut values = self.doc.get_all(&self.map, key).unwrap_or_default();
        // Automerge lists the winner last.
        values.reverse();
        Register::new(values.iter().filter_map(|(value, _)| scalar(value)).collect())
    }

    /// The one value under a key that `read` understands.
    pub fn one<T>(&self, key: &str, read: impl Fn(&ScalarValue) -> Option<T>) -> Option<T> {
        match &self.item(key)?.value {
            Value::Scalar(scalar) => read(scalar),
            Value::Object(_) => None,
        }
    }

    /// A short text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.one(key, text)
    }

    /// A time claim.
    pub fn time(&self, key: &str) -> Option<Timestamp> {
        self.one(key, time)
    }

    /// A stamp.
    pub fn stamp(&self, key: &str) -> Option<Stamp> {
        self.one(key, |value| number(value).map(Stamp::from_u64))
    }

    /// A count or size.
    pub fn count(&self, key: &str) -> Option<u64> {
        self.one(key, number)
    }

    /// A value read from bytes: an id or a hash.
    pub fn bytes<T>(&self, key: &str, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        self.one(key, |value| bytes(value).and_then(&read))
    }
}

/// The text of a scalar, if it is one.
pub(crate) fn text(value: &ScalarValue) -> Option<String> {
    if let ScalarValue::Str(text) = value { Some(text.to_string()) } else { None }
}

/// The moment of a scalar, if it is one.
pub(crate) fn time(value: &ScalarValue) -> Option<Timestamp> {
    if let ScalarValue::Timestamp(millis) = value { Some(Timestamp::from_millis(*millis)) } else { None }
}

/// Whether a scalar says yes, if it says either.
pub(crate) fn truth(value: &ScalarValue) -> Option<bool> {
    if let ScalarValue::Boolean(truth) = value { Some(*truth) } else { None }
}

/// The bytes of a scalar, if it holds any.
pub(crate) fn bytes(value: &ScalarValue) -> Option<&[u8]> {
    if let ScalarValue::Bytes(bytes) = value { Some(bytes) } else { None }
}

fn number(value: &ScalarValue) -> Option<u64> {
    if let ScalarValue::Uint(number) = value { Some(*number) } else { None }
}

pub(super) fn authors(doc: &Automerge, container: &[&str], key: &str) -> Vec<Option<ChangeNote>> {
    let found = container
        .iter()
        .try_fold(Fields::root(doc), |fields, &key| fields.map(key))
        .and_then(|fields| doc.get_all(&fields.map, key).ok())
        .unwrap_or_default();
    found
        .iter()
        .rev()
        .map(|(_, operation)| doc.hash_for_opid(operation).and_then(|hash| note_of(doc, &hash)))
        .collect()
}

fn note_of(doc: &Automerge, hash: &AmHash) -> Option<ChangeNote> {
    doc.get_change_meta_by_hash(hash)?
        .message
        .as_ref()
        .and_then(|message| ChangeNote::from_message(message.as_bytes()))
}
