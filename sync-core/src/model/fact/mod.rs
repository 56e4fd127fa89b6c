//! What an entry states, with everything that goes with it.
//!
//! Facts are immutable: once stated they are never changed, so their details need no merge and are kept as
//! one CBOR value. New details are added at the end of a record as optional fields; a program that does not
//! know them skips them. A fact whose details a program cannot read is [`Fact::Unknown`]: shown, and moves
//! nothing.

mod check;
mod details;
mod json;
mod paper;

pub use details::{
    Appointment, Arrival, Attempt, Charge, DailyProgress, Deadline, Dispatch, Escalation, Found, Handover,
    Link, Part, Plan, PlannedChange, Position, Progress, Promise, Rate, Report, Review, Scan, ScanMeans,
    Verification, Visit, Wait, Walk, WalkOrder,
};
pub use paper::{
    Approval, Assignment, Checklist, ChecklistStep, Receipt, Ruling, SettlementConsent, SettlementDraft,
    SettlementPayment, Sheet, SheetReply, SheetSending, SheetSignature, Tick,
};

use super::words::EntryKind;

macro_rules! facts {
    ($( $variant:ident $(($detail:ty))?, )*) => {
        /// What an entry states. The Chinese term of each is with its [`EntryKind`].
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Fact {
            $(
                #[doc = concat!("See [`EntryKind::", stringify!($variant), "`].")]
                $variant $(($detail))?,
            )*
        }

        impl Fact {
            /// The word for it.
            pub const fn kind(&self) -> EntryKind {
                match self { $( facts!(@pattern $variant $(, $detail)?) => EntryKind::$variant, )* }
            }

            /// What the document keeps beside the word, as CBOR; nothing where there is nothing to keep.
            pub(super) fn details(&self) -> Option<Vec<u8>> {
                match self { $( facts!(@bound detail $variant $(, $detail)?) => facts!(@encode detail $(, $detail)?), )* }
            }

            /// The details as JSON, for tables and programs; `null` where there is nothing.
            pub fn details_json(&self) -> serde_json::Value {
                match self { $( facts!(@bound detail $variant $(, $detail)?) => facts!(@json detail $(, $detail)?), )* }
            }

            /// Reads a fact from its word and the details as [`Fact::details_json`] writes them. Details of
            /// which every part may be absent may be `null`.
            ///
            /// Only the form is read here: whether a sum or a day is within its bounds is checked when
            /// the entry is written.
            ///
            /// # Errors
            /// A sentence that names the field and says what is wrong with it.
            pub fn from_json(kind: EntryKind, details: &serde_json::Value) -> Result<Self, String> {
                match kind { $( EntryKind::$variant => facts!(@from_json kind details $variant $(, $detail)?), )* }
            }

            /// Reads a fact from its word and details. `None` if the details that this kind needs are
            /// missing or cannot be read.
            pub(crate) fn read(kind: EntryKind, details: Option<&[u8]>) -> Option<Self> {
                match kind { $( EntryKind::$variant => facts!(@decode details $variant $(, $detail)?), )* }
            }
        }
    };
    (@pattern $variant:ident) => { Self::$variant };
    (@pattern $variant:ident, $detail:ty) => { Self::$variant(_) };
    (@bound $name:ident $variant:ident) => { Self::$variant };
    (@bound $name:ident $variant:ident, $detail:ty) => { Self::$variant($name) };
    (@encode $name:ident) => { None };
    // Writing to a vector cannot fail.
    (@encode $name:ident, $detail:ty) => { Some(minicbor::to_vec($name).unwrap_or_default()) };
    (@json $name:ident) => { serde_json::Value::Null };
    // Details are records of texts and numbers: there is no key that JSON could not write.
    (@json $name:ident, $detail:ty) => { serde_json::to_value($name).unwrap_or_default() };
    (@from_json $kind:ident $name:ident $variant:ident) => { json::nothing($kind, $name).map(|()| Self::$variant) };
    (@from_json $kind:ident $name:ident $variant:ident, $detail:ty) => {
        json::details::<$detail>($kind, $name).map(Self::$variant)
    };
    (@decode $name:ident $variant:ident) => { Some(Self::$variant) };
    (@decode $name:ident $variant:ident, $detail:ty) => {
        minicbor::decode::<$detail>($name.unwrap_or(NO_DETAILS)).ok().map(Self::$variant)
    };
}

/// A record without fields: what is read where an older program wrote no details.
const NO_DETAILS: &[u8] = &[0x80];

facts! {
    Received,
    Dispatched(Dispatch),
    Assigned(Assignment),
    Accepted,
    GivenBack,
    Chased,
    Appointed(Appointment),
    Arrived(Arrival),
    NobodyHome,
    Inspected,
    Diagnosed,
    TemporaryMeasure,
    Waiting(Wait),
    Suspended,
    Resumed,
    PartUsed(Part),
    PlanWritten(Plan),
    PlanApproved(Approval),
    Progressed(DailyProgress),
    Completed,
    WrittenUp,
    Verified(Verification),
    Returned,
    RateTold(Rate),
    Quoted(Charge),
    Charged(Charge),
    Receipted(Receipt),
    Investigated,
    DenialConfirmed,
    PlanTold(Report),
    ProgressTold(Progress),
    Promised(Promise),
    Attempted(Attempt),
    DeadlineSet(Deadline),
    Escalated(Escalation),
    SuperiorTold,
    HandedOver(Handover),
    Linked(Link),
    Found(Found),
    WalkOrdered(WalkOrder),
    Walked(Walk),
    NoticeGiven,
    ChangePlanned(PlannedChange),
    PaperReceived,
    HazardCoordinated,
    SheetWritten(Sheet),
    SheetSigned(SheetSignature),
    SheetSent(SheetSending),
    SheetReplied(SheetReply),
    SettlementDrafted(SettlementDraft),
    SettlementConsented(SettlementConsent),
    SettlementPaid(SettlementPayment),
    PlaybookChosen(Checklist),
    StepDone(Tick),
    Settled(Ruling),
    Reported(Report),
    ReportWritten,
    Visited(Visit),
    Closed,
    Reviewed(Review),
    Reopened,
    Remark,
    Unknown,
}

impl Fact {
    /// The fact of this kind with nothing said beside it, where that is enough.
    pub fn plain(kind: EntryKind) -> Option<Self> {
        Self::read(kind, None)
    }
}

#[cfg(test)]
pub(crate) mod tests;
