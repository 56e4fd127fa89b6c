//! One case with everything that belongs to it.

use std::convert::Infallible;
use std::str::FromStr;

use roundsman_sync_core::document::{Document, DocumentKind};
use roundsman_sync_core::ids::{DocumentId, OrderId};
use roundsman_sync_core::model::{Case, Liability, Order, OrderKind, Party, Place, Window};
use roundsman_sync_core::rules::{OrderStatus, order_status};
use rusqlite::Connection;

use super::cases::{self, CaseLine};
use super::contact::{ContactValues, contact};
use super::fields::{FieldValue, FieldValues, Registers, single};
use super::mentions::{Mentions, mentions};
use super::names::person;
use super::photos::{PhotoDetails, photos};
use super::refused::{RefusedChange, refused};
use super::sign_offs::{SignOffDetails, sign_offs};
use super::timeline::{TimelineEntry, timeline};
use super::{Reach, load};
use crate::database::DatabaseError;

/// How somebody names a case in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseKey {
    /// By its id.
    Id(DocumentId),
    /// By the number people call it by.
    Number(String),
}

impl FromStr for CaseKey {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.parse().map_or_else(|_| Self::Number(text.to_owned()), Self::Id))
    }
}

/// Everything one person may see of one case.
#[derive(Clone, Debug)]
pub struct CaseDetails {
    /// The line that a list shows of it.
    pub line: CaseLine,
    /// What happened, in staff's words.
    pub description: String,
    /// The fields that sort it.
    pub fields: Vec<FieldValues>,
    /// Who raised it.
    pub contact: Option<ContactValues>,
    /// Work orders, oldest first.
    pub orders: Vec<OrderDetails>,
    /// Entries in stamp order.
    pub timeline: Vec<TimelineEntry>,
    /// What the ids inside the entries are called.
    pub mentions: Mentions,
    /// Photos in stamp order.
    pub photos: Vec<PhotoDetails>,
    /// Sign-offs in stamp order.
    pub sign_offs: Vec<SignOffDetails>,
    /// Edits that were not accepted, and not made again since.
    pub refused: Vec<RefusedChange>,
}

/// One work order.
#[derive(Clone, Debug)]
pub struct OrderDetails {
    /// Its key in the document.
    pub id: OrderId,
    /// What people call it within the case: its place, from 1.
    pub number: usize,
    /// Word of the status computed from the entries.
    pub status: &'static str,
    /// How large a repair it is.
    pub kind: Option<OrderKind>,
    /// Who answers for it.
    pub liability: Liability,
    /// The outside party that does it.
    pub party: Option<Party>,
    /// When the owner expects somebody.
    pub appointment: Option<Window>,
    /// The order whose repair did not hold.
    pub rework_of: Option<OrderId>,
    /// Department and assignee, then what else was said of it, each with all its values.
    pub fields: Vec<FieldValues>,
}

/// The line of one case, if it is in reach.
///
/// # Errors
/// If the database fails.
pub fn case_head(db: &Connection, reach: &Reach, key: &CaseKey) -> Result<Option<CaseLine>, DatabaseError> {
    match key {
        CaseKey::Id(id) => cases::one(db, reach, "id", id.as_bytes()),
        CaseKey::Number(number) => cases::one(db, reach, "number", number),
    }
}

/// The entries of one case in stamp order, if it is in reach.
///
/// # Errors
/// If the database fails.
pub fn case_timeline(
    db: &Connection,
    reach: &Reach,
    key: &CaseKey,
) -> Result<Option<Vec<TimelineEntry>>, DatabaseError> {
    case_head(db, reach, key)?.map(|line| timeline(db, line.document)).transpose()
}

