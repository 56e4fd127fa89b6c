//! Where a case stands, computed from its entries.
//!
//! Never stored: entries are folded in stamp order, so the order in which phones synced cannot matter.

use crate::clock::Stamp;
use crate::ids::OrderId;
use crate::model::{Case, Entry, EntryKind, SignOffSubject};

/// Where one order (工单) stands, from least to most advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// 已派单
    Dispatched,
    /// 已接单
    Accepted,
    /// 已挂起
    Suspended,
    /// 等待中
    Waiting,
    /// 已到场
    Arrived,
    /// 已完成
    Completed,
    /// 已签字, refused, absent or not needed: the asking for a signature has ended.
    SignedOff,
    /// 已回单
    Returned,
    /// 已关单
    Closed,
}

impl OrderStatus {
    /// Every status, from least to most advanced.
    pub const ALL: [Self; 9] = [
        Self::Dispatched,
        Self::Accepted,
        Self::Suspended,
        Self::Waiting,
        Self::Arrived,
        Self::Completed,
        Self::SignedOff,
        Self::Returned,
        Self::Closed,
    ];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dispatched => "dispatched",
            Self::Accepted => "accepted",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
            Self::Arrived => "arrived",
            Self::Completed => "completed",
            Self::SignedOff => "signed_off",
            Self::Returned => "returned",
            Self::Closed => "closed",
        }
    }

    /// Whether the work itself is done.
    pub const fn is_done(self) -> bool {
        match self {
            Self::Dispatched | Self::Accepted | Self::Suspended | Self::Waiting | Self::Arrived => false,
            Self::Completed | Self::SignedOff | Self::Returned | Self::Closed => true,
        }
    }
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseStatus {
    /// 已受理
    Received,
    /// At least one order; none further than dispatched.
    Dispatched,
    /// 已接单
    Accepted,
    /// 已挂起
    Suspended,
    /// 等待中
    Waiting,
    /// 已到场
    Arrived,
    /// 已完成
    Completed,
    /// 已签字
    SignedOff,
    /// 已反馈: the owner was told the result.
    Reported,
    /// 已回访
    Visited,
    /// 已关闭
    Closed,
}

impl CaseStatus {
    /// Every status, from least to most advanced.
    pub const ALL: [Self; 11] = [
        Self::Received,
        Self::Dispatched,
        Self::Accepted,
        Self::Suspended,
        Self::Waiting,
        Self::Arrived,
        Self::Completed,
        Self::SignedOff,
        Self::Reported,
        Self::Visited,
        Self::Closed,
    ];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Dispatched => "dispatched",
            Self::Accepted => "accepted",
            Self::Suspended => "suspended",
            Self::Waiting => "waiting",
            Self::Arrived => "arrived",
            Self::Completed => "completed",
            Self::SignedOff => "signed_off",
            Self::Reported => "reported",
            Self::Visited => "visited",
            Self::Closed => "closed",
        }
    }
}

/// What an entry does to an order that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    /// Starts it over.
    Start,
    /// Gives it back, unless the work is done.
    GiveBack,
    /// Takes it in hand, if nobody had.
    Take,
    /// Puts it aside, unless the work is done.
    Suspend,
    /// Makes it wait, unless the work is done.
    Wait,
    /// Somebody works on it, unless the work is done.
    Work,
    /// The work is done.
    Complete,
    /// The paper is back.
    Return,
    /// It is closed.
    Close,
    /// Nothing.
    Stay,
}

