//! Bad links in virtual time: gaps, cuts, and a sync that is dropped at any moment.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::path::Path;

use http::{Method, Request};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use roundsman_server::bench::link::{Trace, Work, live};
use roundsman_server::data_folder::DataFolder;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::projection;
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, PhotoHash, SiteId};
use roundsman_sync_core::limits::PHOTO_CHUNK_BYTES;
use roundsman_sync_core::model::{
    CaseKind, Channel, Fact, NewCase, NewEntry, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::replica::{Environment, Picture, Replica, SqliteStore, SyncBudget};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// Half a minute of a poor link, a gap in which a connection dies, a trickle, and a gap in which it does not.
fn poor(seed: u64, each_ms: u64) -> Trace {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut lines = Vec::new();
    let mut at_ms = 0;
    for _ in 0..4 {
        for _ in 0..400 {
            at_ms += rng.random_range(1..=2 * each_ms);
            lines.push(at_ms);
        }
        at_ms += rng.random_range(25_000..78_000);
        for _ in 0..20 {
            at_ms += rng.random_range(500..3_000);
            lines.push(at_ms);
        }
        at_ms += rng.random_range(5_000..15_000);
        lines.push(at_ms);
    }
    let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
    Trace::parse(&lines.join("\n")).unwrap()
}

#[test]
fn a_shift_over_a_link_with_long_gaps_arrives_whole_and_costs_a_tenth_more_at_most() {
    let dir = tempfile::tempdir().unwrap();
    let work = Work { visits: 4, edits_each: 4, photos_each: 2, photo_bytes: 200_000 };
    let over = |name: &str, up, down| live(&dir.path().join(name), (up, down), work, &[], 3).unwrap();
    let needed = over("perfect", Trace::perfect(), Trace::perfect());
    assert_eq!((needed.cuts, needed.waited_ms), (0, 0));
    let lived = over("poor", poor(1, 20), poor(2, 10));
    assert!(lived.cuts >= 10 && lived.waited_ms > 0, "the link was bad enough: {lived:?}");
    assert!(lived.bytes() >= needed.bytes());
    assert!(lived.bytes() * 10 <= needed.bytes() * 11, "{lived:?} where {needed:?} were needed");
    assert_eq!(over("again", poor(1, 20), poor(2, 10)), lived, "the same seed is the same shift");
}

struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: NOW, boot_ms: 0, boot: BootId::from_bytes([1; 16]) }
    }
}

/// A server, and a phone with a case, three edits and two photos that nobody has heard of.
struct Town {
    service: Service,
    phone: Option<Replica>,
    folder: std::path::PathBuf,
    photos: Vec<(PhotoHash, u64)>,
    /// Bytes of pieces that reached the server, by path.
    pieces: BTreeMap<String, u64>,
    starts: u64,
}

fn open(folder: &Path, seed: u64) -> Replica {
    let store = SqliteStore::open(folder.join("phone.db")).unwrap();
    let rng = Box::new(ChaCha8Rng::seed_from_u64(seed));
    Replica::open(Box::new(store), Environment { clock: Box::new(StoppedClock), rng }, None).unwrap()
}

