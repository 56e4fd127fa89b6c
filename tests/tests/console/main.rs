//! The office as a browser and a program meet it: the real router over a real data folder, which real
//! replicas have filled. Only the socket is left out.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod browser;
mod doors;
mod edits;
mod edits_refused;
mod estate;
mod keys;
mod matrix;
mod once;
mod pages;
mod pictures;
mod programs;
mod quarantine;
mod shared_photos;
mod staff;
mod staff_doors;
mod takeovers;
mod wrong_passwords;
