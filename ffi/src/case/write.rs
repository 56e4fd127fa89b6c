//! Cases, orders, entries, photos, sign-offs and contact data, as an app writes them.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{OrderId, PersonId, SettlementId, SiteId};
use roundsman_sync_core::model as core;

use crate::convert::{To, records, renamed};
use crate::details::{EntryDetails, Position, Scan};
use crate::words::{
    CaseKind, Channel, Department, EntryKind, Liability, Nature, OrderKind, PartyKind, PhotoRole,
    SignOffOutcome, SignOffSubject, Urgency,
};

records! {
    /// Where in the estate something is. Set as one, so that two people's places never mix.
    Place = core::Place {
        /// 楼栋
        #[uniffi(default = None)]
        building: Option<String>,
        /// 单元
        #[uniffi(default = None)]
        unit: Option<String>,
        /// 房号. Part of the place, not of who lives there.
        #[uniffi(default = None)]
        room: Option<String>,
        /// Anything finer: 'lift lobby', 'garage B2 bay 117'.
        #[uniffi(default = None)]
        spot: Option<String>,
    }
    /// A new case, as somebody writes it down.
    NewCase = core::NewCase {
        /// What sort of matter.
        kind: CaseKind,
        /// How it arrived.
        channel: Channel,
        /// At which estate.
        site: SiteId,
        /// Where in it.
        place: Place,
        /// What happened, in staff's words.
        description: String,
        /// What it is about: a path like `equipment/lift`.
        subject: String,
        /// How soon.
        urgency: Urgency,
        /// When it was reported, if not just now.
        #[uniffi(default = None)]
        reported_at: Option<Timestamp>,
        /// The number another system gave it.
        #[uniffi(default = None)]
        external_number: Option<String>,
        /// The member of staff it is about, if about one.
        #[uniffi(default = None)]
        about: Option<PersonId>,
        /// Whether who raised it did not say who they are.
        #[uniffi(default = None)]
        anonymous: Option<bool>,
        /// Whether it is kept from those who would see it by their role.
        #[uniffi(default = None)]
        confidential: Option<bool>,
    }
    /// New values for the fields that sort a case; what is absent stays as it is.
    Classification = core::Classification {
        /// What sort of matter.
        #[uniffi(default = None)]
        kind: Option<CaseKind>,
        /// How soon.
        #[uniffi(default = None)]
        urgency: Option<Urgency>,
        /// Whose fault.
        #[uniffi(default = None)]
        nature: Option<Nature>,
        /// What it is about.
        #[uniffi(default = None)]
        subject: Option<String>,
        /// Where.
        #[uniffi(default = None)]
        place: Option<Place>,
        /// The member of staff it is about.
        #[uniffi(default = None)]
        about: Option<PersonId>,
        /// Whether who raised it did not say who they are.
        #[uniffi(default = None)]
        anonymous: Option<bool>,
        /// That it is kept from those who would see it by their role. Only `true`: what was said in confidence stays
        /// in its history.
        #[uniffi(default = None)]
        confidential: Option<bool>,
    }
    /// Somebody outside the company (外部单位) who does the work.
    Party = core::Party {
        /// What sort.
        kind: PartyKind,
        /// Its name.
        name: String,
    }
    /// New values for the fields that sort an order; what is absent stays as it is.
    OrderSorting = core::OrderSorting {
        /// Who has to do it.
        #[uniffi(default = None)]
        department: Option<Department>,
        /// How large a repair it is.
        #[uniffi(default = None)]
        kind: Option<OrderKind>,
        /// Who answers for it.
        #[uniffi(default = None)]
        liability: Option<Liability>,
        /// The outside party that does it.
        #[uniffi(default = None)]
        party: Option<Party>,
        /// The window agreed with the owner. Setting it also states that it was agreed.
        #[uniffi(default = None)]
        appointment: Option<Window>,
    }
    /// A time that was not written down when it passed, but later.
    Declared = core::Declared {
        /// When it happened.
        at: Timestamp,
        /// Why it was not entered then.
        why: String,
    }
}

renamed! {
    /// A window of time that was agreed with the owner (预约时段).
    Window = core::Window {
        /// Not before.
        since = from: Timestamp,
        /// Not after.
        until = to: Timestamp,
    }
}

