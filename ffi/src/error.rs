//! The one error.

use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::replica::StoreError;

/// Why something was not done. Match on `code`, which never changes; show `message`, which may.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Error)]
pub enum RoundsmanError {
    /// It was not done, and nothing of it.
    Refused {
        /// The stable code, the same as over HTTP: `not_enrolled`, `link_failed`, … docs/device-guide.md says what
        /// to do on each.
        code: String,
        /// What was wrong, and where, in English. Never holds names or phone numbers.
        message: String,
    },
}

impl RoundsmanError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused { code: code.as_str().to_owned(), message: message.into() }
    }
}

impl std::fmt::Display for RoundsmanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Refused { code, message } = self;
        write!(f, "{message} ({code})")
    }
}

impl std::error::Error for RoundsmanError {}

impl From<Refusal> for RoundsmanError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.message)
    }
}

impl From<StoreError> for RoundsmanError {
    fn from(error: StoreError) -> Self {
        Refusal::from(error).into()
    }
}

/// What the app's own code may throw when the library calls it. Anything else it throws is taken for one of these.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Error)]
pub enum HostError {
    /// It did not work, and why: for the log.
    Failed {
        /// In English or in whatever the system said.
        reason: String,
    },
}

impl std::fmt::Display for HostError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Failed { reason } = self;
        f.write_str(reason)
    }
}

impl std::error::Error for HostError {}

impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { reason: error.reason }
    }
}
