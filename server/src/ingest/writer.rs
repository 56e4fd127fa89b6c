//! The writer: one connection, one transaction at a time.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{ActorBytes, DocumentKind, scan};
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{ChangeHash, CommandId, DeviceId, DocumentId};
use roundsman_sync_core::model::Case;
use roundsman_sync_core::protocol::envelope::{Envelope, ScannedEnvelope};
use roundsman_sync_core::protocol::messages::{Pos, RecoveredChange, Verdict};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{judge, salvage};
use crate::auth::token::ServerSecret;
use crate::database::{self, DatabaseError};
use crate::feed;
use crate::log::{self, LogEntry, LoggedEnvelope, LoggedVerdict};
use crate::projection::{self, DocumentCache, NEWER_SERVER, Projection};

/// Documents that leave feeds in one transaction: few enough that phones do not wait for it.
const OVERDUE_AT_ONCE: u32 = 200;

/// The only writer of log and tables in this process.
pub struct Writer {
    db: Connection,
    documents: DocumentCache,
    /// Changes when another process has written; what is in memory is then stale.
    data_version: i64,
    /// The actor of everything this process writes for the office. Never stored: a restored or copied
    /// server mints another, so two of them can never write under one name.
    office_actor: ActorBytes,
}

/// An envelope that was read, scanned and checked, or why it is no evidence of anything. Needs no writer, and
/// is most of what an envelope costs: so it is done before its turn at the writer comes.
pub struct Opened(Result<ScannedEnvelope, Refusal>);

impl Opened {
    /// Looks at an envelope that a device delivered.
    ///
    /// # Errors
    /// If the database fails.
    pub fn of(db: &Connection, asker: DeviceId, bytes: &[u8]) -> Result<Self, DatabaseError> {
        let scanned = match Envelope::open(bytes) {
            Ok(scanned) => scanned,
            Err(refusal) => return Ok(Self(Err(refusal))),
        };
        Ok(Self(authentic(db, asker, &scanned)?.map(|()| scanned)))
    }

    /// How many operations its changes have.
    pub fn operations(&self) -> u64 {
        self.0.iter().flat_map(|scanned| &scanned.changes).map(|change| change.operations).sum()
    }
}

/// Envelopes as one device delivered them.
pub struct Delivered<'a> {
    /// The device that asked. Its signature on the request has been checked.
    pub device: DeviceId,
    /// The envelopes as they travelled, oldest first.
    pub envelopes: Vec<&'a [u8]>,
}

impl Writer {
    /// Takes an open connection, brings its schema and tables up to date and writes through it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn new(connection: Connection, office_actor: ActorBytes) -> Result<Self, DatabaseError> {
        let mut db = database::prepare_writer(connection)?;
        let mut progress = |done| tracing::info!(done, "new version: log entries are read again");
        projection::upgrade(&mut db, &mut progress)?;
        Ok(Self { db, documents: DocumentCache::default(), data_version: 0, office_actor })
    }

    /// Opens the database at a path.
    ///
    /// # Errors
    /// If the database fails.
    pub fn open(path: &Path, office_actor: ActorBytes) -> Result<Self, DatabaseError> {
        Self::new(Connection::open(path)?, office_actor)
    }

    /// Rows of documents that were stored since this was last asked.
    pub fn take_stored(&mut self) -> BTreeSet<i64> {
        self.documents.take_stored()
    }

    /// Runs `write` in one transaction, which is on disk when this returns. If it fails, nothing of
    /// it happened.
    ///
    /// # Errors
    /// Whatever `write` returns, or that the database failed.
    pub fn transaction<T, E: From<DatabaseError>>(
        &mut self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Should something panic, SQLite rolls back, and the documents in memory must not stay ahead of it.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.try_transaction(write)));
        if !matches!(outcome, Ok(Ok(_))) {
            self.documents.clear();
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn try_transaction<T, E: From<DatabaseError>>(
        &mut self,
        write: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let wrap = |error: rusqlite::Error| E::from(DatabaseError::from(error));
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(wrap)?;
        let version: i64 =
            transaction.query_row("PRAGMA data_version", [], |row| row.get(0)).map_err(wrap)?;
        if version != self.data_version {
            self.documents.clear();
            self.data_version = version;
        }
        let mut batch =
            Batch { db: &transaction, documents: &mut self.documents, office_actor: self.office_actor };
        let value = write(&mut batch)?;
        batch.documents.flush(&transaction)?;
        transaction.commit().map_err(wrap)?;
        Ok(value)
    }
}

