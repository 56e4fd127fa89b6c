//! The list of refused changes.

use askama::Template;
use serde::Deserialize;

use super::cases::query;
use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::time::Moment;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// What a person asked the list for: the query of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct QuarantineFilter {
    /// A part of a name, of a case's number or of a code. Empty: everything.
    pub q: String,
    /// A code of [`Vocabulary::RefusedState`], or `all`. Empty: the open ones.
    pub state: String,
    /// The cursor of a further page. Empty: the newest.
    pub after: String,
}

impl QuarantineFilter {
    /// Whether it asks for more than the open ones.
    pub fn is_empty(&self) -> bool {
        self.q.is_empty() && self.state.is_empty()
    }

    /// Whether this is the state it asks for.
    fn wants(&self, state: &str) -> bool {
        self.state == state || self.state.is_empty() && state == "open"
    }
}

/// The list of refused changes.
#[derive(Clone, Debug)]
pub struct QuarantineView {
    /// What was asked for.
    pub filter: QuarantineFilter,
    /// This page, the last received first.
    pub rows: Vec<RefusedRow>,
    /// The cursor of the next page, if there is one.
    pub older: Option<String>,
    /// When the list was read.
    pub made_at: Moment,
}

/// One refused change in the list.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    /// Its name in addresses.
    pub id: String,
    /// The code of the reason.
    pub code: String,
    /// The code of what has become of it.
    pub state: String,
    /// Who tried.
    pub by: Text,
    /// The device it came from.
    pub device: Option<Text>,
    /// The number of the case it is about, if that is known.
    pub case: Option<Text>,
    /// When the server received it.
    pub received: Moment,
}

impl RefusedRow {
    fn href(&self) -> String {
        paths::refused(&self.id)
    }
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a QuarantineView,
}

impl QuarantinePage<'_> {
    /// The address of the same list from that cursor on.
    fn page(&self, after: &str) -> String {
        let filter = &self.view.filter;
        query(paths::QUARANTINE, &[("q", filter.q.as_str()), ("state", &filter.state), ("after", after)])
    }
}

/// The list of refused changes as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn quarantine(frame: &Frame, view: &QuarantineView) -> askama::Result<String> {
    QuarantinePage { frame, w: frame.words(), view }.render()
}
