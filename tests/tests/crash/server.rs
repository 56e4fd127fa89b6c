//! The power or the disk of the server fails: what was answered is in the log, and the tables fit it.

use std::cell::RefCell;

use http::{Request, Response};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::blobs::{BlobStore, Uploads};
use roundsman_server::data_folder::{self, DataFolder, FolderError, Identity};
use roundsman_server::database::{self, DatabaseError};
use roundsman_server::ingest::Writer;
use roundsman_server::projection;
use roundsman_server::service::Service;
use roundsman_sync_core::document::ActorBytes;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::{REPLY_BYTES_MAX, REQUEST_BYTES_MAX};
use roundsman_sync_core::protocol::messages::{SyncReply, SyncRequest, Verdict};
use roundsman_sync_core::protocol::packing::unpack;
use roundsman_sync_core::replica::Replica;
use roundsman_tests::crash_vfs::{CrashVfs, Fault};
use roundsman_tests::world::folder;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::work::{Day, NOW, enrol, open, settle, sync};

fn connection(vfs: &str) -> Connection {
    Connection::open_with_flags_and_vfs("roundsman.db", OpenFlags::default(), vfs).unwrap()
}

/// A service whose database is on a simulated disk; photos are on a real one.
fn service(vfs: &'static str, dir: &TempDir, life: u64) -> Result<Service, DatabaseError> {
    let mut rng = ChaCha8Rng::seed_from_u64(life);
    let mut writer = Writer::new(connection(vfs), ActorBytes::mint(&mut rng))?;
    if life == 1 {
        data_folder::found(&mut writer, "和园物业", NOW, &mut rng)?;
    }
    let blobs = BlobStore::open(dir.path()).unwrap();
    let uploads = Uploads::open(dir.path(), BlobStore::open(dir.path()).unwrap()).unwrap();
    Service::new(writer, Box::new(move || Ok(connection(vfs))), uploads, blobs, &mut rng)
}

#[test]
fn a_database_whose_making_was_cut_short_is_made_at_the_next_try() {
    const VFS: &str = "server-birth";
    const AFTER: &str = "server-birth-after";
    let machine = CrashVfs::register(VFS);
    machine.start_recording();
    drop(service(VFS, &folder(), 1).unwrap());
    let recording = machine.take_recording().unwrap();

    let after = CrashVfs::register(AFTER);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (mut images, mut made, mut made_anew) = (0, 0, 0);
    recording.replay(|_, image| {
        images += 1;
        after.load(image(&mut rng));
        let mut writer = Writer::new(connection(AFTER), ActorBytes::mint(&mut rng)).unwrap();
        let founded = Identity::load(&connection(AFTER)).is_ok();
        let tried = data_folder::found(&mut writer, "和园物业", NOW, &mut rng);
        assert_eq!(tried.is_err(), founded, "an organisation is founded once");
        if founded {
            made += 1
        } else {
            made_anew += 1
        }
        Identity::load(&connection(AFTER)).unwrap();
    });
    assert!(images > 50 && made > 0 && made_anew > 0, "{images} images, {made} whole, {made_anew} not");
}

#[test]
fn a_data_folder_whose_making_was_cut_short_can_be_made_and_a_whole_one_not_twice() {
    let dir = folder();
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    drop(Writer::open(&database::path_in(dir.path()), ActorBytes::mint(&mut rng)).unwrap());
    let made = DataFolder::init(dir.path(), "和园物业", NOW, &mut rng).unwrap();
    Identity::load(&made.reader().unwrap()).unwrap();
    let again = DataFolder::init(dir.path(), "湖畔物业", NOW, &mut rng);
    assert!(matches!(again, Err(FolderError::Exists(_))), "{again:?}");
}

/// What the server promised: an envelope, and what became of its changes.
#[derive(Clone)]
struct Promise {
    /// Known to the phone since this operation of the server's disk.
    operation: usize,
    envelope: Vec<u8>,
    verdicts: Vec<Verdict>,
}

fn promises(operation: usize, request: &Request<Vec<u8>>, reply: &Response<Vec<u8>>) -> Vec<Promise> {
    if request.uri().path() != "/v1/sync" || !reply.status().is_success() {
        return Vec::new();
    }
    let asked: SyncRequest = unpack(request.body(), REQUEST_BYTES_MAX).unwrap();
    let told: SyncReply = unpack(reply.body(), REPLY_BYTES_MAX).unwrap();
    let both = asked.envelopes.into_iter().zip(told.verdicts);
    both.map(|(envelope, verdicts)| Promise { operation, envelope: envelope.into(), verdicts }).collect()
}

