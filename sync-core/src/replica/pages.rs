//! What is new at the server: feeds in force, and pages of the walk through each.

use std::collections::BTreeSet;

use super::draft::{Draft, changes_of};
use super::meta::Meta;
use super::outbox::{EditState, OutboxRow};
use super::rebase::Plan;
use super::snapshot::heads_of;
use super::store::{DocumentHead, SummaryRow, Write};
use crate::document::{Document, DocumentError, DocumentKind, ScannedChange, scan};
use crate::error::{ErrorCode, Refusal};
use crate::ids::DocumentId;
use crate::model::CaseSummary;
use crate::protocol::messages::{
    DocumentNumber, FeedCursor, FeedGrant, FeedNumber, Page, PageDocument, Pos, RecoveredChange, Rights,
};

/// What the pages of one reply did besides what is in the draft.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Documents that a feed took back; those that no other feed gives go at once.
    pub(super) gone: BTreeSet<DocumentId>,
    /// A page built on something this device does not have, so it has to begin anew.
    pub(super) lost_track: bool,
    held: Vec<(FeedNumber, DocumentNumber)>,
}

/// Takes in the rights in force, unless they are as they were, then the pages, in their order.
///
/// # Errors
/// [`ErrorCode::ReplyMalformed`] if a page holds what is no document and no change.
pub(super) fn take_pages(
    draft: &mut Draft<'_>,
    meta: &mut Meta,
    plan: &mut Plan,
    rights: Option<Rights>,
    pages: Vec<Page>,
) -> Result<Walked, Refusal> {
    let mut walked = Walked::default();
    if let Some(rights) = rights {
        take_feeds(draft, meta, &mut walked, rights.feeds)?;
        meta.roles = rights.roles;
    }
    for page in pages {
        take_page(draft, meta, plan, &mut walked, page)?;
    }
    // Last, because another page of the reply brings the document.
    for (feed, number) in std::mem::take(&mut walked.held) {
        match draft.by_number(number)? {
            Some(id) => draft.join(feed, id),
            None => walked.lost_track = true,
        }
    }
    Ok(walked)
}

/// A feed that is no longer in force takes its memberships with it. One that was lost and given again
/// between two replies is for the server to notice, which then begins it anew at base 0.
fn take_feeds(
    draft: &mut Draft<'_>,
    meta: &mut Meta,
    walked: &mut Walked,
    feeds: Vec<FeedGrant>,
) -> Result<(), Refusal> {
    for old in std::mem::take(&mut meta.feeds) {
        if !feeds.iter().any(|grant| grant.feed == old.feed) {
            walked.gone.extend(draft.empty_feed(old.feed)?);
            meta.behind.retain(|cursor| cursor.feed != old.feed);
        }
    }
    meta.feeds = feeds;
    Ok(())
}

fn take_page(
    draft: &mut Draft<'_>,
    meta: &mut Meta,
    plan: &mut Plan,
    walked: &mut Walked,
    page: Page,
) -> Result<(), Refusal> {
    let Page { feed, base, pos, done, documents } = page;
    let unfinished =
        meta.behind.iter().any(|cursor| cursor.feed == feed && cursor.base == 0 && cursor.pos > 0);
    if base == 0 && !unfinished {
        draft.empty_feed(feed)?;
    }
    for document in documents {
        match document {
            PageDocument::Enter { number, id, kind, snapshot, summary } => {
                let summary = summary.map(|bytes| read_summary(bytes.into())).transpose()?;
                enter(draft, plan, meta.is_recovering(), number, id, kind, snapshot.into(), summary)?;
                draft.join(feed, id);
            }
            PageDocument::Changes { number, changes } => match draft.by_number(number)? {
                Some(id) => {
                    let changes: Vec<Vec<u8>> = changes.into_iter().map(Into::into).collect();
                    taken_over(draft, plan, id, changes.iter())?;
                    walked.lost_track |= !take_changes(draft, id, changes)?;
                }
                None => walked.lost_track = true,
            },
            PageDocument::Held { number } => walked.held.push((feed, number)),
            PageDocument::Leave { number } => {
                if let Some(id) = draft.by_number(number)? {
                    draft.part(feed, id);
                    walked.gone.insert(id);
                }
            }
        }
    }
    set_cursor(meta, feed, base, pos, done);
    Ok(())
}

