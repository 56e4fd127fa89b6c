//! The feeds there are, and who has which.

use std::fmt;

use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};

/// One feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedKey {
    /// The estate itself: its name and people. For everyone who works there.
    Site(SiteId),
    /// Every case of the estate. For the desk and above.
    Cases(SiteId),
    /// The cases with an order for one department.
    Department(SiteId, Department),
    /// The cases somebody found, or has an order of, at one estate: a right there says nothing elsewhere.
    Person(SiteId, PersonId),
    /// The contact data of every case of the estate. For the desk and above.
    Contacts(SiteId),
    /// The contact data of the cases somebody has an order of, at one estate.
    PersonContacts(SiteId, PersonId),
}

impl fmt::Display for FeedKey {
    /// The spelling in tables.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site(site) => write!(f, "site/{site}"),
            Self::Cases(site) => write!(f, "cases/{site}"),
            Self::Department(site, department) => write!(f, "department/{site}/{department}"),
            Self::Person(site, person) => write!(f, "person/{site}/{person}"),
            Self::Contacts(site) => write!(f, "contacts/{site}"),
            Self::PersonContacts(site, person) => write!(f, "person-contacts/{site}/{person}"),
        }
    }
}

/// The feeds that come with a role, those to be sent first standing first.
///
/// A guard has no feed that carries contact data, and nobody has one by being an administrator.
pub fn of_role(person: PersonId, site: SiteId, role: Role, department: Option<Department>) -> Vec<FeedKey> {
    let own = [FeedKey::Site(site), FeedKey::Person(site, person)];
    let more: Vec<FeedKey> = match role {
        Role::Guard => vec![FeedKey::Department(site, Department::Security)],
        Role::Technician => {
            let department = department.unwrap_or(Department::Engineering);
            vec![FeedKey::PersonContacts(site, person), FeedKey::Department(site, department)]
        }
        Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => {
            vec![FeedKey::Cases(site), FeedKey::Contacts(site)]
        }
        Role::Admin => return vec![FeedKey::Site(site)],
    };
    own.into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_role_of_the_field_sees_the_contact_data_of_the_whole_estate() {
        let (person, site) = (PersonId::from_bytes([1; 16]), SiteId::from_bytes([2; 16]));
        for &role in Role::ALL {
            let feeds = of_role(person, site, role, None);
            let all = feeds.contains(&FeedKey::Contacts(site));
            let own = feeds.contains(&FeedKey::PersonContacts(site, person));
            let expected = match role {
                Role::Guard | Role::Admin => (false, false),
                Role::Technician => (false, true),
                Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => (true, false),
            };
            assert_eq!((all, own), expected, "{role}");
        }
    }
}
