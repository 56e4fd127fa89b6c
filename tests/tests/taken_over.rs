//! A phone writes, offline, what its person may not write any more. Nothing of it is lost: the office takes it
//! over, and everybody ends up with the same, once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::log;
use roundsman_server::projection;
use roundsman_server::projection::queries::{
    self, ChangeName, QuarantineQuery, Reach, RefusedDetails, RefusedState,
};
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{BootId, DocumentId, OrderId, SiteId};
use roundsman_sync_core::limits::LOST_RIGHT_COUNTS_MS;
use roundsman_sync_core::model::{
    Case, CaseKind, Channel, Department, Fact, Liability, NewCase, NewEntry, NewOrder, OrderSorting, Place,
    Role, Urgency,
};
use roundsman_sync_core::protocol::reason;
use roundsman_sync_core::replica::{EditState, Environment, MemoryStore, Replica, SyncBudget, SyncSession};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct StoppedClock;

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: NOW, boot_ms: 0, boot: BootId::from_bytes([1; 16]) }
    }
}

struct Estate {
    _dir: tempfile::TempDir,
    service: Service,
    site: SiteId,
    rng: ChaCha8Rng,
}

impl Estate {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let folder = DataFolder::init(&dir.path().join("server"), "锦绣物业", NOW, &mut rng).unwrap();
        let service = service_of(&folder).unwrap();
        let desk = Sitting { person: service.identity().desk, now: NOW };
        let site = service
            .write::<_, OfficeError>(|batch, office| office.add_site(batch, &mut rng, desk, "锦绣花园"))
            .unwrap();
        Self { _dir: dir, service, site, rng }
    }

    fn desk(&self) -> Sitting {
        Sitting { person: self.service.identity().desk, now: NOW }
    }

    fn add(&mut self, name: &str, role: Role) -> roundsman_sync_core::ids::PersonId {
        let newcomer = Newcomer { name: name.to_owned(), site: self.site, role, department: None };
        let (desk, rng) = (self.desk(), &mut self.rng);
        self.service
            .write::<_, OfficeError>(|batch, office| office.add_person(batch, rng, desk, &newcomer))
            .unwrap()
    }

    fn phone(&mut self, name: &str, role: Role) -> Replica {
        let person = self.add(name, role);
        let (desk, rng) = (self.desk(), &mut self.rng);
        let code = self
            .service
            .write::<_, OfficeError>(|batch, office| Ok(office.invite(batch, rng, desk, person)?.reveal()))
            .unwrap();
        let own = ChaCha8Rng::seed_from_u64(name.len() as u64 + 7);
        let environment = Environment { clock: Box::new(StoppedClock), rng: Box::new(own) };
        let mut phone = Replica::open(Box::new(MemoryStore::default()), environment, None).unwrap();
        let request = phone.enrol_request(&code, "红米 12").unwrap();
        phone.enrol_apply(&self.service.handle(NOW, &mut self.rng, &request)).unwrap();
        phone
    }

    /// One request and its reply; false when the session has nothing more to ask.
    fn step(&mut self, phone: &mut Replica, session: &mut SyncSession) -> bool {
        let Some(request) = phone.next_request(session).unwrap() else { return false };
        phone.apply(session, &self.service.handle(NOW, &mut self.rng, &request)).unwrap();
        true
    }

    fn sync(&mut self, phone: &mut Replica) {
        let mut session = phone.start_sync(SyncBudget::default());
        while self.step(phone, &mut session) {}
        assert_eq!(session.counts().resyncs, 0);
    }

    /// The person is a guard and nothing else, and has been for longer than a right counts of whose loss one has not
    /// heard.
    fn demote(&mut self, phone: &Replica, name: &str) {
        let (mut desk, person, site) = (self.desk(), phone.enrolled().unwrap().person, self.site);
        desk.now = desk.now.plus_millis(-LOST_RIGHT_COUNTS_MS - 1);
        self.service
            .write::<_, OfficeError>(|batch, office| {
                Ok(office.take_role(batch, desk, person, site, Role::Supervisor)?)
            })
            .unwrap();
        self.add(name, Role::Guard);
    }

    /// What is refused, the first received first.
    fn refused(&self, state: Option<RefusedState>) -> Vec<RefusedDetails> {
        let person = self.desk().person;
        self.service
            .read::<_, DatabaseError>(|read| {
                let reach = Reach::load(read, person)?;
                let query = QuarantineQuery { state, limit: 50, ..QuarantineQuery::default() };
                let rows = queries::quarantine(read, &reach, &query)?.rows;
                let all = rows.iter().rev().map(|row| queries::refused_change(read, &reach, row.id));
                all.map(|one| Ok(one?.unwrap())).collect()
            })
            .unwrap()
    }

    fn salvage(&mut self, changes: &[ChangeName]) {
        let (desk, rng) = (self.desk(), &mut self.rng);
        self.service
            .write::<_, OfficeError>(|batch, office| office.salvage(batch, rng, desk, changes))
            .unwrap();
    }

    /// Everybody has the same, the log makes the same tables, and a further sync brings nothing.
    fn assert_settled(&mut self, phones: &mut [&mut Replica], case: DocumentId) -> Case {
        let known = phones[0].case(case).unwrap().unwrap();
        for phone in phones {
            assert_eq!(phone.case(case).unwrap().unwrap(), known);
            assert_eq!(phone.status().unwrap().pending_edits, 0);
            let head = self.service.read(|db| log::head(db)).unwrap();
            self.sync(phone);
            assert_eq!(self.service.read(|db| log::head(db)).unwrap(), head, "nothing is sent twice");
        }
        assert_eq!(self.service.read(|db| projection::compare(db)).unwrap(), []);
        known
    }
}

