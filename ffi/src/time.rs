//! Moments cross as milliseconds since 1970-01-01T00:00:00Z: what a phone claims may lie outside every calendar type.

use roundsman_sync_core::clock::Timestamp;

use crate::convert::same;

uniffi::custom_type!(Timestamp, i64, {
    remote,
    lower: |at| at.millis(),
    try_lift: |millis| Ok(Timestamp::from_millis(millis)),
});

same!(Timestamp);
