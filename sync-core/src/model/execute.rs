//! Turning a command into changes: the only place where documents are written.

use automerge::ScalarValue;

use super::case::{Case, Place};
use super::checks;
use super::command::{
    Classification, Command, ContactDetails, NewCase, NewEntry, NewPhoto, NewSignOff, SitePerson,
};
use super::words::{Department, EntryKind, SignOffOutcome};
use crate::clock::{Stamp, Timestamp};
use crate::document::{ActorBytes, ChangeNote, Document, DocumentError, DocumentKind, Edit, NewChange};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CommandId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SignOffId, SiteId};
use crate::limits::{DESCRIPTION_CHARS_MAX, NOTE_CHARS_MAX, ORDERS_PER_CASE_MAX, PHOTO_BYTES_MAX};

/// Who gives a command, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// Names the command on every replay.
    pub command: CommandId,
    /// Who gives it.
    pub person: PersonId,
    /// When they did it, by their own clock.
    pub claimed_at: Timestamp,
    /// The same moment, corrected by what is known of the server's clock; it only orders.
    pub stamp_wall: Timestamp,
}

/// Where a command finds the documents it writes.
pub trait Documents {
    /// The document of this id and kind, and the actor that writes in it. With `create`, an unknown
    /// id starts an empty one.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnknown`] or [`ErrorCode::KindMismatch`], or whatever the store says.
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal>;
}

/// One change that a command made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// In which document.
    pub document: DocumentId,
    /// Of which kind.
    pub kind: DocumentKind,
    /// The change.
    pub change: NewChange,
}

impl From<DocumentError> for Refusal {
    fn from(error: DocumentError) -> Self {
        Self::new(ErrorCode::StoreCorrupt, error.to_string())
    }
}

impl Command {
    /// The document that the command is mainly about.
    pub fn document(&self) -> DocumentId {
        match self {
            Self::CreateCase { case, .. }
            | Self::Classify { case, .. }
            | Self::Describe { case, .. }
            | Self::Dispatch { case, .. }
            | Self::Assign { case, .. }
            | Self::Record { case, .. }
            | Self::AddPhoto { case, .. }
            | Self::SignOff { case, .. }
            | Self::WriteContact { case, .. } => *case,
            Self::NameSite { site, .. } | Self::PutPerson { site, .. } => DocumentId::of_site(*site),
        }
    }

    /// The documents that the command may write, with their kinds.
    pub fn writes(&self) -> Vec<(DocumentId, DocumentKind)> {
        let document = self.document();
        let contact = (DocumentId::contact_of(document), DocumentKind::Contact);
        match self {
            Self::SignOff { new, .. } if new.outcome == SignOffOutcome::Signed => {
                vec![(document, DocumentKind::Case), contact]
            }
            Self::WriteContact { .. } => vec![contact],
            Self::NameSite { .. } | Self::PutPerson { .. } => vec![(document, DocumentKind::Site)],
            Self::CreateCase { .. }
            | Self::Classify { .. }
            | Self::Describe { .. }
            | Self::Dispatch { .. }
            | Self::Assign { .. }
            | Self::Record { .. }
            | Self::AddPhoto { .. }
            | Self::SignOff { .. } => vec![(document, DocumentKind::Case)],
        }
    }

    /// Makes the changes that the command asks for, at most one a document. None, if everything
    /// already is as asked.
    ///
    /// # Errors
    /// If what is asked is out of bounds or speaks of what is not there. Documents that were written
    /// before the refusal must be thrown away by the caller, which is why stores hand out copies.
    pub fn execute(&self, author: &Author, documents: &mut dyn Documents) -> Result<Vec<Written>, Refusal> {
        let mut scribe = Scribe { author, documents, written: Vec::new() };
        match self {
            Self::CreateCase { case, received, new } => scribe.create_case(*case, *received, new)?,
            Self::Classify { case, to } => scribe.classify(*case, to)?,
            Self::Describe { case, base, result } => scribe.describe(*case, base, result)?,
            Self::Dispatch { case, order, dispatched, department, assignee } => {
                scribe.dispatch(*case, *order, *dispatched, *department, *assignee)?;
            }
            Self::Assign { case, order, assignee } => scribe.assign(*case, *order, *assignee)?,
            Self::Record { case, order, entry, new } => scribe.record(*case, *order, *entry, new)?,
            Self::AddPhoto { case, photo, new } => scribe.add_photo(*case, *photo, new)?,
            Self::SignOff { case, order, sign_off, new } => scribe.sign_off(*case, *order, *sign_off, new)?,
            Self::WriteContact { case, details } => scribe.write_contact(*case, details)?,
            Self::NameSite { site, name } => scribe.name_site(*site, name)?,
            Self::PutPerson { site, person } => scribe.put_person(*site, person)?,
        }
        Ok(scribe.written)
    }
}

