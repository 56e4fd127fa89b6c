//! Cases, orders, entries, photos, sign-offs and contact data, as an app reads them.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{
    DocumentId, EntryId, OrderId, PersonId, PhotoHash, PhotoId, SettlementId, SignOffId, SiteId,
};
use roundsman_sync_core::model as core;
use roundsman_sync_core::replica;
use roundsman_sync_core::rules::{case_status, order_status};

use super::{Declared, Party, Place, Window};
use crate::convert::To;
use crate::details::{EntryDetails, details_of};
use crate::standing::{CaseStatus, OrderStatus};
use crate::words::{
    CaseKind, Channel, Department, EntryKind, Liability, Nature, OrderKind, PhotoRole, SignOffOutcome,
    SignOffSubject, Urgency,
};

/// Which cases a list shows; what is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, uniffi::Record)]
pub struct CaseFilter {
    /// Only of this estate.
    #[uniffi(default = None)]
    pub site: Option<SiteId>,
    /// Only of this sort.
    #[uniffi(default = None)]
    pub kind: Option<CaseKind>,
    /// Only this urgent.
    #[uniffi(default = None)]
    pub urgency: Option<Urgency>,
    /// Only with an order for this department.
    #[uniffi(default = None)]
    pub department: Option<Department>,
    /// Only with an order given to this person.
    #[uniffi(default = None)]
    pub assignee: Option<PersonId>,
    /// Only with each of these words, divided by spaces, in what the list shows: place, subject, first line.
    #[uniffi(default = None)]
    pub text: Option<String>,
}

impl To<replica::CaseFilter> for CaseFilter {
    fn to(self) -> replica::CaseFilter {
        replica::CaseFilter {
            site: self.site,
            kind: self.kind.to(),
            urgency: self.urgency.to(),
            department: self.department.to(),
            assignee: self.assignee,
            text: self.text,
        }
    }
}

/// One line of a list of cases.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CaseListItem {
    /// Which case.
    pub id: DocumentId,
    /// The estate.
    pub site: Option<SiteId>,
    /// What sort of matter.
    pub kind: Option<CaseKind>,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// What it is about.
    pub subject: String,
    /// Where, in one line.
    pub place: String,
    /// The first line of the description.
    pub title: String,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// Departments of its orders.
    pub departments: Vec<Department>,
    /// Everybody an order was given to.
    pub assignees: Vec<PersonId>,
    /// How many photos it names.
    pub photos: u32,
    /// Whether people set one of its fields at the same time.
    pub parallel: bool,
}

impl To<CaseListItem> for replica::CaseListItem {
    fn to(self) -> CaseListItem {
        let of = self.summary;
        CaseListItem {
            id: self.id,
            site: of.site,
            kind: of.kind.to(),
            urgency: of.urgency.to(),
            subject: of.subject,
            place: of.place,
            title: of.title,
            reported_at: of.reported_at,
            departments: of.departments.to(),
            assignees: of.assignees,
            photos: of.photos,
            parallel: of.parallel,
        }
    }
}

/// One matter that somebody raised. Where people set a field at the same time, the value that all phones show;
/// `conflicts` has the others.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Case {
    /// Which.
    pub id: DocumentId,
    /// Where it stands.
    pub status: CaseStatus,
    /// The estate.
    pub site: Option<SiteId>,
    /// What sort of matter.
    pub kind: Option<CaseKind>,
    /// How it arrived.
    pub channel: Option<Channel>,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// Whose fault, for complaints.
    pub nature: Option<Nature>,
    /// What it is about: a path like `equipment/lift`.
    pub subject: Option<String>,
    /// Where.
    pub place: Option<Place>,
    /// The member of staff it is about, if about one. They do not handle it (回避).
    pub about: Option<PersonId>,
    /// Who raised it did not say who they are (匿名).
    pub anonymous: bool,
    /// It is kept from those who would see it by their role (保密).
    pub confidential: bool,
    /// What happened, in staff's words.
    pub description: String,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// The number another system gave it.
    pub external_number: Option<String>,
    /// Work orders, oldest first.
    pub orders: Vec<Order>,
    /// Statements in their order.
    pub entries: Vec<Entry>,
    /// Mentions of photos in their order.
    pub photos: Vec<Photo>,
    /// Sign-offs in their order.
    pub sign_offs: Vec<SignOff>,
}

