//! The description of the HTTP interface for people: what a program may ask, and what it is answered.
//!
//! Headings follow the language of the page. What the description itself says is English, as `docs/api.md` is.

use askama::Template;

use super::frame::Frame;
use super::paths;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// The whole description.
#[derive(Clone, Debug, Default)]
pub struct DocsView {
    /// The version it is of.
    pub version: String,
    /// What holds for all of it.
    pub about: String,
    /// Operations by what they are about.
    pub groups: Vec<DocsGroup>,
    /// What bodies hold, by name.
    pub shapes: Vec<DocsShape>,
}

/// Operations about one thing.
#[derive(Clone, Debug, Default)]
pub struct DocsGroup {
    /// Its name, which is a part of an address too.
    pub name: String,
    /// In a sentence.
    pub about: String,
    /// In the order of their paths.
    pub operations: Vec<DocsOperation>,
}

/// One operation.
#[derive(Clone, Debug, Default)]
pub struct DocsOperation {
    /// Its name among all.
    pub id: String,
    /// The method.
    pub method: String,
    /// The path, with its parameters in braces.
    pub path: String,
    /// In a sentence.
    pub summary: String,
    /// More of it, a paragraph each.
    pub more: Vec<String>,
    /// What is given in the address and in headers.
    pub parameters: Vec<DocsField>,
    /// What is sent.
    pub body: Option<DocsType>,
    /// What is answered when all goes well: the status, what it means and what the body holds.
    pub answers: Vec<(String, String, Option<DocsType>)>,
    /// The statuses of refusals.
    pub refusals: Vec<String>,
}

/// A parameter, or a field of a body.
#[derive(Clone, Debug, Default)]
pub struct DocsField {
    /// Its name.
    pub name: String,
    /// Where it stands, if not in a body.
    pub place: String,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it holds.
    pub holds: DocsType,
    /// In a sentence.
    pub about: String,
}

/// What something holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocsType {
    /// In words, of which one can be a name.
    pub text: String,
    /// The name of a shape that it speaks of.
    pub shape: Option<String>,
}

/// What a body or a part of one holds.
#[derive(Clone, Debug, Default)]
pub struct DocsShape {
    /// Its name.
    pub name: String,
    /// In a sentence.
    pub about: String,
    /// If it is a word: those there are.
    pub words: Vec<String>,
    /// If it has fields: those.
    pub fields: Vec<DocsField>,
    /// If it is one of several: those.
    pub forms: Vec<DocsType>,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a DocsView,
}

/// The description as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn docs(frame: &Frame, view: &DocsView) -> askama::Result<String> {
    DocsPage { frame, w: frame.words(), view }.render()
}
