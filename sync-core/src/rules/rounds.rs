//! When rounds are due, and what became of one: visited, passed over, missed, late, too fast, out of range.
//!
//! Times are judged by the corrected claim. Nothing depends on the order in which results were merged.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};

use crate::clock::Timestamp;
use crate::ids::{CheckId, CheckpointId, PersonId, RouteId};
use crate::model::{
    Answer, Ask, Check, Due, Item, PlannedCheckpoint, Reading, Round, Route, Schedule, Site, SkipReason,
    Weekday,
};

/// A round that starts further from its time than this is one out of turn (ours).
const NEAREST_MS_MAX: i64 = 12 * 3_600_000;

/// A round that the schedule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRound {
    /// Which route.
    pub route: RouteId,
    /// When.
    pub due: Due,
}

/// The rounds that are due on a day of the estate, the earliest first.
///
/// `zone` is the estate's. A time that a change of the clocks leaves out is meant an hour later; of one that
/// comes twice the first is meant.
pub fn due_rounds<Z: TimeZone>(site: &Site, date: NaiveDate, zone: &Z) -> Vec<DueRound> {
    let scheduled = site.routes.iter().filter_map(|(id, route)| {
        let schedule = route.shown()?.schedule.as_ref()?;
        Some((*id, schedule))
    });
    let mut found: Vec<_> = scheduled
        .flat_map(|(route, schedule)| {
            due_times(schedule, date, zone).into_iter().map(move |due| DueRound { route, due })
        })
        .collect();
    found.sort_by_key(|due| (due.due.at, due.route));
    found
}

/// The time on the schedule that a round begun at `now` is meant for: the one within whose tolerance it
/// begins, or else the nearest. None if the route has no schedule, or no time that is near.
pub fn due_near<Z: TimeZone>(route: &Route, now: Timestamp, zone: &Z) -> Option<Due> {
    let schedule = route.schedule.as_ref()?;
    let today = DateTime::<Utc>::from_timestamp_millis(now.millis())?.with_timezone(zone).date_naive();
    let days = [today.checked_sub_days(Days::new(1)), Some(today), today.checked_add_days(Days::new(1))];
    let near = days.into_iter().flatten().flat_map(|date| due_times(schedule, date, zone));
    let distance_ms = |due: &Due| now.millis_since(due.at).saturating_abs();
    near.filter(|due| distance_ms(due) <= NEAREST_MS_MAX)
        .min_by_key(|due| (!(due.from <= now && now <= due.to), distance_ms(due), due.at))
}

fn due_times<Z: TimeZone>(schedule: &Schedule, date: NaiveDate, zone: &Z) -> Vec<Due> {
    if !schedule.days.contains(&weekday(date)) {
        return Vec::new();
    }
    let mut times: Vec<_> = schedule
        .minutes
        .iter()
        .filter_map(|&minute| {
            let at = local(date, minute, zone)?;
            let ms = |minutes: u16| i64::from(minutes) * 60_000;
            let from = at.plus_millis(-ms(schedule.early_min));
            Some(Due { at, from, to: at.plus_millis(ms(schedule.late_min)) })
        })
        .collect();
    times.sort_unstable();
    times
}

fn weekday(date: NaiveDate) -> Weekday {
    match date.weekday() {
        chrono::Weekday::Mon => Weekday::Monday,
        chrono::Weekday::Tue => Weekday::Tuesday,
        chrono::Weekday::Wed => Weekday::Wednesday,
        chrono::Weekday::Thu => Weekday::Thursday,
        chrono::Weekday::Fri => Weekday::Friday,
        chrono::Weekday::Sat => Weekday::Saturday,
        chrono::Weekday::Sun => Weekday::Sunday,
    }
}

fn local<Z: TimeZone>(date: NaiveDate, minute: u16, zone: &Z) -> Option<Timestamp> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0)?;
    let shown = date.and_time(time);
    let at = match zone.from_local_datetime(&shown) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at,
        MappedLocalTime::None => zone.from_local_datetime(&(shown + TimeDelta::hours(1))).earliest()?,
    };
    Some(Timestamp::from_millis(at.timestamp_millis()))
}

