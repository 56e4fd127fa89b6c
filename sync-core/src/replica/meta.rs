//! What a replica knows about itself: who it is, how far it has walked, what time it is at the server.

use minicbor::{Decode, Encode};

use super::store::{Key, Store, StoreError, Write};
use crate::clock::{ClockReading, Timestamp};
use crate::ids::{DeviceId, LogId, OrgId, PersonId, SiteId};
use crate::model::Role;
use crate::protocol::envelope::{TimeClaim, TokenSeen};
use crate::protocol::key::PublicKey;
use crate::protocol::messages::{FeedCursor, FeedGrant, Pos, Rights, RoleGrant};

/// What enrolment gave.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Enrolment {
    /// The organisation.
    #[n(0)]
    pub org: OrgId,
    /// What the server calls this phone.
    #[n(1)]
    pub device: DeviceId,
    /// Whose phone it is.
    #[n(2)]
    pub person: PersonId,
    /// Their name.
    #[n(3)]
    pub person_name: String,
    /// The key with which the server signs what its office edits.
    #[n(4)]
    pub server_key: PublicKey,
}

/// One look at the server's clock: when this device's clocks stood at `at`, the server's stood
/// somewhere between `earliest` and `latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct ServerClock {
    #[n(0)]
    earliest: Timestamp,
    #[n(1)]
    latest: Timestamp,
    #[n(2)]
    at: ClockReading,
}

impl ServerClock {
    /// What follows from a reply that names `server_time`, asked for at `asked` and read at `read`:
    /// the server looked at its clock at some moment in between.
    pub(super) fn from_reply(asked: ClockReading, read: ClockReading, server_time: Timestamp) -> Self {
        let waited_ms = if asked.boot == read.boot {
            read.boot_ms.saturating_sub(asked.boot_ms)
        } else {
            read.wall.millis_since(asked.wall)
        };
        Self { earliest: server_time, latest: server_time.plus_millis(waited_ms.max(0)), at: read }
    }

    /// What the server's clock shows at `reading`. Within one boot the wall clock does not matter, so
    /// setting it cannot move the result.
    fn at(&self, reading: ClockReading) -> Timestamp {
        let half = self.latest.millis_since(self.earliest) / 2;
        let since = if reading.boot == self.at.boot {
            reading.boot_ms.saturating_sub(self.at.boot_ms)
        } else {
            reading.wall.millis_since(self.at.wall)
        };
        self.earliest.plus_millis(half).plus_millis(since)
    }

    /// Server's clock minus this phone's wall clock, as the interval it lies in, in milliseconds.
    pub(super) fn offset_ms(&self) -> (i64, i64) {
        (self.earliest.millis_since(self.at.wall), self.latest.millis_since(self.at.wall))
    }
}

/// The state of a replica, one value in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Meta {
    #[n(0)]
    pub(super) enrolment: Option<Enrolment>,
    #[n(1)]
    pub(super) roles: Vec<RoleGrant>,
    #[n(2)]
    pub(super) log: Option<LogId>,
    #[n(3)]
    pub(super) token: Option<TokenSeen>,
    /// No request with a higher counter has left. The next one's may be counted in already.
    #[n(4)]
    pub(super) counter: u64,
    #[n(5)]
    pub(super) server_clock: Option<ServerClock>,
    /// Every feed that is not in `behind` is level up to here.
    #[n(6)]
    pub(super) base: Pos,
    #[n(7)]
    pub(super) behind: Vec<FeedCursor>,
    #[n(8)]
    pub(super) feeds: Vec<FeedGrant>,
    #[n(9)]
    pub(super) revoked: bool,
    #[n(10)]
    pub(super) last_sync: Option<Timestamp>,
    /// The server was restored: what this device holds of others' work may be lost there.
    #[n(11)]
    pub(super) recovering: Option<bool>,
    /// When everything held was last compared with the server's side, by the phone's wall clock.
    #[n(12)]
    pub(super) compared_at: Option<Timestamp>,
    /// The position of the office's wish to compare that was last met.
    #[n(13)]
    pub(super) resynced: Option<Pos>,
    /// Where the server is, as the person typed it.
    #[n(14)]
    pub(super) server: Option<String>,
}

impl Meta {
    pub(super) fn load(store: &dyn Store) -> Result<Self, StoreError> {
        match store.value(Key::State)? {
            Some(bytes) => minicbor::decode(&bytes).map_err(|error| StoreError::corrupt("state", error)),
            None => Ok(Self::default()),
        }
    }

    pub(super) fn write(&self) -> Write {
        // Writing to a vector cannot fail.
        Write::PutValue(Key::State, minicbor::to_vec(self).unwrap_or_default())
    }

    /// [`Rights::digest`] of the rights that are known.
    pub(super) fn rights_digest(&self) -> u64 {
        Rights { feeds: self.feeds.clone(), roles: self.roles.clone() }.digest()
    }

    /// Whether what a restored server may have lost is still being gathered.
    pub(super) fn is_recovering(&self) -> bool {
        self.recovering == Some(true)
    }

    /// The server's clock at `now`, as far as it is known; else this phone's own.
    pub(super) fn server_now(&self, now: ClockReading) -> Timestamp {
        self.server_clock.map_or(now.wall, |clock| clock.at(now))
    }

    /// The server's clock at an earlier moment. Never later than now: a stamp must not lie ahead.
    pub(super) fn server_then(&self, then: ClockReading, now: ClockReading) -> Timestamp {
        self.server_now(then).min(self.server_now(now))
    }

    pub(super) fn claim(&self, reading: ClockReading) -> TimeClaim {
        TimeClaim { reading, token: self.token.clone() }
    }

    /// Keeps the token of a reply, with the moment it came.
    pub(super) fn see_token(&mut self, token: String, now: ClockReading) {
        self.token = Some(TokenSeen { token, at_boot_ms: now.boot_ms, boot: now.boot });
    }

    /// The roles of the person at an estate.
    pub(super) fn roles_at(&self, site: SiteId) -> Vec<Role> {
        self.roles.iter().filter(|grant| grant.site == site).map(|grant| grant.role).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BootId;

    fn reading(wall: i64, boot_ms: i64, boot: u8) -> ClockReading {
        ClockReading { wall: Timestamp::from_millis(wall), boot_ms, boot: BootId::from_bytes([boot; 16]) }
    }

    #[test]
    fn the_servers_clock_is_taken_from_the_middle_of_what_is_possible() {
        let clock = ServerClock::from_reply(
            reading(1_000, 50, 1),
            reading(1_200, 250, 1),
            Timestamp::from_millis(9_000),
        );
        assert_eq!(clock.offset_ms(), (7_800, 8_000));
        assert_eq!(clock.at(reading(1_200, 250, 1)), Timestamp::from_millis(9_100));
    }

    #[test]
    fn setting_the_wall_clock_does_not_move_what_is_known_of_the_server() {
        let clock = ServerClock::from_reply(
            reading(1_000, 0, 1),
            reading(1_000, 0, 1),
            Timestamp::from_millis(9_000),
        );
        assert_eq!(clock.at(reading(77_000, 500, 1)), Timestamp::from_millis(9_500));
        // After a restart only the wall clock bridges the gap.
        assert_eq!(clock.at(reading(1_600, 3, 2)), Timestamp::from_millis(9_600));
    }
}
