//! From what the operations of a change do to what it writes.
//!
//! A change is taken or refused as a whole, so the first operation that no edit may hold ends it.

use std::collections::BTreeMap;

use super::asks::stated;
use super::content::{Container, Holds, Thing, container, order_register, register};
use super::path::{Action, OrderField, Path, SiteField};
use crate::document::{Act, DocumentKind, Put, Write};
use crate::error::{ErrorCode, Refusal};
use crate::ids::PhotoHash;
use crate::limits::PREVIEW_BYTES_MAX;
use crate::model::{
    EntryKind, Fact, ItemAnswer, Reading, Role, RoundEntryKind, SignOffOutcome, SignOffSubject,
};

/// What a change writes, path by path. `starts` says that it is the first of its document: that it builds
/// on the seed alone.
///
/// # Errors
/// [`ErrorCode::ChangeNotPermitted`] for what no edit does: an unknown place or field, a value of another
/// sort, anything deleted, a container made, an entry of an unknown kind. [`ErrorCode::EntryImmutable`] for
/// touching what was once stated.
pub fn classify(kind: DocumentKind, starts: bool, writes: &[Write]) -> Result<Vec<(Path, Action)>, Refusal> {
    let (found, registers, added) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    // Contacts are started by whoever writes first, sites by the office; a first time means nothing there.
    let starts = starts && matches!(kind, DocumentKind::Case | DocumentKind::Round);
    let mut sorter = Sorter { kind, starts, found, registers, times: BTreeMap::new(), added };
    writes.iter().try_for_each(|write| sorter.sort(write))?;
    sorter.finish()
}

/// How often one change sets one register: once, or first to nothing and then to the value that settles a parallel
/// edit. More values than that would stand side by side for ever.
const SETS_MAX: u8 = 2;

struct Sorter<'a> {
    kind: DocumentKind,
    starts: bool,
    found: Vec<(Path, Action)>,
    /// What each register holds after the change.
    registers: BTreeMap<(&'a [String], &'a str), (Holds, &'a Put)>,
    /// How often each register is written.
    times: BTreeMap<(&'a [String], &'a str), u8>,
    /// What is added, by container and key, with its fields.
    added: BTreeMap<[&'a str; 2], (Thing, BTreeMap<&'a str, &'a Put>)>,
}

fn no(why: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::ChangeNotPermitted, why)
}

fn stands(why: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::EntryImmutable, why)
}

fn place(write: &Write) -> String {
    let keys = write.path.iter().map(String::as_str).chain([write.key.as_str()]);
    // Keys come from outside and may be of any length.
    keys.filter(|key| !key.is_empty()).collect::<Vec<_>>().join("/").chars().take(120).collect()
}

impl<'a> Sorter<'a> {
    fn sort(&mut self, write: &'a Write) -> Result<(), Refusal> {
        match write.path.as_slice() {
            [] => Err(no("the change replaces or adds a container; those come from the seed alone")),
            [name] => match container(self.kind, name) {
                None => Err(no(format!("no document of this kind holds '{}'", place(write)))),
                Some(Container::Fields) => {
                    let known = register(self.kind, &write.key);
                    self.set(write, known, if self.starts { Action::Add } else { Action::Set })
                }
                Some(Container::Text(path)) => match write.act {
                    Act::Splice => {
                        self.find(path, if self.starts { Action::Add } else { Action::Set });
                        Ok(())
                    }
                    Act::Put(_) | Act::MakeMap | Act::Delete | Act::Increment | Act::Foreign => {
                        Err(no(format!("'{}' holds letters and nothing else", place(write))))
                    }
                },
                Some(Container::Added(thing)) => self.add(thing, name, write),
            },
            [name, key] => match container(self.kind, name) {
                Some(Container::Added(thing)) if write.into_new => self.fill(thing, [name, key], write),
                Some(Container::Added(Thing::Order)) => {
                    self.set(write, order_register(&write.key), Action::Set)
                }
                Some(Container::Added(thing)) if thing.is_immutable() => {
                    Err(stands(format!("'{}' was stated and stands as it is", place(write))))
                }
                Some(Container::Added(_) | Container::Fields | Container::Text(_)) | None => {
                    Err(no(format!("nothing is written into '{}'", place(write))))
                }
            },
            _ => Err(no(format!("nothing is written as deep as '{}'", place(write)))),
        }
    }

