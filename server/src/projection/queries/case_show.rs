//! One case with everything that was stated about it, for a terminal. Holds no contact data.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, OrderId};
use rusqlite::{Connection, OptionalExtension, Row};

use super::lookup;
use crate::database::DatabaseError;

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseShown {
    /// The number people say on the phone.
    pub number: String,
    /// Its fields by name, in the order in which they are shown; empty ones are left out.
    pub fields: Vec<(&'static str, String)>,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// What was stated, in stamp order.
    pub timeline: Vec<Event>,
    /// Fields that people set at the same time, with every value, the shown one first.
    pub parallel: Vec<(String, Vec<String>)>,
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
    /// In their words, or what the photo or sign-off is.
    pub note: String,
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
        p.name AS person, d.name AS device
    FROM entries e LEFT JOIN people p ON p.person = e.person LEFT JOIN devices d ON d.device = e.device
    WHERE e.document = ?1
    UNION ALL
    SELECT 'photo', f.role || ' ' || lower(hex(f.hash)) || CASE f.caption WHEN '' THEN '' ELSE ': ' || f.caption END,
        NULL, f.claimed_at, NULL, f.received, f.stamp, f.photo, p.name, d.name
    FROM photos f LEFT JOIN people p ON p.person = f.person LEFT JOIN devices d ON d.device = f.device
    WHERE f.document = ?1
    UNION ALL
    SELECT 'sign_off', s.subject || ' ' || s.outcome, s.work_order, s.claimed_at, s.not_before, s.received,
        s.stamp, s.sign_off, p.name, d.name
    FROM sign_offs s LEFT JOIN people p ON p.person = s.person LEFT JOIN devices d ON d.device = s.device
    WHERE s.document = ?1
    ORDER BY 7, 8";

/// The case of this id; `None` if there is none.
///
/// # Errors
/// If the database fails.
pub fn case_shown(db: &Connection, id: DocumentId) -> Result<Option<CaseShown>, DatabaseError> {
    let mut statement = db.prepare_cached(
        "SELECT c.*, s.name AS site_name
         FROM cases c LEFT JOIN sites s ON s.site = c.site WHERE c.id = ?1",
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
            let reported_at = row.get::<_, Option<i64>>("reported_at")?.map(Timestamp::from_millis);
            Ok((row.get::<_, i64>("document")?, row.get("number")?, fields, reported_at))
        })
        .optional()?;
    let Some((document, number, mut fields, reported_at)) = found else { return Ok(None) };
    if let Some((_, ids)) = fields.iter_mut().find(|(name, _)| *name == "assignee") {
        *ids = names(db, ids)?;
    }
    let timeline = db.prepare_cached(TIMELINE)?.query_map([document], event)?.collect::<Result<_, _>>()?;
    let parallel = parallel(db, document)?;
    Ok(Some(CaseShown { number, fields, reported_at, timeline, parallel }))
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

fn event(row: &Row<'_>) -> Result<Event, rusqlite::Error> {
    let name =
        |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.unwrap_or_default());
    Ok(Event {
        kind: row.get("kind")?,
        person: name("person")?,
        device: name("device")?,
        order: row.get::<_, Option<[u8; 16]>>("work_order")?.map(OrderId::from_bytes),
        note: row.get("note")?,
        claimed_at: Timestamp::from_millis(row.get("claimed_at")?),
        not_before: row.get::<_, Option<i64>>("not_before")?.map(Timestamp::from_millis),
        received_at: Timestamp::from_millis(row.get("received")?),
    })
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
