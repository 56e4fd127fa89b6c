//! Where a command finds its documents: copies, which take the place of the old ones only if all of
//! the command succeeded.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::Rng;

use super::draft::{Draft, is_empty};
use super::meta::Enrolment;
use super::outbox::OutboxItem;
use super::store::DocumentHead;
use crate::document::{ActorBytes, Document, DocumentKind};
use crate::error::{ErrorCode, Refusal};
use crate::ids::DocumentId;
use crate::model::{Author, Command, Documents, SCHEMA, Written};
use crate::protocol::envelope::{Envelope, EnvelopeItem, SealError, TimeClaim};
use crate::protocol::key::Signer;

/// See the module.
struct Desk<'d, 'a> {
    draft: &'d mut Draft<'a>,
    rng: &'d mut dyn Rng,
    open: BTreeMap<DocumentId, (Document, ActorBytes)>,
}

impl Documents for Desk<'_, '_> {
    fn open(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
    ) -> Result<(&mut Document, ActorBytes), Refusal> {
        if !self.open.contains_key(&id) {
            let opened = self.fetch(id, kind, create)?;
            self.open.insert(id, opened);
        }
        match self.open.get_mut(&id) {
            Some((document, actor)) => Ok((document, *actor)),
            None => Err(unknown(id)),
        }
    }
}

impl Desk<'_, '_> {
    fn fetch(
        &mut self,
        id: DocumentId,
        kind: DocumentKind,
        create: bool,
    ) -> Result<(Document, ActorBytes), Refusal> {
        let known = self.draft.head(id)?.map(|head| (head.kind, head.actor, head.left));
        let (document, actor) = match known {
            Some((found, ..)) if found != kind => {
                let message = format!("document {id} is a {found:?}, not a {kind:?}");
                return Err(Refusal::new(ErrorCode::KindMismatch, message));
            }
            Some((_, actor, left)) if !left || create => (self.draft.copy(id)?, actor),
            Some(_) | None => (None, None),
        };
        // After a rebase, a document whose start was refused holds its seed alone: nobody started it.
        let document = match document.filter(|document| create || !is_empty(document)) {
            Some(document) => document,
            None if create => Document::new(kind)?,
            None => return Err(unknown(id)),
        };
        Ok((document, actor.unwrap_or_else(|| ActorBytes::mint(self.rng))))
    }
}

fn unknown(id: DocumentId) -> Refusal {
    Refusal::new(ErrorCode::DocumentUnknown, format!("document {id} is not on this phone"))
}

/// Gives a command: writes what it does into the draft, all or nothing.
///
/// Nothing is written in the documents of `settled`: the server has the command's change there already.
pub(super) fn execute(
    draft: &mut Draft<'_>,
    rng: &mut dyn Rng,
    author: &Author,
    command: &Command,
    settled: &BTreeSet<DocumentId>,
) -> Result<Vec<Written>, Refusal> {
    let mut desk = Desk { draft, rng, open: BTreeMap::new() };
    let mut written = command.execute(author, &mut desk)?;
    let mut open = desk.open;
    written.retain(|one| !settled.contains(&one.document));
    for one in &written {
        // A command writes at most one change in each document.
        let Some((document, actor)) = open.remove(&one.document) else { continue };
        draft.append(one.document, document, vec![one.change.bytes.clone()])?;
        if let Some(head) = draft.head(one.document)? {
            head.actor = Some(actor);
        }
    }
    Ok(written)
}

/// Signs what a command wrote. Gives the envelope's bytes and the outbox items.
pub(super) fn seal(
    enrolment: &Enrolment,
    claim: TimeClaim,
    signer: &dyn Signer,
    written: Vec<Written>,
) -> Result<(Vec<u8>, Vec<OutboxItem>), Refusal> {
    let items = written
        .iter()
        .map(|one| OutboxItem {
            document: one.document,
            kind: one.kind,
            hash: one.change.hash,
            counted: false,
        })
        .collect();
    let changes = written
        .into_iter()
        .map(|one| EnvelopeItem { document: one.document, kind: one.kind, change: one.change.bytes.into() })
        .collect();
    let Enrolment { org, device, person, .. } = *enrolment;
    let envelope = Envelope::seal(org, device, person, SCHEMA, claim, changes, signer).map_err(|error| {
        let code = match error {
            SealError::Sign(_) => ErrorCode::StoreFailed,
            SealError::Scan(crate::document::ScanError::TooLarge(_)) => ErrorCode::ChangeTooLarge,
            SealError::Scan(_) => ErrorCode::ChangeMalformed,
        };
        Refusal::new(code, error.to_string())
    })?;
    // Writing to a vector cannot fail.
    Ok((minicbor::to_vec(&envelope).unwrap_or_default(), items))
}

/// The head of a document that is begun again at its accepted heads.
pub(super) fn head_for_new_actor(head: &DocumentHead) -> DocumentHead {
    DocumentHead { actor: None, appended: 0, ..head.clone() }
}
