//! Commands about rounds: what is refused changes nothing, what is taken reads back.

use proptest::prelude::*;

use super::*;
use crate::ids::{CheckId, CheckpointId, RouteId};
use crate::limits::{CHECKPOINT_ITEMS_MAX, FIGURE_MILLI_MAX, ROUTE_CHECKPOINTS_MAX};
use crate::model::fact::{Found, Walk};

const SITE: SiteId = SiteId::from_bytes([4; 16]);
const ROUND: DocumentId = DocumentId::from_bytes([5; 16]);
const PUMP: CheckpointId = CheckpointId::from_bytes([6; 16]);
const ROOF: CheckpointId = CheckpointId::from_bytes([7; 16]);
const ROUTE: RouteId = RouteId::from_bytes([8; 16]);

fn item(id: &str, ask: Ask) -> Item {
    Item { id: id.into(), title: id.into(), ask }
}

fn pump() -> Checkpoint {
    Checkpoint {
        name: "水泵房".into(),
        place: Place { spot: Some("B2".into()), ..Place::default() },
        code: "PUMP".into(),
        items: vec![
            item("pressure", Ask::Number { min_milli: Some(350), max_milli: Some(550), unit: "MPa".into() }),
            item("floor", Ask::Choice { options: vec!["dry".into(), "wet".into()], abnormal: vec![] }),
            item("gauge", Ask::Photo),
        ],
    }
}

fn roof() -> Checkpoint {
    Checkpoint { name: "天台".into(), code: "ROOF".into(), items: Vec::new(), ..pump() }
}

fn route(checkpoints: Vec<CheckpointId>) -> Route {
    Route {
        name: "night".into(),
        kind: RoundKind::GuardRound,
        checkpoints,
        schedule: None,
        pace_ms_min: None,
    }
}

fn put(checkpoint: CheckpointId, new: Checkpoint) -> Command {
    Command::PutCheckpoint { site: SITE, checkpoint, new }
}

fn estate() -> Desk {
    let mut desk = Desk::new(1);
    desk.run(&Command::NameSite { site: SITE, name: "Garden".into() }).unwrap();
    desk.run(&put(PUMP, pump())).unwrap();
    desk.run(&put(ROOF, roof())).unwrap();
    desk.run(&Command::PutRoute { site: SITE, route: ROUTE, new: route(vec![PUMP, ROOF]) }).unwrap();
    desk
}

fn start(case: Option<DocumentId>) -> Command {
    let planned = |id, checkpoint| PlannedCheckpoint { id, checkpoint };
    let checkpoints = vec![planned(PUMP, pump()), planned(ROOF, roof())];
    let plan = RoundPlan { name: "night".into(), checkpoints, ..RoundPlan::default() };
    let new = NewRound { site: SITE, kind: RoundKind::GuardRound, route: Some(ROUTE), case, plan };
    Command::StartRound { round: ROUND, started: EntryId::from_bytes([1; 16]), new }
}

fn photo(of: &[u8]) -> CheckPhoto {
    let photo = NewPhoto {
        hash: PhotoHash::of(of),
        size: 3,
        role: PhotoRole::Evidence,
        caption: String::new(),
        preview: None,
    };
    CheckPhoto { id: PhotoId::from_bytes([of[0]; 16]), photo }
}

fn answer(item: &str, answer: Answer) -> ItemAnswer {
    ItemAnswer { item: item.into(), answer }
}

/// A result with which nothing is wrong.
fn sound() -> NewCheck {
    NewCheck {
        checkpoint: PUMP,
        reading: Reading::Qr { code: "PUMP".into(), photo: PhotoHash::of(b"live") },
        answers: vec![
            answer("pressure", Answer::Number(420)),
            answer("floor", Answer::Choice("dry".into())),
            answer("gauge", Answer::Photo(PhotoHash::of(b"gauge"))),
        ],
        note: "正常".into(),
        photos: vec![photo(b"live"), photo(b"gauge")],
    }
}

fn checked(new: NewCheck) -> Command {
    Command::Check { round: ROUND, check: CheckId::from_bytes([2; 16]), new }
}

impl Desk {
    fn saved(&self) -> Vec<(DocumentId, Vec<u8>)> {
        let mut all: Vec<_> = self.documents.iter().map(|(id, document)| (*id, document.save())).collect();
        all.sort();
        all
    }

    fn round(&self) -> Round {
        Round::read(&self.documents[&ROUND])
    }

