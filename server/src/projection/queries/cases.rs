//! The list of cases, newest change first.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, PersonId, SiteId};
use roundsman_sync_core::model::{CaseKind, Department, Place, Urgency};
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules::CaseStatus;
use rusqlite::{Connection, Row, ToSql};

use super::names::{PersonName, person};
use super::reach::case_is_seen;
use super::refused::OPEN;
use super::{Reach, id};
use crate::database::DatabaseError;
use crate::projection::search;

/// Cases on one page at most.
pub const CASES_PER_PAGE_MAX: u16 = 200;
/// Counting stops here: nobody reads further, and counting costs as much as reading.
pub const FOUND_MAX: u32 = 1_000;

/// Letters of the description in a list.
const GIST_CHARS: u16 = 160;

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct CaseQuery {
    /// Words that must all be in the case; empty for all cases.
    pub text: String,
    /// Only in this status.
    pub status: Option<CaseStatus>,
    /// Only of this kind.
    pub kind: Option<CaseKind>,
    /// Only of this urgency.
    pub urgency: Option<Urgency>,
    /// Only with an order for this department.
    pub department: Option<Department>,
    /// Only of this estate.
    pub site: Option<SiteId>,
    /// Only what changed before this position, which is the cursor of the next page.
    pub after: Option<Pos>,
    /// How many at most; bounded by [`CASES_PER_PAGE_MAX`].
    pub limit: u16,
}

/// How many cases match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly so many.
    Exactly(u32),
    /// More than that; counting stopped there.
    MoreThan(u32),
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// The cases, the last changed first.
    pub rows: Vec<CaseLine>,
    /// How many match on all pages together.
    pub found: Found,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// One case in a list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// Its row in the tables, for further queries.
    pub(super) document: i64,
    /// The case.
    pub id: DocumentId,
    /// The number people call it by.
    pub number: String,
    /// The estate.
    pub site: SiteId,
    /// The name of the estate.
    pub site_name: String,
    /// Word of [`CaseKind`].
    pub kind: Option<String>,
    /// Word of the channel by which it came.
    pub channel: Option<String>,
    /// Word of [`CaseStatus`].
    pub status: String,
    /// Word of [`Urgency`].
    pub urgency: Option<String>,
    /// Word of the nature of a complaint.
    pub nature: Option<String>,
    /// A path such as `equipment/lift`.
    pub subject: Option<String>,
    /// Where.
    pub place: Place,
    /// The first line of the description, cut to a list's width.
    pub gist: String,
    /// Words of [`Department`].
    pub departments: Vec<String>,
    /// Everybody who has an order of it, parallel values included.
    pub assignees: Vec<PersonName>,
    /// The number another system gave it.
    pub external_number: Option<String>,
    /// Who raised it did not say who they are.
    pub anonymous: bool,
    /// The member of staff it is about; `None` too for whoever that is.
    pub about: Option<PersonName>,
    /// When it was reported, as claimed.
    pub reported_at: Option<Timestamp>,
    /// When its last change was received.
    pub changed_at: Timestamp,
    /// The position of its last change.
    pub changed_pos: Pos,
    /// Fields that hold more than one value.
    pub parallel_edits: u32,
    /// Photos that are named but have not arrived.
    pub photos_owed: u32,
    /// Edits that were refused and not made again since.
    pub refused: u32,
}

fn columns() -> String {
    format!(
        "c.document, c.id, c.number, c.site, coalesce(s.name, ''), c.kind, c.channel, c.status, c.urgency,
         c.nature, c.subject, c.building, c.unit, c.room, c.spot, substr(c.description, 1, {GIST_CHARS}),
         c.departments, c.assignees, c.external_number, c.reported_at, c.changed_at, c.changed_pos,
         (SELECT count(DISTINCT field) FROM parallel_edits e WHERE e.document = c.document),
         (SELECT count(DISTINCT p.hash) FROM photos p WHERE p.document = c.document
             AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.hash = p.hash)),
         (SELECT count(*) FROM changes r WHERE r.document = c.id AND {OPEN}), c.anonymous,
         nullif(c.about, :me)"
    )
}

