#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::fmt;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::*;
use crate::blobs::PhotoType;

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(super) const ONE: DeviceId = DeviceId::from_bytes([1; 16]);
pub(super) const TWO: DeviceId = DeviceId::from_bytes([2; 16]);

/// A data folder whose server can be killed and started again.
pub(super) struct World {
    dir: tempfile::TempDir,
    pub(super) uploads: Uploads,
    rng: ChaCha8Rng,
}

impl World {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let uploads = open(dir.path());
        Self { dir, uploads, rng: ChaCha8Rng::seed_from_u64(1) }
    }

    pub(super) fn restart(&mut self) {
        self.uploads = open(self.dir.path());
    }

    pub(super) fn create(&mut self, device: DeviceId, bytes: &[u8]) -> Created {
        self.try_create(device, PhotoHash::of(bytes), bytes.len() as u64).unwrap()
    }

    pub(super) fn try_create(
        &mut self,
        device: DeviceId,
        hash: PhotoHash,
        size: u64,
    ) -> Result<Created, BlobError> {
        self.create_at(NOW, device, hash, size)
    }

    pub(super) fn create_at(
        &mut self,
        now: Timestamp,
        device: DeviceId,
        hash: PhotoHash,
        size: u64,
    ) -> Result<Created, BlobError> {
        self.uploads.create(now, &mut self.rng, &Promise { device, hash, size, metadata: None })
    }

    pub(super) fn stored(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.uploads.store.read(PhotoHash::of(bytes), PHOTO_BYTES_MAX).unwrap()
    }

    pub(super) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.path().join("uploads")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn open(dir: &Path) -> Uploads {
    Uploads::open(dir, BlobStore::open(dir).unwrap()).unwrap()
}

pub(super) fn code<T: fmt::Debug>(result: Result<T, BlobError>) -> ErrorCode {
    match result {
        Err(BlobError::Refused(refusal)) => refusal.code,
        other => panic!("not a refusal: {other:?}"),
    }
}

pub(super) fn photo(length: u32) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0".to_vec();
    bytes.extend((0..length).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
    bytes
}

pub(super) fn is_complete(progress: &Progress) -> bool {
    matches!(progress.state, UploadState::Complete(_)) && progress.offset == progress.size
}

#[test]
fn a_photo_in_two_pieces_arrives_whole_and_with_its_real_type() {
    let mut world = World::new();
    let bytes = photo(3000);
    let id = world.create(ONE, &bytes).id;
    let half = world.uploads.append(NOW, id, ONE, 0, &bytes[..1000]).unwrap();
    assert_eq!((half.offset, half.state), (1000, UploadState::Partial));
    assert_eq!(world.stored(&bytes), None);
    let done = world.uploads.append(NOW, id, ONE, 1000, &bytes[1000..]).unwrap();
    let hash = PhotoHash::of(&bytes);
    let facts = PhotoFacts { hash, size: 3004, photo_type: PhotoType::Jpeg };
    let expires = NOW.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX);
    assert_eq!(done, Progress { offset: 3004, size: 3004, state: UploadState::Complete(facts), expires });
    assert_eq!(world.stored(&bytes), Some(bytes));
}

#[test]
fn a_lost_reply_to_the_creation_leaves_no_second_upload() {
    let mut world = World::new();
    let bytes = photo(100);
    let first = world.create(ONE, &bytes);
    world.uploads.append(NOW, first.id, ONE, 0, &bytes[..40]).unwrap();
    let again = world.create(ONE, &bytes);
    assert_eq!((again.id, again.progress.offset), (first.id, 40));
    world.restart();
    let after_kill = world.create(ONE, &bytes);
    assert_eq!((after_kill.id, after_kill.progress.offset), (first.id, 40));
    assert_eq!(world.files().len(), 2);
}