    /// Gives a command that must be refused, and must change nothing.
    fn refuse(&mut self, what: &str, command: &Command, code: ErrorCode) {
        let before = self.saved();
        let refusal = self.run(command).expect_err(what);
        assert_eq!(refusal.code, code, "{what}: {refusal}");
        assert!(!refusal.message.contains('\u{0}') && refusal.message.chars().count() < 600, "{what}");
        assert_eq!(self.saved(), before, "{what}");
    }
}

#[test]
fn a_result_reads_back_as_it_was_given_and_a_second_one_stands_beside_it() {
    let mut desk = estate();
    desk.run(&start(None)).unwrap();
    desk.run(&checked(sound())).unwrap();
    let mut again = NewCheck { note: "又看了一次 👍".into(), ..sound() };
    again.photos[0].id = PhotoId::from_bytes([0xa0; 16]);
    again.photos[1].id = PhotoId::from_bytes([0xa1; 16]);
    desk.run(&Command::Check { round: ROUND, check: CheckId::from_bytes([3; 16]), new: again }).unwrap();
    let round = desk.round();
    assert_eq!((round.site, round.route, round.checks.len()), (Some(SITE), Some(ROUTE), 2));
    assert_eq!(round.checks[0].answers, sound().answers);
    assert_eq!(round.checks[0].reading, sound().reading);
    assert_eq!((round.checks[0].note.as_str(), round.checks[1].note.as_str()), ("正常", "又看了一次 👍"));
    assert_eq!(round.photos[0].check, Some(CheckId::from_bytes([2; 16])));
    assert!(round.checks[0].stamp < round.checks[1].stamp);
    assert_eq!(round.plan.checkpoint(PUMP), Some(&pump()));
}

#[test]
fn a_result_that_cannot_be_is_refused_and_changes_nothing() {
    let mut desk = estate();
    desk.run(&start(None)).unwrap();
    let with = |change: &dyn Fn(&mut NewCheck)| {
        let mut new = sound();
        change(&mut new);
        checked(new)
    };
    use ErrorCode as E;
    type Row<'a> = (&'a str, &'a dyn Fn(&mut NewCheck), ErrorCode);
    let table: [Row<'_>; 21] = [
        (
            "another site's point",
            &|new| new.checkpoint = CheckpointId::from_bytes([9; 16]),
            E::CheckpointUnknown,
        ),
        ("another point's code", &|new| new.reading = Reading::Nfc { code: "ROOF".into() }, E::CodeMismatch),
        (
            "a stranger's code",
            &|new| new.reading = Reading::Nfc { code: "\u{0}x".repeat(40_000) },
            E::CodeMismatch,
        ),
        (
            "no live photo",
            &|new| {
                new.photos.remove(0);
            },
            E::PhotoRequired,
        ),
        (
            "unreadable without photo",
            &|new| {
                new.reading = Reading::Unreadable { photo: PhotoHash::of(b"elsewhere") };
            },
            E::PhotoRequired,
        ),
        (
            "no photo for its item",
            &|new| {
                new.photos.remove(1);
            },
            E::PhotoRequired,
        ),
        (
            "no answer to the photo item",
            &|new| {
                new.answers.remove(2);
            },
            E::PhotoRequired,
        ),
        (
            "impossible photo",
            &|new| new.answers[2].answer = Answer::Impossible("dark".into()),
            E::PhotoRequired,
        ),
        (
            "no answer",
            &|new| {
                new.answers.remove(0);
            },
            E::FieldMissing,
        ),
        (
            "an answer twice",
            &|new| new.answers.push(answer("floor", Answer::Choice("wet".into()))),
            E::ValueOutOfRange,
        ),
        (
            "an answer to nothing",
            &|new| new.answers.push(answer("\u{7}", Answer::Normal)),
            E::ValueOutOfRange,
        ),
        (
            "a figure past all gauges",
            &|new| new.answers[0].answer = Answer::Number(FIGURE_MILLI_MAX + 1),
            E::ValueOutOfRange,
        ),
        ("the least figure", &|new| new.answers[0].answer = Answer::Number(i64::MIN), E::ValueOutOfRange),
        ("no such option", &|new| new.answers[1].answer = Answer::Choice("damp".into()), E::ValueOutOfRange),
        ("another kind of answer", &|new| new.answers[0].answer = Answer::Normal, E::ValueOutOfRange),
        ("no reason", &|new| new.answers[0].answer = Answer::Impossible(" ".into()), E::FieldMissing),
        ("64 KiB", &|new| new.note = "长".repeat(65_536 / 3), E::TextTooLong),
        ("control characters", &|new| new.note = "a\u{1b}[31m".into(), E::TextInvalid),
        ("an empty photo", &|new| new.photos[0].photo.size = 0, E::PhotoEmpty),
        (
            "skipped with answers",
            &|new| {
                new.reading = Reading::Skipped { reason: SkipReason::Locked };
            },
            E::ValueOutOfRange,
        ),
        (
            "skipped for no reason",
            &|new| {
                *new = NewCheck {
                    reading: Reading::Skipped { reason: SkipReason::Other },
                    answers: Vec::new(),
                    note: " ".into(),
                    ..sound()
                };
            },
            E::FieldMissing,
        ),
    ];
    for (what, change, code) in table {
        desk.refuse(what, &with(change), code);
    }
    let elsewhere = DocumentId::from_bytes([0x55; 16]);
    let unknown = Command::Check { round: elsewhere, check: CheckId::from_bytes([2; 16]), new: sound() };
    desk.refuse("no such round", &unknown, E::DocumentUnknown);
    let photo = Command::AddRoundPhoto {
        round: ROUND,
        photo: PhotoId::from_bytes([1; 16]),
        check: Some(CheckId::from_bytes([0x77; 16])),
        new: photo(b"x").photo,
    };
    desk.refuse("a photo of no result", &photo, E::CheckpointUnknown);
    let case = Command::FinishRound {
        round: ROUND,
        finished: EntryId::from_bytes([1; 16]),
        case: Some(CASE),
        note: String::new(),
    };
    desk.refuse("another's case", &case, E::DocumentUnknown);
    desk.run(&checked(sound())).unwrap();
}

