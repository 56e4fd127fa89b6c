//! How a case stands: who answers for it, its colour, its clocks, what contradicts, and what its papers lack.
//!
//! Everything here is computed by the rules of the core from the document, as a phone computes it; the server
//! adds names, and which phones are still out.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, OrderId, PersonId};
use roundsman_sync_core::model::{Case, Site};
use roundsman_sync_core::rules::clocks::{Clock, ClockState, clocks};
use roundsman_sync_core::rules::{
    Because, Contradiction, Matter, Obstacle, Policy, Promises, Rating, Rework, SettlementState, SheetState,
    closing_obstacles, contradictions, is_rework, policy_of, promises, rating, responsibility, responsible,
    settlements, sheets, suggest,
};
use rusqlite::Connection;

use super::load;
use super::names::{PersonName, person};
use crate::database::DatabaseError;

/// How many likely duplicates are named.
const DUPLICATES_MAX: usize = 5;
/// How many cases of the estate a new one is compared with: the newest.
const COMPARED_MAX: i64 = 500;

/// Another case, by the number people call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseNumber {
    /// Its id.
    pub id: DocumentId,
    /// Its number.
    pub number: String,
}

/// Who answers for a case.
#[derive(Clone, Debug)]
pub struct Answering {
    /// Who.
    pub person: PersonName,
    /// Why they.
    pub because: Because,
}

/// One clock with its rule's name.
#[derive(Clone, Debug)]
pub struct ClockLine {
    /// The clock.
    pub clock: Clock,
    /// What the policy calls it, in Chinese and in English.
    pub title: (String, String),
    /// Where it stands.
    pub state: ClockState,
}

/// How a case stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Who answers for it, or did until it was closed.
    pub answering: Option<Answering>,
    /// Its colour with all reasons.
    pub rating: Rating,
    /// Clocks in the order of the policy.
    pub clocks: Vec<ClockLine>,
    /// What cannot all hold, settled or not.
    pub contradictions: Vec<Contradiction>,
    /// What was promised.
    pub promises: Promises,
    /// Liaison sheets.
    pub sheets: Vec<SheetState>,
    /// Settlements.
    pub settlements: Vec<SettlementState>,
    /// What stands in the way of closing it.
    pub obstacles: Vec<Obstacle>,
    /// The earlier case whose repair did not hold, if this is rework.
    pub rework: Option<(CaseNumber, Rework)>,
    /// Cases that may be about the same matter, the likeliest first, with their likeness out of 1,000.
    pub duplicates: Vec<(CaseNumber, u32)>,
    /// The people that contradictions and papers name.
    pub people: Vec<PersonName>,
}

/// How the case stands at this moment; `None` if there is no such case.
///
/// # Errors
/// If the database fails.
pub fn standing(db: &Connection, id: DocumentId, now: Timestamp) -> Result<Option<Standing>, DatabaseError> {
    let Some(document) = load(db, id, DocumentKind::Case)? else { return Ok(None) };
    let case = Case::read(&document);
    let site = match case.site {
        Some(site) => load(db, DocumentId::of_site(site), DocumentKind::Site)?,
        None => None,
    };
    let site = site.map_or_else(Site::default, |document| Site::read(&document));
    let policy = policy_of(&site);
    let clocks = provisional(db, &case, clocks(&case, &policy))?;
    let contradictions = contradictions(id, &case, &policy.authority());
    // Of a closed case, whoever answered for it last.
    let answering = responsible(&case, &site)
        .or_else(|| responsibility(&case, &site).pop())
        .map(|found| {
            Ok::<_, DatabaseError>(Answering { person: person(db, found.person)?, because: found.because })
        })
        .transpose()?;
    let (rework, duplicates) = alike(db, id, &case, &policy)?;
    let mut people: Vec<PersonId> =
        contradictions.iter().flat_map(|one| one.sides.iter().map(|side| side.by)).collect();
    people.sort_unstable();
    people.dedup();
    Ok(Some(Standing {
        answering,
        rating: rating(&case, &clocks, now, &policy),
        clocks: clocks.into_iter().filter_map(|clock| line(clock, &policy, now)).collect(),
        contradictions,
        promises: promises(&case, &policy),
        sheets: sheets(&case),
        settlements: settlements(&case, &policy.authority()),
        obstacles: closing_obstacles(&case, &policy.authority()),
        rework,
        duplicates,
        people: people.into_iter().map(|id| person(db, id)).collect::<Result<_, _>>()?,
    }))
}

