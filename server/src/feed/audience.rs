//! Who a document is for, by what it says: the feeds it is in, and until when.
//!
//! Every value of a register counts, so that neither of two people who were given an order at the same
//! time loses it. Time is never looked at here: an end that time brings is told as a moment.

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{OrderId, PersonId, SiteId};
use roundsman_sync_core::limits::{CONTACT_KEPT_MS, RECENT_MS};
use roundsman_sync_core::model::{Case, EntryKind, Round, Urgency};
use roundsman_sync_core::rules::{CaseStatus, case_status, order_status};

use super::FeedKey;

/// The feeds of a document, each with the moment at which time takes the document out of it.
pub type Audience = BTreeMap<FeedKey, Option<Timestamp>>;

/// What has come to its end, and when the server saw that. Phones' clocks decide nothing here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    /// The case was closed.
    pub case: Option<Timestamp>,
    /// The work of these orders was done.
    pub orders: BTreeMap<OrderId, Timestamp>,
}

impl Endings {
    /// What stands at its end now: what was known of it stays, what is new was seen at `seen`, and what
    /// was opened again is open.
    #[must_use]
    pub fn after(self, case: &Case, seen: Timestamp) -> Self {
        let closed = case_status(case) == CaseStatus::Closed;
        let done = case.orders.iter().filter(|order| order_status(case, Some(order.id)).is_done());
        Self {
            case: closed.then(|| self.case.unwrap_or(seen)),
            orders: done
                .map(|order| (order.id, self.orders.get(&order.id).copied().unwrap_or(seen)))
                .collect(),
        }
    }
}

/// Whether a case is kept from those who would see it by their role.
pub fn is_restricted(case: &Case) -> bool {
    !case.about.all().is_empty() || case.confidential.all().contains(&true)
}

/// The feeds that carry a case: open, and for a while after it was closed.
pub fn of_case(case: &Case, endings: &Endings) -> Audience {
    let mut audience = Audience::new();
    let Some(site) = case.site else { return audience };
    let about = people_about(case);
    let until = endings.case.map(|closed| closed.plus_millis(RECENT_MS));
    if is_restricted(case) {
        audience.insert(closed_circle(site, &about, FeedKey::Restricted, FeedKey::About), until);
    } else {
        audience.insert(FeedKey::Cases(site), until);
        let urgent = case.urgency.all().contains(&Urgency::Urgent);
        if urgent && endings.case.is_none() {
            audience.insert(FeedKey::Urgent(site), None);
        }
        let open = case.orders.iter().filter(|order| !endings.orders.contains_key(&order.id));
        for order in open.filter(|_| endings.case.is_none()) {
            for &department in order.department.all() {
                audience.insert(FeedKey::Department(site, department), None);
            }
        }
    }
    let assigned = case.orders.iter().flat_map(|order| order.assignee.all()).copied();
    let found_by = case.entries.iter().find(|entry| entry.kind() == EntryKind::Received);
    for person in assigned.chain(found_by.map(|entry| entry.by)).filter(|person| !about.contains(person)) {
        audience.insert(FeedKey::Person(site, person), until);
    }
    audience
}

/// The feeds that carry the contact data of a case: the desk's with the case, and those of the people
/// who have one of its orders in hand, or had until lately.
pub fn of_contact(case: &Case, endings: &Endings) -> Audience {
    let mut audience = Audience::new();
    let Some(site) = case.site else { return audience };
    let about = people_about(case);
    let desk = if is_restricted(case) {
        closed_circle(site, &about, FeedKey::RestrictedContacts, FeedKey::AboutContacts)
    } else {
        FeedKey::Contacts(site)
    };
    audience.insert(desk, endings.case.map(|closed| closed.plus_millis(RECENT_MS)));
    for order in &case.orders {
        let done = endings.orders.get(&order.id).copied();
        let ended = [done, endings.case].into_iter().flatten().min();
        let until = ended.map(|ended| ended.plus_millis(CONTACT_KEPT_MS));
        for person in order.assignee.all().iter().filter(|person| !about.contains(person)) {
            let longest = audience.entry(FeedKey::PersonContacts(site, *person)).or_insert(until);
            *longest = longest.zip(until).map(|(one, other)| one.max(other));
        }
    }
    audience
}

/// The feeds that carry a round on which something was stated last at `touched`: the desk's, and those of
/// everybody who walked on it.
pub fn of_round(round: &Round, touched: Timestamp) -> Audience {
    let Some(site) = round.site else { return Audience::new() };
    let started = round.entries.iter().map(|entry| entry.by);
    let checked = round.checks.iter().map(|check| check.by);
    let until = Some(touched.plus_millis(RECENT_MS));
    std::iter::once(FeedKey::Cases(site))
        .chain(started.chain(checked).map(|person| FeedKey::Person(site, person)))
        .map(|key| (key, until))
        .collect()
}

fn people_about(case: &Case) -> Vec<PersonId> {
    let mut people = case.about.all().to_vec();
    people.sort_unstable();
    people.dedup();
    people
}

/// The feed of a restricted case. Who it is about must not have it, whatever their role.
fn closed_circle(
    site: SiteId,
    about: &[PersonId],
    nobody: impl Fn(SiteId) -> FeedKey,
    somebody: impl Fn(SiteId, Vec<PersonId>) -> FeedKey,
) -> FeedKey {
    if about.is_empty() { nobody(site) } else { somebody(site, about.to_vec()) }
}

#[cfg(test)]
mod tests;
