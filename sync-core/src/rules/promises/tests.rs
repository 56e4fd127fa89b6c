#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::model::fact::{Escalation, Promise};
use crate::model::{CaseKind, Level, Way};
use crate::rules::story::{Story, at, plain};

type Told = (&'static str, &'static str, Option<Way>);

/// A case with these promises: said when, until when, with what consent.
fn promised(rows: &[Told]) -> Story {
    rows.iter().fold(Story::of(CaseKind::Repair), |story, (said, until, consent)| {
        story.then(said, Fact::Promised(Promise { until: at(until), consent: *consent }))
    })
}

#[test]
fn a_date_moves_twice_inside_the_promised_day_with_consent_and_no_further() {
    use PromiseFault::{AfterTheDay, OneTooMany, WithoutConsent};
    let phone = Some(Way::Phone);
    let first: Told = ("2026-03-02 09:00", "2026-03-04 18:00", None);
    let table: [(&[Told], u32, &[PromiseFault], bool); 9] = [
        (&[], 0, &[], false),
        (&[first], 0, &[], false),
        // The same date told again.
        (&[first, ("2026-03-03 09:00", "2026-03-04 18:00", None)], 0, &[], false),
        (&[first, ("2026-03-04 17:00", "2026-03-06 18:00", phone)], 1, &[], false),
        // After the hour, but inside the day.
        (&[first, ("2026-03-04 23:59", "2026-03-06 18:00", phone)], 1, &[], false),
        (&[first, ("2026-03-05 00:00", "2026-03-06 18:00", phone)], 1, &[AfterTheDay], false),
        (&[first, ("2026-03-04 17:00", "2026-03-06 18:00", None)], 1, &[WithoutConsent], false),
        (
            &[
                first,
                ("2026-03-04 17:00", "2026-03-06 18:00", phone),
                ("2026-03-06 17:00", "2026-03-09 18:00", phone),
            ],
            2,
            &[],
            false,
        ),
        (
            &[
                first,
                ("2026-03-04 17:00", "2026-03-06 18:00", phone),
                ("2026-03-06 17:00", "2026-03-09 18:00", phone),
                ("2026-03-11 17:00", "2026-03-12 18:00", None),
            ],
            3,
            &[AfterTheDay, WithoutConsent, OneTooMany],
            true,
        ),
    ];
    for (rows, changes, faults, owed) in table {
        let found = promises(&promised(rows).case, Policy::built_in());
        let kinds: Vec<_> = found.faults.iter().map(|(_, fault)| *fault).collect();
        assert_eq!(
            (found.changes, kinds.as_slice(), found.escalation_owed),
            (changes, faults, owed),
            "{rows:?}"
        );
        assert_eq!(found.current, rows.last().map(|(_, until, _)| at(until)), "{rows:?}");
    }
}

#[test]
fn a_third_change_that_went_up_is_settled_and_a_new_round_counts_anew() {
    let phone = Some(Way::Phone);
    let story = promised(&[
        ("2026-03-02 09:00", "2026-03-03 18:00", None),
        ("2026-03-03 09:00", "2026-03-04 18:00", phone),
        ("2026-03-04 09:00", "2026-03-05 18:00", phone),
        ("2026-03-05 09:00", "2026-03-06 18:00", phone),
    ]);
    let escalated = story.then("2026-03-05 10:00", Fact::Escalated(Escalation { to: Level::SiteDirector }));
    let found = promises(&escalated.case, Policy::built_in());
    assert_eq!((found.changes, found.escalation_owed), (3, false));
    let reopened = escalated
        .then("2026-03-08 10:00", plain(EntryKind::Reopened))
        .then("2026-03-08 11:00", Fact::Promised(Promise { until: at("2026-03-10 18:00"), consent: None }));
    let found = promises(&reopened.case, Policy::built_in());
    assert_eq!((found.changes, found.faults.len()), (3, 1), "a first promise is no change");
}
