//! Rework (返修): a repair that did not hold. The same place and subject within a window counts, however
//! it was registered; a stated link counts always. The window of 30 days is ours.

use super::matter::{Matter, path, plain_place};
use crate::ids::{DocumentId, OrderId};
use crate::model::{Case, Place};

/// Why a matter counts as rework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReworkBecause {
    /// Somebody said so.
    Stated,
    /// The place and the subject are the same, and not much time has passed.
    SamePlaceAndSubject,
}

/// The matter that another repairs once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rework {
    /// The earlier case.
    pub of: DocumentId,
    /// Why.
    pub because: ReworkBecause,
}

/// Which of the earlier matters this one repairs once more: the one that was stated, else the one
/// completed last within `window_ms` before this one was raised.
pub fn is_rework(new: &Matter, earlier: &[Matter], window_ms: i64) -> Option<Rework> {
    if let Some(&of) = new.rework_of.first() {
        return Some(Rework { of, because: ReworkBecause::Stated });
    }
    let completed_before = |matter: &Matter| {
        let completed_at = matter.completed_at?;
        let passed_ms = new.received_at.millis_since(completed_at);
        (0..=window_ms).contains(&passed_ms).then_some((completed_at, matter.case))
    };
    earlier
        .iter()
        .filter(|matter| matter.case != new.case && matter.site == new.site)
        .filter(|matter| same_place(&new.place, &matter.place) && same_subject(&new.subject, &matter.subject))
        .filter_map(completed_before)
        .max()
        .map(|(_, of)| Rework { of, because: ReworkBecause::SamePlaceAndSubject })
}

/// The orders of the case that repair an earlier one of it once more.
pub fn rework_orders(case: &Case) -> Vec<(OrderId, OrderId)> {
    case.orders.iter().filter_map(|order| Some((order.id, order.rework_of?))).collect()
}

/// Whether two places are one. An unknown place is the same as none.
pub(crate) fn same_place(one: &Place, other: &Place) -> bool {
    let (one, other) = (plain_place(one), plain_place(other));
    one == other && one.iter().any(|part| !part.is_empty())
}

/// Whether one subject is the other or a part of it.
pub(crate) fn same_subject(one: &str, other: &str) -> bool {
    let (one, other) = (path(one), path(other));
    !one.is_empty() && !other.is_empty() && (one.starts_with(&other) || other.starts_with(&one))
}

#[cfg(test)]
mod tests {
    const REWORK_WINDOW_MS: i64 = 30 * 24 * 3600 * 1000;
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::SiteId;
    use crate::rules::sample::{MONDAY, ORDER, SITE};

    fn id(number: u8) -> DocumentId {
        DocumentId::from_bytes([number; 16])
    }

    fn matter(number: u8, received_at: Timestamp, completed_at: Option<Timestamp>) -> Matter {
        Matter {
            case: id(number),
            site: SITE,
            place: Place { building: Some("3".into()), room: Some("1502".into()), ..Place::default() },
            subject: "repair/plumbing".into(),
            text: "水龙头漏水".into(),
            received_at,
            completed_at,
            is_open: completed_at.is_none(),
            rework_of: Vec::new(),
        }
    }

    #[test]
    fn the_same_place_and_subject_within_the_window_is_rework_however_it_was_registered() {
        type Change = fn(&mut Matter);
        let done = MONDAY.plus_millis(-REWORK_WINDOW_MS);
        let table: [(&str, Change, bool); 13] = [
            ("as it is, at the last moment of the window", |_| {}, true),
            ("a millisecond later", |m| m.received_at = m.received_at.plus_millis(1), false),
            (
                "raised before the work was done",
                |m| m.received_at = m.received_at.plus_millis(-REWORK_WINDOW_MS - 1),
                false,
            ),
            (
                "raised as the work was done",
                |m| m.received_at = m.received_at.plus_millis(-REWORK_WINDOW_MS),
                true,
            ),
            ("typed full-width", |m| m.place.room = Some("１５０２室".into()), true),
            ("another room", |m| m.place.room = Some("1503".into()), false),
            ("a finer subject", |m| m.subject = "repair/plumbing/tap".into(), true),
            ("a coarser subject", |m| m.subject = "Repair".into(), true),
            ("another subject", |m| m.subject = "repair/electric".into(), false),
            ("a subject that begins with the same letters", |m| m.subject = "repair/plumbing2".into(), false),
            ("no subject", |m| m.subject = String::new(), false),
            ("another estate", |m| m.site = SiteId::from_bytes([77; 16]), false),
            ("no place", |m| m.place = Place::default(), false),
        ];
        let earlier = [matter(1, done, Some(done))];
        for (what, change, expected) in table {
            let mut new = matter(2, MONDAY, None);
            change(&mut new);
            assert_eq!(is_rework(&new, &earlier, REWORK_WINDOW_MS).is_some(), expected, "{what}");
        }
    }

    #[test]
    fn the_last_completed_counts_whatever_order_they_are_listed_in_and_never_the_case_itself() {
        let at = |days: i64| MONDAY.plus_millis(-days * 24 * 3600 * 1000);
        let mut earlier = vec![
            matter(1, at(9), Some(at(8))),
            matter(2, at(5), Some(at(4))),
            matter(3, at(3), None),
            matter(4, at(2), Some(at(0))),
        ];
        let new = matter(4, MONDAY, None);
        let expected = Some(Rework { of: id(2), because: ReworkBecause::SamePlaceAndSubject });
        assert_eq!(is_rework(&new, &earlier, REWORK_WINDOW_MS), expected);
        earlier.reverse();
        assert_eq!(is_rework(&new, &earlier, REWORK_WINDOW_MS), expected);
    }

    #[test]
    fn what_somebody_stated_counts_years_later_and_elsewhere() {
        let mut new = matter(2, MONDAY, None);
        new.rework_of = vec![id(9)];
        let expected = Some(Rework { of: id(9), because: ReworkBecause::Stated });
        assert_eq!(is_rework(&new, &[], REWORK_WINDOW_MS), expected);
    }

    #[test]
    fn an_order_says_which_order_it_repairs() {
        let mut case = Case::default();
        let again = OrderId::from_bytes([8; 16]);
        case.orders.push(crate::model::Order::new(ORDER));
        case.orders.push(crate::model::Order { rework_of: Some(ORDER), ..crate::model::Order::new(again) });
        assert_eq!(rework_orders(&case), [(again, ORDER)]);
    }
}
