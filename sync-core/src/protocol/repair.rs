//! Repair: finding what differs between what a device holds and what it should hold, when the sums differ.
//!
//! Range-based set reconciliation (<https://github.com/hoytech/negentropy>, version 1) over one item for
//! each membership: the digest of feed, document and accepted heads. Both sides cut the range of digests
//! into parts and compare a fingerprint of each, so that *d* differences among *n* items cost a few hundred
//! bytes each and a handful of round trips, whatever *n* is. The device asks, the server remembers nothing.

use std::collections::BTreeMap;

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use negentropy::{Id, Negentropy, NegentropyStorageVector};
use sha2::{Digest, Sha256};

use super::messages::{FeedNumber, PageDocument};
use crate::document::Heads;
use crate::error::{ErrorCode, Refusal};
use crate::ids::DocumentId;
use crate::limits::REPAIR_MESSAGE_BYTES_MAX;

/// About how long one side lets a message become; what does not fit is asked for in the next.
const FRAME_BYTES: u64 = 60 * 1024;

/// Names one membership: SHA-256 of feed number (4 bytes, big-endian), document id and accepted heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct RepairItem(#[n(0)] ByteArray<32>);

impl RepairItem {
    /// The item of a document in a feed.
    pub fn of(feed: FeedNumber, document: DocumentId, heads: &Heads) -> Self {
        let mut digest = Sha256::new();
        digest.update(feed.0.to_be_bytes());
        digest.update(document.as_bytes());
        digest.update(heads.to_bytes());
        Self(ByteArray::from(<[u8; 32]>::from(digest.finalize())))
    }
}

/// What a device asks in a repair.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RepairQuestion {
    /// A message of the reconciliation.
    #[n(0)]
    Compare {
        /// As the scheme has it.
        #[n(0)]
        message: ByteVec,
    },
    /// Items that the server has and the device has not: their documents are wanted, in this order.
    #[n(1)]
    Want {
        /// At most [`crate::limits::REPAIR_ITEMS_MAX`].
        #[n(0)]
        items: Vec<RepairItem>,
    },
}

/// What the server says to it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum RepairAnswer {
    /// The next message of the reconciliation.
    #[n(0)]
    Compared {
        /// As the scheme has it.
        #[n(0)]
        message: ByteVec,
    },
    /// Documents that were wanted, whole, as they are in each feed.
    #[n(1)]
    Documents {
        /// How many items of the question, from its first, this answers. The rest is to be asked again.
        #[n(0)]
        answered: u32,
        /// What is in which feed. Only [`PageDocument::Enter`] and [`PageDocument::Held`].
        #[n(1)]
        documents: Vec<RepairedDocument>,
    },
}

/// One document that was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RepairedDocument {
    /// The feed it is in.
    #[n(0)]
    pub feed: FeedNumber,
    /// All of it, or a word that it came already.
    #[n(1)]
    pub document: PageDocument,
}

/// One side's memberships.
#[derive(Clone, Debug)]
pub struct RepairSet<T> {
    items: BTreeMap<RepairItem, T>,
    storage: NegentropyStorageVector,
}

/// What a device learned from one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What to ask next; `None` when all is known.
    pub next: Option<Vec<u8>>,
    /// Items that only the device has.
    pub only_here: Vec<RepairItem>,
    /// Items that only the server has.
    pub only_there: Vec<RepairItem>,
}

impl<T> RepairSet<T> {
    /// A set of items, each with what its owner has to find again by it. Costs one sort.
    ///
    /// # Errors
    /// Never in practice: the scheme refuses only what this does not do.
    pub fn new(items: BTreeMap<RepairItem, T>) -> Result<Self, Refusal> {
        let mut storage = NegentropyStorageVector::with_capacity(items.len());
        for item in items.keys() {
            storage.insert(0, Id::from_byte_array(*item.0)).map_err(malformed)?;
        }
        storage.seal().map_err(malformed)?;
        Ok(Self { items, storage })
    }

    /// What stands behind an item, if this side has it.
    pub fn get(&self, item: RepairItem) -> Option<&T> {
        self.items.get(&item)
    }

    /// The device's first message.
    ///
    /// # Errors
    /// See [`RepairSet::new`].
    pub fn first_message(&self) -> Result<Vec<u8>, Refusal> {
        Negentropy::borrowed(&self.storage, FRAME_BYTES).and_then(|mut one| one.initiate()).map_err(malformed)
    }

    /// The server's answer to a message.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] if the message is too long or not of the scheme.
    pub fn answer(&self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        check_length(message)?;
        Negentropy::borrowed(&self.storage, FRAME_BYTES)
            .and_then(|mut one| one.reconcile(message))
            .map_err(malformed)
    }

