//! Closing (关闭): what still stands in its way, and closing without the owner.

use super::charges::{ChargeFault, charges};
use super::escalation::superior_owed;
use super::policy::Policy;
use super::settlements::{Authority, SettlementFault, settlements};
use super::sheets::{SheetStage, sheets};
use super::stated::{stated, this_time};
use super::status::order_status;
use crate::error::{ErrorCode, Refusal};
use crate::ids::OrderId;
use crate::model::{Case, CaseKind, Channel, EntryKind, Fact, Liability, LinkRelation, Role};
/// Below this, an owner who did not say whether they accept is not satisfied. Ours: the middle of the
/// five points.
const SATISFIED_FROM: u8 = 3;

macro_rules! codes {
    ($( $(#[$doc:meta])* $variant:ident = $text:literal, )*) => {
        /// What stands in the way of closing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ObstacleCode { $( $(#[$doc])* $variant, )* }

        impl ObstacleCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }
    };
}

codes! {
    /// The work of an order is not done.
    OrderOpen = "order_open",
    /// An order that began by phone was not written up.
    WriteUpOwed = "write_up_owed",
    /// Money was taken without a receipt for all of it.
    ReceiptOwed = "receipt_owed",
    /// A liaison sheet has to be written or has not left the company.
    SheetOwed = "sheet_owed",
    /// A settlement was neither paid nor refused.
    SettlementOpen = "settlement_open",
    /// The superior was not told of what was settled on the spot.
    SuperiorNotTold = "superior_not_told",
    /// The owner was not told the result.
    ResultNotTold = "result_not_told",
    /// Nobody visited or called after the complaint.
    VisitMissing = "visit_missing",
    /// Nobody asked whether the owner is satisfied.
    SatisfactionMissing = "satisfaction_missing",
    /// The owner does not accept the outcome.
    NotSatisfied = "not_satisfied",
}

impl ObstacleCode {
    /// Whether the obstacle lies with the owner, who may never be reached or content.
    pub const fn is_owners(self) -> bool {
        match self {
            Self::ResultNotTold | Self::VisitMissing | Self::SatisfactionMissing | Self::NotSatisfied => true,
            Self::OrderOpen
            | Self::WriteUpOwed
            | Self::ReceiptOwed
            | Self::SheetOwed
            | Self::SettlementOpen
            | Self::SuperiorNotTold => false,
        }
    }
}

/// One thing that stands in the way of closing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What programs match on.
    pub code: ObstacleCode,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// One English sentence for people.
    pub sentence: String,
}

/// How a case may be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Nothing stands in the way.
    Regular,
    /// The owner was not reached or is never content; the attempts are logged and the site director
    /// answers for it.
    WithoutOwner,
}

/// What still stands in the way of closing the case, work first, then papers, then the owner.
///
/// What was told, asked and answered before a re-opening does not count. Nobody is told the result of
/// what the staff found themselves. Whoever complained anonymously (匿名) is told by a notice and cannot
/// be visited. A duplicate is answered where the matter was first written down.
pub fn closing_obstacles(case: &Case, authority: &Authority) -> Vec<Obstacle> {
    let mut found = Vec::new();
    add_work(case, &mut found);
    add_papers(case, authority, &mut found);
    add_owner(case, &mut found);
    found
}

fn add(found: &mut Vec<Obstacle>, code: ObstacleCode, order: Option<OrderId>, sentence: &str) {
    found.push(Obstacle { code, order, sentence: sentence.to_owned() });
}

fn add_work(case: &Case, found: &mut Vec<Obstacle>) {
    for order in &case.orders {
        let status = order_status(case, Some(order.id));
        if !status.is_done() {
            let sentence = format!("the work of order {} is not done; it is {}", order.id, status.as_str());
            add(found, ObstacleCode::OrderOpen, Some(order.id), &sentence);
        }
        let own = || stated(case).filter(|entry| entry.order == Some(order.id));
        let by_phone =
            own().any(|entry| matches!(&entry.fact, Fact::Dispatched(dispatch) if dispatch.is_by_phone()));
        if by_phone && !own().any(|entry| entry.kind() == EntryKind::WrittenUp) {
            let sentence = format!("order {} began by phone and was not written up", order.id);
            add(found, ObstacleCode::WriteUpOwed, Some(order.id), &sentence);
        }
    }
}

