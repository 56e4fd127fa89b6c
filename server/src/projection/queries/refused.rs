//! Edits of a case that were not accepted, readable, because what somebody wrote is never lost.

use std::fmt::Write as _;

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::{Document, DocumentKind, Heads, Register, scan};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, PersonId};
use roundsman_sync_core::model::{Case, Contact, Place, Round};
use roundsman_sync_core::protocol::messages::Pos;
use rusqlite::Connection;

use super::cases::UNSETTLED;
use super::load;
use super::names::{PersonName, person};
use super::timeline::phone;
use crate::database::DatabaseError;
use crate::log::{self, LogEntry};

/// Refused edits shown with one case at most; the list of all of them has the rest.
const SHOWN_MAX: u32 = 50;

/// One edit that was not accepted.
#[derive(Clone, Debug)]
pub struct RefusedChange {
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub why: String,
    /// Who tried.
    pub by: PersonName,
    /// On which phone; `None` for the office.
    pub device: Option<String>,
    /// When, as the phone claims.
    pub claimed_at: Option<Timestamp>,
    /// When the server received it.
    pub received: Timestamp,
    /// What they wanted to write, a line for each field. Empty if the bytes cannot be read.
    pub tried: String,
}

/// Code and reason as they are shown. A fork has neither in the tables: its verdict says it all.
pub(super) fn reason(verdict: i64, code: Option<String>, why: Option<String>) -> (String, String) {
    const FORK: i64 = 4;
    if verdict == FORK {
        (ErrorCode::Fork.as_str().to_owned(), ErrorCode::Fork.meaning().to_owned())
    } else {
        (code.unwrap_or_default(), why.unwrap_or_default())
    }
}

/// The refused edits of a case and of its contact data, the first received first.
pub(super) fn refused(
    db: &Connection,
    case: DocumentId,
    document: &Document,
    sees_contacts: bool,
) -> Result<Vec<RefusedChange>, DatabaseError> {
    let mut found = of_document(db, case, document)?;
    let contact = DocumentId::contact_of(case);
    if sees_contacts {
        let document = match load(db, contact, DocumentKind::Contact)? {
            Some(document) => document,
            None => Document::new(DocumentKind::Contact)
                .map_err(|error| DatabaseError::corrupt("seeds", error))?,
        };
        found.extend(of_document(db, contact, &document)?);
        found.sort_by_key(|(source, _)| *source);
    }
    Ok(found.into_iter().map(|(_, change)| change).collect())
}

/// The refused edits of a round, the first received first.
pub(super) fn refused_of_round(
    db: &Connection,
    round: DocumentId,
    document: &Document,
) -> Result<Vec<RefusedChange>, DatabaseError> {
    Ok(of_document(db, round, document)?.into_iter().map(|(_, change)| change).collect())
}

fn of_document(
    db: &Connection,
    id: DocumentId,
    document: &Document,
) -> Result<Vec<(Pos, RefusedChange)>, DatabaseError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT r.source, r.verdict, r.code, r.why, r.person, p.name, d.name, d.person, e.received
         FROM changes r JOIN envelopes e ON e.pos = r.envelope
             LEFT JOIN people p ON p.person = r.person LEFT JOIN devices d ON d.device = r.device
         WHERE r.document = ?1 AND {UNSETTLED} ORDER BY r.source LIMIT {SHOWN_MAX}"
    ))?;
    let rows = statement.query_map([id.as_bytes()], |row| {
        let (code, why) = reason(row.get(1)?, row.get(2)?, row.get(3)?);
        let change = RefusedChange {
            code,
            why,
            by: PersonName::new(PersonId::from_bytes(row.get(4)?), row.get(5)?),
            device: phone(row.get(6)?, row.get(7)?),
            claimed_at: None,
            received: Timestamp::from_millis(row.get(8)?),
            tried: String::new(),
        };
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), change))
    })?;
    let rows: Vec<(Pos, RefusedChange)> = rows.collect::<Result<_, _>>()?;
    // What builds on a refused edit is refused too, and can only be read on top of it.
    let mut ground = document.clone();
    let mut found = Vec::with_capacity(rows.len());
    for (source, mut change) in rows {
        let (_, entry) = log::read(db, source)?;
        if let LogEntry::Change { change: bytes, .. } | LogEntry::Recovered { change: bytes, .. } = entry {
            let note = scan(&bytes).ok().and_then(|scanned| scanned.note);
            change.claimed_at = note.map(|note| note.claimed_at);
            change.tried = tried(db, &mut ground, &bytes)?.unwrap_or_default();
        }
        found.push((source, change));
    }
    Ok(found)
}

