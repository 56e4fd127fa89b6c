//! 有偿维修: a tap inside a flat. The rate is told, liability is looked into, the owner signs for the sum,
//! then money is taken and a receipt given. Never the other way round.

use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::model::fact::{Arrival, Attempt, Charge, Part, Rate, Receipt, Report, Visit, Wait};
use roundsman_sync_core::model::{
    CaseKind, Channel, Department, Fact, Fen, Liability, NewEntry, NewOrder, OrderKind, OrderSorting,
    SignOffSubject, WaitFor, Way, Window,
};
use roundsman_sync_core::rules::{CaseStatus, case_status, contradictions};

use super::town::{Town, Who, assert_reads, at, matter};

#[test]
fn money_is_taken_only_after_the_owner_signed_and_a_receipt_follows() {
    let mut town = Town::new("2026-10-16 10:00");
    let mut new =
        matter(town.site, CaseKind::Repair, Channel::Wechat, "equipment/plumbing", "厨房水龙头滴水。");
    new.place.room = Some("502".to_owned());
    let case = town.receive(Who::Housekeeper, new);
    town.at("2026-10-16 10:03");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::RateTold(Rate { price: Fen(5_000), unit: "次".to_owned() }),
        "材料另计",
    );
    let window = Window { from: at("2026-10-16 14:00"), to: at("2026-10-16 15:00") };
    let order = NewOrder {
        sorting: OrderSorting {
            kind: Some(OrderKind::Minor),
            appointment: Some(window),
            ..OrderSorting::default()
        },
        ..NewOrder::default()
    };
    let order =
        town.phone(Who::Housekeeper).dispatch_order(case, Department::Engineering, None, order).unwrap();
    town.meet();
    town.phone(Who::Technician).take_order(case, order).unwrap();

    // Nobody opens in the window; a call is not answered; a new window is agreed.
    town.at("2026-10-16 14:10");
    town.say(Who::Technician, case, Some(order), Fact::Arrived(Arrival::default()), "");
    town.say(Who::Technician, case, Some(order), Fact::NobodyHome, "敲门三次无人应");
    let waits = |attempt| Fact::Waiting(Wait { reason: WaitFor::Owner, expected: None, attempt });
    let no_attempt = town.phone(Who::Technician).record(case, Some(order), NewEntry::now(waits(None), ""));
    assert_eq!(
        no_attempt.unwrap_err().code,
        ErrorCode::FieldMissing,
        "waiting for the owner needs an attempt"
    );
    let attempt =
        town.say(Who::Technician, case, Some(order), Fact::Attempted(Attempt { way: Way::Phone }), "未接");
    town.say(Who::Technician, case, Some(order), waits(Some(attempt)), "");
    town.meet();
    town.at("2026-10-16 16:30");
    let window = Window { from: at("2026-10-17 09:00"), to: at("2026-10-17 10:00") };
    let to = OrderSorting { appointment: Some(window), ..OrderSorting::default() };
    town.phone(Who::Housekeeper).sort_order(case, order, to).unwrap();
    town.meet();

    town.at("2026-10-17 09:05");
    town.say(Who::Technician, case, Some(order), Fact::Arrived(Arrival::default()), "");
    town.say(Who::Technician, case, Some(order), Fact::Inspected, "户内自用部位，业主承担。");
    let to = OrderSorting { liability: Some(Liability::Owner), ..OrderSorting::default() };
    town.phone(Who::Technician).sort_order(case, order, to).unwrap();
    town.at("2026-10-17 09:30");
    let part = Part {
        name: "陶瓷阀芯".to_owned(),
        quantity_milli: 1_000,
        unit: "个".to_owned(),
        price: Some(Fen(3_500)),
    };
    town.say(Who::Technician, case, Some(order), Fact::PartUsed(part), "");
    town.say(Who::Technician, case, Some(order), Fact::Completed, "更换阀芯，试水不滴。");
    let sum = || Charge { sum: Fen(8_500), what: "上门费 50，阀芯 35".to_owned() };
    let unsigned =
        town.phone(Who::Technician).record(case, Some(order), NewEntry::now(Fact::Charged(sum()), ""));
    assert_eq!(unsigned.unwrap_err().code, ErrorCode::ProcedureForbids, "no signature, no money");
    town.say(Who::Technician, case, Some(order), Fact::Quoted(sum()), "");
    for subject in [SignOffSubject::Completion, SignOffSubject::Charge] {
        let shown = town.phone(Who::Technician).statement(case, Some(order), subject).unwrap();
        assert_eq!(shown.text.contains("85.00"), subject == SignOffSubject::Charge);
        town.sign(Who::Technician, case, Some(order), subject, &shown);
    }
    let more = Charge { sum: Fen(8_501), ..sum() };
    let more = town.phone(Who::Technician).record(case, Some(order), NewEntry::now(Fact::Charged(more), ""));
    assert_eq!(more.unwrap_err().code, ErrorCode::ProcedureForbids, "not a fen more than was signed for");
    town.at("2026-10-17 09:40");
    town.say(Who::Technician, case, Some(order), Fact::Charged(sum()), "微信支付");
    let receipt = Receipt { number: "SJ-2026-0033".to_owned(), sum: Fen(8_500) };
    town.say(Who::Technician, case, Some(order), Fact::Receipted(receipt), "");
    town.say(Who::Technician, case, Some(order), Fact::Returned, "");
    town.meet();
    town.at("2026-10-18 10:00");
    town.say(
        Who::Housekeeper,
        case,
        None,
        Fact::Reported(Report { way: Some(Way::Phone), denies_fault: None }),
        "",
    );
    let visit = Visit { way: Some(Way::Phone), satisfaction: Some(5), accepts: Some(true) };
    town.say(Who::Housekeeper, case, None, Fact::Visited(visit), "");
    town.meet();
    town.say(Who::Housekeeper, case, None, Fact::Closed, "");

    let read = town.case(case);
    assert_eq!(case_status(&read), CaseStatus::Closed);
    assert_eq!(contradictions(case, &read, &Default::default()), []);
    assert_reads("paid_repair", &town.shown(case));
}
