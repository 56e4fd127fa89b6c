//! What a sync may cost: it stops cleanly, says so, and has always been of some use.

use http::{Method, Response};

use super::phone::{Phone, accepted, ok, reply};
use crate::ids::{DocumentId, PhotoHash};
use crate::limits::PREVIEW_BYTES_MAX;
use crate::model::{PhotoRole, Role, SignOffOutcome, SignOffSubject};
use crate::protocol::messages::UploadGrant;
use crate::replica::{Photos, Picture, SignOffResult, Stop, SyncBudget, SyncSession};

/// The smallest file that is taken for a preview of so many pixels, with something to tell it from others.
fn preview(mark: u8) -> Vec<u8> {
    vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 100, 0, 100, 1, 0, 0, 0, mark]
}

fn large(mark: u8) -> Vec<u8> {
    vec![mark; usize::try_from(PREVIEW_BYTES_MAX).unwrap() + 1]
}

/// A phone with a case, two photos with previews, one small photo and a signature.
fn busy() -> (Phone, DocumentId) {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    for mark in [1, 2] {
        let (bytes, preview) = (large(mark), preview(mark));
        let picture = Picture { bytes: &bytes, caption: "", preview: Some(&preview) };
        phone.replica.add_picture(case, PhotoRole::Before, &picture).unwrap();
    }
    phone.replica.add_photo(case, b"small", PhotoRole::After, "").unwrap();
    let shown = phone.replica.statement(case, None, SignOffSubject::Completion).unwrap();
    let signed = SignOffResult {
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::Signed,
        signer: "孙丽华",
        relation: "owner",
        strokes_png: Some(b"strokes"),
        settlement: None,
        shown: &shown,
    };
    phone.replica.sign_off(case, None, &signed).unwrap();
    (phone, case)
}

/// Answers as a server that takes everything, and tells what was uploaded, in order.
fn play(phone: &mut Phone, session: &mut SyncSession) -> Vec<PhotoHash> {
    let mut sent = Vec::new();
    let mut last = PhotoHash::of(b"");
    while let Some(request) = phone.replica.next_request(session).unwrap() {
        let answer = match *request.method() {
            Method::POST if request.uri() == "/v1/sync" => {
                let asked = super::phone::read(&request);
                let mut answer = reply(vec![]);
                answer.verdicts = (1..).zip(&asked.envelopes).map(|(at, _)| vec![accepted(at); 2]).collect();
                for (verdicts, envelope) in answer.verdicts.iter_mut().zip(&asked.envelopes) {
                    let opened = crate::protocol::envelope::Envelope::open(envelope).unwrap();
                    verdicts.truncate(opened.changes.len());
                }
                for hash in asked.photos {
                    if sent.contains(&hash) {
                        answer.receipts.push(hash);
                    } else {
                        let size = phone.replica.store.photo(hash).unwrap().unwrap().size;
                        answer.grants.push(UploadGrant { hash, size, token: hash.to_string() });
                    }
                }
                // The server says in any order what may be sent.
                answer.grants.reverse();
                ok(&answer)
            }
            Method::POST => {
                let bearer = request.headers()["authorization"].to_str().unwrap();
                last = bearer.strip_prefix("Bearer ").unwrap().parse().unwrap();
                let location = format!("/v1/uploads/{last}");
                Response::builder().status(201).header("location", location).body(Vec::new()).unwrap()
            }
            _ => {
                let offset: usize = request.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
                let end = offset + request.body().len();
                if u64::try_from(end).unwrap() == phone.replica.store.photo(last).unwrap().unwrap().size {
                    sent.push(last);
                }
                Response::builder().status(204).header("upload-offset", end).body(Vec::new()).unwrap()
            }
        };
        phone.replica.apply(session, &answer).unwrap();
    }
    sent
}

#[test]
fn signatures_go_before_previews_and_previews_of_all_photos_before_the_first_photo() {
    let (mut phone, _) = busy();
    let mut session = phone.start();
    let of = |bytes: &[u8]| PhotoHash::of(bytes);
    let expected =
        [of(b"strokes"), of(&preview(1)), of(&preview(2)), of(b"small"), of(&large(1)), of(&large(2))];
    assert_eq!(play(&mut phone, &mut session), expected);
    let counts = session.counts();
    assert_eq!((counts.photos_sent, counts.previews_sent), (4, 2));
    assert_eq!((counts.stopped, counts.more), (None, false));
    let status = phone.replica.status().unwrap();
    assert_eq!((status.photos_owed, status.previews_owed), (0, 0));
}