fn line(clock: Clock, policy: &Policy, now: Timestamp) -> Option<ClockLine> {
    let rule = policy.clock(&clock.id)?;
    let state = clock.state(now);
    Some(ClockLine { title: (rule.title_zh.clone(), rule.title_en.clone()), state, clock })
}

/// Marks the clocks that a phone could still change: those of an order without an end, while a phone of
/// somebody who has the order has brought nothing since the limit.
fn provisional(db: &Connection, case: &Case, mut all: Vec<Clock>) -> Result<Vec<Clock>, DatabaseError> {
    for clock in all.iter_mut().filter(|clock| clock.stopped.is_none()) {
        let Some(due) = clock.due else { continue };
        clock.provisional = is_out(db, case, clock.order, due)?;
    }
    Ok(all)
}

fn is_out(
    db: &Connection,
    case: &Case,
    order: Option<OrderId>,
    since: Timestamp,
) -> Result<bool, DatabaseError> {
    let holders = case.orders.iter().filter(|known| order.is_none_or(|order| known.id == order));
    let mut last_heard = db.prepare_cached(
        "SELECT max(coalesce((SELECT max(e.received) FROM envelopes e WHERE e.device = d.device), d.enrolled) < ?2)
         FROM devices d WHERE d.person = ?1 AND d.revoked IS NULL",
    )?;
    for holder in holders.flat_map(|order| order.assignee.all()) {
        let out: Option<bool> =
            last_heard.query_row((holder.as_bytes(), since.millis()), |row| row.get(0))?;
        if out == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

type Alike = (Option<(CaseNumber, Rework)>, Vec<(CaseNumber, u32)>);

/// What of the estate's newest cases this one repeats.
fn alike(db: &Connection, id: DocumentId, case: &Case, policy: &Policy) -> Result<Alike, DatabaseError> {
    let (Some(own), Some(site)) = (Matter::of(id, case), case.site) else { return Ok((None, Vec::new())) };
    let mut newest = db.prepare_cached(
        "SELECT c.id, c.number, d.snapshot FROM cases c JOIN documents d ON d.number = c.document
         WHERE c.site = ?1 AND c.id <> ?2 ORDER BY c.document DESC LIMIT ?3",
    )?;
    let rows = newest.query_map((site.as_bytes(), id.as_bytes(), COMPARED_MAX), |row| {
        Ok((DocumentId::from_bytes(row.get(0)?), row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
    })?;
    let (mut others, mut numbers) = (Vec::new(), Vec::new());
    for row in rows {
        let (other, number, snapshot) = row?;
        let document = roundsman_sync_core::document::Document::load(DocumentKind::Case, &snapshot);
        let document = document.map_err(|error| DatabaseError::corrupt("documents", error))?;
        if let Some(matter) = Matter::of(other, &Case::read(&document)) {
            others.push(matter);
            numbers.push(CaseNumber { id: other, number });
        }
    }
    let numbered = |wanted: DocumentId| numbers.iter().find(|known| known.id == wanted).cloned();
    let window_ms = i64::from(policy.rework_days) * 24 * 3600 * 1000;
    let rework = is_rework(&own, &others, window_ms);
    let rework = rework.and_then(|found| numbered(found.of).map(|number| (number, found)));
    let earlier: Vec<_> = others.into_iter().filter(|other| other.received_at <= own.received_at).collect();
    let duplicates = suggest(&own, &earlier, DUPLICATES_MAX);
    let duplicates = duplicates.into_iter().filter_map(|(other, score)| Some((numbered(other)?, score)));
    Ok((rework, duplicates.collect()))
}
