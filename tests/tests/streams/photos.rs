//! `GET /v1/photos/{hash}` as phones ask it: what is in their feeds, and nothing else.

use http::{Request, Response, header};
use roundsman_sync_core::ids::{DocumentId, PhotoHash};
use roundsman_sync_core::model::{Department, PhotoRole, Role};

use roundsman_sync_core::replica::{Photos, Picture};

use super::town::{Phone, Town};

/// Longer than one piece that the server reads at a time.
fn picture() -> Vec<u8> {
    let noise = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8);
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(noise).collect()
}

fn request(phone: &mut Phone<'_>, photo: PhotoHash) -> Request<Vec<u8>> {
    phone.replica.signed_get(&format!("/v1/photos/{photo}")).unwrap()
}

fn get(phone: &mut Phone<'_>, photo: PhotoHash) -> Response<Vec<u8>> {
    let request = request(phone, photo);
    phone.town.send(&request)
}

/// A guard finds something and takes a picture of it.
fn found(guard: &mut Phone<'_>) -> (DocumentId, PhotoHash) {
    let case = guard.new_case();
    let photo = guard.replica.add_photo(case, &picture(), PhotoRole::Before, "").unwrap();
    guard.sync();
    (case, photo)
}

fn code(reply: &Response<Vec<u8>>) -> String {
    let problem: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    format!("{} {}", problem["code"].as_str().unwrap(), problem["detail"].as_str().unwrap())
}

#[test]
fn a_photo_goes_to_whoever_has_the_case_on_their_phone() {
    let town = Town::new();
    let mut finder = town.phone("赵岗", Role::Guard);
    let mut colleague = town.phone("王强", Role::Guard);
    let mut technician = town.phone("李师傅", Role::Technician);
    let mut reception = town.phone("前台", Role::Reception);
    let (case, photo) = found(&mut finder);
    for phone in [&mut finder, &mut reception] {
        let reply = get(phone, photo);
        assert_eq!(reply.status(), 200, "{}", String::from_utf8_lossy(reply.body()));
        assert_eq!(reply.body(), &picture());
        assert_eq!(reply.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(reply.headers()[header::ETAG], format!("\"{photo}\""));
    }

    // What is not for the asker looks like what is not there.
    let nowhere = PhotoHash::of(b"never stored");
    for phone in [&mut colleague, &mut technician] {
        let (hidden, absent) = (get(phone, photo), get(phone, nowhere));
        assert_eq!(
            (hidden.status(), absent.status()),
            (http::StatusCode::NOT_FOUND, http::StatusCode::NOT_FOUND)
        );
        assert_eq!(code(&hidden), code(&absent));
    }
    finder.replica.dispatch(case, Department::Engineering, None).unwrap();
    finder.sync();
    assert_eq!(get(&mut technician, photo).status(), 200, "the case is in the department's feed now");
    assert_eq!(get(&mut colleague, photo).status(), 404);
}

#[test]
fn a_photo_leaves_with_its_case() {
    let town = Town::new();
    let mut finder = town.phone("赵岗", Role::Guard);
    let mut reception = town.phone("前台", Role::Reception);
    let mut colleague = town.phone("王强", Role::Guard);
    let (case, photo) = found(&mut finder);
    reception.sync();
    let colleagues = colleague.replica.enrolled().unwrap().person;
    let finders = finder.replica.enrolled().unwrap().person;
    let order = reception.replica.dispatch(case, Department::Engineering, Some(colleagues)).unwrap();
    reception.sync();
    assert_eq!(get(&mut colleague, photo).status(), 200);
    reception.replica.assign(case, order, finders).unwrap();
    reception.sync();
    assert_eq!(get(&mut colleague, photo).status(), 404);
    assert_eq!(get(&mut finder, photo).status(), 200);
    let revoked = finder.device;
    town.service
        .write::<_, roundsman_server::database::DatabaseError>(|batch, office| {
            office.revoke(batch, town.desk(), revoked)
        })
        .unwrap();
    assert_eq!(code(&get(&mut finder, photo)), "device_revoked this phone was shut out by the office");
}

#[test]
fn a_drawn_signature_is_for_those_who_have_the_contact_data() {
    use roundsman_sync_core::model::{SignOffOutcome, SignOffSubject};
    use roundsman_sync_core::replica::SignOffResult;

    let town = Town::new();
    let mut reception = town.phone("前台", Role::Reception);
    let case = reception.new_case();
    reception.replica.dispatch(case, Department::Security, None).unwrap();
    let order = reception.replica.dispatch(case, Department::Engineering, None).unwrap();
    reception.sync();
    let mut guard = town.phone("王强", Role::Guard);
    let statement = reception.replica.statement(case, Some(order), SignOffSubject::Completion).unwrap();
    let signed = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::Signed,
        shown: &statement,
        signer: "李女士",
        relation: "owner",
        strokes_png: Some(b"strokes"),
    };
    reception.replica.sign_off(case, Some(order), &signed).unwrap();
    reception.sync();
    guard.sync();
    assert!(guard.replica.case(case).unwrap().is_some(), "the guard has the case");
    let strokes = PhotoHash::of(b"strokes");
    assert_eq!(get(&mut reception, strokes).body(), b"strokes");
    assert_eq!(get(&mut guard, strokes).status(), 404, "and not what its owner drew");
}

