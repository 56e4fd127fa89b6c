//! What an app needs beside commands and syncs: search, standing, settling, what to read anew, uploads handed over.

use std::collections::BTreeSet;

use http::Method;

use super::phone::{Colleague, FEED, Phone, accepted, enter, new_case, page, reply};
use super::photos::{answered, at, granted, picture};
use crate::error::ErrorCode;
use crate::model::{Classification, Command, NewCase, Role, Urgency};
use crate::protocol::messages::{DocumentNumber, PageDocument};
use crate::replica::{CaseFilter, SyncBudget, Uploads};

fn found(phone: &Phone, text: &str) -> usize {
    let filter = CaseFilter { text: Some(text.to_owned()), ..CaseFilter::default() };
    phone.replica.cases(&filter, 0, 100).unwrap().len()
}

#[test]
fn a_search_finds_every_word_wherever_it_stands_and_whatever_its_case() {
    let mut phone = Phone::of(Role::Reception);
    phone.create();
    phone.replica.create_case(NewCase { description: "Lift stuck at 7".into(), ..new_case() }).unwrap();
    for (text, count) in [("灯", 1), ("楼道 light", 1), ("LIFT", 1), ("lift 灯", 0), ("", 2), ("3", 2)] {
        assert_eq!(found(&phone, text), count, "{text}");
    }
}

#[test]
fn what_has_to_be_read_anew_is_told_once() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let changes = phone.replica.take_changes();
    assert_eq!((changes.documents, changes.outbox), (BTreeSet::from([case]), true));
    assert!(phone.replica.take_changes().is_empty());
    phone.sync(&reply(vec![accepted(1)]));
    assert!(phone.replica.take_changes().outbox, "the edit was accepted");
    phone.sync(&reply(vec![]));
    assert!(phone.replica.take_changes().is_empty(), "a sync without news changes nothing");
}

#[test]
fn a_parallel_edit_is_settled_by_one_of_its_values_and_by_no_other() {
    let mut phone = Phone::of(Role::Reception);
    let mut colleague = Colleague::new(9);
    let case = colleague.create(40);
    let mut answer = reply(vec![]);
    answer.pages = vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])];
    phone.sync(&answer);
    let to = |urgency| Classification { urgency: Some(urgency), ..Classification::default() };
    phone.replica.classify(case, to(Urgency::Urgent)).unwrap();
    let theirs = colleague.run(&Command::Classify { case, to: to(Urgency::Important) });
    let mut answer = reply(vec![accepted(1)]);
    let changes = vec![theirs.bytes.clone().into()];
    answer.pages = vec![page(FEED, 10, vec![PageDocument::Changes { number: DocumentNumber(1), changes }])];
    phone.sync(&answer);

    let edits = phone.replica.standing(case).unwrap().unwrap().parallel_edits;
    assert_eq!(edits[0].field, "urgency");
    let refused = phone.replica.settle_field(case, "urgency", "general").unwrap_err();
    assert_eq!(refused.code, ErrorCode::ConflictUnknown);
    phone.replica.settle_field(case, "urgency", "important").unwrap();
    assert!(phone.replica.standing(case).unwrap().unwrap().parallel_edits.is_empty());
    assert_eq!(phone.replica.case(case).unwrap().unwrap().urgency.shown(), Some(&Urgency::Important));
}

#[test]
fn a_playbook_is_copied_with_its_deadlines_and_ticked_step_by_step() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let list = phone.replica.choose_playbook(case, "equipment/lift-trapped").unwrap();
    let standing = phone.replica.standing(case).unwrap().unwrap();
    assert_eq!(standing.checklists[0].entry, list);
    let first = standing.checklists[0].next().unwrap().step.clone();
    assert!(standing.checklists[0].steps.iter().any(|state| state.step.due.is_some()));
    phone.replica.do_step(case, list, &first.id, "").unwrap();
    let standing = phone.replica.standing(case).unwrap().unwrap();
    assert_ne!(standing.checklists[0].next().unwrap().step.id, first.id);
    assert_eq!(phone.replica.do_step(case, list, "no such step", "").unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(phone.replica.choose_playbook(case, "none").unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn a_photo_that_is_handed_over_is_prepared_and_not_sent() {
    let (mut phone, _, case, hash) = granted();
    // Leave is asked for anew in each session.
    let mut session =
        phone.replica.start_sync(SyncBudget { uploads: Uploads::HandOver, ..SyncBudget::default() });
    let mut answer = reply(vec![]);
    answer.grants = vec![super::photos::grant(hash, picture().len())];
    phone.answer(&mut session, &answer);
    let create = phone.replica.next_request(&mut session).unwrap().unwrap();
    assert_eq!(create.method(), Method::POST);
    phone
        .replica
        .apply(&mut session, &answered(201, &[("location", "/v1/uploads/u1".into()), at(0)]))
        .unwrap();
    phone.done(&mut session);
    let [handed] = session.handed_over() else { panic!("one photo") };
    assert_eq!((handed.hash, handed.document, handed.offset), (hash, case, 0));
    assert_eq!(handed.path, "/v1/uploads/u1");
    assert!(handed.headers.contains(&("authorization", "Bearer leave".to_owned())));
    assert_eq!(phone.replica.status().unwrap().photos_owed, 1, "only a receipt counts");

    // Somebody else brought half of it: the next sync learns that from the server and hands over the rest.
    let mut session =
        phone.replica.start_sync(SyncBudget { uploads: Uploads::HandOver, ..SyncBudget::default() });
    phone.answer(&mut session, &answer);
    let ask = phone.replica.next_request(&mut session).unwrap().unwrap();
    assert_eq!(ask.method(), Method::HEAD);
    phone.replica.apply(&mut session, &answered(200, &[at(1_000)])).unwrap();
    phone.done(&mut session);
    assert_eq!(session.handed_over()[0].offset, 1_000);
    assert_eq!(session.counts().photos_sent, 0);
}

#[test]
fn the_address_of_the_server_is_kept_and_checked() {
    let mut phone = Phone::of(Role::Guard);
    assert_eq!(phone.replica.server(), None);
    phone.replica.set_server(" https://roundsman.example:8443/ ").unwrap();
    assert_eq!(phone.restarted().replica.server(), Some("https://roundsman.example:8443"));
    let mut phone = Phone::of(Role::Guard);
    for bad in ["", "roundsman.example", "ftp://x", "https://x/y", "https://x?y", "https://"] {
        assert_eq!(phone.replica.set_server(bad).unwrap_err().code, ErrorCode::BadRequest, "{bad}");
    }
}