const fn moves(kind: EntryKind) -> Move {
    match kind {
        EntryKind::Dispatched | EntryKind::Reopened => Move::Start,
        EntryKind::GivenBack => Move::GiveBack,
        EntryKind::Accepted => Move::Take,
        EntryKind::Suspended => Move::Suspend,
        EntryKind::Waiting | EntryKind::NobodyHome => Move::Wait,
        EntryKind::Arrived
        | EntryKind::Inspected
        | EntryKind::Diagnosed
        | EntryKind::TemporaryMeasure
        | EntryKind::Resumed => Move::Work,
        EntryKind::Completed => Move::Complete,
        EntryKind::Returned => Move::Return,
        EntryKind::Closed => Move::Close,
        EntryKind::Received
        | EntryKind::Assigned
        | EntryKind::Chased
        | EntryKind::Appointed
        | EntryKind::PartUsed
        | EntryKind::PlanWritten
        | EntryKind::PlanApproved
        | EntryKind::Progressed
        | EntryKind::WrittenUp
        | EntryKind::Verified
        | EntryKind::RateTold
        | EntryKind::Quoted
        | EntryKind::Charged
        | EntryKind::Receipted
        | EntryKind::Investigated
        | EntryKind::DenialConfirmed
        | EntryKind::PlanTold
        | EntryKind::ProgressTold
        | EntryKind::Promised
        | EntryKind::Attempted
        | EntryKind::DeadlineSet
        | EntryKind::Escalated
        | EntryKind::SuperiorTold
        | EntryKind::HandedOver
        | EntryKind::Linked
        | EntryKind::Found
        | EntryKind::WalkOrdered
        | EntryKind::Walked
        | EntryKind::NoticeGiven
        | EntryKind::ChangePlanned
        | EntryKind::PaperReceived
        | EntryKind::HazardCoordinated
        | EntryKind::SheetWritten
        | EntryKind::SheetSigned
        | EntryKind::SheetSent
        | EntryKind::SheetReplied
        | EntryKind::SettlementDrafted
        | EntryKind::SettlementConsented
        | EntryKind::SettlementPaid
        | EntryKind::PlaybookChosen
        | EntryKind::StepDone
        | EntryKind::Settled
        | EntryKind::Reported
        | EntryKind::ReportWritten
        | EntryKind::Visited
        | EntryKind::Reviewed
        | EntryKind::Remark
        | EntryKind::Unknown => Move::Stay,
    }
}

/// What one thing that happened does to an order.
fn step(status: OrderStatus, kind: EntryKind) -> OrderStatus {
    use OrderStatus as S;
    match moves(kind) {
        Move::Stay => status,
        Move::Start => S::Dispatched,
        // An arrival that was written down after the work was done does not undo the work.
        Move::GiveBack | Move::Take | Move::Suspend | Move::Wait | Move::Work if status.is_done() => status,
        Move::GiveBack => S::Dispatched,
        Move::Take if status == S::Dispatched => S::Accepted,
        Move::Take => status,
        Move::Suspend => S::Suspended,
        Move::Wait => S::Waiting,
        Move::Work => S::Arrived,
        Move::Complete => status.max(S::Completed),
        Move::Return => status.max(S::Returned),
        Move::Close => S::Closed,
    }
}

/// Where an order of the case stands. `None` stands for the work done without any order.
pub fn order_status(case: &Case, order: Option<OrderId>) -> OrderStatus {
    // Entries and sign-offs are two lists; they are walked as one, in stamp order.
    let entries = case.entries.iter().filter(|entry| entry.order == order || reopens(entry.kind()));
    let mut events: Vec<(Stamp, Option<EntryKind>)> =
        entries.map(|entry| (entry.stamp, Some(entry.kind()))).collect();
    let sign_offs = case.sign_offs.iter();
    let sign_offs = sign_offs
        .filter(|sign_off| sign_off.order == order && sign_off.subject == SignOffSubject::Completion);
    events.extend(sign_offs.map(|sign_off| (sign_off.stamp, None)));
    events.sort_by_key(|(stamp, kind)| (*stamp, kind.map(EntryKind::as_str)));
    events.into_iter().fold(OrderStatus::Dispatched, |status, (_, event)| match event {
        Some(kind) => step(status, kind),
        None => status.max(OrderStatus::SignedOff),
    })
}

/// Re-opening a case re-opens each of its orders.
fn reopens(kind: EntryKind) -> bool {
    kind == EntryKind::Reopened
}

/// Where the case stands: closed if it was closed last, else where its least advanced order stands; once
/// all the work is done, what the owner has heard of it.
pub fn case_status(case: &Case) -> CaseStatus {
    let whole = case.entries.iter().filter(|entry| entry.order.is_none());
    let last_word = whole
        .clone()
        .rfind(|entry| matches!(entry.kind(), EntryKind::Closed | EntryKind::Reopened))
        .map(Entry::kind);
    if last_word == Some(EntryKind::Closed) {
        return CaseStatus::Closed;
    }
    let this_round = whole.rev().take_while(|entry| entry.kind() != EntryKind::Reopened);
    let heard = |kind| this_round.clone().any(|entry| entry.kind() == kind);
    let told = if heard(EntryKind::Visited) {
        Some(CaseStatus::Visited)
    } else {
        heard(EntryKind::Reported).then_some(CaseStatus::Reported)
    };
    let orders = case.orders.iter().map(|order| order_status(case, Some(order.id)));
    match orders.min() {
        Some(status) if status.is_done() => told.unwrap_or_else(|| CaseStatus::from(status)),
        Some(status) => CaseStatus::from(status),
        // Without an order, a guard who dealt with it on the spot moves the case all the same.
        None => told.unwrap_or_else(|| {
            let status = order_status(case, None);
            if status == OrderStatus::Dispatched { CaseStatus::Received } else { CaseStatus::from(status) }
        }),
    }
}

