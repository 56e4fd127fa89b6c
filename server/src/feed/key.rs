//! The feeds there are, and which come with a role.

use std::fmt;

use roundsman_sync_core::ids::{PersonId, SiteId};
use roundsman_sync_core::model::{Department, Role};

/// One feed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedKey {
    /// The estate itself: its name and people. For everyone who works there.
    Site(SiteId),
    /// The cases somebody found, or has an order of, at one estate: a right there says nothing elsewhere.
    Person(SiteId, PersonId),
    /// The contact data of the cases somebody has an order of in hand, at one estate.
    PersonContacts(SiteId, PersonId),
    /// The open cases that cannot wait. For the desk and above, before everything else of the estate.
    Urgent(SiteId),
    /// The cases with an open order for one department.
    Department(SiteId, Department),
    /// The cases of the estate that are open or were until lately. For the desk and above.
    Cases(SiteId),
    /// The contact data of those cases. For the desk and above.
    Contacts(SiteId),
    /// The confidential cases of the estate that are about nobody on the staff.
    Restricted(SiteId),
    /// Their contact data.
    RestrictedContacts(SiteId),
    /// The cases about these members of staff, none of whom has this feed. In order, without repetition.
    About(SiteId, Vec<PersonId>),
    /// Their contact data.
    AboutContacts(SiteId, Vec<PersonId>),
}

impl fmt::Display for FeedKey {
    /// The spelling in tables.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined =
            |people: &[PersonId]| people.iter().map(ToString::to_string).collect::<Vec<_>>().join("+");
        match self {
            Self::Site(site) => write!(f, "site/{site}"),
            Self::Person(site, person) => write!(f, "person/{site}/{person}"),
            Self::PersonContacts(site, person) => write!(f, "person-contacts/{site}/{person}"),
            Self::Urgent(site) => write!(f, "urgent/{site}"),
            Self::Department(site, department) => write!(f, "department/{site}/{department}"),
            Self::Cases(site) => write!(f, "cases/{site}"),
            Self::Contacts(site) => write!(f, "contacts/{site}"),
            Self::Restricted(site) => write!(f, "restricted/{site}"),
            Self::RestrictedContacts(site) => write!(f, "restricted-contacts/{site}"),
            Self::About(site, people) => write!(f, "about/{site}/{}", joined(people)),
            Self::AboutContacts(site, people) => write!(f, "about-contacts/{site}/{}", joined(people)),
        }
    }
}

/// Whether the feed of this spelling is one of complaints about members of staff.
pub fn is_about_staff(key: &str) -> bool {
    key.starts_with("about/") || key.starts_with("about-contacts/")
}

/// The feeds that come with a role, those to be sent first standing first.
///
/// A guard has no feed that carries contact data, and nobody has one by being an administrator. What is
/// about members of staff comes with [`handles_restricted`], but depends on whom it is about.
pub fn of_role(person: PersonId, site: SiteId, role: Role, department: Option<Department>) -> Vec<FeedKey> {
    let own = [FeedKey::Site(site), FeedKey::Person(site, person)];
    let mut more: Vec<FeedKey> = match role {
        Role::Guard => vec![FeedKey::Department(site, Department::Security)],
        Role::Technician => {
            let department = department.unwrap_or(Department::Engineering);
            vec![FeedKey::PersonContacts(site, person), FeedKey::Department(site, department)]
        }
        Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => {
            vec![FeedKey::Urgent(site), FeedKey::Cases(site), FeedKey::Contacts(site)]
        }
        Role::Admin => return vec![FeedKey::Site(site)],
    };
    if handles_restricted(role) {
        more.extend([FeedKey::Restricted(site), FeedKey::RestrictedContacts(site)]);
    }
    own.into_iter().chain(more).collect()
}

/// Who deals with what is confidential and with complaints about members of staff: those who lead an
/// estate or the company.
pub const fn handles_restricted(role: Role) -> bool {
    match role {
        Role::SiteDirector | Role::Manager => true,
        Role::Guard | Role::Technician | Role::Reception | Role::Supervisor | Role::Admin => false,
    }
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
            let restricted = feeds.contains(&FeedKey::RestrictedContacts(site));
            let expected = match role {
                Role::Guard | Role::Admin => (false, false, false),
                Role::Technician => (false, true, false),
                Role::Reception | Role::Supervisor => (true, false, false),
                Role::SiteDirector | Role::Manager => (true, false, true),
            };
            assert_eq!((all, own, restricted), expected, "{role}");
        }
    }
}
