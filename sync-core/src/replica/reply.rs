//! Taking in one reply of the server: all of it in one transaction.

use std::collections::BTreeSet;

use super::Replica;
use super::draft::Draft;
use super::meta::Meta;
use super::meta::ServerClock;
use super::outbox::EditState;
use super::pages::{Walked, recover, take_pages};
use super::rebase::{Hand, Plan, rebase};
use super::repair::{Answered, Membership, take_repair};
use super::store::{UploadState, Write};
use super::verdicts::{Settled, take_verdicts};
use crate::clock::ClockReading;
use crate::error::{ErrorCode, Refusal};
use crate::ids::LogId;
use crate::protocol::messages::{LogParent, SyncReply, UploadGrant};

/// What a session has to know of a reply that was taken in.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) settled: Settled,
    /// Edits that have a new envelope, which has not been sent yet.
    pub(super) made_again: BTreeSet<u64>,
    pub(super) grants: Vec<UploadGrant>,
    /// Asking again at once brings more.
    pub(super) more: bool,
    /// What this device holds is not what the server says it should hold.
    pub(super) differs: bool,
    /// The office wants everything compared.
    pub(super) asked_to_compare: bool,
    /// The answer to the question of a repair.
    pub(super) repair: Option<Answered>,
    /// So many of the changes that were handed back are written down.
    pub(super) recovered: u32,
    /// Every walk is at its end.
    pub(super) level: bool,
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
        repaired: bool,
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
        meta.counter = meta.counter.max(self.counter + 1);
        let other_log = meta.log != Some(reply.log);

        let mut taken = Taken::default();
        let mut plan = Plan::default();
        let mut draft = Draft::new(&*self.store, &mut self.cache);
        if other_log {
            change_log(&mut draft, &mut meta, reply.log, reply.continues)?;
        }
        for (&seq, verdicts) in sent.iter().zip(&reply.verdicts) {
            let one = take_verdicts(&mut draft, &mut plan, seq, verdicts)?;
            taken.settled.accepted += one.accepted;
            taken.settled.refused += one.refused;
        }
        let mut walked = Walked::default();
        if !other_log {
            walked = take_pages(&mut draft, &mut meta, &mut plan, reply.rights, reply.pages)?;
            meta.base = reply.base;
            if let Some(answer) = reply.repair {
                let recovering = meta.is_recovering();
                taken.repair = Some(take_repair(&mut draft, &mut plan, &mut walked, recovering, answer)?);
            }
        }
        let mut hand = Hand { meta: &meta, now, rng: &mut *self.env.rng, signer: &*self.signer };
        taken.made_again = rebase(&mut draft, &mut hand, plan)?;

        let level = !other_log && !reply.more && meta.behind.is_empty();
        drop_departed(&mut draft, &walked, level, meta.is_recovering())?;
        taken.level = level;
        taken.more = reply.more || other_log;
        if !other_log {
            let differs = match reply.checksum {
                Some(theirs) if level && all_answered(&draft, sent)? => draft.checksum()? != theirs,
                Some(_) | None => false,
            };
            taken.asked_to_compare = level && reply.resync > meta.resynced;
            taken.differs = differs;
            // A repair finds what differs among much. What it cannot mend, a walk from the beginning does.
            if (differs && repaired || walked.lost_track) && may_resync {
                meta.base = 0;
                meta.behind.clear();
                taken.differs = false;
                taken.resync = true;
                taken.more = true;
            }
            if level && !differs && reply.checksum.is_some() && all_answered(&draft, sent)? {
                meta.recovering = None;
                meta.compared_at = meta.compared_at.or(Some(now.wall));
            }
            if taken.asked_to_compare {
                meta.resynced = reply.resync;
            }
            taken.recovered = reply.recovered;
            draft.write_last(Write::ForgetRecovered(reply.recovered));
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
        self.commit(writes)?;
        update.apply(&mut self.cache);
        self.meta = meta;
        Ok(taken)
    }

    /// A repair has come to its end: what is not so at the server is not so here.
    pub(super) fn end_repair(&mut self, void: &BTreeSet<Membership>) -> Result<(), Refusal> {
        let mut meta = self.meta.clone();
        let mut draft = Draft::new(&*self.store, &mut self.cache);
        let mut walked = Walked::default();
        for &(feed, id) in void {
            draft.part(feed, id);
            walked.gone.insert(id);
        }
        drop_departed(&mut draft, &walked, false, meta.is_recovering())?;
        meta.compared_at = Some(self.env.clock.read().wall);
        draft.write_last(meta.write());
        let (writes, update) = draft.finish()?;
        self.commit(writes)?;
        update.apply(&mut self.cache);
        self.meta = meta;
        Ok(())
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
        self.commit(writes)?;
        self.cache.clear();
        self.meta = meta;
        Ok(())
    }
}

/// The server came back from a backup, or is another one. What it may have lost of this device's edits is
/// sent again; the hashes tell it what it still has. The walk goes on from where both logs say the same;
/// where nothing says that they do, it starts anew.
fn change_log(
    draft: &mut Draft<'_>,
    meta: &mut Meta,
    log: LogId,
    continues: Option<LogParent>,
) -> Result<(), Refusal> {
    let common = continues.filter(|parent| Some(parent.log) == meta.log).map_or(0, |parent| parent.pos);
    if common == 0 {
        draft.forget_walk();
        meta.behind.clear();
    } else {
        // Numbers given after the backup may be given anew, to others.
        for feed in meta.feeds.iter().filter(|feed| feed.since > common) {
            draft.empty_feed(feed.feed)?;
            meta.behind.retain(|cursor| cursor.feed != feed.feed);
        }
        meta.feeds.retain(|feed| feed.since <= common);
        for cursor in &mut meta.behind {
            cursor.base = cursor.base.min(common);
            cursor.pos = cursor.pos.min(common);
        }
        for (id, head) in draft.store().heads()? {
            if head.number.is_some_and(|number| number.0 > common) {
                draft.forget_number(id)?;
            }
        }
    }
    // What was uploaded after the backup is lost with it; whoever still has the bytes asks again.
    draft.write_last(Write::ForgetReceipts);
    meta.log = Some(log);
    meta.base = meta.base.min(common);
    meta.recovering = Some(true);
    for mut row in draft.store().edits()? {
        if matches!(row.state, EditState::Accepted { pos } if pos > common) {
            row.state = EditState::OnThisPhone;
            row.items.iter_mut().for_each(|item| item.counted = false);
            draft.put_edit(row);
        }
    }
    Ok(())
}

/// Deletes the documents that no feed gives any more and in which no own edit waits for its answer.
fn drop_departed(
    draft: &mut Draft<'_>,
    walked: &Walked,
    level: bool,
    recovering: bool,
) -> Result<(), Refusal> {
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
            if recovering {
                recover(draft, id, None)?;
            }
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
