//! What a person writes about cases.

use std::fs::File;
use std::io::Read as _;

use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{
    ConflictId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, SettlementId, SignOffId,
};
use roundsman_sync_core::limits::PHOTO_BYTES_MAX;
use roundsman_sync_core::model as core;
use roundsman_sync_core::replica::{Picture, SignOffResult};

use super::Replica;
use crate::case::{
    Classification, ContactDetails, NewCase, NewEntry, NewOrder, NewPhoto, NewSignOff, OrderSorting,
    Statement,
};
use crate::convert::To;
use crate::details::{Arrival, EntryDetails, fact};
use crate::error::RoundsmanError;
use crate::round::NewPicture;
use crate::standing::Choice;
use crate::words::{Department, EntryKind, PhotoRole, SignOffSubject};

/// All of these fail with `not_enrolled` or `device_revoked` on a phone that may not write, `command_not_permitted`
/// without the right, `document_unknown` for a case that is not on this phone, `procedure_forbids` if something else
/// comes first, and `store_…` if the file cannot be written. Then nothing was changed.
#[uniffi::export]
impl Replica {
    /// Writes a new case down. Gives its id.
    ///
    /// # Errors
    /// See above; or a field is too long, empty or malformed.
    pub fn create_case(&self, new: NewCase) -> Result<DocumentId, RoundsmanError> {
        self.call(|replica| replica.create_case(new.to()))
    }