    fn find(&mut self, path: Path, action: Action) {
        if !self.found.contains(&(path, action)) {
            self.found.push((path, action));
        }
    }

    /// A register. Settling a parallel edit puts nothing first and then the value, so what counts is what
    /// stands there in the end.
    fn set(&mut self, write: &'a Write, known: Option<(Path, Holds)>, action: Action) -> Result<(), Refusal> {
        let Some((path, holds)) = known else {
            return Err(no(format!("'{}' is no field of this schema", place(write))));
        };
        let Act::Put(put) = &write.act else {
            return Err(no(format!("'{}' is set and never removed or made anything else", place(write))));
        };
        let is_said_once =
            [Path::CaseStart, Path::RoundStart, Path::OrderField(OrderField::ReworkOf)].contains(&path);
        if is_said_once && action == Action::Set {
            return Err(no(format!("'{}' is said once, at the start", place(write))));
        }
        self.find(path, if path == Path::ContactStart { Action::Add } else { action });
        let times = self.times.entry((&write.path, &write.key)).or_default();
        *times += 1;
        if *times > SETS_MAX {
            return Err(no(format!("'{}' is set more often than any edit does", place(write))));
        }
        self.registers.insert((&write.path, &write.key), (holds, put));
        Ok(())
    }

    /// Something new in a container.
    fn add(&mut self, thing: Thing, container: &'a str, write: &'a Write) -> Result<(), Refusal> {
        let what = || place(write);
        match write.act {
            Act::MakeMap if write.overwrites && thing != Thing::Person => {
                let why = format!("'{}' stands and is not replaced", what());
                return Err(if thing.is_immutable() { stands(why) } else { no(why) });
            }
            Act::MakeMap => {}
            Act::Put(_) | Act::Splice | Act::Delete | Act::Increment | Act::Foreign => {
                let why = format!("'{}' is neither removed nor made anything else", what());
                return Err(if thing.is_immutable() && write.overwrites { stands(why) } else { no(why) });
            }
        }
        if !thing.takes_key(&write.key) {
            return Err(no(format!("'{}' is no id", what())));
        }
        match self.added.insert([container, &write.key], (thing, BTreeMap::new())) {
            None => Ok(()),
            Some(_) => Err(no(format!("'{}' is made twice", what()))),
        }
    }

    /// A field of something new.
    fn fill(&mut self, thing: Thing, at: [&'a str; 2], write: &'a Write) -> Result<(), Refusal> {
        if thing == Thing::Order {
            return self.set(write, order_register(&write.key), Action::Add);
        }
        let known = thing.fields().iter().find(|field| field.0 == write.key);
        let (Some((_, holds, _)), Act::Put(put)) = (known, &write.act) else {
            return Err(no(format!("'{}' is no field of this schema", place(write))));
        };
        if !holds.fits(put) {
            return Err(no(format!("'{}' does not hold such a value", place(write))));
        }
        let Some((_, fields)) = self.added.get_mut(&at) else {
            return Err(no(format!("nothing is written into '{}'", place(write))));
        };
        match fields.insert(&write.key, put) {
            None => Ok(()),
            Some(_) => Err(stands(format!("'{}' is said once", place(write)))),
        }
    }

    fn finish(mut self) -> Result<Vec<(Path, Action)>, Refusal> {
        for ((path, key), (holds, put)) in &self.registers {
            if !holds.fits(put) {
                return Err(no(format!("'{}/{key}' does not hold such a value", path.join("/"))));
            }
        }
        for (at, (thing, fields)) in std::mem::take(&mut self.added) {
            let missing = thing.fields().iter().find(|(name, _, must)| *must && !fields.contains_key(name));
            if let Some((name, ..)) = missing {
                return Err(no(format!("'{}' says nothing of its '{name}'", at.join("/"))));
            }
            let paths = paths_of(thing, &fields).map_err(|what| no(format!("'{}' {what}", at.join("/"))))?;
            paths.into_iter().for_each(|(path, action)| self.find(path, action));
        }
        Ok(self.found)
    }
}

fn word<'a>(fields: &BTreeMap<&str, &'a Put>, name: &str) -> &'a str {
    match fields.get(name) {
        Some(Put::Text(text)) => text,
        _ => "",
    }
}

