//! What the phone does with pages, feeds and another log.

use super::phone::{Colleague, FEED, LOG, Phone, accepted, enter, ok, page, reply};
use crate::error::ErrorCode;
use crate::ids::{DocumentId, LogId};
use crate::model::Role;
use crate::protocol::messages::{
    DocumentNumber, FeedCursor, FeedGrant, FeedNumber, Page, PageDocument, SyncReply,
};
use crate::replica::EditState;

const SECOND: FeedNumber = FeedNumber(2);

fn both_feeds() -> Vec<FeedGrant> {
    vec![FeedGrant { feed: FEED, since: 1 }, FeedGrant { feed: SECOND, since: 1 }]
}

fn changes(number: u64, changes: Vec<Vec<u8>>) -> PageDocument {
    let changes = changes.into_iter().map(Into::into).collect();
    PageDocument::Changes { number: DocumentNumber(number), changes }
}

fn leave(number: u64) -> PageDocument {
    PageDocument::Leave { number: DocumentNumber(number) }
}

fn with(pages: Vec<Page>) -> SyncReply {
    let mut reply = reply(vec![]);
    reply.pages = pages;
    reply
}

/// A phone that holds one case of a colleague's.
fn holding() -> (Phone, Colleague, DocumentId) {
    let mut phone = Phone::of(Role::Reception);
    let mut colleague = Colleague::new(50);
    let case = colleague.create(60);
    phone.sync(&with(vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])]));
    (phone, colleague, case)
}

#[test]
fn a_document_enters_changes_and_leaves_without_a_trace() {
    let (mut phone, mut colleague, case) = holding();
    assert_eq!(phone.listed(), [case]);
    let change = colleague.remark(case, "a very rare word");
    let mut second = with(vec![page(FEED, 10, vec![changes(1, vec![change.bytes])])]);
    second.checksum = Some(colleague.documents[&case].heads().checksum(case));
    assert_eq!(phone.sync(&second).counts().resyncs, 0);
    assert_eq!(phone.notes(case), ["a very rare word"]);
    let file = |phone: &Phone| {
        let mut bytes = std::fs::read(phone.dir.path().join("phone.db")).unwrap();
        bytes.extend(std::fs::read(phone.dir.path().join("phone.db-wal")).unwrap_or_default());
        String::from_utf8_lossy(&bytes).contains("a very rare word")
    };
    assert!(file(&phone));
    let mut third = with(vec![page(FEED, 10, vec![leave(1)])]);
    third.checksum = Some(0);
    assert_eq!(phone.sync(&third).counts().resyncs, 0);
    assert_eq!(phone.replica.case(case).unwrap(), None);
    assert_eq!(phone.listed(), []);
    assert!(!file(&phone), "deleted bytes must not be readable in the file");
}

#[test]
fn a_page_that_comes_twice_changes_nothing_the_second_time() {
    let (mut phone, mut colleague, case) = holding();
    let change = colleague.remark(case, "once");
    let mut again = with(vec![page(FEED, 10, vec![changes(1, vec![change.bytes])])]);
    again.checksum = Some(colleague.documents[&case].heads().checksum(case));
    for _ in 0..2 {
        assert_eq!(phone.sync(&again).counts().resyncs, 0);
    }
    assert_eq!(phone.notes(case), ["once"]);
}

#[test]
fn a_document_stays_as_long_as_one_feed_gives_it() {
    let (mut phone, _, case) = holding();
    let mut held = with(vec![page(SECOND, 0, vec![PageDocument::Held { number: DocumentNumber(1) }])]);
    held.feeds = both_feeds();
    phone.sync(&held);
    let mut left = with(vec![page(FEED, 10, vec![leave(1)])]);
    left.feeds = both_feeds();
    phone.sync(&left);
    assert_eq!(phone.listed(), [case]);
    let mut lost = with(vec![]);
    lost.feeds = vec![FeedGrant { feed: FEED, since: 1 }];
    phone.sync(&lost);
    assert_eq!(phone.listed(), []);
}

#[test]
fn the_sum_counts_a_document_once_for_each_of_its_feeds() {
    let (mut phone, colleague, case) = holding();
    let mut held = with(vec![page(SECOND, 0, vec![PageDocument::Held { number: DocumentNumber(1) }])]);
    held.feeds = both_feeds();
    held.checksum = Some(colleague.documents[&case].heads().checksum(case).wrapping_mul(2));
    assert_eq!(phone.sync(&held).counts().resyncs, 0);
}

