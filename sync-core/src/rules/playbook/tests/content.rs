//! What stands in the built-in files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::book;
use crate::clock::Timestamp;
use crate::limits::{CHECKLIST_STEPS_MAX, PLAYBOOK_LIST_MAX, PLAYBOOK_TEXT_CHARS_MAX, STEP_CHARS_MAX};
use crate::rules::playbook::{BUILT_IN, Both, Deadline, Playbook, for_subject, parse_all, playbooks};

/// The case types of the procedures, and the playbook of each.
const CASE_TYPES: [(&str, &str); 50] = [
    // Parking.
    ("fixed bay occupied", "parking/bay-occupied-fixed"),
    ("no fixed bay, believed own", "parking/bay-occupied-believed-own"),
    ("vehicle not let in: owner had not told", "parking/vehicle-data-not-told"),
    ("vehicle not let in: company had not updated", "parking/vehicle-data-not-updated"),
    ("barrier faulty, or being rebuilt", "parking/barrier-faulty"),
    ("barrier sound", "parking/barrier-sound"),
    ("sticker: parking wrong", "parking/sticker-parking-wrong"),
    ("sticker: company's fault", "parking/sticker-company-fault"),
    ("bay itself under repair", "parking/bay-under-repair"),
    ("charging point: power company installs", "parking/charging-point-power-company"),
    ("charging point: own installation with papers", "parking/charging-point-own"),
    ("charging point: impossible", "parking/charging-point-impossible"),
    ("parking fee raised", "parking/fee-raised"),
    // Common equipment.
    ("unit door access not repaired", "equipment/unit-door"),
    ("lift: trapped", "equipment/lift-trapped"),
    ("lift: slipped", "equipment/lift-slipped"),
    ("lift not repaired", "equipment/lift-not-repaired"),
    ("burst pipe, water off", "equipment/burst-pipe"),
    ("trench not filled", "equipment/trench-not-filled"),
    ("intercom upgraded: code", "equipment/intercom-code"),
    ("intercom upgraded: card", "equipment/intercom-card"),
    ("intercom upgraded: notice missed", "equipment/intercom-notice-missed"),
    ("smoke detector broken", "equipment/smoke-detector-broken"),
    ("smoke detector silent in a fire", "equipment/smoke-detector-silent"),
    ("meter shaft locked", "equipment/meter-shaft-locked"),
    ("corridor light out", "equipment/corridor-light"),
    // Others from the texts.
    ("greening", "environment/greening"),
    ("repeated lift faults", "equipment/lift-repeated-faults"),
    ("fees not transparent", "fees/not-transparent"),
    ("service attitude", "service/attitude"),
    ("service quality", "service/quality"),
    ("power cut", "emergency/power-cut"),
    ("water cut", "emergency/water-cut"),
    ("burglary", "emergency/burglary"),
    ("vehicle loss", "emergency/vehicle-loss"),
    ("apportioned fees", "fees/apportioned"),
    ("rejected repair quality", "repair/quality-rejected"),
    ("disputed warranty or liability", "repair/liability-disputed"),
    ("compensation", "repair/compensation"),
    ("food poisoning", "emergency/food-poisoning"),
    // Ours.
    ("noise", "nuisance/noise"),
    ("leak between flats", "building/leak-between-flats"),
    ("objects from heights", "security/object-from-height"),
    ("renovation nuisance", "renovation/nuisance"),
    ("e-bike upstairs or charging by cable", "security/e-bike-upstairs"),
    ("blocked drain", "equipment/blocked-drain"),
    ("dogs", "nuisance/dogs"),
    ("packages", "service/packages"),
    ("fire", "emergency/fire"),
    ("anything else", "general/complaint"),
];

/// Where a text of a playbook stands.
#[derive(Clone, Copy, Debug)]
enum Part {
    Never,
    Evidence,
    Step,
}

