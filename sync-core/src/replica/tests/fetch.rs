//! Photos of others: asked for by a signed request, kept as they come, taken only if they are what was named.

use http::{Request, Response};

use super::phone::{Colleague, FEED, Phone, enter, ok, page, problem, reply};
use crate::error::ErrorCode;
use crate::ids::{DocumentId, PhotoHash, PhotoId};
use crate::limits::PHOTO_CHUNK_BYTES;
use crate::model::{Command, NewPhoto, PhotoRole, Preview, Role};
use crate::protocol::messages::{DocumentNumber, PageDocument};
use crate::replica::{PhotoFetch, Photos, WantedPhoto};

fn picture() -> Vec<u8> {
    (0..PHOTO_CHUNK_BYTES * 2 + 100).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

const SMALL: &[u8] = b"a small copy";

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}

/// A phone that holds a colleague's case with one photo and its preview.
fn with_a_photo_of_others() -> (Phone, DocumentId) {
    let mut phone = Phone::of(Role::Reception);
    let mut colleague = Colleague::new(9);
    let case = colleague.create(1);
    let preview = Some(Preview { hash: PhotoHash::of(SMALL), size: size(SMALL) });
    let (hash, role) = (PhotoHash::of(&picture()), PhotoRole::Before);
    let new = NewPhoto { hash, size: size(&picture()), role, caption: String::new(), preview };
    colleague.run(&Command::AddPhoto { case, photo: PhotoId::from_bytes([3; 16]), new });
    let mut answer = reply(vec![]);
    answer.pages = vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])];
    phone.sync(&answer);
    (phone, case)
}

fn next(phone: &mut Phone, fetch: &mut PhotoFetch) -> Request<Vec<u8>> {
    phone.replica.next_fetch_request(fetch).unwrap().expect("a request")
}

fn part(bytes: &[u8], from: usize, to: usize) -> Response<Vec<u8>> {
    let range = format!("bytes {from}-{}/{}", to - 1, bytes.len());
    let reply = Response::builder().status(206).header("content-range", range);
    reply.body(bytes[from..to].to_vec()).unwrap()
}

#[test]
fn a_preview_is_wanted_first_and_comes_in_one_request() {
    let (mut phone, case) = with_a_photo_of_others();
    let of = PhotoHash::of(&picture());
    let small = WantedPhoto { hash: PhotoHash::of(SMALL), size: size(SMALL), of };
    let whole = WantedPhoto { hash: of, size: size(&picture()), of };
    assert_eq!(phone.replica.wanted_photos(case, Photos::PreviewsOnly).unwrap(), [small]);
    assert_eq!(phone.replica.wanted_photos(case, Photos::All).unwrap(), [small, whole]);
    let mut fetch = phone.replica.start_fetch(case, small.hash).unwrap();
    let request = next(&mut phone, &mut fetch);
    assert_eq!(request.uri().path(), format!("/v1/photos/{}", small.hash));
    assert!(request.headers().get("range").is_none() && request.headers().get("signature").is_some());
    phone.replica.apply_fetch(&mut fetch, &Response::new(SMALL.to_vec())).unwrap();
    assert!(phone.replica.next_fetch_request(&mut fetch).unwrap().is_none());
    assert_eq!(phone.replica.photo(small.hash).unwrap().as_deref(), Some(SMALL));
    assert_eq!(phone.replica.wanted_photos(case, Photos::PreviewsOnly).unwrap(), []);
    assert_eq!(phone.replica.status().unwrap().photos_owed, 0, "nobody owes what the server gave");
}

#[test]
fn a_cut_fetch_goes_on_from_where_it_stood_after_a_restart() {
    let (mut phone, case) = with_a_photo_of_others();
    let (bytes, piece) = (picture(), PHOTO_CHUNK_BYTES);
    let hash = PhotoHash::of(&bytes);
    let mut fetch = phone.replica.start_fetch(case, hash).unwrap();
    assert_eq!(next(&mut phone, &mut fetch).headers()["range"], format!("bytes=0-{}", piece - 1));
    phone.replica.apply_fetch(&mut fetch, &part(&bytes, 0, piece)).unwrap();
    next(&mut phone, &mut fetch);
    phone = phone.restarted();
    let mut fetch = phone.replica.start_fetch(case, hash).unwrap();
    assert_eq!(fetch.progress(), (size(&bytes[..piece]), size(&bytes)));
    assert_eq!(next(&mut phone, &mut fetch).headers()["range"], format!("bytes={piece}-{}", 2 * piece - 1));
    // The server may give less than was asked for.
    phone.replica.apply_fetch(&mut fetch, &part(&bytes, piece, piece + 10)).unwrap();
    phone.replica.apply_fetch(&mut fetch, &part(&bytes, piece + 10, bytes.len())).unwrap();
    assert_eq!(phone.replica.photo(hash).unwrap(), Some(bytes));
}

