//! [`Property::Private`].

use http::{Request, Response, StatusCode};
use roundsman_sync_core::ids::PersonId;
use roundsman_sync_core::limits::REPLY_BYTES_MAX;
use roundsman_sync_core::model::Role;
use roundsman_sync_core::protocol::messages::SyncReply;
use roundsman_sync_core::protocol::packing::unpack;

use super::{Property, Violation};
use crate::world::World;

/// Looks at every byte that a phone is sent, as it is sent: contact data that its person has no right to at
/// this moment must not be among them, in whatever part of the reply.
///
/// The right is worked out from the case and the person's roles alone, not from feeds.
pub(in crate::world) fn check_received(
    world: &World,
    to: usize,
    request: &Request<Vec<u8>>,
    reply: &Response<Vec<u8>>,
) -> Result<(), Violation> {
    if request.uri().path() != "/v1/sync" || reply.status() != StatusCode::OK {
        return Ok(());
    }
    let message: SyncReply = unpack(reply.body(), REPLY_BYTES_MAX).unwrap();
    let bytes = minicbor::to_vec(&message).unwrap();
    let device = &world.devices[to];
    for canary in &world.canaries {
        let found = bytes.windows(canary.words.len()).any(|window| window == canary.words.as_bytes());
        if found && !has_right(world, device.person, canary.case) {
            let what = format!("{} was sent {} of case {}", device.name, canary.words, canary.case);
            return Err(Property::Private.broken(what));
        }
    }
    Ok(())
}

/// Whether a person may know who raised a case, now.
fn has_right(world: &World, person: PersonId, case: roundsman_sync_core::ids::DocumentId) -> bool {
    let Some(case) = world.server_case(case) else { return false };
    if case.about.all().contains(&person) {
        return false;
    }
    let restricted = !case.about.all().is_empty() || case.confidential.all().contains(&true);
    let has_order = case.orders.iter().any(|order| order.assignee.all().contains(&person));
    let rights = world.rights_of(person).into_iter().filter(|(site, ..)| Some(*site) == case.site);
    rights.into_iter().any(|(_, role, _)| match role {
        Role::Guard | Role::Admin => false,
        Role::Technician => has_order,
        Role::Reception | Role::Supervisor => !restricted,
        Role::SiteDirector | Role::Manager => true,
    })
}

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
