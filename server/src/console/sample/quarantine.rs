//! What was refused on that day, and what waits.

use roundsman_sync_core::ids::{DocumentId, PhotoHash};

use super::super::*;
use super::{Sample, moment};

impl Sample {
    fn refused_view(&self, state: &str) -> RefusedView {
        let row = |names, name, value, told: Option<&str>| TriedRow {
            names,
            name,
            value,
            told: told.map(|told| self.text(told)),
        };
        RefusedView {
            id: "0190c0de-0000-7000-8000-000000000001.00ff".to_owned(),
            code: "role_not_permitted".to_owned(),
            meaning: "您的岗位不能填写这一项。".to_owned(),
            why: self.text("guard may not set case/nature"),
            state: state.to_owned(),
            by: self.text("王强"),
            device: Some(self.text("红米 12")),
            case: Some((DocumentId::from_bytes([1; 16]), self.text("R000012"))),
            claimed: Some(moment(3)),
            received: moment(20),
            tried: vec![
                row(Vocabulary::Field, "nature", Value::Term(Vocabulary::Nature, "valid".to_owned()), None),
                row(
                    Vocabulary::Entry,
                    "promised",
                    Value::Text(self.text("业主同意等到晚上")),
                    Some("承诺 18:00 前答复"),
                ),
            ],
            unread: None,
            dependents: vec![
                DependentRow {
                    id: "0190c0de-0000-7000-8000-000000000001.01ff".to_owned(),
                    refused: Some(("dependency_refused".to_owned(), "made_again".to_owned())),
                    by: self.text("王强"),
                    received: moment(20),
                },
                DependentRow {
                    id: "0190c0de-0000-7000-8000-000000000001.02ff".to_owned(),
                    refused: None,
                    by: self.text("王强"),
                    received: moment(21),
                },
            ],
            together: 1,
            photos: vec![
                PhotoRow { hash: PhotoHash::of(&[1]), bytes: 120_000, is_here: true },
                PhotoRow { hash: PhotoHash::of(&[2]), bytes: 3_200_000, is_here: false },
            ],
            settled: None,
            alert: None,
            note: Text::default(),
            made_at: moment(48),
        }
    }

    fn quarantine_view(&self) -> QuarantineView {
        let row = |code: &str, state: &str, case: Option<&str>| RefusedRow {
            id: "0190c0de-0000-7000-8000-000000000001.00ff".to_owned(),
            code: code.to_owned(),
            state: state.to_owned(),
            by: self.text("王强"),
            device: case.map(|_| self.text("红米 12")),
            case: case.map(|case| self.text(case)),
            received: moment(20),
        };
        QuarantineView {
            filter: QuarantineFilter {
                q: format!("王{}", self.ending),
                state: "all".to_owned(),
                after: "7".to_owned(),
            },
            rows: vec![
                row("role_not_permitted", "open", Some("R000012")),
                row("recovered", "salvaged", None),
                row("code_of_tomorrow", "closed", None),
            ],
            older: Some("3".to_owned()),
            made_at: moment(48),
        }
    }

    fn waiting_view(&self) -> WaitingView {
        let row = |holders| WaitingRow {
            by: self.text("李明"),
            device: Some(self.text("李明的手机")),
            case: Some((DocumentId::from_bytes([1; 16]), self.text("R000012"))),
            received: moment(20),
            age_ms: 28 * 60_000,
            holders,
        };
        let phones = vec![self.text("华为 Mate 60"), self.text("备用机")];
        WaitingView {
            rows: vec![row(vec![(self.text("李明"), phones)]), row(Vec::new())],
            is_further: true,
            older: Some("3".to_owned()),
            made_at: moment(48),
        }
    }

    /// The pages about it in one language.
    pub(super) fn quarantine_pages(&self, inside: &Frame) -> Vec<(String, String)> {
        let unread = Unread { why: self.text("not one change"), bytes: 219, sha256: PhotoHash::of(&[9]) };
        let settled =
            Settled {
                by: self.text("林晓芸"), at: moment(40), note: Some(self.text("问过，不需要"))
            };
        let none = QuarantineView {
            filter: QuarantineFilter::default(),
            rows: Vec::new(),
            older: None,
            ..self.quarantine_view()
        };
        let nothing = WaitingView { rows: Vec::new(), is_further: false, older: None, ..self.waiting_view() };
        let unread = RefusedView {
            unread: Some(unread),
            tried: Vec::new(),
            dependents: Vec::new(),
            photos: Vec::new(),
            case: None,
            alert: Some(self.text("'note' must say something")),
            note: self.text("  "),
            ..self.refused_view("open")
        };
        let closed = RefusedView { settled: Some(settled), ..self.refused_view("closed") };
        vec![
            ("quarantine".to_owned(), quarantine(inside, &self.quarantine_view()).unwrap()),
            ("quarantine-none".to_owned(), quarantine(inside, &none).unwrap()),
            ("waiting".to_owned(), waiting(inside, &self.waiting_view()).unwrap()),
            ("waiting-none".to_owned(), waiting(inside, &nothing).unwrap()),
            ("refused".to_owned(), refused(inside, &self.refused_view("open")).unwrap()),
            ("refused-unread".to_owned(), refused(inside, &unread).unwrap()),
            ("refused-closed".to_owned(), refused(inside, &closed).unwrap()),
        ]
    }
}
