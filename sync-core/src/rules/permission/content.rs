//! What documents hold: every container, every register, and every field of what is added. An operation at
//! any other place is no edit of this schema.

use super::path::{CaseField, ContactField, OrderField, Path, SiteField};
use crate::document::{DocumentKind, Put, control_character};
use crate::ids::{AreaId, CheckId, CheckpointId, EntryId, OrderId, PersonId, PhotoId, RouteId, SignOffId};

/// What sort of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Bytes,
    Number,
    Time,
    Truth,
}

impl Holds {
    pub(super) fn fits(self, put: &Put) -> bool {
        match put {
            Put::Text(text) => self == Self::Text && control_character(text).is_none(),
            Put::Bytes(_) => self == Self::Bytes,
            Put::Number(_) => self == Self::Number,
            Put::Time(_) => self == Self::Time,
            Put::Truth(_) => self == Self::Truth,
            Put::Nothing | Put::Other => false,
        }
    }
}

/// What a container at the root of a document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// Registers under fixed keys.
    Fields,
    /// Letters.
    Text(Path),
    /// Maps under ids, each added as a whole.
    Added(Thing),
}

/// What is added to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Entry,
    Order,
    Photo,
    SignOff,
    Signature,
    Person,
    RoundEntry,
    Check,
    RoundPhoto,
}

/// The container of this name in documents of this kind.
pub(super) fn container(kind: DocumentKind, name: &str) -> Option<Container> {
    match (kind, name) {
        (DocumentKind::Case | DocumentKind::Contact | DocumentKind::Round | DocumentKind::Site, "fields") => {
            Some(Container::Fields)
        }
        (DocumentKind::Case, "description") => Some(Container::Text(Path::Description)),
        (DocumentKind::Case, "entries") => Some(Container::Added(Thing::Entry)),
        (DocumentKind::Case, "orders") => Some(Container::Added(Thing::Order)),
        (DocumentKind::Case, "photos") => Some(Container::Added(Thing::Photo)),
        (DocumentKind::Case, "sign_offs") => Some(Container::Added(Thing::SignOff)),
        (DocumentKind::Contact, "words") => Some(Container::Text(Path::Contact(ContactField::Words))),
        (DocumentKind::Contact, "signatures") => Some(Container::Added(Thing::Signature)),
        (DocumentKind::Site, "people") => Some(Container::Added(Thing::Person)),
        (DocumentKind::Round, "entries") => Some(Container::Added(Thing::RoundEntry)),
        (DocumentKind::Round, "checks") => Some(Container::Added(Thing::Check)),
        (DocumentKind::Round, "photos") => Some(Container::Added(Thing::RoundPhoto)),
        (DocumentKind::Case | DocumentKind::Contact | DocumentKind::Round | DocumentKind::Site, _) => None,
    }
}

/// The register under this key among the fields of a document of this kind, and what it holds.
pub(super) fn register(kind: DocumentKind, key: &str) -> Option<(Path, Holds)> {
    match kind {
        DocumentKind::Case => case_register(key),
        DocumentKind::Contact => match key {
            "document" | "case" => Some((Path::ContactStart, Holds::Bytes)),
            _ => match ContactField::from_text(key)? {
                // The caller's words are a text of their own.
                ContactField::Words => None,
                field @ (ContactField::Name | ContactField::Phone | ContactField::Address) => {
                    Some((Path::Contact(field), Holds::Text))
                }
            },
        },
        DocumentKind::Round => match key {
            "kind" => Some((Path::RoundStart, Holds::Text)),
            "document" | "site" | "route" | "case" | "plan" => Some((Path::RoundStart, Holds::Bytes)),
            _ => None,
        },
        DocumentKind::Site => site_register(key),
    }
}

fn case_register(key: &str) -> Option<(Path, Holds)> {
    let held = match key {
        "document" | "site" => return Some((Path::CaseStart, Holds::Bytes)),
        "reported_at" => return Some((Path::CaseStart, Holds::Time)),
        "external_number" => return Some((Path::CaseStart, Holds::Text)),
        _ => CaseField::from_text(key)?,
    };
    let holds = match held {
        CaseField::Place | CaseField::About => Holds::Bytes,
        CaseField::Anonymous | CaseField::Confidential => Holds::Truth,
        CaseField::Kind
        | CaseField::Channel
        | CaseField::Urgency
        | CaseField::Nature
        | CaseField::Subject => Holds::Text,
    };
    Some((Path::Case(held), holds))
}

