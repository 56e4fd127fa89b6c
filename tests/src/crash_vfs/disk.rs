//! A disk that remembers what was promised and what was only hoped for.
//!
//! Pure: no clock, no chance of its own, no SQLite. A [`Disk`] is the sum of its [`Operation`]s, so the
//! state before any of them can be made again by replaying the ones that came earlier.
//!
//! What a power loss may do here, and what it may not:
//! - bytes written before a successful sync of their file are there afterwards;
//! - of later writes any subset may be there, in any order, each torn at sector boundaries;
//! - a write never damages bytes beside it (what Linux file systems and flash controllers give, and
//!   SQLite assumes as `SQLITE_IOCAP_POWERSAFE_OVERWRITE`);
//! - names are created and deleted for certain when their folder is synced, and until then may be found
//!   in any of their states. SQLite's Unix layer syncs the folder at the first sync of a journal or WAL
//!   that it made, and at a deletion when SQLite asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

/// The bytes of every file by name. Sorted, so that a seeded choice over it is the same in each run.
pub type Image = BTreeMap<String, Vec<u8>>;

/// The smallest unit that a disk writes whole.
const SECTOR_BYTES: usize = 512;

/// A file apart from its name: a deleted name can come back after a power loss, with its old file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileId(pub(super) u64);

/// One step that changes what a disk holds.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create {
        name: String,
        file: FileId,
        /// Whether the file's first sync also syncs its folder.
        first_sync_is_for_folder: bool,
    },
    Write {
        file: FileId,
        offset: usize,
        bytes: Arc<[u8]>,
    },
    Truncate {
        file: FileId,
        size: usize,
    },
    Sync {
        file: FileId,
    },
    Delete {
        name: String,
        folder_synced: bool,
    },
}

/// A step that a power loss may undo.
#[derive(Clone, Debug)]
enum Change {
    Write { offset: usize, bytes: Arc<[u8]> },
    Truncate { size: usize },
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes: new } => overwrite(bytes, *offset, new),
            Self::Truncate { size } => bytes.resize(*size, 0),
        }
    }

    /// The parts of this change that reach the disk each on their own.
    fn torn(&self) -> Vec<Self> {
        let Self::Write { offset, bytes } = self else {
            return vec![self.clone()];
        };
        let mut parts = Vec::new();
        let mut from = 0;
        while from < bytes.len() {
            let to_boundary = SECTOR_BYTES - (offset + from) % SECTOR_BYTES;
            let until = bytes.len().min(from + to_boundary);
            parts.push(Self::Write { offset: offset + from, bytes: bytes[from..until].into() });
            from = until;
        }
        parts
    }
}

fn overwrite(bytes: &mut Vec<u8>, offset: usize, new: &[u8]) {
    let end = offset + new.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(new);
}

#[derive(Clone, Debug, Default)]
struct File {
    /// What programs read.
    cached: Vec<u8>,
    /// What is certain.
    durable: Vec<u8>,
    /// `durable` with these applied in order is `cached`.
    unsynced: Vec<Change>,
    next_sync_is_for_folder: bool,
}

impl File {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.cached);
        self.unsynced.push(change);
    }

    fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    /// What this file may hold after a power loss. The four ways are equally likely, because bugs hide
    /// in the tidy outcomes (nothing, everything, a prefix) as well as in chaos.
    fn survivor(&self, rng: &mut dyn Rng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let survived: Vec<Change> = match rng.random_range(0..4) {
            0 => Vec::new(),
            1 => self.unsynced.clone(),
            2 => {
                let mut parts: Vec<Change> = self.unsynced.iter().flat_map(Change::torn).collect();
                parts.truncate(rng.random_range(0..=parts.len()));
                parts
            }
            _ => {
                let kept = [0.1, 0.5, 0.9][rng.random_range(0..3)];
                let mut parts: Vec<Change> = self.unsynced.iter().flat_map(Change::torn).collect();
                parts.retain(|_| rng.random_bool(kept));
                parts.shuffle(rng);
                parts
            }
        };
        for change in survived {
            change.apply(&mut bytes);
        }
        bytes
    }
}

/// Where a name leads, and where it may lead again after a power loss.
#[derive(Clone, Debug, Default)]
struct Name {
    now: Option<FileId>,
    /// Every state since the last certain one, which stands first.
    possible: Vec<Option<FileId>>,
}

impl Name {
    fn lead_to(&mut self, file: Option<FileId>) {
        if self.possible.is_empty() {
            self.possible.push(self.now);
        }
        self.possible.push(file);
        self.now = file;
    }

    fn settle(&mut self) {
        self.possible = vec![self.now];
    }
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// All files of one simulated disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    files: BTreeMap<FileId, File>,
    names: BTreeMap<String, Name>,
}

impl Disk {
    /// A disk that holds exactly this, all of it certain. File ids count from zero in name order.
    pub(super) fn of(image: Image) -> Self {
        let mut disk = Self::default();
        for (id, (name, bytes)) in (0..).map(FileId).zip(image) {
            let now = Some(id);
            let file = File {
                cached: bytes.clone(),
                durable: bytes,
                unsynced: Vec::new(),
                next_sync_is_for_folder: false,
            };
            disk.files.insert(id, file);
            disk.names.insert(name, Name { now, possible: vec![now] });
        }
        disk
    }

