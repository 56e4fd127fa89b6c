//! [`Property::Private`].

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &mut World) -> Result<(), Violation> {
    let (mut held, mut found) = (0, 0);
    for at in 0..world.devices.len() {
        let device = &mut world.devices[at];
        let name = device.name.clone();
        let replica = device.replica.as_mut().unwrap();
        let mut holds = Vec::new();
        for canary in &world.canaries {
            holds.push(replica.contact(canary.case).unwrap().is_some());
        }
        // As a thief finds them, before any tidying up.
        let words = device.frozen().words("canary-");
        for (canary, holds) in world.canaries.iter().zip(holds) {
            let there = words.iter().any(|word| word.starts_with(&canary.words));
            held += usize::from(holds);
            found += usize::from(there && holds);
            // What was typed on a phone stays in its outbox; anything else comes and goes with the feeds.
            if there && !holds && canary.written_on != Some(at) {
                let never = if world.ever_assigned.contains(&(canary.case, device.person)) {
                    "still"
                } else {
                    "ever"
                };
                let what = format!("{name} {never} has {} of case {}", canary.words, canary.case);
                return Err(Property::Private.broken(what));
            }
        }
    }
    // If nobody has any, the search is blind and proves nothing.
    if held > 0 && found == 0 {
        return Err(Property::Private.broken("not one word was found where it belongs"));
    }
    privileges_only(world)
}

/// A feed that carries contact data reaches nobody but the desk of the estate and whoever was given an
/// order of the case.
fn privileges_only(world: &mut World) -> Result<(), Violation> {
    use roundsman_sync_core::model::Role;
    for at in 0..world.devices.len() {
        let person = world.devices[at].person;
        let desks: Vec<_> = world
            .rights_of(person)
            .into_iter()
            .filter(|(_, role, _)| match role {
                Role::Guard | Role::Technician | Role::Admin => false,
                Role::Reception | Role::Supervisor | Role::SiteDirector | Role::Manager => true,
            })
            .map(|(site, ..)| site)
            .collect();
        for canary in world.canaries.clone() {
            let held = world.devices[at].replica.as_mut().unwrap().contact(canary.case).unwrap().is_some();
            if !held || world.ever_assigned.contains(&(canary.case, person)) {
                continue;
            }
            let site = world.server_case(canary.case).and_then(|case| case.site);
            if site.is_none_or(|site| !desks.contains(&site)) {
                let what = format!("{} holds the contact of {}", world.devices[at].name, canary.case);
                return Err(Property::Private.broken(what));
            }
        }
    }
    Ok(())
}
