//! Time as this crate knows it: handed in, never read.
//!
//! Two things are kept apart on purpose. A [`Timestamp`] is a *claim* or a *witness* of when something
//! happened. A [`Stamp`] only *orders* entries of one document and is never shown to anybody as a time.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::BootId;

/// Milliseconds since 1970-01-01T00:00:00Z. May be negative or absurd when it came from a phone.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Timestamp(#[n(0)] i64);

impl Timestamp {
    /// The moment that many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment that a text in RFC 3339 names, to the millisecond. Its offset must be said.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.timestamp_millis()))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment moved by that many milliseconds, stopping at the ends of the range.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment; negative when `earlier` is in fact later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, or the bare number where no calendar reaches.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One look at a phone's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ClockReading {
    /// What the wall clock says. People set it, and it jumps.
    #[n(0)]
    pub wall: Timestamp,
    /// Milliseconds since boot, counting sleep. It cannot be set, but starts anew with each boot.
    #[n(1)]
    pub boot_ms: i64,
    /// Which boot `boot_ms` counts from.
    #[n(2)]
    pub boot: BootId,
}

/// Where a replica reads the time. Handed in, so that a simulation can run a shift in a second.
pub trait Clock: Send {
    /// The clocks as they stand now.
    fn read(&mut self) -> ClockReading;
}

/// A hybrid logical stamp: 48 bits of milliseconds, then a 16-bit counter.
///
/// Stamps order the entries of one document so that an entry made after another was seen sorts after
/// it, whatever the phones' clocks said. Source: Kulkarni et al., "Logical Physical Clocks" (2014).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, Serialize, Deserialize,
)]
#[serde(transparent)]
#[cbor(transparent)]
pub struct Stamp(#[n(0)] u64);

const COUNTER_BITS: u32 = 16;
/// The latest wall time a stamp can hold: the year 10889.
const STAMP_MILLIS_MAX: u64 = (1 << (64 - COUNTER_BITS)) - 1;

impl Stamp {
    /// The stamp before all others.
    pub const ZERO: Self = Self(0);

    /// The stamp for the next entry of a document whose latest stamp is `self`, at `wall`.
    ///
    /// Always greater than `self`; its physical part is `wall` unless the document is already ahead of it.
    #[must_use]
    pub fn next(self, wall: Timestamp) -> Self {
        let millis = u64::try_from(wall.millis()).unwrap_or(0).min(STAMP_MILLIS_MAX);
        Self((millis << COUNTER_BITS).max(self.0.saturating_add(1)))
    }

    /// The physical part: how far ahead of a server's clock this stamp is can be judged by it.
    pub fn wall(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0 >> COUNTER_BITS).unwrap_or(i64::MAX))
    }

    /// The stamp as one integer, for tables and documents.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The stamp that [`Stamp::as_u64`] gave.
    pub const fn from_u64(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Debug for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}+{}", self.wall(), self.0 & ((1 << COUNTER_BITS) - 1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_later_entry_always_gets_a_greater_stamp(last in 0..u64::MAX, wall in any::<i64>()) {
            prop_assert!(Stamp(last).next(Timestamp(wall)) > Stamp(last));
        }

        #[test]
        fn a_stamp_keeps_the_wall_time_it_was_made_at(wall in 0..(STAMP_MILLIS_MAX as i64)) {
            prop_assert_eq!(Stamp::ZERO.next(Timestamp(wall)).wall(), Timestamp(wall.max(0)));
        }
    }

    #[test]
    fn a_phone_whose_clock_went_back_still_writes_after_what_it_has_seen() {
        let seen = Stamp::ZERO.next(Timestamp(1_000_000));
        let after = seen.next(Timestamp(5));
        assert!(after > seen);
        assert_eq!(after.wall(), Timestamp(1_000_000));
    }
}
