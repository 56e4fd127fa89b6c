//! The one way in: verify, scan, judge, write down. Nothing else writes the log.
//!
//! **Invariant.** Log, tables and feeds change together in one transaction, which is on disk before
//! anybody is answered. What is refused is written down too, with its reason.

mod judge;
mod office;
mod policy;
mod rights;
mod salvage;
mod staff;
mod writer;

pub use office::{Office, OfficeError, Sitting};
pub use rights::hears_of_loss;
pub use staff::{Newcomer, Post};
pub use writer::{Batch, Delivered, Opened, Writer};

#[cfg(test)]
mod tests;
