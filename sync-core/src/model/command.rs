//! What people ask for, as data: kept beside each edit so that it can be made again on other ground.
//!
//! A command names every id it will use, so making it twice makes the same things.

mod round;

pub use round::{CheckPhoto, NewCheck, NewRound};

use minicbor::{Decode, Encode};

use crate::clock::Timestamp;
use crate::ids::{
    AreaId, CheckId, CheckpointId, DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, RouteId,
    SettlementId, SignOffId, SiteId,
};
use crate::model::case::{Place, Preview};
use crate::model::entry::Declared;
use crate::model::fact::{Dispatch, Fact};
use crate::model::order::{Party, Window};
use crate::model::route::{Checkpoint, Route};
use crate::model::site::Area;
use crate::model::words::{
    CaseKind, Channel, Department, EntryKind, Liability, Nature, OrderKind, PhotoRole, Role, SignOffOutcome,
    SignOffSubject, Urgency,
};

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
    /// The member of staff it is about, if about one.
    #[n(9)]
    pub about: Option<PersonId>,
    /// Whether who raised it did not say who they are.
    #[n(10)]
    pub anonymous: Option<bool>,
    /// Whether it is kept from those who would see it by their role.
    #[n(11)]
    pub confidential: Option<bool>,
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
    /// The member of staff it is about.
    #[n(5)]
    pub about: Option<PersonId>,
    /// Whether who raised it did not say who they are.
    #[n(6)]
    pub anonymous: Option<bool>,
    /// That it is kept from those who would see it by their role. Only `true`: what was said in confidence
    /// stays in its history.
    #[n(7)]
    pub confidential: Option<bool>,
}

/// New values for the fields that sort an order; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct OrderSorting {
    /// Who has to do it.
    #[n(0)]
    pub department: Option<Department>,
    /// How large a repair it is.
    #[n(1)]
    pub kind: Option<OrderKind>,
    /// Who answers for it.
    #[n(2)]
    pub liability: Option<Liability>,
    /// The outside party that does it.
    #[n(3)]
    pub party: Option<Party>,
    /// The window agreed with the owner. Setting it also states that it was agreed.
    #[n(4)]
    pub appointment: Option<Window>,
}

/// How an order begins, beyond who has to do it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct NewOrder {
    /// Whether it began by phone, and to whom outside it went.
    #[n(0)]
    pub dispatch: Dispatch,
    /// What is known of it.
    #[n(1)]
    pub sorting: OrderSorting,
    /// The order of the same case whose repair did not hold.
    #[n(2)]
    pub rework_of: Option<OrderId>,
    /// Anything to be said with it.
    #[n(3)]
    pub note: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What.
    pub fact: Fact,
    /// In the person's words.
    pub note: String,
    /// When, if it is only now written down.
    pub declared: Option<Declared>,
}

impl NewEntry {
    /// Something that happens now.
    pub fn now(fact: Fact, note: impl Into<String>) -> Self {
        Self { fact, note: note.into(), declared: None }
    }
}

/// As it is kept: word, note, details, declared time.
#[derive(Encode, Decode)]
struct KeptEntry {
    #[n(0)]
    kind: EntryKind,
    #[n(1)]
    note: String,
    #[n(2)]
    details: Option<minicbor::bytes::ByteVec>,
    #[n(3)]
    declared: Option<Declared>,
}

impl<C> Encode<C> for NewEntry {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let kept = KeptEntry {
            kind: self.fact.kind(),
            note: self.note.clone(),
            details: self.fact.details().map(Into::into),
            declared: self.declared.clone(),
        };
        kept.encode(e, context)
    }
}