#[test]
fn a_cut_upload_goes_on_from_where_it_stood() {
    let mut world = World::new();
    let bytes = photo(5000);
    let id = world.create(ONE, &bytes).id;
    // The body broke off after two of its pieces, and the process died before anything was settled.
    assert_eq!(world.uploads.write(NOW, id, ONE, 0, &bytes[..700]).unwrap(), 700);
    assert_eq!(world.uploads.write(NOW, id, ONE, 700, &bytes[700..1900]).unwrap(), 1900);
    world.restart();
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 1900);
    assert!(is_complete(&world.uploads.append(NOW, id, ONE, 1900, &bytes[1900..]).unwrap()));
    assert_eq!(world.stored(&bytes), Some(bytes));
}

#[test]
fn a_wrong_offset_is_told_the_true_one_and_changes_nothing() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    world.uploads.append(NOW, id, ONE, 0, &bytes[..100]).unwrap();
    for wrong in [0, 99, 101, 504, u64::MAX] {
        match world.uploads.append(NOW, id, ONE, wrong, &bytes[..10]) {
            Err(BlobError::Refused(refusal)) => {
                assert_eq!(refusal.code, ErrorCode::UploadOffsetMismatch);
                assert!(refusal.message.contains("byte 100,"), "{}", refusal.message);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 100);
}

#[test]
fn more_bytes_than_promised_are_refused_whole() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    world.uploads.append(NOW, id, ONE, 0, &bytes[..400]).unwrap();
    let too_many = photo(200);
    assert_eq!(code(world.uploads.append(NOW, id, ONE, 400, &too_many)), ErrorCode::BadRequest);
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 400);
    assert!(is_complete(&world.uploads.append(NOW, id, ONE, 400, &bytes[400..]).unwrap()));
}

#[test]
fn bytes_with_another_hash_are_dropped_and_the_upload_starts_anew() {
    let mut world = World::new();
    let bytes = photo(500);
    let mut other = bytes.clone();
    other[200] ^= 1;
    let id = world.create(ONE, &bytes).id;
    assert_eq!(code(world.uploads.append(NOW, id, ONE, 0, &other)), ErrorCode::PhotoHashMismatch);
    assert_eq!(world.stored(&bytes), None);
    assert_eq!(world.stored(&other), None);
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 0);
    assert!(is_complete(&world.uploads.append(NOW, id, ONE, 0, &bytes).unwrap()));
}

#[test]
fn empty_and_overlong_photos_are_refused_before_anything_is_written() {
    let mut world = World::new();
    let hash = PhotoHash::of(b"");
    assert_eq!(code(world.try_create(ONE, hash, 0)), ErrorCode::PhotoEmpty);
    assert_eq!(code(world.try_create(ONE, hash, PHOTO_BYTES_MAX + 1)), ErrorCode::PhotoTooLarge);
    assert_eq!(code(world.try_create(ONE, hash, u64::MAX)), ErrorCode::PhotoTooLarge);
    assert!(world.files().is_empty());
    world.try_create(ONE, hash, PHOTO_BYTES_MAX).unwrap();
}

#[test]
fn a_kill_between_the_last_byte_and_the_hash_is_made_up_for_by_the_next_look() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    world.uploads.write(NOW, id, ONE, 0, &bytes).unwrap();
    world.restart();
    assert!(is_complete(&world.uploads.settle(NOW, id, ONE).unwrap()));
    assert_eq!(world.stored(&bytes), Some(bytes));
}

#[test]
fn a_kill_between_the_rename_and_the_reply_leaves_an_upload_that_says_it_is_done() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    let done = world.uploads.append(NOW, id, ONE, 0, &bytes).unwrap();
    world.restart();
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap(), done);
    assert_eq!(world.uploads.append(NOW, id, ONE, done.size, b"").unwrap(), done);
    // The device repeats its last piece as if it had never arrived, and learns better.
    assert_eq!(code(world.uploads.append(NOW, id, ONE, 0, &bytes)), ErrorCode::UploadOffsetMismatch);
    assert_eq!(world.create(ONE, &bytes), Created { id, progress: done });
}

