//! Making edits again on other ground, after the server refused something below them.
//!
//! The document goes back to what the server has accepted, under a new actor. Edits that still fit are
//! kept as they were signed; those that built on something refused are made again from their command, in
//! the order in which they were first made, with the same ids. An edit of which one document's part is
//! already accepted is made again only in its others.

use std::collections::{BTreeMap, BTreeSet};

use rand_core::Rng;

use super::desk::{execute, head_for_new_actor, seal};
use super::draft::{Draft, changes_of, is_empty};
use super::meta::Meta;
use super::outbox::{EditState, OutboxRow};
use crate::clock::ClockReading;
use crate::document::Document;
use crate::error::{ErrorCode, Refusal};
use crate::ids::DocumentId;
use crate::model::Author;
use crate::protocol::key::Signer;

/// In place of a number of attempts: the edit cannot be made again and goes to the server as it was first made.
/// More than any number of attempts, so whatever the server answers is the end.
const AS_FIRST_MADE: u8 = u8::MAX;

/// What making an edit again takes besides the draft.
pub(super) struct Hand<'a> {
    pub(super) meta: &'a Meta,
    pub(super) now: ClockReading,
    pub(super) rng: &'a mut dyn Rng,
    pub(super) signer: &'a dyn Signer,
}

/// What has to be made anew.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Documents that hold something refused, or that an own edit no longer fits.
    pub(super) documents: BTreeSet<DocumentId>,
    /// Edits to make again whether or not they still fit.
    pub(super) again: BTreeSet<u64>,
}

/// Carries out a plan. Gives the edits that have a new envelope.
pub(super) fn rebase(
    draft: &mut Draft<'_>,
    hand: &mut Hand<'_>,
    mut plan: Plan,
) -> Result<BTreeSet<u64>, Refusal> {
    if plan.documents.is_empty() && plan.again.is_empty() {
        return Ok(BTreeSet::new());
    }
    let bases = settle_ground(draft, &mut plan)?;
    for (&id, base) in &bases {
        if let Some(head) = draft.head(id)?.map(|head| head_for_new_actor(head)) {
            draft.replace(id, head, base.clone());
        }
    }
    for &seq in &plan.again {
        if let Some(row) = draft.edit(seq)? {
            let row = make_again(draft, hand, row)?;
            draft.put_edit(row);
        }
    }
    for id in bases.into_keys() {
        // Its start was refused and nobody started it again.
        let entered = draft.head(id)?.is_some_and(|head| head.number.is_some());
        if !entered && draft.copy(id)?.is_some_and(|document| is_empty(&document)) {
            draft.drop_document(id);
        }
    }
    Ok(plan.again)
}

/// Finds which documents have to go back and which edits no longer fit, until neither grows; gives the
/// documents with the edits that still fit.
fn settle_ground(draft: &mut Draft<'_>, plan: &mut Plan) -> Result<BTreeMap<DocumentId, Document>, Refusal> {
    loop {
        let size = (plan.documents.len(), plan.again.len());
        for seq in plan.again.clone() {
            if let Some(row) = draft.edit(seq)? {
                let open = row.items.iter().filter(|item| !item.counted);
                plan.documents.extend(open.map(|item| item.document));
            }
        }
        let mut bases = BTreeMap::new();
        for &id in &plan.documents {
            let Some(accepted) = draft.head(id)?.map(|head| head.accepted.clone()) else { continue };
            let Some(document) = draft.copy(id)? else { continue };
            let at = document.at(&accepted)?;
            // Saved and loaded, so that nothing refused stays in memory or on disk.
            bases.insert(id, Document::load(at.kind(), &at.save())?);
        }
        for (&id, base) in &mut bases {
            for row in draft.unsettled_in(id)? {
                if plan.again.contains(&row.seq) {
                    continue;
                }
                for change in changes_of(&row, id)? {
                    match base.apply(&change.bytes) {
                        Ok(_) => {}
                        // It cannot stand on this ground, whatever the reason: a dependency that is gone, or a
                        // number that the file's older copy has used before. It is made again from its command.
                        Err(_) => {
                            plan.again.insert(row.seq);
                        }
                    }
                }
            }
        }
        if size == (plan.documents.len(), plan.again.len()) {
            return Ok(bases);
        }
    }
}

/// Makes one edit again. If that cannot be done, it is refused with the reason; nothing else fails by it. One that
/// the server has never seen goes there as it was first made: it is refused there too, for what it builds on, and
/// so the office can read it.
fn make_again(draft: &mut Draft<'_>, hand: &mut Hand<'_>, mut row: OutboxRow) -> Result<OutboxRow, Refusal> {
    let Some(enrolment) = &hand.meta.enrolment else { return Ok(row) };
    let command = row.command()?;
    let claim = row.open_envelope()?.claim;
    let corrected_at = hand.meta.server_then(claim.reading, hand.now);
    let author = Author {
        command: row.id,
        person: enrolment.person,
        claimed_at: row.at,
        corrected_at,
        stamp_wall: corrected_at,
    };
    let settled: BTreeSet<_> =
        row.items.iter().filter(|item| item.counted).map(|item| item.document).collect();
    match execute(draft, hand.rng, &author, &command, &settled) {
        Ok(written) if written.is_empty() => {
            row.state = EditState::Superseded;
            Ok(row)
        }
        Ok(written) => {
            let (envelope, items) = seal(enrolment, claim, hand.signer, written)?;
            row.envelope = envelope.into();
            row.items.retain(|item| item.counted);
            row.items.extend(items);
            row.state = EditState::OnThisPhone;
            if row.attempts == AS_FIRST_MADE {
                row.attempts = 0;
            }
            Ok(row)
        }
        Err(_) if matches!(row.attempts, 0 | AS_FIRST_MADE) => {
            row.attempts = AS_FIRST_MADE;
            row.state = EditState::OnThisPhone;
            Ok(row)
        }
        Err(Refusal { code, message }) => {
            // What it is about was itself refused.
            let unfounded = matches!(
                code,
                ErrorCode::DocumentUnknown
                    | ErrorCode::OrderUnknown
                    | ErrorCode::CheckpointUnknown
                    | ErrorCode::RouteUnknown
            );
            let code = if unfounded { ErrorCode::DependencyRefused } else { code };
            row.state = EditState::Refused { code, why: message };
            Ok(row)
        }
    }
}
