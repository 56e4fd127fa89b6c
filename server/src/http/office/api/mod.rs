//! JSON for programs that hold a session: what the pages show, in words that stay.

pub(super) mod cases;
pub(super) mod classify;
pub(super) mod contact;
pub(super) mod create;
pub(super) mod edit;
pub(super) mod entries;
pub(super) mod kpis;
pub(super) mod lists;
pub(super) mod orders;
pub(super) mod parameters;
pub(super) mod quarantine;
pub(super) mod resolve;
pub(super) mod rounds;
pub(super) mod session;
pub(super) mod standing;
mod wire;
mod wire_staff;
