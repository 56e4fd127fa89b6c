//! 保修: a leaking window of a new building. The joint inspection finds the developer's contractor liable; a
//! liaison sheet goes up the chain and out, the contractor mends, and the owner confirms.

use roundsman_sync_core::ids::SheetId;
use roundsman_sync_core::model::fact::{
    Arrival, Progress, Promise, Report, Sheet, SheetReply, SheetSending, SheetSignature, Verification, Visit,
    Wait,
};
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, Level, Liability, NewOrder, OrderKind, OrderSorting, Party,
    PartyKind, SignOffSubject, Verifier, WaitFor, Way,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions, sheets};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn a_leak_under_warranty_goes_out_on_a_signed_sheet_and_the_owner_confirms_the_repair() {
    let mut town = Town::new("2026-10-09 08:40");
    let mut new = matter(
        town.site,
        CaseKind::Repair,
        Channel::Phone,
        "building/window",
        "主卧飘窗渗水，墙面起皮，房屋交付一年半。",
    );
    new.place.room = Some("1101".to_owned());
    let case = town.receive(Who::Housekeeper, new);
    let order = NewOrder {
        sorting: OrderSorting {
            kind: Some(OrderKind::Major),
            liability: Some(Liability::Undetermined),
            ..OrderSorting::default()
        },
        ..NewOrder::default()
    };
    town.at("2026-10-09 08:44");
    let order =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, order).unwrap();
    town.meet();
    town.phone(Who::Technician).take_order(case, order).unwrap();
    town.at("2026-10-09 08:56");
    town.say(Who::Technician, case, Some(order), Fact::Arrived(Arrival::default()), "");
    town.at("2026-10-09 09:30");
    town.say(
        Who::Technician,
        case,
        Some(order),
        Fact::Inspected,
        "与保修单位联合查勘：窗框外侧密封胶脱开，属保修。",
    );
    let liable = OrderSorting { liability: Some(Liability::Warranty), ..OrderSorting::default() };
    town.phone(Who::Technician).sort_order(case, order, liable).unwrap();
    town.meet();
    let party = Party { kind: PartyKind::Contractor, name: "宏建幕墙".to_owned() };
    let to = OrderSorting { party: Some(party), ..OrderSorting::default() };
    town.phone(Who::Housekeeper).sort_order(case, order, to).unwrap();

    let sheet = SheetId::from_bytes([6; 16]);
    let written = Sheet {
        sheet,
        party: PartyKind::Developer,
        party_name: "锦绣置业".to_owned(),
        reply_by: Some(at("2026-10-14 18:00")),
    };
    town.at("2026-10-09 11:00");
    town.say(
        Who::Housekeeper,
        case,
        Some(order),
        Fact::SheetWritten(written),
        "请确认保修并安排宏建幕墙施工。",
    );
    let sign = |level| Fact::SheetSigned(SheetSignature { sheet, level });
    town.meet();
    town.say(Who::Director, case, Some(order), sign(Level::SiteDirector), "");
    town.meet();
    town.at("2026-10-10 10:00");
    town.say(Who::Manager, case, Some(order), sign(Level::CustomerService), "");
    town.say(Who::Manager, case, Some(order), sign(Level::GeneralManager), "");
    town.meet();
    town.say(Who::Housekeeper, case, Some(order), Fact::SheetSent(SheetSending { sheet }), "");
    let expected = Progress {
        way: Some(Way::Phone),
        expected: Some(at("2026-10-20 18:00")),
        next: Some(at("2026-10-14 18:00")),
    };
    town.say(Who::Housekeeper, case, None, Fact::ProgressTold(expected), "已报开发商，保修单位一周内进场。");
    let wait = Wait { reason: WaitFor::Party, expected: Some(at("2026-10-16 09:00")), attempt: None };
    town.say(Who::Technician, case, Some(order), Fact::Waiting(wait), "等保修单位进场");
    town.meet();

    town.at("2026-10-14 15:00");
    town.say(
        Who::Housekeeper,
        case,
        Some(order),
        Fact::SheetReplied(SheetReply { sheet, agrees: true }),
        "同意保修，16 日进场。",
    );
    let promise = Promise { until: at("2026-10-18 18:00"), consent: Some(Way::Phone) };
    town.say(Who::Housekeeper, case, None, Fact::Promised(promise), "");
    town.at("2026-10-16 09:10");
    town.say(Who::Technician, case, Some(order), Fact::Resumed, "保修单位进场，全程旁站。");
    // Rain: the day is moved once, within the promised day, and the owner agrees.
    town.at("2026-10-18 10:00");
    let moved = Promise { until: at("2026-10-20 18:00"), consent: Some(Way::Phone) };
    town.say(Who::Housekeeper, case, None, Fact::Promised(moved), "连日下雨，密封胶无法固化。");
    town.at("2026-10-20 15:30");
    town.say(Who::Technician, case, Some(order), Fact::Completed, "重新打胶，淋水 2 小时无渗漏。");
    let shown = town.phone(Who::Technician).statement(case, Some(order), SignOffSubject::Completion).unwrap();
    town.sign(Who::Technician, case, Some(order), SignOffSubject::Completion, &shown);
    town.say(Who::Technician, case, Some(order), Fact::Returned, "");
    town.meet();
    town.say(
        Who::Housekeeper,
        case,
        Some(order),
        Fact::Verified(Verification { by: Verifier::Owner }),
        "业主淋水后查看",
    );
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Reported(Report { way: Some(Way::InPerson), denies_fault: None }),
        "",
    );
    town.at("2026-10-22 10:00");
    let visit = Visit { way: Some(Way::InPerson), satisfaction: Some(4), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "两场雨后未再渗水。");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    assert_eq!(sheets(&read).len(), 1);
    assert_reads("warranty", &town.shown(case));
}
