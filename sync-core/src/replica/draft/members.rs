//! Which feed gives which document, as it will be after the commit.

use std::collections::BTreeSet;

use super::Draft;
use crate::error::Refusal;
use crate::ids::DocumentId;
use crate::protocol::messages::FeedNumber;

impl Draft<'_> {
    pub(in crate::replica) fn join(&mut self, feed: FeedNumber, id: DocumentId) {
        self.members.insert((id, feed), true);
    }

    pub(in crate::replica) fn part(&mut self, feed: FeedNumber, id: DocumentId) {
        self.members.insert((id, feed), false);
    }

    /// Forgets what the server calls a document, and every feed that gives it.
    pub(in crate::replica) fn forget_number(&mut self, id: DocumentId) -> Result<(), Refusal> {
        for feed in self.store.feeds_of(id)? {
            self.part(feed, id);
        }
        if let Some(head) = self.head(id)? {
            head.number = None;
        }
        Ok(())
    }

    /// Empties a feed. Gives the documents that were in it.
    pub(in crate::replica) fn empty_feed(&mut self, feed: FeedNumber) -> Result<Vec<DocumentId>, Refusal> {
        let mut gone = self.store.members(feed)?;
        gone.extend(self.members.keys().filter(|(_, of)| *of == feed).map(|(id, _)| *id));
        for &id in &gone {
            self.part(feed, id);
        }
        Ok(gone)
    }

    /// What the draft does to the memberships of a document.
    fn drafted_feeds(&self, id: DocumentId) -> impl Iterator<Item = (FeedNumber, bool)> {
        let all = (id, FeedNumber(0))..=(id, FeedNumber(u32::MAX));
        self.members.range(all).map(|((_, feed), joined)| (*feed, *joined))
    }

    /// Whether any feed gives this document.
    pub(in crate::replica) fn is_housed(&self, id: DocumentId) -> Result<bool, Refusal> {
        let stored = self.store.feeds_of(id)?;
        let drafted = |feed: &FeedNumber| self.members.get(&(id, *feed)).copied();
        Ok(stored.iter().any(|feed| drafted(feed).unwrap_or(true))
            || self.drafted_feeds(id).any(|(_, joined)| joined))
    }

    /// Documents that no feed gives any more.
    pub(in crate::replica) fn homeless(&self) -> Result<Vec<DocumentId>, Refusal> {
        let mut candidates: BTreeSet<_> = self.store.homeless()?.into_iter().collect();
        candidates.extend(self.members.iter().filter(|(_, joined)| !**joined).map(|((id, _), _)| *id));
        let mut housed_now: BTreeSet<DocumentId> = BTreeSet::new();
        housed_now.extend(self.members.iter().filter(|(_, joined)| **joined).map(|((id, _), _)| *id));
        let mut found = Vec::new();
        for id in candidates.difference(&housed_now) {
            if !self.is_housed(*id)? {
                found.push(*id);
            }
        }
        Ok(found)
    }

    /// What [`Store::checksum`] will give once the draft is committed.
    pub(in crate::replica) fn checksum(&mut self) -> Result<u64, Refusal> {
        let mut sum = self.store.checksum()?;
        let drafted: Vec<DocumentId> = self.documents.keys().copied().collect();
        let joined_elsewhere = self.members.keys().map(|(id, _)| *id);
        let touched: BTreeSet<DocumentId> = drafted.into_iter().chain(joined_elsewhere).collect();
        for id in touched {
            let before = self.store.feeds_of(id)?;
            if let Some(stored) = self.store.head(id)? {
                let one = stored.accepted.checksum(id);
                let times = u64::try_from(before.len()).unwrap_or(u64::MAX);
                sum = sum.wrapping_sub(one.wrapping_mul(times));
            }
            let mut feeds: BTreeSet<_> = before.into_iter().collect();
            for (feed, is_in) in self.drafted_feeds(id) {
                if is_in {
                    feeds.insert(feed)
                } else {
                    feeds.remove(&feed)
                };
            }
            if let Some(head) = self.head(id)? {
                let times = u64::try_from(feeds.len()).unwrap_or(u64::MAX);
                sum = sum.wrapping_add(head.accepted.checksum(id).wrapping_mul(times));
            }
        }
        Ok(sum)
    }
}
