//! The JSON itself. Fields are added and never renamed; times are RFC 3339 in UTC, ids are UUIDs.

mod quarantine;
mod rounds;
mod sign_off;
mod standing;

use quarantine::Refused;
pub(super) use quarantine::{QuarantineList, RefusedDetails, WaitingList};
pub(super) use rounds::{DueList, RoundDetails, RoundList};
use sign_off::SignOff;
pub(super) use standing::Standing;

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::model;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::openapi::words;
use crate::projection::queries::{
    self, CaseLine, CasePage, Conflict, ConflictPage, ContactValues, FieldValue, FieldValues, Found,
    OrderDetails, PersonName, PhotoDetails, StatedValue, TimeFlag, TimelineEntry,
};

pub(super) fn time(time: Timestamp) -> String {
    time.to_string()
}

pub(super) fn all<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

/// Somebody, or an estate.
#[derive(Serialize, ToSchema)]
pub(super) struct Named {
    #[schema(format = "uuid")]
    pub(super) id: String,
    pub(super) name: String,
}

impl From<PersonName> for Named {
    fn from(person: PersonName) -> Self {
        Self { id: person.id.to_string(), name: person.name }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct CaseList {
    cases: Vec<Case>,
    found: Count,
    /// Goes as `after` for the next page; `null` on the last.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Count {
    count: u32,
    /// False when there are more and counting stopped.
    exact: bool,
}

impl From<CasePage> for CaseList {
    fn from(page: CasePage) -> Self {
        let found = match page.found {
            Found::Exactly(count) => Count { count, exact: true },
            Found::MoreThan(count) => Count { count, exact: false },
        };
        Self { cases: all(page.rows), found, next: page.next.map(|cursor| cursor.to_string()) }
    }
}

#[derive(Serialize, ToSchema)]
struct Place {
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
    spot: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CaseLine)]
struct Case {
    #[schema(format = "uuid")]
    id: String,
    number: String,
    site: Named,
    #[schema(value_type = words::CaseStatus)]
    status: String,
    #[schema(value_type = Option<words::CaseKind>)]
    kind: Option<String>,
    #[schema(value_type = Option<words::Channel>)]
    channel: Option<String>,
    #[schema(value_type = Option<words::Urgency>)]
    urgency: Option<String>,
    #[schema(value_type = Option<words::Nature>)]
    nature: Option<String>,
    subject: Option<String>,
    place: Place,
    title: String,
    #[schema(value_type = Vec<words::Department>)]
    departments: Vec<String>,
    assignees: Vec<Named>,
    external_number: Option<String>,
    anonymous: bool,
    /// `null` too for the person it is about.
    about: Option<Named>,
    #[schema(format = "date-time")]
    reported_at: Option<String>,
    #[schema(format = "date-time")]
    changed_at: String,
    parallel_edits: u32,
    photos_owed: u32,
    refused_edits: u32,
}

impl From<CaseLine> for Case {
    fn from(line: CaseLine) -> Self {
        let place = line.place;
        Self {
            id: line.id.to_string(),
            number: line.number,
            site: Named { id: line.site.to_string(), name: line.site_name },
            status: line.status,
            kind: line.kind,
            channel: line.channel,
            urgency: line.urgency,
            nature: line.nature,
            subject: line.subject,
            place: Place { building: place.building, unit: place.unit, room: place.room, spot: place.spot },
            title: line.gist,
            departments: line.departments,
            assignees: all(line.assignees),
            external_number: line.external_number,
            anonymous: line.anonymous,
            about: line.about.map(Named::from),
            reported_at: line.reported_at.map(time),
            changed_at: time(line.changed_at),
            parallel_edits: line.parallel_edits,
            photos_owed: line.photos_owed,
            refused_edits: line.refused,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum AnyValue {
    Text(String),
    Person(Named),
    Party(Party),
    Window(Window),
    Truth(bool),
}

/// Somebody outside the company.
#[derive(Serialize, ToSchema)]
struct Party {
    #[schema(value_type = words::PartyKind)]
    kind: &'static str,
    name: String,
}

impl From<model::Party> for Party {
    fn from(party: model::Party) -> Self {
        Self { kind: party.kind.as_str(), name: party.name }
    }
}

/// A window of time agreed with the owner.
#[derive(Serialize, ToSchema)]
struct Window {
    #[schema(format = "date-time")]
    from: String,
    #[schema(format = "date-time")]
    to: String,
}

impl From<model::Window> for Window {
    fn from(window: model::Window) -> Self {
        Self { from: time(window.from), to: time(window.to) }
    }
}

/// One value of a register.
#[derive(Serialize, ToSchema)]
struct Stated {
    value: AnyValue,
    by: Option<Named>,
    #[schema(format = "date-time")]
    claimed_at: Option<String>,
}

impl From<StatedValue> for Stated {
    fn from(stated: StatedValue) -> Self {
        let value = match stated.value {
            FieldValue::Word(text) | FieldValue::Subject(text) | FieldValue::Text(text) => {
                AnyValue::Text(text)
            }
            FieldValue::Person(person) => AnyValue::Person(person.into()),
            FieldValue::Time(at) => AnyValue::Text(time(at)),
            FieldValue::Party(party) => AnyValue::Party(party.into()),
            FieldValue::Window(window) => AnyValue::Window(window.into()),
            FieldValue::Truth(truth) => AnyValue::Truth(truth),
        };
        Self { value, by: stated.by.map(Named::from), claimed_at: stated.claimed_at.map(time) }
    }
}

/// Fields by name, each with all its values: one as a rule, several after a parallel edit.
type Fields = BTreeMap<&'static str, Vec<Stated>>;

fn fields(fields: Vec<FieldValues>) -> Fields {
    fields.into_iter().map(|field| (field.field, all(field.values))).collect()
}

#[derive(Serialize, ToSchema)]
pub(super) struct CaseDetails {
    #[serde(flatten)]
    case: Case,
    description: String,
    #[schema(value_type = BTreeMap<String, Vec<Stated>>)]
    fields: Fields,
    contact: Option<Contact>,
    orders: Vec<Order>,
    timeline: Vec<Entry>,
    photos: Vec<Photo>,
    /// Whether all photos that it names are here.
    complete: bool,
    photo_standing: PhotoStanding,
    sign_offs: Vec<SignOff>,
    refused: Vec<Refused>,
}

impl From<queries::CaseDetails> for CaseDetails {
    fn from(details: queries::CaseDetails) -> Self {
        let standing = queries::PhotoStanding::of(&details.photos);
        Self {
            complete: standing.is_complete(),
            photo_standing: standing.into(),
            case: details.line.into(),
            description: details.description,
            fields: fields(details.fields),
            contact: details.contact.map(Contact::from),
            orders: all(details.orders),
            timeline: all(details.timeline),
            photos: all(details.photos),
            sign_offs: all(details.sign_offs),
            refused: all(details.refused),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = CaseContact)]
struct Contact {
    #[schema(value_type = BTreeMap<String, Vec<Stated>>)]
    fields: Fields,
    words: String,
}

impl From<ContactValues> for Contact {
    fn from(contact: ContactValues) -> Self {
        Self { fields: fields(contact.fields), words: contact.words }
    }
}

#[derive(Serialize, ToSchema)]
struct Order {
    #[schema(format = "uuid")]
    id: String,
    number: usize,
    #[schema(value_type = words::OrderStatus)]
    status: &'static str,
    #[schema(value_type = Option<words::OrderKind>)]
    kind: Option<&'static str>,
    #[schema(value_type = words::Liability)]
    liability: &'static str,
    party: Option<Party>,
    appointment: Option<Window>,
    #[schema(format = "uuid")]
    rework_of: Option<String>,
    #[schema(value_type = BTreeMap<String, Vec<Stated>>)]
    fields: Fields,
}

impl From<OrderDetails> for Order {
    fn from(order: OrderDetails) -> Self {
        Self {
            id: order.id.to_string(),
            number: order.number,
            status: order.status,
            kind: order.kind.map(|kind| kind.as_str()),
            liability: order.liability.as_str(),
            party: order.party.map(Party::from),
            appointment: order.appointment.map(Window::from),
            rework_of: order.rework_of.map(|earlier| earlier.to_string()),
            fields: fields(order.fields),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct Timeline {
    entries: Vec<Entry>,
}

impl From<Vec<TimelineEntry>> for Timeline {
    fn from(entries: Vec<TimelineEntry>) -> Self {
        Self { entries: all(entries) }
    }
}

/// What the server can vouch for.
#[derive(Serialize, ToSchema)]
struct Witnessed {
    #[schema(format = "date-time")]
    not_before: Option<String>,
    #[schema(format = "date-time")]
    received: String,
}

#[derive(Serialize, ToSchema)]
struct Entry {
    #[schema(format = "uuid")]
    id: String,
    #[schema(value_type = words::EntryKind)]
    kind: String,
    #[schema(format = "uuid")]
    order: Option<String>,
    by: Named,
    /// `null`: written in the office.
    device: Option<String>,
    note: String,
    /// By kind; `null` where the kind says it all.
    #[schema(value_type = Option<Object>)]
    details: serde_json::Value,
    #[schema(format = "date-time")]
    claimed_at: String,
    /// The declared time, or the claim corrected by what the phone knew of the server's clock.
    #[schema(format = "date-time")]
    happened_at: String,
    /// Why it was entered later; `null` if it was entered when it happened.
    declared_why: Option<String>,
    /// The refused change that the office took over with this; `null` for all others.
    taken_over: Option<String>,
    witnessed: Witnessed,
    #[schema(value_type = Vec<words::TimeFlag>)]
    time_flags: Vec<&'static str>,
}

impl From<TimelineEntry> for Entry {
    fn from(entry: TimelineEntry) -> Self {
        Self {
            time_flags: entry.flags().into_iter().map(TimeFlag::as_str).collect(),
            id: entry.id.to_string(),
            kind: entry.kind,
            order: entry.order.map(|order| order.to_string()),
            by: entry.by.into(),
            device: entry.device,
            note: entry.note,
            details: entry.details,
            claimed_at: time(entry.claimed_at),
            happened_at: time(entry.happened_at),
            declared_why: entry.declared_why,
            taken_over: entry.taken_over.map(|change| change.to_string()),
            witnessed: Witnessed { not_before: entry.not_before.map(time), received: time(entry.received) },
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Photo {
    sha256: String,
    bytes: u64,
    #[schema(value_type = words::PhotoRole)]
    role: String,
    caption: String,
    by: Named,
    #[schema(format = "date-time")]
    claimed_at: String,
    #[schema(format = "date-time")]
    received: String,
    /// `null` while the bytes are still on a phone.
    media_type: Option<String>,
    owed_by: Option<Named>,
    device: Option<String>,
}

/// How many photos are here, and who still has the others.
#[derive(Serialize, ToSchema)]
struct PhotoStanding {
    named: usize,
    here: usize,
    owed_by: Vec<OwedPhoto>,
}

#[derive(Serialize, ToSchema)]
struct OwedPhoto {
    /// Its SHA-256.
    photo: String,
    bytes: u64,
    person: Named,
    device: Named,
    /// When the server first heard of it.
    #[schema(format = "date-time")]
    since: String,
}

impl From<queries::PhotoStanding> for PhotoStanding {
    fn from(standing: queries::PhotoStanding) -> Self {
        Self { named: standing.named, here: standing.here(), owed_by: all(standing.owed) }
    }
}

impl From<PhotoDetails> for OwedPhoto {
    fn from(photo: PhotoDetails) -> Self {
        let device = Named { id: photo.device_id.to_string(), name: photo.device.unwrap_or_default() };
        Self {
            photo: photo.hash.to_string(),
            bytes: photo.size,
            person: photo.holder.into(),
            device,
            since: time(photo.received),
        }
    }
}

impl From<PhotoDetails> for Photo {
    fn from(photo: PhotoDetails) -> Self {
        let owed_by = photo.stored.is_none().then(|| photo.holder.into());
        Self {
            sha256: photo.hash.to_string(),
            bytes: photo.size,
            role: photo.role,
            caption: photo.caption,
            by: photo.by.into(),
            claimed_at: time(photo.claimed_at),
            received: time(photo.received),
            media_type: photo.stored,
            owed_by,
            device: photo.device,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct CaseRef {
    #[schema(format = "uuid")]
    id: String,
    number: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ConflictList {
    conflicts: Vec<ParallelEdit>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Conflict)]
struct ParallelEdit {
    case: CaseRef,
    field: String,
    values: Vec<Choice>,
}

/// One of several values.
#[derive(Serialize, ToSchema)]
struct Choice {
    #[serde(flatten)]
    stated: Stated,
    /// What `resolve` takes to choose this one.
    choice: String,
}

impl From<Conflict> for ParallelEdit {
    fn from(conflict: Conflict) -> Self {
        let values = conflict.values.into_iter().map(|choice| Choice {
            stated: Stated {
                value: AnyValue::Text(choice.shown),
                by: choice.by.map(Named::from),
                claimed_at: choice.claimed_at.map(time),
            },
            choice: choice.value,
        });
        Self {
            case: CaseRef { id: conflict.case.to_string(), number: conflict.number },
            field: conflict.field,
            values: values.collect(),
        }
    }
}

impl From<ConflictPage> for ConflictList {
    fn from(page: ConflictPage) -> Self {
        Self { conflicts: all(page.rows), next: page.next.map(|cursor| cursor.to_string()) }
    }
}
