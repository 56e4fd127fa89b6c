//! From the log to tables.
//!
//! **Invariant.** [`Projection::apply`] is the only writer of [`DERIVED_TABLES`]. Taking in an entry when
//! it happens and reading it again years later run the same code on the same bytes, so a rebuild makes
//! identical rows. It never judges and never looks at the time.

mod audience_rows;
mod case_rows;
mod change_rows;
mod clock_rows;
mod contact_rows;
mod difference;
mod documents;
mod ground;
mod group;
mod order_rows;
pub mod queries;
mod rebuild;
mod refused_rows;
mod round_rows;
pub mod search;
mod upgrade;

pub(crate) use change_rows::NEWER_SERVER;
pub use difference::Difference;
pub use documents::{DocumentCache, LiveDocument, reads_back};
pub use ground::{change_at, ground};
pub use rebuild::{compare, rebuild};
pub use upgrade::{is_filled, upgrade};

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::Connection;

use crate::database::DatabaseError;
use crate::feed;
use crate::log::LogEntry;

/// Every table that is made from the log alone, used by rebuild, verify and tests.
pub const DERIVED_TABLES: [&str; 31] = [
    "sites",
    "people",
    "roles",
    "rights_taken",
    "losses_heard",
    "devices",
    "documents",
    "changes",
    "envelopes",
    "feeds",
    "feed_rows",
    "cases",
    "orders",
    "clocks",
    "policies",
    "entries",
    "sign_offs",
    "photos",
    "owed",
    "blobs",
    "contacts",
    "signatures",
    "parallel_edits",
    "rounds",
    "round_checks",
    "endings",
    "kept_from",
    "case_text",
    "waiting",
    "closings",
    "refused_photos",
];

/// What the device that stands for the office is called in lists.
const OFFICE_NAME: &str = "办公室 Office";

/// The writing side of the tables: a connection inside the one write transaction, and the documents
/// that are in memory.
pub struct Projection<'a> {
    /// The transaction's connection.
    pub db: &'a Connection,
    /// Documents that were loaded or written in this process.
    pub documents: &'a mut DocumentCache,
}

