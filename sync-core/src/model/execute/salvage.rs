//! Writing anew what a refused change wrote: somebody at a desk takes over what was meant.
//!
//! It is a new change, on the document as it now stands, by the person who takes it over and under their
//! rights. It names the command of the refused one, so that whoever made that learns that it is done.

use std::collections::BTreeMap;

use automerge::ScalarValue;

use super::{Author, Documents, Scribe, Written};
use crate::clock::{Stamp, Timestamp};
use crate::document::{
    Act, ChangeNote, Document, DocumentError, DocumentKind, Edit, Heads, ParsedChange, Put, Write, scan,
};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, OrderId};

/// What a refused change wrote.
#[derive(Clone, Debug)]
pub struct Meant {
    document: DocumentId,
    kind: DocumentKind,
    /// Who made it, when, and by which command.
    pub note: ChangeNote,
    /// Whether it was to be the first of its document.
    pub starts: bool,
    /// What it did, operation by operation.
    pub writes: Vec<Write>,
    /// Each text it touched: what its author saw, and what they made of it.
    texts: BTreeMap<String, (String, String)>,
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::SalvageImpossible, why)
}

impl Meant {
    /// Reads what a change wrote. `ground` is its document, or a copy of it, with everything that it builds on.
    ///
    /// # Errors
    /// [`ErrorCode::SalvageImpossible`] if it cannot be read; the message says why.
    pub fn read(document: DocumentId, ground: &Document, bytes: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |why: String| impossible(format!("the change cannot be read: {why}"));
        let scanned = scan(bytes).map_err(|error| unreadable(error.to_string()))?;
        let note =
            scanned.note.ok_or_else(|| unreadable("it does not say who made it and when".to_owned()))?;
        let starts = scanned.deps == [crate::document::seed_hash(ground.kind())];
        let change = ParsedChange::of(bytes, scanned).map_err(|error| unreadable(error.to_string()))?;
        let writes = ground.written(&change).map_err(|error| unreadable(error.to_string()))?;
        let (before, after) = before_and_after(ground, change).map_err(unreadable)?;
        let touched = writes.iter().filter(|write| write.act == Act::Splice);
        let texts = touched.filter_map(|write| write.path.first()).map(|text| {
            let read = |document: &Document| document.fields().long_text(text);
            (text.clone(), (read(&before), read(&after)))
        });
        let texts = texts.collect();
        Ok(Self { document, kind: ground.kind(), note, starts, writes, texts })
    }

    /// The kind of its document.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Writes it anew. Entries say of themselves that they were entered later and `why`; `why_at` says the same
    /// with the time in it, for results and photos, which have nothing but their own words for that. None if
    /// everything is already as it was meant.
    ///
    /// # Errors
    /// [`ErrorCode::SalvageImpossible`] if something of it cannot be written as the document now stands.
    pub fn write(
        &self,
        author: &Author,
        documents: &mut dyn Documents,
        why: &str,
        why_at: &str,
    ) -> Result<Option<Written>, Refusal> {
        let mut scribe = Scribe { author, documents, written: Vec::new() };
        let (standing, _) = scribe.documents.open(self.document, self.kind, true)?;
        self.check(standing)?;
        let retold = Retold { author, why, why_at, at: self.note.claimed_at };
        scribe.write(self.document, self.kind, true, |edit, stamp| {
            for (text, (base, result)) in &self.texts {
                edit.rewrite(text, base, result)?;
            }
            for ([container, key], fields) in self.added() {
                edit.add(&[container], key, [])?;
                for (name, value) in retold.fields(self.kind, container, fields, stamp) {
                    edit.set(&[container, key], &name, value)?;
                }
            }
            self.set_registers(edit)
        })?;
        Ok(scribe.written.pop())
    }

    /// What it adds, by container and key, with the fields of each.
    fn added(&self) -> BTreeMap<[&str; 2], BTreeMap<&str, &Put>> {
        let mut added: BTreeMap<[&str; 2], BTreeMap<&str, &Put>> = BTreeMap::new();
        for write in &self.writes {
            match (write.path.as_slice(), &write.act) {
                ([container], Act::MakeMap) => {
                    added.entry([container, &write.key]).or_default();
                }
                ([container, key], Act::Put(put)) if write.into_new => {
                    added.entry([container, key]).or_default().insert(&write.key, put);
                }
                _ => {}
            }
        }
        added
    }

    fn set_registers(&self, edit: &mut Edit<'_>) -> Result<(), DocumentError> {
        // Settling a parallel edit puts nothing first and then the value: what counts is the last.
        let mut registers = BTreeMap::new();
        for write in self.writes.iter().filter(|write| !write.into_new) {
            if let Act::Put(put) = &write.act {
                registers.insert((&write.path, &write.key), put);
            }
        }
        for ((path, key), put) in registers {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            if let Some(value) = put.scalar() {
                edit.set(&path, key, value)?;
            }
        }
        Ok(())
    }

