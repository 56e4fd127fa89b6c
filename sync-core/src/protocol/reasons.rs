//! Why an edit was not taken, in a sentence for whoever made it, in the two languages of the product.

use crate::error::ErrorCode;

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// In Simplified Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// What an edit says whose meaning is already so.
pub const SUPERSEDED: Reason = Reason {
    zh: "已经办好：办公室已代为录入，或者内容已经如此，无需再改。",
    en: "It is done: the office has entered it, or everything already is as you wanted.",
};

/// The codes that can be a verdict on an edit, each with its sentence.
const REASONS: &[(ErrorCode, Reason)] = &[
    (
        ErrorCode::RoleNotPermitted,
        Reason {
            zh: "您的岗位不能填写这一项。内容已保存，请与办公室联系。",
            en: "Your role may not write this. It is kept; please ask the office.",
        },
    ),
    (
        ErrorCode::SiteNotPermitted,
        Reason {
            zh: "您在这个小区没有岗位。内容已保存，请与办公室联系。",
            en: "You have no role at this estate. It is kept; please ask the office.",
        },
    ),
    (
        ErrorCode::PersonMismatch,
        Reason {
            zh: "这项修改署的是另一个人，或者手机登记在他人名下。",
            en: "The edit names somebody else, or the phone is enrolled for somebody else.",
        },
    ),
    (
        ErrorCode::ChangeMalformed,
        Reason {
            zh: "修改在路上或手机里损坏了，服务器读不出来。",
            en: "The edit was damaged and the server cannot read it.",
        },
    ),
    (
        ErrorCode::ChangeTooLarge,
        Reason {
            zh: "修改太大，或者这份记录已经写满。",
            en: "The edit is too large, or its record has no more room.",
        },
    ),
    (ErrorCode::ChangeNotPermitted, Reason { zh: "这种修改是不允许的。", en: "No edit may do this." }),
    (
        ErrorCode::EntryImmutable,
        Reason {
            zh: "已经陈述的内容不能更改或删除；可以另写一条备注。",
            en: "What was once stated is never changed; add a remark instead.",
        },
    ),
    (
        ErrorCode::SchemaNewer,
        Reason {
            zh: "应用比服务器新。服务器升级后再送。",
            en: "The app is newer than the server. It can be sent once the server is upgraded.",
        },
    ),
    (
        ErrorCode::ClockAhead,
        Reason {
            zh: "手机时钟快得太多。请把手机时间设为自动。",
            en: "The phone's clock is too far ahead. Set it to automatic time.",
        },
    ),
    (
        ErrorCode::DependencyMissing,
        Reason {
            zh: "它所依据的较早修改还没有到达服务器。",
            en: "An earlier edit that it builds on has not reached the server.",
        },
    ),
    (
        ErrorCode::DependencyRefused,
        Reason {
            zh: "它所依据的较早修改被拒了。", en: "An earlier edit that it builds on was refused."
        },
    ),
    (
        ErrorCode::Fork,
        Reason {
            zh: "同一编号下已有另一项修改，多半是手机从备份恢复过。",
            en: "Another edit has its number already, probably because the phone was restored from a backup.",
        },
    ),
    (ErrorCode::KindMismatch, Reason { zh: "这份记录是另一种类型。", en: "The record is of another kind." }),
    (
        ErrorCode::Recovered,
        Reason {
            zh: "服务器恢复后由他人手机交回，没有作者的签名。",
            en: "Another phone handed it back after the server was restored, without its author's signature.",
        },
    ),
    (
        ErrorCode::DeviceRevoked,
        Reason { zh: "办公室已停用这部手机。", en: "The office has revoked this phone." },
    ),
    (
        ErrorCode::DeviceUnknown,
        Reason {
            zh: "服务器不认识这部手机，请重新登记。",
            en: "The server does not know this phone; enrol it again.",
        },
    ),
    (
        ErrorCode::SignatureInvalid,
        Reason {
            zh: "手机的签名与内容不符。", en: "The phone's signature does not fit the content."
        },
    ),
    (
        ErrorCode::EpochClosed,
        Reason { zh: "这份记录已在新文档中继续。", en: "The record goes on in a new document." },
    ),
];

/// Why an edit was not taken. A code that is no verdict of a server, but what stood in the way when the edit was
/// made again on the phone, has its meaning in English and says in Chinese what can be done.
pub fn reason(code: ErrorCode) -> Reason {
    let found = REASONS.iter().find(|(known, _)| *known == code);
    found.map_or(
        Reason {
            zh: "按现在的情况不能再这样修改。内容已保存，请看过后重新填写。", en: code.meaning()
        },
        |(_, reason)| *reason,
    )
}
