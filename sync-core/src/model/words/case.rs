//! Words of a case as a whole.

words!(
    /// What sort of matter a case is (报事类别).
    CaseKind {
        /// 投诉
        Complaint = "complaint",
        /// 报修
        Repair = "repair",
        /// 请求
        Request = "request",
        /// 咨询
        Inquiry = "inquiry",
        /// 建议
        Suggestion = "suggestion",
    }
);
words!(
    /// How a case reached the company (来源渠道).
    Channel {
        /// 电话
        Phone = "phone",
        /// 上门
        WalkIn = "walk_in",
        /// 电子邮件
        Email = "email",
        /// 微信
        Wechat = "wechat",
        /// 来信
        Letter = "letter",
        /// 意见箱
        Mailbox = "mailbox",
        /// 登报
        Press = "press",
        /// 12345 热线
        Hotline = "hotline",
        /// 手机应用
        App = "app",
        /// 巡查发现
        Patrol = "patrol",
        /// 同事转告
        Colleague = "colleague",
        /// Open311
        Open311 = "open311",
        /// 导入
        Import = "import",
    }
);
words!(
    /// How soon a case must be dealt with (紧急程度).
    Urgency {
        /// 紧急
        Urgent = "urgent",
        /// 重要
        Important = "important",
        /// 一般
        General = "general",
    }
);
words!(
    /// Whether a complaint is about a fault of the company (投诉性质).
    Nature {
        /// 有效投诉: a verified fault of the company.
        Valid = "valid",
        /// 求助
        Help = "help",
        /// 咨询
        Consult = "consult",
        /// 发泄
        Vent = "vent",
    }
);
words!(
    /// What a photo shows.
    PhotoRole {
        /// 维修前
        Before = "before",
        /// 维修后
        After = "after",
        /// 证据
        Evidence = "evidence",
    }
);
words!(
    /// How somebody was told, asked or reached.
    Way {
        /// 电话
        Phone = "phone",
        /// 上门, 面谈
        InPerson = "in_person",
        /// 微信
        Wechat = "wechat",
        /// 短信
        Sms = "sms",
        /// 书面: a letter, a form, an email.
        Written = "written",
        /// 公示: a notice in the lobby.
        Notice = "notice",
        /// 链接: the owner's own page.
        Link = "link",
    }
);
words!(
    /// How one case belongs to another.
    LinkRelation {
        /// 二次投诉: the same person complains about the same matter again.
        SecondComplaint = "second_complaint",
        /// 重复: the same matter was already written down.
        Duplicate = "duplicate",
        /// 返修: the earlier repair did not hold.
        Rework = "rework",
        /// 群诉: one of many flats with one cause; the other case leads.
        PartOf = "part_of",
        /// 相关
        Related = "related",
    }
);
