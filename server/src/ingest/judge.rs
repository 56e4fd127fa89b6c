//! Whether a change may become part of its document.
//!
//! Only authority and form are judged. That an order was reassigned or a case closed meanwhile is never
//! a reason to refuse: what was done offline in good faith is true, and contradictions are for people.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{
    Document, DocumentError, DocumentKind, ParsedChange, ScannedChange, scan, seed_hash,
};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{ChangeHash, DeviceId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::limits::{
    DOCUMENT_BYTES_MAX, PENDING_CHANGES_MAX, PENDING_CHANGES_PER_DEVICE_MAX, STAMP_AHEAD_MS_MAX,
};
use roundsman_sync_core::model::SCHEMA;
use roundsman_sync_core::protocol::envelope::{Envelope, EnvelopeItem};
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules;
use rusqlite::OptionalExtension;

use super::Batch;
use crate::database::DatabaseError;
use crate::log::{self, LogEntry, LoggedVerdict};

/// A change with all that is judged about it.
pub(super) struct Candidate<'a> {
    pub(super) now: Timestamp,
    /// The position of the envelope that brought it.
    pub(super) envelope: Pos,
    pub(super) device: DeviceId,
    pub(super) person: PersonId,
    schema: u32,
    pub(super) document: DocumentId,
    kind: DocumentKind,
    bytes: &'a [u8],
    pub(super) change: &'a ScannedChange,
}

fn no(code: ErrorCode, why: impl Into<String>) -> LoggedVerdict {
    LoggedVerdict::Quarantined { code, why: why.into() }
}

/// Judges a change that has just arrived. If it is accepted, it is already in the document in memory.
pub(super) fn judge(
    batch: &mut Batch<'_>,
    now: Timestamp,
    (pos, envelope): (Pos, &Envelope),
    item: &EnvelopeItem,
    change: &ScannedChange,
) -> Result<LoggedVerdict, DatabaseError> {
    let candidate = Candidate {
        now,
        envelope: pos,
        device: envelope.device,
        person: envelope.person,
        schema: envelope.schema,
        document: item.document,
        kind: item.kind,
        bytes: &item.change,
        change,
    };
    candidate.judge(batch, true)
}

/// Judges again a change that waited, and tells its hash. Its stamp was judged when it arrived.
pub(super) fn judge_waiting(
    batch: &mut Batch<'_>,
    now: Timestamp,
    source: Pos,
) -> Result<(ChangeHash, LoggedVerdict), DatabaseError> {
    let wrong = || DatabaseError::corrupt("waiting", format!("entry {source} is no change"));
    let (_, LogEntry::Change { envelope, document, kind, change: bytes, .. }) = log::read(batch.db, source)?
    else {
        return Err(wrong());
    };
    let (_, LogEntry::Envelope(header)) = log::read(batch.db, envelope)? else { return Err(wrong()) };
    let change = scan(&bytes).map_err(|error| DatabaseError::corrupt("log", error))?;
    let candidate = Candidate {
        now,
        envelope,
        device: header.device,
        person: header.person,
        schema: header.schema,
        document,
        kind,
        bytes: &bytes,
        change: &change,
    };
    Ok((change.hash, candidate.judge(batch, false)?))
}

