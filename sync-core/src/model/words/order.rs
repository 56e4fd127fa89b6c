//! Words of work orders and their papers.

words!(
    /// Who does a work order (责任部门).
    Department {
        /// 工程部
        Engineering = "engineering",
        /// 秩序维护部
        Security = "security",
        /// 环境部
        Environment = "environment",
        /// 客服部
        CustomerService = "customer_service",
    }
);
words!(
    /// How large a repair is (维修类别); it decides how long it may take.
    OrderKind {
        /// 零修: minor repairs, urgent repairs, minor work on common facilities.
        Minor = "minor",
        /// 一般维修
        General = "general",
        /// 大项维修: major work, an outside party, parts from elsewhere.
        Major = "major",
    }
);
words!(
    /// Who answers for a repair (责任方). It decides who pays and which papers are needed.
    Liability {
        /// 待查验: a joint inspection follows.
        Undetermined = "undetermined",
        /// 业主自用部位: paid by the owner (有偿).
        Owner = "owner",
        /// 共用设施设备: the company's own work.
        Common = "common",
        /// 保修: developer or contractor.
        Warranty = "warranty",
        /// 专项维修资金
        Fund = "fund",
    }
);
words!(
    /// What sort of outside party (外部单位) is spoken to.
    PartyKind {
        /// 开发商 / 建设单位
        Developer = "developer",
        /// 保修单位
        Contractor = "contractor",
        /// 电梯维保单位
        Maintenance = "maintenance",
        /// 生产厂家
        Manufacturer = "manufacturer",
        /// 供电局, 水务, 燃气
        Utility = "utility",
        /// 居委会
        ResidentsCommittee = "residents_committee",
        /// 业委会
        OwnersCommittee = "owners_committee",
        /// 其他
        Other = "other",
    }
);
words!(
    /// What an order waits for (等待原因).
    WaitFor {
        /// 等配件
        Part = "part",
        /// 等外部单位
        Party = "party",
        /// 等业主
        Owner = "owner",
        /// 等进场: nobody lets them in, or the place cannot be entered yet.
        Access = "access",
    }
);
words!(
    /// Who checked that a repaired device works (验收).
    Verifier {
        /// 客服管家
        Housekeeper = "housekeeper",
        /// 业主
        Owner = "owner",
        /// 工程主管
        Supervisor = "supervisor",
    }
);
words!(
    /// What was signed for.
    SignOffSubject {
        /// 完工确认
        Completion = "completion",
        /// 收费确认
        Charge = "charge",
        /// 和解
        Settlement = "settlement",
    }
);
words!(
    /// How the asking for a signature ended.
    SignOffOutcome {
        /// 已签字
        Signed = "signed",
        /// 拒签
        Refused = "refused",
        /// 无人在家
        Absent = "absent",
        /// 稍后通过链接签字
        Later = "later",
        /// 无需签字: common areas.
        NotNeeded = "not_needed",
    }
);
