//! Changes: what arrived, what became of it, and the document it became part of.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{DocumentKind, ParsedChange, ScannedChange, scan};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{ChangeHash, DeviceId, DocumentId, PersonId};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::OptionalExtension;

use super::Projection;
use super::group::{Group, Said};
use crate::database::DatabaseError;
use crate::log::{LogEntry, LoggedVerdict};

/// What the tables say of the envelope that a change came in.
#[derive(Clone, Copy)]
pub(super) struct Delivery {
    /// The position of the envelope.
    envelope: Pos,
    /// The device that signed it.
    pub(super) device: DeviceId,
    /// Its receipt, ms since 1970: the server's own clock.
    pub(super) received: i64,
    /// When the token was issued that the device had at the time it claims.
    pub(super) not_before: Option<i64>,
}

/// In the place of a hash, for what was written by a newer version: it waits for this server to understand it.
pub(crate) const NEWER_SERVER: ChangeHash = ChangeHash::from_bytes([0; 32]);

/// The columns of a verdict: number, accepted position, missing hashes, code, reason.
type VerdictColumns<'a> = (i64, Option<i64>, Option<Vec<u8>>, Option<&'static str>, Option<&'a str>);

fn columns(verdict: &LoggedVerdict, pos: Pos) -> VerdictColumns<'_> {
    match verdict {
        LoggedVerdict::Accepted => (0, Some(pos.cast_signed()), None, None, None),
        LoggedVerdict::Pending { missing } => {
            (1, None, Some(missing.iter().flat_map(|hash| *hash.as_bytes()).collect()), None, None)
        }
        LoggedVerdict::Quarantined { code, why } => (2, None, None, Some(code.as_str()), Some(why)),
        LoggedVerdict::Superseded { .. } => (3, None, None, None, None),
        LoggedVerdict::Fork => (4, None, None, None, None),
    }
}

