//! [`Property::Rebuildable`].

use roundsman_server::projection;

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &World) -> Result<(), Violation> {
    let differences = world.read(|db| projection::compare(db));
    if differences.is_empty() {
        return Ok(());
    }
    Err(Property::Rebuildable.broken(format!("{differences:?}")))
}
