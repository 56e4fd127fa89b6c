//! Rounds: the list, the last changed first.

mod details;
mod due;

pub use details::{
    AnswerDetails, HurryDetails, PointDetails, ResultDetails, RoundDetails, round, round_for_operator,
};

pub use due::{DueLine, DueState, due_rounds, due_rounds_for_operator};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, PersonId, RouteId, SiteId};
use roundsman_sync_core::model::{Due, RoundKind};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, Row, ToSql};

use super::cases::CASES_PER_PAGE_MAX;
use super::names::{PersonName, person};
use super::reach::SITES;
use super::{Reach, id};
use crate::database::DatabaseError;

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct RoundQuery {
    /// Only of this estate.
    pub site: Option<SiteId>,
    /// Only of this kind.
    pub kind: Option<RoundKind>,
    /// Only those that this person walked on.
    pub person: Option<PersonId>,
    /// Only those walked for this case.
    pub case: Option<DocumentId>,
    /// Only begun at this moment or later.
    pub from: Option<Timestamp>,
    /// Only begun before this moment.
    pub to: Option<Timestamp>,
    /// Only what changed before this position, which is the cursor of the next page.
    pub after: Option<Pos>,
    /// How many at most; bounded like a page of cases.
    pub limit: u16,
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct RoundPage {
    /// The rounds, the last changed first.
    pub rows: Vec<RoundLine>,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// How many points of a round are so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PointCounts {
    /// All of them.
    pub all: u32,
    /// Somebody was there.
    pub visited: u32,
    /// Nobody was there, and somebody said why.
    pub skipped: u32,
    /// Nobody was there or said why, and the round is over or its time is up.
    pub missed: u32,
    /// Visited outside the tolerance of the schedule.
    pub late: u32,
    /// The code could not be read.
    pub unreadable: u32,
    /// Something was out of order.
    pub abnormal: u32,
}

/// One round in a list.
#[derive(Clone, Debug)]
pub struct RoundLine {
    /// Its row in the tables, for further queries.
    document: i64,
    /// The round.
    pub id: DocumentId,
    /// The estate.
    pub site: SiteId,
    /// The name of the estate.
    pub site_name: String,
    /// Word of [`RoundKind`].
    pub kind: Option<String>,
    /// The route, if it follows one.
    pub route: Option<RouteId>,
    /// The name of the route, as it was when the round began.
    pub name: String,
    /// The case for which it is walked, with its number if it is here.
    pub case: Option<(DocumentId, Option<String>)>,
    /// Who set out.
    pub person: Option<PersonName>,
    /// When it began: the claim corrected.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// When it was due, if by a schedule.
    pub due: Option<Due>,
    /// What became of its points.
    pub points: PointCounts,
    /// Impossible paces.
    pub hurried: u32,
    /// Photos that are named but have not arrived.
    pub photos_owed: u32,
    /// When its last change was received.
    pub changed_at: Timestamp,
    /// The position of its last change.
    pub changed_pos: Pos,
}

const COLUMNS: &str = "r.document, r.id, r.site, coalesce(s.name, ''), r.kind, r.route, r.name, r.case_id,
    (SELECT c.number FROM cases c WHERE c.id = r.case_id), r.person, r.started, r.finished, r.due_at, r.due_from,
    r.due_to, r.points, r.visited, r.skipped,
    CASE WHEN r.finished IS NOT NULL OR r.due_to < :now THEN r.points - r.visited - r.skipped ELSE 0 END,
    r.late, r.unreadable, r.abnormal, r.hurried,
    (SELECT count(DISTINCT f.hash) FROM photos f WHERE f.document = r.document
        AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.hash = f.hash)),
    r.changed_at, r.changed_pos";

