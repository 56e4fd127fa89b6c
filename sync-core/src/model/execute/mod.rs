//! Turning a command, or what a refused change meant, into changes: the only place where documents are written.

mod case;
mod contact;
mod order;
mod round;
mod route;
mod salvage;
mod site;

pub use salvage::Meant;

use automerge::ScalarValue;

use super::case::Case;
use super::command::{Command, NewEntry, NewPhoto};
use super::round::Round;
use super::words::SignOffOutcome;
use crate::clock::{Stamp, Timestamp};
use crate::document::{ActorBytes, ChangeNote, Document, DocumentError, DocumentKind, Edit, NewChange};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CommandId, DocumentId, EntryId, OrderId, PersonId};
use crate::limits::CLOCK_NOISE_MS;

/// Who gives a command, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// Names the command on every replay.
    pub command: CommandId,
    /// Who gives it.
    pub person: PersonId,
    /// When they did it, by their own clock.
    pub claimed_at: Timestamp,
    /// The same moment, corrected by what is known of the server's clock.
    pub corrected_at: Timestamp,
    /// The moment of writing by the server's clock, as far as it is known. It only orders: what an
    /// import writes today may have happened years ago.
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
            | Self::SortOrder { case, .. }
            | Self::TakeOrder { case, .. }
            | Self::WriteContact { case, .. } => *case,
            Self::StartRound { round, .. }
            | Self::Check { round, .. }
            | Self::AddRoundPhoto { round, .. }
            | Self::FinishRound { round, .. }
            | Self::ReportAbnormal { round, .. } => *round,
            Self::NameSite { site, .. }
            | Self::PutPerson { site, .. }
            | Self::WritePolicy { site, .. }
            | Self::PutArea { site, .. }
            | Self::PutCheckpoint { site, .. }
            | Self::PutRoute { site, .. } => DocumentId::of_site(*site),
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
            Self::NameSite { .. }
            | Self::PutPerson { .. }
            | Self::WritePolicy { .. }
            | Self::PutArea { .. }
            | Self::PutCheckpoint { .. }
            | Self::PutRoute { .. } => vec![(document, DocumentKind::Site)],
            Self::StartRound { .. } | Self::Check { .. } | Self::AddRoundPhoto { .. } => {
                vec![(document, DocumentKind::Round)]
            }
            Self::FinishRound { case, .. } => {
                let case = case.map(|case| (case, DocumentKind::Case));
                std::iter::once((document, DocumentKind::Round)).chain(case).collect()
            }
            Self::ReportAbnormal { case, .. } => {
                vec![(document, DocumentKind::Round), (*case, DocumentKind::Case)]
            }
            Self::CreateCase { .. }
            | Self::Classify { .. }
            | Self::Describe { .. }
            | Self::Dispatch { .. }
            | Self::Assign { .. }
            | Self::Record { .. }
            | Self::AddPhoto { .. }
            | Self::SignOff { .. }
            | Self::SortOrder { .. }
            | Self::TakeOrder { .. } => vec![(document, DocumentKind::Case)],
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
            Self::Dispatch { case, order, dispatched, department, assignee, new } => {
                let new = new.clone().unwrap_or_default();
                scribe.dispatch(*case, (*order, *dispatched), *department, *assignee, new)?;
            }
            Self::Assign { case, order, assignee } => scribe.assign(*case, *order, *assignee)?,
            Self::Record { case, order, entry, new } => scribe.record(*case, *order, *entry, new)?,
            Self::AddPhoto { case, photo, new } => scribe.add_photo(*case, *photo, new)?,
            Self::SignOff { case, order, sign_off, new } => scribe.sign_off(*case, *order, *sign_off, new)?,
            Self::WriteContact { case, details } => scribe.write_contact(*case, details)?,
            Self::NameSite { site, name } => scribe.name_site(*site, name)?,
            Self::PutPerson { site, person } => scribe.put_person(*site, person)?,
            Self::SortOrder { case, order, to } => scribe.sort_order(*case, *order, to)?,
            Self::TakeOrder { case, order, accepted } => scribe.take_order(*case, *order, *accepted)?,
            Self::WritePolicy { site, text } => scribe.write_policy(*site, text)?,
            Self::PutArea { site, area, new } => scribe.put_area(*site, *area, new)?,
            Self::PutCheckpoint { site, checkpoint, new } => {
                scribe.put_checkpoint(*site, *checkpoint, new)?
            }
            Self::PutRoute { site, route, new } => scribe.put_route(*site, *route, new)?,
            Self::StartRound { round, started, new } => scribe.start_round(*round, *started, new)?,
            Self::Check { round, check, new } => scribe.check(*round, *check, new, None)?,
            Self::AddRoundPhoto { round, photo, check, new } => {
                scribe.add_round_photo(*round, *photo, *check, new)?;
            }
            Self::FinishRound { round, finished, case, note } => {
                scribe.finish_round(*round, *finished, *case, note)?;
            }
            Self::ReportAbnormal { round, check, new, case, received, found, create } => {
                scribe.report_abnormal(*round, (*check, new), (*case, *received, *found), create)?;
            }
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
            DocumentKind::Round => Round::read(document).latest_stamp(),
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

    fn known_order(&mut self, case: DocumentId, order: Option<OrderId>) -> Result<(), Refusal> {
        let Some(order) = order else {
            return self.documents.open(case, DocumentKind::Case, false).map(drop);
        };
        if self.read_case(case)?.order(order).is_none() {
            return Err(Refusal::new(ErrorCode::OrderUnknown, format!("case {case} has no order {order}")));
        }
        Ok(())
    }
}

