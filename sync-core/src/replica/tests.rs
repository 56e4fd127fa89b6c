//! The replica against hand-made replies. What a real server does is tried in the crate `tests`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

mod app;
mod budget;
mod commands;
mod contract;
mod fetch;
mod laws;
mod pages;
mod phone;
mod photos;
mod session;
mod signing;
mod verdicts;
