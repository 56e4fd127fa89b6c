//! Answering a device: what is new for it, in pages that fit a budget.
//!
//! A feed's walk goes upward by `newest`. A document that entered the feed after the device's `base` is
//! sent whole; one that was there before, as its changes above `base`. Changes are never told from the
//! walk's own position on: a document that moved during the walk would lose those in between. When a
//! walk ends, `base` becomes the head of the log in the same read transaction.
//!
//! No document is loaded to answer: snapshots and changes are sent as they lie.

use std::collections::{BTreeSet, HashMap};

use minicbor::bytes::ByteVec;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DeviceId, DocumentId};
use roundsman_sync_core::limits::{PAGE_BYTES_MAX, PAGE_BYTES_MIN};
use roundsman_sync_core::protocol::messages::{
    DocumentNumber, FeedCursor, FeedGrant, FeedNumber, Page, PageDocument, Pos, Rights,
};
use rusqlite::{Connection, Transaction};

use super::grants::{Granted, grants_of, roles_of};
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
    /// The feeds in force and the person's roles.
    pub rights: Rights,
    /// What is new.
    pub pages: Vec<Page>,
    /// Every feed without an unfinished page is level up to here.
    pub base: Pos,
    /// The checksum over all feeds, when there is no more to fetch.
    pub checksum: Option<u64>,
    /// Whether a page is unfinished.
    pub more: bool,
}

/// Makes the pages for a device inside one read transaction. A revoked device has no feeds.
///
/// Costs a look at each feed, and one at each document that has something new; never one at each document.
///
/// # Errors
/// If the database fails.
pub fn pull(read: &Transaction<'_>, ask: &Pull<'_>) -> Result<Pulled, DatabaseError> {
    let head = log::head(read)?;
    let roles = roles_of(read, ask.device)?;
    let granted = grants_of(read, ask.device, &roles)?;
    let level = granted.iter().filter(|one| is_level(ask, one.grant)).map(|one| one.grant.feed).collect();
    let mut left = i64::from(ask.budget_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX));
    let mut sent = HashMap::new();
    let (mut pages, mut checksum, mut more) = (Vec::new(), 0u64, false);
    for one in &granted {
        checksum = checksum.wrapping_add(one.checksum);
        if is_quiet(ask, one) {
            continue;
        }
        let cursor = cursor_of(ask, one.grant);
        let walk = Walk { read, ask, level: &level, cursor, sent: &mut sent };
        let page = walk.page(head, &mut left)?;
        more |= !page.done;
        // A level feed in which nothing happened needs no words. One that begins does, even if it is empty:
        // whatever the phone held of it before is void.
        let begins = cursor.base == 0 && cursor.pos == 0;
        if !page.documents.is_empty() || !page.done || begins || is_behind(ask, one.grant.feed) {
            pages.push(page);
        }
    }
    let rights = Rights {
        feeds: granted.iter().map(|one| one.grant).collect(),
        roles: roles.into_iter().map(|(_, grant)| grant).collect(),
    };
    Ok(Pulled { rights, pages, base: head, checksum: (!more).then_some(checksum), more })
}

/// Whether the device holds all of this feed up to its base.
fn is_level(ask: &Pull<'_>, grant: FeedGrant) -> bool {
    !is_behind(ask, grant.feed) && ask.base >= grant.since
}

