//! Photos: after the records, to the byte where the last try stopped.

use http::{Method, Request, Response};

use super::phone::{FEED, Phone, accepted, enter, ok, page, problem, reply};
use crate::error::ErrorCode;
use crate::ids::{DocumentId, PhotoHash};
use crate::limits::PHOTO_CHUNK_BYTES;
use crate::model::{PhotoRole, Role};
use crate::protocol::messages::{SyncReply, UploadGrant};
use crate::replica::SyncSession;

pub(super) fn picture() -> Vec<u8> {
    (0..PHOTO_CHUNK_BYTES * 2 + 100).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

pub(super) fn answered(status: u16, headers: &[(&str, String)]) -> Response<Vec<u8>> {
    let mut reply = Response::builder().status(status);
    for (name, value) in headers {
        reply = reply.header(*name, value);
    }
    reply.body(Vec::new()).unwrap()
}

pub(super) fn at(offset: usize) -> (&'static str, String) {
    ("upload-offset", offset.to_string())
}

fn granting(verdicts: u64, hash: PhotoHash, size: usize) -> SyncReply {
    let mut answer = reply((1..=verdicts).map(accepted).collect());
    answer.grants = vec![grant(hash, size)];
    answer
}

pub(super) fn grant(hash: PhotoHash, size: usize) -> UploadGrant {
    UploadGrant { hash, size: u64::try_from(size).unwrap(), token: "leave".into() }
}

/// A phone whose records are through and which has leave to upload one picture.
pub(super) fn granted() -> (Phone, SyncSession, DocumentId, PhotoHash) {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let hash = phone.replica.add_photo(case, &picture(), PhotoRole::Before, "").unwrap();
    let mut session = phone.start();
    let asked = phone.next(&mut session);
    assert_eq!((asked.envelopes.len(), asked.photos), (2, vec![hash]));
    let mut answer = granting(2, hash, picture().len());
    answer.pages = vec![page(FEED, 0, vec![enter(1, case, &phone.document(case))])];
    phone.replica.apply(&mut session, &ok(&answer)).unwrap();
    (phone, session, case, hash)
}

fn next(phone: &mut Phone, session: &mut SyncSession) -> Request<Vec<u8>> {
    phone.replica.next_request(session).unwrap().expect("a request")
}

fn apply(phone: &mut Phone, session: &mut SyncSession, reply: &Response<Vec<u8>>) {
    phone.replica.apply(session, reply).unwrap();
}

#[test]
fn a_photo_goes_in_pieces_and_its_receipt_is_asked_for() {
    let (mut phone, mut session, _, hash) = granted();
    let create = next(&mut phone, &mut session);
    assert_eq!((create.method(), create.uri().path()), (&Method::POST, "/v1/uploads"));
    assert_eq!(create.headers()["upload-length"], picture().len().to_string().as_str());
    assert_eq!(create.headers()["authorization"], "Bearer leave");
    apply(&mut phone, &mut session, &answered(201, &[("location", "/v1/uploads/u1".into()), at(0)]));
    let mut arrived = Vec::new();
    for _ in 0..3 {
        let piece = next(&mut phone, &mut session);
        assert_eq!((piece.method(), piece.uri().path()), (&Method::PATCH, "/v1/uploads/u1"));
        assert_eq!(piece.headers()["upload-offset"], arrived.len().to_string().as_str());
        arrived.extend_from_slice(piece.body());
        apply(&mut phone, &mut session, &answered(204, &[at(arrived.len())]));
    }
    assert_eq!(arrived, picture());
    assert_eq!(session.counts().photos_sent, 1);
    assert_eq!(phone.replica.status().unwrap().photos_owed, 1, "only a receipt counts");
    assert_eq!(phone.next(&mut session).photos, [hash]);
    let mut receipt = reply(vec![]);
    receipt.receipts = vec![hash];
    apply(&mut phone, &mut session, &ok(&receipt));
    phone.done(&mut session);
    assert_eq!(phone.replica.status().unwrap().photos_owed, 0);
    assert_eq!(phone.replica.photo(hash).unwrap(), Some(picture()));
}

#[test]
fn a_cut_upload_goes_on_from_where_it_stood_after_a_restart() {
    let (mut phone, mut session, _, hash) = granted();
    next(&mut phone, &mut session);
    apply(&mut phone, &mut session, &answered(201, &[("location", "/v1/uploads/u1".into())]));
    next(&mut phone, &mut session);
    // The process dies while the first piece is on its way.
    phone = phone.restarted();
    let mut session = phone.start();
    assert_eq!(phone.next(&mut session).photos, [hash]);
    apply(&mut phone, &mut session, &ok(&granting(0, hash, picture().len())));
    let head = next(&mut phone, &mut session);
    assert_eq!((head.method(), head.uri().path()), (&Method::HEAD, "/v1/uploads/u1"));
    apply(&mut phone, &mut session, &answered(200, &[at(12_345)]));
    let piece = next(&mut phone, &mut session);
    assert_eq!(piece.headers()["upload-offset"], "12345");
    assert_eq!(piece.body()[..], picture()[12_345..12_345 + PHOTO_CHUNK_BYTES]);
}

#[test]
fn a_lost_reply_and_a_disputed_offset_are_settled_by_asking() {
    let (mut phone, mut session, ..) = granted();
    next(&mut phone, &mut session);
    apply(&mut phone, &mut session, &answered(201, &[("location", "/v1/uploads/u1".into())]));
    assert_eq!(next(&mut phone, &mut session).method(), Method::PATCH);
    assert_eq!(next(&mut phone, &mut session).method(), Method::HEAD);
    apply(&mut phone, &mut session, &answered(200, &[at(10)]));
    assert_eq!(next(&mut phone, &mut session).method(), Method::PATCH);
    apply(&mut phone, &mut session, &problem(409, ErrorCode::UploadOffsetMismatch));
    assert_eq!(next(&mut phone, &mut session).method(), Method::HEAD);
    apply(&mut phone, &mut session, &problem(404, ErrorCode::UploadUnknown));
    assert_eq!(next(&mut phone, &mut session).method(), Method::POST);
}

#[test]
fn a_photo_that_is_refused_waits_with_its_reason_and_the_sync_ends() {
    let (mut phone, mut session, ..) = granted();
    next(&mut phone, &mut session);
    apply(&mut phone, &mut session, &problem(403, ErrorCode::UploadTokenInvalid));
    phone.done(&mut session);
    let status = phone.replica.status().unwrap();
    assert_eq!(status.photos_owed, 1);
    assert!(status.photo_errors[0].1.contains("403"));
}

#[test]
fn an_upload_that_does_not_move_is_given_up_for_now() {
    let (mut phone, mut session, ..) = granted();
    next(&mut phone, &mut session);
    apply(&mut phone, &mut session, &answered(201, &[("location", "/v1/uploads/u1".into())]));
    for _ in 0..10 {
        if phone.replica.next_request(&mut session).unwrap().is_none() {
            return;
        }
        apply(&mut phone, &mut session, &answered(204, &[at(0)]));
    }
    panic!("a server that stands still must not hold the phone for ever");
}

#[test]
fn a_broken_link_in_the_middle_of_an_upload_is_told_and_the_upload_stands() {
    let (mut phone, mut session, ..) = granted();
    next(&mut phone, &mut session);
    let refused = phone.replica.apply(&mut session, &answered(503, &[])).unwrap_err();
    assert_eq!(refused.code, ErrorCode::LinkFailed);
    assert_eq!(next(&mut phone, &mut session).method(), Method::POST);
}

#[test]
fn a_photo_whose_edit_has_not_left_the_phone_is_not_asked_about() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let mut session = phone.start();
    phone.next(&mut session);
    let hash = phone.replica.add_photo(case, b"later", PhotoRole::Before, "").unwrap();
    let mut answer = reply(vec![accepted(1)]);
    answer.more = true;
    apply(&mut phone, &mut session, &ok(&answer));
    let asked = phone.next(&mut session);
    assert_eq!((asked.envelopes.len(), asked.photos), (1, vec![hash]));
}

#[test]
fn a_photo_of_a_case_that_left_goes_with_its_receipt() {
    let (mut phone, mut session, _, hash) = granted();
    next(&mut phone, &mut session);
    phone = phone.restarted();
    let mut left = reply(vec![]);
    left.pages = vec![page(
        FEED,
        10,
        vec![crate::protocol::messages::PageDocument::Leave {
            number: crate::protocol::messages::DocumentNumber(1),
        }],
    )];
    let mut session = phone.start();
    phone.answer(&mut session, &left);
    assert!(phone.replica.has_photo(hash).unwrap(), "own unsent photos stay");
    let mut receipt = reply(vec![]);
    receipt.receipts = vec![hash];
    let mut session = phone.start();
    phone.answer(&mut session, &receipt);
    assert!(!phone.replica.has_photo(hash).unwrap());
}
