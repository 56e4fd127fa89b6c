//! [`Property::TimesWitnessed`].

use std::collections::BTreeMap;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, EntryId};

use super::{Property, Violation};
use crate::world::{Given, World};

/// One row of the table of entries.
type Row = ([u8; 16], [u8; 16], i64, Option<i64>, i64);

pub(super) fn check(world: &World) -> Result<(), Violation> {
    let on_phones = world.devices.iter().flat_map(|device| &device.given);
    let given: BTreeMap<EntryId, &Given> = on_phones
        .chain(&world.office_given)
        .flat_map(|given| given.entries.iter().map(move |entry| (*entry, given)))
        .collect();
    let rows: Vec<Row> = world.read(|db| {
        let mut all = db.prepare(
            "SELECT d.id, e.entry, e.claimed_at, e.not_before, e.received
             FROM entries e JOIN documents d ON d.number = e.document",
        )?;
        let rows =
            all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    for (document, entry, claimed_at, not_before, received) in rows {
        let (document, entry) = (DocumentId::from_bytes(document), EntryId::from_bytes(entry));
        let broken =
            |what: String| Err(Property::TimesWitnessed.broken(format!("{entry} of {document}: {what}")));
        let Some(given) = given.get(&entry) else { return broken("nobody made it".to_owned()) };
        if not_before.is_some_and(|not_before| not_before > received) {
            return broken(format!("received at {received}, and not before {not_before:?}"));
        }
        // What the office took over is its own word, from its own hand.
        let taken_over = world.taken_over.get(&(document, given.command)).copied();
        let claim = taken_over.unwrap_or(given.claimed_at).millis();
        if claimed_at != claim {
            return broken(format!("claimed for {claim}, stands at {claimed_at}"));
        }
        let first = taken_over.or_else(|| world.witnessed.get(&(document, given.command)).copied());
        let first = first.map(Timestamp::millis);
        if first != Some(received) {
            return broken(format!("first received at {first:?}, the table says {received}"));
        }
    }
    Ok(())
}