impl Projection<'_> {
    /// Takes in one entry. The rows of the document that it changes may be written later, with those of the
    /// changes that come with it: see [`Projection::write_rows`].
    ///
    /// # Errors
    /// If the database fails, or the log holds a change that does not fit its document.
    pub fn apply(&mut self, pos: Pos, at: Timestamp, entry: &LogEntry) -> Result<(), DatabaseError> {
        if self.ends_group(entry) {
            self.write_rows()?;
        }
        match entry {
            LogEntry::Founded { office, key, .. } => {
                self.db.execute(
                    "INSERT INTO devices (device, person, key, name, pos, enrolled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    // The office is not one person: each of its envelopes names who sat there.
                    (office.as_bytes(), [0u8; 16], key_bytes(key), OFFICE_NAME, pos.cast_signed(), at.millis()),
                )?;
            }
            LogEntry::SiteAdded { site, name } => {
                self.db.execute(
                    "INSERT INTO sites (site, name) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET name = excluded.name",
                    (site.as_bytes(), name),
                )?;
            }
            LogEntry::PersonAdded { person, name } => {
                self.db.execute(
                    "INSERT INTO people (person, name) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET name = excluded.name",
                    (person.as_bytes(), name),
                )?;
            }
            LogEntry::RoleGranted { person, site, role, department } => {
                self.db.execute(
                    "INSERT INTO roles (person, site, role, department, pos) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET department = excluded.department, pos = excluded.pos",
                    (
                        person.as_bytes(),
                        site.as_bytes(),
                        role.as_str(),
                        department.map(|word| word.as_str()),
                        pos.cast_signed(),
                    ),
                )?;
                self.rights_changed(pos, "person", *person.as_bytes())?;
                for key in feed::of_role(*person, *site, *role, *department) {
                    feed::number_of(self.db, &key)?;
                }
            }
            LogEntry::DeviceEnrolled { device, person, key, name } => {
                self.db.execute(
                    "INSERT INTO devices (device, person, key, name, pos, enrolled) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (
                        device.as_bytes(),
                        person.as_bytes(),
                        key_bytes(key),
                        name,
                        pos.cast_signed(),
                        at.millis(),
                    ),
                )?;
            }
            LogEntry::DeviceRevoked { device } => {
                self.db.execute(
                    "UPDATE devices SET revoked = ?2 WHERE device = ?1 AND revoked IS NULL",
                    (device.as_bytes(), at.millis()),
                )?;
                self.rights_changed(pos, "device", *device.as_bytes())?;
            }
            LogEntry::Envelope(envelope) => {
                self.db.execute(
                    "INSERT INTO envelopes (pos, device, received, not_before) VALUES (?1, ?2, ?3, ?4)",
                    (
                        pos.cast_signed(),
                        envelope.device.as_bytes(),
                        at.millis(),
                        envelope.not_before.map(Timestamp::millis),
                    ),
                )?;
            }
            LogEntry::RoleTaken { person, site, role } => {
                self.db.execute(
                    "DELETE FROM roles WHERE person = ?1 AND site = ?2 AND role = ?3",
                    (person.as_bytes(), site.as_bytes(), role.as_str()),
                )?;
                self.db.execute(
                    "INSERT INTO rights_taken (person, site, role, pos, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                    (person.as_bytes(), site.as_bytes(), role.as_str(), pos.cast_signed(), at.millis()),
                )?;
                self.rights_changed(pos, "person", *person.as_bytes())?;
            }
            LogEntry::LossHeard { device, up_to } => {
                self.db.execute(
                    "INSERT INTO losses_heard (device, pos, up_to) VALUES (?1, ?2, ?3)",
                    (device.as_bytes(), pos.cast_signed(), up_to.cast_signed()),
                )?;
            }
            LogEntry::DeviceThawed { device } => {
                self.db.execute("UPDATE devices SET frozen = NULL WHERE device = ?1", [device.as_bytes()])?;
                self.rights_changed(pos, "device", *device.as_bytes())?;
            }
            LogEntry::TimePassed { document } => self.time_passed(pos, at, *document)?,
            LogEntry::ResyncAsked { device } => {
                self.db.execute(
                    "UPDATE devices SET resync = ?2 WHERE device = ?1",
                    (device.as_bytes(), pos.cast_signed()),
                )?;
                self.rights_changed(pos, "device", *device.as_bytes())?;
            }
            LogEntry::Recovered { device, document, change, .. } => {
                self.change_recovered(pos, at, *device, *document, change)?;
            }
            LogEntry::Change { envelope, document, kind, change, verdict } => {
                self.change_arrived(pos, *envelope, *document, *kind, change, verdict)?;
            }
            LogEntry::QuarantineClosed { person, note, changes } => {
                self.quarantine_closed(pos, at, *person, note, changes)?;
            }
            LogEntry::Settled { change, verdict } => self.change_settled(pos, *change, verdict)?,
            LogEntry::PhotoStored { hash, size, media_type } => {
                self.db.execute(
                    "INSERT INTO blobs (hash, size, media_type, pos) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                    (hash.as_bytes(), size.cast_signed(), media_type, pos.cast_signed()),
                )?;
            }
        }
        Ok(())
    }

    /// Notes at the devices that `column` names with this id that the office has decided something about them,
    /// of which they should hear soon.
    fn rights_changed(&self, pos: Pos, column: &'static str, id: [u8; 16]) -> Result<(), DatabaseError> {
        self.db.execute(
            &format!("UPDATE devices SET changed = ?2 WHERE {column} = ?1"),
            (id, pos.cast_signed()),
        )?;
        Ok(())
    }
}

fn key_bytes(key: &roundsman_sync_core::protocol::key::PublicKey) -> Vec<u8> {
    // Writing to a vector cannot fail.
    minicbor::to_vec(key).unwrap_or_default()
}
