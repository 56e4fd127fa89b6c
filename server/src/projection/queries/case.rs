//! One case with everything that belongs to it.

use std::convert::Infallible;
use std::str::FromStr;

use roundsman_sync_core::document::{Document, DocumentKind};
use roundsman_sync_core::ids::{DocumentId, OrderId};
use roundsman_sync_core::model::{Case, Place};
use roundsman_sync_core::rules::{OrderStatus, order_status};
use rusqlite::Connection;

use super::cases::{self, CaseLine};
use super::contact::{ContactValues, contact};
use super::fields::{FieldValue, FieldValues, Registers, single};
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
    /// Department and assignee.
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
        fields: head_fields(db, &document, &case)?,
        contact: if sees_contacts { contact(db, line.id)? } else { None },
        orders: orders(db, &document, &case)?,
        timeline: timeline(db, line.document)?,
        photos: photos(db, line.document)?,
        sign_offs: sign_offs(db, (line.document, line.id), &case, sees_contacts)?,
        refused: refused(db, line.id, &document, sees_contacts)?,
        description: case.description,
        line,
    }))
}

fn head_fields(db: &Connection, document: &Document, case: &Case) -> Result<Vec<FieldValues>, DatabaseError> {
    let registers = Registers { db, document, container: vec!["fields"] };
    let word = |word: &str| Ok(FieldValue::Word(word.to_owned()));
    Ok(vec![
        registers.read("kind", &case.kind, |kind| word(kind.as_str()))?,
        registers.read("channel", &case.channel, |channel| word(channel.as_str()))?,
        registers.read("place", &case.place, |place| Ok(FieldValue::Text(Place::line(place))))?,
        registers.read("subject", &case.subject, |path| Ok(FieldValue::Subject(path.clone())))?,
        registers.read("urgency", &case.urgency, |urgency| word(urgency.as_str()))?,
        registers.read("nature", &case.nature, |nature| word(nature.as_str()))?,
        single("reported_at", case.reported_at.map(FieldValue::Time)),
        single("external_number", case.external_number.clone().map(FieldValue::Text)),
    ])
}

fn orders(db: &Connection, document: &Document, case: &Case) -> Result<Vec<OrderDetails>, DatabaseError> {
    let mut found = Vec::with_capacity(case.orders.len());
    for (place, order) in case.orders.iter().enumerate() {
        let id = order.id.to_string();
        let registers = Registers { db, document, container: vec!["orders", &id] };
        let department = registers.read("department", &order.department, |department| {
            Ok(FieldValue::Word(department.as_str().to_owned()))
        })?;
        let assignee = registers
            .read("assignee", &order.assignee, |&assignee| Ok(FieldValue::Person(person(db, assignee)?)))?;
        let status = OrderStatus::as_str(order_status(case, Some(order.id)));
        found.push(OrderDetails {
            id: order.id,
            number: place + 1,
            status,
            fields: vec![department, assignee],
        });
    }
    Ok(found)
}
