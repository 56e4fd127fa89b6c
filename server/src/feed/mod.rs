//! Which document is on which phone.
//!
//! A feed is a set of documents that belong together for somebody: an estate's cases, a department's,
//! a person's own. A person's roles decide which feeds their phones have; a document's content decides
//! which feeds it is in. A phone holds tens of feeds, never one a document.

//!
//! Where to look: `key` (the feeds there are), `grants` (who has which), `audience` (which feeds a document
//! is in), `rows` (keeping that in tables), `pages` (what is new for a device), `photo` (which photos a device
//! may read), `repair` (finding what
//! differs when something went wrong).

mod audience;
mod grants;
mod key;
mod pages;
mod photo;
mod repair;
mod rows;

pub use audience::{Audience, Endings, is_restricted, of_case, of_contact, of_round};
pub use grants::{Granted, grants_of, grants_of_person, roles_of};
pub use key::{FeedKey, handles_restricted, is_about_staff, of_role};
pub use pages::{Pull, Pulled, pull};
pub use photo::may_see_photo;
pub use repair::repair;
pub use rows::{changed, number_of, overdue, set_feeds};
