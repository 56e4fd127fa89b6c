//! One case with everything that was stated about it, for a terminal. Holds no contact data.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, EntryId, OrderId};
use roundsman_sync_core::model::Fact;
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::Value;

use super::lookup;
use super::mentions::{Mentions, mentions};
use super::photos::{PhotoStanding, photos};
use super::timeline::{details, fact};
use crate::database::DatabaseError;

/// One case.
#[derive(Clone, Debug)]
pub struct CaseShown {
    /// The number people say on the phone.
    pub number: String,
    /// Its fields by name, in the order in which they are shown; empty ones are left out.
    pub fields: Vec<(&'static str, String)>,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// Who raised it did not say who they are.
    pub anonymous: bool,
    /// The member of staff it is about.
    pub about: Option<String>,
    /// Work orders, as the console numbers them.
    pub orders: Vec<OrderShown>,
    /// What was stated, in stamp order.
    pub timeline: Vec<Event>,
    /// What the ids inside the timeline are called.
    pub mentions: Mentions,
    /// Fields that people set at the same time, with every value, the shown one first.
    pub parallel: Vec<(String, Vec<String>)>,
    /// Whether its photos are here.
    pub photos: PhotoStanding,
}

/// One work order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderShown {
    /// Its key in the document.
    pub id: OrderId,
    /// Word of the department.
    pub department: Option<String>,
    /// The name of whoever has it.
    pub assignee: Option<String>,
    /// Word of its size.
    pub kind: Option<String>,
    /// Word of who answers for it.
    pub liability: String,
    /// Word of the sort of outside party, and its name.
    pub party: Option<(String, String)>,
    /// When the owner expects somebody: from, to.
    pub appointment: Option<(Timestamp, Timestamp)>,
    /// The order whose repair did not hold.
    pub rework_of: Option<OrderId>,
    /// Word of its status.
    pub status: String,
}

/// One thing that somebody stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What: an entry's kind, `photo` or `sign_off`.
    pub kind: String,
    /// Who says so.
    pub person: String,
    /// On which device; the organisation's name stands for the office.
    pub device: String,
    /// About which order, if about one.
    pub order: Option<OrderId>,
    /// Whether it was written at a desk.
    pub in_office: bool,
    /// In their words, or what the photo or sign-off is.
    pub note: String,
    /// What else is said with it, by kind; `null` where there is nothing.
    pub details: Value,
    /// When it happened, as far as people say.
    pub happened_at: Timestamp,
    /// Why it was entered later, if the time was declared.
    pub declared_why: Option<String>,
    /// When, by the clock of the device. A claim.
    pub claimed_at: Timestamp,
    /// Not before this moment: the device had a token that the server issued then.
    pub not_before: Option<Timestamp>,
    /// When the server received it. Witnessed.
    pub received_at: Timestamp,
}

const FIELDS: [(&str, &str); 15] = [
    ("site", "site_name"),
    ("kind", "kind"),
    ("channel", "channel"),
    ("status", "status"),
    ("urgency", "urgency"),
    ("nature", "nature"),
    ("subject", "subject"),
    ("building", "building"),
    ("unit", "unit"),
    ("room", "room"),
    ("spot", "spot"),
    ("department", "departments"),
    ("assignee", "assignees"),
    ("external_number", "external_number"),
    ("description", "description"),
];

const TIMELINE: &str = "
    SELECT e.kind, e.note, e.work_order, e.claimed_at, e.not_before, e.received, e.stamp, e.entry,
        p.name AS person, d.name AS device, d.person AS owner, e.happened, e.details, e.declared_why
    FROM entries e LEFT JOIN people p ON p.person = e.person LEFT JOIN devices d ON d.device = e.device
    WHERE e.document = ?1
    UNION ALL
    SELECT 'photo', f.role || ' ' || lower(hex(f.hash)) || CASE f.caption WHEN '' THEN '' ELSE ': ' || f.caption END,
        NULL, f.claimed_at, NULL, f.received, f.stamp, f.photo, p.name, d.name, d.person, f.claimed_at, NULL, NULL
    FROM photos f LEFT JOIN people p ON p.person = f.person LEFT JOIN devices d ON d.device = f.device
    WHERE f.document = ?1
    UNION ALL
    SELECT 'sign_off', s.subject || ' ' || s.outcome, s.work_order, s.claimed_at, s.not_before, s.received,
        s.stamp, s.sign_off, p.name, d.name, d.person, s.claimed_at, NULL, NULL
    FROM sign_offs s LEFT JOIN people p ON p.person = s.person LEFT JOIN devices d ON d.device = s.device
    WHERE s.document = ?1
    ORDER BY 7, 8";

