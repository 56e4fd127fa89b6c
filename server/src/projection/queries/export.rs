//! Cases as rows of an export.

use std::collections::HashMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DocumentId, PersonId, SiteId};
use rusqlite::{Connection, Row, Statement};

use crate::database::DatabaseError;
use crate::export::CaseRow;

/// Which cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExportFilter {
    /// Of this estate only.
    pub site: Option<SiteId>,
    /// Reported at this moment or later.
    pub from: Option<Timestamp>,
    /// Reported before this moment.
    pub until: Option<Timestamp>,
}

/// The first arrival, the last completion and the last signature are what a case is told by.
const SELECT: &str = "
    SELECT c.number, c.id, coalesce(s.name, '') AS site, c.kind, c.channel, c.status, c.urgency, c.subject,
        c.building, c.unit, c.room, c.spot, c.description, c.departments, c.assignees, c.reported_at,
        (SELECT claimed_at FROM entries e WHERE e.document = c.document AND e.kind = 'arrived'
         ORDER BY stamp, entry LIMIT 1) AS arrived_claimed,
        (SELECT received FROM entries e WHERE e.document = c.document AND e.kind = 'arrived'
         ORDER BY stamp, entry LIMIT 1) AS arrived_witnessed,
        (SELECT claimed_at FROM entries e WHERE e.document = c.document AND e.kind = 'completed'
         ORDER BY stamp DESC, entry DESC LIMIT 1) AS completed_claimed,
        (SELECT received FROM entries e WHERE e.document = c.document AND e.kind = 'completed'
         ORDER BY stamp DESC, entry DESC LIMIT 1) AS completed_witnessed,
        (SELECT claimed_at FROM sign_offs o WHERE o.document = c.document AND o.outcome = 'signed'
         ORDER BY stamp DESC, sign_off DESC LIMIT 1) AS signed,
        (SELECT count(*) FROM photos p WHERE p.document = c.document) AS photos,
        c.external_number
    FROM cases c LEFT JOIN sites s ON s.site = c.site
    WHERE (?1 IS NULL OR c.site = ?1)
        AND (?2 IS NULL OR c.reported_at >= ?2)
        AND (?3 IS NULL OR c.reported_at < ?3)
    ORDER BY c.document";

/// A question that was prepared; [`CaseExport::rows`] asks it.
pub struct CaseExport<'c> {
    statement: Statement<'c>,
    people: HashMap<String, String>,
    filter: ExportFilter,
}

impl<'c> CaseExport<'c> {
    /// Prepares an export of the cases that fit the filter.
    ///
    /// # Errors
    /// If the database fails.
    pub fn new(db: &'c Connection, filter: ExportFilter) -> Result<Self, DatabaseError> {
        let people = db
            .prepare("SELECT person, name FROM people")?
            .query_map([], |row| Ok((PersonId::from_bytes(row.get(0)?).to_string(), row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(Self { statement: db.prepare(SELECT)?, people, filter })
    }

    /// The cases in the order in which they came.
    ///
    /// # Errors
    /// If the database fails; a row that fails later is an item of its own.
    pub fn rows(&mut self) -> Result<impl Iterator<Item = Result<CaseRow, Refusal>>, DatabaseError> {
        let people = &self.people;
        let ExportFilter { site, from, until } = self.filter;
        let parameters =
            (site.map(|site| *site.as_bytes()), from.map(Timestamp::millis), until.map(Timestamp::millis));
        let rows = self.statement.query_map(parameters, move |row| case_row(row, people))?;
        Ok(rows.map(|row| row.map_err(|error| Refusal::new(ErrorCode::Internal, error.to_string()))))
    }
}

fn case_row(row: &Row<'_>, people: &HashMap<String, String>) -> Result<CaseRow, rusqlite::Error> {
    let text =
        |column: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.unwrap_or_default());
    let time = |column: &str| {
        Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
    };
    let assignees = text("assignees")?;
    let assignees = assignees.split(',').map(|id| people.get(id).map_or(id, String::as_str));
    Ok(CaseRow {
        number: text("number")?,
        id: DocumentId::from_bytes(row.get("id")?).to_string(),
        site: text("site")?,
        kind: text("kind")?,
        channel: text("channel")?,
        status: text("status")?,
        urgency: text("urgency")?,
        subject: text("subject")?,
        building: text("building")?,
        unit: text("unit")?,
        room: text("room")?,
        spot: text("spot")?,
        description: text("description")?,
        department: text("departments")?,
        assignee: assignees.collect::<Vec<_>>().join(", "),
        reported_at: time("reported_at")?,
        arrived_claimed_at: time("arrived_claimed")?,
        arrived_witnessed_at: time("arrived_witnessed")?,
        completed_claimed_at: time("completed_claimed")?,
        completed_witnessed_at: time("completed_witnessed")?,
        signed_at: time("signed")?,
        photos: row.get::<_, i64>("photos")?.unsigned_abs(),
        external_number: text("external_number")?,
    })
}
