//! What a newer version wrote is held until this server is as new.

use super::*;

#[test]
fn a_newer_schema_is_held_with_all_that_builds_on_it_and_refused_by_nobody() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let written = guard.write(&create(server.site));
    let newer = minicbor::to_vec(guard.envelope(&server, SCHEMA + 1, written)).unwrap();
    let after = guard.say(&server, &arrived(2));
    assert_eq!(server.one(&guard, newer.clone()), Verdict::Pending { missing: Vec::new() });
    assert!(matches!(server.one(&guard, after), Verdict::Pending { missing } if missing.len() == 1));
    let head = server.head();
    assert_eq!(server.one(&guard, newer), Verdict::Pending { missing: Vec::new() });
    server.take_up_held();
    assert_eq!(server.head(), head, "this server is no newer than it was");
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_an_older_server_held_is_judged_when_the_server_is_new_enough() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let written = guard.write(&create(server.site));
    let held = guard.envelope(&server, SCHEMA, written);
    let after = guard.say(&server, &arrived(2));
    server.hold(&held);
    assert!(matches!(server.one(&guard, after.clone()), Verdict::Pending { .. }));
    server.take_up_held();
    assert!(matches!(server.one(&guard, after), Verdict::Accepted { .. }));
    assert_eq!(server.case(CASE).entries.len(), 2);
    server.assert_tables_follow_from_the_log();
}
