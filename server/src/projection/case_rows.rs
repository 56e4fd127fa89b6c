//! Rows of cases: the list, the timeline, photos, sign-offs and the text that is searched.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::document::DocumentKind;
use roundsman_sync_core::ids::{DocumentId, PhotoHash};
use roundsman_sync_core::model::{Case, CaseSummary, Photo, Preview};
use roundsman_sync_core::protocol::messages::Pos;
use roundsman_sync_core::rules::case_status;
use rusqlite::OptionalExtension;

use super::change_rows::Delivery;
use super::group::Group;
use super::{Projection, search};
use crate::database::DatabaseError;
use crate::feed;

impl Projection<'_> {
    /// Changes were added to a case.
    pub(super) fn case_changed(&mut self, number: i64, group: &Group) -> Result<(), DatabaseError> {
        let (id, pos) = (group.id, group.pos);
        let live = self.documents.open(self.db, id, DocumentKind::Case)?;
        let case = Case::read(&live.document);
        let parallel = case.parallel_edits(&live.document);
        let summary = minicbor::to_vec(CaseSummary::of(&case)).unwrap_or_default();
        self.db
            .prepare_cached("UPDATE documents SET site = ?2, summary = ?3 WHERE number = ?1")?
            .execute((number, case.site.map(|site| *site.as_bytes()), summary))?;
        self.case_row(number, id, pos, group.last, &case, !parallel.is_empty())?;
        self.order_rows(number, &case)?;
        self.clock_rows(number, &case)?;
        self.entry_rows(number, &case, group)?;
        self.photo_rows(number, case.photos.iter(), group)?;
        self.sign_off_rows(number, &case, group)?;

        self.db.prepare_cached("DELETE FROM parallel_edits WHERE document = ?1")?.execute([number])?;
        let mut insert = self.db.prepare_cached(
            // Two orders may stand under one id if somebody forged it; the first to be read is shown.
            "INSERT OR IGNORE INTO parallel_edits (document, field, place, value, person, claimed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for edit in &parallel {
            for (place, (value, note)) in (0_i64..).zip(&edit.values) {
                insert.execute((
                    number,
                    &edit.field,
                    place,
                    value,
                    note.map(|note| *note.person.as_bytes()),
                    note.map(|note| note.claimed_at.millis()),
                ))?;
            }
        }
        drop(insert);

        self.case_audience(number, id, pos, Timestamp::from_millis(group.last.received), &case)
    }

    /// The row number of a document of this kind, if there is one.
    pub(super) fn number_of(&self, id: DocumentId, kind: DocumentKind) -> Result<Option<i64>, DatabaseError> {
        Ok(self
            .db
            .prepare_cached("SELECT number FROM documents WHERE id = ?1 AND kind = ?2")?
            .query_row((id.as_bytes(), kind.number()), |row| row.get(0))
            .optional()?)
    }

    fn case_row(
        &self,
        number: i64,
        id: DocumentId,
        pos: Pos,
        delivery: Delivery,
        case: &Case,
        parallel: bool,
    ) -> Result<(), DatabaseError> {
        let known: Option<String> = self
            .db
            .prepare_cached("SELECT number FROM cases WHERE document = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        let case_number = match known {
            Some(known) => known,
            // Derives from the order of the log alone, so a rebuild gives the same numbers.
            None => {
                let count: i64 = self.db.query_row("SELECT count(*) + 1 FROM cases", [], |row| row.get(0))?;
                format!("R{count:06}")
            }
        };
        let summary = CaseSummary::of(case);
        let place = case.place.shown().cloned().unwrap_or_default();
        let join = |words: Vec<String>| words.join(",");
        let subject = case.subject.shown().cloned();
        let text = [
            case_number.as_str(),
            &place.line(),
            subject.as_deref().unwrap_or_default(),
            &case.description,
            case.external_number.as_deref().unwrap_or_default(),
        ]
        .join("\n");
        self.db
            .prepare_cached(
                // Not 'OR REPLACE', which takes the row out of every index and puts it in again.
                "INSERT INTO cases (document, id, number, site, kind, channel, status, urgency, nature,
                     subject, building, unit, room, spot, description, departments, assignees, external_number,
                     reported_at, changed_at, changed_pos, parallel, anonymous, about, restricted)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                     ?20, ?21, ?22, ?23, ?24, ?25)
                 ON CONFLICT (document) DO UPDATE SET site = excluded.site, kind = excluded.kind,
                     channel = excluded.channel, status = excluded.status, urgency = excluded.urgency,
                     nature = excluded.nature, subject = excluded.subject, building = excluded.building,
                     unit = excluded.unit, room = excluded.room, spot = excluded.spot,
                     description = excluded.description, departments = excluded.departments,
                     assignees = excluded.assignees, external_number = excluded.external_number,
                     reported_at = excluded.reported_at, changed_at = excluded.changed_at,
                     changed_pos = excluded.changed_pos, parallel = excluded.parallel,
                     anonymous = excluded.anonymous, about = excluded.about,
                     restricted = excluded.restricted",
            )?
            .execute(rusqlite::params![
                number,
                id.as_bytes(),
                case_number,
                case.site.map(|site| *site.as_bytes()),
                case.kind.shown().map(|word| word.as_str()),
                case.channel.shown().map(|word| word.as_str()),
                case_status(case).as_str(),
                case.urgency.shown().map(|word| word.as_str()),
                case.nature.shown().map(|word| word.as_str()),
                subject,
                place.building,
                place.unit,
                place.room,
                place.spot,
                case.description,
                join(summary.departments.iter().map(ToString::to_string).collect()),
                join(summary.assignees.iter().map(ToString::to_string).collect()),
                case.external_number,
                case.reported_at.map(|at| at.millis()),
                delivery.received,
                pos.cast_signed(),
                parallel,
                case.anonymous.shown().copied().unwrap_or(false),
                case.about.shown().map(|person| *person.as_bytes()),
                feed::is_restricted(case),
            ])?;
        search::put(self.db, number, &text)
    }

    fn entry_rows(&self, number: i64, case: &Case, group: &Group) -> Result<(), DatabaseError> {
        // Entries never change, so only those of these changes are written, and what was witnessed of
        // the others stays.
        let mut insert = self.db.prepare_cached(
            "INSERT OR IGNORE INTO entries (document, entry, stamp, person, kind, work_order, device, note,
                 claimed_at, happened, declared_why, details, not_before, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        for entry in &case.entries {
            let Some(first) = group.first(entry.stamp, entry.by) else { continue };
            let details = Some(entry.fact.details_json()).filter(|details| !details.is_null());
            let details = details.map(|details| details.to_string());
            insert.execute(rusqlite::params![
                number,
                entry.id.as_bytes(),
                entry.stamp.as_u64().cast_signed(),
                entry.by.as_bytes(),
                entry.kind().as_str(),
                entry.order.map(|order| *order.as_bytes()),
                first.device.as_bytes(),
                &entry.note,
                entry.claimed_at.millis(),
                entry.happened_at().millis(),
                entry.declared.as_ref().map(|declared| &declared.why),
                details,
                first.not_before,
                first.received,
            ])?;
        }
        Ok(())
    }

    /// Writes the photos that a case or round names.
    pub(super) fn photo_rows<'p>(
        &self,
        number: i64,
        photos: impl Iterator<Item = &'p Photo>,
        group: &Group,
    ) -> Result<(), DatabaseError> {
        let mut insert = self.db.prepare_cached(
            "INSERT OR IGNORE INTO photos (document, photo, stamp, person, hash, size, role, caption, device,
                 claimed_at, received, preview)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        for photo in photos {
            let Some(first) = group.first(photo.stamp, photo.by) else { continue };
            let added = insert.execute((
                number,
                photo.id.as_bytes(),
                photo.stamp.as_u64().cast_signed(),
                photo.by.as_bytes(),
                photo.hash.as_bytes(),
                photo.size.cast_signed(),
                photo.role.as_str(),
                &photo.caption,
                first.device.as_bytes(),
                photo.claimed_at.millis(),
                first.received,
                photo.preview.map(|preview| *preview.hash.as_bytes()),
            ))?;
            if added == 1 {
                self.owe(photo.hash, photo.size, first)?;
                if let Some(preview) = photo.preview {
                    self.owe_preview(preview, first)?;
                }
            }
        }
        Ok(())
    }

    /// The device that names bytes owes them. The office does not, if a phone owes them already: then it has
    /// only taken over what that phone's person said.
    pub(super) fn owe(&self, hash: PhotoHash, size: u64, first: Delivery) -> Result<(), DatabaseError> {
        self.db
            .prepare_cached(
                "INSERT INTO owed (hash, device, size, since) SELECT ?1, ?2, ?3, ?4
                 WHERE NOT EXISTS (SELECT 1 FROM owed o JOIN devices d ON d.device = ?2
                     WHERE o.hash = ?1 AND o.device <> ?2 AND d.person = zeroblob(16))
                 ON CONFLICT (hash, device) DO UPDATE SET preview = 0",
            )?
            .execute((hash.as_bytes(), first.device.as_bytes(), size.cast_signed(), first.received))?;
        Ok(())
    }

    /// So it does a preview. If the same bytes are somewhere named as a photo, they are owed as that.
    pub(super) fn owe_preview(&self, preview: Preview, first: Delivery) -> Result<(), DatabaseError> {
        let Preview { hash, size } = preview;
        self.db
            .prepare_cached(
                "INSERT OR IGNORE INTO owed (hash, device, size, preview, since) SELECT ?1, ?2, ?3, 1, ?4
                 WHERE NOT EXISTS (SELECT 1 FROM owed o JOIN devices d ON d.device = ?2
                     WHERE o.hash = ?1 AND o.device <> ?2 AND d.person = zeroblob(16))",
            )?
            .execute((hash.as_bytes(), first.device.as_bytes(), size.cast_signed(), first.received))?;
        Ok(())
    }

    fn sign_off_rows(&self, number: i64, case: &Case, group: &Group) -> Result<(), DatabaseError> {
        let mut insert = self.db.prepare_cached(
            "INSERT OR IGNORE INTO sign_offs (document, sign_off, stamp, person, subject, outcome, work_order,
                 device, shown, digest, renderer, claimed_at, not_before, received, settlement)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?;
        for sign_off in &case.sign_offs {
            let Some(first) = group.first(sign_off.stamp, sign_off.by) else { continue };
            insert.execute(rusqlite::params![
                number,
                sign_off.id.as_bytes(),
                sign_off.stamp.as_u64().cast_signed(),
                sign_off.by.as_bytes(),
                sign_off.subject.as_str(),
                sign_off.outcome.as_str(),
                sign_off.order.map(|order| *order.as_bytes()),
                first.device.as_bytes(),
                sign_off.shown,
                sign_off.digest.as_bytes(),
                sign_off.renderer.cast_signed(),
                sign_off.claimed_at.millis(),
                first.not_before,
                first.received,
                sign_off.settlement.map(|settlement| *settlement.as_bytes()),
            ])?;
        }
        Ok(())
    }
}
