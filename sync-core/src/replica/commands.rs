//! What a person can ask for. Each command is on disk before it returns, or has changed nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;

use super::desk::{execute, seal};
use super::draft::Draft;
use super::outbox::{EditState, OutboxRow};
use super::photos::{PhotoKind, PhotoRow};
use super::rounds::Picture;
use super::store::{UploadState, Write};
use super::{Replica, meta::Enrolment};
use crate::error::{ErrorCode, Refusal};
use crate::ids::{
    CommandId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SettlementId, SignOffId, SiteId,
};
use crate::limits::{PHOTO_BYTES_MAX, PREVIEW_BYTES_MAX, SIGNATURE_BYTES_MAX};
use crate::model::{
    Author, Classification, Command, ContactDetails, Department, NewCase, NewEntry, NewOrder, NewPhoto,
    NewSignOff, OrderSorting, PhotoRole, Preview, RENDERER, SignOffOutcome, SignOffSubject, Statement,
};
use crate::picture::{check_preview, preview_of};
use crate::rules;

/// How the asking for an owner's signature ended.
#[derive(Clone, Debug)]
pub struct SignOffResult<'a> {
    /// What was signed for.
    pub subject: SignOffSubject,
    /// How it ended.
    pub outcome: SignOffOutcome,
    /// The name of who signed; empty if nobody did.
    pub signer: &'a str,
    /// What they are to the flat.
    pub relation: &'a str,
    /// The drawn signature as a PNG. Must be there if the outcome is `Signed`.
    pub strokes_png: Option<&'a [u8]>,
    /// The settlement it is about, if about one.
    pub settlement: Option<SettlementId>,
    /// The statement that was shown, from [`Replica::statement`]: what is kept is what was shown, even
    /// if a sync changed the case meanwhile.
    pub shown: &'a Statement,
}

/// Bytes that a command names and that are kept with it.
pub(super) struct Bytes<'a> {
    pub(super) hash: PhotoHash,
    pub(super) bytes: Cow<'a, [u8]>,
    pub(super) kind: PhotoKind,
}

/// The mention of a picture, and what is kept with it: the picture and its preview. Drawing the preview takes
/// as long as decoding the picture.
///
/// # Errors
/// [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`], or [`ErrorCode::ValueOutOfRange`] for a preview that
/// is none.
pub(super) fn keep<'a>(
    picture: &Picture<'a>,
    role: PhotoRole,
) -> Result<(NewPhoto, Vec<Bytes<'a>>), Refusal> {
    let size = size_of(picture.bytes, PHOTO_BYTES_MAX)?;
    let hash = picture.hash();
    let small = match picture.preview {
        Some(handed_in) => {
            check_preview(handed_in)?;
            Some(Cow::Borrowed(handed_in))
        }
        // A copy that is no smaller saves nobody anything.
        None => preview_of(picture.bytes).filter(|made| made.len() < picture.bytes.len()).map(Cow::Owned),
    };
    let small = small.map(|bytes| Bytes { hash: PhotoHash::of(&bytes), bytes, kind: PhotoKind::Preview });
    // A picture that is handed in as its own preview has none.
    let small = small.filter(|small| small.hash != hash);
    let preview = match &small {
        Some(small) => Some(Preview { hash: small.hash, size: size_of(&small.bytes, PREVIEW_BYTES_MAX)? }),
        None => None,
    };
    let kind =
        if preview.is_none() && size <= PREVIEW_BYTES_MAX { PhotoKind::Small } else { PhotoKind::Original };
    let new = NewPhoto { hash, size, role, caption: picture.caption.to_owned(), preview };
    let whole = Bytes { hash, bytes: Cow::Borrowed(picture.bytes), kind };
    Ok((new, std::iter::once(whole).chain(small).collect()))
}

/// All commands fail with [`ErrorCode::NotEnrolled`] or [`ErrorCode::DeviceRevoked`] on a replica that
/// may not write, [`ErrorCode::CommandNotPermitted`] without the right, [`ErrorCode::DocumentUnknown`]
/// for a case that is not on this phone, and `store_…` codes if the file cannot be written.
impl Replica {
    /// Writes a new case down.
    ///
    /// # Errors
    /// See the commands in general; or a field is too long, empty or malformed.
    pub fn create_case(&mut self, new: NewCase) -> Result<DocumentId, Refusal> {
        let now = self.env.clock.read().wall;
        let case = DocumentId::mint(now, &mut *self.env.rng);
        let received = EntryId::mint(now, &mut *self.env.rng);
        self.give(&Command::CreateCase { case, received, new }, &[])?;
        Ok(case)
    }

