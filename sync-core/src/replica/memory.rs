//! A store in memory: for tests, and for builds without SQLite. Nothing outlives the process.

use std::collections::{BTreeMap, BTreeSet};

use super::outbox::OutboxRow;
use super::photos::{PhotoKind, PhotoRow};
use super::store::{
    CaseFilter, CaseListItem, DocumentContent, DocumentHead, Key, Store, StoreError, SummaryRow, Unsettled,
    UploadState, Write,
};
use crate::ids::{CommandId, DocumentId, PhotoHash};
use crate::model::CaseSummary;
use crate::protocol::messages::{DocumentNumber, FeedNumber, RecoveredChange};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    values: BTreeMap<Key, Vec<u8>>,
    heads: BTreeMap<DocumentId, DocumentHead>,
    contents: BTreeMap<DocumentId, DocumentContent>,
    summaries: BTreeMap<DocumentId, SummaryRow>,
    members: BTreeSet<(FeedNumber, DocumentId)>,
    edits: BTreeMap<u64, OutboxRow>,
    photos: BTreeMap<PhotoHash, (PhotoRow, Vec<u8>)>,
    recovered: Vec<RecoveredChange>,
    parts: BTreeMap<(PhotoHash, u64), (DocumentId, Vec<u8>)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::PutValue(key, bytes) => {
                self.values.insert(key, bytes);
            }
            Write::PutHead(id, head) => {
                self.heads.insert(id, head);
            }
            Write::PutSnapshot(id, snapshot) => {
                self.contents.insert(id, DocumentContent { snapshot, changes: Vec::new() });
            }
            Write::AppendChange(id, change) => self.contents.entry(id).or_default().changes.push(change),
            Write::PutSummary(id, summary) => {
                self.summaries.insert(id, summary);
            }
            Write::DropSummary(id) => {
                self.summaries.remove(&id);
            }
            Write::DropDocument(id) => {
                self.heads.remove(&id);
                self.contents.remove(&id);
                self.summaries.remove(&id);
                self.members.retain(|(_, member)| *member != id);
                self.photos.retain(|_, (row, _)| row.case != id || !row.upload.stored);
                self.parts.retain(|_, (case, _)| *case != id);
            }
            Write::Join(feed, id) => {
                self.members.insert((feed, id));
            }
            Write::Part(feed, id) => {
                self.members.remove(&(feed, id));
            }
            Write::ForgetWalk => {
                self.members.clear();
                for head in self.heads.values_mut() {
                    head.number = None;
                    head.actor = None;
                }
            }
            Write::PutEdit(row) => {
                self.edits.insert(row.seq, row);
            }
            Write::SetEditState(seq, state) => {
                if let Some(row) = self.edits.get_mut(&seq) {
                    row.state = state;
                }
            }
            Write::ForgetBackedUp(pos) => self.edits.retain(|_, row| !row.is_backed_up(pos)),
            Write::PutPhoto(row, bytes) => {
                let known = self.photos.get(&row.hash).map(|(known, _)| known.kind);
                if known.is_none() || (known == Some(PhotoKind::Fetched) && row.kind != PhotoKind::Fetched) {
                    self.photos.insert(row.hash, (row, bytes));
                }
            }
            Write::PutPart(hash, case, offset, bytes) => {
                self.parts.insert((hash, offset), (case, bytes));
            }
            Write::DropParts(hash) => self.parts.retain(|(of, _), _| *of != hash),
            Write::SetUpload(hash, upload) => {
                if let Some((row, _)) = self.photos.get_mut(&hash) {
                    row.upload = upload;
                }
            }
            Write::ForgetReceipts => {
                let own = self.photos.values_mut().filter(|(row, _)| row.kind != PhotoKind::Fetched);
                own.for_each(|(row, _)| row.upload = UploadState::default());
            }
            Write::DropPhoto(hash) => {
                self.photos.remove(&hash);
            }
            Write::PutRecovered(change) => self.recovered.push(change),
            Write::ForgetRecovered(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.recovered.len());
                self.recovered.drain(..count);
            }
        }
    }
}