/// What a change would have done to the document its author saw, and `None` if that cannot be told.
fn tried(db: &Connection, ground: &mut Document, bytes: &[u8]) -> Result<Option<String>, DatabaseError> {
    let Ok(scanned) = scan(bytes) else { return Ok(None) };
    let Ok(before) = ground.at(&Heads::new(scanned.deps)) else { return Ok(None) };
    let mut after = before.clone();
    if after.apply(bytes).is_err() {
        return Ok(None);
    }
    // A fork cannot join what it forks from; then what builds on it stays unread.
    let _ = ground.apply(bytes);
    let mut text = Lines { db, text: String::new() };
    match ground.kind() {
        DocumentKind::Case => text.case(&Case::read(&before), &Case::read(&after))?,
        DocumentKind::Contact => text.contact(&Contact::read(&before), &Contact::read(&after)),
        DocumentKind::Round => text.round(&Round::read(&before), &Round::read(&after)),
        DocumentKind::Site => {}
    }
    Ok(Some(text.text))
}

struct Lines<'a> {
    db: &'a Connection,
    text: String,
}

impl Lines<'_> {
    fn line(&mut self, label: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{label}: {value}");
    }

    fn register<T: PartialEq>(
        &mut self,
        label: &str,
        before: &Register<T>,
        after: &Register<T>,
        show: impl Fn(&T) -> String,
    ) {
        if before != after
            && let Some(value) = after.shown()
        {
            self.line(label, &show(value));
        }
    }

    fn case(&mut self, before: &Case, after: &Case) -> Result<(), DatabaseError> {
        self.register("kind", &before.kind, &after.kind, ToString::to_string);
        self.register("channel", &before.channel, &after.channel, ToString::to_string);
        self.register("urgency", &before.urgency, &after.urgency, ToString::to_string);
        self.register("nature", &before.nature, &after.nature, ToString::to_string);
        self.register("subject", &before.subject, &after.subject, Clone::clone);
        self.register("place", &before.place, &after.place, Place::line);
        if before.description != after.description {
            self.line("description", &after.description);
        }
        for order in &after.orders {
            let known = before.order(order.id);
            let (department, assignee) =
                known.map(|order| (order.department.clone(), order.assignee.clone())).unwrap_or_default();
            self.register("department", &department, &order.department, ToString::to_string);
            if assignee != order.assignee
                && let Some(&assignee) = order.assignee.shown()
            {
                self.line("assignee", &person(self.db, assignee)?.name);
            }
        }
        for entry in after.entries.iter().filter(|entry| !before.entries.contains(entry)) {
            self.line(entry.kind().as_str(), &entry.note);
        }
        for photo in after.photos.iter().filter(|photo| !before.photos.contains(photo)) {
            self.line("photo", &format!("{} {} {}", photo.role, photo.hash, photo.caption));
        }
        for sign_off in after.sign_offs.iter().filter(|sign_off| !before.sign_offs.contains(sign_off)) {
            self.line("sign-off", &format!("{} {}\n{}", sign_off.subject, sign_off.outcome, sign_off.shown));
        }
        Ok(())
    }

    fn contact(&mut self, before: &Contact, after: &Contact) {
        self.register("name", &before.name, &after.name, Clone::clone);
        self.register("phone", &before.phone, &after.phone, Clone::clone);
        self.register("address", &before.address, &after.address, Clone::clone);
        if before.words != after.words {
            self.line("words", &after.words);
        }
        for signature in after.signatures.iter().filter(|signature| !before.signatures.contains(signature)) {
            self.line("signer", &format!("{} {}", signature.signer, signature.relation));
        }
    }

    fn round(&mut self, before: &Round, after: &Round) {
        for entry in after.entries.iter().filter(|entry| !before.entries.contains(entry)) {
            self.line(entry.kind.as_str(), &entry.note);
        }
        for check in after.checks.iter().filter(|check| !before.checks.contains(check)) {
            let point = after.plan.checkpoint(check.checkpoint);
            let name = point.map(|point| point.name.as_str()).unwrap_or_default();
            self.line("check", &format!("{name} {} {}", check.reading.as_str(), check.note));
        }
        for mention in after.photos.iter().filter(|mention| !before.photos.contains(mention)) {
            self.line("photo", &format!("{} {}", mention.photo.hash, mention.photo.caption));
        }
    }
}
