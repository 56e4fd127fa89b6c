//! Hints: the server says that there is something, over a stream that the app keeps open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use roundsman_sync_core::replica::HintReader as CoreReader;

use super::Replica;
use crate::error::RoundsmanError;
use crate::exchange::{Outcome, flat, whole};
use crate::host::{HttpReply, HttpRequest};

#[uniffi::export]
impl Replica {
    /// The request that opens the stream of hints. Its reply does not end: give what arrives to a `HintReader`, piece
    /// by piece, and sync when it says so. If nothing arrives for 50 seconds, the link is dead: ask again.
    ///
    /// # Errors
    /// `not_enrolled`, `device_revoked`, or the file cannot be written.
    pub fn hint_request(&self) -> Result<HttpRequest, RoundsmanError> {
        let base = self.base()?;
        Ok(flat(&base, self.call(|replica| replica.ask_for_hints())?))
    }

    /// Takes in a reply to `hint_request` that is an error. If this succeeds, ask again at once, at most twice.
    ///
    /// # Errors
    /// What the server refused with.
    pub fn hint_refused(
        &self,
        status: u16,
        headers: HashMap<String, String>,
        body: Vec<u8>,
    ) -> Result<(), RoundsmanError> {
        match whole(HttpReply { status, headers, body }) {
            Outcome::Reply(reply) => self.call(|replica| replica.signed_get_refused(&reply)),
            Outcome::Failed(_) | Outcome::Cancelled => Ok(()),
        }
    }
}

/// Reads the stream of hints as it arrives.
#[derive(uniffi::Object)]
pub struct HintReader(Mutex<CoreReader>);

#[uniffi::export]
impl HintReader {
    /// A reader at the beginning of a stream.
    #[uniffi::constructor]
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(CoreReader::new())))
    }

    /// Takes in what arrived, in pieces of any size. True if there is something: sync.
    pub fn take(&self, bytes: Vec<u8>) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&bytes).is_some()
    }
}
