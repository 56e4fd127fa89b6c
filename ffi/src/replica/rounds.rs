//! Rounds.

use chrono::NaiveDate;
use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::ids::{CheckId, CheckpointId, DocumentId, PhotoHash, RouteId, SiteId};
use roundsman_sync_core::replica::{NewResult, Picture, RoundListItem};

use super::Replica;
use crate::case::NewCase;
use crate::convert::To;
use crate::error::RoundsmanError;
use crate::round::{AbnormalReport, DueRound, NewCheck, NewPicture, Round, RoundFilter, WalkFor, round};

/// Those that write fail as those of cases do; `document_unknown` for a round that is not on this phone,
/// `round_finished` for one that is over.
#[uniffi::export]
impl Replica {
    /// Sets out on a route. Gives the round's id. Everything it needs is on the phone.
    ///
    /// # Errors
    /// See above; `route_unknown`, `checkpoint_unknown`.
    pub fn start_round(&self, route_id: RouteId) -> Result<DocumentId, RoundsmanError> {
        self.call(|replica| replica.start_round(route_id))
    }

    /// Sets out on a round for a case, such as the daily walk while a smoke detector is out.
    ///
    /// # Errors
    /// See above; `route_unknown`, `checkpoint_unknown`.
    pub fn start_round_for_case(
        &self,
        case_id: DocumentId,
        walk: WalkFor,
    ) -> Result<DocumentId, RoundsmanError> {
        self.call(|replica| replica.start_round_for_case(case_id, walk.to()))
    }

    /// States what was found at one point, with its pictures.
    ///
    /// # Errors
    /// See above; `checkpoint_unknown` for a point that is not of this round, `code_mismatch` for another point's code,
    /// `photo_required` where a picture has to come with it; or an answer does not fit its item.
    pub fn check(
        &self,
        round_id: DocumentId,
        checkpoint_id: CheckpointId,
        new: NewCheck,
    ) -> Result<CheckId, RoundsmanError> {
        with_result(checkpoint_id, &new, |result| self.call(|replica| replica.check(round_id, result)))
    }

    /// States what was found at one point and writes down a case about it, each naming the other.
    ///
    /// # Errors
    /// As `check` and `create_case`.
    pub fn report_abnormal(
        &self,
        round_id: DocumentId,
        checkpoint_id: CheckpointId,
        new: NewCheck,
        about: NewCase,
    ) -> Result<AbnormalReport, RoundsmanError> {
        let (check, case) = with_result(checkpoint_id, &new, |result| {
            self.call(|replica| replica.report_abnormal(round_id, result, about.to()))
        })?;
        Ok(AbnormalReport { check, case })
    }

    /// Keeps a photo and names it in the round, beside a result or alone.
    ///
    /// # Errors
    /// See above; `photo_empty`, `photo_too_large`.
    pub fn add_round_photo(
        &self,
        round_id: DocumentId,
        check: Option<CheckId>,
        new: NewPicture,
    ) -> Result<PhotoHash, RoundsmanError> {
        self.call(|replica| replica.add_round_photo(round_id, check, &new.as_core()))
    }

    /// Ends a round.
    ///
    /// # Errors
    /// See above; or the note is too long.
    #[uniffi::method(default(note = ""))]
    pub fn finish_round(&self, round_id: DocumentId, note: String) -> Result<(), RoundsmanError> {
        self.call(|replica| replica.finish_round(round_id, &note))
    }

    /// The rounds that an estate's schedules ask for on a day, written `2026-11-30`, the earliest first.
    ///
    /// # Errors
    /// `bad_request` if this is no day, or the file cannot be read.
    pub fn due_rounds(&self, site: SiteId, date: String) -> Result<Vec<DueRound>, RoundsmanError> {
        self.call(|replica| {
            let date: NaiveDate = date.parse().map_err(|_| {
                Refusal::new(ErrorCode::BadRequest, format!("'{date}' is no day such as 2026-11-30"))
            })?;
            replica.due_rounds(site, date)
        })
        .map(To::to)
    }

    /// A round with what became of its points so far, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn round(&self, round_id: DocumentId) -> Result<Option<Round>, RoundsmanError> {
        let read = self.call(|replica| {
            let coverage = replica.round_coverage(round_id)?;
            Ok(replica.round(round_id)?.zip(coverage))
        })?;
        Ok(read.map(|(walked, coverage)| round(RoundListItem { id: round_id, round: walked, coverage })))
    }

    /// Rounds that the filter takes, the last begun first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn rounds(&self, filter: RoundFilter, offset: u32, limit: u32) -> Result<Vec<Round>, RoundsmanError> {
        let (offset, limit) = (super::reads::size(offset), super::reads::size(limit));
        let items = self.call(|replica| replica.rounds(&filter.to(), offset, limit))?;
        Ok(items.into_iter().map(round).collect())
    }
}

/// A result as the core takes it, which borrows its pictures.
fn with_result<T>(checkpoint: CheckpointId, new: &NewCheck, give: impl FnOnce(&NewResult<'_>) -> T) -> T {
    let pictures: Vec<Picture<'_>> = new.pictures.iter().map(NewPicture::as_core).collect();
    give(&NewResult {
        checkpoint,
        reading: new.reading.clone().to(),
        answers: new.answers.clone().to(),
        note: new.note.clone(),
        pictures: &pictures,
    })
}
