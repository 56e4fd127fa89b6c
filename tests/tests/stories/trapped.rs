//! 电梯困人: somebody is trapped in a lift at night. What counts later is when they were trapped, when the
//! maintenance company came, and how the person fared.

use roundsman_sync_core::model::fact::{
    Arrival, Dispatch, Escalation, Progress, Report, Review, Verification, Visit,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, Level, Liability, NewOrder, OrderKind, OrderSorting, Party,
    PartyKind, Urgency, Verifier, Way,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn somebody_trapped_in_a_lift_is_freed_and_every_moment_stays_on_record() {
    let mut town = Town::new("2026-10-12 18:00");
    town.at("2026-10-12 18:06");
    let mut new = matter(
        town.site,
        CaseKind::Repair,
        Channel::Phone,
        "equipment/lift/trapped",
        "五方对讲呼救：2 单元电梯停在 7、8 层之间，轿厢内一名老人。",
    );
    new.urgency = Urgency::Urgent;
    new.reported_at = Some(at("2026-10-12 18:05"));
    let case = town.receive(Who::Housekeeper, new);

    // The guard goes at once; the maintenance company is called out by phone.
    let security = town.phone(Who::Housekeeper).dispatch(case, Department::Security, None).unwrap();
    let call_out = NewOrder {
        dispatch: Dispatch { by_phone: Some(true), party: Some(PartyKind::Maintenance) },
        sorting: OrderSorting {
            kind: Some(OrderKind::Minor),
            liability: Some(Liability::Common),
            party: Some(Party { kind: PartyKind::Maintenance, name: "通达电梯维保".to_owned() }),
            ..OrderSorting::default()
        },
        ..NewOrder::default()
    };
    let lift =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, call_out).unwrap();
    town.meet();

    // In the shaft lobby there is no signal: guard and technician write offline.
    town.at("2026-10-12 18:10");
    town.phone(Who::Guard).take_order(case, security).unwrap();
    town.at("2026-10-12 18:12");
    town.say(Who::Guard, case, Some(security), Fact::Arrived(Arrival::default()), "");
    town.at("2026-10-12 18:13");
    town.say(
        Who::Guard,
        case,
        Some(security),
        Fact::TemporaryMeasure,
        "隔门安抚被困人员，请其坐下、勿扒门；拉警戒带，未撬门。",
    );
    town.at("2026-10-12 18:20");
    town.phone(Who::Technician).take_order(case, lift).unwrap();
    town.at("2026-10-12 18:50");
    town.declare(
        Who::Technician,
        case,
        Some(lift),
        Fact::Arrived(Arrival::default()),
        ("2026-10-12 18:19", "先协助救援，事后补录维保到场时间"),
    );
    town.say(Who::Technician, case, Some(lift), Fact::Diagnosed, "门锁触点接触不良，安全回路断开。");
    town.say(
        Who::Technician,
        case,
        None,
        Fact::Remark,
        "18:41 放出，被困 36 分钟；老人神志清醒，血压略高，建议就医，家属已陪同。",
    );
    town.say(Who::Guard, case, Some(security), Fact::Completed, "被困人员已离开，现场移交维保。");
    town.sync(Who::Guard);
    town.sync(Who::Technician);

    // The lift stays out: told, and a notice that is renewed within four hours.
    town.at("2026-10-12 19:00");
    town.say(Who::Housekeeper, case, None, Fact::NoticeGiven, "停梯通知：门锁触点更换，请使用 1 单元连廊。");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Escalated(Escalation { to: Level::SiteDirector }),
        "困人事件，家属情绪激动。",
    );
    town.at("2026-10-12 19:10");
    let progress = Progress { way: Some(Way::Phone), expected: Some(at("2026-10-12 23:00")), next: None };
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::ProgressTold(progress),
        "维保单位将彻底检修，检修前不作安全结论。",
    );
    town.at("2026-10-12 22:40");
    town.say(Who::Housekeeper, case, None, Fact::NoticeGiven, "停梯通知更新：触点已更换，正在全面检测。");
    town.sync(Who::Technician);
    town.at("2026-10-12 23:20");
    town.say(Who::Technician, case, Some(lift), Fact::Completed, "触点更换，全程运行检测 20 次正常。");
    town.say(Who::Technician, case, Some(lift), Fact::WrittenUp, "电话急修补单。");
    town.meet();
    town.say(Who::Housekeeper, case, Some(security), Fact::Returned, "");
    town.at("2026-10-13 09:00");
    town.say(Who::Technician, case, Some(lift), Fact::Returned, "维保记录单已交回。");
    town.meet();
    town.say(
        Who::Housekeeper,
        case,
        Some(lift),
        Fact::Verified(Verification { by: Verifier::Housekeeper }),
        "现场乘坐验收。",
    );
    let report = Report { way: Some(Way::InPerson), denies_fault: None };
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Reported(report),
        "与维保、工程主管上门慰问，说明原因与整改。",
    );
    town.at("2026-10-14 10:00");
    let visit = Visit { way: Some(Way::Phone), satisfaction: Some(4), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "老人身体无恙，家属接受。");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");
    let review = Review {
        keep: Some("7 分钟内保安到场安抚".to_owned()),
        problem: Some("维保到场时间靠事后补录".to_owned()),
        attempt: Some("维保人员到场扫机房点位".to_owned()),
    };
    town.say(Who::Director, case, None, Fact::Reviewed(review), "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    let arrived = read.entries.iter().find(|entry| entry.declared.is_some()).unwrap();
    assert_eq!(arrived.happened_at(), at("2026-10-12 18:19"), "limits are judged by the declared time");
    assert_eq!(arrived.claimed_at, at("2026-10-12 18:50"), "and when it was written stays");
    assert_reads("trapped", &town.shown(case));
}