    /// What the device makes of an answer.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] if the message is too long or not of the scheme.
    pub fn compare(&self, answer: &[u8]) -> Result<Compared, Refusal> {
        check_length(answer)?;
        let (mut only_here, mut only_there) = (Vec::new(), Vec::new());
        let mut one = Negentropy::borrowed(&self.storage, FRAME_BYTES).map_err(malformed)?;
        one.set_initiator();
        let next = one.reconcile_with_ids(answer, &mut only_here, &mut only_there).map_err(malformed)?;
        Ok(Compared { next, only_here: in_order(only_here), only_there: in_order(only_there) })
    }
}

/// The scheme gathers them in no order; the same run must ask the same.
fn in_order(ids: Vec<Id>) -> Vec<RepairItem> {
    let mut items: Vec<_> = ids.into_iter().map(|id| RepairItem(ByteArray::from(id.to_bytes()))).collect();
    items.sort_unstable();
    items
}

fn check_length(message: &[u8]) -> Result<(), Refusal> {
    if message.len() > REPAIR_MESSAGE_BYTES_MAX {
        let what = format!("a message of a repair has at most {REPAIR_MESSAGE_BYTES_MAX} bytes");
        return Err(Refusal::new(ErrorCode::BadRequest, what));
    }
    Ok(())
}

fn malformed(error: negentropy::Error) -> Refusal {
    Refusal::new(ErrorCode::BadRequest, format!("not a message of a repair: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::ids::ChangeHash;

    fn item(n: u32) -> RepairItem {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        let head = ChangeHash::from_bytes([7; 32]);
        RepairItem::of(FeedNumber(3), DocumentId::from_bytes(id), &Heads::new([head]))
    }

    fn set(items: &BTreeSet<u32>) -> RepairSet<u32> {
        RepairSet::new(items.iter().map(|&n| (item(n), n)).collect()).unwrap()
    }

    /// Lets two sides talk. Tells what the device learned, the round trips and the bytes.
    fn talk(here: &BTreeSet<u32>, there: &BTreeSet<u32>) -> (BTreeSet<u32>, BTreeSet<u32>, u32, usize) {
        let (device, server) = (set(here), set(there));
        let (mut only_here, mut only_there) = (BTreeSet::new(), BTreeSet::new());
        let (mut trips, mut bytes) = (0, 0);
        let mut next = Some(device.first_message().unwrap());
        while let Some(message) = next {
            let answer = server.answer(&message).unwrap();
            trips += 1;
            bytes += message.len() + answer.len();
            let compared = device.compare(&answer).unwrap();
            only_here.extend(compared.only_here.iter().map(|item| *device.get(*item).unwrap()));
            only_there.extend(compared.only_there.iter().map(|item| *server.get(*item).unwrap()));
            next = compared.next;
        }
        (only_here, only_there, trips, bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn both_differences_are_found_whatever_the_sets(
            both in prop::collection::btree_set(0..10_000_u32, 0..600),
            here in prop::collection::btree_set(10_000..20_000_u32, 0..40),
            there in prop::collection::btree_set(20_000..30_000_u32, 0..40),
        ) {
            let (left, right) = (&both | &here, &both | &there);
            let (only_here, only_there, trips, _) = talk(&left, &right);
            prop_assert_eq!(only_here, here);
            prop_assert_eq!(only_there, there);
            prop_assert!(trips < 12, "{} round trips", trips);
        }

        #[test]
        fn no_bytes_bring_either_side_down(bytes in prop::collection::vec(any::<u8>(), 0..300), n in 0..300_u32) {
            let one = set(&(0..n).collect());
            let mut message = vec![0x61];
            message.extend(&bytes);
            let _ = (one.answer(&bytes), one.compare(&bytes), one.answer(&message), one.compare(&message));
        }
    }

    #[test]
    fn three_differences_among_ten_thousand_cost_a_few_kilobytes() {
        let there: BTreeSet<u32> = (0..10_000).collect();
        let mut here = there.clone();
        here.remove(&17);
        here.remove(&7_000);
        here.insert(20_000);
        let (only_here, only_there, trips, bytes) = talk(&here, &there);
        assert_eq!((only_here, only_there), (BTreeSet::from([20_000]), BTreeSet::from([17, 7_000])));
        assert!(trips <= 4, "{trips} round trips");
        assert!(bytes < 8_000, "{bytes} bytes");
    }

    #[test]
    fn a_message_past_its_bound_is_refused() {
        let error = set(&BTreeSet::new()).answer(&vec![0x61; REPAIR_MESSAGE_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadRequest);
    }
}
