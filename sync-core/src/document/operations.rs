//! What the operations of a change do, one by one.
//!
//! What a change does to the merged document depends on what has arrived before it, and a write that loses
//! against another shows no difference at all. So a change is judged by its operations: each is at a place
//! that was fixed when the object it writes into was made, and says what its author saw there.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{ElementId, Key, ObjectId, Op, OpId, OpType};
use automerge::{ActorId, ChangeHash as AmHash, Cursor, ObjId, ObjType, Prop, ReadDoc, ScalarValue};

use super::DocumentError::Misdirected;
use super::{Document, DocumentError, ParsedChange, ScannedChange, control_character};
use crate::clock::Timestamp;

/// One thing that a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The keys on the way from the root to what is written into: `orders`, `<order id>`.
    pub path: Vec<String>,
    /// The key in it; empty for the letters of a text.
    pub key: String,
    /// What is done there.
    pub act: Act,
    /// Whether the author saw something there that this takes away.
    pub overwrites: bool,
    /// Whether what is written into was made by this very change.
    pub into_new: bool,
}

/// What is done at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A value is put there.
    Put(Put),
    /// A map is made there.
    MakeMap,
    /// Letters are written into a text or taken from it.
    Splice,
    /// What stands there is taken away.
    Delete,
    /// A counter is counted on.
    Increment,
    /// Something that no command does: a list, a text, a mark, a value or control character among letters.
    Foreign,
}

/// A value, as far as documents hold such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// No value, which reads as absent.
    Nothing,
    /// A text that is set as one.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A count, a size or a stamp.
    Number(u64),
    /// A moment.
    Time(Timestamp),
    /// Yes or no.
    Truth(bool),
    /// Anything else.
    Other,
}

impl From<&ScalarValue> for Put {
    fn from(value: &ScalarValue) -> Self {
        match value {
            ScalarValue::Null => Self::Nothing,
            ScalarValue::Str(text) => Self::Text(text.to_string()),
            ScalarValue::Bytes(bytes) => Self::Bytes(bytes.clone()),
            ScalarValue::Uint(number) => Self::Number(*number),
            ScalarValue::Timestamp(millis) => Self::Time(Timestamp::from_millis(*millis)),
            ScalarValue::Boolean(truth) => Self::Truth(*truth),
            ScalarValue::Int(_)
            | ScalarValue::F64(_)
            | ScalarValue::Counter(_)
            | ScalarValue::Unknown { .. } => Self::Other,
        }
    }
}

impl Put {
    /// The value as Automerge takes it; nothing for what documents do not hold.
    pub(crate) fn scalar(&self) -> Option<ScalarValue> {
        Some(match self {
            Self::Nothing => ScalarValue::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Bytes(bytes) => ScalarValue::Bytes(bytes.clone()),
            Self::Number(number) => ScalarValue::Uint(*number),
            Self::Time(at) => ScalarValue::Timestamp(at.millis()),
            Self::Truth(truth) => ScalarValue::Boolean(*truth),
            Self::Other => return None,
        })
    }
}