/// The case of this id; `None` if there is none.
///
/// # Errors
/// If the database fails.
pub fn case_shown(db: &Connection, id: DocumentId) -> Result<Option<CaseShown>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT c.*, s.name AS site_name, p.name AS about_name
         FROM cases c LEFT JOIN sites s ON s.site = c.site LEFT JOIN people p ON p.person = c.about
         WHERE c.id = ?1",
    )?;
    let found = statement
        .query_row([id.as_bytes()], |row| {
            let mut fields = Vec::new();
            for (name, column) in FIELDS {
                let value = row.get::<_, Option<String>>(column)?.unwrap_or_default();
                if !value.is_empty() {
                    fields.push((name, value));
                }
            }
            Ok(Head {
                document: row.get("document")?,
                number: row.get("number")?,
                fields,
                reported_at: row.get::<_, Option<i64>>("reported_at")?.map(Timestamp::from_millis),
                anonymous: row.get("anonymous")?,
                about: row.get("about_name")?,
            })
        })
        .optional()?;
    let Some(Head { document, number, mut fields, reported_at, anonymous, about }) = found else {
        return Ok(None);
    };
    if let Some((_, ids)) = fields.iter_mut().find(|(name, _)| *name == "assignee") {
        *ids = names(db, ids)?;
    }
    let timeline: Vec<(EntryId, Event)> =
        db.prepare_cached(TIMELINE)?.query_map([document], event)?.collect::<Result<_, _>>()?;
    let facts: Vec<(EntryId, Fact)> =
        timeline.iter().filter_map(|(id, event)| Some((*id, event.fact()?))).collect();
    Ok(Some(CaseShown {
        number,
        fields,
        reported_at,
        anonymous,
        about,
        orders: orders(db, document)?,
        mentions: mentions(db, facts.iter().map(|(id, fact)| (*id, fact)))?,
        timeline: timeline.into_iter().map(|(_, event)| event).collect(),
        parallel: parallel(db, document)?,
        photos: PhotoStanding::of(&photos(db, document)?),
    }))
}

/// What the row of a case says.
struct Head {
    document: i64,
    number: String,
    fields: Vec<(&'static str, String)>,
    reported_at: Option<Timestamp>,
    anonymous: bool,
    about: Option<String>,
}

fn orders(db: &Connection, document: i64) -> Result<Vec<OrderShown>, DatabaseError> {
    // A case lists its orders by id, and so numbers them.
    let mut statement = db.prepare_cached(
        "SELECT o.*, p.name AS assignee_name FROM orders o LEFT JOIN people p ON p.person = o.assignee
         WHERE o.document = ?1 ORDER BY o.work_order",
    )?;
    let orders = statement.query_map([document], |row| {
        let time = |column: &str| -> rusqlite::Result<Option<Timestamp>> {
            Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
        };
        let party: (Option<String>, Option<String>) = (row.get("party_kind")?, row.get("party")?);
        Ok(OrderShown {
            id: OrderId::from_bytes(row.get("work_order")?),
            department: row.get("department")?,
            assignee: row.get("assignee_name")?,
            kind: row.get("kind")?,
            liability: row.get("liability")?,
            party: party.0.zip(party.1),
            appointment: time("from_at")?.zip(time("to_at")?),
            rework_of: row.get::<_, Option<[u8; 16]>>("rework_of")?.map(OrderId::from_bytes),
            status: row.get("status")?,
        })
    })?;
    Ok(orders.collect::<Result<_, _>>()?)
}

/// The names of people whose ids stand in a text with commas between.
fn names(db: &Connection, ids: &str) -> Result<String, DatabaseError> {
    let mut names = Vec::new();
    for id in ids.split(',') {
        let name = match id.parse() {
            Ok(person) => lookup::person_name(db, person)?,
            Err(_) => None,
        };
        names.push(name.unwrap_or_else(|| id.to_owned()));
    }
    Ok(names.join(", "))
}

fn event(row: &Row<'_>) -> Result<(EntryId, Event), rusqlite::Error> {
    let name =
        |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.unwrap_or_default());
    let owner: Option<[u8; 16]> = row.get("owner")?;
    let event = Event {
        kind: row.get("kind")?,
        in_office: owner == Some([0; 16]),
        details: details(row, "details")?,
        happened_at: Timestamp::from_millis(row.get("happened")?),
        declared_why: row.get("declared_why")?,
        person: name("person")?,
        device: name("device")?,
        order: row.get::<_, Option<[u8; 16]>>("work_order")?.map(OrderId::from_bytes),
        note: row.get("note")?,
        claimed_at: Timestamp::from_millis(row.get("claimed_at")?),
        not_before: row.get::<_, Option<i64>>("not_before")?.map(Timestamp::from_millis),
        received_at: Timestamp::from_millis(row.get("received")?),
    };
    // Photos and sign-offs have ids of their own sort, which no fact names.
    Ok((EntryId::from_bytes(row.get("entry")?), event))
}

impl Event {
    /// What it states; `None` for photos, sign-offs, and kinds that this version does not know.
    pub fn fact(&self) -> Option<Fact> {
        fact(&self.kind, &self.details)
    }
}

fn parallel(db: &Connection, document: i64) -> Result<Vec<(String, Vec<String>)>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT field, value FROM parallel_edits WHERE document = ?1 ORDER BY field, place",
    )?;
    let mut rows = statement.query([document])?;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (field, value): (String, String) = (row.get(0)?, row.get(1)?);
        match found.last_mut() {
            Some((last, values)) if *last == field => values.push(value),
            Some(_) | None => found.push((field, vec![value])),
        }
    }
    Ok(found)
}
