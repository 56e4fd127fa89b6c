//! Answering a device: what is new for it, in pages that fit a budget.
//!
//! A feed's walk goes upward by `newest`. A document that entered the feed after the device's `base` is
//! sent whole; one that was there before, as its changes above `base`. Changes are never told from the
//! walk's own position on: a document that moved during the walk would lose those in between. When a
//! walk ends, `base` becomes the head of the log in the same read transaction.
//!
//! No document is loaded to answer: snapshots and changes are sent as they lie.

use std::collections::{BTreeMap, HashMap};

use minicbor::bytes::ByteVec;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DeviceId, DocumentId, PersonId, SiteId};
use roundsman_sync_core::limits::{PAGE_BYTES_MAX, PAGE_BYTES_MIN};
use roundsman_sync_core::model::{Department, Role};
use roundsman_sync_core::protocol::messages::{
    DocumentNumber, FeedCursor, FeedGrant, FeedNumber, Page, PageDocument, Pos, RoleGrant,
};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::key::{self, FeedKey};
use crate::database::DatabaseError;
use crate::log::{self, LogEntry};

/// What a device asks from.
pub struct Pull<'a> {
    /// Who asks; its own changes are not sent back to it.
    pub device: DeviceId,
    /// Every feed that is not in `behind` is level up to here.
    pub base: Pos,
    /// Feeds in the middle of a walk.
    pub behind: &'a [FeedCursor],
    /// About how many bytes of documents are wanted.
    pub budget_bytes: u32,
}

/// What it gets.
pub struct Pulled {
    /// The feeds in force.
    pub feeds: Vec<FeedGrant>,
    /// What is new.
    pub pages: Vec<Page>,
    /// Every feed without an unfinished page is level up to here.
    pub base: Pos,
    /// The checksum over all feeds, when there is no more to fetch.
    pub checksum: Option<u64>,
    /// Whether a page is unfinished.
    pub more: bool,
    /// The person's rights.
    pub roles: Vec<RoleGrant>,
}

/// Makes the pages for a device inside one read transaction. A revoked device has no feeds.
///
/// # Errors
/// If the database fails.
pub fn pull(read: &Transaction<'_>, ask: &Pull<'_>) -> Result<Pulled, DatabaseError> {
    let head = log::head(read)?;
    let roles = roles_of(read, ask.device)?;
    let grants = grants_of(read, ask.device, &roles)?;
    let mut left = i64::from(ask.budget_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX));
    let mut sent = HashMap::new();
    let (mut pages, mut checksum, mut more) = (Vec::new(), 0u64, false);
    for grant in &grants {
        let cursor = cursor_of(ask, *grant);
        let walk = Walk { read, asker: ask.device, cursor, sent: &mut sent };
        let page = walk.page(head, &mut left)?;
        more |= !page.done;
        checksum = checksum.wrapping_add(feed_checksum(read, grant.feed)?);
        // A level feed in which nothing happened needs no words. One that begins does, even if it is empty:
        // whatever the phone held of it before is void.
        let begins = cursor.base == 0 && cursor.pos == 0;
        if !page.documents.is_empty() || !page.done || begins || is_behind(ask, grant.feed) {
            pages.push(page);
        }
    }
    let roles = roles.into_iter().map(|(_, grant)| grant).collect();
    Ok(Pulled { feeds: grants, pages, base: head, checksum: (!more).then_some(checksum), more, roles })
}

fn is_behind(ask: &Pull<'_>, feed: FeedNumber) -> bool {
    ask.behind.iter().any(|cursor| cursor.feed == feed)
}

/// Where the walk of a feed goes on. A feed that was given after the device's last answer begins anew:
/// the device may say it is level, but what it is level with is not this feed.
fn cursor_of(ask: &Pull<'_>, grant: FeedGrant) -> FeedCursor {
    let start = FeedCursor { feed: grant.feed, base: 0, pos: 0 };
    match ask.behind.iter().find(|cursor| cursor.feed == grant.feed) {
        // Within an unfinished first walk only `pos` has moved past `since`.
        Some(cursor) if cursor.pos >= grant.since || cursor.base == 0 => *cursor,
        Some(_) => start,
        None if ask.base >= grant.since => FeedCursor { feed: grant.feed, base: ask.base, pos: ask.base },
        None => start,
    }
}