/// Keeps what this device holds of a document and the server does not: it was restored, and somebody's
/// work is nowhere else now. The device's own comes back in its envelopes.
pub(super) fn recover(
    draft: &mut Draft<'_>,
    id: DocumentId,
    arrived: Option<&Document>,
) -> Result<(), Refusal> {
    let Some(held) = draft.copy(id)? else { return Ok(()) };
    let own: BTreeSet<_> =
        draft.unsettled_in(id)?.iter().flat_map(|row| row.items.iter().map(|item| item.hash)).collect();
    for change in held.changes() {
        let known = arrived.is_some_and(|arrived| arrived.has(change.hash));
        if !known && !own.contains(&change.hash) {
            draft.write_last(Write::PutRecovered(RecoveredChange {
                document: id,
                kind: held.kind(),
                change: change.bytes.into(),
            }));
        }
    }
    Ok(())
}

fn set_cursor(meta: &mut Meta, feed: FeedNumber, base: Pos, pos: Pos, done: bool) {
    meta.behind.retain(|cursor| cursor.feed != feed);
    if !done {
        meta.behind.push(FeedCursor { feed, base, pos });
    }
}

/// A whole document. Own edits that are not settled stay in it; without any, it is not even loaded.
#[allow(clippy::too_many_arguments, reason = "the parts of one message, and where they go")]
pub(super) fn enter(
    draft: &mut Draft<'_>,
    plan: &mut Plan,
    recovering: bool,
    number: DocumentNumber,
    id: DocumentId,
    kind: DocumentKind,
    snapshot: Vec<u8>,
    summary: Option<SummaryRow>,
) -> Result<(), Refusal> {
    let accepted = heads_of(&snapshot).ok_or_else(|| malformed(format!("{id} is no saved document")))?;
    if let Some(other) = draft.by_number(number)?.filter(|other| *other != id)
        && let Some(head) = draft.head(other)?
    {
        head.number = None;
    }
    let actor = draft.head(id)?.filter(|head| !head.left).and_then(|head| head.actor);
    let head = DocumentHead { number: Some(number), actor, accepted, ..DocumentHead::new(kind) };
    let edits = draft.unsettled_in(id)?;
    if recovering {
        let arrived = Document::load(kind, &snapshot).map_err(|error| malformed(format!("{id}: {error}")))?;
        recover(draft, id, Some(&arrived))?;
    }
    if edits.is_empty() {
        draft.replace_unread(id, head, snapshot, summary);
    } else {
        let document =
            Document::load(kind, &snapshot).map_err(|error| malformed(format!("{id}: {error}")))?;
        put_under(draft, plan, id, head, document, edits)?;
    }
    if let Some(document) = refused_copy(draft, id)? {
        let changes = document.changes().into_iter().map(|change| change.bytes);
        taken_over(draft, plan, id, changes)?;
    }
    Ok(())
}

/// Puts a document that came under the own edits that are not settled.
fn put_under(
    draft: &mut Draft<'_>,
    plan: &mut Plan,
    id: DocumentId,
    head: DocumentHead,
    mut document: Document,
    edits: Vec<OutboxRow>,
) -> Result<(), Refusal> {
    let mut later = Vec::new();
    for row in edits {
        for change in changes_of(&row, id)? {
            let counted = row.items.iter().any(|item| item.hash == change.hash && item.counted);
            if document.has(change.hash) {
                draft.mark_counted(row.seq, id, change.hash)?;
            } else if document.apply(&change.bytes).is_err() {
                // What it builds on is gone: the edit is made again on what is there.
                plan.documents.insert(id);
            } else if counted {
                later.push(change);
            }
        }
    }
    draft.replace(id, head, document);
    for change in later {
        draft.count_accepted(id, &change.deps, change.hash)?;
    }
    Ok(())
}