/// The fields of every map that a change makes, wherever in its document. Needs nothing that the change builds
/// on, so it tells also what a change names that stands on nothing. Empty if the bytes cannot be read.
pub fn made_maps(bytes: &[u8], scanned: &ScannedChange) -> Vec<BTreeMap<String, Put>> {
    // Automerge 0.12 panics on some inputs while it expands operations.
    let read = || {
        let change = ParsedChange::of(bytes, scanned.clone()).ok()?.change;
        let actor = ActorId::from(scanned.actor.as_slice());
        let mut made: BTreeMap<u64, BTreeMap<String, Put>> = BTreeMap::new();
        for (op, number) in change.decode().operations.iter().zip(scanned.start_op..) {
            match (&op.action, &op.obj, &op.key) {
                (OpType::Make(ObjType::Map), _, _) => {
                    made.insert(number, BTreeMap::new());
                }
                (OpType::Put(value), ObjectId::Id(into), Key::Map(key)) if *into.actor() == actor => {
                    if let Some(fields) = made.get_mut(&into.counter()) {
                        fields.insert(key.to_string(), value.into());
                    }
                }
                _ => {}
            }
        }
        Some(made.into_values().collect())
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten().unwrap_or_default()
}

impl Document {
    /// What the operations of a change do, in their order; letters of one text count as one. The document
    /// must have everything that the change builds on, and need not have the change itself.
    ///
    /// # Errors
    /// [`DocumentError::Misdirected`] if an operation writes into something its author cannot have seen, or
    /// takes away what does not stand at the place where it writes; else if the bytes cannot be read.
    pub fn written(&self, change: &ParsedChange) -> Result<Vec<Write>, DocumentError> {
        let ParsedChange { scanned, change } = change;
        // Automerge 0.12 panics on some inputs while it expands operations.
        let read = || {
            let ops = change.decode().operations;
            let reader = Reader {
                document: self,
                deps: scanned.deps.iter().map(|dep| AmHash(*dep.as_bytes())).collect(),
                actor: ActorId::from(scanned.actor.as_slice()),
                start_op: scanned.start_op,
                places: BTreeMap::new(),
                own: BTreeMap::new(),
                letters: BTreeMap::new(),
            };
            reader.read(&ops)
        };
        catch_unwind(AssertUnwindSafe(read)).map_err(|_| DocumentError::Panicked)?
    }
}

/// An operation by its number and its author. An object is known by the operation that made it.
type Name = (u64, ActorId);

fn name(id: &OpId) -> Name {
    (id.counter(), id.actor().clone())
}

/// Something operations write into.
#[derive(Clone)]
struct Place {
    path: Vec<String>,
    object: ObjId,
    is_text: bool,
    is_new: bool,
}

/// A key in one place.
type Slot = (Option<Name>, String);

struct Reader<'a> {
    document: &'a Document,
    deps: Vec<AmHash>,
    actor: ActorId,
    start_op: u64,
    /// What was found or made so far.
    places: BTreeMap<Name, Place>,
    /// What this change has put under keys so far.
    own: BTreeMap<Slot, BTreeSet<Name>>,
    /// The letters of each text that the author saw or wrote.
    letters: BTreeMap<Name, BTreeSet<Name>>,
}

