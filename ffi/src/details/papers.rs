//! Details of papers: assignments, approvals, receipts, liaison sheets, settlements, checklists.

use roundsman_sync_core::ids::{ConflictId, EntryId, PersonId, SettlementId, SheetId};
use roundsman_sync_core::model::fact as core;

use crate::convert::{records, renamed};
use crate::words::{Level, PartyKind};
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::model::Fen;

records! {
    /// To whom an order was given.
    Assignment = core::Assignment {
        /// Who has it from now on.
        to: PersonId,
    }
    /// Who approved a plan.
    Approval = core::Approval {
        /// Which level.
        level: Level,
    }
    /// A receipt (收据) that the owner got.
    Receipt = core::Receipt {
        /// Its number.
        number: String,
        /// The sum on it.
        sum: Fen,
    }
    /// A liaison sheet (工作联系单) to an outside party. What is asked of them stands in the note.
    Sheet = core::Sheet {
        /// The sheet to be.
        sheet: SheetId,
        /// What sort of party.
        party: PartyKind,
        /// Its name.
        party_name: String,
        /// When they owe an answer.
        #[uniffi(default = None)]
        reply_by: Option<Timestamp>,
    }
    /// One signature of the chain.
    SheetSignature = core::SheetSignature {
        /// Which sheet.
        sheet: SheetId,
        /// Which level signed.
        level: Level,
    }
    /// The sheet left the company.
    SheetSending = core::SheetSending {
        /// Which sheet.
        sheet: SheetId,
    }
    /// What the party answered. Their words stand in the note.
    SheetReply = core::SheetReply {
        /// Which sheet.
        sheet: SheetId,
        /// Whether they take it on.
        agrees: bool,
    }
    /// A settlement (和解备忘) as it is put before the owner. Its terms stand in the note.
    SettlementDraft = core::SettlementDraft {
        /// The settlement to be.
        settlement: SettlementId,
        /// What is to be paid.
        sum: Fen,
        /// The level that negotiates; its authority bounds the sum it may settle alone.
        level: Level,
    }
    /// Somebody whose authority reaches far enough agreed to the sum.
    SettlementConsent = core::SettlementConsent {
        /// Which settlement.
        settlement: SettlementId,
        /// Who agreed.
        level: Level,
        /// The sheet on which they did; absent if by phone, and then the sheet is owed.
        #[uniffi(default = None)]
        sheet: Option<SheetId>,
    }
    /// The sum was paid.
    SettlementPayment = core::SettlementPayment {
        /// Which settlement.
        settlement: SettlementId,
        /// How much.
        sum: Fen,
    }
    /// One step of a checklist, as it stood in the playbook when it was copied.
    ChecklistStep = core::ChecklistStep {
        /// Its name within the playbook.
        id: String,
        /// In Simplified Chinese.
        zh: String,
        /// In English.
        en: String,
        /// Until when it is to be done.
        #[uniffi(default = None)]
        due: Option<Timestamp>,
    }
    /// A step that was done.
    Tick = core::Tick {
        /// The entry that copied the playbook.
        checklist: EntryId,
        /// Which step.
        step: String,
    }
    /// How a contradiction was settled. What was decided stands in the note; both statements stay.
    Ruling = core::Ruling {
        /// Which one.
        conflict: ConflictId,
    }
}

renamed! {
    /// A playbook (处理指引) copied into the case: it reads the same later, and offline, whatever becomes of
    /// the playbook itself.
    Checklist = core::Checklist {
        /// The playbook's name.
        playbook = playbook: String,
        /// When it was copied; due times count from here.
        since = from: Timestamp,
        /// Its steps in their order.
        steps = steps: Vec<ChecklistStep>,
    }
}
