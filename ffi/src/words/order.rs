//! Words of work orders and their papers, each the same as in the core, in documents and in the API.

use roundsman_sync_core::model as core;

use crate::convert::words;

words! {
    /// Who does a work order (责任部门).
    Department = core::Department {
        /// 工程部
        Engineering,
        /// 秩序维护部
        Security,
        /// 环境部
        Environment,
        /// 客服部
        CustomerService,
    }
    /// How large a repair is (维修类别); it decides how long it may take.
    OrderKind = core::OrderKind {
        /// 零修: minor repairs, urgent repairs, minor work on common facilities.
        Minor,
        /// 一般维修
        General,
        /// 大项维修: major work, an outside party, parts from elsewhere.
        Major,
    }
    /// Who answers for a repair (责任方). It decides who pays and which papers are needed.
    Liability = core::Liability {
        /// 待查验: a joint inspection follows.
        Undetermined,
        /// 业主自用部位: paid by the owner (有偿).
        Owner,
        /// 共用设施设备: the company's own work.
        Common,
        /// 保修: developer or contractor.
        Warranty,
        /// 专项维修资金
        Fund,
    }
    /// What sort of outside party (外部单位) is spoken to.
    PartyKind = core::PartyKind {
        /// 开发商 / 建设单位
        Developer,
        /// 保修单位
        Contractor,
        /// 电梯维保单位
        Maintenance,
        /// 生产厂家
        Manufacturer,
        /// 供电局, 水务, 燃气
        Utility,
        /// 居委会
        ResidentsCommittee,
        /// 业委会
        OwnersCommittee,
        /// 其他
        Other,
    }
    /// What an order waits for (等待原因).
    WaitFor = core::WaitFor {
        /// 等配件
        Part,
        /// 等外部单位
        Party,
        /// 等业主
        Owner,
        /// 等进场: nobody lets them in, or the place cannot be entered yet.
        Access,
    }
    /// Who checked that a repaired device works (验收).
    Verifier = core::Verifier {
        /// 客服管家
        Housekeeper,
        /// 业主
        Owner,
        /// 工程主管
        Supervisor,
    }
    /// What was signed for.
    SignOffSubject = core::SignOffSubject {
        /// 完工确认
        Completion,
        /// 收费确认
        Charge,
        /// 和解
        Settlement,
    }
    /// How the asking for a signature ended.
    SignOffOutcome = core::SignOffOutcome {
        /// 已签字
        Signed,
        /// 拒签
        Refused,
        /// 无人在家
        Absent,
        /// 稍后通过链接签字
        Later,
        /// 无需签字: common areas.
        NotNeeded,
    }
}
