//! Rows are written once for changes that came together, and are the same when the log is read again.

use super::*;

const HOUR_MS: i64 = 3_600_000;

#[test]
fn what_came_together_is_one_run_and_what_came_later_has_its_own_receipt() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let site = server.site;
    let first: Vec<_> =
        [create(site), arrived(2), arrived(3)].iter().map(|command| guard.say(&server, command)).collect();
    server.deliver(&guard, &first);
    server.now = server.now.plus_millis(HOUR_MS);
    guard.at = server.now;
    let later = guard.say(&server, &arrived(4));
    server.deliver(&guard, &[later]);
    assert_eq!(server.received(), [(1, START), (2, START), (3, START), (4, START + HOUR_MS)]);
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_run_ends_where_another_document_or_a_refusal_stands_between() {
    let mut server = Server::new();
    let mut desk = server.enrol("李梅", Role::Reception);
    let site = server.site;
    let contact = Command::WriteContact {
        case: CASE,
        details: ContactDetails { name: Some("陈女士".into()), ..ContactDetails::default() },
    };
    let mut envelopes: Vec<_> =
        [create(site), contact, urgency(Urgency::General)].iter().map(|one| desk.say(&server, one)).collect();
    // A copy of the phone says something that is refused, in the middle of the rest.
    let forged = desk.forge(DocumentId::from_bytes([0x22; 16]), DocumentKind::Case, |edit| {
        edit.set(&["fields"], "subject", "noise")
    });
    envelopes.push(desk.seal(&server, forged));
    envelopes.push(desk.say(&server, &arrived(2)));
    let verdicts = server.deliver(&desk, &envelopes);
    let accepted: Vec<_> =
        verdicts.iter().flatten().map(|verdict| matches!(verdict, Verdict::Accepted { .. })).collect();
    assert_eq!(accepted, [true, true, true, false, true], "{verdicts:?}");
    assert_eq!(server.case(CASE).urgency.shown(), Some(&Urgency::General));
    server.assert_tables_follow_from_the_log();
}

#[test]
fn a_case_that_was_given_and_taken_within_a_run_is_where_the_log_puts_it() {
    let mut server = Server::new();
    let mut desk = server.enrol("李梅", Role::Reception);
    let (one, other) = (server.enrol("张伟", Role::Technician), server.enrol("刘洋", Role::Technician));
    let order = OrderId::from_bytes([9; 16]);
    let dispatch = Command::Dispatch {
        case: CASE,
        order,
        dispatched: EntryId::from_bytes([5; 16]),
        department: roundsman_sync_core::model::Department::Engineering,
        assignee: Some(one.person),
        new: None,
    };
    let assign = |assignee| Command::Assign { case: CASE, order, assignee };
    let site = server.site;
    let commands = [create(site), dispatch, assign(other.person), assign(one.person), assign(other.person)];
    let envelopes: Vec<_> = commands.iter().map(|command| desk.say(&server, command)).collect();
    let verdicts = server.deliver(&desk, &envelopes);
    assert!(verdicts.iter().flatten().all(|verdict| matches!(verdict, Verdict::Accepted { .. })));
    server.assert_tables_follow_from_the_log();
    // The same edits, each in a delivery of its own, leave the tables of a log that says so.
    let back = desk.say(&server, &assign(one.person));
    server.deliver(&desk, &[back]);
    server.assert_tables_follow_from_the_log();
}
