//! What travels between a device and the server. Pure: bytes in, bytes out.
//!
//! `docs/protocol.md` tells the same in prose, so that a stranger could write a client.

pub mod envelope;
pub mod http_signature;
pub mod key;
pub mod messages;
pub mod packing;
mod reasons;
pub mod repair;
pub mod version;

pub use reasons::{Reason, SUPERSEDED, reason};
pub use version::PROTOCOL;

/// The media type of a request or reply body: CBOR in one zstd frame.
pub const MEDIA_TYPE: &str = "application/vnd.roundsman.v1+cbor-zstd";
/// Names the freshness token in requests and in replies that ask to sign again.
pub const TOKEN_HEADER: &str = "roundsman-token";
/// In a reply that refuses a replayed request: the lowest counter that will be taken.
pub const COUNTER_HEADER: &str = "roundsman-counter";
/// Where the stream of hints is.
pub const EVENTS_PATH: &str = "/v1/events";