fn line(row: &Row<'_>) -> rusqlite::Result<CaseLine> {
    let words = |column| -> rusqlite::Result<Vec<String>> {
        let joined: String = row.get(column)?;
        Ok(joined.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect())
    };
    let gist: String = row.get(15)?;
    let assignees = words(17)?;
    Ok(CaseLine {
        document: row.get(0)?,
        id: DocumentId::from_bytes(row.get(1)?),
        number: row.get(2)?,
        site: SiteId::from_bytes(row.get(3)?),
        site_name: row.get(4)?,
        kind: row.get(5)?,
        channel: row.get(6)?,
        status: row.get(7)?,
        urgency: row.get(8)?,
        nature: row.get(9)?,
        subject: row.get(10)?,
        place: Place { building: row.get(11)?, unit: row.get(12)?, room: row.get(13)?, spot: row.get(14)? },
        gist: gist.lines().next().unwrap_or_default().to_owned(),
        departments: words(16)?,
        assignees: assignees
            .iter()
            .filter_map(|id| id.parse().ok())
            .map(|id: PersonId| PersonName::new(id, None))
            .collect(),
        external_number: row.get(18)?,
        reported_at: row.get::<_, Option<i64>>(19)?.map(Timestamp::from_millis),
        changed_at: Timestamp::from_millis(row.get(20)?),
        changed_pos: row.get::<_, i64>(21)?.unsigned_abs(),
        parallel_edits: row.get(22)?,
        photos_owed: row.get(23)?,
        refused: row.get(24)?,
        anonymous: row.get(25)?,
        about: id(row, 26, PersonId::from_bytes)?.map(|about| PersonName::new(about, None)),
    })
}

fn with_names(db: &Connection, mut line: CaseLine) -> Result<CaseLine, DatabaseError> {
    for named in line.assignees.iter_mut().chain(&mut line.about) {
        *named = person(db, named.id)?;
    }
    Ok(line)
}

