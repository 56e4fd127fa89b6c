//! The server's side of a repair: what a device should hold, compared with what it holds.
//!
//! Reads every membership of the device, so it costs about a microsecond for each document. It is asked
//! when sums differ, once a day, or when the office wants it; never in an ordinary sync.

use std::collections::{BTreeMap, BTreeSet};

use roundsman_sync_core::document::Heads;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{DeviceId, DocumentId};
use roundsman_sync_core::limits::{PAGE_BYTES_MAX, PAGE_BYTES_MIN, REPAIR_ITEMS_MAX};
use roundsman_sync_core::protocol::messages::{DocumentNumber, FeedNumber, PageDocument};
use roundsman_sync_core::protocol::repair::{
    RepairAnswer, RepairItem, RepairQuestion, RepairSet, RepairedDocument,
};
use rusqlite::Transaction;

use super::grants::{grants_of, roles_of};
use super::pages;
use crate::database::DatabaseError;
use crate::error::Problem;

/// Answers a question of a repair inside one read transaction.
///
/// # Errors
/// If the question is not of the scheme or asks for too much, or the database fails.
pub fn repair(
    read: &Transaction<'_>,
    device: DeviceId,
    question: &RepairQuestion,
    budget_bytes: u32,
) -> Result<RepairAnswer, Problem> {
    let set = RepairSet::new(memberships(read, device)?)?;
    match question {
        RepairQuestion::Compare { message } => {
            Ok(RepairAnswer::Compared { message: set.answer(message)?.into() })
        }
        RepairQuestion::Want { items } if items.len() > REPAIR_ITEMS_MAX => {
            let why = format!("{} documents in one request; at most {REPAIR_ITEMS_MAX}", items.len());
            Err(Refusal::new(ErrorCode::BadRequest, why).into())
        }
        RepairQuestion::Want { items } => wanted(read, &set, items, budget_bytes),
    }
}

type Membership = (FeedNumber, DocumentNumber);

fn memberships(
    read: &Transaction<'_>,
    device: DeviceId,
) -> Result<BTreeMap<RepairItem, Membership>, DatabaseError> {
    let roles = roles_of(read, device)?;
    let mut items = BTreeMap::new();
    let mut statement = read.prepare_cached(
        "SELECT d.number, d.id, d.heads FROM feed_rows f JOIN documents d ON d.number = f.document
         WHERE f.feed = ?1 AND f.gone = 0",
    )?;
    for one in grants_of(read, device, &roles)? {
        let feed = one.grant.feed;
        let mut rows = statement.query([feed.0])?;
        while let Some(row) = rows.next()? {
            let id = DocumentId::from_bytes(row.get(1)?);
            let heads = row.get_ref(2)?.as_blob().ok().and_then(Heads::from_bytes);
            let heads = heads.ok_or_else(|| DatabaseError::corrupt("documents", id))?;
            let number = DocumentNumber(row.get::<_, i64>(0)?.unsigned_abs());
            items.insert(RepairItem::of(feed, id, &heads), (feed, number));
        }
    }
    Ok(items)
}

fn wanted(
    read: &Transaction<'_>,
    set: &RepairSet<Membership>,
    items: &[RepairItem],
    budget_bytes: u32,
) -> Result<RepairAnswer, Problem> {
    let mut left = i64::from(budget_bytes.clamp(PAGE_BYTES_MIN, PAGE_BYTES_MAX));
    let mut whole = BTreeSet::new();
    let mut documents = Vec::new();
    let mut answered = 0;
    for &item in items {
        // One document always goes, however large, or a repair would never end.
        if left <= 0 {
            break;
        }
        answered += 1;
        // What is no longer so has changed since the question, and the next walk tells it.
        let Some(&(feed, number)) = set.get(item) else { continue };
        let document = if whole.insert(number) {
            let (document, bytes) = pages::enter(read, number)?;
            left -= i64::try_from(bytes).unwrap_or(i64::MAX);
            document
        } else {
            left -= 8;
            PageDocument::Held { number }
        };
        documents.push(RepairedDocument { feed, document });
    }
    Ok(RepairAnswer::Documents { answered, documents })
}
