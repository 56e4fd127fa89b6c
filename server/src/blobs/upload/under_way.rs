//! How much each device has under way, so that none can fill the disk with beginnings.
//!
//! An upload counts with the whole size it was promised with, from its creation until its photo is in
//! the store, it is terminated, or its time is over. A mirror of the records on the disk.

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::DeviceId;
use roundsman_sync_core::limits::{UPLOADS_BYTES_PER_DEVICE_MAX, UPLOADS_PER_DEVICE_MAX};

use super::UploadId;

#[derive(Debug, Default)]
pub(super) struct UnderWay {
    owners: BTreeMap<UploadId, DeviceId>,
    devices: BTreeMap<DeviceId, BTreeMap<UploadId, Open>>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    size: u64,
    expires: Timestamp,
}

impl UnderWay {
    /// Counts an upload in if its device may have one more of that size. One that counts already is
    /// counted with its new size and time.
    pub(super) fn admit(
        &mut self,
        now: Timestamp,
        id: UploadId,
        device: DeviceId,
        size: u64,
        expires: Timestamp,
    ) -> Result<(), Refusal> {
        let none = BTreeMap::new();
        let mine = self.devices.get(&device).unwrap_or(&none);
        let others = mine.iter().filter(|&(other, open)| *other != id && now <= open.expires);
        let (count, bytes) = others
            .fold((0_usize, 0_u64), |(count, bytes), (_, open)| (count + 1, bytes.saturating_add(open.size)));
        if count >= UPLOADS_PER_DEVICE_MAX {
            let message = format!("this device has {count} uploads under way; it has to end one first");
            return Err(Refusal::new(ErrorCode::UploadQuota, message));
        }
        if bytes.saturating_add(size) > UPLOADS_BYTES_PER_DEVICE_MAX {
            let message = format!(
                "the uploads of this device under way have {bytes} bytes; with {size} more they are over \
                 {UPLOADS_BYTES_PER_DEVICE_MAX}"
            );
            return Err(Refusal::new(ErrorCode::UploadQuota, message));
        }
        self.note(id, device, size, expires);
        Ok(())
    }

    /// Counts an upload in without asking.
    pub(super) fn note(&mut self, id: UploadId, device: DeviceId, size: u64, expires: Timestamp) {
        self.owners.insert(id, device);
        self.devices.entry(device).or_default().insert(id, Open { size, expires });
    }

    /// Counts an upload out, if it counted.
    pub(super) fn end(&mut self, id: UploadId) {
        let Some(device) = self.owners.remove(&id) else { return };
        if let Some(mine) = self.devices.get_mut(&device) {
            mine.remove(&id);
            if mine.is_empty() {
                self.devices.remove(&device);
            }
        }
    }
}