/// Rules whose absence would hurt people or the company: playbook, part, and a piece of both languages.
const HARD_RULES: [(&str, Part, &str, &str); 49] = [
    ("equipment/lift-trapped", Part::Never, "扒门、撬门", "pry the lift doors"),
    ("equipment/lift-slipped", Part::Never, "扒门、撬门", "pry the lift doors"),
    ("equipment/lift-trapped", Part::Never, "检修结论出来前", "say it was safe before the inspection"),
    ("equipment/lift-slipped", Part::Never, "检修结论出来前", "say it was safe before the inspection"),
    ("equipment/lift-repeated-faults", Part::Never, "检测结论出来前", "say the lift is safe before"),
    ("equipment/lift-trapped", Part::Never, "赔偿金额", "promise a sum of compensation"),
    ("equipment/lift-trapped", Part::Evidence, "被困的时间", "When the person was trapped"),
    ("equipment/lift-trapped", Part::Evidence, "到达的时间", "when they arrived"),
    ("equipment/lift-trapped", Part::Evidence, "身体和情绪状况", "How the person fared"),
    ("equipment/lift-slipped", Part::Evidence, "到达的时间", "When maintenance arrived"),
    ("equipment/lift-slipped", Part::Evidence, "身体和情绪状况", "How the person fared"),
    ("equipment/lift-trapped", Part::Step, "维保单位救援", "maintenance company for rescue"),
    ("parking/fee-raised", Part::Never, "停水停电", "cut water or power"),
    ("fees/not-transparent", Part::Never, "停水停电", "cut water or power"),
    ("fees/apportioned", Part::Never, "停水停电", "cut water or power"),
    ("equipment/meter-shaft-locked", Part::Never, "停水停电", "cut water or power"),
    ("equipment/burst-pipe", Part::Never, "催缴", "cut water or power"),
    ("emergency/power-cut", Part::Never, "停水停电", "cut water or power"),
    ("emergency/water-cut", Part::Never, "停水停电", "cut water or power"),
    ("security/e-bike-upstairs", Part::Never, "断水断电", "cut water or power"),
    ("parking/bay-occupied-believed-own", Part::Never, "车位规划的结果", "promise any result of planning"),
    ("parking/bay-occupied-believed-own", Part::Never, "不得主动提起", "has not raised it"),
    ("parking/bay-occupied-believed-own", Part::Step, "10 分钟内", "within 10 minutes"),
    ("parking/barrier-faulty", Part::Never, "5%", "5 %"),
    ("parking/barrier-sound", Part::Never, "5%", "5 %"),
    ("parking/barrier-faulty", Part::Step, "加派人员", "post staff"),
    ("emergency/food-poisoning", Part::Step, "停止加工", "Stop cooking"),
    ("emergency/food-poisoning", Part::Step, "报告当地", "Report at once"),
    ("emergency/food-poisoning", Part::Step, "送医", "hospital"),
    ("emergency/food-poisoning", Part::Step, "保留可疑食品", "Keep food"),
    ("emergency/food-poisoning", Part::Evidence, "留样", "Kept samples"),
    ("emergency/food-poisoning", Part::Never, "样品和现场", "samples or scene"),
    ("equipment/smoke-detector-broken", Part::Never, "工程部测试核实前", "before engineering has verified"),
    ("equipment/smoke-detector-silent", Part::Never, "工程部测试核实前", "before engineering has verified"),
    ("equipment/smoke-detector-broken", Part::Step, "每日定时", "every day at set times"),
    ("equipment/smoke-detector-silent", Part::Step, "每日定时", "every day at set times"),
    ("equipment/smoke-detector-silent", Part::Step, "两日后", "after two days"),
    ("equipment/lift-not-repaired", Part::Step, "4 小时", "4 hours"),
    ("equipment/intercom-code", Part::Step, "周末也一样", "weekends too"),
    ("equipment/intercom-code", Part::Never, "身份未核实", "before identity is verified"),
    ("repair/compensation", Part::Never, "未签《和解备忘》", "before the settlement is signed"),
    ("repair/compensation", Part::Never, "超越权限", "beyond one's authority"),
    ("repair/liability-disputed", Part::Never, "未经经理确认", "before the manager has confirmed"),
    ("general/complaint", Part::Never, "不得超过两次", "more than twice"),
    ("general/complaint", Part::Never, "被投诉人", "person complained about"),
    ("service/attitude", Part::Never, "被投诉人", "person complained about"),
    ("nuisance/noise", Part::Never, "投诉人的房号", "who complained"),
    ("equipment/blocked-drain", Part::Never, "未签字不得收费", "before the owner has signed"),
    ("parking/bay-occupied-fixed", Part::Never, "姓名、电话", "name or number"),
];

