//! How a case stands: status, clocks, rating, conflicts, checklists, papers, what stands in the way of closing.

use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{EntryId, OrderId, PersonId, SettlementId, SheetId, SignOffId};
use roundsman_sync_core::model::{Fen, ParallelEdit};
use roundsman_sync_core::replica;
use roundsman_sync_core::rules::clocks::ClockState as CoreClockState;
use roundsman_sync_core::rules::{self as core, Because, Reason, Source};

use crate::case::Party;
use crate::convert::{To, words};
use crate::words::Level;

words! {
    /// Where a case stands, from least to most advanced.
    CaseStatus = core::CaseStatus {
        /// 已受理
        Received,
        /// 已派单
        Dispatched,
        /// 已接单
        Accepted,
        /// 已挂起
        Suspended,
        /// 等待中
        Waiting,
        /// 已到场
        Arrived,
        /// 已完成
        Completed,
        /// 已签字
        SignedOff,
        /// 已反馈
        Reported,
        /// 已回访
        Visited,
        /// 已关闭
        Closed,
    }
    /// Where one order stands, from least to most advanced.
    OrderStatus = core::OrderStatus {
        /// 已派单
        Dispatched,
        /// 已接单
        Accepted,
        /// 已挂起
        Suspended,
        /// 等待中
        Waiting,
        /// 已到场
        Arrived,
        /// 已完成
        Completed,
        /// 已签字, refused, absent or not needed.
        SignedOff,
        /// 已回单
        Returned,
        /// 已关单
        Closed,
    }
    /// How a case is doing, from calm to alarming.
    Colour = core::Colour {
        /// 蓝: in time.
        Blue,
        /// 黄: somebody should look.
        Yellow,
        /// 红: something went wrong.
        Red,
    }
    /// How far a liaison sheet has come.
    SheetStage = core::SheetStage {
        /// Written; nobody of the chain has signed.
        Draft,
        /// Some of the chain have signed.
        Signing,
        /// All have signed; it may be sent.
        Ready,
        /// It left the company.
        Sent,
        /// The party answered.
        Answered,
    }
    /// How far a settlement has come.
    SettlementStage = core::SettlementStage {
        /// Somebody above has to agree first.
        AwaitsConsent,
        /// It may be put before the owner.
        AwaitsSignature,
        /// The owner refused to sign.
        Refused,
        /// The owner signed; it may be paid.
        Signed,
        /// It was paid.
        Paid,
    }
}

/// How a case stands now. What others have not synced yet may change it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Standing {
    /// Where it stands.
    pub status: CaseStatus,
    /// Who follows it up; nobody once it is closed.
    pub responsible: Option<PersonId>,
    /// Why they: `area`, `first_receiver` or `handover`.
    pub responsible_because: Option<String>,
    /// Its colour.
    pub colour: Colour,
    /// Why it is not blue.
    pub reasons: Vec<RatingReason>,
    /// Its clocks, in the order of the policy.
    pub clocks: Vec<CaseClock>,
    /// What people set or stated against each other.
    pub conflicts: Vec<Conflict>,
    /// Playbooks that were copied into it.
    pub checklists: Vec<CaseChecklist>,
    /// Until when it was promised.
    pub promised_until: Option<Timestamp>,
    /// How often the promise was moved.
    pub promise_changes: u32,
    /// Liaison sheets.
    pub sheets: Vec<SheetState>,
    /// Settlements.
    pub settlements: Vec<SettlementState>,
    /// What stands in the way of closing it.
    pub obstacles: Vec<Obstacle>,
}

/// One reason for a colour.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RatingReason {
    /// What turned it: `limit_broken`, `second_complaint`, `promise_changed_too_often`, `limit_nearly_used`,
    /// `escalated`, `promise_changed`.
    pub code: String,
    /// The colour it gives.
    pub colour: Colour,
    /// The clock, if it is about one.
    pub clock: Option<String>,
    /// The order, if it is about one.
    pub order: Option<OrderId>,
    /// How often, where that counts.
    pub times: Option<u32>,
}

/// Where a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ClockState {
    /// Within its limit.
    Running,
    /// Standing still for a recorded reason.
    Paused,
    /// It ended in time.
    Met,
    /// The limit passed before it ended.
    Broken,
}

