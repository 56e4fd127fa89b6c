//! Rounds: what no command does is refused, and changes nothing.

use automerge::ScalarValue;
use roundsman_sync_core::clock::Stamp;
use roundsman_sync_core::ids::{CheckId, RouteId};
use roundsman_sync_core::model::{NewRound, Reading, Round, RoundKind, RoundPlan, SkipReason};

use super::*;

const ROUND: DocumentId = DocumentId::from_bytes([5; 16]);

/// A round for a case, which needs no points.
fn start(site: SiteId) -> Command {
    let plan = RoundPlan { name: "walk".into(), ..RoundPlan::default() };
    let new = NewRound { site, kind: RoundKind::FireRound, route: None, case: Some(CASE), plan };
    Command::StartRound { round: ROUND, started: EntryId::from_bytes([6; 16]), new }
}

/// A result by anybody at any time.
fn result(by: [u8; 16], claimed_at: i64, stamp: u64) -> impl Fn(&mut Edit<'_>) -> Result<(), DocumentError> {
    move |edit| {
        let skipped = Reading::Skipped { reason: SkipReason::Locked };
        let fields = [
            ("checkpoint", ScalarValue::from(vec![8u8; 16])),
            ("reading", ScalarValue::Bytes(minicbor::to_vec(&skipped).unwrap())),
            ("by", ScalarValue::from(by.to_vec())),
            ("claimed_at", ScalarValue::Timestamp(claimed_at)),
            ("stamp", ScalarValue::Uint(stamp)),
        ];
        edit.add(&["checks"], &CheckId::from_bytes([2; 16]).to_string(), fields)
    }
}

fn honest_stamp() -> u64 {
    Stamp::ZERO.next(Timestamp::from_millis(START)).as_u64()
}

impl Server {
    fn round(&mut self) -> Round {
        self.writer
            .transaction::<_, DatabaseError>(|batch| {
                Ok(Round::read(&batch.documents.open(batch.db, ROUND, DocumentKind::Round)?.document))
            })
            .unwrap()
    }

    /// A guard who has set out, and stated a result.
    fn with_result() -> (Self, Phone) {
        let mut server = Self::new();
        let mut guard = server.enrol("王强", Role::Guard);
        let envelope = guard.say(&server, &start(server.site));
        assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
        let honest = result(*guard.person.as_bytes(), START, honest_stamp());
        let written = guard.forge(ROUND, DocumentKind::Round, honest);
        let envelope = guard.seal(&server, written);
        assert!(matches!(server.one(&guard, envelope), Verdict::Accepted { .. }));
        assert_eq!(server.round().checks.len(), 1);
        (server, guard)
    }
}

#[test]
fn what_a_round_set_out_to_do_and_what_was_found_cannot_be_changed() {
    type Attack = fn(&mut Edit<'_>, &str) -> Result<(), DocumentError>;
    let attacks: [(Attack, ErrorCode); 7] = [
        (|edit, _| edit.set(&["fields"], "site", vec![9u8; 16]), ErrorCode::ChangeNotPermitted),
        (
            |edit, _| edit.set(&["fields"], "plan", ScalarValue::Bytes(vec![0x80])),
            ErrorCode::ChangeNotPermitted,
        ),
        (|edit, _| edit.set(&["fields"], "kind", "guard_round"), ErrorCode::ChangeNotPermitted),
        (|edit, _| edit.set(&["fields"], "case", vec![9u8; 16]), ErrorCode::ChangeNotPermitted),
        (
            |edit, _| edit.set(&["fields"], "route", RouteId::from_bytes([9; 16]).as_bytes().to_vec()),
            ErrorCode::ChangeNotPermitted,
        ),
        (|edit, key| edit.set(&["checks", key], "note", "nothing wrong"), ErrorCode::EntryImmutable),
        (|edit, key| edit.add(&["checks"], key, []), ErrorCode::EntryImmutable),
    ];
    for (attack, code) in attacks {
        let (mut server, mut guard) = Server::with_result();
        let before = server.round();
        let key = CheckId::from_bytes([2; 16]).to_string();
        let forged = guard.forge(ROUND, DocumentKind::Round, |edit| attack(edit, &key));
        let envelope = guard.seal(&server, forged);
        assert_eq!(code_of(&server.one(&guard, envelope)), code);
        assert_eq!(server.round(), before);
        server.assert_tables_follow_from_the_log();
    }
}

#[test]
fn a_result_says_the_person_time_and_stamp_of_the_change_that_adds_it() {
    let table = [(true, START, honest_stamp()), (false, START - 1, honest_stamp()), (false, START, u64::MAX)];
    for (as_another, claimed_at, stamp) in table {
        let mut server = Server::new();
        let mut guard = server.enrol("王强", Role::Guard);
        let envelope = guard.say(&server, &start(server.site));
        server.one(&guard, envelope);
        let by = if as_another { [7; 16] } else { *guard.person.as_bytes() };
        let forged = guard.forge(ROUND, DocumentKind::Round, result(by, claimed_at, stamp));
        let envelope = guard.seal(&server, forged);
        assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::PersonMismatch);
        assert_eq!(server.round().checks, []);
        server.assert_tables_follow_from_the_log();
    }
}

#[test]
fn rounds_are_for_those_who_work_at_the_estate_and_not_for_administrators() {
    let mut server = Server::new();
    let mut admin = server.enrol("系统", Role::Admin);
    let envelope = admin.say(&server, &start(server.site));
    assert_eq!(code_of(&server.one(&admin, envelope)), ErrorCode::RoleNotPermitted);
    let mut guard = server.enrol("王强", Role::Guard);
    let envelope = guard.say(&server, &start(SiteId::from_bytes([9; 16])));
    assert_eq!(code_of(&server.one(&guard, envelope)), ErrorCode::SiteNotPermitted);
    let mut placeless = server.enrol("赵刚", Role::Guard);
    let written =
        placeless.forge(ROUND, DocumentKind::Round, |edit| edit.set(&["fields"], "kind", "fire_round"));
    let envelope = placeless.seal(&server, written);
    assert_eq!(code_of(&server.one(&placeless, envelope)), ErrorCode::ChangeNotPermitted);
    server.assert_tables_follow_from_the_log();
}