    pub(super) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Create { name, file, first_sync_is_for_folder } => {
                let next_sync_is_for_folder = *first_sync_is_for_folder;
                self.files.insert(*file, File { next_sync_is_for_folder, ..File::default() });
                let entry = self.names.entry(name.clone()).or_default();
                entry.lead_to(Some(*file));
            }
            Operation::Write { file, offset, bytes } => {
                self.change(*file, Change::Write { offset: *offset, bytes: Arc::clone(bytes) })
            }
            Operation::Truncate { file, size } => {
                self.change(*file, Change::Truncate { size: *size });
            }
            Operation::Sync { file } => self.sync(*file),
            Operation::Delete { name, folder_synced } => {
                if let Some(entry) = self.names.get_mut(name) {
                    entry.lead_to(None);
                }
                if *folder_synced {
                    self.sync_folder(folder(name));
                }
            }
        }
    }

    fn sync(&mut self, id: FileId) {
        let Some(file) = self.files.get_mut(&id) else { return };
        file.sync();
        if std::mem::take(&mut file.next_sync_is_for_folder) {
            let name = self.names.iter().find(|(_, name)| name.now == Some(id));
            if let Some(folder) = name.map(|(name, _)| folder(name).to_owned()) {
                self.sync_folder(&folder);
            }
        }
    }

    fn sync_folder(&mut self, synced: &str) {
        let names = self.names.iter_mut().filter(|(name, _)| folder(name) == synced);
        names.for_each(|(_, name)| name.settle());
    }

    fn change(&mut self, file: FileId, change: Change) {
        if let Some(file) = self.files.get_mut(&file) {
            file.change(change);
        }
    }

    /// The file that a name leads to now.
    pub(super) fn lookup(&self, name: &str) -> Option<FileId> {
        self.names.get(name)?.now
    }

    /// What a program reads from a file.
    pub(super) fn bytes(&self, file: FileId) -> &[u8] {
        self.files.get(&file).map_or(&[], |file| &file.cached)
    }

    /// Drops files that no program has open and that no power loss can bring back.
    pub(super) fn forget_lost_files(&mut self, is_open: impl Fn(FileId) -> bool) {
        let names = &self.names;
        self.files.retain(|id, _| {
            is_open(*id)
                || names.values().any(|name| name.now == Some(*id) || name.possible.contains(&Some(*id)))
        });
    }

    /// What may be on the disk if the power fails now.
    pub(super) fn image(&self, rng: &mut dyn Rng) -> Image {
        let mut image = Image::new();
        for (name, leads) in &self.names {
            let states = &leads.possible;
            if let Some(file) = states[rng.random_range(0..states.len())]
                && let Some(file) = self.files.get(&file)
            {
                image.insert(name.clone(), file.survivor(rng));
            }
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    use super::*;

    const FILE: FileId = FileId(0);

    fn disk(operations: &[Operation]) -> Disk {
        let mut disk = Disk::default();
        let name = "a".to_owned();
        disk.apply(&Operation::Create { name, file: FILE, first_sync_is_for_folder: true });
        for operation in operations {
            disk.apply(operation);
        }
        disk
    }

    fn write(offset: usize, byte: u8, length: usize) -> Operation {
        Operation::Write { file: FILE, offset, bytes: vec![byte; length].into() }
    }

    fn images(disk: &Disk) -> impl Iterator<Item = Image> {
        (0..300).map(|seed| disk.image(&mut ChaCha8Rng::seed_from_u64(seed)))
    }

    #[test]
    fn what_was_synced_is_in_every_image() {
        let disk = disk(&[write(0, 1, 2_000), Operation::Sync { file: FILE }, write(2_000, 2, 100)]);
        assert!(images(&disk).all(|image| image["a"][..2_000] == [1; 2_000]));
    }

    #[test]
    fn unsynced_writes_may_be_lost_kept_reordered_and_torn() {
        let disk = disk(&[Operation::Sync { file: FILE }, write(0, 1, 1_024), write(1_024, 2, 512)]);
        let outcomes: Vec<Vec<u8>> = images(&disk).map(|image| image["a"].clone()).collect();
        assert!(outcomes.iter().any(Vec::is_empty), "lost");
        assert!(outcomes.iter().any(|o| o == disk.bytes(FILE)), "kept whole and in order");
        let holds = |o: &Vec<u8>, at: usize, byte: u8| o.get(at) == Some(&byte);
        assert!(
            outcomes.iter().any(|o| holds(o, 1_024, 2) && holds(o, 0, 0)),
            "the later write without the earlier"
        );
        assert!(outcomes.iter().any(|o| holds(o, 0, 1) != holds(o, 512, 1)), "half of a write");
    }

    #[test]
    fn a_deleted_name_may_come_back_until_its_folder_is_synced() {
        let delete = |folder_synced| Operation::Delete { name: "a".to_owned(), folder_synced };
        let hoped = disk(&[Operation::Sync { file: FILE }, delete(false)]);
        let certain = disk(&[Operation::Sync { file: FILE }, delete(true)]);
        assert!(images(&hoped).any(|image| image.contains_key("a")));
        assert!(images(&hoped).any(|image| image.is_empty()));
        assert!(images(&certain).all(|image| image.is_empty()));
    }

    #[test]
    fn the_same_seed_gives_the_same_image() {
        let disk = disk(&[write(0, 1, 5_000), write(300, 2, 3_000)]);
        let image = |seed| disk.image(&mut ChaCha8Rng::seed_from_u64(seed));
        assert!((0..50).all(|seed| image(seed) == image(seed)));
    }
}
