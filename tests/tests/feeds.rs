//! Walks through feeds with small budgets, while documents change and move between feeds, against a model
//! that only knows who was given what.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use roundsman_server::data_folder::{DataFolder, Identity};
use roundsman_server::feed::{Pull, Pulled, pull};
use roundsman_server::ingest::{Newcomer, OfficeError, Sitting, Writer};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::Document;
use roundsman_sync_core::ids::{DeviceId, DocumentId, EntryId, OrderId, PersonId, SiteId};
use roundsman_sync_core::limits::PAGE_BYTES_MIN;
use roundsman_sync_core::model::{
    CaseKind, Channel, Command, ContactDetails, Department, Fact, NewCase, NewEntry, Place, Role, Urgency,
};
use roundsman_sync_core::protocol::key::{Algorithm, Signer, SoftwareSigner};
use roundsman_sync_core::protocol::messages::{
    DocumentNumber, FeedCursor, FeedNumber, Page, PageDocument, Pos,
};
use roundsman_tests::world::folder;
use tempfile::TempDir;

const NOW: Timestamp = Timestamp::from_millis(1_773_014_400_000);

/// What the office did to one case, and how many changes that made.
#[derive(Clone, Debug, Default)]
struct KnownCase {
    changes: usize,
    contact_changes: usize,
    orders: BTreeMap<OrderId, (Department, Option<PersonId>)>,
}

/// A server, an office, and a technician's phone of which only the feeds matter.
struct Town {
    _dir: TempDir,
    data: DataFolder,
    writer: Writer,
    identity: Identity,
    site: SiteId,
    technician: PersonId,
    colleague: PersonId,
    device: DeviceId,
    cases: BTreeMap<DocumentId, KnownCase>,
    site_changes: usize,
    sits_at_the_desk: bool,
    rng: ChaCha8Rng,
}

impl Town {
    fn new(seed: u64) -> Self {
        let dir = folder();
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let data = DataFolder::init(dir.path(), "和园物业", NOW, &mut rng).unwrap();
        let mut writer = data.writer(&mut rng).unwrap();
        let identity = Identity::load(&data.reader().unwrap()).unwrap();
        let desk = Sitting { person: identity.desk, now: NOW };
        let key = SoftwareSigner::generate(Algorithm::Ed25519, &mut rng).public_key();
        let (site, technician, colleague, device) = writer
            .transaction::<_, OfficeError>(|batch| {
                let office = &identity.office;
                let site = office.add_site(batch, &mut rng, desk, "和园")?;
                let mut add = |name: &str| {
                    let (name, department) = (name.to_owned(), Some(Department::Engineering));
                    let newcomer = Newcomer { name, site, role: Role::Technician, department };
                    office.add_person(batch, &mut rng, desk, &newcomer)
                };
                let (technician, colleague) = (add("李师傅")?, add("赵师傅")?);
                let code = office.invite(batch, &mut rng, desk, technician)?.reveal();
                let (device, _) = office.enrol(batch, &mut rng, NOW, &code, &key, "a phone")?;
                Ok((site, technician, colleague, device))
            })
            .unwrap();
        Self {
            _dir: dir,
            data,
            writer,
            identity,
            site,
            technician,
            colleague,
            device,
            cases: BTreeMap::new(),
            // Its name and two people.
            site_changes: 3,
            sits_at_the_desk: false,
            rng,
        }
    }

    fn edit(&mut self, command: &Command) -> bool {
        let desk = Sitting { person: self.identity.desk, now: NOW };
        let (office, rng) = (&self.identity.office, &mut self.rng);
        self.writer
            .transaction::<_, OfficeError>(|batch| office.carry_out(batch, rng, desk, command))
            .unwrap()
    }

