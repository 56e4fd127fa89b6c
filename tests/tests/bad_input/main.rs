//! What phones and strangers get for bad input, over real HTTP: a clear problem each, and nothing half
//! stored. After each case the log, every table and the photos are what they were before.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod enrolment;
mod photos;
mod requests;
mod town;
mod uploads;
mod wire;
