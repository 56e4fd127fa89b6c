//! The vocabulary: closed lists of words, spelled the same in documents, tables, API and exports.
//!
//! Chinese terms stand in the documentation of each word and in `docs/glossary.md`.

use minicbor::{Decode, Decoder, Encode, Encoder};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$word_doc:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$word_doc])* $variant, )* }

        impl $name {
            /// Every word of the list.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The stable spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The word with this spelling, if there is one.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::from_text(text).ok_or_else(|| {
                    let all: Vec<_> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    format!("'{text}' is not one of {}", all.join(", "))
                })
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(self.as_str())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::from_text(d.str()?).ok_or_else(|| {
                    minicbor::decode::Error::message(concat!("unknown word for ", stringify!($name))).at(at)
                })
            }
        }
    };
}

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
    /// What an entry states.
    EntryKind {
        /// 受理: the case was written down.
        Received = "received",
        /// 派单: an order was given to a department.
        Dispatched = "dispatched",
        /// 接单: somebody took the order in hand.
        Accepted = "accepted",
        /// 到场: on the spot.
        Arrived = "arrived",
        /// 诊断: the cause is known.
        Diagnosed = "diagnosed",
        /// 应急措施: made safe for now.
        TemporaryMeasure = "temporary_measure",
        /// 等待: for a part, a party, the owner or access.
        Waiting = "waiting",
        /// 恢复: the wait is over.
        Resumed = "resumed",
        /// 完成: the work is done.
        Completed = "completed",
        /// 回单: the order's paper came back.
        Returned = "returned",
        /// 反馈: the result was told.
        Reported = "reported",
        /// 回访: somebody called or visited afterwards.
        Visited = "visited",
        /// 关闭
        Closed = "closed",
        /// 重开
        Reopened = "reopened",
        /// 备注: a remark that moves nothing.
        Remark = "remark",
        /// Written by a newer version than this one understands; shown, and moves nothing.
        Unknown = "unknown",
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
