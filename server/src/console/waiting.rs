//! The list of changes that wait for what they build on.

use askama::Template;
use roundsman_sync_core::ids::DocumentId;

use super::cases::query;
use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::time::Moment;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// The list of changes that wait.
#[derive(Clone, Debug)]
pub struct WaitingView {
    /// This page, the last received first.
    pub rows: Vec<WaitingRow>,
    /// Whether this is not the first page.
    pub is_further: bool,
    /// The cursor of the next page, if there is one.
    pub older: Option<String>,
    /// When the list was read.
    pub made_at: Moment,
}

/// One change that waits.
#[derive(Clone, Debug)]
pub struct WaitingRow {
    /// Who made it.
    pub by: Text,
    /// The device it came from.
    pub device: Option<Text>,
    /// The case it is about, if that is known: its id and number.
    pub case: Option<(DocumentId, Text)>,
    /// When the server received it.
    pub received: Moment,
    /// For how long it has waited, in milliseconds.
    pub age_ms: u64,
    /// Whose phones may have what it builds on, and what these are called. Nothing: it waits for a newer server.
    pub holders: Vec<(Text, Vec<Text>)>,
}

impl WaitingRow {
    /// The case it is about: where it is shown, and its number.
    fn case(&self) -> Option<(String, &Text)> {
        self.case.as_ref().map(|(id, number)| (paths::case(*id), number))
    }
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a WaitingView,
}

impl WaitingPage<'_> {
    /// The address of the same list from that cursor on.
    fn page(&self, after: &str) -> String {
        query(paths::WAITING, &[("after", after)])
    }
}

/// The list of changes that wait as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn waiting(frame: &Frame, view: &WaitingView) -> askama::Result<String> {
    WaitingPage { frame, w: frame.words(), view }.render()
}
