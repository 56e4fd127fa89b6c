//! Bytes that somebody made to do harm, and a server that has to live with them.
//!
//! Whoever holds the key of an enrolled phone can sign anything, so nearly all of this comes in envelopes whose
//! signatures hold, between the edits of honest phones.
//!
//! - `parts`: a change taken apart and put together. `rows`: its operations. `stage`: the server, two honest
//!   phones and the stolen key. `generator`: a change from a seed. `hunt`: very many of them on one stage.
//!   `ledger`: what has been tried so far.

#![allow(
    clippy::unwrap_used,
    clippy::missing_errors_doc,
    reason = "a harness may stop at the first surprise; what is told as an error is what was looked for"
)]

pub mod generator;
pub mod hunt;
pub mod ledger;
pub mod parts;
pub mod rows;
pub mod stage;

pub use parts::Parts;
pub use stage::{Stage, outcome};
