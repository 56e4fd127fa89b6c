//! Commands are on disk when they return, or have changed nothing.

use super::phone::{Phone, SITE, new_case};
use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{DocumentId, PersonId, PhotoHash};
use crate::model::{
    Classification, ContactDetails, Department, Fact, NewEntry, PhotoRole, Role, SignOffOutcome,
    SignOffSubject, Urgency,
};
use crate::protocol::envelope::Envelope;
use crate::replica::store::{DocumentHead, Store, StoreError, SummaryRow};
use crate::replica::{EditState, MemoryStore, Replica, SignOffResult};

#[test]
fn every_command_is_still_there_after_the_process_was_killed() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    phone = phone.restarted();
    let order = phone.replica.dispatch(case, Department::Engineering, None).unwrap();
    phone = phone.restarted();
    phone.replica.assign(case, order, PersonId::from_bytes([9; 16])).unwrap();
    phone = phone.restarted();
    let urgent = Classification { urgency: Some(Urgency::Urgent), ..Classification::default() };
    phone.replica.classify(case, urgent).unwrap();
    phone = phone.restarted();
    phone.replica.describe(case, "楼道灯不亮", "三楼楼道灯不亮").unwrap();
    phone = phone.restarted();
    phone.replica.record(case, Some(order), NewEntry::now(Fact::Completed, "换灯泡")).unwrap();
    phone = phone.restarted();
    let photo = phone.replica.add_photo(case, b"picture", PhotoRole::After, "").unwrap();
    phone = phone.restarted();
    let shown = phone.replica.statement(case, Some(order), SignOffSubject::Completion).unwrap();
    let result = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::Signed,
        signer: "李女士",
        relation: "owner",
        strokes_png: Some(b"strokes"),
        shown: &shown,
    };
    phone.replica.sign_off(case, Some(order), &result).unwrap();
    phone = phone.restarted();
    phone
        .replica
        .write_contact(case, ContactDetails { phone: Some("555".into()), ..ContactDetails::default() })
        .unwrap();
    phone = phone.restarted();

    let read = phone.replica.case(case).unwrap().unwrap();
    assert_eq!(read.description, "三楼楼道灯不亮");
    assert_eq!(read.urgency.shown(), Some(&Urgency::Urgent));
    assert_eq!(read.orders[0].assignee.shown(), Some(&PersonId::from_bytes([9; 16])));
    assert_eq!(read.entries.last().unwrap().note, "换灯泡");
    assert_eq!(read.sign_offs[0].shown, shown.text);
    let contact = phone.replica.contact(case).unwrap().unwrap();
    assert_eq!(contact.phone.shown().map(String::as_str), Some("555"));
    assert_eq!(contact.signatures[0].signer, "李女士");
    assert_eq!(phone.replica.photo(photo).unwrap().as_deref(), Some(&b"picture"[..]));
    assert_eq!(phone.replica.photo(PhotoHash::of(b"strokes")).unwrap().as_deref(), Some(&b"strokes"[..]));
    let what: Vec<_> = phone.replica.edits().unwrap().into_iter().map(|edit| edit.what).collect();
    let told = "create_case dispatch assign classify describe record add_photo sign_off write_contact";
    assert_eq!(what.join(" "), told);
    let status = phone.replica.status().unwrap();
    assert_eq!((status.pending_edits, status.photos_owed, status.refused), (9, 2, 0));
}

#[test]
fn the_summary_in_the_list_is_what_the_document_says() {
    let mut phone = Phone::of(Role::Technician);
    let case = phone.create();
    for round in 0..40 {
        phone.remark(case, &format!("{round}"));
    }
    phone = phone.restarted();
    let listed = phone.replica.cases(&crate::replica::CaseFilter::default(), 0, 10).unwrap();
    let read = phone.replica.case(case).unwrap().unwrap();
    assert_eq!(listed[0].summary, crate::model::CaseSummary::of(&read));
    assert_eq!(read.entries.len(), 41);
}

#[test]
fn an_envelope_in_the_outbox_is_signed_by_the_phones_key_and_names_the_person() {
    let mut phone = Phone::of(Role::Guard);
    phone.create();
    let row = phone.replica.store.edits().unwrap().remove(0);
    let scanned = Envelope::open(&row.envelope).unwrap();
    scanned.verify(&phone.replica.public_key()).unwrap();
    assert_eq!(scanned.envelope.person, super::phone::PERSON);
    assert_eq!(scanned.changes[0].note.unwrap().command, row.id);
    assert_eq!(scanned.envelope.claim.token.unwrap().token, "t0");
}

#[test]
fn a_command_without_the_right_to_it_changes_nothing() {
    let mut phone = Phone::of(Role::Guard);
    let case = phone.create();
    let details = ContactDetails { phone: Some("555".into()), ..ContactDetails::default() };
    let refused: Refusal = phone.replica.write_contact(case, details).unwrap_err();
    assert_eq!(refused.code, ErrorCode::CommandNotPermitted);
    let mut elsewhere = new_case();
    elsewhere.site = crate::ids::SiteId::from_bytes([99; 16]);
    assert!(phone.replica.create_case(elsewhere).is_err());
    assert_eq!(phone.replica.edits().unwrap().len(), 1);
}

#[test]
fn a_refused_command_names_its_reason_and_changes_nothing() {
    let mut phone = Phone::of(Role::Technician);
    let case = phone.create();
    let empty = phone.replica.add_photo(case, b"", PhotoRole::Before, "");
    assert_eq!(empty.unwrap_err().code, ErrorCode::PhotoEmpty);
    let unknown = DocumentId::from_bytes([77; 16]);
    let entry = NewEntry::now(Fact::Arrived(Default::default()), "");
    assert_eq!(phone.replica.record(unknown, None, entry).unwrap_err().code, ErrorCode::DocumentUnknown);
    let long = "x".repeat(20_001);
    assert_eq!(phone.replica.describe(case, "", &long).unwrap_err().code, ErrorCode::TextTooLong);
    assert_eq!(phone.replica.edits().unwrap().len(), 1);
    assert_eq!(phone.replica.status().unwrap().photos_owed, 0);
}

