//! Rounds on the phone: setting out, results at points, the end. Everything they need is on the phone.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Replica;
use super::commands::{Bytes, keep, no_case};
use crate::clock::Timestamp;
use crate::document::DocumentKind;
use crate::error::{ErrorCode, Refusal};
use crate::ids::{CheckId, CheckpointId, DocumentId, EntryId, PhotoHash, PhotoId, RouteId, SiteId};
use crate::limits::PACE_MS_MIN_DEFAULT;
use crate::model::{
    CheckPhoto, Command, ItemAnswer, NewCase, NewCheck, NewRound, PhotoRole, PlannedCheckpoint, Reading,
    Round, RoundKind, RoundPlan, Route, Site,
};
use crate::rules::policy_of;
use crate::rules::rounds::{self, DueRound, RoundCoverage};

/// A picture taken on the spot.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The photo as it came from the camera.
    pub bytes: &'a [u8],
    /// In the photographer's words; may be empty.
    pub caption: &'a str,
    /// Its small copy, if the app drew one: a JPEG or WebP of at most 320 px a side and 64 KiB. Without it the
    /// replica draws one, which it cannot for HEIC.
    pub preview: Option<&'a [u8]>,
}

impl Picture<'_> {
    /// By which readings and answers name it.
    pub fn hash(&self) -> PhotoHash {
        PhotoHash::of(self.bytes)
    }
}

/// What somebody found at one point.
#[derive(Clone, Debug)]
pub struct NewResult<'a> {
    /// At which point.
    pub checkpoint: CheckpointId,
    /// Whether somebody was there, and how that shows.
    pub reading: Reading,
    /// One answer for every item; none if the point was passed over.
    pub answers: Vec<ItemAnswer>,
    /// In their words.
    pub note: String,
    /// The pictures taken there, among them those that reading and answers name.
    pub pictures: &'a [Picture<'a>],
}

/// What is walked for a case (临时巡查).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkFor {
    /// A route.
    Route(RouteId),
    /// Some points; none, if the place of the case says enough.
    Points(RoundKind, Vec<CheckpointId>),
}

/// Which rounds a list shows; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundFilter {
    /// Only of this estate.
    pub site: Option<SiteId>,
    /// Only of this kind.
    pub kind: Option<RoundKind>,
    /// Only those walked for this case.
    pub case: Option<DocumentId>,
    /// Only those that are not finished.
    pub unfinished: bool,
}

/// One line of a list of rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundListItem {
    /// Which round.
    pub id: DocumentId,
    /// The round.
    pub round: Round,
    /// What became of it so far.
    pub coverage: RoundCoverage,
}

/// All commands fail as those of cases do; [`ErrorCode::DocumentUnknown`] for a round that is not on this phone.
impl Replica {
    /// Sets out on a route of an estate. Which time of its schedule is meant follows from the clock.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::RouteUnknown`], [`ErrorCode::CheckpointUnknown`].
    pub fn start_round(&mut self, route: RouteId) -> Result<DocumentId, Refusal> {
        self.enrolment()?;
        let sites: BTreeSet<SiteId> = self.roles().iter().map(|grant| grant.site).collect();
        for site in sites {
            if let Some(estate) = self.site(site)?
                && let Some(found) = estate.route(route)
            {
                let plan = self.plan(&estate, found)?;
                return self.set_out(NewRound {
                    site,
                    kind: found.kind,
                    route: Some(route),
                    case: None,
                    plan,
                });
            }
        }
        Err(no_route(route))
    }

    /// Sets out on a round for a case, such as the daily walk while a smoke detector is out.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::RouteUnknown`], [`ErrorCode::CheckpointUnknown`].
    pub fn start_round_for_case(&mut self, case: DocumentId, walk: WalkFor) -> Result<DocumentId, Refusal> {
        self.enrolment()?;
        let read = self.case(case)?.ok_or_else(|| no_case(case))?;
        let site = read.site.ok_or_else(|| no_case(case))?;
        let estate = self.site(site)?.unwrap_or_default();
        let (kind, route, plan) = match walk {
            WalkFor::Route(route) => {
                let found = estate.route(route).ok_or_else(|| no_route(route))?;
                (found.kind, Some(route), self.plan(&estate, found)?)
            }
            WalkFor::Points(kind, points) => {
                let name = read.subject.shown().cloned().unwrap_or_else(|| kind.to_string());
                let checkpoints = points_of(&estate, &points)?;
                let plan = RoundPlan { name, checkpoints, due: None, pace_ms_min: PACE_MS_MIN_DEFAULT };
                (kind, None, plan)
            }
        };
        self.set_out(NewRound { site, kind, route, case: Some(case), plan })
    }

