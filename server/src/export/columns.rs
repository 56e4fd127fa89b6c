//! What an export says of a case, and in which order.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;

/// One case, flat. Empty texts are empty cells; who exports has already left out what the reader may not see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseRow {
    /// The number people say on the phone.
    pub number: String,
    /// The case's id.
    pub id: String,
    /// The site's name.
    pub site: String,
    /// The kind, as the API spells it.
    pub kind: String,
    /// How it came in, as the API spells it.
    pub channel: String,
    /// The status, as the API spells it.
    pub status: String,
    /// The urgency, as the API spells it.
    pub urgency: String,
    /// The subject path.
    pub subject: String,
    /// The building.
    pub building: String,
    /// The unit.
    pub unit: String,
    /// The flat or room.
    pub room: String,
    /// The spot.
    pub spot: String,
    /// What it is about.
    pub description: String,
    /// The department in charge.
    pub department: String,
    /// Who has it in hand; several names are joined by the caller.
    pub assignee: String,
    /// When it was reported.
    pub reported_at: Option<Timestamp>,
    /// When somebody says they arrived.
    pub arrived_claimed_at: Option<Timestamp>,
    /// When the server learned of the arrival.
    pub arrived_witnessed_at: Option<Timestamp>,
    /// When somebody says they were done.
    pub completed_claimed_at: Option<Timestamp>,
    /// When the server learned of the completion.
    pub completed_witnessed_at: Option<Timestamp>,
    /// When the owner signed.
    pub signed_at: Option<Timestamp>,
    /// Photos of the case.
    pub photos: u64,
    /// The number another system knows it by.
    pub external_number: String,
}

/// One column of CSV and sheet, and one member of the JSON object.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// Width in a sheet, in digits of its ordinary font.
    pub(super) width: f64,
}

/// One cell of a row.
pub(super) enum Cell<'r> {
    Text(Cow<'r, str>),
    Number(u64),
    Empty,
}

impl Cell<'_> {
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone().into_owned(),
            Self::Number(number) => number.to_string(),
            Self::Empty => String::new(),
        }
    }
}

/// The columns there are.
pub(super) const COLUMNS_COUNT: usize = 23;

/// The columns in their order. New ones go to the end: people's formulas count columns.
pub(super) const COLUMNS: [Column; COLUMNS_COUNT] = [
    column("number", 14.0),
    column("id", 38.0),
    column("site", 18.0),
    column("kind", 11.0),
    column("channel", 10.0),
    column("status", 12.0),
    column("urgency", 10.0),
    column("subject", 22.0),
    column("building", 26.0),
    column("unit", 8.0),
    column("room", 8.0),
    column("spot", 26.0),
    column("description", 60.0),
    column("department", 16.0),
    column("assignee", 16.0),
    column("reported_at", 26.0),
    column("arrived_claimed_at", 26.0),
    column("arrived_witnessed_at", 26.0),
    column("completed_claimed_at", 26.0),
    column("completed_witnessed_at", 26.0),
    column("signed_at", 26.0),
    column("photos", 8.0),
    column("external_number", 18.0),
];

const fn column(name: &'static str, width: f64) -> Column {
    Column { name, width }
}

/// The cells of a row, in the order of [`COLUMNS`].
pub(super) fn cells(row: &CaseRow, zone: Tz) -> [Cell<'_>; COLUMNS_COUNT] {
    let time = |at: Option<Timestamp>| match at {
        Some(at) => Cell::Text(Cow::Owned(rfc3339(at, zone))),
        None => Cell::Empty,
    };
    [
        text(&row.number),
        text(&row.id),
        text(&row.site),
        text(&row.kind),
        text(&row.channel),
        text(&row.status),
        text(&row.urgency),
        text(&row.subject),
        text(&row.building),
        text(&row.unit),
        text(&row.room),
        text(&row.spot),
        text(&row.description),
        text(&row.department),
        text(&row.assignee),
        time(row.reported_at),
        time(row.arrived_claimed_at),
        time(row.arrived_witnessed_at),
        time(row.completed_claimed_at),
        time(row.completed_witnessed_at),
        time(row.signed_at),
        Cell::Number(row.photos),
        text(&row.external_number),
    ]
}

fn text(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(Cow::Borrowed(text)) }
}

/// RFC 3339 with milliseconds and the zone's offset, `Z` for UTC. A time that no calendar reaches, as only
/// a broken phone claims it, is its bare number of milliseconds.
fn rfc3339(at: Timestamp, zone: Tz) -> String {
    match DateTime::<Utc>::from_timestamp_millis(at.millis()) {
        Some(time) => time.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, true),
        None => at.to_string(),
    }
}
