//! The case list.

use askama::Template;
use roundsman_sync_core::ids::DocumentId;
use roundsman_sync_core::rules::CaseStatus;
use serde::Deserialize;

use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::time::Moment;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// What a person asked the list for: the query of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct CaseFilter {
    /// Words of the matter, a number, or a place. Empty: everything.
    pub q: String,
    /// The code of a status. Empty: any.
    pub status: String,
    /// The value of one of [`CaseListView::departments`]. Empty: any.
    pub department: String,
    /// The code of an urgency. Empty: any.
    pub urgency: String,
    /// The cursor of a further page. Empty: the newest.
    pub after: String,
}

impl CaseFilter {
    /// Whether anything narrows the list.
    pub fn is_empty(&self) -> bool {
        self.q.is_empty() && self.status.is_empty() && self.department.is_empty() && self.urgency.is_empty()
    }
}

/// One choice of a filter.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the address holds.
    pub value: String,
    /// What people call it; a code of [`Vocabulary::Department`] is translated.
    pub name: String,
}

/// How many cases match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly so many.
    Exactly(u64),
    /// More than that; counting stopped there.
    MoreThan(u64),
}

/// The case list.
#[derive(Clone, Debug)]
pub struct CaseListView {
    /// What was asked for.
    pub filter: CaseFilter,
    /// The departments to choose from.
    pub departments: Vec<Choice>,
    /// How many cases match on all pages together.
    pub found: Found,
    /// This page, the last changed first.
    pub rows: Vec<CaseRow>,
    /// The cursor of the next page, if there is one.
    pub older: Option<String>,
    /// When the list was read.
    pub made_at: Moment,
}

/// One case in the list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// The case.
    pub id: DocumentId,
    /// The number people call it by. None until the server gave it one.
    pub number: Option<Text>,
    /// Where.
    pub place: Text,
    /// The path of the subject, such as `equipment/lift`.
    pub subject: String,
    /// The beginning of the description, one line.
    pub gist: Text,
    /// The code of the urgency. With parallel values any of them: `parallel_edits` says so.
    pub urgency: String,
    /// The code of the status.
    pub status: String,
    /// Everybody it is given to, parallel values included.
    pub assignees: Vec<Text>,
    /// When it was last changed.
    pub changed: Moment,
    /// Fields that hold more than one value.
    pub parallel_edits: u64,
    /// Photos that are named but have not arrived.
    pub photos_owed: u64,
    /// Edits of this case that were refused and nobody has settled.
    pub refused: u64,
}

impl CaseRow {
    fn href(&self) -> String {
        paths::case(self.id)
    }
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a CaseListView,
}

impl CasesPage<'_> {
    /// The address of the same list from that cursor on.
    fn page(&self, after: &str) -> String {
        let filter = &self.view.filter;
        let fields = [
            ("q", filter.q.as_str()),
            ("status", &filter.status),
            ("department", &filter.department),
            ("urgency", &filter.urgency),
            ("after", after),
        ];
        query(paths::CASES, &fields)
    }
}

/// An address with those fields that say something.
pub(super) fn query(path: &str, fields: &[(&str, &str)]) -> String {
    let mut address = String::from(path);
    let mut separator = '?';
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        push_percent_encoded(&mut address, value);
        separator = '&';
    }
    address
}

/// Appends the value as the query of an address takes it: all but RFC 3986's unreserved characters escaped.
fn push_percent_encoded(address: &mut String, value: &str) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
            address.extend(['%', HEX[high], HEX[low]]);
        }
    }
}

/// The case list as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn cases(frame: &Frame, view: &CaseListView) -> askama::Result<String> {
    CasesPage { frame, w: frame.words(), view }.render()
}
