//! Pure decisions, the same on the phone, in the browser and on the server. A rule exists once, here.

mod admission;
pub mod calendar;
mod charges;
mod checklist;
pub mod clocks;
mod closing;
mod contradictions;
mod day;
mod escalation;
mod likeness;
mod linked;
mod matter;
mod permission;
mod plan;
pub mod playbook;
pub mod policy;
mod promises;
mod rating;
mod recusal;
mod responsibility;
mod rework;
pub mod rounds;
mod settlements;
mod settling;
mod sheets;
mod stated;
mod status;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod story;

pub use admission::{Asking, admit};
pub use charges::{ChargeFault, ChargeState, Money, SignedCharge, charges};
pub use checklist::{ChecklistState, StepDone, StepState, checklists};
pub use closing::{Closing, Obstacle, ObstacleCode, closing_attempts, closing_obstacles, may_close};
pub use contradictions::{Contradiction, ContradictionCode, Side, Source, contradictions};
pub use escalation::{
    EscalationFault, EscalationState, EscalationStep, SuperiorOwed, escalation, superior_owed,
};
pub use likeness::{COMPARED_MAX, SUGGESTED_FROM, likeness, suggest};
pub use linked::{HandlingRound, Repeats, Web, handling_rounds, links, repeats};
pub use matter::Matter;
pub use permission::{
    Action, CaseField, ContactField, OrderField, Path, Refused, Said, SiteField, asks, classify, may,
    may_all, may_give, may_sign_as, said,
};
pub use plan::{PLAN_AFTER_MS, PLAN_APPROVERS, PLAN_DAYS_MAX, PlanStage, PlanState, plans};
pub use policy::{Policy, policy_of};
pub use promises::{PromiseFault, Promises, promises};
pub use rating::{Colour, Rating, Reason, rating};
pub use recusal::{is_recused, may_handle};
pub use responsibility::{
    Because, OpenItem, Responsible, WaitsFor, handover_proposal, responsibility, responsible, waits_for,
};
pub use rework::{Rework, ReworkBecause, is_rework, rework_orders};
pub use settlements::{
    Authority, Consent, Payment, SettlementFault, SettlementStage, SettlementState, settlements,
};
pub use settling::settling;
pub use sheets::{
    SHEET_CHAIN, SheetAnswer, SheetFault, SheetSent, SheetSigned, SheetStage, SheetState, sheets,
};
pub use status::{CaseStatus, OrderStatus, case_status, order_status};