    fn plan(&mut self, estate: &Site, route: &Route) -> Result<RoundPlan, Refusal> {
        let now = self.env.clock.read();
        Ok(RoundPlan {
            name: route.name.clone(),
            checkpoints: points_of(estate, &route.checkpoints)?,
            due: rounds::due_near(route, self.meta.server_now(now), &policy_of(estate).calendar().zone),
            pace_ms_min: route.pace_ms_min.unwrap_or(PACE_MS_MIN_DEFAULT),
        })
    }

    fn set_out(&mut self, new: NewRound) -> Result<DocumentId, Refusal> {
        let now = self.env.clock.read().wall;
        let round = DocumentId::mint(now, &mut *self.env.rng);
        let started = EntryId::mint(now, &mut *self.env.rng);
        self.give(&Command::StartRound { round, started, new }, &[])?;
        Ok(round)
    }

    /// States what was found at one point, with its pictures, in one transaction.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::CheckpointUnknown`] for a point that is not of this round,
    /// [`ErrorCode::CodeMismatch`] for another point's code, [`ErrorCode::PhotoRequired`] where a picture has
    /// to come with it, [`ErrorCode::RoundFinished`]; or an answer does not fit its item.
    pub fn check(&mut self, round: DocumentId, result: &NewResult<'_>) -> Result<CheckId, Refusal> {
        self.unfinished(round)?;
        let (check, new, bytes) = self.result(result)?;
        self.give(&Command::Check { round, check, new }, &bytes)?;
        Ok(check)
    }

    /// States what was found at one point and writes down a case about it, each naming the other. Pictures
    /// that show more than that somebody was there are in the case as well.
    ///
    /// # Errors
    /// As [`Replica::check`] and [`Replica::create_case`].
    pub fn report_abnormal(
        &mut self,
        round: DocumentId,
        result: &NewResult<'_>,
        create: NewCase,
    ) -> Result<(CheckId, DocumentId), Refusal> {
        self.unfinished(round)?;
        let (check, new, bytes) = self.result(result)?;
        let now = self.env.clock.read().wall;
        let case = DocumentId::mint(now, &mut *self.env.rng);
        let received = EntryId::mint(now, &mut *self.env.rng);
        let found = EntryId::mint(now, &mut *self.env.rng);
        let command = Command::ReportAbnormal { round, check, new, case, received, found, create };
        self.give(&command, &bytes)?;
        Ok((check, case))
    }

    /// Keeps a photo and names it in the round, in one transaction.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::PhotoEmpty`], [`ErrorCode::PhotoTooLarge`].
    pub fn add_round_photo(
        &mut self,
        round: DocumentId,
        check: Option<CheckId>,
        picture: &Picture<'_>,
    ) -> Result<PhotoHash, Refusal> {
        let (CheckPhoto { id: photo, photo: new }, bytes) = self.keep(picture)?;
        let hash = new.hash;
        self.give(&Command::AddRoundPhoto { round, photo, check, new }, &bytes)?;
        Ok(hash)
    }

    /// Ends a round. One that is walked for a case on this phone is stated in the case by the same command.
    ///
    /// # Errors
    /// See the commands in general; [`ErrorCode::RoundFinished`]; or the note is too long.
    pub fn finish_round(&mut self, round: DocumentId, note: &str) -> Result<(), Refusal> {
        let case = self.unfinished(round)?.case;
        // A case that has left the phone is none of this person's any more; the round still names it.
        let case = match case {
            Some(case) => self.case(case)?.map(|_| case),
            None => None,
        };
        let finished = EntryId::mint(self.env.clock.read().wall, &mut *self.env.rng);
        self.give(&Command::FinishRound { round, finished, case, note: note.to_owned() }, &[])
    }

