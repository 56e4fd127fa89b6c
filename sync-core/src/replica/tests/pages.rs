//! What the phone does with pages, feeds and another log.

use super::phone::{Colleague, FEED, LOG, Phone, accepted, enter, ok, page, read, reply, rights};
use crate::document::Document;
use crate::error::ErrorCode;
use crate::ids::{DocumentId, LogId};
use crate::model::Role;
use crate::protocol::messages::{
    DocumentNumber, FeedCursor, FeedGrant, FeedNumber, LogParent, Page, PageDocument, SyncReply, SyncRequest,
};
use crate::protocol::repair::{RepairAnswer, RepairItem, RepairQuestion, RepairSet, RepairedDocument};
use crate::replica::{EditState, SyncCounts};

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
    held.rights = Some(rights(both_feeds()));
    phone.sync(&held);
    let mut left = with(vec![page(FEED, 10, vec![leave(1)])]);
    left.rights = Some(rights(both_feeds()));
    phone.sync(&left);
    assert_eq!(phone.listed(), [case]);
    let mut lost = with(vec![]);
    lost.rights = Some(rights(vec![FeedGrant { feed: FEED, since: 1 }]));
    phone.sync(&lost);
    assert_eq!(phone.listed(), []);
}

#[test]
fn the_sum_counts_a_document_once_for_each_of_its_feeds() {
    let (mut phone, colleague, case) = holding();
    let mut held = with(vec![page(SECOND, 0, vec![PageDocument::Held { number: DocumentNumber(1) }])]);
    held.rights = Some(rights(both_feeds()));
    held.checksum = Some(colleague.documents[&case].heads().checksum(case).wrapping_mul(2));
    assert_eq!(phone.sync(&held).counts().resyncs, 0);
}

