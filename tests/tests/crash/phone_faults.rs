//! The disk of a phone is full or fails: a call says so and has changed nothing, or has done its work.

use roundsman_sync_core::error::ErrorCode;
use roundsman_tests::crash_vfs::{CrashVfs, Fault};
use roundsman_tests::world::SimServer;

use super::phone::all_accepted_once;
use super::work::{Day, NOW, assert_each_once, enrol, open, settle, sync};

fn live_with_a_fault(name: &str, at: usize, fault: Fault) -> bool {
    let mut server = SimServer::new(5, NOW);
    let (service, rng) = server.office().unwrap();
    let (site, codes) = settle(service, rng, 1);
    let machine = CrashVfs::register(name);
    let mut replica = open(name, 1).unwrap();
    let mut send = |request: &_| server.handle(NOW, request).unwrap();
    enrol(&mut replica, &codes[0], &mut send);
    machine.fail_at(machine.operation_count() + at, fault);
    let mut day = Day::at(site, 2);
    let mut failed = false;
    for number in 0..14 {
        let worked = day.work(&mut replica, number);
        let synced = if number % 5 == 4 { sync(&mut replica, &mut send) } else { Ok(()) };
        for refusal in [worked.err(), synced.err()].into_iter().flatten() {
            failed = true;
            assert_eq!(refusal.code, ErrorCode::StoreFailed, "{refusal}");
        }
        // What failed left nothing, and the replica goes on by itself, without being opened anew.
        assert_eq!(replica.edits().unwrap().len(), day.given.len(), "operation {at}, {fault:?}");
    }
    sync(&mut replica, &mut send).unwrap();
    assert_each_once(&replica, &day.given);
    all_accepted_once(&server, &replica);

    drop(replica);
    let replica = open(name, 2).unwrap();
    assert_each_once(&replica, &day.given);
    assert_eq!(replica.edits().unwrap().len(), day.given.len());
    failed
}

#[test]
fn a_full_disk_refuses_the_command_and_nothing_else() {
    let failed =
        (0..28).filter(|n| live_with_a_fault(&format!("phone-full-{n}"), n * 5, Fault::Full)).count();
    assert!(failed > 12, "only {failed} faults were felt");
}

#[test]
fn a_failing_disk_refuses_the_command_and_nothing_else() {
    let failed =
        (0..28).filter(|n| live_with_a_fault(&format!("phone-io-{n}"), n * 5 + 1, Fault::Io)).count();
    assert!(failed > 12, "only {failed} faults were felt");
}
