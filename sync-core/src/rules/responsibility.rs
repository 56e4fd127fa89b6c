//! First to receive stays responsible (首问责任制 / 谁受理谁跟进谁回访), until closing or a named
//! handover; and what a shift hands over when it ends (交接班).

use super::closing::{Obstacle, closing_obstacles};
use super::recusal::is_recused;
use super::settlements::Authority;
use super::stated::{closed_by, first_of, stated};
use super::status::{CaseStatus, OrderStatus, case_status, order_status};
use crate::clock::Timestamp;
use crate::ids::{AreaId, DocumentId, EntryId, OrderId, PersonId};
use crate::model::{Case, EntryKind, Fact, Site, Urgency, WaitFor};

/// Why somebody is responsible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// They look after the area. This goes before who received it, so that nobody avoids writing a case
    /// down for fear of keeping it.
    ByArea(AreaId),
    /// They received it.
    FirstReceiver(EntryId),
    /// It was handed over to them.
    Handover(EntryId),
}

/// Who follows a case up, tells the owner and visits afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Responsible {
    /// Who.
    pub person: PersonId,
    /// Why.
    pub because: Because,
    /// Since when; unknown for a case whose intake was never stated.
    pub since: Option<Timestamp>,
}

/// Everybody who was responsible, in turn; the last one is or was so at closing. Somebody the case is
/// about (回避) is passed over: by area, as receiver and at a handover.
pub fn responsibility(case: &Case, site: &Site) -> Vec<Responsible> {
    let received = first_of(case, EntryKind::Received);
    let since = received.map(|entry| entry.happened_at());
    let may = |person: &PersonId| !is_recused(case, *person);
    let by_area = case.place.shown().and_then(|place| site.area_of(place)).and_then(|(id, area)| {
        let person = area.housekeeper.filter(may)?;
        Some(Responsible { person, because: Because::ByArea(id), since })
    });
    let receiver = || {
        let entry = received.filter(|entry| may(&entry.by))?;
        Some(Responsible { person: entry.by, because: Because::FirstReceiver(entry.id), since })
    };
    let mut found: Vec<_> = by_area.or_else(receiver).into_iter().collect();
    for entry in stated(case) {
        if let Fact::HandedOver(handover) = &entry.fact
            && may(&handover.to)
        {
            let (person, because) = (handover.to, Because::Handover(entry.id));
            found.push(Responsible { person, because, since: Some(entry.happened_at()) });
        }
    }
    found
}

/// Who is responsible now. Nobody, once it is closed; nobody either while everybody who could be is the
/// person it is about, and then a handover names somebody.
pub fn responsible(case: &Case, site: &Site) -> Option<Responsible> {
    if closed_by(case).is_some() {
        return None;
    }
    responsibility(case, site).pop()
}

/// Something that an open case waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitsFor {
    /// The order that waits; none for work without one.
    pub order: Option<OrderId>,
    /// For what; nothing is said where nobody was home.
    pub reason: Option<WaitFor>,
    /// Until when, as far as is known.
    pub expected: Option<Timestamp>,
}

/// An open case that is proposed for handover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Which.
    pub case: DocumentId,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// Where it stands.
    pub status: CaseStatus,
    /// Why it is theirs.
    pub because: Because,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it waits for.
    pub waits_for: Vec<WaitsFor>,
    /// Why it is still open.
    pub obstacles: Vec<Obstacle>,
}

/// The open cases that a person is responsible for, as they are put before the next shift: the most
/// urgent first, then the longest open.
pub fn handover_proposal(
    cases: &[(DocumentId, Case)],
    site: &Site,
    person: PersonId,
    authority: &Authority,
) -> Vec<OpenItem> {
    let item = |(id, case): &(DocumentId, Case)| {
        let responsible = responsible(case, site).filter(|responsible| responsible.person == person)?;
        Some(OpenItem {
            case: *id,
            urgency: case.urgency.shown().copied(),
            status: case_status(case),
            because: responsible.because,
            since: responsible.since,
            waits_for: waits_for(case),
            obstacles: closing_obstacles(case, authority),
        })
    };
    let mut found: Vec<_> = cases.iter().filter_map(item).collect();
    // Unsorted cases stand behind those of which somebody said how soon.
    found.sort_by_key(|item| (item.urgency.is_none(), item.urgency, item.since, item.case));
    found
}