/// Whether nothing has happened in a level feed since: then there is nothing to walk.
fn is_quiet(ask: &Pull<'_>, one: &Granted) -> bool {
    is_level(ask, one.grant) && one.newest <= ask.base && ask.base > 0
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

/// About what one short word about a document takes.
const WORD_BYTES: usize = 8;
/// Below this, changes go as changes without a look at how long the whole document is.
const SNAPSHOT_PAYS_BYTES: usize = 1024;

/// The walk of one feed.
struct Walk<'a, 'b> {
    read: &'a Connection,
    ask: &'a Pull<'a>,
    /// The feeds that the device holds all of up to its base.
    level: &'a BTreeSet<FeedNumber>,
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
            let bytes = self.tell(&row, &mut documents)?;
            *left -= i64::try_from(bytes).unwrap_or(i64::MAX);
        }
        Ok(Page { feed, base, pos: head, done: true, documents })
    }

    /// Adds what a row has to say to the asker. Gives about how many bytes it takes.
    fn tell(&mut self, row: &Row, told: &mut Vec<PageDocument>) -> Result<usize, DatabaseError> {
        let number = DocumentNumber(row.document.unsigned_abs());
        if row.gone {
            // Whatever the asker may hold of it has to go: it may have had the document since before
            // `base`, or from an earlier page of this very walk. Only the first page of a first walk
            // can have nothing to take back.
            if self.cursor.base == 0 && self.cursor.pos == 0 {
                return Ok(0);
            }
            told.push(PageDocument::Leave { number });
            return Ok(WORD_BYTES);
        }
        let enters = row.entered > self.cursor.base;
        // Whole in this reply, or from where the phone held it: nothing else has to be said of it.
        let complete = match self.sent.get(&row.document) {
            Some(Told::Whole) => true,
            Some(Told::ChangesFrom(base)) => enters || *base <= self.cursor.base,
            None => false,
        };
        let mut bytes = 0;
        if !complete && enters && !self.holds(row)? {
            self.sent.insert(row.document, Told::Whole);
            let (document, bytes) = enter(self.read, number)?;
            told.push(document);
            return Ok(bytes);
        }
        if !complete {
            // Held from another level feed, it is told from the base of that: whoever is level in this feed
            // after this page must hold all of it, wherever the walk of the other has come to.
            let base = if enters { self.ask.base } else { self.cursor.base };
            bytes += self.tell_changes(row.document, base, told)?;
        }
        if enters {
            told.push(PageDocument::Held { number });
            bytes += WORD_BYTES;
        }
        Ok(bytes)
    }

    /// Adds what came to a document above `base`, as changes or whole, whichever is shorter.
    fn tell_changes(
        &mut self,
        row: i64,
        base: Pos,
        told: &mut Vec<PageDocument>,
    ) -> Result<usize, DatabaseError> {
        let number = DocumentNumber(row.unsigned_abs());
        let changes = self.changes(row, base)?;
        let bytes = changes.iter().map(|change| change.len() + 4).sum::<usize>() + WORD_BYTES;
        if bytes > SNAPSHOT_PAYS_BYTES {
            // Whole, the columns of all changes share what each change by itself says again.
            let whole = enter(self.read, number)?;
            if whole.1 < bytes {
                self.sent.insert(row, Told::Whole);
                told.push(whole.0);
                return Ok(whole.1);
            }
        }
        self.sent.insert(row, Told::ChangesFrom(base));
        if changes.is_empty() {
            return Ok(0);
        }
        told.push(PageDocument::Changes { number, changes });
        Ok(bytes)
    }

    /// Whether the device holds the document anyway, as a member of another feed that is level.
    fn holds(&self, row: &Row) -> Result<bool, DatabaseError> {
        let mut statement = self.read.prepare_cached(
            "SELECT feed FROM feed_rows WHERE document = ?1 AND gone = 0 AND entered <= ?2",
        )?;
        let mut feeds = statement.query((row.document, self.ask.base.cast_signed()))?;
        while let Some(feed) = feeds.next()? {
            if self.level.contains(&FeedNumber(feed.get(0)?)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What was added to a document above `base`, without what the asker itself sent.
    fn changes(&self, row: i64, base: Pos) -> Result<Vec<ByteVec>, DatabaseError> {
        let mut statement = self.read.prepare_cached(
            "SELECT c.source FROM changes c JOIN documents d ON d.id = c.document
             WHERE d.number = ?1 AND c.accepted > ?2 AND c.device <> ?3 ORDER BY c.accepted",
        )?;
        let sources: Vec<i64> = statement
            .query_map((row, base.cast_signed(), self.ask.device.as_bytes()), |row| row.get(0))?
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

/// A document whole, as it lies, and about how many bytes it takes.
pub(super) fn enter(
    read: &Connection,
    number: DocumentNumber,
) -> Result<(PageDocument, usize), DatabaseError> {
    type Found = ([u8; 16], u8, Vec<u8>, Option<Vec<u8>>);
    let (id, kind, snapshot, summary): Found = read
        .prepare_cached("SELECT id, kind, snapshot, summary FROM documents WHERE number = ?1")?
        .query_row([number.0.cast_signed()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    let kind = DocumentKind::from_number(kind).ok_or_else(|| DatabaseError::corrupt("documents", kind))?;
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