/// Whether a visit lay within the tolerance of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Punctuality {
    /// The round is on no schedule.
    NotScheduled,
    /// Within the tolerance.
    InTime,
    /// Before it, by so many milliseconds.
    Early(i64),
    /// After it, by so many milliseconds.
    Late(i64),
}

impl Punctuality {
    /// The word for it in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotScheduled => "not_scheduled",
            Self::InTime => "in_time",
            Self::Early(_) => "early",
            Self::Late(_) => "late",
        }
    }

    fn of(at: Timestamp, due: Option<Due>) -> Self {
        match due {
            None => Self::NotScheduled,
            Some(due) if at < due.from => Self::Early(due.from.millis_since(at)),
            Some(due) if at > due.to => Self::Late(at.millis_since(due.to)),
            Some(_) => Self::InTime,
        }
    }

    const fn off_ms(self) -> i64 {
        match self {
            Self::NotScheduled | Self::InTime => 0,
            Self::Early(ms) | Self::Late(ms) => ms,
        }
    }
}

/// What became of one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Somebody was there.
    Visited {
        /// The visit that fits the schedule best; the earliest of several that do.
        check: CheckId,
        /// When, by the corrected claim.
        at: Timestamp,
        /// Whether in time.
        punctuality: Punctuality,
    },
    /// Nobody was there, and somebody said why.
    Skipped {
        /// The first statement of it.
        check: CheckId,
        /// The reason it gives.
        reason: SkipReason,
    },
    /// Nobody was there or said why, and the round is over or its time is up.
    Missed,
    /// There is still time.
    Open,
}

impl Coverage {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visited { .. } => "visited",
            Self::Skipped { .. } => "skipped",
            Self::Missed => "missed",
            Self::Open => "open",
        }
    }
}

/// One point of a round and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointCoverage {
    /// Which point.
    pub checkpoint: CheckpointId,
    /// What became of it.
    pub coverage: Coverage,
    /// Somebody was there and found its code unreadable.
    pub unreadable: bool,
    /// Somebody found something out of order there.
    pub abnormal: bool,
    /// How many results there are.
    pub results: usize,
}

/// Two printed codes that one person read sooner after each other than anybody can walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hurry {
    /// Who.
    pub person: PersonId,
    /// The earlier result.
    pub earlier: CheckId,
    /// The later result.
    pub later: CheckId,
    /// The time between them.
    pub apart_ms: i64,
}

/// What became of a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundCoverage {
    /// Its points in the order of the plan.
    pub points: Vec<PointCoverage>,
    /// Impossible paces, by person and time.
    pub hurries: Vec<Hurry>,
}

impl RoundCoverage {
    /// How many points are so.
    pub fn count(&self, is_so: impl Fn(&PointCoverage) -> bool) -> usize {
        self.points.iter().filter(|point| is_so(point)).count()
    }

    /// Points where somebody was.
    pub fn visited(&self) -> usize {
        self.count(|point| matches!(point.coverage, Coverage::Visited { .. }))
    }

    /// Points that were passed over with a reason.
    pub fn skipped(&self) -> usize {
        self.count(|point| matches!(point.coverage, Coverage::Skipped { .. }))
    }

    /// Points that were missed.
    pub fn missed(&self) -> usize {
        self.count(|point| point.coverage == Coverage::Missed)
    }

    /// Points that were visited outside the tolerance, before or after it.
    pub fn late(&self) -> usize {
        self.count(|point| {
            matches!(
                point.coverage,
                Coverage::Visited { punctuality: Punctuality::Early(_) | Punctuality::Late(_), .. }
            )
        })
    }

    /// Points where something was out of order.
    pub fn abnormal(&self) -> usize {
        self.count(|point| point.abnormal)
    }

    /// Points whose code could not be read.
    pub fn unreadable(&self) -> usize {
        self.count(|point| point.unreadable)
    }
}