#[test]
fn a_preview_taken_while_photos_go_overtakes_them() {
    let (mut phone, _) = busy();
    let mut session = phone.start();
    let mut granted = false;
    // Up to the first piece of the first photo.
    let request = loop {
        let Some(request) = phone.replica.next_request(&mut session).unwrap() else { panic!("photos wait") };
        if request.body().len() > 60_000 {
            break request;
        }
        let answer = match request.uri().path() {
            "/v1/sync" => {
                let asked = super::phone::read(&request);
                let mut answer = reply((1..).zip(&asked.envelopes).map(|(at, _)| accepted(at)).collect());
                for (verdicts, envelope) in answer.verdicts.iter_mut().zip(&asked.envelopes) {
                    let opened = crate::protocol::envelope::Envelope::open(envelope).unwrap();
                    *verdicts = vec![verdicts[0].clone(); opened.changes.len()];
                }
                let grant = |hash| UploadGrant {
                    hash,
                    size: phone.replica.store.photo(hash).unwrap().unwrap().size,
                    token: "leave".into(),
                };
                answer.grants = asked.photos.into_iter().filter(|_| !granted).map(grant).collect();
                granted = true;
                ok(&answer)
            }
            "/v1/uploads" => {
                Response::builder().status(201).header("location", "/v1/uploads/a").body(Vec::new()).unwrap()
            }
            _ => {
                let end = request.body().len();
                Response::builder().status(204).header("upload-offset", end).body(Vec::new()).unwrap()
            }
        };
        phone.replica.apply(&mut session, &answer).unwrap();
    };
    let case = phone.create();
    let (bytes, small) = (large(3), preview(3));
    let picture = Picture { bytes: &bytes, caption: "", preview: Some(&small) };
    phone.replica.add_picture(case, PhotoRole::After, &picture).unwrap();
    let end = request.body().len();
    let done = Response::builder().status(204).header("upload-offset", end).body(Vec::new()).unwrap();
    phone.replica.apply(&mut session, &done).unwrap();
    let asked = phone.next(&mut session);
    assert_eq!(asked.envelopes.len(), 2, "the records of the new photo go before the second photo");
    assert!(asked.photos.contains(&PhotoHash::of(&small)));
}

#[test]
fn a_metered_link_gets_records_signatures_and_previews_unless_somebody_asks_for_more() {
    let (mut phone, _) = busy();
    let metered = SyncBudget { metered: true, ..SyncBudget::default() };
    let mut session = phone.replica.start_sync(metered);
    assert_eq!(play(&mut phone, &mut session).len(), 4);
    assert_eq!((session.counts().more, phone.replica.status().unwrap().photos_owed), (false, 2));
    let mut session = phone.replica.start_sync(SyncBudget { photos: Photos::All, ..metered });
    assert_eq!(play(&mut phone, &mut session), [PhotoHash::of(&large(1)), PhotoHash::of(&large(2))]);
}

#[test]
fn a_sync_ends_when_its_bytes_are_used_up_and_the_next_one_goes_on() {
    let (mut phone, _) = busy();
    let mut sent = Vec::new();
    for round in 0.. {
        assert!(round < 60, "each sync has to bring it further");
        let budget = SyncBudget { bytes: Some(10_000), ..SyncBudget::default() };
        let mut session = phone.replica.start_sync(budget);
        sent.extend(play_on(&mut phone, &mut session, &sent));
        let counts = session.counts();
        // One edit of a few hundred bytes and the answer to it may go past it.
        assert!(counts.bytes_up + counts.bytes_down <= 14_000, "{counts:?}");
        assert_eq!(counts.stopped.is_some(), counts.more);
        if !counts.more {
            break;
        }
        assert_eq!(counts.stopped, Some(Stop::Bytes));
    }
    assert_eq!(phone.replica.status().unwrap().photos_owed, 0);
}

