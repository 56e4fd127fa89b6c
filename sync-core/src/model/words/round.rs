//! Words of rounds.

words!(
    /// What a round is walked for.
    RoundKind {
        /// 巡更: a guard's round over the points 巡更点.
        GuardRound = "guard_round",
        /// 巡检: equipment.
        EquipmentRound = "equipment_round",
        /// 防火巡查: fire safety.
        FireRound = "fire_round",
        /// 品质巡查: the quality of service.
        QualityRound = "quality_round",
    }
);
words!(
    /// Why a point was passed over (跳过).
    SkipReason {
        /// 上锁: no way in.
        Locked = "locked",
        /// 施工: work under way there.
        Works = "works",
        /// 危险: not safe to go.
        Unsafe = "unsafe",
        /// 另有任务: called away.
        CalledAway = "called_away",
        /// 停用: the point or device is out of use.
        OutOfUse = "out_of_use",
        /// 其他: the note says why.
        Other = "other",
    }
);
words!(
    /// What an entry of a round states.
    RoundEntryKind {
        /// 开始: the walk began.
        Started = "started",
        /// 结束: the walk is over, whatever was left out.
        Finished = "finished",
    }
);
words!(
    /// A day of the week.
    Weekday {
        /// 周一
        Monday = "mon",
        /// 周二
        Tuesday = "tue",
        /// 周三
        Wednesday = "wed",
        /// 周四
        Thursday = "thu",
        /// 周五
        Friday = "fri",
        /// 周六
        Saturday = "sat",
        /// 周日
        Sunday = "sun",
    }
);
