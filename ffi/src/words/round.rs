//! Words of rounds, each the same as in the core, in documents and in the API.

use roundsman_sync_core::model as core;

use crate::convert::words;

words! {
    /// What a round is walked for.
    RoundKind = core::RoundKind {
        /// 巡更: a guard's round over the points 巡更点.
        GuardRound,
        /// 巡检: equipment.
        EquipmentRound,
        /// 防火巡查: fire safety.
        FireRound,
        /// 品质巡查: the quality of service.
        QualityRound,
    }
    /// Why a point was passed over (跳过).
    SkipReason = core::SkipReason {
        /// 上锁: no way in.
        Locked,
        /// 施工: work under way there.
        Works,
        /// 危险: not safe to go.
        Unsafe,
        /// 另有任务: called away.
        CalledAway,
        /// 停用: the point or device is out of use.
        OutOfUse,
        /// 其他: the note says why.
        Other,
    }
    /// What an entry of a round states.
    RoundEntryKind = core::RoundEntryKind {
        /// 开始: the walk began.
        Started,
        /// 结束: the walk is over, whatever was left out.
        Finished,
    }
    /// A day of the week.
    Weekday = core::Weekday {
        /// 周一
        Monday,
        /// 周二
        Tuesday,
        /// 周三
        Wednesday,
        /// 周四
        Thursday,
        /// 周五
        Friday,
        /// 周六
        Saturday,
        /// 周日
        Sunday,
    }
}
