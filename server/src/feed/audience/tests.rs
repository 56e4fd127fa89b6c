#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use roundsman_sync_core::clock::Stamp;
use roundsman_sync_core::document::Register;
use roundsman_sync_core::ids::EntryId;
use roundsman_sync_core::model::{Department, Entry, Fact, Order};

use super::*;

const SITE: SiteId = SiteId::from_bytes([1; 16]);
const RECEPTION: PersonId = PersonId::from_bytes([2; 16]);
const TECHNICIAN: PersonId = PersonId::from_bytes([3; 16]);
const COLLEAGUE: PersonId = PersonId::from_bytes([4; 16]);
const DIRECTOR: PersonId = PersonId::from_bytes([5; 16]);
const ORDER: OrderId = OrderId::from_bytes([6; 16]);
const NOON: Timestamp = Timestamp::from_millis(1_773_014_400_000);

fn entry(nth: u8, by: PersonId, order: Option<OrderId>, fact: Fact) -> Entry {
    Entry {
        id: EntryId::from_bytes([nth; 16]),
        fact,
        order,
        by,
        claimed_at: NOON,
        corrected_at: NOON,
        declared: None,
        stamp: Stamp::from_u64(u64::from(nth)),
        note: String::new(),
    }
}

/// A repair that the desk took in, with an order for engineering that a technician has.
fn repair() -> Case {
    let mut order = Order::new(ORDER);
    order.department = Register::new(vec![Department::Engineering]);
    order.assignee = Register::new(vec![TECHNICIAN]);
    Case {
        site: Some(SITE),
        orders: vec![order],
        entries: vec![entry(1, RECEPTION, None, Fact::Received)],
        ..Case::default()
    }
}

fn spelt(audience: &Audience) -> Vec<(String, Option<i64>)> {
    let kind = |key: &FeedKey| {
        let spelling = key.to_string();
        let people = [
            (RECEPTION, "reception"),
            (TECHNICIAN, "technician"),
            (COLLEAGUE, "colleague"),
            (DIRECTOR, "director"),
        ];
        people
            .iter()
            .fold(spelling, |text, (person, name)| text.replace(&person.to_string(), name))
            .replace(&format!("/{SITE}"), "")
    };
    let hours = |until: &Timestamp| until.millis_since(NOON) / 3_600_000;
    audience.iter().map(|(key, until)| (kind(key), until.as_ref().map(hours))).collect()
}

fn forever(names: &[&str]) -> Vec<(String, Option<i64>)> {
    names.iter().map(|name| ((*name).to_owned(), None)).collect()
}

fn until(names: &[&str], hours: i64) -> Vec<(String, Option<i64>)> {
    names.iter().map(|name| ((*name).to_owned(), Some(hours))).collect()
}

#[test]
fn an_open_case_is_with_the_desk_the_department_and_those_who_found_or_have_it() {
    let case = repair();
    let open = Endings::default();
    let expected = ["person/reception", "person/technician", "department/engineering", "cases"];
    assert_eq!(spelt(&of_case(&case, &open)), forever(&expected));
    assert_eq!(spelt(&of_contact(&case, &open)), forever(&["person-contacts/technician", "contacts"]));
}

#[test]
fn what_cannot_wait_goes_first_as_long_as_it_is_open() {
    let mut case = repair();
    case.urgency = Register::new(vec![Urgency::General, Urgency::Urgent]);
    assert!(of_case(&case, &Endings::default()).contains_key(&FeedKey::Urgent(SITE)));
    let closed = Endings { case: Some(NOON), ..Endings::default() };
    assert!(!of_case(&case, &closed).contains_key(&FeedKey::Urgent(SITE)));
}

#[test]
fn each_of_two_parallel_assignees_and_departments_keeps_the_order() {
    let mut case = repair();
    case.orders[0].assignee = Register::new(vec![TECHNICIAN, COLLEAGUE]);
    case.orders[0].department = Register::new(vec![Department::Engineering, Department::Security]);
    let audience = of_case(&case, &Endings::default());
    for key in [
        FeedKey::Person(SITE, TECHNICIAN),
        FeedKey::Person(SITE, COLLEAGUE),
        FeedKey::Department(SITE, Department::Engineering),
        FeedKey::Department(SITE, Department::Security),
    ] {
        assert!(audience.contains_key(&key), "{key}");
    }
    let contact = of_contact(&case, &Endings::default());
    assert_eq!(
        spelt(&contact),
        forever(&["person-contacts/technician", "person-contacts/colleague", "contacts"])
    );
}