/// Adds an entry. Everything about it is checked before.
fn add_entry(
    edit: &mut Edit<'_>,
    author: &Author,
    stamp: Stamp,
    id: EntryId,
    order: Option<OrderId>,
    new: &NewEntry,
) -> Result<(), DocumentError> {
    let mut fields = vec![("kind", ScalarValue::from(new.fact.kind().as_str()))];
    if !new.note.is_empty() {
        fields.push(("note", ScalarValue::from(new.note.as_str())));
    }
    fields.extend(new.fact.details().map(|details| ("details", ScalarValue::Bytes(details))));
    if let Some(declared) = &new.declared {
        fields.push(("declared_at", ScalarValue::Timestamp(declared.at.millis())));
        fields.push(("declared_why", ScalarValue::from(declared.why.as_str())));
    }
    let fields = fields.into_iter().chain(about(order)).chain(signed(author, stamp));
    edit.add(&["entries"], &id.to_string(), fields)
}

/// The fields of a photo's mention. Everything about it is checked before.
fn photo_fields(
    new: &NewPhoto,
    author: &Author,
    stamp: Stamp,
) -> impl Iterator<Item = (&'static str, ScalarValue)> {
    [
        ("hash", ScalarValue::from(new.hash.as_bytes().to_vec())),
        ("size", ScalarValue::Uint(new.size)),
        ("role", ScalarValue::from(new.role.as_str())),
        ("caption", ScalarValue::from(new.caption.as_str())),
    ]
    .into_iter()
    .chain(new.preview.into_iter().flat_map(|preview| {
        [
            ("preview", ScalarValue::from(preview.hash.as_bytes().to_vec())),
            ("preview_size", ScalarValue::Uint(preview.size)),
        ]
    }))
    .chain(signed(author, stamp))
}

/// The fields by which everything that is added to a case or a round says whose it is and when.
fn signed(author: &Author, stamp: Stamp) -> impl Iterator<Item = (&'static str, ScalarValue)> {
    // Most phones are right to a second or two, and need no correction.
    let off_ms = author.corrected_at.millis_since(author.claimed_at).saturating_abs();
    let correction = (off_ms > CLOCK_NOISE_MS).then_some(author.corrected_at);
    [
        ("by", ScalarValue::from(author.person.as_bytes().to_vec())),
        ("claimed_at", ScalarValue::Timestamp(author.claimed_at.millis())),
        ("stamp", ScalarValue::Uint(stamp.as_u64())),
    ]
    .into_iter()
    .chain(correction.map(|at| ("corrected_at", ScalarValue::Timestamp(at.millis()))))
}

fn about(order: Option<OrderId>) -> Option<(&'static str, ScalarValue)> {
    order.map(|order| ("order", ScalarValue::from(order.as_bytes().to_vec())))
}

/// A value that is set as one.
fn record(value: &impl minicbor::Encode<()>) -> ScalarValue {
    // Writing to a vector cannot fail.
    ScalarValue::Bytes(minicbor::to_vec(value).unwrap_or_default())
}
