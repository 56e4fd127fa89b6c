//! A case (报事) as it reads from its document.

use minicbor::{Decode, Encode};

use super::entry::{Entry, read_entry};
use super::fact::Fact;
use super::order::{Order, read_order};
use super::words::{CaseKind, Channel, Nature, PhotoRole, SignOffOutcome, SignOffSubject, Urgency};
use crate::clock::{Stamp, Timestamp};
use crate::document::{ChangeNote, Document, Fields, Register, bytes, text, truth};
use crate::ids::{EntryId, OrderId, PersonId, PhotoHash, PhotoId, SettlementId, SignOffId, SiteId};
use crate::limits::PREVIEW_BYTES_MAX;

/// Where in the estate a case is. Set as one, so that two people's places never mix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Place {
    /// 楼栋
    #[n(0)]
    pub building: Option<String>,
    /// 单元
    #[n(1)]
    pub unit: Option<String>,
    /// 房号. Part of the place, not of who lives there.
    #[n(2)]
    pub room: Option<String>,
    /// Anything finer: 'lift lobby', 'garage B2 bay 117'.
    #[n(3)]
    pub spot: Option<String>,
}

impl Place {
    /// The place in one line, from large to small.
    pub fn line(&self) -> String {
        let parts = [&self.building, &self.unit, &self.room, &self.spot];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

/// A small copy of a photo, made on the phone that took it: bytes of their own under a hash of their own,
/// named together with the photo and sent before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Preview {
    /// SHA-256 of its bytes.
    #[n(0)]
    pub hash: PhotoHash,
    /// Length of its bytes, at most [`PREVIEW_BYTES_MAX`](crate::limits::PREVIEW_BYTES_MAX).
    #[n(1)]
    pub size: u64,
}

/// One mention of a photo. The bytes travel apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Its key in the document.
    pub id: PhotoId,
    /// SHA-256 of the bytes.
    pub hash: PhotoHash,
    /// Length of the bytes.
    pub size: u64,
    /// Its small copy, if the phone could make one.
    pub preview: Option<Preview>,
    /// What the picture shows.
    pub role: PhotoRole,
    /// In the words of who took it.
    pub caption: String,
    /// Who took it.
    pub by: PersonId,
    /// When, by the clock of their phone.
    pub claimed_at: Timestamp,
    /// Its place among what was added to the case.
    pub stamp: Stamp,
}

/// One asking for the owner's signature (业主签字确认) and how it ended. Who signed, and the drawn
/// signature, are in the contact document under the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOff {
    /// Its key in the document.
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
    /// SHA-256 of `shown`, as the phone computed it when the finger left the glass.
    pub digest: PhotoHash,
    /// Which version of the rendering made `shown`.
    pub renderer: u64,
    /// Who held out the phone.
    pub by: PersonId,
    /// When, by the clock of their phone.
    pub claimed_at: Timestamp,
    /// The same moment, corrected by what their phone knew of the server's clock.
    pub corrected_at: Timestamp,
    /// Its place among what was added to the case.
    pub stamp: Stamp,
}

/// A field that people set at the same time to different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParallelEdit {
    /// Which field: `urgency`, or `orders/<id>/assignee`.
    pub field: String,
    /// Every value as text, the shown one first, with who set it and when.
    pub values: Vec<(String, Option<ChangeNote>)>,
}

