//! An envelope in which one bit is another.

use minicbor::bytes::ByteVec;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::model::{Classification, Command, Urgency};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_tests::hostile::Stage;

#[test]
fn every_single_bit_of_an_envelope_is_covered_by_its_signature() {
    let mut stage = Stage::new();
    let to = Classification { urgency: Some(Urgency::General), ..Classification::default() };
    let items = stage.written(&Command::Classify { case: stage.case, to });
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let signer = SoftwareSigner::generate(algorithm, &mut ChaCha8Rng::seed_from_u64(5));
        let key = signer.public_key();
        let Envelope { org, device, person, schema, claim, .. } = stage.envelope(items.clone());
        let sealed = Envelope::seal(org, device, person, schema, claim, items.clone(), &signer).unwrap();
        let whole = minicbor::to_vec(&sealed).unwrap();
        Envelope::open(&whole).unwrap().verify(&key).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let taken = Envelope::open(&flipped).and_then(|scanned| scanned.verify(&key));
            assert!(taken.is_err(), "bit {bit} of {} does not count under {algorithm:?}", whole.len() * 8);
        }
    }
}

#[test]
fn an_envelope_of_two_changes_in_another_order_is_not_what_was_signed() {
    let mut stage = Stage::new();
    let mut classify = |urgency| {
        let to = Classification { urgency: Some(urgency), ..Classification::default() };
        stage.written(&Command::Classify { case: stage.case, to }).remove(0)
    };
    let items = vec![classify(Urgency::General), classify(Urgency::Important)];
    let honest = stage.envelope(items.clone());
    let swapped = Envelope { items: items.iter().rev().cloned().collect(), ..honest.clone() };
    let elsewhere = EnvelopeItem { kind: DocumentKind::Round, ..items[1].clone() };
    let moved = Envelope { items: vec![items[0].clone(), elsewhere], ..honest.clone() };
    let fewer = Envelope { items: items[..1].to_vec(), ..honest.clone() };
    let torn = Envelope {
        items: vec![items[0].clone(), EnvelopeItem { change: ByteVec::from(Vec::new()), ..items[1].clone() }],
        ..honest.clone()
    };
    let key = stage.signer.public_key();
    let check = |envelope: &Envelope| {
        let bytes = minicbor::to_vec(envelope).unwrap();
        Envelope::open(&bytes)
            .and_then(|scanned| scanned.verify(&key))
            .map_err(|refusal| refusal.code.as_str())
    };
    assert_eq!(check(&honest), Ok(()));
    for forged in [&swapped, &moved, &fewer] {
        assert_eq!(check(forged), Err("signature_invalid"));
    }
    assert_eq!(check(&torn), Err("change_malformed"));
}