fn decoded<T: for<'b> minicbor::Decode<'b, ()>>(fields: &BTreeMap<&str, &Put>, name: &str) -> Option<T> {
    match fields.get(name) {
        Some(Put::Bytes(bytes)) => minicbor::decode(bytes).ok(),
        _ => None,
    }
}

/// What adding this writes; or what is wrong with it.
fn paths_of(thing: Thing, fields: &BTreeMap<&str, &Put>) -> Result<Vec<(Path, Action)>, String> {
    let unknown = |name: &str| format!("is of an unknown {name}");
    match thing {
        Thing::Entry => {
            let kind = EntryKind::from_text(word(fields, "kind")).filter(|kind| *kind != EntryKind::Unknown);
            let kind = kind.ok_or_else(|| unknown("kind"))?;
            let details = match fields.get("details") {
                Some(Put::Bytes(bytes)) => Some(bytes.as_slice()),
                _ => None,
            };
            let fact = Fact::read(kind, details);
            let fact = fact.ok_or_else(|| format!("has details that '{kind}' does not have"))?;
            Ok(stated(&fact, fields.contains_key("order")))
        }
        Thing::Order => Ok(vec![(Path::Order, Action::Add)]),
        Thing::Photo => preview(fields).map(|()| vec![(Path::Photo, Action::Add)]),
        Thing::SignOff => {
            let subject = SignOffSubject::from_text(word(fields, "subject"));
            let subject = subject.ok_or_else(|| unknown("subject"))?;
            SignOffOutcome::from_text(word(fields, "outcome")).ok_or_else(|| unknown("outcome"))?;
            Ok(vec![(Path::SignOff(subject), Action::Add)])
        }
        Thing::Signature => Ok(vec![(Path::Signature, Action::Add)]),
        Thing::RoundEntry => {
            let kind = RoundEntryKind::from_text(word(fields, "kind")).ok_or_else(|| unknown("kind"))?;
            Ok(vec![(Path::RoundEntry(kind), Action::Add)])
        }
        Thing::Check => {
            decoded::<Reading>(fields, "reading").ok_or_else(|| unknown("reading"))?;
            if fields.contains_key("answers") {
                decoded::<Vec<ItemAnswer>>(fields, "answers").ok_or("has answers that are none")?;
            }
            Ok(vec![(Path::Check, Action::Add)])
        }
        Thing::RoundPhoto => preview(fields).map(|()| vec![(Path::RoundPhoto, Action::Add)]),
        Thing::Person => {
            Role::from_text(word(fields, "role")).ok_or_else(|| unknown("role"))?;
            Ok(vec![(Path::Site(SiteField::Person), Action::Set)])
        }
    }
}

/// Whether what a photo says of its preview holds together: bytes and length, or neither.
fn preview(fields: &BTreeMap<&str, &Put>) -> Result<(), String> {
    match (fields.get("preview"), fields.get("preview_size")) {
        (None, None) => Ok(()),
        (Some(Put::Bytes(hash)), Some(Put::Number(size))) => {
            PhotoHash::from_slice(hash).ok_or("has a preview whose hash is none")?;
            let fits = (1..=PREVIEW_BYTES_MAX).contains(size);
            fits.then_some(()).ok_or_else(|| format!("has a preview of {size} bytes"))
        }
        _ => Err("says one half of its preview".to_owned()),
    }
}