    /// Whether all of it has a place in the document as it now stands.
    fn check(&self, standing: &Document) -> Result<(), Refusal> {
        let added = self.added();
        let stands = |container: &str, key: &str| {
            let fields = standing.fields().map(container);
            fields.is_some_and(|fields| fields.keys().iter().any(|known| known == key))
        };
        for write in &self.writes {
            let place = || write.path.iter().chain([&write.key]).cloned().collect::<Vec<_>>().join("/");
            match &write.act {
                Act::Put(put) if put.scalar().is_none() => {
                    return Err(impossible(format!("'{}' holds a value of an unknown sort", place())));
                }
                Act::Put(_) | Act::MakeMap | Act::Splice => {}
                Act::Delete | Act::Increment | Act::Foreign => {
                    return Err(impossible(format!("it does to '{}' what no edit does", place())));
                }
            }
            match write.path.as_slice() {
                [] => return Err(impossible("it replaces or adds a container")),
                [container, key] if !write.into_new && !stands(container, key) => {
                    return Err(impossible(format!(
                        "'{container}/{key}' is not there: it was made by a change that was refused too"
                    )));
                }
                _ => {}
            }
        }
        for ([container, key], fields) in &added {
            // Somebody on an estate's list is put there anew with each change of theirs.
            if *container != "people" && stands(container, key) {
                return Err(impossible(format!("something else stands under '{container}/{key}'")));
            }
            if let Some(Put::Bytes(order)) = fields.get("order")
                && let Some(order) = OrderId::from_slice(order)
            {
                let order = order.to_string();
                if !stands("orders", &order) && !added.contains_key(&["orders", order.as_str()]) {
                    return Err(impossible(format!(
                        "it is about order {order}, which was made by a change that was refused too"
                    )));
                }
            }
        }
        Ok(())
    }
}

/// The document its author saw, and what they made of it.
fn before_and_after(ground: &Document, change: ParsedChange) -> Result<(Document, Document), String> {
    let seen = Heads::new(change.scanned().deps.clone());
    let before = ground.at(&seen).map_err(|error| error.to_string())?;
    let after = before.clone().with(change).map_err(|error| error.to_string())?;
    Ok((before, after))
}

/// How what somebody else stated is told by whoever takes it over.
struct Retold<'a> {
    author: &'a Author,
    why: &'a str,
    why_at: &'a str,
    at: Timestamp,
}

impl Retold<'_> {
    /// The fields of something new, as its new author states them.
    fn fields(
        &self,
        kind: DocumentKind,
        container: &str,
        fields: BTreeMap<&str, &Put>,
        stamp: Stamp,
    ) -> BTreeMap<String, ScalarValue> {
        let mut told: BTreeMap<String, ScalarValue> = fields
            .iter()
            .filter(|(name, _)| **name != "corrected_at")
            .filter_map(|(name, put)| Some(((*name).to_owned(), put.scalar()?)))
            .collect();
        let signed: [(&str, ScalarValue); 3] = [
            ("by", self.author.person.as_bytes().to_vec().into()),
            ("claimed_at", ScalarValue::Timestamp(self.author.claimed_at.millis())),
            ("stamp", ScalarValue::Uint(stamp.as_u64())),
        ];
        for (name, value) in signed {
            if let Some(field) = told.get_mut(name) {
                *field = value;
            }
        }
        match (kind, container) {
            (DocumentKind::Case, "entries") => {
                let said = ["declared_at", "corrected_at", "claimed_at"];
                let at = said.iter().find_map(|name| match fields.get(name) {
                    Some(Put::Time(at)) => Some(*at),
                    _ => None,
                });
                let at = at.unwrap_or(self.at);
                told.insert("declared_at".into(), ScalarValue::Timestamp(at.millis()));
                told.insert("declared_why".into(), words(self.why, fields.get("declared_why").copied()));
            }
            (DocumentKind::Round, "entries" | "checks") => {
                told.insert("note".into(), words(self.why_at, fields.get("note").copied()));
            }
            (DocumentKind::Case | DocumentKind::Round, "photos") => {
                told.insert("caption".into(), words(self.why_at, fields.get("caption").copied()));
            }
            _ => {}
        }
        told
    }
}

/// The reason, and after it what the first author had said there.
fn words(why: &str, said: Option<&Put>) -> ScalarValue {
    match said {
        Some(Put::Text(said)) if !said.is_empty() => format!("{why}；{said}").into(),
        _ => why.into(),
    }
}
