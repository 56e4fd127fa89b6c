//! Sync requests that no honest phone sends, and what a thief of a phone can do with it.

use minicbor::bytes::ByteVec;
use roundsman_server::database::DatabaseError;
use roundsman_sync_core::clock::{ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, LogId, PersonId};
use roundsman_sync_core::limits::{
    REPLY_BYTES_MAX, REQUEST_BYTES_MAX, REQUEST_ENVELOPES_MAX, REQUEST_PHOTOS_MAX,
};
use roundsman_sync_core::model::SCHEMA;
use roundsman_sync_core::protocol::PROTOCOL;
use roundsman_sync_core::protocol::envelope::{Envelope, TimeClaim};
use roundsman_sync_core::protocol::messages::{SyncReply, SyncRequest, Verdict};
use roundsman_sync_core::protocol::packing::{pack, unpack};

use super::town::{Phone, Town};
use super::wire;

fn idle() -> SyncRequest {
    let reading =
        ClockReading { wall: Timestamp::from_millis(0), boot_ms: 0, boot: BootId::from_bytes([1; 16]) };
    SyncRequest {
        protocol: PROTOCOL,
        log: LogId::from_bytes([0; 16]),
        base: 0,
        behind: Vec::new(),
        envelopes: Vec::new(),
        time: TimeClaim { reading, token: None },
        budget_bytes: 4_096,
        photos: Vec::new(),
        rights: 0,
        repair: None,
        recovered: Vec::new(),
    }
}

#[test]
fn a_request_without_a_whole_signature_is_refused() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    phone.new_case();
    let (good, _) = phone.honest_request();
    for missing in ["signature", "signature-input", "content-digest", "roundsman-token"] {
        let mut bare = good.clone();
        bare.headers_mut().remove(missing);
        town.untouched(|| town.send(&bare)).is_problem(401, "signature_missing");
    }
    assert_eq!(town.send(&good).status, 200, "as it was signed it is taken");
}

#[test]
fn a_request_with_anything_changed_is_refused() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    phone.new_case();
    let (good, _) = phone.honest_request();
    let other = town.phone("周主管");
    for at in [0, good.body().len() / 2, good.body().len() - 1] {
        let mut tampered = good.clone();
        tampered.body_mut()[at] ^= 1;
        town.untouched(|| town.send(&tampered)).is_problem(401, "signature_invalid");
    }
    let mut moved = good.clone();
    moved.headers_mut().insert("roundsman-token", other.token.parse().unwrap());
    town.untouched(|| town.send(&moved)).is_problem(401, "signature_invalid");
    let mut borrowed = good.clone();
    let input = good.headers()["signature-input"].to_str().unwrap();
    let input = input.replace(&phone.device.to_string(), &other.device.to_string());
    borrowed.headers_mut().insert("signature-input", input.parse().unwrap());
    town.untouched(|| town.send(&borrowed)).is_problem(401, "signature_invalid");
}

#[test]
fn a_device_that_nobody_enrolled_is_unknown() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    phone.device = roundsman_sync_core::ids::DeviceId::from_bytes([7; 16]);
    let request = phone.signed(pack(&idle()));
    town.untouched(|| town.send(&request)).is_problem(401, "device_unknown");
}

#[test]
fn a_request_is_good_once_and_with_a_fresh_token() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    phone.new_case();
    let (good, mut session) = phone.honest_request();
    let reply = town.send(&good);
    assert_eq!(reply.status, 200);
    let again = town.untouched(|| town.send(&good));
    again.is_problem(401, "request_replayed");
    assert!(again.header("roundsman-counter").is_some(), "it says which counter would do");
    phone.replica.apply(&mut session, &reply.as_response()).unwrap();

    let foreign = phone.signed_with(pack(&idle()), "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4");
    let stale = town.untouched(|| town.send(&foreign));
    stale.is_problem(401, "token_stale");
    let fresh = stale.header("roundsman-token").unwrap().to_owned();
    let request = phone.signed_with(pack(&idle()), &fresh);
    assert_eq!(town.send(&request).status, 200, "the token in the problem is fresh");
}

#[test]
fn a_phone_that_was_shut_out_is_told_so() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let device = phone.device;
    town.service
        .write::<_, DatabaseError>(|batch, office| office.revoke(batch, town.desk(), device))
        .unwrap();
    // What it brings is kept as evidence, and becomes part of nothing.
    phone.new_case();
    let (request, _) = phone.honest_request();
    let count = |table: &str| town.everything().iter().filter(|row| row.starts_with(table)).count();
    let (cases, changes) = (count("cases:"), count("changes:"));
    town.send(&request).is_problem(403, "device_revoked");
    assert_eq!((count("cases:"), count("changes:")), (cases, changes + 1));
    let request = phone.signed(pack(&idle()));
    town.untouched(|| town.send(&request)).is_problem(403, "device_revoked");
}