/// One matter that somebody raised, as its document now reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The estate.
    pub site: Option<SiteId>,
    /// What sort of matter.
    pub kind: Register<CaseKind>,
    /// How it arrived.
    pub channel: Register<Channel>,
    /// How soon.
    pub urgency: Register<Urgency>,
    /// Whose fault, for complaints.
    pub nature: Register<Nature>,
    /// What it is about: a path like `equipment/lift`.
    pub subject: Register<String>,
    /// Where.
    pub place: Register<Place>,
    /// The member of staff it is about (被投诉人), if about one. They do not handle it (回避).
    pub about: Register<PersonId>,
    /// Who raised it did not say who they are (匿名).
    pub anonymous: Register<bool>,
    /// It is kept from those who would see it by their role (保密). Once said it stays so.
    pub confidential: Register<bool>,
    /// What happened, in staff's words.
    pub description: String,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// The number another system gave it.
    pub external_number: Option<String>,
    /// Work orders, oldest first.
    pub orders: Vec<Order>,
    /// Statements in stamp order.
    pub entries: Vec<Entry>,
    /// Photo mentions in stamp order.
    pub photos: Vec<Photo>,
    /// Sign-offs in stamp order.
    pub sign_offs: Vec<SignOff>,
}

impl Case {
    /// Reads a case document. Cost grows with the number of entries.
    pub fn read(document: &Document) -> Self {
        let root = document.fields();
        let mut case = Self { description: root.long_text("description"), ..Self::default() };
        if let Some(fields) = root.map("fields") {
            case.site = fields.bytes("site", SiteId::from_slice);
            case.kind = word(&fields, "kind", CaseKind::from_text);
            case.channel = word(&fields, "channel", Channel::from_text);
            case.urgency = word(&fields, "urgency", Urgency::from_text);
            case.nature = word(&fields, "nature", Nature::from_text);
            case.subject = word(&fields, "subject", |text| Some(text.to_owned()));
            case.place =
                fields.register("place", |value| bytes(value).and_then(|place| minicbor::decode(place).ok()));
            case.about = fields.register("about", |value| bytes(value).and_then(PersonId::from_slice));
            case.anonymous = fields.register("anonymous", truth);
            case.confidential = fields.register("confidential", truth);
            case.reported_at = fields.time("reported_at");
            case.external_number = fields.text("external_number");
        }
        case.orders = read_all(&root, "orders", |id, fields| Some(read_order(id, fields)));
        case.entries = read_all(&root, "entries", read_entry);
        case.photos = read_all(&root, "photos", read_photo);
        case.sign_offs = read_all(&root, "sign_offs", read_sign_off);
        // Ids break ties, so that every replica lists the same order.
        case.entries.sort_by_key(|entry| (entry.stamp, entry.id));
        case.photos.sort_by_key(|photo| (photo.stamp, photo.id));
        case.sign_offs.sort_by_key(|sign_off| (sign_off.stamp, sign_off.id));
        case
    }

    /// The latest stamp of anything in the case. The next one must be greater.
    pub fn latest_stamp(&self) -> Stamp {
        let entries = self.entries.iter().map(|entry| entry.stamp);
        let photos = self.photos.iter().map(|photo| photo.stamp);
        let sign_offs = self.sign_offs.iter().map(|sign_off| sign_off.stamp);
        entries.chain(photos).chain(sign_offs).max().unwrap_or_default()
    }

    /// The entry with this id. Should several stand under it, the first in stamp order.
    pub fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Whether a settlement of this id was drafted here.
    pub fn has_settlement(&self, id: SettlementId) -> bool {
        self.entries
            .iter()
            .any(|entry| matches!(&entry.fact, Fact::SettlementDrafted(draft) if draft.settlement == id))
    }