#[test]
fn a_photo_that_another_device_brought_meanwhile_is_complete_at_once() {
    let mut world = World::new();
    let bytes = photo(500);
    let slow = world.create(ONE, &bytes).id;
    world.uploads.append(NOW, slow, ONE, 0, &bytes[..10]).unwrap();
    let quick = world.create(TWO, &bytes).id;
    assert_ne!(slow, quick);
    world.uploads.append(NOW, quick, TWO, 0, &bytes).unwrap();
    assert!(is_complete(&world.uploads.settle(NOW, slow, ONE).unwrap()));
    assert_eq!(world.files().len(), 2, "no part is left over");
    let third = DeviceId::from_bytes([3; 16]);
    assert!(is_complete(&world.create(third, &bytes).progress));
}

#[test]
fn a_hash_that_is_here_with_another_size_is_not_taken_for_the_promised_photo() {
    let mut world = World::new();
    let bytes = photo(500);
    world.uploads.store.put(&bytes).unwrap();
    assert_eq!(code(world.try_create(ONE, PhotoHash::of(&bytes), 7)), ErrorCode::PhotoHashMismatch);
}

#[test]
fn a_new_promise_of_size_voids_what_came_under_the_old_one() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.try_create(ONE, PhotoHash::of(&bytes), 9000).unwrap().id;
    world.uploads.append(NOW, id, ONE, 0, &photo(1000)).unwrap();
    let anew = world.create(ONE, &bytes);
    assert_eq!((anew.progress.offset, anew.progress.size), (0, 504));
    assert!(is_complete(&world.uploads.append(NOW, anew.id, ONE, 0, &bytes).unwrap()));
}

#[test]
fn another_devices_upload_looks_like_none() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    assert_eq!(code(world.uploads.settle(NOW, id, TWO)), ErrorCode::UploadUnknown);
    assert_eq!(code(world.uploads.append(NOW, id, TWO, 0, &bytes)), ErrorCode::UploadUnknown);
    assert_eq!(code(world.uploads.settle(NOW, UploadId(7), ONE)), ErrorCode::UploadUnknown);
}

#[test]
fn of_two_threads_that_append_at_the_same_offset_one_is_told_to_ask() {
    let mut world = World::new();
    let bytes = photo(200_000);
    let id = world.create(ONE, &bytes).id;
    for (at, piece) in bytes.chunks(50_001).enumerate() {
        let offset = at as u64 * 50_001;
        let append = || world.uploads.append(NOW, id, ONE, offset, piece);
        let results = std::thread::scope(|scope| {
            let threads = [scope.spawn(append), scope.spawn(append)];
            threads.map(|thread| thread.join().unwrap())
        });
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1));
        assert!(lost.into_iter().all(|result| code(result) == ErrorCode::UploadOffsetMismatch));
    }
    assert_eq!(world.stored(&bytes), Some(bytes));
}

#[test]
fn an_upload_that_nobody_asks_for_expires_and_its_photo_stays() {
    let mut world = World::new();
    let (done, left) = (photo(300), photo(400));
    let id = world.create(ONE, &done).id;
    world.uploads.append(NOW, id, ONE, 0, &done).unwrap();
    let abandoned = world.create(ONE, &left).id;
    world.uploads.append(NOW, abandoned, ONE, 0, &left[..100]).unwrap();

    let last_moment = NOW.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX);
    assert_eq!(world.uploads.sweep(last_moment).unwrap(), 0);
    let size = left.len() as u64;
    let asked_again = world.create_at(last_moment, ONE, PhotoHash::of(&left), size).unwrap();
    assert_eq!((asked_again.id, asked_again.progress.offset), (abandoned, 100));

    let over = last_moment.plus_millis(1);
    assert_eq!(code(world.uploads.settle(over, id, ONE)), ErrorCode::UploadUnknown, "before any sweep");
    assert_eq!(world.uploads.sweep(over).unwrap(), 1);
    assert_eq!(code(world.uploads.settle(NOW, id, ONE)), ErrorCode::UploadUnknown);
    assert_eq!(world.uploads.settle(over, abandoned, ONE).unwrap().offset, 100);
    let later = last_moment.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX + 1);
    assert_eq!(world.uploads.sweep(later).unwrap(), 1);
    assert!(world.files().is_empty());
    assert_eq!(world.stored(&done), Some(done));
}

