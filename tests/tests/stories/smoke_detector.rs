//! 烟感失效: a smoke detector stays silent. Until it is mended and verified, a guard walks the floor every
//! day; the owner is told again after two days, sees the test, and confirms.

use roundsman_sync_core::ids::CheckpointId;
use roundsman_sync_core::model::fact::{Arrival, Progress, Report, Verification, Visit, Wait, WalkOrder};
use roundsman_sync_core::model::{
    Answer, Ask, CaseKind, Channel, Checkpoint, Command, Department, Fact, Item, ItemAnswer, Liability,
    NewOrder, OrderKind, OrderSorting, Place, Reading, RoundKind, Urgency, Verifier, WaitFor, Way,
};
use roundsman_sync_core::replica::{NewResult, WalkFor};
use roundsman_sync_core::rules::playbook::for_subject;
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

const SUBJECT: &str = "equipment/smoke_detector";

#[test]
fn a_silent_smoke_detector_is_walked_every_day_until_it_is_verified() {
    let mut town = Town::new("2026-10-19 08:30");
    let point = CheckpointId::from_bytes([21; 16]);
    let new = Checkpoint {
        name: "3 栋 2 单元 12 层电梯厅".to_owned(),
        place: Place { building: Some("3 栋".to_owned()), ..Place::default() },
        code: "JX-3-2-12".to_owned(),
        items: vec![Item {
            id: "fire".to_owned(), title: "有无烟火、杂物".to_owned(), ask: Ask::Condition
        }],
    };
    town.office(&Command::PutCheckpoint { site: town.site, checkpoint: point, new });
    let mut new =
        matter(town.site, CaseKind::Complaint, Channel::Phone, SUBJECT, "12 层烟感在试烟时无反应。");
    new.urgency = Urgency::Important;
    let case = town.receive(Who::Housekeeper, new);

    // The playbook for it goes into the case and is there offline.
    let playbook = for_subject(SUBJECT)[0];
    let (from, steps) = (town.now(), playbook.checklist(|_| None));
    let first = steps[0].id.clone();
    let checklist =
        roundsman_sync_core::model::fact::Checklist { playbook: playbook.id.clone(), from, steps };
    let checklist = town.say(Who::Housekeeper, case, None, Fact::PlaybookChosen(checklist), "");
    let done = roundsman_sync_core::model::fact::Tick { checklist, step: first };
    town.say(Who::Housekeeper, case, None, Fact::StepDone(done), "");

    let order = NewOrder {
        sorting: OrderSorting {
            kind: Some(OrderKind::Major),
            liability: Some(Liability::Common),
            ..OrderSorting::default()
        },
        ..NewOrder::default()
    };
    town.at("2026-10-19 08:40");
    let order =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, order).unwrap();
    let watch = town.phone(Who::Housekeeper).dispatch(case, Department::Security, None).unwrap();
    town.meet();
    town.phone(Who::Guard).take_order(case, watch).unwrap();
    town.phone(Who::Technician).take_order(case, order).unwrap();
    town.at("2026-10-19 08:52");
    town.say(Who::Technician, case, Some(order), Fact::Arrived(Arrival::default()), "");
    town.say(Who::Technician, case, Some(order), Fact::Diagnosed, "探测器损坏，需更换同型号。");
    town.meet();
    town.at("2026-10-19 09:10");
    town.say(
        Who::Supervisor,
        case,
        None,
        Fact::WalkOrdered(WalkOrder { route: None }),
        "修复前每日人工巡查 12 层",
    );
    town.meet();
    let plan = Report { way: Some(Way::Phone), denies_fault: None };
    town.say(Who::Housekeeper, case, None, Fact::PlanTold(plan), "更换探测器，修复前每日人工巡查。");
    let wait = Wait { reason: WaitFor::Part, expected: Some(at("2026-10-22 12:00")), attempt: None };
    town.say(Who::Technician, case, Some(order), Fact::Waiting(wait), "等探测器到货");
    town.meet();

    // In the stairwell there is no signal: each walk comes home in the evening.
    for day in 19..=22 {
        town.at(&format!("2026-10-{day} 16:00"));
        let walk = WalkFor::Points(RoundKind::FireRound, vec![point]);
        let round = town.phone(Who::Guard).start_round_for_case(case, walk).unwrap();
        town.at(&format!("2026-10-{day} 16:05"));
        let result = NewResult {
            checkpoint: point,
            reading: Reading::Nfc { code: "JX-3-2-12".to_owned() },
            answers: vec![ItemAnswer { item: "fire".to_owned(), answer: Answer::Normal }],
            note: String::new(),
            pictures: &[],
        };
        town.phone(Who::Guard).check(round, &result).unwrap();
        town.phone(Who::Guard).finish_round(round, "").unwrap();
        town.at(&format!("2026-10-{day} 18:00"));
        town.sync(Who::Guard);
        if day == 21 {
            let again =
                Progress { way: Some(Way::Phone), expected: Some(at("2026-10-22 18:00")), next: None };
            town.say(Who::Housekeeper, case, None, Fact::ProgressTold(again), "配件明日到货。");
        }
    }
    town.at("2026-10-23 09:00");
    town.say(Who::Technician, case, Some(order), Fact::Resumed, "");
    town.say(Who::Technician, case, Some(order), Fact::Completed, "更换探测器，试烟报警正常。");
    town.say(Who::Technician, case, Some(order), Fact::Returned, "");
    town.meet();
    let verified = |by| Fact::Verified(Verification { by });
    town.at("2026-10-23 10:00");
    town.say(Who::Housekeeper, case, Some(order), verified(Verifier::Housekeeper), "现场试烟");
    town.at("2026-10-23 19:00");
    town.say(Who::Housekeeper, case, Some(order), verified(Verifier::Owner), "业主亲自查验");
    town.say(Who::Guard, case, Some(watch), Fact::Completed, "");
    town.meet();
    town.say(Who::Housekeeper, case, Some(watch), Fact::Returned, "");
    let report = Report { way: Some(Way::InPerson), denies_fault: None };
    town.say(Who::Housekeeper, case, None, Fact::Reported(report), "");
    town.at("2026-10-24 10:00");
    let visit = Visit { way: Some(Way::Phone), satisfaction: Some(5), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    let walks = read.entries.iter().filter(|entry| matches!(entry.fact, Fact::Walked(_))).count();
    assert_eq!(walks, 4, "one for each day without a detector");
    assert_reads("smoke_detector", &town.shown(case));
}
