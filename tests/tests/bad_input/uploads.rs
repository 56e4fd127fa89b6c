//! The extensions of tus over real HTTP: what counts, what does not, and what is gone.

use http::Method;

use super::photos::{begun, create, granted, offset, piece, request};
use super::town::Town;
use super::wire;

/// base64 of the SHA-256 of `bytes`, as `Upload-Checksum` wants it.
fn checksum(bytes: &[u8]) -> String {
    use sha2::Digest;
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = sha2::Sha256::digest(bytes);
    let mut text = "sha256 ".to_owned();
    for three in digest.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[usize::try_from(bits >> (18 - 6 * at) & 63).unwrap()];
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn bytes() -> Vec<u8> {
    (0..200_000_u32).map(|at| u8::try_from(at % 253).unwrap()).collect()
}

#[test]
fn a_piece_with_a_checksum_counts_whole_and_right_or_not_at_all() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let bytes = bytes();
    let grant = granted(&mut phone, &bytes);
    let path = begun(&town, &grant);
    let asked = || offset(&town.send(&request(Method::HEAD, &path, &grant.token, &[], b"")));
    let checked = |from: usize, piece_bytes: &[u8], promised: &[u8]| {
        let mut request = piece(&path, &grant.token, from, piece_bytes);
        let promised = checksum(promised).parse().unwrap();
        request.headers_mut().insert("upload-checksum", promised);
        request
    };
    let half = bytes.len() / 2;
    let wrong = town.untouched(|| town.send(&checked(0, &bytes[..half], b"something else")));
    wrong.is_problem(460, "upload_checksum_mismatch");
    assert_eq!(asked(), 0);
    town.untouched(|| wire::send_cut(town.address, &checked(0, &bytes[..half], &bytes[..half]), half / 2));
    assert_eq!(asked(), 0, "of a cut piece nothing counts");
    let right = town.send(&checked(0, &bytes[..half], &bytes[..half]));
    assert_eq!((right.status, offset(&right)), (204, half));
    assert!(right.header("upload-expires").is_some());
    assert_eq!(town.send(&checked(half, &bytes[half..], &bytes[half..])).status, 204);
    town.service.blobs().check(grant.hash).unwrap();
}

#[test]
fn a_creation_that_brings_its_photo_and_is_cut_goes_on_from_there() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let bytes = bytes();
    let grant = granted(&mut phone, &bytes);
    let mut whole = create(grant.size, &grant.token, &[("content-type", "application/offset+octet-stream")]);
    *whole.body_mut() = bytes.clone();
    wire::send_cut(town.address, &whole, 60_000);
    // The reply was lost with the link, so the same is sent again: what is there is passed over.
    let again = town.send(&whole);
    assert_eq!((again.status, offset(&again)), (201, bytes.len()));
    town.service.blobs().check(grant.hash).unwrap();
}

#[test]
fn an_upload_that_was_ended_is_gone_and_may_be_begun_again() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let grant = granted(&mut phone, b"all of the photo");
    for method in [Method::DELETE, Method::POST] {
        let path = begun(&town, &grant);
        assert_eq!(town.send(&piece(&path, &grant.token, 0, b"all of")).status, 204);
        // Some networks let through nothing but GET and POST.
        let meant: &[_] = if method == Method::POST { &[("x-http-method-override", "DELETE")] } else { &[] };
        let ended = town.untouched(|| town.send(&request(method, &path, &grant.token, meant, b"")));
        assert_eq!(ended.status, 204);
        assert_eq!(town.send(&request(Method::HEAD, &path, &grant.token, &[], b"")).status, 404);
    }
    let reply = town.send(&create(grant.size, &grant.token, &[]));
    assert_eq!((reply.status, offset(&reply)), (201, 0));
}

#[test]
fn what_uploads_can_do_is_told_to_anybody() {
    let town = Town::new();
    let asked = http::Request::options("/v1/uploads").body(Vec::new()).unwrap();
    let told = town.untouched(|| town.send(&asked));
    assert_eq!(told.status, 204);
    let extensions = told.header("tus-extension").unwrap().split(',').count();
    assert_eq!((extensions, told.header("tus-checksum-algorithm")), (5, Some("sha1,sha256")));
    let lost = town.untouched(|| town.send(&http::Request::put("/v1/uploads").body(Vec::new()).unwrap()));
    lost.is_problem(405, "method_not_allowed");
}
