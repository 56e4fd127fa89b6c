//! The Roundsman device library for Python, Kotlin and Swift: exports and conversions only, no rule and no SQL.
//!
//! Where to look:
//! - `replica`: the object that apps hold; `replica/` has its calls, by what they are about.
//! - `host`: what an app may hand in: signer, clock, transport, logger, listener. `system_clock`, `http`: the defaults.
//! - `exchange`: one request on its way, which a cancelling call can leave.
//! - `words`, `details`, `case`, `round`, `site`, `standing`, `sync`: the flat types, each made explicitly from the
//!   core's. `convert` has the macros that do it.
//! - `error`: the one error.
//!
//! **What holds.** No panic crosses: it becomes the error `internal`. Every call may be made from any thread. Listeners,
//! transports and loggers are called without the core's lock, so they may call the library; signers and clocks are
//! called from the middle of a call and may not.
#![allow(unsafe_code, reason = "the exported symbols that UniFFI generates are unsafe by their nature")]

pub mod case;
mod convert;
pub mod details;
pub mod error;
mod exchange;
pub mod host;
#[cfg(feature = "http")]
mod http;
pub mod ids;
mod money;
pub mod replica;
pub mod round;
pub mod site;
pub mod standing;
pub mod sync;
mod system_clock;
mod time;
pub mod uploads;
pub mod words;

pub use error::RoundsmanError;
pub use replica::Replica;

uniffi::setup_scaffolding!();

/// The version of the sync protocol that this library speaks. A host app shows it beside its own version
/// when somebody asks for help.
#[uniffi::export]
pub fn protocol_version() -> u32 {
    roundsman_sync_core::protocol::PROTOCOL
}
