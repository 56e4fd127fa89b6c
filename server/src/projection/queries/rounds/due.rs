//! What the schedules of an estate ask for on a day, and what became of it.

use chrono::NaiveDate;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, RouteId, SiteId};
use roundsman_sync_core::model::{Due, RoundKind, Site};
use roundsman_sync_core::rules::{policy_of, rounds as rules};
use rusqlite::Connection;

use super::super::load;
use super::Reach;
use crate::database::DatabaseError;

/// What became of a round that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueState {
    /// Somebody set out.
    Walked,
    /// There is still time.
    Open,
    /// Its time is up, and nobody set out.
    Missed,
}

impl DueState {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Walked, Self::Open, Self::Missed];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Walked => "walked",
            Self::Open => "open",
            Self::Missed => "missed",
        }
    }
}

/// One round that was due.
#[derive(Clone, Debug)]
pub struct DueLine {
    /// The route.
    pub route: RouteId,
    /// Its name.
    pub name: String,
    /// What it is walked for.
    pub kind: RoundKind,
    /// When it was due.
    pub due: Due,
    /// What became of it.
    pub state: DueState,
    /// The rounds that were begun for it.
    pub rounds: Vec<DocumentId>,
}

/// What was due at an estate on a day. Nothing, if the estate is out of reach.
///
/// Schedules are read as they now stand; what they said on a day long past is not remembered.
///
/// # Errors
/// If the database fails.
pub fn due_rounds(
    db: &Connection,
    reach: &Reach,
    site: SiteId,
    date: NaiveDate,
    now: Timestamp,
) -> Result<Vec<DueLine>, DatabaseError> {
    if reach.sees_cases(site) { due_rounds_for_operator(db, site, date, now) } else { Ok(Vec::new()) }
}

/// What was due at any estate on a day, for the command line.
///
/// # Errors
/// If the database fails.
pub fn due_rounds_for_operator(
    db: &Connection,
    site: SiteId,
    date: NaiveDate,
    now: Timestamp,
) -> Result<Vec<DueLine>, DatabaseError> {
    let Some(document) = load(db, DocumentId::of_site(site), DocumentKind::Site)? else {
        return Ok(Vec::new());
    };
    let estate = Site::read(&document);
    let mut begun = db.prepare_cached(
        "SELECT id FROM rounds WHERE site = ?1 AND route = ?2 AND due_at = ?3 ORDER BY document",
    )?;
    let mut lines = Vec::new();
    for due in rules::due_rounds(&estate, date, &policy_of(&estate).calendar().zone) {
        let Some(route) = estate.route(due.route) else { continue };
        let rounds = begun
            .query_map((site.as_bytes(), due.route.as_bytes(), due.due.at.millis()), |row| {
                Ok(DocumentId::from_bytes(row.get(0)?))
            })?
            .collect::<Result<Vec<_>, _>>()?;
        let state = match rounds.is_empty() {
            false => DueState::Walked,
            true if now > due.due.to => DueState::Missed,
            true => DueState::Open,
        };
        let (name, kind) = (route.name.clone(), route.kind);
        lines.push(DueLine { route: due.route, name, kind, due: due.due, state, rounds });
    }
    Ok(lines)
}
