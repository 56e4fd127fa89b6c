//! What the office does: estates, people, phones, and edits at the desk.

use rand::RngExt;
use rand::seq::IndexedRandom;
use roundsman_server::database::DatabaseError;
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting};
use roundsman_sync_core::ids::{CommandId, DocumentId, EntryId, OrderId, PersonId, SiteId};
use roundsman_sync_core::model::{
    Case, Classification, Command, ContactDetails, Department, Fact, NewEntry, Role,
};

use rusqlite::OptionalExtension;

use super::device::{Given, SimDevice, entries_of};
use super::people::{new_case, some_urgency};
use super::properties::Violation;
use super::time::PhoneClock;
use super::{Canary, START, World};

impl World {
    pub(super) fn desk(&self) -> Option<Sitting> {
        let person = self.server.service()?.identity().desk;
        Some(Sitting { person, now: self.time.now() })
    }

    pub(super) fn add_site(&mut self, name: &str) -> SiteId {
        let desk = self.desk().unwrap();
        let (service, rng) = self.server.office().unwrap();
        let site = service.write(|batch, office| office.add_site(batch, rng, desk, name)).unwrap();
        self.sites.push(site);
        self.note(format!("estate {name} is {site}"));
        site
    }

    /// Adds a person, or gives one of that name another role.
    pub(super) fn add_person(
        &mut self,
        name: &str,
        site: SiteId,
        role: Role,
        department: Option<Department>,
    ) -> PersonId {
        let desk = self.desk().unwrap();
        let newcomer = Newcomer { name: name.to_owned(), site, role, department };
        let (service, rng) = self.server.office().unwrap();
        let person = service.write(|batch, office| office.add_person(batch, rng, desk, &newcomer)).unwrap();
        self.note(format!("{name} is {role} at {site}: {person}"));
        person
    }

    /// Gives somebody one more role.
    pub(super) fn give_role(&mut self) {
        if self.server.service().is_none() {
            return;
        }
        let at = self.rng.random_range(0..self.people.len());
        let site = *self.sites.choose(&mut self.rng).unwrap();
        let role = *[Role::Guard, Role::Technician, Role::Reception, Role::Supervisor, Role::SiteDirector]
            .choose(&mut self.rng)
            .unwrap();
        let department = (role == Role::Technician)
            .then(|| *[Department::Engineering, Department::Environment].choose(&mut self.rng).unwrap());
        let name: String = self.read(|db| {
            Ok(db.query_row(
                "SELECT name FROM people WHERE person = ?1",
                [self.people[at].as_bytes()],
                |row| row.get(0),
            )?)
        });
        self.add_person(&name, site, role, department);
    }

    /// Takes a role from somebody, of several or the only one.
    pub(super) fn take_role(&mut self) {
        let Some(desk) = self.desk() else { return };
        let person = *self.people.choose(&mut self.rng).unwrap();
        let rights = self.rights_of(person);
        let Some(&(site, role, _)) = rights.choose(&mut self.rng) else { return };
        let (service, _) = self.server.office().unwrap();
        let taken = service
            .write::<_, DatabaseError>(|batch, office| office.take_role(batch, desk, person, site, role))
            .unwrap();
        assert!(taken, "{person} was {role}");
        self.ever_lost_a_role.insert(person);
        self.note(format!("{person} is no longer {role} at {site}"));
    }

    /// Invites a person and enrols a phone of theirs over the network as it is. If every try is lost,
    /// there is one more phone in a drawer and nothing else.
    pub(super) fn enrol(&mut self, person: PersonId) {
        let Some(desk) = self.desk() else { return };
        let (service, rng) = self.server.office().unwrap();
        let code = service.write(|batch, office| office.invite(batch, rng, desk, person)).unwrap().reveal();
        let at = self.devices.len();
        let offset_ms = match self.rng.random_range(0..4) {
            0 => 0,
            1 => self.rng.random_range(-90_000..90_000),
            2 => self.rng.random_range(-7_200_000..7_200_000),
            _ => self.rng.random_range(-400_000_000..400_000_000),
        };
        let drift_ppm = self.rng.random_range(-100..=100);
        let clock = PhoneClock::new(self.time.clone(), offset_ms, drift_ppm, self.boot());
        let path = self.dir.path().join(format!("phone-{at}.db"));
        let seed = self.rng.random();
        self.devices.push(SimDevice::new(format!("phone-{at}"), person, clock, path, seed));
        for _ in 0..4 {
            let replica = self.devices[at].replica.as_mut().unwrap();
            let request = replica.enrol_request(&code, &format!("电话 {at}")).unwrap();
            let Ok(Some(reply)) = self.send(at, &request) else { continue };
            let replica = self.devices[at].replica.as_mut().unwrap();
            if replica.enrol_apply(&reply).is_ok() {
                self.devices[at].id = replica.enrolled().map(|enrolment| enrolment.device);
                self.note(format!("phone-{at} is {:?} of {person}, {offset_ms} ms off", self.devices[at].id));
                return;
            }
        }
        self.note(format!("phone-{at} could not be enrolled"));
    }

