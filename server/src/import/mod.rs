//! Cases from anybody's CSV.
//!
//! The reading half is pure but for reading and writing the named files. [`ImportMap`] says which column
//! means what; [`read_file`] gives an [`ImportPlan`], in which every row of the file is a case, a rejected
//! row with its reason, or an earlier row of a key that comes again.
//! **Invariants**: `read == cases + rejected + superseded`; the same bytes and map give the same plan; no
//! bytes whatever make it panic. It knows nothing of documents, people or the database.
//!
//! The writing half, [`write()`], makes cases of a plan and, later, corrects in them what the source has
//! corrected.

mod columns;
pub mod dates;
pub mod map;
mod map_file;
mod maps;
pub mod plan;
pub mod rejects;
pub mod rows;
mod steps;
pub mod table;
mod write;

pub use map::{ImportMap, MapError};
pub use plan::{ImportError, ImportPlan, ImportedCase, ImportedPlace, Reject, RejectReason};
pub use rows::{read, read_file};
pub use write::{Destination, Written, write};
