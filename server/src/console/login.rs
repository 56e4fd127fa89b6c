//! Signing in, and changing a one-time password.

use askama::Template;

use super::frame::Frame;
use super::paths;
use super::text::Text;
use super::vocabulary::Vocabulary;
use super::words::{Lang, Words};

/// The login page.
#[derive(Clone, Debug, Default)]
pub struct LoginView {
    /// The login typed before, given back so that only the password is typed again.
    pub login: Text,
    /// Why the last try failed.
    pub error: Option<LoginError>,
}

/// Why somebody is asked to sign in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginError {
    /// Login or password are not right; which of the two is not said.
    Wrong,
    /// Too many wrong tries; the next is heard after a pause.
    TooMany,
    /// The session ran out, or the form was too old.
    Expired,
}

impl LoginError {
    const fn key(self) -> &'static str {
        match self {
            Self::Wrong => "login-error-wrong",
            Self::TooMany => "login-error-too-many",
            Self::Expired => "login-error-expired",
        }
    }
}

/// The page where a one-time password is replaced.
#[derive(Clone, Copy, Debug)]
pub struct PasswordView {
    /// The fewest characters a password may have.
    pub chars_min: u64,
    /// Why the last try failed.
    pub error: Option<PasswordError>,
}

/// Why a new password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordError {
    /// The old password is not right.
    OldWrong,
    /// The new one is too short.
    TooShort,
    /// The two entries of the new one differ.
    Differ,
    /// The new one is the old one.
    Same,
}

impl PasswordError {
    const fn key(self) -> &'static str {
        match self {
            Self::OldWrong => "password-error-old-wrong",
            Self::TooShort => "password-error-too-short",
            Self::Differ => "password-error-differ",
            Self::Same => "password-error-same",
        }
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a LoginView,
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    frame: &'a Frame,
    w: &'a Words,
    view: &'a PasswordView,
}

/// The login page as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn login(frame: &Frame, view: &LoginView) -> askama::Result<String> {
    LoginPage { frame, w: frame.words(), view }.render()
}

/// The page for a new password as HTML.
///
/// # Errors
/// Only if the template engine fails, which is a fault of the program.
pub fn password(frame: &Frame, view: &PasswordView) -> askama::Result<String> {
    PasswordPage { frame, w: frame.words(), view }.render()
}
