//! Rows of clocks: when each limit of a case began, is reached, and ended.
//!
//! A case's clocks follow from its entries and the policy of its estate alone. They are written whenever one
//! of the two changes; what time it is plays no part.

use std::sync::Arc;

use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, SiteId};
use roundsman_sync_core::model::{Case, Site};
use roundsman_sync_core::rules::clocks::{Clock, StoppedBy, clocks};
use roundsman_sync_core::rules::{CaseStatus, Policy, policy_of};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::Projection;
use crate::database::DatabaseError;

impl Projection<'_> {
    /// Writes the clocks of a case as they now stand.
    pub(super) fn clock_rows(&mut self, number: i64, case: &Case) -> Result<(), DatabaseError> {
        let policy = self.policy(case.site)?;
        write(self.db, number, &clocks(case, &policy))
    }

    /// The policy in force at an estate; the built-in one where nobody said otherwise.
    fn policy(&mut self, site: Option<SiteId>) -> Result<Arc<Policy>, DatabaseError> {
        let Some(site) = site else { return Ok(Arc::new(Policy::built_in().clone())) };
        if let Some(known) = self.documents.policies.get(&site) {
            return Ok(Arc::clone(known));
        }
        let id = DocumentId::of_site(site);
        let read = self.documents.look(self.db, id, DocumentKind::Site, Site::read)?;
        let policy = Arc::new(policy_of(&read.unwrap_or_default()));
        self.documents.policies.insert(site, Arc::clone(&policy));
        Ok(policy)
    }

    /// The document of an estate changed. If its policy did, the clocks of its open cases are computed anew;
    /// a closed case keeps those it was handled by.
    pub(super) fn policy_changed(&mut self, site: SiteId, now: &Site) -> Result<(), DatabaseError> {
        let mut hash = Sha256::new();
        hash.update((now.name.len() as u64).to_be_bytes());
        hash.update(&now.name);
        hash.update(now.policy.shown().map_or("", String::as_str));
        let digest: [u8; 32] = hash.finalize().into();
        let known: Option<[u8; 32]> = self
            .db
            .prepare_cached("SELECT digest FROM policies WHERE site = ?1")?
            .query_row([site.as_bytes()], |row| row.get(0))
            .optional()?;
        if known == Some(digest) {
            return Ok(());
        }
        self.db
            .prepare_cached("INSERT OR REPLACE INTO policies (site, digest) VALUES (?1, ?2)")?
            .execute((site.as_bytes(), digest))?;
        self.documents.policies.remove(&site);
        let policy = self.policy(Some(site))?;
        let open: Vec<(i64, [u8; 16])> = self
            .db
            .prepare_cached(
                "SELECT document, id FROM cases WHERE site = ?1 AND status <> ?2 ORDER BY document",
            )?
            .query_map((site.as_bytes(), CaseStatus::Closed.as_str()), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (number, id) in open {
            let id = DocumentId::from_bytes(id);
            if let Some(case) = self.documents.look(self.db, id, DocumentKind::Case, Case::read)? {
                write(self.db, number, &clocks(&case, &policy))?;
            }
        }
        Ok(())
    }
}

/// Writes the clocks of a case, if they are not as they stand already: most changes of a case move none.
fn write(db: &Connection, number: i64, clocks: &[Clock]) -> Result<(), DatabaseError> {
    let rows: Vec<[Value; COLUMNS]> = (0_i64..).zip(clocks).map(|(place, clock)| row(place, clock)).collect();
    let standing = db
        .prepare_cached(
            "SELECT place, clock, work_order, sheet, round, occurrence, started, aim, due, stopped, stopped_by,
                 paused_since
             FROM clocks WHERE document = ?1 ORDER BY place",
        )?
        .query_map([number], |row| {
            let mut values = [const { Value::Null }; COLUMNS];
            for (column, value) in values.iter_mut().enumerate() {
                *value = row.get(column)?;
            }
            Ok(values)
        })?
        .collect::<Result<Vec<_>, _>>()?;
    if standing == rows {
        return Ok(());
    }
    db.prepare_cached("DELETE FROM clocks WHERE document = ?1")?.execute([number])?;
    let mut insert = db.prepare_cached(
        "INSERT INTO clocks (document, place, clock, work_order, sheet, round, occurrence, started, aim, due,
             stopped, stopped_by, paused_since)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for row in rows {
        insert.execute(rusqlite::params_from_iter(std::iter::once(Value::Integer(number)).chain(row)))?;
    }
    Ok(())
}

/// Columns of a row after the document.
const COLUMNS: usize = 12;

fn row(place: i64, clock: &Clock) -> [Value; COLUMNS] {
    [
        place.into(),
        clock.id.clone().into(),
        clock.order.map(|order| order.as_bytes().to_vec()).into(),
        clock.sheet.map(|sheet| sheet.as_bytes().to_vec()).into(),
        i64::from(clock.round).into(),
        i64::from(clock.occurrence).into(),
        clock.started.millis().into(),
        clock.aim.map(|at| at.millis()).into(),
        clock.due.map(|at| at.millis()).into(),
        clock.stopped.map(|stop| stop.at.millis()).into(),
        clock.stopped.map(|stop| word(stop.by).to_owned()).into(),
        clock.paused_since().map(|at| at.millis()).into(),
    ]
}

/// The spelling in the table.
const fn word(by: StoppedBy) -> &'static str {
    match by {
        StoppedBy::Goal => "goal",
        StoppedBy::End => "end",
        StoppedBy::Closing => "closing",
        StoppedBy::Reopening => "reopening",
        StoppedBy::Appointment => "appointment",
    }
}