impl<'b, C> Decode<'b, C> for NewEntry {
    fn decode(d: &mut minicbor::Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        let at = d.position();
        let kept = KeptEntry::decode(d, context)?;
        let fact = Fact::read(kept.kind, kept.details.as_ref().map(|details| details.as_slice()));
        let unreadable = || minicbor::decode::Error::message("the details do not fit the entry").at(at);
        Ok(Self { fact: fact.ok_or_else(unreadable)?, note: kept.note, declared: kept.declared })
    }
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
    /// Its small copy, whose bytes are safe on the device too.
    #[n(4)]
    pub preview: Option<Preview>,
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
    /// The settlement it is about, if about one.
    #[n(7)]
    pub settlement: Option<SettlementId>,
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
        /// What else is known.
        #[n(5)]
        new: Option<NewOrder>,
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
    /// Sorts an order: how large, who answers for it, when the owner expects somebody.
    #[n(11)]
    SortOrder {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// Which order.
        #[n(1)]
        order: OrderId,
        /// The new values.
        #[n(2)]
        to: OrderSorting,
    },
    /// Takes an order from the pool (抢单), or accepts one that was given (接单).
    #[n(12)]
    TakeOrder {
        /// Which case.
        #[n(0)]
        case: DocumentId,
        /// Which order.
        #[n(1)]
        order: OrderId,
        /// The entry that states it.
        #[n(2)]
        accepted: EntryId,
    },
    /// Puts an estate's policy in force: its clocks, ladder, limits and subjects.
    #[n(13)]
    WritePolicy {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// The policy as TOML. Whoever gives the command has checked that it reads.
        #[n(1)]
        text: String,
    },
    /// Says which buildings an area (片区) has and who looks after it.
    #[n(14)]
    PutArea {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// Which area.
        #[n(1)]
        area: AreaId,
        /// What it is.
        #[n(2)]
        new: Area,
    },
    /// Says what a point is: its name, place, code and items.
    #[n(20)]
    PutCheckpoint {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// Which point.
        #[n(1)]
        checkpoint: CheckpointId,
        /// What it is.
        #[n(2)]
        new: Checkpoint,
    },
    /// Says which points a route has and when it is due.
    #[n(21)]
    PutRoute {
        /// Which estate.
        #[n(0)]
        site: SiteId,
        /// Which route.
        #[n(1)]
        route: RouteId,
        /// What it is.
        #[n(2)]
        new: Route,
    },
    /// Sets out on a round.
    #[n(22)]
    StartRound {
        /// The round to be.
        #[n(0)]
        round: DocumentId,
        /// The entry that states its beginning.
        #[n(1)]
        started: EntryId,
        /// What it sets out to do.
        #[n(2)]
        new: NewRound,
    },
    /// States what was found at one point.
    #[n(23)]
    Check {
        /// Which round.
        #[n(0)]
        round: DocumentId,
        /// The result to be.
        #[n(1)]
        check: CheckId,
        /// What was found.
        #[n(2)]
        new: NewCheck,
    },
    /// Names a photo in a round.
    #[n(24)]
    AddRoundPhoto {
        /// Which round.
        #[n(0)]
        round: DocumentId,
        /// The mention to be.
        #[n(1)]
        photo: PhotoId,
        /// The result it belongs to, if to one.
        #[n(2)]
        check: Option<CheckId>,
        /// Which photo.
        #[n(3)]
        new: NewPhoto,
    },
    /// Ends a round. One that was walked for a case is stated there too.
    #[n(25)]
    FinishRound {
        /// Which round.
        #[n(0)]
        round: DocumentId,
        /// The entry that states its end.
        #[n(1)]
        finished: EntryId,
        /// The case to state it in: that of the round, if it is at hand.
        #[n(2)]
        case: Option<DocumentId>,
        /// Anything to be said of the whole.
        #[n(3)]
        note: String,
    },
    /// States what was found at one point and writes down a case about it, each naming the other.
    #[n(26)]
    ReportAbnormal {
        /// Which round.
        #[n(0)]
        round: DocumentId,
        /// The result to be.
        #[n(1)]
        check: CheckId,
        /// What was found.
        #[n(2)]
        new: NewCheck,
        /// The case to be.
        #[n(3)]
        case: DocumentId,
        /// The entry that states its receipt.
        #[n(4)]
        received: EntryId,
        /// The entry that states where it was found.
        #[n(5)]
        found: EntryId,
        /// What is known of the case.
        #[n(6)]
        create: NewCase,
    },
}
