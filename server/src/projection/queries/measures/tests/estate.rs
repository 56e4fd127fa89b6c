//! An estate of one company on a real database, with a desk and one phone.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, EntryId, OrderId, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Command, Department, Fact, NewCase, NewEntry, NewOrder, Place, Role, Urgency,
};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};

use super::super::{Figure, SiteMeasures, Wanted, measures};
use crate::data_folder::{DataFolder, Identity};
use crate::database::DatabaseError;
use crate::ingest::{Newcomer, Office, Sitting, Writer};
use crate::projection;

/// A command, and when what it states is claimed to have happened.
pub(super) type Said = (Timestamp, Command);

/// `10-05 09:00`, with seconds and milliseconds if given, on the clock of Shanghai in 2026.
pub(super) fn at(text: &str) -> Timestamp {
    let (date, time) = text.split_once(' ').unwrap();
    let seconds = if time.len() == 5 { ":00" } else { "" };
    let moment = chrono::DateTime::parse_from_rfc3339(&format!("2026-{date}T{time}{seconds}+08:00")).unwrap();
    Timestamp::from_millis(moment.timestamp_millis())
}

pub(super) struct Estate {
    _dir: tempfile::TempDir,
    pub(super) folder: DataFolder,
    pub(super) writer: Writer,
    pub(super) identity: Identity,
    rng: ChaCha8Rng,
    pub(super) site: SiteId,
    phone: (Office, Sitting),
}

impl Estate {
    /// An estate as of `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let folder = DataFolder::init(dir.path(), "锦绣物业", now, &mut rng).unwrap();
        let identity = Identity::load(&folder.reader().unwrap()).unwrap();
        let mut writer = folder.writer(&mut rng).unwrap();
        let desk = Sitting { person: identity.desk, now };
        let site =
            writer.transaction(|batch| identity.office.add_site(batch, &mut rng, desk, "锦绣花园")).unwrap();
        let signer = SoftwareSigner::generate(Algorithm::Es256, &mut rng);
        // A receptionist who stands in for the director may state everything that happens in a case.
        let newcomer = |role| Newcomer { name: "陈静".into(), site, role, department: None };
        let key = signer.public_key();
        let (device, person) = writer
            .transaction(|batch| {
                let mut add =
                    |role| identity.office.add_person(batch, &mut rng, desk, &newcomer(role)).unwrap();
                add(Role::SiteDirector);
                let person = add(Role::Reception);
                let code = identity.office.invite(batch, &mut rng, desk, person).unwrap().reveal();
                Ok::<_, DatabaseError>(
                    identity.office.enrol(batch, &mut rng, now, &code, &key, "phone").unwrap(),
                )
            })
            .unwrap();
        // A phone writes and signs as the office does, as another device and person.
        let office = Identity::load(&folder.reader().unwrap()).unwrap().office;
        let office = Office { device, signer: Box::new(signer), ..office };
        let phone = (office, Sitting { person, now });
        Self { _dir: dir, folder, writer, identity, rng, site, phone }
    }

    /// Writes everything down, in this order, at `now`: entries as the receptionist, the rest as the desk.
    pub(super) fn desk(&mut self, now: Timestamp, said: &[Said]) {
        for (claimed_at, command) in said {
            let states = matches!(
                command,
                Command::Record { .. }
                    | Command::StartRound { .. }
                    | Command::Check { .. }
                    | Command::FinishRound { .. }
            );
            let sitting =
                Sitting { person: if states { self.phone.1.person } else { self.identity.desk }, now };
            let done = self.writer.transaction(|batch| {
                let said = [(*claimed_at, command)];
                Ok::<_, DatabaseError>(self.identity.office.carry_out_all(
                    batch,
                    &mut self.rng,
                    sitting,
                    &said,
                ))
            });
            let changed = done.unwrap().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            assert!(changed, "{command:?} changed nothing");
        }
    }

    /// The phone brings everything at once; it arrives at `received`.
    pub(super) fn phone(&mut self, received: Timestamp, said: &[Said]) {
        let said: Vec<_> = said.iter().map(|(claimed_at, command)| (*claimed_at, command)).collect();
        let (office, sitting) = (&self.phone.0, Sitting { now: received, ..self.phone.1 });
        // A writer of its own, because each writes under its own actor, and an actor is one device's.
        let mut writer = self.folder.writer(&mut self.rng).unwrap();
        let done = writer.transaction(|batch| {
            Ok::<_, DatabaseError>(office.carry_out_all(batch, &mut self.rng, sitting, &said))
        });
        assert!(done.unwrap().unwrap());
    }

    pub(super) fn measures(&self, month: &str, now: Timestamp, flats: Option<u32>) -> SiteMeasures {
        let wanted = Wanted { period: month.parse().unwrap(), site: Some(self.site), flats, now };
        measures(&self.folder.reader().unwrap(), &wanted).unwrap().sites.remove(0)
    }

    pub(super) fn rebuild(&mut self) {
        self.writer.transaction(|batch| projection::rebuild(batch.db, &mut |_| {})).unwrap();
    }

    pub(super) fn assert_tables_follow_from_the_log(&mut self) {
        let differences = self.writer.transaction(|batch| projection::compare(batch.db)).unwrap();
        assert_eq!(differences, []);
    }
}