#[test]
fn a_body_that_is_no_request_is_refused_for_its_form() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let whole = pack(&idle());
    let plain = minicbor::to_vec(idle()).unwrap();
    let short = zstd::bulk::compress(&plain[..plain.len() / 2], 3).unwrap();
    let bomb = zstd::bulk::compress(&vec![0; REQUEST_BYTES_MAX + 1], 3).unwrap();
    let many_envelopes =
        SyncRequest { envelopes: vec![ByteVec::from(vec![]); REQUEST_ENVELOPES_MAX + 1], ..idle() };
    let hash = roundsman_sync_core::ids::PhotoHash::of(b"");
    let many_photos = SyncRequest { photos: vec![hash; REQUEST_PHOTOS_MAX + 1], ..idle() };
    let cases = [
        (whole[..whole.len() - 3].to_vec(), 400, "bad_request"),
        (short, 400, "bad_request"),
        (Vec::new(), 400, "bad_request"),
        (b"neither zstd nor CBOR".to_vec(), 400, "bad_request"),
        (pack(&SyncRequest { protocol: 2, ..idle() }), 400, "protocol_unsupported"),
        (bomb, 413, "body_too_large"),
        (pack(&many_envelopes), 400, "bad_request"),
        (pack(&many_photos), 400, "bad_request"),
    ];
    for (body, status, code) in cases {
        let request = phone.signed(body);
        town.untouched(|| town.send(&request)).is_problem(status, code);
    }
    let huge = phone.signed(vec![0; REQUEST_BYTES_MAX + 1]);
    town.untouched(|| town.send(&huge)).is_problem(413, "body_too_large");
}

#[test]
fn a_request_cut_off_on_its_way_does_nothing() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    phone.new_case();
    let (good, _) = phone.honest_request();
    for sent in [0, 1, good.body().len() / 2, good.body().len() - 1] {
        town.untouched(|| {
            if let Some(reply) = wire::send_cut(town.address, &good, sent) {
                reply.is_problem(400, "bad_request");
            }
        });
    }
    assert_eq!(town.send(&good).status, 200);
}

/// The verdicts on envelopes that a phone brings in a request of its own.
fn verdicts_on(phone: &mut Phone<'_>, envelope: Vec<u8>) -> Vec<Verdict> {
    let request = phone.signed(pack(&SyncRequest { envelopes: vec![envelope.into()], ..idle() }));
    let reply = phone.town.send(&request);
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    unpack::<SyncReply>(&reply.body, REPLY_BYTES_MAX).unwrap().verdicts.remove(0)
}

fn refused_with(verdicts: &[Verdict]) -> Vec<&'static str> {
    let codes = verdicts.iter().map(|verdict| match verdict {
        Verdict::Quarantined { code, .. } => code.as_str(),
        Verdict::Accepted { .. } | Verdict::Pending { .. } | Verdict::Superseded { .. } | Verdict::Fork => {
            "none"
        }
    });
    codes.collect()
}

fn envelope_of(phone: &mut Phone<'_>) -> Envelope {
    phone.new_case();
    let (request, _) = phone.honest_request();
    let asked: SyncRequest = unpack(request.body(), REQUEST_BYTES_MAX).unwrap();
    minicbor::decode(asked.envelopes.last().unwrap()).unwrap()
}

#[test]
fn an_envelope_that_is_not_the_bringers_own_is_refused_and_not_kept() {
    let town = Town::new();
    let (mut phone, mut other) = (town.phone("陈前台"), town.phone("周主管"));
    let good = envelope_of(&mut phone);
    let org = good.org;

    // Somebody else's, as it was signed.
    let bytes = minicbor::to_vec(&good).unwrap();
    let verdicts = town.untouched(|| verdicts_on(&mut other, bytes.clone()));
    assert_eq!(refused_with(&verdicts), ["person_mismatch"]);
    // One's own key, somebody else's name.
    for person in [other.person, PersonId::from_bytes([0; 16])] {
        let claim = good.claim.clone();
        let items = good.items.clone();
        let forged = Envelope::seal(org, phone.device, person, SCHEMA, claim, items, &phone.signer).unwrap();
        let bytes = minicbor::to_vec(&forged).unwrap();
        let verdicts = town.untouched(|| verdicts_on(&mut phone, bytes));
        assert_eq!(refused_with(&verdicts), ["person_mismatch"]);
    }
    // A signature that does not fit what it stands under.
    let moved = Envelope { schema: 0, ..good.clone() };
    let verdicts = town.untouched(|| verdicts_on(&mut phone, minicbor::to_vec(&moved).unwrap()));
    assert_eq!(refused_with(&verdicts), ["signature_invalid"]);
    // And the good one is still good.
    assert!(matches!(verdicts_on(&mut phone, bytes)[..], [Verdict::Accepted { .. }]));
}

#[test]
fn garbage_instead_of_an_envelope_is_refused_and_not_kept() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let good = minicbor::to_vec(envelope_of(&mut phone)).unwrap();
    let half = good[..good.len() / 2].to_vec();
    let mut flipped = good.clone();
    let at = good.len() * 2 / 3;
    flipped[at] ^= 0xff;
    let empty = Envelope { items: Vec::new(), ..minicbor::decode(&good).unwrap() };
    for garbage in [Vec::new(), b"garbage".to_vec(), half, flipped, minicbor::to_vec(empty).unwrap()] {
        let verdicts = town.untouched(|| verdicts_on(&mut phone, garbage));
        assert_eq!(refused_with(&verdicts), ["change_malformed"]);
    }
    let large = vec![0; roundsman_sync_core::limits::ENVELOPE_BYTES_MAX + 1];
    let verdicts = town.untouched(|| verdicts_on(&mut phone, large));
    assert_eq!(refused_with(&verdicts), ["change_too_large"]);
}
