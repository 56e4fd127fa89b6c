//! Hostile envelopes: what stands around the changes.

use minicbor::bytes::ByteVec;
use minicbor::data::Type;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{BootId, DeviceId, DocumentId, OrgId, PersonId};
use roundsman_sync_core::model::{Case, Classification, Command, Urgency};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, TokenSeen};
use roundsman_sync_core::protocol::key::Signature;
use roundsman_tests::hostile::{Stage, outcome};

/// What it is, how its bytes are made, what becomes of its first change.
type Attack = (&'static str, fn(&Stage, Vec<EnvelopeItem>) -> Vec<u8>, &'static str);

/// An honest change: the urgency of the case is set to what it is not.
fn honest(stage: &mut Stage) -> Vec<EnvelopeItem> {
    let case = Case::read(&stage.document(stage.case, DocumentKind::Case));
    let is_general = case.urgency.shown() == Some(&Urgency::General);
    let urgency = Some(if is_general { Urgency::Important } else { Urgency::General });
    let command =
        Command::Classify { case: stage.case, to: Classification { urgency, ..Default::default() } };
    stage.written(&command)
}

/// Rightly signed as it stands.
fn signed(stage: &Stage, items: Vec<EnvelopeItem>, change: impl FnOnce(&mut Envelope)) -> Vec<u8> {
    let mut envelope = stage.envelope(items);
    change(&mut envelope);
    minicbor::to_vec(stage.signed(envelope)).unwrap()
}

/// Changed after it was signed.
fn forged(stage: &Stage, items: Vec<EnvelopeItem>, change: impl FnOnce(&mut Envelope)) -> Vec<u8> {
    let mut envelope = stage.envelope(items);
    change(&mut envelope);
    minicbor::to_vec(envelope).unwrap()
}

/// The bytes of an honest envelope, spoiled.
fn bytes(stage: &Stage, items: Vec<EnvelopeItem>, spoil: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = stage.seal(items);
    spoil(&mut bytes);
    bytes
}

fn times(items: Vec<EnvelopeItem>, count: usize) -> Vec<EnvelopeItem> {
    items.into_iter().cycle().take(count).collect()
}