/// As [`play`], with a server that keeps what it has of each upload between two syncs.
fn play_on(phone: &mut Phone, session: &mut SyncSession, had: &[PhotoHash]) -> Vec<PhotoHash> {
    let mut done = had.to_vec();
    while let Some(request) = phone.replica.next_request(session).unwrap() {
        let path = request.uri().path().to_owned();
        let offset_file = phone.dir.path().join(path.replace('/', "_"));
        let stands = || {
            std::fs::read_to_string(&offset_file).ok().and_then(|text| text.parse().ok()).unwrap_or(0_usize)
        };
        let at = |offset: usize| ("upload-offset", offset.to_string());
        let answered = |status: u16, (name, value): (&str, String)| {
            Response::builder().status(status).header(name, value).body(Vec::new()).unwrap()
        };
        let answer = match (request.method().clone(), path.as_str()) {
            (Method::POST, "/v1/sync") => {
                let asked = super::phone::read(&request);
                let mut answer = reply(vec![]);
                for envelope in &asked.envelopes {
                    let opened = crate::protocol::envelope::Envelope::open(envelope).unwrap();
                    answer.verdicts.push(vec![accepted(1); opened.changes.len()]);
                }
                for hash in asked.photos {
                    let size = phone.replica.store.photo(hash).unwrap().unwrap().size;
                    if done.contains(&hash) {
                        answer.receipts.push(hash);
                    } else {
                        answer.grants.push(UploadGrant { hash, size, token: hash.to_string() });
                    }
                }
                ok(&answer)
            }
            (Method::POST, _) => {
                let bearer = request.headers()["authorization"].to_str().unwrap();
                answered(201, ("location", format!("/v1/uploads/{}", &bearer["Bearer ".len()..])))
            }
            (Method::HEAD, _) => answered(200, at(stands())),
            _ => {
                let from: usize = request.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
                assert_eq!(from, stands(), "nothing is sent twice");
                let end = from + request.body().len();
                std::fs::write(&offset_file, end.to_string()).unwrap();
                let hash: PhotoHash = path.rsplit('/').next().unwrap().parse().unwrap();
                if u64::try_from(end).unwrap() == phone.replica.store.photo(hash).unwrap().unwrap().size {
                    done.push(hash);
                }
                answered(204, at(end))
            }
        };
        phone.replica.apply(session, &answer).unwrap();
    }
    done.split_off(had.len())
}

#[test]
fn a_sync_without_any_budget_still_makes_one_useful_round_trip() {
    let (mut phone, _) = busy();
    let budget = SyncBudget { bytes: Some(0), seconds: Some(0), ..SyncBudget::default() };
    let mut session = phone.replica.start_sync(budget);
    // A lost request and one that has to be signed again are of no use yet.
    phone.next(&mut session);
    phone.next(&mut session);
    let mut stale = super::phone::problem(401, crate::error::ErrorCode::TokenStale);
    stale.headers_mut().insert(crate::protocol::TOKEN_HEADER, "t9".parse().unwrap());
    phone.replica.apply(&mut session, &stale).unwrap();
    phone.answer(&mut session, &reply(vec![accepted(1)]));
    phone.done(&mut session);
    let counts = session.counts();
    assert_eq!((counts.accepted, counts.stopped, counts.more), (1, Some(Stop::Bytes), true));
}

#[test]
fn a_sync_ends_when_its_time_is_over_whatever_the_wall_clock_says() {
    let (mut phone, _) = busy();
    let budget = SyncBudget { seconds: Some(30), ..SyncBudget::default() };
    let mut session = phone.replica.start_sync(budget);
    let sent = phone.next(&mut session).envelopes.len();
    assert_eq!(sent, 5);
    phone.set_wall(0);
    phone.wait_ms(29_999);
    let mut answer = reply((1..=5).map(accepted).collect());
    answer.verdicts[4] = vec![accepted(5), accepted(5)];
    answer.more = true;
    phone.replica.apply(&mut session, &ok(&answer)).unwrap();
    phone.next(&mut session);
    phone.wait_ms(1);
    phone.done(&mut session);
    assert_eq!((session.counts().stopped, session.counts().more), (Some(Stop::Seconds), true));
}
