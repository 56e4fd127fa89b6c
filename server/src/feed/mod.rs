//! Which document is on which phone.
//!
//! A feed is a set of documents that belong together for somebody: an estate's cases, a department's,
//! a person's own. A person's roles decide which feeds their phones have; a document's content decides
//! which feeds it is in. A phone holds tens of feeds, never one a document.

mod key;
mod pages;
mod rows;

pub use key::{FeedKey, of_role};
pub use pages::{Pull, Pulled, pull, roles_of};
pub use rows::{changed, number_of, set_feeds};