impl From<OrderStatus> for CaseStatus {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Dispatched => Self::Dispatched,
            OrderStatus::Accepted => Self::Accepted,
            OrderStatus::Suspended => Self::Suspended,
            OrderStatus::Waiting => Self::Waiting,
            OrderStatus::Arrived => Self::Arrived,
            OrderStatus::Completed => Self::Completed,
            OrderStatus::SignedOff | OrderStatus::Returned | OrderStatus::Closed => Self::SignedOff,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{Stamp, Timestamp};
    use crate::ids::{EntryId, PersonId};
    use crate::model::fact::{Assignment, Wait};
    use crate::model::{Entry, Fact, Order, WaitFor};

    const ORDER: OrderId = OrderId::from_bytes([1; 16]);

    fn case_with(kinds: &[(u64, EntryKind, Option<OrderId>)], orders: bool) -> Case {
        let mut case = Case::default();
        if orders {
            case.orders.push(Order::new(ORDER));
        }
        for (stamp, kind, order) in kinds {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&stamp.to_be_bytes());
            case.entries.push(Entry {
                id: EntryId::from_bytes(id),
                fact: some_fact(*kind),
                order: *order,
                by: PersonId::from_bytes([0; 16]),
                claimed_at: Timestamp::default(),
                corrected_at: Timestamp::default(),
                declared: None,
                stamp: Stamp::from_u64(*stamp),
                note: String::new(),
            });
        }
        case
    }

    /// A fact of this kind; status depends on the kind alone.
    fn some_fact(kind: EntryKind) -> Fact {
        if kind == EntryKind::Waiting {
            return Fact::Waiting(Wait { reason: WaitFor::Part, expected: None, attempt: None });
        }
        if kind == EntryKind::Assigned {
            return Fact::Assigned(Assignment { to: PersonId::from_bytes([0; 16]) });
        }
        // Kinds that need details and move nothing are represented by a remark.
        Fact::plain(kind).unwrap_or(Fact::Remark)
    }

    /// Rows: status before. Columns: the entries that move an order. Every other entry leaves it.
    #[test]
    fn every_entry_moves_every_status_as_the_table_says() {
        use EntryKind as K;
        use OrderStatus::{
            Accepted as A, Arrived as V, Closed as X, Completed as C, Dispatched as D, Returned as R,
            SignedOff as S, Suspended as H, Waiting as W,
        };
        const MOVERS: [EntryKind; 15] = [
            K::Dispatched,
            K::Reopened,
            K::GivenBack,
            K::Accepted,
            K::Suspended,
            K::Waiting,
            K::NobodyHome,
            K::Arrived,
            K::Inspected,
            K::Diagnosed,
            K::TemporaryMeasure,
            K::Resumed,
            K::Completed,
            K::Returned,
            K::Closed,
        ];
        #[rustfmt::skip]
        let table = [
            //   disp reop back acc  susp wait nobo arr  insp diag temp resu comp ret  clos
            (D, [D,   D,   D,   A,   H,   W,   W,   V,   V,   V,   V,   V,   C,   R,   X]),
            (A, [D,   D,   D,   A,   H,   W,   W,   V,   V,   V,   V,   V,   C,   R,   X]),
            (H, [D,   D,   D,   H,   H,   W,   W,   V,   V,   V,   V,   V,   C,   R,   X]),
            (W, [D,   D,   D,   W,   H,   W,   W,   V,   V,   V,   V,   V,   C,   R,   X]),
            (V, [D,   D,   D,   V,   H,   W,   W,   V,   V,   V,   V,   V,   C,   R,   X]),
            (C, [D,   D,   C,   C,   C,   C,   C,   C,   C,   C,   C,   C,   C,   R,   X]),
            (S, [D,   D,   S,   S,   S,   S,   S,   S,   S,   S,   S,   S,   S,   R,   X]),
            (R, [D,   D,   R,   R,   R,   R,   R,   R,   R,   R,   R,   R,   R,   R,   X]),
            (X, [D,   D,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X,   X]),
        ];
        assert_eq!(table.map(|(before, _)| before), OrderStatus::ALL);
        for (before, row) in table {
            for &kind in EntryKind::ALL {
                let moved = MOVERS.iter().position(|mover| *mover == kind).map(|column| row[column]);
                assert_eq!(step(before, kind), moved.unwrap_or(before), "{before:?} {kind}");
            }
        }
    }

    #[test]
    fn a_case_stands_where_its_least_advanced_order_stands() {
        let mut case = case_with(&[(1, EntryKind::Completed, Some(ORDER))], true);
        assert_eq!(case_status(&case), CaseStatus::Completed);
        case.orders.push(Order::new(OrderId::from_bytes([2; 16])));
        assert_eq!(case_status(&case), CaseStatus::Dispatched);
    }

    #[test]
    fn a_reopened_case_is_open_again_and_so_are_its_orders() {
        let closed = [(1, EntryKind::Completed, Some(ORDER)), (2, EntryKind::Closed, None)];
        assert_eq!(case_status(&case_with(&closed, true)), CaseStatus::Closed);
        let reopened = [closed[0], closed[1], (3, EntryKind::Reopened, None)];
        assert_eq!(case_status(&case_with(&reopened, true)), CaseStatus::Dispatched);
    }

    #[test]
    fn closing_an_order_closes_no_case() {
        let case =
            case_with(&[(1, EntryKind::Completed, Some(ORDER)), (2, EntryKind::Closed, Some(ORDER))], true);
        assert_eq!(order_status(&case, Some(ORDER)), OrderStatus::Closed);
        assert_eq!(case_status(&case), CaseStatus::SignedOff);
    }

    #[test]
    fn what_the_owner_heard_counts_once_the_work_is_done_and_until_it_is_reopened() {
        use EntryKind as K;
        let told = [(1, K::Completed, Some(ORDER)), (2, K::Reported, None)];
        assert_eq!(case_status(&case_with(&told, true)), CaseStatus::Reported);
        let visited = [told[0], told[1], (3, K::Visited, None)];
        assert_eq!(case_status(&case_with(&visited, true)), CaseStatus::Visited);
        let early = [(1, K::Reported, None), (2, K::Arrived, Some(ORDER))];
        assert_eq!(case_status(&case_with(&early, true)), CaseStatus::Arrived);
        let again =
            [visited[0], visited[1], visited[2], (4, K::Reopened, None), (5, K::Completed, Some(ORDER))];
        assert_eq!(case_status(&case_with(&again, true)), CaseStatus::Completed);
        assert_eq!(case_status(&case_with(&[(1, K::Reported, None)], false)), CaseStatus::Reported);
    }

    #[test]
    fn a_guard_who_deals_with_it_on_the_spot_moves_a_case_without_orders() {
        assert_eq!(case_status(&case_with(&[], false)), CaseStatus::Received);
        assert_eq!(case_status(&case_with(&[(1, EntryKind::Arrived, None)], false)), CaseStatus::Arrived);
    }

    proptest! {
        #[test]
        fn the_order_in_which_entries_are_read_does_not_matter(
            kinds in proptest::collection::vec(0..EntryKind::ALL.len(), 0..12), seed: u64,
        ) {
            let entries: Vec<_> = kinds
                .iter()
                .enumerate()
                .map(|(at, kind)| (at as u64, EntryKind::ALL[*kind], (at % 3 != 0).then_some(ORDER)))
                .collect();
            let straight = case_with(&entries, true);
            let mut shuffled = straight.clone();
            let turn = usize::try_from(seed % 13).unwrap_or(0).min(entries.len());
            shuffled.entries.rotate_left(turn);
            shuffled.entries.sort_by_key(|entry| (entry.stamp, entry.id));
            prop_assert_eq!(case_status(&straight), case_status(&shuffled));
            prop_assert_eq!(order_status(&straight, Some(ORDER)), order_status(&shuffled, Some(ORDER)));
        }
    }
}
