//! What was recorded is read: the wire, a server's folder, phones' files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::verify::verify;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::BootId;
use roundsman_sync_core::protocol::envelope::Envelope;
use roundsman_sync_core::protocol::messages::{EnrolReply, EnrolRequest, SyncReply, SyncRequest};
use roundsman_sync_core::replica::{CaseFilter, Environment, Replica, SqliteStore};
use roundsman_tests::world::folder;
use roundsman_tests::world::recording::{Exchange, Recording, read, record};

/// Decodes a body and demands that it is spelt as this version would spell it.
fn spelt_the_same<T>(packed: &[u8]) -> T
where
    T: for<'b> minicbor::Decode<'b, ()> + minicbor::Encode<()>,
{
    let bytes = zstd::decode_all(packed).unwrap();
    let message: T = minicbor::decode(&bytes).unwrap();
    assert_eq!(minicbor::to_vec(&message).unwrap(), bytes);
    message
}

fn check_wire(recording: &Recording) {
    let fine: Vec<&Exchange> = recording.wire.iter().filter(|one| one.status == 200).collect();
    let of = |path: &'static str| fine.iter().filter(move |one| one.path == path);
    for one in of("/v1/enrol") {
        spelt_the_same::<EnrolRequest>(&one.body);
        spelt_the_same::<EnrolReply>(&one.reply);
    }
    let mut envelopes = 0;
    for one in of("/v1/sync") {
        let asked: SyncRequest = spelt_the_same(&one.body);
        spelt_the_same::<SyncReply>(&one.reply);
        for bytes in &asked.envelopes {
            let opened = Envelope::open(bytes).unwrap();
            assert_eq!(&minicbor::to_vec(&opened.envelope).unwrap(), &bytes.to_vec());
            envelopes += 1;
        }
    }
    assert!(of("/v1/enrol").count() >= 5 && of("/v1/sync").count() > 20 && envelopes > 20);
}

struct Stopped;

impl Clock for Stopped {
    fn read(&mut self) -> ClockReading {
        let wall = Timestamp::from_millis(1_800_000_000_000);
        ClockReading { wall, boot_ms: 1_000, boot: BootId::from_bytes([9; 16]) }
    }
}

fn check_server(recording: &Recording) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let data = DataFolder::open(&recording.server).unwrap();
    // Brings an older schema up to date.
    drop(data.writer(&mut rng).unwrap());
    let reader = data.reader().unwrap();
    let found = verify(&reader, &data.blobs().unwrap(), &mut |_, _| {}).unwrap();
    assert_eq!(found.problems, Vec::<String>::new());
    let cases: u64 = reader
        .query_row("SELECT count(*) FROM cases", [], |row| row.get::<_, i64>(0))
        .unwrap()
        .unsigned_abs();
    assert_eq!(cases, recording.expected["cases"].as_u64().unwrap());
}

fn check_phones(recording: &Recording) {
    for (path, expected) in recording.phones.iter().zip(recording.expected["phones"].as_array().unwrap()) {
        let env = Environment { clock: Box::new(Stopped), rng: Box::new(ChaCha8Rng::seed_from_u64(2)) };
        let phone = Replica::open(Box::new(SqliteStore::open(path).unwrap()), env, None).unwrap();
        let mut listed: Vec<String> = phone
            .cases(&CaseFilter::default(), 0, 1_000)
            .unwrap()
            .iter()
            .map(|item| item.id.to_string())
            .collect();
        listed.sort();
        let cases: Vec<&str> =
            expected["cases"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        assert_eq!(listed, cases, "{path:?}");
    }
}

#[test]
fn what_is_recorded_is_read_byte_for_byte() {
    let kept = folder();
    record(3, 60, kept.path()).unwrap();
    let recording = read(kept.path());
    check_wire(&recording);
    check_server(&recording);
    check_phones(&recording);
}
