//! [`Property::HonestRunsAreQuiet`], as far as it shows only at the end. Refusals of form, cursors set
//! back and endless talk are caught where they happen.

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &World) -> Result<(), Violation> {
    if let Some(device) = world.devices.iter().find(|device| device.resyncs > 0) {
        return Err(Property::HonestRunsAreQuiet.broken(format!("{} began anew", device.name)));
    }
    let waiting: i64 = world
        .read(|db| Ok(db.query_row("SELECT count(DISTINCT source) FROM waiting", [], |row| row.get(0))?));
    // Phones send in order, so what a change builds on is there before it, or was refused before it.
    if waiting > 0 {
        return Err(Property::HonestRunsAreQuiet.broken(format!("{waiting} changes wait for ever")));
    }
    // Rights only grow here, so whatever a phone let its user do was theirs to do.
    let refused: Vec<(String, String)> = world.read(|db| {
        let mut all = db.prepare(
            "SELECT DISTINCT code, why FROM changes WHERE code IN ('role_not_permitted', 'site_not_permitted',
             'change_not_permitted', 'entry_immutable', 'change_malformed')",
        )?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    match refused.first() {
        None => Ok(()),
        Some((code, why)) => {
            Err(Property::HonestRunsAreQuiet.broken(format!("an honest edit was refused: {code}: {why}")))
        }
    }
}
