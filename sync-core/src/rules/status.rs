//! Where a case stands, computed from its entries.
//!
//! Never stored: entries are folded in stamp order, so the order in which phones synced cannot matter.

use crate::clock::Stamp;
use crate::ids::OrderId;
use crate::model::{Case, EntryKind, SignOffSubject};

/// Where one order (工单) stands, from least to most advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// 已派单
    Dispatched,
    /// 已接单
    Accepted,
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
    /// 等待中
    Waiting,
    /// 已到场
    Arrived,
    /// 已完成
    Completed,
    /// 已签字
    SignedOff,
    /// 已关闭
    Closed,
}

impl CaseStatus {
    /// Every status, from least to most advanced.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Dispatched,
        Self::Accepted,
        Self::Waiting,
        Self::Arrived,
        Self::Completed,
        Self::SignedOff,
        Self::Closed,
    ];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Dispatched => "dispatched",
            Self::Accepted => "accepted",
            Self::Waiting => "waiting",
            Self::Arrived => "arrived",
            Self::Completed => "completed",
            Self::SignedOff => "signed_off",
            Self::Closed => "closed",
        }
    }
}

/// What one thing that happened does to an order.
fn step(status: OrderStatus, kind: EntryKind) -> OrderStatus {
    use OrderStatus as S;
    match (kind, status) {
        // An arrival that was written down after the work was done does not undo the work.
        (
            EntryKind::Accepted
            | EntryKind::Arrived
            | EntryKind::Diagnosed
            | EntryKind::TemporaryMeasure
            | EntryKind::Waiting
            | EntryKind::Resumed,
            S::Completed | S::SignedOff | S::Returned,
        ) => status,
        (EntryKind::Accepted, S::Dispatched) => S::Accepted,
        (EntryKind::Accepted, S::Accepted | S::Waiting | S::Arrived) => status,
        (
            EntryKind::Arrived | EntryKind::Diagnosed | EntryKind::TemporaryMeasure | EntryKind::Resumed,
            S::Dispatched | S::Accepted | S::Waiting | S::Arrived,
        ) => S::Arrived,
        (EntryKind::Waiting, S::Dispatched | S::Accepted | S::Waiting | S::Arrived) => S::Waiting,
        (EntryKind::Completed, S::Dispatched | S::Accepted | S::Waiting | S::Arrived | S::Completed) => {
            S::Completed
        }
        (EntryKind::Completed, S::SignedOff | S::Returned) => status,
        (EntryKind::Returned, _) => S::Returned,
        (EntryKind::Reopened | EntryKind::Dispatched, _) => S::Dispatched,
        (
            EntryKind::Received
            | EntryKind::Reported
            | EntryKind::Visited
            | EntryKind::Closed
            | EntryKind::Remark
            | EntryKind::Unknown,
            _,
        ) => status,
    }
}

/// Where an order of the case stands. `None` stands for the work done without any order.
pub fn order_status(case: &Case, order: Option<OrderId>) -> OrderStatus {
    // Entries and sign-offs are two lists; they are walked as one, in stamp order.
    let entries = case.entries.iter().filter(|entry| entry.order == order || reopens(entry.kind));
    let mut events: Vec<(Stamp, Option<EntryKind>)> =
        entries.map(|entry| (entry.stamp, Some(entry.kind))).collect();
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

/// Where the case stands: closed if it was closed last, else where its least advanced order stands.
pub fn case_status(case: &Case) -> CaseStatus {
    let last_word = case
        .entries
        .iter()
        .rfind(|entry| matches!(entry.kind, EntryKind::Closed | EntryKind::Reopened))
        .map(|entry| entry.kind);
    if last_word == Some(EntryKind::Closed) {
        return CaseStatus::Closed;
    }
    let orders = case.orders.iter().map(|order| order_status(case, Some(order.id)));
    match orders.min() {
        Some(status) => CaseStatus::from(status),
        // Without an order, a guard who dealt with it on the spot moves the case all the same.
        None if order_status(case, None) == OrderStatus::Dispatched => CaseStatus::Received,
        None => CaseStatus::from(order_status(case, None)),
    }
}

impl From<OrderStatus> for CaseStatus {
    fn from(status: OrderStatus) -> Self {
        match status {
            OrderStatus::Dispatched => Self::Dispatched,
            OrderStatus::Accepted => Self::Accepted,
            OrderStatus::Waiting => Self::Waiting,
            OrderStatus::Arrived => Self::Arrived,
            OrderStatus::Completed => Self::Completed,
            OrderStatus::SignedOff | OrderStatus::Returned => Self::SignedOff,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{Stamp, Timestamp};
    use crate::document::Register;
    use crate::ids::{EntryId, PersonId};
    use crate::model::{Entry, Order};

    const ORDER: OrderId = OrderId::from_bytes([1; 16]);

    fn case_with(kinds: &[(u64, EntryKind, Option<OrderId>)], orders: bool) -> Case {
        let mut case = Case::default();
        if orders {
            case.orders.push(Order {
                id: ORDER,
                department: Register::default(),
                assignee: Register::default(),
            });
        }
        for (stamp, kind, order) in kinds {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&stamp.to_be_bytes());
            case.entries.push(Entry {
                id: EntryId::from_bytes(id),
                kind: *kind,
                order: *order,
                by: PersonId::from_bytes([0; 16]),
                claimed_at: Timestamp::default(),
                stamp: Stamp::from_u64(*stamp),
                note: String::new(),
            });
        }
        case
    }

    /// Rows: status before. Columns: the entries in the order of `EntryKind::ALL`.
    #[test]
    fn every_entry_moves_every_status_as_the_table_says() {
        use OrderStatus::{
            Accepted as A, Arrived as V, Completed as C, Dispatched as D, Returned as R, SignedOff as S,
            Waiting as W,
        };
        #[rustfmt::skip]
        let table = [
            //   recv disp acc  arr  diag temp wait res  comp ret  rep  vis  clos reop rem  unk
            (D, [D,   D,   A,   V,   V,   V,   W,   V,   C,   R,   D,   D,   D,   D,   D,   D]),
            (A, [A,   D,   A,   V,   V,   V,   W,   V,   C,   R,   A,   A,   A,   D,   A,   A]),
            (W, [W,   D,   W,   V,   V,   V,   W,   V,   C,   R,   W,   W,   W,   D,   W,   W]),
            (V, [V,   D,   V,   V,   V,   V,   W,   V,   C,   R,   V,   V,   V,   D,   V,   V]),
            (C, [C,   D,   C,   C,   C,   C,   C,   C,   C,   R,   C,   C,   C,   D,   C,   C]),
            (S, [S,   D,   S,   S,   S,   S,   S,   S,   S,   R,   S,   S,   S,   D,   S,   S]),
            (R, [R,   D,   R,   R,   R,   R,   R,   R,   R,   R,   R,   R,   R,   D,   R,   R]),
        ];
        for (before, row) in table {
            for (kind, after) in EntryKind::ALL.iter().zip(row) {
                assert_eq!(step(before, *kind), after, "{before:?} {kind}");
            }
        }
    }

    #[test]
    fn a_case_stands_where_its_least_advanced_order_stands() {
        let mut case = case_with(&[(1, EntryKind::Completed, Some(ORDER))], true);
        assert_eq!(case_status(&case), CaseStatus::Completed);
        let second = OrderId::from_bytes([2; 16]);
        case.orders.push(Order {
            id: second,
            department: Register::default(),
            assignee: Register::default(),
        });
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
