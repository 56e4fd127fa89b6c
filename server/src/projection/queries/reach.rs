//! Who asks, and how far they see.

use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::Role;
use rusqlite::Connection;

use crate::database::DatabaseError;
use crate::feed;

/// What one person may see in the office: the cases of the estates where they work at a desk.
///
/// Guards and technicians work on phones and see nothing here. An administrator sees devices and people,
/// but by that role alone no case.
#[derive(Clone, Debug)]
pub struct Reach {
    person: PersonId,
    roles: Vec<(SiteId, Role)>,
}

/// The estates whose cases the person `:me` sees, as SQL. The words are those of [`at_a_desk`].
pub(super) const SITES: &str = "(SELECT site FROM roles WHERE person = :me
    AND role IN ('reception', 'supervisor', 'site_director', 'manager'))";

/// The estates where the person `:me` has any office role, as SQL.
pub(super) const OFFICE_SITES: &str = "(SELECT site FROM roles WHERE person = :me
    AND role IN ('reception', 'supervisor', 'site_director', 'manager', 'admin'))";

/// The estates where the person `:me` leads, as SQL. The words are those of `feed::handles_restricted`.
const LED_SITES: &str =
    "(SELECT site FROM roles WHERE person = :me AND role IN ('site_director', 'manager'))";

/// Whether the person `:me` sees the case `c`, as SQL. What is about a member of staff, or confidential, is for
/// those who lead and for who took it in; never for who it is about.
pub(super) fn case_is_seen() -> String {
    format!(
        "c.site IN {SITES}
         AND (c.restricted = 0 OR c.site IN {LED_SITES} OR EXISTS (
             SELECT 1 FROM entries found
             WHERE found.document = c.document AND found.kind = 'received' AND found.person = :me))
         AND NOT EXISTS (SELECT 1 FROM kept_from WHERE kept_from.document = c.document
             AND kept_from.person = :me)"
    )
}

/// Whether the role sees the cases of its estate, contact data included.
const fn at_a_desk(role: Role) -> bool {
    match role {
        Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => true,
        Role::Guard | Role::Technician | Role::Admin => false,
    }
}

impl Reach {
    /// Reads the roles of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub fn load(db: &Connection, person: PersonId) -> Result<Self, DatabaseError> {
        let mut statement = db.prepare_cached("SELECT site, role FROM roles WHERE person = ?1")?;
        let rows = statement.query_map([person.as_bytes()], |row| {
            Ok((SiteId::from_bytes(row.get(0)?), row.get::<_, String>(1)?))
        })?;
        let mut roles = Vec::new();
        for row in rows {
            let (site, role) = row?;
            // A role that a newer version granted opens nothing in this one.
            roles.extend(Role::from_text(&role).map(|role| (site, role)));
        }
        Ok(Self { person, roles })
    }

    /// Whose reach this is.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// Whether the person works in the office at all.
    pub fn has_console(&self) -> bool {
        self.roles.iter().any(|&(_, role)| at_a_desk(role) || role == Role::Admin)
    }

    /// Whether the person administers any estate.
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|&(_, role)| role == Role::Admin)
    }

    /// The estates that the person administers.
    pub fn administers(&self) -> Vec<SiteId> {
        self.roles.iter().filter(|(_, role)| *role == Role::Admin).map(|(site, _)| *site).collect()
    }

    /// Whether the person has any office role at that estate.
    pub fn has_office_at(&self, site: SiteId) -> bool {
        self.roles.iter().any(|&(at, role)| at == site && (at_a_desk(role) || role == Role::Admin))
    }

    /// Every role, and where.
    pub fn roles(&self) -> &[(SiteId, Role)] {
        &self.roles
    }

    /// Whether the person sees the cases of that estate.
    pub fn sees_cases(&self, site: SiteId) -> bool {
        self.roles.iter().any(|&(at, role)| at == site && at_a_desk(role))
    }

    /// Whether the person sees who raised the cases of that estate, and signatures.
    pub fn sees_contacts(&self, site: SiteId) -> bool {
        // Today the same people. Asked apart, because the contact data is what the law protects.
        self.sees_cases(site)
    }

    /// Whether the person handles what is about a member of staff, or confidential, at that estate.
    pub fn handles_restricted(&self, site: SiteId) -> bool {
        self.roles.iter().any(|&(at, role)| at == site && feed::handles_restricted(role))
    }

    /// How many estates the person sees cases of.
    pub fn sites(&self) -> usize {
        let mut sites: Vec<_> =
            self.roles.iter().filter(|(_, role)| at_a_desk(*role)).map(|(site, _)| site).collect();
        sites.sort_unstable();
        sites.dedup();
        sites.len()
    }

    /// The role to call the person by: the one that reaches furthest.
    pub fn title(&self) -> Option<Role> {
        // Someone who has a desk is called by it, even if they also administer.
        let desk = self.roles.iter().map(|&(_, role)| role).filter(|&role| at_a_desk(role)).max();
        desk.or_else(|| self.roles.iter().map(|&(_, role)| role).max())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sql_names_exactly_the_roles_that_have_a_desk() {
        for &role in Role::ALL {
            let quoted = format!("'{role}'");
            assert_eq!(SITES.contains(&quoted), at_a_desk(role), "{role}");
            assert_eq!(OFFICE_SITES.contains(&quoted), at_a_desk(role) || role == Role::Admin, "{role}");
            assert_eq!(LED_SITES.contains(&quoted), feed::handles_restricted(role), "{role}");
        }
    }
}