impl Projection<'_> {
    pub(super) fn change_arrived(
        &mut self,
        pos: Pos,
        envelope: Pos,
        document: DocumentId,
        kind: DocumentKind,
        bytes: &[u8],
        verdict: &LoggedVerdict,
    ) -> Result<(), DatabaseError> {
        let change = scan(bytes).map_err(|error| DatabaseError::corrupt("log", error))?;
        let delivery = self.delivery(envelope)?;
        let person = match change.note {
            Some(note) => note.person,
            None => PersonId::from_bytes([0; 16]),
        };
        let (number, accepted, missing, code, why) = columns(verdict, pos);
        self.db
            .prepare_cached(
                // Only what a stranger's phone handed back may be known already.
                "INSERT INTO changes (document, hash, source, envelope, device, person, actor, seq, command,
                                      verdict, accepted, missing, code, why)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT DO UPDATE SET source = excluded.source, envelope = excluded.envelope,
                     device = excluded.device, person = excluded.person, verdict = excluded.verdict,
                     accepted = excluded.accepted, missing = excluded.missing, code = excluded.code,
                     why = excluded.why",
            )?
            .execute(rusqlite::params![
                document.as_bytes(),
                change.hash.as_bytes(),
                pos.cast_signed(),
                envelope.cast_signed(),
                delivery.device.as_bytes(),
                person.as_bytes(),
                change.actor.as_slice(),
                change.seq.cast_signed(),
                change.note.map(|note| *note.command.as_bytes()),
                number,
                accepted,
                missing,
                code,
                why,
            ])?;
        match verdict {
            LoggedVerdict::Accepted => self.change_accepted(pos, document, kind, bytes, &change, delivery),
            LoggedVerdict::Pending { missing } => self.wait(document, pos, missing, delivery.device),
            LoggedVerdict::Quarantined { .. } | LoggedVerdict::Fork => {
                self.refused(document, bytes, &change, verdict, delivery)
            }
            LoggedVerdict::Superseded { .. } => Ok(()),
        }
    }

    pub(super) fn change_settled(
        &mut self,
        pos: Pos,
        source: Pos,
        verdict: &LoggedVerdict,
    ) -> Result<(), DatabaseError> {
        let (_, entry) = crate::log::read(self.db, source)?;
        let LogEntry::Change { envelope, document, kind, change: bytes, .. } = entry else {
            return Err(DatabaseError::corrupt("log", format!("entry {source} settled, and is no change")));
        };
        let change = scan(&bytes).map_err(|error| DatabaseError::corrupt("log", error))?;
        let (number, accepted, missing, code, why) = columns(verdict, pos);
        self.db
            .prepare_cached(
                "UPDATE changes SET verdict = ?3, accepted = ?4, missing = ?5, code = ?6, why = ?7
                 WHERE document = ?1 AND hash = ?2",
            )?
            .execute(rusqlite::params![
                document.as_bytes(),
                change.hash.as_bytes(),
                number,
                accepted,
                missing,
                code,
                why
            ])?;
        self.db.prepare_cached("DELETE FROM waiting WHERE source = ?1")?.execute([source.cast_signed()])?;
        let delivery = self.delivery(envelope)?;
        match verdict {
            LoggedVerdict::Accepted => self.change_accepted(pos, document, kind, &bytes, &change, delivery),
            LoggedVerdict::Pending { missing } => self.wait(document, source, missing, delivery.device),
            LoggedVerdict::Quarantined { .. } | LoggedVerdict::Fork => {
                self.refused(document, &bytes, &change, verdict, delivery)
            }
            LoggedVerdict::Superseded { .. } => Ok(()),
        }
    }

    /// A phone handed back a change of somebody else. It is listed with what was refused, unless the change
    /// is known; should its author's own envelope come later, that counts.
    pub(super) fn change_recovered(
        &mut self,
        pos: Pos,
        at: Timestamp,
        device: DeviceId,
        document: DocumentId,
        bytes: &[u8],
    ) -> Result<(), DatabaseError> {
        let change = scan(bytes).map_err(|error| DatabaseError::corrupt("log", error))?;
        self.db
            .prepare_cached(
                "INSERT INTO envelopes (pos, device, received, not_before) VALUES (?1, ?2, ?3, NULL)",
            )?
            .execute((pos.cast_signed(), device.as_bytes(), at.millis()))?;
        let person = change.note.map_or([0; 16], |note| *note.person.as_bytes());
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO changes (document, hash, source, envelope, device, person, actor, seq,
                     command, verdict, code, why)
                 VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, 2, ?9, ?10)",
            )?
            .execute(rusqlite::params![
                document.as_bytes(),
                change.hash.as_bytes(),
                pos.cast_signed(),
                device.as_bytes(),
                person,
                change.actor.as_slice(),
                change.seq.cast_signed(),
                change.note.map(|note| *note.command.as_bytes()),
                ErrorCode::Recovered.as_str(),
                ErrorCode::Recovered.meaning(),
            ])?;
        Ok(())
    }

    /// A phone used a name that was taken. After a first time it was told so, and takes another actor; one that
    /// goes on under the same is not what its person believes it to be, and is frozen until the office has
    /// looked.
    pub(super) fn forked(
        &self,
        document: DocumentId,
        actor: &[u8],
        by: Delivery,
    ) -> Result<(), DatabaseError> {
        let forks: u32 = self
            .db
            .prepare_cached(
                "SELECT count(*) FROM changes WHERE document = ?1 AND actor = ?2 AND device = ?3 AND verdict = 4",
            )?
            .query_row((document.as_bytes(), actor, by.device.as_bytes()), |row| row.get(0))?;
        if forks > 1 {
            self.db
                .prepare_cached("UPDATE devices SET frozen = ?2 WHERE device = ?1 AND frozen IS NULL")?
                .execute((by.device.as_bytes(), by.received))?;
        }
        Ok(())
    }

    fn wait(
        &mut self,
        document: DocumentId,
        source: Pos,
        missing: &[ChangeHash],
        device: DeviceId,
    ) -> Result<(), DatabaseError> {
        let mut insert = self.db.prepare_cached(
            "INSERT OR IGNORE INTO waiting (document, missing, source, device) VALUES (?1, ?2, ?3, ?4)",
        )?;
        // What waits for a newer server waits for nothing that could arrive.
        let missing = if missing.is_empty() { &[NEWER_SERVER][..] } else { missing };
        for hash in missing {
            insert.execute((
                document.as_bytes(),
                hash.as_bytes(),
                source.cast_signed(),
                device.as_bytes(),
            ))?;
        }
        Ok(())
    }

    /// What is known of an envelope. Its changes come one after the other, so it is looked up once for all.
    fn delivery(&mut self, envelope: Pos) -> Result<Delivery, DatabaseError> {
        if let Some(last) = self.documents.delivery.filter(|last| last.envelope == envelope) {
            return Ok(last);
        }
        let row: Option<([u8; 16], i64, Option<i64>)> = self
            .db
            .prepare_cached("SELECT device, received, not_before FROM envelopes WHERE pos = ?1")?
            .query_row([envelope.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let (device, received, not_before) =
            row.ok_or_else(|| DatabaseError::corrupt("log", format!("no envelope at {envelope}")))?;
        let delivery = Delivery { envelope, device: DeviceId::from_bytes(device), received, not_before };
        self.documents.delivery = Some(delivery);
        Ok(delivery)
    }

    /// The change becomes part of its document. Everything that follows from that is written with the group.
    fn change_accepted(
        &mut self,
        pos: Pos,
        id: DocumentId,
        kind: DocumentKind,
        bytes: &[u8],
        change: &ScannedChange,
        delivery: Delivery,
    ) -> Result<(), DatabaseError> {
        self.turn_to(id)?;
        // Ingest has already applied what it judged; a rebuild has not.
        if !self.documents.open(self.db, id, kind)?.document.has(change.hash) {
            let wrong = |error| DatabaseError::corrupt("log", error);
            let parsed = ParsedChange::of(bytes, change.clone()).map_err(wrong)?;
            self.documents.advance(self.db, id, kind, parsed)?.map_err(wrong)?;
        }
        let live = self.documents.open(self.db, id, kind)?;
        let before = live.number.map(|_| live.heads.checksum(id));
        live.heads.advance(&change.deps, change.hash);
        live.dirty = true;
        live.size += bytes.len();
        if live.number.is_none() {
            // The position of its first change: a restored server can so never give to one document
            // a number that phones know as another's, unless they learned it after the backup.
            let number = pos.cast_signed();
            self.db
                .prepare_cached(
                    "INSERT INTO documents (number, id, kind, snapshot, heads, newest)
                     VALUES (?1, ?2, ?3, x'', ?4, ?5)",
                )?
                .execute((number, id.as_bytes(), kind.number(), live.heads.to_bytes(), pos.cast_signed()))?;
            live.number = Some(number);
        }
        // What is said again under the same command keeps the receipt of when it was first said.
        let said = match change.note {
            Some(note) => {
                self.command_got_through(pos, id, &note, delivery.device)?;
                let first = self.first_delivery(id, note.command.as_bytes(), delivery)?;
                Some(Said { stamp: note.stamp, person: note.person, first })
            }
            None => None,
        };
        let group = self.documents.group.get_or_insert_with(|| Group::begin(id, kind, before, delivery));
        group.add(pos, delivery, said);
        Ok(())
    }

    /// The earliest delivery in which the same device brought this command for this document and was refused;
    /// without one, this delivery. A command that was accepted before, or another device's, lends its receipt to
    /// nothing: else a harmless edit in the morning could witness an arrival in the evening.
    fn first_delivery(
        &self,
        document: DocumentId,
        command: &[u8; 16],
        delivery: Delivery,
    ) -> Result<Delivery, DatabaseError> {
        let refused = self
            .db
            .prepare_cached(
                // 'verdict <> 0' is what the index of refused commands holds.
                "SELECT e.pos, e.received, e.not_before FROM changes c JOIN envelopes e ON e.pos = c.envelope
                 WHERE c.document = ?1 AND c.command = ?2 AND c.device = ?3 AND c.verdict <> 0
                     AND c.verdict IN (2, 4) AND coalesce(c.code, '') <> 'recovered' AND e.pos < ?4
                 ORDER BY e.pos LIMIT 1",
            )?
            .query_row(
                (document.as_bytes(), command, delivery.device.as_bytes(), delivery.envelope.cast_signed()),
                |row| {
                    Ok(Delivery {
                        envelope: row.get::<_, i64>(0)?.unsigned_abs(),
                        device: delivery.device,
                        received: row.get(1)?,
                        not_before: row.get(2)?,
                    })
                },
            )
            .optional()?;
        Ok(refused.unwrap_or(delivery))
    }
}
