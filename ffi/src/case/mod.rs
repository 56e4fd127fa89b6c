//! Cases and what is in them.

mod read;
mod write;

pub use read::*;
pub use write::*;
