//! What every HTTP handler has at hand.

use std::sync::Arc;

use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;

use crate::service::Service;

/// The state of the web application.
#[derive(Clone)]
pub struct App {
    /// The heart.
    pub service: Arc<Service>,
    /// In which zone pages show times.
    pub zone: Tz,
    /// Whether browsers reach this server through TLS; decides the form of cookies.
    pub secure: bool,
}

impl App {
    /// The server's clock. The one place where the serving process reads it.
    pub fn now() -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }
}