#[test]
fn every_bound_of_points_and_routes_is_kept() {
    use ErrorCode as E;
    let mut desk = estate();
    let many = |count: usize| (0..count).map(|n| item(&n.to_string(), Ask::Text)).collect::<Vec<_>>();
    let asking = |ask| Checkpoint { items: vec![item("i", ask)], ..pump() };
    let number = |min, max| Ask::Number { min_milli: min, max_milli: max, unit: String::new() };
    let choice = |options: &[&str], abnormal: &[&str]| Ask::Choice {
        options: options.iter().map(ToString::to_string).collect(),
        abnormal: abnormal.iter().map(ToString::to_string).collect(),
    };
    let points = [
        ("no name", Checkpoint { name: " ".into(), ..pump() }, E::FieldMissing),
        ("no code", Checkpoint { code: String::new(), ..pump() }, E::FieldMissing),
        ("two lines", Checkpoint { name: "a\nb".into(), ..pump() }, E::TextInvalid),
        ("a long code", Checkpoint { code: "x".repeat(201), ..pump() }, E::TextTooLong),
        ("another point's code", Checkpoint { code: "ROOF".into(), ..pump() }, E::ValueOutOfRange),
        (
            "too many items",
            Checkpoint { items: many(CHECKPOINT_ITEMS_MAX + 1), ..pump() },
            E::ValueOutOfRange,
        ),
        ("an item twice", Checkpoint { items: [many(1), many(1)].concat(), ..pump() }, E::ValueOutOfRange),
        ("least above most", asking(number(Some(2), Some(1))), E::ValueOutOfRange),
        ("a figure past all gauges", asking(number(Some(i64::MIN), None)), E::ValueOutOfRange),
        ("no option", asking(choice(&[], &[])), E::ValueOutOfRange),
        ("an option twice", asking(choice(&["a", "a"], &[])), E::ValueOutOfRange),
        ("abnormal is no option", asking(choice(&["a"], &["b"])), E::ValueOutOfRange),
    ];
    for (what, new, code) in points {
        desk.refuse(what, &put(PUMP, new), code);
    }
    let timed = |days: &[Weekday], minutes: &[u16], late_min| Route {
        schedule: Some(Schedule { days: days.to_vec(), minutes: minutes.to_vec(), early_min: 0, late_min }),
        ..route(vec![PUMP])
    };
    let stranger = |n: usize| CheckpointId::from_bytes([u8::try_from(n).unwrap_or(0); 16]);
    let routes = [
        ("no name", Route { name: String::new(), ..route(vec![PUMP]) }, E::FieldMissing),
        ("no point", route(Vec::new()), E::FieldMissing),
        ("a point twice", route(vec![PUMP, PUMP]), E::ValueOutOfRange),
        ("too many", route((0..=ROUTE_CHECKPOINTS_MAX).map(stranger).collect()), E::ValueOutOfRange),
        ("another site's point", route(vec![PUMP, stranger(99)]), E::CheckpointUnknown),
        ("no day", timed(&[], &[0], 0), E::FieldMissing),
        ("no time", timed(Weekday::ALL, &[], 0), E::FieldMissing),
        ("a day twice", timed(&[Weekday::Monday, Weekday::Monday], &[0], 0), E::ValueOutOfRange),
        ("after midnight", timed(Weekday::ALL, &[1_440], 0), E::ValueOutOfRange),
        ("a tolerance of days", timed(Weekday::ALL, &[0], 721), E::ValueOutOfRange),
        ("too slow", Route { pace_ms_min: Some(u32::MAX), ..route(vec![PUMP]) }, E::ValueOutOfRange),
    ];
    for (what, new, code) in routes {
        desk.refuse(what, &Command::PutRoute { site: SITE, route: ROUTE, new }, code);
    }
    let read = crate::model::Site::read(&desk.documents[&DocumentId::of_site(SITE)]);
    assert_eq!((read.checkpoint(PUMP), read.route(ROUTE)), (Some(&pump()), Some(&route(vec![PUMP, ROOF]))));
}