fn line(row: &Row<'_>) -> rusqlite::Result<RoundLine> {
    let time =
        |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis));
    let due = time(12)?.zip(time(13)?).zip(time(14)?).map(|((at, from), to)| Due { at, from, to });
    let case = id(row, 7, DocumentId::from_bytes)?;
    Ok(RoundLine {
        document: row.get(0)?,
        id: DocumentId::from_bytes(row.get(1)?),
        site: SiteId::from_bytes(row.get(2)?),
        site_name: row.get(3)?,
        kind: row.get(4)?,
        route: id(row, 5, RouteId::from_bytes)?,
        name: row.get(6)?,
        case: match case {
            Some(case) => Some((case, row.get(8)?)),
            None => None,
        },
        person: id(row, 9, PersonId::from_bytes)?.map(|person| PersonName::new(person, None)),
        started: time(10)?,
        finished: time(11)?,
        due,
        points: PointCounts {
            all: row.get(15)?,
            visited: row.get(16)?,
            skipped: row.get(17)?,
            missed: row.get(18)?,
            late: row.get(19)?,
            unreadable: row.get(20)?,
            abnormal: row.get(21)?,
        },
        hurried: row.get(22)?,
        photos_owed: row.get(23)?,
        changed_at: Timestamp::from_millis(row.get(24)?),
        changed_pos: row.get::<_, i64>(25)?.unsigned_abs(),
    })
}

/// Which rounds the person `:me` sees, as SQL; without a person, those of every estate.
fn in_reach() -> String {
    format!("r.site IS NOT NULL AND (:me IS NULL OR r.site IN {SITES})")
}

fn with_name(db: &Connection, mut line: RoundLine) -> Result<RoundLine, DatabaseError> {
    if let Some(walker) = &mut line.person {
        *walker = person(db, walker.id)?;
    }
    Ok(line)
}

/// Lists rounds in reach.
///
/// # Errors
/// If the database fails.
pub fn rounds(
    db: &Connection,
    reach: &Reach,
    query: &RoundQuery,
    now: Timestamp,
) -> Result<RoundPage, DatabaseError> {
    list(db, Some(reach), query, now)
}

/// Lists rounds of every estate, for the command line.
///
/// # Errors
/// If the database fails.
pub fn rounds_for_operator(
    db: &Connection,
    query: &RoundQuery,
    now: Timestamp,
) -> Result<RoundPage, DatabaseError> {
    list(db, None, query, now)
}

fn list(
    db: &Connection,
    reach: Option<&Reach>,
    query: &RoundQuery,
    now: Timestamp,
) -> Result<RoundPage, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM rounds r LEFT JOIN sites s ON s.site = r.site
         WHERE {}
             AND (:site IS NULL OR r.site = :site)
             AND (:kind IS NULL OR r.kind = :kind)
             AND (:case IS NULL OR r.case_id = :case)
             AND (:from IS NULL OR r.started >= :from)
             AND (:to IS NULL OR r.started < :to)
             AND (:person IS NULL OR r.person = :person OR EXISTS (
                 SELECT 1 FROM round_checks k WHERE k.person = :person AND k.document = r.document))
             AND r.changed_pos < :after ORDER BY r.changed_pos DESC LIMIT :fetched",
        in_reach()
    );
    let limit = query.limit.clamp(1, CASES_PER_PAGE_MAX);
    // One row more than asked for tells whether there is a next page.
    let (after, fetched) = (query.after.map_or(i64::MAX, Pos::cast_signed), i64::from(limit) + 1);
    let me = reach.map(|reach| *reach.person().as_bytes());
    let site = query.site.map(|site| *site.as_bytes());
    let kind = query.kind.map(RoundKind::as_str);
    let person = query.person.map(|person| *person.as_bytes());
    let case = query.case.map(|case| *case.as_bytes());
    let (from, to) = (query.from.map(Timestamp::millis), query.to.map(Timestamp::millis));
    let now = now.millis();
    let parameters: [(&str, &dyn ToSql); 10] = [
        (":me", &me),
        (":site", &site),
        (":kind", &kind),
        (":person", &person),
        (":case", &case),
        (":from", &from),
        (":to", &to),
        (":after", &after),
        (":fetched", &fetched),
        (":now", &now),
    ];
    let mut statement = db.prepare_cached(&sql)?;
    let found = statement.query_map(&parameters[..], line)?.collect::<Result<Vec<_>, _>>()?;
    let has_next = found.len() > usize::from(limit);
    let rows = found.into_iter().take(usize::from(limit)).map(|line| with_name(db, line));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let next = rows.last().filter(|_| has_next).map(|last| last.changed_pos);
    Ok(RoundPage { rows, next })
}
