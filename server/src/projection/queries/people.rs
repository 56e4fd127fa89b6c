//! Who works where.

use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};
use rusqlite::{Connection, named_params};

use super::names::PersonName;
use super::reach::OFFICE_SITES;
use super::{CASES_PER_PAGE_MAX, Reach};
use crate::database::DatabaseError;

/// Whom to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeopleQuery {
    /// Only at this estate.
    pub site: Option<SiteId>,
    /// Only with this role.
    pub role: Option<Role>,
    /// Only of this department.
    pub department: Option<Department>,
    /// Only people after this one, who is the cursor of the next page.
    pub after: Option<PersonId>,
    /// How many at most; bounded by [`CASES_PER_PAGE_MAX`].
    pub limit: u16,
}

/// One page of people, the first added first.
#[derive(Clone, Debug)]
pub struct PeoplePage {
    /// The people.
    pub rows: Vec<PersonLine>,
    /// The cursor of the next page, if there is one.
    pub next: Option<PersonId>,
}

/// Somebody who works for the company.
#[derive(Clone, Debug)]
pub struct PersonLine {
    /// Who.
    pub person: PersonName,
    /// What they do, at the estates where the asker has an office role.
    pub roles: Vec<RoleHeld>,
}

/// A role at an estate.
#[derive(Clone, Debug)]
pub struct RoleHeld {
    /// Where.
    pub site: SiteId,
    /// The name of the estate.
    pub site_name: String,
    /// Word of [`Role`].
    pub role: String,
    /// Word of [`Department`], for roles that belong to one.
    pub department: Option<String>,
}

/// Lists the people who work where the asker has an office role.
///
/// # Errors
/// If the database fails.
pub fn people(db: &Connection, reach: &Reach, query: &PeopleQuery) -> Result<PeoplePage, DatabaseError> {
    let limit = usize::from(query.limit.clamp(1, CASES_PER_PAGE_MAX));
    let me = reach.person();
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.person, p.name, r.site, coalesce(s.name, ''), r.role, r.department
         FROM roles r LEFT JOIN people p ON p.person = r.person LEFT JOIN sites s ON s.site = r.site
         WHERE r.site IN {OFFICE_SITES} AND r.person IN (
             SELECT f.person FROM roles f
             WHERE f.site IN {OFFICE_SITES} AND (:after IS NULL OR f.person > :after)
                 AND (:site IS NULL OR f.site = :site) AND (:role IS NULL OR f.role = :role)
                 AND (:department IS NULL OR f.department = :department)
             GROUP BY f.person ORDER BY f.person LIMIT :fetched)
         ORDER BY r.person, r.site, r.role"
    ))?;
    let rows = statement.query_map(
        named_params! {
            ":me": me.as_bytes(),
            ":after": query.after.map(|after| *after.as_bytes()),
            ":site": query.site.map(|site| *site.as_bytes()),
            ":role": query.role.map(Role::as_str),
            ":department": query.department.map(Department::as_str),
            // One more than asked for tells whether there is a next page.
            ":fetched": i64::try_from(limit + 1).unwrap_or(i64::MAX),
        },
        |row| {
            let person = PersonName::new(PersonId::from_bytes(row.get(0)?), row.get(1)?);
            let role = RoleHeld {
                site: SiteId::from_bytes(row.get(2)?),
                site_name: row.get(3)?,
                role: row.get(4)?,
                department: row.get(5)?,
            };
            Ok((person, role))
        },
    )?;
    let mut found: Vec<PersonLine> = Vec::new();
    for row in rows {
        let (person, role) = row?;
        match found.last_mut().filter(|line| line.person.id == person.id) {
            Some(line) => line.roles.push(role),
            None => found.push(PersonLine { person, roles: vec![role] }),
        }
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|line| line.person.id);
    Ok(PeoplePage { rows: found, next })
}

/// The estates at which somebody holds any role, also those that the asker knows nothing of. None if the asker
/// does not see the person: they work nowhere, or nowhere where the asker has an office role.
///
/// # Errors
/// If the database fails.
pub fn works_where(
    db: &Connection,
    reach: &Reach,
    person: PersonId,
) -> Result<Option<Vec<SiteId>>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT DISTINCT site FROM roles WHERE person = :person
             AND EXISTS (SELECT 1 FROM roles seen WHERE seen.person = :person AND seen.site IN {OFFICE_SITES})
         ORDER BY site"
    ))?;
    let me = reach.person();
    let parameters = named_params! { ":me": me.as_bytes(), ":person": person.as_bytes() };
    let sites = statement.query_map(parameters, |row| Ok(SiteId::from_bytes(row.get(0)?)))?;
    let sites = sites.collect::<Result<Vec<_>, _>>()?;
    Ok((!sites.is_empty()).then_some(sites))
}

/// Whether somebody has any role at an estate whose cases the asker sees.
///
/// # Errors
/// If the database fails.
pub fn works_at(
    db: &Connection,
    reach: &Reach,
    person: PersonId,
    site: SiteId,
) -> Result<bool, DatabaseError> {
    if !reach.sees_cases(site) {
        return Ok(false);
    }
    let mut statement = db.prepare_cached("SELECT 1 FROM roles WHERE person = ?1 AND site = ?2")?;
    Ok(statement.exists((person.as_bytes(), site.as_bytes()))?)
}
