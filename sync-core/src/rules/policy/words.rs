//! The words by which a policy names moments, reasons and conditions.

use std::fmt;

use crate::model::{
    CaseKind, Channel, Department, EntryKind, Level, Liability, Nature, OrderKind, Urgency, Verifier, WaitFor,
};

/// Whose clock it is: one for each of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockOf {
    /// The case as a whole.
    Case,
    /// Each work order of the case (工单). An entry that names no order counts for each of them.
    Order,
    /// Each liaison sheet of the case (工作联系单).
    Sheet,
    /// The estate: what is due by the calendar, whatever happens.
    Site,
}

impl ClockOf {
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("case", Self::Case), ("order", Self::Order), ("sheet", Self::Sheet), ("site", Self::Site)];

    /// The spelling in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Order => "order",
            Self::Sheet => "sheet",
            Self::Site => "site",
        }
    }
}

/// Which time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindOfTime {
    /// All of it.
    AroundTheClock,
    /// Working hours by the estate's calendar and holidays.
    WorkingHours,
}

impl KindOfTime {
    pub(super) const ALL: [(&'static str, Self); 2] =
        [("around_the_clock", Self::AroundTheClock), ("working_hours", Self::WorkingHours)];

    /// The spelling in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AroundTheClock => "around_the_clock",
            Self::WorkingHours => "working_hours",
        }
    }
}

/// A moment that starts or ends a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MomentWord {
    /// An entry of this kind; with a word after a colon only those that say so: `sheet_signed:customer_service`.
    Entry(EntryKind, Option<&'static str>),
    /// `contact`: somebody turned to the company, before anything was written down.
    Contact,
    /// `signed_off`: the owner signed for the work on glass (业主签字确认).
    SignedOff,
    /// `day`: every day begins. Estates only.
    Day,
    /// `month_end`: every month ends. Estates only.
    MonthEnd,
}

impl MomentWord {
    /// Reads a word.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "contact" => return Ok(Self::Contact),
            "signed_off" => return Ok(Self::SignedOff),
            "day" => return Ok(Self::Day),
            "month_end" => return Ok(Self::MonthEnd),
            _ => {}
        }
        let (kind, detail) = text.split_once(':').map_or((text, None), |(kind, detail)| (kind, Some(detail)));
        let Some(kind) = EntryKind::from_text(kind).filter(|kind| *kind != EntryKind::Unknown) else {
            return Err(format!(
                "nothing is called '{kind}': an entry, contact, signed_off, day or month_end"
            ));
        };
        let Some(detail) = detail else { return Ok(Self::Entry(kind, None)) };
        let known = details_of(kind);
        match known.iter().find(|known| **known == detail) {
            Some(known) => Ok(Self::Entry(kind, Some(known))),
            None if known.is_empty() => Err(format!("nothing can be said after '{kind}:'")),
            None => Err(format!("'{detail}' is not one of {}", known.join(", "))),
        }
    }
}

/// What may be said after the colon. The same words stand in the entries' details.
fn details_of(kind: EntryKind) -> Vec<&'static str> {
    if kind == EntryKind::Waiting {
        WaitFor::ALL.iter().map(|word| word.as_str()).collect()
    } else if kind == EntryKind::Verified {
        Verifier::ALL.iter().map(|word| word.as_str()).collect()
    } else if [
        EntryKind::Escalated,
        EntryKind::PlanApproved,
        EntryKind::SheetSigned,
        EntryKind::SettlementConsented,
    ]
    .contains(&kind)
    {
        Level::ALL.iter().map(|word| word.as_str()).collect()
    } else {
        Vec::new()
    }
}

impl fmt::Display for MomentWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(kind, None) => f.write_str(kind.as_str()),
            Self::Entry(kind, Some(detail)) => write!(f, "{kind}:{detail}"),
            Self::Contact => f.write_str("contact"),
            Self::SignedOff => f.write_str("signed_off"),
            Self::Day => f.write_str("day"),
            Self::MonthEnd => f.write_str("month_end"),
        }
    }
}

/// A recorded reason for which a clock may stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PauseReason {
    /// 等待: for a part, a party, the owner, or access.
    Waiting(WaitFor),
    /// 挂起
    Suspended,
    /// 预约: from the agreement until the window opens.
    Appointment,
}

impl PauseReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Waiting(WaitFor::Part),
        Self::Waiting(WaitFor::Party),
        Self::Waiting(WaitFor::Owner),
        Self::Waiting(WaitFor::Access),
        Self::Suspended,
        Self::Appointment,
    ];

    /// The spelling in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting(reason) => reason.as_str(),
            Self::Suspended => "suspended",
            Self::Appointment => "appointment",
        }
    }
}

/// What must hold for a clock to apply. Each list that is not empty must have one word that fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// What sort of matter.
    pub kind: Vec<CaseKind>,
    /// How it arrived.
    pub channel: Vec<Channel>,
    /// How soon.
    pub urgency: Vec<Urgency>,
    /// Whose fault.
    pub nature: Vec<Nature>,
    /// Beginnings of subject paths: `equipment/lift` fits `equipment/lift/trapped` too.
    pub subject: Vec<String>,
    /// How large the repair is. An order of which nobody said is general (ours).
    pub order_kind: Vec<OrderKind>,
    /// Who answers for the repair.
    pub liability: Vec<Liability>,
    /// Who does the order.
    pub department: Vec<Department>,
    /// Whether an outside party has the order.
    pub party: Option<bool>,
    /// Whether the clock starts by night.
    pub night: Option<bool>,
}
