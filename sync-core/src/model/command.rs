//! What people ask for, as data: kept beside each edit so that it can be made again on other ground.
//!
//! A command names every id it will use, so making it twice makes the same things.

use minicbor::{Decode, Encode};

use super::case::Place;
use super::words::{
    CaseKind, Channel, Department, EntryKind, Nature, PhotoRole, Role, SignOffOutcome, SignOffSubject,
    Urgency,
};
use crate::clock::Timestamp;
use crate::ids::{DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SignOffId, SiteId};

/// A new case, as somebody writes it down.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewCase {
    /// What sort of matter.
    #[n(0)]
    pub kind: CaseKind,
    /// How it arrived.
    #[n(1)]
    pub channel: Channel,
    /// At which estate.
    #[n(2)]
    pub site: SiteId,
    /// Where in it.
    #[n(3)]
    pub place: Place,
    /// What happened, in staff's words.
    #[n(4)]
    pub description: String,
    /// What it is about: a path like `equipment/lift`.
    #[n(5)]
    pub subject: String,
    /// How soon.
    #[n(6)]
    pub urgency: Urgency,
    /// When it was reported, if not just now.
    #[n(7)]
    pub reported_at: Option<Timestamp>,
    /// The number another system gave it.
    #[n(8)]
    pub external_number: Option<String>,
}

/// New values for the fields that sort a case; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Classification {
    /// What sort of matter.
    #[n(0)]
    pub kind: Option<CaseKind>,
    /// How soon.
    #[n(1)]
    pub urgency: Option<Urgency>,
    /// Whose fault.
    #[n(2)]
    pub nature: Option<Nature>,
    /// What it is about.
    #[n(3)]
    pub subject: Option<String>,
    /// Where.
    #[n(4)]
    pub place: Option<Place>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewEntry {
    /// What.
    #[n(0)]
    pub kind: EntryKind,
    /// In the person's words.
    #[n(1)]
    pub note: String,
}

/// A photo whose bytes are already safe on the device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewPhoto {
    /// SHA-256 of the bytes.
    #[n(0)]
    pub hash: PhotoHash,
    /// Length of the bytes.
    #[n(1)]
    pub size: u64,
    /// What the picture shows.
    #[n(2)]
    pub role: PhotoRole,
    /// In the person's words.
    #[n(3)]
    pub caption: String,
}

/// How the asking for a signature ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct NewSignOff {
    /// What was signed for.
    #[n(0)]
    pub subject: SignOffSubject,
    /// How it ended.
    #[n(1)]
    pub outcome: SignOffOutcome,
    /// Exactly what stood on the glass.
    #[n(2)]
    pub shown: String,
    /// Which rendering made it.
    #[n(3)]
    pub renderer: u64,
    /// The name of who signed. Goes to the contact document.
    #[n(4)]
    pub signer: String,
    /// What they are to the flat.
    #[n(5)]
    pub relation: String,
    /// The drawn signature: its hash and length.
    #[n(6)]
    pub strokes: Option<(PhotoHash, u64)>,
}

/// New contact data; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct ContactDetails {
    /// Who raised the case.
    #[n(0)]
    pub name: Option<String>,
    /// How to reach them.
    #[n(1)]
    pub phone: Option<String>,
    /// Where they live.
    #[n(2)]
    pub address: Option<String>,
    /// The caller's own words: what the writer saw, and what they made of it.
    #[n(3)]
    pub words: Option<(String, String)>,
}

/// Somebody who works at an estate.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SitePerson {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// Their name, as colleagues know it.
    #[n(1)]
    pub name: String,
    /// What they may see and do.
    #[n(2)]
    pub role: Role,
    /// Where they work, for roles that belong to a department.
    #[n(3)]
    pub department: Option<Department>,
}

/// One thing a person asks for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Writes a new case down (受理).
    #[n(0)]
    CreateCase {
        /// The case to be.
        #[n(0)]
        case: DocumentId,
        /// The entry that states its receipt.
        #[n(1)]
        received: EntryId,
        /// What is known.
        #[n(2)]
        new: NewCase,
    },
    /// Sorts a case (分类), or settles a parallel edit by saying which value holds.
    #[n(1)]
    Classify {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// The new values.
        #[n(1)]
        to: Classification,
    },
    /// Changes the description from what the writer saw to what they made of it.
    #[n(2)]
    Describe {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// What the writer saw.
        #[n(1)]
        base: String,
        /// What they made of it.
        #[n(2)]
        result: String,
    },
    /// Gives a new order to a department (派单).
    #[n(3)]
    Dispatch {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// The order to be.
        #[n(1)]
        order: OrderId,
        /// The entry that states the dispatch.
        #[n(2)]
        dispatched: EntryId,
        /// Who has to do it.
        #[n(3)]
        department: Department,
        /// The person it is given to, if already known.
        #[n(4)]
        assignee: Option<PersonId>,
    },
    /// Gives an order to a person (转单).
    #[n(4)]
    Assign {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// Which order.
        #[n(1)]
        order: OrderId,
        /// To whom.
        #[n(2)]
        assignee: PersonId,
    },
    /// States that something happened.
    #[n(5)]
    Record {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// Which order, if about one.
        #[n(1)]
        order: Option<OrderId>,
        /// The entry to be.
        #[n(2)]
        entry: EntryId,
        /// What happened.
        #[n(3)]
        new: NewEntry,
    },
    /// Names a photo.
    #[n(6)]
    AddPhoto {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// The mention to be.
        #[n(1)]
        photo: PhotoId,
        /// Which photo.
        #[n(2)]
        new: NewPhoto,
    },
    /// Keeps an owner's signature, or that there was none.
    #[n(7)]
    SignOff {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// Which order, if about one.
        #[n(1)]
        order: Option<OrderId>,
        /// The sign-off to be.
        #[n(2)]
        sign_off: SignOffId,
        /// How it ended.
        #[n(3)]
        new: NewSignOff,
    },
    /// Writes contact data.
    #[n(8)]
    WriteContact {
        /// Of which case.
        #[n(0)]
        case: DocumentId,
        /// The new values.
        #[n(1)]
        details: ContactDetails,
    },
    /// Names an estate.
    #[n(9)]
    NameSite {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// Its name.
        #[n(1)]
        name: String,
    },
    /// Puts a person on an estate's list, or changes what it says of them.
    #[n(10)]
    PutPerson {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// What the list is to say.
        #[n(1)]
        person: SitePerson,
    },
}
