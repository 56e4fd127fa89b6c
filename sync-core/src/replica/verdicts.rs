//! What became of what was sent.

use super::draft::{Draft, changes_of};
use super::outbox::{EditState, OutboxRow};
use super::rebase::Plan;
use crate::error::{ErrorCode, Refusal};
use crate::ids::ChangeHash;
use crate::protocol::messages::{Pos, Verdict};

/// How often an edit is made again because the server asked for it, before it counts as refused.
const ATTEMPTS_MAX: u8 = 3;

/// Edits that found their end in one reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) accepted: u32,
    pub(super) refused: u32,
}

/// The verdicts on one edit, taken together.
#[derive(Default)]
struct Outcome {
    pos: Pos,
    /// It waits, for these.
    missing: Option<Vec<ChangeHash>>,
    superseded: bool,
    /// To be made again: the last reason.
    again: Option<(ErrorCode, String)>,
    refused: Option<(ErrorCode, String)>,
}

/// Takes in the verdicts on one edit; what has to be made anew goes into the plan.
///
/// # Errors
/// [`ErrorCode::ReplyMalformed`] if the verdicts do not fit the envelope.
pub(super) fn take_verdicts(
    draft: &mut Draft<'_>,
    plan: &mut Plan,
    seq: u64,
    verdicts: &[Verdict],
) -> Result<Settled, Refusal> {
    let Some(row) = draft.edit(seq)? else { return Ok(Settled::default()) };
    // Of an edit that was made again in part, the envelope holds only the rest: the last items.
    let sent = row.open_envelope()?.items.len();
    let sent_items = row.items.get(row.items.len().saturating_sub(sent)..).unwrap_or_default().to_vec();
    let verdicts: Vec<&Verdict> = match verdicts {
        [one] => vec![one; sent],
        several if several.len() == sent => several.iter().collect(),
        several => {
            let message = format!("{} verdicts on an envelope of {sent} changes", several.len());
            return Err(Refusal::new(ErrorCode::ReplyMalformed, message));
        }
    };
    let mut outcome = Outcome::default();
    for (item, verdict) in sent_items.iter().zip(verdicts) {
        let upset = match verdict {
            Verdict::Accepted { pos } => {
                outcome.pos = outcome.pos.max(*pos);
                let change = changes_of(&row, item.document)?.into_iter().find(|one| one.hash == item.hash);
                if let Some(change) = change
                    && draft.mark_counted(seq, item.document, item.hash)?
                {
                    draft.count_accepted(item.document, &change.deps, change.hash)?;
                }
                false
            }
            Verdict::Pending { missing } => {
                outcome.missing.get_or_insert_default().extend(missing);
                false
            }
            Verdict::Quarantined { code, why } => {
                let reason = Some((*code, why.clone()));
                // None is about what the person asked for, so it is asked for again.
                if matches!(
                    code,
                    ErrorCode::ClockAhead | ErrorCode::DependencyRefused | ErrorCode::DependencyMissing
                ) {
                    outcome.again = reason;
                } else {
                    outcome.refused = reason;
                }
                true
            }
            Verdict::Superseded { .. } => {
                outcome.superseded = true;
                true
            }
            Verdict::Fork => {
                let why = ErrorCode::Fork.meaning().to_owned();
                outcome.again = Some((ErrorCode::Fork, why));
                true
            }
        };
        if upset {
            plan.documents.insert(item.document);
        }
    }
    match draft.edit(seq)? {
        Some(row) => Ok(conclude(draft, plan, row, outcome)),
        None => Ok(Settled::default()),
    }
}

/// The state that follows. A refusal weighs most; an edit is accepted only if all of it is.
fn conclude(draft: &mut Draft<'_>, plan: &mut Plan, mut row: OutboxRow, outcome: Outcome) -> Settled {
    let mut settled = Settled::default();
    let refused = match (outcome.refused, outcome.again) {
        (Some(refused), _) => Some(refused),
        (None, Some(reason)) if row.attempts >= ATTEMPTS_MAX && !outcome.superseded => Some(reason),
        (None, Some(_)) if !outcome.superseded => {
            row.attempts += 1;
            plan.again.insert(row.seq);
            None
        }
        (None, Some(_) | None) => None,
    };
    if let Some((code, why)) = refused {
        settled.refused += 1;
        row.state = EditState::Refused { code, why };
    } else if outcome.superseded {
        row.state = EditState::Superseded;
    } else if plan.again.contains(&row.seq) {
        row.state = EditState::OnThisPhone;
    } else if let Some(missing) = outcome.missing {
        row.state = EditState::Waiting { missing };
    } else {
        settled.accepted += 1;
        row.state = EditState::Accepted { pos: outcome.pos };
    }
    draft.put_edit(row);
    settled
}
