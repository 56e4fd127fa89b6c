//! What the office does about what was refused.

use rand::RngExt;
use rand::seq::IndexedRandom;
use roundsman_server::ingest::OfficeError;
use roundsman_server::log::ChangeName;
use roundsman_sync_core::ids::{ChangeHash, CommandId, DocumentId};

use super::World;

type Open = ([u8; 16], [u8; 32], Option<[u8; 16]>, [u8; 16]);

impl World {
    /// Takes over what somebody meant, or closes it with a note.
    pub(super) fn deal_with_a_refusal(&mut self) {
        let Some(desk) = self.desk() else { return };
        let open: Vec<Open> = self.read(|db| {
            let mut all = db.prepare(
                "SELECT document, hash, command, device FROM changes
                 WHERE verdict IN (2, 4) AND settled IS NULL ORDER BY source",
            )?;
            let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        });
        let Some(chosen) = open.choose(&mut self.rng) else { return };
        let with_it: Vec<ChangeName> = open
            .iter()
            .filter(|one| one.2.is_some() && one.2 == chosen.2 && one.3 == chosen.3)
            .map(|(document, hash, ..)| ChangeName {
                document: DocumentId::from_bytes(*document),
                hash: ChangeHash::from_bytes(*hash),
            })
            .collect();
        let Some(command) = chosen.2.map(CommandId::from_bytes) else { return };
        // What no command does has no place in the model of what should stand.
        let is_a_command = self.devices.iter().flat_map(|device| &device.given).chain(&self.office_given);
        let is_a_command = is_a_command.into_iter().any(|given| given.command == command);
        let takes_over = is_a_command && self.rng.random_bool(0.7);
        let (service, rng) = self.server.office().unwrap();
        let done = service.write::<_, OfficeError>(|batch, office| {
            if takes_over {
                office.salvage(batch, rng, desk, &with_it)
            } else {
                office.close_refused(batch, desk, "电话里说清楚了", with_it.clone())
            }
        });
        let what = if takes_over { "takes over" } else { "closes" };
        self.note(format!("the office {what} {command}: {done:?}"));
        if takes_over && done.is_ok() {
            self.taken_over.extend(with_it.iter().map(|name| ((name.document, command), desk.now)));
        }
    }
}
