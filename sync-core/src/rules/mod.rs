//! Pure decisions, the same on the phone, in the browser and on the server. A rule exists once, here.

pub mod calendar;
pub mod clocks;
mod permission;
pub mod playbook;
pub mod policy;
mod promises;
mod rating;
mod status;
#[cfg(test)]
mod story;

pub use permission::{Refused, may_give, may_write};
pub use policy::{Policy, policy_of};
pub use promises::{PromiseFault, Promises, promises};
pub use rating::{Colour, Rating, Reason, rating};
pub use status::{CaseStatus, OrderStatus, case_status, order_status};
