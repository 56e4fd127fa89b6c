//! Everything that one commit will write.
//!
//! A command or a reply is worked out on a draft: reads through it see what it already holds, and
//! nothing else does. Dropping it undoes all of it, so memory and disk cannot come apart.

mod members;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::cache::Cache;
use super::outbox::{OutboxItem, OutboxRow};
use super::store::{DocumentHead, Store, SummaryRow, UploadState, Write};
use crate::document::{Document, DocumentKind, NewChange, seed_hash};
use crate::error::Refusal;
use crate::ids::{ChangeHash, DocumentId, PhotoHash};
use crate::model::{Case, CaseSummary};
use crate::protocol::messages::{DocumentNumber, FeedNumber};

/// Changes beside a snapshot before a new one is written: opening applies at most these, at 50–90 µs each.
const APPENDED_MAX: u32 = 16;

/// The content of a document in a draft.
enum Content {
    /// As the store has it.
    Stored,
    /// As the server sent it; nobody has looked inside.
    Sent { snapshot: Vec<u8>, summary: Option<SummaryRow> },
    /// Loaded. What was added since is `appended`, unless the whole is written anew.
    Loaded { document: Box<Document>, appended: Vec<Vec<u8>>, whole: bool },
}

struct DocumentDraft {
    /// The head as the store has it, if the content is the store's too.
    stored: Option<DocumentHead>,
    head: DocumentHead,
    content: Content,
}

/// What a draft does to one document.
enum Fate {
    Kept(DocumentDraft),
    Dropped,
}

