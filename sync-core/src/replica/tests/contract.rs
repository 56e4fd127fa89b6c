//! What every store must do. Each store runs the same list.

use crate::clock::{Stamp, Timestamp};
use crate::document::{ActorBytes, DocumentKind, Heads};
use crate::error::ErrorCode;
use crate::ids::{ChangeHash, CommandId, DocumentId, PersonId, PhotoHash, SiteId};
use crate::model::CaseSummary;
use crate::protocol::messages::{DocumentNumber, FeedNumber};
use crate::replica::{
    CaseFilter, DocumentHead, EditState, Key, MemoryStore, OutboxItem, OutboxRow, PhotoKind, PhotoRow,
    SqliteStore, Store, SummaryRow, UploadState, Write,
};

const A: DocumentId = DocumentId::from_bytes([1; 16]);
const B: DocumentId = DocumentId::from_bytes([2; 16]);

fn head(number: u64) -> DocumentHead {
    DocumentHead {
        number: Some(DocumentNumber(number)),
        actor: Some(ActorBytes::from_bytes([3; 16])),
        accepted: Heads::new([ChangeHash::from_bytes([9; 32]), ChangeHash::from_bytes([8; 32])]),
        appended: 2,
        ..DocumentHead::new(DocumentKind::Case)
    }
}

fn summary(latest: u64, site: u8) -> SummaryRow {
    SummaryRow::of(&CaseSummary {
        site: Some(SiteId::from_bytes([site; 16])),
        kind: None,
        urgency: None,
        subject: "equipment/light".into(),
        place: String::new(),
        title: String::new(),
        reported_at: None,
        latest: Stamp::from_u64(latest),
        departments: vec![],
        assignees: vec![PersonId::from_bytes([site; 16])],
        photos: 0,
        parallel: false,
    })
}

fn edit(seq: u64, document: DocumentId, state: EditState) -> OutboxRow {
    let id = u8::try_from(seq).unwrap();
    OutboxRow {
        seq,
        id: CommandId::from_bytes([id; 16]),
        command: vec![1, 2, 3].into(),
        at: Timestamp::from_millis(-5),
        envelope: vec![7; 100].into(),
        items: vec![OutboxItem {
            document,
            kind: DocumentKind::Case,
            hash: ChangeHash::from_bytes([id; 32]),
            counted: false,
        }],
        state,
        attempts: 1,
    }
}

fn photo(seq: u64, bytes: &[u8], case: DocumentId) -> PhotoRow {
    PhotoRow {
        hash: PhotoHash::of(bytes),
        seq,
        size: u64::try_from(bytes.len()).unwrap(),
        case,
        command: CommandId::from_bytes([1; 16]),
        upload: UploadState::default(),
        kind: PhotoKind::Original,
    }
}

fn store_contract(make: impl Fn() -> Box<dyn Store>) {
    values_are_replaced(make());
    documents_are_a_snapshot_and_changes(make());
    memberships_decide_who_is_homeless_and_what_the_sum_is(make());
    a_document_made_and_joined_at_once_counts_its_feeds(make());
    what_goes_leaves_what_comes_after_it_untouched(make());
    another_log_forgets_the_walk(make());
    lists_are_newest_first(make());
    the_outbox_knows_what_is_settled(make());
    photos_are_read_in_pieces(make());
    signatures_go_before_previews_and_those_before_photos(make());
    photos_of_others_go_with_their_document(make());
}

fn values_are_replaced(mut store: Box<dyn Store>) {
    assert_eq!(store.value(Key::State).unwrap(), None);
    store.commit(vec![Write::PutValue(Key::State, vec![1]), Write::PutValue(Key::State, vec![2])]).unwrap();
    store.commit(vec![Write::PutValue(Key::Signer, vec![3])]).unwrap();
    assert_eq!(store.value(Key::State).unwrap(), Some(vec![2]));
    assert_eq!(store.value(Key::Signer).unwrap(), Some(vec![3]));
}

