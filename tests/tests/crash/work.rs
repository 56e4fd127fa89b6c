//! A server to work with, and a day's work on a phone.

use http::{Request, Response};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_server::service::Service;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::Refusal;
use roundsman_sync_core::ids::{BootId, CommandId, DocumentId, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, ContactDetails, Fact, NewCase, NewEntry, PhotoRole, Place, Role,
    SignOffOutcome, SignOffSubject, Urgency,
};
use roundsman_sync_core::replica::{Environment, Replica, SignOffResult, SqliteStore, SyncBudget};
use roundsman_tests::world::{PhoneClock, WorldTime};
use rusqlite::{Connection, OpenFlags};

/// Any fixed moment would do.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_773_014_400_000);

/// An estate, and a code for the phone of each of so many receptionists, who may do everything.
pub(crate) fn settle(service: &Service, rng: &mut dyn Rng, people: usize) -> (SiteId, Vec<String>) {
    let desk = Sitting { person: service.identity().desk, now: NOW };
    service
        .write::<_, OfficeError>(|batch, office| {
            let site = office.add_site(batch, rng, desk, "和园")?;
            let mut codes = Vec::new();
            for number in 0..people {
                let name = format!("前台 {number}");
                let newcomer = Newcomer { name, site, role: Role::Reception, department: None };
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                codes.push(office.invite(batch, rng, desk, person)?.reveal());
            }
            Ok((site, codes))
        })
        .unwrap()
}

/// The replica on a simulated disk. `life` makes its chance another one than in its earlier lives.
pub(crate) fn open(vfs: &str, life: u64) -> Result<Replica, Refusal> {
    let connection = Connection::open_with_flags_and_vfs("phone.db", OpenFlags::default(), vfs).unwrap();
    let store = SqliteStore::from_connection(connection)?;
    let clock = PhoneClock::new(WorldTime::starting_at(NOW), 0, 0, BootId::from_bytes([1; 16]));
    let rng = ChaCha8Rng::seed_from_u64(life);
    Replica::open(Box::new(store), Environment { clock: Box::new(clock), rng: Box::new(rng) }, None)
}

/// Where a phone's requests go.
pub(crate) type Send<'a> = &'a mut dyn FnMut(&Request<Vec<u8>>) -> Response<Vec<u8>>;

pub(crate) fn enrol(replica: &mut Replica, code: &str, send: Send<'_>) {
    let request = replica.enrol_request(code, "a phone").unwrap();
    replica.enrol_apply(&send(&request)).unwrap();
}

/// One whole sync over a good link.
pub(crate) fn sync(replica: &mut Replica, send: Send<'_>) -> Result<(), Refusal> {
    let mut session = replica.start_sync(SyncBudget::default());
    while let Some(request) = replica.next_request(&mut session)? {
        let reply = send(&request);
        replica.apply(&mut session, &reply)?;
    }
    assert_eq!(session.counts().resyncs, 0, "an honest phone never begins anew");
    Ok(())
}

/// A day's work on one phone: what was done is known by its place in the day, so that any stretch of it
/// can be lived again.
pub(crate) struct Day {
    pub(crate) site: SiteId,
    pub(crate) cases: Vec<DocumentId>,
    /// Commands whose call returned well, oldest first.
    pub(crate) given: Vec<CommandId>,
    rng: ChaCha8Rng,
}

impl Day {
    pub(crate) fn at(site: SiteId, seed: u64) -> Self {
        Self { site, cases: Vec::new(), given: Vec::new(), rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The next piece of work. If its call returns well, its command counts as given.
    pub(crate) fn work(&mut self, replica: &mut Replica, number: usize) -> Result<(), Refusal> {
        self.one(replica, number)?;
        let last = replica.edits().unwrap().last().map(|edit| edit.command);
        if last.is_some() && last.as_ref() != self.given.last() {
            self.given.extend(last);
        }
        Ok(())
    }

    fn one(&mut self, replica: &mut Replica, number: usize) -> Result<(), Refusal> {
        let Some(&case) = self.cases.last().filter(|_| !number.is_multiple_of(7)) else {
            self.cases.push(replica.create_case(leak(self.site))?);
            return Ok(());
        };
        match number % 7 {
            1 | 2 => {
                let note = format!("条目 {number}");
                replica.record(case, None, NewEntry::now(Fact::Remark, note)).map(|_| ())
            }
            3 => {
                let mut bytes = vec![0; self.rng.random_range(1..40_000)];
                self.rng.fill_bytes(&mut bytes);
                replica.add_photo(case, &bytes, PhotoRole::Before, "").map(|_| ())
            }
            4 => {
                let name = Some(format!("业主 {number}"));
                replica.write_contact(case, ContactDetails { name, ..ContactDetails::default() })
            }
            5 => {
                let shown = replica.statement(case, None, SignOffSubject::Completion)?;
                let strokes = format!("strokes {number}");
                let signed = SignOffResult {
                    settlement: None,
                    subject: SignOffSubject::Completion,
                    outcome: SignOffOutcome::Signed,
                    signer: "业主",
                    relation: "owner",
                    strokes_png: Some(strokes.as_bytes()),
                    shown: &shown,
                };
                replica.sign_off(case, None, &signed).map(|_| ())
            }
            _ => {
                let subject = Some(format!("equipment/{number}"));
                replica.classify(case, Classification { subject, ..Classification::default() })
            }
        }
    }
}

fn leak(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place: Place::default(),
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

/// How often each command is among the edits of a replica; every one has to be there once.
pub(crate) fn assert_each_once(replica: &Replica, given: &[CommandId]) {
    let edits = replica.edits().unwrap();
    for command in given {
        let times = edits.iter().filter(|edit| edit.command == *command).count();
        assert_eq!(times, 1, "{command}, of {} given and {} edits", given.len(), edits.len());
    }
    for edit in &edits {
        let times = edits.iter().filter(|other| other.command == edit.command).count();
        assert_eq!(times, 1, "{edit:?}");
    }
}
