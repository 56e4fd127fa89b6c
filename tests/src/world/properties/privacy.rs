//! [`Property::Private`].

use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::{Case, Role};

use super::{Property, Violation};
use crate::world::{Canary, World};

pub(super) fn check(world: &mut World) -> Result<(), Violation> {
    let mut found = 0;
    for at in 0..world.devices.len() {
        let holds: Vec<bool> = contact_held(world, at);
        // As after a crash, so that nothing is tidied up that would stay on a real phone.
        let words = world.devices[at].frozen().words("canary-");
        for (canary, holds) in world.canaries.iter().zip(holds) {
            let there = words.iter().any(|word| word.starts_with(&canary.words));
            found += usize::from(there && holds);
            if there && !holds && !may_have_had(world, at, canary) {
                let what = format!("{} has {} of case {}", world.devices[at].name, canary.words, canary.case);
                return Err(Property::Private.broken(what));
            }
        }
    }
    // If nobody has any, the search is blind and proves nothing.
    let anybody = (0..world.devices.len()).any(|at| contact_held(world, at).contains(&true));
    if anybody && found == 0 {
        return Err(Property::Private.broken("not one word was found where it belongs"));
    }
    Ok(())
}

/// For each canary, whether the phone now holds its words in a contact document.
fn contact_held(world: &mut World, at: usize) -> Vec<bool> {
    let canaries = world.canaries.clone();
    let Some(replica) = world.devices[at].replica.as_mut() else { return vec![false; canaries.len()] };
    let holds = |canary: &Canary| {
        replica
            .contact(canary.case)
            .unwrap()
            .is_some_and(|contact| format!("{contact:?}").contains(&canary.words))
    };
    canaries.iter().map(holds).collect()
}

/// Whether the person may know the words: they wrote them on this phone, were given an order of the case,
/// or sit at the desk of its estate.
fn may_have_had(world: &World, at: usize, canary: &Canary) -> bool {
    let device = &world.devices[at];
    canary.written_on == Some(at)
        || world.ever_assigned.contains(&(canary.case, device.person))
        || site_of(world, canary.case).is_none_or(|site| {
            world.rights_of(device.person).iter().any(|(at, role, _)| *at == site && sits_at_a_desk(*role))
        })
}

fn sits_at_a_desk(role: Role) -> bool {
    match role {
        Role::Guard | Role::Technician | Role::Admin => false,
        Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => true,
    }
}

fn site_of(world: &World, case: DocumentId) -> Option<roundsman_sync_core::ids::SiteId> {
    let known: bool = world.read(|db| {
        Ok(db.prepare_cached("SELECT 1 FROM documents WHERE id = ?1")?.exists([case.as_bytes()])?)
    });
    // Contact data of a case that never arrived went nowhere, so nobody but its writer may have it.
    let read: Option<Case> = if known { world.server_case(case) } else { None };
    read.and_then(|case| case.site).or(Some(roundsman_sync_core::ids::SiteId::from_bytes([0; 16])))
}