/// What the orders of a case wait for now.
pub fn waits_for(case: &Case) -> Vec<WaitsFor> {
    let orders = case.orders.iter().map(|order| Some(order.id)).chain([None]);
    let waiting = orders.filter(|order| order_status(case, *order) == OrderStatus::Waiting);
    waiting
        .map(|order| {
            let waits = |kind| matches!(kind, EntryKind::Waiting | EntryKind::NobodyHome);
            let last = stated(case).rfind(|entry| entry.order == order && waits(entry.kind()));
            let wait =
                last.and_then(|entry| if let Fact::Waiting(wait) = &entry.fact { Some(wait) } else { None });
            WaitsFor {
                order,
                reason: wait.map(|wait| wait.reason),
                expected: wait.and_then(|wait| wait.expected),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::{Handover, Wait};
    use crate::model::{Area, CaseKind};
    use crate::rules::sample::{DESK, DIRECTOR, HOUSEKEEPER, ORDER, Story, TECHNICIAN, set};

    const AREA: AreaId = AreaId::from_bytes([3; 16]);

    fn site(housekeeper: Option<PersonId>) -> Site {
        let area = Area { name: "一片区".into(), buildings: vec!["3".into()], housekeeper };
        Site { areas: vec![(AREA, set(area))], ..Site::default() }
    }

    fn hand_over(to: PersonId) -> Fact {
        Fact::HandedOver(Handover { to })
    }

    #[test]
    fn the_housekeeper_of_the_area_answers_for_it_else_whoever_received_it_until_a_handover() {
        let kept = site(Some(HOUSEKEEPER));
        let received = Because::FirstReceiver(Story::new(CaseKind::Repair).case.entries[0].id);
        type Row<'a> =
            (&'a str, &'a Site, Option<PersonId>, &'a [PersonId], Option<(PersonId, Option<Because>)>);
        let (unkept, nowhere) = (site(None), Site::default());
        let table: [Row<'_>; 8] = [
            ("by area", &kept, None, &[], Some((HOUSEKEEPER, Some(Because::ByArea(AREA))))),
            ("area without a housekeeper", &unkept, None, &[], Some((DESK, Some(received)))),
            ("no area", &nowhere, None, &[], Some((DESK, Some(received)))),
            ("handed over", &kept, None, &[DIRECTOR], Some((DIRECTOR, None))),
            ("handed over twice", &kept, None, &[DIRECTOR, DESK], Some((DESK, None))),
            ("about the housekeeper", &kept, Some(HOUSEKEEPER), &[], Some((DESK, Some(received)))),
            ("handed to whom it is about", &kept, Some(DIRECTOR), &[DIRECTOR], Some((HOUSEKEEPER, None))),
            ("about the only one there is", &nowhere, Some(DESK), &[], None),
        ];
        for (what, site, about, handovers, expected) in table {
            let mut story = Story::new(CaseKind::Complaint);
            story.case.about = about.map(set).unwrap_or_default();
            for &to in handovers {
                story.say(hand_over(to));
            }
            let found = responsible(&story.case, site);
            assert_eq!(found.map(|found| found.person), expected.map(|(person, _)| person), "{what}");
            if let Some((_, Some(because))) = expected {
                assert_eq!(found.map(|found| found.because), Some(because), "{what}");
            }
        }
    }

    #[test]
    fn responsibility_ends_with_closing_comes_back_with_reopening_and_keeps_its_history() {
        let site = site(Some(HOUSEKEEPER));
        let mut story = Story::new(CaseKind::Complaint);
        story.say(hand_over(DIRECTOR));
        story.say(Fact::Closed);
        assert_eq!(responsible(&story.case, &site), None);
        story.say(Fact::Reopened);
        assert_eq!(responsible(&story.case, &site).map(|found| found.person), Some(DIRECTOR));
        let history: Vec<_> = responsibility(&story.case, &site).iter().map(|one| one.person).collect();
        assert_eq!(history, [HOUSEKEEPER, DIRECTOR]);
    }

    #[test]
    fn a_shift_is_proposed_what_is_open_and_why_the_most_urgent_first() {
        let id = |number| DocumentId::from_bytes([number; 16]);
        let with = |urgency: Option<Urgency>| {
            let mut story = Story::new(CaseKind::Repair);
            story.case.urgency = urgency.map(set).unwrap_or_default();
            story
        };
        let (unsorted, general, mut urgent, mut closed) =
            (with(None), with(Some(Urgency::General)), with(Some(Urgency::Urgent)), with(None));
        closed.say(Fact::Closed);
        let wait = Wait { reason: WaitFor::Part, expected: None, attempt: None };
        urgent.on_order(Fact::Waiting(wait));
        let mut others = with(None);
        others.say(hand_over(TECHNICIAN));
        let cases = [
            (id(1), unsorted.case),
            (id(2), general.case),
            (id(3), urgent.case),
            (id(4), closed.case),
            (id(5), others.case),
        ];
        let found = handover_proposal(&cases, &Site::default(), DESK, &Authority::default());
        assert_eq!(found.iter().map(|item| item.case).collect::<Vec<_>>(), [id(3), id(2), id(1)]);
        let waits = WaitsFor { order: Some(ORDER), reason: Some(WaitFor::Part), expected: None };
        assert_eq!(found[0].waits_for, [waits]);
        assert!(found[0].obstacles.iter().any(|obstacle| obstacle.order == Some(ORDER)));
    }
}
