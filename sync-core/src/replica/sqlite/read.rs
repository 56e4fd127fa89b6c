//! Reading rows back into what they stand for.

use rusqlite::{OptionalExtension, Params, Row};

use super::write::int;
use super::{SqliteStore, failed};
use crate::clock::Timestamp;
use crate::document::{ActorBytes, DocumentKind, Heads};
use crate::ids::{CommandId, DocumentId, PhotoHash};
use crate::model::CaseSummary;
use crate::protocol::messages::{DocumentNumber, FeedNumber, RecoveredChange};
use crate::replica::outbox::OutboxRow;
use crate::replica::photos::{PhotoKind, PhotoRow};
use crate::replica::store::{
    CaseFilter, CaseListItem, DocumentContent, DocumentHead, Key, Store, StoreError, SummaryRow, Unsettled,
    Write,
};

const HEAD: &str = "id, kind, number, actor, accepted, appended, left_all";
/// Where the document with the id `?1` stands; nothing that is under it is found if it is not there.
const POSITION: &str = "(SELECT position FROM documents WHERE id = ?1)";
const EDIT: &str = "seq, id, command, at_ms, envelope, items, state, attempts";
const PHOTO: &str = "hash, seq, size, case_id, command, upload, kind";

type Result<T> = std::result::Result<T, StoreError>;

impl SqliteStore {
    /// All rows of a query, each read by `read`.
    fn all<T>(&self, sql: &str, params: impl Params, read: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// The first row of a query, if there is one.
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params).map_err(failed)?;
        rows.next().map_err(failed)?.map(read).transpose()
    }
}

/// A column of a table that this program wrote.
fn column<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize, place: &'static str) -> Result<T> {
    row.get(index).map_err(|error| StoreError::corrupt(place, error))
}

/// A column that holds a place or size.
fn count(row: &Row<'_>, index: usize, place: &'static str) -> Result<u64> {
    let number: i64 = column(row, index, place)?;
    u64::try_from(number).map_err(|error| StoreError::corrupt(place, error))
}

/// A column that holds an id or hash.
fn id<T>(row: &Row<'_>, index: usize, place: &'static str, read: impl Fn(&[u8]) -> Option<T>) -> Result<T> {
    let bytes: Vec<u8> = column(row, index, place)?;
    read(&bytes).ok_or_else(|| StoreError::corrupt(place, format!("column {index} is not an id or hash")))
}

/// A column that holds CBOR.
fn cbor<T: for<'b> minicbor::Decode<'b, ()>>(row: &Row<'_>, index: usize, place: &'static str) -> Result<T> {
    let bytes: Vec<u8> = column(row, index, place)?;
    minicbor::decode(&bytes).map_err(|error| StoreError::corrupt(place, error))
}

fn document_id(row: &Row<'_>) -> Result<DocumentId> {
    id(row, 0, "documents", DocumentId::from_slice)
}

fn head(row: &Row<'_>) -> Result<(DocumentId, DocumentHead)> {
    const PLACE: &str = "documents";
    let kind = DocumentKind::from_number(column(row, 1, PLACE)?);
    let actor: Option<[u8; 16]> = column(row, 3, PLACE)?;
    let number: Option<i64> = column(row, 2, PLACE)?;
    let head = DocumentHead {
        kind: kind.ok_or_else(|| StoreError::corrupt(PLACE, "unknown kind"))?,
        number: number.map(|number| DocumentNumber(number.cast_unsigned())),
        actor: actor.map(ActorBytes::from_bytes),
        accepted: id(row, 4, PLACE, Heads::from_bytes)?,
        appended: column(row, 5, PLACE)?,
        left: column(row, 6, PLACE)?,
    };
    Ok((document_id(row)?, head))
}

fn edit(row: &Row<'_>) -> Result<OutboxRow> {
    const PLACE: &str = "outbox";
    Ok(OutboxRow {
        seq: count(row, 0, PLACE)?,
        id: id(row, 1, PLACE, CommandId::from_slice)?,
        command: column::<Vec<u8>>(row, 2, PLACE)?.into(),
        at: Timestamp::from_millis(column(row, 3, PLACE)?),
        envelope: column::<Vec<u8>>(row, 4, PLACE)?.into(),
        items: cbor(row, 5, PLACE)?,
        state: cbor(row, 6, PLACE)?,
        attempts: column(row, 7, PLACE)?,
    })
}

