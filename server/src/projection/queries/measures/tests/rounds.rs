//! The rounds of October: a route that is due on Saturdays at 22:00, and one walk for no schedule.

use roundsman_sync_core::ids::{CheckId, CheckpointId, DocumentId, EntryId, RouteId};
use roundsman_sync_core::model::{
    Checkpoint, Command, Due, NewCheck, NewRound, Place, PlannedCheckpoint, Reading, RoundKind, RoundPlan,
    Route, Schedule, SkipReason, Weekday,
};

use super::estate::{Estate, at};

const ROUTE: RouteId = RouteId::from_bytes([7; 16]);
const LATER: &str = "11-10 12:00";

/// What became of a point.
#[derive(Clone, Copy)]
enum Point {
    Visited,
    Skipped,
}

fn checkpoint(number: u8) -> (CheckpointId, Checkpoint) {
    let id = CheckpointId::from_bytes([number; 16]);
    let checkpoint = Checkpoint {
        name: format!("点{number}"),
        place: Place::default(),
        code: format!("code-{number}"),
        items: Vec::new(),
    };
    (id, checkpoint)
}

/// Sets out on a round of so many points, and says what became of the first of them.
fn round(
    estate: &mut Estate,
    number: u8,
    planned: u8,
    when: &str,
    due: Option<Due>,
    points: &[Point],
    ends: bool,
) {
    let id = DocumentId::from_bytes([0x60 + number; 16]);
    let plan = RoundPlan {
        name: "北区".to_owned(),
        checkpoints: (1..=planned)
            .map(|number| {
                let (id, checkpoint) = checkpoint(number);
                PlannedCheckpoint { id, checkpoint }
            })
            .collect(),
        due,
        ..RoundPlan::default()
    };
    let route = due.is_some().then_some(ROUTE);
    let new = NewRound { site: estate.site, kind: RoundKind::GuardRound, route, case: None, plan };
    let entry = |label: &str| EntryId::derived(id, label);
    let mut said = vec![(at(when), Command::StartRound { round: id, started: entry("started"), new })];
    for (point, what) in (1..).zip(points) {
        let reading = match what {
            Point::Visited => Reading::Nfc { code: format!("code-{point}") },
            Point::Skipped => Reading::Skipped { reason: SkipReason::Locked },
        };
        let checkpoint = CheckpointId::from_bytes([point; 16]);
        let new = NewCheck {
            checkpoint,
            reading,
            answers: Vec::new(),
            note: "锁着".to_owned(),
            photos: Vec::new(),
        };
        let check = CheckId::from_bytes([number * 16 + point; 16]);
        said.push((at(when), Command::Check { round: id, check, new }));
    }
    if ends {
        let (finished, note) = (entry("finished"), String::new());
        said.push((at(when), Command::FinishRound { round: id, finished, case: None, note }));
    }
    estate.desk(at(LATER), &said);
}

pub(super) fn walk(estate: &mut Estate) {
    let site = estate.site;
    let mut said = Vec::new();
    for number in [1, 2] {
        let (checkpoint, new) = checkpoint(number);
        said.push((at("09-01 00:00"), Command::PutCheckpoint { site, checkpoint, new }));
    }
    let schedule =
        Schedule { days: vec![Weekday::Saturday], minutes: vec![22 * 60], early_min: 30, late_min: 60 };
    let new = Route {
        name: "北区".to_owned(),
        kind: RoundKind::GuardRound,
        checkpoints: vec![checkpoint(1).0, checkpoint(2).0],
        schedule: Some(schedule),
        pace_ms_min: None,
    };
    said.push((at("09-01 00:00"), Command::PutRoute { site, route: ROUTE, new }));
    estate.desk(at(LATER), &said);
    let due = |day: &str| {
        let at = at(&format!("{day} 22:00"));
        Some(Due { at, from: at.plus_millis(-30 * 60_000), to: at.plus_millis(60 * 60_000) })
    };
    use Point::{Skipped, Visited};
    // The 3rd is a Saturday too, but the route was never walked before the 10th.
    round(estate, 1, 2, "10-10 22:05", due("10-10"), &[Visited, Visited], true);
    round(estate, 2, 2, "10-17 22:05", due("10-17"), &[Visited, Skipped], true);
    // Nobody walked on the 24th. On the 31st somebody began and never ended; its time is up.
    round(estate, 3, 2, "10-31 22:10", due("10-31"), &[Visited], false);
    // For no schedule: one that ended, and one of which nobody knows whether it is over.
    round(estate, 4, 1, "10-12 09:00", None, &[Visited], true);
    round(estate, 5, 2, "10-13 09:00", None, &[Visited], false);
}