fn documents_are_a_snapshot_and_changes(mut store: Box<dyn Store>) {
    assert_eq!((store.head(A).unwrap(), store.content(A).unwrap()), (None, None));
    store
        .commit(vec![
            Write::PutHead(A, head(u64::MAX)),
            Write::PutSnapshot(A, vec![1]),
            Write::AppendChange(A, vec![2]),
            Write::AppendChange(A, vec![3]),
        ])
        .unwrap();
    assert_eq!(store.head(A).unwrap(), Some(head(u64::MAX)));
    let content = store.content(A).unwrap().unwrap();
    assert_eq!((content.snapshot, content.changes), (vec![1], vec![vec![2], vec![3]]));
    assert_eq!(store.by_number(DocumentNumber(u64::MAX)).unwrap(), Some(A));
    assert_eq!(store.by_number(DocumentNumber(1)).unwrap(), None);
    store.commit(vec![Write::PutSnapshot(A, vec![4])]).unwrap();
    assert_eq!(store.content(A).unwrap().unwrap().changes, Vec::<Vec<u8>>::new());
    store.commit(vec![Write::PutSummary(A, summary(1, 1)), Write::DropDocument(A)]).unwrap();
    assert_eq!((store.head(A).unwrap(), store.content(A).unwrap()), (None, None));
    assert_eq!(store.summary(A).unwrap(), None);
    assert_eq!(store.heads().unwrap(), []);
}

fn memberships_decide_who_is_homeless_and_what_the_sum_is(mut store: Box<dyn Store>) {
    let (one, two) = (FeedNumber(1), FeedNumber(2));
    store.commit(vec![Write::PutHead(A, head(1)), Write::PutHead(B, head(2))]).unwrap();
    assert_eq!(store.homeless().unwrap(), [A, B]);
    assert_eq!(store.checksum().unwrap(), 0);
    store
        .commit(vec![Write::Join(one, A), Write::Join(one, A), Write::Join(two, A), Write::Join(one, B)])
        .unwrap();
    assert_eq!(store.homeless().unwrap(), []);
    assert_eq!((store.members(one).unwrap(), store.feeds_of(A).unwrap()), (vec![A, B], vec![one, two]));
    let (a, b) = (head(1).accepted.checksum(A), head(2).accepted.checksum(B));
    assert_eq!(store.checksum().unwrap(), a.wrapping_mul(2).wrapping_add(b));
    // Changing what is known of a document does not touch its memberships.
    store.commit(vec![Write::PutHead(A, DocumentHead { left: true, ..head(1) })]).unwrap();
    assert_eq!(store.feeds_of(A).unwrap(), [one, two]);
    store.commit(vec![Write::Part(one, A), Write::Part(one, A), Write::Part(two, A)]).unwrap();
    assert_eq!(store.homeless().unwrap(), [A]);
    assert_eq!(store.checksum().unwrap(), b);
    store.commit(vec![Write::DropDocument(B)]).unwrap();
    assert_eq!((store.members(one).unwrap(), store.checksum().unwrap()), (vec![], 0));
}

fn a_document_made_and_joined_at_once_counts_its_feeds(mut store: Box<dyn Store>) {
    let (one, two) = (FeedNumber(1), FeedNumber(2));
    store
        .commit(vec![
            Write::PutHead(A, head(1)),
            Write::Join(one, A),
            Write::Join(two, A),
            Write::PutHead(B, head(2)),
            Write::Join(one, B),
            Write::Part(one, B),
        ])
        .unwrap();
    assert_eq!(store.homeless().unwrap(), [B]);
    assert_eq!(store.checksum().unwrap(), head(1).accepted.checksum(A).wrapping_mul(2));
    store.commit(vec![Write::Part(one, A), Write::Part(two, A)]).unwrap();
    assert_eq!((store.homeless().unwrap(), store.checksum().unwrap()), (vec![A, B], 0));
}

fn what_goes_leaves_what_comes_after_it_untouched(mut store: Box<dyn Store>) {
    let feed = FeedNumber(1);
    let whole = |id, number, byte| {
        [
            Write::PutHead(id, head(number)),
            Write::PutSnapshot(id, vec![byte]),
            Write::AppendChange(id, vec![byte, 1]),
            Write::PutSummary(id, summary(number, byte)),
            Write::Join(feed, id),
        ]
    };
    store.commit([whole(A, 1, 1), whole(B, 2, 2)].concat()).unwrap();
    // In one commit a document goes, another is changed, and the first comes anew.
    let mut writes = vec![Write::DropDocument(B), Write::AppendChange(A, vec![1, 2])];
    writes.extend(whole(B, 3, 3));
    store.commit(writes).unwrap();
    let content = |id| store.content(id).unwrap().map(|content| (content.snapshot, content.changes)).unwrap();
    assert_eq!(content(A), (vec![1], vec![vec![1, 1], vec![1, 2]]));
    assert_eq!(content(B), (vec![3], vec![vec![3, 1]]));
    let latest = |id| store.summary(id).unwrap().unwrap().latest;
    assert_eq!((latest(A), latest(B)), (Stamp::from_u64(1), Stamp::from_u64(3)));
    assert_eq!(store.by_number(DocumentNumber(2)).unwrap(), None);
    assert_eq!((store.members(feed).unwrap(), store.homeless().unwrap()), (vec![A, B], vec![]));
}

