//! The Roundsman server: ingest, log, projection, feeds, console and command line.

pub mod blobs;
pub mod export;
pub mod import;