fn photo(row: &Row<'_>) -> Result<PhotoRow> {
    const PLACE: &str = "photos";
    Ok(PhotoRow {
        hash: id(row, 0, PLACE, PhotoHash::from_slice)?,
        seq: count(row, 1, PLACE)?,
        size: count(row, 2, PLACE)?,
        case: id(row, 3, PLACE, DocumentId::from_slice)?,
        command: id(row, 4, PLACE, CommandId::from_slice)?,
        upload: cbor(row, 5, PLACE)?,
        kind: PhotoKind::from_number(count(row, 6, PLACE)?)
            .ok_or_else(|| StoreError::corrupt(PLACE, "no such kind"))?,
    })
}

impl Store for SqliteStore {
    fn value(&self, key: Key) -> Result<Option<Vec<u8>>> {
        self.one("SELECT value FROM replica_values WHERE name = ?1", [key.as_str()], |row| {
            column(row, 0, "replica_values")
        })
    }

    fn head(&self, id: DocumentId) -> Result<Option<DocumentHead>> {
        let sql = select(HEAD, "documents WHERE id = ?1");
        Ok(self.one(&sql, [id.as_bytes()], head)?.map(|(_, head)| head))
    }

    fn content(&self, id: DocumentId) -> Result<Option<DocumentContent>> {
        let read = |row: &Row<'_>| column(row, 0, "snapshots");
        let sql = select("bytes", &format!("snapshots WHERE document = {POSITION}"));
        let snapshot = self.one(&sql, [id.as_bytes()], read)?;
        let Some(snapshot) = snapshot else { return Ok(None) };
        let sql = select("bytes", &format!("changes WHERE document = {POSITION} ORDER BY position"));
        let changes = self.all(&sql, [id.as_bytes()], |row| column(row, 0, "changes"))?;
        Ok(Some(DocumentContent { snapshot, changes }))
    }

    fn heads(&self) -> Result<Vec<(DocumentId, DocumentHead)>> {
        self.all(&select(HEAD, "documents ORDER BY id"), [], head)
    }

    fn by_number(&self, number: DocumentNumber) -> Result<Option<DocumentId>> {
        self.one("SELECT id FROM documents WHERE number = ?1", [number.0.cast_signed()], document_id)
    }

    fn homeless(&self) -> Result<Vec<DocumentId>> {
        self.all("SELECT id FROM documents WHERE feeds = 0 ORDER BY id", [], document_id)
    }

    fn checksum(&self) -> Result<u64> {
        // Summed here: SQLite's own sum stops at 63 bits.
        let mut statement = self
            .connection
            .prepare_cached("SELECT checksum, feeds FROM documents WHERE feeds > 0")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut sum = 0u64;
        while let Some(row) = rows.next().map_err(failed)? {
            let one: i64 = column(row, 0, "documents")?;
            let feeds: u32 = column(row, 1, "documents")?;
            sum = sum.wrapping_add(one.cast_unsigned().wrapping_mul(u64::from(feeds)));
        }
        Ok(sum)
    }

    fn members(&self, feed: FeedNumber) -> Result<Vec<DocumentId>> {
        let sql =
            "SELECT id FROM memberships JOIN documents ON position = document WHERE feed = ?1 ORDER BY id";
        self.all(sql, [feed.0], document_id)
    }

    fn feeds_of(&self, id: DocumentId) -> Result<Vec<FeedNumber>> {
        let sql = select("feed", &format!("memberships WHERE document = {POSITION} ORDER BY feed"));
        self.all(&sql, [id.as_bytes()], |row| column(row, 0, "memberships").map(FeedNumber))
    }

    fn summary(&self, id: DocumentId) -> Result<Option<CaseSummary>> {
        let sql = select("bytes", &format!("summaries WHERE document = {POSITION}"));
        self.one(&sql, [id.as_bytes()], |row| SummaryRow::read(&column::<Vec<u8>>(row, 0, "summaries")?))
    }

