#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;

const SITE: SiteId = SiteId::from_bytes([4; 16]);
const SAMPLE: &str = include_str!("../../../docs/samples/routes.toml");

fn mistake(text: &str) -> String {
    RouteFile::parse("r.toml", text, SITE).unwrap_err().to_string()
}

#[test]
fn the_sample_in_the_manual_is_sound() {
    let file = RouteFile::parse("routes.toml", SAMPLE, SITE).unwrap();
    assert_eq!(file, RouteFile::parse("routes.toml", SAMPLE, SITE).unwrap());
    let kinds: std::collections::BTreeSet<_> = file.routes.iter().map(|(_, route)| route.kind).collect();
    assert_eq!(kinds.len(), RoundKind::ALL.len(), "the sample shows every kind of round");
    let pressure = &file.checkpoints.iter().find(|(_, point)| point.code == "RM-B2-PUMP").unwrap().1.items[0];
    let range = Ask::Number { min_milli: Some(350), max_milli: Some(550), unit: "MPa".into() };
    assert_eq!(pressure.ask, range);
    let night = &file.routes[0].1.schedule.as_ref().unwrap();
    assert_eq!((night.minutes.as_slice(), night.days.len()), (&[22 * 60, 2 * 60][..], 7));
}

#[test]
fn the_same_key_means_the_same_point_of_an_estate_and_another_elsewhere() {
    let here = RouteFile::parse("r", SAMPLE, SITE).unwrap();
    let there = RouteFile::parse("r", SAMPLE, SiteId::from_bytes([5; 16])).unwrap();
    assert_ne!(here.checkpoints[0].0, there.checkpoints[0].0);
    assert_eq!(here.checkpoints[0].1, there.checkpoints[0].1);
}

#[test]
fn every_mistake_names_its_line_and_what_is_wrong() {
    const POINT: &str = "[[checkpoint]]\nkey = \"a\"\nname = \"A\"\ncode = \"1\"\n";
    let with = |more: &str| format!("{POINT}{more}");
    let route = |more: &str| with(&format!("[[route]]\nkey = \"r\"\nname = \"R\"\n{more}"));
    let table = [
        (with("colour = \"red\""), "r.toml:5:1: unknown field `colour`"),
        (with(POINT), "r.toml:6:7: there is a checkpoint 'a' above"),
        (
            with("[[checkpoint]]\nkey = \"b\"\nname = \"B\"\ncode = \"1\""),
            "r.toml:8:8: 'A' has this code already",
        ),
        (
            "[[checkpoint]]\nkey = \" \"\nname = \"A\"\ncode = \"1\"".into(),
            "r.toml:2:7: a key must not be empty",
        ),
        (
            "\n[[checkpoint]]\nkey = \"a\"\nname = \"\"\ncode = \"1\"".into(),
            "r.toml:2:1: name of the point must not be empty",
        ),
        (
            with("[[checkpoint.item]]\nid = \"i\"\ntitle = \"I\"\nask = \"mood\""),
            "r.toml:8:7: 'mood' is not one of condition, number, choice, text, photo",
        ),
        (
            with("[[checkpoint.item]]\nid = \"i\"\ntitle = \"I\"\nask = \"number\"\nmin = 0.1234"),
            "r.toml:9:7: 0.1234 has more than three digits after the point",
        ),
        (
            with(
                "[[checkpoint.item]]\nid = \"i\"\ntitle = \"I\"\nask = \"number\"\nmax = 9223372036854775807",
            ),
            "r.toml:9:7: this figure is too large",
        ),
        (
            with("[[checkpoint.item]]\nid = \"i\"\ntitle = \"I\"\nask = \"text\"\nmax = 3"),
            "r.toml:8:7: `min`, `max` and `unit` belong to ask = \"number\"",
        ),
        (route("kind = \"stroll\"\ncheckpoints = [\"a\"]"), "r.toml:8:8: 'stroll' is not one of guard_round"),
        (
            route("kind = \"fire_round\"\ncheckpoints = [\"a\", \"z\"]"),
            "r.toml:9:21: there is no checkpoint 'z' in this file",
        ),
        (
            route("kind = \"fire_round\"\ncheckpoints = [\"a\"]\ntimes = [\"24:00\"]"),
            "r.toml:10:10: '24:00' is no time of day such as 22:30",
        ),
        (
            route("kind = \"fire_round\"\ncheckpoints = [\"a\"]\ndays = [\"mon\"]"),
            "r.toml:10:9: `days` need `times`",
        ),
        (route("kind = \"fire_round\"\ncheckpoints = []"), "r.toml:5:1: route 'R' has no point"),
    ];
    for (text, expected) in table {
        let said = mistake(&text);
        assert!(said.starts_with(expected), "{said}\nexpected {expected}");
    }
}

#[test]
fn figures_are_kept_as_they_were_typed() {
    for (typed, expected) in [("0.35", 350), ("-0.5", -500), ("12", 12_000), ("3.0", 3_000), ("1e2", 100_000)]
    {
        let text = format!(
            "[[checkpoint]]\nkey = \"a\"\nname = \"A\"\ncode = \"1\"\n\
             [[checkpoint.item]]\nid = \"i\"\ntitle = \"I\"\nask = \"number\"\nmin = {typed}"
        );
        let file = RouteFile::parse("r", &text, SITE).unwrap();
        let Ask::Number { min_milli, .. } = file.checkpoints[0].1.items[0].ask else { panic!("a number") };
        assert_eq!(min_milli, Some(expected), "{typed}");
    }
}
