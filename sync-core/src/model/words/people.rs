//! Words of people and their places in the company.

words!(
    /// What a person may see and do.
    Role {
        /// 巡逻岗 / 秩序维护员 / 门岗
        Guard = "guard",
        /// 维修工
        Technician = "technician",
        /// 前台 / 客服管家
        Reception = "reception",
        /// 工程主管 / 安全主管 / 环境主管
        Supervisor = "supervisor",
        /// 管理处主任 / 项目经理
        SiteDirector = "site_director",
        /// 客户服务部 and above
        Manager = "manager",
        /// 系统管理员: devices, people and policy, no case content by that role alone.
        Admin = "admin",
    }
);
words!(
    /// A step of the ladder on which a matter goes up (逐级上报), and who signs papers.
    Level {
        /// 前台 / 客服管家
        Desk = "desk",
        /// 工程主管, 安全主管, 环境主管
        Supervisor = "supervisor",
        /// 工程部经理
        EngineeringManager = "engineering_manager",
        /// 管理处主任
        SiteDirector = "site_director",
        /// 客户服务部
        CustomerService = "customer_service",
        /// 总经理
        GeneralManager = "general_manager",
        /// 开发商
        Developer = "developer",
    }
);
