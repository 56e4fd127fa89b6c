//! An estate to measure with: people, phones and cases, written by the office as fast as it can.

use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DeviceId, DocumentId, EntryId, OrderId, PersonId, SiteId};
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, Command, Department, Fact, Nature, NewCase, NewEntry, Place, Role,
    Urgency,
};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};

use super::BenchError;
use crate::app::App;
use crate::data_folder::{DataFolder, Identity};
use crate::database;
use crate::ingest::{Newcomer, OfficeError, Sitting, Writer};

/// Cases in one transaction of the office.
const BATCH: usize = 500;
/// Cases are given to a department that nobody of the simulated people belongs to, so that a technician holds
/// exactly the cases they were given.
const DEPARTMENT: Department = Department::Environment;

/// A phone that is enrolled.
pub struct Enrolled {
    /// What the server calls it.
    pub device: DeviceId,
    /// Whose it is.
    pub person: PersonId,
    /// Its key.
    pub signer: SoftwareSigner,
}

/// A data folder that is being filled.
pub struct Estate {
    folder: DataFolder,
    identity: Identity,
    writer: Writer,
    rng: StdRng,
    /// The first estate, where the cases are.
    pub site: SiteId,
}

impl Estate {
    /// A new data folder with one estate and nobody in it.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn found(path: &Path) -> Result<Self, BenchError> {
        let mut rng = StdRng::seed_from_u64(1);
        let folder = DataFolder::init(path, "Bench", App::now(), &mut rand::rng())?;
        let mut writer = folder.writer(&mut rand::rng())?;
        let identity = Identity::load(&folder.reader()?)?;
        let desk = Sitting { person: identity.desk, now: App::now() };
        let site = writer.transaction::<_, OfficeError>(|batch| {
            identity.office.add_site(batch, &mut rng, desk, "锦绣花园")
        })?;
        Ok(Self { folder, identity, writer, rng, site })
    }

    /// A copy of a data folder that is closed.
    ///
    /// # Errors
    /// If it cannot be copied.
    pub fn copy(from: &Path, to: &Path, site: SiteId) -> Result<Self, BenchError> {
        std::fs::create_dir_all(to).map_err(BenchError::io("making a folder"))?;
        std::fs::copy(database::path_in(from), database::path_in(to))
            .map_err(BenchError::io("copying a data folder"))?;
        let folder = DataFolder::open(to)?;
        let writer = folder.writer(&mut rand::rng())?;
        let identity = Identity::load(&folder.reader()?)?;
        // Ids must differ from those of other copies only where two copies meet, which they never do.
        Ok(Self { folder, identity, writer, rng: StdRng::seed_from_u64(2), site })
    }

    /// The data folder.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Who the server is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    fn desk(&self) -> Sitting {
        Sitting { person: self.identity.desk, now: App::now() }
    }

    /// Another estate, for people with rights at several.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_site(&mut self, name: &str) -> Result<SiteId, BenchError> {
        let (desk, office, rng) = (self.desk(), &self.identity.office, &mut self.rng);
        Ok(self.writer.transaction::<_, OfficeError>(|batch| office.add_site(batch, rng, desk, name))?)
    }

    /// Adds a person, or gives the one of this name another role.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_person(&mut self, name: &str, site: SiteId, role: Role) -> Result<PersonId, BenchError> {
        let (desk, office, rng) = (self.desk(), &self.identity.office, &mut self.rng);
        let department = (role == Role::Technician).then_some(Department::Engineering);
        let newcomer = Newcomer { name: name.to_owned(), site, role, department };
        Ok(self
            .writer
            .transaction::<_, OfficeError>(|batch| office.add_person(batch, rng, desk, &newcomer))?)
    }

    /// A one-time code for a phone of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub fn invite(&mut self, person: PersonId) -> Result<String, BenchError> {
        let (desk, office, rng) = (self.desk(), &self.identity.office, &mut self.rng);
        Ok(self
            .writer
            .transaction::<_, OfficeError>(|batch| Ok(office.invite(batch, rng, desk, person)?.reveal()))?)
    }

    /// Enrols a phone without a network.
    ///
    /// # Errors
    /// If the database fails.
    pub fn enrol(&mut self, person: PersonId, algorithm: Algorithm) -> Result<Enrolled, BenchError> {
        let (desk, office, rng) = (self.desk(), &self.identity.office, &mut self.rng);
        let signer = SoftwareSigner::generate(algorithm, rng);
        let key = signer.public_key();
        let (device, person) = self.writer.transaction::<_, OfficeError>(|batch| {
            let code = office.invite(batch, rng, desk, person)?.reveal();
            office.enrol(batch, rng, desk.now, &code, &key, "bench")
        })?;
        Ok(Enrolled { device, person, signer })
    }

    /// Writes cases of five changes each: taken in, dispatched, sorted, and two remarks. Case `n` is given
    /// to `to(n)`. `progress` is told how many are written.
    ///
    /// # Errors
    /// If the database fails.
    pub fn add_cases(
        &mut self,
        count: usize,
        to: impl Fn(usize) -> PersonId,
        progress: &mut dyn FnMut(usize),
    ) -> Result<Vec<(DocumentId, OrderId)>, BenchError> {
        let mut cases = Vec::with_capacity(count);
        let (site, desk) = (self.site, self.desk());
        let (office, rng) = (&self.identity.office, &mut self.rng);
        while cases.len() < count {
            let upto = (cases.len() + BATCH).min(count);
            self.writer.transaction::<_, OfficeError>(|batch| {
                for n in cases.len()..upto {
                    let (case, order) = (DocumentId::mint(desk.now, rng), OrderId::mint(desk.now, rng));
                    let commands = story(site, case, order, to(n), desk.now, rng);
                    let commands: Vec<_> = commands.iter().map(|command| (desk.now, command)).collect();
                    office.carry_out_all(batch, rng, desk, &commands)?;
                    cases.push((case, order));
                }
                Ok(())
            })?;
            progress(cases.len());
        }
        Ok(cases)
    }

    /// The office adds one change to each of these cases, in one transaction.
    ///
    /// # Errors
    /// If the database fails.
    pub fn remark(&mut self, cases: &[(DocumentId, OrderId)]) -> Result<(), BenchError> {
        let (desk, office, rng) = (self.desk(), &self.identity.office, &mut self.rng);
        Ok(self.writer.transaction::<_, OfficeError>(|batch| {
            for &(case, order) in cases {
                let remark = remark(case, order, desk.now, rng);
                office.carry_out_all(batch, rng, desk, &[(desk.now, &remark)])?;
            }
            Ok(())
        })?)
    }
}