/// See the module.
pub(super) struct Draft<'a> {
    store: &'a dyn Store,
    cache: &'a mut Cache,
    documents: BTreeMap<DocumentId, Fate>,
    members: BTreeMap<(DocumentId, FeedNumber), bool>,
    numbers: BTreeMap<DocumentNumber, DocumentId>,
    edits: BTreeMap<u64, OutboxRow>,
    /// The store's edits without a final answer, by document, once one was asked for: a reply may bring
    /// thousands of documents, and nearly none of them has any.
    unsettled: Option<BTreeMap<DocumentId, Vec<u64>>>,
    /// The store's edits that were refused, once they were asked for, for the same reason.
    refused: Option<Rc<[OutboxRow]>>,
    uploads: BTreeMap<PhotoHash, UploadState>,
    /// The server speaks of another log: memberships, numbers and actors count no more.
    walk_forgotten: bool,
    /// Writes that no read of a draft looks at.
    last: Vec<Write>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(store: &'a dyn Store, cache: &'a mut Cache) -> Self {
        Self {
            store,
            cache,
            documents: BTreeMap::new(),
            members: BTreeMap::new(),
            numbers: BTreeMap::new(),
            edits: BTreeMap::new(),
            unsettled: None,
            refused: None,
            uploads: BTreeMap::new(),
            walk_forgotten: false,
            last: Vec::new(),
        }
    }

    pub(super) fn store(&self) -> &'a dyn Store {
        self.store
    }

    /// Forgets what the server of another log gave. Comes before anything else in a draft.
    pub(super) fn forget_walk(&mut self) {
        self.walk_forgotten = true;
    }

    /// Adds a write that comes after memberships, documents and edits.
    pub(super) fn write_last(&mut self, write: Write) {
        self.last.push(write);
    }

    // Documents.

    fn draft_of(&mut self, id: DocumentId) -> Result<Option<&mut DocumentDraft>, Refusal> {
        if !self.documents.contains_key(&id) {
            let Some(mut head) = self.store.head(id)? else { return Ok(None) };
            if self.walk_forgotten {
                head.number = None;
                head.actor = None;
            }
            let draft = DocumentDraft { stored: Some(head.clone()), head, content: Content::Stored };
            self.documents.insert(id, Fate::Kept(draft));
        }
        Ok(match self.documents.get_mut(&id) {
            Some(Fate::Kept(draft)) => Some(draft),
            Some(Fate::Dropped) | None => None,
        })
    }

    /// What is known of a document.
    pub(super) fn head(&mut self, id: DocumentId) -> Result<Option<&mut DocumentHead>, Refusal> {
        Ok(self.draft_of(id)?.map(|draft| &mut draft.head))
    }

    /// A copy of a document.
    pub(super) fn copy(&mut self, id: DocumentId) -> Result<Option<Document>, Refusal> {
        let Some(draft) = self.draft_of(id)? else { return Ok(None) };
        let kind = draft.head.kind;
        match &draft.content {
            Content::Loaded { document, .. } => Ok(Some((**document).clone())),
            Content::Sent { snapshot, .. } => Ok(Some(Document::load(kind, snapshot)?)),
            Content::Stored => self.cache.load(self.store, id, kind),
        }
    }

    /// Puts a document with one more change in the place of the old one.
    pub(super) fn append(
        &mut self,
        id: DocumentId,
        document: Document,
        changes: Vec<Vec<u8>>,
    ) -> Result<(), Refusal> {
        let kind = document.kind();
        let document = Box::new(document);
        let Some(draft) = self.draft_of(id)? else {
            let content = Content::Loaded { document, appended: Vec::new(), whole: true };
            let draft = DocumentDraft { stored: None, head: DocumentHead::new(kind), content };
            self.documents.insert(id, Fate::Kept(draft));
            return Ok(());
        };
        let before = std::mem::replace(&mut draft.content, Content::Stored);
        draft.content = match before {
            Content::Stored => Content::Loaded { document, appended: changes, whole: false },
            Content::Sent { .. } => Content::Loaded { document, appended: Vec::new(), whole: true },
            Content::Loaded { mut appended, whole, .. } => {
                appended.extend(changes);
                Content::Loaded { document, appended, whole }
            }
        };
        Ok(())
    }

    /// Puts a document in the place of whatever was there.
    pub(super) fn replace(&mut self, id: DocumentId, head: DocumentHead, document: Document) {
        let content = Content::Loaded { document: Box::new(document), appended: Vec::new(), whole: true };
        self.keep(id, head, content);
    }

    /// Puts a document as the server sent it in the place of whatever was there, without loading it.
    pub(super) fn replace_unread(
        &mut self,
        id: DocumentId,
        head: DocumentHead,
        snapshot: Vec<u8>,
        summary: Option<SummaryRow>,
    ) {
        self.keep(id, head, Content::Sent { snapshot, summary });
    }

    fn keep(&mut self, id: DocumentId, head: DocumentHead, content: Content) {
        if let Some(number) = head.number {
            self.numbers.insert(number, id);
        }
        self.documents.insert(id, Fate::Kept(DocumentDraft { stored: None, head, content }));
    }

    /// Deletes a document with all that is its own.
    pub(super) fn drop_document(&mut self, id: DocumentId) {
        self.documents.insert(id, Fate::Dropped);
    }

    /// The document that the server calls by this number.
    pub(super) fn by_number(&mut self, number: DocumentNumber) -> Result<Option<DocumentId>, Refusal> {
        let found = match self.numbers.get(&number) {
            Some(id) => Some(*id),
            None => self.store.by_number(number)?,
        };
        match found {
            Some(id) if self.head(id)?.is_some_and(|head| head.number == Some(number)) => Ok(Some(id)),
            Some(_) | None => Ok(None),
        }
    }

    // Edits.

    /// The outbox row at this place.
    pub(super) fn edit(&mut self, seq: u64) -> Result<Option<OutboxRow>, Refusal> {
        match self.edits.get(&seq) {
            Some(row) => Ok(Some(row.clone())),
            None => Ok(self.store.edit(seq)?),
        }
    }

    pub(super) fn put_edit(&mut self, row: OutboxRow) {
        self.edits.insert(row.seq, row);
    }

    /// Edits without a final answer that wrote in this document, oldest first.
    pub(super) fn unsettled_in(&mut self, id: DocumentId) -> Result<Vec<OutboxRow>, Refusal> {
        if self.unsettled.is_none() {
            let mut unsettled: BTreeMap<DocumentId, Vec<u64>> = BTreeMap::new();
            for (document, seq) in self.store.unsettled_documents()? {
                unsettled.entry(document).or_default().push(seq);
            }
            self.unsettled = Some(unsettled);
        }
        let stored = self.unsettled.as_ref().and_then(|unsettled| unsettled.get(&id));
        let mut places: BTreeSet<_> = stored.into_iter().flatten().copied().collect();
        let drafted = self.edits.values().filter(|row| row.items.iter().any(|item| item.document == id));
        places.extend(drafted.map(|row| row.seq));
        let mut rows = Vec::new();
        for seq in places {
            if let Some(row) = self.edit(seq)?
                && !row.state.is_settled()
                && row.items.iter().any(|item| item.document == id)
            {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Edits that were refused before this draft, oldest first.
    pub(super) fn refused(&mut self) -> Result<Rc<[OutboxRow]>, Refusal> {
        if let Some(refused) = &self.refused {
            return Ok(Rc::clone(refused));
        }
        let refused: Rc<[OutboxRow]> = self.store.refused()?.into();
        self.refused = Some(Rc::clone(&refused));
        Ok(refused)
    }

    /// Counts a change among the accepted ones of its document, and before it those of this device's
    /// own that it builds on: the server took it, so it took them, even if their verdicts were lost.
    pub(super) fn count_accepted(
        &mut self,
        id: DocumentId,
        deps: &[ChangeHash],
        hash: ChangeHash,
    ) -> Result<(), Refusal> {
        // Nearly always it builds on heads that are accepted already, and nothing has to be looked up.
        let accepted = self.head(id)?.map(|head| head.accepted.clone()).unwrap_or_default();
        if deps.iter().all(|dep| accepted.iter().any(|head| head == dep)) {
            return self.advance(id, deps, hash);
        }
        let mut own = Vec::new();
        for row in self.unsettled_in(id)? {
            let waiting = row.items.iter().any(|item| item.document == id && !item.counted);
            if waiting {
                let changes = changes_of(&row, id)?;
                own.extend(changes.into_iter().map(|change| (row.seq, change)));
            }
        }
        // Edits build on older ones only, so one walk back finds all that are needed.
        let mut needed: BTreeSet<ChangeHash> = deps.iter().copied().collect();
        for (_, change) in own.iter().rev() {
            if needed.contains(&change.hash) {
                needed.extend(change.deps.iter().copied());
            }
        }
        for (seq, change) in &own {
            if needed.contains(&change.hash) && self.mark_counted(*seq, id, change.hash)? {
                self.advance(id, &change.deps, change.hash)?;
            }
        }
        self.advance(id, deps, hash)
    }

    fn advance(&mut self, id: DocumentId, deps: &[ChangeHash], hash: ChangeHash) -> Result<(), Refusal> {
        if let Some(head) = self.head(id)? {
            head.accepted.advance(deps, hash);
        }
        Ok(())
    }

    /// Marks one change of an edit as counted. False if it already was, or is not there.
    pub(super) fn mark_counted(
        &mut self,
        seq: u64,
        id: DocumentId,
        hash: ChangeHash,
    ) -> Result<bool, Refusal> {
        let Some(mut row) = self.edit(seq)? else { return Ok(false) };
        let is_it = |item: &&mut OutboxItem| item.document == id && item.hash == hash && !item.counted;
        let Some(item) = row.items.iter_mut().find(is_it) else { return Ok(false) };
        item.counted = true;
        self.put_edit(row);
        Ok(true)
    }

    // Photos.

    pub(super) fn set_upload(&mut self, hash: PhotoHash, upload: UploadState) {
        self.uploads.insert(hash, upload);
    }

    // The end.

    /// The list for one commit, and what the cache has to do once it is on disk.
    pub(super) fn finish(self) -> Result<(Vec<Write>, CacheUpdate), Refusal> {
        let mut writes = Vec::new();
        if self.walk_forgotten {
            writes.push(Write::ForgetWalk);
        }
        let mut members: BTreeMap<DocumentId, Vec<Write>> = BTreeMap::new();
        for ((id, feed), joined) in self.members {
            let write = if joined { Write::Join(feed, id) } else { Write::Part(feed, id) };
            members.entry(id).or_default().push(write);
        }
        let mut update = CacheUpdate { documents: Vec::new() };
        let mut drops = Vec::new();
        for (id, fate) in self.documents {
            match fate {
                Fate::Dropped => {
                    drops.push(Write::DropDocument(id));
                    update.documents.push((id, None));
                    // Its memberships go with it.
                    members.remove(&id);
                }
                Fate::Kept(draft) => {
                    finish_document(id, draft, &mut writes, &mut update)?;
                    writes.extend(members.remove(&id).into_iter().flatten());
                }
            }
        }
        writes.extend(members.into_values().flatten());
        writes.extend(self.uploads.into_iter().map(|(hash, upload)| Write::SetUpload(hash, upload)));
        writes.extend(self.edits.into_values().map(Write::PutEdit));
        // After the uploads: a photo of a document that goes, and of which the receipt just came, goes too.
        writes.extend(drops);
        writes.extend(self.last);
        Ok((writes, update))
    }
}

fn finish_document(
    id: DocumentId,
    draft: DocumentDraft,
    writes: &mut Vec<Write>,
    update: &mut CacheUpdate,
) -> Result<(), Refusal> {
    let DocumentDraft { stored, mut head, content } = draft;
    let lists = head.kind == DocumentKind::Case && !head.left;
    let mut after = Vec::new();
    match content {
        Content::Stored => {}
        Content::Sent { snapshot, summary } => {
            head.appended = 0;
            let summary = match summary {
                None if lists => Some(summary_row(&Document::load(head.kind, &snapshot)?)),
                other => other,
            };
            after.push(Write::PutSnapshot(id, snapshot));
            after.extend(summary.filter(|_| lists).map(|row| Write::PutSummary(id, row)));
            update.documents.push((id, None));
        }
        Content::Loaded { document, appended, whole } => {
            let count = u32::try_from(appended.len()).unwrap_or(u32::MAX);
            head.appended = head.appended.saturating_add(count);
            if whole || head.appended > APPENDED_MAX {
                head.appended = 0;
                after.push(Write::PutSnapshot(id, document.save()));
            } else {
                after.extend(appended.into_iter().map(|change| Write::AppendChange(id, change)));
            }
            if lists {
                after.push(Write::PutSummary(id, summary_row(&document)));
            }
            update.documents.push((id, Some(*document)));
        }
    }
    if head.left {
        after.push(Write::DropSummary(id));
    }
    if stored.as_ref() != Some(&head) {
        writes.push(Write::PutHead(id, head));
    }
    writes.extend(after);
    Ok(())
}

fn summary_row(document: &Document) -> SummaryRow {
    SummaryRow::of(&CaseSummary::of(&Case::read(document)))
}

/// What the cache has to do after a commit.
pub(super) struct CacheUpdate {
    documents: Vec<(DocumentId, Option<Document>)>,
}

impl CacheUpdate {
    pub(super) fn apply(self, cache: &mut Cache) {
        for (id, document) in self.documents {
            match document {
                Some(document) => cache.put(id, document),
                None => cache.forget(id),
            }
        }
    }
}

/// The changes in the envelope of an edit that are for this document, in order.
pub(super) fn changes_of(row: &OutboxRow, id: DocumentId) -> Result<Vec<NewChange>, Refusal> {
    let envelope = row.open_envelope()?;
    let mut changes = Vec::new();
    for item in envelope.items.into_iter().filter(|item| item.document == id) {
        let bytes: Vec<u8> = item.change.into();
        let scanned = crate::document::scan(&bytes).map_err(crate::document::DocumentError::from)?;
        changes.push(NewChange { hash: scanned.hash, deps: scanned.deps, bytes });
    }
    Ok(changes)
}

/// Whether a document holds nothing but the seed of its kind.
pub(super) fn is_empty(document: &Document) -> bool {
    document.heads().iter().eq([&seed_hash(document.kind())])
}
