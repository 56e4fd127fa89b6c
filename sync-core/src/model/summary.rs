//! One line of a list: what a phone shows of a case without loading its document.

use minicbor::{Decode, Encode};

use super::case::Case;
use super::words::{CaseKind, Department, Urgency};
use crate::clock::{Stamp, Timestamp};
use crate::ids::{PersonId, SiteId};

/// Letters of the description that a list shows.
const TITLE_CHARS: usize = 80;

/// What a list shows of one case. Always exactly what [`CaseSummary::of`] makes of the document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CaseSummary {
    /// The estate.
    #[n(0)]
    pub site: Option<SiteId>,
    /// What sort of matter.
    #[n(1)]
    pub kind: Option<CaseKind>,
    /// How soon.
    #[n(2)]
    pub urgency: Option<Urgency>,
    /// What it is about.
    #[n(3)]
    pub subject: String,
    /// Where, in one line.
    #[n(4)]
    pub place: String,
    /// The first line of the description.
    #[n(5)]
    pub title: String,
    /// When it was reported, as claimed.
    #[n(6)]
    pub reported_at: Option<Timestamp>,
    /// The latest stamp in the case; lists show the newest first.
    #[n(7)]
    pub latest: Stamp,
    /// Departments of its orders.
    #[n(8)]
    pub departments: Vec<Department>,
    /// Everybody an order was given to.
    #[n(9)]
    pub assignees: Vec<PersonId>,
    /// How many photos it names.
    #[n(10)]
    pub photos: u32,
    /// Whether people set one of its fields at the same time.
    #[n(11)]
    pub parallel: bool,
}

impl CaseSummary {
    /// Sums up a case.
    pub fn of(case: &Case) -> Self {
        let mut departments: Vec<_> =
            case.orders.iter().flat_map(|order| order.department.all().iter().copied()).collect();
        departments.sort_unstable();
        departments.dedup();
        let mut assignees: Vec<_> =
            case.orders.iter().flat_map(|order| order.assignee.all().iter().copied()).collect();
        assignees.sort_unstable();
        assignees.dedup();
        let parallel = case.kind.is_parallel()
            || case.channel.is_parallel()
            || case.urgency.is_parallel()
            || case.nature.is_parallel()
            || case.subject.is_parallel()
            || case.place.is_parallel()
            || case.orders.iter().any(|order| order.assignee.is_parallel() || order.department.is_parallel());
        Self {
            site: case.site,
            kind: case.kind.shown().copied(),
            urgency: case.urgency.shown().copied(),
            subject: case.subject.shown().cloned().unwrap_or_default(),
            place: case.place.shown().map(super::Place::line).unwrap_or_default(),
            title: case.description.lines().next().unwrap_or_default().chars().take(TITLE_CHARS).collect(),
            reported_at: case.reported_at,
            latest: case.latest_stamp(),
            departments,
            assignees,
            photos: u32::try_from(case.photos.len()).unwrap_or(u32::MAX),
            parallel,
        }
    }
}