/// One clock of a case: a rule of the estate's policy at work.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CaseClock {
    /// The id of its rule in the policy.
    pub id: String,
    /// What the policy calls it, in Simplified Chinese.
    pub title_zh: String,
    /// What the policy calls it, in English.
    pub title_en: String,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// The liaison sheet it is about, if about one.
    pub sheet: Option<SheetId>,
    /// Where it stands.
    pub state: ClockState,
    /// When it began.
    pub started: Timestamp,
    /// When it should be reached.
    pub aim: Option<Timestamp>,
    /// When it must be reached; unknown while it is paused.
    pub due: Option<Timestamp>,
    /// When it ended.
    pub stopped: Option<Timestamp>,
    /// Milliseconds until it is broken, while it runs.
    pub left_ms: Option<i64>,
}

/// Something that people set or stated against each other. Nothing of it is lost; somebody says what holds.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Conflict {
    /// What `resolve` takes: the path of a field, or the id of a contradiction.
    pub id: String,
    /// Of which sort.
    pub kind: ConflictKind,
    /// What it is about: `parallel_edit`, or the code of the contradiction such as `two_completions`.
    pub code: String,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// The values, the one that all phones show first; or the statements, in their order.
    pub sides: Vec<ConflictSide>,
    /// Whether it still waits for somebody.
    pub open: bool,
}

/// The sorts of conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ConflictKind {
    /// A field was set at the same time to different values.
    ParallelEdit,
    /// Statements that cannot all hold.
    Contradiction,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ConflictSide {
    /// The value as text: what `Choice.Value` takes. Empty for a statement.
    pub value: String,
    /// The entry, if it is one.
    pub entry: Option<EntryId>,
    /// The sign-off, if it is one.
    pub sign_off: Option<SignOffId>,
    /// Who set or stated it, if that is known.
    pub by: Option<PersonId>,
    /// When, as they say.
    pub at: Option<Timestamp>,
}

/// How a conflict is settled.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum Choice {
    /// A parallel edit: this value holds.
    Value {
        /// As the side has it.
        value: String,
    },
    /// A contradiction: both statements stay, and this is what was decided.
    Ruling {
        /// In words.
        decision: String,
    },
}

/// A playbook that was copied into a case, as it stands.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CaseChecklist {
    /// The entry that copied it: what `do_step` takes.
    pub entry: EntryId,
    /// The playbook's name.
    pub playbook: String,
    /// When it was copied.
    pub since: Timestamp,
    /// Its steps in their order.
    pub steps: Vec<CaseStep>,
}

/// One step of a checklist.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct CaseStep {
    /// Its name within the playbook.
    pub id: String,
    /// In Simplified Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Until when it is to be done.
    pub due: Option<Timestamp>,
    /// Who did it first, if anybody.
    pub done_by: Option<PersonId>,
    /// When.
    pub done_at: Option<Timestamp>,
}

/// A liaison sheet as it stands.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SheetState {
    /// Which.
    pub id: SheetId,
    /// To whom.
    pub party: Party,
    /// What is asked of them.
    pub words: String,
    /// How far it has come.
    pub stage: SheetStage,
    /// Who of the chain has not signed.
    pub missing: Vec<Level>,
    /// When the party owes an answer.
    pub reply_by: Option<Timestamp>,
}

/// A settlement as it stands.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SettlementState {
    /// Which.
    pub id: SettlementId,
    /// What is to be paid, in fen.
    pub sum: Fen,
    /// On which terms.
    pub terms: String,
    /// How far it has come.
    pub stage: SettlementStage,
    /// The lowest level that has to agree, if one has to.
    pub consent_needed: Option<Level>,
}

/// One thing that stands in the way of closing.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Obstacle {
    /// What programs match on: `order_open`, `visit_missing`, …
    pub code: String,
    /// The order it is about, if about one.
    pub order: Option<OrderId>,
    /// One English sentence for people.
    pub sentence: String,
}

impl To<Standing> for replica::Standing {
    fn to(self) -> Standing {
        let parallel = self.parallel_edits.into_iter().map(To::to);
        let contradictions = self.contradictions.into_iter().map(To::to);
        Standing {
            status: self.status.to(),
            responsible: self.responsible.map(|found| found.person),
            responsible_because: self.responsible.map(|found| {
                match found.because {
                    Because::ByArea(_) => "area",
                    Because::FirstReceiver(_) => "first_receiver",
                    Because::Handover(_) => "handover",
                }
                .to_owned()
            }),
            colour: self.rating.colour.to(),
            reasons: self.rating.reasons.into_iter().map(To::to).collect(),
            clocks: self.clocks.into_iter().map(To::to).collect(),
            conflicts: parallel.chain(contradictions).collect(),
            checklists: self.checklists.into_iter().map(To::to).collect(),
            promised_until: self.promises.current,
            promise_changes: self.promises.changes,
            sheets: self.sheets.into_iter().map(To::to).collect(),
            settlements: self.settlements.into_iter().map(To::to).collect(),
            obstacles: self.obstacles.into_iter().map(To::to).collect(),
        }
    }
}

