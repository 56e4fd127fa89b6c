//! The power of a phone fails: what a call promised is there, once.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::projection;
use roundsman_sync_core::ids::{CommandId, PhotoHash};
use roundsman_sync_core::model::Command;
use roundsman_sync_core::replica::{EditState, Replica};
use roundsman_tests::crash_vfs::{CrashVfs, Fault};
use roundsman_tests::world::SimServer;

use super::work::{Day, NOW, assert_each_once, enrol, open, settle, sync};

const WORK: usize = 46;
/// A sync after so many pieces of work.
const SYNC_EVERY: usize = 9;

#[test]
fn after_a_power_loss_a_phone_has_everything_it_ever_said_yes_to_once() {
    let mut server = SimServer::new(1, NOW);
    let (service, rng) = server.office().unwrap();
    let (site, codes) = settle(service, rng, 1);
    let machine = CrashVfs::register("phone-power");
    machine.start_recording();
    let mut replica = open("phone-power", 1).unwrap();
    let mut send = |request: &_| server.handle(NOW, request).unwrap();
    enrol(&mut replica, &codes[0], &mut send);
    let mut day = Day::at(site, 2);
    // From this operation on, so many commands must be there.
    let mut promised: Vec<(usize, usize)> = vec![(machine.operation_count(), 0)];
    let enrolled_at = machine.operation_count();
    for number in 0..WORK {
        day.work(&mut replica, number).unwrap();
        promised.push((machine.operation_count(), day.given.len()));
        if number % SYNC_EVERY == SYNC_EVERY - 1 {
            sync(&mut replica, &mut send).unwrap();
        }
    }
    let recording = machine.take_recording().unwrap();
    drop(replica);

    let after = CrashVfs::register("phone-power-after");
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let (mut images, mut life) = (0, 10);
    let last = machine.operation_count();
    // A stride that meets every phase of a commit in turn, and a few hundred images in all.
    let stride = (last / 300).max(1) | 1;
    recording.replay(|operation, image| {
        if !operation.is_multiple_of(stride) {
            return;
        }
        let must = promised.iter().rev().find(|(at, _)| *at <= operation).map_or(0, |(_, count)| *count);
        after.load(image(&mut rng));
        life += 1;
        images += 1;
        let replica = open("phone-power-after", life).unwrap();
        assert_each_once(&replica, &day.given[..must]);
        assert!(replica.enrolled().is_some() || operation < enrolled_at, "enrolled, and forgot it");
        photos_are_whole(&replica, &day.given[..must]);
    });
    assert!(images >= 200, "{images} images of {last} operations");
}

/// Every photo of an edit that is not known to be at the server is on the phone, byte for byte.
fn photos_are_whole(replica: &Replica, given: &[CommandId]) {
    for edit in replica.edits().unwrap().iter().filter(|edit| given.contains(&edit.command)) {
        let Command::AddPhoto { new, .. } = &edit.asked else { continue };
        let bytes = replica.photo(new.hash).unwrap();
        assert_eq!(bytes.map(|bytes| PhotoHash::of(&bytes)), Some(new.hash));
    }
}

/// Power fails in the middle of some disk operation; the phone is switched on again and goes on working
/// with the server it had. In the end each command is at the server once.
#[test]
fn a_phone_whose_power_failed_goes_on_with_the_server_as_if_nothing_was() {
    for (at, name) in (0..24).map(|number| (120 + number * 61, format!("phone-again-{number}"))) {
        let mut server = SimServer::new(4, NOW);
        let (service, rng) = server.office().unwrap();
        let (site, codes) = settle(service, rng, 1);
        let machine = CrashVfs::register(&name);
        let mut replica = open(&name, 1).unwrap();
        enrol(&mut replica, &codes[0], &mut |request| server.handle(NOW, request).unwrap());
        machine.fail_from(machine.operation_count() + at, Fault::Io);
        let mut day = Day::at(site, 2);
        let mut send = |request: &_| server.handle(NOW, request).unwrap();
        let mut number = 0;
        while number < 30 {
            let worked = day.work(&mut replica, number);
            let synced = if number % 5 == 4 { sync(&mut replica, &mut send) } else { Ok(()) };
            if worked.and(synced).is_err() {
                break;
            }
            number += 1;
        }
        let image = machine.image(&mut ChaCha8Rng::seed_from_u64(at as u64));
        drop(replica);
        machine.load(image);
        let mut replica = open(&name, 2).unwrap();
        assert_each_once(&replica, &day.given);
        for number in number + 1..number + 12 {
            day.work(&mut replica, number).unwrap();
        }
        sync(&mut replica, &mut send).unwrap();
        assert_each_once(&replica, &day.given);
        all_accepted_once(&server, &replica);
    }
}

/// Each edit of the phone is accepted at the server, once in each document, and the tables fit the log.
pub(crate) fn all_accepted_once(server: &SimServer, replica: &Replica) {
    let service = server.service().unwrap();
    for edit in replica.edits().unwrap() {
        assert!(matches!(edit.state, EditState::Accepted { .. }), "{edit:?}");
        let accepted: i64 = service
            .read::<_, roundsman_server::database::DatabaseError>(|db| {
                Ok(db.query_row(
                    "SELECT count(*) FROM changes WHERE command = ?1 AND verdict = 0",
                    [edit.command.as_bytes()],
                    |row| row.get(0),
                )?)
            })
            .unwrap();
        assert_eq!(usize::try_from(accepted), Ok(edit.asked.writes().len()), "{edit:?}");
    }
    assert_eq!(service.read(|db| projection::compare(db)).unwrap(), []);
    assert_eq!(replica.status().unwrap().photos_owed, 0);
}
