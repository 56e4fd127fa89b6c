//! Words of a case as a whole, each the same as in the core, in documents and in the API.

use roundsman_sync_core::model as core;

use crate::convert::words;

words! {
    /// What sort of matter a case is (报事类别).
    CaseKind = core::CaseKind {
        /// 投诉
        Complaint,
        /// 报修
        Repair,
        /// 请求
        Request,
        /// 咨询
        Inquiry,
        /// 建议
        Suggestion,
    }
    /// How a case reached the company (来源渠道).
    Channel = core::Channel {
        /// 电话
        Phone,
        /// 上门
        WalkIn,
        /// 电子邮件
        Email,
        /// 微信
        Wechat,
        /// 来信
        Letter,
        /// 意见箱
        Mailbox,
        /// 登报
        Press,
        /// 12345 热线
        Hotline,
        /// 手机应用
        App,
        /// 巡查发现
        Patrol,
        /// 同事转告
        Colleague,
        /// Open311
        Open311,
        /// 导入
        Import,
    }
    /// How soon a case must be dealt with (紧急程度).
    Urgency = core::Urgency {
        /// 紧急
        Urgent,
        /// 重要
        Important,
        /// 一般
        General,
    }
    /// Whether a complaint is about a fault of the company (投诉性质).
    Nature = core::Nature {
        /// 有效投诉: a verified fault of the company.
        Valid,
        /// 求助
        Help,
        /// 咨询
        Consult,
        /// 发泄
        Vent,
    }
    /// What a photo shows.
    PhotoRole = core::PhotoRole {
        /// 维修前
        Before,
        /// 维修后
        After,
        /// 证据
        Evidence,
    }
    /// How somebody was told, asked or reached.
    Way = core::Way {
        /// 电话
        Phone,
        /// 上门, 面谈
        InPerson,
        /// 微信
        Wechat,
        /// 短信
        Sms,
        /// 书面: a letter, a form, an email.
        Written,
        /// 公示: a notice in the lobby.
        Notice,
        /// 链接: the owner's own page.
        Link,
    }
    /// How one case belongs to another.
    LinkRelation = core::LinkRelation {
        /// 二次投诉: the same person complains about the same matter again.
        SecondComplaint,
        /// 重复: the same matter was already written down.
        Duplicate,
        /// 返修: the earlier repair did not hold.
        Rework,
        /// 群诉: one of many flats with one cause; the other case leads.
        PartOf,
        /// 相关
        Related,
    }
}
