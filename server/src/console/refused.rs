//! The page of one refused change.

use askama::Template;
use roundsman_sync_core::ids::{DocumentId, PhotoHash};

use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::time::Moment;
use super::value::Value;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// One refused change with all that belongs to it.
#[derive(Clone, Debug)]
pub struct RefusedView {
    /// Its name in addresses.
    pub id: String,
    /// The code of the reason.
    pub code: String,
    /// The reason in plain words of the page's language.
    pub meaning: String,
    /// What was wrong, and where, as the server noted it.
    pub why: Text,
    /// The code of what has become of it.
    pub state: String,
    /// Who tried.
    pub by: Text,
    /// The device it came from.
    pub device: Option<Text>,
    /// The case it is about, if that is known: its id and number.
    pub case: Option<(DocumentId, Text)>,
    /// When, as the phone claims.
    pub claimed: Option<Moment>,
    /// When the server received it.
    pub received: Moment,
    /// What they wanted to write.
    pub tried: Vec<TriedRow>,
    /// Why it cannot be read, if so.
    pub unread: Option<Unread>,
    /// What depends on it.
    pub dependents: Vec<DependentRow>,
    /// How many documents the same command was refused in besides.
    pub together: u64,
    /// The photos that it names.
    pub photos: Vec<PhotoRow>,
    /// Who dealt with it, and when.
    pub settled: Option<Settled>,
    /// Why what was just asked could not be done.
    pub alert: Option<Text>,
    /// The note that came with what could not be done, so that nobody types it twice.
    pub note: Text,
    /// When the page was read.
    pub made_at: Moment,
}

/// One thing that somebody wanted to write.
#[derive(Clone, Debug)]
pub struct TriedRow {
    /// The vocabulary of its name.
    pub names: Vocabulary,
    /// Its name.
    pub name: &'static str,
    /// What they wanted it to be.
    pub value: Value,
    /// What an entry states, as a sentence.
    pub told: Option<Text>,
}

/// Bytes that cannot be read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Why not.
    pub why: Text,
    /// How many.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: PhotoHash,
}

/// A change that depends on it.
#[derive(Clone, Debug)]
pub struct DependentRow {
    /// Its name in addresses.
    pub id: String,
    /// The code of the reason and of what has become of it. Nothing: it waits.
    pub refused: Option<(String, String)>,
    /// Who made it.
    pub by: Text,
    /// When the server received it.
    pub received: Moment,
}

/// A photo that it names.
#[derive(Clone, Debug)]
pub struct PhotoRow {
    /// SHA-256 of its bytes.
    pub hash: PhotoHash,
    /// Their number.
    pub bytes: u64,
    /// Whether they are here.
    pub is_here: bool,
}

/// Who dealt with it.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Who.
    pub by: Text,
    /// When, by the server's clock.
    pub at: Moment,
    /// Why it was closed, in their words.
    pub note: Option<Text>,
}

impl PhotoRow {
    fn href(&self) -> String {
        paths::photo(self.hash)
    }

    fn thumbnail(&self) -> String {
        paths::thumbnail(self.hash)
    }
}

impl RefusedView {
    /// The case it is about: where it is shown, and its number.
    fn case(&self) -> Option<(String, &Text)> {
        self.case.as_ref().map(|(id, number)| (paths::case(*id), number))
    }

    fn is_open(&self) -> bool {
        self.state == "open"
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a RefusedView,
}

/// The page of a refused change as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn refused(frame: &Frame, view: &RefusedView) -> askama::Result<String> {
    RefusedPage { frame, w: frame.words(), view }.render()
}
