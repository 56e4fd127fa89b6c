//! What the phone does with each verdict.

use super::phone::{Colleague, FEED, NOON, Phone, accepted, enter, page, quarantined, reply};
use crate::clock::Timestamp;
use crate::document::DocumentKind;
use crate::error::ErrorCode;
use crate::ids::{ChangeHash, CommandId, PhotoHash};
use crate::model::{Classification, Fact, NewEntry, Role, SignOffOutcome, SignOffSubject, Urgency};
use crate::protocol::envelope::Envelope;
use crate::protocol::messages::{SyncRequest, Verdict};
use crate::replica::{EditState, SignOffResult, SyncBudget};

fn states(phone: &Phone) -> Vec<EditState> {
    phone.replica.edits().unwrap().into_iter().map(|edit| edit.state).collect()
}

/// The commands in a request, by the notes in their changes.
fn commands(request: &SyncRequest) -> Vec<CommandId> {
    let scanned = request.envelopes.iter().map(|envelope| Envelope::open(envelope).unwrap());
    scanned.map(|scanned| scanned.changes[0].note.unwrap().command).collect()
}

#[test]
fn an_accepted_edit_is_kept_until_a_backup_holds_it() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let document = phone.document(case);
    let mut first = reply(vec![accepted(7)]);
    first.pages = vec![page(FEED, 0, vec![enter(1, case, &document)])];
    first.checksum = Some(document.heads().checksum(case));
    let session = phone.sync(&first);
    assert_eq!(session.counts().accepted, 1);
    assert_eq!((session.counts().round_trips, session.counts().resyncs), (1, 0));
    assert_eq!(states(&phone), [EditState::Accepted { pos: 7 }]);
    let mut backed_up = reply(vec![]);
    backed_up.backed_up = 6;
    phone.sync(&backed_up);
    assert_eq!(states(&phone).len(), 1);
    backed_up.backed_up = 7;
    phone.sync(&backed_up);
    assert_eq!(states(&phone), []);
    assert_eq!(phone.listed(), [case]);
}

#[test]
fn heads_of_accepted_edits_advance_change_by_change() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    phone.remark(case, "one");
    phone.remark(case, "two");
    let mut first = reply(vec![accepted(7), accepted(8), accepted(9)]);
    first.pages = vec![page(FEED, 0, vec![enter(1, case, &phone.document(case))])];
    first.checksum = Some(phone.document(case).heads().checksum(case));
    assert_eq!(phone.sync(&first).counts().resyncs, 0);
    phone.remark(case, "three");
    phone.remark(case, "four");
    let mut second = reply(vec![accepted(11), accepted(12)]);
    second.checksum = Some(phone.document(case).heads().checksum(case));
    assert_eq!(phone.sync(&second).counts().resyncs, 0);
    let head = phone.replica.store.head(case).unwrap().unwrap();
    assert_eq!(head.accepted, phone.document(case).heads());
}

#[test]
fn a_refused_edit_is_taken_out_and_the_later_one_that_stands_without_it_stays() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let other = phone.create();
    phone.remark(case, "refused");
    phone.remark(case, "later");
    phone.remark(other, "elsewhere");
    let mut session = phone.start();
    phone.answer(&mut session, &{
        let verdicts = vec![
            accepted(1),
            accepted(2),
            quarantined(ErrorCode::RoleNotPermitted),
            quarantined(ErrorCode::DependencyRefused),
            accepted(3),
        ];
        let mut reply = reply(verdicts);
        reply.more = true;
        reply
    });
    assert_eq!(phone.notes(case), ["later"]);
    assert_eq!(phone.notes(other), ["elsewhere"]);
    let again = phone.next(&mut session);
    let edits = phone.replica.edits().unwrap();
    assert_eq!(commands(&again), [edits[3].command]);
    let scanned = Envelope::open(&again.envelopes[0]).unwrap();
    let accepted_heads = phone.replica.store.head(case).unwrap().unwrap().accepted;
    assert!(scanned.changes[0].deps.iter().eq(accepted_heads.iter()));
    assert_eq!(scanned.changes[0].seq, 1, "a new actor begins anew");
    let refused = phone.replica.refused().unwrap();
    assert_eq!(refused.len(), 1);
    let EditState::Refused { code, .. } = &refused[0].state else { panic!("refused") };
    assert_eq!(*code, ErrorCode::RoleNotPermitted);
    let crate::model::Command::Record { new, .. } = &refused[0].asked else { panic!("a record") };
    assert_eq!(new.note, "refused", "nothing anybody typed disappears");
    // It is the same on disk.
    phone = phone.restarted();
    assert_eq!(phone.notes(case), ["later"]);
    assert_eq!(session.counts().refused, 1);
}

