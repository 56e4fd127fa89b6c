//! `GET /v1/events`: who is told what, and when a stream ends.

use http::Request;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::OfficeError;
use roundsman_server::log;
use roundsman_sync_core::model::{Department, Role};

use super::ear::Ear;
use super::town::{Phone, Town};

fn head(town: &Town) -> u64 {
    town.service.read::<_, DatabaseError>(|db| log::head(db)).unwrap()
}

fn revoke(phone: &Phone<'_>) {
    let town = phone.town;
    let gone = town
        .service
        .write::<_, DatabaseError>(|batch, office| office.revoke(batch, town.desk(), phone.device))
        .unwrap();
    assert!(gone);
}

#[test]
fn a_phone_is_told_of_a_change_in_its_feeds_and_of_no_other() {
    let town = Town::new();
    let mut reception = town.phone("前台", Role::Reception);
    let mut guard = town.phone("王强", Role::Guard);
    let mut finder = town.phone("赵岗", Role::Guard);
    for phone in [&mut reception, &mut guard] {
        phone.sync();
    }
    let (mut at_reception, mut at_guard) = (Ear::of(&mut reception), Ear::of(&mut guard));

    // The desk has every case; the guard none that a colleague found.
    let case = finder.new_case();
    finder.sync();
    let found = head(&town);
    assert!(at_reception.next().unwrap().pos <= found);

    // The watch told everybody at once, so what the guard hears first is what comes now.
    finder.replica.dispatch(case, Department::Security, None).unwrap();
    finder.sync();
    assert!(at_guard.next().unwrap().pos > found);
    guard.sync();
    assert!(guard.replica.case(case).unwrap().is_some());
}

#[test]
fn a_stream_goes_on_from_where_the_phone_stands() {
    let town = Town::new();
    let mut reception = town.phone("前台", Role::Reception);
    let mut finder = town.phone("赵岗", Role::Guard);
    finder.new_case();
    finder.sync();
    // Nobody listened then.
    let mut ear = Ear::of(&mut reception);
    assert_eq!(ear.next().unwrap().pos, head(&town));
    drop(ear);
    let mut ear = Ear::of(&mut reception);
    assert!(ear.next().is_some(), "the same again, for it has not synced");
    reception.sync();
    let mut ear = Ear::of(&mut reception);
    let before = head(&town);
    finder.new_case();
    finder.sync();
    assert!(ear.next().unwrap().pos > before, "level, so only what came later");

    let mut request = reception.replica.signed_get("/v1/events").unwrap();
    request.headers_mut().insert("last-event-id", "999999".parse().unwrap());
    let mut ear = Ear::open(town.address, &request);
    assert_eq!(ear.next().unwrap().pos, head(&town), "a position of another log");
}

#[test]
fn a_phone_that_pushes_and_is_level_is_not_hinted_at_its_own_edits() {
    let town = Town::new();
    let mut own = town.phone("前台", Role::Reception);
    let mut finder = town.phone("赵岗", Role::Guard);
    own.sync();
    let mut ear = Ear::of(&mut own);
    own.new_case();
    own.sync();
    let seen = head(&town);
    finder.new_case();
    finder.sync();
    assert!(ear.next().unwrap().pos > seen);
}

#[test]
fn what_another_program_writes_is_noticed_too() {
    let town = Town::new();
    let mut guard = town.phone("王强", Role::Guard);
    guard.sync();
    let mut ear = Ear::of(&mut guard);
    // As the command line does, on a connection of its own.
    let mut rng = rand::rng();
    let mut writer = town.data.writer(&mut rng).unwrap();
    let office = &town.service.identity().office;
    let newcomer = town.newcomer("王强", Role::Reception);
    writer
        .transaction::<_, OfficeError>(|batch| office.add_person(batch, &mut rng, town.desk(), &newcomer))
        .unwrap();
    assert!(ear.next().is_some(), "the phone has other rights");
    guard.sync();
    // They count for the stream that is open.
    let before = head(&town);
    let mut finder = town.phone("赵岗", Role::Guard);
    finder.new_case();
    finder.sync();
    assert!(ear.next().unwrap().pos > before);
}

#[test]
fn a_feed_that_comes_to_be_with_its_first_case_is_told_of_like_any_other() {
    let town = Town::new();
    let mut director = town.phone("主任", Role::SiteDirector);
    let mut reception = town.phone("前台", Role::Reception);
    let guard = town.phone("王强", Role::Guard).replica.enrolled().unwrap().person;
    for phone in [&mut director, &mut reception] {
        phone.sync();
    }
    let mut ear = Ear::of(&mut director);
    // The first complaint about the guard: nobody had this feed before, and nobody's rights change.
    let case = reception.case_about(Some(guard));
    reception.sync();
    assert!(ear.next().is_some());
    director.sync();
    assert!(director.replica.case(case).unwrap().is_some());
    let before = head(&town);
    reception.case_about(Some(guard));
    reception.sync();
    assert!(ear.next().unwrap().pos > before);
}

#[test]
fn a_revoked_phone_is_told_once_more_and_then_learns_why() {
    let town = Town::new();
    let mut guard = town.phone("王强", Role::Guard);
    guard.sync();
    let mut ear = Ear::of(&mut guard);
    revoke(&guard);
    assert!(ear.next().is_some());
    assert!(ear.next().is_none(), "the stream ends");
    let request = guard.replica.ask_for_hints().unwrap();
    let refused = Ear::open(town.address, &request);
    assert_eq!(refused.status(), 403);
    assert!(refused.rest().contains("device_revoked"));
}

#[test]
fn a_newer_stream_of_a_phone_ends_the_older() {
    let town = Town::new();
    let mut guard = town.phone("王强", Role::Guard);
    guard.sync();
    let mut older = Ear::of(&mut guard);
    let mut newer = Ear::of(&mut guard);
    assert!(older.next().is_none());
    assert_eq!(town.service.hints().open_streams(), 1);
    town.service.hints().close();
    assert!(newer.next().is_none());
    let refused = Ear::open(town.address, &guard.replica.ask_for_hints().unwrap());
    assert_eq!(refused.status(), 503);
    assert!(refused.rest().contains("\"busy\""));
}

#[test]
fn nobody_listens_without_a_signature_of_their_own_made_for_this() {
    let town = Town::new();
    let mut guard = town.phone("王强", Role::Guard);
    let bare = town.send(&Request::get("/v1/events").body(Vec::new()).unwrap());
    assert_eq!(bare.status(), 401);
    let request = guard.replica.ask_for_hints().unwrap();
    let mut elsewhere = request.clone();
    *elsewhere.uri_mut() = "/v1/events?since=1".parse().unwrap();
    assert_eq!(town.send(&elsewhere).status(), 401, "the query is not signed");
    let mut odd = request.clone();
    odd.headers_mut().insert("last-event-id", "yesterday".parse().unwrap());
    assert_eq!(town.send(&odd).status(), 400);
    assert_eq!(Ear::open(town.address, &request).status(), 200, "nothing of that used it up");
    assert_eq!(Ear::open(town.address, &request).status(), 401, "but it is good once");
    let post = Request::post("/v1/events").body(Vec::new()).unwrap();
    assert_eq!(town.send(&post).status(), 405);
}