/// A work order (工单): what one department or outside party is to do for the case.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Order {
    /// Which.
    pub id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
    /// Who has to do it.
    pub department: Option<Department>,
    /// Everybody it was given to: each of two parallel assignees keeps it. None: it is in the pool (抢单).
    pub assignees: Vec<PersonId>,
    /// How large a repair it is.
    pub kind: Option<OrderKind>,
    /// Who answers for it.
    pub liability: Liability,
    /// The outside party that does it.
    pub party: Option<Party>,
    /// When the owner expects somebody.
    pub appointment: Option<Window>,
    /// The order of this case whose repair did not hold (返修).
    pub rework_of: Option<OrderId>,
}

/// One statement that something happened. Never changed once written.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Entry {
    /// Which.
    pub id: EntryId,
    /// What it states.
    pub kind: EntryKind,
    /// What goes with it.
    pub details: Option<EntryDetails>,
    /// In their words.
    pub note: String,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// Who states it.
    pub by: PersonId,
    /// When it was written, by the clock of their phone. A claim.
    pub claimed_at: Timestamp,
    /// The same moment, corrected by what their phone knew of the server's clock. Still a claim.
    pub corrected_at: Timestamp,
    /// When it happened, if that was not when it was written.
    pub declared: Option<Declared>,
}

/// One mention of a photo.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Photo {
    /// Which mention.
    pub id: PhotoId,
    /// SHA-256 of the bytes: what `photo` and `fetch_photo` take.
    pub hash: PhotoHash,
    /// Length of the bytes.
    pub size: u64,
    /// The hash of its small copy, if there is one.
    pub preview: Option<PhotoHash>,
    /// What the picture shows.
    pub role: PhotoRole,
    /// In the words of who took it.
    pub caption: String,
    /// Who took it.
    pub by: PersonId,
    /// When, by the clock of their phone.
    pub claimed_at: Timestamp,
}

/// One asking for the owner's signature (业主签字确认) and how it ended. Who signed is in the contact data.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SignOff {
    /// Which.
    pub id: SignOffId,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// The settlement it is about, if about one.
    pub settlement: Option<SettlementId>,
    /// What was signed for.
    pub subject: SignOffSubject,
    /// How it ended.
    pub outcome: SignOffOutcome,
    /// Exactly what stood on the glass.
    pub shown: String,
    /// Who held out the phone.
    pub by: PersonId,
    /// When, by the clock of their phone.
    pub claimed_at: Timestamp,
    /// The same moment, corrected.
    pub corrected_at: Timestamp,
}

/// The exact text to put before an owner.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Statement {
    /// The text, in Chinese and English.
    pub text: String,
    /// SHA-256 of its UTF-8 bytes.
    pub digest: PhotoHash,
}

impl To<Statement> for core::Statement {
    fn to(self) -> Statement {
        Statement { text: self.text, digest: self.digest }
    }
}

/// The confidential side of a case (业主信息).
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Contact {
    /// Who raised the case.
    pub name: Option<String>,
    /// How to reach them.
    pub phone: Option<String>,
    /// Where they live, if it differs from the place of the case.
    pub address: Option<String>,
    /// The caller's own words.
    pub words: String,
    /// Who signed, in their order.
    pub signatures: Vec<Signature>,
}

/// Who signed, and with what stroke.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Signature {
    /// The sign-off in the case that this belongs to.
    pub sign_off: SignOffId,
    /// The name of who signed.
    pub signer: String,
    /// What they are to the flat: owner, tenant, family.
    pub relation: String,
    /// The drawn signature, if one was drawn: what `photo` takes.
    pub strokes: Option<PhotoHash>,
}

