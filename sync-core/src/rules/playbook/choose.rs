//! Which playbooks suit a subject.

use super::{Playbook, playbooks};

/// The built-in playbooks that suit a subject, the best first. See [`matching`].
pub fn for_subject(subject: &str) -> Vec<&'static Playbook> {
    matching(playbooks(), subject)
}

/// The playbooks that suit a subject, the best first: the one that names the longest beginning of the
/// subject's path wins, then an emergency, then the id in the order of letters.
///
/// `equipment/lift` suits the subject `equipment/lift/car`, never `equipment/lifting`.
pub fn matching<'a>(books: impl IntoIterator<Item = &'a Playbook>, subject: &str) -> Vec<&'a Playbook> {
    let mut found: Vec<(usize, &Playbook)> = books
        .into_iter()
        .filter_map(|book| {
            let levels = book.subjects.iter().filter_map(|own| levels_shared(own, subject)).max();
            levels.map(|levels| (levels, book))
        })
        .collect();
    found.sort_by(|(a_levels, a), (b_levels, b)| {
        b_levels.cmp(a_levels).then(b.emergency.cmp(&a.emergency)).then_with(|| a.id.cmp(&b.id))
    });
    found.into_iter().map(|(_, book)| book).collect()
}

/// How many levels `own` has, if the subject is `own` or lies below it.
fn levels_shared(own: &str, subject: &str) -> Option<usize> {
    let rest = subject.strip_prefix(own)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| own.split('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_covers_itself_and_what_lies_below_it_and_nothing_else() {
        for (own, subject, expected) in [
            ("equipment", "equipment", Some(1)),
            ("equipment", "equipment/lift", Some(1)),
            ("equipment/lift", "equipment/lift", Some(2)),
            ("equipment/lift", "equipment/lift/car", Some(2)),
            ("equipment/lift", "equipment/lifting", None),
            ("equipment/lift", "equipment", None),
            ("fees", "parking/fees", None),
        ] {
            assert_eq!(levels_shared(own, subject), expected, "{own} {subject}");
        }
    }

    #[test]
    fn the_longest_path_comes_first_then_emergencies_then_the_order_of_letters() {
        let ids: Vec<&str> = for_subject("equipment/lift").iter().map(|book| book.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "equipment/lift-slipped",
                "equipment/lift-trapped",
                "equipment/lift-not-repaired",
                "equipment/lift-repeated-faults",
                "general/complaint",
            ]
        );
        assert_eq!(for_subject("equipment/lift/trapped")[0].id, "equipment/lift-trapped");
        assert!(for_subject("").is_empty());
    }
}