    /// Sorts a case, or settles a parallel edit by saying which value holds.
    ///
    /// # Errors
    /// See the commands in general; or a field is malformed.
    pub fn classify(&mut self, case: DocumentId, to: Classification) -> Result<(), Refusal> {
        self.give(&Command::Classify { case, to }, &[])
    }

    /// Changes the description from what the writer saw to what they made of it.
    ///
    /// # Errors
    /// See the commands in general; or the text is too long.
    pub fn describe(&mut self, case: DocumentId, base: &str, result: &str) -> Result<(), Refusal> {
        self.give(&Command::Describe { case, base: base.to_owned(), result: result.to_owned() }, &[])
    }

    /// Gives a new order to a department.
    ///
    /// # Errors
    /// See the commands in general; or the case has too many orders.
    pub fn dispatch(
        &mut self,
        case: DocumentId,
        department: Department,
        assignee: Option<PersonId>,
    ) -> Result<OrderId, Refusal> {
        self.dispatch_order(case, department, assignee, NewOrder::default())
    }

    /// Gives a new order to a department, with what is already known of it.
    ///
    /// # Errors
    /// See the commands in general; the case has too many orders, or a field is malformed.
    pub fn dispatch_order(
        &mut self,
        case: DocumentId,
        department: Department,
        assignee: Option<PersonId>,
        new: NewOrder,
    ) -> Result<OrderId, Refusal> {
        let now = self.env.clock.read().wall;
        let order = OrderId::mint(now, &mut *self.env.rng);
        let dispatched = EntryId::mint(now, &mut *self.env.rng);
        self.give(&Command::Dispatch { case, order, dispatched, department, assignee, new: Some(new) }, &[])?;
        Ok(order)
    }

    /// Gives an order to a person.
    ///
    /// # Errors
    /// See the commands in general; or [`ErrorCode::OrderUnknown`].
    pub fn assign(&mut self, case: DocumentId, order: OrderId, assignee: PersonId) -> Result<(), Refusal> {
        self.give(&Command::Assign { case, order, assignee }, &[])
    }

    /// Sorts an order: how large, who answers for it, when the owner expects somebody.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::OrderUnknown`]; or a field is malformed.
    pub fn sort_order(&mut self, case: DocumentId, order: OrderId, to: OrderSorting) -> Result<(), Refusal> {
        self.give(&Command::SortOrder { case, order, to }, &[])
    }

    /// Takes an order from the pool, or accepts one that was given.
    ///
    /// # Errors
    /// See the commands in general; or [`ErrorCode::OrderUnknown`].
    pub fn take_order(&mut self, case: DocumentId, order: OrderId) -> Result<EntryId, Refusal> {
        let accepted = EntryId::mint(self.env.clock.read().wall, &mut *self.env.rng);
        self.give(&Command::TakeOrder { case, order, accepted }, &[])?;
        Ok(accepted)
    }

    /// States that something happened.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::OrderUnknown`]; or the note is too long.
    pub fn record(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        new: NewEntry,
    ) -> Result<EntryId, Refusal> {
        let now = self.env.clock.read().wall;
        let entry = EntryId::mint(now, &mut *self.env.rng);
        self.give(&Command::Record { case, order, entry, new }, &[])?;
        Ok(entry)
    }

    /// Keeps a photo with its preview and names both in the case, in one transaction.
    ///
    /// # Errors
    /// See [`Replica::add_picture`].
    pub fn add_photo(
        &mut self,
        case: DocumentId,
        bytes: &[u8],
        role: PhotoRole,
        caption: &str,
    ) -> Result<PhotoHash, Refusal> {
        self.add_picture(case, role, &Picture { bytes, caption, preview: None })
    }

