//! Taking in one reply of the server: all of it in one transaction.

use std::collections::BTreeSet;

use super::Replica;
use super::draft::Draft;
use super::meta::ServerClock;
use super::outbox::EditState;
use super::pages::{Walked, take_pages};
use super::rebase::{Hand, Plan, rebase};
use super::store::{UploadState, Write};
use super::verdicts::{Settled, take_verdicts};
use crate::clock::ClockReading;
use crate::error::{ErrorCode, Refusal};
use crate::protocol::messages::{SyncReply, UploadGrant};

/// What a session has to know of a reply that was taken in.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) settled: Settled,
    /// Edits that have a new envelope, which has not been sent yet.
    pub(super) made_again: BTreeSet<u64>,
    pub(super) grants: Vec<UploadGrant>,
    /// Asking again at once brings more.
    pub(super) more: bool,
    /// The cursors were set back to the beginning.
    pub(super) resync: bool,
}

impl Replica {
    /// Takes in the reply to a request that carried the edits `sent`. Nothing changes if it fails.
    pub(super) fn take_reply(
        &mut self,
        sent: &[u64],
        asked: ClockReading,
        reply: SyncReply,
        may_resync: bool,
    ) -> Result<Taken, Refusal> {
        if reply.verdicts.len() != sent.len() {
            let message = format!("{} verdicts on {} envelopes", reply.verdicts.len(), sent.len());
            return Err(Refusal::new(ErrorCode::ReplyMalformed, message));
        }
        let now = self.env.clock.read();
        let mut meta = self.meta.clone();
        meta.see_token(reply.token, now);
        meta.server_clock = Some(ServerClock::from_reply(asked, now, reply.server_time));
        meta.last_sync = Some(now.wall);
        let other_log = meta.log != Some(reply.log);

        let mut taken = Taken::default();
        let mut plan = Plan::default();
        let mut draft = Draft::new(&*self.store, &mut self.cache);
        if other_log {
            forget_log(&mut draft)?;
            meta.log = Some(reply.log);
            meta.base = 0;
            meta.behind.clear();
        }
        for (&seq, verdicts) in sent.iter().zip(&reply.verdicts) {
            let one = take_verdicts(&mut draft, &mut plan, seq, verdicts)?;
            taken.settled.accepted += one.accepted;
            taken.settled.refused += one.refused;
        }
        let mut walked = Walked::default();
        if !other_log {
            walked = take_pages(&mut draft, &mut meta, &mut plan, reply.feeds, reply.pages)?;
            meta.base = reply.base;
            meta.roles = reply.roles;
        }
        let mut hand = Hand { meta: &meta, now, rng: &mut *self.env.rng, signer: &*self.signer };
        taken.made_again = rebase(&mut draft, &mut hand, plan)?;

        let level = !other_log && !reply.more && meta.behind.is_empty();
        drop_departed(&mut draft, &walked, level)?;
        taken.more = reply.more || other_log;
        if !other_log {
            let differs = match reply.checksum {
                Some(theirs) if level && all_answered(&draft, sent)? => draft.checksum()? != theirs,
                Some(_) | None => false,
            };
            if (differs || walked.lost_track) && may_resync {
                meta.base = 0;
                meta.behind.clear();
                taken.resync = true;
                taken.more = true;
            }
            for hash in reply.receipts {
                let Some(photo) = draft.store().photo(hash)? else { continue };
                draft.set_upload(hash, UploadState { stored: true, path: None, error: None });
                if draft.head(photo.case)?.is_none() {
                    // It was kept for the server only.
                    draft.write_last(Write::DropPhoto(hash));
                }
            }
            taken.grants = reply.grants;
            draft.write_last(Write::ForgetBackedUp(reply.backed_up));
        }
        draft.write_last(meta.write());
        let (writes, update) = draft.finish()?;
        self.store.commit(writes)?;
        update.apply(&mut self.cache);
        self.meta = meta;
        Ok(taken)
    }

    /// The server has revoked this device: everything of others goes at once; what was asked for here and
    /// not taken stays readable.
    pub(super) fn wipe(&mut self, why: &str) -> Result<(), Refusal> {
        let mut writes: Vec<_> =
            self.store.heads()?.into_iter().map(|(id, _)| Write::DropDocument(id)).collect();
        for row in self.store.unsettled()? {
            let state = EditState::Refused { code: ErrorCode::DeviceRevoked, why: why.to_owned() };
            writes.push(Write::SetEditState(row.seq, state));
        }
        let mut meta = self.meta.clone();
        meta.revoked = true;
        meta.base = 0;
        meta.behind.clear();
        meta.feeds.clear();
        meta.roles.clear();
        writes.push(meta.write());
        self.store.commit(writes)?;
        self.cache.clear();
        self.meta = meta;
        Ok(())
    }
}

/// The server came back from a backup, or is another one: the walk starts anew, and what it had accepted
/// and may have lost is sent again; the hashes tell it what it still has.
fn forget_log(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    draft.forget_walk();
    for mut row in draft.store().edits()? {
        if matches!(row.state, EditState::Accepted { .. }) {
            row.state = EditState::OnThisPhone;
            row.items.iter_mut().for_each(|item| item.counted = false);
            draft.put_edit(row);
        }
    }
    Ok(())
}

/// Deletes the documents that no feed gives any more and in which no own edit waits for its answer.
fn drop_departed(draft: &mut Draft<'_>, walked: &Walked, level: bool) -> Result<(), Refusal> {
    let mut departed = BTreeSet::new();
    for &id in &walked.gone {
        if !draft.is_housed(id)? {
            departed.insert(id);
        }
    }
    if level {
        // With every walk at its end, what was started here and has not entered is not for this phone.
        departed.extend(draft.homeless()?);
    }
    for id in departed {
        if draft.unsettled_in(id)?.is_empty() {
            draft.drop_document(id);
        } else if walked.gone.contains(&id)
            && let Some(head) = draft.head(id)?
        {
            head.left = true;
        }
    }
    Ok(())
}

/// Whether every edit that ever left this phone was answered for good or in this very reply. Otherwise
/// the server may have accepted one since, and the sums rightly differ.
fn all_answered(draft: &Draft<'_>, sent: &[u64]) -> Result<bool, Refusal> {
    Ok(draft.store().unsettled()?.iter().all(|row| !row.sent || sent.contains(&row.seq)))
}
