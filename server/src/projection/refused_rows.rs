//! What was refused: what became of it since, and the photos that it names.
//!
//! A refused change is *open* until the office has taken over what was meant (salvaged), the same phone has
//! got the same command through (made again), or the office has closed it with a note. What comes first counts.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{ChangeNote, ScannedChange};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DeviceId, DocumentId, PersonId};
use roundsman_sync_core::model::{Preview, named_bytes};
use roundsman_sync_core::protocol::messages::Pos;

use super::Projection;
use super::change_rows::Delivery;
use crate::database::DatabaseError;
use crate::log::{ChangeName, LoggedVerdict};

impl Projection<'_> {
    /// A change was refused. The photos that it names may still be brought, so that whoever deals with it sees
    /// them and the phone can pay its debt.
    pub(super) fn refused(
        &self,
        document: DocumentId,
        bytes: &[u8],
        change: &ScannedChange,
        verdict: &LoggedVerdict,
        delivery: Delivery,
    ) -> Result<(), DatabaseError> {
        if *verdict == LoggedVerdict::Fork {
            self.forked(document, &change.actor, delivery)?;
        }
        // A revoked phone brings nothing any more.
        if matches!(verdict, LoggedVerdict::Quarantined { code: ErrorCode::DeviceRevoked, .. }) {
            return Ok(());
        }
        for named in named_bytes(bytes, change) {
            self.owe(named.hash, named.size, delivery)?;
            let preview = named.preview.map(|(hash, size)| Preview { hash, size });
            if let Some(preview) = preview {
                self.owe_preview(preview, delivery)?;
            }
            if named.is_signature {
                continue;
            }
            self.db
                .prepare_cached(
                    "INSERT OR IGNORE INTO refused_photos (document, change, hash, size, preview)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute((
                    document.as_bytes(),
                    change.hash.as_bytes(),
                    named.hash.as_bytes(),
                    named.size.cast_signed(),
                    preview.map(|preview| *preview.hash.as_bytes()),
                ))?;
        }
        Ok(())
    }

    /// A change was accepted: what was refused of the same command is settled by it. Only the phone that was
    /// refused makes its command again, and only the office takes one over. Another phone's change under that
    /// command settles nothing: else a forger could make the refusal vanish from the list.
    pub(super) fn command_got_through(
        &self,
        pos: Pos,
        document: DocumentId,
        note: &ChangeNote,
        device: DeviceId,
    ) -> Result<(), DatabaseError> {
        self.db
            .prepare_cached(
                "UPDATE changes SET settled_pos = ?3, settled = CASE
                     WHEN EXISTS (SELECT 1 FROM devices d WHERE d.device = ?4 AND d.person = zeroblob(16))
                     THEN 'salvaged' ELSE 'made_again' END
                 WHERE document = ?1 AND command = ?2 AND verdict <> 0 AND verdict IN (2, 4)
                     AND settled IS NULL
                     AND (device = ?4 OR code = 'recovered' AND person = ?5
                         OR EXISTS (SELECT 1 FROM devices d WHERE d.device = ?4 AND d.person = zeroblob(16)))",
            )?
            .execute((
                document.as_bytes(),
                note.command.as_bytes(),
                pos.cast_signed(),
                device.as_bytes(),
                note.person.as_bytes(),
            ))?;
        Ok(())
    }

    pub(super) fn quarantine_closed(
        &self,
        pos: Pos,
        at: Timestamp,
        person: PersonId,
        note: &str,
        changes: &[ChangeName],
    ) -> Result<(), DatabaseError> {
        self.db.execute(
            "INSERT INTO closings (pos, at, person, note) VALUES (?1, ?2, ?3, ?4)",
            (pos.cast_signed(), at.millis(), person.as_bytes(), note),
        )?;
        let mut close = self.db.prepare_cached(
            "UPDATE changes SET settled = 'closed', settled_pos = ?3
             WHERE document = ?1 AND hash = ?2 AND verdict IN (2, 4) AND settled IS NULL",
        )?;
        for ChangeName { document, hash } in changes {
            close.execute((document.as_bytes(), hash.as_bytes(), pos.cast_signed()))?;
        }
        Ok(())
    }
}