/// The line of one case, if it is there and in reach.
pub(super) fn one(
    db: &Connection,
    reach: &Reach,
    column: &'static str,
    value: &dyn ToSql,
) -> Result<Option<CaseLine>, DatabaseError> {
    let sql = format!(
        "SELECT {} FROM cases c LEFT JOIN sites s ON s.site = c.site
         WHERE c.{column} = :value AND {}",
        columns(),
        case_is_seen()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let me = reach.person();
    let mut rows = statement.query_map(&[(":value", value), (":me", me.as_bytes())], line)?;
    rows.next().transpose()?.map(|line| with_names(db, line)).transpose()
}

/// Lists cases.
///
/// # Errors
/// If the database fails.
pub fn cases(db: &Connection, reach: &Reach, query: &CaseQuery) -> Result<CasePage, DatabaseError> {
    let text = search::query(&query.text);
    if text.is_none() && !query.text.trim().is_empty() {
        // Nothing in it is a word, so no case has it.
        return Ok(CasePage { rows: Vec::new(), found: Found::Exactly(0), next: None });
    }
    let limit = i64::from(query.limit.clamp(1, CASES_PER_PAGE_MAX));
    let (status, kind) = (query.status.map(CaseStatus::as_str), query.kind.map(CaseKind::as_str));
    let (urgency, department) =
        (query.urgency.map(Urgency::as_str), query.department.map(Department::as_str));
    let site = query.site.map(|site| *site.as_bytes());
    let me = reach.person();
    let mut parameters: Vec<(&str, &dyn ToSql)> = vec![
        (":me", me.as_bytes()),
        (":status", &status),
        (":kind", &kind),
        (":urgency", &urgency),
        (":department", &department),
        (":site", &site),
    ];
    let matched = match &text {
        None => Matched::All,
        Some(text) if hits(db, text)? > FOUND_MAX => Matched::Many,
        Some(_) => Matched::Few,
    };
    if let Some(text) = &text {
        parameters.push((":text", text));
    }
    let from = format!(
        "FROM {} AND {}
             AND (:status IS NULL OR c.status = :status)
             AND (:kind IS NULL OR c.kind = :kind)
             AND (:urgency IS NULL OR c.urgency = :urgency)
             AND (:department IS NULL OR instr(',' || c.departments || ',', ',' || :department || ',') > 0)
             AND (:site IS NULL OR c.site = :site)",
        matched.source(),
        case_is_seen()
    );
    // One row more than asked for tells whether there is a next page.
    let (after, fetched) = (query.after.map_or(i64::MAX, Pos::cast_signed), limit + 1);
    let counting = parameters.clone();
    parameters.extend([(":after", &after as &dyn ToSql), (":fetched", &fetched)]);
    let sql = format!(
        "SELECT {} {from} AND c.changed_pos < :after ORDER BY c.changed_pos DESC LIMIT :fetched",
        columns()
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut rows: Vec<CaseLine> =
        statement.query_map(parameters.as_slice(), line)?.collect::<Result<_, _>>()?;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count > limit);
    if more {
        rows.pop();
    }
    let next = rows.last().filter(|_| more).map(|row| row.changed_pos);
    let rows: Vec<CaseLine> = rows.into_iter().map(|row| with_names(db, row)).collect::<Result<_, _>>()?;
    let found = match query.after {
        // All of them are on this page. What matches seldom is found by reading every row, so not twice.
        None if !more => u32::try_from(rows.len()).unwrap_or(u32::MAX),
        None | Some(_) => count(db, &from, &counting)?,
    };
    let found = if found > FOUND_MAX { Found::MoreThan(FOUND_MAX) } else { Found::Exactly(found) };
    Ok(CasePage { rows, found, next })
}

/// How many cases match, counted to just past [`FOUND_MAX`].
fn count(db: &Connection, from: &str, parameters: &[(&str, &dyn ToSql)]) -> Result<u32, DatabaseError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 {from} LIMIT {})", FOUND_MAX + 1);
    Ok(db.prepare_cached(&sql)?.query_row(parameters, |row| row.get(0))?)
}

/// How many cases have the words, counted to just past [`FOUND_MAX`].
fn hits(db: &Connection, text: &str) -> Result<u32, DatabaseError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM case_text WHERE case_text MATCH ?1 LIMIT {})",
        FOUND_MAX + 1
    );
    Ok(db.prepare_cached(&sql)?.query_row([text], |row| row.get(0))?)
}

/// Which way into the tables is short.
#[derive(Clone, Copy)]
enum Matched {
    /// Nothing is searched for: walk by change.
    All,
    /// Few cases match: start from them and sort.
    Few,
    /// Many match, so the first page is full soon: walk by change and look each up.
    Many,
}

impl Matched {
    const fn source(self) -> &'static str {
        match self {
            Self::All => "cases c LEFT JOIN sites s ON s.site = c.site WHERE 1",
            Self::Few => {
                "case_text t CROSS JOIN cases c LEFT JOIN sites s ON s.site = c.site
                 WHERE case_text MATCH :text AND c.document = t.rowid"
            }
            // The unary plus keeps SQLite from starting with the list.
            Self::Many => {
                "cases c LEFT JOIN sites s ON s.site = c.site
                 WHERE +c.document IN (SELECT rowid FROM case_text WHERE case_text MATCH :text)"
            }
        }
    }
}

/// Lists of devices and refused changes name the case they are about.
pub(super) fn head_of(
    db: &Connection,
    document: DocumentId,
) -> Result<Option<(DocumentId, String)>, DatabaseError> {
    let sql = "SELECT id, number FROM cases WHERE id = ?1
               UNION ALL
               SELECT c.id, c.number FROM documents d JOIN contacts k ON k.document = d.number
                   JOIN cases c ON c.id = k.case_id WHERE d.id = ?1";
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query([document.as_bytes()])?;
    match rows.next()? {
        Some(row) => Ok(id(row, 0, DocumentId::from_bytes)?.zip(row.get(1)?)),
        None => Ok(None),
    }
}
