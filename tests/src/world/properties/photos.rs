//! [`Property::PhotosArrive`].

use std::collections::BTreeSet;

use roundsman_sync_core::ids::{DeviceId, PhotoHash};

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &World) -> Result<(), Violation> {
    // Who was shut out cannot deliver any more.
    let mute: BTreeSet<DeviceId> =
        world.devices.iter().filter(|one| one.revoked).filter_map(|one| one.id).collect();
    type Row = ([u8; 32], [u8; 16], i64, Option<i64>);
    let owed: Vec<Row> = world.read(|db| {
        let mut all = db.prepare(
            "SELECT o.hash, o.device, o.size, b.size FROM owed o LEFT JOIN blobs b ON b.hash = o.hash",
        )?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    let mut named = BTreeSet::new();
    for (hash, device, promised, stored) in owed {
        let (hash, device) = (PhotoHash::from_bytes(hash), DeviceId::from_bytes(device));
        named.insert((device, hash));
        match stored {
            None if mute.contains(&device) => continue,
            None => return Err(Property::PhotosArrive.broken(format!("{hash} of {device} is not there"))),
            Some(size) if size != promised => {
                return Err(Property::PhotosArrive.broken(format!("{hash} has {size} bytes of {promised}")));
            }
            Some(_) => {}
        }
        let service = world.server.service().unwrap();
        if let Err(error) = service.blobs().check(hash) {
            return Err(Property::PhotosArrive.broken(format!("{hash}: {error}")));
        }
    }
    let in_cases: Vec<([u8; 32], [u8; 16])> = world.read(|db| {
        let mut all = db.prepare("SELECT hash, device FROM photos")?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    for (hash, device) in in_cases {
        let (hash, device) = (PhotoHash::from_bytes(hash), DeviceId::from_bytes(device));
        if !named.contains(&(device, hash)) {
            return Err(Property::PhotosArrive.broken(format!("{hash} is named and nobody owes it")));
        }
    }
    for device in world.devices.iter().filter(|device| device.is_member()) {
        let status = device.replica.as_ref().unwrap().status().unwrap();
        let refused = status.refused > 0;
        // A photo of a refused edit stays on the phone, and stays owed: nobody waits for it.
        if status.photos_owed > 0 && !refused {
            return Err(Property::PhotosArrive.broken(format!("{} thinks it owes photos", device.name)));
        }
    }
    Ok(())
}
