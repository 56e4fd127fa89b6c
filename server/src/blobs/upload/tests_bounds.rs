//! Checked pieces, terminated uploads, and how much one device may have under way.

use roundsman_sync_core::limits::{UPLOADS_BYTES_PER_DEVICE_MAX, UPLOADS_PER_DEVICE_MAX};

use super::tests::{NOW, ONE, TWO, World, code, is_complete, photo};
use super::*;

fn hash(n: usize) -> PhotoHash {
    PhotoHash::of(&n.to_be_bytes())
}

#[test]
fn bytes_with_a_checksum_count_only_when_they_are_found_right() {
    let mut world = World::new();
    let bytes = photo(3000);
    let id = world.create(ONE, &bytes).id;
    for (from, upto) in [(0, 1000), (1000, 1700), (1700, bytes.len())] {
        let offset = from as u64;
        let mut wrong = world.uploads.begin_checked(NOW, id, ONE, offset).unwrap();
        world.uploads.write_checked(NOW, &mut wrong, &[7; 90]).unwrap();
        assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, offset, "not yet");
        world.uploads.drop_checked(NOW, &wrong).unwrap();
        let mut right = world.uploads.begin_checked(NOW, id, ONE, offset).unwrap();
        for piece in bytes[from..upto].chunks(333) {
            world.uploads.write_checked(NOW, &mut right, piece).unwrap();
        }
        assert_eq!(world.uploads.keep_checked(NOW, &right).unwrap().offset, upto as u64);
    }
    assert_eq!(world.stored(&bytes), Some(bytes));
    assert_eq!(world.files().len(), 1, "only the record is left: {:?}", world.files());
}

#[test]
fn a_kill_before_the_checksum_leaves_nothing_of_the_piece() {
    let mut world = World::new();
    let bytes = photo(900);
    let id = world.create(ONE, &bytes).id;
    world.uploads.append(NOW, id, ONE, 0, &bytes[..100]).unwrap();
    let mut piece = world.uploads.begin_checked(NOW, id, ONE, 100).unwrap();
    world.uploads.write_checked(NOW, &mut piece, &bytes[100..]).unwrap();
    world.restart();
    assert_eq!(world.files(), [format!("{id}.meta"), format!("{id}.part")]);
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 100);
}

#[test]
fn of_two_checked_pieces_the_later_one_goes_on() {
    let mut world = World::new();
    let bytes = photo(900);
    let id = world.create(ONE, &bytes).id;
    let mut dead = world.uploads.begin_checked(NOW, id, ONE, 0).unwrap();
    world.uploads.write_checked(NOW, &mut dead, &bytes[..300]).unwrap();
    let mut again = world.uploads.begin_checked(NOW, id, ONE, 0).unwrap();
    let mismatch = ErrorCode::UploadOffsetMismatch;
    assert_eq!(code(world.uploads.write_checked(NOW, &mut dead, &bytes[300..])), mismatch);
    assert_eq!(code(world.uploads.keep_checked(NOW, &dead)), mismatch);
    world.uploads.write_checked(NOW, &mut again, &bytes).unwrap();
    assert!(is_complete(&world.uploads.keep_checked(NOW, &again).unwrap()));
}

#[test]
fn a_checked_piece_that_others_have_overtaken_or_that_is_too_long_is_refused() {
    let mut world = World::new();
    let bytes = photo(900);
    let id = world.create(ONE, &bytes).id;
    let mut piece = world.uploads.begin_checked(NOW, id, ONE, 0).unwrap();
    assert_eq!(code(world.uploads.write_checked(NOW, &mut piece, &photo(1000))), ErrorCode::BadRequest);
    world.uploads.write_checked(NOW, &mut piece, &bytes[..300]).unwrap();
    world.uploads.append(NOW, id, ONE, 0, &bytes[..40]).unwrap();
    assert_eq!(code(world.uploads.keep_checked(NOW, &piece)), ErrorCode::UploadOffsetMismatch);
    assert_eq!(world.uploads.settle(NOW, id, ONE).unwrap().offset, 40);
}

#[test]
fn a_terminated_upload_is_gone_with_its_bytes_and_can_be_begun_anew() {
    let mut world = World::new();
    let (bytes, done) = (photo(500), photo(600));
    let id = world.create(ONE, &bytes).id;
    world.uploads.append(NOW, id, ONE, 0, &bytes[..100]).unwrap();
    let whole = world.create(ONE, &done).id;
    world.uploads.append(NOW, whole, ONE, 0, &done).unwrap();
    assert_eq!(code(world.uploads.terminate(NOW, id, TWO)), ErrorCode::UploadUnknown);
    for id in [id, whole] {
        world.uploads.terminate(NOW, id, ONE).unwrap();
        assert_eq!(code(world.uploads.settle(NOW, id, ONE)), ErrorCode::UploadUnknown);
        assert_eq!(code(world.uploads.terminate(NOW, id, ONE)), ErrorCode::UploadUnknown);
    }
    assert!(world.files().is_empty());
    assert_eq!(world.stored(&done), Some(done), "a photo that is whole stays");
    let anew = world.create(ONE, &bytes);
    assert_ne!(anew.id, id);
    assert_eq!(anew.progress.offset, 0);
}

#[test]
fn a_device_has_only_so_many_uploads_under_way() {
    let mut world = World::new();
    let first = photo(100);
    let id = world.create(ONE, &first).id;
    for n in 1..UPLOADS_PER_DEVICE_MAX {
        world.try_create(ONE, hash(n), 10).unwrap();
    }
    let files = world.files().len();
    let over = hash(UPLOADS_PER_DEVICE_MAX);
    assert_eq!(code(world.try_create(ONE, over, 10)), ErrorCode::UploadQuota);
    assert_eq!(world.files().len(), files, "a refused creation leaves nothing");
    world.restart();
    assert_eq!(code(world.try_create(ONE, over, 10)), ErrorCode::UploadQuota, "after a restart too");
    world.try_create(ONE, hash(1), 10).expect("one that it has already is given back");
    world.try_create(TWO, over, 10).expect("another device has its own count");

    world.uploads.append(NOW, id, ONE, 0, &first).unwrap();
    world.try_create(ONE, over, 10).expect("a finished upload counts no more");
    let next = hash(UPLOADS_PER_DEVICE_MAX + 1);
    assert_eq!(code(world.try_create(ONE, next, 10)), ErrorCode::UploadQuota);
    let begun = world.try_create(ONE, over, 10).unwrap().id;
    world.uploads.terminate(NOW, begun, ONE).unwrap();
    world.try_create(ONE, next, 10).expect("neither does a terminated one");
    let late = NOW.plus_millis(UPLOAD_TOKEN_AGE_MS_MAX + 1);
    world.create_at(late, ONE, hash(999), 10).expect("nor one whose time is over");
}

#[test]
fn a_device_can_promise_only_so_many_bytes_at_a_time() {
    let mut world = World::new();
    let fit = usize::try_from(UPLOADS_BYTES_PER_DEVICE_MAX / PHOTO_BYTES_MAX).unwrap();
    for n in 0..fit {
        world.try_create(ONE, hash(n), PHOTO_BYTES_MAX).unwrap();
    }
    assert_eq!(code(world.try_create(ONE, hash(fit), 1)), ErrorCode::UploadQuota);
    let smaller = world.try_create(ONE, hash(0), 10).expect("less than before always fits");
    assert_eq!(smaller.progress.size, 10);
    world.try_create(ONE, hash(fit), PHOTO_BYTES_MAX - 10).unwrap();
}
