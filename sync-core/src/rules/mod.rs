//! Pure decisions, the same on the phone, in the browser and on the server. A rule exists once, here.

mod permission;
pub mod playbook;
mod status;

pub use permission::{Refused, may_give, may_write};
pub use status::{CaseStatus, OrderStatus, case_status, order_status};
