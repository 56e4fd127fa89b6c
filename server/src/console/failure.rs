//! Error pages.

use askama::Template;

use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// What went wrong with a request for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The address asks for something that no page of ours asks for.
    Unreadable,
    /// There is nothing here, or nothing for this person to see.
    NotFound,
    /// The person's role does not allow this, or the form was not ours.
    Forbidden,
    /// The server failed; nothing was changed.
    Internal,
}

impl Failure {
    /// The HTTP status of the page.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::NotFound => 404,
            Self::Forbidden => 403,
            Self::Internal => 500,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Unreadable => "failure-unreadable",
            Self::NotFound => "failure-not-found",
            Self::Forbidden => "failure-forbidden",
            Self::Internal => "failure-internal",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Unreadable => "failure-unreadable-advice",
            Self::NotFound => "failure-not-found-advice",
            Self::Forbidden => "failure-forbidden-advice",
            Self::Internal => "failure-internal-advice",
        }
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    failure: Failure,
    request_id: Text,
}

/// An error page as HTML. The request id lets somebody find the line in the log.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn failure(frame: &Frame, failure: Failure, request_id: &str) -> askama::Result<String> {
    FailurePage { frame, w: frame.words(), failure, request_id: Text::from(request_id) }.render()
}