    fn summaries(&self, filter: &CaseFilter, offset: usize, limit: usize) -> Result<Vec<CaseListItem>> {
        // The filter is decided in one place for every store; the index makes the first page cheap.
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT id, bytes FROM summaries JOIN documents ON position = document
                    ORDER BY latest DESC, document DESC",
            )
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut passed = 0;
        let mut items = Vec::new();
        while items.len() < limit {
            let Some(row) = rows.next().map_err(failed)? else { break };
            let summary = SummaryRow::read(&column::<Vec<u8>>(row, 1, "summaries")?)?;
            if !filter.takes(&summary) {
                continue;
            }
            passed += 1;
            if passed > offset {
                items.push(CaseListItem { id: document_id(row)?, summary });
            }
        }
        Ok(items)
    }

    fn last_seq(&self) -> Result<u64> {
        let last = self.one("SELECT coalesce(max(seq), 0) FROM outbox", [], |row| count(row, 0, "outbox"))?;
        Ok(last.unwrap_or(0))
    }

    fn edit(&self, seq: u64) -> Result<Option<OutboxRow>> {
        self.one(&select(EDIT, "outbox WHERE seq = ?1"), [int(seq)], edit)
    }

    fn edit_of(&self, command: CommandId) -> Result<Option<OutboxRow>> {
        self.one(&select(EDIT, "outbox WHERE id = ?1"), [command.as_bytes()], edit)
    }

    fn edits(&self) -> Result<Vec<OutboxRow>> {
        self.all(&select(EDIT, "outbox ORDER BY seq"), [], edit)
    }

    fn refused(&self) -> Result<Vec<OutboxRow>> {
        let rest = "outbox WHERE settled = 1 AND accepted_pos IS NULL ORDER BY seq";
        let mut rows = self.all(&select(EDIT, rest), [], edit)?;
        rows.retain(OutboxRow::is_refused);
        Ok(rows)
    }

    fn unsettled(&self) -> Result<Vec<Unsettled>> {
        let sql = "SELECT seq, length(envelope), sent FROM outbox WHERE settled = 0 ORDER BY seq";
        self.all(sql, [], |row| {
            Ok(Unsettled {
                seq: count(row, 0, "outbox")?,
                envelope_bytes: usize::try_from(count(row, 1, "outbox")?).unwrap_or(usize::MAX),
                sent: column(row, 2, "outbox")?,
            })
        })
    }

    fn unsettled_documents(&self) -> Result<Vec<(DocumentId, u64)>> {
        let sql = "SELECT document, seq FROM outbox JOIN outbox_documents USING (seq) WHERE settled = 0
            ORDER BY seq, document";
        self.all(sql, [], |row| {
            Ok((id(row, 0, "outbox_documents", DocumentId::from_slice)?, count(row, 1, "outbox_documents")?))
        })
    }

    fn photo(&self, hash: PhotoHash) -> Result<Option<PhotoRow>> {
        self.one(&select(PHOTO, "photos WHERE hash = ?1"), [hash.as_bytes()], photo)
    }

    fn parts(&self, hash: PhotoHash) -> Result<Vec<u8>> {
        let read = |row: &Row<'_>| column::<Vec<u8>>(row, 0, "photo_parts");
        let sql = "SELECT bytes FROM photo_parts WHERE hash = ?1 ORDER BY position";
        Ok(self.all(sql, [hash.as_bytes()], read)?.concat())
    }

    fn photos_owed(&self) -> Result<Vec<PhotoRow>> {
        self.all(&select(PHOTO, "photos WHERE stored = 0 ORDER BY kind, seq, hash"), [], photo)
    }

    fn photo_bytes(&self, hash: PhotoHash, offset: u64, length: usize) -> Result<Option<Vec<u8>>> {
        let position: Option<i64> = self
            .connection
            .prepare_cached("SELECT position FROM photo_bytes WHERE hash = ?1")
            .and_then(|mut statement| statement.query_row([hash.as_bytes()], |row| row.get(0)).optional())
            .map_err(failed)?;
        let Some(position) = position else { return Ok(None) };
        // Read in place: a photo of many megabytes is never in memory whole.
        let blob =
            self.connection.blob_open("main", "photo_bytes", "bytes", position, true).map_err(failed)?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(blob.len());
        let mut bytes = vec![0; length.min(blob.len() - start)];
        blob.read_at_exact(&mut bytes, start).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn recovered(&self, limit: usize) -> Result<Vec<RecoveredChange>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all("SELECT document, kind, bytes FROM recovered ORDER BY position LIMIT ?1", [limit], |row| {
            let number: u8 = column(row, 1, "recovered")?;
            let kind = DocumentKind::from_number(number)
                .ok_or_else(|| StoreError::corrupt("recovered", format!("kind {number}")))?;
            let bytes: Vec<u8> = column(row, 2, "recovered")?;
            Ok(RecoveredChange { document: document_id(row)?, kind, change: bytes.into() })
        })
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        self.write_all(writes)
    }
}

/// `SELECT <columns> FROM <rest>`.
fn select(columns: &str, rest: &str) -> String {
    format!("SELECT {columns} FROM {rest}")
}
