//! Duplicates (重复报事): how alike two matters are, and which open ones to put before whoever takes in a
//! new one. A suggestion only; a person says whether it is the same.
//!
//! All figures are ours. Whole numbers, so that phone and server agree to the last point.

use super::matter::{Matter, path, plain, plain_place};
use crate::ids::DocumentId;

/// Points for the same words, place, subject and time; 1,000 in all.
const TEXT_POINTS: u32 = 500;
const PLACE_POINTS: u32 = 300;
const SUBJECT_POINTS: u32 = 120;
const TIME_POINTS: u32 = 80;
/// After a week, two reports are no longer near each other.
const NEAR_MS: i64 = 7 * 24 * 3600 * 1000;
/// From how many points on a matter is suggested: the same place, subject and day reach it with hardly a
/// word in common, and so do the same words with nothing but the building.
pub const SUGGESTED_FROM: u32 = 450;
/// Open matters that one is compared with at most, so that intake stays quick on an old phone.
pub const COMPARED_MAX: usize = 2_000;

/// Sorted, each once.
type Pairs = Vec<(char, char)>;

/// How alike two matters are, from 0 to 1,000. Matters of two estates are not alike at all.
pub fn likeness(one: &Matter, other: &Matter) -> u32 {
    points(one, &pairs(&one.text), other)
}

/// The open matters most like the new one, the likest first, at most `limit`. Of more than
/// [`COMPARED_MAX`] open matters, the first so many are compared: list the newest first.
pub fn suggest(new: &Matter, open: &[Matter], limit: usize) -> Vec<(DocumentId, u32)> {
    let words = pairs(&new.text);
    let mut found: Vec<_> = open
        .iter()
        .take(COMPARED_MAX)
        .filter(|matter| matter.is_open && matter.case != new.case)
        .map(|matter| (matter.case, points(new, &words, matter)))
        .filter(|(_, points)| *points >= SUGGESTED_FROM)
        .collect();
    found.sort_by_key(|(case, points)| (std::cmp::Reverse(*points), *case));
    found.dedup_by_key(|(case, _)| *case);
    found.truncate(limit);
    found
}

fn points(one: &Matter, words: &Pairs, other: &Matter) -> u32 {
    if one.site != other.site {
        return 0;
    }
    text_points(words, &pairs(&other.text))
        + place_points(one, other)
        + subject_points(&one.subject, &other.subject)
        + time_points(one.received_at.millis_since(other.received_at))
}