/// What people write; long enough and different enough to be like what they write.
const MATTERS: [(&str, &str); 8] = [
    ("equipment/lift", "电梯停在两层之间，里面没有人，门打不开，请尽快派人"),
    ("water/leak", "厨房水管漏水，已经关了总阀，地板湿了一大片"),
    ("electricity/light", "楼道的灯不亮，晚上老人上下楼很危险"),
    ("security/door", "单元门禁坏了，刷卡没有反应，一直开着"),
    ("environment/rubbish", "垃圾房门口堆了装修垃圾，有异味，影响出入"),
    ("noise", "楼上夜里装修，吵得孩子睡不着，已经第三天了"),
    ("parking", "外来车占了固定车位，联系不上车主"),
    ("water/drain", "卫生间地漏返味，疑似存水弯坏了，之前修过一次"),
];
const REMARKS: [&str; 6] = [
    "已联系业主，约下午三点上门",
    "现场看过，需要带配件再来一趟",
    "业主不在家，门口留了条",
    "和夜班交接过，明早继续跟进",
    "配件已到库房，明天更换",
    "已换好，试了两次正常，业主在场",
];

/// The five commands of a case.
fn story(
    site: SiteId,
    case: DocumentId,
    order: OrderId,
    assignee: PersonId,
    now: Timestamp,
    rng: &mut StdRng,
) -> Vec<Command> {
    let (subject, description) = MATTERS[rng.random_range(0..MATTERS.len())];
    let place = Place {
        building: Some(rng.random_range(1..=28).to_string()),
        unit: Some(rng.random_range(1..=4).to_string()),
        room: Some(format!("{}{:02}", rng.random_range(1..=32), rng.random_range(1..=6))),
        spot: None,
    };
    let new = NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place,
        description: format!("{description}。电话 {} 打来", rng.random_range(100..999)),
        subject: subject.to_owned(),
        urgency: Urgency::General,
        reported_at: None,
        external_number: Some(format!("W{:08}", rng.random_range(0..100_000_000))),
        about: None,
        anonymous: None,
        confidential: None,
    };
    let to = Classification {
        urgency: rng.random_ratio(1, 10).then_some(Urgency::Urgent),
        nature: Some(Nature::ALL[rng.random_range(0..Nature::ALL.len())]),
        ..Classification::default()
    };
    vec![
        Command::CreateCase { case, received: EntryId::mint(now, rng), new },
        Command::Dispatch {
            case,
            order,
            dispatched: EntryId::mint(now, rng),
            department: DEPARTMENT,
            assignee: Some(assignee),
            new: None,
        },
        Command::Classify { case, to },
        remark(case, order, now, rng),
        remark(case, order, now, rng),
    ]
}

/// Something said about an order.
pub fn remark(case: DocumentId, order: OrderId, now: Timestamp, rng: &mut StdRng) -> Command {
    let said = REMARKS[rng.random_range(0..REMARKS.len())];
    let note = format!("{said}（{}）", rng.random_range(1000..9999));
    let new = NewEntry::now(Fact::Remark, note);
    Command::Record { case, order: Some(order), entry: EntryId::mint(now, rng), new }
}
