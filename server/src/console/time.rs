//! Times as the office reads them: in the estate's zone, with the offset said.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use roundsman_sync_core::clock::Timestamp;

use super::text::Text;

/// One moment, ready for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    machine: Option<String>,
    full: String,
    short: String,
}

impl Moment {
    /// The moment in that zone. A claim no calendar reaches is shown as its bare number.
    pub fn at(time: Timestamp, zone: Tz) -> Self {
        match DateTime::<Utc>::from_timestamp_millis(time.millis()) {
            Some(utc) => {
                let local = utc.with_timezone(&zone);
                Self {
                    machine: Some(local.to_rfc3339_opts(SecondsFormat::Millis, false)),
                    full: local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
                    short: local.format("%Y-%m-%d %H:%M %:z").to_string(),
                }
            }
            None => {
                let bare = time.to_string();
                Self { machine: None, full: bare.clone(), short: bare }
            }
        }
    }

    /// What `<time datetime>` takes: RFC 3339 with milliseconds and offset. None outside the calendar.
    pub fn machine(&self) -> Option<&str> {
        self.machine.as_deref()
    }

    /// To the second, for a page where moments are compared.
    pub fn full(&self) -> &str {
        &self.full
    }

    /// To the minute, for lists.
    pub fn short(&self) -> &str {
        &self.short
    }
}

/// Who stated something, and when they say they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The person's name.
    pub by: Text,
    /// The time their device, or the office's server, gave.
    pub at: Moment,
}

/// The bounds the server can vouch for: a thing happened after one and before the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The device had already heard this from the server. None if it never had a fresh word.
    pub not_before: Option<Moment>,
    /// The server first held the statement.
    pub received: Moment,
    /// How far apart the two are, in milliseconds; never negative.
    pub width_ms: Option<u64>,
}

impl Witness {
    /// The bounds, in the zone of the estate.
    pub fn new(not_before: Option<Timestamp>, received: Timestamp, zone: Tz) -> Self {
        Self {
            not_before: not_before.map(|time| Moment::at(time, zone)),
            received: Moment::at(received, zone),
            width_ms: not_before.map(|time| u64::try_from(received.millis_since(time)).unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_estate_with_its_offset() {
        let time = Timestamp::from_millis(1_677_600_000_123);
        let moment = Moment::at(time, chrono_tz::Asia::Shanghai);
        assert_eq!(moment.full(), "2023-03-01 00:00:00 +08:00");
        assert_eq!(moment.short(), "2023-03-01 00:00 +08:00");
        assert_eq!(moment.machine(), Some("2023-03-01T00:00:00.123+08:00"));
        let moment = Moment::at(time, chrono_tz::America::New_York);
        assert_eq!(moment.full(), "2023-02-28 11:00:00 -05:00");
    }

    #[test]
    fn an_absurd_claim_is_shown_as_a_number_and_gets_no_machine_time() {
        let moment = Moment::at(Timestamp::from_millis(i64::MAX), chrono_tz::UTC);
        assert_eq!(moment.full(), "9223372036854775807 ms");
        assert_eq!(moment.machine(), None);
    }

    #[test]
    fn a_server_clock_set_back_between_the_bounds_gives_a_width_of_nothing() {
        let witness =
            Witness::new(Some(Timestamp::from_millis(5_000)), Timestamp::from_millis(4_000), chrono_tz::UTC);
        assert_eq!(witness.width_ms, Some(0));
    }
}
