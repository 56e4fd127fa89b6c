//! Which version of the protocol two programs speak with each other.
//!
//! A device asks in the newest version it knows. A server that does not speak it refuses and names those it
//! does; the device goes on in the newest that both know, and remembers it. Fields that a reader does not
//! know are passed over, so that most changes need no new version.

use std::ops::RangeInclusive;

/// The newest version that this program speaks.
pub const PROTOCOL: u32 = 1;
/// Every version that this program speaks.
pub const VERSIONS: RangeInclusive<u32> = 1..=PROTOCOL;
/// In a reply that refuses a version: those that the server speaks, as `OLDEST-NEWEST`.
pub const VERSIONS_HEADER: &str = "roundsman-versions";

/// A range of versions as the header spells it.
pub fn spelt(versions: &RangeInclusive<u32>) -> String {
    format!("{}-{}", versions.start(), versions.end())
}

/// The newest version that is in `ours` and in the range that the header spells; `None` if there is none, or
/// the header is no range.
pub fn common(ours: &RangeInclusive<u32>, theirs: &str) -> Option<u32> {
    let (oldest, newest) = theirs.split_once('-')?;
    let (oldest, newest): (u32, u32) = (oldest.parse().ok()?, newest.parse().ok()?);
    let newest_of_both = newest.min(*ours.end());
    (newest_of_both >= oldest.max(*ours.start())).then_some(newest_of_both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_programs_speak_the_newest_version_that_both_know() {
        let table = [
            (1..=1, "1-1", Some(1)),
            (1..=3, "1-2", Some(2)),
            (2..=3, "1-2", Some(2)),
            (2..=3, "1-9", Some(3)),
            (3..=4, "1-2", None),
            (1..=2, "3-4", None),
            (1..=2, "2-1", None),
            (1..=2, "2", None),
            (1..=2, "a-b", None),
            (1..=2, "", None),
        ];
        for (ours, theirs, expected) in table {
            assert_eq!(common(&ours, theirs), expected, "{ours:?} with {theirs}");
        }
        assert_eq!(common(&VERSIONS, &spelt(&VERSIONS)), Some(PROTOCOL));
    }
}
