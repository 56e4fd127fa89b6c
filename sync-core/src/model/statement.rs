//! What an owner reads on the glass before signing.
//!
//! The bytes made here are kept in the sign-off, with their digest. A later version of this program
//! may render differently; what was shown then stays what was shown then.

use super::case::{Case, Place};
use super::fact::Fact;
use super::words::{EntryKind, SignOffSubject};
use crate::clock::Timestamp;
use crate::ids::{DocumentId, OrderId, PhotoHash, SettlementId};

/// The version of this rendering. It changes with every change of the text below.
pub const RENDERER: u64 = 2;

/// The exact text to put before the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text, in Chinese and English.
    pub text: String,
    /// SHA-256 of its UTF-8 bytes.
    pub digest: PhotoHash,
}

impl Statement {
    /// Renders what is to be signed for: the place, the matter, and for an order when work began and
    /// ended and in which words it was completed; for a charge what is to be paid and for what; for a
    /// settlement its sum and terms. Holds nothing that says who the owner is.
    pub fn render(
        case_id: DocumentId,
        case: &Case,
        order: Option<OrderId>,
        subject: SignOffSubject,
        settlement: Option<SettlementId>,
    ) -> Self {
        let mut text = String::from(match subject {
            SignOffSubject::Completion => "完工确认 Confirmation of completed work\n",
            SignOffSubject::Charge => "收费确认 Confirmation of a charge\n",
            SignOffSubject::Settlement => "和解确认 Settlement\n",
        });
        let mut line = |label: &str, value: &str| {
            text.push_str(label);
            text.push_str(": ");
            text.push_str(value);
            text.push('\n');
        };
        line("报事 Case", &case_id.to_string());
        line("地点 Place", &case.place.shown().map(Place::line).unwrap_or_default());
        line("事项 Matter", &case.description);
        if let Some(order) = order {
            line("工单 Order", &order.to_string());
        }
        for (label, kind) in [("到场 Arrived", EntryKind::Arrived), ("完成 Completed", EntryKind::Completed)]
        {
            let last = case.entries.iter().rfind(|entry| entry.kind() == kind && entry.order == order);
            if let Some(entry) = last {
                line(label, &minutes(entry.happened_at()));
                if !entry.note.is_empty() {
                    line("说明 Note", &entry.note);
                }
            }
        }
        match subject {
            SignOffSubject::Completion => {}
            SignOffSubject::Charge => {
                let about = case.entries.iter().rev().filter(|entry| entry.order == order);
                let mut quoted = about.filter_map(|entry| {
                    if let Fact::Quoted(charge) = &entry.fact { Some(charge) } else { None }
                });
                if let Some(charge) = quoted.next() {
                    line("应付 To pay", &format!("¥{}", charge.sum));
                    line("项目 For", &charge.what);
                }
            }
            SignOffSubject::Settlement => {
                let drafts = case.entries.iter().rev().filter_map(|entry| {
                    if let Fact::SettlementDrafted(draft) = &entry.fact { Some((draft, entry)) } else { None }
                });
                let mut drafts = drafts.filter(|(draft, _)| Some(draft.settlement) == settlement);
                if let Some((draft, entry)) = drafts.next() {
                    line("金额 Sum", &format!("¥{}", draft.sum));
                    line("条款 Terms", &entry.note);
                }
            }
        }
        Self { digest: PhotoHash::of(text.as_bytes()), text }
    }
}

/// To the minute, in UTC with its mark: the same bytes on every phone, whatever zone it is set to.
fn minutes(at: Timestamp) -> String {
    match chrono::DateTime::<chrono::Utc>::from_timestamp_millis(at.millis()) {
        Some(time) => time.format("%Y-%m-%d %H:%M UTC").to_string(),
        None => at.to_string(),
    }
}