    /// The office does something to some case.
    fn happen(&mut self) {
        let rng = &mut self.rng;
        let ids: Vec<DocumentId> = self.cases.keys().copied().collect();
        let chosen = ids.choose(rng).copied().filter(|_| rng.random_bool(0.85));
        let Some(case) = chosen else {
            let case = DocumentId::mint(NOW, rng);
            let received = EntryId::mint(NOW, rng);
            let new = new_case(self.site);
            self.edit(&Command::CreateCase { case, received, new });
            self.cases.insert(case, KnownCase { changes: 1, ..KnownCase::default() });
            return;
        };
        let person = *[self.technician, self.colleague].choose(rng).unwrap();
        let order = self.cases[&case].orders.keys().copied().collect::<Vec<_>>().choose(rng).copied();
        let (order_id, entry) = (OrderId::mint(NOW, rng), EntryId::mint(NOW, rng));
        let command = match (rng.random_range(0..8), order) {
            (0..2, _) | (_, None) => {
                let department = *[Department::Engineering, Department::Security].choose(rng).unwrap();
                let assignee = rng.random_bool(0.5).then_some(person);
                Command::Dispatch {
                    case,
                    order: order_id,
                    dispatched: entry,
                    department,
                    assignee,
                    new: None,
                }
            }
            (2..5, Some(order)) => Command::Assign { case, order, assignee: person },
            (5, _) => {
                let name = Some(format!("业主 {}", rng.random_range(0..1_000_000)));
                Command::WriteContact { case, details: ContactDetails { name, ..ContactDetails::default() } }
            }
            (_, order) => {
                let new = NewEntry::now(Fact::Remark, "记".repeat(rng.random_range(1..700)));
                Command::Record { case, order, entry, new }
            }
        };
        let changed = self.edit(&command);
        let known = self.cases.get_mut(&case).unwrap();
        match command {
            Command::Dispatch { order, department, assignee, .. } => {
                known.orders.insert(order, (department, assignee));
                known.changes += 1;
            }
            Command::Assign { order, assignee, .. } => {
                known.orders.get_mut(&order).unwrap().1 = Some(assignee);
                known.changes += usize::from(changed);
            }
            Command::WriteContact { .. } => known.contact_changes += usize::from(changed),
            Command::CreateCase { .. }
            | Command::Classify { .. }
            | Command::Describe { .. }
            | Command::Record { .. }
            | Command::AddPhoto { .. }
            | Command::SignOff { .. }
            | Command::NameSite { .. }
            | Command::PutPerson { .. }
            | Command::SortOrder { .. }
            | Command::TakeOrder { .. }
            | Command::WritePolicy { .. }
            | Command::PutArea { .. }
            | Command::PutCheckpoint { .. }
            | Command::PutRoute { .. }
            | Command::StartRound { .. }
            | Command::Check { .. }
            | Command::AddRoundPhoto { .. }
            | Command::FinishRound { .. }
            | Command::ReportAbnormal { .. } => known.changes += 1,
        }
    }

    /// The technician is also given a seat at the desk, and so two more feeds.
    fn promote(&mut self) {
        let desk = Sitting { person: self.identity.desk, now: NOW };
        let (office, rng) = (&self.identity.office, &mut self.rng);
        let newcomer =
            Newcomer {
                name: "李师傅".to_owned(), site: self.site, role: Role::Reception, department: None
            };
        self.writer
            .transaction::<_, OfficeError>(|batch| office.add_person(batch, rng, desk, &newcomer))
            .unwrap();
        // Given again, it changes nothing.
        self.site_changes += usize::from(!self.sits_at_the_desk);
        self.sits_at_the_desk = true;
    }

    /// Which documents the phone has to hold, and of how many changes.
    fn wanted(&self) -> BTreeMap<DocumentId, usize> {
        let mut wanted = BTreeMap::from([(DocumentId::of_site(self.site), self.site_changes)]);
        for (&case, known) in &self.cases {
            let orders = || known.orders.values();
            let own = orders().any(|(_, person)| *person == Some(self.technician));
            let department = orders().any(|(department, _)| *department == Department::Engineering);
            if own || department || self.sits_at_the_desk {
                wanted.insert(case, known.changes);
            }
            if known.contact_changes > 0 && (own || self.sits_at_the_desk) {
                wanted.insert(DocumentId::contact_of(case), known.contact_changes);
            }
        }
        wanted
    }

    fn pull(&self, base: Pos, behind: &[FeedCursor]) -> Pulled {
        let mut reader = self.data.reader().unwrap();
        let read = reader.transaction().unwrap();
        let ask = Pull { device: self.device, base, behind, budget_bytes: PAGE_BYTES_MIN };
        pull(&read, &ask).unwrap()
    }
}

/// How a walker remembers where it stands in an unfinished feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Base and position, as the protocol has it.
    BaseAndPosition,
    /// One number: where the walk has come to.
    PositionAlone,
}

