//! Hostile requests at each of the doors that a phone or a stranger can knock at.

use http::{Request, Response};
use minicbor::bytes::ByteVec;
use roundsman_sync_core::ids::{DeviceId, PhotoHash};
use roundsman_sync_core::protocol::http_signature::sign_request;
use roundsman_sync_core::protocol::key::Signer;
use roundsman_sync_core::protocol::messages::{
    EnrolRequest, FeedCursor, FeedNumber, RecoveredChange, SyncRequest,
};
use roundsman_sync_core::protocol::packing::pack;
use roundsman_sync_core::protocol::repair::{RepairItem, RepairQuestion};
use roundsman_tests::hostile::Stage;

/// What it is, how the request is made, what is answered: a problem's code, or `ok`.
type Attack = (&'static str, fn(&mut Stage) -> Request<Vec<u8>>, &'static str);

/// A body as a sync, rightly signed.
fn sync(it: &mut Stage, change: impl FnOnce(&mut SyncRequest)) -> Request<Vec<u8>> {
    let mut asked = it.asked(Vec::new());
    change(&mut asked);
    it.request(pack(&asked))
}

/// The same of the server's own log, so that cursors count.
fn here(it: &mut Stage, change: impl FnOnce(&mut SyncRequest)) -> Request<Vec<u8>> {
    let log = it.service().identity().log;
    sync(it, |asked| {
        asked.log = log;
        change(asked);
    })
}

fn header(it: &mut Stage, name: &'static str, value: &str) -> Request<Vec<u8>> {
    let mut request = sync(it, |_| ());
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

fn frame(plain: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plain, 3).unwrap()
}

