//! JSON for programs that hold a session: what the pages show, in words that stay.

pub(super) mod cases;
pub(super) mod classify;
pub(super) mod lists;
pub(super) mod parameters;
pub(super) mod session;
mod wire;
