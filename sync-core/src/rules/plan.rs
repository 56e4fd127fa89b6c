//! Work of the own team beyond three days: a plan (质保期维修计划), approved twice, and an entry a day
//! (完成进程表). Source: 003, text iv, section 'five'.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};

use super::day::local_day;
use super::stated::{reopens_case, stated};
use crate::clock::Timestamp;
use crate::ids::{EntryId, OrderId};
use crate::model::{Case, Entry, EntryKind, Fact, Level, Order};

/// Work that takes longer needs a plan.
pub const PLAN_AFTER_MS: i64 = 3 * 24 * 3600 * 1000;
/// Who approves a plan.
pub const PLAN_APPROVERS: [Level; 2] = [Level::EngineeringManager, Level::SiteDirector];
/// Days that are looked back over for missing entries. A wrong clock must not make the list endless.
pub const PLAN_DAYS_MAX: usize = 366;

/// How it stands with the plan of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanStage {
    /// The work takes longer than three days, and nobody wrote a plan.
    Owed {
        /// Since when.
        since: Timestamp,
    },
    /// Written, not yet approved by all who have to.
    Unapproved {
        /// Who has not approved the latest plan.
        missing: Vec<Level>,
    },
    /// Approved by all who have to.
    Approved,
}

/// The plan of one order as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanState {
    /// Which order.
    pub order: OrderId,
    /// When its work began: when it was given, or given anew by a re-opening.
    pub began_at: Timestamp,
    /// The latest plan.
    pub plan: Option<EntryId>,
    /// When that plan says it will be done.
    pub finish_by: Option<Timestamp>,
    /// How it stands.
    pub stage: PlanStage,
    /// Days over, since the plan was written or owed, that have no entry of progress. The latest
    /// [`PLAN_DAYS_MAX`] at most.
    pub days_missing: Vec<NaiveDate>,
}

/// The plan of every order that has one or owes one, in the order of the orders.
pub fn plans(case: &Case, now: Timestamp, offset_minutes: i32) -> Vec<PlanState> {
    case.orders.iter().filter_map(|order| plan_of(case, order, now, offset_minutes)).collect()
}

fn plan_of(case: &Case, order: &Order, now: Timestamp, offset_minutes: i32) -> Option<PlanState> {
    // What an outside party does is planned by them.
    if order.party.shown().is_some() {
        return None;
    }
    let mut began: Option<Timestamp> = None;
    let mut written: Option<&Entry> = None;
    let mut approved: BTreeSet<Level> = BTreeSet::new();
    let mut completed: Option<Timestamp> = None;
    let mut progress: BTreeSet<NaiveDate> = BTreeSet::new();
    for entry in stated(case).filter(|entry| entry.order == Some(order.id) || reopens_case(entry)) {
        let kind = entry.kind();
        if matches!(kind, EntryKind::Dispatched | EntryKind::Reopened) {
            (began, completed, written) = (Some(entry.happened_at()), None, None);
            approved.clear();
        } else if kind == EntryKind::PlanWritten {
            written = Some(entry);
            approved.clear();
        } else if let Fact::PlanApproved(approval) = &entry.fact {
            approved.insert(approval.level);
        } else if kind == EntryKind::Completed {
            completed = Some(entry.happened_at());
        } else if kind == EntryKind::Progressed {
            progress.extend(local_day(entry.happened_at(), offset_minutes));
        }
    }
    let began_at = began?;
    let until = completed.unwrap_or(now);
    let since = began_at.plus_millis(PLAN_AFTER_MS);
    let stage = match written {
        None if until <= since => return None,
        None => PlanStage::Owed { since },
        Some(_) => {
            let missing: Vec<_> =
                PLAN_APPROVERS.into_iter().filter(|level| !approved.contains(level)).collect();
            if missing.is_empty() { PlanStage::Approved } else { PlanStage::Unapproved { missing } }
        }
    };
    let from = written.map_or(since, Entry::happened_at);
    Some(PlanState {
        order: order.id,
        began_at,
        plan: written.map(|entry| entry.id),
        finish_by: written.and_then(|entry| {
            if let Fact::PlanWritten(plan) = &entry.fact { Some(plan.finish_by) } else { None }
        }),
        stage,
        days_missing: days_missing(from, until, &progress, offset_minutes),
    })
}

