//! Details of papers: assignments, approvals, receipts, liaison sheets, settlements, checklists.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::json::{moment, moment_or_null};
use crate::clock::Timestamp;
use crate::ids::{ConflictId, EntryId, PersonId, SettlementId, SheetId};
use crate::model::money::Fen;
use crate::model::words::{Level, PartyKind};

/// To whom an order was given.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Who has it from now on.
    #[n(0)]
    pub to: PersonId,
}

/// Who approved a plan.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Which level.
    #[n(0)]
    pub level: Level,
}

/// A receipt (收据) that the owner got.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Its number.
    #[n(0)]
    pub number: String,
    /// The sum on it.
    #[n(1)]
    pub sum: Fen,
}

/// A liaison sheet (工作联系单) to an outside party. What is asked of them stands in the note.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The sheet to be.
    #[n(0)]
    pub sheet: SheetId,
    /// What sort of party.
    #[n(1)]
    pub party: PartyKind,
    /// Its name.
    #[n(2)]
    pub party_name: String,
    /// When they owe an answer.
    #[n(3)]
    #[serde(default, with = "moment_or_null")]
    pub reply_by: Option<Timestamp>,
}

/// One signature of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetSignature {
    /// Which sheet.
    #[n(0)]
    pub sheet: SheetId,
    /// Which level signed.
    #[n(1)]
    pub level: Level,
}

/// The sheet left the company.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetSending {
    /// Which sheet.
    #[n(0)]
    pub sheet: SheetId,
}

/// What the party answered. Their words stand in the note.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetReply {
    /// Which sheet.
    #[n(0)]
    pub sheet: SheetId,
    /// Whether they take it on.
    #[n(1)]
    pub agrees: bool,
}

/// A settlement (和解备忘) as it is put before the owner. Its terms stand in the note.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementDraft {
    /// The settlement to be.
    #[n(0)]
    pub settlement: SettlementId,
    /// What is to be paid.
    #[n(1)]
    pub sum: Fen,
    /// The level that negotiates; its authority bounds the sum it may settle alone.
    #[n(2)]
    pub level: Level,
}

/// Somebody whose authority reaches far enough agreed to the sum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementConsent {
    /// Which settlement.
    #[n(0)]
    pub settlement: SettlementId,
    /// Who agreed.
    #[n(1)]
    pub level: Level,
    /// The sheet on which they did; absent if by phone, and then the sheet is owed.
    #[n(2)]
    pub sheet: Option<SheetId>,
}

/// The sum was paid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementPayment {
    /// Which settlement.
    #[n(0)]
    pub settlement: SettlementId,
    /// How much.
    #[n(1)]
    pub sum: Fen,
}

/// One step of a checklist, as it stood in the playbook when it was copied.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistStep {
    /// Its name within the playbook.
    #[n(0)]
    pub id: String,
    /// In Simplified Chinese.
    #[n(1)]
    pub zh: String,
    /// In English.
    #[n(2)]
    pub en: String,
    /// Until when it is to be done.
    #[n(3)]
    #[serde(default, with = "moment_or_null")]
    pub due: Option<Timestamp>,
}

/// A playbook (处理指引) copied into the case: it reads the same later, and offline, whatever becomes of
/// the playbook itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// The playbook's name.
    #[n(0)]
    pub playbook: String,
    /// When it was copied; due times count from here.
    #[n(1)]
    #[serde(with = "moment")]
    pub from: Timestamp,
    /// Its steps in their order.
    #[n(2)]
    pub steps: Vec<ChecklistStep>,
}

/// A step that was done.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tick {
    /// The entry that copied the playbook.
    #[n(0)]
    pub checklist: EntryId,
    /// Which step.
    #[n(1)]
    pub step: String,
}

/// How a contradiction was settled. What was decided stands in the note; both statements stay.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruling {
    /// Which one.
    #[n(0)]
    pub conflict: ConflictId,
}