/// Changes to a document that is here. False if one of them builds on something that is not.
fn take_changes(draft: &mut Draft<'_>, id: DocumentId, changes: Vec<Vec<u8>>) -> Result<bool, Refusal> {
    let Some(mut document) = draft.copy(id)? else { return Ok(false) };
    let mut fresh = Vec::new();
    let mut counted = Vec::new();
    let mut complete = true;
    for bytes in changes {
        let scanned = scan(&bytes).map_err(|error| malformed(format!("{id}: {error}")))?;
        if document.has(scanned.hash) {
            // Either it came before, or it is an own edit whose verdict was lost.
            for row in draft.unsettled_in(id)? {
                if draft.mark_counted(row.seq, id, scanned.hash)? {
                    counted.push((scanned.deps.clone(), scanned.hash));
                }
            }
            continue;
        }
        match document.apply(&bytes) {
            Ok(_) => {
                counted.push((scanned.deps, scanned.hash));
                fresh.push(bytes);
            }
            Err(DocumentError::DependencyMissing(_)) => {
                complete = false;
                break;
            }
            Err(error) => return Err(malformed(format!("{id}: {error}"))),
        }
    }
    if !fresh.is_empty() {
        draft.append(id, document, fresh)?;
    }
    for (deps, hash) in counted {
        draft.count_accepted(id, &deps, hash)?;
    }
    Ok(complete)
}

/// A document that just entered, if something was refused in it here.
fn refused_copy(draft: &mut Draft<'_>, id: DocumentId) -> Result<Option<Document>, Refusal> {
    let refused = draft.refused()?;
    let concerned = refused.iter().any(|row| row.items.iter().any(|item| item.document == id));
    if concerned { draft.copy(id) } else { Ok(None) }
}

/// What was refused here and stands in a change of somebody else now, the office has taken over: it is done. What
/// was refused only because it built on that is made again, on the ground that is there now.
fn taken_over(
    draft: &mut Draft<'_>,
    plan: &mut Plan,
    id: DocumentId,
    changes: impl Iterator<Item = impl AsRef<[u8]>>,
) -> Result<(), Refusal> {
    let refused = draft.refused()?;
    if refused.is_empty() {
        return Ok(());
    }
    let arrived: Vec<_> = changes.filter_map(|change| scan(change.as_ref()).ok()).collect();
    let mut is_done = false;
    for row in refused.iter() {
        let is_open = row.items.iter().any(|item| item.document == id && !item.counted);
        // The part of an edit that was accepted stands under the same command.
        let by_another = |hash| row.items.iter().all(|item| item.hash != hash);
        let done = |change: &ScannedChange| {
            change.note.is_some_and(|note| note.command == row.id) && by_another(change.hash)
        };
        if is_open && arrived.iter().any(done) {
            draft.put_edit(OutboxRow { state: EditState::Superseded, ..row.clone() });
            is_done = true;
        }
    }
    for row in refused.iter().filter(|_| is_done) {
        let Some(row) = draft.edit(row.seq)? else { continue };
        if row.state.is_unfounded() && row.items.iter().any(|item| item.document == id) {
            plan.again.insert(row.seq);
        }
    }
    Ok(())
}

pub(super) fn read_summary(bytes: Vec<u8>) -> Result<SummaryRow, Refusal> {
    let summary: CaseSummary =
        minicbor::decode(&bytes).map_err(|error| malformed(format!("not a summary: {error}")))?;
    Ok(SummaryRow { latest: summary.latest, bytes })
}

fn malformed(what: String) -> Refusal {
    Refusal::new(ErrorCode::ReplyMalformed, what)
}