    /// As [`Replica::add_photo`], for an app that draws the preview itself.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`];
    /// [`ErrorCode::ValueOutOfRange`] for a preview that is none.
    pub fn add_picture(
        &mut self,
        case: DocumentId,
        role: PhotoRole,
        picture: &Picture<'_>,
    ) -> Result<PhotoHash, Refusal> {
        let (new, bytes) = keep(picture, role)?;
        let photo = PhotoId::mint(self.env.clock.read().wall, &mut *self.env.rng);
        let hash = new.hash;
        self.give(&Command::AddPhoto { case, photo, new }, &bytes)?;
        Ok(hash)
    }

    /// What to put before an owner for signature, as the case now reads.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnknown`], [`ErrorCode::OrderUnknown`], or the file cannot be read.
    pub fn statement(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        subject: SignOffSubject,
    ) -> Result<Statement, Refusal> {
        let read = self.case(case)?.ok_or_else(|| no_case(case))?;
        match order {
            Some(order) if read.order(order).is_none() => {
                Err(Refusal::new(ErrorCode::OrderUnknown, format!("case {case} has no order {order}")))
            }
            Some(_) | None => Ok(Statement::render(case, &read, order, subject, None)),
        }
    }

    /// What to put before an owner who is to sign a settlement.
    ///
    /// # Errors
    /// [`ErrorCode::DocumentUnknown`], [`ErrorCode::SettlementUnknown`], or the file cannot be read.
    pub fn settlement_statement(
        &mut self,
        case: DocumentId,
        settlement: SettlementId,
    ) -> Result<Statement, Refusal> {
        let read = self.case(case)?.ok_or_else(|| no_case(case))?;
        if !read.has_settlement(settlement) {
            let message = format!("case {case} has no settlement {settlement}");
            return Err(Refusal::new(ErrorCode::SettlementUnknown, message));
        }
        Ok(Statement::render(case, &read, None, SignOffSubject::Settlement, Some(settlement)))
    }

    /// Keeps an owner's signature, or that there was none.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::OrderUnknown`]; [`ErrorCode::FieldMissing`] for a
    /// signature without name or strokes; [`ErrorCode::PhotoTooLarge`] for strokes past the bound.
    pub fn sign_off(
        &mut self,
        case: DocumentId,
        order: Option<OrderId>,
        result: &SignOffResult<'_>,
    ) -> Result<SignOffId, Refusal> {
        let bound = u64::try_from(SIGNATURE_BYTES_MAX).unwrap_or(u64::MAX);
        // Strokes belong to a signature; of any other outcome there is nothing to keep.
        let png = result.strokes_png.filter(|_| result.outcome == SignOffOutcome::Signed);
        let strokes =
            png.map(|bytes| size_of(bytes, bound).map(|size| (PhotoHash::of(bytes), size))).transpose()?;
        let kept = png.map(|bytes| Bytes {
            hash: PhotoHash::of(bytes),
            bytes: Cow::Borrowed(bytes),
            kind: PhotoKind::Strokes,
        });
        let sign_off = SignOffId::mint(self.env.clock.read().wall, &mut *self.env.rng);
        let new = NewSignOff {
            subject: result.subject,
            outcome: result.outcome,
            shown: result.shown.text.clone(),
            renderer: RENDERER,
            signer: result.signer.to_owned(),
            relation: result.relation.to_owned(),
            strokes,
            settlement: result.settlement,
        };
        self.give(&Command::SignOff { case, order, sign_off, new }, kept.as_slice())?;
        Ok(sign_off)
    }

    /// Writes contact data.
    ///
    /// # Errors
    /// See the commands in general; or a field is too long or malformed.
    pub fn write_contact(&mut self, case: DocumentId, details: ContactDetails) -> Result<(), Refusal> {
        self.give(&Command::WriteContact { case, details }, &[])
    }

