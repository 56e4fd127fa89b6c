//! What the office measures: every figure as a formula over the tables, for a period at an estate.
//!
//! The list with all meanings is [`ALL`]; `docs/measures.md` shows it. Each group of figures is one file with
//! its SQL. Limits are judged by when people say things happened (`entries.happened`), never by the order in
//! which phones brought them, so the same facts give the same figures however they arrived.

mod cases;
mod definition;
mod devices;
mod figure;
mod hotline;
mod list;
mod owner;
mod parties;
mod period;
mod problems;
mod repairs;
mod rounds;

pub use definition::{Definition, Sort, Target, Unit};
pub use figure::{Absent, Denominator, Figure};
pub use list::ALL;
pub use parties::PartyLine;
pub use period::Period;
pub use problems::Problem;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::Site;
use roundsman_sync_core::rules::policy_of;
use rusqlite::{Connection, Row, named_params};

use super::Reach;
use super::lookup;
use crate::database::DatabaseError;

/// Milliseconds of a day of 24 hours.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Over which days.
    pub period: Period,
    /// At this estate only.
    pub site: Option<SiteId>,
    /// How many flats the estate has. Nothing here knows it.
    pub flats: Option<u32>,
    /// Now: what is still within its limit is neither in time nor late.
    pub now: Timestamp,
}

/// The figures of one estate.
#[derive(Clone, Debug)]
pub struct SiteMeasures {
    /// Which estate.
    pub site: SiteId,
    /// Its name.
    pub name: String,
    /// From this moment.
    pub from: Timestamp,
    /// Until before this moment.
    pub to: Timestamp,
    /// Every figure, in the order of [`ALL`].
    pub figures: Vec<Figure>,
    /// Outside parties with open cases, or that answered.
    pub parties: Vec<PartyLine>,
    /// What keeps coming back.
    pub problems: Vec<Problem>,
}

/// The figures of several estates.
#[derive(Clone, Debug)]
pub struct Measures {
    /// One estate each, by name.
    pub sites: Vec<SiteMeasures>,
    /// All of them together; absent if there are not several.
    pub together: Option<Vec<Figure>>,
}

/// The figures of the estates whose cases the person sees. `None` if the one that was asked for is not
/// among them.
///
/// # Errors
/// If the database fails.
pub fn measures_in_reach(
    db: &Connection,
    reach: &Reach,
    wanted: &Wanted,
) -> Result<Option<Measures>, DatabaseError> {
    if wanted.site.is_some_and(|site| !reach.sees_cases(site)) {
        return Ok(None);
    }
    measures_where(db, wanted, |site| reach.sees_cases(site)).map(Some)
}

/// The figures of every estate, or the one that is asked for.
///
/// # Errors
/// If the database fails.
pub fn measures(db: &Connection, wanted: &Wanted) -> Result<Measures, DatabaseError> {
    measures_where(db, wanted, |_| true)
}

