#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use http::HeaderName;

use super::headers::METADATA_PAIRS_MAX;
use super::*;
use crate::blobs::BlobStore;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n and what belongs to it";

struct World {
    _dir: tempfile::TempDir,
    uploads: Uploads,
    grant: UploadGrant,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::open(dir.path(), BlobStore::open(dir.path()).unwrap()).unwrap();
        let device = DeviceId::from_bytes([1; 16]);
        let grant = UploadGrant { device, hash: PhotoHash::of(PHOTO), size: PHOTO.len() as u64 };
        Self { _dir: dir, uploads, grant }
    }

    fn create(&self, headers: &HeaderMap) -> Result<Answer, Rejection> {
        self.create_with(headers, b"")
    }

    fn create_with(&self, headers: &HeaderMap, body: &[u8]) -> Result<Answer, Rejection> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut intake = create(&self.uploads, NOW, &mut rng, &self.grant, "/v1/uploads", headers)?;
        for piece in body.chunks(5) {
            intake.piece(&self.uploads, NOW, piece)?;
        }
        intake.end(&self.uploads, NOW)
    }

    /// A fresh upload's id.
    fn begun(&self) -> String {
        let answer = self.create(&creation()).unwrap();
        header(&answer.headers, "location").strip_prefix("/v1/uploads/").unwrap().to_owned()
    }

    fn patch(&self, id: &str, offset: usize, bytes: &[u8]) -> Result<Answer, Rejection> {
        self.patch_with(id, &piece_at(offset), bytes)
    }

    fn patch_with(&self, id: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Answer, Rejection> {
        let mut patch = patch(&self.uploads, NOW, &self.grant, id, headers)?;
        for piece in bytes.chunks(5) {
            patch.piece(&self.uploads, NOW, piece)?;
        }
        patch.end(&self.uploads, NOW)
    }

    fn offset(&self, id: &str) -> String {
        let asked = head(&self.uploads, NOW, &self.grant, id, &version()).unwrap();
        header(&asked.headers, "upload-offset").to_owned()
    }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn with(mut all: HeaderMap, name: &'static str, value: &str) -> HeaderMap {
    all.insert(name, value.parse().unwrap());
    all
}

fn version() -> HeaderMap {
    headers(&[("tus-resumable", "1.0.0")])
}

fn creation() -> HeaderMap {
    with(version(), "upload-length", &PHOTO.len().to_string())
}

fn piece_at(offset: usize) -> HeaderMap {
    let all = with(version(), "content-type", PIECE_MEDIA_TYPE);
    with(all, "upload-offset", &offset.to_string())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap().to_str().unwrap()
}

fn told<T: std::fmt::Debug>(result: Result<T, Rejection>) -> (u16, ErrorCode) {
    let rejection = result.unwrap_err();
    assert_eq!(header(&rejection.headers(), "tus-resumable"), "1.0.0");
    (rejection.status.as_u16(), rejection.refusal.code)
}

#[test]
fn a_stock_clients_upload_goes_through_with_the_replies_it_expects() {
    let world = World::new();
    // tus-js-client names the file; the name is a lie, and the photo keeps its real type.
    let named = with(creation(), "upload-metadata", "filename YS5qcGc=,filetype aW1hZ2UvanBlZw==");
    let created = world.create(&named).unwrap();
    assert_eq!((created.status, created.arrived), (StatusCode::CREATED, None));
    assert_eq!(header(&created.headers, "tus-resumable"), "1.0.0");
    let id = world.begun();

    let first = world.patch(&id, 0, &PHOTO[..12]).unwrap();
    assert_eq!((first.status, header(&first.headers, "upload-offset")), (StatusCode::NO_CONTENT, "12"));
    let asked = head(&world.uploads, NOW, &world.grant, &id, &version()).unwrap();
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(header(&asked.headers, "upload-offset"), "12");
    assert_eq!(header(&asked.headers, "upload-length"), PHOTO.len().to_string());
    assert_eq!(header(&asked.headers, "cache-control"), "no-store");
    let last = world.patch(&id, 12, &PHOTO[12..]).unwrap();
    assert_eq!(last.arrived.unwrap().photo_type.media_type(), "image/png");

    // Its last reply was lost: every way to ask again says that the photo is here.
    assert!(head(&world.uploads, NOW, &world.grant, &id, &version()).unwrap().arrived.is_some());
    let again = world.create(&creation()).unwrap();
    assert!(again.arrived.is_some());
    assert_eq!(header(&again.headers, "upload-offset"), PHOTO.len().to_string());
}

#[test]
fn a_body_that_breaks_off_leaves_what_came_of_it() {
    let world = World::new();
    let id = world.begun();
    let mut cut = patch(&world.uploads, NOW, &world.grant, &id, &piece_at(0)).unwrap();
    cut.piece(&world.uploads, NOW, &PHOTO[..7]).unwrap();
    drop(cut);
    let asked = head(&world.uploads, NOW, &world.grant, &id, &version()).unwrap();
    assert_eq!(header(&asked.headers, "upload-offset"), "7");
}

#[test]
fn other_versions_are_told_which_one_is_spoken() {
    let world = World::new();
    let id = world.begun();
    for wrong in [HeaderMap::new(), headers(&[("tus-resumable", "0.2.2")])] {
        let rejection = head(&world.uploads, NOW, &world.grant, &id, &wrong).unwrap_err();
        assert_eq!(rejection.status, StatusCode::PRECONDITION_FAILED);
        assert_eq!(header(&rejection.headers(), "tus-version"), "1.0.0");
        let expected = (412, ErrorCode::ProtocolUnsupported);
        assert_eq!(told(world.create(&wrong)), expected);
        assert_eq!(told(patch(&world.uploads, NOW, &world.grant, &id, &wrong)), expected);
    }
}

#[test]
fn each_wrong_request_has_its_own_status_and_code() {
    let world = World::new();
    let id = world.begun();
    let bad = (400, ErrorCode::BadRequest);

    assert_eq!(told(world.create(&version())), bad);
    assert_eq!(told(world.create(&with(version(), "upload-length", "+9"))), bad);
    assert_eq!(told(world.create(&with(version(), "upload-length", "99999999999999999999"))), bad);
    assert_eq!(told(world.create(&with(creation(), "upload-metadata", "filename %%%"))), bad);
    assert_eq!(told(world.create(&with(version(), "upload-defer-length", "1"))), bad);
    assert_eq!(told(world.create_with(&creation(), b"of no type")), (415, ErrorCode::BadRequest));
    let other = (403, ErrorCode::UploadTokenInvalid);
    assert_eq!(told(world.create(&with(version(), "upload-length", "9"))), other);
    let empty = (422, ErrorCode::PhotoEmpty);
    assert_eq!(told(world.create(&with(version(), "upload-length", "0"))), empty);
    let huge = with(version(), "upload-length", &(PHOTO_BYTES_MAX + 1).to_string());
    assert_eq!(told(world.create(&huge)), (413, ErrorCode::PhotoTooLarge));

    let patch_with = |headers| patch(&world.uploads, NOW, &world.grant, &id, &headers);
    for wrong in ["md5 AAAA", "sha1", "sha1 AAAA", "sha256 %%%", ""] {
        assert_eq!(told(patch_with(with(piece_at(0), "upload-checksum", wrong))), bad, "{wrong}");
    }
    let image = with(piece_at(0), "content-type", "image/jpeg");
    assert_eq!(told(patch_with(image)), (415, ErrorCode::BadRequest));
    assert_eq!(told(patch_with(with(piece_at(0), "upload-offset", "-1"))), bad);
    let mut twice = piece_at(0);
    twice.append("upload-offset", HeaderValue::from_static("4"));
    assert_eq!(told(patch_with(twice)), bad);
    assert_eq!(told(world.patch(&id, 4, b"x")), (409, ErrorCode::UploadOffsetMismatch));
    assert_eq!(told(world.patch("0", 0, b"x")), (404, ErrorCode::UploadUnknown));
    let wrong_bytes = vec![7; PHOTO.len()];
    assert_eq!(told(world.patch(&id, 0, &wrong_bytes)), (422, ErrorCode::PhotoHashMismatch));
}

#[test]
fn a_grant_for_another_photo_or_device_opens_nothing() {
    let world = World::new();
    let id = world.begun();
    let other_photo = UploadGrant { hash: PhotoHash::of(b"other"), ..world.grant };
    let other_device = UploadGrant { device: DeviceId::from_bytes([2; 16]), ..world.grant };
    for grant in [other_photo, other_device] {
        let unknown = (404, ErrorCode::UploadUnknown);
        assert_eq!(told(head(&world.uploads, NOW, &grant, &id, &version())), unknown);
        assert_eq!(told(patch(&world.uploads, NOW, &grant, &id, &piece_at(0))), unknown);
    }
}

#[test]
fn metadata_is_pairs_of_a_key_and_a_value_that_may_be_missing() {
    let pairs = parse_metadata("filename d29ybGQ=, is_confidential,note ").unwrap();
    assert_eq!(pairs, [("filename", b"world".to_vec()), ("is_confidential", vec![]), ("note", vec![])]);
    let many: Vec<_> = (0..=METADATA_PAIRS_MAX).map(|at| format!("k{at} YQ==")).collect();
    for wrong in ["", ",", "a YQ==,a YQ==", "a b c", "a Y", &many.join(",")] {
        assert_eq!(parse_metadata(wrong).unwrap_err().code, ErrorCode::BadRequest, "{wrong}");
    }
}

#[test]
fn the_server_says_what_it_speaks() {
    let answer = options();
    assert_eq!(header(&answer.headers, "tus-version"), "1.0.0");
    let extensions = "creation,creation-with-upload,checksum,termination,expiration";
    assert_eq!(header(&answer.headers, "tus-extension"), extensions);
    assert_eq!(header(&answer.headers, "tus-checksum-algorithm"), "sha1,sha256");
    assert_eq!(header(&answer.headers, "tus-max-size"), PHOTO_BYTES_MAX.to_string());
}

/// A piece with the checksum of `bytes`.
fn checked(offset: usize, algorithm: &str, bytes: &[u8]) -> HeaderMap {
    use base64::Engine;
    use sha2::Digest;
    let digest = match algorithm {
        "sha1" => sha1::Sha1::digest(bytes).to_vec(),
        _ => sha2::Sha256::digest(bytes).to_vec(),
    };
    let value = base64::engine::general_purpose::STANDARD.encode(digest);
    with(piece_at(offset), "upload-checksum", &format!("{algorithm} {value}"))
}

#[test]
fn a_wrong_checksum_keeps_nothing_of_its_piece() {
    let world = World::new();
    let id = world.begun();
    for (algorithm, from, upto) in [("sha1", 0, 9), ("sha256", 9, 20)] {
        let piece = &PHOTO[from..upto];
        let wrong = told(world.patch_with(&id, &checked(from, algorithm, b"other"), piece));
        assert_eq!(wrong, (460, ErrorCode::UploadChecksumMismatch));
        let cut = told(world.patch_with(&id, &checked(from, algorithm, piece), &piece[..4]));
        assert_eq!(cut, (460, ErrorCode::UploadChecksumMismatch));
        assert_eq!(world.offset(&id), from.to_string());
        let right = world.patch_with(&id, &checked(from, algorithm, piece), piece).unwrap();
        assert_eq!(header(&right.headers, "upload-offset"), upto.to_string());
    }
    assert!(world.patch(&id, 20, &PHOTO[20..]).unwrap().arrived.is_some());
}

#[test]
fn a_creation_can_bring_the_beginning_and_be_repeated_with_more() {
    let world = World::new();
    let typed = |headers| with(headers, "content-type", PIECE_MEDIA_TYPE);
    let first = world.create_with(&typed(creation()), &PHOTO[..12]).unwrap();
    assert_eq!((first.status, header(&first.headers, "upload-offset")), (StatusCode::CREATED, "12"));
    let again = world.create_with(&typed(creation()), &PHOTO[..7]).unwrap();
    assert_eq!(header(&again.headers, "upload-offset"), "12", "what is here already is passed over");
    let whole = with(checked(0, "sha256", PHOTO), "upload-length", &PHOTO.len().to_string());
    let whole = world.create_with(&whole, PHOTO).unwrap();
    assert_eq!(whole.status, StatusCode::CREATED);
    assert_eq!(header(&whole.headers, "location"), header(&first.headers, "location"));
    assert!(whole.arrived.is_some());
    assert!(world.create_with(&typed(creation()), PHOTO).unwrap().arrived.is_some());
}

#[test]
fn an_upload_says_when_it_expires_and_what_was_said_of_it() {
    let world = World::new();
    let named = with(creation(), "upload-metadata", "filename YS5qcGc=");
    let created = world.create(&named).unwrap();
    // Seven days after the middle of January 2027.
    let expires = "Fri, 22 Jan 2027 08:00:00 GMT";
    assert_eq!(header(&created.headers, "upload-expires"), expires);
    let id = header(&created.headers, "location").rsplit('/').next().unwrap().to_owned();
    let piece = world.patch(&id, 0, &PHOTO[..3]).unwrap();
    assert_eq!(header(&piece.headers, "upload-expires"), expires);
    let asked = head(&world.uploads, NOW, &world.grant, &id, &version()).unwrap();
    assert_eq!(header(&asked.headers, "upload-metadata"), "filename YS5qcGc=");
    let done = world.patch(&id, 3, &PHOTO[3..]).unwrap();
    assert!(!done.headers.contains_key("upload-expires"), "what is whole does not expire");
}

#[test]
fn a_device_with_too_much_under_way_is_told_to_end_something() {
    let world = World::new();
    let device = world.grant.device;
    for n in 0..8_u8 {
        let promise = Promise { device, hash: PhotoHash::of(&[n]), size: PHOTO_BYTES_MAX, metadata: None };
        world.uploads.create(NOW, &mut ChaCha8Rng::seed_from_u64(100 + u64::from(n)), &promise).unwrap();
    }
    assert_eq!(told(world.create(&creation())), (429, ErrorCode::UploadQuota));
}

#[test]
fn a_terminated_upload_is_unknown() {
    let world = World::new();
    let id = world.begun();
    let other = UploadGrant { device: DeviceId::from_bytes([2; 16]), ..world.grant };
    let unknown = (404, ErrorCode::UploadUnknown);
    assert_eq!(told(terminate(&world.uploads, NOW, &other, &id, &version())), unknown);
    let ended = terminate(&world.uploads, NOW, &world.grant, &id, &version()).unwrap();
    assert_eq!((ended.status, ended.arrived), (StatusCode::NO_CONTENT, None));
    assert_eq!(told(head(&world.uploads, NOW, &world.grant, &id, &version())), unknown);
}