    /// Sorts a case.
    ///
    /// # Errors
    /// See above; or a field is malformed.
    pub fn classify(&self, case_id: DocumentId, to: Classification) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.classify(case_id, to.to()))
    }

    /// Changes the description from what the writer saw to what they made of it; two people's edits merge.
    ///
    /// # Errors
    /// See above; or the text is too long.
    pub fn describe(&self, case_id: DocumentId, base: String, result: String) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.describe(case_id, &base, &result))
    }

    /// Gives a new order to a department, or to a person in it.
    ///
    /// # Errors
    /// See above; the case has too many orders, or a field is malformed.
    #[uniffi::method(default(assignee = None, new = None))]
    pub fn dispatch(
        &self,
        case_id: DocumentId,
        department: Department,
        assignee: Option<PersonId>,
        new: Option<NewOrder>,
    ) -> Result<OrderId, RoundsmanError> {
        let new = new.map(To::to).unwrap_or_default();
        self.call(|replica| replica.dispatch_order(case_id, department.to(), assignee, new))
    }

    /// Gives an order to a person.
    ///
    /// # Errors
    /// See above; or `order_unknown`.
    pub fn assign(
        &self,
        case_id: DocumentId,
        order_id: OrderId,
        assignee: PersonId,
    ) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.assign(case_id, order_id, assignee))
    }

    /// Sorts an order: how large, who answers for it, when the owner expects somebody.
    ///
    /// # Errors
    /// See above; `order_unknown`; or a field is malformed.
    pub fn sort_order(
        &self,
        case_id: DocumentId,
        order_id: OrderId,
        to: OrderSorting,
    ) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.sort_order(case_id, order_id, to.to()))
    }

    /// Takes an order from the pool (抢单), or accepts one that was given (接单).
    ///
    /// # Errors
    /// See above; or `order_unknown`.
    pub fn take_order(&self, case_id: DocumentId, order_id: OrderId) -> Result<EntryId, RoundsmanError> {
        self.call(|replica| replica.take_order(case_id, order_id))
    }

    /// States that something happened, about an order or about the case as a whole.
    ///
    /// # Errors
    /// See above; `order_unknown`; `details_invalid` if the details do not go with the kind; or the note is too long.
    pub fn record(
        &self,
        case_id: DocumentId,
        order_id: Option<OrderId>,
        new: NewEntry,
    ) -> Result<EntryId, RoundsmanError> {
        self.call(|replica| {
            let NewEntry { kind, note, scan, position, details, declared } = new;
            let details = match (kind, details) {
                (EntryKind::Arrived, None) => {
                    Some(EntryDetails::Arrived { details: Arrival { scan, position } })
                }
                (_, details) if scan.is_none() && position.is_none() => details,
                _ => {
                    let message =
                        "only an arrival has a scan or a position, and has them here or in its details";
                    return Err(Refusal::new(ErrorCode::DetailsInvalid, message));
                }
            };
            let new = core::NewEntry { fact: fact(kind, details)?, note, declared: declared.to() };
            replica.record(case_id, order_id, new)
        })
    }

    /// Keeps a photo from a file, and names it in the case. Gives its hash.
    ///
    /// # Errors
    /// See above; `not_found` if the file cannot be read, `photo_empty`, `photo_too_large`; `value_out_of_range` for a
    /// preview that is none.
    pub fn add_photo(&self, case_id: DocumentId, new: NewPhoto) -> Result<PhotoHash, RoundsmanError> {
        let bytes = read(&new.path)?;
        let caption = new.caption.unwrap_or_default();
        let picture = Picture { bytes: &bytes, caption: &caption, preview: new.preview.as_deref() };
        self.call(|replica| replica.add_picture(case_id, new.role.to(), &picture))
    }

    /// Keeps a photo that is in memory, and names it in the case. Gives its hash.
    ///
    /// # Errors
    /// As `add_photo`.
    pub fn add_picture(
        &self,
        case_id: DocumentId,
        role: PhotoRole,
        new: NewPicture,
    ) -> Result<PhotoHash, RoundsmanError> {
        self.call(|replica| replica.add_picture(case_id, role.to(), &new.as_core()))
    }

    /// What to put before an owner for signature, as the case now reads.
    ///
    /// # Errors
    /// `document_unknown`, `order_unknown`, or the file cannot be read.
    pub fn statement(
        &self,
        case_id: DocumentId,
        order_id: Option<OrderId>,
        subject: SignOffSubject,
    ) -> Result<Statement, RoundsmanError> {
        self.call(|replica| replica.statement(case_id, order_id, subject.to())).map(To::to)
    }

    /// What to put before an owner who is to sign a settlement.
    ///
    /// # Errors
    /// `document_unknown`, `settlement_unknown`, or the file cannot be read.
    pub fn settlement_statement(
        &self,
        case_id: DocumentId,
        settlement: SettlementId,
    ) -> Result<Statement, RoundsmanError> {
        self.call(|replica| replica.settlement_statement(case_id, settlement)).map(To::to)
    }

    /// Keeps an owner's signature, or that there was none.
    ///
    /// # Errors
    /// See above; `order_unknown`; `field_missing` for a signature without name or strokes; `photo_too_large` for
    /// strokes past the bound.
    pub fn sign_off(
        &self,
        case_id: DocumentId,
        order_id: Option<OrderId>,
        new: NewSignOff,
    ) -> Result<SignOffId, RoundsmanError> {
        self.call(|replica| {
            let shown = match (new.shown, new.settlement) {
                (Some(text), _) => core::Statement { digest: PhotoHash::of(text.as_bytes()), text },
                (None, Some(settlement)) => replica.settlement_statement(case_id, settlement)?,
                (None, None) => replica.statement(case_id, order_id, new.subject.to())?,
            };
            let result = SignOffResult {
                subject: new.subject.to(),
                outcome: new.outcome.to(),
                signer: &new.signer,
                relation: &new.relation,
                strokes_png: new.strokes_png.as_deref(),
                settlement: new.settlement,
                shown: &shown,
            };
            replica.sign_off(case_id, order_id, &result)
        })
    }

    /// Writes contact data.
    ///
    /// # Errors
    /// See above; or a field is too long or malformed.
    pub fn write_contact(&self, case_id: DocumentId, details: ContactDetails) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.write_contact(case_id, details.to()))
    }

    /// Settles one of the case's conflicts.
    ///
    /// # Errors
    /// See above; `conflict_unknown` if the case has no such conflict, or it has not that value.
    pub fn resolve(
        &self,
        case_id: DocumentId,
        conflict_id: String,
        choice: Choice,
    ) -> Result<(), RoundsmanError> {
        self.call(|replica| match choice {
            Choice::Value { value } => replica.settle_field(case_id, &conflict_id, &value),
            Choice::Ruling { decision } => {
                let conflict: ConflictId = conflict_id.parse().map_err(|_| {
                    let message =
                        format!("'{conflict_id}' is no contradiction: a parallel edit takes a value");
                    Refusal::new(ErrorCode::ConflictUnknown, message)
                })?;
                replica.settle_contradiction(case_id, conflict, &decision).map(|_| ())
            }
        })
    }

    /// Copies a playbook into a case, with its deadlines counted from now. Gives the checklist's id.
    ///
    /// # Errors
    /// See above; `not_found` if there is no such playbook.
    pub fn choose_playbook(&self, case_id: DocumentId, playbook: String) -> Result<EntryId, RoundsmanError> {
        self.call(|replica| replica.choose_playbook(case_id, &playbook))
    }

    /// States that a step of a checklist was done.
    ///
    /// # Errors
    /// See above; `not_found` if the case has no such checklist or step.
    #[uniffi::method(default(note = ""))]
    pub fn do_step(
        &self,
        case_id: DocumentId,
        checklist: EntryId,
        step: String,
        note: String,
    ) -> Result<EntryId, RoundsmanError> {
        self.call(|replica| replica.do_step(case_id, checklist, &step, &note))
    }
}

/// The bytes of a file, and never more than a photo may have and one more, so that the core can refuse it.
fn read(path: &str) -> Result<Vec<u8>, RoundsmanError> {
    let failed = |error: std::io::Error| {
        RoundsmanError::new(ErrorCode::NotFound, format!("the photo's file cannot be read: {error}"))
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(PHOTO_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