struct Scribe<'a> {
    author: &'a Author,
    documents: &'a mut dyn Documents,
    written: Vec<Written>,
}

impl Scribe<'_> {
    /// One change in one document.
    fn write(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
        write: impl FnOnce(&mut Edit<'_>, Stamp) -> Result<(), DocumentError>,
    ) -> Result<(), Refusal> {
        let (document, actor) = self.documents.open(id, kind, create)?;
        let latest = match kind {
            DocumentKind::Case => Case::read(document).latest_stamp(),
            DocumentKind::Contact | DocumentKind::Site => Stamp::ZERO,
        };
        let note = ChangeNote {
            command: self.author.command,
            person: self.author.person,
            stamp: latest.next(self.author.stamp_wall),
            claimed_at: self.author.claimed_at,
        };
        let change = document.edit(&actor, &note, |edit| {
            write(edit, note.stamp)?;
            Ok::<_, DocumentError>(())
        })?;
        self.written.extend(change.map(|change| Written { document: id, kind, change }));
        Ok(())
    }

    fn read_case(&mut self, case: DocumentId) -> Result<Case, Refusal> {
        Ok(Case::read(self.documents.open(case, DocumentKind::Case, false)?.0))
    }

    fn create_case(&mut self, case: DocumentId, received: EntryId, new: &NewCase) -> Result<(), Refusal> {
        checks::required_text("subject", &new.subject)?;
        checks::long_text("description", &new.description, DESCRIPTION_CHARS_MAX)?;
        check_place(&new.place)?;
        if let Some(number) = &new.external_number {
            checks::short_text("external number", number)?;
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, true, |edit, stamp| {
            const FIELDS: &[&str] = &["fields"];
            edit.set(FIELDS, "document", case.as_bytes().to_vec())?;
            edit.set(FIELDS, "site", new.site.as_bytes().to_vec())?;
            edit.set(FIELDS, "kind", new.kind.as_str())?;
            edit.set(FIELDS, "channel", new.channel.as_str())?;
            edit.set(FIELDS, "urgency", new.urgency.as_str())?;
            edit.set(FIELDS, "subject", new.subject.as_str())?;
            edit.set(FIELDS, "place", place_value(&new.place))?;
            let reported_at = new.reported_at.unwrap_or(author.claimed_at);
            edit.set(FIELDS, "reported_at", ScalarValue::Timestamp(reported_at.millis()))?;
            if let Some(number) = &new.external_number {
                edit.set(FIELDS, "external_number", number.as_str())?;
            }
            edit.rewrite("description", "", &new.description)?;
            let entry = NewEntry { kind: EntryKind::Received, note: String::new() };
            add_entry(edit, &author, stamp, received, None, &entry)
        })
    }

    fn classify(&mut self, case: DocumentId, to: &Classification) -> Result<(), Refusal> {
        if let Some(subject) = &to.subject {
            checks::required_text("subject", subject)?;
        }
        if let Some(place) = &to.place {
            check_place(place)?;
        }
        self.write(case, DocumentKind::Case, false, |edit, _| {
            let words = [
                ("kind", to.kind.map(|word| word.as_str())),
                ("urgency", to.urgency.map(|word| word.as_str())),
                ("nature", to.nature.map(|word| word.as_str())),
                ("subject", to.subject.as_deref()),
            ];
            for (key, word) in words {
                if let Some(word) = word {
                    edit.set(&["fields"], key, word)?;
                }
            }
            match &to.place {
                Some(place) => edit.set(&["fields"], "place", place_value(place)),
                None => Ok(()),
            }
        })
    }

    fn describe(&mut self, case: DocumentId, base: &str, result: &str) -> Result<(), Refusal> {
        checks::long_text("description", result, DESCRIPTION_CHARS_MAX)?;
        checks::long_text("description before", base, 2 * DESCRIPTION_CHARS_MAX)?;
        self.write(case, DocumentKind::Case, false, |edit, _| edit.rewrite("description", base, result))
    }

    fn dispatch(
        &mut self,
        case: DocumentId,
        order: OrderId,
        dispatched: EntryId,
        department: Department,
        assignee: Option<PersonId>,
    ) -> Result<(), Refusal> {
        if self.read_case(case)?.orders.len() >= ORDERS_PER_CASE_MAX {
            return Err(Refusal::new(
                ErrorCode::ValueOutOfRange,
                format!("a case holds at most {ORDERS_PER_CASE_MAX} orders"),
            ));
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let mut fields = vec![("department", ScalarValue::from(department.as_str()))];
            fields.extend(assignee.map(|person| ("assignee", ScalarValue::from(person.as_bytes().to_vec()))));
            edit.add(&["orders"], &order.to_string(), fields)?;
            let entry = NewEntry { kind: EntryKind::Dispatched, note: String::new() };
            add_entry(edit, &author, stamp, dispatched, Some(order), &entry)
        })
    }

    fn assign(&mut self, case: DocumentId, order: OrderId, assignee: PersonId) -> Result<(), Refusal> {
        self.known_order(case, Some(order))?;
        self.write(case, DocumentKind::Case, false, |edit, _| {
            edit.set(&["orders", &order.to_string()], "assignee", assignee.as_bytes().to_vec())
        })
    }

    fn record(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        id: EntryId,
        new: &NewEntry,
    ) -> Result<(), Refusal> {
        checks::long_text("note", &new.note, NOTE_CHARS_MAX)?;
        if new.kind == EntryKind::Unknown {
            return Err(Refusal::new(ErrorCode::ValueOutOfRange, "an entry must say what happened"));
        }
        self.known_order(case, order)?;
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            add_entry(edit, &author, stamp, id, order, new)
        })
    }

    fn add_photo(&mut self, case: DocumentId, id: PhotoId, new: &NewPhoto) -> Result<(), Refusal> {
        checks::long_text("caption", &new.caption, NOTE_CHARS_MAX)?;
        if new.size == 0 {
            return Err(Refusal::new(ErrorCode::PhotoEmpty, "the photo has no bytes"));
        }
        if new.size > PHOTO_BYTES_MAX {
            return Err(Refusal::new(
                ErrorCode::PhotoTooLarge,
                format!("the photo has {} bytes; at most {PHOTO_BYTES_MAX} are taken", new.size),
            ));
        }
        let author = *self.author;
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let fields = [
                ("hash", ScalarValue::from(new.hash.as_bytes().to_vec())),
                ("size", ScalarValue::Uint(new.size)),
                ("role", ScalarValue::from(new.role.as_str())),
                ("caption", ScalarValue::from(new.caption.as_str())),
            ];
            edit.add(&["photos"], &id.to_string(), fields.into_iter().chain(signed(&author, stamp)))
        })
    }

    fn sign_off(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        id: SignOffId,
        new: &NewSignOff,
    ) -> Result<(), Refusal> {
        // What is shown quotes the description and notes, each bounded already.
        checks::long_text("statement", &new.shown, 2 * (DESCRIPTION_CHARS_MAX + NOTE_CHARS_MAX))?;
        checks::short_text("relation", &new.relation)?;
        match new.outcome {
            SignOffOutcome::Signed => {
                checks::required_text("signer", &new.signer)?;
                if new.strokes.is_none() {
                    return Err(Refusal::new(ErrorCode::FieldMissing, "a signature must be drawn"));
                }
            }
            SignOffOutcome::Refused
            | SignOffOutcome::Absent
            | SignOffOutcome::Later
            | SignOffOutcome::NotNeeded => checks::short_text("signer", &new.signer)?,
        }
        self.known_order(case, order)?;
        let author = *self.author;
        let digest = PhotoHash::of(new.shown.as_bytes());
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let fields = [
                ("subject", ScalarValue::from(new.subject.as_str())),
                ("outcome", ScalarValue::from(new.outcome.as_str())),
                ("shown", ScalarValue::from(new.shown.as_str())),
                ("digest", ScalarValue::from(digest.as_bytes().to_vec())),
                ("renderer", ScalarValue::Uint(new.renderer)),
            ];
            let fields = fields.into_iter().chain(about(order)).chain(signed(&author, stamp));
            edit.add(&["sign_offs"], &id.to_string(), fields)
        })?;
        if new.outcome != SignOffOutcome::Signed {
            return Ok(());
        }
        self.write(DocumentId::contact_of(case), DocumentKind::Contact, true, |edit, stamp| {
            start_contact(edit, case)?;
            let mut fields = vec![
                ("signer", ScalarValue::from(new.signer.as_str())),
                ("relation", ScalarValue::from(new.relation.as_str())),
                ("stamp", ScalarValue::Uint(stamp.as_u64())),
            ];
            if let Some((hash, size)) = new.strokes {
                fields.push(("strokes", ScalarValue::from(hash.as_bytes().to_vec())));
                fields.push(("strokes_size", ScalarValue::Uint(size)));
            }
            edit.add(&["signatures"], &id.to_string(), fields)
        })
    }

    fn write_contact(&mut self, case: DocumentId, details: &ContactDetails) -> Result<(), Refusal> {
        let fields = [("name", &details.name), ("phone", &details.phone), ("address", &details.address)];
        for (field, value) in fields {
            checks::short_text(field, value.as_deref().unwrap_or_default())?;
        }
        if let Some((_, words)) = &details.words {
            checks::long_text("words", words, DESCRIPTION_CHARS_MAX)?;
        }
        self.write(DocumentId::contact_of(case), DocumentKind::Contact, true, |edit, _| {
            start_contact(edit, case)?;
            for (field, value) in fields {
                if let Some(value) = value {
                    edit.set(&["fields"], field, value.as_str())?;
                }
            }
            match &details.words {
                Some((base, result)) => edit.rewrite("words", base, result),
                None => Ok(()),
            }
        })
    }

    fn name_site(&mut self, site: SiteId, name: &str) -> Result<(), Refusal> {
        checks::required_text("name of the estate", name)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, true, |edit, _| {
            edit.set(&["fields"], "document", site.as_bytes().to_vec())?;
            edit.set(&["fields"], "name", name)
        })
    }

    fn put_person(&mut self, site: SiteId, person: &SitePerson) -> Result<(), Refusal> {
        checks::required_text("name of the person", &person.name)?;
        self.write(DocumentId::of_site(site), DocumentKind::Site, false, |edit, _| {
            let mut fields = vec![
                ("name", ScalarValue::from(person.name.as_str())),
                ("role", ScalarValue::from(person.role.as_str())),
            ];
            fields.extend(person.department.map(|word| ("department", ScalarValue::from(word.as_str()))));
            edit.add(&["people"], &person.person.to_string(), fields)
        })
    }

    fn known_order(&mut self, case: DocumentId, order: Option<OrderId>) -> Result<(), Refusal> {
        let read = self.read_case(case)?;
        match order {
            Some(order) if read.order(order).is_none() => {
                Err(Refusal::new(ErrorCode::OrderUnknown, format!("case {case} has no order {order}")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn add_entry(
    edit: &mut Edit<'_>,
    author: &Author,
    stamp: Stamp,
    id: EntryId,
    order: Option<OrderId>,
    new: &NewEntry,
) -> Result<(), DocumentError> {
    let mut fields = vec![("kind", ScalarValue::from(new.kind.as_str()))];
    if !new.note.is_empty() {
        fields.push(("note", ScalarValue::from(new.note.as_str())));
    }
    let fields = fields.into_iter().chain(about(order)).chain(signed(author, stamp));
    edit.add(&["entries"], &id.to_string(), fields)
}

/// The fields by which everything that is added to a case says whose it is and when.
fn signed(author: &Author, stamp: Stamp) -> [(&'static str, ScalarValue); 3] {
    [
        ("by", ScalarValue::from(author.person.as_bytes().to_vec())),
        ("claimed_at", ScalarValue::Timestamp(author.claimed_at.millis())),
        ("stamp", ScalarValue::Uint(stamp.as_u64())),
    ]
}

fn about(order: Option<OrderId>) -> Option<(&'static str, ScalarValue)> {
    order.map(|order| ("order", ScalarValue::from(order.as_bytes().to_vec())))
}

fn start_contact(edit: &mut Edit<'_>, case: DocumentId) -> Result<(), DocumentError> {
    edit.set(&["fields"], "document", DocumentId::contact_of(case).as_bytes().to_vec())?;
    edit.set(&["fields"], "case", case.as_bytes().to_vec())
}

fn check_place(place: &Place) -> Result<(), Refusal> {
    let parts =
        [("building", &place.building), ("unit", &place.unit), ("room", &place.room), ("spot", &place.spot)];
    parts
        .into_iter()
        .try_for_each(|(field, part)| checks::short_text(field, part.as_deref().unwrap_or_default()))
}

fn place_value(place: &Place) -> ScalarValue {
    // Writing to a vector cannot fail.
    ScalarValue::Bytes(minicbor::to_vec(place).unwrap_or_default())
}
