//! Everything that arrived and was not accepted: the list.

mod details;
mod waiting;

pub(super) use details::names_photo;
pub use details::{Dependent, RefusedDetails, RefusedPhoto, Settlement, refused_change, takes_over};
pub use waiting::{WaitingChange, WaitingPage, WaitsFor, waiting};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{ChangeHash, DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, Row, named_params};

use super::Reach;
use super::cases::{CASES_PER_PAGE_MAX, head_of};
use super::names::PersonName;
use super::reach::{SITES, case_is_seen};
use super::refused::reason;
use super::timeline::phone;
use crate::database::DatabaseError;
use crate::log::ChangeName;

/// Counting what is open stops here: a header has no room for more.
pub const OPEN_COUNTED_MAX: u32 = 100;

/// What has become of a refused change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedState {
    /// Nobody has dealt with it.
    Open,
    /// The office has closed it with a note.
    Closed,
    /// The office has taken over what was meant.
    Salvaged,
    /// The same command got through since in another change of the same phone.
    MadeAgain,
}

impl RefusedState {
    /// Every one, in the order to choose from.
    pub const ALL: [Self; 4] = [Self::Open, Self::Closed, Self::Salvaged, Self::MadeAgain];

    /// The stable spelling, also that of the column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Salvaged => "salvaged",
            Self::MadeAgain => "made_again",
        }
    }

    /// From its column, which is empty while it is open.
    fn of(settled: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|state| Some(state.as_str()) == settled).unwrap_or(Self::Open)
    }
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct QuarantineQuery {
    /// A part of the name of a person or phone, of a case's number, or of a code; empty for all.
    pub text: String,
    /// Only what has become this; all if not said.
    pub state: Option<RefusedState>,
    /// The cursor of a further page.
    pub after: Option<Pos>,
    /// How many at most; bounded by [`CASES_PER_PAGE_MAX`].
    pub limit: u16,
}

/// One change that was not accepted.
#[derive(Clone, Debug)]
pub struct QuarantinedChange {
    /// By which it is asked about.
    pub id: ChangeName,
    /// The case it is about, if that case is here: id and number.
    pub case: Option<(DocumentId, String)>,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub why: String,
    /// Who made it.
    pub by: PersonName,
    /// On which phone; `None` for the office.
    pub device: Option<String>,
    /// When the server received it.
    pub received: Timestamp,
    /// What has become of it.
    pub state: RefusedState,
}

/// One page of the quarantine.
#[derive(Clone, Debug)]
pub struct QuarantinePage {
    /// The changes, the last received first.
    pub rows: Vec<QuarantinedChange>,
    /// The cursor of the next page, if there is one.
    pub next: Option<Pos>,
}

/// The columns that [`line`] reads.
const COLUMNS: &str = "r.source, r.hash, r.document, r.verdict, r.code, r.why, r.person, p.name, d.name,
    d.person, e.received, r.settled";

/// Where they are read from.
const TABLES: &str = "changes r JOIN envelopes e ON e.pos = r.envelope
    LEFT JOIN documents t ON t.id = r.document LEFT JOIN people p ON p.person = r.person
    LEFT JOIN devices d ON d.device = r.device";

/// Whether the person `:me` may know of the change `r`, as SQL. One of a document that no estate has taken in
/// is shown where its author works.
fn is_seen() -> String {
    format!(
        "(t.site IN {SITES} OR t.site IS NULL
             AND EXISTS (SELECT 1 FROM roles o WHERE o.person = r.person AND o.site IN {SITES}))
         AND NOT EXISTS (SELECT 1 FROM cases c LEFT JOIN contacts k ON k.case_id = c.id
             WHERE (c.document = t.number OR k.document = t.number) AND NOT ({}))",
        case_is_seen()
    )
}

fn line(row: &Row<'_>) -> rusqlite::Result<(Pos, QuarantinedChange)> {
    let (code, why) = reason(row.get(3)?, row.get(4)?, row.get(5)?);
    let change = QuarantinedChange {
        id: ChangeName {
            document: DocumentId::from_bytes(row.get(2)?),
            hash: ChangeHash::from_bytes(row.get(1)?),
        },
        case: None,
        code,
        why,
        by: PersonName::new(PersonId::from_bytes(row.get(6)?), row.get(7)?),
        device: phone(row.get(8)?, row.get(9)?),
        received: Timestamp::from_millis(row.get(10)?),
        state: RefusedState::of(row.get::<_, Option<String>>(11)?.as_deref()),
    };
    Ok((row.get::<_, i64>(0)?.unsigned_abs(), change))
}

/// Lists what was not accepted.
///
/// # Errors
/// If the database fails.
pub fn quarantine(
    db: &Connection,
    reach: &Reach,
    query: &QuarantineQuery,
) -> Result<QuarantinePage, DatabaseError> {
    let limit = usize::from(query.limit.clamp(1, CASES_PER_PAGE_MAX));
    let me = reach.person();
    // Spelled as the indexes of refused and of open changes spell it.
    let wanted = match query.state {
        Some(RefusedState::Open) => "r.verdict IN (2, 4) AND r.settled IS NULL",
        Some(_) => "r.verdict <> 0 AND r.verdict IN (2, 4) AND r.settled = :state",
        None => "r.verdict <> 0 AND r.verdict IN (2, 4)",
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {TABLES}
         WHERE {wanted} AND r.source < :after AND :state IS NOT NULL AND {}
             AND (:text = '' OR instr(lower(coalesce(p.name, '') || ' ' || coalesce(d.name, '') || ' '
                     || coalesce(r.code, 'fork')), :text) > 0
                 OR EXISTS (SELECT 1 FROM cases c LEFT JOIN contacts k ON k.case_id = c.id
                     WHERE (c.document = t.number OR k.document = t.number)
                         AND instr(lower(c.number), :text) > 0))
         ORDER BY r.source DESC LIMIT :fetched",
        is_seen()
    ))?;
    let found = statement.query_map(
        named_params! {
            ":me": me.as_bytes(),
            ":after": query.after.map_or(i64::MAX, Pos::cast_signed),
            ":state": query.state.map_or("", RefusedState::as_str),
            ":text": query.text.trim().to_lowercase(),
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        line,
    )?;
    let mut found: Vec<(Pos, QuarantinedChange)> = found.collect::<Result<_, _>>()?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(source, _)| *source);
    let mut rows = Vec::with_capacity(found.len());
    for (_, mut change) in found {
        change.case = head_of(db, change.id.document)?;
        rows.push(change);
    }
    Ok(QuarantinePage { rows, next })
}

/// How many refused changes are open, counted to [`OPEN_COUNTED_MAX`].
///
/// # Errors
/// If the database fails.
pub fn quarantine_open(db: &Connection, reach: &Reach) -> Result<u32, DatabaseError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {TABLES}
         WHERE r.verdict IN (2, 4) AND r.settled IS NULL AND {} LIMIT {OPEN_COUNTED_MAX})",
        is_seen()
    );
    let me = reach.person();
    Ok(db.prepare_cached(&sql)?.query_row(named_params! { ":me": me.as_bytes() }, |row| row.get(0))?)
}
