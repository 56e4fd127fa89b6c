//! What an entry states.

words!(
    /// What an entry states. What goes with each is in [`Fact`](crate::model::Fact).
    EntryKind {
        /// 受理: the case was written down.
        Received = "received",
        /// 派单: an order was given to a department.
        Dispatched = "dispatched",
        /// 转单 / 指派: an order was given to a person.
        Assigned = "assigned",
        /// 接单 / 抢单: somebody took the order in hand.
        Accepted = "accepted",
        /// 退单: whoever had the order gave it back to the desk.
        GivenBack = "given_back",
        /// 催单: somebody asked where the order stays.
        Chased = "chased",
        /// 预约: a window of time was agreed with the owner.
        Appointed = "appointed",
        /// 到场: on the spot.
        Arrived = "arrived",
        /// 无人在家: on the spot, and nobody opened.
        NobodyHome = "nobody_home",
        /// 查验: liability was looked into on the spot.
        Inspected = "inspected",
        /// 诊断: the cause is known.
        Diagnosed = "diagnosed",
        /// 应急措施: made safe for now.
        TemporaryMeasure = "temporary_measure",
        /// 等待: for a part, a party, the owner or access.
        Waiting = "waiting",
        /// 挂起: put aside by decision.
        Suspended = "suspended",
        /// 恢复: the wait is over.
        Resumed = "resumed",
        /// 用料: a part was used.
        PartUsed = "part_used",
        /// 质保期维修计划: work beyond three days was planned.
        PlanWritten = "plan_written",
        /// 计划审批
        PlanApproved = "plan_approved",
        /// 完成进程: the day's entry of planned work.
        Progressed = "progressed",
        /// 完成: the work is done.
        Completed = "completed",
        /// 补单: an order that began by phone was written up.
        WrittenUp = "written_up",
        /// 验收: somebody checked that it works.
        Verified = "verified",
        /// 回单: the order's paper came back.
        Returned = "returned",
        /// 告知收费标准: the rate was told.
        RateTold = "rate_told",
        /// 报价: what is to be paid was worked out.
        Quoted = "quoted",
        /// 收费: money was taken.
        Charged = "charged",
        /// 开具收据: a receipt was given.
        Receipted = "receipted",
        /// 调查: the facts were looked into.
        Investigated = "investigated",
        /// 非我方责任确认: the manager confirmed that the company is not at fault.
        DenialConfirmed = "denial_confirmed",
        /// 方案告知: the owner was told how it will be solved.
        PlanTold = "plan_told",
        /// 进展告知: the owner was told how it stands.
        ProgressTold = "progress_told",
        /// 承诺: a day was promised, or moved.
        Promised = "promised",
        /// 联系未果: somebody tried to reach the owner and could not.
        Attempted = "attempted",
        /// 外部时限: an authority set a date.
        DeadlineSet = "deadline_set",
        /// 上报升级: the matter went up a level.
        Escalated = "escalated",
        /// 报上级: what was settled on the spot was told to the superior.
        SuperiorTold = "superior_told",
        /// 移交: responsibility for the case was handed over.
        HandedOver = "handed_over",
        /// 关联: the case belongs to another.
        Linked = "linked",
        /// 巡查发现: a round found this.
        Found = "found",
        /// 安排巡查: a route is to be walked for this case until the device is verified.
        WalkOrdered = "walk_ordered",
        /// 已巡查: it was walked.
        Walked = "walked",
        /// 公示 / 通知: a notice was put up or renewed.
        NoticeGiven = "notice_given",
        /// 计划变更: something residents rely on will change.
        ChangePlanned = "change_planned",
        /// 收到资料: a paper the matter needs came in.
        PaperReceived = "paper_received",
        /// 隐患协调: an owner's neglected hazard was coordinated under its own legal path.
        HazardCoordinated = "hazard_coordinated",
        /// 工作联系单: a liaison sheet to an outside party was written.
        SheetWritten = "sheet_written",
        /// 联系单签发: a level signed the sheet.
        SheetSigned = "sheet_signed",
        /// 联系单送达
        SheetSent = "sheet_sent",
        /// 联系单回复
        SheetReplied = "sheet_replied",
        /// 和解备忘: a settlement was drafted.
        SettlementDrafted = "settlement_drafted",
        /// 赔付同意: a level consented to the sum.
        SettlementConsented = "settlement_consented",
        /// 赔付: the sum was paid.
        SettlementPaid = "settlement_paid",
        /// 处理指引: a playbook was copied into the case.
        PlaybookChosen = "playbook_chosen",
        /// 步骤完成: a step of it was done.
        StepDone = "step_done",
        /// 裁定: two statements that cannot both hold were settled by somebody who may.
        Settled = "settled",
        /// 反馈: the result was told.
        Reported = "reported",
        /// 处理报告: the report after handling was written.
        ReportWritten = "report_written",
        /// 回访: somebody called or visited afterwards.
        Visited = "visited",
        /// 关闭. About an order: 关单.
        Closed = "closed",
        /// 总结: what was kept, the problem, what to try.
        Reviewed = "reviewed",
        /// 重开
        Reopened = "reopened",
        /// 备注: a remark that moves nothing.
        Remark = "remark",
        /// Written by a newer version than this one understands; shown, and moves nothing.
        Unknown = "unknown",
    }
);
