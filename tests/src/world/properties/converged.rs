//! [`Property::Converged`].

use std::collections::BTreeMap;

use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::model::{Case, Contact, Round};

use super::{Property, Violation};
use crate::world::World;

pub(super) fn check(world: &mut World) -> Result<(), Violation> {
    for at in 0..world.devices.len() {
        let wanted = match &world.devices[at] {
            device if device.is_member() => world.documents_for(device.person),
            // A phone that was shut out has lost everything of others; an unknown one never had it.
            _ => BTreeMap::new(),
        };
        let device = &mut world.devices[at];
        let (name, replica) = (device.name.clone(), device.replica.as_mut().unwrap());
        let broken = |what: String| Property::Converged.broken(format!("{name}: {what}"));
        let held: BTreeMap<_, _> = replica.document_heads().unwrap().into_iter().collect();
        if let Some(id) = held.keys().find(|id| !wanted.contains_key(id)) {
            return Err(broken(format!("{id} is on the phone and in none of its feeds")));
        }
        for (id, server) in &wanted {
            let Some(heads) = held.get(id) else {
                return Err(broken(format!("{:?} {id} is missing", server.kind)));
            };
            if *heads != server.heads || server.document.heads() != server.heads {
                return Err(broken(format!(
                    "{:?} {id} has heads {heads:?}; in the server's row {:?}, in its document {:?}",
                    server.kind,
                    server.heads,
                    server.document.heads()
                )));
            }
            let same = match server.kind {
                DocumentKind::Case => replica.case(*id).unwrap() == Some(Case::read(&server.document)),
                // A phone reads contact data through its case, which it may not have.
                DocumentKind::Contact => {
                    let case = server.document.fields().map("fields");
                    let case = case.and_then(|fields| {
                        fields.bytes("case", roundsman_sync_core::ids::DocumentId::from_slice)
                    });
                    replica.contact(case.unwrap()).unwrap() == Some(Contact::read(&server.document))
                }
                DocumentKind::Round => replica.round(*id).unwrap() == Some(Round::read(&server.document)),
                DocumentKind::Site => true,
            };
            if !same {
                return Err(broken(format!("{:?} {id} reads otherwise than at the server", server.kind)));
            }
        }
        listed_as_read(replica, &wanted).map_err(broken)?;
    }
    Ok(())
}

/// The list shows every case the phone holds, as its document reads.
fn listed_as_read(
    replica: &mut roundsman_sync_core::replica::Replica,
    wanted: &BTreeMap<roundsman_sync_core::ids::DocumentId, super::tables::ServerDocument>,
) -> Result<(), String> {
    use roundsman_sync_core::model::CaseSummary;
    use roundsman_sync_core::replica::CaseFilter;
    let listed =
        replica.cases(&CaseFilter::default(), 0, usize::MAX >> 1).map_err(|refusal| refusal.to_string())?;
    let cases = wanted.values().filter(|server| server.kind == DocumentKind::Case).count();
    if listed.len() != cases {
        return Err(format!("{} cases in the list of {cases}", listed.len()));
    }
    for item in listed {
        let summary = wanted.get(&item.id).map(|server| CaseSummary::of(&Case::read(&server.document)));
        if summary.as_ref() != Some(&item.summary) {
            return Err(format!("{} is listed as {:?}, and reads {summary:?}", item.id, item.summary));
        }
    }
    Ok(())
}