#[test]
fn what_a_kill_left_behind_is_cleared_away_at_the_next_start() {
    let mut world = World::new();
    let bytes = photo(500);
    let id = world.create(ONE, &bytes).id;
    let folder = world.dir.path().join("uploads");
    let other = UploadId(99);
    fs::write(folder.join(format!("{other}.new")), b"half a rec").unwrap();
    fs::write(folder.join(format!("{other}.part")), b"of no upload").unwrap();
    fs::write(folder.join(format!("{id}.piece")), b"never checked").unwrap();
    fs::write(folder.join(format!("{}.meta", UploadId(98))), b"\xff").unwrap();
    world.restart();
    assert_eq!(world.files(), [format!("{id}.meta")]);
}

#[test]
fn an_upload_has_one_spelling() {
    let id = UploadId(0xab);
    let text = "000000000000000000000000000000ab";
    assert_eq!(id.to_string(), text);
    assert_eq!(text.parse(), Ok(id));
    for wrong in ["", "ab", &text.to_uppercase(), &text.replacen('0', "+", 1), "../../etc/passwd"] {
        assert_eq!(wrong.parse::<UploadId>().unwrap_err().code, ErrorCode::UploadUnknown);
    }
}

/// What happens to a sender between creation and completion.
#[derive(Clone, Debug)]
enum Step {
    /// A PATCH that breaks off after that many bytes, in pieces of at most that length.
    Cut { bytes: usize, piece: usize },
    /// A whole PATCH whose reply is lost.
    LostReply { bytes: usize },
    /// The last PATCH comes a second time, by a proxy or a second thread.
    Repeat,
    /// The server is killed and starts again.
    Kill,
    /// The device forgets all but the photo, and asks for an upload again.
    Forget,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..900usize, 1..400usize).prop_map(|(bytes, piece)| Step::Cut { bytes, piece }),
        (1..900usize).prop_map(|bytes| Step::LostReply { bytes }),
        Just(Step::Repeat),
        Just(Step::Kill),
        Just(Step::Forget),
    ]
}

proptest! {
    // Every step costs fsyncs, so fewer cases than usual.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_cuts_an_upload_its_photo_arrives_identical(
        length in 1..3000u32,
        steps in prop::collection::vec(step(), 0..10),
    ) {
        let mut world = World::new();
        let bytes = photo(length);
        let mut id = world.create(ONE, &bytes).id;
        let mut sent = (0, 0);
        for step in steps {
            let progress = world.uploads.settle(NOW, id, ONE).unwrap();
            let from = usize::try_from(progress.offset).unwrap();
            let upto = |bytes_more: usize| (from + bytes_more).min(bytes.len());
            match step {
                Step::Cut { bytes: more, piece } => {
                    let mut at = progress.offset;
                    for piece in bytes[from..upto(more)].chunks(piece) {
                        at = world.uploads.write(NOW, id, ONE, at, piece).unwrap();
                    }
                    sent = (from, upto(more));
                }
                Step::LostReply { bytes: more } => {
                    world.uploads.append(NOW, id, ONE, progress.offset, &bytes[from..upto(more)]).unwrap();
                    sent = (from, upto(more));
                }
                Step::Repeat => {
                    let again = world.uploads.append(NOW, id, ONE, sent.0 as u64, &bytes[sent.0..sent.1]);
                    prop_assert_eq!(again.is_ok(), sent.0 == from);
                }
                Step::Kill => world.restart(),
                Step::Forget => id = world.create(ONE, &bytes).id,
            }
        }
        let progress = world.uploads.settle(NOW, id, ONE).unwrap();
        let from = usize::try_from(progress.offset).unwrap();
        let done = world.uploads.append(NOW, id, ONE, progress.offset, &bytes[from..]).unwrap();
        prop_assert!(is_complete(&done));
        prop_assert_eq!(world.files().len(), 1);
        prop_assert_eq!(world.stored(&bytes), Some(bytes));
    }
}