fn new_case(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place { spot: Some("地库 B2".to_owned()), ..Place::default() },
        description: "管道漏水".to_owned(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

impl Town {
    fn new(folder: &Path) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let data = DataFolder::init(&folder.join("server"), "锦绣物业", NOW, &mut rng).unwrap();
        let service = service_of(&data).unwrap();
        let desk = Sitting { person: service.identity().desk, now: NOW };
        let (site, code) = service
            .write::<_, OfficeError>(|batch, office| {
                let site = office.add_site(batch, &mut rng, desk, "锦绣花园")?;
                let newcomer = Newcomer { name: "王强".into(), site, role: Role::Guard, department: None };
                let person = office.add_person(batch, &mut rng, desk, &newcomer)?;
                Ok((site, office.invite(batch, &mut rng, desk, person)?.reveal()))
            })
            .unwrap();
        let mut phone = open(folder, 7);
        let request = phone.enrol_request(&code, "a phone").unwrap();
        phone.enrol_apply(&service.handle(NOW, &mut rng, &request)).unwrap();
        let case = phone.create_case(new_case(site)).unwrap();
        for note in ["一", "二"] {
            phone.record(case, None, NewEntry::now(Fact::Remark, note)).unwrap();
        }
        let mut photos = Vec::new();
        for mark in [1_u8, 2] {
            let bytes = vec![mark; PHOTO_CHUNK_BYTES + 1_000];
            let preview = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 100, 0, 100, 1, 0, 0, 0, mark];
            let picture = Picture { bytes: &bytes, caption: "", preview: Some(&preview) };
            phone.add_picture(case, PhotoRole::Before, &picture).unwrap();
            for bytes in [bytes, preview] {
                photos.push((PhotoHash::of(&bytes), u64::try_from(bytes.len()).unwrap()));
            }
        }
        let folder = folder.to_path_buf();
        Self { service, phone: Some(phone), folder, photos, pieces: BTreeMap::new(), starts: 0 }
    }

    fn phone(&mut self) -> &mut Replica {
        self.phone.as_mut().unwrap()
    }

    /// As if the app had been killed.
    fn restart(&mut self) {
        self.phone = None;
        self.starts += 1;
        self.phone = Some(open(&self.folder, 100 + self.starts));
    }

    fn handle(&mut self, request: &Request<Vec<u8>>) -> http::Response<Vec<u8>> {
        if request.method() == Method::PATCH {
            let sent = u64::try_from(request.body().len()).unwrap();
            *self.pieces.entry(request.uri().path().to_owned()).or_default() += sent;
        }
        self.service.handle(NOW, &mut ChaCha8Rng::seed_from_u64(self.starts + 9), request)
    }

    /// Syncs to the end, or until so many steps are done: a request handed out, one that reached the server, a
    /// reply taken in. Gives the steps done and whether the end was reached.
    fn sync(&mut self, steps_max: u32) -> (u32, bool) {
        let mut session = self.phone().start_sync(SyncBudget::default());
        let mut steps = 0;
        while steps < steps_max {
            let Some(request) = self.phone().next_request(&mut session).unwrap() else {
                return (steps, true);
            };
            steps += 1;
            if steps == steps_max {
                break;
            }
            let reply = self.handle(&request);
            steps += 1;
            if steps == steps_max {
                break;
            }
            self.phone().apply(&mut session, &reply).unwrap();
            steps += 1;
        }
        (steps, false)
    }
}

#[test]
fn a_sync_dropped_after_any_step_loses_nothing_and_sends_nothing_twice_but_one_piece() {
    let dir = tempfile::tempdir().unwrap();
    let (steps, ended) = Town::new(&dir.path().join("whole")).sync(u32::MAX);
    assert!(ended && steps > 30, "{steps}");
    for kept in 1..=steps {
        // A step is one of three, so each kind of step meets both ends.
        let killed = kept % 2 == 0;
        let mut town = Town::new(&dir.path().join(format!("{kept}-{killed}")));
        assert_eq!(town.sync(kept), (kept, false));
        if killed {
            town.restart();
        }
        assert!(town.sync(u32::MAX).1);
        let status = town.phone().status().unwrap();
        assert_eq!(
            (status.pending_edits, status.photos_owed, status.previews_owed, status.refused),
            (0, 0, 0, 0)
        );
        let photos = town.photos.clone();
        for (hash, size) in &photos {
            assert_eq!(town.service.blobs().check(*hash).unwrap().size, *size);
        }
        let whole: u64 = photos.iter().map(|(_, size)| size).sum();
        let sent: u64 = town.pieces.values().sum();
        let piece = u64::try_from(PHOTO_CHUNK_BYTES).unwrap();
        assert!((whole..=whole + piece).contains(&sent), "after {kept} steps: {sent} of {whole} bytes");
        let device = *town.phone().enrolled().unwrap().device.as_bytes();
        let changes: i64 = town
            .service
            .read::<_, DatabaseError>(|db| {
                let sql = "SELECT count(*) FROM changes WHERE device = ?1";
                Ok(db.query_row(sql, [device], |row| row.get(0))?)
            })
            .unwrap();
        assert_eq!(changes, 5, "each edit is there once");
        if kept == steps {
            assert_eq!(town.service.read(|db| projection::compare(db)).unwrap(), []);
        }
    }
}
