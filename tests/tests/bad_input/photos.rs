//! Photos that are cut, empty, wrongly named or not what was promised.

use http::{Method, Request};
use roundsman_server::database::DatabaseError;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::PhotoHash;
use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use roundsman_sync_core::model::PhotoRole;
use roundsman_sync_core::protocol::messages::{SyncReply, UploadGrant};
use roundsman_sync_core::protocol::packing::unpack;

use super::town::{Phone, Town};
use super::wire::{self, Reply};

/// A phone's case names these bytes, and the server has given leave to upload them.
pub(super) fn granted(phone: &mut Phone<'_>, bytes: &[u8]) -> UploadGrant {
    let case = phone.new_case();
    phone.replica.add_photo(case, bytes, PhotoRole::Before, "").unwrap();
    let (request, _) = phone.honest_request();
    let reply = phone.town.send(&request);
    let told: SyncReply = unpack(&reply.body, REPLY_BYTES_MAX).unwrap();
    told.grants.into_iter().find(|grant| grant.hash == PhotoHash::of(bytes)).unwrap()
}

pub(super) fn request(
    method: Method,
    path: &str,
    token: &str,
    more: &[(&str, &str)],
    body: &[u8],
) -> Request<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("tus-resumable", "1.0.0")
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request.body(body.to_vec()).unwrap()
}

pub(super) fn create(size: u64, token: &str, more: &[(&str, &str)]) -> Request<Vec<u8>> {
    let size = size.to_string();
    let mut headers = vec![("upload-length", size.as_str())];
    headers.extend(more);
    request(Method::POST, "/v1/uploads", token, &headers, b"")
}

pub(super) fn piece(path: &str, token: &str, offset: usize, bytes: &[u8]) -> Request<Vec<u8>> {
    let offset = offset.to_string();
    let headers = [("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
    request(Method::PATCH, path, token, &headers, bytes)
}

pub(super) fn begun(town: &Town, grant: &UploadGrant) -> String {
    let reply = town.send(&create(grant.size, &grant.token, &[]));
    assert_eq!(reply.status, 201);
    reply.header("location").unwrap().to_owned()
}

pub(super) fn offset(reply: &Reply) -> usize {
    reply.header("upload-offset").unwrap().parse().unwrap()
}

fn stored_type(town: &Town, hash: PhotoHash) -> Option<String> {
    town.service
        .read::<_, DatabaseError>(|db| {
            let mut find = db.prepare("SELECT media_type FROM blobs WHERE hash = ?1")?;
            let mut rows = find.query([hash.as_bytes()])?;
            Ok(rows.next()?.map(|row| row.get(0)).transpose()?)
        })
        .unwrap()
}

#[test]
fn a_photo_cut_off_half_way_goes_on_from_where_it_stood() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let bytes: Vec<u8> = (0..200_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let grant = granted(&mut phone, &bytes);
    let path = begun(&town, &grant);
    let half = bytes.len() / 2;
    town.untouched(|| wire::send_cut(town.address, &piece(&path, &grant.token, 0, &bytes), half));
    // The server may still be writing what came before the cut; it is asked until that is settled.
    let kept = (0..200)
        .map(|_| offset(&town.send(&request(Method::HEAD, &path, &grant.token, &[], b""))))
        .find(|kept| *kept == half);
    assert_eq!(kept, Some(half), "every byte that arrived is kept");
    assert!(stored_type(&town, grant.hash).is_none());

    let again = town.untouched(|| town.send(&piece(&path, &grant.token, 0, &bytes)));
    again.is_problem(409, "upload_offset_mismatch");
    let rest = town.send(&piece(&path, &grant.token, half, &bytes[half..]));
    assert_eq!((rest.status, offset(&rest)), (204, bytes.len()));
    town.service.blobs().check(grant.hash).unwrap();
    assert!(stored_type(&town, grant.hash).is_some());
}

#[test]
fn an_empty_photo_is_refused_on_the_phone_and_at_the_server() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let case = phone.new_case();
    let edits = phone.replica.edits().unwrap().len();
    let refused = phone.replica.add_photo(case, b"", PhotoRole::Before, "").unwrap_err();
    assert_eq!(refused.code, ErrorCode::PhotoEmpty);
    assert_eq!(phone.replica.edits().unwrap().len(), edits);

    let grant = granted(&mut phone, b"one byte or more");
    town.untouched(|| town.send(&create(0, &grant.token, &[]))).is_problem(422, "photo_empty");
}

#[test]
fn a_picture_with_a_wrong_name_is_kept_as_what_it_is() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let mut png = Vec::new();
    let picture = image::DynamicImage::new_rgb8(4, 3);
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let grant = granted(&mut phone, &png);
    // base64 of `lift.jpg` and of `image/jpeg`.
    let named = [("upload-metadata", "filename bGlmdC5qcGc=,filetype aW1hZ2UvanBlZw==")];
    let reply = town.send(&create(grant.size, &grant.token, &named));
    assert_eq!(reply.status, 201);
    let path = reply.header("location").unwrap().to_owned();
    assert_eq!(town.send(&piece(&path, &grant.token, 0, &png)).status, 204);
    assert_eq!(stored_type(&town, grant.hash).as_deref(), Some("image/png"));
}

#[test]
fn bytes_that_are_not_the_promised_ones_are_thrown_away_and_the_right_ones_taken() {
    let town = Town::new();
    let mut phone = town.phone("陈前台");
    let grant = granted(&mut phone, b"the right bytes");
    let path = begun(&town, &grant);
    let wrong = town.untouched(|| town.send(&piece(&path, &grant.token, 0, b"the wrong bytes")));
    wrong.is_problem(422, "photo_hash_mismatch");
    let long = town.untouched(|| town.send(&piece(&path, &grant.token, 0, b"the right bytes and more")));
    long.is_problem(400, "bad_request");
    let path = begun(&town, &grant);
    assert_eq!(town.send(&piece(&path, &grant.token, 0, b"the right bytes")).status, 204);
    town.service.blobs().check(grant.hash).unwrap();
}

#[test]
fn knowing_a_hash_or_a_token_of_something_else_grants_nothing() {
    let town = Town::new();
    let (mut phone, mut other) = (town.phone("陈前台"), town.phone("周主管"));
    let mine = granted(&mut phone, b"mine, all of it");
    let theirs = granted(&mut other, b"theirs");
    let path = begun(&town, &mine);
    let mut forged = mine.token.clone().into_bytes();
    forged[10] = if forged[10] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for token in ["", "nonsense", &forged] {
        town.untouched(|| town.send(&create(mine.size, token, &[]))).is_problem(401, "upload_token_invalid");
    }
    town.untouched(|| town.send(&create(mine.size + 1, &mine.token, &[])))
        .is_problem(403, "upload_token_invalid");
    let foreign = town.untouched(|| town.send(&piece(&path, &theirs.token, 0, b"mine, all of it")));
    assert!(matches!(foreign.status, 403 | 404), "{foreign:?}");
    let nowhere =
        request(Method::HEAD, "/v1/uploads/00000000000000000000000000000000", &mine.token, &[], b"");
    assert_eq!(town.untouched(|| town.send(&nowhere)).status, 404);

    let device = phone.device;
    town.service
        .write::<_, DatabaseError>(|batch, office| office.revoke(batch, town.desk(), device))
        .unwrap();
    let late = town.untouched(|| town.send(&piece(&path, &mine.token, 0, b"mine, all of it")));
    late.is_problem(403, "device_revoked");
}