fn feed_checksum(read: &Connection, feed: FeedNumber) -> Result<u64, DatabaseError> {
    let sum: i64 = read
        .prepare_cached("SELECT checksum FROM feeds WHERE number = ?1")?
        .query_row([feed.0], |row| row.get(0))?;
    Ok(sum.cast_unsigned())
}

/// The rights of a device's person, each with the position at which it was given. None, if it is revoked.
///
/// # Errors
/// If the database fails.
pub fn roles_of(read: &Connection, device: DeviceId) -> Result<Vec<(Pos, RoleGrant)>, DatabaseError> {
    let mut statement = read.prepare_cached(
        "SELECT r.pos, r.site, r.role, r.department FROM roles r JOIN devices d ON d.person = r.person
         WHERE d.device = ?1 AND d.revoked IS NULL ORDER BY r.site, r.role",
    )?;
    let rows = statement.query_map([device.as_bytes()], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    rows.map(|row| {
        let (pos, site, role, department): (_, _, _, Option<String>) = row?;
        let role = Role::from_text(&role).ok_or_else(|| DatabaseError::corrupt("roles", role))?;
        let department = department.as_deref().and_then(Department::from_text);
        Ok((pos.unsigned_abs(), RoleGrant { site: SiteId::from_bytes(site), role, department }))
    })
    .collect()
}

/// The feeds of a device, those to be sent first standing first.
fn grants_of(
    read: &Connection,
    device: DeviceId,
    roles: &[(Pos, RoleGrant)],
) -> Result<Vec<FeedGrant>, DatabaseError> {
    let found: Option<([u8; 16], i64)> = read
        .prepare_cached("SELECT person, pos FROM devices WHERE device = ?1")?
        .query_row([device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((person, enrolled)) = found else { return Ok(Vec::new()) };
    let person = PersonId::from_bytes(person);
    // Two roles may bring the same feed; it is there since the earlier of them.
    let mut since: BTreeMap<(usize, FeedKey), Pos> = BTreeMap::new();
    for (pos, role) in roles {
        for (rank, key) in key::of_role(person, role.site, role.role, role.department).into_iter().enumerate()
        {
            let entry = since.entry((rank, key)).or_insert(*pos);
            *entry = (*entry).min(*pos);
        }
    }
    let mut grants: Vec<FeedGrant> = Vec::new();
    for ((_, key), pos) in since {
        let number: Option<u32> = read
            .prepare_cached("SELECT number FROM feeds WHERE key = ?1")?
            .query_row([key.to_string()], |row| row.get(0))
            .optional()?;
        let Some(number) = number.map(FeedNumber) else { continue };
        let pos = pos.max(enrolled.unsigned_abs());
        match grants.iter_mut().find(|grant| grant.feed == number) {
            Some(grant) => grant.since = grant.since.min(pos),
            None => grants.push(FeedGrant { feed: number, since: pos }),
        }
    }
    Ok(grants)
}

/// The walk of one feed.
struct Walk<'a, 'b> {
    read: &'a Connection,
    asker: DeviceId,
    cursor: FeedCursor,
    /// Documents already in this reply: whether whole, or from which base their changes were told.
    sent: &'b mut HashMap<i64, Told>,
}

#[derive(Clone, Copy)]
enum Told {
    Whole,
    ChangesFrom(Pos),
}

struct Row {
    document: i64,
    entered: Pos,
    newest: Pos,
    gone: bool,
}

impl Walk<'_, '_> {
    fn page(mut self, head: Pos, left: &mut i64) -> Result<Page, DatabaseError> {
        let FeedCursor { feed, base, mut pos } = self.cursor;
        let mut documents = Vec::new();
        let mut statement = self.read.prepare_cached(
            "SELECT document, entered, newest, gone FROM feed_rows WHERE feed = ?1 AND newest > ?2 ORDER BY newest",
        )?;
        let mut rows = statement.query((feed.0, pos.cast_signed()))?;
        while let Some(row) = rows.next()? {
            // One document always goes, however large, or a walk would never end.
            if *left <= 0 {
                return Ok(Page { feed, base, pos, done: false, documents });
            }
            let row = Row {
                document: row.get(0)?,
                entered: row.get::<_, i64>(1)?.unsigned_abs(),
                newest: row.get::<_, i64>(2)?.unsigned_abs(),
                gone: row.get(3)?,
            };
            pos = row.newest;
            if let Some((document, bytes)) = self.tell(&row)? {
                *left -= i64::try_from(bytes).unwrap_or(i64::MAX);
                documents.push(document);
            }
        }
        Ok(Page { feed, base, pos: head, done: true, documents })
    }

    /// What a row has to say to the asker, and about how many bytes it takes.
    fn tell(&mut self, row: &Row) -> Result<Option<(PageDocument, usize)>, DatabaseError> {
        let number = DocumentNumber(row.document.unsigned_abs());
        if row.gone {
            // Whatever the asker may hold of it has to go: it may have had the document since before
            // `base`, or from an earlier page of this very walk. Only the first page of a first walk
            // can have nothing to take back.
            let told = self.cursor.base > 0 || self.cursor.pos > 0;
            return Ok(told.then_some((PageDocument::Leave { number }, 8)));
        }
        let whole = row.entered > self.cursor.base;
        match self.sent.get(&row.document) {
            Some(Told::Whole) => return Ok(whole.then_some((PageDocument::Held { number }, 8))),
            // The phone holds it since before that base, and has just been told all that came after.
            Some(Told::ChangesFrom(_)) if whole => return Ok(Some((PageDocument::Held { number }, 8))),
            Some(Told::ChangesFrom(base)) if *base <= self.cursor.base => return Ok(None),
            Some(Told::ChangesFrom(_)) | None => {}
        }
        if whole {
            self.sent.insert(row.document, Told::Whole);
            return self.enter(number, row.document).map(Some);
        }
        let changes = self.changes(row.document)?;
        self.sent.insert(row.document, Told::ChangesFrom(self.cursor.base));
        let bytes = changes.iter().map(|change| change.len() + 4).sum::<usize>() + 8;
        Ok((!changes.is_empty()).then_some((PageDocument::Changes { number, changes }, bytes)))
    }

    fn enter(&self, number: DocumentNumber, row: i64) -> Result<(PageDocument, usize), DatabaseError> {
        type Found = ([u8; 16], u8, Vec<u8>, Option<Vec<u8>>);
        let (id, kind, snapshot, summary): Found = self
            .read
            .prepare_cached("SELECT id, kind, snapshot, summary FROM documents WHERE number = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let kind =
            DocumentKind::from_number(kind).ok_or_else(|| DatabaseError::corrupt("documents", kind))?;
        let bytes = snapshot.len() + summary.as_ref().map_or(0, Vec::len) + 32;
        let document = PageDocument::Enter {
            number,
            id: DocumentId::from_bytes(id),
            kind,
            snapshot: ByteVec::from(snapshot),
            summary: summary.map(ByteVec::from),
        };
        Ok((document, bytes))
    }

    /// What was added to a document above the base, without what the asker itself sent.
    fn changes(&self, row: i64) -> Result<Vec<ByteVec>, DatabaseError> {
        let mut statement = self.read.prepare_cached(
            "SELECT c.source FROM changes c JOIN documents d ON d.id = c.document
             WHERE d.number = ?1 AND c.accepted > ?2 AND c.device <> ?3 ORDER BY c.accepted",
        )?;
        let sources: Vec<i64> = statement
            .query_map((row, self.cursor.base.cast_signed(), self.asker.as_bytes()), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        sources
            .into_iter()
            .map(|source| {
                if let (_, LogEntry::Change { change, .. }) = log::read(self.read, source.unsigned_abs())? {
                    Ok(change)
                } else {
                    Err(DatabaseError::corrupt("changes", format!("entry {source} is no change")))
                }
            })
            .collect()
    }
}
