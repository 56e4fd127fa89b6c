//! The worked example of `docs/protocol.md`, and everything that must be refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::protocol::key::SoftwareSigner;

const BODY: &[u8] = br#"{"hello": "world"}"#;
const TOKEN: &str = "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4";
const DEVICE: &str = "01941f29-7c00-7aaa-8bbb-123456789abc";
const COUNTER: u64 = 17;

/// The secret of the worked example is the byte 0x2a, thirty-two times.
fn signer(algorithm: Algorithm) -> SoftwareSigner {
    let mut exported = [0x2a; SoftwareSigner::EXPORT_BYTES];
    exported[0] = algorithm.code();
    SoftwareSigner::import(&exported).unwrap()
}

fn device() -> DeviceId {
    DEVICE.parse().unwrap()
}

fn signed(algorithm: Algorithm) -> Vec<(&'static str, String)> {
    sign_request("POST", "/v1/sync", BODY, TOKEN, COUNTER, device(), &signer(algorithm)).unwrap()
}

fn headers<'h>(lines: impl IntoIterator<Item = (&'static str, &'h str)>) -> HeaderMap {
    lines
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

fn good() -> HeaderMap {
    headers(signed(Algorithm::Ed25519).iter().map(|(name, value)| (*name, value.as_str())))
}

/// The good headers with one value replaced.
fn with(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = good();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    headers
}

fn refusal(headers: &HeaderMap) -> ErrorCode {
    SignedRequest::parse(headers).unwrap_err().code
}

/// The header lines of the worked example, which differ in algorithm and signature only.
fn example(alg: &str, signature: &str) -> Vec<(&'static str, String)> {
    vec![
        ("content-digest", "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:".to_owned()),
        ("roundsman-token", "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ4".to_owned()),
        (
            "signature-input",
            format!(
                r#"r=("@method" "@path" "content-digest" "roundsman-token");nonce="17";keyid="01941f29-7c00-7aaa-8bbb-123456789abc";alg="{alg}""#
            ),
        ),
        ("signature", format!("r=:{signature}:")),
    ]
}

/// The expected bytes were made with another implementation (Python `cryptography`, OpenSSL).
#[test]
fn the_worked_example_with_ed25519() {
    assert_eq!(
        signer(Algorithm::Ed25519).public_key().to_string(),
        "ed25519:GX9rI-FshTLGq8g4-s1ep4m-DHaykgM0A5v6iz02jWE"
    );
    assert_eq!(
        signed(Algorithm::Ed25519),
        example(
            "ed25519",
            "q8CLKGYtb7NIdoXur2KlgNfSXK7S6HU1o5pmm3LaHLJMM+EtqqqoM3qfWbi56WJ0OQD30JuGKbGeXFKFDgv/CQ=="
        )
    );
}

/// As above; the nonce of the signature is that of RFC 6979.
#[test]
fn the_worked_example_with_es256() {
    assert_eq!(
        signer(Algorithm::Es256).public_key().to_string(),
        "es256:AgyQHUI8gxyoXifHPCY7oTJyG7nXqExPA4CypnVv1gEz"
    );
    assert_eq!(
        signed(Algorithm::Es256),
        example(
            "ecdsa-p256-sha256",
            "glbN4+NvvRsSX+EWwF7N4FH2Iwt+jmOCv0GxtXxGW9fniqGbJDp2SrjKxbhkZuaM8fnps5JpBLNUoTb3SQJu4g=="
        )
    );
}

#[test]
fn a_signed_request_reads_back_and_holds() {
    for algorithm in Algorithm::ALL {
        let lines = signed(algorithm);
        let headers = headers(lines.iter().map(|(name, value)| (*name, value.as_str())));
        let request = SignedRequest::parse(&headers).unwrap();
        assert_eq!(request.device, device());
        assert_eq!(request.counter, COUNTER);
        assert_eq!(request.token, TOKEN);
        let key = signer(algorithm).public_key();
        assert_eq!(request.verify("POST", "/v1/sync", BODY, &key), Ok(()));
    }
}