impl Reader<'_> {
    fn read(mut self, ops: &[Op]) -> Result<Vec<Write>, DocumentError> {
        let mut writes: Vec<Write> = Vec::new();
        for (op, number) in ops.iter().zip(self.start_op..) {
            let object = match &op.obj {
                ObjectId::Root => None,
                ObjectId::Id(id) => Some(name(id)),
            };
            let place = self.place(object.as_ref())?;
            let id = (number, self.actor.clone());
            let write = match (&op.key, object) {
                (Key::Seq(after), Some(text)) if place.is_text => self.letter(op, after, &place, text, id)?,
                (Key::Map(key), object) if !place.is_text && !op.insert => {
                    self.key(op, key, place, object, id)?
                }
                (Key::Seq(_) | Key::Map(_), _) => return Err(Misdirected("a place of another sort")),
            };
            // A sentence is one thing that was done, not forty.
            if write.act != Act::Splice || writes.last() != Some(&write) {
                writes.push(write);
            }
        }
        Ok(writes)
    }

    /// What an operation writes into, if its author can have seen it.
    fn place(&mut self, object: Option<&Name>) -> Result<Place, DocumentError> {
        let Some(object) = object else {
            return Ok(Place { path: Vec::new(), object: ObjId::Root, is_text: false, is_new: false });
        };
        if let Some(known) = self.places.get(object) {
            return Ok(known.clone());
        }
        let (doc, id) = (&self.document.inner, ObjId::Id(object.0, object.1.clone(), 0));
        let unseen = || Misdirected("something that its author cannot have seen");
        let shape = doc.object_type(&id).map_err(|_| unseen())?;
        let mut path = Vec::new();
        for parent in doc.parents_at(&id, &self.deps).map_err(|_| unseen())? {
            // Also what another map was put in place of cannot be seen any more.
            let (true, Prop::Map(key)) = (parent.visible, parent.prop) else { return Err(unseen()) };
            path.push(key);
        }
        path.reverse();
        let place = Place { path, object: id, is_text: shape == ObjType::Text, is_new: false };
        self.places.insert(object.clone(), place.clone());
        Ok(place)
    }

    /// An operation under a key of a map.
    fn key(
        &mut self,
        op: &Op,
        key: &str,
        place: Place,
        object: Option<Name>,
        id: Name,
    ) -> Result<Write, DocumentError> {
        let slot = (object, key.to_owned());
        let mut standing = BTreeSet::new();
        if !place.is_new && !op.pred.is_empty() {
            let found = self.document.inner.get_all_at(&place.object, key, &self.deps)?;
            standing.extend(found.into_iter().filter_map(|(_, id)| as_name(id)));
        }
        let own = self.own.get(&slot);
        let is_seen = |name: &Name| standing.contains(name) || own.is_some_and(|own| own.contains(name));
        // Automerge takes away whatever it comes past that an operation says it replaces, also under
        // another key. An author replaces what stands where they write, and nothing else.
        if !op.pred.iter().all(|replaced| is_seen(&name(replaced))) {
            return Err(Misdirected("it takes away what does not stand where it writes"));
        }
        let act = match &op.action {
            OpType::Put(value) => Act::Put(value.into()),
            OpType::Make(ObjType::Map) => Act::MakeMap,
            OpType::Delete => Act::Delete,
            OpType::Increment(_) => Act::Increment,
            OpType::Make(ObjType::List | ObjType::Table | ObjType::Text)
            | OpType::MarkBegin(_)
            | OpType::MarkEnd(_) => Act::Foreign,
        };
        let Place { path, is_new, .. } = place;
        if let OpType::Make(shape) = &op.action {
            let path = path.iter().cloned().chain([key.to_owned()]).collect();
            let object = ObjId::Id(id.0, id.1.clone(), 0);
            let made = Place { path, object, is_text: *shape == ObjType::Text, is_new: true };
            self.places.insert(id.clone(), made);
        }
        self.own.entry(slot).or_default().insert(id);
        Ok(Write { path, key: key.to_owned(), act, overwrites: !op.pred.is_empty(), into_new: is_new })
    }

    /// An operation among the letters of a text.
    fn letter(
        &mut self,
        op: &Op,
        at: &ElementId,
        place: &Place,
        text: Name,
        id: Name,
    ) -> Result<Write, DocumentError> {
        let letters = match self.letters.entry(text) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) if place.is_new => unknown.insert(BTreeSet::new()),
            Entry::Vacant(unknown) => {
                let standing = self.document.inner.list_range_at(&place.object, .., &self.deps);
                unknown.insert(standing.filter_map(|letter| as_name(letter.id())).collect())
            }
        };
        let at = at.as_opid().map(name);
        if let Some(letter) = &at
            && !letters.contains(letter)
        {
            // A letter that was taken away still says where others stand.
            let cursor = Cursor::try_from(format!("{}@{}", letter.0, letter.1.to_hex_string()))?;
            let found = self.document.inner.get_cursor_position(&place.object, &cursor, Some(&self.deps));
            if place.is_new || found.is_err() {
                return Err(Misdirected("letters that its author cannot have seen"));
            }
        }
        let replaces: Vec<Name> = op.pred.iter().map(name).collect();
        let is_letter = match &op.action {
            OpType::Put(ScalarValue::Str(letters)) => {
                op.insert && replaces.is_empty() && control_character(letters).is_none()
            }
            OpType::Delete => {
                !op.insert && at.is_some() && replaces.iter().all(|one| at.as_ref() == Some(one))
            }
            OpType::Put(_)
            | OpType::Make(_)
            | OpType::Increment(_)
            | OpType::MarkBegin(_)
            | OpType::MarkEnd(_) => false,
        };
        if op.insert {
            letters.insert(id);
        }
        Ok(Write {
            path: place.path.clone(),
            key: String::new(),
            act: if is_letter { Act::Splice } else { Act::Foreign },
            overwrites: false,
            into_new: place.is_new,
        })
    }
}

fn as_name(id: ObjId) -> Option<Name> {
    match id {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some((counter, actor)),
    }
}