impl To<Contact> for core::Contact {
    fn to(self) -> Contact {
        let signature = |of: core::Signature| Signature {
            sign_off: of.sign_off,
            signer: of.signer,
            relation: of.relation,
            strokes: of.strokes,
        };
        Contact {
            name: self.name.shown().cloned(),
            phone: self.phone.shown().cloned(),
            address: self.address.shown().cloned(),
            words: self.words,
            signatures: self.signatures.into_iter().map(signature).collect(),
        }
    }
}

/// One line of a case's story.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum TimelineItem {
    /// Somebody stated something.
    Stated {
        /// The statement.
        entry: Entry,
    },
    /// Somebody added a photo.
    Pictured {
        /// The photo.
        photo: Photo,
    },
    /// The owner was asked to sign.
    Signed {
        /// How it ended.
        sign_off: SignOff,
    },
}

/// The story of a case, in the order that all phones show.
pub(crate) fn timeline(case: core::Case) -> Vec<TimelineItem> {
    let entries =
        case.entries.into_iter().map(|entry| (entry.stamp, TimelineItem::Stated { entry: entry.to() }));
    let photos =
        case.photos.into_iter().map(|photo| (photo.stamp, TimelineItem::Pictured { photo: photo.to() }));
    let signed =
        case.sign_offs.into_iter().map(|one| (one.stamp, TimelineItem::Signed { sign_off: one.to() }));
    let mut all: Vec<_> = entries.chain(photos).chain(signed).collect();
    all.sort_by_key(|(stamp, _)| *stamp);
    all.into_iter().map(|(_, item)| item).collect()
}

/// A case as an app reads it.
pub(crate) fn case(id: DocumentId, of: core::Case) -> Case {
    let order = |order: &core::Order| Order {
        id: order.id,
        status: order_status(&of, Some(order.id)).to(),
        department: order.department.shown().copied().to(),
        assignees: order.assignee.all().to_vec(),
        kind: order.kind.shown().copied().to(),
        liability: order.liability().to(),
        party: order.party.shown().cloned().to(),
        appointment: order.appointment.shown().copied().to(),
        rework_of: order.rework_of,
    };
    Case {
        id,
        status: case_status(&of).to(),
        site: of.site,
        kind: of.kind.shown().copied().to(),
        channel: of.channel.shown().copied().to(),
        urgency: of.urgency.shown().copied().to(),
        nature: of.nature.shown().copied().to(),
        subject: of.subject.shown().cloned(),
        place: of.place.shown().cloned().to(),
        about: of.about.shown().copied(),
        anonymous: of.anonymous.shown() == Some(&true),
        confidential: of.confidential.all().contains(&true),
        orders: of.orders.iter().map(order).collect(),
        description: of.description,
        reported_at: of.reported_at,
        external_number: of.external_number,
        entries: of.entries.to(),
        photos: of.photos.to(),
        sign_offs: of.sign_offs.to(),
    }
}

impl To<Entry> for core::Entry {
    fn to(self) -> Entry {
        Entry {
            id: self.id,
            kind: self.kind().to(),
            details: details_of(self.fact),
            note: self.note,
            order: self.order,
            by: self.by,
            claimed_at: self.claimed_at,
            corrected_at: self.corrected_at,
            declared: self.declared.to(),
        }
    }
}

impl To<Photo> for core::Photo {
    fn to(self) -> Photo {
        Photo {
            id: self.id,
            hash: self.hash,
            size: self.size,
            preview: self.preview.map(|preview| preview.hash),
            role: self.role.to(),
            caption: self.caption,
            by: self.by,
            claimed_at: self.claimed_at,
        }
    }
}

impl To<SignOff> for core::SignOff {
    fn to(self) -> SignOff {
        SignOff {
            id: self.id,
            order: self.order,
            settlement: self.settlement,
            subject: self.subject.to(),
            outcome: self.outcome.to(),
            shown: self.shown,
            by: self.by,
            claimed_at: self.claimed_at,
            corrected_at: self.corrected_at,
        }
    }
}
