//! The Roundsman server: ingest, log, projection, feeds, console and command line.

pub mod auth;
