//! 充电桩: an owner asks for a charging point at their bay. The power company measures for weeks; the owner
//! hears every week.

use roundsman_sync_core::ids::SheetId;
use roundsman_sync_core::model::fact::{
    Progress, Report, Sheet, SheetReply, SheetSending, SheetSignature, Visit, Wait,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, Level, Liability, NewOrder, OrderKind, OrderSorting, Party,
    PartyKind, WaitFor, Way,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn a_charging_point_takes_weeks_and_the_owner_hears_every_week() {
    let mut town = Town::new("2026-09-01 09:00");
    let new = matter(
        town.site,
        CaseKind::Request,
        Channel::WalkIn,
        "parking/charging",
        "B1-117 产权车位申请安装充电桩。",
    );
    let case = town.receive(Who::Housekeeper, new);
    town.at("2026-09-01 09:20");
    let report = Report { way: Some(Way::InPerson), denies_fault: None };
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::PlanTold(report),
        "须由供电部门测算容量，结果每周告知；测算前不承诺可装。",
    );
    let survey = NewOrder {
        sorting: OrderSorting {
            kind: Some(OrderKind::Major),
            liability: Some(Liability::Owner),
            party: Some(Party { kind: PartyKind::Utility, name: "供电公司".to_owned() }),
            ..OrderSorting::default()
        },
        ..NewOrder::default()
    };
    let survey =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, survey).unwrap();
    town.meet();

    let sheet = SheetId::from_bytes([5; 16]);
    let written = Sheet {
        sheet,
        party: PartyKind::Utility,
        party_name: "供电公司".to_owned(),
        reply_by: Some(at("2026-09-22 18:00")),
    };
    town.say(Who::Housekeeper, case, None, Fact::SheetWritten(written), "请测算 B1 区充电容量。");
    town.meet();
    let too_early = town.phone(Who::Housekeeper).record(
        case,
        None,
        roundsman_sync_core::model::NewEntry::now(Fact::SheetSent(SheetSending { sheet }), ""),
    );
    assert!(too_early.is_err(), "a sheet without signatures stays in the house");
    let sign = |level| Fact::SheetSigned(SheetSignature { sheet, level });
    town.say(Who::Director, case, None, sign(Level::SiteDirector), "");
    town.meet();
    town.say(Who::Manager, case, None, sign(Level::CustomerService), "");
    town.say(Who::Manager, case, None, sign(Level::GeneralManager), "");
    town.meet();
    town.at("2026-09-02 10:00");
    town.say(Who::Housekeeper, case, None, Fact::SheetSent(SheetSending { sheet }), "");
    town.phone(Who::Technician).take_order(case, survey).unwrap();
    town.say(
        Who::Technician,
        case,
        Some(survey),
        Fact::Waiting(Wait { reason: WaitFor::Party, expected: Some(at("2026-09-22 18:00")), attempt: None }),
        "等供电公司测算",
    );
    for day in ["2026-09-08", "2026-09-15", "2026-09-21"] {
        town.at(&format!("{day} 16:00"));
        let progress = Progress { way: Some(Way::Wechat), expected: None, next: None };
        town.say(Who::Housekeeper, case, None, Fact::ProgressTold(progress), "测算进行中。");
        town.sync(Who::Housekeeper);
    }
    town.at("2026-09-21 17:00");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::SheetReplied(SheetReply { sheet, agrees: true }),
        "容量允许，可自行安装 7 kW。",
    );
    town.meet();
    town.say(Who::Technician, case, Some(survey), Fact::Resumed, "");
    let report = Report { way: Some(Way::Phone), denies_fault: None };
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::PlanTold(report),
        "需提供厂家资质、消防安全承诺书；工程部现场指明走线。",
    );
    town.at("2026-09-24 15:00");
    town.say(Who::Housekeeper, case, None, Fact::PaperReceived, "厂家资质、消防安全承诺书");
    town.at("2026-09-28 09:30");
    town.say(Who::Technician, case, Some(survey), Fact::Inspected, "已指明走线与安装高度，电流上限 32 A。");
    town.at("2026-09-29 15:00");
    town.say(Who::Technician, case, Some(survey), Fact::Completed, "安装完成，绝缘检测合格。");
    town.say(Who::Technician, case, Some(survey), Fact::Returned, "");
    town.meet();
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Reported(Report { way: Some(Way::Wechat), denies_fault: None }),
        "",
    );
    town.at("2026-09-30 10:00");
    let visit = Visit { way: Some(Way::InPerson), satisfaction: Some(5), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "使用正常");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    assert_reads("charging_point", &town.shown(case));
}