    /// The order with this id.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// Every field of the case that people set at the same time to different values.
    pub fn parallel_edits(&self, document: &Document) -> Vec<ParallelEdit> {
        let mut found = Vec::new();
        let mut note = |container: &[&str], key: &str, values: Option<Vec<String>>| {
            if let Some(values) = values {
                let mut authors = document.authors(container, key);
                authors.resize(values.len(), None);
                let field = match container {
                    ["fields"] => key.to_owned(),
                    _ => format!("{}/{key}", container.join("/")),
                };
                found.push(ParallelEdit { field, values: values.into_iter().zip(authors).collect() });
            }
        };
        note(&["fields"], "kind", parallel(&self.kind, ToString::to_string));
        note(&["fields"], "channel", parallel(&self.channel, ToString::to_string));
        note(&["fields"], "urgency", parallel(&self.urgency, ToString::to_string));
        note(&["fields"], "nature", parallel(&self.nature, ToString::to_string));
        note(&["fields"], "subject", parallel(&self.subject, Clone::clone));
        note(&["fields"], "place", parallel(&self.place, Place::line));
        note(&["fields"], "about", parallel(&self.about, ToString::to_string));
        note(&["fields"], "anonymous", parallel(&self.anonymous, ToString::to_string));
        note(&["fields"], "confidential", parallel(&self.confidential, ToString::to_string));
        for order in &self.orders {
            let id = order.id.to_string();
            let container = ["orders", id.as_str()];
            note(&container, "department", parallel(&order.department, ToString::to_string));
            note(&container, "assignee", parallel(&order.assignee, ToString::to_string));
            note(&container, "kind", parallel(&order.kind, ToString::to_string));
            note(&container, "liability", parallel(&order.liability, ToString::to_string));
            note(&container, "party", parallel(&order.party, ToString::to_string));
            note(&container, "appointment", parallel(&order.appointment, ToString::to_string));
        }
        found
    }
}

fn parallel<T: PartialEq>(register: &Register<T>, show: impl Fn(&T) -> String) -> Option<Vec<String>> {
    register.is_parallel().then(|| register.all().iter().map(show).collect())
}

pub(super) fn word<T>(fields: &Fields<'_>, key: &str, read: impl Fn(&str) -> Option<T>) -> Register<T> {
    fields.register(key, |value| text(value).and_then(|word| read(&word)))
}

/// Every map in a container whose key is an id and which `read` understands.
pub(super) fn read_all<I: std::str::FromStr, T>(
    root: &Fields<'_>,
    container: &str,
    read: impl Fn(I, &Fields<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(container) = root.map(container) else { return Vec::new() };
    let maps = container.entries();
    maps.iter().filter_map(|(key, fields)| read(key.parse().ok()?, fields)).collect()
}

pub(super) fn read_photo(id: PhotoId, fields: &Fields<'_>) -> Option<Photo> {
    Some(Photo {
        id,
        hash: fields.bytes("hash", PhotoHash::from_slice)?,
        size: fields.count("size")?,
        preview: read_preview(fields),
        role: PhotoRole::from_text(&fields.text("role")?).unwrap_or(PhotoRole::Evidence),
        caption: fields.text("caption").unwrap_or_default(),
        by: fields.bytes("by", PersonId::from_slice)?,
        claimed_at: fields.time("claimed_at")?,
        stamp: fields.stamp("stamp")?,
    })
}

/// A preview without its size, or past the bound, is none: the photo is there all the same.
fn read_preview(fields: &Fields<'_>) -> Option<Preview> {
    let preview = Preview {
        hash: fields.bytes("preview", PhotoHash::from_slice)?,
        size: fields.count("preview_size")?,
    };
    (1..=PREVIEW_BYTES_MAX).contains(&preview.size).then_some(preview)
}

fn read_sign_off(id: SignOffId, fields: &Fields<'_>) -> Option<SignOff> {
    Some(SignOff {
        id,
        order: fields.bytes("order", OrderId::from_slice),
        settlement: fields.bytes("settlement", SettlementId::from_slice),
        subject: SignOffSubject::from_text(&fields.text("subject")?)?,
        outcome: SignOffOutcome::from_text(&fields.text("outcome")?)?,
        shown: fields.text("shown")?,
        digest: fields.bytes("digest", PhotoHash::from_slice)?,
        renderer: fields.count("renderer")?,
        by: fields.bytes("by", PersonId::from_slice)?,
        claimed_at: fields.time("claimed_at")?,
        corrected_at: fields.time("corrected_at").or_else(|| fields.time("claimed_at"))?,
        stamp: fields.stamp("stamp")?,
    })
}
