//! Changes that came together: the rows of their document are written once.
//!
//! A phone comes back with twenty edits of four cases. Reading a case and writing its rows costs ten times as
//! much as adding a change to it, so it is done once for each run of changes of one document. What the log
//! holds decides where a run ends, never how the server happened to be working: so a rebuild, which reads the
//! same entries, writes the same rows, also where rows show what stood in between (who was given a case and
//! lost it within one run never had it).

use roundsman_sync_core::clock::Stamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;

use super::Projection;
use super::change_rows::Delivery;
use crate::database::DatabaseError;
use crate::feed;
use crate::log::LogEntry;

/// Which delivery witnessed what a change says. Whatever a change adds carries its stamp and its author: the
/// server refuses anything else.
#[derive(Clone, Copy)]
pub(super) struct Said {
    /// The stamp of the change.
    pub(super) stamp: Stamp,
    /// Its author.
    pub(super) person: PersonId,
    /// What brought its command for the first time, and is what the server witnessed of it.
    pub(super) first: Delivery,
}

/// A run of accepted changes of one document, whose rows are not written yet.
pub(super) struct Group {
    pub(super) id: DocumentId,
    kind: DocumentKind,
    /// What the document added to checksums before the run; nothing if the run begins it.
    before: Option<u64>,
    /// The position of the last change.
    pub(super) pos: Pos,
    /// What brought the last change.
    pub(super) last: Delivery,
    said: Vec<Said>,
}

impl Group {
    pub(super) fn begin(id: DocumentId, kind: DocumentKind, before: Option<u64>, by: Delivery) -> Self {
        Self { id, kind, before, pos: 0, last: by, said: Vec::new() }
    }

    pub(super) fn add(&mut self, pos: Pos, by: Delivery, said: Option<Said>) {
        (self.pos, self.last) = (pos, by);
        self.said.extend(said);
    }

    /// What the server witnessed of something with this stamp and author; nothing if it was there before.
    pub(super) fn first(&self, stamp: Stamp, person: PersonId) -> Option<Delivery> {
        let said = self.said.iter().find(|said| said.stamp == stamp && said.person == person);
        said.map(|said| said.first)
    }

    /// The same for what names no author: a drawn signature.
    pub(super) fn first_at(&self, stamp: Stamp) -> Option<Delivery> {
        self.said.iter().find(|said| said.stamp == stamp).map(|said| said.first)
    }
}

impl Projection<'_> {
    /// Whether the run of changes whose rows are not written yet ends before this entry. Only what came
    /// together is one run: changes of one document, from envelopes that the log says came together.
    pub(super) fn ends_group(&self, entry: &LogEntry) -> bool {
        let Some(group) = &self.documents.group else { return true };
        match entry {
            LogEntry::Envelope(envelope) => envelope.continues != Some(true),
            LogEntry::Change { document, .. } => *document != group.id,
            // Whose change was settled is looked up when it is taken in.
            LogEntry::Settled { .. } => false,
            LogEntry::Founded { .. }
            | LogEntry::SiteAdded { .. }
            | LogEntry::PersonAdded { .. }
            | LogEntry::RoleGranted { .. }
            | LogEntry::DeviceEnrolled { .. }
            | LogEntry::DeviceRevoked { .. }
            | LogEntry::RoleTaken { .. }
            | LogEntry::TimePassed { .. }
            | LogEntry::ResyncAsked { .. }
            | LogEntry::Recovered { .. }
            | LogEntry::LossHeard { .. }
            | LogEntry::DeviceThawed { .. }
            | LogEntry::QuarantineClosed { .. }
            | LogEntry::PhotoStored { .. } => true,
        }
    }

    /// Says that what is looked up or judged next is about this document: rows of another are then written.
    ///
    /// # Errors
    /// If the database fails.
    pub fn turn_to(&mut self, document: DocumentId) -> Result<(), DatabaseError> {
        match &self.documents.group {
            Some(group) if group.id != document => self.write_rows(),
            Some(_) | None => Ok(()),
        }
    }

    /// Writes the rows of the document whose changes came last, if that has not been done.
    ///
    /// # Errors
    /// If the database fails.
    pub fn write_rows(&mut self) -> Result<(), DatabaseError> {
        let Some(group) = self.documents.group.take() else { return Ok(()) };
        let live = self.documents.open(self.db, group.id, group.kind)?;
        let number = live
            .number
            .ok_or_else(|| DatabaseError::corrupt("documents", format!("{} has no row", group.id)))?;
        let (heads, after) = (live.heads.to_bytes(), live.heads.checksum(group.id));
        self.db
            .prepare_cached("UPDATE documents SET newest = ?2, heads = ?3 WHERE number = ?1")?
            .execute((number, group.pos.cast_signed(), heads))?;
        feed::changed(self.db, number, group.pos, group.before, after)?;
        match group.kind {
            DocumentKind::Case => self.case_changed(number, &group),
            DocumentKind::Contact => self.contact_changed(number, &group),
            DocumentKind::Round => self.round_changed(number, &group),
            DocumentKind::Site => self.site_changed(number, group.id, group.pos),
        }
    }
}
