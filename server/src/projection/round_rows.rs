//! Rows of rounds: the list, and what was found at each point.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::model::Round;
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules::rounds;

use super::Projection;
use super::change_rows::Delivery;
use super::group::Group;
use crate::database::DatabaseError;
use crate::feed;

/// What is counted here does not depend on the time; what was missed does, and is told when it is asked.
const ANY_TIME: Timestamp = Timestamp::from_millis(0);

impl Projection<'_> {
    /// Changes were added to a round.
    pub(super) fn round_changed(&mut self, number: i64, group: &Group) -> Result<(), DatabaseError> {
        let (id, pos) = (group.id, group.pos);
        let round = Round::read(&self.documents.open(self.db, id, DocumentKind::Round)?.document);
        self.db
            .prepare_cached("UPDATE documents SET site = ?2 WHERE number = ?1")?
            .execute((number, round.site.map(|site| *site.as_bytes())))?;
        self.round_row(number, id, pos, group.last, &round)?;
        self.check_rows(number, &round, group)?;
        self.photo_rows(number, round.photos.iter().map(|mention| &mention.photo), group)?;
        let seen = Timestamp::from_millis(group.last.received);
        feed::set_feeds(self.db, number, pos, seen, &feed::of_round(&round, seen))
    }

    fn round_row(
        &self,
        number: i64,
        id: DocumentId,
        pos: Pos,
        delivery: Delivery,
        round: &Round,
    ) -> Result<(), DatabaseError> {
        let coverage = rounds::coverage(round, ANY_TIME);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let due = round.plan.due;
        self.db
            .prepare_cached(
                "INSERT OR REPLACE INTO rounds (document, id, site, kind, route, name, case_id, person, started,
                     finished, due_at, due_from, due_to, points, visited, skipped, late, unreadable, abnormal,
                     hurried, changed_at, changed_pos)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                     ?20, ?21, ?22)",
            )?
            .execute(rusqlite::params![
                number,
                id.as_bytes(),
                round.site.map(|site| *site.as_bytes()),
                round.kind.map(|word| word.as_str()),
                round.route.map(|route| *route.as_bytes()),
                round.plan.name,
                round.case.map(|case| *case.as_bytes()),
                round.started().map(|entry| *entry.by.as_bytes()),
                round.started().map(|entry| entry.corrected_at.millis()),
                round.finished().map(|entry| entry.corrected_at.millis()),
                due.map(|due| due.at.millis()),
                due.map(|due| due.from.millis()),
                due.map(|due| due.to.millis()),
                count(coverage.points.len()),
                count(coverage.visited()),
                count(coverage.skipped()),
                count(coverage.late()),
                count(coverage.unreadable()),
                count(coverage.abnormal()),
                count(coverage.hurries.len()),
                delivery.received,
                pos.cast_signed(),
            ])?;
        Ok(())
    }

    fn check_rows(&self, number: i64, round: &Round, group: &Group) -> Result<(), DatabaseError> {
        // Results never change, so only those that are not here yet are written, and what was witnessed of
        // the others stays.
        let mut insert = self.db.prepare_cached(
            "INSERT OR IGNORE INTO round_checks (document, check_id, stamp, person, checkpoint, reading, abnormal,
                 case_id, note, device, claimed_at, happened, not_before, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        for check in &round.checks {
            let Some(first) = group.first(check.stamp, check.by) else { continue };
            let point = round.plan.checkpoints.iter().find(|point| point.id == check.checkpoint);
            insert.execute(rusqlite::params![
                number,
                check.id.as_bytes(),
                check.stamp.as_u64().cast_signed(),
                check.by.as_bytes(),
                check.checkpoint.as_bytes(),
                check.reading.as_str(),
                point.is_some_and(|point| rounds::is_abnormal(point, check)),
                check.case.map(|case| *case.as_bytes()),
                check.note,
                first.device.as_bytes(),
                check.claimed_at.millis(),
                check.corrected_at.millis(),
                first.not_before,
                first.received,
            ])?;
        }
        Ok(())
    }
}
