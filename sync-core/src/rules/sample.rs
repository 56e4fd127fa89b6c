//! Cases for the tests of rules: written down entry by entry, as a shift would.

use crate::clock::{Stamp, Timestamp};
use crate::document::Register;
use crate::ids::{EntryId, OrderId, PersonId, PhotoHash, SettlementId, SignOffId, SiteId};
use crate::model::{
    Case, CaseKind, Channel, Entry, Fact, Order, Place, SignOff, SignOffOutcome, SignOffSubject,
};

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;
/// 2026-10-12 08:00 in China, a Monday.
pub(crate) const MONDAY: Timestamp = Timestamp::from_millis(1_791_763_200_000);
/// China's clocks are eight hours ahead all year.
pub(crate) const CHINA_MINUTES: i32 = 8 * 60;
pub(crate) const SITE: SiteId = SiteId::from_bytes([1; 16]);
pub(crate) const ORDER: OrderId = OrderId::from_bytes([2; 16]);
pub(crate) const DESK: PersonId = PersonId::from_bytes([10; 16]);
pub(crate) const TECHNICIAN: PersonId = PersonId::from_bytes([11; 16]);
pub(crate) const HOUSEKEEPER: PersonId = PersonId::from_bytes([12; 16]);
pub(crate) const DIRECTOR: PersonId = PersonId::from_bytes([13; 16]);

/// A register that one person set.
pub(crate) fn set<T>(value: T) -> Register<T> {
    Register::new(vec![value])
}

/// A case to which things are added one after another, a minute apart unless told otherwise.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) case: Case,
    pub(crate) now: Timestamp,
    next: u8,
    by: PersonId,
}

impl Story {
    /// A case of this kind that the desk wrote down on Monday morning.
    pub(crate) fn new(kind: CaseKind) -> Self {
        let place = Place { building: Some("3".into()), unit: Some("2".into()), ..Place::default() };
        let case = Case {
            site: Some(SITE),
            kind: set(kind),
            channel: set(Channel::Phone),
            place: set(place),
            subject: set("equipment/lift".to_owned()),
            reported_at: Some(MONDAY),
            ..Case::default()
        };
        let mut story = Self { case, now: MONDAY, next: 0, by: DESK };
        story.say(Fact::Received);
        story
    }

    /// From now on somebody else writes.
    pub(crate) fn by(&mut self, person: PersonId) -> &mut Self {
        self.by = person;
        self
    }

    /// Time passes.
    pub(crate) fn later(&mut self, millis: i64) -> &mut Self {
        self.now = self.now.plus_millis(millis);
        self
    }

    fn tick(&mut self) -> Stamp {
        self.next += 1;
        self.now = self.now.plus_millis(MINUTE_MS);
        Stamp::from_u64(u64::from(self.next))
    }

    fn write(&mut self, fact: Fact, order: Option<OrderId>, note: &str) -> EntryId {
        let stamp = self.tick();
        let id = EntryId::from_bytes([self.next; 16]);
        self.case.entries.push(Entry {
            id,
            fact,
            order,
            by: self.by,
            claimed_at: self.now,
            corrected_at: self.now,
            declared: None,
            stamp,
            note: note.to_owned(),
        });
        id
    }

    /// States something about the case.
    pub(crate) fn say(&mut self, fact: Fact) -> EntryId {
        self.write(fact, None, "")
    }

    /// States something about the case in words.
    pub(crate) fn say_why(&mut self, fact: Fact, note: &str) -> EntryId {
        self.write(fact, None, note)
    }

    /// States something about the one order.
    pub(crate) fn on_order(&mut self, fact: Fact) -> EntryId {
        if self.case.order(ORDER).is_none() {
            self.case.orders.push(Order::new(ORDER));
        }
        self.write(fact, Some(ORDER), "")
    }

    /// Asks for a signature.
    pub(crate) fn sign(
        &mut self,
        subject: SignOffSubject,
        outcome: SignOffOutcome,
        settlement: Option<SettlementId>,
    ) -> SignOffId {
        let stamp = self.tick();
        let id = SignOffId::from_bytes([self.next; 16]);
        let order = (subject != SignOffSubject::Settlement).then_some(ORDER);
        self.case.sign_offs.push(SignOff {
            id,
            order,
            settlement,
            subject,
            outcome,
            shown: String::new(),
            digest: PhotoHash::of(b""),
            renderer: 1,
            by: self.by,
            claimed_at: self.now,
            corrected_at: self.now,
            stamp,
        });
        id
    }
}
