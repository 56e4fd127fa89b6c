//! How cases belong together, and how one case is handled more than once.
//!
//! Three things are kept apart: *rework* (返修) is another case or order whose repair did not hold;
//! a case *re-opened* (重开) is the same case, handled once more with the old round before everybody's
//! eyes; a *second complaint* (二次投诉) is another case by the same person about the same matter.

use std::collections::{BTreeMap, BTreeSet};

use super::stated::{reopens_case, stated};
use crate::ids::{DocumentId, EntryId};
use crate::model::{Case, EntryKind, Fact, LinkRelation};

/// One round of handling (处理轮次): from intake or a re-opening to the next closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlingRound {
    /// Which, from 1.
    pub number: u32,
    /// The intake, or the re-opening. Absent in a case whose intake was never stated.
    pub opened_by: Option<EntryId>,
    /// Why it was re-opened; empty for the first.
    pub why: String,
    /// Everything stated in it, in stamp order, what opened and closed it included.
    pub entries: Vec<EntryId>,
    /// What closed it last, if it was closed.
    pub closed: Option<EntryId>,
}

/// Every round of handling of the case, the present one last. There is always one.
pub fn handling_rounds(case: &Case) -> Vec<HandlingRound> {
    let empty = |number| HandlingRound {
        number,
        opened_by: None,
        why: String::new(),
        entries: Vec::new(),
        closed: None,
    };
    let mut done = Vec::new();
    let mut round = empty(1);
    for entry in stated(case) {
        if reopens_case(entry) {
            let next = HandlingRound { why: entry.note.clone(), ..empty(round.number + 1) };
            done.push(std::mem::replace(&mut round, next));
            round.opened_by = Some(entry.id);
        } else if entry.kind() == EntryKind::Received && round.number == 1 {
            round.opened_by.get_or_insert(entry.id);
        } else if entry.kind() == EntryKind::Closed && entry.order.is_none() {
            round.closed = Some(entry.id);
        }
        round.entries.push(entry.id);
    }
    done.push(round);
    done
}

/// What a case is to others, and how often it came again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// 重开: how often it was re-opened.
    pub reopened: usize,
    /// 返修: the cases whose repair did not hold, as stated.
    pub rework_of: Vec<DocumentId>,
    /// 二次投诉: the complaints it repeats.
    pub second_complaint_of: Vec<DocumentId>,
}

/// What was stated about how the case repeats others or itself.
pub fn repeats(case: &Case) -> Repeats {
    let of = |relation| links(case).into_iter().filter(move |link| link.0 == relation).map(|link| link.1);
    Repeats {
        reopened: handling_rounds(case).len() - 1,
        rework_of: of(LinkRelation::Rework).collect(),
        second_complaint_of: of(LinkRelation::SecondComplaint).collect(),
    }
}

/// What the case is to which others, each once, sorted.
pub fn links(case: &Case) -> Vec<(LinkRelation, DocumentId)> {
    let mut found = BTreeSet::new();
    for entry in stated(case) {
        if let Fact::Linked(link) = &entry.fact {
            found.insert((link.relation, link.case));
        }
    }
    found.into_iter().collect()
}

/// How the cases of an estate hang together. Made from the links of many cases; whatever order they are
/// handed in, it is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Web {
    /// For each relation and case, the cases it names.
    to: BTreeMap<(LinkRelation, DocumentId), BTreeSet<DocumentId>>,
    /// For each relation and case, the cases that name it.
    from: BTreeMap<(LinkRelation, DocumentId), BTreeSet<DocumentId>>,
}

impl Web {
    /// The web of these cases with their [`links`]. A case that names itself says nothing.
    pub fn new(cases: impl IntoIterator<Item = (DocumentId, Vec<(LinkRelation, DocumentId)>)>) -> Self {
        let mut web = Self::default();
        for (case, links) in cases {
            for (relation, other) in links.into_iter().filter(|(_, other)| *other != case) {
                web.to.entry((relation, case)).or_default().insert(other);
                web.from.entry((relation, other)).or_default().insert(case);
            }
        }
        web
    }

    /// The case that leads the group incident (群诉) this one is part of; itself, if it is part of none.
    /// When cases name each other in a circle, the one that was written first leads, by its id.
    pub fn leader(&self, case: DocumentId) -> DocumentId {
        self.root(LinkRelation::PartOf, case)
    }

    /// The case that was written down already, of which this one is a duplicate; itself, if of none.
    pub fn original(&self, case: DocumentId) -> DocumentId {
        self.root(LinkRelation::Duplicate, case)
    }

    /// Every case that is part of the group incident that this one leads, without itself.
    pub fn members(&self, leader: DocumentId) -> BTreeSet<DocumentId> {
        self.following(LinkRelation::PartOf, leader)
    }

    /// Every duplicate of this case.
    pub fn duplicates(&self, original: DocumentId) -> BTreeSet<DocumentId> {
        self.following(LinkRelation::Duplicate, original)
    }

