//! The log: no gap, every entry readable, every envelope still signed by its device.

use std::collections::HashMap;

use roundsman_sync_core::document::scan;
use roundsman_sync_core::ids::{DeviceId, OrgId};
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem, ScannedEnvelope};
use roundsman_sync_core::protocol::key::PublicKey;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::Connection;

use super::{Check, Stage};
use crate::database::DatabaseError;
use crate::log::{self, LogEntry, LoggedEnvelope};

/// How often progress is told, in entries.
const PROGRESS_ENTRIES: u64 = 500;

/// What the entries so far say about who may sign.
#[derive(Default)]
struct Signers {
    org: Option<OrgId>,
    keys: HashMap<DeviceId, PublicKey>,
    /// The envelope whose changes are being read.
    open: Option<(Pos, LoggedEnvelope, Vec<EnvelopeItem>)>,
}

/// Tells whether the whole log could be read.
pub(super) fn check(check: &mut Check<'_>, db: &Connection) -> Result<bool, DatabaseError> {
    let mut signers = Signers::default();
    let walked = log::walk(db, |pos, _, entry| {
        check.checked.log_entries += 1;
        if pos.is_multiple_of(PROGRESS_ENTRIES) {
            (check.progress)(Stage::Log, pos);
        }
        signers.take(check, pos, entry);
        Ok(())
    });
    signers.close(check);
    (check.progress)(Stage::Log, check.checked.log_entries);
    match walked {
        Ok(()) => Ok(true),
        Err(DatabaseError::Corrupt { table, what }) => {
            let after = check.checked.log_entries;
            check.problem(format!("{table} after entry {after}: {what}"));
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

impl Signers {
    fn take(&mut self, check: &mut Check<'_>, pos: Pos, entry: LogEntry) {
        match entry {
            LogEntry::Change { envelope, document, kind, change, .. } => match &mut self.open {
                Some((open, _, items)) if *open == envelope => {
                    items.push(EnvelopeItem { document, kind, change });
                }
                Some(_) | None => {
                    check.problem(format!("log entry {pos}: a change apart from its envelope {envelope}"));
                }
            },
            // Changes that waited are settled in between those that they waited for.
            LogEntry::Settled { .. } => {}
            LogEntry::Envelope(envelope) => {
                self.close(check);
                self.open = Some((pos, envelope, Vec::new()));
            }
            LogEntry::Founded { org, office, key, .. } => {
                self.org = Some(org);
                self.keys.insert(office, key);
            }
            LogEntry::DeviceEnrolled { device, key, .. } => {
                self.keys.insert(device, key);
            }
            LogEntry::SiteAdded { .. }
            | LogEntry::PersonAdded { .. }
            | LogEntry::RoleGranted { .. }
            | LogEntry::RoleTaken { .. }
            | LogEntry::TimePassed { .. }
            | LogEntry::ResyncAsked { .. }
            // Nobody signed for it, and it is in no document.
            | LogEntry::Recovered { .. }
            | LogEntry::LossHeard { .. }
            | LogEntry::DeviceThawed { .. }
            | LogEntry::QuarantineClosed { .. }
            | LogEntry::DeviceRevoked { .. }
            | LogEntry::PhotoStored { .. } => {}
        }
    }

    /// Checks the signature of the envelope that was read.
    fn close(&mut self, check: &mut Check<'_>) {
        let Some((pos, logged, items)) = self.open.take() else { return };
        if u32::try_from(items.len()).is_ok_and(|items| items > logged.changes) {
            check.problem(format!("log entry {pos}: more changes than the envelope held"));
        }
        if u32::try_from(items.len()) != Ok(logged.changes) {
            return;
        }
        let (Some(org), Some(key)) = (self.org, self.keys.get(&logged.device)) else {
            check.problem(format!("log entry {pos}: signed by {}, which nobody enrolled", logged.device));
            return;
        };
        let mut changes = Vec::with_capacity(items.len());
        for item in &items {
            match scan(&item.change) {
                Ok(change) => changes.push(change),
                Err(error) => {
                    check.problem(format!("log entry {pos}: a change of {}: {error}", item.document));
                    return;
                }
            }
        }
        let LoggedEnvelope { device, person, schema, claim, signature, .. } = logged;
        let envelope = Envelope { org, device, person, schema, claim, items, signature };
        check.checked.signatures += 1;
        if (ScannedEnvelope { envelope, changes }).verify(key).is_err() {
            check.problem(format!("log entry {pos}: the signature of device {device} does not fit"));
        }
    }
}