/// Days after that of `from` and before that of `until` without progress: the day on which the plan was
/// written and the one that is not over need none.
fn days_missing(
    from: Timestamp,
    until: Timestamp,
    progress: &BTreeSet<NaiveDate>,
    offset_minutes: i32,
) -> Vec<NaiveDate> {
    let (Some(first), Some(last)) = (local_day(from, offset_minutes), local_day(until, offset_minutes))
    else {
        return Vec::new();
    };
    let back = |day: &NaiveDate| day.checked_sub_signed(TimeDelta::days(1));
    let days = std::iter::successors(back(&last), back).take_while(|day| *day > first);
    let mut missing: Vec<_> = days.take(PLAN_DAYS_MAX).filter(|day| !progress.contains(day)).collect();
    missing.reverse();
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::{Approval, DailyProgress, Dispatch, Plan};
    use crate::model::{CaseKind, Party, PartyKind};
    use crate::rules::sample::{CHINA_MINUTES, DAY_MS, HOUR_MS, Story, set};

    fn dispatched() -> Story {
        let mut story = Story::new(CaseKind::Repair);
        story.on_order(Fact::Dispatched(Dispatch::default()));
        story
    }

    fn plan(story: &Story) -> Option<PlanState> {
        plans(&story.case, story.now, CHINA_MINUTES).pop()
    }

    fn days(state: &PlanState) -> Vec<String> {
        state.days_missing.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plan_is_owed_after_three_days_and_not_before() {
        let mut story = dispatched();
        let began = story.now;
        story.later(PLAN_AFTER_MS);
        assert_eq!(plan(&story), None);
        story.later(1);
        let owed = plan(&story).map(|state| state.stage);
        assert_eq!(owed, Some(PlanStage::Owed { since: began.plus_millis(PLAN_AFTER_MS) }));
        let mut theirs = story.case.clone();
        theirs.orders[0].party = set(Party { kind: PartyKind::Contractor, name: "中建".into() });
        assert_eq!(plans(&theirs, story.now, CHINA_MINUTES), []);
        let mut quick = dispatched();
        quick.later(DAY_MS).on_order(Fact::Completed);
        quick.later(30 * DAY_MS);
        assert_eq!(plan(&quick), None);
    }

    #[test]
    fn a_plan_is_approved_by_both_and_anew_when_it_is_written_anew() {
        let mut story = dispatched();
        let written = Plan { finish_by: story.now.plus_millis(9 * DAY_MS) };
        let approve = |level| Fact::PlanApproved(Approval { level });
        story.on_order(Fact::PlanWritten(written.clone()));
        let stage = |story: &Story| plan(story).map(|state| state.stage);
        let unapproved = |missing: &[Level]| Some(PlanStage::Unapproved { missing: missing.to_vec() });
        assert_eq!(stage(&story), unapproved(&PLAN_APPROVERS));
        story.on_order(approve(Level::SiteDirector));
        assert_eq!(stage(&story), unapproved(&[Level::EngineeringManager]));
        story.on_order(approve(Level::EngineeringManager));
        assert_eq!(stage(&story), Some(PlanStage::Approved));
        story.on_order(Fact::PlanWritten(written));
        assert_eq!(stage(&story), unapproved(&PLAN_APPROVERS));
    }

    #[test]
    fn every_day_that_is_over_needs_an_entry_by_the_calendar_of_the_estate() {
        // Monday 12 October; the plan is written at eight in the morning.
        let mut story = dispatched();
        story.on_order(Fact::PlanWritten(Plan { finish_by: story.now.plus_millis(9 * DAY_MS) }));
        assert_eq!(plan(&story).map(|state| days(&state)), Some(vec![]));
        // Tuesday at one in the night counts for Tuesday, though it is Monday in Greenwich.
        story.later(17 * HOUR_MS).on_order(Fact::Progressed(DailyProgress::default()));
        story.later(2 * DAY_MS);
        assert_eq!(plan(&story).map(|state| days(&state)), Some(vec!["2026-10-14".into()]));
        story.later(DAY_MS).on_order(Fact::Completed);
        story.later(30 * DAY_MS);
        let missing = plan(&story).map(|state| days(&state));
        assert_eq!(missing, Some(vec!["2026-10-14".into(), "2026-10-15".into()]));
    }

    #[test]
    fn a_clock_that_is_centuries_off_makes_no_endless_list() {
        let mut story = dispatched();
        story.on_order(Fact::PlanWritten(Plan { finish_by: story.now }));
        story.later(1_000 * 366 * DAY_MS);
        assert_eq!(plan(&story).map(|state| state.days_missing.len()), Some(PLAN_DAYS_MAX));
    }
}
