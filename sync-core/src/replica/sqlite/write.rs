//! Writing: one transaction a commit.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Params, TransactionBehavior, params};

use super::{SqliteStore, failed};
use crate::ids::DocumentId;
use crate::protocol::messages::RecoveredChange;
use crate::replica::outbox::{EditState, OutboxRow};
use crate::replica::photos::{PhotoKind, PhotoRow};
use crate::replica::store::{DocumentHead, StoreError, UploadState, Write};

impl SqliteStore {
    pub(super) fn write_all(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        let deletes =
            writes.iter().any(|write| matches!(write, Write::DropDocument(_) | Write::DropPhoto(_)));
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut steps = Steps::new(&transaction, &writes);
        for write in writes {
            steps.take(write).map_err(failed)?;
        }
        steps.turn_from_last().map_err(failed)?;
        transaction.commit().map_err(failed)?;
        self.wal_holds_deleted |= deletes;
        if self.wal_holds_deleted {
            // Secure deletion overwrites pages; their old form goes with the log. The commit stands even
            // if this fails, so it is tried again with the next one.
            let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0).map(|busy| busy == 0)
            });
            self.wal_holds_deleted = !matches!(emptied, Ok(true));
        }
        Ok(())
    }
}

type Done = rusqlite::Result<()>;

fn run(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

/// A transaction under way.
struct Steps<'a> {
    to: &'a Connection,
    /// How many feeds are to give each document from now on that did not before.
    joins: HashMap<DocumentId, u32>,
    /// The document of the last step: what is written of one comes together.
    last: Option<Last>,
}

/// A document that is there.
#[derive(Clone, Copy)]
struct Last {
    id: DocumentId,
    position: i64,
    /// Whether its row was made by this transaction, so that nothing else can be there of it.
    is_new: bool,
    /// Feeds that its row counts already and that have yet to give it. A row made without them would go into the
    /// index of those that no feed gives, and out of it again.
    counted: u32,
}

impl<'a> Steps<'a> {
    fn new(to: &'a Connection, writes: &[Write]) -> Self {
        let mut joins = HashMap::new();
        for write in writes {
            if let Write::Join(_, id) = write {
                *joins.entry(*id).or_insert(0) += 1;
            }
        }
        Self { to, joins, last: None }
    }

    /// The document, if it is there.
    fn find(&mut self, id: DocumentId) -> rusqlite::Result<Option<Last>> {
        if let Some(last) = self.last
            && last.id == id
        {
            return Ok(Some(last));
        }
        self.turn_from_last()?;
        let mut statement = self.to.prepare_cached("SELECT position FROM documents WHERE id = ?1")?;
        let found = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        self.last = found.map(|position| Last { id, position, is_new: false, counted: 0 });
        Ok(self.last)
    }

    /// Takes back what the row counted and what did not come: a feed that gave the document before.
    fn turn_from_last(&mut self) -> Done {
        if let Some(Last { position, counted: counted @ 1.., .. }) = self.last.take() {
            run(
                self.to,
                "UPDATE documents SET feeds = feeds - ?2 WHERE position = ?1",
                params![position, counted],
            )?;
        }
        Ok(())
    }

    /// Counts one more feed that gives a document.
    fn count_feed(&mut self, position: i64) -> Done {
        if let Some(Last { counted: counted @ 1.., .. }) = &mut self.last {
            *counted -= 1;
            return Ok(());
        }
        run(self.to, "UPDATE documents SET feeds = feeds + 1 WHERE position = ?1", [position]).map(drop)
    }

