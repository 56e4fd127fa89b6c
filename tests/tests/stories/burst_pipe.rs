//! 爆管停水: a pipe bursts, many flats are without water, water is brought, the pipe is mended, and the
//! trench is filled later.

use roundsman_sync_core::model::fact::Approval;
use roundsman_sync_core::model::fact::{
    Arrival, DailyProgress, Link, Part, Plan, Progress, Promise, Report, Visit, Wait,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, Fen, Level, Liability, LinkRelation, NewOrder, OrderKind,
    OrderSorting, Urgency, WaitFor, Way,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn a_burst_pipe_is_mended_with_water_brought_meanwhile_and_the_trench_filled() {
    let mut town = Town::new("2026-10-15 06:30");
    let mut new = matter(
        town.site,
        CaseKind::Repair,
        Channel::Patrol,
        "emergency/burst_pipe",
        "3 栋东侧给水管爆裂，路面冒水。",
    );
    new.urgency = Urgency::Urgent;
    let case = town.receive(Who::Guard, new);
    let sorting = |kind| OrderSorting {
        kind: Some(kind),
        liability: Some(Liability::Common),
        ..OrderSorting::default()
    };
    let mend = NewOrder { sorting: sorting(OrderKind::Minor), ..NewOrder::default() };
    town.at("2026-10-15 06:33");
    let mend =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, mend).unwrap();
    town.meet();

    // A second flat calls about the same water: one cause, one leading case.
    town.at("2026-10-15 06:40");
    let flat =
        matter(town.site, CaseKind::Repair, Channel::Phone, "emergency/burst_pipe", "3 栋 2 单元 502 停水。");
    let flat = town.receive(Who::Housekeeper, flat);
    let link = Link { case, relation: LinkRelation::PartOf };
    town.say(Who::Housekeeper, flat, None, Fact::Linked(link), "同一爆管");

    town.at("2026-10-15 06:41");
    town.phone(Who::Technician).take_order(case, mend).unwrap();
    town.at("2026-10-15 06:45");
    town.say(Who::Technician, case, Some(mend), Fact::Arrived(Arrival::default()), "");
    town.at("2026-10-15 06:50");
    town.say(Who::Technician, case, Some(mend), Fact::TemporaryMeasure, "关闭 3 栋支阀，止水。");
    town.at("2026-10-15 07:10");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::TemporaryMeasure,
        "2 单元门口设临时取水点，为老人送水上门；业主群已通知。",
    );
    let progress = Progress {
        way: Some(Way::Wechat),
        expected: Some(at("2026-10-15 12:00")),
        next: Some(at("2026-10-15 10:00")),
    };
    town.say(Who::Housekeeper, case, None, Fact::ProgressTold(progress), "正在找漏点，预计中午恢复供水。");
    town.at("2026-10-15 07:40");
    town.say(Who::Technician, case, Some(mend), Fact::Diagnosed, "DN50 接头老化崩裂。");
    let wait = Wait { reason: WaitFor::Part, expected: Some(at("2026-10-15 09:30")), attempt: None };
    town.say(Who::Technician, case, Some(mend), Fact::Waiting(wait), "仓库调接头");
    town.at("2026-10-15 09:20");
    town.say(Who::Technician, case, Some(mend), Fact::Resumed, "");
    let part = Part {
        name: "DN50 球墨接头".to_owned(),
        quantity_milli: 1_000,
        unit: "个".to_owned(),
        price: Some(Fen(18_600)),
    };
    town.say(Who::Technician, case, Some(mend), Fact::PartUsed(part), "");
    town.at("2026-10-15 11:15");
    town.say(Who::Technician, case, Some(mend), Fact::Completed, "已恢复供水，观察 24 小时。");
    town.sync(Who::Technician);

    // The trench: an order of its own, planned and promised.
    town.at("2026-10-15 11:30");
    let fill = NewOrder {
        sorting: sorting(OrderKind::Major),
        note: "回填路面并恢复草坪".to_owned(),
        ..NewOrder::default()
    };
    let fill =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, fill).unwrap();
    let promise = Promise { until: at("2026-10-20 18:00"), consent: Some(Way::Wechat) };
    town.say(Who::Housekeeper, case, None, Fact::Promised(promise), "回填并恢复路面");
    town.meet();
    town.at("2026-10-15 14:00");
    town.phone(Who::Technician).take_order(case, fill).unwrap();
    town.say(Who::Technician, case, Some(fill), Fact::TemporaryMeasure, "围挡、警示灯，裸土铺假草皮。");
    let plan = Plan { finish_by: at("2026-10-20 17:00") };
    town.say(
        Who::Technician,
        case,
        Some(fill),
        Fact::PlanWritten(plan),
        "16 日观察；17–19 日分层回填；20 日铺面。",
    );
    town.meet();
    town.at("2026-10-15 17:00");
    let approve = |level| Fact::PlanApproved(Approval { level });
    town.say(Who::Supervisor, case, Some(fill), approve(Level::EngineeringManager), "");
    town.say(Who::Director, case, Some(fill), approve(Level::SiteDirector), "");
    town.meet();
    for day in 16..20 {
        town.at(&format!("2026-10-{day} 17:30"));
        let progress =
            DailyProgress { unchanged: (day == 16).then_some(true), expected: Some(at("2026-10-20 17:00")) };
        town.say(Who::Technician, case, Some(fill), Fact::Progressed(progress), "");
    }
    town.at("2026-10-20 16:00");
    town.say(Who::Technician, case, Some(fill), Fact::Completed, "路面恢复，草坪补种。");
    town.say(Who::Technician, case, Some(fill), Fact::Returned, "");
    town.say(Who::Technician, case, Some(mend), Fact::Returned, "");
    town.meet();
    town.at("2026-10-20 17:00");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Reported(Report { way: Some(Way::Notice), denies_fault: None }),
        "公示完工照片。",
    );
    let visit = Visit { way: Some(Way::Phone), satisfaction: Some(5), accepts: Some(true) };
    town.at("2026-10-21 10:00");
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    assert_reads("burst_pipe", &town.shown(case));
}
