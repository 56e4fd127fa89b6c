//! Which rights count for a change: those its author holds, and those lost so lately that the author could not
//! know.
//!
//! What was done in good faith under a right is good, also if it arrives after the right was taken: the phone was
//! in a basement. That ends when the phone has read past the loss and has nothing left to send; for a change that
//! builds on what others wrote after the loss; and after a week in any case, because a phone that is kept from
//! hearing of it must not keep the right for ever.

use std::collections::BTreeSet;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::scan;
use roundsman_sync_core::ids::{ChangeHash, DeviceId, SiteId};
use roundsman_sync_core::limits::LOST_RIGHT_COUNTS_MS;
use roundsman_sync_core::model::Role;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::{Connection, OptionalExtension};

use super::Batch;
use super::judge::Candidate;
use crate::database::DatabaseError;
use crate::log::{self, LogEntry};

impl Candidate<'_> {
    /// The roles that count for this change at an estate; at any estate if that is not known yet.
    pub(super) fn roles(&self, batch: &Batch<'_>, site: Option<SiteId>) -> Result<Vec<Role>, DatabaseError> {
        let site = site.map(|site| *site.as_bytes());
        let mut roles: Vec<Role> = batch
            .db
            .prepare_cached("SELECT role FROM roles WHERE person = ?1 AND (?2 IS NULL OR site = ?2)")?
            .query_map((self.person.as_bytes(), site), |row| row.get::<_, String>(0))?
            .filter_map(|role| role.map(|role| Role::from_text(&role)).transpose())
            .collect::<Result<_, _>>()?;
        let since = self.now.plus_millis(-LOST_RIGHT_COUNTS_MS).millis();
        let lost: Vec<(String, i64)> = batch
            .db
            .prepare_cached(
                "SELECT role, pos FROM rights_taken t
                 WHERE person = ?1 AND (?2 IS NULL OR site = ?2) AND at >= ?3
                     AND NOT EXISTS (SELECT 1 FROM losses_heard h
                         WHERE h.device = ?4 AND h.up_to >= t.pos AND h.pos < ?5)",
            )?
            .query_map(
                (self.person.as_bytes(), site, since, self.device.as_bytes(), self.envelope.cast_signed()),
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?
            .collect::<Result<_, _>>()?;
        if !lost.is_empty() {
            let knew = self.knew_up_to(batch.db)?;
            let unheard = lost.iter().filter(|(_, pos)| knew < pos.unsigned_abs());
            roles.extend(unheard.filter_map(|(role, _)| Role::from_text(role)));
        }
        Ok(roles)
    }

    /// The latest position at which somebody else wrote what this change builds on. Changes of its own device
    /// tell nothing of what it had heard but through what they build on in turn.
    fn knew_up_to(&self, db: &Connection) -> Result<Pos, DatabaseError> {
        let mut latest = 0;
        let (mut open, mut seen) = (self.change.deps.clone(), BTreeSet::new());
        while let Some(hash) = open.pop() {
            if !seen.insert(hash) {
                continue;
            }
            match self.written_by(db, hash)? {
                // The seed was there before everything.
                None => {}
                Some((device, _, source)) if device == self.device => {
                    if let (_, LogEntry::Change { change, .. }) = log::read(db, source)? {
                        open.extend(
                            scan(&change).map_err(|error| DatabaseError::corrupt("log", error))?.deps,
                        );
                    }
                }
                Some((_, accepted, _)) => latest = latest.max(accepted),
            }
        }
        Ok(latest)
    }

    /// By which device a change of this document was made, where it was accepted, and where its bytes are.
    fn written_by(
        &self,
        db: &Connection,
        hash: ChangeHash,
    ) -> Result<Option<(DeviceId, Pos, Pos)>, DatabaseError> {
        Ok(db
            .prepare_cached("SELECT device, accepted, source FROM changes WHERE document = ?1 AND hash = ?2")?
            .query_row((self.document.as_bytes(), hash.as_bytes()), |row| {
                let (accepted, source): (Option<i64>, i64) = (row.get(1)?, row.get(2)?);
                let accepted = accepted.unwrap_or_default().unsigned_abs();
                Ok((DeviceId::from_bytes(row.get(0)?), accepted, source.unsigned_abs()))
            })
            .optional()?)
    }
}

/// Whether a device that has read up to `base`, and has nothing left to send, has thereby heard of a loss that
/// still counts for it.
///
/// # Errors
/// If the database fails.
pub fn hears_of_loss(
    db: &Connection,
    now: Timestamp,
    device: DeviceId,
    base: Pos,
) -> Result<bool, DatabaseError> {
    let since = now.plus_millis(-LOST_RIGHT_COUNTS_MS).millis();
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM devices d JOIN rights_taken t ON t.person = d.person
             WHERE d.device = ?1 AND t.at >= ?2 AND t.pos <= ?3
                 AND NOT EXISTS (SELECT 1 FROM losses_heard h WHERE h.device = d.device AND h.up_to >= t.pos)",
        )?
        .exists((device.as_bytes(), since, base.cast_signed()))?)
}