#[test]
fn bytes_that_are_not_the_photo_are_thrown_away() {
    let (mut phone, case) = with_a_photo_of_others();
    let bytes = picture();
    let hash = PhotoHash::of(&bytes);
    let mut wrong = bytes.clone();
    wrong[5] ^= 1;
    let mut fetch = phone.replica.start_fetch(case, hash).unwrap();
    phone.replica.apply_fetch(&mut fetch, &part(&wrong, 0, 1_000)).unwrap();
    let refused = phone.replica.apply_fetch(&mut fetch, &part(&bytes, 1_000, bytes.len())).unwrap_err();
    assert_eq!(refused.code, ErrorCode::PhotoHashMismatch);
    assert!(!phone.replica.has_photo(hash).unwrap());
    // A part that was not asked for begins it anew; a server that knows no parts sends it whole.
    phone.replica.apply_fetch(&mut fetch, &part(&bytes, 7, 1_000)).unwrap();
    assert_eq!(fetch.progress().0, 0);
    phone.replica.apply_fetch(&mut fetch, &Response::new(bytes.clone())).unwrap();
    assert_eq!(phone.replica.photo(hash).unwrap(), Some(bytes));
}

#[test]
fn replies_of_no_use_change_nothing_and_end_the_fetch_at_last() {
    let (mut phone, case) = with_a_photo_of_others();
    let hash = PhotoHash::of(&picture());
    let too_much = vec![0; picture().len() + 1];
    for (reply, code) in [
        (problem(404, ErrorCode::NotFound), ErrorCode::NotFound),
        (problem(500, ErrorCode::Internal), ErrorCode::Internal),
        (Response::new(Vec::new()), ErrorCode::ReplyMalformed),
        (Response::new(too_much), ErrorCode::ReplyMalformed),
    ] {
        let mut fetch = phone.replica.start_fetch(case, hash).unwrap();
        next(&mut phone, &mut fetch);
        assert_eq!(phone.replica.apply_fetch(&mut fetch, &reply).unwrap_err().code, code);
        assert!(!phone.replica.has_photo(hash).unwrap());
    }
    let mut fetch = phone.replica.start_fetch(case, hash).unwrap();
    let stuck = (0..10).find_map(|_| phone.replica.apply_fetch(&mut fetch, &part(&picture(), 9, 10)).err());
    assert_eq!(stuck.unwrap().code, ErrorCode::LinkFailed);
    let unknown = phone.replica.start_fetch(case, PhotoHash::of(b"never named")).unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
}

#[test]
fn what_was_fetched_leaves_with_its_case_half_photos_too() {
    let (mut phone, case) = with_a_photo_of_others();
    let bytes = picture();
    let mut small = phone.replica.start_fetch(case, PhotoHash::of(SMALL)).unwrap();
    phone.replica.apply_fetch(&mut small, &Response::new(SMALL.to_vec())).unwrap();
    let mut whole = phone.replica.start_fetch(case, PhotoHash::of(&bytes)).unwrap();
    phone.replica.apply_fetch(&mut whole, &part(&bytes, 0, 1_000)).unwrap();
    let mut left = reply(vec![]);
    left.pages = vec![page(FEED, 10, vec![PageDocument::Leave { number: DocumentNumber(1) }])];
    let mut session = phone.start();
    phone.next(&mut session);
    phone.replica.apply(&mut session, &ok(&left)).unwrap();
    assert!(!phone.replica.has_photo(PhotoHash::of(SMALL)).unwrap());
    // What is still under way arrives at a phone that may not have it any more.
    let late = phone.replica.apply_fetch(&mut whole, &part(&bytes, 1_000, bytes.len())).unwrap_err();
    assert_eq!(late.code, ErrorCode::NotFound);
    assert_eq!(phone.replica.store.parts(PhotoHash::of(&bytes)).unwrap(), b"");
    assert!(!phone.replica.has_photo(PhotoHash::of(&bytes)).unwrap());
}
