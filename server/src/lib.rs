//! The Roundsman server: ingest, log, projection, feeds, console and command line.
//!
//! Data flows one way: an envelope is judged by `ingest`, written to the `log`, and turned into tables
//! by `projection`, which also keeps the `feed`s that `service` answers from.

pub mod app;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod bench;
pub mod blobs;
pub mod cli;
pub mod console;
pub mod data_folder;
pub mod database;
pub mod demo;
pub mod error;
pub mod export;
pub mod feed;
pub mod hints;
pub mod http;
pub mod import;
pub mod ingest;
pub mod log;
pub mod policy_file;
pub mod projection;
pub mod route_file;
pub mod router;
pub mod serve;
pub mod service;
pub mod told;
pub mod verify;