fn another_log_forgets_the_walk(mut store: Box<dyn Store>) {
    store.commit(vec![Write::PutHead(A, head(1)), Write::Join(FeedNumber(1), A)]).unwrap();
    store.commit(vec![Write::ForgetWalk]).unwrap();
    assert_eq!(store.head(A).unwrap(), Some(DocumentHead { number: None, actor: None, ..head(1) }));
    assert_eq!((store.homeless().unwrap(), store.members(FeedNumber(1)).unwrap()), (vec![A], vec![]));
}

fn lists_are_newest_first(mut store: Box<dyn Store>) {
    let ids: Vec<_> = (1..=5).map(|n| DocumentId::from_bytes([n; 16])).collect();
    for (latest, id) in (1..).zip(&ids) {
        let row = summary(latest, u8::from(latest > 3));
        store.commit(vec![Write::PutHead(*id, head(latest)), Write::PutSummary(*id, row)]).unwrap();
    }
    let list = |filter: &CaseFilter, offset, limit| -> Vec<DocumentId> {
        store.summaries(filter, offset, limit).unwrap().into_iter().map(|item| item.id).collect()
    };
    let all = CaseFilter::default();
    assert_eq!(list(&all, 0, 10), [ids[4], ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(list(&all, 1, 2), [ids[3], ids[2]]);
    assert_eq!(list(&all, 9, 2), []);
    let here = CaseFilter { site: Some(SiteId::from_bytes([0; 16])), ..CaseFilter::default() };
    assert_eq!(list(&here, 1, 5), [ids[1], ids[0]]);
    let theirs = CaseFilter { assignee: Some(PersonId::from_bytes([1; 16])), ..CaseFilter::default() };
    assert_eq!(list(&theirs, 0, 5), [ids[4], ids[3]]);
    store.commit(vec![Write::PutSummary(ids[0], summary(99, 0)), Write::DropSummary(ids[4])]).unwrap();
    let first: Vec<_> = store.summaries(&all, 0, 2).unwrap().into_iter().map(|item| item.id).collect();
    assert_eq!(first, [ids[0], ids[3]]);
}

fn the_outbox_knows_what_is_settled(mut store: Box<dyn Store>) {
    assert_eq!(store.last_seq().unwrap(), 0);
    let rows = [
        edit(1, A, EditState::OnThisPhone),
        edit(2, A, EditState::Accepted { pos: 20 }),
        edit(3, B, EditState::Refused { code: ErrorCode::Fork, why: "no".into() }),
        edit(4, A, EditState::Waiting { missing: vec![ChangeHash::from_bytes([1; 32])] }),
    ];
    store.commit(rows.iter().cloned().map(Write::PutEdit).collect()).unwrap();
    assert_eq!(store.edits().unwrap(), rows);
    assert_eq!(store.edit(3).unwrap().as_ref(), Some(&rows[2]));
    assert_eq!(store.edit_of(CommandId::from_bytes([4; 16])).unwrap().as_ref(), Some(&rows[3]));
    let unsettled = store.unsettled().unwrap();
    let told: Vec<_> = unsettled.iter().map(|row| (row.seq, row.envelope_bytes, row.sent)).collect();
    assert_eq!(told, [(1, 100, false), (4, 100, true)]);
    assert_eq!(store.refused().unwrap(), rows[2..3]);
    assert_eq!(store.unsettled_documents().unwrap(), [(A, 1), (A, 4)]);
    store.commit(vec![Write::SetEditState(1, EditState::Accepted { pos: 21 })]).unwrap();
    assert_eq!(store.unsettled_documents().unwrap(), [(A, 4)]);
    store.commit(vec![Write::ForgetBackedUp(20)]).unwrap();
    let left: Vec<_> = store.edits().unwrap().iter().map(|row| row.seq).collect();
    assert_eq!(left, [1, 3, 4]);
    // A row made again may speak of another document.
    store.commit(vec![Write::PutEdit(edit(4, B, EditState::OnThisPhone))]).unwrap();
    assert_eq!(store.unsettled_documents().unwrap(), [(B, 4)]);
    assert_eq!(store.last_seq().unwrap(), 4);
}

fn photos_are_read_in_pieces(mut store: Box<dyn Store>) {
    let (one, two) = (photo(2, b"0123456789", A), photo(1, b"abc", A));
    store
        .commit(vec![
            Write::PutHead(A, head(1)),
            Write::PutPhoto(one.clone(), b"0123456789".to_vec()),
            Write::PutPhoto(two.clone(), b"abc".to_vec()),
            Write::PutPhoto(PhotoRow { seq: 9, ..two.clone() }, b"abc".to_vec()),
        ])
        .unwrap();
    assert_eq!(store.photos_owed().unwrap(), [two.clone(), one.clone()]);
    let read = |offset, length| store.photo_bytes(one.hash, offset, length).unwrap().unwrap();
    assert_eq!(
        (read(0, 4), read(8, 4), read(10, 4), read(99, 4)),
        (b"0123".to_vec(), b"89".to_vec(), vec![], vec![])
    );
    assert_eq!(store.photo_bytes(PhotoHash::of(b"none"), 0, 1).unwrap(), None);
    let stored = UploadState { stored: true, ..UploadState::default() };
    store.commit(vec![Write::SetUpload(one.hash, stored.clone())]).unwrap();
    assert_eq!(store.photos_owed().unwrap(), std::slice::from_ref(&two));
    assert_eq!(store.photo(one.hash).unwrap().unwrap().upload, stored);
    // With its case go the photos that the server has; the others are still owed.
    store.commit(vec![Write::DropDocument(A)]).unwrap();
    assert_eq!(store.photo(one.hash).unwrap(), None);
    assert_eq!(store.photo_bytes(one.hash, 0, 4).unwrap(), None);
    assert!(store.photo(two.hash).unwrap().is_some());
    store.commit(vec![Write::DropPhoto(two.hash)]).unwrap();
    assert_eq!(store.photo_bytes(two.hash, 0, 1).unwrap(), None);
}

fn signatures_go_before_previews_and_those_before_photos(mut store: Box<dyn Store>) {
    let of = |seq, bytes: &[u8], kind| PhotoRow { kind, ..photo(seq, bytes, A) };
    let rows = [
        of(1, b"a", PhotoKind::Original),
        of(2, b"b", PhotoKind::Preview),
        of(3, b"c", PhotoKind::Small),
        of(4, b"d", PhotoKind::Preview),
        of(5, b"e", PhotoKind::Strokes),
    ];
    store.commit(rows.iter().map(|row| Write::PutPhoto(row.clone(), b"x".to_vec())).collect()).unwrap();
    let order: Vec<u64> = store.photos_owed().unwrap().iter().map(|row| row.seq).collect();
    assert_eq!(order, [5, 2, 4, 3, 1]);
}

fn photos_of_others_go_with_their_document(mut store: Box<dyn Store>) {
    let stored = UploadState { stored: true, ..UploadState::default() };
    let fetched =
        |bytes: &[u8]| PhotoRow { kind: PhotoKind::Fetched, upload: stored.clone(), ..photo(0, bytes, A) };
    let (theirs, both) = (fetched(b"theirs"), fetched(b"both"));
    let half = PhotoHash::of(b"half a photo");
    store
        .commit(vec![
            Write::PutHead(A, head(1)),
            Write::PutPhoto(theirs.clone(), b"theirs".to_vec()),
            Write::PutPhoto(both.clone(), b"both".to_vec()),
            Write::PutPart(half, A, 5, b"a ph".to_vec()),
            Write::PutPart(half, A, 0, b"half ".to_vec()),
        ])
        .unwrap();
    assert_eq!(store.photos_owed().unwrap(), []);
    assert_eq!(store.parts(half).unwrap(), b"half a ph");
    // Somebody names a photo here that was fetched before: now this device owes it, and keeps it.
    let own = photo(3, b"both", B);
    store.commit(vec![Write::PutPhoto(own.clone(), b"both".to_vec())]).unwrap();
    assert_eq!(store.photos_owed().unwrap(), std::slice::from_ref(&own));
    store.commit(vec![Write::PutPhoto(both, b"both".to_vec()), Write::DropDocument(A)]).unwrap();
    assert_eq!((store.photo(theirs.hash).unwrap(), store.parts(half).unwrap()), (None, vec![]));
    assert_eq!(store.photo_bytes(theirs.hash, 0, 9).unwrap(), None);
    assert_eq!(store.photo_bytes(own.hash, 0, 9).unwrap(), Some(b"both".to_vec()));
    store.commit(vec![Write::PutPart(half, B, 0, b"half".to_vec()), Write::DropParts(half)]).unwrap();
    assert_eq!(store.parts(half).unwrap(), b"");
}

#[test]
fn the_store_in_memory_keeps_the_contract() {
    store_contract(|| Box::new(MemoryStore::new()));
}

#[test]
fn the_store_on_sqlite_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let files = std::cell::Cell::new(0);
    store_contract(|| {
        files.set(files.get() + 1);
        Box::new(SqliteStore::open(dir.path().join(format!("{}.db", files.get()))).unwrap())
    });
}
