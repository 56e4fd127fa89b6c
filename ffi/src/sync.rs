//! Syncs, what they may cost, and where the phone stands.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{CommandId, DeviceId, DocumentId, OrgId, PersonId, PhotoHash};
use roundsman_sync_core::replica as core;

use crate::convert::{To, words};

words! {
    /// Which bytes of photos a sync sends, and which of others' are wanted. Drawn signatures always go.
    PhotoChoice = core::Photos {
        /// All of them; on a metered link previews only.
        AsTheLinkAllows,
        /// All of them, on a metered link too: somebody asked for it.
        All,
        /// Previews, and photos that are no larger than one.
        PreviewsOnly,
        /// None.
        None,
    }
    /// Who carries the bytes of photos.
    Uploads = core::Uploads {
        /// The sync itself.
        Here,
        /// The phone's own service for uploads; see `pending_uploads`.
        HandOver,
    }
}

/// What a sync may cost. It always makes one useful round trip, however small the budget.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct SyncBudget {
    /// About how many bytes of documents to ask for in one round trip; 256 KiB by default.
    #[uniffi(default = None)]
    pub page_bytes: Option<u32>,
    /// Bytes up and down together. The sync may go past it by one edit or one document, which are not divided.
    #[uniffi(default = None)]
    pub bytes: Option<u64>,
    /// Seconds from its start. No request goes out later.
    #[uniffi(default = None)]
    pub seconds: Option<u32>,
    /// Which bytes of photos to send; by default as the link allows.
    #[uniffi(default = None)]
    pub photos: Option<PhotoChoice>,
    /// The link costs by the byte: smaller pages, and no photos but previews unless they were asked for.
    #[uniffi(default = false)]
    pub metered: bool,
    /// Who carries the bytes of photos; by default the sync itself.
    #[uniffi(default = None)]
    pub uploads: Option<Uploads>,
}

impl To<core::SyncBudget> for SyncBudget {
    fn to(self) -> core::SyncBudget {
        let usual = core::SyncBudget::default();
        core::SyncBudget {
            page_bytes: self.page_bytes.unwrap_or(usual.page_bytes),
            bytes: self.bytes,
            seconds: self.seconds,
            photos: self.photos.map_or(usual.photos, To::to),
            metered: self.metered,
            uploads: self.uploads.map_or(usual.uploads, To::to),
        }
    }
}

/// Why a sync ended before everything was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Stopped {
    /// The bytes of its budget were used up.
    Bytes,
    /// The time of its budget was used up.
    Seconds,
    /// Somebody cancelled it.
    Cancelled,
}

/// What a sync did. All of it is on disk.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SyncReport {
    /// Requests that were answered.
    pub round_trips: u32,
    /// Bytes of requests, lost ones included.
    pub bytes_up: u64,
    /// Bytes of replies.
    pub bytes_down: u64,
    /// Edits that were accepted.
    pub accepted: u32,
    /// Edits that were refused for good; `refused` lists them.
    pub quarantined: u32,
    /// Photos and drawn signatures whose last byte the server has.
    pub photos_sent: u32,
    /// Previews whose last byte the server has.
    pub previews_sent: u32,
    /// How often everything held was compared with the server's side.
    pub repairs: u32,
    /// There is more to do: the sync was cancelled or its budget was used up.
    pub more: bool,
    /// What ended it early, if anything did.
    pub stopped: Option<Stopped>,
}

impl SyncReport {
    pub(crate) fn of(counts: core::SyncCounts, cancelled: bool) -> Self {
        let stopped = match counts.stopped {
            _ if cancelled => Some(Stopped::Cancelled),
            Some(core::Stop::Bytes) => Some(Stopped::Bytes),
            Some(core::Stop::Seconds) => Some(Stopped::Seconds),
            None => None,
        };
        Self {
            round_trips: counts.round_trips,
            bytes_up: counts.bytes_up,
            bytes_down: counts.bytes_down,
            accepted: counts.accepted,
            quarantined: counts.refused,
            photos_sent: counts.photos_sent,
            previews_sent: counts.previews_sent,
            repairs: counts.repairs,
            more: counts.more || cancelled,
            stopped,
        }
    }
}

