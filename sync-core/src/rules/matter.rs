//! A case as far as it can be compared with another.

use super::status::{CaseStatus, case_status};
use crate::clock::Timestamp;
use crate::ids::{DocumentId, SiteId};
use crate::model::{Case, EntryKind, Fact, LinkRelation, Place};
use crate::rules::stated::{first_of, stated};

/// Letters of a description that are compared. The first words say what it is about; a pasted quarrel of
/// twenty thousand letters must not cost more than a short report.
const TEXT_CHARS: usize = 400;

/// What one case says about where, what and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    /// Which case.
    pub case: DocumentId,
    /// The estate.
    pub site: SiteId,
    /// Where.
    pub place: Place,
    /// What it is about: a path like `equipment/lift`.
    pub subject: String,
    /// The first words of what happened.
    pub text: String,
    /// When it was raised.
    pub received_at: Timestamp,
    /// When the work was last completed, if it was.
    pub completed_at: Option<Timestamp>,
    /// Whether it is not closed.
    pub is_open: bool,
    /// The cases that somebody said this one is rework of.
    pub rework_of: Vec<DocumentId>,
}

impl Matter {
    /// What this case says. None if it has no estate or nobody knows when it was raised.
    pub fn of(id: DocumentId, case: &Case) -> Option<Self> {
        let received = first_of(case, EntryKind::Received).map(|entry| entry.happened_at());
        let completed = stated(case).rfind(|entry| entry.kind() == EntryKind::Completed);
        let mut rework_of: Vec<_> = stated(case)
            .filter_map(|entry| if let Fact::Linked(link) = &entry.fact { Some(link) } else { None })
            .filter(|link| link.relation == LinkRelation::Rework)
            .map(|link| link.case)
            .collect();
        rework_of.sort_unstable();
        rework_of.dedup();
        Some(Self {
            case: id,
            site: case.site?,
            place: case.place.shown().cloned().unwrap_or_default(),
            subject: case.subject.shown().cloned().unwrap_or_default(),
            text: case.description.chars().take(TEXT_CHARS).collect(),
            received_at: case.reported_at.or(received)?,
            completed_at: completed.map(|entry| entry.happened_at()),
            is_open: case_status(case) != CaseStatus::Closed,
            rework_of,
        })
    }
}

/// A text without what people type now one way, now another: spaces, letter case, full-width letters and
/// digits.
pub(crate) fn plain(text: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{3000}' => ' ',
        // The full-width forms of '!' to '~' stand in the same order as those.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        other => other,
    };
    text.chars().map(narrow).filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A place in the form in which two are compared: building, unit, room, spot. '3栋', '3号楼' and '3' are
/// one building.
pub(crate) fn plain_place(place: &Place) -> [String; 4] {
    let part = |text: &Option<String>, endings: &[&str]| {
        let plain = plain(text.as_deref().unwrap_or_default());
        let stem = endings.iter().find_map(|ending| plain.strip_suffix(ending));
        stem.filter(|stem| !stem.is_empty()).map(str::to_owned).unwrap_or(plain)
    };
    [
        part(&place.building, &["号楼", "栋", "幢", "座", "楼"]),
        part(&place.unit, &["单元"]),
        part(&place.room, &["室", "房"]),
        part(&place.spot, &[]),
    ]
}

/// The steps of a subject's path.
pub(crate) fn path(subject: &str) -> Vec<String> {
    subject.split('/').map(plain).filter(|step| !step.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseKind;
    use crate::rules::sample::{MONDAY, SITE, Story};

    #[test]
    fn a_place_reads_the_same_however_it_was_typed() {
        let place = |building: &str, unit: &str, spot: &str| Place {
            building: Some(building.into()),
            unit: Some(unit.into()),
            room: None,
            spot: Some(spot.into()),
        };
        let typed = plain_place(&place("3", "2", "garage b2"));
        for (building, unit, spot) in
            [("３", "２", "Ｇarage　Ｂ２"), (" 3栋", "2单元", "Garage B2"), ("3号楼", "2 单元 ", "GARAGEB2")]
        {
            assert_eq!(plain_place(&place(building, unit, spot)), typed, "{building}");
        }
        assert_ne!(plain_place(&place("4", "2", "garage b2")), typed);
        // A building that is called just 楼 keeps its name.
        assert_eq!(plain_place(&place("楼", "", ""))[0], "楼");
    }

    #[test]
    fn a_matter_is_what_the_case_says() {
        let mut story = Story::new(CaseKind::Repair);
        story.on_order(Fact::Completed);
        let id = DocumentId::from_bytes([1; 16]);
        let matter = Matter::of(id, &story.case);
        let seen = matter.map(|m| (m.site, m.received_at, m.completed_at, m.is_open));
        assert_eq!(seen, Some((SITE, MONDAY, Some(story.now), true)));
        assert_eq!(Matter::of(id, &Case::default()), None);
    }
}
