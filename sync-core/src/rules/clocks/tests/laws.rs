//! What holds for any case.

use proptest::prelude::*;

use super::*;
use crate::ids::{OrderId, SheetId};
use crate::model::fact::{Promise, Sheet, Wait};
use crate::model::{CaseKind, EntryKind, Fact, Order, PartyKind, WaitFor};
use crate::rules::story::ORDER;

const SECOND: OrderId = OrderId::from_bytes([2; 16]);

/// Some fact of the kind, with a moment of its own where it names one.
fn fact(kind: EntryKind, stated: i64) -> Fact {
    let stated = Timestamp::from_millis(stated);
    if kind == EntryKind::Promised {
        Fact::Promised(Promise { until: stated, consent: None })
    } else if kind == EntryKind::Waiting {
        let reason = WaitFor::ALL[usize::try_from(stated.millis().unsigned_abs() % 4).unwrap()];
        Fact::Waiting(Wait { reason, expected: Some(stated), attempt: None })
    } else if kind == EntryKind::SheetWritten {
        let (sheet, party) = (SheetId::from_bytes([5; 16]), PartyKind::Developer);
        Fact::SheetWritten(Sheet { sheet, party, party_name: "D".to_owned(), reply_by: Some(stated) })
    } else {
        Fact::plain(kind).unwrap_or(Fact::Remark)
    }
}

prop_compose! {
    /// A case in which anything happens at any time, absurd times too.
    fn any_story()(
        kind in 0..CaseKind::ALL.len(),
        entries in proptest::collection::vec(
            (0..EntryKind::ALL.len(), 0..3_u8, prop_oneof![1_772_000_000_000..1_773_000_000_000_i64, any::<i64>()]),
            0..25,
        ),
    ) -> Story {
        let mut story = Story::of(CaseKind::ALL[kind]).subject("equipment/lift").with(|case| {
            case.orders.push(Order::new(SECOND));
        });
        for (kind, order, at) in entries {
            let order = [None, Some(ORDER), Some(SECOND)][usize::from(order)];
            let fact = fact(EntryKind::ALL[kind], at.wrapping_add(3_600_000));
            story = story.entry(Timestamp::from_millis(at), fact, order);
        }
        story
    }
}

proptest! {
    #[test]
    fn the_order_in_which_entries_are_given_does_not_matter(story in any_story(), turn in 0..25_usize) {
        let mut turned = story.clone();
        let places = turned.case.entries.len().max(1);
        turned.case.entries.rotate_left(turn % places);
        turned.case.entries.reverse();
        turned.case.orders.reverse();
        let sorted = |story: &Story| {
            let mut clocks = clocks(&story.case, Policy::built_in());
            clocks.sort_by_key(|clock| (clock.id.clone(), clock.round, clock.order, clock.sheet, clock.occurrence));
            clocks
        };
        prop_assert_eq!(sorted(&story), sorted(&turned));
    }

    #[test]
    fn a_clock_is_sound_whatever_happened(story in any_story(), now: i64) {
        let policy = Policy::built_in();
        let now = Timestamp::from_millis(now);
        for clock in clocks(&story.case, policy) {
            if let Some(stop) = clock.stopped {
                prop_assert!(stop.at >= clock.started, "{:?}", clock);
            }
            prop_assert!(clock.pauses.iter().all(|pause| pause.from >= clock.started), "{:?}", clock);
            prop_assert!(clock.due.is_some() || clock.paused_since().is_some(), "{:?}", clock);
            prop_assert!(!clock.share_used(now, policy.calendar()).is_nan());
            match clock.state(now) {
                ClockState::Met => prop_assert!(clock.stopped.is_some()),
                ClockState::Broken { since } => prop_assert_eq!(Some(since), clock.due),
                ClockState::Paused => prop_assert!(clock.stopped.is_none() && !clock.pauses.is_empty()),
                ClockState::Running { left_ms } => prop_assert!(left_ms >= 0),
            }
        }
    }

    #[test]
    fn a_broken_clock_stays_broken(story in any_story(), now in 1_772_000_000_000..1_774_000_000_000_i64, later in 0..10_000_000_000_i64) {
        for clock in clocks(&story.case, Policy::built_in()) {
            let now = Timestamp::from_millis(now);
            if let ClockState::Broken { since } = clock.state(now) {
                prop_assert_eq!(clock.state(now.plus_millis(later)), ClockState::Broken { since });
            }
        }
    }
}
