//! The office console: pages that work without a script, in Chinese and English.
//!
//! A page is a function from a [`Frame`] and a view to HTML. Views hold what a page shows and nothing
//! of how it is stored; whoever answers a request fills them. Nothing here reads tables, clocks or
//! sessions, so each page can be rendered, looked at and tested alone.
//!
//! What always holds:
//! - Text from outside is a [`Text`]; it is escaped, isolated and cannot steer the display.
//! - No page has a script or a style of its own, so [`CONTENT_SECURITY_POLICY`] forbids both.
//! - What a device claimed and what the server witnessed stand side by side; neither hides the other.
//! - Where a register has parallel values, all of them are shown.

mod assets;
mod case;
mod cases;
mod docs;
mod failure;
mod frame;
mod login;
pub mod paths;
mod photo;
mod quarantine;
mod refused;
#[cfg(test)]
mod sample;
mod sign_off;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod timeline;
mod value;
mod vocabulary;
mod waiting;
mod words;

pub use assets::{Asset, asset, stylesheet_path};
pub use case::{CaseView, Contact, Order, RefusedEdit, case};
pub use cases::{CaseFilter, CaseListView, CaseRow, Choice, Found, cases};
pub use docs::{DocsField, DocsGroup, DocsOperation, DocsShape, DocsType, DocsView, docs};
pub use failure::{Failure, failure};
pub use frame::{Frame, SignedIn};
pub use login::{LoginError, LoginView, PasswordError, PasswordView, login, password};
pub use photo::{Photo, PhotoPlace};
pub use quarantine::{QuarantineFilter, QuarantineView, RefusedRow, quarantine};
pub use refused::{DependentRow, PhotoRow, RefusedView, Settled, TriedRow, Unread, refused};
pub use sign_off::{Drawn, Fit, SignOff};
pub use text::Text;
pub use time::{Moment, Stated, Witness};
pub use timeline::Entry;
pub use value::{Field, Register, Value};
pub use vocabulary::Vocabulary;
pub use waiting::{WaitingRow, WaitingView, waiting};
pub use words::{LANG_COOKIE, Lang, Words};

/// The policy every page is served under: own styles, own pictures, own forms, and nothing else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The content type of every page.
pub const HTML: &str = "text/html; charset=utf-8";