    /// Shuts a phone out.
    pub(super) fn revoke(&mut self) {
        let Some(desk) = self.desk() else { return };
        let members: Vec<usize> =
            (0..self.devices.len()).filter(|&at| self.devices[at].is_member()).collect();
        if members.len() < 3 {
            return;
        }
        let at = *members.choose(&mut self.rng).unwrap();
        let device = self.devices[at].id.unwrap();
        let (service, _) = self.server.office().unwrap();
        let done =
            service.write::<_, DatabaseError>(|batch, office| office.revoke(batch, desk, device)).unwrap();
        assert!(done, "{device} was enrolled");
        self.devices[at].revoked = true;
        self.note(format!("{} is revoked", self.devices[at].name));
    }

    /// One edit at the desk.
    pub(super) fn office_edit(&mut self) -> Result<(), Violation> {
        let Some(desk) = self.desk() else { return Ok(()) };
        let Some(command) = self.office_command() else { return Ok(()) };
        let (service, rng) = self.server.office().unwrap();
        let done = service.write::<_, OfficeError>(|batch, office| {
            let changed = office.carry_out(batch, rng, desk, &command)?;
            let newest: [u8; 16] = batch
                .db
                .query_row("SELECT command FROM changes ORDER BY source DESC LIMIT 1", [], |row| row.get(0))
                .map_err(DatabaseError::from)?;
            Ok(changed.then_some(CommandId::from_bytes(newest)))
        });
        self.note(format!("the office: {command:?}: {done:?}"));
        let Some(id) = done.unwrap() else { return Ok(()) };
        for (document, _) in command.writes() {
            self.witnessed.entry((document, id)).or_insert(desk.now);
        }
        let entries = entries_of(id, &command);
        self.office_given.push(Given { command: id, asked: command, entries, claimed_at: desk.now });
        Ok(())
    }

    fn office_command(&mut self) -> Option<Command> {
        let now = self.time.now();
        let site = *self.sites.choose(&mut self.rng).unwrap();
        let cases: Vec<DocumentId> = self.read(|db| {
            let mut all = db.prepare("SELECT id FROM cases ORDER BY document")?;
            let ids = all.query_map([], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
            Ok(ids.into_iter().map(DocumentId::from_bytes).collect())
        });
        let rng = &mut self.rng;
        let Some(&case) = cases.choose(rng).filter(|_| rng.random_bool(0.85)) else {
            let case = DocumentId::mint(START, rng);
            let received = EntryId::mint(START, rng);
            return Some(Command::CreateCase { case, received, new: new_case(rng, site) });
        };
        let read = self.server_case(case)?;
        let person = *self.people.choose(&mut self.rng).unwrap();
        let rng = &mut self.rng;
        Some(match rng.random_range(0..9) {
            // Other limits from now on; what was judged before is not judged again.
            8 => {
                let limit = [10, 20, 30][rng.random_range(0..3)];
                let text = format!("[[clock]]\nid = \"arrival\"\nlimit = \"{limit}m\"\n");
                Command::WritePolicy { site, text }
            }
            // A complaint turns out to be about somebody, or is to be kept among few.
            7 => {
                let (about, confidential) =
                    if rng.random_bool(0.6) { (Some(person), None) } else { (None, Some(true)) };
                Command::Classify {
                    case,
                    to: Classification { about, confidential, ..Classification::default() },
                }
            }
            0 => Command::Classify {
                case,
                to: Classification { urgency: Some(some_urgency(rng)), ..Classification::default() },
            },
            1 => {
                let base = read.description.clone();
                Command::Describe { case, result: format!("{base}; office {now}"), base }
            }
            2 => {
                let assignee = rng.random_bool(0.5).then_some(person);
                let (order, dispatched) = (OrderId::mint(now, rng), EntryId::mint(now, rng));
                self.ever_assigned.extend(assignee.map(|person| (case, person)));
                Command::Dispatch {
                    case,
                    order,
                    dispatched,
                    department: Department::Engineering,
                    assignee,
                    new: None,
                }
            }
            3 | 4 => {
                let order = read.orders.choose(rng)?.id;
                self.ever_assigned.insert((case, person));
                Command::Assign { case, order, assignee: person }
            }
            5 => {
                let words = self.canary(case, None);
                let details = ContactDetails { phone: Some(words), ..ContactDetails::default() };
                Command::WriteContact { case, details }
            }
            _ => {
                let new = NewEntry::now(Fact::Visited(Default::default()), format!("回访 {now}"));
                Command::Record { case, order: None, entry: EntryId::mint(now, rng), new }
            }
        })
    }

    /// Words that stand nowhere else in the world.
    pub(super) fn canary(&mut self, case: DocumentId, written_on: Option<usize>) -> String {
        self.names_given += 1;
        let words = format!("canary-{:04}-{:08x}", self.names_given, self.rng.random::<u32>());
        self.canaries.push(Canary { words: words.clone(), case, written_on });
        words
    }

    /// A case as the server has it.
    pub(super) fn server_case(&self, case: DocumentId) -> Option<Case> {
        use roundsman_sync_core::document::{Document, DocumentKind};
        let snapshot: Option<Vec<u8>> = self.read(|db| {
            Ok(db
                .query_row("SELECT snapshot FROM documents WHERE id = ?1", [case.as_bytes()], |row| {
                    row.get(0)
                })
                .optional()?)
        });
        let snapshot = snapshot?;
        Some(Case::read(&Document::load(DocumentKind::Case, &snapshot).ok()?))
    }

    /// Reads the server's tables. The server has to run.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, DatabaseError>,
    ) -> T {
        self.server.service().unwrap().read(read).unwrap()
    }
}
