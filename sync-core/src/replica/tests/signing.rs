//! Requests to read, and the stream of hints.

use http::Response;

use super::phone::{Phone, ok, problem, reply};
use crate::error::ErrorCode;
use crate::model::Role;
use crate::protocol::http_signature::SignedRequest;

fn asked_again(status: u16, code: ErrorCode, header: (&'static str, &'static str)) -> Response<Vec<u8>> {
    let mut reply = problem(status, code);
    reply.headers_mut().insert(header.0, header.1.parse().unwrap());
    reply
}

#[test]
fn a_request_to_read_is_signed_like_a_sync_and_its_counter_never_comes_back() {
    let mut phone = Phone::of(Role::Guard);
    let mut counters = Vec::new();
    for path in ["/v1/events", "/v1/photos/00", "/v1/events"] {
        let request = phone.replica.signed_get(path).unwrap();
        assert_eq!((request.method().as_str(), request.uri().path()), ("GET", path));
        let signed = SignedRequest::parse(request.headers()).unwrap();
        signed.verify("GET", path, &[], &phone.replica.public_key()).unwrap();
        assert!(signed.verify("POST", path, &[], &phone.replica.public_key()).is_err());
        assert!(signed.verify("GET", path, b"x", &phone.replica.public_key()).is_err());
        counters.push(signed.counter);
        phone = phone.restarted();
    }
    let mut session = phone.start();
    let request = phone.replica.next_request(&mut session).unwrap().unwrap();
    counters.push(SignedRequest::parse(request.headers()).unwrap().counter);
    assert!(counters.is_sorted_by(|a, b| a < b), "{counters:?}");
}

#[test]
fn a_path_that_cannot_be_signed_is_refused_and_uses_no_counter() {
    let mut phone = Phone::of(Role::Guard);
    for path in ["/v1/photos/00?size=320", "v1", "/a b", ""] {
        assert!(phone.replica.signed_get(path).is_err(), "{path}");
    }
    let request = phone.replica.signed_get("/v1/events").unwrap();
    assert_eq!(SignedRequest::parse(request.headers()).unwrap().counter, 1);
}

#[test]
fn a_fresh_token_or_a_higher_counter_is_taken_from_a_refusal() {
    let mut phone = Phone::of(Role::Guard);
    phone.replica.signed_get("/v1/events").unwrap();
    let stale = asked_again(401, ErrorCode::TokenStale, ("roundsman-token", "t9"));
    phone.replica.signed_get_refused(&stale).unwrap();
    let replayed = asked_again(401, ErrorCode::RequestReplayed, ("roundsman-counter", "70"));
    phone.replica.signed_get_refused(&replayed).unwrap();
    phone = phone.restarted();
    let request = phone.replica.signed_get("/v1/events").unwrap();
    let signed = SignedRequest::parse(request.headers()).unwrap();
    assert_eq!((signed.token.as_str(), signed.counter), ("t9", 70));

    let gone = problem(404, ErrorCode::NotFound);
    assert_eq!(phone.replica.signed_get_refused(&gone).unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn a_revoked_phone_that_only_wanted_to_read_forgets_what_it_holds() {
    let mut phone = Phone::of(Role::Reception);
    phone.create();
    let refused = phone.replica.signed_get_refused(&problem(403, ErrorCode::DeviceRevoked)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DeviceRevoked);
    phone = phone.restarted();
    assert_eq!(phone.listed(), vec![]);
    assert_eq!(phone.replica.signed_get("/v1/events").unwrap_err().code, ErrorCode::DeviceRevoked);
    assert_eq!(Phone::fresh().replica.signed_get("/v1/events").unwrap_err().code, ErrorCode::NotEnrolled);
}

#[test]
fn the_stream_of_hints_is_asked_for_from_where_the_last_sync_stood() {
    let mut phone = Phone::of(Role::Guard);
    let mut session = phone.start();
    phone.next(&mut session);
    let mut answer = reply(vec![]);
    answer.base = 41;
    phone.replica.apply(&mut session, &ok(&answer)).unwrap();
    let request = phone.replica.ask_for_hints().unwrap();
    assert_eq!(request.uri().path(), "/v1/events");
    assert_eq!(request.headers()["last-event-id"], "41");
}