    /// Gives any command: checks the right to it, writes it, signs it, and has it on disk.
    pub(super) fn give(&mut self, command: &Command, bytes: &[Bytes<'_>]) -> Result<(), Refusal> {
        let enrolment = self.enrolment()?.clone();
        let site = self.site_of(command)?;
        let roles = self.meta.roles_at(site);
        rules::may_give(&roles, command)?;
        let now = self.env.clock.read();
        let estate = self.site(site)?;
        let asking = rules::Asking {
            person: enrolment.person,
            roles: &roles,
            now: self.meta.server_now(now),
            site: estate.as_ref(),
        };
        rules::admit(&asking, command, self.case(command.document())?.as_ref())?;

        let author = Author {
            command: CommandId::mint(now.wall, &mut *self.env.rng),
            person: enrolment.person,
            claimed_at: now.wall,
            corrected_at: self.meta.server_now(now),
            stamp_wall: self.meta.server_now(now),
        };
        let mut draft = Draft::new(&*self.store, &mut self.cache);
        let written = execute(&mut draft, &mut *self.env.rng, &author, command, &BTreeSet::new())?;
        if written.is_empty() {
            return Ok(()); // It is already so.
        }
        let (envelope, items) = seal(&enrolment, self.meta.claim(now), &*self.signer, written)?;
        let seq = self.next_seq;
        draft.put_edit(OutboxRow {
            seq,
            id: author.command,
            // Writing to a vector cannot fail.
            command: ByteVec::from(minicbor::to_vec(command).unwrap_or_default()),
            at: now.wall,
            envelope: envelope.into(),
            items,
            state: EditState::OnThisPhone,
            attempts: 0,
        });
        for Bytes { hash, bytes, kind } in bytes {
            let (hash, kind) = (*hash, *kind);
            let size = size_of(bytes, PHOTO_BYTES_MAX)?;
            let case = command.document();
            let upload = UploadState::default();
            let row = PhotoRow { hash, seq, size, case, command: author.command, upload, kind };
            draft.write_last(Write::PutPhoto(row, bytes.to_vec()));
        }
        let (writes, update) = draft.finish()?;
        self.commit(writes)?;
        update.apply(&mut self.cache);
        self.next_seq += 1;
        Ok(())
    }

    /// Who this replica works for.
    pub(super) fn enrolment(&self) -> Result<&Enrolment, Refusal> {
        if self.meta.revoked {
            return Err(Refusal::new(ErrorCode::DeviceRevoked, "this device was revoked"));
        }
        self.meta
            .enrolment
            .as_ref()
            .ok_or_else(|| Refusal::new(ErrorCode::NotEnrolled, "this replica is not enrolled yet"))
    }

    /// The estate at which a command needs a right.
    fn site_of(&mut self, command: &Command) -> Result<SiteId, Refusal> {
        match command {
            Command::CreateCase { new, .. } => Ok(new.site),
            Command::NameSite { site, .. }
            | Command::PutPerson { site, .. }
            | Command::WritePolicy { site, .. }
            | Command::PutArea { site, .. }
            | Command::PutCheckpoint { site, .. }
            | Command::PutRoute { site, .. } => Ok(*site),
            Command::StartRound { new, .. } => Ok(new.site),
            Command::Check { round, .. }
            | Command::AddRoundPhoto { round, .. }
            | Command::FinishRound { round, .. }
            | Command::ReportAbnormal { round, .. } => self.site_of_round(*round),
            Command::Classify { case, .. }
            | Command::Describe { case, .. }
            | Command::Dispatch { case, .. }
            | Command::Assign { case, .. }
            | Command::Record { case, .. }
            | Command::AddPhoto { case, .. }
            | Command::SignOff { case, .. }
            | Command::SortOrder { case, .. }
            | Command::TakeOrder { case, .. }
            | Command::WriteContact { case, .. } => {
                let summary = self.store.summary(*case)?.ok_or_else(|| no_case(*case))?;
                summary
                    .site
                    .ok_or_else(|| Refusal::new(ErrorCode::SiteNotPermitted, "the case names no estate"))
            }
        }
    }
}

pub(super) fn no_case(case: DocumentId) -> Refusal {
    Refusal::new(ErrorCode::DocumentUnknown, format!("case {case} is not on this phone"))
}

/// The size of bytes that are to be kept.
pub(super) fn size_of(bytes: &[u8], bytes_max: u64) -> Result<u64, Refusal> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size == 0 {
        return Err(Refusal::new(ErrorCode::PhotoEmpty, "the picture has no bytes"));
    }
    if size > bytes_max {
        let message = format!("the picture has {size} bytes; at most {bytes_max} are taken");
        return Err(Refusal::new(ErrorCode::PhotoTooLarge, message));
    }
    Ok(size)
}