/// Whether an answer says that something is out of order.
pub fn is_out_of_order(item: &Item, answer: &Answer) -> bool {
    match (&item.ask, answer) {
        (_, Answer::Abnormal) => true,
        (Ask::Number { min_milli, max_milli, .. }, Answer::Number(figure)) => {
            min_milli.is_some_and(|min| *figure < min) || max_milli.is_some_and(|max| *figure > max)
        }
        (Ask::Choice { abnormal, .. }, Answer::Choice(chosen)) => abnormal.contains(chosen),
        (
            Ask::Condition | Ask::Number { .. } | Ask::Choice { .. } | Ask::Text | Ask::Photo,
            Answer::Normal
            | Answer::Number(_)
            | Answer::Choice(_)
            | Answer::Text(_)
            | Answer::Photo(_)
            | Answer::Impossible(_),
        ) => false,
    }
}

/// Whether a result says that something is out of order: by an answer, or by the case it led to.
pub fn is_abnormal(point: &PlannedCheckpoint, check: &Check) -> bool {
    let item_of = |id: &str| point.checkpoint.items.iter().find(|item| item.id == id);
    check.case.is_some()
        || check
            .answers
            .iter()
            .any(|given| item_of(&given.item).is_some_and(|item| is_out_of_order(item, &given.answer)))
}

/// What became of every point of a round, as far as can be said at `now`.
pub fn coverage(round: &Round, now: Timestamp) -> RoundCoverage {
    let is_over = round.finished().is_some() || round.plan.due.is_some_and(|due| now > due.to);
    let points = round.plan.checkpoints.iter().map(|point| point_coverage(round, point, is_over)).collect();
    RoundCoverage { points, hurries: hurries(round) }
}

fn point_coverage(round: &Round, point: &PlannedCheckpoint, is_over: bool) -> PointCoverage {
    let checks: Vec<_> = round.checks.iter().filter(|check| check.checkpoint == point.id).collect();
    let order = |check: &&&Check| (check.corrected_at, check.stamp, check.id);
    let best = checks
        .iter()
        .filter(|check| check.reading.is_visit())
        .min_by_key(|check| (Punctuality::of(check.corrected_at, round.plan.due).off_ms(), order(check)));
    let skipped = checks.iter().min_by_key(order).and_then(|check| match check.reading {
        Reading::Skipped { reason } => Some((check.id, reason)),
        Reading::Nfc { .. } | Reading::Qr { .. } | Reading::Unreadable { .. } => None,
    });
    let coverage = match (best, skipped) {
        (Some(visit), _) => Coverage::Visited {
            check: visit.id,
            at: visit.corrected_at,
            punctuality: Punctuality::of(visit.corrected_at, round.plan.due),
        },
        (None, Some((check, reason))) => Coverage::Skipped { check, reason },
        (None, None) if is_over => Coverage::Missed,
        (None, None) => Coverage::Open,
    };
    PointCoverage {
        checkpoint: point.id,
        coverage,
        unreadable: checks.iter().any(|check| matches!(check.reading, Reading::Unreadable { .. })),
        abnormal: checks.iter().any(|check| is_abnormal(point, check)),
        results: checks.len(),
    }
}

/// One person's readings of printed codes at different points that follow each other too soon. Tags have to
/// be touched, so they cannot be read from pictures.
fn hurries(round: &Round) -> Vec<Hurry> {
    let mut by_person: BTreeMap<PersonId, Vec<&Check>> = BTreeMap::new();
    for check in round.checks.iter().filter(|check| matches!(check.reading, Reading::Qr { .. })) {
        by_person.entry(check.by).or_default().push(check);
    }
    let mut found = Vec::new();
    for (person, mut checks) in by_person {
        checks.sort_by_key(|check| (check.corrected_at, check.stamp, check.id));
        for pair in checks.windows(2) {
            let [earlier, later] = pair else { continue };
            let apart_ms = later.corrected_at.millis_since(earlier.corrected_at);
            if earlier.checkpoint != later.checkpoint && apart_ms < i64::from(round.plan.pace_ms_min) {
                found.push(Hurry { person, earlier: earlier.id, later: later.id, apart_ms });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
