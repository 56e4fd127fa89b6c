#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;

use chrono_tz::Asia::Shanghai;
use roundsman_sync_core::model::EntryKind;
use serde_json::{Value, json};

use super::*;

const PERSON: &str = "01010101-0101-0101-0101-010101010101";
const ENTRY: &str = "02020202-0202-0202-0202-020202020202";
const CASE: &str = "03030303-0303-0303-0303-030303030303";
/// 18:00 in Shanghai.
const EVENING: &str = "2026-11-23T10:00:00Z";

fn mentions() -> Mentions {
    let mut mentions = Mentions::default();
    mentions.people.insert(PERSON.parse().unwrap(), "林晓芸".to_owned());
    mentions.cases.insert(CASE.parse().unwrap(), "R000012".to_owned());
    let step = (ENTRY.parse().unwrap(), "calm".to_owned());
    mentions.steps.insert(step, ("安抚被困人".to_owned(), "Calm the person".to_owned()));
    mentions
}

fn tell(lang: Lang, kind: EntryKind, details: &Value) -> String {
    let mentions = mentions();
    told(&Fact::from_json(kind, details).unwrap(), &Telling { lang, zone: Shanghai, mentions: &mentions })
}

#[test]
#[rustfmt::skip]
fn what_goes_with_a_fact_is_told_in_the_words_of_the_procedure() {
    use EntryKind as K;
    let table = [
        (K::Dispatched, json!({ "by_phone": true, "party": "maintenance" }),
            "已派单给电梯维保单位，急修先电话通知，事后补单",
            "Order given to the lift maintenance company, began by phone, to be written up afterwards"),
        (K::Assigned, json!({ "to": PERSON }), "工单交给 林晓芸", "Order given to 林晓芸"),
        (K::Arrived, json!({ "scan": { "checkpoint": ENTRY, "means": "qr" },
            "position": { "latitude_e7": 311_234_567, "longitude_e7": -4_567_890, "accuracy_m": 12 } }),
            "已到现场，已拍扫点位二维码，定位 31.12345, -0.45678（误差 12 米）",
            "On the spot, code photographed, at 31.12345, -0.45678 within 12 m"),
        (K::Waiting, json!({ "reason": "owner", "expected": EVENING, "attempt": ENTRY }),
            "等待业主（已有联系记录），预计至 2026-11-23 18:00",
            "Waiting for the owner (an attempt to reach them is logged), until about 2026-11-23 18:00"),
        (K::PartUsed, json!({ "name": "阀门", "quantity_milli": 1_500, "unit": "个", "price": 80 }),
            "用料：阀门 1.5个，单价 ¥0.80", "Used: 阀门 1.5 个, ¥0.80 each"),
        (K::PlanWritten, json!({ "finish_by": EVENING }), "已订维修计划，2026-11-23 18:00 前完成",
            "Repair planned, to be done by 2026-11-23 18:00"),
        (K::PlanApproved, json!({ "level": "engineering_manager" }), "工程部经理已批准维修计划",
            "Repair plan approved by the engineering manager"),
        (K::Progressed, json!({ "unchanged": true, "expected": EVENING }),
            "当日进程：无变化，预计 2026-11-23 18:00 完成", "Today: unchanged, expected by 2026-11-23 18:00"),
        (K::Verified, json!({ "by": "housekeeper" }), "客服管家已验收，使用正常", "Works, checked by the housekeeper"),
        (K::RateTold, json!({ "price": 5_000, "unit": "次" }), "事先告知收费标准：¥50.00/次",
            "Rate told beforehand: ¥50.00 per 次"),
        (K::Quoted, json!({ "sum": 12_000, "what": "换阀门" }), "报价 ¥120.00（换阀门）", "Quoted ¥120.00 for 换阀门"),
        (K::Charged, json!({ "sum": 12_000, "what": "换阀门" }), "已收费 ¥120.00（换阀门）", "Charged ¥120.00 for 换阀门"),
        (K::Receipted, json!({ "number": "0033", "sum": 12_000 }), "已开收据 0033，金额 ¥120.00",
            "Receipt 0033 given for ¥120.00"),
        (K::PlanTold, json!({ "way": "wechat" }), "已微信告知业主处理方案", "Owner told how it will be solved by WeChat"),
        (K::ProgressTold, json!({ "way": "phone", "expected": EVENING, "next": EVENING }),
            "已电话告知业主进展，预计 2026-11-23 18:00 完成，下次告知不晚于 2026-11-23 18:00",
            "Owner told how it stands by phone, expected by 2026-11-23 18:00, will hear again by 2026-11-23 18:00"),
        (K::Promised, json!({ "until": EVENING, "consent": "phone" }), "承诺 2026-11-23 18:00 前完成（业主电话同意）",
            "Promised by 2026-11-23 18:00, owner agreed by phone"),
        (K::Attempted, json!({ "way": "in_person" }), "当面联系业主未果",
            "Tried to reach the owner in person, without success"),
        (K::DeadlineSet, json!({ "authority": "12345", "until": EVENING }), "12345 要求 2026-11-23 18:00 前办结",
            "12345 wants it settled by 2026-11-23 18:00"),
        (K::Escalated, json!({ "to": "site_director" }), "上报至管理处主任", "Taken up to the site director"),
        (K::HandedOver, json!({ "to": PERSON }), "由 林晓芸 接手跟进", "林晓芸 follows it up from now on"),
        (K::Linked, json!({ "case": CASE, "relation": "second_complaint" }), "二次投诉，关联报事 R000012",
            "Second complaint about case R000012"),
        (K::Found, json!({ "round": CASE, "checkpoint": ENTRY }), "巡查中发现", "Found on a round"),
        (K::WalkOrdered, json!({}), "安排每日巡查，直到设备验收", "To be walked every day until the device is verified"),
        (K::Walked, json!({ "round": CASE }), "已按安排巡查", "Walked as ordered"),
        (K::ChangePlanned, json!({ "from": EVENING }), "计划自 2026-11-23 18:00 起变更", "Will change from 2026-11-23 18:00"),
        (K::SheetWritten, json!({ "sheet": ENTRY, "party": "developer", "party_name": "锦绣置业", "reply_by": EVENING }),
            "拟工作联系单致开发商“锦绣置业”，应于 2026-11-23 18:00 前回复",
            "Liaison sheet to the developer, 锦绣置业, answer owed by 2026-11-23 18:00"),
        (K::SheetSigned, json!({ "sheet": ENTRY, "level": "general_manager" }), "总经理已签发联系单",
            "Liaison sheet signed by the general manager"),
        (K::Appointed, json!({ "from": "2026-11-23T06:00:00Z", "to": "2026-11-23T08:00:00Z" }),
            "已与业主约定上门时段 2026-11-23 14:00 – 2026-11-23 16:00",
            "Agreed with the owner to come between 2026-11-23 14:00 and 2026-11-23 16:00"),
        (K::SheetSent, json!({ "sheet": ENTRY }), "联系单已送达对方", "Liaison sheet sent"),
        (K::SheetReplied, json!({ "sheet": ENTRY, "agrees": false }), "对方回复联系单：不同意承担",
            "They answered the sheet: they do not take it on"),
        (K::SettlementDrafted, json!({ "settlement": ENTRY, "sum": 80_000, "level": "site_director" }),
            "拟和解备忘，赔付 ¥800.00，由管理处主任协商", "Settlement drafted: ¥800.00, negotiated by the site director"),
        (K::SettlementConsented, json!({ "settlement": ENTRY, "level": "developer" }),
            "开发商同意赔付（电话同意，联系单待补）", "Payment agreed by the developer (by phone, sheet still owed)"),
        (K::SettlementPaid, json!({ "settlement": ENTRY, "sum": 80_000 }), "已赔付 ¥800.00", "Paid ¥800.00 to the owner"),
        (K::PlaybookChosen, json!({ "playbook": "lift/trapped", "from": EVENING,
            "steps": [{ "id": "calm", "zh": "安抚被困人", "en": "Calm the person" }] }),
            "采用处理指引 lift/trapped，共 1 步", "Playbook lift/trapped taken up; steps: 1"),
        (K::StepDone, json!({ "checklist": ENTRY, "step": "calm" }), "完成步骤：安抚被困人", "Step done: Calm the person"),
        (K::Reported, json!({ "way": "phone", "denies_fault": true }), "已电话告知业主处理结果，说明非我方责任",
            "Owner told the result by phone, and that the company is not at fault"),
        (K::Visited, json!({ "way": "in_person", "satisfaction": 4, "accepts": true }),
            "已当面回访，满意度 4/5，业主认可处理结果",
            "Return visit in person, satisfaction 4 of 5, the owner accepts the outcome"),
        (K::Settled, json!({ "conflict": ENTRY }), "两处相互矛盾的记录已作裁定",
            "Two statements that cannot both hold were settled"),
        (K::Reviewed, json!({ "keep": "快", "attempt": "备件" }), "保留：快；改进：备件", "Keep: 快; Try: 备件"),
    ];
    for (kind, details, zh, en) in &table {
        assert_eq!(tell(Lang::ZhCn, *kind, details), *zh);
        assert_eq!(tell(Lang::En, *kind, details), *en);
    }
    // Whatever has details has a line above, and everything else a sentence of its own.
    let in_table: BTreeSet<_> = table.iter().map(|(kind, ..)| *kind).collect();
    for &kind in K::ALL {
        let bare = Fact::plain(kind).is_some_and(|fact| fact.details_json().is_null());
        assert_ne!(bare, in_table.contains(&kind), "{kind}");
    }
}

#[test]
fn every_kind_without_details_has_a_sentence_of_its_own_in_both_languages() {
    for lang in Lang::ALL {
        let bare = EntryKind::ALL.iter().filter_map(|&kind| Fact::plain(kind));
        let bare: Vec<Fact> = bare.filter(|fact| fact.details_json().is_null()).collect();
        let told: BTreeSet<_> = bare
            .iter()
            .map(|fact| tell(lang, fact.kind(), &Value::Null))
            .filter(|told| !told.is_empty())
            .collect();
        assert_eq!(told.len(), bare.len(), "{lang:?}");
    }
}

#[test]
fn what_nobody_has_a_name_for_is_told_by_the_beginning_of_its_id() {
    let none = Mentions::default();
    let telling = Telling { lang: Lang::ZhCn, zone: Shanghai, mentions: &none };
    let fact = Fact::from_json(EntryKind::HandedOver, &json!({ "to": PERSON })).unwrap();
    assert_eq!(told(&fact, &telling), "由 01010101 接手跟进");
}