    /// Every complaint that repeats this one, directly or by way of another: a third complaint is often
    /// linked to the second.
    pub fn second_complaints(&self, first: DocumentId) -> BTreeSet<DocumentId> {
        self.following(LinkRelation::SecondComplaint, first)
    }

    fn root(&self, relation: LinkRelation, case: DocumentId) -> DocumentId {
        let above = reach(&self.to, relation, case);
        // The ends that name nobody further. In a circle there are none, and all of it is one group.
        let ends = above.iter().filter(|other| !self.to.contains_key(&(relation, **other)));
        let end = ends.min().or_else(|| above.iter().min());
        end.copied().map_or(case, |end| if above.contains(&case) { end.min(case) } else { end })
    }

    fn following(&self, relation: LinkRelation, case: DocumentId) -> BTreeSet<DocumentId> {
        let mut below = reach(&self.from, relation, case);
        below.remove(&case);
        below
    }
}

/// Every case that can be reached from this one, itself only by way of a circle.
fn reach(
    steps: &BTreeMap<(LinkRelation, DocumentId), BTreeSet<DocumentId>>,
    relation: LinkRelation,
    from: DocumentId,
) -> BTreeSet<DocumentId> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(case) = open.pop() {
        for next in steps.get(&(relation, case)).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CaseKind;
    use crate::model::fact::Link;
    use crate::rules::sample::{ORDER, Story};
    use LinkRelation::{Duplicate, PartOf, Rework, SecondComplaint};

    fn id(number: u8) -> DocumentId {
        DocumentId::from_bytes([number; 16])
    }

    fn web(links: &[(u8, LinkRelation, u8)]) -> Web {
        Web::new(links.iter().map(|(from, relation, to)| (id(*from), vec![(*relation, id(*to))])))
    }

    #[test]
    fn a_reopened_case_carries_the_old_round_with_it() {
        let mut story = Story::new(CaseKind::Complaint);
        let received = story.case.entries[0].id;
        let closed = story.say(Fact::Closed);
        let reopened = story.say_why(Fact::Reopened, "业主不接受处理结果");
        story.on_order(Fact::Closed);
        story.on_order(Fact::Reopened);
        let rounds = handling_rounds(&story.case);
        assert_eq!(rounds.len(), 2, "an order that is closed or opened again is no round of the case");
        assert_eq!((rounds[0].opened_by, rounds[0].closed), (Some(received), Some(closed)));
        assert_eq!((rounds[1].opened_by, rounds[1].closed), (Some(reopened), None));
        assert_eq!((rounds[0].entries.len(), rounds[1].entries.len()), (2, 3));
        assert_eq!(rounds[1].why, "业主不接受处理结果");
    }

    #[test]
    fn rework_reopening_and_second_complaint_are_three_things() {
        let mut story = Story::new(CaseKind::Complaint);
        for (relation, number) in [(Rework, 5), (SecondComplaint, 6), (Duplicate, 7), (Rework, 5)] {
            story.say(Fact::Linked(Link { case: id(number), relation }));
        }
        story.say(Fact::Reopened);
        let expected = Repeats { reopened: 1, rework_of: vec![id(5)], second_complaint_of: vec![id(6)] };
        assert_eq!(repeats(&story.case), expected);
        assert_eq!(story.case.order(ORDER), None);
    }

    #[test]
    fn a_third_complaint_counts_for_the_first_by_way_of_the_second() {
        let web = web(&[(2, SecondComplaint, 1), (3, SecondComplaint, 2), (4, Duplicate, 1)]);
        assert_eq!(web.second_complaints(id(1)), BTreeSet::from([id(2), id(3)]));
        assert_eq!(web.duplicates(id(1)), BTreeSet::from([id(4)]));
        assert_eq!(web.original(id(4)), id(1));
        assert_eq!(web.original(id(1)), id(1));
    }

    #[test]
    fn many_flats_with_one_cause_have_one_leader() {
        let web = web(&[(2, PartOf, 1), (3, PartOf, 1), (4, PartOf, 3)]);
        for member in [1, 2, 3, 4] {
            assert_eq!(web.leader(id(member)), id(1), "{member}");
        }
        assert_eq!(web.members(id(1)), BTreeSet::from([id(2), id(3), id(4)]));
    }

    #[test]
    fn cases_that_two_phones_linked_to_each_other_have_one_leader_all_the_same() {
        let circle = web(&[(5, PartOf, 6), (6, PartOf, 5), (7, PartOf, 6), (8, PartOf, 8)]);
        for member in [5, 6, 7] {
            assert_eq!(circle.leader(id(member)), id(5), "{member}");
        }
        assert_eq!(circle.members(id(5)), BTreeSet::from([id(6), id(7)]));
        assert_eq!(circle.leader(id(8)), id(8));
    }
}