const BODIES: [Attack; 30] = [
    ("no body", |it| it.request(Vec::new()), "bad_request"),
    ("no frame", |it| it.request(b"neither zstd nor CBOR".to_vec()), "bad_request"),
    (
        "a frame cut off",
        |it| {
            let whole = pack(&it.asked(Vec::new()));
            it.request(whole[..whole.len() / 2].to_vec())
        },
        "bad_request",
    ),
    (
        "a frame that inflates to a gigabyte",
        |it| {
            // 4 MiB a block, over and over.
            let block = frame(&vec![0; 4 * 1024 * 1024]);
            it.request(block.repeat(256))
        },
        "body_too_large",
    ),
    (
        "a window of two gigabytes",
        |it| it.request(vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]),
        "bad_request",
    ),
    (
        "a dictionary that nobody has",
        |it| it.request(vec![0x28, 0xb5, 0x2f, 0xfd, 0x23, 0xff, 0xff, 0xff, 0xff, 0x01, 0x01, 0x00, 0x00]),
        "bad_request",
    ),
    (
        "a frame to be skipped",
        |it| it.request(vec![0x50, 0x2a, 0x4d, 0x18, 0x04, 0, 0, 0, 1, 2, 3, 4]),
        "bad_request",
    ),
    (
        "a frame of 2^40 bytes as it says",
        |it| {
            let mut body = vec![0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x88];
            body.extend((1u64 << 40).to_le_bytes());
            it.request(body)
        },
        "bad_request",
    ),
    ("a body of 4 MiB and a byte", |it| it.request(vec![0; 4 * 1024 * 1024 + 1]), "body_too_large"),
    ("arrays in arrays, a million deep", |it| it.request(frame(&vec![0x81; 1_000_000])), "bad_request"),
    (
        "an array of 2^64 things",
        |it| it.request(frame(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255])),
        "bad_request",
    ),
    (
        "2^62 envelopes",
        |it| {
            let mut plain = minicbor::to_vec(it.asked(Vec::new())).unwrap();
            // The empty list of envelopes stands behind the empty list of cursors.
            let at = plain.windows(2).position(|two| two == [0x80, 0x80]).unwrap() + 1;
            plain.splice(at..=at, [0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0]);
            it.request(frame(&plain))
        },
        "bad_request",
    ),
    (
        "a field of tomorrow, a million deep",
        |it| {
            let mut plain = minicbor::to_vec(it.asked(Vec::new())).unwrap();
            plain[0] += 1;
            plain.extend(vec![0x81; 1_000_000]);
            plain.push(0);
            it.request(frame(&plain))
        },
        "ok",
    ),
    (
        "257 envelopes",
        |it| sync(it, |asked| asked.envelopes = vec![ByteVec::from(Vec::new()); 257]),
        "bad_request",
    ),
    (
        "256 envelopes of nothing",
        |it| sync(it, |asked| asked.envelopes = vec![ByteVec::from(Vec::new()); 256]),
        "ok",
    ),
    (
        "257 cursors",
        |it| here(it, |asked| asked.behind = vec![FeedCursor { feed: FeedNumber(0), base: 0, pos: 0 }; 257]),
        "bad_request",
    ),
    ("65 photos", |it| sync(it, |asked| asked.photos = vec![PhotoHash::of(b""); 65]), "bad_request"),
    ("257 changes of others", |it| sync(it, |asked| asked.recovered = recovered(257)), "bad_request"),
    ("changes of others that are none", |it| sync(it, |asked| asked.recovered = recovered(256)), "ok"),
    ("protocol 0", |it| sync(it, |asked| asked.protocol = 0), "protocol_unsupported"),
    ("protocol 2^32 - 1", |it| sync(it, |asked| asked.protocol = u32::MAX), "protocol_unsupported"),
    ("a position that the log will never reach", |it| here(it, |asked| asked.base = u64::MAX), "ok"),
    (
        "cursors that walk backwards",
        |it| {
            let back = |feed| FeedCursor { feed: FeedNumber(feed), base: u64::MAX, pos: 0 };
            here(it, |asked| asked.behind = (0..256).map(back).collect())
        },
        "ok",
    ),
    ("a page of four gigabytes", |it| here(it, |asked| asked.budget_bytes = u32::MAX), "ok"),
    (
        "a clock at the end of time",
        |it| {
            sync(it, |asked| {
                asked.time.reading.wall = roundsman_sync_core::clock::Timestamp::from_millis(i64::MAX)
            })
        },
        "ok",
    ),
    ("a comparison of nothing", |it| compare(it, Vec::new()), "bad_request"),
    ("a comparison of noise", |it| compare(it, (0..=255).cycle().take(5_000).collect()), "bad_request"),
    ("a comparison of another version", |it| compare(it, vec![0x62, 0, 0, 0]), "ok"),
    (
        "a comparison of 2^63 items",
        |it| compare(it, vec![0x61, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
        "bad_request",
    ),
    (
        "a wish for 4,097 documents",
        |it| {
            let item = || {
                minicbor::decode::<RepairItem>(&minicbor::to_vec(ByteVec::from(vec![0; 32])).unwrap())
                    .unwrap()
            };
            let items = (0..4_097).map(|_| item()).collect();
            here(it, |asked| asked.repair = Some(RepairQuestion::Want { items }))
        },
        "bad_request",
    ),
];

fn compare(it: &mut Stage, message: Vec<u8>) -> Request<Vec<u8>> {
    here(it, |asked| asked.repair = Some(RepairQuestion::Compare { message: message.into() }))
}

fn recovered(count: usize) -> Vec<RecoveredChange> {
    let change = minicbor::bytes::ByteVec::from(vec![0x85, 0x6f, 0x4a, 0x83]);
    let one = RecoveredChange {
        document: roundsman_sync_core::ids::DocumentId::from_bytes([1; 16]),
        kind: roundsman_sync_core::document::DocumentKind::Case,
        change,
    };
    vec![one; count]
}

const HEADERS: [Attack; 16] = [
    ("no signature", |_| Request::post("/v1/sync").body(Vec::new()).unwrap(), "signature_missing"),
    (
        "a signature twice",
        |it| {
            let mut request = sync(it, |_| ());
            let again = request.headers()["signature"].clone();
            request.headers_mut().append("signature", again);
            request
        },
        "signature_invalid",
    ),
    ("a signature of no bytes", |it| header(it, "signature", "r=::"), "signature_invalid"),
    (
        "a signature of zeros",
        |it| header(it, "signature", &format!("r=:{}==:", "A".repeat(86))),
        "signature_invalid",
    ),
    (
        "a signature of 8,000 letters",
        |it| header(it, "signature", &format!("r=:{}:", "A".repeat(8_000))),
        "signature_invalid",
    ),
    ("brackets in brackets", |it| header(it, "signature-input", &"(".repeat(1_000)), "signature_invalid"),
    ("a thousand labels", |it| header(it, "signature-input", &"a=1,".repeat(250)), "signature_invalid"),
    ("a counter below zero", |it| nonce(it, "-1"), "signature_invalid"),
    ("a counter of a thousand digits", |it| nonce(it, &"9".repeat(600)), "signature_invalid"),
    ("another counter than was signed", |it| nonce(it, "18446744073709551615"), "signature_invalid"),
    (
        "another digest",
        |it| header(it, "content-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
        "signature_invalid",
    ),
    ("a token of 129 letters", |it| header(it, "roundsman-token", &"A".repeat(129)), "signature_invalid"),
    (
        "a token that nobody gave, rightly signed",
        |it| {
            let token = std::mem::replace(&mut it.token, "A".repeat(128));
            let request = sync(it, |_| ());
            it.token = token;
            request
        },
        "token_stale",
    ),
    (
        "a device that nobody enrolled",
        |it| {
            let lines =
                sign_request("POST", "/v1/sync", &[], "", 1, DeviceId::from_bytes([9; 16]), &it.signer)
                    .unwrap();
            let request = lines
                .into_iter()
                .fold(Request::post("/v1/sync"), |request, (name, value)| request.header(name, value));
            request.body(Vec::new()).unwrap()
        },
        "device_unknown",
    ),
    (
        "a path that was not signed",
        |it| {
            let mut request = sync(it, |_| ());
            *request.uri_mut() = "/v1/sync?x=1".parse().unwrap();
            request
        },
        "signature_invalid",
    ),
    (
        "another method",
        |it| {
            let mut request = sync(it, |_| ());
            *request.method_mut() = http::Method::DELETE;
            request
        },
        "method_not_allowed",
    ),
];

fn nonce(it: &mut Stage, counter: &str) -> Request<Vec<u8>> {
    let mut request = sync(it, |_| ());
    let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
    let (start, rest) = input.split_once("nonce=\"").unwrap();
    let (_, end) = rest.split_once('"').unwrap();
    let input = format!("{start}nonce=\"{counter}\"{end}");
    request.headers_mut().insert("signature-input", input.parse().unwrap());
    request
}

fn enrol(it: &Stage, change: impl FnOnce(&mut EnrolRequest)) -> Request<Vec<u8>> {
    let (code, key) = ("01234-56789-ABCDE-FGHJK-MNPQRS".to_owned(), it.signer.public_key());
    let proof = it.signer.sign(&EnrolRequest::proof_input(&code, &key)).unwrap();
    let mut asked = EnrolRequest { protocol: 1, code, key, name: "a phone".to_owned(), proof };
    change(&mut asked);
    Request::post("/v1/enrol").body(pack(&asked)).unwrap()
}

fn key_of(it: &Stage, algorithm: u8, bytes: &[u8]) -> Request<Vec<u8>> {
    let mut plain = minicbor::to_vec(EnrolRequest {
        protocol: 1,
        code: "x".to_owned(),
        key: it.signer.public_key(),
        name: String::new(),
        proof: roundsman_sync_core::protocol::key::Signature::from_bytes([0; 64]),
    })
    .unwrap();
    let key = minicbor::to_vec(it.signer.public_key()).unwrap();
    let at = plain.windows(key.len()).position(|found| found == key).unwrap();
    let mut other = vec![0x82, algorithm, 0x58, u8::try_from(bytes.len()).unwrap()];
    other.extend(bytes);
    plain.splice(at..at + key.len(), other);
    Request::post("/v1/enrol").body(frame(&plain)).unwrap()
}

const ENROLMENTS: [Attack; 10] = [
    ("a code that nobody gave out", |it| enrol(it, |_| ()), "enrol_code_unknown"),
    (
        "a proof of nothing",
        |it| {
            enrol(it, |asked| {
                asked.proof = roundsman_sync_core::protocol::key::Signature::from_bytes([0; 64])
            })
        },
        "signature_invalid",
    ),
    ("a code of 2,000 letters", |it| enrol(it, |asked| asked.code = "0".repeat(2_000)), "signature_invalid"),
    ("a name of 2,000 letters", |it| enrol(it, |asked| asked.name = "漏".repeat(1_000)), "text_too_long"),
    ("a name of two lines", |it| enrol(it, |asked| asked.name = "a\nb".to_owned()), "text_too_long"),
    ("a key of zeros", |it| key_of(it, 2, &[0; 32]), "bad_request"),
    ("a key off the curve", |it| key_of(it, 1, &[&[2][..], &[0xff; 32]].concat()), "bad_request"),
    (
        "a key of small order",
        |it| {
            let mut one = [0; 32];
            one[0] = 1;
            key_of(it, 2, &one)
        },
        "bad_request",
    ),
    ("a key of tomorrow", |it| key_of(it, 9, &[1; 32]), "bad_request"),
    (
        "a frame that inflates beyond 4 KiB",
        |_| Request::post("/v1/enrol").body(frame(&vec![0; 1_000_000])).unwrap(),
        "body_too_large",
    ),
];

fn tus(method: &str, path: &str, lines: &[(&str, &str)]) -> Request<Vec<u8>> {
    let request = Request::builder().method(method).uri(path).header("tus-resumable", "1.0.0");
    let request = lines.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(b"bytes".to_vec()).unwrap()
}

const UPLOADS: [Attack; 7] = [
    ("no token", |_| tus("POST", "/v1/uploads", &[("upload-length", "5")]), "upload_token_invalid"),
    (
        "a token that is none",
        |_| tus("POST", "/v1/uploads", &[("authorization", "Bearer AAAA")]),
        "upload_token_invalid",
    ),
    (
        "a token of 10,000 letters",
        |_| tus("POST", "/v1/uploads", &[("authorization", &format!("Bearer {}", "A".repeat(10_000)))]),
        "upload_token_invalid",
    ),
    (
        "a freshness token as one for uploads",
        |it| tus("POST", "/v1/uploads", &[("authorization", &format!("Bearer {}", it.token))]),
        "upload_token_invalid",
    ),
    (
        "a path out of the folder",
        |_| tus("PATCH", "/v1/uploads/..%2f..%2fdb", &[("upload-offset", "0")]),
        "upload_token_invalid",
    ),
    (
        "another method in a header",
        |_| tus("POST", "/v1/uploads", &[("x-http-method-override", "TRACE")]),
        "method_not_allowed",
    ),
    (
        "another version",
        |_| {
            let mut request = tus("POST", "/v1/uploads", &[]);
            request.headers_mut().insert("tus-resumable", "9.9.9".parse().unwrap());
            request
        },
        "upload_token_invalid",
    ),
];

fn answered(reply: &Response<Vec<u8>>) -> String {
    if reply.status().is_success() {
        return "ok".to_owned();
    }
    let problem: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

fn play(attacks: &[Attack]) {
    let mut stage = Stage::new();
    for (at, (name, make, expected)) in attacks.iter().enumerate() {
        let request = make(&mut stage);
        let reply = stage.send(&request);
        assert_eq!(answered(&reply), *expected, "{name}: {}", String::from_utf8_lossy(reply.body()));
        let idle = sync(&mut stage, |_| ());
        assert_eq!(answered(&stage.send(&idle)), "ok", "after {name}");
        if at % 8 == 7 {
            stage.work().unwrap();
        }
    }
    stage.work().unwrap();
    stage.verify().unwrap();
}

#[test]
fn a_body_that_is_no_sync_harms_nobody() {
    play(&BODIES);
}

#[test]
fn headers_that_lie_harm_nobody() {
    play(&HEADERS);
}

#[test]
fn an_enrolment_that_is_none_harms_nobody() {
    play(&ENROLMENTS);
}

#[test]
fn an_upload_that_nobody_granted_harms_nobody() {
    play(&UPLOADS);
}