#[test]
fn edits_made_while_the_refusal_was_on_its_way_are_made_again_too() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    phone.remark(case, "refused");
    let mut session = phone.start();
    phone.next(&mut session);
    phone.remark(case, "meanwhile");
    let verdicts = vec![accepted(1), quarantined(ErrorCode::ChangeNotPermitted)];
    phone.replica.apply(&mut session, &super::phone::ok(&reply(verdicts))).unwrap();
    assert_eq!(phone.notes(case), ["meanwhile"]);
    let sent = phone.next(&mut session);
    let scanned = Envelope::open(&sent.envelopes[0]).unwrap();
    let accepted_heads = phone.replica.store.head(case).unwrap().unwrap().accepted;
    assert!(scanned.changes[0].deps.iter().eq(accepted_heads.iter()));
}

#[test]
fn a_clock_ahead_is_corrected_and_the_edit_made_again_with_the_same_ids() {
    let mut phone = Phone::of(Role::Reception);
    phone.set_wall(NOON + 3_600_000);
    phone = phone.restarted();
    // Enrolled at noon by both clocks; since then somebody set the phone's an hour ahead and restarted it.
    {
        let mut clock = phone.replica.meta.clone();
        clock.server_clock = None;
        phone.replica.meta = clock;
    }
    let case = phone.create();
    let entry = phone.remark(case, "lift");
    let mut session = phone.start();
    let ahead = quarantined(ErrorCode::ClockAhead);
    phone.answer(&mut session, &reply(vec![ahead.clone(), quarantined(ErrorCode::DependencyRefused)]));
    let again = phone.next(&mut session);
    assert_eq!(again.envelopes.len(), 2);
    for envelope in &again.envelopes {
        let note = Envelope::open(envelope).unwrap().changes[0].note.unwrap();
        assert!(note.stamp.wall() <= Timestamp::from_millis(NOON + 1_000), "{:?}", note.stamp);
        assert_eq!(note.claimed_at, Timestamp::from_millis(NOON + 3_600_000), "the claim stays a claim");
    }
    assert_eq!(phone.replica.case(case).unwrap().unwrap().entries[1].id, entry);
    phone.replica.apply(&mut session, &super::phone::ok(&reply(vec![ahead.clone(), ahead.clone()]))).unwrap();
    phone.answer(&mut session, &reply(vec![ahead.clone(), ahead.clone()]));
    phone.answer(&mut session, &reply(vec![ahead.clone(), ahead]));
    phone.done(&mut session);
    assert_eq!(phone.replica.refused().unwrap().len(), 2, "after three tries it is told to the person");
    assert_eq!(phone.listed(), []);
}

#[test]
fn a_fork_is_made_again_under_a_new_actor() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let mut session = phone.start();
    let first = phone.next(&mut session);
    phone.replica.apply(&mut session, &super::phone::ok(&reply(vec![Verdict::Fork]))).unwrap();
    let second = phone.next(&mut session);
    assert_eq!(commands(&first), commands(&second));
    let actor =
        |request: &SyncRequest| Envelope::open(&request.envelopes[0]).unwrap().changes[0].actor.clone();
    assert_ne!(actor(&first), actor(&second));
    phone.replica.apply(&mut session, &super::phone::ok(&reply(vec![accepted(1)]))).unwrap();
    assert_eq!(phone.replica.edits().unwrap()[0].state, EditState::Accepted { pos: 1 });
    assert_eq!(phone.replica.edits().unwrap()[0].document, case);
}

#[test]
fn what_the_office_already_did_is_taken_out_and_not_sent_again() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    phone.remark(case, "salvaged");
    let command = phone.replica.edits().unwrap()[1].command;
    let mut first = reply(vec![accepted(1), Verdict::Superseded { command }]);
    let mut colleague = Colleague::new(50);
    colleague.documents.insert(case, phone.document(case));
    first.pages = vec![page(FEED, 0, vec![enter(1, case, &phone.document(case))])];
    phone.sync(&first);
    assert_eq!(states(&phone)[1], EditState::Superseded);
}

#[test]
fn a_waiting_edit_is_not_sent_twice_in_one_session_and_is_in_the_next() {
    let mut phone = Phone::of(Role::Reception);
    phone.create();
    let missing = vec![ChangeHash::from_bytes([3; 32])];
    let waits = reply(vec![Verdict::Pending { missing: missing.clone() }]);
    phone.sync(&waits);
    assert_eq!(states(&phone), [EditState::Waiting { missing }]);
    let mut session = phone.start();
    assert_eq!(phone.next(&mut session).envelopes.len(), 1);
}