#[test]
fn a_feed_that_was_lost_and_given_again_begins_anew() {
    let (mut phone, mut colleague, _) = holding();
    let other = colleague.create(61);
    let mut again = with(vec![page(FEED, 0, vec![enter(2, other, &colleague.documents[&other])])]);
    again.rights = Some(rights(vec![FeedGrant { feed: FEED, since: 9 }]));
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
    anew.rights = Some(rights(vec![FeedGrant { feed: FEED, since: 2 }]));
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

/// The server's answer to what a phone asks in a repair, if the server holds these.
fn repaired(asked: &SyncRequest, server: &[(FeedNumber, DocumentId, &Document)]) -> RepairAnswer {
    let items = server.iter().map(|(feed, id, document)| {
        let item = RepairItem::of(*feed, *id, &document.heads());
        (item, (*feed, *id, *document))
    });
    let set = RepairSet::new(items.collect()).unwrap();
    match asked.repair.as_ref().unwrap() {
        RepairQuestion::Compare { message } => {
            RepairAnswer::Compared { message: set.answer(message).unwrap().into() }
        }
        RepairQuestion::Want { items } => {
            let documents = items.iter().map(|item| {
                let &(feed, id, document) = set.get(*item).unwrap();
                RepairedDocument { feed, document: enter(50, id, document) }
            });
            let documents: Vec<_> = documents.collect();
            RepairAnswer::Documents { answered: u32::try_from(documents.len()).unwrap(), documents }
        }
    }
}

/// Syncs with a server that holds these, and says so by its sum. Tells what was asked for in full.
fn mend(phone: &mut Phone, server: &[(FeedNumber, DocumentId, &Document)]) -> (SyncCounts, usize) {
    let sum =
        server.iter().fold(0u64, |sum, (_, id, document)| sum.wrapping_add(document.heads().checksum(*id)));
    let mut session = phone.start();
    let mut wanted = 0;
    while let Some(request) = phone.replica.next_request(&mut session).unwrap() {
        let asked = read(&request);
        let mut told = with(vec![]);
        told.checksum = Some(sum);
        if asked.repair.is_some() {
            let answer = repaired(&asked, server);
            if let RepairAnswer::Documents { documents, .. } = &answer {
                wanted += documents.len();
            }
            told.repair = Some(answer);
        }
        phone.replica.apply(&mut session, &ok(&told)).unwrap();
    }
    (session.counts(), wanted)
}

#[test]
fn sums_that_differ_bring_what_differs_and_nothing_else() {
    let (mut phone, mut colleague, case) = holding();
    // The server has a second case, a later state of the first, and not the third.
    let (second, third) = (colleague.create(61), colleague.create(62));
    phone.sync(&with(vec![page(FEED, 10, vec![enter(3, third, &colleague.documents[&third])])]));
    colleague.remark(case, "later");
    let server = [(FEED, case, &colleague.documents[&case]), (FEED, second, &colleague.documents[&second])];
    let (counts, wanted) = mend(&mut phone, &server);
    assert_eq!((counts.repairs, counts.resyncs, wanted), (1, 0, 2));
    let mut listed = phone.listed();
    listed.sort();
    let mut expected = [case, second];
    expected.sort();
    assert_eq!(listed, expected);
    assert_eq!(phone.notes(case), ["later"]);
    // All is well: nothing is compared again.
    let (counts, _) = mend(&mut phone, &server);
    assert_eq!((counts.round_trips, counts.repairs), (1, 0));
}

#[test]
fn everything_is_compared_once_a_day_even_if_the_sums_are_equal() {
    let (mut phone, colleague, case) = holding();
    let server = [(FEED, case, &colleague.documents[&case])];
    assert_eq!(mend(&mut phone, &server).0.repairs, 0);
    phone.wait_ms(25 * 3600 * 1000);
    assert_eq!(mend(&mut phone, &server).0.repairs, 1);
    assert_eq!(mend(&mut phone, &server).0.repairs, 0);
}

#[test]
fn the_offices_wish_to_compare_is_met_once() {
    let (mut phone, _, _) = holding();
    let mut wish = with(vec![]);
    wish.resync = Some(9);
    for repairs in [1, 0] {
        let mut session = phone.start();
        phone.answer(&mut session, &wish);
        assert_eq!(session.counts().repairs, repairs);
    }
}

#[test]
fn a_walk_begins_anew_if_a_repair_does_not_mend_the_sums() {
    let (mut phone, colleague, case) = holding();
    let held = [(FEED, case, &colleague.documents[&case])];
    let mut wrong = with(vec![]);
    wrong.checksum = Some(1);
    let mut session = phone.start();
    phone.answer(&mut session, &wrong);
    let asked = phone.next(&mut session);
    assert_eq!((asked.base, session.counts().repairs), (10, 1));
    let mut same = with(vec![]);
    same.checksum = Some(1);
    same.repair = Some(repaired(&asked, &held));
    phone.replica.apply(&mut session, &ok(&same)).unwrap();
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
fn a_log_that_continues_the_old_one_keeps_the_cursors_and_brings_to_light_what_it_lost() {
    let (mut phone, mut colleague, case) = holding();
    // After the backup at position 10, a colleague wrote more, and a case of theirs arrived here.
    let backed_up = colleague.documents[&case].clone();
    let lost = colleague.remark(case, "said after the backup");
    let later = colleague.create(61);
    let mut after = with(vec![page(
        FEED,
        10,
        vec![changes(1, vec![lost.bytes.clone()]), enter(12, later, &colleague.documents[&later])],
    )]);
    after.base = 14;
    phone.sync(&after);
    assert_eq!(phone.listed().len(), 2);
    let restored = LogId::from_bytes([99; 16]);
    let mut other = with(vec![]);
    other.log = restored;
    other.continues = Some(LogParent { log: LOG, pos: 10 });
    let mut session = phone.start();
    phone.answer(&mut session, &other);
    let server = [(FEED, case, &backed_up)];
    let sum = backed_up.heads().checksum(case);
    let mut handed_back = Vec::new();
    let mut first = true;
    while let Some(request) = phone.replica.next_request(&mut session).unwrap() {
        let asked = read(&request);
        if std::mem::take(&mut first) {
            assert_eq!((asked.log, asked.base), (restored, 10));
        }
        let mut told = with(vec![]);
        told.log = restored;
        told.checksum = Some(sum);
        told.repair = asked.repair.is_some().then(|| repaired(&asked, &server));
        told.recovered = u32::try_from(asked.recovered.len()).unwrap();
        handed_back.extend(asked.recovered);
        phone.replica.apply(&mut session, &ok(&told)).unwrap();
    }
    assert_eq!((session.counts().repairs, session.counts().resyncs), (1, 0));
    assert_eq!(phone.listed(), [case]);
    assert_eq!(phone.notes(case), Vec::<String>::new());
    let documents: Vec<_> = handed_back.iter().map(|one| one.document).collect();
    assert!(documents.contains(&later), "{documents:?}");
    assert!(handed_back.iter().any(|one| one.change.as_slice() == lost.bytes));
    assert_eq!(phone.replica.store.recovered(9).unwrap(), []);
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