/// How an order begins, beyond who has to do it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewOrder {
    /// An emergency that began by phone (急修); it is written up afterwards.
    #[uniffi(default = false)]
    pub by_phone: bool,
    /// The outside party it goes to, if not a department.
    #[uniffi(default = None)]
    pub party: Option<PartyKind>,
    /// What is known of it.
    #[uniffi(default = None)]
    pub sorting: Option<OrderSorting>,
    /// The order of the same case whose repair did not hold.
    #[uniffi(default = None)]
    pub rework_of: Option<OrderId>,
    /// Anything to be said with it.
    #[uniffi(default = "")]
    pub note: String,
}

impl To<core::NewOrder> for NewOrder {
    fn to(self) -> core::NewOrder {
        core::NewOrder {
            dispatch: core::fact::Dispatch {
                by_phone: self.by_phone.then_some(true),
                party: self.party.to(),
            },
            sorting: self.sorting.map(To::to).unwrap_or_default(),
            rework_of: self.rework_of,
            note: self.note,
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewEntry {
    /// What.
    pub kind: EntryKind,
    /// In the person's words.
    #[uniffi(default = "")]
    pub note: String,
    /// For an arrival: the point that was read on the spot.
    #[uniffi(default = None)]
    pub scan: Option<Scan>,
    /// For an arrival: where the phone believes to be.
    #[uniffi(default = None)]
    pub position: Option<Position>,
    /// What else goes with this kind of entry.
    #[uniffi(default = None)]
    pub details: Option<EntryDetails>,
    /// When it happened, if it is only now written down.
    #[uniffi(default = None)]
    pub declared: Option<Declared>,
}

/// A photo that lies in a file.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewPhoto {
    /// Where the file is. Its bytes are copied before the call returns; the file is not needed afterwards.
    pub path: String,
    /// What the picture shows.
    pub role: PhotoRole,
    /// In the person's words.
    #[uniffi(default = None)]
    pub caption: Option<String>,
    /// Its small copy, if the app draws one: a JPEG or WebP of at most 320 px a side and 64 KiB. Without it the
    /// library draws one, if it was built to, which it cannot for HEIC.
    #[uniffi(default = None)]
    pub preview: Option<Vec<u8>>,
}

/// How the asking for an owner's signature ended.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct NewSignOff {
    /// What was signed for.
    pub subject: SignOffSubject,
    /// How it ended.
    pub outcome: SignOffOutcome,
    /// The name of who signed; empty if nobody did.
    #[uniffi(default = "")]
    pub signer: String,
    /// What they are to the flat.
    #[uniffi(default = "")]
    pub relation: String,
    /// The drawn signature as a PNG. Must be there if the outcome is 'signed'.
    #[uniffi(default = None)]
    pub strokes_png: Option<Vec<u8>>,
    /// The settlement it is about, if about one.
    #[uniffi(default = None)]
    pub settlement: Option<SettlementId>,
    /// The text that was shown, from `statement`. Hand it in whenever time may pass between showing and signing: what
    /// is kept is what was shown, even if a sync changed the case meanwhile. Without it the text is made now.
    #[uniffi(default = None)]
    pub shown: Option<String>,
}

/// New contact data; what is absent stays as it is.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ContactDetails {
    /// Who raised the case.
    #[uniffi(default = None)]
    pub name: Option<String>,
    /// How to reach them.
    #[uniffi(default = None)]
    pub phone: Option<String>,
    /// Where they live.
    #[uniffi(default = None)]
    pub address: Option<String>,
    /// The caller's own words, as they are to read.
    #[uniffi(default = None)]
    pub words: Option<TextEdit>,
}

/// An edit of a longer text: what the writer saw, and what they made of it. Two people's edits merge letter by letter.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct TextEdit {
    /// What the writer saw.
    pub base: String,
    /// What they made of it.
    pub result: String,
}

impl To<core::ContactDetails> for ContactDetails {
    fn to(self) -> core::ContactDetails {
        core::ContactDetails {
            name: self.name,
            phone: self.phone,
            address: self.address,
            words: self.words.map(|edit| (edit.base, edit.result)),
        }
    }
}
