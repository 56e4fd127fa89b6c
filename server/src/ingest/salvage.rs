//! What the office does about what was refused: it takes over what was meant, or closes it with a note.
//!
//! A refused change is never let in. What was meant is written anew, by the person at the desk and judged like
//! any edit, under the command of the refused change; so the phone that made it learns that it is done.

use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::ScannedChange;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{ChangeHash, CommandId, DeviceId, DocumentId};
use roundsman_sync_core::limits::NOTE_CHARS_MAX;
use roundsman_sync_core::model::{Author, Meant};
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules;
use rusqlite::{Connection, OptionalExtension};

use super::office::Desk;
use super::{Batch, Office, OfficeError, Sitting};
use crate::database::DatabaseError;
use crate::log::{ChangeName, LogEntry};
use crate::projection::{change_at, ground, queries};

impl Office {
    /// Writes anew what refused changes of one command meant, as one change a document. All of them, or none.
    ///
    /// # Errors
    /// [`ErrorCode::SalvageImpossible`] if that cannot be done, [`ErrorCode::QuarantineSettled`] if one of them
    /// is not open, whatever any edit of the person is refused for, or that the database failed. The caller's
    /// transaction must then end without a trace.
    pub fn salvage(
        &self,
        batch: &mut Batch<'_>,
        rng: &mut dyn Rng,
        sitting: Sitting,
        changes: &[ChangeName],
    ) -> Result<(), OfficeError> {
        let mut written = Vec::new();
        let mut command = CommandId::mint(sitting.now, rng);
        for name in changes {
            let meant = meant(batch, *name)?;
            rules::classify(meant.kind(), meant.starts, &meant.writes)
                .map_err(|why| Refusal::new(ErrorCode::SalvageImpossible, why.message))?;
            command = meant.note.command;
            let said = Said::of(batch.db, &meant)?;
            let author = Author {
                command,
                person: sitting.person,
                claimed_at: sitting.now,
                corrected_at: sitting.now,
                stamp_wall: sitting.now,
            };
            let mut desk = Desk::at(batch);
            written.extend(meant.write(&author, &mut desk, &said.why, &said.why_at)?);
        }
        if written.is_empty() {
            let why = "everything it wanted is already so; close it with a note";
            return Err(Refusal::new(ErrorCode::SalvageImpossible, why).into());
        }
        // A contact is judged by the estate of its case, which may begin here.
        written.sort_by_key(|one| one.kind.number());
        tracing::info!(%command, changes = written.len(), "refused changes are taken over");
        self.deliver(batch, sitting, written)
    }

    /// Closes refused changes with a note: they stay in the log, and are not open any more.
    ///
    /// # Errors
    /// If the note is none or one of them is not open, or the database fails.
    pub fn close_refused(
        &self,
        batch: &mut Batch<'_>,
        sitting: Sitting,
        note: &str,
        changes: Vec<ChangeName>,
    ) -> Result<(), OfficeError> {
        let note = note.trim();
        if note.is_empty() {
            return Err(Refusal::new(ErrorCode::FieldMissing, "'note' must say something").into());
        }
        if note.chars().count() > NOTE_CHARS_MAX {
            let why = format!("'note' has more than {NOTE_CHARS_MAX} letters");
            return Err(Refusal::new(ErrorCode::TextTooLong, why).into());
        }
        if note.chars().any(|letter| letter.is_ascii_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            return Err(Refusal::new(ErrorCode::TextInvalid, "'note' has a control character").into());
        }
        for name in &changes {
            open_source(batch.db, *name)?;
        }
        let closed = LogEntry::QuarantineClosed { person: sitting.person, note: note.to_owned(), changes };
        batch.append(sitting.now, &closed)?;
        Ok(())
    }
}

/// What an open refused change meant.
fn meant(batch: &mut Batch<'_>, name: ChangeName) -> Result<Meant, OfficeError> {
    let source = open_source(batch.db, name)?;
    let (kind, bytes) = change_at(batch.db, source)?;
    let other_kind = |_| {
        let why = format!("its document is no {kind:?} document");
        Refusal::new(ErrorCode::SalvageImpossible, why)
    };
    let document = &batch.documents.open(batch.db, name.document, kind).map_err(other_kind)?.document;
    let ground = ground(batch.db, name.document, document, &bytes)?;
    Ok(Meant::read(name.document, &ground, &bytes)?)
}

/// Where the log has a refused change with which nobody has dealt yet.
fn open_source(db: &Connection, name: ChangeName) -> Result<Pos, OfficeError> {
    let found: Option<(i64, Option<String>)> = db
        .prepare_cached(
            "SELECT source, settled FROM changes WHERE document = ?1 AND hash = ?2 AND verdict IN (2, 4)",
        )
        .and_then(|mut one| {
            one.query_row((name.document.as_bytes(), name.hash.as_bytes()), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
        })
        .map_err(DatabaseError::from)?;
    match found {
        Some((source, None)) => Ok(source.unsigned_abs()),
        Some((_, Some(settled))) => {
            let why = format!("the refused change is {settled}");
            Err(Refusal::new(ErrorCode::QuarantineSettled, why).into())
        }
        None => Err(Refusal::new(ErrorCode::NotFound, "there is no such refused change").into()),
    }
}

/// How what is taken over says whose it was.
struct Said {
    why: String,
    why_at: String,
}

impl Said {
    fn of(db: &Connection, meant: &Meant) -> Result<Self, DatabaseError> {
        let why = format!("由办公室代录：{}", queries::person(db, meant.note.person)?.name);
        let at: Timestamp = meant.note.claimed_at;
        Ok(Self { why_at: format!("{why} {at}"), why })
    }
}

/// Whether the office has taken over what this device was refused under the command of this change: what it
/// meant is then done already, and is not done twice. Tells the command.
pub(super) fn superseded(
    db: &Connection,
    device: DeviceId,
    document: DocumentId,
    change: &ScannedChange,
) -> Result<Option<CommandId>, DatabaseError> {
    let Some(note) = change.note else { return Ok(None) };
    let done = db
        .prepare_cached(
            // Only what the device itself signed for counts. What another phone handed back after a restore may
            // be forged, and is known by its hash alone.
            "SELECT 1 FROM changes WHERE document = ?1 AND command = ?2 AND device = ?3
                 AND verdict <> 0 AND settled = 'salvaged' AND coalesce(code, '') <> 'recovered'",
        )?
        .exists((document.as_bytes(), note.command.as_bytes(), device.as_bytes()))?;
    Ok(done.then_some(note.command))
}

/// The same of a change that waits: it may have come before the office did it.
pub(super) fn superseded_waiting(
    db: &Connection,
    document: DocumentId,
    source: Pos,
) -> Result<Option<(ChangeHash, CommandId)>, DatabaseError> {
    Ok(db
        .prepare_cached(
            "SELECT w.hash, w.command FROM changes w JOIN changes r
                 ON r.document = w.document AND r.command = w.command AND r.device = w.device
             WHERE w.document = ?1 AND w.source = ?2
                 AND r.verdict <> 0 AND r.settled = 'salvaged' AND coalesce(r.code, '') <> 'recovered' LIMIT 1",
        )?
        .query_row((document.as_bytes(), source.cast_signed()), |row| {
            Ok((ChangeHash::from_bytes(row.get(0)?), CommandId::from_bytes(row.get(1)?)))
        })
        .optional()?)
}