#[test]
fn after_a_power_loss_the_server_has_everything_it_ever_accepted_and_its_tables_fit() {
    const VFS: &str = "server-power";
    const AFTER: &str = "server-power-after";
    let dir = folder();
    let machine = CrashVfs::register(VFS);
    let live = service(VFS, &dir, 1).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (site, codes) = settle(&live, &mut rng, 2);
    let made = RefCell::new(Vec::new());
    let mut send = |request: &Request<Vec<u8>>| {
        let reply = live.handle(NOW, &mut rng, request);
        made.borrow_mut().extend(promises(machine.operation_count(), request, &reply));
        reply
    };
    let mut phones: Vec<(Replica, Day)> = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        let name = format!("server-power-phone-{at}");
        CrashVfs::register(&name);
        let mut replica = open(&name, 20 + at as u64).unwrap();
        enrol(&mut replica, code, &mut send);
        phones.push((replica, Day::at(site, at as u64)));
    }
    machine.start_recording();
    let first = machine.operation_count();
    for number in 0..14 {
        for (replica, day) in &mut phones {
            day.work(replica, number).unwrap();
            day.work(replica, number + 1).unwrap();
            sync(replica, &mut send).unwrap();
        }
    }
    let recording = machine.take_recording().unwrap();
    let last = machine.operation_count();
    drop(live);
    let made = made.into_inner();
    assert!(made.len() > 40, "{}", made.len());

    let after = CrashVfs::register(AFTER);
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let (mut images, mut life) = (0, 10);
    // Odd, so that it falls on every sort of operation; of those recorded, not of the making of the tables.
    let stride = ((last - first) / 100).max(1) | 1;
    recording.replay(|operation, image| {
        if !operation.is_multiple_of(stride) {
            return;
        }
        images += 1;
        life += 1;
        after.load(image(&mut rng));
        let again = service(AFTER, &dir, life).unwrap();
        assert_eq!(again.read(|db| projection::compare(db)).unwrap(), [], "operation {operation}");
        if images % 3 == 0 {
            keeps_its_promises(&again, &made, operation);
        }
    });
    assert!(images >= 80, "{images} images of {} operations", last - first);
}

/// What was answered before the power failed stands; what was under way is taken as if for the first time.
fn keeps_its_promises(again: &Service, made: &[Promise], operation: usize) {
    for promise in made {
        let answered = promise.operation <= operation;
        let now = deliver(again, &promise.envelope);
        if answered {
            assert_eq!(now, promise.verdicts, "answered at {}, lost at {operation}", promise.operation);
        } else {
            let accepted = |verdicts: &[Verdict]| -> Vec<bool> {
                verdicts.iter().map(|verdict| matches!(verdict, Verdict::Accepted { .. })).collect()
            };
            assert_eq!(accepted(&now), accepted(&promise.verdicts));
        }
    }
    assert_eq!(again.read(|db| projection::compare(db)).unwrap(), []);
}

fn deliver(service: &Service, envelope: &[u8]) -> Vec<Verdict> {
    use roundsman_server::ingest::Delivered;
    use roundsman_sync_core::protocol::envelope::Envelope;
    let device = Envelope::open(envelope).unwrap().envelope.device;
    let delivered = Delivered { device, envelopes: vec![envelope] };
    service
        .write::<_, DatabaseError>(|batch, office| batch.push(NOW, &office.secret, &delivered))
        .unwrap()
        .remove(0)
}

/// A server with a failing disk answers with a problem, and phones say everything again later.
fn live_with_a_fault(name: String, at: usize, fault: Fault, lasting: bool) -> bool {
    let vfs: &'static str = Box::leak(name.into_boxed_str());
    let phone_vfs = format!("{vfs}-phone");
    let dir = folder();
    let machine = CrashVfs::register(vfs);
    CrashVfs::register(&phone_vfs);
    let mut live = service(vfs, &dir, 1).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (site, codes) = settle(&live, &mut rng, 1);
    let mut replica = open(&phone_vfs, 20).unwrap();
    enrol(&mut replica, &codes[0], &mut |request| live.handle(NOW, &mut rng, request));
    let mut day = Day::at(site, 1);
    let operation = machine.operation_count() + at;
    if lasting {
        machine.fail_from(operation, fault)
    } else {
        machine.fail_at(operation, fault)
    }
    let mut felt = false;
    for number in 0..10 {
        day.work(&mut replica, number).unwrap();
        let outcome = sync(&mut replica, &mut |request| {
            let reply = live.handle(NOW, &mut rng, request);
            let failed = reply.status().is_server_error();
            felt |= failed;
            if failed {
                assert_eq!(reply.headers()["content-type"], "application/problem+json");
            }
            reply
        });
        if let Err(refusal) = outcome {
            assert!(matches!(refusal.code, ErrorCode::Internal | ErrorCode::StoreFailed), "{refusal}");
            if lasting {
                break;
            }
        }
    }
    if lasting {
        let image = machine.image(&mut rng);
        drop(live);
        machine.load(image);
        live = service(vfs, &dir, 2).unwrap();
    } else {
        machine.heal();
    }
    sync(&mut replica, &mut |request| live.handle(NOW, &mut rng, request)).unwrap();
    for edit in replica.edits().unwrap() {
        use roundsman_sync_core::replica::EditState;
        assert!(matches!(edit.state, EditState::Accepted { .. }), "{edit:?}");
    }
    assert_eq!(replica.status().unwrap().photos_owed, 0);
    assert_eq!(live.read(|db| projection::compare(db)).unwrap(), []);
    felt
}

#[test]
fn a_server_whose_disk_is_full_for_a_moment_says_so_and_loses_nothing() {
    let felt =
        (0..24).filter(|n| live_with_a_fault(format!("server-full-{n}"), n * 7, Fault::Full, false)).count();
    assert!(felt > 10, "only {felt} faults were felt");
}

#[test]
fn a_server_whose_disk_fails_for_a_moment_says_so_and_loses_nothing() {
    let felt =
        (0..24).filter(|n| live_with_a_fault(format!("server-io-{n}"), n * 7 + 2, Fault::Io, false)).count();
    assert!(felt > 10, "only {felt} faults were felt");
}

#[test]
fn a_server_that_loses_power_amid_a_request_goes_on_where_phones_can_follow() {
    let felt =
        (0..24).filter(|n| live_with_a_fault(format!("server-dies-{n}"), n * 11, Fault::Io, true)).count();
    assert!(felt > 10, "only {felt} power losses were felt");
}
