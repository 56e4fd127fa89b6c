//! The messages of protocol 1. Each is a CBOR array in the order of the numbers; a reader skips
//! fields past those it knows, so that fields can be added.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::envelope::TimeClaim;
use super::key::{PublicKey, Signature};
use super::repair::{RepairAnswer, RepairQuestion};
use crate::clock::Timestamp;
use crate::document::DocumentKind;
use crate::error::ErrorCode;
use crate::ids::{ChangeHash, CommandId, DeviceId, DocumentId, LogId, OrgId, PersonId, PhotoHash, SiteId};
use crate::model::{Department, Role};

/// A place in the server's log. 0 stands before everything.
pub type Pos = u64;

/// The short name the server gave a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct FeedNumber(#[n(0)] pub u32);

/// The short name the server gave a document. Stands for it in every page after it entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DocumentNumber(#[n(0)] pub u64);

/// `POST /v1/enrol`: a phone presents its one-time code and its key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EnrolRequest {
    /// [`super::PROTOCOL`].
    #[n(0)]
    pub protocol: u32,
    /// The code as the person typed it.
    #[n(1)]
    pub code: String,
    /// The public half of a key that never leaves the phone.
    #[n(2)]
    pub key: PublicKey,
    /// What the person calls the phone.
    #[n(3)]
    pub name: String,
    /// Over `roundsman/enrol/1`, the code and the key: the phone holds the private half.
    #[n(4)]
    pub proof: Signature,
}

impl EnrolRequest {
    /// The bytes that [`EnrolRequest::proof`] signs.
    pub fn proof_input(code: &str, key: &PublicKey) -> Vec<u8> {
        minicbor::to_vec(("roundsman/enrol/1", code, key)).unwrap_or_default()
    }
}

/// One right of a person at an estate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoleGrant {
    /// Where.
    #[n(0)]
    pub site: SiteId,
    /// As what.
    #[n(1)]
    pub role: Role,
    /// In which department, for roles that belong to one.
    #[n(2)]
    pub department: Option<Department>,
}

/// The answer to [`EnrolRequest`]. The same code and key get the same answer again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EnrolReply {
    /// The organisation.
    #[n(0)]
    pub org: OrgId,
    /// What this phone is called from now on.
    #[n(1)]
    pub device: DeviceId,
    /// Whose phone it is.
    #[n(2)]
    pub person: PersonId,
    /// Their name.
    #[n(3)]
    pub person_name: String,
    /// Their rights.
    #[n(4)]
    pub roles: Vec<RoleGrant>,
    /// The log whose positions the cursors will speak of.
    #[n(5)]
    pub log: LogId,
    /// The first freshness token.
    #[n(6)]
    pub token: String,
    /// The server's clock.
    #[n(7)]
    pub server_time: Timestamp,
    /// The key with which the server signs what its office edits.
    #[n(8)]
    pub server_key: PublicKey,
}

/// How far a device has walked a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FeedCursor {
    /// Which feed.
    #[n(0)]
    pub feed: FeedNumber,
    /// The device has everything of this feed up to here.
    #[n(1)]
    pub base: Pos,
    /// The walk from `base` has come to here.
    #[n(2)]
    pub pos: Pos,
}

/// `POST /v1/sync`: everything in one idempotent request.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SyncRequest {
    /// [`super::PROTOCOL`].
    #[n(0)]
    pub protocol: u32,
    /// The log that the cursors speak of.
    #[n(1)]
    pub log: LogId,
    /// The device has everything up to here of each feed that is not in `behind`.
    #[n(2)]
    pub base: Pos,
    /// Feeds in the middle of a walk.
    #[n(3)]
    pub behind: Vec<FeedCursor>,
    /// Envelopes, each as the device sealed it, oldest first.
    #[n(4)]
    pub envelopes: Vec<ByteVec>,
    /// The device's clocks as it asks.
    #[n(5)]
    pub time: TimeClaim,
    /// About how many bytes of pages the device wants.
    #[n(6)]
    pub budget_bytes: u32,
    /// Photos the device still owes: it asks for a grant or a receipt for each.
    #[n(7)]
    pub photos: Vec<PhotoHash>,
    /// [`Rights::digest`] of what the device knows of its rights; 0 if it knows nothing.
    #[n(8)]
    pub rights: u64,
    /// A question of a repair, when sums differed.
    #[n(9)]
    pub repair: Option<RepairQuestion>,
    /// Changes of others that this device holds and a restored server may have lost.
    #[n(10)]
    pub recovered: Vec<RecoveredChange>,
}

/// A change as a device that did not make it holds it: nobody's signature comes with it, so it is kept for
/// the office to read and goes no further.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RecoveredChange {
    /// In which document.
    #[n(0)]
    pub document: DocumentId,
    /// Of which kind.
    #[n(1)]
    pub kind: DocumentKind,
    /// The change as it travelled.
    #[n(2)]
    pub change: ByteVec,
}

/// What the asking device's person may do, and what the device therefore has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Rights {
    /// The feeds in force. A feed that is not listed takes its memberships with it.
    #[n(0)]
    pub feeds: Vec<FeedGrant>,
    /// The person's roles as they now are.
    #[n(1)]
    pub roles: Vec<RoleGrant>,
}

impl Rights {
    /// Names these rights in a few bytes, so that what did not change is not said again. Never 0.
    pub fn digest(&self) -> u64 {
        use sha2::{Digest, Sha256};
        // Writing to a vector cannot fail.
        let digest: [u8; 32] = Sha256::digest(minicbor::to_vec(self).unwrap_or_default()).into();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_be_bytes(first).max(1)
    }
}

