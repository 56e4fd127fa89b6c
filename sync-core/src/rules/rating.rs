//! The rating 红黄蓝 of a case: named in 004, its thresholds ours and part of the policy.

use std::fmt;

use super::clocks::{Clock, ClockState};
use super::policy::Policy;
use super::promises::promises;
use crate::clock::Timestamp;
use crate::ids::{OrderId, SheetId};
use crate::model::{Case, Fact, LinkRelation};

/// How a case stands, from calm to alarming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Colour {
    /// 蓝: in time.
    Blue,
    /// 黄: somebody should look.
    Yellow,
    /// 红: something went wrong.
    Red,
}

impl Colour {
    /// Every colour.
    pub const ALL: [Self; 3] = [Self::Blue, Self::Yellow, Self::Red];

    /// The stable spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a case is not blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A limit was broken: red.
    Broken {
        /// The clock's id in the policy.
        clock: String,
        /// The order it is about.
        order: Option<OrderId>,
        /// The liaison sheet it is about.
        sheet: Option<SheetId>,
        /// When the limit passed.
        since: Timestamp,
        /// A phone that has not synced could still show that it was kept.
        provisional: bool,
    },
    /// The same person complains about the same matter again (二次投诉): red.
    SecondComplaint,
    /// A promised date was moved more often than it may be: red.
    PromiseChangedTooOften {
        /// How often.
        changes: u32,
    },
    /// Much of a limit is used: yellow.
    NearlyUsed {
        /// The clock's id in the policy.
        clock: String,
        /// The order it is about.
        order: Option<OrderId>,
        /// The liaison sheet it is about.
        sheet: Option<SheetId>,
    },
    /// It went up the ladder: yellow.
    Escalated {
        /// How often.
        times: u32,
    },
    /// A promised date was moved: yellow.
    PromiseChanged {
        /// How often.
        changes: u32,
    },
}

impl Reason {
    /// The colour it gives a case.
    pub const fn colour(&self) -> Colour {
        match self {
            Self::Broken { .. } | Self::SecondComplaint | Self::PromiseChangedTooOften { .. } => Colour::Red,
            Self::NearlyUsed { .. } | Self::Escalated { .. } | Self::PromiseChanged { .. } => Colour::Yellow,
        }
    }
}

/// A colour with all its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The worst of the reasons; blue without any.
    pub colour: Colour,
    /// What turned it, clocks first.
    pub reasons: Vec<Reason>,
}

/// How a case stands. `clocks` are those of the case under the same policy.
pub fn rating(case: &Case, clocks: &[Clock], now: Timestamp, policy: &Policy) -> Rating {
    let mut reasons: Vec<Reason> = clocks.iter().filter_map(|clock| of_clock(clock, now, policy)).collect();
    let count = |wanted: fn(&Fact) -> bool| {
        u32::try_from(case.entries.iter().filter(|entry| wanted(&entry.fact)).count()).unwrap_or(u32::MAX)
    };
    let again =
        |fact: &Fact| matches!(fact, Fact::Linked(link) if link.relation == LinkRelation::SecondComplaint);
    if count(again) > 0 {
        reasons.push(Reason::SecondComplaint);
    }
    let times = count(|fact| matches!(fact, Fact::Escalated(_)));
    if times >= policy.yellow_escalations {
        reasons.push(Reason::Escalated { times });
    }
    let changes = promises(case, policy).changes;
    if changes > policy.promise_changes_max {
        reasons.push(Reason::PromiseChangedTooOften { changes });
    } else if changes >= policy.yellow_promise_changes {
        reasons.push(Reason::PromiseChanged { changes });
    }
    Rating { colour: reasons.iter().map(Reason::colour).max().unwrap_or(Colour::Blue), reasons }
}

fn of_clock(clock: &Clock, now: Timestamp, policy: &Policy) -> Option<Reason> {
    let (id, order, sheet) = (clock.id.clone(), clock.order, clock.sheet);
    match clock.state(now) {
        ClockState::Broken { since } => {
            Some(Reason::Broken { clock: id, order, sheet, since, provisional: clock.provisional })
        }
        ClockState::Running { .. } | ClockState::Paused => clock
            .has_used(policy.yellow_share_permille, now, policy.calendar())
            .then_some(Reason::NearlyUsed { clock: id, order, sheet }),
        ClockState::Met => None,
    }
}

#[cfg(test)]
mod tests;
