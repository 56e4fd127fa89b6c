//! Views of what was refused and of what waits.

use super::{Making, name, text};
use crate::console::{
    DependentRow, Lang, PhotoRow, QuarantineFilter, QuarantineView, RefusedRow, RefusedView, Settled, Text,
    TriedRow, Unread, Value, Vocabulary, WaitingRow, WaitingView,
};
use crate::projection::queries::{
    Dependent, FieldValue, Mentions, QuarantinePage, QuarantinedChange, RefusedDetails, RefusedState,
    Settlement, StatedValue, TriedKind, TriedLine, Unreadable, WaitingChange, WaitingPage,
};
use crate::told::{Telling, told};
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::protocol::reason;

impl Making {
    pub(in super::super) fn quarantine(
        &self,
        filter: QuarantineFilter,
        page: QuarantinePage,
    ) -> QuarantineView {
        QuarantineView {
            filter,
            rows: page.rows.into_iter().map(|change| self.refused_row(change)).collect(),
            older: page.next.map(|cursor| cursor.to_string()),
            made_at: self.moment(self.now),
        }
    }

    fn refused_row(&self, change: QuarantinedChange) -> RefusedRow {
        RefusedRow {
            id: change.id.to_string(),
            code: change.code,
            state: change.state.as_str().to_owned(),
            by: name(change.by),
            device: change.device.map(Text::from),
            case: change.case.map(|(_, number)| Text::from(number)),
            received: self.moment(change.received),
        }
    }

    /// The page of a refused change; `failed` says what was asked of it in vain, and with which note.
    pub(in super::super) fn refused_change(
        &self,
        details: RefusedDetails,
        failed: Option<(String, String)>,
    ) -> RefusedView {
        let (alert, note) = failed.unzip();
        let RefusedDetails { line, tried, mentions, unreadable, .. } = details;
        RefusedView {
            id: line.id.to_string(),
            meaning: self.meaning(&line.code),
            code: line.code,
            why: Text::from(line.why),
            state: line.state.as_str().to_owned(),
            by: name(line.by),
            device: line.device.map(Text::from),
            case: line.case.map(|(id, number)| (id, Text::from(number))),
            claimed: details.claimed_at.map(|at| self.moment(at)),
            received: self.moment(line.received),
            tried: tried.into_iter().map(|line| self.tried(line, &mentions)).collect(),
            unread: unreadable.map(|Unreadable { why, bytes, sha256 }| Unread {
                why: Text::from(why),
                bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
                sha256,
            }),
            dependents: details.dependents.into_iter().map(|one| self.dependent(one)).collect(),
            together: u64::try_from(details.together.len()).unwrap_or(u64::MAX),
            photos: details
                .photos
                .into_iter()
                .map(|photo| PhotoRow { hash: photo.hash, bytes: photo.size, is_here: photo.is_here })
                .collect(),
            settled: details.settled.map(|Settlement { by, at, note }| Settled {
                by: name(by),
                at: self.moment(at),
                note: note.map(Text::from),
            }),
            alert: alert.map(Text::from),
            note: Text::from(note.unwrap_or_default()),
            made_at: self.moment(self.now),
        }
    }

    /// What a code means, in the words of the page's language.
    fn meaning(&self, code: &str) -> String {
        let Some(code) = ErrorCode::from_text(code) else { return String::new() };
        let reason = reason(code);
        match self.lang {
            Lang::ZhCn => reason.zh,
            Lang::En => reason.en,
        }
        .to_owned()
    }

    fn tried(&self, line: TriedLine, mentions: &Mentions) -> TriedRow {
        let TriedLine { kind, name, value, fact } = line;
        let telling = Telling { lang: self.lang, zone: self.zone, mentions };
        TriedRow {
            names: match kind {
                TriedKind::Field | TriedKind::OrderField => Vocabulary::Field,
                TriedKind::Entry => Vocabulary::Entry,
            },
            told: fact
                .filter(|fact| !fact.details_json().is_null())
                .and_then(|fact| text(told(&fact, &telling))),
            value: match (kind, value) {
                // An entry without words says enough by its kind.
                (TriedKind::Entry, FieldValue::Text(words)) => Value::Text(Text::from(words)),
                (_, value) => self.value(name, StatedValue { value, by: None, claimed_at: None }).0,
            },
            name,
        }
    }

    fn dependent(&self, dependent: Dependent) -> DependentRow {
        DependentRow {
            id: dependent.id.to_string(),
            refused: dependent
                .code
                .zip(dependent.state.map(RefusedState::as_str))
                .map(|(code, state)| (code, state.to_owned())),
            by: name(dependent.by),
            received: self.moment(dependent.received),
        }
    }

    pub(in super::super) fn waiting(&self, is_further: bool, page: WaitingPage) -> WaitingView {
        WaitingView {
            rows: page.rows.into_iter().map(|change| self.waiting_row(change)).collect(),
            is_further,
            older: page.next.map(|cursor| cursor.to_string()),
            made_at: self.moment(self.now),
        }
    }

    fn waiting_row(&self, change: WaitingChange) -> WaitingRow {
        let mut holders: Vec<(Text, Vec<Text>)> = Vec::new();
        for missing in change.waits_for {
            let phones = missing.phones.into_iter().map(Text::from).collect();
            let holder = (name(missing.holder), phones);
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        WaitingRow {
            by: name(change.by),
            device: change.device.map(Text::from),
            case: change.case.map(|(id, number)| (id, Text::from(number))),
            received: self.moment(change.received),
            age_ms: u64::try_from(self.now.millis_since(change.received)).unwrap_or(0),
            holders,
        }
    }
}
