//! Sessions: requests, lost replies, tokens, revocation.

use http::Response;

use super::phone::{FEED, Phone, accepted, enrol_reply, enter, ok, page, problem, read, reply};
use crate::error::ErrorCode;
use crate::ids::DeviceId;
use crate::limits::{PUSH_BYTES_TARGET, REQUEST_ENVELOPES_MAX};
use crate::model::Role;
use crate::protocol::http_signature::SignedRequest;
use crate::replica::{EditState, SyncBudget};

#[test]
fn nothing_to_say_costs_one_round_trip() {
    let mut phone = Phone::of(Role::Guard);
    let counts = phone.sync(&reply(vec![])).counts();
    assert_eq!(counts.round_trips, 1);
    assert!(counts.bytes_up > 0 && counts.bytes_down > 0);
    assert!(counts.bytes_up + counts.bytes_down <= 1_200, "{counts:?}");
}

#[test]
fn a_request_is_signed_with_a_counter_that_never_comes_back() {
    let mut phone = Phone::of(Role::Guard);
    let mut counters = Vec::new();
    for _ in 0..3 {
        let mut session = phone.start();
        let request = phone.replica.next_request(&mut session).unwrap().unwrap();
        let signed = SignedRequest::parse(request.headers()).unwrap();
        signed.verify("POST", "/v1/sync", request.body(), &phone.replica.public_key()).unwrap();
        assert_eq!((signed.device, signed.token.as_str()), (DeviceId::from_bytes([2; 16]), "t0"));
        counters.push(signed.counter);
        phone = phone.restarted();
    }
    assert!(counters.is_sorted_by(|a, b| a < b), "{counters:?}");
}

#[test]
fn a_counter_that_a_reply_counted_in_never_comes_back_either() {
    let mut phone = Phone::of(Role::Guard);
    let mut counters = Vec::new();
    for _ in 0..3 {
        let mut session = phone.start();
        for _ in 0..3 {
            let request = phone.replica.next_request(&mut session).unwrap().unwrap();
            counters.push(SignedRequest::parse(request.headers()).unwrap().counter);
            let mut answer = reply(vec![]);
            answer.more = true;
            phone.replica.apply(&mut session, &ok(&answer)).unwrap();
        }
        // The last one leaves, and the phone dies before its reply.
        let request = phone.replica.next_request(&mut session).unwrap().unwrap();
        counters.push(SignedRequest::parse(request.headers()).unwrap().counter);
        phone = phone.restarted();
    }
    assert!(counters.is_sorted_by(|a, b| a < b), "{counters:?}");
}

#[test]
fn the_same_envelopes_go_again_when_a_reply_was_lost() {
    let mut phone = Phone::of(Role::Guard);
    phone.create();
    let mut session = phone.start();
    let first = phone.next(&mut session);
    assert_eq!(phone.replica.edits().unwrap()[0].state, EditState::Sent);
    let second = phone.next(&mut session);
    assert_eq!(first.envelopes, second.envelopes);
    phone = phone.restarted();
    let mut session = phone.start();
    assert_eq!(phone.next(&mut session).envelopes, first.envelopes);
    phone.replica.apply(&mut session, &ok(&reply(vec![accepted(1)]))).unwrap();
    phone.done(&mut session);
}

#[test]
fn a_long_outbox_goes_in_pieces_oldest_first_and_none_twice() {
    let mut phone = Phone::of(Role::Reception);
    let cases: Vec<_> = (0..20).map(|_| phone.create()).collect();
    for round in 0..3 {
        phone.remark(cases[0], &format!("{round}{}", "字".repeat(3_999)));
    }
    for round in 0..281 {
        phone.remark(cases[round % cases.len()], &format!("{round}"));
    }
    let documents: Vec<_> = cases.iter().map(|case| phone.document(*case)).collect();
    let mut session = phone.start();
    let mut sent = Vec::new();
    let mut pos = 0;
    while let Some(request) = phone.replica.next_request(&mut session).unwrap() {
        let request = read(&request);
        assert!(request.envelopes.len() <= REQUEST_ENVELOPES_MAX);
        let bytes: usize = request.envelopes.iter().map(|envelope| envelope.len()).sum();
        assert!(bytes <= PUSH_BYTES_TARGET);
        let verdicts = request.envelopes.iter().map(|_| {
            pos += 1;
            accepted(pos)
        });
        let mut answer = reply(verdicts.collect());
        sent.extend(request.envelopes);
        if sent.len() == 304 {
            let entered = (1..).zip(cases.iter().zip(&documents));
            let entered = entered.map(|(number, (case, document))| enter(number, *case, document));
            answer.pages = vec![page(FEED, 0, entered.collect())];
            let sums = cases.iter().zip(&documents).map(|(case, document)| document.heads().checksum(*case));
            answer.checksum = Some(sums.fold(0, u64::wrapping_add));
        } else {
            answer.more = true;
        }
        phone.replica.apply(&mut session, &ok(&answer)).unwrap();
    }
    assert_eq!(sent.len(), 304);
    let rows = phone.replica.store.edits().unwrap();
    assert!(rows.iter().map(|row| &row.envelope).eq(&sent));
    assert_eq!(session.counts().accepted, 304);
    assert_eq!(session.counts().resyncs, 0);
}

#[test]
fn edits_made_during_a_round_trip_go_with_the_next() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let mut session = phone.start();
    phone.next(&mut session);
    phone.remark(case, "meanwhile");
    let mut answer = reply(vec![accepted(1)]);
    answer.more = true;
    phone.replica.apply(&mut session, &ok(&answer)).unwrap();
    assert_eq!(phone.next(&mut session).envelopes.len(), 1);
}