fn add_papers(case: &Case, authority: &Authority, found: &mut Vec<Obstacle>) {
    for charge in charges(case) {
        let (charged, receipted) = (charge.charged_sum(), charge.receipted_sum());
        let owed = |fault: &ChargeFault| match fault {
            ChargeFault::ReceiptOwed { .. } => true,
            ChargeFault::ReceiptDiffers { .. } => receipted < charged,
            ChargeFault::RateNotTold { .. }
            | ChargeFault::Unsigned { .. }
            | ChargeFault::MoreThanSigned { .. }
            | ChargeFault::NotTheOwners { .. } => false,
        };
        if charge.faults.iter().any(owed) {
            let sentence = format!("{charged} yuan were taken, and receipts were given for {receipted}");
            add(found, ObstacleCode::ReceiptOwed, charge.order, &sentence);
        }
    }
    let sheets = sheets(case);
    for sheet in sheets.iter().filter(|sheet| sheet.stage < SheetStage::Sent) {
        let sentence = format!("liaison sheet {} is {} and was not sent", sheet.id, sheet.stage.as_str());
        add(found, ObstacleCode::SheetOwed, sheet.order, &sentence);
    }
    // Every repair that the developer or contractor answers for is confirmed by sheet, before or after it.
    for order in case.orders.iter().filter(|order| order.liability() == Liability::Warranty) {
        if !sheets.iter().any(|sheet| sheet.order.is_none_or(|about| about == order.id)) {
            let sentence = format!("order {} is under warranty and has no liaison sheet", order.id);
            add(found, ObstacleCode::SheetOwed, Some(order.id), &sentence);
        }
    }
    for settlement in settlements(case, authority) {
        let owes_sheet = |fault: &SettlementFault| matches!(fault, SettlementFault::SheetOwed { .. });
        if settlement.faults.iter().any(owes_sheet) {
            let sentence =
                format!("settlement {} was agreed to by phone, and its sheet is owed", settlement.id);
            add(found, ObstacleCode::SheetOwed, settlement.order, &sentence);
        }
        if settlement.is_open() {
            let sentence =
                format!("settlement {} is not settled; it is {}", settlement.id, settlement.stage.as_str());
            add(found, ObstacleCode::SettlementOpen, settlement.order, &sentence);
        }
    }
    // Whichever day it is due, by closing it has to be done.
    if superior_owed(case, 0).is_some() {
        let sentence = "the complaint was settled on the spot, and the superior was not told";
        add(found, ObstacleCode::SuperiorNotTold, None, sentence);
    }
}

fn add_owner(case: &Case, found: &mut Vec<Obstacle>) {
    let is_duplicate = stated(case)
        .any(|entry| matches!(&entry.fact, Fact::Linked(link) if link.relation == LinkRelation::Duplicate));
    let staff_found_it = matches!(case.channel.shown(), Some(Channel::Patrol | Channel::Colleague));
    if is_duplicate || staff_found_it {
        return;
    }
    let this_time = this_time(case);
    if !this_time.iter().any(|entry| entry.kind() == EntryKind::Reported) {
        add(found, ObstacleCode::ResultNotTold, None, "the owner was not told the result");
    }
    let visits: Vec<_> = this_time
        .iter()
        .filter_map(|entry| if let Fact::Visited(visit) = &entry.fact { Some(visit) } else { None })
        .collect();
    let is_complaint = case.kind.shown() == Some(&CaseKind::Complaint);
    let is_anonymous = case.anonymous.shown() == Some(&true);
    let answer = visits.iter().rfind(|visit| visit.satisfaction.is_some() || visit.accepts.is_some());
    match answer {
        Some(visit) => {
            let low = visit.satisfaction.is_some_and(|points| points < SATISFIED_FROM);
            if !visit.accepts.unwrap_or(!low) {
                add(found, ObstacleCode::NotSatisfied, None, "the owner does not accept the outcome");
            }
            if is_complaint && !visits.iter().any(|visit| visit.satisfaction.is_some()) {
                let sentence = "the owner was not asked how satisfied they are";
                add(found, ObstacleCode::SatisfactionMissing, None, sentence);
            }
        }
        None if is_complaint && !is_anonymous && visits.is_empty() => {
            add(found, ObstacleCode::VisitMissing, None, "nobody visited or called after the complaint");
        }
        None if is_complaint && !is_anonymous => {
            let sentence = "the owner was not asked how satisfied they are";
            add(found, ObstacleCode::SatisfactionMissing, None, sentence);
        }
        None => {}
    }
}

/// Logged attempts to reach the owner since the case was last re-opened.
pub fn closing_attempts(case: &Case) -> usize {
    this_time(case).iter().filter(|entry| entry.kind() == EntryKind::Attempted).count()
}

/// Whether somebody with these roles may close the case now, and how. Work and papers have to be done in
/// any case; without the owner it takes as many logged attempts as the policy says, and a site director.
///
/// # Errors
/// [`ErrorCode::CloseNotReady`] with everything that stands in the way.
pub fn may_close(case: &Case, policy: &Policy, roles: &[Role]) -> Result<Closing, Refusal> {
    let obstacles = closing_obstacles(case, &policy.authority());
    if obstacles.is_empty() {
        return Ok(Closing::Regular);
    }
    let refuse = |more: &str| {
        let sentences: Vec<_> = obstacles.iter().map(|obstacle| obstacle.sentence.as_str()).collect();
        Err(Refusal::new(ErrorCode::CloseNotReady, format!("{}{more}", sentences.join("; "))))
    };
    if obstacles.iter().any(|obstacle| !obstacle.code.is_owners()) {
        return refuse("");
    }
    let attempts = closing_attempts(case);
    let needed = usize::try_from(policy.closing_attempts_min).unwrap_or(usize::MAX);
    if attempts < needed {
        return refuse(&format!(
            "; without the owner it takes {needed} logged attempts, and there are {attempts}"
        ));
    }
    if !roles.iter().any(|role| matches!(role, Role::SiteDirector | Role::Manager)) {
        return refuse("; without the owner it is the site director who closes");
    }
    Ok(Closing::WithoutOwner)
}

#[cfg(test)]
#[path = "closing_tests.rs"]
mod tests;
