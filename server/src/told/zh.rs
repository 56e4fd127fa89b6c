//! Facts in Simplified Chinese, as the procedures would put them.

use roundsman_sync_core::model::fact::{
    Arrival, DailyProgress, Dispatch, Progress, Report, Review, ScanMeans, Visit, Wait,
};
use roundsman_sync_core::model::{Fact, Level, LinkRelation, PartyKind, Verifier, WaitFor, Way};

use super::{Telling, degrees, quantity};

pub(super) fn sentence(fact: &Fact, t: &Telling<'_>) -> String {
    match fact {
        Fact::Received => "已受理登记".to_owned(),
        Fact::Dispatched(dispatch) => dispatched(dispatch),
        Fact::Assigned(assignment) => format!("工单交给 {}", t.person(assignment.to)),
        Fact::Accepted => "已接单".to_owned(),
        Fact::GivenBack => "退回前台，请重新派单".to_owned(),
        Fact::Chased => "有人来催，询问工单进展".to_owned(),
        Fact::Appointed(appointment) => match appointment.window() {
            Some(window) => {
                format!("已与业主约定上门时段 {} – {}", t.time(window.from), t.time(window.to))
            }
            None => "已与业主约定上门时段".to_owned(),
        },
        Fact::Arrived(arrival) => arrived(arrival),
        Fact::NobodyHome => "上门无人应答".to_owned(),
        Fact::Inspected => "已到现场查验责任".to_owned(),
        Fact::Diagnosed => "已查明原因".to_owned(),
        Fact::TemporaryMeasure => "已采取应急措施，暂时安全".to_owned(),
        Fact::Waiting(wait) => waiting(wait, t),
        Fact::Suspended => "经决定暂缓处理".to_owned(),
        Fact::Resumed => "恢复处理".to_owned(),
        Fact::PartUsed(part) => {
            let price = part.price.map(|price| format!("，单价 ¥{price}")).unwrap_or_default();
            format!("用料：{} {}{}{price}", part.name, quantity(part), part.unit)
        }
        Fact::PlanWritten(plan) => format!("已订维修计划，{} 前完成", t.time(plan.finish_by)),
        Fact::PlanApproved(approval) => format!("{}已批准维修计划", level(approval.level)),
        Fact::Progressed(progress) => progressed(progress, t),
        Fact::Completed => "工作已完成".to_owned(),
        Fact::WrittenUp => "急修工单已补写".to_owned(),
        Fact::Verified(verification) => format!("{}已验收，使用正常", verifier(verification.by)),
        Fact::Returned => "工单已回单".to_owned(),
        Fact::RateTold(rate) => format!("事先告知收费标准：¥{}/{}", rate.price, rate.unit),
        Fact::Quoted(charge) => format!("报价 ¥{}（{}）", charge.sum, charge.what),
        Fact::Charged(charge) => format!("已收费 ¥{}（{}）", charge.sum, charge.what),
        Fact::Receipted(receipt) => format!("已开收据 {}，金额 ¥{}", receipt.number, receipt.sum),
        Fact::Investigated => "已调查核实情况".to_owned(),
        Fact::DenialConfirmed => "经理已确认非我方责任".to_owned(),
        Fact::PlanTold(report) => reported("处理方案", report),
        Fact::ProgressTold(progress) => progress_told(progress, t),
        Fact::Promised(promise) => {
            let consent = promise.consent.map(|by| format!("（业主{}同意）", way(by))).unwrap_or_default();
            format!("承诺 {} 前完成{consent}", t.time(promise.until))
        }
        Fact::Attempted(attempt) => format!("{}联系业主未果", way(attempt.way)),
        Fact::DeadlineSet(deadline) => {
            format!("{} 要求 {} 前办结", deadline.authority, t.time(deadline.until))
        }
        Fact::Escalated(escalation) => format!("上报至{}", level(escalation.to)),
        Fact::SuperiorTold => "现场已解决，当日报上级知悉".to_owned(),
        Fact::HandedOver(handover) => format!("由 {} 接手跟进", t.person(handover.to)),
        Fact::Linked(link) => format!("{}，关联报事 {}", relation(link.relation), t.case(link.case)),
        Fact::Found(_) => "巡查中发现".to_owned(),
        Fact::WalkOrdered(_) => "安排每日巡查，直到设备验收".to_owned(),
        Fact::Walked(_) => "已按安排巡查".to_owned(),
        Fact::NoticeGiven => "已张贴或更新通知".to_owned(),
        Fact::ChangePlanned(change) => format!("计划自 {} 起变更", t.time(change.from)),
        Fact::PaperReceived => "已收到所需资料".to_owned(),
        Fact::HazardCoordinated => "业主自有部位的隐患已依法协调并记录".to_owned(),
        Fact::SheetWritten(sheet) => {
            let reply = sheet.reply_by.map(|by| format!("，应于 {} 前回复", t.time(by))).unwrap_or_default();
            format!("拟工作联系单致{}“{}”{reply}", party(sheet.party), sheet.party_name)
        }
        Fact::SheetSigned(signature) => format!("{}已签发联系单", level(signature.level)),
        Fact::SheetSent(_) => "联系单已送达对方".to_owned(),
        Fact::SheetReplied(reply) if reply.agrees => "对方回复联系单：同意承担".to_owned(),
        Fact::SheetReplied(_) => "对方回复联系单：不同意承担".to_owned(),
        Fact::SettlementDrafted(draft) => {
            format!("拟和解备忘，赔付 ¥{}，由{}协商", draft.sum, level(draft.level))
        }
        Fact::SettlementConsented(consent) => {
            let by = if consent.sheet.is_some() { "附联系单" } else { "电话同意，联系单待补" };
            format!("{}同意赔付（{by}）", level(consent.level))
        }
        Fact::SettlementPaid(payment) => format!("已赔付 ¥{}", payment.sum),
        Fact::PlaybookChosen(checklist) => {
            format!("采用处理指引 {}，共 {} 步", checklist.playbook, checklist.steps.len())
        }
        Fact::StepDone(tick) => format!("完成步骤：{}", t.step(tick.checklist, &tick.step)),
        Fact::Reported(report) => reported("处理结果", report),
        Fact::ReportWritten => "处理报告已写成".to_owned(),
        Fact::Visited(visit) => visited(visit),
        Fact::Closed => "已关闭".to_owned(),
        Fact::Reviewed(review) => reviewed(review),
        Fact::Reopened => "重新打开，连同上一轮处理一并跟进".to_owned(),
        Fact::Settled(_) => "两处相互矛盾的记录已作裁定".to_owned(),
        Fact::Remark => "备注".to_owned(),
        Fact::Unknown => "由较新版本写入，本版本无法读出细节".to_owned(),
    }
}