#[test]
fn a_plan_is_of_points_of_its_estate_and_fits_one_change() {
    let mut desk = estate();
    let changed = |change: &dyn Fn(&mut NewRound)| {
        let Command::StartRound { round, started, mut new } = start(None) else { panic!("a start") };
        change(&mut new);
        Command::StartRound { round, started, new }
    };
    let stranger = CheckpointId::from_bytes([0x99; 16]);
    let foreign = changed(&|new| new.plan.checkpoints[0].id = stranger);
    desk.refuse("another site's point", &foreign, ErrorCode::CheckpointUnknown);
    let unknown = changed(&|new| new.route = Some(RouteId::from_bytes([0x99; 16])));
    desk.refuse("another site's route", &unknown, ErrorCode::RouteUnknown);
    desk.refuse("no point", &changed(&|new| new.plan.checkpoints.clear()), ErrorCode::FieldMissing);
    let large = changed(&|new| {
        let title = "长".repeat(200);
        let items = (0..40).map(|n| Item {
            id: format!("{n}{title}").chars().take(200).collect(),
            title: title.clone(),
            ask: Ask::Choice {
                options: (0..20).map(|n| format!("{n}{title}").chars().take(200).collect()).collect(),
                abnormal: Vec::new(),
            },
        });
        new.plan.checkpoints[0].checkpoint.items = items.collect();
    });
    desk.refuse("a plan past one change", &large, ErrorCode::ValueOutOfRange);
    let odd = changed(&|new| {
        let at = Timestamp::from_millis(1_700_000_000_000);
        new.plan.due = Some(Due { at, from: at.plus_millis(1), to: at });
    });
    desk.refuse("due outside its tolerance", &odd, ErrorCode::ValueOutOfRange);
    assert!(!desk.documents.contains_key(&ROUND), "nothing was begun");
}

#[test]
fn an_abnormal_finding_is_a_result_and_a_case_that_name_each_other() {
    let mut desk = estate();
    desk.run(&start(None)).unwrap();
    let Command::CreateCase { new: create, .. } = create() else { panic!("a case") };
    let report = |create: NewCase| Command::ReportAbnormal {
        round: ROUND,
        check: CheckId::from_bytes([2; 16]),
        new: sound(),
        case: CASE,
        received: EntryId::from_bytes([3; 16]),
        found: EntryId::from_bytes([4; 16]),
        create,
    };
    let elsewhere = NewCase { site: SiteId::from_bytes([0x44; 16]), ..create.clone() };
    desk.refuse("a case of another estate", &report(elsewhere), ErrorCode::CheckpointUnknown);
    let written = desk.run(&report(create)).unwrap();
    assert_eq!(written.len(), 2, "one change in each document");
    assert_eq!(desk.round().checks[0].case, Some(CASE));
    let case = desk.case();
    let facts: Vec<_> = case.entries.iter().map(|entry| entry.fact.clone()).collect();
    assert_eq!(facts, [Fact::Received, Fact::Found(Found { round: ROUND, checkpoint: PUMP })]);
    let hashes: Vec<_> = case.photos.iter().map(|photo| photo.hash).collect();
    assert_eq!(hashes, [PhotoHash::of(b"gauge")], "the picture that proves the visit stays in the round");
}

