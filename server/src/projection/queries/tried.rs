//! What a refused change would have done, line by line, for people to read.

use roundsman_sync_core::document::{Document, DocumentKind, Register};
use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::{Case, Contact, Fact, Order, Place, Round, Site};
use rusqlite::{Connection, OptionalExtension};

use super::fields::FieldValue;
use super::names::person;
use crate::database::DatabaseError;

/// What sort of thing a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedKind {
    /// A field by its name; also a photo, a sign-off, a result.
    Field,
    /// A field of an order.
    OrderField,
    /// An entry of a case, by the word for what it states.
    Entry,
}

/// One thing that somebody wanted to write.
#[derive(Clone, Debug)]
pub struct TriedLine {
    /// What sort of thing.
    pub kind: TriedKind,
    /// Its name among those of its sort.
    pub name: &'static str,
    /// What they wanted it to be; of an entry, their words.
    pub value: FieldValue,
    /// What an entry states.
    pub fact: Option<Fact>,
}

impl TriedLine {
    /// The line as plain text.
    pub fn text(&self) -> String {
        format!("{}: {}", self.name, self.value.text())
    }
}

/// What stands after and not before, of a document.
pub(super) fn lines(
    db: &Connection,
    before: &Document,
    after: &Document,
) -> Result<Vec<TriedLine>, DatabaseError> {
    let mut lines = Lines { db, lines: Vec::new() };
    match after.kind() {
        DocumentKind::Case => lines.case(&Case::read(before), &Case::read(after))?,
        DocumentKind::Contact => lines.contact(&Contact::read(before), &Contact::read(after)),
        DocumentKind::Round => lines.round(&Round::read(before), &Round::read(after))?,
        DocumentKind::Site => lines.site(&Site::read(before), &Site::read(after))?,
    }
    Ok(lines.lines)
}

struct Lines<'a> {
    db: &'a Connection,
    lines: Vec<TriedLine>,
}

fn word(word: &impl ToString) -> FieldValue {
    FieldValue::Word(word.to_string())
}

fn text(text: &impl ToString) -> FieldValue {
    FieldValue::Text(text.to_string())
}

