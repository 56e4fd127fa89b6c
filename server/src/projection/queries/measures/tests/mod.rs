//! Every figure against what was computed by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod estate;
mod october;
mod rounds;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use roundsman_sync_core::model::{CaseKind, Command, Fact};

use super::{ALL, Denominator};
use crate::projection::queries::Reach;
use estate::{Estate, Said, at, numbers, story};

/// Long after the month: everything that was due in it is over.
const LATER: &str = "11-10 12:00";

/// The table of `docs/measures.md` is that of the code.
#[test]
fn the_page_of_measures_has_exactly_the_figures_of_the_code() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/measures.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let known: Vec<String> = ALL.iter().map(|definition| definition.row()).collect();
    assert_eq!(rows, known, "the rows should be:\n{}", known.join("\n"));
}

#[test]
fn every_figure_is_what_was_computed_by_hand() {
    let mut estate = october::estate();
    let stories = october::stories(estate.site);
    estate.desk(at(LATER), &stories.into_iter().flatten().collect::<Vec<_>>());
    let found = estate.measures("2026-10", at(LATER), Some(400));
    let names: Vec<_> = found.figures.iter().map(|figure| figure.definition.name).collect();
    assert_eq!(names, ALL.map(|definition| definition.name));
    for (found, expected) in numbers(&found.figures).into_iter().zip(october::BY_HAND) {
        assert_eq!(found, *expected);
    }
    let values: Vec<_> = found.figures.iter().map(|figure| figure.value().unwrap()).collect();
    assert_eq!(values, october::VALUES);
    assert_eq!(found.parties, october::parties());
    assert_eq!(found.problems, october::problems());
    let met: Vec<_> = found.figures.iter().filter_map(super::Figure::meets_target).collect();
    assert_eq!(met, [false, false, false], "arrival 66.67 %, rework 21.43 %, satisfied 66.67 %");
    estate.assert_tables_follow_from_the_log();
}

/// Creations first, then dispatches, then the rest, each in a random order: nothing else must hold for a
/// command to be accepted.
fn shuffled(stories: Vec<Vec<Said>>, rng: &mut ChaCha8Rng) -> Vec<Said> {
    let mut said: Vec<Said> = stories.into_iter().flatten().collect();
    said.shuffle(rng);
    said.sort_by_key(|(_, command)| {
        let begins_case = matches!(command, Command::CreateCase { .. });
        (!begins_case, !matches!(command, Command::Dispatch { .. }))
    });
    said
}

#[test]
fn figures_depend_neither_on_the_order_of_arrival_nor_on_a_rebuild() {
    for seed in 0..3 {
        let mut estate = october::estate();
        let said = shuffled(october::stories(estate.site), &mut ChaCha8Rng::seed_from_u64(seed));
        estate.desk(at(LATER), &said);
        let look = |estate: &Estate| {
            let found = estate.measures("2026-10", at(LATER), Some(400));
            (numbers(&found.figures), found.parties, found.problems)
        };
        let found = look(&estate);
        assert_eq!(found.0, october::BY_HAND, "seed {seed}");
        assert_eq!(found.2, october::problems(), "seed {seed}");
        estate.rebuild();
        assert_eq!(look(&estate), found, "seed {seed}");
    }
}

#[test]
fn a_month_in_which_nothing_happened_has_no_shares_and_no_invented_figure() {
    let estate = Estate::new(at("10-01 00:00"));
    let found = estate.measures("2026-10", at(LATER), None);
    for figure in &found.figures {
        assert_eq!(figure.numerator, 0, "{}", figure.definition.name);
        assert_eq!(
            figure.value().is_ok(),
            figure.denominator == Denominator::None,
            "{}",
            figure.definition.name
        );
    }
    assert!(found.parties.is_empty() && found.problems.is_empty());
}

#[test]
fn what_is_still_within_its_limit_is_neither_in_time_nor_late() {
    let mut estate = Estate::new(at("10-01 00:00"));
    let said = story(estate.site, "running", CaseKind::Repair, "10-05 09:00")
        .urgent()
        .dispatched("10-05 09:00", "o");
    estate.desk(at("10-05 09:00"), &said.all());
    let look = |now: &str, name: &str| {
        let found = estate.measures("2026-10", at(now), None);
        numbers(&found.figures)
            .into_iter()
            .find(|figure| figure.0 == name)
            .map(|(_, above, below)| (above, below))
    };
    // The last millisecond in time, and the first that is not.
    assert_eq!(look("10-05 09:15:00.000", "arrival_in_time"), Some((0, 0)));
    assert_eq!(look("10-05 09:15:00.001", "arrival_in_time"), Some((0, 1)));
    assert_eq!(look("10-08 09:00:00.000", "closed_in_3_days"), Some((0, 0)));
    assert_eq!(look("10-08 09:00:00.001", "closed_in_3_days"), Some((0, 1)));
}