/// Where the phone stands.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Status {
    /// Whose phone it is; absent before it is enrolled.
    pub enrolment: Option<Enrolment>,
    /// Where the server is.
    pub server: Option<String>,
    /// Edits without a final answer.
    pub pending_edits: u32,
    /// Photos and drawn signatures that the server has not confirmed.
    pub photos_owed: u32,
    /// Previews that the server has not confirmed.
    pub previews_owed: u32,
    /// Edits that were refused.
    pub refused_edits: u32,
    /// When the last reply of the server was taken in, by this phone's clock.
    pub last_sync: Option<Timestamp>,
    /// The server's clock minus this phone's, in milliseconds, was not less than this at the last reply …
    pub clock_offset_min_ms: Option<i64>,
    /// … and not more than this.
    pub clock_offset_max_ms: Option<i64>,
    /// Photos whose upload failed in a way that a retry at once would not mend.
    pub photo_errors: Vec<PhotoError>,
    /// The server has told this phone that it is revoked: what was of others is gone from it.
    pub revoked: bool,
    /// How long to wait before the next sync after failures, in milliseconds; 0 if one may go out.
    pub retry_in_ms: u64,
}

/// What enrolment gave.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Enrolment {
    /// The organisation.
    pub org: OrgId,
    /// What the server calls this phone.
    pub device: DeviceId,
    /// Whose phone it is.
    pub person: PersonId,
    /// Their name.
    pub person_name: String,
}

/// Why a photo is not at the server yet.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct PhotoError {
    /// Which photo.
    pub photo: PhotoHash,
    /// What the server said.
    pub message: String,
}

impl Status {
    pub(crate) fn of(replica: &core::Replica, status: core::Status, retry_in_ms: u64) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let errors = status.photo_errors.into_iter().map(|(photo, message)| PhotoError { photo, message });
        Self {
            enrolment: replica.enrolled().map(|known| Enrolment {
                org: known.org,
                device: known.device,
                person: known.person,
                person_name: known.person_name.clone(),
            }),
            server: replica.server().map(str::to_owned),
            pending_edits: count(status.pending_edits),
            photos_owed: count(status.photos_owed),
            previews_owed: count(status.previews_owed),
            refused_edits: count(status.refused),
            last_sync: status.last_sync,
            clock_offset_min_ms: status.clock_offset_ms.map(|(min, _)| min),
            clock_offset_max_ms: status.clock_offset_ms.map(|(_, max)| max),
            photo_errors: errors.collect(),
            revoked: status.revoked,
            retry_in_ms,
        }
    }
}

/// Where an edit stands, in terms a person understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum EditState {
    /// On this phone, and nowhere else.
    OnThisPhone,
    /// On its way; nobody has answered yet.
    Sent,
    /// Everybody has it.
    Accepted,
    /// At the server, which waits for what it builds on.
    Waiting,
    /// Not taken. What was typed is still here.
    Refused,
    /// What it meant is already so.
    Superseded,
}

/// One edit made here.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Edit {
    /// Which.
    pub command: CommandId,
    /// The case or round it is mainly about.
    pub document: DocumentId,
    /// What was asked for, by the name of the call: `create_case`, `record`, …
    pub what: String,
    /// Everything that was typed for it: nothing of it is lost, even if it was refused.
    pub texts: Vec<String>,
    /// Where it stands.
    pub state: EditState,
    /// Why it was refused, for programs.
    pub code: Option<String>,
    /// Why it was refused, for its person, in Simplified Chinese.
    pub reason_zh: Option<String>,
    /// Why it was refused, for its person, in English.
    pub reason_en: Option<String>,
    /// When it was made, by the phone's clock.
    pub at: Timestamp,
}

impl To<Edit> for core::EditInfo {
    fn to(self) -> Edit {
        let (state, code) = match &self.state {
            core::EditState::OnThisPhone => (EditState::OnThisPhone, None),
            core::EditState::Sent => (EditState::Sent, None),
            core::EditState::Accepted { .. } => (EditState::Accepted, None),
            core::EditState::Waiting { .. } => (EditState::Waiting, None),
            core::EditState::Refused { code, .. } => (EditState::Refused, Some(*code)),
            core::EditState::Superseded => (EditState::Superseded, None),
        };
        let reason = self.state.reason();
        Edit {
            command: self.command,
            document: self.document,
            what: self.what.to_owned(),
            texts: self.texts(),
            state,
            code: code.map(|code: ErrorCode| code.as_str().to_owned()),
            reason_zh: reason.map(|reason| reason.zh.to_owned()),
            reason_en: reason.map(|reason| reason.en.to_owned()),
            at: self.at,
        }
    }
}

/// Bytes of somebody else's photo, or of its small copy, that are not on this phone.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct WantedPhoto {
    /// What `fetch_photo` takes.
    pub hash: PhotoHash,
    /// How many bytes.
    pub size: u64,
    /// The photo, as the case or round names it.
    pub of: PhotoHash,
}

impl To<WantedPhoto> for core::WantedPhoto {
    fn to(self) -> WantedPhoto {
        WantedPhoto { hash: self.hash, size: self.size, of: self.of }
    }
}
