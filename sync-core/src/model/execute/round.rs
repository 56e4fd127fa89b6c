//! Writing rounds: setting out, results at points, the end.

use automerge::ScalarValue;

use super::case::Stated;
use super::{Scribe, add_entry, photo_fields, record, signed};
use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CheckId, DocumentId, EntryId, PhotoId};
use crate::limits::NOTE_CHARS_MAX;
use crate::model::command::{CheckPhoto, NewCase, NewCheck, NewEntry, NewPhoto, NewRound};
use crate::model::fact::{Fact, Found, Walk};
use crate::model::round::Round;
use crate::model::words::RoundEntryKind;
use crate::model::{checks, estate_checks, result_checks};

impl Scribe<'_> {
    pub(super) fn start_round(
        &mut self,
        round: DocumentId,
        started: EntryId,
        new: &NewRound,
    ) -> Result<(), Refusal> {
        self.check_plan(new)?;
        let author = *self.author;
        self.write(round, DocumentKind::Round, true, |edit, stamp| {
            const FIELDS: &[&str] = &["fields"];
            edit.set(FIELDS, "document", round.as_bytes().to_vec())?;
            edit.set(FIELDS, "site", new.site.as_bytes().to_vec())?;
            edit.set(FIELDS, "kind", new.kind.as_str())?;
            if let Some(route) = new.route {
                edit.set(FIELDS, "route", route.as_bytes().to_vec())?;
            }
            if let Some(case) = new.case {
                edit.set(FIELDS, "case", case.as_bytes().to_vec())?;
            }
            edit.set(FIELDS, "plan", record(&new.plan))?;
            let fields = [("kind", ScalarValue::from(RoundEntryKind::Started.as_str()))];
            edit.add(&["entries"], &started.to_string(), fields.into_iter().chain(signed(&author, stamp)))
        })
    }

    fn check_plan(&mut self, new: &NewRound) -> Result<(), Refusal> {
        let plan = &new.plan;
        checks::required_text("name of the round", &plan.name)?;
        if plan.checkpoints.is_empty() && new.case.is_none() {
            let message = "a round visits at least one point, or is walked for a case";
            return Err(Refusal::new(ErrorCode::FieldMissing, message));
        }
        let ids: Vec<_> = plan.checkpoints.iter().map(|planned| planned.id).collect();
        estate_checks::points("round", &ids)?;
        estate_checks::pace(plan.pace_ms_min)?;
        if let Some(due) = plan.due {
            checks::typed_time("due time", due.at, self.author.stamp_wall)?;
            if !(due.from <= due.at && due.at <= due.to) {
                return Err(checks::out_of_range("a round is due within its own tolerance"));
            }
        }
        let site = self.read_site(new.site)?;
        if let Some(route) = new.route
            && site.route(route).is_none()
        {
            return Err(Refusal::new(ErrorCode::RouteUnknown, format!("the estate has no route {route}")));
        }
        for planned in &plan.checkpoints {
            if site.checkpoint(planned.id).is_none() {
                let message = format!("the estate has no point {}", planned.id);
                return Err(Refusal::new(ErrorCode::CheckpointUnknown, message));
            }
            estate_checks::checkpoint(&planned.checkpoint)?;
        }
        estate_checks::plan_size(plan)
    }

    pub(super) fn check(
        &mut self,
        round: DocumentId,
        check: CheckId,
        new: &NewCheck,
        case: Option<DocumentId>,
    ) -> Result<(), Refusal> {
        let read = self.read_round(round)?;
        result_checks::result(&read, new)?;
        let author = *self.author;
        self.write(round, DocumentKind::Round, false, |edit, stamp| {
            let mut fields = vec![
                ("checkpoint", ScalarValue::from(new.checkpoint.as_bytes().to_vec())),
                ("reading", record(&new.reading)),
            ];
            if !new.answers.is_empty() {
                fields.push(("answers", record(&new.answers)));
            }
            if !new.note.is_empty() {
                fields.push(("note", ScalarValue::from(new.note.as_str())));
            }
            fields.extend(case.map(|case| ("case", ScalarValue::from(case.as_bytes().to_vec()))));
            edit.add(&["checks"], &check.to_string(), fields.into_iter().chain(signed(&author, stamp)))?;
            new.photos.iter().try_for_each(|CheckPhoto { id, photo }| {
                let fields = photo_fields(photo, &author, stamp).chain(of_check(Some(check)));
                edit.add(&["photos"], &id.to_string(), fields)
            })
        })
    }

    pub(super) fn add_round_photo(
        &mut self,
        round: DocumentId,
        photo: PhotoId,
        check: Option<CheckId>,
        new: &NewPhoto,
    ) -> Result<(), Refusal> {
        checks::photo(new)?;
        let read = self.read_round(round)?;
        if let Some(check) = check
            && !read.checks.iter().any(|known| known.id == check)
        {
            let message = format!("round {round} has no result {check}");
            return Err(Refusal::new(ErrorCode::CheckpointUnknown, message));
        }
        let author = *self.author;
        self.write(round, DocumentKind::Round, false, |edit, stamp| {
            let fields = photo_fields(new, &author, stamp).chain(of_check(check));
            edit.add(&["photos"], &photo.to_string(), fields)
        })
    }

    pub(super) fn finish_round(
        &mut self,
        round: DocumentId,
        finished: EntryId,
        case: Option<DocumentId>,
        note: &str,
    ) -> Result<(), Refusal> {
        checks::long_text("note", note, NOTE_CHARS_MAX)?;
        let read = self.read_round(round)?;
        if case.is_some() && case != read.case {
            let message = format!("round {round} is not walked for that case");
            return Err(Refusal::new(ErrorCode::DocumentUnknown, message));
        }
        let author = *self.author;
        self.write(round, DocumentKind::Round, false, |edit, stamp| {
            let mut fields = vec![("kind", ScalarValue::from(RoundEntryKind::Finished.as_str()))];
            if !note.is_empty() {
                fields.push(("note", ScalarValue::from(note)));
            }
            edit.add(&["entries"], &finished.to_string(), fields.into_iter().chain(signed(&author, stamp)))
        })?;
        let Some(case) = case else { return Ok(()) };
        self.write(case, DocumentKind::Case, false, |edit, stamp| {
            let entry = NewEntry::now(Fact::Walked(Walk { round }), note);
            let id = EntryId::of_command(case, author.command);
            add_entry(edit, &author, stamp, id, None, &entry)
        })
    }

    pub(super) fn report_abnormal(
        &mut self,
        round: DocumentId,
        (check, new): (CheckId, &NewCheck),
        (case, received, found): (DocumentId, EntryId, EntryId),
        create: &NewCase,
    ) -> Result<(), Refusal> {
        if self.read_round(round)?.site != Some(create.site) {
            let message = "what is found on a round is written down at the estate of the round";
            return Err(Refusal::new(ErrorCode::CheckpointUnknown, message));
        }
        self.check(round, check, new, Some(case))?;
        let fact = Fact::Found(Found { round, checkpoint: new.checkpoint });
        let photos = new.shown_in_case().cloned().collect();
        self.create_case_stating(case, received, create, Stated { entry: Some((found, fact)), photos })
    }

    fn read_round(&mut self, round: DocumentId) -> Result<Round, Refusal> {
        Ok(Round::read(self.documents.open(round, DocumentKind::Round, false)?.0))
    }
}

fn of_check(check: Option<CheckId>) -> Option<(&'static str, ScalarValue)> {
    check.map(|check| ("check", ScalarValue::from(check.as_bytes().to_vec())))
}