    /// A document that has to be there: a reply or command that writes to one that is not is
    /// wrong, and nothing of it is written.
    fn there(&mut self, id: DocumentId) -> rusqlite::Result<Last> {
        self.find(id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn take(&mut self, write: Write) -> Done {
        let to = self.to;
        match write {
            Write::PutValue(key, bytes) => {
                run(
                    to,
                    "INSERT INTO replica_values (name, value) VALUES (?1, ?2)
                        ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    params![key.as_str(), bytes],
                )?;
            }
            Write::PutHead(id, head) => self.put_head(id, &head)?,
            Write::PutSnapshot(id, bytes) => {
                let Last { position, is_new, .. } = self.there(id)?;
                if !is_new {
                    run(to, "DELETE FROM changes WHERE document = ?1", [position])?;
                }
                run(
                    to,
                    "INSERT INTO snapshots (document, bytes) VALUES (?1, ?2)
                        ON CONFLICT (document) DO UPDATE SET bytes = excluded.bytes",
                    params![position, bytes],
                )?;
            }
            Write::AppendChange(id, bytes) => {
                let sql = "INSERT INTO changes (document, bytes) VALUES (?1, ?2)";
                run(to, sql, params![self.there(id)?.position, bytes])?;
            }
            Write::PutSummary(id, summary) => {
                run(
                    to,
                    "INSERT INTO summaries (document, latest, bytes) VALUES (?1, ?2, ?3)
                        ON CONFLICT (document) DO UPDATE SET latest = excluded.latest, bytes = excluded.bytes",
                    params![self.there(id)?.position, int(summary.latest.as_u64()), summary.bytes],
                )?;
            }
            Write::DropSummary(id) => {
                run(
                    to,
                    "DELETE FROM summaries WHERE document = ?1",
                    [self.find(id)?.map(|last| last.position)],
                )?;
            }
            Write::DropDocument(id) => self.drop_document(id)?,
            Write::Join(feed, id) => {
                let position = self.there(id)?.position;
                let sql = "INSERT OR IGNORE INTO memberships (feed, document) VALUES (?1, ?2)";
                if run(to, sql, params![feed.0, position])? > 0 {
                    self.count_feed(position)?;
                }
            }
            Write::Part(feed, id) => {
                let position = self.find(id)?.map(|last| last.position);
                let sql = "DELETE FROM memberships WHERE feed = ?1 AND document = ?2";
                if run(to, sql, params![feed.0, position])? > 0 {
                    run(to, "UPDATE documents SET feeds = feeds - 1 WHERE position = ?1", [position])?;
                }
            }
            Write::ForgetWalk => {
                // What was counted ahead of it is forgotten too.
                self.turn_from_last()?;
                run(to, "DELETE FROM memberships", [])?;
                run(to, "UPDATE documents SET feeds = 0, number = NULL, actor = NULL", [])?;
            }
            Write::PutEdit(row) => put_edit(to, &row)?,
            Write::SetEditState(seq, state) => set_state(to, seq, &state)?,
            Write::ForgetBackedUp(pos) => {
                let pos = int(pos);
                run(
                    to,
                    "DELETE FROM outbox_documents WHERE seq IN (SELECT seq FROM outbox WHERE accepted_pos <= ?1)",
                    [pos],
                )?;
                run(to, "DELETE FROM outbox WHERE accepted_pos <= ?1", [pos])?;
            }
            Write::PutPhoto(row, bytes) => put_photo(to, &row, &bytes)?,
            Write::PutPart(hash, case, offset, bytes) => {
                run(
                    to,
                    "INSERT OR REPLACE INTO photo_parts (hash, position, case_id, bytes) VALUES (?1, ?2, ?3, ?4)",
                    params![hash.as_bytes(), int(offset), case.as_bytes(), bytes],
                )?;
            }
            Write::DropParts(hash) => {
                run(to, "DELETE FROM photo_parts WHERE hash = ?1", [hash.as_bytes()])?;
            }
            Write::SetUpload(hash, upload) => {
                run(
                    to,
                    "UPDATE photos SET stored = ?2, upload = ?3 WHERE hash = ?1",
                    params![hash.as_bytes(), upload.stored, cbor(&upload)],
                )?;
            }
            Write::ForgetReceipts => {
                run(
                    to,
                    "UPDATE photos SET stored = 0, upload = ?1 WHERE kind <> ?2",
                    params![cbor(&UploadState::default()), PhotoKind::Fetched.number()],
                )?;
            }
            Write::DropPhoto(hash) => {
                run(to, "DELETE FROM photo_bytes WHERE hash = ?1", [hash.as_bytes()])?;
                run(to, "DELETE FROM photos WHERE hash = ?1", [hash.as_bytes()])?;
            }
            Write::PutRecovered(RecoveredChange { document, kind, change }) => {
                run(
                    to,
                    "INSERT INTO recovered (document, kind, bytes) VALUES (?1, ?2, ?3)",
                    params![document.as_bytes(), kind.number(), change.as_slice()],
                )?;
            }
            Write::ForgetRecovered(count) => {
                let sql = "DELETE FROM recovered
                    WHERE position IN (SELECT position FROM recovered ORDER BY position LIMIT ?1)";
                run(to, sql, [count])?;
            }
        }
        Ok(())
    }

    /// Counts the feeds that are about to give the document, and leaves those that gave it before.
    fn put_head(&mut self, id: DocumentId, head: &DocumentHead) -> Done {
        let found = self.find(id)?;
        let sql = if found.is_some() {
            "UPDATE documents SET kind = ?2, number = ?3, actor = ?4, accepted = ?5, checksum = ?6, appended = ?7,
                left_all = ?8, feeds = feeds + ?9 WHERE id = ?1"
        } else {
            "INSERT INTO documents (id, kind, number, actor, accepted, checksum, appended, left_all, feeds)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        };
        let counted = self.joins.remove(&id).unwrap_or(0);
        run(
            self.to,
            sql,
            params![
                id.as_bytes(),
                head.kind.number(),
                head.number.map(|number| number.0.cast_signed()),
                head.actor.map(|actor| *actor.as_bytes()),
                head.accepted.to_bytes(),
                head.accepted.checksum(id).cast_signed(),
                head.appended,
                head.left,
                counted,
            ],
        )?;
        self.last = Some(match found {
            Some(last) => Last { counted: last.counted + counted, ..last },
            None => Last { id, position: self.to.last_insert_rowid(), is_new: true, counted },
        });
        Ok(())
    }

    fn drop_document(&mut self, id: DocumentId) -> Done {
        if let Some(Last { position, .. }) = self.find(id)? {
            for sql in [
                "DELETE FROM snapshots WHERE document = ?1",
                "DELETE FROM changes WHERE document = ?1",
                "DELETE FROM summaries WHERE document = ?1",
                "DELETE FROM memberships WHERE document = ?1",
                "DELETE FROM documents WHERE position = ?1",
            ] {
                run(self.to, sql, [position])?;
            }
            self.last = None;
        }
        for sql in [
            "DELETE FROM photo_bytes WHERE hash IN (SELECT hash FROM photos WHERE case_id = ?1 AND stored = 1)",
            "DELETE FROM photos WHERE case_id = ?1 AND stored = 1",
            "DELETE FROM photo_parts WHERE case_id = ?1",
        ] {
            run(self.to, sql, [id.as_bytes()])?;
        }
        Ok(())
    }
}

fn put_edit(to: &Connection, row: &OutboxRow) -> Done {
    run(
        to,
        "INSERT INTO outbox (seq, id, command, at_ms, envelope, items, state, attempts, settled, sent)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, x'', ?7, 0, 0)
            ON CONFLICT (seq) DO UPDATE SET envelope = excluded.envelope, items = excluded.items,
                attempts = excluded.attempts",
        params![
            int(row.seq),
            row.id.as_bytes(),
            row.command.as_slice(),
            row.at.millis(),
            row.envelope.as_slice(),
            cbor(&row.items),
            row.attempts,
        ],
    )?;
    run(to, "DELETE FROM outbox_documents WHERE seq = ?1", [int(row.seq)])?;
    for item in &row.items {
        run(
            to,
            "INSERT OR IGNORE INTO outbox_documents (document, seq) VALUES (?1, ?2)",
            params![item.document.as_bytes(), int(row.seq)],
        )?;
    }
    set_state(to, row.seq, &row.state)
}

fn set_state(to: &Connection, seq: u64, state: &EditState) -> Done {
    let accepted_pos = match state {
        EditState::Accepted { pos } => Some(int(*pos)),
        EditState::OnThisPhone
        | EditState::Sent
        | EditState::Waiting { .. }
        | EditState::Refused { .. }
        | EditState::Superseded => None,
    };
    run(
        to,
        "UPDATE outbox SET state = ?2, settled = ?3, sent = ?4, accepted_pos = ?5 WHERE seq = ?1",
        params![int(seq), cbor(state), state.is_settled(), *state != EditState::OnThisPhone, accepted_pos],
    )?;
    Ok(())
}

fn put_photo(to: &Connection, row: &PhotoRow, bytes: &[u8]) -> Done {
    let added = run(
        to,
        "INSERT INTO photos (hash, seq, size, case_id, command, stored, upload, kind)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (hash) DO UPDATE SET seq = excluded.seq, case_id = excluded.case_id,
                command = excluded.command, stored = excluded.stored, upload = excluded.upload,
                kind = excluded.kind
            WHERE photos.kind = ?9 AND excluded.kind <> ?9",
        params![
            row.hash.as_bytes(),
            int(row.seq),
            int(row.size),
            row.case.as_bytes(),
            row.command.as_bytes(),
            row.upload.stored,
            cbor(&row.upload),
            row.kind.number(),
            PhotoKind::Fetched.number(),
        ],
    )?;
    if added > 0 {
        run(
            to,
            "INSERT OR IGNORE INTO photo_bytes (hash, bytes) VALUES (?1, ?2)",
            params![row.hash.as_bytes(), bytes],
        )?;
    }
    Ok(())
}

/// Writing to a vector cannot fail.
fn cbor<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).unwrap_or_default()
}

/// SQLite's integers have 63 bits. Places, sizes and times never reach the end of them.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
