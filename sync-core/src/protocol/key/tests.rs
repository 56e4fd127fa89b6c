//! Keys against the vectors of the standards, and against hostile bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;

use super::*;

const INFO_FROM_OPENSSL: &str = concat!(
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004df03a92a4f9f826e7f5b382f080a140f8978347612dd45",
    "ec8d662bdf8632f9035855d8657567791118391356cc2d3bad26d3e27e943558e73bb5b26f0b6400e2",
);
const SIGNATURE_FROM_OPENSSL: &str = concat!(
    "3046022100b8b2bfb92ae96b5c43d5aa504c82e53afe0c602c046fff0272eb783f9154baac022100a80acad531dfe23bbf7b",
    "5b5734d0ebfe848b96a285c780da5ac7af08217b2f35",
);

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn signer(algorithm: Algorithm, secret: &[u8]) -> SoftwareSigner {
    SoftwareSigner::import(&[&[algorithm.code()], secret].concat()).unwrap()
}

fn drawn(algorithm: Algorithm, seed: u64) -> SoftwareSigner {
    SoftwareSigner::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(seed))
}

/// RFC 6979, section A.2.5. Its s is the larger of the two: nothing here prefers the smaller.
#[test]
fn es256_signs_as_rfc_6979_says() {
    let signer =
        signer(Algorithm::Es256, &hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
    assert_eq!(
        signer.public_key().as_bytes(),
        hex("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
    );
    let signature = signer.sign(b"sample").unwrap();
    assert_eq!(
        signature.as_bytes().as_slice(),
        hex(concat!(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ))
    );
    assert_eq!(signer.public_key().verify(b"sample", &signature), Ok(()));
}

/// RFC 8032, section 7.1, test 1.
#[test]
fn ed25519_signs_as_rfc_8032_says() {
    let signer =
        signer(Algorithm::Ed25519, &hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    assert_eq!(
        signer.public_key().as_bytes(),
        hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    );
    let signature = signer.sign(b"").unwrap();
    assert_eq!(
        signature.as_bytes().as_slice(),
        hex(concat!(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555",
            "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ))
    );
    assert_eq!(signer.public_key().verify(b"", &signature), Ok(()));
}

/// RFC 9421, section B.2.4: a signature that another program made.
#[test]
fn the_es256_example_of_rfc_9421_verifies() {
    // The key test-key-ecc-p256 of section B.1.3; y ends in an odd byte, hence 03.
    let x = STANDARD.decode("qIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivA=").unwrap();
    let key = PublicKey::from_bytes(Algorithm::Es256, &[&[0x03], &x[..]].concat()).unwrap();
    let base = concat!(
        "\"@status\": 200\n",
        "\"content-type\": application/json\n",
        "\"content-digest\": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n",
        "\"content-length\": 23\n",
        "\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" \"content-length\")",
        ";created=1618884473;keyid=\"test-key-ecc-p256\"",
    );
    let signature = STANDARD
        .decode("wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==")
        .unwrap();
    let signature = Signature::from_slice(&signature).unwrap();
    assert_eq!(key.verify(base.as_bytes(), &signature), Ok(()));
}

/// RFC 9421, section B.2.6. Ed25519 is deterministic, so ours must come to the same bytes.
#[test]
fn the_ed25519_example_of_rfc_9421_comes_out_to_the_byte() {
    let secret = STANDARD.decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=").unwrap();
    let base = concat!(
        "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n",
        "\"@method\": POST\n",
        "\"@path\": /foo\n",
        "\"@authority\": example.com\n",
        "\"content-type\": application/json\n",
        "\"content-length\": 18\n",
        "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")",
        ";created=1618884473;keyid=\"test-key-ed25519\"",
    );
    let signature = signer(Algorithm::Ed25519, &secret).sign(base.as_bytes()).unwrap();
    assert_eq!(
        STANDARD.encode(signature.as_bytes()),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
}

#[test]
fn a_changed_bit_anywhere_in_the_signature_is_refused() {
    for algorithm in Algorithm::ALL {
        let signer = drawn(algorithm, 1);
        let good = signer.sign(b"lift stuck").unwrap();
        for bit in 0..Signature::BYTES * 8 {
            let mut bytes = *good.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                signer.public_key().verify(b"lift stuck", &Signature::from_bytes(bytes)),
                Err(SignatureInvalid),
                "{algorithm:?}, bit {bit}"
            );
        }
    }
}

#[test]
fn a_signature_holds_for_its_own_message_and_key_only() {
    for algorithm in Algorithm::ALL {
        let (mine, other) = (drawn(algorithm, 1), drawn(algorithm, 2));
        let signature = mine.sign(b"lift stuck").unwrap();
        assert_eq!(mine.public_key().verify(b"lift stuck", &signature), Ok(()));
        assert_eq!(mine.public_key().verify(b"lift free", &signature), Err(SignatureInvalid));
        assert_eq!(other.public_key().verify(b"lift stuck", &signature), Err(SignatureInvalid));
    }
}

#[test]
fn the_same_chance_gives_the_same_key_and_the_same_signature() {
    for algorithm in Algorithm::ALL {
        let (first, again) = (drawn(algorithm, 7), drawn(algorithm, 7));
        assert_eq!(first.public_key(), again.public_key());
        assert_eq!(first.sign(b"x"), again.sign(b"x"));
        assert_ne!(first.public_key(), drawn(algorithm, 8).public_key());
    }
}

#[test]
fn an_exported_secret_comes_back_as_the_same_key() {
    for algorithm in Algorithm::ALL {
        let signer = drawn(algorithm, 3);
        let back = SoftwareSigner::import(&signer.export()[..]).unwrap();
        assert_eq!(back.public_key(), signer.public_key());
        assert_eq!(back.sign(b"x"), signer.sign(b"x"));
    }
}

#[test]
fn what_is_not_an_export_is_no_secret() {
    let refused = |bytes: &[u8]| SoftwareSigner::import(bytes).map(|_| ()).unwrap_err();
    assert_eq!(refused(&[0; 33]), KeyInvalid::AlgorithmUnknown);
    assert_eq!(refused(&[1; 32]), KeyInvalid::Length { wanted: 33, given: 32 });
    // Zero, and a number past the order of the curve.
    assert_eq!(refused(&[&[1u8], &[0; 32][..]].concat()), KeyInvalid::SecretInvalid);
    assert_eq!(refused(&[&[1u8], &[0xff; 32][..]].concat()), KeyInvalid::SecretInvalid);
}

#[test]
fn printing_a_signer_never_shows_the_secret() {
    let signer = drawn(Algorithm::Ed25519, 4);
    let shown = format!("{signer:?}");
    assert_eq!(shown, format!("SoftwareSigner({}, secret hidden)", signer.public_key()));
}

#[test]
fn a_key_reads_back_from_text_and_from_cbor() {
    for algorithm in Algorithm::ALL {
        let key = drawn(algorithm, 5).public_key();
        assert_eq!(key.to_string().parse(), Ok(key));
        let wire = minicbor::to_vec(key).unwrap();
        assert_eq!(minicbor::decode::<PublicKey>(&wire).unwrap(), key);
        assert_eq!(PublicKey::from_bytes(algorithm, key.as_bytes()), Ok(key));
    }
}

#[test]
fn an_ed25519_key_that_anybody_could_sign_for_is_refused() {
    // The neutral point, the point of order two, and one of order eight (RFC 7748's cofactor).
    for weak in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ] {
        assert_eq!(PublicKey::from_bytes(Algorithm::Ed25519, &hex(weak)), Err(KeyInvalid::PointInvalid));
    }
}

#[test]
fn a_second_spelling_of_an_ed25519_point_is_refused() {
    // y + p also fits into 255 bits for y below 19; some of these are points of full order.
    let mut spelled = 0;
    for y in 0..19u8 {
        let mut bytes = [0xff; 32];
        bytes[0] = 0xed + y;
        bytes[31] = 0x7f;
        if ed25519_dalek::VerifyingKey::from_bytes(&bytes).is_ok_and(|key| !key.is_weak()) {
            spelled += 1;
        }
        assert!(PublicKey::from_bytes(Algorithm::Ed25519, &bytes).is_err());
    }
    assert!(spelled > 0, "nothing was tried");
}

#[test]
fn only_the_compressed_form_of_a_p256_point_is_taken() {
    let key = drawn(Algorithm::Es256, 6).public_key();
    let mut bytes = key.as_bytes().to_vec();
    for tag in [0x00, 0x01, 0x04, 0x05, 0xff] {
        bytes[0] = tag;
        assert_eq!(PublicKey::from_bytes(Algorithm::Es256, &bytes), Err(KeyInvalid::PointInvalid));
    }
    assert!(PublicKey::from_bytes(Algorithm::Es256, &[2; 65]).is_err());
}

#[test]
fn keys_and_signatures_are_taken_in_the_forms_of_phones_key_stores() {
    // Made by OpenSSL 3: `openssl ecparam -name prime256v1 -genkey`, then `pkey -pubout -outform DER` and
    // `dgst -sha256 -sign` over 'round'.
    let info = hex(INFO_FROM_OPENSSL);
    let key = PublicKey::from_key_store(Algorithm::Es256, &info).unwrap();
    assert_eq!(PublicKey::from_key_store(Algorithm::Es256, &info[26..]), Ok(key));
    assert_eq!(PublicKey::from_key_store(Algorithm::Es256, key.as_bytes()), Ok(key));
    let der = hex(SIGNATURE_FROM_OPENSSL);
    let signature = Signature::from_key_store(Algorithm::Es256, &der).unwrap();
    assert_eq!(key.verify(b"round", &signature), Ok(()));
    assert_eq!(Signature::from_key_store(Algorithm::Es256, signature.as_bytes()), Some(signature));
    assert_eq!(Signature::from_key_store(Algorithm::Es256, &der[..der.len() - 1]), None);
    assert!(PublicKey::from_key_store(Algorithm::Es256, &info[..90]).is_err());
    let ed25519 = drawn(Algorithm::Ed25519, 5);
    let bytes = ed25519.public_key();
    assert_eq!(PublicKey::from_key_store(Algorithm::Ed25519, bytes.as_bytes()), Ok(ed25519.public_key()));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = minicbor::decode::<PublicKey>(&bytes);
        let _ = minicbor::decode::<Signature>(&bytes);
        let _ = SoftwareSigner::import(&bytes);
    }

    #[test]
    fn a_key_that_parses_writes_the_bytes_it_came_from(
        code in 1u8..3,
        bytes in prop::collection::vec(any::<u8>(), 32..34),
    ) {
        let algorithm = Algorithm::from_code(code).unwrap();
        if let Ok(key) = PublicKey::from_bytes(algorithm, &bytes) {
            prop_assert_eq!(key.as_bytes(), &bytes[..]);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "(es256|ed25519|rsa)?:?[A-Za-z0-9_=-]{0,60}") {
        let _ = text.parse::<PublicKey>();
    }
}