impl Candidate<'_> {
    fn judge(&self, batch: &mut Batch<'_>, is_new: bool) -> Result<LoggedVerdict, DatabaseError> {
        if let Some(refused) = self.form(batch)? {
            return Ok(refused);
        }
        if self.schema > SCHEMA {
            // Not wrong, only not understood yet: it is kept until this server is as new.
            return self.waits_for(batch, Vec::new(), is_new);
        }
        if let Some(waits) = self.dependencies(batch, is_new)? {
            return Ok(waits);
        }
        if self.is_fork(batch)? {
            return Ok(LoggedVerdict::Fork);
        }
        let verdict = self.content(batch)?;
        if verdict != LoggedVerdict::Accepted {
            // A start that was refused leaves nothing in memory.
            batch.documents.forget_unstarted(self.document);
        }
        Ok(verdict)
    }

    /// What can be said without looking into the document.
    fn form(&self, batch: &Batch<'_>) -> Result<Option<LoggedVerdict>, DatabaseError> {
        let revoked: Option<i64> = batch
            .db
            .prepare_cached("SELECT revoked FROM devices WHERE device = ?1")?
            .query_row([self.device.as_bytes()], |row| row.get(0))?;
        if revoked.is_some() {
            return Ok(Some(no(ErrorCode::DeviceRevoked, "the device was revoked before this arrived")));
        }
        let Some(note) = self.change.note else {
            return Ok(Some(no(ErrorCode::ChangeMalformed, "the change does not say who made it and when")));
        };
        if note.person != self.person {
            return Ok(Some(no(ErrorCode::PersonMismatch, "the change and its envelope name two people")));
        }
        let ahead = note.stamp.wall().millis_since(self.now);
        if ahead > STAMP_AHEAD_MS_MAX {
            let why = format!("the stamp is {} s ahead of the server", ahead / 1_000);
            return Ok(Some(no(ErrorCode::ClockAhead, why)));
        }
        let kind: Option<u8> = batch
            .db
            .prepare_cached("SELECT kind FROM documents WHERE id = ?1")?
            .query_row([self.document.as_bytes()], |row| row.get(0))
            .optional()?;
        if kind.is_some_and(|kind| kind != self.kind.number()) {
            return Ok(Some(no(ErrorCode::KindMismatch, format!("the document is not a {:?}", self.kind))));
        }
        Ok(None)
    }

    /// Whether everything it builds on is in the document.
    fn dependencies(&self, batch: &Batch<'_>, is_new: bool) -> Result<Option<LoggedVerdict>, DatabaseError> {
        if self.change.deps.is_empty() {
            let why = "the change does not build on the seed of its kind";
            return Ok(Some(no(ErrorCode::ChangeNotPermitted, why)));
        }
        let mut missing = Vec::new();
        for dep in &self.change.deps {
            if *dep == seed_hash(self.kind) {
                continue;
            }
            let verdict: Option<i64> = batch
                .db
                .prepare_cached("SELECT verdict FROM changes WHERE document = ?1 AND hash = ?2")?
                .query_row((self.document.as_bytes(), dep.as_bytes()), |row| row.get(0))
                .optional()?;
            match verdict {
                Some(0) => {}
                // Unknown, or itself waiting.
                None | Some(1) => missing.push(*dep),
                Some(_) => {
                    return Ok(Some(no(
                        ErrorCode::DependencyRefused,
                        format!("it builds on {dep}, which was refused"),
                    )));
                }
            }
        }
        if missing.is_empty() { Ok(None) } else { self.waits_for(batch, missing, is_new).map(Some) }
    }

    /// It waits for these, if there is room for it to wait.
    fn waits_for(
        &self,
        batch: &Batch<'_>,
        missing: Vec<ChangeHash>,
        is_new: bool,
    ) -> Result<LoggedVerdict, DatabaseError> {
        if !is_new {
            return Ok(LoggedVerdict::Pending { missing });
        }
        let (all, own): (u64, u64) = batch
            .db
            .prepare_cached(
                "SELECT (SELECT count(DISTINCT source) FROM waiting),
                        (SELECT count(DISTINCT source) FROM waiting WHERE device = ?1)",
            )?
            .query_row([self.device.as_bytes()], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
        if all >= PENDING_CHANGES_MAX || own >= PENDING_CHANGES_PER_DEVICE_MAX {
            let why = "too many changes already wait for what they build on";
            return Ok(no(ErrorCode::DependencyMissing, why));
        }
        Ok(LoggedVerdict::Pending { missing })
    }

    /// Whether its name is taken: by another change of its device, or because the actor is another device's. Who
    /// could write under a colleague's name would take the numbers that the colleague's phone is about to use.
    fn is_fork(&self, batch: &Batch<'_>) -> Result<bool, DatabaseError> {
        let (document, actor) = (self.document.as_bytes(), self.change.actor.as_slice());
        let taken = batch
            .db
            .prepare_cached(
                "SELECT 1 FROM changes WHERE document = ?1 AND actor = ?2 AND seq = ?3 AND verdict = 0 AND hash <> ?4",
            )?
            .exists((document, actor, self.change.seq.cast_signed(), self.change.hash.as_bytes()))?;
        if taken {
            return Ok(true);
        }
        // All that is accepted under one actor is by one device, so any one of it tells whose it is.
        let holder: Option<[u8; 16]> = batch
            .db
            .prepare_cached(
                "SELECT device FROM changes WHERE document = ?1 AND actor = ?2 AND verdict = 0 LIMIT 1",
            )?
            .query_row((document, actor), |row| row.get(0))
            .optional()?;
        Ok(holder.is_some_and(|holder| holder != *self.device.as_bytes()))
    }

    /// Looks at what the change does, operation by operation, and at who made it, and only then adds it to the
    /// document. What it does to what has arrived so far plays no part: that may not show, now or ever.
    fn content(&self, batch: &mut Batch<'_>) -> Result<LoggedVerdict, DatabaseError> {
        let Some(note) = &self.change.note else {
            return Ok(no(ErrorCode::ChangeMalformed, "the change does not say who made it and when"));
        };
        let live = batch.documents.open(batch.db, self.document, self.kind)?;
        if live.size.saturating_add(self.bytes.len()) > DOCUMENT_BYTES_MAX {
            let why = format!("the document has grown to its bound of {DOCUMENT_BYTES_MAX} bytes");
            return Ok(no(ErrorCode::ChangeTooLarge, why));
        }
        let read = ParsedChange::of(self.bytes, self.change.clone())
            .and_then(|change| Ok((live.document.written(&change)?, change)));
        let (writes, change) = match read {
            Ok(read) => read,
            Err(error @ DocumentError::Misdirected(_)) => {
                return Ok(no(ErrorCode::ChangeNotPermitted, error.to_string()));
            }
            Err(error) => return Ok(unreadable(&error)),
        };
        let starts = self.change.deps == [seed_hash(self.kind)];
        let read = rules::classify(self.kind, starts, &writes)
            .and_then(|paths| Ok((paths, rules::said(self.kind, self.document, note, &writes)?)));
        let (paths, said) = match read {
            Ok(read) => read,
            Err(refusal) => return Ok(no(refusal.code, refusal.message)),
        };
        let roles = match self.kind {
            DocumentKind::Case | DocumentKind::Round => match (live.site(), said.site) {
                (None, None) => {
                    let why = format!("the {:?} document does not say at which estate it is", self.kind);
                    return Ok(no(ErrorCode::ChangeNotPermitted, why));
                }
                // Nobody starts a case or round a second time, beside the first: its id is drawn by chance.
                (Some(_), _) if starts => {
                    return Ok(no(ErrorCode::ChangeNotPermitted, "it has been started already"));
                }
                (Some(site), _) | (None, Some(site)) => self.roles(batch, Some(site))?,
            },
            DocumentKind::Site => self.roles(batch, Some(SiteId::of_document(self.document)))?,
            DocumentKind::Contact => match said.case.or_else(|| case_of_contact(&live.document)) {
                None => {
                    let why = "the contact document does not name its own case";
                    return Ok(no(ErrorCode::ChangeNotPermitted, why));
                }
                // The case may still be under way on another phone; then a role at any estate counts.
                Some(case) => self.roles(batch, site_of_case(batch, case)?)?,
            },
        };
        if roles.is_empty() {
            return Ok(no(ErrorCode::SiteNotPermitted, "the person has no role at this estate"));
        }
        if let Err(refusal) = rules::may_all(&roles, &paths) {
            return Ok(no(refusal.code, refusal.message));
        }
        match batch.documents.advance(batch.db, self.document, self.kind, change)? {
            Ok(()) => Ok(LoggedVerdict::Accepted),
            Err(error) => Ok(unreadable(&error)),
        }
    }
}

/// Why Automerge could not take a change in. The words of a panic would say nothing to anybody.
fn unreadable(error: &DocumentError) -> LoggedVerdict {
    let why = if matches!(error, DocumentError::Panicked) {
        "the change could not be read".to_owned()
    } else {
        error.to_string()
    };
    no(ErrorCode::ChangeMalformed, why)
}

/// The case that a contact document belongs to. Whoever began it said so, and was refused otherwise.
fn case_of_contact(contact: &Document) -> Option<DocumentId> {
    contact.fields().map("fields")?.bytes("case", DocumentId::from_slice)
}

/// The estate of a case, once the case is here.
fn site_of_case(batch: &Batch<'_>, case: DocumentId) -> Result<Option<SiteId>, DatabaseError> {
    let site: Option<Option<[u8; 16]>> = batch
        .db
        .prepare_cached("SELECT site FROM documents WHERE id = ?1")?
        .query_row([case.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(site.flatten().map(SiteId::from_bytes))
}