#[test]
fn a_cut_download_goes_on_where_it_stood() {
    let town = Town::new();
    let mut finder = town.phone("赵岗", Role::Guard);
    let (_, photo) = found(&mut finder);
    let picture = picture();
    let mut held = picture[..70_001].to_vec();
    let mut rest = request(&mut finder, photo);
    rest.headers_mut().insert("range", "bytes=70001-".parse().unwrap());
    rest.headers_mut().insert("if-range", format!("\"{photo}\"").parse().unwrap());
    let reply = town.send(&rest);
    assert_eq!(reply.status(), 206);
    let size = picture.len();
    assert_eq!(reply.headers()["content-range"], format!("bytes 70001-{}/{size}", size - 1));
    held.extend_from_slice(reply.body());
    assert_eq!(PhotoHash::of(&held), photo);

    let mut past = request(&mut finder, photo);
    past.headers_mut().insert("range", format!("bytes={size}-").parse().unwrap());
    let reply = town.send(&past);
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["content-range"]),
        (416, &format!("bytes */{size}").parse().unwrap())
    );
}

#[test]
fn a_device_signs_for_one_photo_and_once() {
    let town = Town::new();
    let mut finder = town.phone("赵岗", Role::Guard);
    let (_, photo) = found(&mut finder);
    let good = request(&mut finder, photo);
    for target in [format!("/v1/photos/{photo}?size=320"), format!("/v1/photos/{}", PhotoHash::of(b"x"))] {
        let mut moved = good.clone();
        *moved.uri_mut() = target.parse().unwrap();
        assert_eq!(code(&town.send(&moved)).split(' ').next(), Some("signature_invalid"), "{target}");
    }
    let mut bare = good.clone();
    bare.headers_mut().remove("signature-input");
    assert_eq!(code(&town.send(&bare)).split(' ').next(), Some("login_required"), "then it is a program's");
    assert_eq!(town.send(&good).status(), 200);
    assert_eq!(code(&town.send(&good)).split(' ').next(), Some("request_replayed"));
}

/// Fetches one photo, with the link failing after each reply but the last.
fn fetch(phone: &mut Phone<'_>, case: DocumentId, photo: PhotoHash) -> u32 {
    for tries in 1.. {
        let mut fetch = phone.replica.start_fetch(case, photo).unwrap();
        let Some(request) = phone.replica.next_fetch_request(&mut fetch).unwrap() else { return tries };
        let reply = phone.town.send(&request);
        phone.replica.apply_fetch(&mut fetch, &reply).unwrap();
    }
    unreachable!()
}

#[test]
fn a_colleague_looks_at_the_preview_then_at_the_photo_and_has_neither_once_the_case_has_left() {
    let town = Town::new();
    let mut finder = town.phone("赵岗", Role::Guard);
    let mut reception = town.phone("前台", Role::Reception);
    let mut colleague = town.phone("王强", Role::Guard);
    let case = finder.new_case();
    let (bytes, small) =
        ([picture(), picture()].concat(), [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 9, 1, 0, 0, 0]);
    let taken = Picture { bytes: &bytes, caption: "", preview: Some(&small) };
    let photo = finder.replica.add_picture(case, PhotoRole::Before, &taken).unwrap();
    finder.sync();
    reception.sync();
    let colleagues = colleague.replica.enrolled().unwrap().person;
    let finders = finder.replica.enrolled().unwrap().person;
    let order = reception.replica.dispatch(case, Department::Engineering, Some(colleagues)).unwrap();
    reception.sync();
    colleague.sync();

    let preview = PhotoHash::of(&small);
    let wanted = colleague.replica.wanted_photos(case, Photos::PreviewsOnly).unwrap();
    assert_eq!(wanted.iter().map(|one| one.hash).collect::<Vec<_>>(), [preview]);
    fetch(&mut colleague, case, preview);
    assert_eq!(colleague.replica.photo(preview).unwrap().as_deref(), Some(&small[..]));
    assert_eq!(fetch(&mut colleague, case, photo), 3, "two pieces, and nothing left to ask for");
    assert_eq!(colleague.replica.photo(photo).unwrap(), Some(bytes));
    assert_eq!(finder.replica.wanted_photos(case, Photos::All).unwrap(), [], "who took it has it");

    reception.replica.assign(case, order, finders).unwrap();
    reception.sync();
    colleague.sync();
    assert!(!colleague.replica.has_photo(photo).unwrap() && !colleague.replica.has_photo(preview).unwrap());
    assert_eq!(get(&mut colleague, preview).status(), 404);
}
