//! Everything that one simulated machine knows: its disk, who has which file open, the fault that
//! waits, and the record of what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::Rng;

use super::disk::{Disk, FileId, Image, Operation};
use super::locks::{FileLocks, SharedMemory};
use super::{Fault, HandleId, Recording};

/// A file that a connection has open.
#[derive(Debug)]
struct Open {
    file: FileId,
    name: String,
    delete_on_close: bool,
}

/// What the handles of one file share.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    pub(super) locks: FileLocks,
    pub(super) index: SharedMemory,
}

#[derive(Debug)]
struct PlannedFault {
    operation: usize,
    fault: Fault,
    /// Whether every later operation fails too, as on a disk that stays full.
    lasts: bool,
}

#[derive(Debug, Default)]
pub(super) struct State {
    disk: Disk,
    open: BTreeMap<HandleId, Open>,
    sharing: BTreeMap<FileId, Sharing>,
    ids_given: u64,
    operation_count: usize,
    planned: Option<PlannedFault>,
    recording: Option<Recording>,
}

impl State {
    pub(super) fn operation_count(&self) -> usize {
        self.operation_count
    }

    pub(super) fn image(&self, rng: &mut dyn Rng) -> Image {
        self.disk.image(rng)
    }

    pub(super) fn load(&mut self, image: Image) {
        assert!(self.open.is_empty(), "a machine with open files cannot start again: {:?}", self.open);
        // File ids start at zero again; the ones just given to the image are skipped.
        *self = Self {
            ids_given: u64::try_from(image.len()).unwrap_or(u64::MAX),
            disk: Disk::of(image),
            ..Self::default()
        };
    }

    pub(super) fn plan_fault(&mut self, operation: usize, fault: Fault, lasts: bool) {
        self.planned = Some(PlannedFault { operation, fault, lasts });
    }

    pub(super) fn heal(&mut self) {
        self.planned = None;
    }

    pub(super) fn start_recording(&mut self) {
        self.recording =
            Some(Recording { start: self.disk.clone(), first: self.operation_count, operations: Vec::new() });
    }

    pub(super) fn take_recording(&mut self) -> Option<Recording> {
        self.recording.take()
    }

    pub(super) fn sharing(&mut self, file: FileId) -> &mut Sharing {
        self.sharing.entry(file).or_default()
    }

    pub(super) fn bytes(&self, file: FileId) -> &[u8] {
        self.disk.bytes(file)
    }

    pub(super) fn file(&self, name: &str) -> Option<FileId> {
        self.disk.lookup(name)
    }

    /// Opens a file and makes it if it is missing and may be made; `None` if it may not.
    pub(super) fn open(
        &mut self,
        name: Option<&str>,
        may_create: bool,
        delete_on_close: bool,
        first_sync_is_for_folder: bool,
    ) -> Result<Option<(HandleId, FileId)>, Fault> {
        let handle = HandleId(self.next_id());
        let name = name.map_or_else(|| format!("temporary-{}", handle.0), str::to_owned);
        let file = match self.disk.lookup(&name) {
            Some(file) => file,
            None if !may_create => return Ok(None),
            None => {
                let file = FileId(self.next_id());
                let name = name.clone();
                self.perform(Operation::Create { name, file, first_sync_is_for_folder })?;
                file
            }
        };
        self.open.insert(handle, Open { file, name, delete_on_close });
        Ok(Some((handle, file)))
    }

    pub(super) fn close(&mut self, handle: HandleId) {
        let Some(closed) = self.open.remove(&handle) else {
            return;
        };
        if closed.delete_on_close {
            // A temporary file that could not be deleted harms nobody.
            let _ = self.perform(Operation::Delete { name: closed.name, folder_synced: false });
        }
        let sharing = self.sharing(closed.file);
        sharing.locks.forget(handle);
        sharing.index.unmap(handle);
        let open = &self.open;
        let is_open = |id| open.values().any(|other| other.file == id);
        if !is_open(closed.file) {
            self.sharing.remove(&closed.file);
            self.disk.forget_lost_files(is_open);
        }
    }

    /// Carries one operation out, or lets the planned fault strike it. Of a write that fails the first
    /// half still arrives, as happens on a disk that has just become full.
    pub(super) fn perform(&mut self, operation: Operation) -> Result<(), Fault> {
        let number = self.operation_count;
        self.operation_count += 1;
        let Some(fault) = self.strikes(number) else {
            self.carry_out(operation);
            return Ok(());
        };
        if let Operation::Write { file, offset, bytes } = operation {
            let bytes: Arc<[u8]> = bytes[..bytes.len() / 2].into();
            self.carry_out(Operation::Write { file, offset, bytes });
        }
        Err(fault)
    }

    fn strikes(&self, operation: usize) -> Option<Fault> {
        let planned = self.planned.as_ref()?;
        let hit = operation == planned.operation || (planned.lasts && operation > planned.operation);
        hit.then_some(planned.fault)
    }

    fn carry_out(&mut self, operation: Operation) {
        self.disk.apply(&operation);
        if let Some(recording) = &mut self.recording {
            recording.operations.push((self.operation_count, operation));
        }
    }

    fn next_id(&mut self) -> u64 {
        let id = self.ids_given;
        self.ids_given += 1;
        id
    }
}
