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
    Ok(())
}