#[test]
fn the_end_of_a_round_for_a_case_is_stated_in_the_case() {
    let mut desk = estate();
    desk.run(&create()).unwrap();
    desk.run(&start(Some(CASE))).unwrap();
    let finish = Command::FinishRound {
        round: ROUND,
        finished: EntryId::from_bytes([0x11; 16]),
        case: Some(CASE),
        note: "走遍三层".into(),
    };
    assert_eq!(desk.run(&finish).unwrap().len(), 2);
    assert!(desk.round().finished().is_some());
    let last = desk.case().entries.last().cloned().unwrap();
    assert_eq!((last.fact, last.note.as_str()), (Fact::Walked(Walk { round: ROUND }), "走遍三层"));
}

#[test]
fn results_merge_in_any_order_and_none_hides_another() {
    let mut ground = estate();
    ground.run(&start(None)).unwrap();
    let (mut left, mut right) = (ground.clone(), ground);
    (left.actor, right.actor) = (ActorBytes::from_bytes([1; 16]), ActorBytes::from_bytes([2; 16]));
    left.run(&checked(sound())).unwrap();
    // The same key by somebody else: a forgery or a wonder, and still both are read.
    right.run(&checked(NewCheck { note: "我也看了".into(), ..sound() })).unwrap();
    let (mut one, mut other) = (left.documents[&ROUND].clone(), right.documents[&ROUND].clone());
    let (mut one_too, mut other_too) = (one.clone(), other.clone());
    one.merge(&mut other).unwrap();
    other_too.merge(&mut one_too).unwrap();
    assert_eq!(Round::read(&one), Round::read(&other_too));
    assert_eq!(Round::read(&one).checks.len(), 2);
}

fn some_reading() -> impl Strategy<Value = Reading> {
    let code = prop_oneof![Just("PUMP".to_owned()), Just("ROOF".to_owned()), ".{0,20}"];
    let photo = prop_oneof![Just(PhotoHash::of(b"live")), Just(PhotoHash::of(b"other"))];
    prop_oneof![
        code.clone().prop_map(|code| Reading::Nfc { code }),
        (code, photo.clone()).prop_map(|(code, photo)| Reading::Qr { code, photo }),
        photo.prop_map(|photo| Reading::Unreadable { photo }),
        prop::sample::select(SkipReason::ALL).prop_map(|reason| Reading::Skipped { reason }),
    ]
}

fn some_answer() -> impl Strategy<Value = ItemAnswer> {
    let item = prop_oneof![Just("pressure"), Just("floor"), Just("gauge"), Just("nothing")];
    let answer = prop_oneof![
        Just(Answer::Normal),
        Just(Answer::Abnormal),
        any::<i64>().prop_map(Answer::Number),
        (0i64..1_000).prop_map(Answer::Number),
        prop_oneof![Just("dry".to_owned()), ".{0,8}"].prop_map(Answer::Choice),
        ".{0,8}".prop_map(Answer::Text),
        Just(Answer::Photo(PhotoHash::of(b"gauge"))),
        ".{0,8}".prop_map(Answer::Impossible),
    ];
    (item, answer).prop_map(|(item, answer)| ItemAnswer { item: item.into(), answer })
}

proptest! {
    #[test]
    fn whatever_is_taken_reads_back_and_whatever_is_refused_changes_nothing(
        at_pump: bool,
        reading in some_reading(),
        answers in prop_oneof![Just(sound().answers), prop::collection::vec(some_answer(), 0..4)],
        note in ".{0,30}",
        live: bool,
    ) {
        let mut desk = estate();
        desk.run(&start(None)).unwrap();
        let photos = if live { sound().photos } else { vec![photo(b"gauge")] };
        let checkpoint = if at_pump { PUMP } else { ROOF };
        let new = NewCheck { checkpoint, reading, answers, note, photos };
        let before = desk.saved();
        match desk.run(&checked(new.clone())) {
            Err(_) => prop_assert_eq!(desk.saved(), before),
            Ok(_) => {
                let saved = desk.documents[&ROUND].save();
                let round = Round::read(&Document::load(DocumentKind::Round, &saved).unwrap());
                prop_assert_eq!(&round.checks[0].reading, &new.reading);
                prop_assert_eq!(&round.checks[0].answers, &new.answers);
                prop_assert_eq!(&round.checks[0].note, &new.note);
                prop_assert_eq!(round.photos.len(), new.photos.len());
            }
        }
    }

    #[test]
    fn commands_about_rounds_decode_to_what_was_encoded(reading in some_reading(), answers in prop::collection::vec(some_answer(), 0..4)) {
        let command = checked(NewCheck { reading, answers, ..sound() });
        let bytes = minicbor::to_vec(&command).unwrap();
        prop_assert_eq!(minicbor::decode::<Command>(&bytes).unwrap(), command);
    }
}