fn site_register(key: &str) -> Option<(Path, Holds)> {
    match key {
        "document" => return Some((Path::Site(SiteField::Name), Holds::Bytes)),
        "name" => return Some((Path::Site(SiteField::Name), Holds::Text)),
        "policy" => return Some((Path::Site(SiteField::Policy), Holds::Text)),
        _ => {}
    }
    let (field, id) = key.split_once('/')?;
    let field = SiteField::from_text(field)?;
    let is_one = match field {
        SiteField::Area => is_id::<AreaId>(id),
        SiteField::Route => is_id::<RouteId>(id),
        SiteField::Checkpoint => is_id::<CheckpointId>(id),
        SiteField::Name | SiteField::Policy | SiteField::Person => false,
    };
    is_one.then_some((Path::Site(field), Holds::Bytes))
}

/// The register of an order under this key.
pub(super) fn order_register(key: &str) -> Option<(Path, Holds)> {
    let field = OrderField::from_text(key)?;
    let holds = match field {
        OrderField::Department | OrderField::Kind | OrderField::Liability => Holds::Text,
        OrderField::Assignee | OrderField::Party | OrderField::Appointment | OrderField::ReworkOf => {
            Holds::Bytes
        }
    };
    Some((Path::OrderField(field), holds))
}

/// Whether a key is an id of this type, spelled as ids are: another spelling would be the same id twice.
fn is_id<I: std::str::FromStr + ToString>(key: &str) -> bool {
    key.parse::<I>().is_ok_and(|id| id.to_string() == key)
}

impl Thing {
    /// Whether it may stand under this key.
    pub(super) fn takes_key(self, key: &str) -> bool {
        match self {
            Self::Entry | Self::RoundEntry => is_id::<EntryId>(key),
            Self::Order => is_id::<OrderId>(key),
            Self::Photo | Self::RoundPhoto => is_id::<PhotoId>(key),
            Self::Check => is_id::<CheckId>(key),
            Self::SignOff | Self::Signature => is_id::<SignOffId>(key),
            Self::Person => is_id::<PersonId>(key),
        }
    }

    /// What its map holds: each field, its sort of value, and whether it must be there. An order has
    /// registers instead.
    pub(super) fn fields(self) -> &'static [(&'static str, Holds, bool)] {
        match self {
            Self::Order => &[],
            Self::Entry => &[
                ("kind", Holds::Text, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("declared_at", Holds::Time, false),
                ("declared_why", Holds::Text, false),
                ("details", Holds::Bytes, false),
                ("note", Holds::Text, false),
                ("order", Holds::Bytes, false),
            ],
            Self::Photo => &[
                ("hash", Holds::Bytes, true),
                ("size", Holds::Number, true),
                ("role", Holds::Text, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("caption", Holds::Text, false),
                ("preview", Holds::Bytes, false),
                ("preview_size", Holds::Number, false),
            ],
            Self::RoundEntry => &[
                ("kind", Holds::Text, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("note", Holds::Text, false),
            ],
            Self::Check => &[
                ("checkpoint", Holds::Bytes, true),
                ("reading", Holds::Bytes, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("answers", Holds::Bytes, false),
                ("note", Holds::Text, false),
                ("case", Holds::Bytes, false),
            ],
            Self::RoundPhoto => &[
                ("hash", Holds::Bytes, true),
                ("size", Holds::Number, true),
                ("role", Holds::Text, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("caption", Holds::Text, false),
                ("preview", Holds::Bytes, false),
                ("preview_size", Holds::Number, false),
                ("check", Holds::Bytes, false),
            ],
            Self::SignOff => &[
                ("subject", Holds::Text, true),
                ("outcome", Holds::Text, true),
                ("shown", Holds::Text, true),
                ("digest", Holds::Bytes, true),
                ("renderer", Holds::Number, true),
                ("by", Holds::Bytes, true),
                ("claimed_at", Holds::Time, true),
                ("stamp", Holds::Number, true),
                ("corrected_at", Holds::Time, false),
                ("order", Holds::Bytes, false),
                ("settlement", Holds::Bytes, false),
            ],
            Self::Signature => &[
                ("signer", Holds::Text, true),
                ("stamp", Holds::Number, true),
                ("relation", Holds::Text, false),
                ("strokes", Holds::Bytes, false),
                ("strokes_size", Holds::Number, false),
            ],
            Self::Person => &[
                ("name", Holds::Text, true),
                ("role", Holds::Text, true),
                ("department", Holds::Text, false),
            ],
        }
    }

    /// Whether it stands for ever as it was added.
    pub(super) fn is_immutable(self) -> bool {
        match self {
            Self::Entry
            | Self::Photo
            | Self::SignOff
            | Self::Signature
            | Self::RoundEntry
            | Self::Check
            | Self::RoundPhoto => true,
            Self::Order | Self::Person => false,
        }
    }
}
