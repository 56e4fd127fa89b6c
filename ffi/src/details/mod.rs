//! What goes with an entry, by its kind.

mod acts;
mod papers;

pub use acts::*;
pub use papers::*;

use roundsman_sync_core::error::{ErrorCode, Refusal};
use roundsman_sync_core::model::{EntryKind as CoreKind, Fact};

use crate::convert::To;
use crate::words::EntryKind;

macro_rules! facts {
    (with { $( $(#[$doc:meta])* $variant:ident($detail:ty), )* } without { $( $plain:ident, )* }) => {
        /// What goes with an entry beyond its note. Each is named as the kind of entry it goes with; kinds that are
        /// not here have nothing.
        #[derive(Clone, Debug, PartialEq, uniffi::Enum)]
        pub enum EntryDetails {
            $(
                $(#[$doc])*
                $variant {
                    /// The details.
                    details: $detail,
                },
            )*
        }

        impl To<Fact> for EntryDetails {
            fn to(self) -> Fact {
                match self { $( Self::$variant { details } => Fact::$variant(details.to()), )* }
            }
        }

        /// What goes with a fact, if anything does.
        pub(crate) fn details_of(fact: Fact) -> Option<EntryDetails> {
            match fact {
                $( Fact::$variant(details) => Some(EntryDetails::$variant { details: details.to() }), )*
                $( Fact::$plain => None, )*
            }
        }
    };
}

facts! {
    with {
        /// 派单: an order was given to a department.
        Dispatched(Dispatch),
        /// 转单 / 指派: an order was given to a person.
        Assigned(Assignment),
        /// 预约: a window of time was agreed with the owner.
        Appointed(Appointment),
        /// 到场: on the spot.
        Arrived(Arrival),
        /// 等待: for a part, a party, the owner or access.
        Waiting(Wait),
        /// 用料: a part was used.
        PartUsed(Part),
        /// 质保期维修计划: work beyond three days was planned.
        PlanWritten(Plan),
        /// 计划审批
        PlanApproved(Approval),
        /// 完成进程: the day's entry of planned work.
        Progressed(DailyProgress),
        /// 验收: somebody checked that it works.
        Verified(Verification),
        /// 告知收费标准: the rate was told.
        RateTold(Rate),
        /// 报价: what is to be paid was worked out.
        Quoted(Charge),
        /// 收费: money was taken.
        Charged(Charge),
        /// 开具收据: a receipt was given.
        Receipted(Receipt),
        /// 方案告知: the owner was told how it will be solved.
        PlanTold(Report),
        /// 进展告知: the owner was told how it stands.
        ProgressTold(Progress),
        /// 承诺: a day was promised, or moved.
        Promised(Promise),
        /// 联系未果: somebody tried to reach the owner and could not.
        Attempted(Attempt),
        /// 外部时限: an authority set a date.
        DeadlineSet(Deadline),
        /// 上报升级: the matter went up a level.
        Escalated(Escalation),
        /// 移交: responsibility for the case was handed over.
        HandedOver(Handover),
        /// 关联: the case belongs to another.
        Linked(Link),
        /// 巡查发现: a round found this.
        Found(Finding),
        /// 安排巡查: a route is to be walked for this case until the device is verified.
        WalkOrdered(WalkOrder),
        /// 已巡查: it was walked.
        Walked(Walk),
        /// 计划变更: something residents rely on will change.
        ChangePlanned(PlannedChange),
        /// 工作联系单: a liaison sheet to an outside party was written.
        SheetWritten(Sheet),
        /// 联系单签发: a level signed the sheet.
        SheetSigned(SheetSignature),
        /// 联系单送达
        SheetSent(SheetSending),
        /// 联系单回复
        SheetReplied(SheetReply),
        /// 和解备忘: a settlement was drafted.
        SettlementDrafted(SettlementDraft),
        /// 赔付同意: a level consented to the sum.
        SettlementConsented(SettlementConsent),
        /// 赔付: the sum was paid.
        SettlementPaid(SettlementPayment),
        /// 处理指引: a playbook was copied into the case.
        PlaybookChosen(Checklist),
        /// 步骤完成: a step of it was done.
        StepDone(Tick),
        /// 裁定: two statements that cannot both hold were settled by somebody who may.
        Settled(Ruling),
        /// 反馈: the result was told.
        Reported(Report),
        /// 回访: somebody called or visited afterwards.
        Visited(Visit),
        /// 总结: what was kept, the problem, what to try.
        Reviewed(Review),
    } without {
        Received,
        Accepted,
        GivenBack,
        Chased,
        NobodyHome,
        Inspected,
        Diagnosed,
        TemporaryMeasure,
        Suspended,
        Resumed,
        Completed,
        WrittenUp,
        Returned,
        Investigated,
        DenialConfirmed,
        SuperiorTold,
        NoticeGiven,
        PaperReceived,
        HazardCoordinated,
        ReportWritten,
        Closed,
        Reopened,
        Remark,
        Unknown,
    }
}

/// The fact of this kind with these details.
///
/// # Errors
/// [`ErrorCode::DetailsInvalid`] if they do not go with it, or if some are needed and there are none.
pub(crate) fn fact(kind: EntryKind, details: Option<EntryDetails>) -> Result<Fact, Refusal> {
    let kind: CoreKind = kind.to();
    let fact = match details {
        Some(details) => Some(details.to()).filter(|fact: &Fact| fact.kind() == kind),
        None => Fact::plain(kind),
    };
    fact.ok_or_else(|| {
        Refusal::new(ErrorCode::DetailsInvalid, format!("an entry '{kind}' has other details than these"))
    })
}
