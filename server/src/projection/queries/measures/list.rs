//! Every figure, with its meaning. The order is that of reports.

use super::definition::{Definition, Sort, Target, Unit};

pub(super) static CASES: Definition = Definition {
    name: "cases",
    zh: "报事总数",
    en: "Cases",
    words: "Cases reported in the period. A case linked as a duplicate of another counts once, with the other",
    formula: "count(cases) where reported_at in the period and not linked duplicate",
    source: "003 ii",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static OPEN_AT_END: Definition = Definition {
    name: "open_at_end",
    zh: "期末未关闭",
    en: "Open at the end",
    words: "Cases reported before the end of the period and not closed by then, whatever happened later",
    formula: "count(cases) where reported_at < end and the last of closed, reopened before the end is not closed",
    source: "004",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static CLOSED_IN_3_DAYS: Definition = Definition {
    name: "closed_in_3_days",
    zh: "三日关闭率",
    en: "Closed in 3 days",
    words: "Share of the cases reported in the period that were closed, and stayed so, within 72 hours. Left \
        out: cases still open whose 72 hours are not over, and those closed before they were reported (a \
        flaw of the source)",
    formula: "count(cases with the last of closed, reopened a closed.happened ≤ reported_at + 72 h) ÷ \
        count(cases that are closed, or older than 72 h)",
    source: "004",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static CASES_PER_100_FLATS: Definition = Definition {
    name: "cases_per_100_flats",
    zh: "每百户报事数",
    en: "Cases per 100 flats",
    words: "Cases reported in the period for each hundred flats of the estate. The number of flats is given by \
        who asks; without it the figure is not known",
    formula: "100 × cases ÷ flats",
    source: "ours",
    sort: Sort::Ratio,
    unit: Unit::PerHundred,
    target: None,
};

pub(super) static ARRIVAL_IN_TIME: Definition = Definition {
    name: "arrival_in_time",
    zh: "零修、急修到场及时率",
    en: "Arrival in time",
    words: "Share of the arrival clocks begun in the period, of orders of repair cases that are minor or \
        urgent, that were reached in time: within the policy's limit (15 minutes), or in the window agreed \
        with the owner. Nobody home counts as arrived. A clock still within its limit, or ended before it \
        without anybody going, counts neither way. Imported cases are left out: nobody here knows who went",
    formula: "count(clocks arrival with stopped_by goal and stopped ≤ due) ÷ count(clocks arrival with \
        stopped_by goal, or due < stopped or now) where started in the period, case repair and not \
        imported, order minor or case urgent",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: Some(Target::AtLeast(980)),
};

pub(super) static REWORK: Definition = Definition {
    name: "rework",
    zh: "返修率",
    en: "Rework",
    words: "Share of the orders of repair cases dispatched in the period that repair something once more: the \
        order says so, the case is linked as rework, or the same place and subject was completed in the 30 \
        days before the report (the policy says how many). Imported cases without a link and without a \
        flat count neither way, because their places may be whole streets",
    formula: "count(orders with rework_of, or case linked rework, or another repair case with the same place and \
        subject and completed.happened in reported_at − 30 d … reported_at) ÷ count(orders) where \
        dispatched.happened in the period",
    source: "003 iv; 30 days ours",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: Some(Target::AtMost(10)),
};

pub(super) static LIABILITY_UNDETERMINED: Definition = Definition {
    name: "liability_undetermined",
    zh: "责任待定占比",
    en: "Liability undetermined",
    words: "Share of the orders of repair cases dispatched in the period of which nobody has determined who \
        answers for it",
    formula: "count(orders with liability undetermined) ÷ count(orders) where dispatched.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static LIABILITY_OWNER: Definition = Definition {
    name: "liability_owner",
    zh: "业主自用部位占比",
    en: "Liability: owner",
    words: "Share of the orders of repair cases dispatched in the period of which the owner answers for it \
        (paid)",
    formula: "count(orders with liability owner) ÷ count(orders) where dispatched.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static LIABILITY_COMMON: Definition = Definition {
    name: "liability_common",
    zh: "共用设施占比",
    en: "Liability: common facilities",
    words: "Share of the orders of repair cases dispatched in the period of which the company answers for it \
        (common facilities)",
    formula: "count(orders with liability common) ÷ count(orders) where dispatched.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static LIABILITY_WARRANTY: Definition = Definition {
    name: "liability_warranty",
    zh: "保修责任占比",
    en: "Liability: warranty",
    words: "Share of the orders of repair cases dispatched in the period of which developer or contractor \
        answer for it",
    formula: "count(orders with liability warranty) ÷ count(orders) where dispatched.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static LIABILITY_FUND: Definition = Definition {
    name: "liability_fund",
    zh: "维修资金占比",
    en: "Liability: maintenance fund",
    words: "Share of the orders of repair cases dispatched in the period of which the maintenance fund pays",
    formula: "count(orders with liability fund) ÷ count(orders) where dispatched.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static SATISFIED: Definition = Definition {
    name: "satisfied",
    zh: "满意率",
    en: "Satisfied",
    words: "Share of the return visits of the period with a satisfaction of 4 or 5, among those at which one \
        was said",
    formula: "count(visited with satisfaction ≥ 4) ÷ count(visited with satisfaction) where happened in the \
        period",
    source: "004",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: Some(Target::AtLeast(850)),
};

pub(super) static SATISFACTION_MEAN: Definition = Definition {
    name: "satisfaction_mean",
    zh: "满意度均值",
    en: "Mean satisfaction",
    words: "Mean satisfaction, from 1 to 5, of the return visits of the period at which one was said",
    formula: "sum(satisfaction) ÷ count(visited with satisfaction) where happened in the period",
    source: "ours",
    sort: Sort::Ratio,
    unit: Unit::Points,
    target: None,
};

pub(super) static FIRST_RESPONSE_MEAN: Definition = Definition {
    name: "first_response_mean",
    zh: "平均首次响应时间",
    en: "Mean first response",
    words: "Mean time from receipt until the owner was told something of substance, of the cases reported in \
        the period that were answered",
    formula: "sum(stopped − started) ÷ count(clocks first_response with stopped_by goal, round 0) of the cases \
        reported in the period",
    source: "004",
    sort: Sort::Ratio,
    unit: Unit::Hours,
    target: None,
};

pub(super) static PROMISE_CHANGES: Definition = Definition {
    name: "promise_changes",
    zh: "承诺日期变更次数",
    en: "Promise changes",
    words: "How often a promised day was moved in the period. The first day promised after a case was \
        re-opened is a new promise",
    formula: "count(promised) where happened in the period, the promise or re-opening before it in the case is a \
        promise, and its day is another",
    source: "003 i",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static CHASES: Definition = Definition {
    name: "chases",
    zh: "催单次数",
    en: "Chases",
    words: "How often somebody asked in the period where an order stays",
    formula: "count(chased) where happened in the period",
    source: "ours",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static SECOND_COMPLAINTS: Definition = Definition {
    name: "second_complaints",
    zh: "二次投诉率",
    en: "Second complaints",
    words: "Share of the complaints reported in the period that are second complaints about the same matter",
    formula: "count(complaints linked second_complaint) ÷ count(complaints) where reported_at in the period",
    source: "003 i",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static ESCALATIONS: Definition = Definition {
    name: "escalations",
    zh: "升级次数",
    en: "Escalations",
    words: "How often a matter went up a level in the period",
    formula: "count(escalated) where happened in the period",
    source: "003 i",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static HOTLINE_RESPONDED: Definition = Definition {
    name: "hotline_responded",
    zh: "12345 响应率",
    en: "12345: responded",
    words: "Share of the hotline cases reported in the period whose owner was told something by the \
        authority's deadline, the last one set; at any time if none was set",
    formula: "count(hotline cases with plan_told, progress_told, promised, appointed, reported or \
        visited.happened ≤ deadline) ÷ count(hotline cases) where reported_at in the period",
    source: "12345",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static HOTLINE_SOLVED: Definition = Definition {
    name: "hotline_solved",
    zh: "12345 解决率",
    en: "12345: solved",
    words: "Share of the hotline cases reported in the period whose owner, when last asked, accepted the \
        outcome",
    formula: "count(hotline cases whose last visited with accepts says yes) ÷ count(hotline cases with such a \
        visit) where reported_at in the period",
    source: "12345",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static HOTLINE_SATISFIED: Definition = Definition {
    name: "hotline_satisfied",
    zh: "12345 满意率",
    en: "12345: satisfied",
    words: "Share of the hotline cases reported in the period whose owner, when last asked, gave 4 or 5",
    formula: "count(hotline cases whose last satisfaction ≥ 4) ÷ count(hotline cases with a satisfaction) where \
        reported_at in the period",
    source: "12345",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static CHECKPOINT_COVERAGE: Definition = Definition {
    name: "checkpoint_coverage",
    zh: "巡更点覆盖率",
    en: "Checkpoint coverage",
    words: "Share of the points of the rounds of the period at which somebody was. Rounds count that are over: \
        finished, or past their time on the schedule. A round that the schedule asked for and nobody \
        walked counts with all its points, from the first time on that its route was walked. A point \
        passed over with a reason was not visited",
    formula: "sum(rounds.visited) ÷ (sum(rounds.points) + points of scheduled rounds never begun) where due_at, \
        or else started, in the period and finished, or due_to past",
    source: "001",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

pub(super) static SYNC_DELAY_MEAN: Definition = Definition {
    name: "sync_delay_mean",
    zh: "平均同步延迟",
    en: "Mean sync delay",
    words: "Mean time that entries and results of rounds written on phones and received in the period were \
        under way. What was entered later on purpose is left out; a claim from before the server last saw \
        the phone counts from then",
    formula: "sum(received − max(happened, not_before)) ÷ count(entries and round_checks of phones without a \
        declared time) where received in the period",
    source: "ours",
    sort: Sort::Ratio,
    unit: Unit::Minutes,
    target: None,
};

pub(super) static OFFLINE_MEAN: Definition = Definition {
    name: "offline_mean",
    zh: "平均离线时长",
    en: "Mean offline time",
    words: "Mean time that the oldest entry of a delivery had waited on its phone. A phone with nothing to \
        bring is not seen to be offline",
    formula: "mean over (device, received) of max(received − max(happened, not_before)) where received in the \
        period",
    source: "ours",
    sort: Sort::Ratio,
    unit: Unit::Hours,
    target: None,
};

pub(super) static OFFLINE_LONGEST: Definition = Definition {
    name: "offline_longest",
    zh: "最长离线时长",
    en: "Longest offline time",
    words: "The longest that anything received in the period had waited on its phone",
    formula: "max(received − max(happened, not_before)) over entries and round_checks of phones where received \
        in the period",
    source: "ours",
    sort: Sort::Largest,
    unit: Unit::Hours,
    target: None,
};

pub(super) static PARTY_OPEN_CASES: Definition = Definition {
    name: "party_open_cases",
    zh: "外部单位未结报事",
    en: "Open with outside parties",
    words: "Cases open at the end of the period that wait for an outside party: an order it has not completed, \
        or a liaison sheet it has not answered",
    formula: "count(cases open at the end) with an order with party_kind, dispatched and not completed before \
        the end, or sheet_written and not sheet_replied before the end",
    source: "003 iv",
    sort: Sort::Count,
    unit: Unit::Count,
    target: None,
};

pub(super) static PARTY_REPLY_DELAY: Definition = Definition {
    name: "party_reply_delay",
    zh: "外部单位平均回复时间",
    en: "Mean reply of outside parties",
    words: "Mean time from the day a liaison sheet left (or was written, if nobody said that it left) until \
        its first answer, of the answers of the period",
    formula: "sum(first sheet_replied − first sheet_sent or sheet_written) ÷ count(sheets) where \
        sheet_replied.happened in the period",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Days,
    target: None,
};

pub(super) static PARTY_REPLIES_LATE: Definition = Definition {
    name: "party_replies_late",
    zh: "外部单位逾期回复率",
    en: "Late replies",
    words: "Share of the answers that outside parties owed by a date in the period that came later or not at \
        all",
    formula: "count(sheets with sheet_replied > reply_by or none) ÷ count(sheets) where reply_by in the period \
        and past",
    source: "003 iv",
    sort: Sort::Ratio,
    unit: Unit::Percent,
    target: None,
};

/// Every figure there is.
pub static ALL: [&Definition; 28] = [
    &CASES,
    &OPEN_AT_END,
    &CLOSED_IN_3_DAYS,
    &CASES_PER_100_FLATS,
    &ARRIVAL_IN_TIME,
    &REWORK,
    &LIABILITY_UNDETERMINED,
    &LIABILITY_OWNER,
    &LIABILITY_COMMON,
    &LIABILITY_WARRANTY,
    &LIABILITY_FUND,
    &SATISFIED,
    &SATISFACTION_MEAN,
    &FIRST_RESPONSE_MEAN,
    &PROMISE_CHANGES,
    &CHASES,
    &SECOND_COMPLAINTS,
    &ESCALATIONS,
    &HOTLINE_RESPONDED,
    &HOTLINE_SOLVED,
    &HOTLINE_SATISFIED,
    &CHECKPOINT_COVERAGE,
    &SYNC_DELAY_MEAN,
    &OFFLINE_MEAN,
    &OFFLINE_LONGEST,
    &PARTY_OPEN_CASES,
    &PARTY_REPLY_DELAY,
    &PARTY_REPLIES_LATE,
];
