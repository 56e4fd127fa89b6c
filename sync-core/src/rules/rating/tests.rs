#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::ids::DocumentId;
use crate::model::fact::{Escalation, Link, Promise};
use crate::model::{CaseKind, EntryKind, Level, Way};
use crate::rules::clocks::clocks;
use crate::rules::story::{Story, at, plain};

fn rated(story: &Story, now: &str) -> Rating {
    let policy = Policy::built_in();
    rating(&story.case, &clocks(&story.case, policy), at(now), policy)
}

/// An inquiry received at 09:00: its first response is due within 24 hours, and it was sent on at once.
fn inquiry() -> Story {
    Story::of(CaseKind::Inquiry)
        .then("2026-03-04 09:00", plain(EntryKind::Received))
        .with(|case| case.orders.clear())
        .then("2026-03-04 09:00", plain(EntryKind::Accepted))
}

fn linked(relation: LinkRelation) -> Fact {
    Fact::Linked(Link { case: DocumentId::from_bytes([7; 16]), relation })
}

fn promises(count: u32) -> Story {
    (0..count).fold(inquiry(), |story, day| {
        let promise =
            Promise { until: at(&format!("2026-03-{:02} 18:00", 10 + day)), consent: Some(Way::Phone) };
        story.then("2026-03-04 10:00", Fact::Promised(promise))
    })
}

#[test]
fn the_colour_follows_from_clocks_complaints_escalations_and_promises() {
    let escalated =
        inquiry().then("2026-03-04 09:30", Fact::Escalated(Escalation { to: Level::SiteDirector }));
    let table = [
        (inquiry(), "2026-03-04 10:00", Colour::Blue),
        // Three quarters of 24 hours, to the second.
        (inquiry(), "2026-03-05 02:59:59", Colour::Blue),
        (inquiry(), "2026-03-05 03:00:00", Colour::Yellow),
        (inquiry(), "2026-03-05 09:00:00", Colour::Yellow),
        (inquiry(), "2026-03-05 09:00:01", Colour::Red),
        // Met in time at the last moment.
        (inquiry().then("2026-03-05 09:00", plain(EntryKind::PlanTold)), "2026-03-09 09:00", Colour::Blue),
        // A broken limit stays one.
        (inquiry().then("2026-03-05 10:00", plain(EntryKind::PlanTold)), "2026-03-09 09:00", Colour::Red),
        (escalated, "2026-03-04 10:00", Colour::Yellow),
        (promises(1), "2026-03-04 11:00", Colour::Blue),
        (promises(2), "2026-03-04 11:00", Colour::Yellow),
        (promises(3), "2026-03-04 11:00", Colour::Yellow),
        (promises(4), "2026-03-04 11:00", Colour::Red),
        (
            inquiry().then("2026-03-04 09:30", linked(LinkRelation::SecondComplaint)),
            "2026-03-04 10:00",
            Colour::Red,
        ),
        (inquiry().then("2026-03-04 09:30", linked(LinkRelation::Rework)), "2026-03-04 10:00", Colour::Blue),
    ];
    for (place, (story, now, colour)) in table.into_iter().enumerate() {
        let rating = rated(&story, now);
        assert_eq!(rating.colour, colour, "row {place} at {now}: {:?}", rating.reasons);
        assert_eq!(rating.reasons.is_empty(), colour == Colour::Blue);
    }
}

#[test]
fn reasons_name_the_clock_and_whether_it_is_only_provisional() {
    let story = inquiry();
    let policy = Policy::built_in();
    let mut clocks = clocks(&story.case, policy);
    clocks.iter_mut().for_each(|clock| clock.provisional = true);
    let rating = rating(&story.case, &clocks, at("2026-03-06 09:00"), policy);
    let since = at("2026-03-05 09:00");
    let clock = "first_response".to_owned();
    assert_eq!(
        rating.reasons,
        [Reason::Broken { clock, order: None, sheet: None, since, provisional: true }]
    );
}