impl To<RatingReason> for Reason {
    fn to(self) -> RatingReason {
        let colour = self.colour().to();
        let (code, clock, order, times) = match self {
            Self::Broken { clock, order, .. } => ("limit_broken", Some(clock), order, None),
            Self::SecondComplaint => ("second_complaint", None, None, None),
            Self::PromiseChangedTooOften { changes } => {
                ("promise_changed_too_often", None, None, Some(changes))
            }
            Self::NearlyUsed { clock, order, .. } => ("limit_nearly_used", Some(clock), order, None),
            Self::Escalated { times } => ("escalated", None, None, Some(times)),
            Self::PromiseChanged { changes } => ("promise_changed", None, None, Some(changes)),
        };
        RatingReason { code: code.to_owned(), colour, clock, order, times }
    }
}

impl To<CaseClock> for replica::ClockLine {
    fn to(self) -> CaseClock {
        let (state, left_ms) = match self.state {
            CoreClockState::Running { left_ms } => (ClockState::Running, Some(left_ms)),
            CoreClockState::Paused => (ClockState::Paused, None),
            CoreClockState::Met => (ClockState::Met, None),
            CoreClockState::Broken { .. } => (ClockState::Broken, None),
        };
        CaseClock {
            id: self.clock.id,
            title_zh: self.title_zh,
            title_en: self.title_en,
            order: self.clock.order,
            sheet: self.clock.sheet,
            state,
            started: self.clock.started,
            aim: self.clock.aim,
            due: self.clock.due,
            stopped: self.clock.stopped.map(|stop| stop.at),
            left_ms,
        }
    }
}

impl To<Conflict> for ParallelEdit {
    fn to(self) -> Conflict {
        let order = self.field.strip_prefix("orders/").and_then(|rest| rest.split('/').next()?.parse().ok());
        let sides = self.values.into_iter().map(|(value, note)| ConflictSide {
            value,
            entry: None,
            sign_off: None,
            by: note.as_ref().map(|note| note.person),
            at: note.map(|note| note.claimed_at),
        });
        Conflict {
            sides: sides.collect(),
            id: self.field,
            kind: ConflictKind::ParallelEdit,
            code: "parallel_edit".to_owned(),
            order,
            open: true,
        }
    }
}

impl To<Conflict> for core::Contradiction {
    fn to(self) -> Conflict {
        let side = |side: &core::Side| {
            let (entry, sign_off) = match side.source {
                Source::Entry(id) => (Some(id), None),
                Source::SignOff(id) => (None, Some(id)),
            };
            ConflictSide { value: String::new(), entry, sign_off, by: Some(side.by), at: Some(side.at) }
        };
        Conflict {
            id: self.id.to_string(),
            kind: ConflictKind::Contradiction,
            code: self.code.as_str().to_owned(),
            order: self.order,
            sides: self.sides.iter().map(side).collect(),
            open: self.is_open(),
        }
    }
}

impl To<CaseChecklist> for core::ChecklistState {
    fn to(self) -> CaseChecklist {
        let step = |state: core::StepState| CaseStep {
            id: state.step.id,
            zh: state.step.zh,
            en: state.step.en,
            due: state.step.due,
            done_by: state.done.map(|done| done.by),
            done_at: state.done.map(|done| done.at),
        };
        CaseChecklist {
            entry: self.entry,
            playbook: self.playbook,
            since: self.from,
            steps: self.steps.into_iter().map(step).collect(),
        }
    }
}

impl To<SheetState> for core::SheetState {
    fn to(self) -> SheetState {
        SheetState {
            id: self.id,
            stage: self.stage.to(),
            party: self.party.to(),
            words: self.words,
            missing: self.missing.to(),
            reply_by: self.reply_by,
        }
    }
}

impl To<SettlementState> for core::SettlementState {
    fn to(self) -> SettlementState {
        SettlementState {
            id: self.id,
            sum: self.sum,
            terms: self.terms,
            stage: self.stage.to(),
            consent_needed: self.consent_needed.to(),
        }
    }
}

impl To<Obstacle> for core::Obstacle {
    fn to(self) -> Obstacle {
        Obstacle { code: self.code.as_str().to_owned(), order: self.order, sentence: self.sentence }
    }
}
