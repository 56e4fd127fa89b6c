//! Everything that can be written in any document, and how it is written.

use std::fmt;

use crate::model::{EntryKind, Level, RoundEntryKind, SignOffSubject, Verifier};

/// How something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// For the first time, by the change that starts the case or makes the order; or something that is only
    /// ever added: an entry, a photo, a sign-off.
    Add,
    /// Later, whether or not somebody had set it before.
    Set,
}

impl Action {
    /// Both, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Add, Self::Set];
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "add",
            Self::Set => "set",
        })
    }
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $( $(#[$field_doc:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[$field_doc])* $variant, )* }

        impl $name {
            /// Every one, in the order of the table.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// Its key in the document.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The one with this key.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

fields!(
    /// A register of a case.
    CaseField {
        /// What sort of matter.
        Kind = "kind",
        /// How it arrived.
        Channel = "channel",
        /// How soon.
        Urgency = "urgency",
        /// Whose fault.
        Nature = "nature",
        /// What it is about.
        Subject = "subject",
        /// Where.
        Place = "place",
        /// The member of staff it is about.
        About = "about",
        /// Whether who raised it stays unnamed.
        Anonymous = "anonymous",
        /// Whether it is kept from those who would see it by their role.
        Confidential = "confidential",
    }
);
fields!(
    /// A register of an order.
    OrderField {
        /// Who has to do it.
        Department = "department",
        /// The person it is given to.
        Assignee = "assignee",
        /// How large a repair it is.
        Kind = "kind",
        /// Who answers for it.
        Liability = "liability",
        /// The outside party that does it.
        Party = "party",
        /// When the owner expects somebody.
        Appointment = "appointment",
        /// The order whose repair did not hold. Set with the order, never later.
        ReworkOf = "rework_of",
    }
);
fields!(
    /// A field of contact data.
    ContactField {
        /// Who raised the case.
        Name = "name",
        /// How to reach them.
        Phone = "phone",
        /// Where they live.
        Address = "address",
        /// The caller's own words.
        Words = "words",
    }
);
fields!(
    /// What a site document holds. Of areas, routes and checkpoints there are many, each under its own key.
    SiteField {
        /// The name of the estate.
        Name = "name",
        /// The policy in force.
        Policy = "policy",
        /// A part of the estate.
        Area = "area",
        /// A route that is walked.
        Route = "route",
        /// A point of a route.
        Checkpoint = "checkpoint",
        /// Somebody on the list of its people.
        Person = "people",
    }
);

/// Something that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// What only the change that starts a case says: its own id, its estate, when it was reported, the number
    /// another system gave it.
    CaseStart,
    /// A register of a case.
    Case(CaseField),
    /// What happened, in staff's words.
    Description,
    /// A new order.
    Order,
    /// A register of an order.
    OrderField(OrderField),
    /// An entry. [`EntryKind::Closed`] here closes the case.
    Entry(EntryKind),
    /// An entry that closes an order (关单).
    OrderClosed,
    /// In addition to the entry: on a sheet, a settlement or a plan, the level as which somebody signs,
    /// consents, negotiates or approves.
    SignedAs(Level),
    /// In addition to the entry: the level to which a matter goes up.
    EscalatedTo(Level),
    /// In addition to the entry: as whom somebody says that it works.
    VerifiedAs(Verifier),
    /// A photo.
    Photo,
    /// How asking for a signature ended.
    SignOff(SignOffSubject),
    /// Which case a contact document belongs to. Every writer of the document says it anew.
    ContactStart,
    /// Contact data.
    Contact(ContactField),
    /// Who signed, and the drawn signature.
    Signature,
    /// What only the change that starts a round says: what it sets out to do.
    RoundStart,
    /// The beginning or end of a round.
    RoundEntry(RoundEntryKind),
    /// What was found at a point.
    Check,
    /// A photo in a round.
    RoundPhoto,
    /// Anything of an estate.
    Site(SiteField),
}

impl Path {
    /// Every path, in the order of the table.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::CaseStart];
        all.extend(CaseField::ALL.iter().copied().map(Self::Case));
        all.extend([Self::Description, Self::Order]);
        all.extend(OrderField::ALL.iter().copied().map(Self::OrderField));
        all.extend(EntryKind::ALL.iter().copied().map(Self::Entry));
        all.push(Self::OrderClosed);
        all.extend(Level::ALL.iter().copied().map(Self::SignedAs));
        all.extend(Level::ALL.iter().copied().map(Self::EscalatedTo));
        all.extend(Verifier::ALL.iter().copied().map(Self::VerifiedAs));
        all.push(Self::Photo);
        all.extend(SignOffSubject::ALL.iter().copied().map(Self::SignOff));
        all.push(Self::ContactStart);
        all.extend(ContactField::ALL.iter().copied().map(Self::Contact));
        all.push(Self::Signature);
        all.push(Self::RoundStart);
        all.extend(RoundEntryKind::ALL.iter().copied().map(Self::RoundEntry));
        all.extend([Self::Check, Self::RoundPhoto]);
        all.extend(SiteField::ALL.iter().copied().map(Self::Site));
        all
    }
}

/// As tables and messages spell it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CaseStart => f.write_str("case"),
            Self::Case(field) => write!(f, "case/{}", field.as_str()),
            Self::Description => f.write_str("case/description"),
            Self::Order => f.write_str("order"),
            Self::OrderField(field) => write!(f, "order/{}", field.as_str()),
            Self::Entry(kind) => write!(f, "entry/{kind}"),
            Self::OrderClosed => f.write_str("entry/closed(order)"),
            Self::SignedAs(level) => write!(f, "signed_as/{level}"),
            Self::EscalatedTo(level) => write!(f, "escalated_to/{level}"),
            Self::VerifiedAs(verifier) => write!(f, "verified_as/{verifier}"),
            Self::Photo => f.write_str("photo"),
            Self::SignOff(subject) => write!(f, "sign_off/{subject}"),
            Self::ContactStart => f.write_str("contact"),
            Self::Contact(field) => write!(f, "contact/{}", field.as_str()),
            Self::Signature => f.write_str("contact/signature"),
            Self::RoundStart => f.write_str("round"),
            Self::RoundEntry(kind) => write!(f, "round/{kind}"),
            Self::Check => f.write_str("round/check"),
            Self::RoundPhoto => f.write_str("round/photo"),
            Self::Site(field) => write!(f, "site/{}", field.as_str()),
        }
    }
}
