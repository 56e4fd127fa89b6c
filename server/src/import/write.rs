//! Cases from anybody's CSV: the writing half.
//!
//! **Invariant.** A row's case and the note of what the row said are written in one transaction. So an
//! import that was killed goes on where it stood when it is started again, and one that ran through
//! changes nothing the second time.

use rand::Rng;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use rusqlite::OptionalExtension;

use super::plan::{ImportPlan, ImportedCase, Reject, RejectReason};
use super::steps::{Row, RowValues, Step};
use crate::data_folder::Identity;
use crate::database::DatabaseError;
use crate::ingest::{Batch, OfficeError, Sitting, Writer};

/// Rows in one transaction. More would save little, since a flush to disk costs as much as a few rows;
/// and phones that sync meanwhile wait for the end of a batch.
const BATCH_ROWS: usize = 500;

/// What became of the rows of a plan that give cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Cases that were not there before.
    pub created: u64,
    /// Cases that were changed.
    pub changed: u64,
    /// Rows that say what their case already said.
    pub unchanged: u64,
}

enum Outcome {
    Created,
    Changed,
    Unchanged,
}

/// Where a plan is written, by whom, and when.
pub struct Destination<'a> {
    /// The estate.
    pub site: SiteId,
    /// The server; its desk is the author.
    pub identity: &'a Identity,
    /// The server's clock, read once a transaction.
    pub clock: &'a dyn Fn() -> Timestamp,
}

/// Writes every case of the plan, 500 a transaction, and tells `progress` how many are
/// written. A row that the office itself may not write as it stands moves to the plan's rejects.
///
/// # Errors
/// If the database fails. Earlier batches are then written; the same import started again goes on there.
pub fn write(
    writer: &mut Writer,
    rng: &mut dyn Rng,
    to: &Destination<'_>,
    plan: &mut ImportPlan,
    progress: &mut dyn FnMut(u64),
) -> Result<Written, DatabaseError> {
    let mut written = Written::default();
    let mut done = 0;
    for rows in plan.cases.chunks(BATCH_ROWS) {
        let now = (to.clock)();
        let (batch, refused) = writer.transaction(|batch| {
            let (mut counts, mut refused) = (Written::default(), Vec::new());
            for row in rows {
                match write_row(batch, rng, to, now, &plan.source, row) {
                    Ok(Outcome::Created) => counts.created += 1,
                    Ok(Outcome::Changed) => counts.changed += 1,
                    Ok(Outcome::Unchanged) => counts.unchanged += 1,
                    // The program's own fault is no fault of the row.
                    Err(OfficeError::Refused(refusal)) if refusal.code != ErrorCode::Internal => {
                        let reason = RejectReason::Refused(refusal);
                        refused.push(Reject { row: row.row, key: Some(row.key.clone()), reason });
                    }
                    Err(OfficeError::Refused(refusal)) => {
                        return Err(DatabaseError::corrupt("imports", refusal));
                    }
                    Err(OfficeError::Database(error)) => return Err(error),
                }
            }
            Ok((counts, refused))
        })?;
        written.created += batch.created;
        written.changed += batch.changed;
        written.unchanged += batch.unchanged;
        plan.rejected.extend(refused);
        done += u64::try_from(rows.len()).unwrap_or(0);
        progress(done);
    }
    plan.rejected.sort_by_key(|reject| reject.row);
    Ok(written)
}

fn write_row(
    batch: &mut Batch<'_>,
    rng: &mut dyn Rng,
    to: &Destination<'_>,
    now: Timestamp,
    source: &str,
    row: &ImportedCase,
) -> Result<Outcome, OfficeError> {
    let values = RowValues::from(row);
    let before = remembered(batch, source, to.site, &row.key)?;
    if before.as_ref().is_some_and(|(before, _)| *before == values) {
        return Ok(Outcome::Unchanged);
    }
    let case = DocumentId::imported(to.site, source, &row.key);
    let current = batch.read_case(case)?;
    let before = before.as_ref().map(|(before, revision)| (before, *revision));
    let row_of = Row { case, site: to.site, now, values: &values, before, current: current.as_ref() };
    let steps: Vec<Step> = row_of.steps();
    let commands: Vec<_> = steps.iter().map(|(claimed_at, command)| (*claimed_at, command)).collect();
    let sitting = Sitting { person: to.identity.desk, now };
    let wrote = to.identity.office.carry_out_all(batch, rng, sitting, &commands)?;
    remember(batch, source, to.site, &row.key, row_of.revision(), &values)?;
    Ok(match (current.is_some(), wrote) {
        (false, _) => Outcome::Created,
        (true, true) => Outcome::Changed,
        // Somebody here had already made it what the source now says.
        (true, false) => Outcome::Unchanged,
    })
}

/// What the last import of a row wrote, and its revision.
fn remembered(
    batch: &Batch<'_>,
    source: &str,
    site: SiteId,
    key: &str,
) -> Result<Option<(RowValues, u64)>, DatabaseError> {
    let found: Option<(i64, Vec<u8>)> = batch
        .db
        .prepare_cached("SELECT revision, wrote FROM imports WHERE source = ?1 AND site = ?2 AND key = ?3")?
        .query_row((source, site.as_bytes(), key), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((revision, wrote)) = found else { return Ok(None) };
    let values = minicbor::decode(&wrote).map_err(|error| DatabaseError::corrupt("imports", error))?;
    Ok(Some((values, revision.unsigned_abs())))
}

fn remember(
    batch: &Batch<'_>,
    source: &str,
    site: SiteId,
    key: &str,
    revision: u64,
    values: &RowValues,
) -> Result<(), DatabaseError> {
    let wrote = minicbor::to_vec(values).map_err(|error| DatabaseError::corrupt("imports", error))?;
    batch
        .db
        .prepare_cached(
            "INSERT INTO imports (source, site, key, revision, wrote) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET revision = excluded.revision, wrote = excluded.wrote",
        )?
        .execute((source, site.as_bytes(), key, revision.cast_signed(), wrote))?;
    Ok(())
}