#[test]
fn a_device_without_a_token_can_still_ask_for_one() {
    let signer = signer(Algorithm::Es256);
    let lines = sign_request("GET", "/v1/events", b"", "", u64::MAX, device(), &signer).unwrap();
    let headers = headers(lines.iter().map(|(name, value)| (*name, value.as_str())));
    let request = SignedRequest::parse(&headers).unwrap();
    assert_eq!((request.token.as_str(), request.counter), ("", u64::MAX));
    assert_eq!(request.verify("GET", "/v1/events", b"", &signer.public_key()), Ok(()));
}

/// An idle sync must fit 1,200 bytes both ways; a third of them may be for signing.
#[test]
fn the_longest_header_lines_stay_small() {
    let token = "t".repeat(43);
    for algorithm in Algorithm::ALL {
        let signer = signer(algorithm);
        let lines = sign_request("POST", "/v1/sync", b"", &token, u64::MAX, device(), &signer).unwrap();
        let bytes: usize = lines.iter().map(|(name, value)| name.len() + value.len() + ": \r\n".len()).sum();
        assert!(bytes <= 450, "{bytes} bytes with {algorithm:?}");
    }
}

#[test]
fn whatever_was_signed_cannot_be_swapped_afterwards() {
    let request = SignedRequest::parse(&good()).unwrap();
    let key = signer(Algorithm::Ed25519).public_key();
    let refused = |method: &str, path: &str, body: &[u8], key: &PublicKey| {
        assert_eq!(
            request.verify(method, path, body, key).unwrap_err().code,
            ErrorCode::SignatureInvalid,
            "{method} {path}"
        );
    };
    assert_eq!(request.verify("POST", "/v1/sync", BODY, &key), Ok(()));
    refused("PUT", "/v1/sync", BODY, &key);
    refused("POST", "/v1/enrol", BODY, &key);
    refused("POST", "/v1/sync", b"other", &key);
    refused("POST", "/v1/sync?a=b", BODY, &key);
    refused("POST", "/v1/sync\n\"x\": y", BODY, &key);
    refused("", "/v1/sync", BODY, &key);
    refused("POST", "", BODY, &key);
    refused("POST", "/v1/sync", BODY, &signer(Algorithm::Es256).public_key());

    for (name, value) in [
        (ROUNDSMAN_TOKEN, "AAABnM8JAgAHBwcHBwcHBzt3MuvR70sX-WgPf9ZfVJ5"),
        (SIGNATURE_INPUT, &input("18", DEVICE, "ed25519")),
        (SIGNATURE_INPUT, &input("17", "01941f29-7c00-7aaa-8bbb-123456789abd", "ed25519")),
        (SIGNATURE_INPUT, &input("17", DEVICE, "ecdsa-p256-sha256")),
        (CONTENT_DIGEST, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
        (SIGNATURE, &format!("r=:{}:", STANDARD.encode([7; 64]))),
    ] {
        let swapped = SignedRequest::parse(&with(name, value)).unwrap();
        assert_eq!(
            swapped.verify("POST", "/v1/sync", BODY, &key).unwrap_err().code,
            ErrorCode::SignatureInvalid,
            "{name}: {value}"
        );
    }
}

fn input(nonce: &str, keyid: &str, alg: &str) -> String {
    format!(
        r#"r=("@method" "@path" "content-digest" "roundsman-token");nonce="{nonce}";keyid="{keyid}";alg="{alg}""#
    )
}

#[test]
fn a_request_without_one_of_the_headers_is_not_signed() {
    for name in [SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, ROUNDSMAN_TOKEN] {
        let mut headers = good();
        headers.remove(name);
        assert_eq!(refusal(&headers), ErrorCode::SignatureMissing, "{name}");
    }
    assert_eq!(refusal(&HeaderMap::new()), ErrorCode::SignatureMissing);
}

#[test]
fn a_header_that_is_there_twice_is_refused() {
    for name in [SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, ROUNDSMAN_TOKEN] {
        let mut headers = good();
        let value = headers[name].clone();
        headers.append(name, value);
        assert_eq!(refusal(&headers), ErrorCode::SignatureInvalid, "{name}");
    }
}

#[test]
fn anything_but_the_one_covered_list_and_its_parameters_is_refused() {
    let covered = r#"("@method" "@path" "content-digest" "roundsman-token")"#;
    let params = format!(r#";nonce="17";keyid="{DEVICE}";alg="ed25519""#);
    assert_eq!(
        SignedRequest::parse(&with(SIGNATURE_INPUT, &format!("r={covered}{params}"))),
        SignedRequest::parse(&good())
    );
    let long = "x".repeat(HEADER_BYTES_MAX);
    for bad in [
        // Other components.
        format!(r#"r=("@method" "@path" "content-digest"){params}"#),
        format!(r#"r=("@path" "@method" "content-digest" "roundsman-token"){params}"#),
        format!(r#"r=("@method" "@path" "content-digest" "roundsman-token" "date"){params}"#),
        format!(r#"r=("@method";req "@path" "content-digest" "roundsman-token"){params}"#),
        format!(r#"r=(@method "@path" "content-digest" "roundsman-token"){params}"#),
        format!("r=(){params}"),
        // Other parameters.
        format!("r={covered}"),
        format!(r#"r={covered}{params};created=1618884473"#),
        format!(r#"r={covered};keyid="{DEVICE}";nonce="17";alg="ed25519""#),
        format!(r#"r={covered};nonce=17;keyid="{DEVICE}";alg="ed25519""#),
        input("", DEVICE, "ed25519"),
        input("+17", DEVICE, "ed25519"),
        input("017", DEVICE, "ed25519"),
        input("-1", DEVICE, "ed25519"),
        input("18446744073709551616", DEVICE, "ed25519"),
        input("17", &DEVICE.to_uppercase(), "ed25519"),
        input("17", &DEVICE.replace('-', ""), "ed25519"),
        input("17", DEVICE, "hmac-sha256"),
        // Another form altogether.
        format!("sig={covered}{params}"),
        "r=1".to_owned(),
        "r".to_owned(),
        String::new(),
        format!(r#"r={covered}{params};x="{long}""#),
    ] {
        assert_eq!(refusal(&with(SIGNATURE_INPUT, &bad)), ErrorCode::SignatureInvalid, "{bad}");
    }
}

#[test]
fn digests_tokens_and_signatures_of_another_form_are_refused() {
    let digest = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=";
    for (name, bad) in [
        (CONTENT_DIGEST, format!("sha-512=:{digest}:")),
        (CONTENT_DIGEST, format!("sha-256=:{digest}:, sha-512=:{digest}:")),
        (CONTENT_DIGEST, "sha-256=:X48E:".to_owned()),
        (CONTENT_DIGEST, "sha-256=:".to_owned()),
        (ROUNDSMAN_TOKEN, "a b".to_owned()),
        (ROUNDSMAN_TOKEN, "abc=".to_owned()),
        (ROUNDSMAN_TOKEN, "t".repeat(TOKEN_CHARS_MAX + 1)),
        (SIGNATURE, format!("r=:{digest}:")),
        (SIGNATURE, "r=17".to_owned()),
        (SIGNATURE, "r=()".to_owned()),
        (SIGNATURE, "r=:*:".to_owned()),
    ] {
        assert_eq!(refusal(&with(name, &bad)), ErrorCode::SignatureInvalid, "{name}: {bad}");
    }
}

#[test]
fn another_signature_beside_ours_does_no_harm() {
    let mut headers = good();
    for name in [SIGNATURE_INPUT, SIGNATURE] {
        let ours = headers[name].to_str().unwrap().to_owned();
        let other = if name == SIGNATURE { "proxy=:AAAA:" } else { r#"proxy=("@authority");created=1"# };
        let both = HeaderValue::from_str(&format!("{other}, {ours}")).unwrap();
        headers.insert(name, both);
    }
    assert_eq!(SignedRequest::parse(&headers), SignedRequest::parse(&good()));
}

#[test]
fn nothing_is_signed_that_could_be_read_in_two_ways() {
    let signer = signer(Algorithm::Ed25519);
    let sign = |method: &str, path: &str, token: &str| {
        sign_request(method, path, b"", token, 1, device(), &signer).map(|_| ())
    };
    assert_eq!(sign("GET", "/v1/events", "abc"), Ok(()));
    assert_eq!(sign("GET", "/v1/events", "abc\n\"@path\": /"), Err(SignFailed::TokenMalformed));
    assert_eq!(sign("GET", "/v1/events", &"t".repeat(129)), Err(SignFailed::TokenMalformed));
    for path in ["", "v1", "/v1?x", "/v1#x", "/v 1", "/v1\n", "/维修"] {
        assert_eq!(sign("GET", path, "abc"), Err(SignFailed::TargetMalformed), "{path}");
    }
    assert_eq!(sign("get", "/v1", "abc"), Err(SignFailed::TargetMalformed));
}

#[test]
fn a_locked_phone_signs_nothing_and_says_why() {
    struct Locked(PublicKey);
    impl Signer for Locked {
        fn public_key(&self) -> PublicKey {
            self.0
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, SignFailed> {
            Err(SignFailed::KeyUnavailable { reason: "the phone is locked".to_owned() })
        }
    }
    let signer = Locked(signer(Algorithm::Es256).public_key());
    assert_eq!(
        sign_request("GET", "/v1/events", b"", "", 1, device(), &signer),
        Err(SignFailed::KeyUnavailable { reason: "the phone is locked".to_owned() })
    );
}

/// What an attacker may try: pieces of good headers, structured-field syntax, and any bytes at all.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "r=[(:;\"@?%a-z0-9=*, )\\\\.-]{0,80}".prop_map(String::into_bytes),
        "r=\\((\"@?[a-z-]{0,20}\" ?){0,6}\\)(;(nonce|keyid|alg|x)=(\"[a-z0-9-]{0,40}\"|[0-9]{1,30}|:[A-Z=]{0,9}:)){0,4}"
            .prop_map(String::into_bytes),
        "sha-256=:?[A-Za-z0-9+/=]{0,60}:?".prop_map(String::into_bytes),
        "r=:[A-Za-z0-9+/]{0,90}={0,3}:?".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn no_headers_make_the_parser_panic_or_pass_for_signed(
        values in prop::collection::vec(hostile(), 4),
        kept in prop::collection::vec(any::<bool>(), 4),
    ) {
        let mut headers = good();
        let names = [SIGNATURE_INPUT, SIGNATURE, CONTENT_DIGEST, ROUNDSMAN_TOKEN];
        for ((name, value), kept) in names.into_iter().zip(values).zip(kept) {
            if let (false, Ok(value)) = (kept, HeaderValue::from_bytes(&value)) {
                headers.insert(name, value);
            }
        }
        if let Ok(request) = SignedRequest::parse(&headers) {
            let key = signer(Algorithm::Ed25519).public_key();
            let holds = request.verify("POST", "/v1/sync", BODY, &key).is_ok();
            prop_assert_eq!(holds, request == SignedRequest::parse(&good()).unwrap());
        }
    }

    #[test]
    fn one_changed_byte_never_makes_another_request_of_it(
        which in 0usize..4,
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let (name, line) = signed(Algorithm::Ed25519).swap_remove(which);
        let mut bytes = line.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let mut headers = good();
            headers.insert(name, value);
            if let Ok(request) = SignedRequest::parse(&headers) {
                let key = signer(Algorithm::Ed25519).public_key();
                if request.verify("POST", "/v1/sync", BODY, &key).is_ok() {
                    prop_assert_eq!(request, SignedRequest::parse(&good()).unwrap());
                }
            }
        }
    }

    #[test]
    fn what_is_signed_always_verifies(
        body in prop::collection::vec(any::<u8>(), 0..200),
        token in "[A-Za-z0-9_-]{0,128}",
        counter in any::<u64>(),
    ) {
        let signer = signer(Algorithm::Ed25519);
        let lines = sign_request("POST", "/v1/sync", &body, &token, counter, device(), &signer).unwrap();
        let headers = headers(lines.iter().map(|(name, value)| (*name, value.as_str())));
        let request = SignedRequest::parse(&headers).unwrap();
        prop_assert_eq!(request.counter, counter);
        prop_assert_eq!(request.verify("POST", "/v1/sync", &body, &signer.public_key()), Ok(()));
    }
}
