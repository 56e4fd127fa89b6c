//! [`Property::HonestRunsAreQuiet`], as far as it shows only at the end. Refusals of form, cursors set
//! back and endless talk are caught where they happen.

use roundsman_sync_core::ids::PersonId;

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &World) -> Result<(), Violation> {
    if let Some(device) = world.devices.iter().find(|device| device.resyncs > 0) {
        return Err(Property::HonestRunsAreQuiet.broken(format!("{} began anew", device.name)));
    }
    let rogue = *world.rogue_device().as_bytes();
    let waiting: i64 = world.read(|db| {
        let count = "SELECT count(DISTINCT source) FROM waiting WHERE device <> ?1";
        Ok(db.query_row(count, [rogue], |row| row.get(0))?)
    });
    // Phones send in order, so what a change builds on is there before it, or was refused before it.
    if waiting > 0 {
        return Err(Property::HonestRunsAreQuiet.broken(format!("{waiting} changes wait for ever")));
    }
    // Whatever a phone let its user do was theirs to do, unless a right was taken from them meanwhile.
    let refused: Vec<(PersonId, String, String)> = world.read(|db| {
        let mut all = db.prepare(
            "SELECT DISTINCT person, code, why FROM changes WHERE code IN ('role_not_permitted', 'site_not_permitted',
             'change_not_permitted', 'entry_immutable', 'change_malformed') AND device <> ?1",
        )?;
        let rows =
            all.query_map([rogue], |row| Ok((PersonId::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    let lost = |person: &PersonId, code: &str| {
        world.ever_lost_a_role.contains(person) && matches!(code, "role_not_permitted" | "site_not_permitted")
    };
    match refused.iter().find(|(person, code, _)| !lost(person, code)) {
        None => Ok(()),
        Some((_, code, why)) => {
            Err(Property::HonestRunsAreQuiet.broken(format!("an honest edit was refused: {code}: {why}")))
        }
    }
}
