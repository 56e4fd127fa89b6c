//! Words of people, each the same as in the core, in documents and in the API.

use roundsman_sync_core::model as core;

use crate::convert::words;

words! {
    /// What a person may see and do.
    Role = core::Role {
        /// 巡逻岗 / 秩序维护员 / 门岗
        Guard,
        /// 维修工
        Technician,
        /// 前台 / 客服管家
        Reception,
        /// 工程主管 / 安全主管 / 环境主管
        Supervisor,
        /// 管理处主任 / 项目经理
        SiteDirector,
        /// 客户服务部 and above
        Manager,
        /// 系统管理员: devices, people and policy, no case content by that role alone.
        Admin,
    }
    /// A step of the ladder on which a matter goes up (逐级上报), and who signs papers.
    Level = core::Level {
        /// 前台 / 客服管家
        Desk,
        /// 工程主管, 安全主管, 环境主管
        Supervisor,
        /// 工程部经理
        EngineeringManager,
        /// 管理处主任
        SiteDirector,
        /// 客户服务部
        CustomerService,
        /// 总经理
        GeneralManager,
        /// 开发商
        Developer,
    }
}