/// The inside of one write transaction.
pub struct Batch<'a> {
    /// The transaction's connection.
    pub db: &'a Connection,
    pub(super) documents: &'a mut DocumentCache,
    pub(super) office_actor: ActorBytes,
}

impl Batch<'_> {
    /// Adds a fact to the log and to the tables.
    ///
    /// # Errors
    /// If the database fails.
    pub fn append(&mut self, at: Timestamp, entry: &LogEntry) -> Result<Pos, DatabaseError> {
        let pos = log::append(self.db, at, entry)?;
        self.projection().apply(pos, at, entry)?;
        Ok(pos)
    }

    /// A case as it now reads; `None` if there is none of this id.
    ///
    /// # Errors
    /// If the document cannot be read or is of another kind.
    pub fn read_case(&mut self, id: DocumentId) -> Result<Option<Case>, DatabaseError> {
        let live = self.documents.open(self.db, id, DocumentKind::Case)?;
        Ok(live.number.map(|_| Case::read(&live.document)))
    }

    /// Makes every table anew from the log.
    ///
    /// # Errors
    /// If the log cannot be read or the database fails.
    pub fn rebuild(&mut self, progress: &mut dyn FnMut(u64)) -> Result<u64, DatabaseError> {
        self.documents.clear();
        crate::projection::rebuild(self.db, progress)
    }

    /// Judges what a device delivered and writes all of it down. Tells, for each envelope, what became
    /// of each of its changes. What was delivered before gets the answer it got then.
    ///
    /// # Errors
    /// If the database fails.
    pub fn push(
        &mut self,
        now: Timestamp,
        secret: &ServerSecret,
        delivered: &Delivered<'_>,
    ) -> Result<Vec<Vec<Verdict>>, DatabaseError> {
        let opened = delivered.envelopes.iter().map(|bytes| Opened::of(self.db, delivered.device, bytes));
        self.push_opened(now, secret, &opened.collect::<Result<Vec<_>, _>>()?)
    }

    /// Writes down changes that a device holds and did not make, after a restore. What is known is passed
    /// over, and so is what is no change: nobody can be told, and nobody would miss it.
    ///
    /// # Errors
    /// If the database fails.
    pub fn recover(
        &mut self,
        now: Timestamp,
        device: DeviceId,
        changes: &[RecoveredChange],
    ) -> Result<(), DatabaseError> {
        for one in changes {
            let Ok(scanned) = scan(&one.change) else { continue };
            let known = self
                .db
                .prepare_cached("SELECT 1 FROM changes WHERE document = ?1 AND hash = ?2")?
                .exists((one.document.as_bytes(), scanned.hash.as_bytes()))?;
            if !known {
                let RecoveredChange { document, kind, change } = one.clone();
                self.append(now, &LogEntry::Recovered { device, document, kind, change })?;
            }
        }
        Ok(())
    }

    /// Writes down that time has taken documents out of feeds, a handful at a time. Tells whether there
    /// were any.
    ///
    /// # Errors
    /// If the database fails.
    pub fn end_overdue(&mut self, now: Timestamp) -> Result<bool, DatabaseError> {
        let overdue = feed::overdue(self.db, now, OVERDUE_AT_ONCE)?;
        for &document in &overdue {
            self.append(now, &LogEntry::TimePassed { document })?;
        }
        Ok(!overdue.is_empty())
    }

    /// Judges what was held because it was written for a newer version, as far as this version is as new. To be
    /// called once when a program starts: nothing else can change the answer.
    ///
    /// # Errors
    /// If the database fails.
    pub fn take_up_held(&mut self, now: Timestamp) -> Result<(), DatabaseError> {
        let held: Vec<(i64, [u8; 16])> = self
            .db
            .prepare_cached("SELECT source, document FROM waiting WHERE missing = ?1 ORDER BY source")?
            .query_map([NEWER_SERVER.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (source, document) in held {
            let document = DocumentId::from_bytes(document);
            self.projection().turn_to(document)?;
            if let Some(change) = self.settle(now, document, source.unsigned_abs())? {
                self.settle_waiting(now, document, change)?;
            }
        }
        self.projection().write_rows()
    }

    /// The same for envelopes of one device that were opened before.
    ///
    /// # Errors
    /// If the database fails.
    pub fn push_opened(
        &mut self,
        now: Timestamp,
        secret: &ServerSecret,
        envelopes: &[Opened],
    ) -> Result<Vec<Vec<Verdict>>, DatabaseError> {
        let mut continues = false;
        let verdicts = envelopes.iter().map(|Opened(envelope)| match envelope {
            Ok(scanned) => self.take(now, secret, scanned, &mut continues),
            // Nobody vouches for these bytes, so they are not evidence of anything and are not kept.
            Err(refusal) => Ok(vec![quarantined(refusal.clone())]),
        });
        let verdicts = verdicts.collect::<Result<_, _>>()?;
        self.projection().write_rows()?;
        Ok(verdicts)
    }

    fn projection(&mut self) -> Projection<'_> {
        Projection { db: self.db, documents: self.documents }
    }

    fn take(
        &mut self,
        now: Timestamp,
        secret: &ServerSecret,
        scanned: &ScannedEnvelope,
        continues: &mut bool,
    ) -> Result<Vec<Verdict>, DatabaseError> {
        let envelope = &scanned.envelope;
        let token = envelope.claim.token.as_ref();
        let header = LogEntry::Envelope(LoggedEnvelope {
            device: envelope.device,
            person: envelope.person,
            schema: envelope.schema,
            claim: envelope.claim.clone(),
            not_before: token.and_then(|seen| secret.read_freshness(&seen.token)).map(|token| token.issued),
            signature: envelope.signature,
            changes: u32::try_from(envelope.items.len()).unwrap_or(u32::MAX),
            continues: continues.then_some(true),
        });
        let mut logged = None;
        let mut verdicts = Vec::with_capacity(envelope.items.len());
        for (item, change) in envelope.items.iter().zip(&scanned.changes) {
            if let Some(known) = self.known(item.document, change.hash)? {
                verdicts.push(known);
                continue;
            }
            let pos = match logged {
                Some(pos) => pos,
                None => self.append(now, &header)?,
            };
            logged = Some(pos);
            *continues = true;
            self.projection().turn_to(item.document)?;
            let verdict = match salvage::superseded(self.db, envelope.device, item.document, change)? {
                Some(command) => LoggedVerdict::Superseded { command },
                None => judge::judge(self, now, (pos, envelope), item, change)?,
            };
            let entry = LogEntry::Change {
                envelope: pos,
                document: item.document,
                kind: item.kind,
                change: item.change.clone(),
                verdict: verdict.clone(),
            };
            let pos = self.append(now, &entry)?;
            if !matches!(verdict, LoggedVerdict::Pending { .. }) {
                self.settle_waiting(now, item.document, change.hash)?;
            }
            verdicts.push(answer(verdict, pos));
        }
        Ok(verdicts)
    }

    /// What became of a change that was delivered before.
    fn known(&self, document: DocumentId, hash: ChangeHash) -> Result<Option<Verdict>, DatabaseError> {
        type Row =
            (i64, Option<i64>, Option<Vec<u8>>, Option<String>, Option<String>, Option<[u8; 16]>, bool);
        let row: Option<Row> = self
            .db
            .prepare_cached(
                // What only a stranger's phone handed back is not answered for: here comes its author. Unless
                // the office has done it since: the very same change is not done twice.
                "SELECT verdict, accepted, missing, code, why, command,
                        verdict = 3 OR verdict IN (2, 4) AND coalesce(settled, '') = 'salvaged' AS done
                 FROM changes WHERE document = ?1 AND hash = ?2
                     AND (coalesce(code, '') <> ?3 OR coalesce(settled, '') = 'salvaged')",
            )?
            .query_row((document.as_bytes(), hash.as_bytes(), ErrorCode::Recovered.as_str()), |row| {
                let (verdict, accepted, missing) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok((verdict, accepted, missing, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            })
            .optional()?;
        Ok(row.map(|(verdict, accepted, missing, code, why, command, done)| match (verdict, accepted) {
            _ if done => Verdict::Superseded { command: CommandId::from_bytes(command.unwrap_or_default()) },
            (0, Some(pos)) => Verdict::Accepted { pos: pos.unsigned_abs() },
            (1, _) => Verdict::Pending {
                missing: missing
                    .unwrap_or_default()
                    .chunks_exact(32)
                    .filter_map(ChangeHash::from_slice)
                    .collect(),
            },
            (4, _) => Verdict::Fork,
            _ => Verdict::Quarantined {
                code: code.as_deref().and_then(ErrorCode::from_text).unwrap_or(ErrorCode::ChangeNotPermitted),
                why: why.unwrap_or_default(),
            },
        }))
    }

    /// Judges again what waited for this change, which has been accepted or refused, and what waited
    /// for that in turn.
    fn settle_waiting(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        hash: ChangeHash,
    ) -> Result<(), DatabaseError> {
        let mut settled = vec![hash];
        while let Some(hash) = settled.pop() {
            let sources: Vec<i64> = self
                .db
                .prepare_cached(
                    "SELECT source FROM waiting WHERE document = ?1 AND missing = ?2 ORDER BY source",
                )?
                .query_map((document.as_bytes(), hash.as_bytes()), |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for source in sources {
                settled.extend(self.settle(now, document, source.unsigned_abs())?);
            }
        }
        Ok(())
    }

    /// Judges again a change that waited, and tells its hash if it need not wait any longer.
    fn settle(
        &mut self,
        now: Timestamp,
        document: DocumentId,
        source: Pos,
    ) -> Result<Option<ChangeHash>, DatabaseError> {
        let (change, verdict) = match salvage::superseded_waiting(self.db, document, source)? {
            Some((change, command)) => (change, LoggedVerdict::Superseded { command }),
            None => judge::judge_waiting(self, now, source)?,
        };
        if matches!(verdict, LoggedVerdict::Pending { .. }) {
            return Ok(None);
        }
        self.append(now, &LogEntry::Settled { change: source, verdict })?;
        Ok(Some(change))
    }
}

/// Whether the envelope is by the device that brought it, for its person, and signed with its key.
fn authentic(
    db: &Connection,
    asker: DeviceId,
    scanned: &ScannedEnvelope,
) -> Result<Result<(), Refusal>, DatabaseError> {
    let envelope = &scanned.envelope;
    let found: Option<([u8; 16], Vec<u8>)> = db
        .prepare_cached("SELECT person, key FROM devices WHERE device = ?1")?
        .query_row([envelope.device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((person, key)) = found else {
        return Ok(Err(Refusal::new(ErrorCode::DeviceUnknown, "no such device is enrolled")));
    };
    // The log keeps one organisation; a signature over another could never be checked again.
    let org: Vec<u8> =
        db.prepare_cached("SELECT value FROM meta WHERE key = 'org'")?.query_row([], |row| row.get(0))?;
    if org != envelope.org.as_bytes() {
        let why = "the envelope is for another organisation";
        return Ok(Err(Refusal::new(ErrorCode::PersonMismatch, why)));
    }
    let key = minicbor::decode(&key).map_err(|error| DatabaseError::corrupt("devices", error))?;
    // The office's row names nobody: each of its envelopes names who sat there.
    let office = person == [0; 16];
    if envelope.device != asker || (!office && person != *envelope.person.as_bytes()) {
        return Ok(Err(Refusal::new(
            ErrorCode::PersonMismatch,
            "the envelope is of another device or person than the one that asks",
        )));
    }
    Ok(scanned.verify(&key))
}

fn quarantined(refusal: Refusal) -> Verdict {
    Verdict::Quarantined { code: refusal.code, why: refusal.message }
}

fn answer(verdict: LoggedVerdict, pos: Pos) -> Verdict {
    match verdict {
        LoggedVerdict::Accepted => Verdict::Accepted { pos },
        LoggedVerdict::Pending { missing } => Verdict::Pending { missing },
        LoggedVerdict::Quarantined { code, why } => Verdict::Quarantined { code, why },
        LoggedVerdict::Superseded { command } => Verdict::Superseded { command },
        LoggedVerdict::Fork => Verdict::Fork,
    }
}
