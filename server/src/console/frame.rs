//! What surrounds every page.

use super::assets::{ICON_PATH, stylesheet_path};
use super::text::Text;
use super::words::{Lang, Words};

/// Who looks at a page, in which language, and where they are.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language of the page.
    pub lang: Lang,
    /// The name of the company.
    pub organisation: Text,
    /// The person who is signed in. None on the login page, and on errors before it.
    pub person: Option<SignedIn>,
    /// How many refused changes are open, as far as the header counts them. 0 where nobody counted.
    pub refused: u64,
    /// The secret that every form gives back. Bound to the session, or before one to a cookie.
    pub csrf: String,
    /// Path and query of this page, for the language switch to come back to.
    pub here: String,
}

/// The person who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person's name.
    pub name: Text,
    /// The code of the person's role.
    pub role: String,
}

impl Frame {
    /// The words of the page's language.
    pub(super) fn words(&self) -> &'static Words {
        self.lang.words()
    }

    pub(super) fn stylesheet(&self) -> &'static str {
        stylesheet_path()
    }

    pub(super) fn icon(&self) -> &'static str {
        ICON_PATH
    }
}
