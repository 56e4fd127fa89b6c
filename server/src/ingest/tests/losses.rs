//! A right counts for what was written while its loss could not be known.

use roundsman_sync_core::model::{Department, Nature};

use super::*;

const DAY_MS: i64 = 24 * 3_600_000;

/// A case with a guard's phone that holds it, whose right is then taken.
fn after_a_loss() -> (Server, Phone, Phone) {
    let mut server = Server::new();
    let mut desk = server.enrol("陈静", Role::Reception);
    let envelope = desk.say(&server, &create(server.site));
    server.one(&desk, envelope);
    let mut guard = server.enrol("王强", Role::Guard);
    guard.documents = desk.documents.clone();
    server.take(&guard, Role::Guard);
    (server, desk, guard)
}

impl Server {
    fn take(&mut self, phone: &Phone, role: Role) {
        let (person, site) = (phone.person, self.site);
        let taken = self.office(|batch, office, _, desk| office.take_role(batch, desk, person, site, role));
        assert!(taken.unwrap());
    }

    /// The phone has read everything and has nothing left to send.
    fn has_heard(&mut self, phone: &Phone) {
        let (now, device, up_to) = (self.now, phone.device, self.head());
        let heard = |batch: &mut crate::ingest::Batch<'_>| {
            assert!(crate::ingest::hears_of_loss(batch.db, now, device, up_to)?);
            batch.append(now, &crate::log::LogEntry::LossHeard { device, up_to })?;
            assert!(!crate::ingest::hears_of_loss(batch.db, now, device, up_to)?, "it is said once");
            Ok::<_, DatabaseError>(())
        };
        self.writer.transaction(heard).unwrap();
    }
}

fn is_accepted(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Accepted { .. })
}

#[test]
fn what_was_done_before_the_phone_could_hear_is_taken_for_a_week_and_no_longer() {
    let (mut server, _, mut guard) = after_a_loss();
    // Its own earlier edits, accepted after the loss, tell the phone nothing.
    for (day, entry) in [(0, 2), (3, 3), (7, 4)] {
        server.now = Timestamp::from_millis(START + day * DAY_MS);
        guard.at = server.now;
        let envelope = guard.say(&server, &arrived(entry));
        let verdict = server.one(&guard, envelope);
        assert!(is_accepted(&verdict), "day {day}: {verdict:?}");
    }
    server.now = server.now.plus_millis(1);
    let envelope = guard.say(&server, &arrived(5));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::SiteNotPermitted);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_phone_that_has_read_past_the_loss_with_nothing_left_to_send_has_lost_the_right() {
    let (mut server, _, mut guard) = after_a_loss();
    let unsent = guard.say(&server, &arrived(2));
    assert!(is_accepted(&server.one(&guard, unsent)));
    server.has_heard(&guard);
    let later = guard.say(&server, &arrived(3));
    assert_eq!(code_of(&server.one(&guard, later)), ErrorCode::SiteNotPermitted);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_waited_when_the_phone_heard_is_judged_by_when_it_came() {
    let (mut server, _, mut guard) = after_a_loss();
    let (first, second) = (guard.say(&server, &arrived(2)), guard.say(&server, &arrived(3)));
    assert!(matches!(server.one(&guard, second.clone()), Verdict::Pending { .. }));
    // Only a faulty phone says that nothing is left while it holds the first.
    server.has_heard(&guard);
    assert_eq!(code_of(&server.one(&guard, first)), ErrorCode::SiteNotPermitted);
    assert_eq!(code_of(&server.one(&guard, second)), ErrorCode::DependencyRefused);
}

#[test]
fn what_was_held_when_the_phone_heard_is_judged_by_when_it_came() {
    let (mut server, _, mut guard) = after_a_loss();
    let written = guard.write(&arrived(2));
    server.hold(&guard.envelope(&server, SCHEMA, written));
    server.has_heard(&guard);
    server.take_up_held();
    assert_eq!(server.case(CASE).entries.len(), 2);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn who_builds_on_their_own_work_that_builds_on_others_has_heard_too() {
    let (mut server, mut desk, _) = after_a_loss();
    let mut second = server.enrol("李娜", Role::Reception);
    let newcomer = Newcomer {
        name: "李娜".into(),
        site: server.site,
        role: Role::Technician,
        department: Some(Department::Environment),
    };
    server.office(|batch, office, rng, desk| office.add_person(batch, rng, desk, &newcomer)).unwrap();
    server.take(&second, Role::Reception);
    let envelope = desk.say(&server, &urgency(Urgency::General));
    assert!(is_accepted(&server.one(&desk, envelope)));
    second.documents = desk.documents.clone();
    // As a technician they may. What they then say as the receptionist they were builds on it.
    let own = second.say(&server, &arrived(3));
    assert!(is_accepted(&server.one(&second, own)));
    let to = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    let after = second.say(&server, &Command::Classify { case: CASE, to });
    assert_eq!(code_of(&server.one(&second, after)), ErrorCode::RoleNotPermitted);
}

#[test]
fn who_builds_on_what_others_wrote_after_the_loss_has_heard_of_it() {
    let (mut server, mut desk, mut guard) = after_a_loss();
    let before = guard.say(&server, &arrived(2));
    let envelope = desk.say(&server, &urgency(Urgency::General));
    assert!(is_accepted(&server.one(&desk, envelope)));
    assert!(is_accepted(&server.one(&guard, before)));
    let mut newer = desk.documents[&CASE].clone();
    guard.documents.get_mut(&CASE).unwrap().merge(&mut newer).unwrap();
    let after = guard.say(&server, &arrived(3));
    assert_eq!(code_of(&server.one(&guard, after)), ErrorCode::SiteNotPermitted);
}

#[test]
fn a_right_that_is_given_again_counts_at_once() {
    let (mut server, _, mut guard) = after_a_loss();
    server.has_heard(&guard);
    let newcomer = Newcomer { name: "王强".into(), site: server.site, role: Role::Guard, department: None };
    server.office(|batch, office, rng, desk| office.add_person(batch, rng, desk, &newcomer)).unwrap();
    let envelope = guard.say(&server, &arrived(2));
    assert!(is_accepted(&server.one(&guard, envelope)));
    // And can be taken a second time.
    server.take(&guard, Role::Guard);
    let envelope = guard.say(&server, &arrived(3));
    assert!(is_accepted(&server.one(&guard, envelope)));
    server.has_heard(&guard);
    let envelope = guard.say(&server, &arrived(4));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::SiteNotPermitted);
    server.assert_tables_follow_from_the_log();
}