/// The clocks that the procedures state: playbook, step, clock.
const STATED_CLOCKS: [(&str, &str, &str); 21] = [
    ("parking/bay-occupied-fixed", "guard-helps", "10m"),
    ("parking/bay-occupied-believed-own", "answer", "7d"),
    ("parking/vehicle-data-not-told", "update", "same_day"),
    ("parking/vehicle-data-not-updated", "next-day", "next_day"),
    ("parking/barrier-sound", "test", "7d"),
    ("parking/barrier-sound", "follow-up", "3d"),
    ("parking/bay-under-repair", "daily", "1d"),
    ("parking/charging-point-own", "survey", "7d"),
    ("equipment/lift-not-repaired", "renew", "4h"),
    ("equipment/intercom-code", "morning", "08:30"),
    ("equipment/smoke-detector-silent", "again", "2d"),
    ("equipment/smoke-detector-broken", "daily-walk", "1d"),
    ("equipment/corridor-light", "repair", "same_day"),
    ("equipment/burst-pipe", "arrive", "15m"),
    ("general/complaint", "register", "30m"),
    ("general/complaint", "dispatch", "1h"),
    ("general/complaint", "first-response", "6h"),
    ("general/complaint", "plan", "24h"),
    ("general/complaint", "result", "next_working_day"),
    ("general/complaint", "visit", "3d"),
    ("repair/quality-rejected", "review", "3d"),
];

fn every_text(book: &Playbook) -> Vec<&Both> {
    let lists = [&book.expectation, &book.words, &book.evidence, &book.never, &book.improvements];
    let cadence = book.cadence.iter().map(|item| &item.text);
    let steps = book.steps.iter().map(|step| &step.text);
    [&book.title]
        .into_iter()
        .chain(&book.when)
        .chain(lists.into_iter().flatten())
        .chain(cadence)
        .chain(steps)
        .collect()
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_file_of_the_folder_is_built_in_under_its_id_and_has_no_mistake() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks");
    let mut there = Vec::new();
    files_below(&folder, &mut there);
    let there: BTreeSet<String> =
        there.iter().map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()).collect();
    let listed: BTreeSet<String> = BUILT_IN.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(there, listed);
    assert_eq!(listed.len(), BUILT_IN.len());

    let (books, mistakes) = parse_all(BUILT_IN.iter().copied());
    assert_eq!(mistakes, []);
    for (book, (path, _)) in books.iter().zip(BUILT_IN) {
        assert_eq!(format!("{}.toml", book.id), *path);
    }
    assert_eq!(books, playbooks());
}

#[test]
fn every_case_type_has_a_playbook_of_its_own_and_none_is_without_one() {
    let types: BTreeSet<&str> = CASE_TYPES.iter().map(|&(_, id)| id).collect();
    assert_eq!(types.len(), CASE_TYPES.len(), "two case types share a playbook");
    for (case_type, id) in CASE_TYPES {
        assert!(playbooks().iter().any(|book| book.id == id), "{case_type} has no playbook");
    }
    let written: BTreeSet<&str> = playbooks().iter().map(|book| book.id.as_str()).collect();
    assert_eq!(written, types);
}

#[test]
fn every_built_in_playbook_says_something_in_each_of_its_parts_and_in_both_languages() {
    let is_han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}');
    for book in playbooks() {
        let id = &book.id;
        for (part, is_empty) in [
            ("evidence", book.evidence.is_empty()),
            ("cadence", book.cadence.is_empty()),
            ("when", book.when.is_none()),
            ("never", book.never.is_empty()),
            ("improvements", book.improvements.is_empty()),
        ] {
            assert!(!is_empty, "{id} has no {part}");
        }
        assert!(book.steps.len() >= 3 && book.steps.iter().any(|step| step.clock.is_some()), "{id}");
        for Both { zh, en } in every_text(book) {
            assert!(zh.chars().any(is_han), "{id}: {zh}");
            assert!(!en.chars().any(is_han), "{id}: {en}");
            assert!(!zh.contains([',', ';', '?', '!', '(', ')']), "{id}: Chinese takes wide marks: {zh}");
        }
    }
}

