//! What an entry states, each the same as in the core, in documents and in the API.

use roundsman_sync_core::model as core;

use crate::convert::words;

words! {
    /// What an entry states. What goes with each is in `EntryDetails`.
    EntryKind = core::EntryKind {
        /// 受理: the case was written down.
        Received,
        /// 派单: an order was given to a department.
        Dispatched,
        /// 转单 / 指派: an order was given to a person.
        Assigned,
        /// 接单 / 抢单: somebody took the order in hand.
        Accepted,
        /// 退单: whoever had the order gave it back to the desk.
        GivenBack,
        /// 催单: somebody asked where the order stays.
        Chased,
        /// 预约: a window of time was agreed with the owner.
        Appointed,
        /// 到场: on the spot.
        Arrived,
        /// 无人在家: on the spot, and nobody opened.
        NobodyHome,
        /// 查验: liability was looked into on the spot.
        Inspected,
        /// 诊断: the cause is known.
        Diagnosed,
        /// 应急措施: made safe for now.
        TemporaryMeasure,
        /// 等待: for a part, a party, the owner or access.
        Waiting,
        /// 挂起: put aside by decision.
        Suspended,
        /// 恢复: the wait is over.
        Resumed,
        /// 用料: a part was used.
        PartUsed,
        /// 质保期维修计划: work beyond three days was planned.
        PlanWritten,
        /// 计划审批
        PlanApproved,
        /// 完成进程: the day's entry of planned work.
        Progressed,
        /// 完成: the work is done.
        Completed,
        /// 补单: an order that began by phone was written up.
        WrittenUp,
        /// 验收: somebody checked that it works.
        Verified,
        /// 回单: the order's paper came back.
        Returned,
        /// 告知收费标准: the rate was told.
        RateTold,
        /// 报价: what is to be paid was worked out.
        Quoted,
        /// 收费: money was taken.
        Charged,
        /// 开具收据: a receipt was given.
        Receipted,
        /// 调查: the facts were looked into.
        Investigated,
        /// 非我方责任确认: the manager confirmed that the company is not at fault.
        DenialConfirmed,
        /// 方案告知: the owner was told how it will be solved.
        PlanTold,
        /// 进展告知: the owner was told how it stands.
        ProgressTold,
        /// 承诺: a day was promised, or moved.
        Promised,
        /// 联系未果: somebody tried to reach the owner and could not.
        Attempted,
        /// 外部时限: an authority set a date.
        DeadlineSet,
        /// 上报升级: the matter went up a level.
        Escalated,
        /// 报上级: what was settled on the spot was told to the superior.
        SuperiorTold,
        /// 移交: responsibility for the case was handed over.
        HandedOver,
        /// 关联: the case belongs to another.
        Linked,
        /// 巡查发现: a round found this.
        Found,
        /// 安排巡查: a route is to be walked for this case until the device is verified.
        WalkOrdered,
        /// 已巡查: it was walked.
        Walked,
        /// 公示 / 通知: a notice was put up or renewed.
        NoticeGiven,
        /// 计划变更: something residents rely on will change.
        ChangePlanned,
        /// 收到资料: a paper the matter needs came in.
        PaperReceived,
        /// 隐患协调: an owner's neglected hazard was coordinated under its own legal path.
        HazardCoordinated,
        /// 工作联系单: a liaison sheet to an outside party was written.
        SheetWritten,
        /// 联系单签发: a level signed the sheet.
        SheetSigned,
        /// 联系单送达
        SheetSent,
        /// 联系单回复
        SheetReplied,
        /// 和解备忘: a settlement was drafted.
        SettlementDrafted,
        /// 赔付同意: a level consented to the sum.
        SettlementConsented,
        /// 赔付: the sum was paid.
        SettlementPaid,
        /// 处理指引: a playbook was copied into the case.
        PlaybookChosen,
        /// 步骤完成: a step of it was done.
        StepDone,
        /// 裁定: two statements that cannot both hold were settled by somebody who may.
        Settled,
        /// 反馈: the result was told.
        Reported,
        /// 处理报告: the report after handling was written.
        ReportWritten,
        /// 回访: somebody called or visited afterwards.
        Visited,
        /// 关闭. About an order: 关单.
        Closed,
        /// 总结: what was kept, the problem, what to try.
        Reviewed,
        /// 重开
        Reopened,
        /// 备注: a remark that moves nothing.
        Remark,
        /// Written by a newer version than this one understands; shown, and moves nothing.
        Unknown,
    }
}