/// A phone reduced to its feeds.
struct Walker {
    memory: Memory,
    base: Pos,
    behind: Vec<FeedCursor>,
    numbers: BTreeMap<DocumentNumber, DocumentId>,
    held: BTreeMap<DocumentId, Document>,
    members: BTreeMap<FeedNumber, BTreeSet<DocumentNumber>>,
    /// A change came that builds on one that never came, or the sums of both sides differ.
    lost_track: bool,
}

impl Walker {
    fn new(memory: Memory) -> Self {
        Self {
            memory,
            base: 0,
            behind: Vec::new(),
            numbers: BTreeMap::new(),
            held: BTreeMap::new(),
            members: BTreeMap::new(),
            lost_track: false,
        }
    }

    /// One round trip. True if there is more.
    fn walk(&mut self, town: &Town, reply_is_lost: bool) -> bool {
        let pulled = town.pull(self.base, &self.behind);
        if reply_is_lost {
            return true;
        }
        for page in pulled.pages {
            self.take(page);
        }
        self.base = pulled.base;
        let named: BTreeSet<_> = self.members.values().flatten().copied().collect();
        self.numbers.retain(|number, _| named.contains(number));
        let named: BTreeSet<_> = self.numbers.values().copied().collect();
        self.held.retain(|id, _| named.contains(id));
        self.lost_track |= pulled.checksum.is_some_and(|theirs| theirs != self.checksum());
        pulled.more
    }

    fn take(&mut self, page: Page) {
        let Page { feed, base, pos, done, documents } = page;
        let goes_on =
            self.behind.iter().any(|cursor| cursor.feed == feed && cursor.base == 0 && cursor.pos > 0);
        if base == 0 && !goes_on {
            self.members.insert(feed, BTreeSet::new());
        }
        let members = self.members.entry(feed).or_default();
        for document in documents {
            match document {
                PageDocument::Enter { number, id, kind, snapshot, .. } => {
                    self.numbers.insert(number, id);
                    self.held.insert(id, Document::load(kind, &snapshot).unwrap());
                    members.insert(number);
                }
                PageDocument::Changes { number, changes } => {
                    let held = self.numbers.get(&number).and_then(|id| self.held.get_mut(id));
                    match held {
                        Some(held) => {
                            self.lost_track |= changes.iter().any(|change| held.apply(change).is_err());
                        }
                        None => self.lost_track = true,
                    }
                }
                PageDocument::Held { number } => {
                    members.insert(number);
                }
                PageDocument::Leave { number } => {
                    members.remove(&number);
                }
            }
        }
        self.behind.retain(|cursor| cursor.feed != feed);
        if !done {
            let base = match self.memory {
                Memory::BaseAndPosition => base,
                Memory::PositionAlone => pos,
            };
            self.behind.push(FeedCursor { feed, base, pos });
        }
    }

    fn checksum(&self) -> u64 {
        let each = self.members.values().flatten().map(|number| {
            let held = self.numbers.get(number).and_then(|id| Some((id, self.held.get(id)?)));
            held.map_or(0, |(id, document)| document.heads().checksum(*id))
        });
        each.fold(0, u64::wrapping_add)
    }

    /// What it holds, and of how many changes, the seed apart.
    fn has(&self) -> BTreeMap<DocumentId, usize> {
        let seed = |document: &Document| Document::new(document.kind()).unwrap().changes().len();
        self.held.iter().map(|(id, document)| (*id, document.changes().len() - seed(document))).collect()
    }
}

fn new_case(site: SiteId) -> NewCase {
    NewCase {
        kind: CaseKind::Repair,
        channel: Channel::Phone,
        site,
        place: Place::default(),
        description: "灯不亮".to_owned(),
        subject: "equipment/light".to_owned(),
        urgency: Urgency::General,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    }
}

