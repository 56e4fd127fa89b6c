//! The Roundsman device library for Python, Kotlin and Swift: exports only, no rule and no SQL.
#![allow(unsafe_code, reason = "the exported symbols that UniFFI generates are unsafe by their nature")]

// SQLite is built into the library, whatever the phone's system has.
use rusqlite as _;

uniffi::setup_scaffolding!();

/// The version of the sync protocol that this library speaks. A host app shows it beside its own version
/// when somebody asks for help.
#[uniffi::export]
pub fn protocol_version() -> u32 {
    roundsman_sync_core::protocol::PROTOCOL
}