impl Store for MemoryStore {
    fn value(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.values.get(&key).cloned())
    }

    fn head(&self, id: DocumentId) -> Result<Option<DocumentHead>, StoreError> {
        Ok(self.heads.get(&id).cloned())
    }

    fn content(&self, id: DocumentId) -> Result<Option<DocumentContent>, StoreError> {
        Ok(self.contents.get(&id).cloned())
    }

    fn heads(&self) -> Result<Vec<(DocumentId, DocumentHead)>, StoreError> {
        Ok(self.heads.iter().map(|(id, head)| (*id, head.clone())).collect())
    }

    fn by_number(&self, number: DocumentNumber) -> Result<Option<DocumentId>, StoreError> {
        Ok(self.heads.iter().find(|(_, head)| head.number == Some(number)).map(|(id, _)| *id))
    }

    fn homeless(&self) -> Result<Vec<DocumentId>, StoreError> {
        let housed: BTreeSet<_> = self.members.iter().map(|(_, id)| *id).collect();
        Ok(self.heads.keys().filter(|id| !housed.contains(id)).copied().collect())
    }

    fn checksum(&self) -> Result<u64, StoreError> {
        let sums = self.members.iter().filter_map(|(_, id)| Some(self.heads.get(id)?.accepted.checksum(*id)));
        Ok(sums.fold(0, u64::wrapping_add))
    }

    fn members(&self, feed: FeedNumber) -> Result<Vec<DocumentId>, StoreError> {
        Ok(self.members.iter().filter(|(of, _)| *of == feed).map(|(_, id)| *id).collect())
    }

    fn feeds_of(&self, id: DocumentId) -> Result<Vec<FeedNumber>, StoreError> {
        Ok(self.members.iter().filter(|(_, member)| *member == id).map(|(feed, _)| *feed).collect())
    }

    fn summary(&self, id: DocumentId) -> Result<Option<CaseSummary>, StoreError> {
        self.summaries.get(&id).map(|row| SummaryRow::read(&row.bytes)).transpose()
    }

    fn summaries(
        &self,
        filter: &CaseFilter,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<CaseListItem>, StoreError> {
        let mut rows: Vec<_> = self.summaries.iter().collect();
        rows.sort_by_key(|(id, row)| std::cmp::Reverse((row.latest, **id)));
        let mut items = Vec::new();
        for (id, row) in rows {
            let summary = SummaryRow::read(&row.bytes)?;
            if filter.takes(&summary) {
                items.push(CaseListItem { id: *id, summary });
            }
        }
        Ok(items.into_iter().skip(offset).take(limit).collect())
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.edits.last_key_value().map_or(0, |(seq, _)| *seq))
    }

    fn edit(&self, seq: u64) -> Result<Option<OutboxRow>, StoreError> {
        Ok(self.edits.get(&seq).cloned())
    }

    fn edit_of(&self, command: CommandId) -> Result<Option<OutboxRow>, StoreError> {
        Ok(self.edits.values().find(|row| row.id == command).cloned())
    }

    fn edits(&self) -> Result<Vec<OutboxRow>, StoreError> {
        Ok(self.edits.values().cloned().collect())
    }

    fn refused(&self) -> Result<Vec<OutboxRow>, StoreError> {
        Ok(self.edits.values().filter(|row| row.is_refused()).cloned().collect())
    }

    fn unsettled(&self) -> Result<Vec<Unsettled>, StoreError> {
        let rows = self.edits.values().filter(|row| !row.state.is_settled());
        Ok(rows.map(OutboxRow::as_unsettled).collect())
    }

    fn unsettled_documents(&self) -> Result<Vec<(DocumentId, u64)>, StoreError> {
        let rows = self.edits.values().filter(|row| !row.state.is_settled());
        let pairs = rows.flat_map(|row| row.items.iter().map(|item| (row.seq, item.document)));
        let pairs: BTreeSet<_> = pairs.collect();
        Ok(pairs.into_iter().map(|(seq, document)| (document, seq)).collect())
    }

    fn photo(&self, hash: PhotoHash) -> Result<Option<PhotoRow>, StoreError> {
        Ok(self.photos.get(&hash).map(|(row, _)| row.clone()))
    }

    fn parts(&self, hash: PhotoHash) -> Result<Vec<u8>, StoreError> {
        let parts = self.parts.range((hash, 0)..=(hash, u64::MAX));
        Ok(parts.flat_map(|(_, (_, bytes))| bytes.iter().copied()).collect())
    }

    fn photos_owed(&self) -> Result<Vec<PhotoRow>, StoreError> {
        let mut owed: Vec<_> =
            self.photos.values().map(|(row, _)| row).filter(|row| !row.upload.stored).cloned().collect();
        owed.sort_by_key(|row| (row.kind, row.seq, row.hash));
        Ok(owed)
    }

    fn photo_bytes(
        &self,
        hash: PhotoHash,
        offset: u64,
        length: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.photos.get(&hash).map(|(_, bytes)| {
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            bytes[start..start.saturating_add(length).min(bytes.len())].to_vec()
        }))
    }

    fn recovered(&self, limit: usize) -> Result<Vec<RecoveredChange>, StoreError> {
        Ok(self.recovered.iter().take(limit).cloned().collect())
    }

    fn commit(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        // No step can fail, so all of them happen.
        writes.into_iter().for_each(|write| self.write(write));
        Ok(())
    }
}
