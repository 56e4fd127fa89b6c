//! Contact data: who raised a case, in which words.

use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::Contact;
use rusqlite::Connection;

use super::fields::{FieldValue, FieldValues, Registers};
use super::{CaseLine, Reach, load};
use crate::database::DatabaseError;

/// Who raised the case. Only for people who may know.
#[derive(Clone, Debug)]
pub struct ContactValues {
    /// Name, phone, address.
    pub fields: Vec<FieldValues>,
    /// What they said; empty if nobody wrote it down.
    pub words: String,
}

/// The contact data of a case, if there is any.
pub(super) fn contact(db: &Connection, case: DocumentId) -> Result<Option<ContactValues>, DatabaseError> {
    let Some(document) = load(db, DocumentId::contact_of(case), DocumentKind::Contact)? else {
        return Ok(None);
    };
    let contact = Contact::read(&document);
    let registers = Registers { db, document: &document, container: vec!["fields"] };
    let named = [("name", &contact.name), ("phone", &contact.phone), ("address", &contact.address)];
    let fields = named
        .into_iter()
        .map(|(field, register)| registers.read(field, register, |text| Ok(FieldValue::Text(text.clone()))))
        .collect::<Result<Vec<_>, _>>()?;
    // A contact document that holds only a signature says nothing about who called.
    let said = !contact.words.is_empty() || fields.iter().any(|field| !field.values.is_empty());
    Ok(said.then_some(ContactValues { fields, words: contact.words }))
}

/// What the caller said, as it is written down now, empty if nothing is; `None` for who may not know.
///
/// # Errors
/// If the database fails.
pub fn contact_words(
    db: &Connection,
    reach: &Reach,
    case: &CaseLine,
) -> Result<Option<String>, DatabaseError> {
    if !reach.sees_contacts(case.site) {
        return Ok(None);
    }
    let document = load(db, DocumentId::contact_of(case.id), DocumentKind::Contact)?;
    Ok(Some(document.map(|document| Contact::read(&document).words).unwrap_or_default()))
}