/// Edits and round trips in any order, then silence. Tells how the walker ends with anything but what the
/// model says.
fn walk_through(seed: u64, memory: Memory) -> Result<(), String> {
    let mut town = Town::new(seed);
    let mut walker = Walker::new(memory);
    for _ in 0..45 {
        match town.rng.random_range(0..20) {
            0..13 => town.happen(),
            13 if town.rng.random_bool(0.3) => town.promote(),
            _ => {
                let lost = town.rng.random_bool(0.25);
                walker.walk(&town, lost);
            }
        }
    }
    let mut left = 200;
    while walker.walk(&town, false) {
        left -= 1;
        if left == 0 {
            return Err("the walk never ends".to_owned());
        }
    }
    if walker.lost_track {
        return Err("a change was lost".to_owned());
    }
    let (has, wanted) = (walker.has(), town.wanted());
    if has == wanted { Ok(()) } else { Err(format!("{has:?} is held, of {wanted:?}")) }
}

#[test]
fn walks_in_small_pages_end_with_exactly_what_the_feeds_hold() {
    for seed in 0..40 {
        assert_eq!(walk_through(seed, Memory::BaseAndPosition), Ok(()), "seed {seed}");
    }
}

#[test]
fn a_walk_that_remembers_one_number_loses_changes() {
    let wrong = (0..40).any(|seed| walk_through(seed, Memory::PositionAlone).is_err());
    assert!(wrong, "the model cannot tell a cursor that loses changes from one that does not");
}

/// The shortest loss: one document changes, another does, and the first one again before the page that
/// would have told of it.
#[test]
fn a_document_that_changes_again_behind_the_walk_is_lost_to_one_number() {
    let lost = |memory| {
        let mut town = Town::new(1);
        let mut walker = Walker::new(memory);
        let cases = [(); 3].map(|()| DocumentId::mint(NOW, &mut town.rng));
        for case in cases {
            let (received, new) = (EntryId::mint(NOW, &mut town.rng), new_case(town.site));
            town.edit(&Command::CreateCase { case, received, new });
            let (order, dispatched) = (OrderId::mint(NOW, &mut town.rng), EntryId::mint(NOW, &mut town.rng));
            let department = Department::Engineering;
            town.edit(&Command::Dispatch { case, order, dispatched, department, assignee: None, new: None });
        }
        while walker.walk(&town, false) {}
        let mut note = |case| {
            let new = NewEntry::now(Fact::Remark, "记".repeat(1_300));
            let entry = EntryId::mint(NOW, &mut town.rng);
            town.edit(&Command::Record { case, order: None, entry, new });
        };
        note(cases[0]);
        note(cases[1]);
        note(cases[2]);
        note(cases[0]);
        while walker.walk(&town, false) {}
        walker.lost_track || walker.has()[&cases[0]] != 4
    };
    assert!(!lost(Memory::BaseAndPosition));
    assert!(lost(Memory::PositionAlone));
}

/// The document enters a feed while another feed that gives it is in the middle of its walk: whoever is then
/// level in the first must hold all of it, or the next change builds on what never came.
#[test]
fn a_document_held_from_another_feed_is_told_up_to_the_end_at_once() {
    let mut town = Town::new(1);
    let mut walker = Walker::new(Memory::BaseAndPosition);
    let mut orders = Vec::new();
    for _ in 0..3 {
        let case = DocumentId::mint(NOW, &mut town.rng);
        let (received, new) = (EntryId::mint(NOW, &mut town.rng), new_case(town.site));
        town.edit(&Command::CreateCase { case, received, new });
        let (order, dispatched) = (OrderId::mint(NOW, &mut town.rng), EntryId::mint(NOW, &mut town.rng));
        let department = Department::Engineering;
        town.edit(&Command::Dispatch { case, order, dispatched, department, assignee: None, new: None });
        orders.push((case, order));
    }
    while walker.walk(&town, false) {}
    let note = |town: &mut Town, case| {
        let new = NewEntry::now(Fact::Remark, "记".repeat(1_300));
        let entry = EntryId::mint(NOW, &mut town.rng);
        town.edit(&Command::Record { case, order: None, entry, new });
    };
    // The department's walk is full before it comes to the last case, which becomes the technician's own.
    orders.iter().for_each(|(case, _)| note(&mut town, *case));
    let (case, order) = orders[2];
    let assignee = town.technician;
    town.edit(&Command::Assign { case, order, assignee });
    assert!(walker.walk(&town, false), "the department's walk is not at its end");
    note(&mut town, case);
    while walker.walk(&town, false) {}
    assert!(!walker.lost_track);
    // Created, given to the department, noted, assigned, noted.
    assert_eq!(walker.has()[&case], 5);
}