/// Neighbouring letters and digits. They serve Chinese, which has no spaces, as well as Latin words. A
/// text of one letter is that letter beside nothing.
fn pairs(text: &str) -> Pairs {
    let letters: Vec<char> = plain(text).chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut pairs: Pairs = match letters.as_slice() {
        [single] => vec![(*single, '\0')],
        several => several.windows(2).map(|pair| (pair[0], pair[1])).collect(),
    };
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Dice's coefficient: pairs in common, twice, over the pairs of both.
fn text_points(one: &Pairs, other: &Pairs) -> u32 {
    let both = one.len() + other.len();
    let common = one.iter().filter(|pair| other.binary_search(pair).is_ok()).count();
    match (2 * common).checked_mul(TEXT_POINTS as usize).and_then(|points| points.checked_div(both)) {
        Some(points) => u32::try_from(points).unwrap_or(TEXT_POINTS),
        None => 0,
    }
}

/// A quarter for the building, a half with the unit as well, all for the whole place.
fn place_points(one: &Matter, other: &Matter) -> u32 {
    let (one, other) = (plain_place(&one.place), plain_place(&other.place));
    let known = one.iter().any(|part| !part.is_empty());
    let same_building = !one[0].is_empty() && one[0] == other[0];
    if known && one == other {
        PLACE_POINTS
    } else if same_building && one[1] == other[1] {
        PLACE_POINTS / 2
    } else if same_building {
        PLACE_POINTS / 4
    } else {
        0
    }
}

/// The share of the longer path that both have in common from the start.
fn subject_points(one: &str, other: &str) -> u32 {
    let (one, other) = (path(one), path(other));
    let common = one.iter().zip(&other).take_while(|(left, right)| left == right).count();
    let longest = one.len().max(other.len());
    let points = (common * SUBJECT_POINTS as usize).checked_div(longest).unwrap_or(0);
    u32::try_from(points).unwrap_or(SUBJECT_POINTS)
}

fn time_points(apart_ms: i64) -> u32 {
    let left_ms = NEAR_MS.saturating_sub(apart_ms.saturating_abs()).max(0);
    u32::try_from(left_ms * i64::from(TIME_POINTS) / NEAR_MS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::SiteId;
    use crate::model::Place;
    use crate::rules::sample::{DAY_MS, MONDAY, SITE};

    fn matter(number: u8, building: &str, room: &str, subject: &str, text: &str) -> Matter {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Matter {
            case: DocumentId::from_bytes([number; 16]),
            site: SITE,
            place: Place { building: some(building), unit: None, room: some(room), spot: None },
            subject: subject.into(),
            text: text.into(),
            received_at: MONDAY,
            completed_at: None,
            is_open: true,
            rework_of: Vec::new(),
        }
    }

    #[test]
    fn what_people_would_call_the_same_is_suggested_and_what_they_would_not_is_not() {
        let lift = matter(1, "3", "", "equipment/lift", "3栋电梯停在12楼不动了,里面有人");
        let table = [
            (
                "in other words",
                matter(2, "3栋", "", "equipment/lift", "电梯停在12楼不动,里面好像有人被困"),
                true,
            ),
            ("from another flat", matter(2, "3", "1502", "equipment/lift", "电梯不动了,停在12楼"), true),
            ("hardly a word, but the same place", matter(2, "3", "", "equipment/lift", "坏了"), true),
            (
                "the same words, sorted elsewhere",
                matter(2, "", "", "other", "3栋电梯停在12楼不动了,里面有人"),
                true,
            ),
            ("the lift of another building", matter(2, "5", "", "equipment/lift", "货梯按钮失灵"), false),
            (
                "water in the same building",
                matter(2, "3", "1502", "repair/plumbing", "厨房水龙头漏水"),
                false,
            ),
            ("noise elsewhere", matter(2, "8", "201", "noise", "楼上半夜装修太吵"), false),
            ("nothing said at all", matter(2, "", "", "", ""), false),
        ];
        for (what, other, expected) in table {
            let found = suggest(&lift, std::slice::from_ref(&other), 5);
            assert_eq!(!found.is_empty(), expected, "{what}: {}", likeness(&lift, &other));
        }
    }

    #[test]
    fn the_likest_comes_first_and_closed_ones_and_other_estates_never() {
        let new = matter(1, "3", "1502", "repair/plumbing", "卫生间下水道堵塞");
        let same = matter(2, "3", "1502", "repair/plumbing", "卫生间下水道堵了");
        let near = Matter {
            received_at: MONDAY.plus_millis(-6 * DAY_MS),
            case: DocumentId::from_bytes([3; 16]),
            ..same.clone()
        };
        let closed = Matter { is_open: false, case: DocumentId::from_bytes([4; 16]), ..same.clone() };
        let elsewhere = Matter {
            site: SiteId::from_bytes([99; 16]),
            case: DocumentId::from_bytes([5; 16]),
            ..same.clone()
        };
        assert_eq!(likeness(&new, &elsewhere), 0);
        let open = [near.clone(), closed, elsewhere, same.clone(), new.clone()];
        let found: Vec<_> = suggest(&new, &open, 9).into_iter().map(|(case, _)| case).collect();
        assert_eq!(found, [same.case, near.case]);
        assert_eq!(suggest(&new, &open, 1).len(), 1);
        assert_eq!(likeness(&new, &new), 1_000);
    }

    #[test]
    fn no_more_are_compared_than_the_bound_says() {
        let new = matter(1, "3", "", "a", "漏水");
        let other = matter(2, "9", "", "b", "c");
        let mut open = vec![other; COMPARED_MAX];
        open.push(Matter { case: DocumentId::from_bytes([3; 16]), ..new.clone() });
        assert_eq!(suggest(&new, &open, 5), []);
    }

    proptest! {
        #[test]
        fn likeness_goes_both_ways_and_stays_within_its_bounds(one in ".{0,40}", other in "[水漏电梯ab １]{0,20}", apart: i64) {
            let left = matter(1, "3", "", "a/b", &one);
            let right = Matter { received_at: crate::clock::Timestamp::from_millis(apart), ..matter(2, "3", "1", "a", &other) };
            prop_assert_eq!(likeness(&left, &right), likeness(&right, &left));
            prop_assert!(likeness(&left, &right) <= 1_000);
        }
    }
}