fn dispatched(dispatch: &Dispatch) -> String {
    let to = dispatch.party.map(|kind| format!("给{}", party(kind))).unwrap_or_default();
    let phone = if dispatch.is_by_phone() { "，急修先电话通知，事后补单" } else { "" };
    format!("已派单{to}{phone}")
}

fn arrived(arrival: &Arrival) -> String {
    let scan = arrival.scan.map(|scan| match scan.means {
        ScanMeans::Nfc => "，已触碰点位 NFC",
        ScanMeans::Qr => "，已拍扫点位二维码",
    });
    let position = arrival
        .position
        .map(|position| format!("，定位 {}（误差 {} 米）", degrees(&position), position.accuracy_m));
    format!("已到现场{}{}", scan.unwrap_or_default(), position.unwrap_or_default())
}

fn waiting(wait: &Wait, t: &Telling<'_>) -> String {
    let reason = match wait.reason {
        WaitFor::Part => "配件",
        WaitFor::Party => "外部单位",
        WaitFor::Owner => "业主",
        WaitFor::Access => "进场条件",
    };
    let attempt = if wait.attempt.is_some() { "（已有联系记录）" } else { "" };
    let expected = wait.expected.map(|at| format!("，预计至 {}", t.time(at))).unwrap_or_default();
    format!("等待{reason}{attempt}{expected}")
}

fn progressed(progress: &DailyProgress, t: &Telling<'_>) -> String {
    let state = if progress.unchanged == Some(true) { "无变化" } else { "有进展" };
    let expected = progress.expected.map(|at| format!("，预计 {} 完成", t.time(at))).unwrap_or_default();
    format!("当日进程：{state}{expected}")
}

fn by(told: Option<Way>) -> &'static str {
    told.map(way).unwrap_or_default()
}

fn reported(what: &str, report: &Report) -> String {
    let denial = if report.is_denial() { "，说明非我方责任" } else { "" };
    format!("已{}告知业主{what}{denial}", by(report.way))
}

fn progress_told(progress: &Progress, t: &Telling<'_>) -> String {
    let expected = progress.expected.map(|at| format!("，预计 {} 完成", t.time(at))).unwrap_or_default();
    let next = progress.next.map(|at| format!("，下次告知不晚于 {}", t.time(at))).unwrap_or_default();
    format!("已{}告知业主进展{expected}{next}", by(progress.way))
}

fn visited(visit: &Visit) -> String {
    let points = visit.satisfaction.map(|points| format!("，满意度 {points}/5")).unwrap_or_default();
    let accepts = match visit.accepts {
        Some(true) => "，业主认可处理结果",
        Some(false) => "，业主不认可处理结果",
        None => "",
    };
    format!("已{}回访{points}{accepts}", by(visit.way))
}

fn reviewed(review: &Review) -> String {
    let parts = [("保留", &review.keep), ("问题", &review.problem), ("改进", &review.attempt)];
    let said = parts.into_iter().filter_map(|(name, text)| Some(format!("{name}：{}", text.as_deref()?)));
    said.collect::<Vec<_>>().join("；")
}

const fn way(way: Way) -> &'static str {
    match way {
        Way::Phone => "电话",
        Way::InPerson => "当面",
        Way::Wechat => "微信",
        Way::Sms => "短信",
        Way::Written => "书面",
        Way::Notice => "公示",
        Way::Link => "链接",
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Desk => "前台",
        Level::Supervisor => "部门主管",
        Level::EngineeringManager => "工程部经理",
        Level::SiteDirector => "管理处主任",
        Level::CustomerService => "客户服务部",
        Level::GeneralManager => "总经理",
        Level::Developer => "开发商",
    }
}

const fn party(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::Developer => "开发商",
        PartyKind::Contractor => "保修单位",
        PartyKind::Maintenance => "电梯维保单位",
        PartyKind::Manufacturer => "生产厂家",
        PartyKind::Utility => "供水供电燃气单位",
        PartyKind::ResidentsCommittee => "居委会",
        PartyKind::OwnersCommittee => "业委会",
        PartyKind::Other => "外部单位",
    }
}

const fn verifier(by: Verifier) -> &'static str {
    match by {
        Verifier::Housekeeper => "客服管家",
        Verifier::Owner => "业主",
        Verifier::Supervisor => "工程主管",
    }
}

const fn relation(relation: LinkRelation) -> &'static str {
    match relation {
        LinkRelation::SecondComplaint => "二次投诉",
        LinkRelation::Duplicate => "重复登记",
        LinkRelation::Rework => "返修",
        LinkRelation::PartOf => "同一原因的群诉",
        LinkRelation::Related => "相关事项",
    }
}