#[test]
fn a_stale_token_is_replaced_and_the_request_signed_again_but_not_for_ever() {
    let mut phone = Phone::of(Role::Guard);
    let mut session = phone.start();
    for round in 0..3 {
        let request = phone.replica.next_request(&mut session).unwrap().unwrap();
        let wanted = if round == 0 { "t0".to_owned() } else { format!("fresh{}", round - 1) };
        assert_eq!(request.headers()["roundsman-token"], wanted.as_str());
        let mut stale = problem(401, ErrorCode::TokenStale);
        stale.headers_mut().insert("roundsman-token", format!("fresh{round}").parse().unwrap());
        let outcome = phone.replica.apply(&mut session, &stale);
        assert_eq!(outcome.is_ok(), round < 2);
    }
}

#[test]
fn a_counter_that_fell_behind_jumps_to_what_the_server_takes() {
    let mut phone = Phone::of(Role::Guard);
    let mut session = phone.start();
    phone.next(&mut session);
    let mut replayed = problem(401, ErrorCode::RequestReplayed);
    replayed.headers_mut().insert("roundsman-counter", "5000".parse().unwrap());
    phone.replica.apply(&mut session, &replayed).unwrap();
    let request = phone.replica.next_request(&mut session).unwrap().unwrap();
    assert_eq!(SignedRequest::parse(request.headers()).unwrap().counter, 5000);
}

#[test]
fn replies_that_say_nothing_usable_change_nothing_and_the_request_goes_again() {
    let mut phone = Phone::of(Role::Guard);
    phone.create();
    let mut session = phone.start();
    let first = phone.next(&mut session);
    let mut two_verdicts = reply(vec![accepted(1)]);
    two_verdicts.verdicts[0].push(accepted(2));
    let other_protocol = {
        let mut reply = reply(vec![accepted(1)]);
        reply.protocol = 2;
        reply
    };
    let table = [
        (Response::builder().status(502).body(b"<html>".to_vec()).unwrap(), ErrorCode::LinkFailed),
        (problem(503, ErrorCode::Busy), ErrorCode::Busy),
        (problem(413, ErrorCode::BodyTooLarge), ErrorCode::BodyTooLarge),
        (Response::new(b"not zstd".to_vec()), ErrorCode::ReplyMalformed),
        (ok(&reply(vec![])), ErrorCode::ReplyMalformed),
        (ok(&two_verdicts), ErrorCode::ReplyMalformed),
        (ok(&other_protocol), ErrorCode::ProtocolUnsupported),
    ];
    for (bad, code) in table {
        assert_eq!(phone.replica.apply(&mut session, &bad).unwrap_err().code, code);
        assert_eq!(phone.replica.edits().unwrap()[0].state, EditState::Sent);
        assert_eq!(phone.next(&mut session).envelopes, first.envelopes);
    }
}

#[test]
fn a_revoked_phone_forgets_everything_of_others_and_keeps_what_was_asked_for_here() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let photo = phone.replica.add_photo(case, b"mine", crate::model::PhotoRole::Evidence, "").unwrap();
    let mut session = phone.start();
    phone.next(&mut session);
    let refused = phone.replica.apply(&mut session, &problem(403, ErrorCode::DeviceRevoked)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::DeviceRevoked);
    phone = phone.restarted();
    assert_eq!((phone.listed(), phone.replica.case(case).unwrap()), (vec![], None));
    assert_eq!(phone.replica.refused().unwrap().len(), 2);
    assert!(phone.replica.has_photo(photo).unwrap());
    assert!(phone.replica.status().unwrap().revoked);
    let again = phone.replica.create_case(super::phone::new_case()).unwrap_err();
    assert_eq!(again.code, ErrorCode::DeviceRevoked);
    let mut session = phone.start();
    assert_eq!(phone.replica.next_request(&mut session).unwrap_err().code, ErrorCode::DeviceRevoked);
}

#[test]
fn a_session_that_a_newer_one_replaced_cannot_go_on() {
    let mut phone = Phone::of(Role::Guard);
    let mut old = phone.start();
    phone.next(&mut old);
    phone.replica.start_sync(SyncBudget::default());
    assert_eq!(phone.replica.apply(&mut old, &ok(&reply(vec![]))).unwrap_err().code, ErrorCode::BadRequest);
}

#[test]
fn a_wrong_enrolment_code_leaves_the_phone_free_to_try_another() {
    let mut phone = Phone::fresh();
    phone.replica.enrol_request("WRONG", "Pixel").unwrap();
    let refused = phone.replica.enrol_apply(&problem(403, ErrorCode::EnrolCodeUnknown)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::EnrolCodeUnknown);
    phone.replica.enrol_request("RIGHT", "Pixel").unwrap();
    phone.replica.enrol_apply(&ok(&enrol_reply(Role::Guard))).unwrap();
    phone = phone.restarted();
    assert_eq!(phone.replica.enrolled().unwrap().person_name, "王师傅");
    assert_eq!(phone.replica.enrol_request("MORE", "Pixel").unwrap_err().code, ErrorCode::BadRequest);
}

#[test]
fn the_clock_offset_is_told_as_the_interval_it_lies_in() {
    let mut phone = Phone::of(Role::Guard);
    let mut session = phone.start();
    phone.next(&mut session);
    phone.wait_ms(400);
    phone.replica.apply(&mut session, &ok(&reply(vec![]))).unwrap();
    assert_eq!(phone.replica.status().unwrap().clock_offset_ms, Some((-400, 0)));
}
