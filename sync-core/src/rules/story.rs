//! Cases told in a few lines, for the tests of the rules.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::clock::{Stamp, Timestamp};
use crate::document::Register;
use crate::ids::{EntryId, OrderId, PersonId, PhotoHash, SignOffId};
use crate::model::{Case, CaseKind, Entry, EntryKind, Fact, Order, SignOff, SignOffOutcome, SignOffSubject};

/// The order of a story.
pub(crate) const ORDER: OrderId = OrderId::from_bytes([1; 16]);

/// The moment at which a clock on the wall in this zone shows `2026-03-06 19:00`, with seconds or without.
pub(crate) fn at_in(zone: Tz, shown: &str) -> Timestamp {
    let seconds = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M:%S%.f");
    let shown = seconds.or_else(|_| NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M")).unwrap();
    Timestamp::from_millis(zone.from_local_datetime(&shown).earliest().unwrap().timestamp_millis())
}

/// The same in China.
pub(crate) fn at(shown: &str) -> Timestamp {
    at_in(chrono_tz::Asia::Shanghai, shown)
}

/// What happens when nothing is said beside it.
pub(crate) fn plain(kind: EntryKind) -> Fact {
    Fact::plain(kind).unwrap()
}

/// A case that is being told.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) case: Case,
    zone: Tz,
}

impl Story {
    /// A case of this kind of which nothing has happened, with one order.
    pub(crate) fn of(kind: CaseKind) -> Self {
        let mut case = Case { kind: Register::new(vec![kind]), ..Case::default() };
        case.orders.push(Order::new(ORDER));
        Self { case, zone: chrono_tz::Asia::Shanghai }
    }

    /// Told by clocks of this zone from here on.
    pub(crate) fn in_zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    pub(crate) fn subject(mut self, path: &str) -> Self {
        self.case.subject = Register::new(vec![path.to_owned()]);
        self
    }

    /// Changes the case or its order.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Case)) -> Self {
        change(&mut self.case);
        self
    }

    /// Something that happened to the case as a whole.
    pub(crate) fn then(self, shown: &str, fact: Fact) -> Self {
        let at = at_in(self.zone, shown);
        self.entry(at, fact, None)
    }

    /// Something that happened to the order.
    pub(crate) fn order(self, shown: &str, fact: Fact) -> Self {
        let at = at_in(self.zone, shown);
        self.entry(at, fact, Some(ORDER))
    }

    pub(crate) fn entry(mut self, at: Timestamp, fact: Fact, order: Option<OrderId>) -> Self {
        let number = u64::try_from(self.case.entries.len()).unwrap() + 1;
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number.to_be_bytes());
        self.case.entries.push(Entry {
            id: EntryId::from_bytes(id),
            fact,
            order,
            by: PersonId::from_bytes([0; 16]),
            claimed_at: at,
            corrected_at: at,
            declared: None,
            stamp: Stamp::from_u64(number),
            note: String::new(),
        });
        self
    }

    /// The owner signs for the work on glass.
    pub(crate) fn signed(mut self, shown: &str) -> Self {
        let at = at_in(self.zone, shown);
        self.case.sign_offs.push(SignOff {
            id: SignOffId::from_bytes([9; 16]),
            order: Some(ORDER),
            settlement: None,
            subject: SignOffSubject::Completion,
            outcome: SignOffOutcome::Signed,
            shown: String::new(),
            digest: PhotoHash::from_bytes([0; 32]),
            renderer: 1,
            by: PersonId::from_bytes([0; 16]),
            claimed_at: at,
            corrected_at: at,
            stamp: Stamp::from_u64(1_000),
        });
        self
    }
}
