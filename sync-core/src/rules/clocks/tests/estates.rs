//! What is due at an estate by the calendar.

use super::*;
use crate::rules::story::at;

fn due(id: &str, from: &str, to: &str) -> Vec<Timestamp> {
    let found = site_clocks(Policy::built_in(), at(from), at(to));
    found.into_iter().filter(|due| due.id == id).map(|due| due.due).collect()
}

#[test]
fn statistics_are_due_on_the_tenth_and_reminders_at_the_end_of_each_month() {
    let statistics = due("monthly_statistics", "2026-01-01 00:00", "2026-03-31 23:59");
    assert_eq!(
        statistics,
        [at("2026-01-10 23:59:59.999"), at("2026-02-10 23:59:59.999"), at("2026-03-10 23:59:59.999")]
    );
    let reminders = due("vehicle_reminder", "2026-02-01 00:00", "2026-04-01 00:00");
    assert_eq!(reminders, [at("2026-02-28 23:59:59.999"), at("2026-03-31 23:59:59.999")]);
}

#[test]
fn the_repair_log_is_reconciled_every_second_day_over_month_ends() {
    let days = due("repair_log_reconciled", "2026-02-25 00:00", "2026-03-05 00:00");
    assert_eq!(days.len(), 4);
    assert!(days.windows(2).all(|pair| pair[1].millis_since(pair[0]) == 2 * 24 * 3_600_000), "{days:?}");
}

#[test]
fn a_stretch_of_any_length_is_answered() {
    let policy = Policy::built_in();
    let ends = [i64::MIN, -1, 0, 1, i64::MAX].map(Timestamp::from_millis);
    for from in ends {
        for to in ends {
            assert!(site_clocks(policy, from, to).len() < 2_000);
        }
    }
}
