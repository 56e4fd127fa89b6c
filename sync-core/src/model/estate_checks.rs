//! Bounds on points, routes and what a round sets out to do.

use std::collections::BTreeSet;

use super::case::Place;
use super::checks::{out_of_range, required_text, short_text};
use super::round::RoundPlan;
use super::route::{Ask, Checkpoint, Item, Route, Schedule};
use crate::error::{ErrorCode, Refusal};
use crate::ids::CheckpointId;
use crate::limits::{
    CHECKPOINT_ITEMS_MAX, DAY_MIN, FIGURE_MILLI_MAX, ITEM_OPTIONS_MAX, PACE_MS_MIN_MAX, ROUND_PLAN_BYTES_MAX,
    ROUTE_CHECKPOINTS_MAX, SCHEDULE_TIMES_MAX, TOLERANCE_MIN_MAX,
};

/// A place whose parts are one line each.
pub(super) fn place(place: &Place) -> Result<(), Refusal> {
    let parts =
        [("building", &place.building), ("unit", &place.unit), ("room", &place.room), ("spot", &place.spot)];
    parts.into_iter().try_for_each(|(field, part)| short_text(field, part.as_deref().unwrap_or_default()))
}

/// A point that can be visited.
pub(super) fn checkpoint(point: &Checkpoint) -> Result<(), Refusal> {
    required_text("name of the point", &point.name)?;
    place(&point.place)?;
    required_text("code of the point", &point.code)?;
    if point.items.len() > CHECKPOINT_ITEMS_MAX {
        let message = format!("point '{}' has more than {CHECKPOINT_ITEMS_MAX} items", point.name);
        return Err(out_of_range(message));
    }
    for (at, item) in point.items.iter().enumerate() {
        check_item(item)?;
        if point.items[..at].iter().any(|earlier| earlier.id == item.id) {
            let message = format!("two items of point '{}' are called '{}'", point.name, item.id);
            return Err(out_of_range(message));
        }
    }
    Ok(())
}

fn check_item(item: &Item) -> Result<(), Refusal> {
    required_text("id of the item", &item.id)?;
    required_text("title of the item", &item.title)?;
    match &item.ask {
        Ask::Condition | Ask::Text | Ask::Photo => Ok(()),
        Ask::Number { min_milli, max_milli, unit } => {
            short_text("unit", unit)?;
            let inside = |figure: &i64| (-FIGURE_MILLI_MAX..=FIGURE_MILLI_MAX).contains(figure);
            if !min_milli.iter().chain(max_milli).all(inside) {
                let most = FIGURE_MILLI_MAX / 1_000;
                return Err(out_of_range(format!("item '{}': figures go to {most}", item.title)));
            }
            match (min_milli, max_milli) {
                (Some(min), Some(max)) if min > max => {
                    Err(out_of_range(format!("item '{}': the least is more than the most", item.title)))
                }
                (Some(_) | None, Some(_) | None) => Ok(()),
            }
        }
        Ask::Choice { options, abnormal } => {
            if options.is_empty() || options.len() > ITEM_OPTIONS_MAX {
                let message = format!("item '{}' has 1 to {ITEM_OPTIONS_MAX} options", item.title);
                return Err(out_of_range(message));
            }
            options.iter().try_for_each(|option| required_text("option", option))?;
            let distinct: BTreeSet<_> = options.iter().collect();
            if distinct.len() != options.len() {
                return Err(out_of_range(format!("item '{}' has an option twice", item.title)));
            }
            match abnormal.iter().find(|word| !options.contains(word)) {
                // It was not checked as an option, so it is not repeated either.
                Some(_) => Err(out_of_range(format!("item '{}': what is abnormal is no option", item.title))),
                None => Ok(()),
            }
        }
    }
}

/// A route that can be walked.
pub(super) fn route(route: &Route) -> Result<(), Refusal> {
    required_text("name of the route", &route.name)?;
    if route.checkpoints.is_empty() {
        return Err(Refusal::new(ErrorCode::FieldMissing, format!("route '{}' has no point", route.name)));
    }
    points(&route.name, &route.checkpoints)?;
    route.pace_ms_min.map_or(Ok(()), pace)?;
    route.schedule.as_ref().map_or(Ok(()), |schedule| check_schedule(&route.name, schedule))
}

/// The points of a route or round, each once.
pub(super) fn points(of: &str, points: &[CheckpointId]) -> Result<(), Refusal> {
    if points.len() > ROUTE_CHECKPOINTS_MAX {
        return Err(out_of_range(format!("'{of}' has more than {ROUTE_CHECKPOINTS_MAX} points")));
    }
    let distinct: BTreeSet<_> = points.iter().collect();
    if distinct.len() != points.len() {
        return Err(out_of_range(format!("'{of}' names a point twice")));
    }
    Ok(())
}

/// How long two points are apart at least.
pub(super) fn pace(pace_ms_min: u32) -> Result<(), Refusal> {
    if pace_ms_min > PACE_MS_MIN_MAX {
        return Err(out_of_range(format!(
            "the least time between two points is at most {PACE_MS_MIN_MAX} ms"
        )));
    }
    Ok(())
}

fn check_schedule(route: &str, schedule: &Schedule) -> Result<(), Refusal> {
    if schedule.days.is_empty() || schedule.minutes.is_empty() {
        let message = format!("the schedule of '{route}' names no day or no time");
        return Err(Refusal::new(ErrorCode::FieldMissing, message));
    }
    let days: BTreeSet<_> = schedule.days.iter().collect();
    let minutes: BTreeSet<_> = schedule.minutes.iter().collect();
    if days.len() != schedule.days.len() || minutes.len() != schedule.minutes.len() {
        return Err(out_of_range(format!("the schedule of '{route}' names a day or time twice")));
    }
    if schedule.minutes.len() > SCHEDULE_TIMES_MAX {
        let message = format!("the schedule of '{route}' has more than {SCHEDULE_TIMES_MAX} times");
        return Err(out_of_range(message));
    }
    if schedule.minutes.iter().any(|&minute| minute >= DAY_MIN) {
        return Err(out_of_range(format!("the schedule of '{route}' names a time after 23:59")));
    }
    if schedule.early_min > TOLERANCE_MIN_MAX || schedule.late_min > TOLERANCE_MIN_MAX {
        let message = format!("the tolerance of '{route}' is more than {TOLERANCE_MIN_MAX} minutes");
        return Err(out_of_range(message));
    }
    Ok(())
}

/// A plan is one value in one change, which has its bound.
pub(super) fn plan_size(plan: &RoundPlan) -> Result<(), Refusal> {
    let size = minicbor::to_vec(plan).map_or(0, |bytes| bytes.len());
    if size > ROUND_PLAN_BYTES_MAX {
        let message = format!(
            "the points of '{}' with their items take {size} bytes; at most {ROUND_PLAN_BYTES_MAX} fit a round",
            plan.name
        );
        return Err(out_of_range(message));
    }
    Ok(())
}