#[test]
fn months_are_those_of_the_estates_zone_across_the_end_of_summer_time() {
    let mut estate = Estate::new(at("10-01 00:00"));
    let policy = Command::WritePolicy {
        site: estate.site,
        text: "[calendar]\nzone = \"America/New_York\"\n".to_owned(),
    };
    estate.desk(at("10-01 00:00"), &[(at("10-01 00:00"), policy)]);
    // New York is 12 hours behind Shanghai until summer time ends there on 1 November at two, then 13.
    let reported = [
        ("last of October", "11-01 11:59:59.999"),
        ("first of November", "11-01 12:00:00.000"),
        ("last of November", "12-01 12:59:59.999"),
        ("first of December", "12-01 13:00:00.000"),
    ];
    for (name, when) in reported {
        estate.desk(at("12-02 00:00"), &story(estate.site, name, CaseKind::Request, when).all());
    }
    let cases = |month| estate.measures(month, at("12-10 00:00"), None).figures[0].numerator;
    assert_eq!(["2026-09", "2026-10", "2026-11", "2026-12"].map(cases), [0, 1, 2, 1]);
}

#[test]
fn a_change_of_policy_moves_the_clocks_of_open_cases_and_leaves_those_of_closed_ones() {
    let mut estate = Estate::new(at("10-01 00:00"));
    let open =
        story(estate.site, "open", CaseKind::Repair, "10-05 09:00").urgent().dispatched("10-05 09:00", "o");
    let closed = story(estate.site, "closed", CaseKind::Repair, "10-05 09:00")
        .urgent()
        .dispatched("10-05 09:00", "o")
        .says("10-05 12:00", Fact::Closed);
    let (open_id, closed_id) = (open.case, closed.case);
    estate.desk(at("10-05 13:00"), &[open.all(), closed.all()].concat());
    let due = |estate: &Estate, case: roundsman_sync_core::ids::DocumentId| -> i64 {
        let sql = "SELECT k.due FROM clocks k JOIN cases c ON c.document = k.document
                   WHERE c.id = ?1 AND k.clock = 'arrival'";
        estate.folder.reader().unwrap().query_row(sql, [case.as_bytes()], |row| row.get(0)).unwrap()
    };
    let (before, after) = (at("10-05 09:15").millis(), at("10-05 09:30").millis());
    assert_eq!((due(&estate, open_id), due(&estate, closed_id)), (before, before));
    let text = "[[clock]]\nid = \"arrival\"\nlimit = \"30m\"\n".to_owned();
    let policy = Command::WritePolicy { site: estate.site, text };
    estate.desk(at("10-05 14:00"), &[(at("10-05 14:00"), policy)]);
    assert_eq!((due(&estate, open_id), due(&estate, closed_id)), (after, before));
    estate.assert_tables_follow_from_the_log();
}

#[test]
fn several_estates_are_put_together_and_out_of_reach_is_as_if_it_were_not_there() {
    let mut estate = Estate::new(at("10-01 00:00"));
    let said = story(estate.site, "one", CaseKind::Request, "10-05 09:00");
    estate.desk(at("10-05 13:00"), &said.all());
    let desk = crate::ingest::Sitting { person: estate.identity.desk, now: at("10-05 13:00") };
    let (office, mut rng) = (&estate.identity.office, ChaCha8Rng::seed_from_u64(3));
    let other =
        estate.writer.transaction(|batch| office.add_site(batch, &mut rng, desk, "滨江一号")).unwrap();
    let said = story(other, "two", CaseKind::Request, "10-05 09:00");
    estate.desk(at("10-05 13:00"), &said.all());
    let mut wanted =
        super::Wanted { period: "2026-10".parse().unwrap(), site: None, flats: None, now: at(LATER) };
    let db = estate.folder.reader().unwrap();
    let all = super::measures(&db, &wanted).unwrap();
    assert_eq!(all.sites.len(), 2);
    assert_eq!(all.together.unwrap()[0].numerator, 2);
    // The receptionist works at the first estate only.
    let receptionist: [u8; 16] =
        db.query_row("SELECT person FROM people WHERE name = '陈静'", [], |row| row.get(0)).unwrap();
    let reach = Reach::load(&db, roundsman_sync_core::ids::PersonId::from_bytes(receptionist)).unwrap();
    let own = super::measures_in_reach(&db, &reach, &wanted).unwrap().unwrap();
    assert_eq!(own.sites.iter().map(|site| site.site).collect::<Vec<_>>(), [estate.site]);
    assert!(own.together.is_none());
    wanted.site = Some(other);
    assert!(super::measures_in_reach(&db, &reach, &wanted).unwrap().is_none());
}