#[test]
fn a_feed_that_was_lost_and_given_again_begins_anew() {
    let (mut phone, mut colleague, _) = holding();
    let other = colleague.create(61);
    let mut again = with(vec![page(FEED, 0, vec![enter(2, other, &colleague.documents[&other])])]);
    again.feeds = vec![FeedGrant { feed: FEED, since: 9 }];
    phone.sync(&again);
    assert_eq!(phone.listed(), [other]);
}

#[test]
fn a_walk_of_two_pages_goes_on_after_a_lost_reply_and_a_restart() {
    let mut phone = Phone::of(Role::Reception);
    let mut colleague = Colleague::new(50);
    let (first, second) = (colleague.create(60), colleague.create(61));
    let mut one = with(vec![Page {
        feed: FEED,
        base: 0,
        pos: 4,
        done: false,
        documents: vec![enter(1, first, &colleague.documents[&first])],
    }]);
    one.more = true;
    let mut session = phone.start();
    phone.answer(&mut session, &one);
    let asked = phone.next(&mut session);
    assert_eq!((asked.base, asked.behind), (10, vec![FeedCursor { feed: FEED, base: 0, pos: 4 }]));
    // The reply is lost, and the process with it.
    phone = phone.restarted();
    assert_eq!(phone.listed(), [first]);
    let mut session = phone.start();
    assert_eq!(phone.next(&mut session).behind, [FeedCursor { feed: FEED, base: 0, pos: 4 }]);
    let two = with(vec![page(FEED, 0, vec![enter(2, second, &colleague.documents[&second])])]);
    phone.replica.apply(&mut session, &ok(&two)).unwrap();
    phone.done(&mut session);
    let mut listed = phone.listed();
    listed.sort();
    assert_eq!(listed, [first, second]);
    let mut session = phone.start();
    assert_eq!(phone.next(&mut session).behind, []);
}

#[test]
fn own_unsent_edits_stay_when_their_document_comes_anew() {
    let (mut phone, mut colleague, case) = holding();
    phone.remark(case, "mine");
    colleague.remark(case, "theirs");
    let mut anew = with(vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])]);
    let mut session = phone.start();
    anew.verdicts = vec![vec![crate::protocol::messages::Verdict::Pending { missing: vec![] }]];
    anew.feeds = vec![FeedGrant { feed: FEED, since: 2 }];
    phone.answer(&mut session, &anew);
    let mut notes = phone.notes(case);
    notes.sort();
    assert_eq!(notes, ["mine", "theirs"]);
    let head = phone.replica.store.head(case).unwrap().unwrap();
    assert_eq!(head.accepted, colleague.documents[&case].heads());
}

#[test]
fn an_own_edit_whose_verdict_was_lost_is_counted_once_when_others_build_on_it() {
    let (mut phone, mut colleague, case) = holding();
    phone.remark(case, "mine");
    // The server took it, and a colleague went on from there; the reply that said so was lost.
    colleague.documents.insert(case, phone.document(case));
    let theirs = colleague.remark(case, "theirs");
    let sum = colleague.documents[&case].heads().checksum(case);
    let mut session = phone.start();
    phone.next(&mut session);
    let mut late = with(vec![page(FEED, 10, vec![changes(1, vec![theirs.bytes])])]);
    late.verdicts = vec![vec![accepted(11)]];
    late.checksum = Some(sum);
    phone.replica.apply(&mut session, &ok(&late)).unwrap();
    assert_eq!(session.counts().resyncs, 0);
    assert_eq!(phone.notes(case), ["mine", "theirs"]);
}

#[test]
fn a_document_that_left_is_unseen_but_kept_until_the_last_edit_in_it_is_answered() {
    let (mut phone, _, case) = holding();
    phone.remark(case, "mine");
    let missing = crate::protocol::messages::Verdict::Pending { missing: vec![] };
    let mut left = with(vec![page(FEED, 10, vec![leave(1)])]);
    left.verdicts = vec![vec![missing]];
    phone.sync(&left);
    assert_eq!((phone.listed(), phone.replica.case(case).unwrap()), (vec![], None));
    assert!(phone.replica.store.head(case).unwrap().is_some());
    phone = phone.restarted();
    phone.sync(&reply(vec![accepted(12)]));
    assert_eq!(phone.replica.store.head(case).unwrap(), None);
    assert_eq!(phone.replica.edits().unwrap()[0].state, EditState::Accepted { pos: 12 });
}