fn measures_where(
    db: &Connection,
    wanted: &Wanted,
    sees: impl Fn(SiteId) -> bool,
) -> Result<Measures, DatabaseError> {
    let sites = lookup::sites(db)?;
    let sites =
        sites.into_iter().filter(|(site, _)| sees(*site) && wanted.site.is_none_or(|one| one == *site));
    let sites = sites.map(|(site, name)| of_site(db, wanted, site, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(Measures { together: together(&sites), sites })
}

fn together(sites: &[SiteMeasures]) -> Option<Vec<Figure>> {
    let (first, others) = sites.split_first().filter(|(_, others)| !others.is_empty())?;
    let mut figures = first.figures.clone();
    for other in others {
        for (sum, figure) in figures.iter_mut().zip(&other.figures) {
            *sum = sum.with(figure);
        }
    }
    Some(figures)
}

fn of_site(
    db: &Connection,
    wanted: &Wanted,
    site: SiteId,
    name: String,
) -> Result<SiteMeasures, DatabaseError> {
    let document = super::load(db, DocumentId::of_site(site), DocumentKind::Site)?;
    let estate = document.as_ref().map(Site::read).unwrap_or_default();
    let policy = policy_of(&estate);
    let zone = policy.calendar().zone;
    let (from, to) = wanted.period.moments(zone);
    let scope = Scope {
        db,
        site,
        from,
        to,
        now: wanted.now,
        flats: wanted.flats,
        rework_ms: i64::from(policy.rework_days) * DAY_MS,
    };
    let mut figures = Vec::with_capacity(ALL.len());
    figures.extend(cases::figures(&scope)?);
    figures.extend(repairs::figures(&scope)?);
    figures.extend(owner::figures(&scope)?);
    figures.extend(hotline::figures(&scope)?);
    figures.extend(rounds::figures(&scope, &estate, &wanted.period, zone)?);
    figures.extend(devices::figures(&scope)?);
    figures.extend(parties::figures(&scope)?);
    let (parties, problems) = (parties::lines(&scope)?, problems::problems(&scope)?);
    Ok(SiteMeasures { site, name, from, to, figures, parties, problems })
}

/// One estate over one period.
struct Scope<'a> {
    db: &'a Connection,
    site: SiteId,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
    flats: Option<u32>,
    rework_ms: i64,
}

/// What every question starts with: the period, and the cases raised in it. A case that somebody linked as a
/// duplicate of another is the same matter and counts once, with the other.
const PRELUDE: &str = "
    WITH period (site, start, until, now, rework_ms) AS (VALUES (:site, :from, :to, :now, :rework_ms)),
    counted AS (
        SELECT c.* FROM cases c, period p WHERE c.site = p.site AND NOT EXISTS (
            SELECT 1 FROM entries l WHERE l.document = c.document AND l.kind = 'linked'
                AND json_extract(l.details, '$.relation') = 'duplicate')
    ),
    raised AS (
        SELECT c.* FROM counted c, period p WHERE c.reported_at >= p.start AND c.reported_at < p.until
    ),
    said AS (
        SELECT e.*, c.channel FROM entries e, period p JOIN cases c ON c.document = e.document
        WHERE c.site = p.site AND e.happened >= p.start AND e.happened < p.until
    )";

impl Scope<'_> {
    /// The one row of a question. `sql` goes on after [`PRELUDE`]: further tables with a comma before
    /// them, or the question itself.
    fn one<T>(
        &self,
        sql: &str,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, DatabaseError> {
        let mut statement = self.db.prepare_cached(&format!("{PRELUDE}{sql}"))?;
        Ok(statement.query_row(
            named_params! {
                ":site": self.site.as_bytes(),
                ":from": self.from.millis(),
                ":to": self.to.millis(),
                ":now": self.now.millis(),
                ":rework_ms": self.rework_ms,
            },
            read,
        )?)
    }

    /// Every row of a question.
    fn all<T>(
        &self,
        sql: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, DatabaseError> {
        let mut statement = self.db.prepare_cached(&format!("{PRELUDE}{sql}"))?;
        let rows = statement.query_map(
            named_params! {
                ":site": self.site.as_bytes(),
                ":from": self.from.millis(),
                ":to": self.to.millis(),
                ":now": self.now.millis(),
                ":rework_ms": self.rework_ms,
            },
            read,
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A numerator and a denominator.
    fn pair(&self, sql: &str) -> Result<(i64, i64), DatabaseError> {
        // A sum over nothing is null.
        self.one(sql, |row| Ok((row.get::<_, Option<i64>>(0)?.unwrap_or(0), row.get(1)?)))
    }

    /// A ratio by a question that gives both its numbers.
    fn ratio(&self, definition: &'static Definition, sql: &str) -> Result<Figure, DatabaseError> {
        let (numerator, denominator) = self.pair(sql)?;
        Ok(Figure { definition, numerator, denominator: Denominator::Of(denominator) })
    }

    /// A count by a question that gives it.
    fn count(&self, definition: &'static Definition, sql: &str) -> Result<Figure, DatabaseError> {
        let numerator = self.one(sql, |row| row.get(0))?;
        Ok(Figure { definition, numerator, denominator: Denominator::None })
    }
}

#[cfg(test)]
mod tests;