/// The log that a restored server's log continues, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LogParent {
    /// The earlier log.
    #[n(0)]
    pub log: LogId,
    /// Up to here both say the same.
    #[n(1)]
    pub pos: Pos,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    /// It is in the log at this position, and in the document for everybody.
    #[n(0)]
    Accepted {
        /// Where in the log.
        #[n(0)]
        pos: Pos,
    },
    /// It waits at the server for these changes.
    #[n(1)]
    Pending {
        /// What it builds on and is not there.
        #[n(0)]
        missing: Vec<ChangeHash>,
    },
    /// It is kept for the office to read, and goes no further.
    #[n(2)]
    Quarantined {
        /// Why, for programs.
        #[n(0)]
        code: ErrorCode,
        /// Why, for people.
        #[n(1)]
        why: String,
    },
    /// The office has already done what it meant, in another change that cites this command.
    #[n(3)]
    Superseded {
        /// The command.
        #[n(0)]
        command: CommandId,
    },
    /// Its actor and sequence number are taken by another change; the device goes on under a new actor.
    #[n(4)]
    Fork,
}

/// A feed in force for the asking device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FeedGrant {
    /// Which feed.
    #[n(0)]
    pub feed: FeedNumber,
    /// The log position at which the device got it. A feed that was lost and given again has a later one.
    #[n(1)]
    pub since: Pos,
}

/// One document in a page.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PageDocument {
    /// The document is new in this feed: all of it.
    #[n(0)]
    Enter {
        /// What it is called from now on.
        #[n(0)]
        number: DocumentNumber,
        /// Its id.
        #[n(1)]
        id: DocumentId,
        /// Its kind.
        #[n(2)]
        kind: DocumentKind,
        /// The saved document, uncompressed.
        #[n(3)]
        snapshot: ByteVec,
        /// Its [`crate::model::CaseSummary`] as CBOR, for cases.
        #[n(4)]
        summary: Option<ByteVec>,
    },
    /// The document was here before: what was added to it since, without what the asker itself sent.
    #[n(1)]
    Changes {
        /// Which document.
        #[n(0)]
        number: DocumentNumber,
        /// The changes in log order.
        #[n(1)]
        changes: Vec<ByteVec>,
    },
    /// The document is in this feed too, and was sent by another page of the same reply.
    #[n(2)]
    Held {
        /// Which document.
        #[n(0)]
        number: DocumentNumber,
    },
    /// The document has left this feed.
    #[n(3)]
    Leave {
        /// Which document.
        #[n(0)]
        number: DocumentNumber,
    },
}

/// A stretch of one feed's walk.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Page {
    /// Which feed.
    #[n(0)]
    pub feed: FeedNumber,
    /// The documents are told from this base on. 0 begins the feed anew.
    #[n(1)]
    pub base: Pos,
    /// The walk has come to here; if `done`, the feed is level with the reply's base.
    #[n(2)]
    pub pos: Pos,
    /// Whether the walk has ended.
    #[n(3)]
    pub done: bool,
    /// What to take in, in order.
    #[n(4)]
    pub documents: Vec<PageDocument>,
}

/// Leave to upload one photo.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct UploadGrant {
    /// Which photo.
    #[n(0)]
    pub hash: PhotoHash,
    /// Its length, as the accepted edit says.
    #[n(1)]
    pub size: u64,
    /// Goes as `Authorization: Bearer`.
    #[n(2)]
    pub token: String,
}

/// The answer to [`SyncRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SyncReply {
    /// [`super::PROTOCOL`].
    #[n(0)]
    pub protocol: u32,
    /// The log that the cursors of this reply speak of. If it is not the one asked with, nothing else
    /// in the reply but verdicts counts: the device starts its cursors anew.
    #[n(1)]
    pub log: LogId,
    /// For each envelope of the request, in order: what became of each of its changes. A single
    /// verdict for an envelope of several stands for all of them.
    #[n(2)]
    pub verdicts: Vec<Vec<Verdict>>,
    /// The rights in force, unless the request named the digest of just these.
    #[n(3)]
    pub rights: Option<Rights>,
    /// What is new.
    #[n(4)]
    pub pages: Vec<Page>,
    /// Of the photos asked about: those that are here in full, by hash.
    #[n(5)]
    pub receipts: Vec<PhotoHash>,
    /// Of the photos asked about: leave to upload those that are not.
    #[n(6)]
    pub grants: Vec<UploadGrant>,
    /// When `more` is false: the sum over every (feed, document) of [`crate::document::Heads::checksum`].
    #[n(7)]
    pub checksum: Option<u64>,
    /// Every feed without an unfinished page is level up to here.
    #[n(8)]
    pub base: Pos,
    /// The next freshness token.
    #[n(9)]
    pub token: String,
    /// The server's clock.
    #[n(10)]
    pub server_time: Timestamp,
    /// Whether asking again at once brings more.
    #[n(11)]
    pub more: bool,
    /// Accepted envelopes at or below this position are in a backup; the device need not keep them.
    #[n(12)]
    pub backed_up: Pos,
    /// The answer to the question of a repair.
    #[n(13)]
    pub repair: Option<RepairAnswer>,
    /// The position at which the office last asked this device to compare everything it holds.
    #[n(14)]
    pub resync: Option<Pos>,
    /// If the log asked with is an earlier one that this log continues: how far. What the device had
    /// accepted above it may be lost here.
    #[n(15)]
    pub continues: Option<LogParent>,
    /// How many of [`SyncRequest::recovered`], from the first, were written down.
    #[n(16)]
    pub recovered: u32,
}
