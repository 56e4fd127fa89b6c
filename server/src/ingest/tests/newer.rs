//! What a newer version wrote is held until this server is as new.

use super::*;
use crate::log::{LogEntry, LoggedVerdict};

fn seal_as(schema: u32, phone: &Phone, server: &Server, written: Vec<Written>) -> Envelope {
    let items = written
        .into_iter()
        .map(|one| EnvelopeItem {
            document: one.document,
            kind: one.kind,
            change: ByteVec::from(one.change.bytes),
        })
        .collect();
    let reading = ClockReading { wall: phone.at, boot_ms: 0, boot: BootId::from_bytes([0; 16]) };
    let claim = TimeClaim { reading, token: None };
    let org = server.identity.office.org;
    Envelope::seal(org, phone.device, phone.person, schema, claim, items, &phone.signer).unwrap()
}

#[test]
fn a_newer_schema_is_held_with_all_that_builds_on_it_and_refused_by_nobody() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let written = guard.write(&create(server.site));
    let newer = minicbor::to_vec(seal_as(SCHEMA + 1, &guard, &server, written)).unwrap();
    let after = guard.say(&server, &arrived(2));
    assert_eq!(server.one(&guard, newer.clone()), Verdict::Pending { missing: Vec::new() });
    assert!(matches!(server.one(&guard, after), Verdict::Pending { missing } if missing.len() == 1));
    let head = server.head();
    assert_eq!(server.one(&guard, newer), Verdict::Pending { missing: Vec::new() });
    let now = server.now;
    server.writer.transaction::<_, DatabaseError>(|batch| batch.take_up_held(now)).unwrap();
    assert_eq!(server.head(), head, "this server is no newer than it was");
    server.assert_tables_follow_from_the_log();
}

#[test]
fn what_an_older_server_held_is_judged_when_the_server_is_new_enough() {
    let mut server = Server::new();
    let mut guard = server.enrol("王强", Role::Guard);
    let written = guard.write(&create(server.site));
    let held = seal_as(SCHEMA, &guard, &server, written);
    let after = guard.say(&server, &arrived(2));
    // As the log of a server that did not understand it says.
    let now = server.now;
    let log = |batch: &mut crate::ingest::Batch<'_>| {
        let envelope = batch.append(
            now,
            &LogEntry::Envelope(crate::log::LoggedEnvelope {
                device: held.device,
                person: held.person,
                schema: held.schema,
                claim: held.claim.clone(),
                not_before: None,
                signature: held.signature,
                changes: 1,
                continues: None,
            }),
        )?;
        let item = held.items[0].clone();
        let verdict = LoggedVerdict::Pending { missing: Vec::new() };
        let EnvelopeItem { document, kind, change } = item;
        batch.append(now, &LogEntry::Change { envelope, document, kind, change, verdict })?;
        Ok::<_, DatabaseError>(())
    };
    server.writer.transaction(log).unwrap();
    assert!(matches!(server.one(&guard, after.clone()), Verdict::Pending { .. }));
    server.writer.transaction::<_, DatabaseError>(|batch| batch.take_up_held(now)).unwrap();
    assert!(matches!(server.one(&guard, after), Verdict::Accepted { .. }));
    assert_eq!(server.case(CASE).entries.len(), 2);
    server.assert_tables_follow_from_the_log();
}