#[test]
fn done_work_leaves_the_department_at_once_and_the_owners_data_after_three_days() {
    let case = repair();
    let done = Endings { case: None, orders: [(ORDER, NOON)].into() };
    assert_eq!(spelt(&of_case(&case, &done)), forever(&["person/reception", "person/technician", "cases"]));
    let mut expected = until(&["person-contacts/technician"], 72);
    expected.extend(forever(&["contacts"]));
    assert_eq!(spelt(&of_contact(&case, &done)), expected);
}

#[test]
fn whoever_has_a_second_order_in_hand_keeps_the_owners_data() {
    let mut case = repair();
    let mut second = Order::new(OrderId::from_bytes([7; 16]));
    second.assignee = Register::new(vec![TECHNICIAN]);
    case.orders.push(second);
    let done = Endings { case: None, orders: [(ORDER, NOON)].into() };
    assert_eq!(spelt(&of_contact(&case, &done)), forever(&["person-contacts/technician", "contacts"]));
}

#[test]
fn an_order_that_is_given_to_somebody_else_takes_the_owners_data_with_it() {
    let mut case = repair();
    case.orders[0].assignee = Register::new(vec![COLLEAGUE]);
    let contact = of_contact(&case, &Endings::default());
    assert_eq!(spelt(&contact), forever(&["person-contacts/colleague", "contacts"]));
}

#[test]
fn a_closed_case_stays_for_thirty_days_with_those_who_had_it() {
    let case = repair();
    let closed = Endings { case: Some(NOON), orders: [(ORDER, NOON)].into() };
    let expected = until(&["person/reception", "person/technician", "cases"], 30 * 24);
    assert_eq!(spelt(&of_case(&case, &closed)), expected);
    let contact = [until(&["person-contacts/technician"], 72), until(&["contacts"], 30 * 24)].concat();
    assert_eq!(spelt(&of_contact(&case, &closed)), contact);
}

#[test]
fn a_complaint_about_staff_is_in_no_role_feed_and_never_with_whom_it_is_about() {
    let mut case = repair();
    // Two desks named different people at the same time; one of them has an order of it.
    case.about = Register::new(vec![TECHNICIAN, DIRECTOR]);
    case.orders[0].assignee = Register::new(vec![TECHNICIAN, COLLEAGUE]);
    let open = Endings::default();
    let expected = ["person/reception", "person/colleague", "about/technician+director"];
    assert_eq!(spelt(&of_case(&case, &open)), forever(&expected));
    let expected = ["person-contacts/colleague", "about-contacts/technician+director"];
    assert_eq!(spelt(&of_contact(&case, &open)), forever(&expected));
}

#[test]
fn a_confidential_case_is_with_those_who_lead_and_its_handlers() {
    let mut case = repair();
    case.confidential = Register::new(vec![false, true]);
    let expected = ["person/reception", "person/technician", "restricted"];
    assert_eq!(spelt(&of_case(&case, &Endings::default())), forever(&expected));
    let expected = ["person-contacts/technician", "restricted-contacts"];
    assert_eq!(spelt(&of_contact(&case, &Endings::default())), forever(&expected));
}

#[test]
fn an_ending_is_dated_once_and_forgotten_when_the_case_is_opened_again() {
    let mut case = repair();
    case.entries.push(entry(2, TECHNICIAN, Some(ORDER), Fact::Completed));
    let seen = Endings::default().after(&case, NOON);
    assert_eq!(seen, Endings { case: None, orders: [(ORDER, NOON)].into() });
    let later = NOON.plus_millis(1_000);
    assert_eq!(seen.clone().after(&case, later), seen);
    assert_eq!(seen.after(&repair(), later), Endings::default());
}
