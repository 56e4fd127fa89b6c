//! Work orders: what a department or an outside party is to do for a case.

use std::fmt;

use minicbor::{Decode, Encode};

use super::case::word;
use super::words::{Department, Liability, OrderKind, PartyKind};
use crate::clock::Timestamp;
use crate::document::{Fields, Register, bytes};
use crate::ids::{OrderId, PersonId};

/// A window of time that was agreed with the owner (预约时段). It takes the place of the limit for arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Window {
    /// Not before.
    #[n(0)]
    pub from: Timestamp,
    /// Not after.
    #[n(1)]
    pub to: Timestamp,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

/// Somebody outside the company (外部单位) who does the work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Party {
    /// What sort.
    #[n(0)]
    pub kind: PartyKind,
    /// Its name.
    #[n(1)]
    pub name: String,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// A work order (工单 / 维修派工单): what one department or outside party is to do for the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its key in the document.
    pub id: OrderId,
    /// Who has to do it.
    pub department: Register<Department>,
    /// The person it was given to. Every value counts: each of two parallel assignees keeps the order.
    /// None: it is in the pool (抢单).
    pub assignee: Register<PersonId>,
    /// How large a repair it is.
    pub kind: Register<OrderKind>,
    /// Who answers for it. Unset is undetermined.
    pub liability: Register<Liability>,
    /// The outside party that does it.
    pub party: Register<Party>,
    /// When the owner expects somebody.
    pub appointment: Register<Window>,
    /// The order of this case whose repair did not hold (返修).
    pub rework_of: Option<OrderId>,
}

impl Order {
    /// An order of which nothing is known but its key.
    pub fn new(id: OrderId) -> Self {
        Self {
            id,
            department: Register::default(),
            assignee: Register::default(),
            kind: Register::default(),
            liability: Register::default(),
            party: Register::default(),
            appointment: Register::default(),
            rework_of: None,
        }
    }

    /// Who answers for it; undetermined until somebody said so.
    pub fn liability(&self) -> Liability {
        self.liability.shown().copied().unwrap_or(Liability::Undetermined)
    }
}

pub(super) fn read_order(id: OrderId, fields: &Fields<'_>) -> Order {
    Order {
        id,
        department: word(fields, "department", Department::from_text),
        assignee: fields.register("assignee", |value| bytes(value).and_then(PersonId::from_slice)),
        kind: word(fields, "kind", OrderKind::from_text),
        liability: word(fields, "liability", Liability::from_text),
        party: record(fields, "party"),
        appointment: record(fields, "appointment"),
        rework_of: fields.bytes("rework_of", OrderId::from_slice),
    }
}

/// A register whose values are set as one, so that two people's never mix.
pub(super) fn record<T: for<'b> Decode<'b, ()>>(fields: &Fields<'_>, key: &str) -> Register<T> {
    fields.register(key, |value| bytes(value).and_then(|bytes| minicbor::decode(bytes).ok()))
}