#[test]
fn of_an_edit_in_two_documents_only_the_refused_part_is_made_again() {
    let mut phone = Phone::of(Role::Technician);
    let case = phone.create();
    let shown = phone.replica.statement(case, None, SignOffSubject::Completion).unwrap();
    let result = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::Signed,
        signer: "李女士",
        relation: "owner",
        strokes_png: Some(b"strokes"),
        shown: &shown,
    };
    phone.replica.sign_off(case, None, &result).unwrap();
    let mut session = phone.start();
    let mut answer = reply(vec![accepted(1)]);
    answer.verdicts.push(vec![accepted(2), Verdict::Fork]);
    answer.more = true;
    phone.answer(&mut session, &answer);
    let again = phone.next(&mut session);
    let scanned = Envelope::open(&again.envelopes[0]).unwrap();
    let kinds: Vec<_> = scanned.envelope.items.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [DocumentKind::Contact]);
    phone.replica.apply(&mut session, &super::phone::ok(&reply(vec![accepted(3)]))).unwrap();
    assert_eq!(phone.replica.edits().unwrap()[1].state, EditState::Accepted { pos: 3 });
    assert!(phone.replica.store.photo(PhotoHash::of(b"strokes")).unwrap().is_some());
}

#[test]
fn what_was_written_in_a_case_whose_start_was_refused_is_refused_with_it() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    phone.remark(case, "on nothing");
    let verdicts = vec![quarantined(ErrorCode::SiteNotPermitted), quarantined(ErrorCode::DependencyRefused)];
    phone.sync(&reply(verdicts));
    let codes: Vec<_> = states(&phone)
        .into_iter()
        .filter_map(|state| if let EditState::Refused { code, .. } = state { Some(code) } else { None })
        .collect();
    assert_eq!(codes, [ErrorCode::SiteNotPermitted, ErrorCode::DependencyRefused]);
    assert_eq!(phone.replica.case(case).unwrap(), None);
    assert_eq!(phone.replica.document_heads().unwrap(), []);
}

#[test]
fn what_cannot_be_made_again_and_was_never_sent_goes_to_the_office_as_it_was_first_made() {
    let mut phone = Phone::of(Role::Reception);
    let case = phone.create();
    let mut session = phone.replica.start_sync(SyncBudget::default());
    let sent = phone.next(&mut session);
    assert_eq!(sent.envelopes.len(), 1);
    phone.remark(case, "written while the first was under way");
    let mut refused = reply(vec![quarantined(ErrorCode::SiteNotPermitted)]);
    refused.more = true;
    phone.replica.apply(&mut session, &super::phone::ok(&refused)).unwrap();
    assert_eq!(states(&phone)[1], EditState::OnThisPhone, "the office has not seen it");
    let again = phone.next(&mut session);
    assert_eq!(again.envelopes.len(), 1);
    phone
        .replica
        .apply(&mut session, &super::phone::ok(&reply(vec![quarantined(ErrorCode::DependencyRefused)])))
        .unwrap();
    assert!(matches!(states(&phone)[1], EditState::Refused { code: ErrorCode::DependencyRefused, .. }));
    assert_eq!(phone.replica.document_heads().unwrap(), []);
}

#[test]
fn a_parallel_edit_of_somebody_else_survives_the_rebase_of_mine() {
    let mut phone = Phone::of(Role::Reception);
    let mut colleague = Colleague::new(50);
    let case = colleague.create(60);
    let mut first = reply(vec![]);
    first.pages = vec![page(FEED, 0, vec![enter(1, case, &colleague.documents[&case])])];
    phone.sync(&first);
    let urgent = Classification { urgency: Some(Urgency::Urgent), ..Classification::default() };
    phone.replica.classify(case, urgent).unwrap();
    phone.replica.record(case, None, NewEntry::now(Fact::Arrived(Default::default()), "mine")).unwrap();
    let theirs = colleague.remark(case, "theirs");
    let verdicts = vec![quarantined(ErrorCode::RoleNotPermitted), quarantined(ErrorCode::DependencyRefused)];
    let mut second = reply(verdicts);
    second.pages = vec![page(
        FEED,
        10,
        vec![crate::protocol::messages::PageDocument::Changes {
            number: crate::protocol::messages::DocumentNumber(1),
            changes: vec![theirs.bytes.into()],
        }],
    )];
    let mut session = phone.replica.start_sync(SyncBudget::default());
    phone.answer(&mut session, &second);
    let mut notes = phone.notes(case);
    notes.sort();
    assert_eq!(notes, ["mine", "theirs"]);
    let read = phone.replica.case(case).unwrap().unwrap();
    assert_eq!(read.urgency.all(), [Urgency::General]);
}