#[test]
fn a_replica_that_is_not_enrolled_says_so() {
    let mut phone = Phone::fresh();
    assert_eq!(phone.replica.create_case(new_case()).unwrap_err().code, ErrorCode::NotEnrolled);
    let mut session = phone.start();
    assert_eq!(phone.replica.next_request(&mut session).unwrap_err().code, ErrorCode::NotEnrolled);
}

#[test]
fn a_key_made_here_is_the_same_after_a_restart() {
    let phone = Phone::fresh();
    let key = phone.replica.public_key();
    assert_eq!(phone.restarted().replica.public_key(), key);
}

#[test]
fn saying_what_is_already_so_makes_no_edit() {
    let mut phone = Phone::of(Role::Technician);
    let case = phone.create();
    let same = Classification { urgency: Some(Urgency::General), ..Classification::default() };
    phone.replica.classify(case, same).unwrap();
    assert_eq!(phone.replica.edits().unwrap().len(), 1);
}

/// A store that reads well and cannot write.
struct FullDisk(MemoryStore);

macro_rules! reads {
    ($( $name:ident($($arg:ident: $type:ty),*) -> $gives:ty; )*) => {
        $( fn $name(&self, $($arg: $type),*) -> Result<$gives, StoreError> { self.0.$name($($arg),*) } )*
    };
}

impl Store for FullDisk {
    reads! {
        value(key: crate::replica::Key) -> Option<Vec<u8>>;
        head(id: DocumentId) -> Option<DocumentHead>;
        content(id: DocumentId) -> Option<crate::replica::DocumentContent>;
        heads() -> Vec<(DocumentId, DocumentHead)>;
        by_number(number: crate::protocol::messages::DocumentNumber) -> Option<DocumentId>;
        homeless() -> Vec<DocumentId>;
        checksum() -> u64;
        members(feed: crate::protocol::messages::FeedNumber) -> Vec<DocumentId>;
        feeds_of(id: DocumentId) -> Vec<crate::protocol::messages::FeedNumber>;
        summary(id: DocumentId) -> Option<crate::model::CaseSummary>;
        summaries(filter: &crate::replica::CaseFilter, offset: usize, limit: usize)
            -> Vec<crate::replica::CaseListItem>;
        last_seq() -> u64;
        edit(seq: u64) -> Option<crate::replica::OutboxRow>;
        edit_of(command: crate::ids::CommandId) -> Option<crate::replica::OutboxRow>;
        edits() -> Vec<crate::replica::OutboxRow>;
        refused() -> Vec<crate::replica::OutboxRow>;
        unsettled() -> Vec<crate::replica::Unsettled>;
        unsettled_documents() -> Vec<(DocumentId, u64)>;
        photo(hash: PhotoHash) -> Option<crate::replica::PhotoRow>;
        photos_owed() -> Vec<crate::replica::PhotoRow>;
        parts(hash: PhotoHash) -> Vec<u8>;
        photo_bytes(hash: PhotoHash, offset: u64, length: usize) -> Option<Vec<u8>>;
        recovered(limit: usize) -> Vec<crate::protocol::messages::RecoveredChange>;
    }

    fn commit(&mut self, _: Vec<crate::replica::Write>) -> Result<(), StoreError> {
        Err(StoreError::Failed("disk full".into()))
    }
}

#[test]
fn a_command_that_cannot_be_written_leaves_memory_as_the_disk_is() {
    let mut phone = Phone::of(Role::Technician);
    let case = phone.create();
    let before = phone.replica.case(case).unwrap();
    // The same state in memory, behind a disk that is full.
    let mut copy = MemoryStore::new();
    let head = phone.replica.store.head(case).unwrap().unwrap();
    let content = phone.replica.store.content(case).unwrap().unwrap();
    let summary = phone.replica.store.summary(case).unwrap().unwrap();
    copy.commit(vec![
        crate::replica::Write::PutHead(case, head),
        crate::replica::Write::PutSnapshot(case, content.snapshot),
        crate::replica::Write::PutSummary(case, SummaryRow::of(&summary)),
    ])
    .unwrap();
    phone.replica.store = Box::new(FullDisk(copy));
    let entry = NewEntry::now(Fact::Arrived(Default::default()), "");
    let refused = phone.replica.record(case, None, entry).unwrap_err();
    assert_eq!(refused.code, ErrorCode::StoreFailed);
    assert_eq!(phone.replica.case(case).unwrap(), before);
    assert_eq!(phone.replica.photo(PhotoHash::of(b"p")).unwrap(), None);
    assert!(phone.replica.add_photo(case, b"p", PhotoRole::Before, "").is_err());
    assert_eq!(phone.replica.case(case).unwrap(), before);
}

#[test]
fn a_replica_may_move_to_another_thread() {
    fn send<T: Send>() {}
    send::<Replica>();
}

#[test]
fn an_edit_starts_on_this_phone() {
    let mut phone = Phone::of(Role::Guard);
    let case = phone.create();
    let edit = phone.replica.edits().unwrap().remove(0);
    assert_eq!((edit.document, edit.what, edit.state), (case, "create_case", EditState::OnThisPhone));
    assert_eq!(phone.replica.store.head(case).unwrap().unwrap().kind, DocumentKind::Case);
    assert_eq!(phone.replica.case(case).unwrap().unwrap().site, Some(SITE));
}