#[test]
fn rules_that_must_never_be_missing_stand_where_they_belong() {
    for (id, part, zh, en) in HARD_RULES {
        let book = book(id);
        let texts: Vec<&Both> = match part {
            Part::Never => book.never.iter().collect(),
            Part::Evidence => book.evidence.iter().collect(),
            Part::Step => book.steps.iter().map(|step| &step.text).collect(),
        };
        let stands = texts.iter().any(|text| text.zh.contains(zh) && text.en.contains(en));
        assert!(stands, "{id}: no {part:?} says '{zh}' and '{en}'");
    }
}

#[test]
fn no_sentence_for_the_resident_says_that_a_lift_was_safe_or_names_the_wish_for_more_bays() {
    for book in playbooks().iter().filter(|book| book.id.starts_with("equipment/lift")) {
        for said in &book.words {
            assert!(!said.zh.contains("安全") && !said.en.contains("safe"), "{}: {said:?}", book.id);
        }
    }
    for said in &book("parking/bay-occupied-believed-own").words {
        assert!(!said.zh.contains("规划") && !said.zh.contains("增加") && !said.en.contains("more bays"));
    }
}

#[test]
fn the_clocks_that_the_procedures_state_are_the_steps_clocks() {
    for (id, step, clock) in STATED_CLOCKS {
        let found = book(id).steps.iter().find(|own| own.id == step);
        let found = found.unwrap_or_else(|| panic!("{id} has no step {step}"));
        assert_eq!(found.clock.map(|own| own.to_string()).as_deref(), Some(clock), "{id} {step}");
    }
}

#[test]
fn only_what_endangers_people_or_property_now_is_an_emergency() {
    let found: Vec<&str> =
        playbooks().iter().filter(|book| book.emergency).map(|book| book.id.as_str()).collect();
    assert_eq!(
        found,
        [
            "emergency/burglary",
            "emergency/fire",
            "emergency/food-poisoning",
            "emergency/power-cut",
            "emergency/vehicle-loss",
            "equipment/burst-pipe",
            "equipment/lift-slipped",
            "equipment/lift-trapped",
            "equipment/smoke-detector-silent",
        ]
    );
}

#[test]
fn every_subject_that_a_playbook_names_leads_to_it() {
    for book in playbooks() {
        for subject in &book.subjects {
            assert!(for_subject(subject).contains(&book), "{subject} does not lead to {}", book.id);
        }
    }
}

#[test]
fn every_subject_of_the_default_tree_has_a_playbook() {
    // The first words of the subjects that import maps and the demonstration use, and those of the procedures.
    for subject in [
        "amenities/pool",
        "building/window",
        "emergency/gas_leak",
        "environment/waste",
        "equipment/heating",
        "fees/rent",
        "housing/advice",
        "nuisance/noise/neighbour",
        "other",
        "parking/other",
        "renovation/dust",
        "roads/traffic",
        "security/order",
        "service/shops",
        "repair/rework",
    ] {
        assert!(!for_subject(subject).is_empty(), "{subject}");
    }
}

#[test]
fn a_checklist_is_the_steps_in_order_each_due_when_its_deadline_says() {
    let book = book("equipment/intercom-code");
    let (soon, morning) = (Timestamp::from_millis(300_000), Timestamp::from_millis(9_000_000));
    let list = book.checklist(|deadline| match deadline {
        Deadline::Within(_) => Some(soon),
        Deadline::NextAt { hour: 8, minute: 30 } => Some(morning),
        Deadline::NextAt { .. } | Deadline::SameDay | Deadline::NextDay | Deadline::NextWorkingDay => None,
    });
    let steps: Vec<_> = list.iter().map(|step| (step.id.as_str(), step.due)).collect();
    assert_eq!(
        steps,
        [
            ("identify", Some(soon)),
            ("night", Some(soon)),
            ("morning", Some(morning)),
            ("one-day", None),
            ("family", None),
        ]
    );
    assert!(
        list.iter().zip(&book.steps).all(|(copy, step)| copy.zh == step.text.zh && copy.en == step.text.en)
    );
}

#[test]
fn what_fits_a_playbook_fits_the_checklist_of_a_case() {
    const { assert!(PLAYBOOK_LIST_MAX <= CHECKLIST_STEPS_MAX && PLAYBOOK_TEXT_CHARS_MAX <= STEP_CHARS_MAX) };
}
