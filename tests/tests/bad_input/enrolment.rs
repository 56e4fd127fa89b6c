//! Codes that are wrong, used, or too old; keys that are not held.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::app::App;
use roundsman_server::auth::enrol_code::EnrolCode;
use roundsman_sync_core::limits::ENROL_CODE_AGE_MS_MAX;
use roundsman_sync_core::protocol::PROTOCOL;
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::EnrolRequest;
use roundsman_sync_core::protocol::packing::pack;

use super::town::Town;

fn asked(code: &str, seed: u64) -> EnrolRequest {
    let signer = SoftwareSigner::generate(Algorithm::Es256, &mut ChaCha8Rng::seed_from_u64(seed));
    let key = signer.public_key();
    let proof = signer.sign(&EnrolRequest::proof_input(code, &key)).unwrap();
    EnrolRequest { protocol: PROTOCOL, code: code.to_owned(), key, name: "a phone".to_owned(), proof }
}

fn post(body: Vec<u8>) -> http::Request<Vec<u8>> {
    http::Request::post("/v1/enrol").body(body).unwrap()
}

#[test]
fn a_code_that_nobody_gave_out_is_unknown() {
    let town = Town::new();
    let stranger = EnrolCode::generate(&mut rand::rng()).reveal();
    for code in [stranger.as_str(), "no code at all", ""] {
        let reply = town.untouched(|| town.send(&post(pack(&asked(code, 1)))));
        reply.is_problem(404, "enrol_code_unknown");
    }
}

#[test]
fn a_used_code_enrols_no_second_phone_and_the_first_one_again() {
    let town = Town::new();
    let phone = town.phone("陈前台");
    let reply = town.untouched(|| town.send(&post(pack(&asked(&phone.code, 2)))));
    reply.is_problem(410, "enrol_code_used");
    // The phone that used it may ask again: its first answer may have been lost.
    let key = phone.signer.public_key();
    let proof = phone.signer.sign(&EnrolRequest::proof_input(&phone.code, &key)).unwrap();
    let again = EnrolRequest { key, proof, ..asked(&phone.code, 2) };
    let reply = town.untouched(|| town.send(&post(pack(&again))));
    assert_eq!(reply.status, 200);
}

#[test]
fn a_code_is_taken_for_ten_minutes_and_not_a_moment_longer() {
    let town = Town::new();
    let code = town.invite("陈前台");
    let request = post(pack(&asked(&code, 3)));
    let late = App::now().plus_millis(ENROL_CODE_AGE_MS_MAX + 1);
    let reply = town.untouched(|| town.service.handle(late, &mut rand::rng(), &request));
    assert_eq!(reply.status(), 410);
    assert!(String::from_utf8_lossy(reply.body()).contains("enrol_code_expired"));
    assert_eq!(town.send(&request).status, 200, "in time it is good");
}

#[test]
fn a_key_that_the_phone_does_not_hold_is_not_enrolled() {
    let town = Town::new();
    let code = town.invite("陈前台");
    let borrowed = EnrolRequest { key: asked(&code, 4).key, ..asked(&code, 5) };
    town.untouched(|| town.send(&post(pack(&borrowed)))).is_problem(401, "signature_invalid");
}

#[test]
fn an_enrolment_that_is_none_is_refused_for_its_form() {
    let town = Town::new();
    let code = town.invite("陈前台");
    let good = pack(&asked(&code, 6));
    let cases = [
        (post(Vec::new()), 400, "bad_request"),
        (post(good[..good.len() / 2].to_vec()), 400, "bad_request"),
        (post(pack(&EnrolRequest { protocol: 2, ..asked(&code, 6) })), 400, "protocol_unsupported"),
        (post(pack(&EnrolRequest { name: "x".repeat(201), ..asked(&code, 6) })), 422, "text_too_long"),
        (post(vec![0; 5_000]), 413, "body_too_large"),
        (http::Request::get("/v1/enrol").body(Vec::new()).unwrap(), 405, "method_not_allowed"),
        (http::Request::get("/v1/nothing").body(Vec::new()).unwrap(), 404, "not_found"),
    ];
    for (request, status, code) in cases {
        town.untouched(|| town.send(&request)).is_problem(status, code);
    }
}