/// One case, if it is in reach.
///
/// # Errors
/// If the database fails or holds a document that cannot be read.
pub fn case(db: &Connection, reach: &Reach, key: &CaseKey) -> Result<Option<CaseDetails>, DatabaseError> {
    let Some(line) = case_head(db, reach, key)? else { return Ok(None) };
    let document = load(db, line.id, DocumentKind::Case)?
        .ok_or_else(|| DatabaseError::corrupt("documents", format!("no document of case {}", line.id)))?;
    let case = Case::read(&document);
    let sees_contacts = reach.sees_contacts(line.site);
    Ok(Some(CaseDetails {
        fields: head_fields(db, reach, &document, &case)?,
        contact: if sees_contacts { contact(db, line.id)? } else { None },
        orders: orders(db, &document, &case)?,
        mentions: mentions(db, case.entries.iter().map(|entry| (entry.id, &entry.fact)))?,
        timeline: timeline(db, line.document)?,
        photos: photos(db, line.document)?,
        sign_offs: sign_offs(db, (line.document, line.id), &case, sees_contacts)?,
        refused: refused(db, line.id, &document, sees_contacts)?,
        description: case.description,
        line,
    }))
}

fn head_fields(
    db: &Connection,
    reach: &Reach,
    document: &Document,
    case: &Case,
) -> Result<Vec<FieldValues>, DatabaseError> {
    let registers = Registers { db, document, container: vec!["fields"] };
    let word = |word: &str| Ok(FieldValue::Word(word.to_owned()));
    let mut fields = vec![
        registers.read("kind", &case.kind, |kind| word(kind.as_str()))?,
        registers.read("channel", &case.channel, |channel| word(channel.as_str()))?,
        registers.read("place", &case.place, |place| Ok(FieldValue::Text(Place::line(place))))?,
        registers.read("subject", &case.subject, |path| Ok(FieldValue::Subject(path.clone())))?,
        registers.read("urgency", &case.urgency, |urgency| word(urgency.as_str()))?,
        registers.read("nature", &case.nature, |nature| word(nature.as_str()))?,
        single("reported_at", case.reported_at.map(FieldValue::Time)),
        single("external_number", case.external_number.clone().map(FieldValue::Text)),
        registers.read("anonymous", &case.anonymous, |&anonymous| Ok(FieldValue::Truth(anonymous)))?,
    ];
    // Whom a complaint is about is not for them to read here: others look into it.
    if !case.about.all().contains(&reach.person()) {
        let about = |&about: &_| Ok(FieldValue::Person(person(db, about)?));
        fields.push(registers.read("about", &case.about, about)?);
    }
    Ok(fields)
}

fn orders(db: &Connection, document: &Document, case: &Case) -> Result<Vec<OrderDetails>, DatabaseError> {
    let mut found = Vec::with_capacity(case.orders.len());
    for (place, order) in case.orders.iter().enumerate() {
        found.push(OrderDetails {
            id: order.id,
            number: place + 1,
            status: OrderStatus::as_str(order_status(case, Some(order.id))),
            kind: order.kind.shown().copied(),
            liability: order.liability(),
            party: order.party.shown().cloned(),
            appointment: order.appointment.shown().copied(),
            rework_of: order.rework_of,
            fields: order_fields(db, document, order)?,
        });
    }
    Ok(found)
}

fn order_fields(
    db: &Connection,
    document: &Document,
    order: &Order,
) -> Result<Vec<FieldValues>, DatabaseError> {
    let id = order.id.to_string();
    let registers = Registers { db, document, container: vec!["orders", &id] };
    let word = |word: &str| Ok(FieldValue::Word(word.to_owned()));
    Ok(vec![
        registers.read("department", &order.department, |department| word(department.as_str()))?,
        registers
            .read("assignee", &order.assignee, |&assignee| Ok(FieldValue::Person(person(db, assignee)?)))?,
        registers.read("kind", &order.kind, |kind| word(kind.as_str()))?,
        registers.read("liability", &order.liability, |liability| word(liability.as_str()))?,
        registers.read("party", &order.party, |party| Ok(FieldValue::Party(party.clone())))?,
        registers.read("appointment", &order.appointment, |&window| Ok(FieldValue::Window(window)))?,
    ])
}