fn leak(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Patrol,
        site,
        place: Place { spot: Some("地库".to_owned()), ..Place::default() },
        description: "管道漏水".to_owned(),
        subject: "equipment/pipe".to_owned(),
        urgency: Urgency::Urgent,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

fn remark(phone: &mut Replica, case: DocumentId, order: Option<OrderId>, note: &str) {
    phone.record(case, order, NewEntry::now(Fact::Remark, note)).unwrap();
}

/// An order that only a supervisor may give like this, a remark about it and a remark about the case: written
/// offline, while the office takes the role.
fn written_in_vain(estate: &mut Estate) -> (Replica, DocumentId, OrderId) {
    let mut phone = estate.phone("赵建国", Role::Supervisor);
    estate.sync(&mut phone);
    let case = phone.create_case(leak(estate.site)).unwrap();
    let own = phone.enrolled().unwrap().person;
    phone.dispatch(case, Department::Security, Some(own)).unwrap();
    estate.sync(&mut phone);
    let sorting = OrderSorting { liability: Some(Liability::Warranty), ..OrderSorting::default() };
    let new = NewOrder { sorting, ..NewOrder::default() };
    let order = phone.dispatch_order(case, Department::Engineering, None, new).unwrap();
    remark(&mut phone, case, Some(order), "阀门在三号柱旁");
    remark(&mut phone, case, None, "已拉警戒线");
    estate.demote(&phone, "赵建国");
    (phone, case, order)
}

fn states(phone: &Replica) -> Vec<EditState> {
    phone.edits().unwrap().into_iter().skip(2).map(|edit| edit.state).collect()
}

fn notes(case: &Case) -> Vec<&str> {
    case.entries.iter().map(|entry| entry.note.as_str()).filter(|note| !note.is_empty()).collect()
}

#[test]
fn what_a_phone_may_not_write_is_taken_over_and_what_built_on_it_is_made_again_once() {
    let mut estate = Estate::new();
    let (mut phone, case, order) = written_in_vain(&mut estate);
    estate.sync(&mut phone);
    let before = states(&phone);
    let [EditState::Refused { code, .. }, EditState::Refused { code: below, .. }, EditState::Accepted { .. }] =
        before.as_slice()
    else {
        panic!("{before:?}");
    };
    assert_eq!((*code, *below), (ErrorCode::RoleNotPermitted, ErrorCode::DependencyRefused));
    let told: Vec<_> = phone.refused().unwrap().iter().map(|edit| edit.state.reason()).collect();
    assert_eq!(told, [Some(reason(*code)), Some(reason(*below))]);

    let open = estate.refused(Some(RefusedState::Open));
    let codes: Vec<_> = open.iter().map(|one| one.line.code.as_str()).collect();
    assert_eq!(codes, ["role_not_permitted", "dependency_refused"]);
    assert_eq!(open[0].dependents.len(), 2, "{:?}", open[0].dependents);
    let again: Vec<_> = open[0].dependents.iter().map(|one| one.state).collect();
    assert_eq!(again, [Some(RefusedState::Open), Some(RefusedState::MadeAgain)]);
    estate.salvage(&[open[0].line.id]);

    estate.sync(&mut phone);
    let after = states(&phone);
    assert!(
        matches!(
            after.as_slice(),
            [EditState::Superseded, EditState::Accepted { .. }, EditState::Accepted { .. }]
        ),
        "{after:?}"
    );
    assert_eq!(phone.refused().unwrap(), []);
    let mut reader = estate.phone("陈静", Role::Reception);
    estate.sync(&mut reader);
    let seen = estate.assert_settled(&mut [&mut phone, &mut reader], case);
    let taken = seen.order(order).unwrap();
    assert_eq!(taken.liability.all(), [Liability::Warranty]);
    assert_eq!(notes(&seen), ["已拉警戒线", "阀门在三号柱旁"]);
    assert_eq!(estate.refused(Some(RefusedState::Open)).len(), 0);
    assert_eq!(estate.refused(None).len(), 3);
}

#[test]
fn what_the_office_was_quicker_with_the_phone_does_not_do_again() {
    let mut estate = Estate::new();
    let (mut phone, case, _) = written_in_vain(&mut estate);
    let mut session = phone.start_sync(SyncBudget::default());
    while estate.refused(None).is_empty() {
        assert!(estate.step(&mut phone, &mut session));
    }
    // The phone has made the last remark again, and not sent it yet.
    assert_eq!(states(&phone)[2], EditState::OnThisPhone);
    for one in estate.refused(None) {
        estate.salvage(&[one.line.id]);
    }
    while estate.step(&mut phone, &mut session) {}
    estate.sync(&mut phone);
    assert_eq!(states(&phone), [EditState::Superseded, EditState::Superseded, EditState::Superseded]);
    let mut reader = estate.phone("陈静", Role::Reception);
    estate.sync(&mut reader);
    let seen = estate.assert_settled(&mut [&mut phone, &mut reader], case);
    assert_eq!(notes(&seen), ["阀门在三号柱旁", "已拉警戒线"]);
    let states: Vec<_> = estate.refused(None).iter().map(|one| one.line.state).collect();
    assert_eq!(states, [RefusedState::Salvaged; 3]);
}