    /// The rounds that an estate's schedules ask for on a day, the earliest first.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn due_rounds(&mut self, site: SiteId, date: NaiveDate) -> Result<Vec<DueRound>, Refusal> {
        let estate = self.site(site)?.unwrap_or_default();
        Ok(rounds::due_rounds(&estate, date, &policy_of(&estate).calendar().zone))
    }

    /// A round, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn round(&mut self, id: DocumentId) -> Result<Option<Round>, Refusal> {
        self.look(id, DocumentKind::Round, Round::read)
    }

    /// What became of the points of a round so far, or nothing if it is not on this phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn round_coverage(&mut self, id: DocumentId) -> Result<Option<RoundCoverage>, Refusal> {
        let now = self.server_time();
        Ok(self.round(id)?.map(|round| rounds::coverage(&round, now)))
    }

    /// Rounds that the filter takes, the last begun first. Loads every round on the phone.
    ///
    /// # Errors
    /// `store_…` codes.
    pub fn rounds(
        &mut self,
        filter: &RoundFilter,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<RoundListItem>, Refusal> {
        let now = self.server_time();
        let mut found = Vec::new();
        for (id, head) in self.store.heads()? {
            if head.kind != DocumentKind::Round {
                continue;
            }
            let Some(round) = self.round(id)? else { continue };
            let takes = filter.site.is_none_or(|site| round.site == Some(site))
                && filter.kind.is_none_or(|kind| round.kind == Some(kind))
                && filter.case.is_none_or(|case| round.case == Some(case))
                && !(filter.unfinished && round.finished().is_some());
            if takes {
                found.push((round.started().map(|entry| entry.corrected_at), id, round));
            }
        }
        found.sort_by(|(one, one_id, _), (other, other_id, _)| (other, other_id).cmp(&(one, one_id)));
        let page = found.into_iter().skip(offset).take(limit);
        Ok(page
            .map(|(_, id, round)| RoundListItem { id, coverage: rounds::coverage(&round, now), round })
            .collect())
    }

    fn server_time(&mut self) -> Timestamp {
        let now = self.env.clock.read();
        self.meta.server_now(now)
    }

    /// The round, while further results belong to it. Asked when a command is given and never again: what
    /// was found before somebody else ended the round stays found.
    fn unfinished(&mut self, round: DocumentId) -> Result<Round, Refusal> {
        self.enrolment()?;
        let read = self.round(round)?.ok_or_else(|| no_round(round))?;
        if read.finished().is_some() {
            let message = format!("round {round} is finished; set out on another");
            return Err(Refusal::new(ErrorCode::RoundFinished, message));
        }
        Ok(read)
    }

    /// The estate of a round.
    pub(super) fn site_of_round(&mut self, round: DocumentId) -> Result<SiteId, Refusal> {
        let read = self.round(round)?.ok_or_else(|| no_round(round))?;
        read.site.ok_or_else(|| Refusal::new(ErrorCode::SiteNotPermitted, "the round names no estate"))
    }

    fn result<'a>(&mut self, result: &NewResult<'a>) -> Result<(CheckId, NewCheck, Vec<Bytes<'a>>), Refusal> {
        let mut photos = Vec::with_capacity(result.pictures.len());
        let mut bytes = Vec::with_capacity(result.pictures.len());
        for picture in result.pictures {
            let (photo, kept) = self.keep(picture)?;
            photos.push(photo);
            bytes.extend(kept);
        }
        let new = NewCheck {
            checkpoint: result.checkpoint,
            reading: result.reading.clone(),
            answers: result.answers.clone(),
            note: result.note.clone(),
            photos,
        };
        Ok((CheckId::mint(self.env.clock.read().wall, &mut *self.env.rng), new, bytes))
    }

    fn keep<'a>(&mut self, picture: &Picture<'a>) -> Result<(CheckPhoto, Vec<Bytes<'a>>), Refusal> {
        let (photo, bytes) = keep(picture, PhotoRole::Evidence)?;
        let id = PhotoId::mint(self.env.clock.read().wall, &mut *self.env.rng);
        Ok((CheckPhoto { id, photo }, bytes))
    }
}

fn points_of(estate: &Site, points: &[CheckpointId]) -> Result<Vec<PlannedCheckpoint>, Refusal> {
    let planned = |&id: &CheckpointId| match estate.checkpoint(id) {
        Some(checkpoint) => Ok(PlannedCheckpoint { id, checkpoint: checkpoint.clone() }),
        None => Err(Refusal::new(ErrorCode::CheckpointUnknown, format!("the estate has no point {id}"))),
    };
    points.iter().map(planned).collect()
}

fn no_round(round: DocumentId) -> Refusal {
    Refusal::new(ErrorCode::DocumentUnknown, format!("round {round} is not on this phone"))
}

fn no_route(route: RouteId) -> Refusal {
    Refusal::new(ErrorCode::RouteUnknown, format!("no estate on this phone has a route {route}"))
}