/// Every figure by name, as its two numbers; a plain count has 1 below, what is not known 0.
pub(super) fn numbers(figures: &[Figure]) -> Vec<(&'static str, i64, i64)> {
    use super::super::Denominator::{None, Of, Unknown};
    let below = |figure: &Figure| match figure.denominator {
        None => 1,
        Of(count) => count,
        Unknown => 0,
    };
    figures.iter().map(|figure| (figure.definition.name, figure.numerator, below(figure))).collect()
}

/// A case under construction.
#[derive(Clone)]
pub(super) struct Story {
    pub(super) case: DocumentId,
    reported: Timestamp,
    new: NewCase,
    pub(super) said: Vec<Said>,
}

/// A case that was reported then. It lies in a building of its own name.
pub(super) fn story(site: SiteId, name: &str, kind: CaseKind, reported: &str) -> Story {
    let reported = at(reported);
    let place = Place { building: Some(name.to_owned()), ..Place::default() };
    let new = NewCase {
        kind,
        channel: Channel::Phone,
        site,
        place,
        description: format!("报事 {name}"),
        subject: "equipment/lift".to_owned(),
        urgency: Urgency::General,
        reported_at: Some(reported),
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    };
    Story { case: DocumentId::imported(site, "story", name), reported, new, said: Vec::new() }
}

impl Story {
    pub(super) fn with(mut self, change: impl FnOnce(&mut NewCase)) -> Self {
        change(&mut self.new);
        self
    }

    pub(super) fn urgent(self) -> Self {
        self.with(|new| new.urgency = Urgency::Urgent)
    }

    pub(super) fn order(&self, name: &str) -> OrderId {
        OrderId::derived(self.case, name)
    }

    pub(super) fn dispatched(self, when: &str, order: &str) -> Self {
        self.dispatched_as(when, order, NewOrder::default())
    }

    pub(super) fn dispatched_as(mut self, when: &str, order: &str, new: NewOrder) -> Self {
        let command = Command::Dispatch {
            case: self.case,
            order: self.order(order),
            dispatched: EntryId::derived(self.case, &format!("dispatched {order}")),
            department: Department::Engineering,
            assignee: None,
            new: Some(new),
        };
        self.said.push((at(when), command));
        self
    }

    pub(super) fn order_says(self, when: &str, order: &str, fact: Fact) -> Self {
        let order = self.order(order);
        self.says_entry(when, Some(order), NewEntry::now(fact, ""))
    }

    pub(super) fn says(self, when: &str, fact: Fact) -> Self {
        self.says_entry(when, None, NewEntry::now(fact, ""))
    }

    pub(super) fn says_entry(mut self, when: &str, order: Option<OrderId>, new: NewEntry) -> Self {
        let entry = EntryId::derived(self.case, &format!("{} {when} {}", self.said.len(), new.fact.kind()));
        self.said.push((at(when), Command::Record { case: self.case, order, entry, new }));
        self
    }

    /// Its beginning, and then what was said.
    pub(super) fn all(self) -> Vec<Said> {
        let received = EntryId::derived(self.case, "received");
        let create = Command::CreateCase { case: self.case, received, new: self.new };
        std::iter::once((self.reported, create)).chain(self.said).collect()
    }
}
