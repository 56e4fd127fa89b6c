//! What the log holds.

use std::fmt;
use std::str::FromStr;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{
    ChangeHash, CommandId, DeviceId, DocumentId, OrgId, PersonId, PhotoHash, SiteId,
};
use roundsman_sync_core::model::{Department, Role};
use roundsman_sync_core::protocol::envelope::TimeClaim;
use roundsman_sync_core::protocol::key::{PublicKey, Signature};
use roundsman_sync_core::protocol::messages::Pos;

/// Everything of an envelope but its changes, which follow as entries of their own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct LoggedEnvelope {
    /// Signed by which device.
    #[n(0)]
    pub device: DeviceId,
    /// Given by whom.
    #[n(1)]
    pub person: PersonId,
    /// The newest version of documents that the writing program understood.
    #[n(2)]
    pub schema: u32,
    /// When, as claimed.
    #[n(3)]
    pub claim: TimeClaim,
    /// When the server issued the token that the device had then; checked at receipt, because the key
    /// that can check it may be gone when the log is read again.
    #[n(4)]
    pub not_before: Option<Timestamp>,
    /// Over the changes, as the device made it.
    #[n(5)]
    pub signature: Signature,
    /// How many changes it held. Those already known are not logged again.
    #[n(6)]
    pub changes: u32,
    /// Whether it came together with the envelope before it, so that the rows of a document that both change
    /// are written once.
    #[n(7)]
    pub continues: Option<bool>,
}

/// What was decided about a change, once and for all.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum LoggedVerdict {
    /// It is in the document.
    #[n(0)]
    Accepted,
    /// It waits for these; a later [`LogEntry::Settled`] says what became of it.
    #[n(1)]
    Pending {
        /// Changes it builds on that were not there.
        #[n(0)]
        missing: Vec<ChangeHash>,
    },
    /// It is kept and goes no further.
    #[n(2)]
    Quarantined {
        /// Why, for programs.
        #[n(0)]
        code: ErrorCode,
        /// Why, for people.
        #[n(1)]
        why: String,
    },
    /// The office has already done what it meant.
    #[n(3)]
    Superseded {
        /// Its command, which the office's change names too.
        #[n(0)]
        command: CommandId,
    },
    /// Its actor and sequence number were taken.
    #[n(4)]
    Fork,
}

/// A change by the names that never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ChangeName {
    /// In which document it was to be.
    #[n(0)]
    pub document: DocumentId,
    /// What it is called.
    #[n(1)]
    pub hash: ChangeHash,
}

/// One entry of the log. The numbers are part of the file format and are never reused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum LogEntry {
    /// The organisation and its first server.
    #[n(0)]
    Founded {
        /// The organisation.
        #[n(0)]
        org: OrgId,
        /// Its name.
        #[n(1)]
        name: String,
        /// The device that stands for the office.
        #[n(2)]
        office: DeviceId,
        /// The key with which the office's edits are signed.
        #[n(3)]
        key: PublicKey,
    },
    /// An estate came under management.
    #[n(1)]
    SiteAdded {
        /// Which.
        #[n(0)]
        site: SiteId,
        /// Its name.
        #[n(1)]
        name: String,
    },
    /// Somebody joined.
    #[n(2)]
    PersonAdded {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Their name.
        #[n(1)]
        name: String,
    },
    /// Somebody got a right.
    #[n(3)]
    RoleGranted {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// At which estate.
        #[n(1)]
        site: SiteId,
        /// As what.
        #[n(2)]
        role: Role,
        /// In which department.
        #[n(3)]
        department: Option<Department>,
    },
    /// A phone was enrolled.
    #[n(4)]
    DeviceEnrolled {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// For whom.
        #[n(1)]
        person: PersonId,
        /// Its key.
        #[n(2)]
        key: PublicKey,
        /// What its person calls it.
        #[n(3)]
        name: String,
    },
    /// A phone was shut out.
    #[n(5)]
    DeviceRevoked {
        /// Which.
        #[n(0)]
        device: DeviceId,
    },
    /// An envelope arrived. Its changes follow.
    #[n(6)]
    Envelope(#[n(0)] LoggedEnvelope),
    /// A change arrived and was judged.
    #[n(7)]
    Change {
        /// The position of its envelope.
        #[n(0)]
        envelope: Pos,
        /// For which document.
        #[n(1)]
        document: DocumentId,
        /// Of which kind.
        #[n(2)]
        kind: DocumentKind,
        /// The change as it travelled.
        #[n(3)]
        change: ByteVec,
        /// What was decided.
        #[n(4)]
        verdict: LoggedVerdict,
    },
    /// A change that waited was judged.
    #[n(8)]
    Settled {
        /// The position of its [`LogEntry::Change`].
        #[n(0)]
        change: Pos,
        /// What was decided.
        #[n(1)]
        verdict: LoggedVerdict,
    },
    /// The bytes of a photo are here in full.
    #[n(9)]
    PhotoStored {
        /// Which.
        #[n(0)]
        hash: PhotoHash,
        /// Their number.
        #[n(1)]
        size: u64,
        /// What they are, by their own first bytes.
        #[n(2)]
        media_type: String,
    },
    /// Somebody lost a right.
    #[n(10)]
    RoleTaken {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// At which estate.
        #[n(1)]
        site: SiteId,
        /// As what.
        #[n(2)]
        role: Role,
    },
    /// Time has taken a document out of feeds: its case was closed long enough ago, or its work done.
    #[n(11)]
    TimePassed {
        /// Which.
        #[n(0)]
        document: DocumentId,
    },
    /// The office wants a phone to compare everything it holds.
    #[n(12)]
    ResyncAsked {
        /// Which.
        #[n(0)]
        device: DeviceId,
    },
    /// After a restore, a phone handed back a change that it had not made itself. Nobody's signature came
    /// with it, so it is kept for the office to read and goes no further.
    #[n(13)]
    Recovered {
        /// The phone that handed it back.
        #[n(0)]
        device: DeviceId,
        /// For which document.
        #[n(1)]
        document: DocumentId,
        /// Of which kind.
        #[n(2)]
        kind: DocumentKind,
        /// The change as it travelled.
        #[n(3)]
        change: ByteVec,
    },
    /// The office has looked at refused changes and leaves them as they are.
    #[n(14)]
    QuarantineClosed {
        /// Who.
        #[n(0)]
        person: PersonId,
        /// Why, in their words.
        #[n(1)]
        note: String,
        /// The change, and what depends on it.
        #[n(2)]
        changes: Vec<ChangeName>,
    },
    /// A phone whose person had lost a right has read past the loss and had nothing left to send: what it
    /// brings from now on was written with that knowledge.
    #[n(15)]
    LossHeard {
        /// Which.
        #[n(0)]
        device: DeviceId,
        /// Up to where it has read.
        #[n(1)]
        up_to: Pos,
    },
    /// A phone that was frozen, because it kept using names of changes that were taken, may go on.
    #[n(16)]
    DeviceThawed {
        /// Which.
        #[n(0)]
        device: DeviceId,
    },
}

/// As addresses spell it: the document, a dot, the hash.
impl fmt::Display for ChangeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.document, self.hash)
    }
}

/// A text that names no change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a change is named by its document, a dot and its hash")]
pub struct NotAChange;

impl FromStr for ChangeName {
    type Err = NotAChange;

    fn from_str(text: &str) -> Result<Self, NotAChange> {
        let (document, hash) = text.split_once('.').ok_or(NotAChange)?;
        let document = document.parse().map_err(|_| NotAChange)?;
        Ok(Self { document, hash: hash.parse().map_err(|_| NotAChange)? })
    }
}