#[test]
fn a_document_that_comes_back_is_written_by_a_new_actor() {
    let (mut phone, mut colleague, case) = holding();
    phone.remark(case, "first");
    let actor = |phone: &Phone| phone.replica.store.head(case).unwrap().unwrap().actor.unwrap();
    let before = actor(&phone);
    colleague.documents.insert(case, phone.document(case));
    phone.sync(&reply(vec![accepted(11)]));
    phone.sync(&with(vec![page(FEED, 10, vec![leave(1)])]));
    phone.sync(&with(vec![page(FEED, 10, vec![enter(1, case, &colleague.documents[&case])])]));
    phone.remark(case, "second");
    assert_ne!(actor(&phone), before);
    assert_eq!(phone.notes(case), ["first", "second"]);
}

#[test]
fn sums_that_differ_start_the_walk_anew_once() {
    let (mut phone, colleague, case) = holding();
    let mut wrong = with(vec![]);
    wrong.checksum = Some(1);
    let mut session = phone.start();
    phone.answer(&mut session, &wrong);
    assert_eq!(session.counts().resyncs, 1);
    assert_eq!(phone.listed(), [case], "nothing vanishes while the walk is on its way");
    let asked = phone.next(&mut session);
    assert_eq!((asked.base, asked.behind), (0, vec![]));
    let mut anew = with(vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])]);
    anew.checksum = Some(1);
    phone.replica.apply(&mut session, &ok(&anew)).unwrap();
    assert_eq!(session.counts().resyncs, 1);
    phone.done(&mut session);
    assert_eq!(phone.listed(), [case]);
}

#[test]
fn a_change_to_an_unknown_document_starts_the_walk_anew() {
    let (mut phone, mut colleague, case) = holding();
    let change = colleague.remark(case, "x");
    let mut session = phone.start();
    phone.answer(&mut session, &with(vec![page(FEED, 10, vec![changes(99, vec![change.bytes])])]));
    assert_eq!(session.counts().resyncs, 1);
    assert_eq!(phone.next(&mut session).base, 0);
}

#[test]
fn another_log_takes_back_the_cursors_and_gets_accepted_edits_again() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let mut first = reply(vec![accepted(7)]);
    let document = phone.document(case);
    first.pages = vec![page(FEED, 0, vec![enter(1, case, &document)])];
    phone.sync(&first);
    let restored = LogId::from_bytes([99; 16]);
    let mut other = reply(vec![]);
    other.log = restored;
    let mut session = phone.start();
    phone.answer(&mut session, &other);
    assert_eq!(phone.listed(), [case]);
    let asked = phone.next(&mut session);
    assert_eq!((asked.log, asked.base, asked.envelopes.len()), (restored, 0, 1));
    let mut entered = reply(vec![accepted(3)]);
    entered.log = restored;
    entered.pages = vec![page(FEED, 0, vec![enter(8, case, &document)])];
    entered.checksum = Some(document.heads().checksum(case));
    phone.replica.apply(&mut session, &ok(&entered)).unwrap();
    phone.done(&mut session);
    assert_eq!(session.counts().resyncs, 0);
    assert_ne!(restored, LOG);
}

#[test]
fn a_reply_with_a_broken_document_changes_nothing_at_all() {
    let (mut phone, mut colleague, case) = holding();
    let other = colleague.create(61);
    let mut broken = enter(2, other, &colleague.documents[&other]);
    if let PageDocument::Enter { snapshot, .. } = &mut broken {
        let mut bytes: Vec<u8> = snapshot.to_vec();
        bytes[40] ^= 1;
        *snapshot = bytes.into();
    }
    let change = colleague.remark(case, "good");
    let pages = vec![page(FEED, 10, vec![changes(1, vec![change.bytes]), broken])];
    let before = phone.replica.meta.clone();
    let mut session = phone.start();
    phone.next(&mut session);
    let refused = phone.replica.apply(&mut session, &ok(&with(pages))).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ReplyMalformed);
    assert_eq!(phone.notes(case), Vec::<String>::new());
    assert_eq!((phone.replica.meta.base, &phone.replica.meta.token), (before.base, &before.token));
}