impl Lines<'_> {
    fn push(&mut self, kind: TriedKind, name: &'static str, value: FieldValue) {
        self.lines.push(TriedLine { kind, name, value, fact: None });
    }

    fn field(&mut self, name: &'static str, value: FieldValue) {
        self.push(TriedKind::Field, name, value);
    }

    fn register<T: PartialEq>(
        &mut self,
        kind: TriedKind,
        name: &'static str,
        (before, after): (&Register<T>, &Register<T>),
        show: impl Fn(&T) -> FieldValue,
    ) {
        if before != after
            && let Some(value) = after.shown()
        {
            self.push(kind, name, show(value));
        }
    }

    fn person(&mut self, kind: TriedKind, name: &'static str, id: PersonId) -> Result<(), DatabaseError> {
        let value = FieldValue::Person(person(self.db, id)?);
        self.push(kind, name, value);
        Ok(())
    }

    fn estate(&mut self, before: Option<SiteId>, after: Option<SiteId>) -> Result<(), DatabaseError> {
        let Some(site) = after.filter(|_| before != after) else { return Ok(()) };
        let mut found = self.db.prepare_cached("SELECT name FROM sites WHERE site = ?1")?;
        let name: Option<String> = found.query_row([site.as_bytes()], |row| row.get(0)).optional()?;
        self.field("site", FieldValue::Text(name.unwrap_or_else(|| site.to_string())));
        Ok(())
    }

    fn case(&mut self, before: &Case, after: &Case) -> Result<(), DatabaseError> {
        use TriedKind::Field;
        self.estate(before.site, after.site)?;
        self.register(Field, "kind", (&before.kind, &after.kind), word);
        self.register(Field, "channel", (&before.channel, &after.channel), word);
        self.register(Field, "urgency", (&before.urgency, &after.urgency), word);
        self.register(Field, "nature", (&before.nature, &after.nature), word);
        self.register(Field, "subject", (&before.subject, &after.subject), |path| {
            FieldValue::Subject(path.clone())
        });
        self.register(Field, "place", (&before.place, &after.place), |place| text(&Place::line(place)));
        if before.about != after.about
            && let Some(&about) = after.about.shown()
        {
            self.person(Field, "about", about)?;
        }
        let truth = |truth: &bool| FieldValue::Truth(*truth);
        self.register(Field, "anonymous", (&before.anonymous, &after.anonymous), truth);
        self.register(Field, "confidential", (&before.confidential, &after.confidential), truth);
        if before.description != after.description {
            self.field("description", text(&after.description));
        }
        if before.external_number != after.external_number
            && let Some(number) = &after.external_number
        {
            self.field("external_number", text(number));
        }
        for order in &after.orders {
            let known = before.order(order.id).cloned().unwrap_or_else(|| Order::new(order.id));
            self.order(&known, order)?;
        }
        for entry in after.entries.iter().filter(|entry| !before.entries.contains(entry)) {
            self.lines.push(TriedLine {
                kind: TriedKind::Entry,
                name: entry.kind().as_str(),
                value: text(&entry.note),
                fact: Some(entry.fact.clone()),
            });
        }
        for photo in after.photos.iter().filter(|photo| !before.photos.contains(photo)) {
            self.field("photo", text(&format!("{} {} {}", photo.role, photo.hash, photo.caption)));
        }
        for sign_off in after.sign_offs.iter().filter(|sign_off| !before.sign_offs.contains(sign_off)) {
            let said = format!("{} {}\n{}", sign_off.subject, sign_off.outcome, sign_off.shown);
            self.field("sign_off", text(&said));
        }
        Ok(())
    }

    fn order(&mut self, before: &Order, after: &Order) -> Result<(), DatabaseError> {
        use TriedKind::OrderField;
        self.register(OrderField, "department", (&before.department, &after.department), word);
        if before.assignee != after.assignee
            && let Some(&assignee) = after.assignee.shown()
        {
            self.person(OrderField, "assignee", assignee)?;
        }
        self.register(OrderField, "order_kind", (&before.kind, &after.kind), word);
        self.register(OrderField, "liability", (&before.liability, &after.liability), word);
        self.register(OrderField, "party", (&before.party, &after.party), |party| {
            FieldValue::Party(party.clone())
        });
        self.register(OrderField, "appointment", (&before.appointment, &after.appointment), |window| {
            FieldValue::Window(*window)
        });
        Ok(())
    }

    fn contact(&mut self, before: &Contact, after: &Contact) {
        use TriedKind::Field;
        self.register(Field, "name", (&before.name, &after.name), text);
        self.register(Field, "phone", (&before.phone, &after.phone), text);
        self.register(Field, "address", (&before.address, &after.address), text);
        if before.words != after.words {
            self.field("words", text(&after.words));
        }
        for signature in after.signatures.iter().filter(|signature| !before.signatures.contains(signature)) {
            self.field("signer", text(&format!("{} {}", signature.signer, signature.relation)));
        }
    }

    fn round(&mut self, before: &Round, after: &Round) -> Result<(), DatabaseError> {
        self.estate(before.site, after.site)?;
        if before.plan.name != after.plan.name {
            self.field("route", text(&after.plan.name));
        }
        for entry in after.entries.iter().filter(|entry| !before.entries.contains(entry)) {
            self.field(entry.kind.as_str(), text(&entry.note));
        }
        for check in after.checks.iter().filter(|check| !before.checks.contains(check)) {
            let point = after.plan.checkpoint(check.checkpoint);
            let name = point.map(|point| point.name.as_str()).unwrap_or_default();
            self.field("check", text(&format!("{name} {} {}", check.reading.as_str(), check.note)));
        }
        for mention in after.photos.iter().filter(|mention| !before.photos.contains(mention)) {
            self.field("photo", text(&format!("{} {}", mention.photo.hash, mention.photo.caption)));
        }
        Ok(())
    }

    fn site(&mut self, before: &Site, after: &Site) -> Result<(), DatabaseError> {
        if before.name != after.name {
            self.field("name", text(&after.name));
        }
        self.register(TriedKind::Field, "policy", (&before.policy, &after.policy), text);
        for (id, area) in &after.areas {
            let known = before.areas.iter().find(|(known, _)| known == id);
            if known.is_none_or(|(_, known)| known != area)
                && let Some(area) = area.shown()
            {
                self.field("area", text(&format!("{} {}", area.name, area.buildings.join(" "))));
            }
        }
        for (id, point) in &after.checkpoints {
            let known = before.checkpoints.iter().find(|(known, _)| known == id);
            if known.is_none_or(|(_, known)| known != point)
                && let Some(point) = point.shown()
            {
                self.field("checkpoint", text(&format!("{} {}", point.name, point.place.line())));
            }
        }
        for (id, route) in &after.routes {
            let known = before.routes.iter().find(|(known, _)| known == id);
            if known.is_none_or(|(_, known)| known != route)
                && let Some(route) = route.shown()
            {
                self.field("route", text(&route.name));
            }
        }
        for listed in after.people.iter().filter(|listed| !before.people.contains(listed)) {
            self.field("person", text(&format!("{} {}", listed.name, listed.role)));
        }
        Ok(())
    }
}