const ATTACKS: [Attack; 31] = [
    ("no bytes", |_, _| Vec::new(), "change_malformed"),
    ("a text", |_, _| minicbor::to_vec("hello").unwrap(), "change_malformed"),
    (
        "an envelope cut in half",
        |it, items| bytes(it, items, |all| all.truncate(all.len() / 2)),
        "change_malformed",
    ),
    (
        "an array of 2^64 things",
        |_, _| vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        "change_malformed",
    ),
    ("an array of no end", |_, _| vec![0x9f; 100_000], "change_malformed"),
    ("arrays in arrays, 100,000 deep", |_, _| vec![0x81; 100_000], "change_malformed"),
    ("tags on tags", |_, _| vec![0xc1; 100_000], "change_malformed"),
    (
        "a field of tomorrow, 100,000 deep",
        |it, items| {
            bytes(it, items, |all| {
                all[0] += 1;
                all.extend([0x81; 100_000]);
                all.push(0);
            })
        },
        "accepted",
    ),
    ("an envelope of 512 KiB and a byte", |_, _| vec![0; 512 * 1024 + 1], "change_too_large"),
    ("no changes", |it, _| signed(it, Vec::new(), |_| ()), "change_malformed"),
    ("65 changes", |it, items| signed(it, times(items, 65), |_| ()), "change_malformed"),
    ("one change 64 times", |it, items| signed(it, times(items, 64), |_| ()), "accepted"),
    (
        "a change of another kind of document",
        |it, items| signed(it, items, |all| all.items[0].kind = DocumentKind::Round),
        "kind_mismatch",
    ),
    (
        "a kind of tomorrow",
        |it, items| {
            bytes(it, items, |all| {
                // The kind stands behind the sixteen bytes of the document.
                let at = all.windows(16).position(|id| id == it.case.as_bytes()).unwrap() + 16;
                all[at] = 9;
            })
        },
        "change_malformed",
    ),
    (
        "a change of a case for a document that is not there",
        |it, items| signed(it, items, |all| all.items[0].document = DocumentId::from_bytes([9; 16])),
        "pending",
    ),
    (
        "a change of no bytes",
        |it, items| signed(it, items, |all| all.items[0].change = ByteVec::from(Vec::new())),
        "change_malformed",
    ),
    (
        "another organisation",
        |it, items| signed(it, items, |all| all.org = OrgId::from_bytes([9; 16])),
        "person_mismatch",
    ),
    (
        "a device that nobody enrolled",
        |it, items| signed(it, items, |all| all.device = DeviceId::from_bytes([9; 16])),
        "device_unknown",
    ),
    (
        "another person",
        |it, items| signed(it, items, |all| all.person = PersonId::from_bytes([9; 16])),
        "person_mismatch",
    ),
    (
        "the office itself",
        |it, items| {
            let office = it.service().identity().office.device;
            signed(it, items, |all| (all.device, all.person) = (office, PersonId::from_bytes([0; 16])))
        },
        "person_mismatch",
    ),
    ("a schema of tomorrow", |it, items| signed(it, items, |all| all.schema = u32::MAX), "pending"),
    (
        "a signature of nothing",
        |it, items| forged(it, items, |all| all.signature = Signature::from_bytes([0; 64])),
        "signature_invalid",
    ),
    (
        "a signature of 64 bytes of ones",
        |it, items| forged(it, items, |all| all.signature = Signature::from_bytes([0xff; 64])),
        "signature_invalid",
    ),
    (
        "another time than was signed",
        |it, items| forged(it, items, |all| all.claim.reading.wall = Timestamp::from_millis(0)),
        "signature_invalid",
    ),
    (
        "another document than was signed",
        |it, items| forged(it, items, |all| all.items[0].document = DocumentId::from_bytes([9; 16])),
        "signature_invalid",
    ),
    (
        "a change that was not signed",
        |it, items| forged(it, items, |all| all.items.push(all.items[0].clone())),
        "signature_invalid",
    ),
    (
        "a clock at the end of time",
        |it, items| signed(it, items, |all| all.claim.reading.wall = Timestamp::from_millis(i64::MAX)),
        "accepted",
    ),
    (
        "a clock before all time",
        |it, items| {
            signed(it, items, |all| {
                (all.claim.reading.wall, all.claim.reading.boot_ms) =
                    (Timestamp::from_millis(i64::MIN), i64::MIN);
            })
        },
        "accepted",
    ),
    (
        "a token of 100,000 letters",
        |it, items| signed(it, items, |all| all.claim.token = Some(seen("A".repeat(100_000)))),
        "accepted",
    ),
    (
        "a token that is none",
        |it, items| signed(it, items, |all| all.claim.token = Some(seen("漏水".to_owned()))),
        "accepted",
    ),
    (
        "numbers longer than they need be",
        |it, items| {
            bytes(it, items, |all| {
                // The schema, 2, as a number of two bytes: it says the same.
                let at = all.windows(16).position(|id| id == it.person.as_bytes()).unwrap() + 16;
                assert_eq!(minicbor::Decoder::new(&all[at..]).datatype().unwrap(), Type::U8);
                all.insert(at, 0x18);
            })
        },
        "accepted",
    ),
];

fn seen(token: String) -> TokenSeen {
    TokenSeen { token, at_boot_ms: i64::MAX, boot: BootId::from_bytes([2; 16]) }
}

#[test]
fn an_envelope_that_lies_about_what_it_is_harms_nobody() {
    let mut stage = Stage::new();
    for (at, (name, make, expected)) in ATTACKS.iter().enumerate() {
        let items = honest(&mut stage);
        let hostile = make(&stage, items);
        let (before, after) = (honest(&mut stage), honest(&mut stage));
        let envelopes = vec![stage.seal(before), hostile, stage.seal(after)];
        let verdicts = stage.deliver(envelopes).unwrap();
        let outcomes: Vec<_> = verdicts.iter().map(|of| of.first().map_or("nothing", outcome)).collect();
        assert_eq!(outcomes, ["accepted", expected, "accepted"], "{name}: {:?}", verdicts[1]);
        if at % 8 == 7 {
            stage.work().unwrap();
        }
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}
